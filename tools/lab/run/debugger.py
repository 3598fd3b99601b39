# SPDX-License-Identifier: GPL-2.0
"""gdb on a guest's kernel: the pane of `./lab shell --gdb`."""

from pathlib import Path

from .artifacts import Artifacts
from .machine import Machine

# NAME ADDRESS of each module that is loaded
_LIST_MODULES = (
    "cd /sys/module; for m in */sections/.text; do "
    "[ ! -e $m ] || echo ${m%%/*} $(cat $m); done"
)


def command(
    artifacts: Artifacts, kernel: str, machine: Machine, door: Path
) -> list[str]:
    """How to start it: symbols of the kernel and of the modules that are loaded by
    now, and the guest halted.

    kernel: `SIDE.base-gdb` or `SIDE.next-gdb` among the artifacts; door: the socket of
    the gdbstub.
    """
    obj = artifacts.path(f"{kernel}.obj")
    modules = artifacts.path(f"{kernel}.modules")
    commands = [
        *symbols(machine.do(_LIST_MODULES), modules),
        f"target remote {door}",
    ]
    options = [word for one in commands for word in ("-ex", one)]
    return ["gdb-multiarch", "-q", "-nx", str(obj / "vmlinux"), *options]


def symbols(loaded: str, folder: Path) -> list[str]:
    """Commands that read the symbols of those of the loaded modules that are in a
    folder. A dash in a file's name is an underscore in the kernel's.
    """
    files = {path.stem.replace("-", "_"): path for path in folder.glob("*.ko")}
    where = dict(line.split() for line in loaded.splitlines())
    return [
        f"add-symbol-file {files[name]} {address}"
        for name, address in where.items()
        if name in files
    ]
