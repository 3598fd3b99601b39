# SPDX-License-Identifier: GPL-2.0
"""Plays the tests: `python3 -m run.check PART[:VARIANT]... [-- PYTEST ARGUMENT...]`.

Parts are those of tests/parts.py, variants those of run/setup.py; one call of pytest
each, in the order given. `combined` stands for the smoke tests on each combined
variant, `variants` for all tests of DMA on every variant. All are
played, whatever fails. The exit status is pytest's: 0 when every test passed, 1 when
one failed, 5 when there was none at all, more when pytest itself failed.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict

from .artifacts import run_folder
from .errors import LabError
from .report import Outcome
from .setup import COMBINED, VARIANTS, Setup, variant

NO_TESTS = 5

# As pytest has it for a failure of its own
_NO_RESULT = 3

_ALL_OF_DMA = ("dma", "dma-alone")
_PYTEST = "tools/lab/tests/pytest.ini"
_WORDS = {
    "combined": [f"smoke:{name}" for name in COMBINED],
    "variants": [f"{part}:{name}" for name in VARIANTS for part in _ALL_OF_DMA],
}


def workers(part: str, setup: Setup) -> int:
    """How many share a part; machines that use all CPUs run one after the other."""
    if part in ("alone", "dma-alone") or not setup.pinned:
        return 1
    count = min(2, len(os.sched_getaffinity(0)))
    # Those without machines wait for programs and clocks half of their time
    return 2 * count if part == "unit" and count > 1 else count


def command(word: str, arguments: list[str]) -> list[str]:
    """How pytest plays PART or PART:VARIANT."""
    part, _, name = word.partition(":")
    setup = variant(name) if name else Setup()
    on_variant = ["--variant", name] if name else []
    count = workers(part, setup)
    # A single worker is pytest itself
    share = ["-n", str(count)] if count > 1 else []
    argv = [sys.executable, "-m", "pytest", "-c", _PYTEST, "--rootdir", os.getcwd()]
    return [*argv, *share, "--part", part, *on_variant, *arguments]


def status_of_all(statuses: list[int]) -> int:
    """The worst; a part without tests counts only when no other part has any."""
    return max([s for s in statuses if s != NO_TESTS], default=NO_TESTS)


def status_of(argv: list[str]) -> int:
    """Of one call of pytest; _NO_RESULT when it ended without its closing line, as a
    test can make it.
    """
    line = run_folder("closing-line")

    def changed() -> int:
        return line.stat().st_mtime_ns if line.exists() else 0

    before = changed()
    status = subprocess.run(argv, check=False).returncode
    if status < 0:
        return 128 - status
    if status in (0, 1, NO_TESTS) and changed() == before:
        return _NO_RESULT
    return status


def report_part(word: str, status: int) -> None:
    """A part that is not whole is a failure in the report."""
    detail = f"pytest ended with status {status}"
    outcome = Outcome("check", word, "fail", detail=detail)
    with open(run_folder("results.jsonl"), "a") as out:
        out.write(json.dumps(asdict(outcome)) + "\n")


def play(parts: list[str], arguments: list[str]) -> int:
    words = [word for part in parts for word in _WORDS.get(part, [part])]
    commands = {word: command(word, arguments) for word in words}
    statuses = []
    for word, argv in commands.items():
        print(f"== {word}", flush=True)
        status = status_of(argv)
        if status == NO_TESTS and ":" in word and not arguments:
            # A variant has all tests of a kind, unless somebody asked for fewer
            status = _NO_RESULT
        statuses.append(status)
        if status not in (0, 1, NO_TESTS):
            # It is not whole; what says so already, as with -x, may stay
            line = run_folder("closing-line")
            if not (line.exists() and re.search(r" [1-9]\d* failed", line.read_text())):
                line.unlink(missing_ok=True)
            report_part(word, status)
            return status
    return status_of_all(statuses)


def main() -> int:
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    try:
        status = play(words[:at], words[at + 1 :])
    except LabError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    # Whoever does not come this far was killed
    run_folder("played").touch()
    return status


if __name__ == "__main__":
    sys.exit(main())
