# SPDX-License-Identifier: GPL-2.0
"""The program of tools/pci that prints the block of an endpoint."""

import os
import subprocess
from pathlib import Path

REPO = Path(os.environ.get("LAB", Path(__file__).parents[3]))


def build(folder: Path) -> Path:
    """The program, warnings being errors."""
    subprocess.run(
        [
            *("make", "-s", "-C", REPO / "tools/pci"),
            *(f"OUTPUT={folder}/", "CC=gcc", "CPPFLAGS=-Werror"),
        ],
        check=True,
    )
    return folder / "pci_ep_dma_dump"


def show(program: Path, file: Path) -> str:
    """What it prints of a block that it does not refuse."""
    return subprocess.run(
        [program, file], capture_output=True, text=True, check=True
    ).stdout
