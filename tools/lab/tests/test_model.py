# SPDX-License-Identifier: GPL-2.0
"""The unit tests of the emulated controller: built with AddressSanitizer and
UBSan, one TAP line a test. A test that the program does not report is a failure."""

import os
import re
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[1] / "model"
TESTS = [
    name
    for source in sorted((MODEL / "tests").glob("*.c"))
    for name in re.findall(r"^TEST\((\w+)\)", source.read_text(), re.M)
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the test program says; it ends with the plan if it ran to its end."""
    folder = tmp_path_factory.mktemp("model")
    done = subprocess.run(
        ["make", "-s", f"-j{os.cpu_count()}", "-C", str(MODEL), "test", f"O={folder}"],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return done.stdout + done.stderr


def test_model_runs_to_its_end(report: str):
    assert f"1..{len(TESTS)}\n" in report, report[-4000:]
    assert not re.search(r"Sanitizer|runtime error", report), report[-4000:]


@pytest.mark.parametrize("name", TESTS)
def test_model(report: str, name: str):
    said = re.search(rf"(.*\n)?^(not )?ok \d+ - {name}$", report, re.M)
    assert said, report[-4000:]
    assert not said[2], said[0]


README = (MODEL / "README.md").read_text()
_, _, RULES = README.partition("`violation.*` counts")
_, _, MODES = README.partition("\n## Modes\n")


def test_rules_of_the_bus_are_documented():
    names = re.findall(r'"violation\.(\w+)"', (MODEL / "count.c").read_text())
    said, _, _ = RULES.partition("\n#")
    assert set(re.findall(r"`(\w+)`[,:]", said)) == set(names) != set()


def test_modes_are_documented():
    """With their values from the strictest to the kindest, and the default."""
    table = re.findall(
        r'\.name = "(.*)",\s+\.word = \{ "(.*)" \},\s+\.def = (\w+),',
        (MODEL / "modes.c").read_text(),
    )
    rows = dict(re.findall(r"^\| `([\w-]+)`:.*? \| (.*?) \|", MODES, re.M))
    assert {name for name, _, _ in table} == set(rows) != set()
    for name, words, default in table:
        default = default.rsplit("_")[-1].lower()
        assert f"**{default}**" in rows[name]
        assert re.search(r"\b.*\b".join(words.split('", "')), rows[name])
