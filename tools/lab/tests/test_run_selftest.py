# SPDX-License-Identifier: GPL-2.0
"""Selftests of the kernel: which, where, and what their reports come to."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from run import LabError
from run.ktap import parse
from run.selftest import _outcomes, check_name, wanted

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


@pytest.mark.parametrize(
    "rc, out, results",
    [
        (0, "1..2\nok 1 a\nok 2 b # SKIP why\n", ["pass", "skip"]),
        (1, "1..2\nok 1 a\nnot ok 2 b\n", ["pass", "fail"]),
        # What a report does not tell, the exit status does
        (1, "1..1\nok 1 a\n", ["pass", "fail"]),
        (139, "1..2\nok 1 a\n", ["fail"]),
        (0, "all is well\n", ["pass"]),
        (4, "no device\n", ["skip"]),
        (1, "", ["fail"]),
    ],
)
def test_results(rc: int, out: str, results: list[str]):
    assert [outcome.result for outcome in _outcomes("s", rc, out)] == results


def play(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "run.selftest", "play", *words],
        capture_output=True,
        text=True,
        env=os.environ | {"LAB_RUN": str(tmp_path)},
        timeout=HANG,
    )


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
    """The function is made for it. What fails on this board is in test_base.py."""
    done = play(tmp_path, "pci_endpoint")
    assert done.returncode == 1, done.stdout + done.stderr
    (case,) = parse(done.stdout)
    assert (case.name, case.result) == ("pci_endpoint:pci_endpoint_test", "fail")
    results = {one.name: one.result for one in parse(textwrap.dedent(case.detail))}
    assert results["pci_ep_basic.MSI_TEST"] == "pass"
    assert len(results) > 20
