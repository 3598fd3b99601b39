# SPDX-License-Identifier: GPL-2.0
"""What the tests of DMA between the two machines have in common."""

import errno
import os
import re
from dataclasses import dataclass

from run import Lab, LabError, dma
from run.machine import Machine

METADATA = "/sys/kernel/debug/dw-edma-ep/{bdf}/metadata"
READY_US = "/sys/kernel/debug/dw-edma-ep/{bdf}/request_to_ready_us"
EP_STATE = "/sys/kernel/debug/pci_ep_dma/pci_epf_dma.0/state"
XFER = "/tests/pci_ep_dma_xfer"
WAYS = tuple(dma.DIRECTIONS)

# The direction of the engine that carries each of them, as the model names it
ENGINE = {"-t": "rd", "-f": "wr"}

_MASK = (1 << 64) - 1
_BIND_ENDED = "/tmp/bind-ended"


def verify_transfers(lab: Lab, bdf: str, ways: tuple[str, ...] = WAYS) -> None:
    """A few transfers each way, every byte verified."""
    for way in ways:
        command = dma.transfer_command(bdf, way, size=5000, count=20, depth=4)
        verify = len(ways) == len(WAYS)
        moved = dma.transfer(lab.host, command + (" -V" if verify else ""))
        assert (moved.transfers, moved.bytes) == (20, 100000)


def bind_error(lab: Lab, bdf: str) -> int:
    """Bind the function to dw-edma-pcie. Returns 0, or the errno of the refusal."""
    lab.host.do(f"echo dw-edma-pcie > /sys/bus/pci/devices/{bdf}/driver_override")
    result = lab.host.run(f"echo {bdf} > {dma.DRIVER}/bind", timeout=60)
    return 0 if result.rc == 0 else errno_of(result.out)


def errno_of(text: str) -> int:
    """The number that belongs to the shell's `write error: WORDS`."""
    for number in errno.errorcode:
        if text.rstrip().endswith(os.strerror(number)):
            return number
    raise LabError(f"no error that has a number: {text.strip()}")


def kernel_says(machine: Machine) -> str:
    """The kernel's messages since the last call."""
    return machine.do("dmesg -c")


def wait_in(machine: Machine, condition: str) -> None:
    """Until a command of that machine succeeds; a minute is for a busy machine."""
    result = machine.run(
        f"n=0; until {condition}; do"
        f" n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done",
        timeout=120,
    )
    if result.rc:
        raise LabError(f"{machine.name}: never true: {condition}")


def seconds(machine: Machine, commands: str) -> float:
    """How long these commands take, by that machine's clock."""
    stamp = "cut -d ' ' -f 1 /proc/uptime"
    said = machine.do(f"{stamp}; {{ {commands}; }} > /dev/null; {stamp}")
    start, end = said.split()
    return float(end) - float(start)


def wait_for_withdrawal(lab: Lab) -> None:
    """Until the endpoint has seen that no host asks, and offers its channels again."""
    wait_in(lab.ep, f"grep -q '^state: published' {EP_STATE}")


def bind_in_background(lab: Lab, bdf: str) -> None:
    """Have the host bind while something else happens."""
    commands = "; ".join(dma.bind_commands(bdf))
    lab.host.do(f"rm -f {_BIND_ENDED}")
    lab.host.do(f"{{ {commands}; touch {_BIND_ENDED}; }} > /dev/null 2>&1 &")


def bind_has_ended(lab: Lab) -> bool:
    return lab.host.run(f"test -e {_BIND_ENDED}").rc == 0


def wait_for_bind(lab: Lab, bdf: str) -> None:
    """Until that one has ended, and well."""
    wait_in(lab.host, f"test -e {_BIND_ENDED}")
    assert dma.is_bound(lab.host, bdf)


def bind_and_release(lab: Lab, bdf: str) -> None:
    """The device is as good as ever: it binds, and lets go."""
    assert bind_error(lab, bdf) == 0
    dma.unbind(lab.host, bdf)


