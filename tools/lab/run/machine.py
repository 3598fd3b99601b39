# SPDX-License-Identifier: GPL-2.0
"""One virtual machine: its QEMU, its console log, its agent."""

import logging
import secrets
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

from .agent import Agent, AgentError, Result
from .errors import LabError
from .logscan import BadLine, bad_lines, excerpt
from .process import Process

_log = logging.getLogger("lab")

# Booting takes one to two seconds; this is for a machine that is very busy
BOOT_TIMEOUT = 120


class Machine:
    """Starts QEMU at once; `boot()` waits for the guest's init.

    command: gives the QEMU command line for a console log and the descriptor of
    the agent's line. Logs are `NAME.console` and `NAME.qemu` in `workdir`.
    """

    def __init__(
        self,
        name: str,
        command: Callable[[Path, int], list[str]],
        workdir: Path,
        *,
        cpus: frozenset[int] | None = None,
    ):
        self.name = name
        self.console = workdir / f"{name}.console"
        self.qemu_log = workdir / f"{name}.qemu"
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = Process(
                    name,
                    command(self.console, theirs.fileno()),
                    self.qemu_log,
                    cpus=cpus,
                    pass_fds=[theirs.fileno()],
                )
            except BaseException:
                ours.close()
                raise
        self._agent = Agent(ours, first=secrets.randbits(48))

    def boot(self, timeout: float = BOOT_TIMEOUT) -> None:
        """Wait until the guest takes commands."""
        try:
            release = self._agent.wait_ready(timeout)
        except AgentError as error:
            raise self._failure(error) from None
        _log.info("%s: Linux %s is up", self.name, release)

    def run(self, command: str, timeout: float = 60) -> Result:
        """Run one line of shell in the guest; its failure is the caller's to judge.

        LabError when the guest or QEMU dies, or when the command does not end within
        `timeout` seconds.
        """
        _log.debug("%s# %s", self.name, command)
        try:
            return self._agent.run(command, timeout)
        except AgentError as error:
            raise self._failure(error) from None

    def do(self, command: str, timeout: float = 60) -> str:
        """Run one line of shell that must succeed; returns its output."""
        try:
            return self.run(command, timeout).check()
        except LabError as error:
            raise LabError(f"{self.name}: {error}") from None

    def do_all(self, commands: Iterable[str]) -> None:
        """One after the other; all must succeed."""
        for command in commands:
            self.do(command)

    def scan(self) -> list[BadLine]:
        """The bad lines of the console log so far."""
        return bad_lines(self.console.read_text(errors="replace"))

    def leaks(self) -> str:
        """The kernel's report of memory that nothing points to; empty without leak.

        Only for a guest that was started to find leaks. Memory is suspected when it
        is 5 s old and the same in two scans. A finding is in the console log as well,
        where scan() sees it.
        """
        report = "/sys/kernel/debug/kmemleak"
        self.do(f"echo scan > {report}; sleep 6; echo scan > {report}", timeout=300)
        return self.do(f"cat {report}")

    def end(self) -> None:
        """End QEMU; the logs stay. Never fails."""
        self.process.end()
        self._agent.close()

    def _failure(self, error: AgentError) -> LabError:
        """What to tell of a guest that no longer answers."""
        try:
            # The line breaks a moment before the process is gone
            self.process.wait(1)
            what = f"QEMU {self.process.how_ended()}"
        except LabError:
            what = str(error)
        log = self._telling_log()
        return LabError(f"{self.name}: {what}; {log} says:\n{excerpt(log)}")

    def _telling_log(self) -> Path:
        """QEMU's own log if it says anything, unless the guest complained."""
        silent = not self.qemu_log.stat().st_size
        if self.console.exists() and (silent or self.scan()):
            return self.console
        return self.qemu_log
