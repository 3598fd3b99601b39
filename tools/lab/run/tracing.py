# SPDX-License-Identifier: GPL-2.0
"""What `--trace` keeps of a run, beside its logs.

`model.trace` has every access that the model sees, `endpoint.trace` and `host.trace`
the last events of each kernel's tracepoints. They cost time: a run without the
option has none of it.
"""

import logging
import os
from pathlib import Path

from .errors import LabError
from .machine import Machine

_log = logging.getLogger("lab")

_FOLDER = "/sys/kernel/tracing"

# Those that a kernel lacks are left out
_EVENTS = ("dma", "dw_edma*", "pci_ep_dma*", "iommu/map", "iommu/unmap")

# A full ring is a few megabytes of text on a serial line
_READ_TIMEOUT = 120


def wanted() -> bool:
    """The user said `--trace`."""
    return os.environ.get("LAB_TRACE") == "1"


def model_options(workdir: Path) -> list[str]:
    """More arguments for the model."""
    return ["--trace", str(workdir / "model.trace")] if wanted() else []


def start(machine: Machine) -> None:
    """Switch a guest's tracepoints on."""
    if wanted():
        events = " ".join(f"{_FOLDER}/events/{name}/enable" for name in _EVENTS)
        machine.do(f"for e in {events}; do [ ! -e $e ] || echo 1 > $e || exit; done")


def keep(machine: Machine, name: str) -> None:
    """Write what a guest traced, or why there is none, to `NAME.trace` beside the log
    of its console. Never fails.
    """
    if not wanted():
        return
    try:
        text = machine.run(f"cat {_FOLDER}/trace", _READ_TIMEOUT).out
    except LabError as error:
        text = f"not available: {error}\n"
    path = machine.console.with_name(f"{name}.trace")
    try:
        path.write_text(text)
    except OSError as error:
        _log.warning("%s", error)
