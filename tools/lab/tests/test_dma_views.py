# SPDX-License-Identifier: GPL-2.0
"""What each side shows, does and writes while the two find each other.

From outside: through BARs as a host reads them, through the windows that the
controller has enabled, and through what the kernels tell for bring-up.
"""

import os
import re
import signal
from pathlib import Path

import block_dump
import pytest
from dma_case import (
    EP_STATE,
    METADATA,
    bind_in_background,
    peek,
    poke,
    verify_transfers,
    wait_for_bind,
    wait_for_withdrawal,
    wait_in,
)
from run import Lab, dma
from run.machine import Machine

TRACING = "/sys/kernel/tracing"
PAGE = 4096

# The host area of the block, and the words that tell where the handshake stands
HOST_AREA = range(0xC0, 0x100, 4)
TOKEN, STATE, SERVICED = 0xC0, 0x14, 0x18


@pytest.fixture
def bound(machines: tuple[Lab, str]) -> tuple[Lab, str]:
    lab, bdf = machines
    if not dma.is_bound(lab.host, bdf):
        dma.bind(lab.host, bdf)
    return machines


def metadata(lab: Lab, bdf: str) -> str:
    return lab.host.do(f"cat {METADATA.format(bdf=bdf)}")


def item(text: str, line: str, word: str) -> int:
    """The number behind `word` in the line that begins with `line`."""
    found = re.search(rf"^{line}: .*\b{word} (\S+)", text, re.M)
    assert found, text
    return int(found[1], 0)


def dma_registers(lab: Lab) -> int:
    """Where the endpoint's CPU finds the registers of its DMA engine."""
    found = re.search(
        r"^ *(\w+)-\w+ : dw-ep-lab dma$", lab.ep.do("cat /proc/iomem"), re.M
    )
    assert found
    return int(found[1], 16)


def windows(lab: Lab) -> list[dict[str, str]]:
    """The enabled inbound windows: words and values of each."""
    found = []
    for line in lab.ctl.cmd("status"):
        words = line.split()
        if words[:2] == ["window", "in"]:
            found.append(dict(zip(words[3::2], words[4::2], strict=True)))
    return found


def register_windows(lab: Lab) -> list[dict[str, str]]:
    """Those that map the page of the DMA registers into part of a BAR.

    The doorbell is in that page too: a BAR of 256 bytes shows it at all times.
    """
    page = dma_registers(lab) & -PAGE
    return [
        one
        for one in windows(lab)
        if "address" in one and int(one["target"], 16) == page
    ]


def test_both_sides_show_the_same(bound: tuple[Lab, str]):
    """The endpoint shows the block as a host decodes it, in the host's words."""
    lab, bdf = bound
    host = metadata(lab, bdf)
    endpoint = lab.ep.do(f"cat {EP_STATE}")
    assert endpoint.startswith("state: ready\n")
    assert endpoint.endswith(host)
    for line in (
        "metadata: bar 0 offset 0x0 ",
        "block: state ready ",
        "engine: layout dw-edma-v0 function 0",
        "registers: bar ",
        "doorbell: bar ",
        "scratch: address ",
        "memory 0: bar 0 ",
        "channel 0: write 0 ",
        "channel 7: read 3 ",
    ):
        assert f"\n{line}" in f"\n{host}"


def test_dump_shows_the_same(bound: tuple[Lab, str], tmp_path: Path):
    """Without a driver, from what a BAR shows: the program of tools/pci."""
    lab, bdf = bound
    dump = tmp_path / "dump"
    dump.write_bytes(peek(lab, 0, 0, PAGE))
    program = block_dump.build(tmp_path)
    assert block_dump.show(program, dump) == metadata(lab, bdf)


def test_registers_show_only_while_a_host_asks(unbound: tuple[Lab, str]):
    """Q14, Q29: one page of them, and the rest of the window BAR never."""
    lab, bdf = unbound
    assert register_windows(lab) == []
    dma.bind(lab.host, bdf)
    (window,) = register_windows(lab)
    first, last = (int(window[word], 16) for word in ("address", "last"))
    assert last - first == PAGE - 1
    text = metadata(lab, bdf)
    bar = item(text, "registers", "bar")
    length = int(
        re.search(
            rf"^bar 0 {bar} .* size (\w+)$", "\n".join(lab.ctl.cmd("status")), re.M
        )[1],
        16,
    )
    # Two of its other pages; the model counts any reach for the reset block
    for offset in (PAGE, length - PAGE):
        assert peek(lab, bar, offset, PAGE) == bytes(PAGE)
    dma.unbind(lab.host, bdf)
    wait_for_withdrawal(lab)
    assert register_windows(lab) == []
    assert peek(lab, bar, 0, PAGE) == bytes(PAGE)


def changed_words(before: bytes, after: bytes) -> set[int]:
    return {
        at
        for at in range(0, len(before), 4)
        if before[at : at + 4] != after[at : at + 4]
    }


