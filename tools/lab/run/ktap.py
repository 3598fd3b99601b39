# SPDX-License-Identifier: GPL-2.0
"""Reads KTAP, the format in which kselftest and KUnit report.

Only the outermost level counts; the indented reports of subtests belong to the
line that sums them up. A report that ends early is an error: a missing case is
never a passed one.
"""

import re
from dataclasses import dataclass

from .errors import LabError

_PLAN = re.compile(r"^1\.\.(\d+)\s*$")
_SKIPPED = re.compile(r"^1\.\.0(?: # SKIP)?\s*(.*)$")
_CASE = re.compile(r"^(not )?ok (\d+)(?: -)?(?: ([^#]*?))?\s*(?:# ?(.*))?$")
_DIRECTIVE = re.compile(r"^(SKIP|XFAIL|TODO|TIMEOUT|ERROR)\b:? ?(.*)$", re.I)


class NoReport(LabError):
    """A text without a plan. What has a plan and breaks off is a report, a bad one."""


@dataclass(frozen=True)
class Case:
    """One test case.

    result: `pass`, `fail`, `skip` or `xfail`; reason: text behind the directive;
    detail: the diagnostic lines before the result.
    """

    name: str
    result: str
    reason: str = ""
    detail: str = ""


def _result(failed: bool, comment: str) -> tuple[str, str]:
    directive = _DIRECTIVE.match(comment)
    if not directive:
        return ("fail" if failed else "pass"), comment
    word, reason = directive.group(1).upper(), directive.group(2)
    if word in ("TIMEOUT", "ERROR") or (failed and word == "SKIP"):
        return "fail", comment
    if word == "SKIP":
        return "skip", reason
    return "xfail", reason


def parse(text: str) -> list[Case]:
    """The cases of a report, in order; one nameless skip for a suite that was skipped
    as a whole, or has no case.

    Raises NoReport when there is no plan, LabError when the cases are not exactly those
    that it announces.
    """
    plan = None
    cases: list[Case] = []
    detail: list[str] = []
    for line in text.replace("\r", "").splitlines():
        if plan is None:
            skipped = _SKIPPED.match(line)
            if skipped and not cases:
                return [Case("", "skip", skipped.group(1))]
            # It may also come last
            announced = _PLAN.match(line)
            if announced:
                plan = int(announced.group(1))
                detail = []
                continue
        found = _CASE.match(line)
        if not found:
            detail.append(line)
            continue
        failed, number, name, comment = found.groups()
        if int(number) != len(cases) + 1:
            raise LabError(
                f"test report: case {len(cases) + 1} is missing, "
                f"case {number} ({name}) follows"
            )
        result, reason = _result(bool(failed), comment or "")
        cases.append(Case(name or "", result, reason, "\n".join(detail)))
        detail = []
    if plan is None:
        last = text.strip().splitlines()[-1:] or ["nothing"]
        raise NoReport(f"test report: no plan (1..N); it ends with: {last[0]}")
    if len(cases) != plan:
        raise LabError(f"test report: {plan} cases planned, {len(cases)} reported")
    return cases
