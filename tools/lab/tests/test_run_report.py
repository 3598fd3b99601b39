# SPDX-License-Identifier: GPL-2.0
"""The report for kernel CI: what every reader of KTAP understands."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from run.ktap import Case, parse
from run.report import Outcome, ktap

HANG = 120


def nested(report: str, suite: str) -> list[Case]:
    """The cases of one suite."""
    (case,) = [case for case in parse(report) if case.name == suite]
    text = textwrap.dedent(case.detail)
    assert text.startswith(f"KTAP version 1\n# Subtest: {suite}\n1..")
    return parse(text)


def test_every_result_and_its_reason():
    report = ktap(
        [
            Outcome("test_a", "test_1[x]", "pass"),
            Outcome("test_b", "test_1", "skip", "no such board"),
            Outcome(
                "test_a", "test_2", "fail", detail="E  1 != 2\nnot ok 7 in the log"
            ),
            Outcome("test_a", "test_3", "xfail", "EA2: not yet"),
            Outcome("v1.test_a", "test_1[x]", "pass"),
        ]
    )
    assert report.startswith("KTAP version 1\n1..3\n")
    suites = [(case.name, case.result) for case in parse(report)]
    assert suites == [("test_a", "fail"), ("test_b", "skip"), ("v1.test_a", "pass")]
    assert [(c.name, c.result, c.reason) for c in nested(report, "test_a")] == [
        ("test_1[x]", "pass", ""),
        ("test_2", "fail", ""),
        ("test_3", "xfail", "EA2: not yet"),
    ]
    assert "\n    not ok 3 test_3 # TODO EA2: not yet\n" in report
    assert "# E  1 != 2" in nested(report, "test_a")[1].detail
    assert nested(report, "test_b") == [Case("test_1", "skip", "no such board")]


def test_text_that_looks_like_a_directive():
    """A name, or a reason of two lines, cannot change the verdict."""
    report = ktap(
        [
            Outcome("test_a", "test_1[# SKIP me]", "fail"),
            Outcome("test_a", "test_2", "skip", "one\nok 3 two # three"),
            Outcome("test_a", "test_3", "xfail"),
        ]
    )
    assert [(c.name, c.result, c.reason) for c in nested(report, "test_a")] == [
        ("test_1[_ SKIP me]", "fail", ""),
        ("test_2", "skip", "one ok 3 two _ three"),
        ("test_3", "xfail", "no reason given"),
    ]


def test_nothing_was_tested():
    assert ktap([]) == "KTAP version 1\n1..0\n"


SUITE = """
import pytest

@pytest.fixture
def broken():
    yield
    assert False, "on the way out"

def test_good(): pass
def test_bad(): assert 1 == 2
def test_bad_end(broken): pass
def test_bad_twice(broken): assert 1 == 3
def test_skipped(): pytest.skip("not here")
@pytest.mark.skip(reason="never")
def test_marked(): pass
@pytest.mark.xfail(strict=True, raises=AssertionError, reason="not yet")
def test_expected(): assert False
@pytest.mark.xfail(strict=True, raises=AssertionError, reason="mended")
def test_surprise(): pass
"""


def test_what_pytest_says(tmp_path: Path):
    """The whole way from a test to the report, with workers."""
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "test_wrong.py").write_text("import no_such_module\n")
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    (tmp_path / "test_not_here.py").write_text(
        "import pytest\npytest.skip('no such machine', allow_module_level=True)\n"
    )
    env = os.environ | {"LAB_RUN": str(tmp_path)}
    run = [sys.executable, "-m"]
    done = subprocess.run(
        [*run, "run.check", "unit", "--", tmp_path, "--continue-on-collection-errors"],
        env=env,
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert done.returncode == 1, done.stdout
    done = subprocess.run(
        [*run, "run.report"], env=env, capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == 0, done.stderr
    suites = {case.name: case.result for case in parse(done.stdout)}
    assert suites == {
        "test_suite": "fail",
        "test_other": "pass",
        "test_wrong": "fail",
        "test_not_here": "skip",
    }
    assert nested(done.stdout, "test_not_here")[0].reason == "no such machine"
    found = {case.name: case for case in nested(done.stdout, "test_suite")}
    assert {name: (case.result, case.reason) for name, case in found.items()} == {
        "test_good": ("pass", ""),
        "test_bad": ("fail", ""),
        "test_bad_end": ("fail", ""),
        "test_bad_twice": ("fail", ""),
        "test_skipped": ("skip", "not here"),
        "test_marked": ("skip", "never"),
        "test_expected": ("xfail", "not yet"),
        "test_surprise": ("fail", ""),
    }
    assert "assert 1 == 2" in found["test_bad"].detail
    assert "on the way out" in found["test_bad_end"].detail
    for why in ("assert 1 == 3", "on the way out"):
        assert why in found["test_bad_twice"].detail
    assert "no_such_module" in nested(done.stdout, "test_wrong")[0].detail


def test_no_results(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "run.report"],
        env=os.environ | {"LAB_RUN": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert done.returncode == 1
    assert "report: no results: " in done.stderr
