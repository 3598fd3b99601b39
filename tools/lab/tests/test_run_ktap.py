# SPDX-License-Identifier: GPL-2.0
"""The KTAP reader: it must not make a missing or broken case look like a pass."""

import pytest
from run import LabError
from run.ktap import Case, parse

HARNESS = """\
TAP version 13
1..4
# Starting 4 tests from 2 test cases.
#  RUN           bar.BAR0.SUBRANGE ...
#      SKIP      BAR is test register space
#            OK  bar.BAR0.SUBRANGE
ok 1 bar.BAR0.SUBRANGE # SKIP BAR is test register space
#  RUN           basic.INTX ...
# test.c:123:INTX:Expected 0 (0) == ret (-22)
# INTX: Test failed at step #1
#          FAIL  basic.INTX
not ok 2 basic.INTX
ok 3 basic.MSI
ok 4 basic.OLD # XFAIL not yet
# FAILED: 3 / 4 tests passed.
"""


def test_results_and_reasons():
    assert [(c.name, c.result, c.reason) for c in parse(HARNESS)] == [
        ("bar.BAR0.SUBRANGE", "skip", "BAR is test register space"),
        ("basic.INTX", "fail", ""),
        ("basic.MSI", "pass", ""),
        ("basic.OLD", "xfail", "not yet"),
    ]


def test_detail_belongs_to_its_case():
    cases = parse(HARNESS)
    assert "Expected 0 (0) == ret (-22)" in cases[1].detail
    assert cases[2].detail == ""


def test_kunit_dash_and_subtests():
    report = """\
[    0.5] not KTAP
KTAP version 1
1..1
    KTAP version 1
    # Subtest: format
    1..2
    ok 1 magic
    not ok 2 version
not ok 1 - format
"""
    (case,) = parse(report)
    assert case == Case("format", "fail", "", case.detail)
    assert "not ok 2 version" in case.detail


def test_plan_that_comes_last():
    """Of a program that counts as it goes."""
    assert parse("TAP version 13\nok 1 a\n# more\n1..1\n") == [
        Case("a", "pass", "", "TAP version 13")
    ]
    with pytest.raises(LabError, match="2 cases planned, 1 reported"):
        parse("ok 1 a\n1..2\n")


def test_serial_line_ends():
    assert parse("1..1\r\nok 1 a\r\n") == [Case("a", "pass")]


def test_suite_skipped_as_a_whole():
    report = "TAP version 13\n1..0 # SKIP no device\n"
    assert parse(report) == [Case("", "skip", "no device")]


def test_suite_without_a_case():
    """Nothing was tested, so nothing has passed."""
    assert parse("TAP version 13\n1..0\n") == [Case("", "skip")]


@pytest.mark.parametrize("word", ["TIMEOUT", "ERROR"])
def test_a_case_that_was_ended_has_failed(word):
    (case,) = parse(f"1..1\nnot ok 1 a # {word} 45 seconds\n")
    assert case.result == "fail"


@pytest.mark.parametrize(
    "report, message",
    [
        ("", "no plan"),
        ("Segmentation fault\n", "no plan.*Segmentation fault"),
        ("1..3\nok 1 a\nok 2 b\n", "3 cases planned, 2 reported"),
        ("1..1\nok 1 a\nok 2 b\n", "1 cases planned, 2 reported"),
        ("1..3\nok 1 a\nok 3 c\n", "case 2 is missing"),
        ("1..2\nok 1 a\nok 1 a\n", "case 2 is missing"),
    ],
)
def test_incomplete_reports_are_errors(report, message):
    with pytest.raises(LabError, match=message):
        parse(report)
