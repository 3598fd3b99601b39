# SPDX-License-Identifier: GPL-2.0
"""Fixtures for everything that `./lab check` runs.

Logs go below $LAB_LOGS when it is set, else below pytest's temporary folder.
"""

import itertools
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import parts
import pytest
from dma_case import wait_for_withdrawal
from run import Artifacts, Lab, Setup, dma, options
from run.logscan import Known

logging.getLogger("lab").setLevel(logging.INFO)

BootLab = Callable[..., AbstractContextManager[Lab]]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "all: only with ./lab check --all")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    left_out = [item for item in items if item.get_closest_marker("all")]
    if left_out and os.environ.get("LAB_ALL") != "1":
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def artifacts() -> Artifacts:
    """What was built; the tests that ask for it cannot run without."""
    return Artifacts.load()


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for the logs of this run."""
    folder = os.environ.get("LAB_LOGS")
    return Path(folder) if folder else tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def setup(request: pytest.FixtureRequest) -> Setup:
    return parts.setup_of(request.config)


@pytest.fixture(scope="session")
def boot_lab(artifacts: Artifacts, logs: Path, setup: Setup) -> BootLab:
    """boot_lab(NAME, BOARD, KERNELS, known=(), **CHANGES): a lab as a context manager.

    NAME names its folder of logs; KERNELS is `base` or `next`; CHANGES are values of
    the setup that this lab needs; known is what drivers of the base do.
    """

    @contextmanager
    def boot(
        name: str,
        board: str,
        kernels: str,
        known: Iterable[Known] = (),
        **changes: object,
    ) -> Iterator[Lab]:
        ours = setup.but(**changes)
        with Lab(
            options.board(board),
            artifacts.kernels(ours.kernels(kernels)),
            folder_of_its_own(logs, name),
            artifacts=artifacts,
            setup=ours,
            known=known,
        ) as lab:
            yield lab

    return boot


def folder_of_its_own(logs: Path, name: str) -> Path:
    """A new one of that name; the second of a name is NAME-2."""
    for number in itertools.count(1):
        folder = logs / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder


@pytest.fixture(scope="module")
def machines(
    boot_lab: BootLab, request: pytest.FixtureRequest
) -> Iterator[tuple[Lab, str]]:
    """The usual export of an R-Car S4, bound by the host, and the address of the
    function there; one for each module of tests, named after it.
    """
    name = request.module.__name__.removeprefix("test_").replace("_", "-")
    with boot_lab(name, "rcar-s4", "next") as lab:
        yield lab, dma.bring_up(lab)


@pytest.fixture
def unbound(machines: tuple[Lab, str]) -> tuple[Lab, str]:
    """Those, with no driver on the host, and the endpoint has seen it."""
    lab, bdf = machines
    if dma.is_bound(lab.host, bdf):
        dma.unbind(lab.host, bdf)
    wait_for_withdrawal(lab)
    return machines