def test_host_writes_one_word(unbound: tuple[Lab, str]):
    """Q2: the endpoint is stopped in its tracks, so all that changes is the host's."""
    lab, bdf = unbound
    before = peek(lab, 0, 0, PAGE)
    os.kill(lab.ep.process.pid, signal.SIGSTOP)
    try:
        bind_in_background(lab, bdf)
        lab.host.do("sleep 1")
        asked = peek(lab, 0, 0, PAGE)
    finally:
        os.kill(lab.ep.process.pid, signal.SIGCONT)
    assert changed_words(before, asked) == {TOKEN}
    # The token is answered in words of the endpoint's own
    wait_for_bind(lab, bdf)
    answered = peek(lab, 0, 0, PAGE)
    assert changed_words(asked, answered) == {STATE, SERVICED}
    verify_transfers(lab, bdf)


def test_endpoint_does_not_write_the_words_of_the_host(bound: tuple[Lab, str]):
    """Q2, Q3: the block is published anew around them."""
    lab, _ = bound
    block = peek(lab, 0, 0, PAGE)
    mark = bytes(range(1, 61))
    for offset in range(0, HOST_AREA.start, 4):
        poke(lab, 0, offset, b"mess")
    poke(lab, 0, HOST_AREA.start + 4, mark)
    wait_in(lab.ep, f"grep -q '^repairs: [1-9]' {EP_STATE}")
    repaired = peek(lab, 0, 0, PAGE)
    for _ in range(50):
        # It may have looked while the words were being written
        if changed_words(block, repaired) <= set(HOST_AREA):
            break
        lab.ep.do("sleep 0.1")
        repaired = peek(lab, 0, 0, PAGE)
    assert changed_words(block, repaired) == set(HOST_AREA) - {TOKEN}
    assert repaired[HOST_AREA.start + 4 : HOST_AREA.stop] == mark


# Where a controller sees the first byte of the endpoint's memory, and further up
DMA_RAM_OFFSET = 128 << 30


def trace(machine: Machine, event: str) -> list[str]:
    """`EVENT: TEXT` of what was traced, for all events that begin like this."""
    text = machine.do(f"cat {TRACING}/trace")
    return re.findall(rf": ({event}.*)$", text, re.M)


def test_trace_tells_the_handshake(unbound: tuple[Lab, str]):
    """Both sides tell the same story, about the same token."""
    lab, bdf = unbound
    for machine, system in ((lab.ep, "pci_ep_dma"), (lab.host, "dw_edma_ep")):
        machine.do(f"echo > {TRACING}/trace")
        machine.do(f"echo 1 > {TRACING}/events/{system}/enable")
    dma.bind(lab.host, bdf)
    dma.unbind(lab.host, bdf)
    wait_for_withdrawal(lab)

    host = trace(lab.host, "dw_edma_ep_")
    assert len(host) == 3, host
    asked = re.fullmatch(rf"dw_edma_ep_token: {bdf} token=(0x\w+)", host[0])
    assert asked, host
    token = asked[1]
    assert re.fullmatch(
        rf"dw_edma_ep_answer: {bdf} token={token} after_us=\d+ ret=0", host[1]
    )
    assert host[2] == f"dw_edma_ep_token: {bdf} token=0x0"

    endpoint = trace(lab.ep, "pci_ep_dma_")
    steps = [re.sub(r"generation=\d+", "generation=N", line) for line in endpoint]
    state = "pci_ep_dma_state: pci_epf_dma.0"
    assert steps == [
        f"{state} published -> requested generation=N token={token}",
        f"pci_ep_dma_window: pci_epf_dma.0 token={token} ret=0",
        f"{state} requested -> ready generation=N token={token}",
        f"{state} ready -> withdrawn generation=N token={token}",
        f"{state} withdrawn -> published generation=N token={token}",
    ]


def test_addresses_are_those_of_the_engine(boot_lab):
    """Q15: registers and lists are mapped for the controller's device, and what the
    window and the block say is what that mapping gave.
    """
    with boot_lab("dma-addresses", "rcar-s4", "next") as lab:
        assert windows(lab) == []
        lab.ep.do(f"echo 1 > {TRACING}/events/dma/enable")
        bdf = dma.bring_up(lab)
        mapped = trace(lab.ep, "dma_map_phys: dw-ep-lab")
        registers = dma_registers(lab)
        place = f" size={PAGE} phys_addr={registers & -PAGE:x} "
        # The doorbell is in that page and is mapped as well, the other way
        mappings = [line for line in mapped if place in line]
        assert all("attrs=MMIO" in line for line in mappings)
        (ours,) = [line for line in mappings if " dir=BIDIRECTIONAL " in line]
        address = re.search(r"dma_addr=(\w+)", ours)[1]
        (window,) = register_windows(lab)
        assert window["target"] == f"0x{address}"

        text = metadata(lab, bdf)
        start = item(text, "memory 0", "address") - item(text, "memory 0", "offset")
        # No CPU of this machine has memory there: the offset is in it
        assert start >= DMA_RAM_OFFSET
        assert any(
            f"dma_addr={start:x} " in line
            for line in trace(lab.ep, "dma_alloc: dw-ep-lab")
        )
        assert f"0x{start:x}" in [one["target"] for one in windows(lab)]

        dma.unbind(lab.host, bdf)
        lab.ep.do_all(dma.STOP_COMMANDS)
        unmapped = trace(lab.ep, "dma_unmap_phys: dw-ep-lab")
        assert len(
            [line for line in unmapped if f"dma_addr={address} size={PAGE} " in line]
        ) == len(mappings)
        assert windows(lab) == []
