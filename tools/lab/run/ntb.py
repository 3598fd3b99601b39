# SPDX-License-Identifier: GPL-2.0
"""What a user types for a non-transparent bridge, and a network over it: the very
commands.

The endpoint function is the kernel's own pci-epf-vntb, the host's driver
ntb_hw_epf. On both sides the same clients can use the bridge, one at a time:
ntb_transport with ntb_netdev, or one of ntb_tool, ntb_pingpong and ntb_perf.
"""

import re

from . import configfs
from .errors import LabError
from .known import late_messages
from .lab import Lab
from .logscan import Known
from .machine import Machine

EPF = f"{configfs.FUNCTIONS}/pci_epf_vntb/ntb"
_ATTRIBUTES = "pci_epf_vntb.0"

# An R-Car S4: by its IDs ntb_hw_epf knows which BAR is which
VENDOR, DEVICE = "1912", "0030"

WINDOW = 1 << 20

DRIVER = "/sys/bus/pci/drivers/ntb_hw_epf"
MODULES = {"endpoint": "pci-epf-vntb", "host": "ntb_hw_epf"}

NETWORK = "eth0"
ADDRESSES = {"endpoint": "10.0.0.1", "host": "10.0.0.2"}
_TCP_PORT = 5000

KNOWN = (
    # Doorbells are rung from a work item, which the host does not wait for
    late_messages("pci-epf-vntb"),
    Known(
        r"WARNING: drivers/ntb/hw/epf/ntb_hw_epf\.c:\d+ at ntb_epf_send_command",
        "the host gives a command one second, and the endpoint looks for one every half"
        " second: too short for a machine that is busy",
    ),
)


def bridge_commands() -> list[str]:
    """The function, then the link."""
    return [
        f"modprobe {MODULES['endpoint']}",
        f"mkdir {EPF}",
        *configfs.write(
            EPF, [("vendorid", f"0x{VENDOR}"), ("deviceid", f"0x{DEVICE}")]
        ),
        *configfs.write(
            f"{EPF}/{_ATTRIBUTES}",
            [
                ("db_count", 8),
                ("spad_count", 64),
                # How many comes before their sizes
                ("num_mws", 1),
                ("mw1", WINDOW),
                ("ctrl_bar", 0),
                ("mw1_bar", 2),
                ("db_bar", 4),
                ("vntb_vid", f"0x{VENDOR}"),
                ("vntb_pid", f"0x{DEVICE}"),
                ("vbus_number", 0x10),
            ],
        ),
        *configfs.start(EPF),
    ]


def withdraw_commands() -> list[str]:
    """Undo bridge_commands(), in order."""
    return [*configfs.stop(EPF), f"modprobe -r {MODULES['endpoint']}"]


def bring_up(lab: Lab) -> str:
    """Bridge, boot the host, its driver. Returns the PCI address."""
    lab.ep.do_all(bridge_commands())
    lab.start_host()
    lab.host.do(f"modprobe {MODULES['host']}")
    return find(lab.host)


def find(host: Machine) -> str:
    """PCI address of the function, on a host whose driver has bound it."""
    lines = host.do(f"ls {DRIVER} | grep :").splitlines()
    if len(lines) != 1:
        raise LabError(f"ntb_hw_epf has bound {len(lines)} functions, not 1")
    return lines[0]


def device(machine: Machine) -> str:
    """Name of the bridge on one side, as its clients use it for a folder."""
    return machine.do("ls /sys/bus/ntb/devices").strip()


def network_commands(machine: Machine) -> list[str]:
    """A network interface over the bridge."""
    return [
        "modprobe -a ntb_transport ntb_netdev",
        f"ip address add {ADDRESSES[machine.name]}/24 dev {NETWORK}",
        f"ip link set {NETWORK} up",
    ]


def carrier_command() -> str:
    """Wait until the interface has found its peer."""
    return f"until grep -q 1 /sys/class/net/{NETWORK}/carrier; do sleep 0.1; done"


def no_network_commands() -> list[str]:
    """Undo network_commands()."""
    return [f"ip link set {NETWORK} down", "rmmod ntb_netdev ntb_transport"]


def other(machine: Machine) -> str:
    """Address of the machine at the other end."""
    name = {"endpoint": "host", "host": "endpoint"}[machine.name]
    return ADDRESSES[name]


def ping_command(machine: Machine, count: int) -> str:
    return f"ping -c {count} {other(machine)}"


def pings_answered(said: str) -> int:
    """Of what the command said; its status is 0 when one was."""
    found = re.search(r"(\d+) packets received", said)
    return int(found[1]) if found else 0


def receive_commands(path: str) -> list[str]:
    """Wait for one connection in the background; what comes goes to a file.

    A listening nc of busybox ends with its input: it gets one that nobody closes.
    """
    return [
        "[ -p /tmp/hold ] || mkfifo /tmp/hold",
        f"nc -l -p {_TCP_PORT} 0<>/tmp/hold > {path} &",
        f"until netstat -ltn | grep -q :{_TCP_PORT}; do sleep 0.1; done",
    ]


def send_command(machine: Machine, path: str) -> str:
    """A file to the machine at the other end; ends when that has all of it."""
    return f"nc {other(machine)} {_TCP_PORT} < {path}"
