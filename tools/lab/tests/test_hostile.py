# SPDX-License-Identifier: GPL-2.0
"""A block that lies, changes, or never answers, and a host that scribbles.

The model makes the host read what the endpoint never wrote (`patch`). Each lie is
refused with the errno of its kind and one message that names the field (Q6), and
the device binds again as soon as it tells the truth.
"""

import os
import signal
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from errno import (
    EAGAIN,
    EBADMSG,
    EIO,
    ENODEV,
    ENOPROTOOPT,
    EOPNOTSUPP,
    EPROTONOSUPPORT,
    ETIMEDOUT,
    EREMOTEIO,
)
from pathlib import Path

import pytest
from dma_case import (
    EP_STATE,
    METADATA,
    XFER,
    bind_and_release,
    bind_error,
    bind_in_background,
    kernel_says,
    peek,
    poke,
    verify_transfers,
    wait_for_bind,
    wait_for_withdrawal,
    wait_in,
)
from run import Lab, LabError, dma

# Both are what the board's BARs come to by themselves
BLOCK_BAR = 0
WINDOW_BAR = 2

# Offsets of include/linux/pci-ep-dma.h
HEADER = {
    "magic": (0x00, 4),
    "version": (0x04, 4),
    "header_len": (0x08, 4),
    "total_len": (0x0C, 4),
    "generation": (0x10, 4),
    "state": (0x14, 4),
    "serviced": (0x18, 4),
    "reason": (0x1C, 4),
    "place": (0x20, 4),
    "incompat": (0x24, 4),
    "compat": (0x28, 4),
    "layout": (0x2C, 4),
    "func_no": (0x30, 4),
    "host_offset": (0x34, 4),
    "regs.bar": (0x38, 4),
    "regs.offset": (0x40, 8),
    "regs.size": (0x48, 8),
    "mems.offset": (0x50, 4),
    "mems.count": (0x54, 4),
    "mems.stride": (0x58, 4),
    "chans.offset": (0x60, 4),
    "chans.count": (0x64, 4),
    "chans.stride": (0x68, 4),
    "doorbell.flags": (0x70, 4),
    "doorbell.bar": (0x74, 4),
    "doorbell.offset": (0x78, 8),
    "doorbell.data": (0x80, 4),
    "scratch.addr": (0x88, 8),
    "scratch.size": (0x90, 8),
}
MEM = {
    "mem.id": (0x00, 4),
    "mem.bar": (0x04, 4),
    "mem.offset": (0x08, 8),
    "mem.addr": (0x10, 8),
    "mem.size": (0x18, 8),
}
CHAN = {
    "chan.id": (0x00, 4),
    "chan.dir": (0x04, 4),
    "chan.hw_chan": (0x08, 4),
    "chan.mem_id": (0x0C, 4),
    "chan.ll_offset": (0x10, 4),
    "chan.ll_size": (0x14, 4),
}
HOST_AREA = 0xC0
TOKEN = HOST_AREA
HUGE = 0x7FFFFFFF_FFFFFFF8
ONES = 0xFFFFFFFF
READY = 2


@dataclass(frozen=True)
class Block:
    """The true block, and where its records are."""

    data: bytes

    def get(self, field: str, record: int = 0) -> int:
        offset, size = self.place(field, record)
        return int.from_bytes(self.data[offset : offset + size], "little")

    def place(self, field: str, record: int = 0) -> tuple[int, int]:
        """Offset in the block and size of a field; record: which mem or chan."""
        for table, fields in (("mems", MEM), ("chans", CHAN)):
            if field in fields:
                offset, size = fields[field]
                first = self.get(f"{table}.offset")
                return first + record * self.get(f"{table}.stride") + offset, size
        return HEADER[field]


@pytest.fixture(scope="module")
def machines(boot_lab) -> Iterator[tuple[Lab, str]]:
    with boot_lab("hostile", "rcar-s4", "next") as lab:
        lab.ep.do_all(dma.Export().commands())
        lab.start_host()
        bdf = dma.find(lab.host)
        lab.host.do("dmesg -n 8; dmesg -c")
        # This leaves memory decoding on, so that the model can look, too
        bind_and_release(lab, bdf)
        yield lab, bdf


