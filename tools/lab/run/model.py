# SPDX-License-Identifier: GPL-2.0
"""The emulated controller: its process and its sockets."""

import logging
import shutil
import signal
import tempfile
import time
from pathlib import Path

from . import tracing
from .control import Control
from .errors import LabError
from .logscan import excerpt
from .process import Process

_log = logging.getLogger("lab")

_START_TIMEOUT = 30


class Model:
    """Starts `binary` for one board; its log is `model.log` in `workdir`.

    All its random choices come from one seed, which it picks if none is given.

    The sockets lie in a folder of their own under /tmp, because the path of a
    UNIX socket has at most 107 characters.
    """

    def __init__(
        self,
        binary: Path,
        board: Path,
        workdir: Path,
        *,
        cpus: frozenset[int] | None = None,
        seed: str | None = None,
    ):
        self.log = workdir / "model.log"
        self._sockets = Path(tempfile.mkdtemp(prefix="lab-"))
        self.endpoint = self._sockets / "ep"
        self.control_socket = self._sockets / "control"
        argv = [
            str(binary),
            "--board",
            str(board),
            "--ep",
            str(self.endpoint),
            "--host",
            f"{self._sockets}/host%d",
            "--control",
            str(self.control_socket),
            *tracing.model_options(workdir),
        ]
        if seed is not None:
            argv.append(f"--seed={seed}")
        try:
            self.process = Process("model", argv, self.log, cpus=cpus)
        except BaseException:
            shutil.rmtree(self._sockets, ignore_errors=True)
            raise
        try:
            self._wait_for(self.endpoint)
            self._wait_for(self.control_socket)
            self.control = Control(self.control_socket)
            (used,) = self.control.cmd("seed")
        except BaseException:
            self.process.end()
            shutil.rmtree(self._sockets, ignore_errors=True)
            raise
        _log.info("model: %s is ready, seed %s", board.name, used)

    def function(self, number: int) -> Path:
        """The socket of a function, for the host VM."""
        return self._sockets / f"host{number}"

    def wait_function(self, number: int) -> Path:
        """The same, once it is there to be connected to."""
        path = self.function(number)
        self._wait_for(path)
        return path

    def has_crashed(self) -> bool:
        """It ended by a signal that nobody sent."""
        status = self.process.status() or 0
        return status < 0 and -status not in (signal.SIGTERM, signal.SIGKILL)

    def end(self) -> None:
        """End the process and remove the sockets. Never fails."""
        try:
            self.process.end()
        finally:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self.control.close()

    def _wait_for(self, path: Path) -> None:
        end = time.monotonic() + _START_TIMEOUT
        while not path.exists():
            if self.process.status() is not None:
                raise LabError(
                    f"model: {self.process.how_ended()}; {self.log} says:\n"
                    f"{excerpt(self.log)}"
                )
            if time.monotonic() > end:
                raise LabError(f"model: no socket {path.name} after {_START_TIMEOUT} s")
            time.sleep(0.02)
