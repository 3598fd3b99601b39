# SPDX-License-Identifier: GPL-2.0
"""`./lab shell ep|host`: both machines up and bound, and commands for one of them.

Each line is run by the guest's sh on its own, so `cd` and variables last for one
line. `exit`, or the end of input, ends both machines.
"""

import sys

from . import dma
from .artifacts import Artifacts, run_folder
from .demo_dma import BOARD
from .errors import LabError
from .lab import Lab

_TIMEOUT = 600


def serve(lab: Lab, side: str) -> None:
    machine = lab.ep if side == "ep" else lab.host
    while True:
        try:
            line = input(f"{machine.name}# ").strip()
        except EOFError:
            print()
            return
        if line == "exit":
            return
        if line:
            result = machine.run(line, timeout=_TIMEOUT)
            print(result.out, end="" if result.out.endswith("\n") else "\n")


def main() -> int:
    side = sys.argv[1]
    logs = run_folder("shell")
    artifacts = Artifacts.load()
    try:
        with Lab(
            BOARD, artifacts.kernels("next"), logs, artifacts=artifacts, judge=False
        ) as lab:
            bdf = dma.bring_up(lab)
            print(f"both machines are up, the host has bound {bdf}; `exit` ends them")
            serve(lab, side)
    except LabError as error:
        print(f"shell: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
