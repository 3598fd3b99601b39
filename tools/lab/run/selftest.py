# SPDX-License-Identifier: GPL-2.0
"""`./lab selftest [SIDE:]NAME...`: kselftests of the kernel, where the driver is.

NAME is a folder below tools/testing/selftests, SIDE is `ep` or `host` (without it:
where the driver of that suite runs, else the host). The endpoint
exports the function that a suite known here needs, else the kernel's test function.
Every program of the suite runs; the report is KTAP on standard output, logs lie in
the run's folder.

The exit status is 0 when nothing failed, 4 when all was skipped, else 1.

    python3 -m run.selftest sides EP_TREE HOST_TREE [SIDE:]NAME...
                                        `SIDE NAME` a line, checked
    python3 -m run.selftest play [SIDE:]NAME...
"""

import difflib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import dma, ktap, options
from .artifacts import Artifacts, Kernels, run_folder
from .errors import LabError
from .lab import Lab
from .machine import Machine
from .report import Outcome
from .report import ktap as report_of

BOARD = "rcar-s4"
SIDES = ("ep", "host")
TIMEOUT = 900

_SKIPPED = 4
_SELFTESTS = "tools/testing/selftests"

# As tools/lab/kernel/selftest.sh puts them into the image
_IN_GUEST = "/selftests"


def _export_test_function(lab: Lab) -> str:
    import epf_test

    epf_test.start(lab, "104c:b500")
    lab.start_host()
    return ""


def _export_dma(lab: Lab) -> str:
    return dma.bring_up(lab)


@dataclass(frozen=True)
class Suite:
    """What is known of a suite: where its driver is, what it needs there first.

    prepare: brings both machines up; returns an argument for its programs.
    """

    side: str = "host"
    prepare: Callable[[Lab], str] = _export_test_function


KNOWN = {
    "pci_endpoint": Suite(),
    "pci_ep_dma": Suite(prepare=_export_dma),
}


@dataclass(frozen=True)
class Wanted:
    """One suite that was asked for."""

    name: str
    side: str
    suite: Suite


def wanted(word: str) -> Wanted:
    side, colon, name = word.rpartition(":")
    suite = KNOWN.get(name, Suite())
    if colon and side not in SIDES:
        raise LabError(f"'{side}' is no side of '{word}'; there are: ep, host")
    return Wanted(name, side or suite.side, suite)


def _suites_of(tree: Path) -> list[str]:
    folder = tree / _SELFTESTS
    paths = (path.parent.relative_to(folder) for path in folder.glob("**/Makefile"))
    return sorted(str(path) for path in paths if path.name)


def check_name(tree: Path, name: str) -> None:
    """LabError, with what is near, when the tree has no such suite."""
    there = _suites_of(tree)
    if name in there:
        return
    near = difflib.get_close_matches(name, there, n=5, cutoff=0.5)
    near += [one for one in there if name and name in one and one not in near]
    hint = f"; near it: {', '.join(near[:8])}" if near else ""
    raise LabError(f"no selftest '{name}' in the tree{hint}")


def _programs(machine: Machine, name: str) -> list[str]:
    return machine.do(f"cat {_IN_GUEST}/{name}/PROGRAMS").split()


def _outcomes(suite: str, rc: int, out: str) -> Iterator[Outcome]:
    """Of one program: its own cases, and one for an end that they do not explain."""
    try:
        cases = ktap.parse(out)
    except ktap.NoReport:
        result = {0: "pass", _SKIPPED: "skip"}.get(rc, "fail")
        last = out.strip().splitlines()[-1:] or [""]
        yield Outcome(suite, "program", result, last[0], out)
        return
    except LabError as error:
        yield Outcome(suite, "program", "fail", detail=f"{out}\n{error}")
        return
    for case in cases:
        yield Outcome(suite, case.name, case.result, case.reason, case.detail)
    if rc not in (0, _SKIPPED) and not any(case.result == "fail" for case in cases):
        yield Outcome(suite, "end", "fail", detail=f"exit status {rc}")


def _play(
    one: Wanted, number: int, kernels: Kernels, artifacts: Artifacts
) -> Iterator[Outcome]:
    """One by one: what comes before a failure of the machines counts as well."""
    folder = run_folder(f"selftest-{number}-{one.name.replace('/', '-')}")
    with Lab(options.board(BOARD), kernels, folder, artifacts=artifacts) as lab:
        argument = one.suite.prepare(lab)
        machine = lab.ep if one.side == "ep" else lab.host
        for program in _programs(machine, one.name):
            print(f"selftest: {one.name}: {program}", file=sys.stderr, flush=True)
            command = f"cd {_IN_GUEST}/{one.name} && ./{program} {argument}"
            result = machine.run(command, TIMEOUT)
            (folder / f"{program}.ktap").write_text(result.out)
            suite = f"{one.name}:{program}"
            yield from _outcomes(suite, result.rc, result.out)


def play(words: list[str]) -> int:
    artifacts = Artifacts.load()
    kernels = replace(
        artifacts.kernels(artifacts.best_kernels()),
        ep_initramfs=artifacts.path("ep.selftest.initramfs"),
        host_initramfs=artifacts.path("host.selftest.initramfs"),
    )
    outcomes: list[Outcome] = []
    for number, word in enumerate(words, 1):
        one = wanted(word)
        try:
            outcomes.extend(_play(one, number, kernels, artifacts))
        except LabError as error:
            outcomes.append(Outcome(one.name, "machines", "fail", detail=str(error)))
    sys.stdout.write(report_of(outcomes))
    results = {outcome.result for outcome in outcomes}
    if "fail" in results:
        return 1
    return _SKIPPED if results == {"skip"} else 0


def sides(trees: list[str], words: list[str]) -> int:
    chosen = [wanted(word) for word in words]
    tree_of = dict(zip(SIDES, map(Path, trees), strict=True))
    for one in chosen:
        check_name(tree_of[one.side], one.name)
    for one in chosen:
        print(one.side, one.name)
    return 0


def main() -> int:
    verb, *words = sys.argv[1:]
    try:
        if verb == "sides":
            return sides(words[:2], words[2:])
        return play(words)
    except LabError as error:
        print(f"selftest: {error}", file=sys.stderr)
        return 2 if verb == "sides" else 1


if __name__ == "__main__":
    sys.exit(main())