@pytest.fixture
def target(machines: tuple[Lab, str]) -> Iterator[tuple[Lab, str, Block]]:
    """Unbound, truthful, and quiet before; good to bind after."""
    lab, bdf = machines
    lab.ctl.cmd("patch clear")
    if dma.is_bound(lab.host, bdf):
        dma.unbind(lab.host, bdf)
    block = Block(peek(lab, BLOCK_BAR, 0, 4096))
    kernel_says(lab.host)
    yield lab, bdf, block
    lab.ctl.cmd("patch clear")
    bind_and_release(lab, bdf)


def lie(
    lab: Lab,
    block: Block,
    field: str,
    value: int,
    *,
    record: int = 0,
    skip: int = 0,
    count: int = 0,
) -> None:
    offset, size = block.place(field, record)
    data = value.to_bytes(size, "little").hex()
    lab.ctl.cmd(f"patch 0 {BLOCK_BAR} {offset} {data} {skip} {count}")


def assert_refused(lab: Lab, bdf: str, error: int, field: str) -> None:
    """One message, that names the field, and the errno of it."""
    assert bind_error(lab, bdf) == error
    said = kernel_says(lab.host)
    lines = [line for line in said.splitlines() if "endpoint DMA block:" in line]
    assert len(lines) == 1, said
    assert f"({field})" in lines[0]
    assert not dma.is_bound(lab.host, bdf)


@dataclass(frozen=True)
class Lie:
    field: str
    value: int
    error: int
    record: int = 0
    names: str = ""  # another field, when that one is found to be wrong

    def __str__(self) -> str:
        record = f"[{self.record}]" if self.record else ""
        return f"{self.field}{record}={self.value:#x}"


