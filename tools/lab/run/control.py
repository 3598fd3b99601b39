# SPDX-License-Identifier: GPL-2.0
"""Client of the model's control socket: one command a line, its reply after it."""

import socket
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .errors import LabError

# The model answers at once, but for `wait`, which names its own limit
_TIMEOUT = 30

_VIOLATION = "violation."


@dataclass(frozen=True)
class Count:
    """One counter of the link: requests and the bytes that they carried."""

    count: int
    bytes: int


class Control:
    """The connection. Not for use by two threads at once."""

    def __init__(self, path: Path):
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.settimeout(_TIMEOUT)
        try:
            self._line.connect(str(path))
        except OSError as error:
            self._line.close()
            raise LabError(f"model: no control socket: {error.strerror}") from None
        self._reply = self._line.makefile("r", encoding="utf-8", errors="replace")
        self._past: Counter[str] = Counter()

    def close(self) -> None:
        self._reply.close()
        self._line.close()

    def cmd(self, command: str, timeout: float | None = _TIMEOUT) -> list[str]:
        """Send one command. Returns the lines of its reply, without the final `ok`.

        timeout: in seconds, None for as long as it takes.

        Raises LabError for `error: REASON`, for silence, and when the model is gone.
        """
        if "\n" in command:
            raise ValueError("a command for the model is one line")
        lines = self._ask(command, timeout)
        if command.split() == ["counters", "reset"]:
            self._past += _violations(_counts(lines))
        return lines

    def _ask(self, command: str, timeout: float | None) -> list[str]:
        self._line.settimeout(timeout)
        lines: list[str] = []
        try:
            self._line.sendall(f"{command}\n".encode())
            for line in self._reply:
                line = line.rstrip("\n")
                if line == "ok":
                    return lines
                if line.startswith("error:"):
                    raise LabError(f"model: '{command}': {line[6:].strip()}")
                lines.append(line)
        except TimeoutError:
            raise LabError(
                f"model: no answer to '{command}' within {timeout:g} s"
            ) from None
        except ConnectionError:
            # Broken or reset, as its end came before or amid the command
            pass
        except OSError as error:
            raise LabError(f"model: '{command}': {error.strerror or error}") from None
        raise LabError(f"model: ended while it answered '{command}'")

    def wait(self, state: str, seconds: int) -> None:
        """Wait until the endpoint is `started`, or for `linkup`, or `linkdown`."""
        self.cmd(f"wait {state} {seconds}", timeout=seconds + _TIMEOUT)

    def counters(self) -> dict[str, Count]:
        """The link's counters by name."""
        return _counts(self.cmd("counters"))

    def reset_counters(self) -> None:
        """All to zero; violations() remembers."""
        self.cmd("counters reset")

    def violations(self) -> Counter[str]:
        """How often each rule of the bus was broken since the model started.

        By the counters' names without `violation.`; rules that were kept are not in.
        """
        return self._past + _violations(self.counters())


def _counts(lines: list[str]) -> dict[str, Count]:
    counts = {}
    for line in lines:
        name, count, size = line.split()
        counts[name] = Count(int(count), int(size))
    return counts


def _violations(counts: dict[str, Count]) -> Counter[str]:
    return Counter(
        {
            name.removeprefix(_VIOLATION): count.count
            for name, count in counts.items()
            if name.startswith(_VIOLATION)
        }
    )
