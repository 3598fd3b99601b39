# SPDX-License-Identifier: GPL-2.0
"""What a user types to serve a disk over NVMe, and to use it: the very commands.

The endpoint function is the kernel's own nvmet-pci-epf, its disk a file in memory
behind a loop device; the host's driver is nvme. Both are modules.
"""

from . import configfs
from .errors import LabError
from .known import late_messages
from .lab import Lab
from .logscan import Known
from .machine import Machine

MIB = 1 << 20
SIZE = 16 * MIB

FILE = "/tmp/disk"
EPF = f"{configfs.FUNCTIONS}/nvmet_pci_epf/disk"

# The unit of the kernel's counts, whatever a disk has
_SECTOR = 512

_LOOP = "/dev/loop0"
_TARGET = "/sys/kernel/config/nvmet"
_SUBSYSTEM = f"{_TARGET}/subsystems/lab"
_PORT = f"{_TARGET}/ports/1"
_LINK = f"{_PORT}/subsystems/lab"

VENDOR, DEVICE = "1b96", "beef"

# One for the administrative queue, one for each queue of data: the host has a CPU
_VECTORS = 2

DRIVER = "/sys/bus/pci/drivers/nvme"
BLOCK = "/dev/nvme0n1"

MODULES = {"endpoint": "nvmet-pci-epf loop", "host": "nvme"}

KNOWN = (
    Known(
        r"WARNING: possible circular locking dependency detected",
        "nvmet-pci-epf destroys the workqueue of one queue from a work item of another,"
        " and lockdep takes both for one class",
        log="endpoint.console",
        behind="nvmet_pci_epf_delete_sq",
    ),
    # Two for each completion of the administrative queue, the second one too late
    late_messages("nvmet-pci-epf"),
)


def serve_commands() -> list[str]:
    """The disk, the NVMe subsystem that has it, the function; then the link."""
    return [
        f"modprobe -a {MODULES['endpoint']}",
        f"truncate -s {SIZE} {FILE}",
        f"losetup {_LOOP} {FILE}",
        f"mkdir {_SUBSYSTEM}",
        *configfs.write(
            _SUBSYSTEM, [("attr_allow_any_host", 1), ("attr_vendor_id", f"0x{VENDOR}")]
        ),
        f"mkdir {_SUBSYSTEM}/namespaces/1",
        *configfs.write(
            f"{_SUBSYSTEM}/namespaces/1", [("device_path", _LOOP), ("enable", 1)]
        ),
        f"mkdir {_PORT}",
        *configfs.write(_PORT, [("addr_trtype", "pci")]),
        f"ln -s {_SUBSYSTEM} {_LINK}",
        f"mkdir {EPF}",
        *configfs.write(
            EPF,
            [
                ("deviceid", f"0x{DEVICE}"),
                ("msi_interrupts", _VECTORS),
                ("nvme/portid", 1),
                ("nvme/subsysnqn", "lab"),
            ],
        ),
        *configfs.start(EPF),
    ]


def withdraw_commands() -> list[str]:
    """Undo serve_commands(), in order."""
    return [
        *configfs.stop(EPF),
        f"rm {_LINK}",
        f"rmdir {_PORT}",
        f"rmdir {_SUBSYSTEM}/namespaces/1 {_SUBSYSTEM}",
        f"losetup -d {_LOOP}",
        f"rm {FILE}",
        f"modprobe -r {MODULES['endpoint']}",
    ]


def attach_commands() -> list[str]:
    """The host's driver; its disk appears when it has talked to the controller."""
    return [
        f"modprobe {MODULES['host']}",
        f"until [ -b {BLOCK} ]; do sleep 0.1; done",
    ]


def find(host: Machine) -> str:
    """PCI address of the function on the host."""
    lines = host.do(f"lspci -D -n -d {VENDOR}:{DEVICE}").splitlines()
    if len(lines) != 1:
        raise LabError(f"the host sees {len(lines)} functions {VENDOR}:{DEVICE}, not 1")
    return lines[0].split()[0]


def bring_up(lab: Lab) -> str:
    """Serve, boot the host, attach. Returns the PCI address."""
    lab.ep.do_all(serve_commands())
    lab.start_host()
    lab.host.do_all(attach_commands())
    return find(lab.host)


def traffic(host: Machine) -> tuple[int, int]:
    """Bytes that the host has read from the disk and written to it, as it counts
    them.
    """
    counts = host.do(f"cat /sys/block/{BLOCK.removeprefix('/dev/')}/stat").split()
    return int(counts[2]) * _SECTOR, int(counts[6]) * _SECTOR


def random_command(path: str) -> str:
    """Other bytes each time, as many as the disk has. A file that is there keeps its
    place: a loop device goes on with it.
    """
    return f"dd if=/dev/urandom of={path} bs=1M count={SIZE // MIB} conv=notrunc"


def write_command(source: str, block: int = MIB, count: int = SIZE // MIB) -> str:
    """From a file of the host to the disk, past the host's cache."""
    return f"dd if={source} of={BLOCK} bs={block} count={count} oflag=direct"


def read_command(target: str, block: int = MIB, count: int = SIZE // MIB) -> str:
    """From the disk to a file of the host, past the host's cache."""
    return f"dd if={BLOCK} of={target} bs={block} count={count} iflag=direct"


def checksum_command(path: str) -> str:
    return f"sha256sum {path}"


def checksum(said: str) -> str:
    """Of what the command said."""
    return said.split()[0]
