# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: the line that `./lab check` closes with.

It goes to $LAB_RUN/closing-line; the front door prints it when everything else
is said. Each part of the tests adds to what the parts before it left there.
"""

import os
import re
from pathlib import Path

import pytest
from parts import is_worker

_LINE = "check: {} passed, {} failed, {} skipped"


def counts(stats: dict[str, list]) -> list[int]:
    """Passed, failed, skipped; an error in a fixture is a failure, whatever its
    test came to.
    """

    def of(*outcomes: str) -> list:
        return [one for outcome in outcomes for one in stats.get(outcome, [])]

    bad = {one.nodeid for one in of("failed", "error")}
    good = [one for one in of("passed", "xpassed") if one.nodeid not in bad]
    left_out = [one for one in of("skipped", "xfailed") if one.nodeid not in bad]
    return [len(good), len(bad), len(left_out)]


def add_to(path: Path, more: list[int]) -> None:
    """Counts of one part to those that stand there."""
    earlier = path.read_text() if path.exists() else _LINE.format(0, 0, 0)
    numbers = map(int, re.findall(r"\d+", earlier))
    total = [a + b for a, b in zip(numbers, more, strict=True)]
    path.write_text(_LINE.format(*total) + "\n")


class Closing:
    """Writes the line, unless a test ended the run with pytest.exit(): that has the
    status it was given, with whatever was not played."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ended = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo) -> None:
        self.ended = isinstance(excinfo.value, pytest.exit.Exception)

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if not self.ended:
            add_to(self.path, counts(terminalreporter.stats))


def pytest_configure(config: pytest.Config) -> None:
    folder = os.environ.get("LAB_RUN")
    if folder and not is_worker(config):
        config.pluginmanager.register(Closing(Path(folder, "closing-line")))