LIES = [
    Lie("magic", 0, ENODEV),
    Lie("magic", 0x4450444D, ENODEV),
    Lie("magic", ONES, ENODEV),
    Lie("version", 0, EBADMSG),
    Lie("version", 2, EPROTONOSUPPORT),
    Lie("version", 0x7FFFFFFF, EPROTONOSUPPORT),
    Lie("header_len", 0, EBADMSG),
    Lie("header_len", 0xBC, EBADMSG),
    Lie("header_len", 0xC4, EBADMSG),
    Lie("header_len", 0x7FFFFFFF, EBADMSG),
    Lie("total_len", 0, EBADMSG),
    Lie("total_len", 0xBC, EBADMSG),
    Lie("total_len", 0x21C, EBADMSG),
    Lie("total_len", 0x8008, EBADMSG),
    Lie("total_len", 0x7FFFFFFF, EBADMSG),
    Lie("generation", 0, EBADMSG),
    Lie("state", 0, EAGAIN),
    Lie("state", 4, EBADMSG),
    Lie("layout", 0, EBADMSG),
    Lie("layout", 99, EOPNOTSUPP),
    # Q54: what must not be ignored
    Lie("incompat", 1, ENOPROTOOPT),
    Lie("incompat", 0x7FFFFFFF, ENOPROTOOPT),
    # A copy, of a block in another place
    Lie("place", 0x1000, ENODEV, names="magic"),
    Lie("place", WINDOW_BAR, ENODEV, names="magic"),
    Lie("func_no", 32, EBADMSG),
    Lie("func_no", 0x7FFFFFFF, EBADMSG),
    Lie("host_offset", 0, EBADMSG),
    Lie("host_offset", 0xC4, EBADMSG),
    Lie("host_offset", 0x7FFFFFC0, EBADMSG),
    Lie("regs.bar", 1, EBADMSG),
    Lie("regs.bar", BLOCK_BAR, EBADMSG, names="regs.offset"),
    Lie("regs.bar", 6, EBADMSG),
    Lie("regs.bar", 0x7FFFFFFF, EBADMSG),
    Lie("regs.offset", 2, EBADMSG),
    # Q42: placed at the end of the BAR
    Lie("regs.offset", 0xFFFFC, EBADMSG, names="regs.size"),
    Lie("regs.offset", HUGE, EBADMSG, names="regs.size"),
    Lie("regs.size", 0, EBADMSG),
    # Q42: too small for its channels
    Lie("regs.size", 0x9FC, EBADMSG),
    Lie("regs.size", 0xA02, EBADMSG),
    Lie("regs.size", HUGE, EBADMSG),
    Lie("mems.offset", 0, EBADMSG),
    Lie("mems.offset", 0x104, EBADMSG),
    Lie("mems.offset", HOST_AREA, EBADMSG),
    Lie("mems.offset", 0x7FFFFFF8, EBADMSG),
    Lie("mems.count", 0, EBADMSG),
    Lie("mems.count", 129, EBADMSG),
    Lie("mems.count", 0x7FFFFFFF, EBADMSG),
    Lie("mems.stride", 0, EBADMSG),
    Lie("mems.stride", 0x18, EBADMSG),
    Lie("mems.stride", 0x24, EBADMSG),
    Lie("mems.stride", 0x7FFFFFF8, EBADMSG, names="mems.count"),
    Lie("chans.offset", 0, EBADMSG),
    Lie("chans.offset", HOST_AREA, EBADMSG),
    Lie("chans.offset", 0x7FFFFFF8, EBADMSG),
    Lie("chans.count", 0, EBADMSG),
    Lie("chans.count", 129, EBADMSG),
    Lie("chans.count", 0x7FFFFFFF, EBADMSG),
    Lie("chans.stride", 0, EBADMSG),
    Lie("chans.stride", 0x18, EBADMSG),
    Lie("chans.stride", 0x7FFFFFF8, EBADMSG, names="chans.count"),
    Lie("doorbell.bar", 1, EBADMSG),
    Lie("doorbell.bar", 6, EBADMSG),
    Lie("doorbell.bar", BLOCK_BAR, EBADMSG, names="doorbell.offset"),
    Lie("doorbell.offset", 2, EBADMSG),
    Lie("doorbell.offset", HUGE, EBADMSG),
    Lie("mem.id", 128, EBADMSG),
    Lie("mem.bar", 1, EBADMSG),
    Lie("mem.bar", 6, EBADMSG),
    Lie("mem.offset", 4, EBADMSG),
    Lie("mem.offset", 0, EBADMSG),
    Lie("mem.offset", HUGE, EBADMSG, names="mem.size"),
    Lie("mem.addr", 4, EBADMSG),
    # Q42: memory for less than two elements
    Lie("mem.size", 0, EBADMSG),
    Lie("mem.size", 16, EBADMSG),
    Lie("mem.size", 32, EBADMSG),
    Lie("mem.size", 52, EBADMSG),
    Lie("mem.size", HUGE, EBADMSG),
    Lie("scratch.addr", 4, EBADMSG),
    Lie("scratch.size", 0x1FFFFC, EBADMSG),
    Lie("chan.id", 128, EBADMSG),
    Lie("chan.id", 0, EBADMSG, record=1),
    Lie("chan.dir", 0, EBADMSG),
    Lie("chan.dir", 3, EBADMSG),
    Lie("chan.hw_chan", 4, EBADMSG),
    Lie("chan.hw_chan", 0, EBADMSG, record=1),
    Lie("chan.hw_chan", 0x7FFFFFFF, EBADMSG),
    Lie("chan.mem_id", 99, EBADMSG),
    Lie("chan.ll_offset", 4, EBADMSG),
    Lie("chan.ll_offset", 0x7FFFFFF8, EBADMSG, names="chan.ll_size"),
    # Q42: lists that overlap
    Lie("chan.ll_offset", 0, EBADMSG, record=1),
    Lie("chan.ll_size", 0, EBADMSG),
    Lie("chan.ll_size", 16, EBADMSG),
    Lie("chan.ll_size", 32, EBADMSG),
    Lie("chan.ll_size", 52, EBADMSG),
    Lie("chan.ll_size", 0x100008, EBADMSG),
    Lie("chan.ll_size", 0x7FFFFFFF, EBADMSG),
]


@pytest.mark.parametrize("told", LIES, ids=str)
def test_lie_is_refused(target: tuple[Lab, str, Block], told: Lie):
    """Q6, Q30, Q42"""
    lab, bdf, block = target
    lie(lab, block, told.field, told.value, record=told.record)
    assert_refused(lab, bdf, told.error, told.names or told.field)


