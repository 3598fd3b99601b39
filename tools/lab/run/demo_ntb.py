# SPDX-License-Identifier: GPL-2.0
"""A network over the link, on the pristine kernel: the endpoint's vNTB function, the
host's ntb_hw_epf, and ntb_netdev on both sides.
"""

from . import ntb, options
from .control import Count
from .errors import LabError
from .lab import Lab
from .machine import Machine
from .narration import say, show, show_all, show_costs, step

BOARD = options.board("rcar-s4")
KERNELS = "base"
KNOWN = ntb.KNOWN

SIZE = 1 << 20
PINGS = 5

# Counters of the link that the network is charged with
SHOWN = {
    "host.mem.read": "reads of the host (it waits for each)",
    "host.mem.write": "writes of the host (posted)",
    "ep.mem.read": "reads of the endpoint's CPU",
    "ep.mem.write": "writes of the endpoint's CPU",
    "irq.msi": "interrupts of the host",
    "irq.local": "interrupts of the endpoint",
}


def ping(machine: Machine) -> int:
    """Returns how many were answered: all, else LabError."""
    said = show(machine, ntb.ping_command(machine, PINGS))
    answered = ntb.pings_answered(said)
    if answered != PINGS:
        raise LabError(f"{machine.name}: {answered} of {PINGS} pings answered")
    return answered


def send(lab: Lab, sender: Machine, receiver: Machine) -> tuple[int, dict[str, Count]]:
    """1 MiB one way, compared by checksum. Returns the bytes, and what they cost."""
    show(sender, f"dd if=/dev/urandom of=/tmp/sent bs=1k count={SIZE // 1024}")
    show_all(receiver, ntb.receive_commands("/tmp/got"))
    lab.ctl.reset_counters()
    show(sender, ntb.send_command(sender, "/tmp/sent"))
    cost = lab.ctl.counters()
    sums = [
        show(machine, f"sha256sum {path}").split()[0]
        for machine, path in ((sender, "/tmp/sent"), (receiver, "/tmp/got"))
    ]
    if sums[0] != sums[1]:
        raise LabError(f"the {receiver.name} has other bytes than the {sender.name}")
    size = int(receiver.do("wc -c < /tmp/got"))
    if size != SIZE:
        raise LabError(f"the {receiver.name} has {size} bytes of {SIZE}")
    say("    the same on both sides")
    return size, cost


def play(lab: Lab) -> str:
    """Returns what it moved, in words."""
    step("endpoint offers a bridge")
    show_all(lab.ep, ntb.bridge_commands())

    step("host boots: x86-64, its ntb_hw_epf takes the bridge")
    lab.start_host()
    show(lab.host, "uname -srm")
    show(lab.host, f"modprobe {ntb.MODULES['host']}")
    show(lab.host, f"lspci -v -s {ntb.find(lab.host)}")

    step("a network interface on each side")
    for machine in (lab.ep, lab.host):
        show_all(machine, ntb.network_commands(machine))
    for machine in (lab.ep, lab.host):
        show(machine, ntb.carrier_command())

    step("they answer each other")
    pings = min(ping(machine) for machine in (lab.ep, lab.host))

    step("1 MiB each way over TCP")
    to_endpoint, there = send(lab, lab.host, lab.ep)
    to_host, back = send(lab, lab.ep, lab.host)

    step("what crossed the link")
    show_costs("for 1 MiB", SHOWN, {"to endpoint": there, "to host": back})

    step("host lets go, endpoint stops")
    for machine in (lab.host, lab.ep):
        show_all(machine, ntb.no_network_commands())
    show(lab.host, f"modprobe -r {ntb.MODULES['host']}")
    show_all(lab.ep, ntb.withdraw_commands())
    return (
        f"{to_endpoint} host-to-endpoint {to_host} endpoint-to-host"
        f" {pings} pings each way"
    )
