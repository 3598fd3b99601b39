# SPDX-License-Identifier: GPL-2.0
"""The base's own test function on the endpoint, made and started by configfs."""

from run import Lab, configfs

EPC = configfs.EPC
FUNCTIONS = f"{configfs.FUNCTIONS}/pci_epf_test"

# Small enough that no case of pci_endpoint comes near the harness's own limit of
# 30 seconds
BAR_SIZE = 16384


def link(number: int, ids: str) -> list[str]:
    """Commands that make function `number` with `ids` (VENDOR:DEVICE) and link it."""
    epf = f"{FUNCTIONS}/{number}"
    sizes = f"{epf}/pci_epf_test.{number}/bar?_size"
    vendor, device = ids.split(":")
    return [
        f"mkdir {epf}",
        f"echo 0x{vendor} > {epf}/vendorid",
        f"echo 0x{device} > {epf}/deviceid",
        f"echo 32 > {epf}/msi_interrupts",
        f"echo 16 > {epf}/msix_interrupts",
        f"for size in {sizes}; do echo {BAR_SIZE} > $size; done",
        f"ln -s {epf} {EPC}/",
    ]


def unlink(number: int) -> list[str]:
    """Commands that undo link()."""
    return [f"rm {EPC}/{number}", f"rmdir {FUNCTIONS}/{number}"]


def start(lab: Lab, *ids: str) -> None:
    """One function for each of `ids`, then the link."""
    for number, text in enumerate(ids):
        lab.ep.do_all(link(number, text))
    lab.ep.do(f"echo 1 > {EPC}/start")


def stop(lab: Lab, functions: int = 1) -> None:
    """The link down, the functions gone."""
    lab.ep.do(f"echo 0 > {EPC}/start")
    for number in range(functions):
        lab.ep.do_all(unlink(number))