# Where all ones is as good as any number, and which word of the field it is
ONES_ARE_A_VALUE = {
    "compat": 0,
    "doorbell.data": 0,
    "scratch.addr": 4,
    "mem.addr": 4,
}


@pytest.mark.parametrize("field", [*HEADER, *MEM, *CHAN])
def test_all_ones_are_no_value(target: tuple[Lab, str, Block], field: str):
    """Q8: one word of all ones is a dead link, wherever it stands."""
    lab, bdf, block = target
    offset, size = block.place(field)
    for word in range(offset, offset + size, 4):
        if word - offset == ONES_ARE_A_VALUE.get(field):
            continue
        lab.ctl.cmd(f"patch 0 {BLOCK_BAR} {word} ffffffff")
        # Without its magic and its place, it is no block
        if field in ("magic", "place"):
            assert_refused(lab, bdf, ENODEV, "magic")
        else:
            assert_refused(lab, bdf, EIO, field)
        lab.ctl.cmd("patch clear")


@pytest.mark.parametrize("field", ["compat", "scratch.addr", "mem.addr"])
def test_all_ones_that_are_a_value(target: tuple[Lab, str, Block], field: str):
    """Q8, Q54: what is ignored, and addresses at the end of what 64 bits reach."""
    lab, bdf, block = target
    word = block.place(field)[0] + ONES_ARE_A_VALUE[field]
    lab.ctl.cmd(f"patch 0 {BLOCK_BAR} {word} ffffffff")
    assert bind_error(lab, bdf) == 0
    dma.unbind(lab.host, bdf)


@pytest.mark.parametrize("field", ["generation", "state"])
def test_link_dies_behind_the_copy(target: tuple[Lab, str, Block], field: str):
    """Q8: the copy is good, and the link is dead."""
    lab, bdf, block = target
    lie(lab, block, field, ONES, skip=1, count=1)
    assert_refused(lab, bdf, EIO, field)


def test_dead_link(target: tuple[Lab, str, Block]):
    """Q8: every BAR reads all ones."""
    lab, bdf, _ = target
    for bar in (0, 2, 4):
        lab.ctl.cmd(f"patch 0 {bar} 0 {'ff' * 256}")
    assert_refused(lab, bdf, EIO, "magic")


def test_registers_overlap_lists(target: tuple[Lab, str, Block]):
    """Q42: linked lists on top of the registers."""
    lab, bdf, block = target
    lie(lab, block, "mem.bar", WINDOW_BAR)
    lie(lab, block, "mem.offset", block.get("regs.offset"))
    assert_refused(lab, bdf, EBADMSG, "mem.offset")


def test_doorbell_in_a_list(target: tuple[Lab, str, Block]):
    """Q54: to ring would be to write into a list."""
    lab, bdf, block = target
    lie(lab, block, "doorbell.bar", BLOCK_BAR)
    lie(lab, block, "doorbell.offset", block.get("mem.offset"))
    assert_refused(lab, bdf, EBADMSG, "doorbell.offset")


def test_scratch_overlaps_lists(target: tuple[Lab, str, Block]):
    """Q42"""
    lab, bdf, block = target
    lie(lab, block, "scratch.addr", block.get("mem.addr"))
    assert_refused(lab, bdf, EBADMSG, "mem.addr")


def test_scratch_wraps(target: tuple[Lab, str, Block]):
    """Q6: address and size are fine by themselves, their sum is not."""
    lab, bdf, block = target
    lie(lab, block, "scratch.addr", 0xFFFFFFFE_F0000000)
    lie(lab, block, "scratch.size", HUGE)
    assert_refused(lab, bdf, EBADMSG, "scratch.size")


def test_copy_that_changes_its_place(target: tuple[Lab, str, Block]):
    """Q54: found where it says it is, and then it says another place."""
    lab, bdf, block = target
    lie(lab, block, "place", 0x1000, skip=1)
    assert_refused(lab, bdf, ENODEV, "place")


def test_layout_without_a_driver(target: tuple[Lab, str, Block]):
    """Q54: a good block, of an engine that nobody here drives."""
    lab, bdf, block = target
    lie(lab, block, "layout", 3)
    assert bind_error(lab, bdf) == EOPNOTSUPP
    assert "no driver here for the endpoint's register layout 3" in kernel_says(
        lab.host
    )
    assert not dma.is_bound(lab.host, bdf)


