# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: what became of each test, as a line of $LAB_RUN/results.jsonl.

run/check.py makes the report of the whole check of it; see run.report.Outcome for
what a line says.
"""

import json
import os
from pathlib import Path

import pytest
from parts import is_worker

_DETAIL = 4000


def reason_of(report: pytest.TestReport) -> str:
    """Why a test was skipped, or is expected to fail."""
    if hasattr(report, "wasxfail"):
        return report.wasxfail.removeprefix("reason: ")
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return ""


def result_of(report: pytest.TestReport) -> str:
    if report.failed:
        return "fail"
    if report.skipped:
        return "xfail" if hasattr(report, "wasxfail") else "skip"
    return "pass"


class Results:
    """One for each call of pytest."""

    def __init__(self, config: pytest.Config):
        self._variant = config.getoption("variant") or ""
        self._outcomes: dict[str, dict[str, object]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        module, _, name = report.nodeid.partition("::")
        outcome = self._outcomes.setdefault(
            report.nodeid,
            {
                "suite": ".".join(filter(None, [self._variant, Path(module).stem])),
                "name": name,
                "result": "",
                "reason": "",
                "detail": "",
                "seconds": 0.0,
            },
        )
        outcome["seconds"] += report.duration
        result = result_of(report)
        if report.when == "call" and not outcome["result"]:
            outcome["result"] = result
        if result != "pass" and outcome["result"] != "fail":
            outcome["result"] = result
            outcome["reason"] = reason_of(report)
        if result == "fail":
            outcome["detail"] += report.longreprtext[-_DETAIL:]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that fails, or skips, as a whole."""
        if not report.passed:
            self._outcomes[report.nodeid] = {
                "suite": Path(report.nodeid).stem,
                "name": "collection",
                "result": result_of(report),
                "reason": reason_of(report),
                "detail": report.longreprtext[-_DETAIL:] if report.failed else "",
                "seconds": 0.0,
            }

    def pytest_sessionfinish(self) -> None:
        with open(Path(os.environ["LAB_RUN"], "results.jsonl"), "a") as out:
            for outcome in self._outcomes.values():
                # One that ended pytest itself has none
                if outcome["result"]:
                    out.write(json.dumps(outcome) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("LAB_RUN") and not is_worker(config):
        config.pluginmanager.register(Results(config))
