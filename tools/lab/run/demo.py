# SPDX-License-Identifier: GPL-2.0
"""`./lab demo`: the main job, told step by step.

Both machines boot, the endpoint exports its channels, the host binds and moves
data both ways. The commands are those of boards, shown as they are run. The last
line is `demo: PASS <bytes> host-to-endpoint <bytes> endpoint-to-host`, exit 0, or
`demo: FAIL <why>`, exit 1.
"""

import sys
from pathlib import Path

from . import dma, options
from .artifacts import Artifacts, run_folder
from .errors import LabError
from .lab import Lab
from .machine import Machine

BOARD = options.board("rcar-s4")
SIZE = 1 << 20
COUNT = 64
COUNTED = 16

# Counters of the link that one transfer is charged with
SHOWN = {
    "host.mem.read": "reads of the host (it waits for each)",
    "host.mem.write": "writes of the host (posted)",
    "dma.mem.read": "reads of the engine",
    "dma.mem.write": "writes of the engine",
    "irq.imwr": "interrupts",
    "dma.start": "engine starts",
}


def say(text: str = "") -> None:
    print(text, flush=True)


def step(text: str) -> None:
    say(f"\n== {text}")


def show(machine: Machine, prompt: str, command: str, timeout: float = 60) -> str:
    """Run a command as a user would see it."""
    say(f"{prompt}# {command}")
    out = machine.do(command, timeout)
    for line in out.splitlines():
        say(f"    {line.rstrip()}")
    return out


def move(lab: Lab, bdf: str, direction: str) -> int:
    """64 MiB one way, verified. Returns the bytes."""
    command = dma.transfer_command(
        bdf, direction, size=SIZE, count=COUNT, depth=4, verify=True
    )
    say(f"host# {command}")
    moved = dma.transfer(lab.host, command)
    if not moved.verified or moved.bytes != SIZE * COUNT:
        raise LabError(f"{moved.bytes} bytes moved, verified: {moved.verified}")
    say(f"    {moved.bytes} bytes {dma.DIRECTIONS[direction]}, every byte verified")
    return moved.bytes


def count(lab: Lab, bdf: str) -> None:
    """What a transfer costs on the link, each way."""
    costs = {}
    for direction in dma.DIRECTIONS:
        lab.ctl.reset_counters()
        dma.transfer(
            lab.host,
            dma.transfer_command(bdf, direction, size=SIZE, count=COUNTED),
        )
        costs[direction] = lab.ctl.counters()
    say(f"    {'per transfer of 1 MiB':40} {'to endpoint':>12} {'to host':>12}")
    for name, text in SHOWN.items():
        values = [costs[direction][name].count / COUNTED for direction in costs]
        say(f"    {text:40} {values[0]:12g} {values[1]:12g}")


def run(workdir: Path) -> str:
    """The demo; returns what it moved, in words."""
    artifacts = Artifacts.load()
    step(f"endpoint boots: arm64, an emulated controller shaped like {BOARD}")
    with Lab(BOARD, artifacts.kernels("next"), workdir, artifacts=artifacts) as lab:
        show(lab.ep, "endpoint", "uname -srm")

        step("endpoint exports its DMA channels")
        for command in dma.Export().commands():
            show(lab.ep, "endpoint", command)

        step("host boots: x86-64, it finds the function on its bus")
        lab.start_host()
        show(lab.host, "host", "uname -srm")
        bdf = dma.find(lab.host)
        show(lab.host, "host", f"lspci -v -s {bdf}")

        step("host takes the channels")
        for command in dma.bind_commands(bdf):
            show(lab.host, "host", command)
        if not dma.is_bound(lab.host, bdf):
            raise LabError("dw-edma-pcie did not bind")
        show(lab.host, "host", "ls /sys/class/dma")

        step("data moves, and no CPU copies it")
        to_endpoint, to_host = (move(lab, bdf, way) for way in dma.DIRECTIONS)

        step("what crossed the link")
        count(lab, bdf)

        step("host lets go, endpoint stops")
        show(lab.host, "host", f"echo {bdf} > {dma.DRIVER}/unbind")
        for command in dma.STOP_COMMANDS:
            show(lab.ep, "endpoint", command)
    return f"{to_endpoint} host-to-endpoint {to_host} endpoint-to-host"


def main() -> int:
    logs = run_folder("demo")
    try:
        moved = run(logs)
    except LabError as error:
        say("\n" + error.closing("demo"))
        return 1
    say(f"\ndemo: PASS {moved}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