def test_function_number_is_what_the_engine_uses(target: tuple[Lab, str, Block]):
    """Q22, Q54: not what the host knows the function by. Here there is no other
    function, which the model tells when the engine is started for it.
    """
    lab, bdf, block = target
    lie(lab, block, "func_no", 1)
    assert bind_error(lab, bdf) == 0
    with lab.provoking("requester"):
        # The message that it was aborted is under that number, too, and is lost
        lab.host.do(f"{XFER} -d {bdf} -t -n 1 > /dev/null 2>&1 &")
        for _ in range(100):
            if lab.ctl.violations()["requester"]:
                break
            lab.host.do("sleep 0.1")
        dma.unbind(lab.host, bdf)
        wait_in(lab.host, f"! pidof {Path(XFER).name}")


# ---- what lies elsewhere ----


def wait_for_token(lab: Lab, place: int) -> bytes:
    """The one that the host writes there."""
    for _ in range(100):
        token = peek(lab, WINDOW_BAR, place, 4)
        if any(token):
            return token
        lab.host.do("sleep 0.1")
    pytest.fail(f"the host asked nobody: {kernel_says(lab.host)}")


@pytest.mark.parametrize("offset", [0x3000, 0xF000])
def test_block_at_an_offset(target: tuple[Lab, str, Block], offset: int):
    """Q54: behind something else in its BAR, which holds the registers as well.

    The block is a copy in the window BAR, and this test is the endpoint that answers
    there: it relays the token one way and the answer the other.
    """
    lab, bdf, block = target
    assert block.get("regs.bar") == WINDOW_BAR
    start, size = block.place("place")
    copy = bytearray(block.data[: block.get("total_len")])
    copy[start : start + size] = struct.pack("<I", WINDOW_BAR | offset)

    def show(first: int, data: bytes) -> None:
        for at in range(0, len(data), 256):
            part = data[at : at + 256].hex()
            lab.ctl.cmd(f"patch 0 {WINDOW_BAR} {offset + first + at} {part}")

    # All but the host area
    show(0, copy[:HOST_AREA])
    show(HOST_AREA + 64, copy[HOST_AREA + 64 :])
    lie(lab, block, "magic", 0)
    bind_in_background(lab, bdf)
    token = wait_for_token(lab, offset + TOKEN)
    # Nothing of the BAR can be read while the window is opened in it
    os.kill(lab.host.process.pid, signal.SIGSTOP)
    try:
        poke(lab, BLOCK_BAR, TOKEN, token)
        wait_in(lab.ep, f"grep -q '^state: ready' {EP_STATE}")
        show(HEADER["state"][0], struct.pack("<I", READY) + token)
    finally:
        os.kill(lab.host.process.pid, signal.SIGCONT)
    wait_for_bind(lab, bdf)
    text = lab.host.do(f"cat {METADATA.format(bdf=bdf)}")
    assert f"metadata: bar {WINDOW_BAR} offset {offset:#x} " in text
    verify_transfers(lab, bdf)
    dma.unbind(lab.host, bdf)
    # The host let go there, and here the endpoint hears of it
    assert peek(lab, WINDOW_BAR, offset + TOKEN, 4) == bytes(4)
    poke(lab, BLOCK_BAR, TOKEN, bytes(4))


# ---- what changes while it is looked at ----


@pytest.mark.parametrize("field", ["generation", "state"])
def test_changed_once_while_copied(target: tuple[Lab, str, Block], field: str):
    """Q3: what looks torn is copied again."""
    lab, bdf, block = target
    lie(lab, block, field, 0x1234, skip=1, count=1)
    assert bind_error(lab, bdf) == 0
    dma.unbind(lab.host, bdf)


def test_never_stands_still(target: tuple[Lab, str, Block]):
    """Q3: another generation behind every copy, for as long as the host looks."""
    lab, bdf, block = target
    for copy in range(60):
        lie(lab, block, "generation", 0x1000 + copy, skip=2 * copy + 1, count=1)
    assert_refused(lab, bdf, EAGAIN, "generation")


