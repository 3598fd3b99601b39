# SPDX-License-Identifier: GPL-2.0
"""Commands in a guest: the runner's end of its second serial port.

The guest's init (tools/lab/guest/init) is the other end. A command goes out as
the line `N COMMAND`; its output comes back, then `@done N STATUS` on a line of
its own. The newline before the marker is part of the marker.
"""

import re
import socket
import time
from dataclasses import dataclass

from .errors import LabError

_READY = re.compile(rb"\n@ready (\S+)\r?\n")


class AgentError(LabError):
    """The guest did not answer, or the line to it is gone."""


@dataclass(frozen=True)
class Result:
    """What a command returned: exit status and output, stderr included."""

    command: str
    rc: int
    out: str

    def check(self) -> str:
        """The output; LabError when the command failed."""
        if self.rc:
            said = self.out.strip() or "no output"
            raise LabError(f"'{self.command}' returned {self.rc}: {said}")
        return self.out


class Agent:
    """The line to one guest. Not for use by two threads at once."""

    def __init__(self, line: socket.socket):
        self._line = line
        self._data = b""
        self._number = 0

    def close(self) -> None:
        self._line.close()

    def wait_ready(self, timeout: float) -> str:
        """Wait for the guest to come up. Returns its kernel release."""
        found = self._wait_for(_READY, timeout, "did not come up")
        return found.group(1).decode()

    def run(self, command: str, timeout: float) -> Result:
        """Run one line of shell in the guest.

        Raises AgentError when it does not end within `timeout` seconds; the line is
        of no use after that.
        """
        if "\n" in command:
            raise ValueError("a command for a guest is one line")
        self._number += 1
        self._line.sendall(f"{self._number} {command}\n".encode())
        done = re.compile(rb"\n@done %d (\d+)\r?\n" % self._number)
        found = self._wait_for(done, timeout, f"no end of '{command}'")
        out = found.string[: found.start()].decode(errors="replace")
        return Result(command, int(found.group(1)), out)

    def _wait_for(
        self, pattern: re.Pattern[bytes], timeout: float, what: str
    ) -> re.Match[bytes]:
        end = time.monotonic() + timeout
        while True:
            found = pattern.search(self._data)
            if found:
                self._data = self._data[found.end() :]
                return found
            self._receive(end, f"{what} within {timeout:g} s")

    def _receive(self, end: float, what: str) -> None:
        self._line.settimeout(max(end - time.monotonic(), 0.001))
        try:
            data = self._line.recv(65536)
        except TimeoutError:
            raise AgentError(what) from None
        except OSError as error:
            raise AgentError(f"the line broke: {error}") from None
        if not data:
            raise AgentError("the machine ended")
        self._data += data
