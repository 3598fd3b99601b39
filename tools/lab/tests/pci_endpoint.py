# SPDX-License-Identifier: GPL-2.0
"""The in-tree pci_endpoint suite, and how each of its cases must end."""

import re
from dataclasses import dataclass
from pathlib import Path

from run import Lab
from run.ktap import Case, parse

# pci_endpoint.txt, and pci_endpoint-BOARD.txt with what differs on a board
EXPECTED = Path(__file__).with_name("expected")

# The suite takes some 10 seconds; the limit is for a machine that is very busy
SUITE_TIMEOUT = 600


@dataclass(frozen=True)
class Expected:
    """One line of the list."""

    name: str
    result: str
    text: str
    reason: str


def read_list(path: Path) -> dict[str, Expected]:
    """A list by name of the case; a line without a reason is an error."""
    entries = {}
    for line in path.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        found = re.fullmatch(r'(\S+) (pass|fail|skip)(?: "(.+)")? # (.+)', line)
        assert found, f"{path.name}: {line}"
        entries[found[1]] = Expected(found[1], found[2], found[3] or "", found[4])
    return entries


def read_expected(board: str = "generic") -> list[Expected]:
    """The list for a board."""
    entries = read_list(EXPECTED / "pci_endpoint.txt")
    own = EXPECTED / f"pci_endpoint-{board}.txt"
    if own.exists():
        differs = read_list(own)
        assert set(differs) <= set(entries), f"{own.name}: no such case"
        entries |= differs
    return list(entries.values())


def run_suite(lab: Lab, log: str = "report", without: str = "") -> dict[str, Case]:
    """The suite's report by name of the case, kept as `log` in the lab's folder.

    without: a variant of the suite to leave out.
    """
    options = f" -V {without}" if without else ""
    result = lab.host.run(f"/tests/pci_endpoint_test{options}", timeout=SUITE_TIMEOUT)
    (lab.workdir / log).write_text(result.out)
    return {case.name: case for case in parse(result.out)}


def unexpected(report: dict[str, Case], without: str = "") -> list[str]:
    """What of a report is not as the list says, a line each."""
    wrong = []
    for expected in read_expected():
        if expected.name.split(".")[1] == without:
            continue
        case = report.pop(expected.name, None)
        said = f"{case.result} {case.reason} {case.detail}" if case else "missing"
        if not said.startswith(expected.result) or expected.text not in said:
            wrong.append(f"{expected.name}: {said}")
    return wrong + [f"{name}: not in the list" for name in report]