SECOND_COPY = [
    # The words that the host compares are read twice a copy
    Lie("generation", 0x1234, EAGAIN),
    Lie("chans.count", 0x7FFFFFFF, EBADMSG),
    Lie("chans.offset", HOST_AREA, EBADMSG),
    Lie("mem.size", 16, EBADMSG),
    Lie("chan.ll_size", 16, EBADMSG),
    Lie("regs.size", 0, EBADMSG),
    Lie("layout", 99, EOPNOTSUPP),
]


@pytest.mark.parametrize("told", SECOND_COPY, ids=str)
def test_changed_after_ready(target: tuple[Lab, str, Block], told: Lie):
    """Q6: the copy that is used is checked like the first, and like the first."""
    lab, bdf, block = target
    reads = 2 if told.field == "generation" else 1
    lie(lab, block, told.field, told.value, skip=reads)
    assert_refused(lab, bdf, told.error, told.field)
    # The endpoint was told: nothing stays mapped for a host that went away
    assert peek(lab, BLOCK_BAR, TOKEN, 4) == bytes(4)


def test_no_answer(target: tuple[Lab, str, Block]):
    """The host gives up after 10 s, and has not flooded the link meanwhile."""
    lab, bdf, block = target
    lie(lab, block, "serviced", 0)
    lab.ctl.reset_counters()
    assert bind_error(lab, bdf) == ETIMEDOUT
    assert "did not answer the request for DMA" in kernel_says(lab.host)
    # 10 s at a read in 50 ms, and the copy of the block
    assert lab.ctl.counters()["host.mem.read"].count < 800


@pytest.mark.parametrize(
    "reason, words",
    [
        (0, "no reason given (0)"),
        (1, "a channel did not stop (1)"),
        (3, "the registers could not be mapped (3)"),
        (77, "for a reason not known here (77)"),
        (ONES, f"for a reason not known here ({ONES})"),
    ],
)
def test_answer_failed(target: tuple[Lab, str, Block], reason: int, words: str):
    """Q54: the endpoint says why; any number is bearable."""
    lab, bdf, block = target
    lie(lab, block, "state", 3, skip=2)
    lie(lab, block, "reason", reason, skip=1)
    assert bind_error(lab, bdf) == EREMOTEIO
    assert f"endpoint cannot lend its DMA channels: {words}\n" in kernel_says(lab.host)


def test_link_dies_while_waiting(target: tuple[Lab, str, Block]):
    """Q8"""
    lab, bdf, block = target
    lie(lab, block, "serviced", ONES, skip=1)
    assert_refused(lab, bdf, EIO, "serviced")


# ---- a hostile host ----


def published(lab: Lab, block: Block) -> bool:
    """The endpoint's words are back, whatever the host did to them."""
    now = peek(lab, BLOCK_BAR, 0, len(block.data))
    total = block.get("total_len")
    return (
        now[:HOST_AREA] == block.data[:HOST_AREA]
        and now[HOST_AREA + 64 : total] == block.data[HOST_AREA + 64 : total]
    )


def ring(lab: Lab, block: Block) -> None:
    data = struct.pack("<I", block.get("doorbell.data"))
    poke(lab, block.get("doorbell.bar"), block.get("doorbell.offset"), data)


def ring_in_vain(lab: Lab, block: Block) -> bool:
    """The base takes a BAR's window away while it moves it (Q57)."""
    try:
        ring(lab, block)
    except LabError as error:
        if "no window for BAR4" not in str(error):
            raise
        lab.accept("inbound", 1)
        return True
    return False


def watch_is(lab: Lab, how: str) -> bool:
    return not lab.ep.run(f"grep -q '^watch: {how}$' {EP_STATE}").rc


def take_registers(lab: Lab, token: int) -> None:
    """What a driver does, without one."""
    poke(lab, BLOCK_BAR, TOKEN, struct.pack("<I", token))
    wait_in(lab.ep, f"grep -q '^state: ready' {EP_STATE}")


