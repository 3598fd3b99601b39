# SPDX-License-Identifier: GPL-2.0
"""Two labs at the same time do not meet: not in files, not in sockets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs("next")

# Both are on one CPU
HANG = 900


@pytest.mark.usefixtures("artifacts")
def test_two_demos_at_once(tmp_path: Path):
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "run.demo", "dma"],
            env={**os.environ, "LAB_RUN": str(tmp_path / name)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("one", "two")
    ]
    try:
        told = [one.communicate(timeout=HANG)[0] for one in both]
    finally:
        for one in both:
            one.kill()
            one.wait()
    for text in told:
        assert text.splitlines()[-1].startswith("demo: PASS "), text
    logs = [
        sorted(path.name for path in (tmp_path / name / "demo").iterdir())
        for name in ("one", "two")
    ]
    assert logs[0] == logs[1] != []
