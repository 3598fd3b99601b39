# SPDX-License-Identifier: GPL-2.0
"""The parser of the block, the very file of the kernel, compiled for user space.

KUnit goes through its rules one by one; here libFuzzer looks for what nobody
thought of. The runs are counted, not timed.
"""

import os
import subprocess
from pathlib import Path

import pytest

REPO = Path(os.environ.get("LAB", Path(__file__).parents[3]))
RUNS = 500_000
HANG = 600


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harness, with the address and undefined-behaviour sanitizers."""
    out = tmp_path_factory.mktemp("fuzz")
    subprocess.run(
        ["make", "-s", "-C", REPO / "tools/lab/fuzz", f"O={out}"], check=True
    )
    return out / "pci_ep_dma_fuzz"


@pytest.mark.parametrize("seed", [1, 2])
def test_parser_withstands_any_block(fuzzer: Path, tmp_path: Path, seed: int):
    """Q7, Q30: no access outside of the copy, and nothing accepted that lies."""
    done = subprocess.run(
        [fuzzer, f"-runs={RUNS}", f"-seed={seed}", "-max_len=2048"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {RUNS} runs" in done.stderr