def start_read_channel(lab: Lab, block: Block) -> None:
    """Read channel 0 is to move 4 bytes, and to interrupt the endpoint."""
    registers = {
        0x2C: 1,  # rd_engine_en
        0xA8: 0,  # rd_int_mask
        0x300: 8,  # ch_control1: LIE
        0x308: 4,  # transfer_size
        0x30: 0,  # rd_doorbell: channel 0
    }
    for offset, value in registers.items():
        place = block.get("regs.offset") + offset
        poke(lab, WINDOW_BAR, place, struct.pack("<I", value))


def wait_published(lab: Lab, block: Block) -> None:
    for _ in range(100):
        if published(lab, block):
            return
        lab.ep.do("sleep 0.1")
    pytest.fail("the endpoint did not publish its block again")


@pytest.mark.parametrize("offset, size", [(0, 0xC0), (0x100, 0x80), (0x14, 4)])
def test_scribbled_block_is_published_again(
    target: tuple[Lab, str, Block], offset: int, size: int
):
    """Q3, Q30: what the host wrote over never comes back as truth."""
    lab, bdf, block = target
    poke(lab, BLOCK_BAR, offset, b"\x5a" * size)
    wait_published(lab, block)
    assert bind_error(lab, bdf) == 0
    verify_transfers(lab, bdf)
    dma.unbind(lab.host, bdf)


def test_flood_of_tokens(target: tuple[Lab, str, Block]):
    """Q30, Q51: requests faster than they can be served; log lines stay few. Who rings
    too often has the doorbell moved out of the way, for a while.
    """
    lab, bdf, block = target
    kernel_says(lab.ep)
    rung = 0
    # It may be heard again by the time that the host looks
    while rung < 500 or not watch_is(lab, "doorbell, parked"):
        assert rung < 10000, lab.ep.do(f"cat {EP_STATE}")
        for _ in range(100):
            rung += 1
            token = struct.pack("<I", rung * 0x01010101 & ONES)
            poke(lab, BLOCK_BAR, TOKEN, token)
            ring_in_vain(lab, block)
    # It was away while it was moved, and is not now
    assert not all(ring_in_vain(lab, block) for _ in range(100))
    poke(lab, BLOCK_BAR, TOKEN, struct.pack("<I", ONES))
    poke(lab, BLOCK_BAR, TOKEN, bytes(4))
    assert len(kernel_says(lab.ep).splitlines()) < 50
    assert bind_error(lab, bdf) == 0
    verify_transfers(lab, bdf)
    # It is moved back meanwhile, and the driver that leaves rings, too
    wait_in(lab.ep, f"grep -q '^watch: doorbell$' {EP_STATE}")
    dma.unbind(lab.host, bdf)


def test_interrupt_that_nobody_serves(target: tuple[Lab, str, Block]):
    """Q51: the host lets its channel interrupt the endpoint, and clears nothing."""
    lab, _, block = target
    take_registers(lab, 0x1111)
    lab.ctl.cmd("fault abort rd 0")
    lab.ctl.reset_counters()
    start_read_channel(lab, block)
    # The endpoint's machine may have no time for anything else
    time.sleep(1)
    counters = lab.ctl.counters()
    assert counters["dma.abort"].count == 1
    assert 0 < counters["irq.local"].count < 10
    poke(lab, BLOCK_BAR, TOKEN, bytes(4))
    wait_for_withdrawal(lab)


def test_channel_that_runs_on(target: tuple[Lab, str, Block]):
    """Q10, Q47: it is not given to the next host, until it has stopped."""
    lab, bdf, block = target
    take_registers(lab, 0x2222)
    lab.ctl.cmd("fault stuck rd 0 on")
    start_read_channel(lab, block)
    kernel_says(lab.ep)
    poke(lab, BLOCK_BAR, TOKEN, bytes(4))
    wait_in(lab.ep, f"grep -q '^channels: do not stop' {EP_STATE}")
    assert bind_error(lab, bdf) == EREMOTEIO
    assert bind_error(lab, bdf) == EREMOTEIO
    said = kernel_says(lab.ep)
    assert said.count("does not stop and stays unusable") == 1
    assert said.count("cannot hand the channels over") == 1
    assert "wrote over" not in said

    # No reload: it stops for the next request, without having read anything
    lab.ctl.cmd("fault stuck rd 0 off")
    assert bind_error(lab, bdf) == 0
    verify_transfers(lab, bdf)
    dma.unbind(lab.host, bdf)
