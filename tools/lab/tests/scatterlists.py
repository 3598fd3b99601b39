# SPDX-License-Identifier: GPL-2.0
"""Lists through the endpoint's local DMA engine, into and out of a host buffer.

The work is done by two modules of the lab: dw-ep-lab-sg on the endpoint,
lab-host-buf on the host.
"""

from run import Lab
from run.agent import Result

# The function that lab-host-buf binds
IDS = "1234:d3c1"
BDF = "0000:01:00.0"

_HOST = "/sys/kernel/debug/lab-host-buf"
_ENDPOINT = "/sys/kernel/debug/dw-ep-lab-sg"

# A range takes a second; the limit is for a machine that is very busy
_TIMEOUT = 300


class Scatterlists:
    """The two modules of a lab whose host has found the function."""

    def __init__(self, lab: Lab):
        self._lab = lab
        lab.ep.do("insmod /modules/dw-ep-lab-sg.ko")
        lab.host.do("insmod /modules/lab-host-buf.ko")

    def buffer(self) -> str:
        """Bus address and size of the host buffer."""
        return self._lab.host.do(f"cat {_HOST}/addr").strip()

    def fill(self, seed: int) -> None:
        """The host's pattern into its whole buffer."""
        self._lab.host.do(f"echo fill {seed} > {_HOST}/cmd")

    def move(
        self, verb: str, seed: int, first: int, last: int, buffer: str = ""
    ) -> Result:
        """`read` from or `write` to the host: lists of `first` to `last` elements.

        What the endpoint can see of the data is verified. `unmapped` is `write` from
        memory that the endpoint has unmapped. `buffer` is some other place than the
        host buffer.
        """
        command = f"{verb} {buffer or self.buffer()} {seed} {first} {last}"
        return self._lab.ep.run(f"echo {command} > {_ENDPOINT}/cmd", _TIMEOUT)

    def start_write(self) -> None:
        """A list of one element in the background."""
        command = f"write {self.buffer()} 1 1 1"
        self._lab.ep.do(f"echo {command} > {_ENDPOINT}/cmd 2> /dev/null &")

    def verify(self, seed: int, first: int, last: int) -> None:
        """The host checks every byte of its buffer after a `write`."""
        self._lab.host.do(f"echo verify {seed} {first} {last} > {_HOST}/cmd", _TIMEOUT)

    def word(self) -> int:
        """The first word of the function's BAR 0, read by the host."""
        return int(self._lab.host.do(f"cat {_HOST}/word"), 16)

    def set_word(self, value: int) -> None:
        """Write it."""
        self._lab.host.do(f"echo {value:#x} > {_HOST}/word")

    def both_ways(self, first: int, last: int) -> None:
        """Lists of `first` to `last` elements, there and back, all verified."""
        seed = first
        self.fill(seed)
        self.move("read", seed, first, last).check()
        self.move("write", seed, first, last).check()
        self.verify(seed, first, last)
