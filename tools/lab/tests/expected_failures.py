# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: a failure that is expected is of one kind, and comes in the test.

xfail alone would take for it whatever else fails, such as machines that do not boot.
"""

from collections.abc import Generator

import pytest

_WANTED = {"strict", "raises", "reason"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("xfail"):
            missing = _WANTED - {name for name, value in mark.kwargs.items() if value}
            if missing:
                raise pytest.UsageError(
                    f"{item.nodeid}: its xfail lacks {', '.join(sorted(missing))}"
                )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when != "call" and call.excinfo and hasattr(report, "wasxfail"):
        del report.wasxfail
        report.outcome = "failed"
    return report
