# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: which tests run together, on which CPU, and in which order.

Part `unit` needs nothing that was built (see needs.py), `machines` is the rest; both
are shared out among workers, a module at a time. `alone` is for tests that bear this
mark: their machines have CPUs of their own, so that nothing else may run meanwhile.
With a variant, `dma` is all tests of DMA but those that bear the mark `alone`, which
are `dma-alone`, and `smoke` is the tests that bear this mark.

Each worker is pinned to a CPU, and with it all that it starts. Modules go out in
the order of collection, the longest first, so that no worker ends late.
"""

import os
from collections.abc import Mapping

import needs
import pytest
from run.setup import Setup, variant

# Those of the whole; a worker takes one of them
CPUS = sorted(os.sched_getaffinity(0))

PARTS = ("unit", "machines", "alone", "smoke", "dma", "dma-alone")

# From the longest down; what is not named takes under half a minute
LONGEST = (
    "test_base",
    "test_series",
    "test_dma_setups",
    "test_hostile",
    "test_run_machine",
    "test_shell",
    "test_base_reset",
    "test_run_demos",
    "test_dma_faults",
    "test_base_ntb",
    "test_run_selftest",
    "test_hostile_configfs",
    "test_keys",
    "test_base_hardware",
    "test_dma_lifetimes",
    "test_modes",
    "test_base_nvme",
    "test_prepare",
    "test_dma",
    "test_run_scenario",
    "test_model",
    "test_dma_stop",
    "test_epc",
    "test_parts",
    "test_tooling",
    "test_cache",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=PARTS, help="only these tests of the lab")
    parser.addoption("--variant", help="the setup of all labs, see run/setup.py")


def pytest_configure(config: pytest.Config) -> None:
    for mark in (
        "alone: no other test may run at the same time",
        "smoke: runs on every combined variant of a check, too",
        "not_in_mode(name, value, reason): not where the variant's model has it",
    ):
        config.addinivalue_line("markers", mark)
    if is_worker(config):
        number = int(config.workerinput["workerid"].removeprefix("gw"))
        os.sched_setaffinity(0, [cpu_of(number)])


def is_worker(config: pytest.Config) -> bool:
    """One of several; what speaks for the whole is elsewhere."""
    return hasattr(config, "workerinput")


def cpu_of(worker: int) -> int:
    """Another one for each worker."""
    return CPUS[worker % len(CPUS)]


def parts_of(item: pytest.Item) -> set[str]:
    """One of the first three, and those on a variant that it is in."""
    parts = {"machines" if needs.of(item) else "unit"}
    if item.get_closest_marker("alone"):
        parts = {"alone"}
    # A module that plays another one's tests has a reason of its own
    if (
        item.get_closest_marker("smoke")
        and item.function.__module__ == item.module.__name__
    ):
        parts.add("smoke")
    if "artifacts" in item.fixturenames and item.module.__name__.startswith("test_dma"):
        parts.add("dma-alone" if "alone" in parts else "dma")
    return parts


def setup_of(config: pytest.Config) -> Setup:
    """Of all labs, but for what a test needs otherwise."""
    name = config.getoption("variant", None)
    return (variant(name) if name else Setup()).but(lean=True)


def in_its_mode(item: pytest.Item, modes: Mapping[str, str]) -> bool:
    """Not one that only shows a known defect there, and leaves a broken driver to
    those behind it: an expected failure of its own shows that once.
    """
    marks = [mark.args for mark in item.iter_markers("not_in_mode")]
    return all(modes.get(name) != value for name, value, _ in marks)


def rank(item: pytest.Item) -> int:
    """Smaller goes first."""
    name = item.module.__name__
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    wanted = config.getoption("part")
    modes = setup_of(config).modes
    others = [
        item
        for item in items
        if wanted and wanted not in parts_of(item) or not in_its_mode(item, modes)
    ]
    if others:
        config.hook.pytest_deselected(items=others)
    items[:] = sorted((item for item in items if item not in others), key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    from xdist.scheduler import LoadFileScheduling

    class InOrder(LoadFileScheduling):
        """A module at a time; xdist itself begins with those of most tests."""

        def _assign_work_unit(self, node) -> None:
            first = min(self.workqueue, key=self._place)
            self.workqueue.move_to_end(first, last=False)
            super()._assign_work_unit(node)

        def remove_node(self, node) -> str | None:
            """Returns the test that ended its worker. Nobody else gets that one, nor
            what the worker had done: xdist itself plays it again and again.
            """
            units = {
                module: {test: False for test, done in unit.items() if not done}
                for module, unit in self.assigned_work.pop(node).items()
            }
            left = {module: unit for module, unit in units.items() if unit}
            if not left:
                return None
            first = next(iter(left.values()))
            crashed = next(iter(first))
            del first[crashed]
            self.workqueue.update({name: unit for name, unit in left.items() if unit})
            for other in self.assigned_work:
                self._reschedule(other)
            return crashed

        def _place(self, module: str) -> int:
            return self.collection.index(next(iter(self.workqueue[module])))

    return InOrder(config, log)
