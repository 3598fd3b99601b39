# SPDX-License-Identifier: GPL-2.0
"""Commands in a guest: the runner's end of its second serial port.

The guest's init (tools/lab/guest/init) is the other end. A command goes out as
the line `answer N COMMAND`, quoted for the guest's shell, which reads such lines by
the block (its `read` takes a system call for each character); its output comes back,
then `@done N STATUS` on a line of its own. The newline before the marker is part of
the marker.
"""

import re
import shlex
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .errors import LabError

_READY = re.compile(rb"\n@ready (\S+)\r?\n")

# A release has at most 64 characters, a number of ours fewer
_LONGEST_MARKER = 128


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
    """The line to one guest; threads take turns.

    first: the number of the first command. An output that knew it could end a command
    as the guest does.
    """

    def __init__(self, line: socket.socket, first: int):
        self._line = line
        self._turn = threading.Lock()
        self._data = bytearray()
        self._next = first
        self._overdue = False

    def close(self) -> None:
        self._line.close()

    def wait_ready(self, timeout: float) -> str:
        """Wait for the guest to come up. Returns its kernel release."""
        end = time.monotonic() + timeout
        late = f"did not come up within {timeout:g} s"
        release, _ = self._wait_for(_READY, end, late)
        return release.decode()

    def run(self, command: str, timeout: float) -> Result:
        """Run one line of shell in the guest.

        Raises AgentError when it does not end within `timeout` seconds. The next one
        waits for its end.
        """
        if "\n" in command:
            raise ValueError("a command for a guest is one line")
        end = time.monotonic() + timeout
        late = f"no end of '{command}' within {timeout:g} s"
        if not self._turn.acquire(timeout=timeout):
            raise AgentError(late)
        try:
            return self._run(command, end, late)
        finally:
            self._turn.release()

    def _run(self, command: str, end: float, late: str) -> Result:
        number = self._next
        self._next += 1
        was_overdue, self._overdue = self._overdue, True
        self._send(f"answer {number} {shlex.quote(command)}\n", end, late)
        status, out = self._wait_for(_done(number), end, late)
        self._overdue = False
        if was_overdue:
            out = _done(number - 1).split(out, maxsplit=1)[-1]
        return Result(command, int(status), out.decode(errors="replace"))

    def _send(self, text: str, end: float, late: str) -> None:
        with self._errors(end, late):
            self._line.sendall(text.encode(errors="surrogateescape"))

    def _wait_for(
        self, pattern: re.Pattern[bytes], end: float, late: str
    ) -> tuple[bytes, bytes]:
        """What the marker says, and what came before it."""
        start = 0
        while not (found := pattern.search(self._data, start)):
            start = max(len(self._data) - _LONGEST_MARKER, 0)
            with self._errors(end, late):
                data = self._line.recv(65536)
            if not data:
                raise AgentError("the machine ended")
            self._data += data
        said, before = found.group(1), bytes(self._data[: found.start()])
        del self._data[: found.end()]
        return bytes(said), before

    @contextmanager
    def _errors(self, end: float, late: str) -> Iterator[None]:
        """Around one use of the line, which may take until `end`."""
        self._line.settimeout(max(end - time.monotonic(), 0.001))
        try:
            yield
        except TimeoutError:
            raise AgentError(late) from None
        except OSError as error:
            raise AgentError(f"the line broke: {error}") from None


def _done(number: int) -> re.Pattern[bytes]:
    return re.compile(rb"\n@done %d (\d+)\r?\n" % number)
