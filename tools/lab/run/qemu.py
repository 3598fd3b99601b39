# SPDX-License-Identifier: GPL-2.0
"""Command lines of the two virtual machines. Nothing is started here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .setup import Setup

_KERNEL_ARGS = " ".join(
    (
        "rdinit=/init",
        # A guest that panics reboots at once, and -no-reboot makes that an exit
        "panic=-1",
        # Freed memory is poisoned and checked
        "slab_debug=FZP",
        # A busy machine may not run a guest for a while; that is no lockup
        "watchdog_thresh=60",
        "workqueue.watchdog_thresh=120",
        "rcupdate.rcu_cpu_stall_timeout=120",
    )
)
# A busy machine may miss the tick by which the host's kernel tells whether its
# timer works, and that is a panic
_HOST_ARGS = ("no_timer_check",)

# All that QEMU can do. Not page tables of five levels on x86: an interrupt that comes
# while identify_cpu() has forgotten that there are any has KASAN report memory that is
# where it should be
_ENDPOINT_CPU = "max"
_HOST_CPU = "max,-la57"


@dataclass(frozen=True)
class Doors:
    """UNIX sockets that QEMU serves, for a person to come in by.

    console: the guest's console, whose log is written all the same; gdb: the gdbstub.
    """

    console: Path | None = None
    gdb: Path | None = None


NO_DOORS = Doors()

# The vfio-user server maps guest memory, so it has to be shared
_MEMORY = "memory-backend-memfd,id=ram,share=on,size={0}M"


def _door(name: str, path: Path) -> str:
    return f"socket,id={name},path={path},server=on,wait=off"


def _common(
    cpu: str, memory: int, cpus: int, console: Path, agent_fd: int, doors: Doors
) -> list[str]:
    argv = [
        "-nodefaults",
        "-no-user-config",
        "-no-reboot",
        "-display",
        "none",
        "-cpu",
        cpu,
        "-smp",
        str(cpus),
        "-m",
        f"{memory}M",
        "-object",
        _MEMORY.format(memory),
        "-chardev",
        (
            f"{_door('console', doors.console)},logfile={console}"
            if doors.console
            else f"file,id=console,path={console}"
        ),
        "-serial",
        "chardev:console",
        "-chardev",
        f"socket,id=agent,fd={agent_fd}",
        "-serial",
        "chardev:agent",
    ]
    if doors.gdb:
        argv += ["-chardev", _door("gdb", doors.gdb), "-gdb", "chardev:gdb"]
    return argv


def _boot(
    kernel: Path, initramfs: Path, console: str, setup: Setup, more: Sequence[str] = ()
) -> list[str]:
    arguments = [f"console={console}", _KERNEL_ARGS, *setup.arguments(), *more]
    return [
        "-kernel",
        str(kernel),
        "-initrd",
        str(initramfs),
        "-append",
        " ".join(arguments),
    ]


def _vfio_user(path: Path, **more: object) -> list[str]:
    device = {
        "driver": "vfio-user-pci",
        "socket": {"type": "unix", "path": str(path)},
        # In ms. QEMU gives the guest garbage when a reply is late, and a read waits
        # behind every write that was posted before it
        "x-msg-timeout": 60000,
        **more,
    }
    return ["-device", json.dumps(device)]


def endpoint(
    kernel: Path,
    initramfs: Path,
    console: Path,
    agent_fd: int,
    device: Path | None,
    setup: Setup = Setup(),
    doors: Doors = NO_DOORS,
) -> list[str]:
    """The endpoint: arm64, interrupts through an ITS, the controller as a device.

    device: the model's socket; without it the machine has no controller.
    """
    argv = ["qemu-system-aarch64", "-M", "virt,gic-version=3,its=on,memory-backend=ram"]
    argv += _common(
        _ENDPOINT_CPU, setup.ep_memory, setup.cpus, console, agent_fd, doors
    )
    argv += _boot(kernel, initramfs, "ttyAMA0", setup)
    if device:
        argv += _vfio_user(device)
    return argv


def host(
    kernel: Path,
    initramfs: Path,
    console: Path,
    agent_fd: int,
    functions: Sequence[Path],
    setup: Setup = Setup(),
    doors: Doors = NO_DOORS,
) -> list[str]:
    """The host: x86-64, an IOMMU, the functions behind one root port.

    functions: the model's sockets, function 0 first. caching-mode is what makes
    QEMU tell the model about the mappings of the guest's IOMMU. The root port gets
    room for functions that are plugged in later.
    """
    remapping = "on" if setup.remapping else "off"
    argv = [
        "qemu-system-x86_64",
        "-M",
        "q35,kernel-irqchip=split,memory-backend=ram",
        "-device",
        f"intel-iommu,intremap={remapping},caching-mode=on",
        "-device",
        "pcie-root-port,id=root,slot=1,mem-reserve=32M,pref64-reserve=64M",
        # Else the firmware looks for something to boot on all 1024 namespaces that an
        # NVMe target of Linux may have, which takes longer than the kernel to boot
        "-boot",
        "strict=on",
    ]
    argv += _common(_HOST_CPU, setup.host_memory, setup.cpus, console, agent_fd, doors)
    argv += _boot(
        kernel, initramfs, "ttyS0", setup, [*_HOST_ARGS, *setup.host_arguments()]
    )
    several = {"multifunction": True} if len(functions) > 1 else {}
    for number, path in enumerate(functions):
        argv += _vfio_user(path, bus="root", addr=f"00.{number}", **several)
    return argv
