# SPDX-License-Identifier: GPL-2.0
"""The report of a check for kernel CI: KTAP, the tests nested by module.

`python3 -m run.report` reads $LAB_RUN/results.jsonl and prints it.
"""

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .artifacts import run_folder

_INDENT = "    "


@dataclass(frozen=True)
class Outcome:
    """What became of one test.

    suite: its module, behind the variant if it ran on one; result: `pass`, `fail`,
    `skip` or `xfail`; reason: of the latter two; detail: what pytest says of a
    failure.
    """

    suite: str
    name: str
    result: str
    reason: str = ""
    detail: str = ""
    seconds: float = 0.0

    def lines(self, number: int) -> list[str]:
        """Its case, behind what explains it."""
        verdict = "not ok" if self.result in ("fail", "xfail") else "ok"
        directive = {"skip": " # SKIP ", "xfail": " # TODO "}.get(self.result)
        case = f"{verdict} {number} {_one_line(self.name)}"
        if directive:
            case += directive + (_one_line(self.reason) or "no reason given")
        return [*(f"# {line}" for line in self.detail.splitlines()), case]


def _one_line(text: str) -> str:
    """As part of a case, where `#` begins a directive."""
    return re.sub(r"\s+", " ", text).replace("#", "_").strip()


def load(path: Path) -> list[Outcome]:
    return [Outcome(**json.loads(line)) for line in path.read_text().splitlines()]


def _suite(name: str, number: int, outcomes: list[Outcome]) -> list[str]:
    inner = ["KTAP version 1", f"# Subtest: {name}", f"1..{len(outcomes)}"]
    for at, outcome in enumerate(outcomes, 1):
        inner += outcome.lines(at)
    results = {outcome.result for outcome in outcomes}
    verdict = "not ok" if "fail" in results else "ok"
    all_skipped = " # SKIP every test of it" if results == {"skip"} else ""
    return [
        *(_INDENT + line for line in inner),
        f"{verdict} {number} {name}{all_skipped}",
    ]


def ktap(outcomes: Iterable[Outcome]) -> str:
    """The report; a suite has passed when none of its tests failed."""
    suites: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        suites.setdefault(outcome.suite, []).append(outcome)
    lines = ["KTAP version 1", f"1..{len(suites)}"]
    for number, (name, inner) in enumerate(suites.items(), 1):
        lines += _suite(name, number, inner)
    return "\n".join(lines) + "\n"


def main() -> int:
    try:
        outcomes = load(run_folder("results.jsonl"))
    except OSError as error:
        print(f"report: no results: {error}", file=sys.stderr)
        return 1
    if not run_folder("closing-line").exists() and not any(
        outcome.suite == "check" for outcome in outcomes
    ):
        outcomes.append(Outcome("check", "end", "fail", detail="it did not get there"))
    sys.stdout.write(ktap(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
