# SPDX-License-Identifier: GPL-2.0
"""A guest's console as a terminal: the shell on it, and the pane that shows it.

The shell runs on the console that the kernel prints to, as on a board, so it has
line editing, history and job control, and the log of the console has all of it. A
serial line carries no window size: the pane sends it to the runner's socket, and
the runner sets it through the guest's agent.

As a program, `python3 -m run.console NAME CONSOLE SIZES` is the pane: CONSOLE is
the socket that QEMU serves, SIZES the one that takes window sizes. It ends when the
guest powers off, which the guest does when its shell ends.
"""

import os
import select
import shlex
import signal
import socket
import sys
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import LabError
from .machine import Machine

_TTY = "/dev/$(cat /sys/class/tty/console/active)"

# The last words of a kernel that was told to power off; a crash has others
_POWER_OFF = b"Power down"

_FOREVER = 7 * 24 * 3600


def start_shell(machine: Machine) -> None:
    """Start a shell on the console of a guest; its end powers the guest off.

    Not with `&`: what a shell without job control starts so is deaf to Ctrl-C, and all
    that comes of it. The name of a file that is not there keeps start-stop-daemon from
    looking for another shell.
    """
    shell = f"PS1='{machine.name}:\\w# ' TERM=screen HISTFILE= setsid -c sh -i"
    script = f"t={_TTY}; stty -F $t sane; {shell} <$t >$t 2>&1; poweroff -f"
    machine.do(
        "start-stop-daemon -S -b -p /none -x /bin/sh -- -c " + shlex.quote(script)
    )


class Sizes:
    """Takes window sizes for a guest, `ROWS COLUMNS` each, from a socket at `path`."""

    def __init__(self, path: Path):
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(str(path))

    def serve(self, machine: Machine) -> None:
        """Set them from a thread of its own: a guest that is halted in a debugger
        holds up nobody else.
        """
        threading.Thread(target=self._serve, args=[machine], daemon=True).start()

    def _serve(self, machine: Machine) -> None:
        while True:
            rows, columns = self._line.recv(64).split()
            command = f"stty -F {_TTY} rows {int(rows)} cols {int(columns)}"
            try:
                machine.run(command, timeout=_FOREVER)
            except LabError:
                return


class Pane:
    """The terminal on standard input and output, joined to a guest's console."""

    def __init__(self, name: str, console: str, sizes: str):
        self._name = name
        self._console = console
        self._sizes = sizes
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._last = b""

    def run(self) -> None:
        self._connect()
        signal.signal(signal.SIGWINCH, lambda *_: self._send_size())
        self._send_size()
        with raw_terminal():
            # The prompt came before anybody listened
            self._line.sendall(b"\r")
            self._copy()
        if _POWER_OFF not in self._last:
            hold(f"the {self._name} has ended")

    def _connect(self) -> None:
        if not Path(self._console).exists():
            print(f"The {self._name} boots when the endpoint has started its link.")
        while True:
            try:
                self._line.connect(self._console)
                return
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.1)

    def _send_size(self) -> None:
        size = os.get_terminal_size(sys.stdin.fileno())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            try:
                line.sendto(f"{size.lines} {size.columns}".encode(), self._sizes)
            except OSError:
                # The size stays what it was
                pass

    def _copy(self) -> None:
        ways = {
            sys.stdin.fileno(): self._line.fileno(),
            self._line.fileno(): sys.stdout.fileno(),
        }
        while True:
            ready, _, _ = select.select(list(ways), [], [])
            for source in ready:
                try:
                    data = os.read(source, 65536)
                except ConnectionResetError:
                    data = b""
                if not data:
                    return
                if source == self._line.fileno():
                    self._last = (self._last + data)[-256:]
                write_all(ways[source], data)


def write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


@contextmanager
def raw_terminal() -> Iterator[None]:
    """Every key goes through, Ctrl-C too."""
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def hold(why: str) -> None:
    """Let the person read what is on the screen."""
    try:
        input(f"\n[{why}; Enter ends the lab] ")
    except (EOFError, KeyboardInterrupt):
        pass


if __name__ == "__main__":
    Pane(*sys.argv[1:]).run()
