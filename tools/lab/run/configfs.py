# SPDX-License-Identifier: GPL-2.0
"""Where the endpoint is configured, and what every endpoint function has in common:
it is made, filled in, linked to the controller; then the link starts.

All of it is plain shell, as a user types it.
"""

from collections.abc import Iterable

_PCI_EP = "/sys/kernel/config/pci_ep"
EPC = f"{_PCI_EP}/controllers/dw-ep-lab"
FUNCTIONS = f"{_PCI_EP}/functions"


def write(folder: str, values: Iterable[tuple[str, object]]) -> list[str]:
    """Values into attributes below `folder`; None leaves one as it is."""
    return [
        f"echo {value} > {folder}/{name}" for name, value in values if value is not None
    ]


def start(*functions: str) -> list[str]:
    """Link functions (their folders) to the controller, and start it."""
    return [
        *(f"ln -s {function} {EPC}/" for function in functions),
        f"echo 1 > {EPC}/start",
    ]


def stop(*functions: str) -> list[str]:
    """Undo start(), and remove the functions.

    The link stops first: the endpoint core warns when a function leaves a running
    one.
    """
    commands = [f"echo 0 > {EPC}/start"]
    for function in functions:
        commands += [f"rm {EPC}/{function.rsplit('/', 1)[1]}", f"rmdir {function}"]
    return commands


def clear() -> list[str]:
    """Remove all functions, however far they came: for who does not know."""
    return [
        # A controller that does not run refuses to be stopped
        f"[ $(cat {EPC}/start) = 0 ] || echo 0 > {EPC}/start",
        f"for f in {FUNCTIONS}/*/*/; do [ -d $f ] || continue; f=${{f%/}};"
        f" rm -f {EPC}/${{f##*/}}; rmdir $f || exit; done",
    ]