# ---- the pattern of the transfer program, to compare memory with ----


def _word(seed: int, number: int) -> bytes:
    """Eight bytes of it, see ep_word() in pci_ep_dma.c of the kselftest."""
    x = ((seed << 40) + number + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return (x ^ (x >> 31)).to_bytes(8, "little")


def pattern(seed: int, size: int) -> bytes:
    """The first `size` bytes, a multiple of 8."""
    return b"".join(_word(seed, number) for number in range(size // 8))


# ---- endpoint memory, without the engine ----


def peek(lab: Lab, bar: int, offset: int, size: int) -> bytes:
    """Read through a BAR of function 0 as a host would."""
    data = b""
    while len(data) < size:
        part = min(4096, size - len(data))
        (line,) = lab.ctl.cmd(f"peek 0 {bar} {offset + len(data)} {part}")
        data += bytes.fromhex(line)
    return data


def poke(lab: Lab, bar: int, offset: int, data: bytes) -> None:
    lab.ctl.cmd(f"poke 0 {bar} {offset} {data.hex()}")


@dataclass(frozen=True)
class Place:
    """A piece of endpoint memory in a BAR."""

    bar: int
    offset: int
    size: int


def scratch_place(lab: Lab, bdf: str) -> Place:
    """Where the scratch memory shows, from what the host driver decoded.

    It lies in the buffer that holds the linked lists, so that the distance of the
    two is the same for the engine and in the BAR.
    """
    text = lab.host.do(f"cat {METADATA.format(bdf=bdf)}")
    scratch = re.search(r"scratch: address (\S+) size (\S+)", text)
    memory = re.search(
        r"memory \d+: bar (\d+) offset (\S+) size \S+ address (\S+)", text
    )
    assert scratch and memory, text
    distance = int(scratch[1], 0) - int(memory[3], 0)
    return Place(int(memory[1]), int(memory[2], 0) + distance, int(scratch[2], 0))


# ---- a client that holds a channel ----


class Holder:
    """pci_ep_dma_xfer -H in the background of the host.

    It holds a channel with `count` transfers queued, until end().
    """

    _number = 0

    def __init__(self, lab: Lab, bdf: str, way: str, count: int, channel: int = 0):
        Holder._number += 1
        self._lab = lab
        self._log = f"/tmp/holder.{Holder._number}"
        command = f"{XFER} -d {bdf} {way} -c {channel} -n {count} -H"
        self._pid = lab.host.do(f"{command} > {self._log} 2>&1 & echo $!").strip()
        self._asked = False
        self._wait_for("holding")

    def end(self) -> dict[str, str]:
        """Let it tell what became of its transfers, and release the channel.

        The lines of its report by their first word.
        """
        if not self._asked:
            self.ask()
        self._wait_for("end:")
        lines = self._lab.host.do(f"cat {self._log}").splitlines()
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    def ask(self) -> None:
        """Have it wait for its transfers. When they are over, it tells."""
        self._lab.host.do(f"kill -TERM {self._pid}")
        self._asked = True

    def has_told(self) -> bool:
        return self._lab.host.run(f"grep -q ^after: {self._log}").rc == 0

    def kill(self) -> float:
        """Close its file, which terminates. Returns how long that took."""
        return seconds(
            self._lab.host,
            f"kill -KILL {self._pid};"
            f" while grep -q '^State:.[RSD]' /proc/{self._pid}/status 2>/dev/null;"
            " do sleep 0.02; done",
        )

    def _wait_for(self, word: str) -> None:
        try:
            wait_in(self._lab.host, f"grep -q ^{word} {self._log}")
        except LabError:
            said = self._lab.host.run(f"cat {self._log}").out
            raise LabError(f"{XFER} -H never said '{word}': {said}") from None


def counts(line: str) -> dict[str, int]:
    """`submitted 64 completed 0 ...` as numbers by name."""
    words = line.split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2])}
