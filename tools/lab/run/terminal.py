# SPDX-License-Identifier: GPL-2.0
"""One terminal with several panes: a tmux of its own, without the user's settings.

The server runs in front, as a process of the lab like any other, and ends with it.
"""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .errors import LabError
from .logscan import excerpt
from .process import Process

_SETTINGS = Path(__file__).with_name("tmux.conf")
_START_TIMEOUT = 30

# Every terminal emulator comes close to it
_USUAL = "xterm-256color"


class Terminal:
    """The server. Its socket is `tmux`, its log `tmux.out` in `folder`.

    The terminal it is shown on is standard input and output.
    """

    def __init__(self, folder: Path):
        self._name = terminal_name()
        self._socket = folder / "tmux"
        self._size = shutil.get_terminal_size()
        self._started = False
        self._argv = ["tmux", "-u", "-S", str(self._socket), "-f", str(_SETTINGS)]
        self._server = Process("tmux", [*self._argv, "-D"], folder / "tmux.out")
        try:
            self._wait_for_server()
        except BaseException:
            self.end()
            raise

    def pane(
        self, title: str, argv: Sequence[str], where: Sequence[str], leave: bool = True
    ) -> str:
        """Add a pane that runs a program; returns its id.

        where: how to split which pane, as tmux's split-window has it, empty for the
        first; leave: the end of the program is the end of the terminal.
        """
        command = shlex.join(argv)
        if leave:
            command += f"; {shlex.join([*self._argv, 'kill-server'])}"
        if self._started:
            how = ["split-window", *where]
        else:
            how = ["new-session", "-d", "-s", "lab"]
            how += ["-x", str(self._size.columns), "-y", str(self._size.lines)]
        self._started = True
        name = self._run(*how, "-P", "-F", "#{pane_id}", command)
        self._run("select-pane", "-t", name, "-T", title)
        return name

    def show(self, pane: str) -> subprocess.Popen:
        """Show it all, with `pane` for the keys; returns the client, which ends when
        the person leaves.
        """
        self._run("select-pane", "-t", pane)
        return subprocess.Popen(
            [*self._argv, "attach", "-t", "lab"],
            env={**os.environ, "TERM": self._name},
        )

    def end(self) -> None:
        """End the server and what runs in its panes. Never fails."""
        self._server.end()
        self._socket.unlink(missing_ok=True)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [*self._argv, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LabError(f"tmux: '{command[0]}': {done.stderr.strip()}")
        return done.stdout.strip()

    def _wait_for_server(self) -> None:
        end = time.monotonic() + _START_TIMEOUT
        while not self._socket.exists():
            if self._server.status() is not None or time.monotonic() > end:
                raise LabError(
                    f"tmux: {self._server.how_ended()}; it says:\n"
                    f"{excerpt(self._server.log)}"
                )
            time.sleep(0.02)


def terminal_name() -> str:
    """What to call the user's terminal; LabError when it cannot hold panes.

    Its own name, or the usual one for a terminal that is not known here.
    """
    name = os.environ.get("TERM") or _USUAL
    if not knows(name, "longname"):
        return _USUAL
    if not knows(name, "clear") or not knows(name, "cup", "0", "0"):
        raise LabError(
            f"panes want a terminal that can move its cursor, and TERM is {name}; "
            "set TERM, or pipe commands to ./lab shell ep|host"
        )
    return name


def knows(name: str, *capability: str) -> bool:
    """There is such a terminal, and it can do that."""
    argv = ["tput", "-T", name, *capability]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0
