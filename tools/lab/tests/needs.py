# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: what the selected tests need the front door to build.

    pytestmark = pytest.mark.needs("base")
    @pytest.mark.needs("gate.walk-{side}")      a parameter of the test, filled in

What can be needed: `base` and `next`, the machines with these kernels and the
model; `selftest`, `next-src`, `base-git`; `gate.NAME`; `gdb.SIDE`, the patched
kernel of a side for gdb. A test that says nothing and takes the artifacts needs both
kinds of machines; any other test needs nothing.

With $LAB_NEEDS a collection writes the needs of all that it selected to that file,
one a line; `nothing` for the tests without.
"""

import os
from pathlib import Path

import pytest

MACHINES = ("base", "next")


def of(item: pytest.Item) -> set[str]:
    """What one test needs."""
    marks = list(item.iter_markers("needs"))
    if marks:
        callspec = getattr(item, "callspec", None)
        values = callspec.params if callspec else {}
        return {str(name).format_map(values) for mark in marks for name in mark.args}
    return set(MACHINES) if "artifacts" in getattr(item, "fixturenames", ()) else set()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(name...): what must be built for a test")


def pytest_collection_finish(session: pytest.Session) -> None:
    file = os.environ.get("LAB_NEEDS")
    if file:
        needs = set().union(*(of(item) or {"nothing"} for item in session.items))
        Path(file).write_text("".join(f"{name}\n" for name in sorted(needs)))
