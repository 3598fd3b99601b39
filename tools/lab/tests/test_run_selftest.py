# SPDX-License-Identifier: GPL-2.0
"""Selftests of the kernel: which, where, and what their reports come to."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from fakes import fakes  # noqa: F401
from pci_endpoint import unexpected
from run import LabError, selftest
from run.ktap import parse
from run.selftest import Suite, _outcomes, check_name, wanted

HANG = 900


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A kernel with a few suites."""
    for name in ("pci_endpoint", "pci_ep_dma", "drivers/dma-buf", "ntb", "empty"):
        folder = tmp_path / "tools/testing/selftests" / name
        folder.mkdir(parents=True)
        if name != "empty":
            (folder / "Makefile").touch()
    (tmp_path / "tools/testing/selftests/Makefile").touch()
    return tmp_path


@pytest.mark.parametrize("name", ["ntb", "drivers/dma-buf"])
def test_name_that_is_there(tree: Path, name: str):
    check_name(tree, name)


@pytest.mark.parametrize(
    "name, near",
    [
        ("pci_endpiont", "; near it: pci_endpoint, pci_ep_dma"),
        ("dma", "; near it: pci_ep_dma, drivers/dma-buf"),
        ("zzz", ""),
        ("empty", ""),
        (".", ""),
        ("../selftests/ntb", ""),
        ("empty/../ntb", ""),
        ("/etc", ""),
    ],
)
def test_name_that_is_not_there(tree: Path, name: str, near: str):
    with pytest.raises(LabError) as caught:
        check_name(tree, name)
    said = str(caught.value)
    assert said.startswith(f"no selftest '{name}' in the tree")
    assert set(said.partition("near it: ")[2].split(", ")) == set(
        near.partition("near it: ")[2].split(", ")
    )


def test_sides():
    assert wanted("pci_endpoint").side == "host"
    assert wanted("size").side == "host"
    assert wanted("ep:size").side == "ep"
    assert wanted("ep:size").name == "size"
    with pytest.raises(LabError, match="'arm' is no side of 'arm:size'"):
        wanted("arm:size")


def test_a_suite_is_looked_for_on_its_side(tree: Path, tmp_path: Path, capsys):
    """The machines may have kernels of two trees."""
    other = tmp_path / "other"
    (other / "tools/testing/selftests/mine").mkdir(parents=True)
    (other / "tools/testing/selftests/mine/Makefile").touch()
    (other / "tools/testing/selftests/Makefile").touch()
    trees = [str(other), str(tree)]
    assert selftest.sides(trees, ["ep:mine", "ntb"]) == 0
    assert capsys.readouterr().out == "ep mine\nhost ntb\n"
    with pytest.raises(LabError, match="no selftest 'mine'"):
        selftest.sides(trees, ["mine"])


@pytest.mark.parametrize(
    "rc, out, results",
    [
        (0, "1..2\nok 1 a\nok 2 b # SKIP why\n", ["pass", "skip"]),
        (1, "1..2\nok 1 a\nnot ok 2 b\n", ["pass", "fail"]),
        # What a report does not tell, the exit status does
        (1, "1..1\nok 1 a\n", ["pass", "fail"]),
        (139, "1..2\nok 1 a\n", ["fail"]),
        # Nor does that make up for one that breaks off
        (0, "1..2\nok 1 a\n", ["fail"]),
        (4, "1..2\n", ["fail"]),
        (0, "1..1\nok 1 a\n1..1\nnot ok 1 b\n", ["fail"]),
        (0, "1..0\n", ["skip"]),
        (0, "all is well\n", ["pass"]),
        (4, "no device\n", ["skip"]),
        (1, "", ["fail"]),
    ],
)
def test_results(rc: int, out: str, results: list[str]):
    assert [outcome.result for outcome in _outcomes("s", rc, out)] == results


def play(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """On the board with small BARs: less for a suite to write and read."""
    return subprocess.run(
        [sys.executable, "-m", "run.selftest", "play", *words],
        capture_output=True,
        text=True,
        env=os.environ | {"LAB_BOARD": "generic", "LAB_RUN": str(tmp_path)},
        timeout=HANG,
    )


PROGRAMS = {
    "good": {"one": "exit 0"},
    "absent": {"one": "exit 4"},
    # The agent is the parent of the shell that runs a command
    "dead": {"first": "exit 1", "one": "kill -9 $(ps -o ppid= $PPID)"},
}


@pytest.fixture
def suites(fakes: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Machines, their suites being folders of the test's own."""
    folder = fakes / "selftests"
    for suite, programs in PROGRAMS.items():
        (folder / suite).mkdir(parents=True)
        (folder / suite / "PROGRAMS").write_text("\n".join(programs))
        for name, text in programs.items():
            (folder / suite / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / suite / name).chmod(0o755)
    known = Suite(prepare=lambda lab: lab.start_host() or "")
    monkeypatch.setattr("run.selftest.KNOWN", dict.fromkeys(PROGRAMS, known))
    monkeypatch.setattr("run.selftest._IN_GUEST", str(folder))


def test_machine_that_dies_keeps_what_was_found(suites, capsys):
    """And the suite behind it is played."""
    assert selftest.play(["ep:dead", "good"]) == 1
    found = {case.name: case for case in parse(capsys.readouterr().out)}
    results = {name: case.result for name, case in found.items()}
    assert results == {"dead:first": "fail", "dead": "fail", "good:one": "pass"}
    assert "QEMU was killed by SIGKILL" in found["dead"].detail


def test_suites_that_were_skipped(suites, capsys):
    assert selftest.play(["absent"]) == 4
    (case,) = parse(capsys.readouterr().out)
    assert (case.name, case.result) == ("absent:one", "skip")
    assert selftest.play(["absent", "good"]) == 0


def test_same_suite_twice_has_two_folders(suites, fakes, capsys):  # noqa: F811
    """Else its second machine would write over the log of the first."""
    assert selftest.play(["good", "ep:good"]) == 0
    assert len(list(fakes.glob("selftest-*/endpoint.console"))) == 2


@pytest.mark.needs("base", "next", "selftest")
def test_suite_on_each_side(artifacts, tmp_path: Path):
    done = play(tmp_path, "size", "ep:size")
    assert done.returncode == 0, done.stdout + done.stderr
    (case,) = parse(done.stdout)
    assert (case.name, case.result) == ("size:get_size", "pass")
    cases = parse(textwrap.dedent(case.detail))
    assert len(cases) == 2
    assert all(one.result == "pass" for one in cases)


@pytest.mark.needs("base", "next", "selftest")
def test_suite_of_the_endpoint(artifacts, tmp_path: Path):
    """The function is made for it, and some of its cases fail on every board."""
    done = play(tmp_path, "pci_endpoint")
    assert done.returncode == 1, done.stdout + done.stderr
    (case,) = parse(done.stdout)
    assert (case.name, case.result) == ("pci_endpoint:pci_endpoint_test", "fail")
    cases = parse(textwrap.dedent(case.detail))
    assert unexpected({one.name: one for one in cases}) == []
