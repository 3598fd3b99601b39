# SPDX-License-Identifier: GPL-2.0
"""`./lab shell [ep|host] [--gdb ep|host]`: both machines up and bound, prompts for
them.

On a terminal: a shell on each machine's console and the prompt of the model's
control socket, each in a pane; ep or host says which has the keys first. The lab
ends when one of them ends, or when the person detaches. A pane of gdb may come and
go.

Without a terminal: commands for one machine from standard input. Each line is run
by the guest's sh on its own, so `cd` and variables last for one line. `exit`, or
the end of input, ends both machines.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from . import console, debugger, dma, qemu
from .artifacts import Artifacts, run_folder
from .demo_dma import BOARD
from .errors import LabError
from .lab import Lab
from .machine import Machine
from .options import board
from .terminal import Terminal

_TIMEOUT = 600

SIDES = {"ep": "endpoint", "host": "host"}


@contextmanager
def doors(folder: Path, gdb: str) -> Iterator[dict[str, qemu.Doors]]:
    """Doors to both machines, in `folder`, which is removed in the end.

    gdb: the side that has one for gdb as well, if any.
    """
    folder.mkdir(parents=True)
    try:
        yield {
            name: qemu.Doors(
                console=folder / f"{name}.console",
                gdb=folder / "gdb" if side == gdb else None,
            )
            for side, name in SIDES.items()
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve(machine: Machine) -> int:
    """Commands from standard input, each shown with what it said and how it failed;
    returns how many did."""
    failed = 0
    while True:
        # Not with input(), which passes over a signal, and over a pipe that broke
        print(f"{machine.name}# ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            return failed
        line = line.strip()
        print(line, flush=True)
        if line == "exit":
            return failed
        if line:
            result = machine.run(line, timeout=_TIMEOUT)
            end = "" if result.out[-1:] in ("", "\n") else "\n"
            print(result.out, end=end, flush=True)
            if result.rc:
                failed += 1
                print(f"exit status {result.rc}", flush=True)


def show(lab: Lab, side: str, debug: Callable[[], list[str]], folder: Path) -> None:
    """All prompts on this terminal, until the person leaves.

    debug: gives the command of the debugger once both machines are up; empty for none.
    """
    terminal = Terminal(folder)
    try:
        panes = {}
        sizes = {}
        where: list[str] = []
        for name in SIDES.values():
            sizes[name] = console.Sizes(folder / f"{name}.sizes")
            paths = [str(folder / f"{name}.{what}") for what in ("console", "sizes")]
            argv = [sys.executable, "-m", "run.console", name, *paths]
            panes[name] = terminal.pane(f"{name}: exit ends the lab", argv, where)
            where = ["-h", "-t", panes[name]]
        model = terminal.pane(
            "model: help lists its commands",
            [sys.executable, "-m", "run.prompt", str(lab.control_socket)],
            ["-v", "-f", "-l", "25%"],
        )
        client = terminal.show(panes[SIDES[side]])
        try:
            join(lab.ep, sizes)
            if not lab.has_host:
                start_host(lab, client)
            if lab.has_host:
                join(lab.host, sizes)
                command = debug()
                if command:
                    where = ["-h", "-l", "60%", "-t", model]
                    terminal.pane("gdb", command, where, leave=False)
            client.wait()
        finally:
            client.terminate()
            client.wait()
    finally:
        terminal.end()


def join(machine: Machine, sizes: Mapping[str, console.Sizes]) -> None:
    """Join a machine to its pane."""
    console.start_shell(machine)
    sizes[machine.name].serve(machine)


def start_host(lab: Lab, client: subprocess.Popen) -> None:
    """Boot the host when the person has started the endpoint's link."""
    while client.poll() is None:
        try:
            lab.ctl.wait("started", 1)
        except LabError:
            # Nothing yet; or the model has ended, which its pane says
            time.sleep(0.1)
            continue
        links = lab.ep.do(f"find {dma.EPC} -maxdepth 1 -type l")
        lab.start_host(functions=len(links.splitlines()))
        return


def main() -> int:
    side, kernels, gdb = sys.argv[1:]
    logs = run_folder("shell")
    artifacts = Artifacts.load()
    person = sys.stdin.isatty() and sys.stdout.isatty()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))

    def debug() -> list[str]:
        if not gdb:
            return []
        machine = lab.ep if gdb == "ep" else lab.host
        door = logs / "doors/gdb"
        return debugger.command(artifacts, f"{gdb}.{kernels}-gdb", machine, door)

    try:
        with (
            doors(logs / "doors", gdb) as at,
            Lab(
                board(BOARD),
                artifacts.kernels(kernels, gdb),
                logs,
                artifacts=artifacts,
                judge=False,
                doors=at if person else {},
            ) as lab,
        ):
            if kernels == "next":
                bdf = dma.bring_up(lab)
                print(f"both machines are up, the host has bound {bdf}", flush=True)
            if person:
                show(lab, side, debug, logs / "doors")
            elif serve(lab.ep if side == "ep" else lab.host):
                return 1
    except (LabError, OSError) as error:
        print(f"shell: {error}", file=sys.stderr)
        if isinstance(error, BrokenPipeError):
            # What nobody reads is still to be written when Python ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
