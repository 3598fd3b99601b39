# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: a failure that is expected is of one kind, and comes in the test.

xfail alone would take for it whatever else fails, such as machines that do not boot.
"""

from collections.abc import Generator

import pytest

_WANTED = {"strict", "raises", "reason"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if missing := lacks(item):
            raise pytest.UsageError(
                f"{item.nodeid}: its xfail lacks {', '.join(sorted(missing))}"
            )


def lacks(item: pytest.Item) -> set[str]:
    """What its marks do not say."""
    marks = [mark.kwargs for mark in item.iter_markers("xfail")]
    return {name for name in _WANTED for said in marks if not said.get(name)}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not (call.excinfo and hasattr(report, "wasxfail")):
        return report
    # Said while it ran: by a mark, or by pytest.xfail()
    late = lacks(item) or isinstance(call.excinfo.value, pytest.xfail.Exception)
    if call.when != "call" or late:
        del report.wasxfail
        report.outcome = "failed"
    return report
