# SPDX-License-Identifier: GPL-2.0
"""Demos as a user sees them, to their last line; that of DMA is in test_tracing.py."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from front_door import DEMO_HANG


NVME = (
    "per command of 4 KiB",
    "16777216 written by the host 16777216 read by the host",
)
NTB = (
    "for 1 MiB",
    "1048576 host-to-endpoint 1048576 endpoint-to-host 5 pings each way",
)


@pytest.mark.needs("base")
@pytest.mark.usefixtures("artifacts")
@pytest.mark.parametrize(
    "name, board, table, moved",
    [
        ("nvme", "rk3588", *NVME),
        ("nvme", "rcar-s4", *NVME),
        ("ntb", "rcar-s4", *NTB),
    ],
)
def test_demo(tmp_path: Path, name: str, board: str, table: str, moved: str):
    """What crosses the link is told; what was moved is the last line."""
    done = subprocess.run(
        [sys.executable, "-m", "run.demo", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEMO_HANG,
        env=os.environ | {"LAB_BOARD": board, "LAB_RUN": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout
    assert re.search(rf"\n    {table} +\w", done.stdout), done.stdout
    # Each way other data, and the same on both sides
    sums = re.findall(r"\b[0-9a-f]{64}\b", done.stdout)
    assert len(sums) == 4 and len(set(sums)) == 2
    assert done.stdout.splitlines()[-1] == f"demo: PASS {moved}"
