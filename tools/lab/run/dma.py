# SPDX-License-Identifier: GPL-2.0
"""What a user types to export DMA channels and to use them: the very commands.

Endpoint and host commands are plain shell. The demo shows them as it runs them;
the tests and the bench run the same ones.
"""

from dataclasses import dataclass, replace

from . import configfs
from .errors import LabError
from .lab import Lab
from .machine import Machine

EPC = configfs.EPC
EPF = f"{configfs.FUNCTIONS}/pci_epf_dma/dma"
ATTRIBUTES = f"{EPF}/pci_epf_dma.0"

# Of the vendor of the emulated controller; no driver claims it by itself
VENDOR, DEVICE = "16c3", "0d0a"

DRIVER = "/sys/bus/pci/drivers/dw-edma-pcie"
DEBUGFS = "/sys/kernel/debug/dw-edma-ep"

STOP_COMMANDS = configfs.stop(EPF)

# The directions as the transfer program names them
DIRECTIONS = {"-t": "host to endpoint", "-f": "endpoint to host"}


@dataclass(frozen=True)
class Export:
    """What the endpoint exports; None leaves an attribute as it is."""

    wr_chans: str | None = "0-3"
    rd_chans: str | None = "0-3"
    scratch_size: int | None = 2 << 20
    metadata_bar: int | None = None
    window_bar: int | None = None
    msi_interrupts: int | None = None

    def but(self, **changes: object) -> "Export":
        """The same with some values changed."""
        return replace(self, **changes)

    def settings(self) -> list[str]:
        """The commands that fill in the function."""
        return configfs.write(
            EPF,
            [
                ("vendorid", f"0x{VENDOR}"),
                ("deviceid", f"0x{DEVICE}"),
                ("msi_interrupts", self.msi_interrupts),
            ],
        ) + configfs.write(
            ATTRIBUTES,
            [
                ("wr_chans", self.wr_chans),
                ("rd_chans", self.rd_chans),
                ("scratch_size", self.scratch_size),
                ("metadata_bar", self.metadata_bar),
                ("window_bar", self.window_bar),
            ],
        )

    def commands(self) -> list[str]:
        """Everything from nothing to a link that is up."""
        return [
            f"mkdir {EPF}",
            *self.settings(),
            *configfs.start(EPF),
        ]


def all_channels(lab: Lab) -> Export:
    """The export of all channels that the board has."""
    last = {way: int(lab.board_keys[f"dma-{way}"], 0) - 1 for way in ("write", "read")}
    return Export(wr_chans=f"0-{last['write']}", rd_chans=f"0-{last['read']}")


def find(host: Machine) -> str:
    """PCI address of the exported function on the host."""
    lines = host.do(f"lspci -D -n -d {VENDOR}:{DEVICE}").splitlines()
    if len(lines) != 1:
        raise LabError(f"the host sees {len(lines)} functions {VENDOR}:{DEVICE}, not 1")
    return lines[0].split()[0]


def bind_commands(bdf: str) -> list[str]:
    """Give the function to dw-edma-pcie, and to no other driver."""
    return [
        f"echo dw-edma-pcie > /sys/bus/pci/devices/{bdf}/driver_override",
        f"echo {bdf} > /sys/bus/pci/drivers_probe",
    ]


def is_bound(host: Machine, bdf: str) -> bool:
    return host.run(f"test -e {DRIVER}/{bdf}").rc == 0


def bind(host: Machine, bdf: str) -> None:
    """As above; LabError with the kernel's last words when it is refused."""
    for command in bind_commands(bdf):
        host.run(command)
    if not is_bound(host, bdf):
        words = host.do("dmesg | grep -i edma | tail -n 3").strip()
        raise LabError(f"dw-edma-pcie did not bind to {bdf}: {words}")


def unbind(host: Machine, bdf: str) -> None:
    host.do(f"echo {bdf} > {DRIVER}/unbind")


def bring_up(lab: Lab, export: Export | None = None) -> str:
    """Export, boot the host, bind. Returns the PCI address.

    export: all channels, unless something else is said.
    """
    lab.ep.do_all((export or all_channels(lab)).commands())
    lab.start_host()
    bdf = find(lab.host)
    bind(lab.host, bdf)
    return bdf


@dataclass(frozen=True)
class Moved:
    """What the transfer program reports."""

    transfers: int
    bytes: int
    aborted: int
    verified: bool


def transfer_command(
    bdf: str,
    direction: str,
    *,
    size: int,
    count: int = 1,
    depth: int = 1,
    verify: bool = False,
) -> str:
    command = f"/tests/pci_ep_dma_xfer -d {bdf} {direction} -s {size} -n {count}"
    return f"{command} -q {depth}{' -V' if verify else ''}"


def transfer(host: Machine, command: str, timeout: float = 120) -> Moved:
    """Run a transfer_command(). LabError unless every byte moved."""
    words = host.do(command, timeout).split()
    try:
        report = dict(zip(words[::2], words[1::2], strict=True))
        moved = Moved(
            int(report["transfers"]),
            int(report["bytes"]),
            int(report["callbacks-aborted"]),
            report["verified"] == "yes",
        )
    except (KeyError, ValueError):
        raise LabError(f"host: '{command}' said: {' '.join(words)}") from None
    if moved.aborted:
        raise LabError(f"host: '{command}': {moved.aborted} transfers aborted")
    return moved
