# SPDX-License-Identifier: GPL-2.0
"""A disk of the endpoint, on the pristine kernel: its NVMe function serves it, the
host's nvme driver writes and reads it.
"""

from . import nvme, options
from .control import Count
from .errors import LabError
from .lab import Lab
from .narration import say, show, show_all, show_costs, step

BOARD = options.board("rk3588")
KERNELS = "base"
KNOWN = nvme.KNOWN

COUNTED = 64
BLOCK = 4096

# Counters of the link that one command is charged with
SHOWN = {
    "host.mem.read": "reads of the host (it waits for each)",
    "host.mem.write": "writes of the host: doorbells",
    "dma.mem.read": "reads of the engine: command, data",
    "dma.mem.write": "writes of the engine: data",
    "ep.mem.write": "writes of the endpoint's CPU: completion",
    "irq.msi": "interrupts",
    "dma.start": "engine starts",
}


def same(one: str, two: str) -> None:
    """LabError unless what sha256sum said on both sides is of the same bytes."""
    if nvme.checksum(one) != nvme.checksum(two):
        raise LabError("the two sides have different bytes")
    say("    the same on both sides")


def whole(count: int) -> int:
    """LabError unless so many bytes are the whole disk."""
    if count != nvme.SIZE:
        raise LabError(f"{count} bytes moved, and the disk has {nvme.SIZE}")
    return count


def write(lab: Lab) -> int:
    """The host writes the whole disk; the endpoint has it. Returns the bytes."""
    show(lab.host, nvme.random_command("/tmp/sent"))
    _, before = nvme.traffic(lab.host)
    show(lab.host, nvme.write_command("/tmp/sent"))
    _, after = nvme.traffic(lab.host)
    sent = show(lab.host, nvme.checksum_command("/tmp/sent"))
    same(sent, show(lab.ep, nvme.checksum_command(nvme.FILE)))
    return whole(after - before)


def read(lab: Lab) -> int:
    """The endpoint fills the disk; the host reads it. Returns the bytes."""
    show(lab.ep, nvme.random_command(nvme.FILE))
    before, _ = nvme.traffic(lab.host)
    show(lab.host, nvme.read_command("/tmp/got"))
    after, _ = nvme.traffic(lab.host)
    disk = show(lab.ep, nvme.checksum_command(nvme.FILE))
    same(disk, show(lab.host, nvme.checksum_command("/tmp/got")))
    return whole(after - before)


def cost(lab: Lab, command: str) -> dict[str, Count]:
    lab.ctl.reset_counters()
    lab.host.do(command, 300)
    return lab.ctl.counters()


def count(lab: Lab) -> None:
    """What a small command costs on the link, each way."""
    show_costs(
        "per command of 4 KiB",
        SHOWN,
        {
            "write": cost(lab, nvme.write_command("/tmp/sent", BLOCK, COUNTED)),
            "read": cost(lab, nvme.read_command("/dev/null", BLOCK, COUNTED)),
        },
        COUNTED,
    )


def play(lab: Lab) -> str:
    """Returns what it moved, in words."""
    step("endpoint serves a disk of 16 MiB: a file, a loop device, the NVMe target")
    show_all(lab.ep, nvme.serve_commands())

    step("host boots: x86-64, its nvme driver finds the disk")
    lab.start_host()
    show(lab.host, "uname -srm")
    show_all(lab.host, nvme.attach_commands())
    show(lab.host, f"lspci -v -s {nvme.find(lab.host)}")

    step("host writes, endpoint has it")
    written = write(lab)

    step("endpoint fills the disk, host reads it")
    got = read(lab)

    step("what crossed the link")
    count(lab)

    step("host lets go, endpoint stops")
    show(lab.host, f"modprobe -r {nvme.MODULES['host']}")
    show_all(lab.ep, nvme.withdraw_commands())
    return f"{written} written by the host {got} read by the host"
