# SPDX-License-Identifier: GPL-2.0
"""A process of the lab: in a group of its own, output in a log, ended by its id."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from .errors import LabError

# How long a process may take to end by itself once it was asked to
_GRACE = 5


class Process:
    """Starts `argv` at once.

    cpus: the CPUs that it may use, None for all; pass_fds: descriptors that it
    inherits under their numbers.
    """

    # What was started and not yet end()ed
    running: ClassVar[list["Process"]] = []

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        log: Path,
        *,
        cpus: frozenset[int] | None = None,
        pass_fds: Sequence[int] = (),
    ):
        self.name = name
        self.log = log
        if cpus:
            argv = ["taskset", "-c", ",".join(map(str, sorted(cpus))), *argv]
        try:
            with open(log, "ab") as out:
                self._child = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    pass_fds=pass_fds,
                    start_new_session=True,
                )
        except OSError as error:
            what = error.filename or argv[0]
            raise LabError(f"{name}: {what}: {error.strerror}") from None
        Process.running.append(self)

    @property
    def pid(self) -> int:
        return self._child.pid

    def status(self) -> int | None:
        """Exit status as subprocess gives it, None while it runs."""
        return self._child.poll()

    def how_ended(self) -> str:
        """In words, for a message."""
        status = self.status()
        if status is None:
            return "is still running"
        if status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        return f"exited with status {status}"

    def wait(self, timeout: float) -> int:
        """Wait for its end. Raises LabError if it is still running after that."""
        try:
            return self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.name}: still running after {timeout:g} s") from None

    def end(self) -> None:
        """Ask it to end, then make it; its whole group with it. Never fails."""
        try:
            if self._child.poll() is None:
                self._signal(signal.SIGTERM)
                self._child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self._signal(signal.SIGKILL)
            self._child.wait()
            if self in Process.running:
                Process.running.remove(self)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._child.pid, number)
        except (ProcessLookupError, PermissionError):
            pass
