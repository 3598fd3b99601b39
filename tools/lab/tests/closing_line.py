# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: the line that `./lab check` closes with.

It goes to $LAB_RUN/closing-line; the front door prints it when everything else
is said.
"""

import os
from pathlib import Path


def closing_line(stats: dict[str, list]) -> str:
    """From pytest's reports by outcome; an error in a fixture is a failure."""

    def count(*outcomes: str) -> int:
        return sum(len(stats.get(outcome, [])) for outcome in outcomes)

    return (
        f"check: {count('passed', 'xpassed')} passed, "
        f"{count('failed', 'error')} failed, "
        f"{count('skipped', 'xfailed')} skipped"
    )


def pytest_terminal_summary(terminalreporter) -> None:
    folder = os.environ.get("LAB_RUN")
    if folder:
        line = closing_line(terminalreporter.stats)
        Path(folder, "closing-line").write_text(line + "\n")
