# SPDX-License-Identifier: GPL-2.0
"""The main job: the endpoint exports its DMA channels, the host binds and moves data
both ways.
"""

from . import dma, options
from .errors import LabError
from .lab import Lab
from .narration import say, show, show_all, show_costs, step

BOARD = options.board("rcar-s4")
KERNELS = "next"
KNOWN = ()

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
    for direction, column in zip(dma.DIRECTIONS, ("to endpoint", "to host")):
        lab.ctl.reset_counters()
        dma.transfer(
            lab.host,
            dma.transfer_command(bdf, direction, size=SIZE, count=COUNTED),
        )
        costs[column] = lab.ctl.counters()
    show_costs("per transfer of 1 MiB", SHOWN, costs, COUNTED)


def play(lab: Lab) -> str:
    """Returns what it moved, in words."""
    step("endpoint exports its DMA channels")
    show_all(lab.ep, dma.all_channels(lab).commands())

    step("host boots: x86-64, it finds the function on its bus")
    lab.start_host()
    show(lab.host, "uname -srm")
    bdf = dma.find(lab.host)
    show(lab.host, f"lspci -v -s {bdf}")

    step("host takes the channels")
    show_all(lab.host, dma.bind_commands(bdf))
    if not dma.is_bound(lab.host, bdf):
        raise LabError("dw-edma-pcie did not bind")
    show(lab.host, "ls /sys/class/dma")

    step("data moves, and no CPU copies it")
    to_endpoint, to_host = (move(lab, bdf, way) for way in dma.DIRECTIONS)

    step("what crossed the link")
    count(lab, bdf)

    step("host lets go, endpoint stops")
    show(lab.host, f"echo {bdf} > {dma.DRIVER}/unbind")
    show_all(lab.ep, dma.STOP_COMMANDS)
    return f"{to_endpoint} host-to-endpoint {to_host} endpoint-to-host"
