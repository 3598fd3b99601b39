# SPDX-License-Identifier: GPL-2.0
"""`./lab demo [NAME]`: one job of an endpoint, told step by step.

Both machines boot, the endpoint offers something, the host takes it and moves data
both ways. The commands are those of boards, shown as they are run. The last line is
`demo: PASS <what moved>`, exit 0, or `demo: FAIL <why>`, exit 1.

A demo is a module with a board, BOARD, the kernels that it is for, KERNELS, what
their drivers are known for, KNOWN, and play(), which gets the lab with the endpoint
booted.
"""

import sys
from pathlib import Path

from . import demo_dma, demo_ntb, demo_nvme
from .artifacts import Artifacts, run_folder
from .errors import last_words
from .lab import Lab
from .narration import say, show, step

DEMOS = {"dma": demo_dma, "nvme": demo_nvme, "ntb": demo_ntb}


def run(name: str, workdir: Path) -> str:
    """One demo; returns what it moved, in words."""
    demo = DEMOS[name]
    artifacts = Artifacts.load()
    step(f"endpoint boots: arm64, an emulated controller shaped like {demo.BOARD}")
    kernels = artifacts.kernels(demo.KERNELS)
    with Lab(
        demo.BOARD, kernels, workdir, artifacts=artifacts, known=demo.KNOWN
    ) as lab:
        show(lab.ep, "uname -srm")
        return demo.play(lab)


def main() -> int:
    logs = run_folder("demo")
    try:
        moved = run(sys.argv[1], logs)
    except Exception as error:
        say("\n" + last_words(error, "demo"))
        return 1
    say(f"\ndemo: PASS {moved}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
