# SPDX-License-Identifier: GPL-2.0
"""The main job on the patched kernels: data moves both ways, and nothing else.

The kselftest that users run on boards runs here, and each of its cases is a test.
What it proves with the engine alone is proved once more without: memory of the
endpoint is looked at from outside.
"""

import re
from pathlib import Path

import pytest
from dma_case import (
    READY_US,
    WAYS,
    XFER,
    pattern,
    peek,
    poke,
    scratch_place,
    verify_transfers,
    wait_in,
)
from run import Lab, bench, dma
from run.ktap import Case, parse

SUITE = "/tests/pci_ep_dma_test"
SOURCE = (
    Path(__file__).parents[3] / "tools/testing/selftests/pci_ep_dma/pci_ep_dma_test.c"
)

# The suite takes well under a minute; the limit is for a machine that is very busy
SUITE_TIMEOUT = 900


def cases_of_suite() -> list[str]:
    """The names of all cases, as the harness makes them, from the source."""
    source = SOURCE.read_text()
    variants: dict[str, list[str]] = {}
    for fixture in re.findall(r"^FIXTURE\((\w+)\)", source, re.M):
        variants[fixture] = re.findall(
            rf"^FIXTURE_VARIANT_ADD\({fixture}, (\w+)\)", source, re.M
        )
    names = []
    for fixture, test in re.findall(
        r"^TEST_F(?:_TIMEOUT)?\((\w+), (\w+)", source, re.M
    ):
        names += [f"{fixture}.{v}.{test}" for v in variants[fixture]] or [
            f"{fixture}.{test}"
        ]
    return names


@pytest.fixture(scope="module")
def report(machines: tuple[Lab, str]) -> dict[str, Case]:
    """The suite's report by name of the case."""
    lab, bdf = machines
    result = lab.host.run(f"{SUITE} {bdf}", timeout=SUITE_TIMEOUT)
    (lab.workdir / "report").write_text(result.out)
    return {case.name: case for case in parse(result.out)}


@pytest.mark.smoke
@pytest.mark.parametrize("name", cases_of_suite())
def test_kselftest(report: dict[str, Case], name: str):
    """Q32: a case that is missing or skipped is a failure."""
    case = report[name]
    assert case.result == "pass", f"{case.reason}\n{case.detail}"


def test_kselftest_has_no_other_case(report: dict[str, Case]):
    assert set(report) == set(cases_of_suite())


@pytest.mark.parametrize("how", [f"{SUITE} {{}}", f"PCI_EP_DMA_BDF={{}} {SUITE}"])
def test_kselftest_skips_without_device(machines: tuple[Lab, str], how: str):
    """Q32: exit 4 where there is nothing to test."""
    lab, _ = machines
    result = lab.host.run(how.format("0000:00:00.0"))
    assert result.rc == 4
    assert "1..0 # SKIP the device lends no DMA channel" in result.out


def test_kselftest_skips_without_argument(machines: tuple[Lab, str]):
    """Q32"""
    lab, _ = machines
    result = lab.host.run(SUITE)
    assert result.rc == 4
    assert "1..0 # SKIP no device" in result.out


def test_transfer_program_without_device(machines: tuple[Lab, str]):
    """Q32"""
    lab, _ = machines
    result = lab.host.run(f"{XFER} -d 0000:00:00.0 -t")
    assert result.rc == 4
    assert "No such device" in result.out


@pytest.mark.parametrize(
    "arguments, said",
    [
        ("", "which way"),
        ("-t -s 0", "-s is from 1"),
        ("-t -s 99999999", "-s is from 1"),
        ("-t -s x", "-s x is not a number"),
        ("-t -q 0", "-q is from 1"),
        ("-t -s 65536 -e 1", "more than 4096 segments"),
        ("-t more", "unexpected argument 'more'"),
    ],
)
def test_transfer_program_refuses(machines: tuple[Lab, str], arguments: str, said: str):
    lab, bdf = machines
    result = lab.host.run(f"{XFER} -d {bdf} {arguments}")
    assert result.rc == 1
    assert said in result.out


@pytest.mark.smoke
def test_data_lies_where_the_setup_says(machines: tuple[Lab, str]):
    """Addresses of more than 32 bits, if there is so much memory, else none; writes
    that arrive later, if the model holds them.
    """
    lab, bdf = machines
    lab.ctl.reset_counters()
    verify_transfers(lab, bdf)
    counters = lab.ctl.counters()
    high = [counters[f"dma.high.{side}"].count > 0 for side in ("host", "ep")]
    assert high == [lab.setup.dma_is_high] * 2
    assert (counters["host.mem.held"].count > 0) == lab.setup.holds_writes


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("segment", [4096, 512, 300])
def test_lists_verified(machines: tuple[Lab, str], way: str, segment: int):
    """Up to 3500 segments a transfer, several queued, on every channel."""
    lab, bdf = machines
    for channel in range(4):
        command = dma.transfer_command(
            bdf, way, size=1 << 20, count=3, depth=3, verify=True
        )
        moved = dma.transfer(lab.host, f"{command} -e {segment} -c {channel}")
        assert moved.verified and moved.bytes == 3 << 20


def test_data_is_in_endpoint_memory(machines: tuple[Lab, str]):
    """What the host sent is in the endpoint, seen without the engine.

    A verified run leaves pattern 1 in the first bytes of scratch memory.
    """
    lab, bdf = machines
    size = 64 * 1024
    dma.transfer(lab.host, f"{XFER} -d {bdf} -t -s {size} -V")
    place = scratch_place(lab, bdf)
    assert place.size == dma.Export().scratch_size
    assert peek(lab, place.bar, place.offset, size) == pattern(1, size)


@pytest.mark.parametrize(
    "offset, said",
    [
        (64 + 1000, "host buffer: byte 0x428 is wrong"),
        (8, "scratch memory: byte 0x8, around the data, was changed"),
    ],
)
def test_wrong_byte_is_seen(machines: tuple[Lab, str], offset: int, said: str):
    """The proof proved: one byte that somebody else changes meanwhile is found."""
    lab, bdf = machines
    log = "/tmp/wrong-byte"
    command = f"{XFER} -d {bdf} -f -s 4096 -n 1000 -V"
    lab.ctl.reset_counters()
    lab.host.do(f"{{ {command} > {log} 2>&1; echo $? >> {log}; }} &")
    # What prepares scratch memory is over once the engine writes to the host
    for _ in range(600):
        if lab.ctl.counters()["dma.mem.write"].count > 2:
            break
        lab.host.do("sleep 0.1")
    place = scratch_place(lab, bdf)
    byte = peek(lab, place.bar, place.offset + offset, 1)
    poke(lab, place.bar, place.offset + offset, bytes([byte[0] ^ 0x40]))
    wait_in(lab.host, f"tail -n 1 {log} | grep -q '^[0-9]*$'")
    out = lab.host.do(f"cat {log}")
    assert said in out
    assert out.split()[-1] == "1"


def test_endpoint_sleeps(machines: tuple[Lab, str]):
    """Q17: transfers take no interrupt and no message of the endpoint's CPU, and the
    host gets every one of its own.
    """
    lab, bdf = machines
    lab.ctl.reset_counters()
    for way in WAYS:
        dma.transfer(lab.host, dma.transfer_command(bdf, way, size=65536, count=16))
    counters = lab.ctl.counters()
    assert counters["irq.imwr"].count == 32
    for name in ("irq.local", "irq.msi", "ep.mem.read", "ep.mem.write"):
        assert counters[name].count == 0, name


def test_channels_are_listed(machines: tuple[Lab, str]):
    """Four channels each way, children of the PCI function."""
    lab, bdf = machines
    links = lab.host.do(
        "for link in /sys/class/dma/*; do readlink -f $link; done"
    ).splitlines()
    assert sum(f"/{bdf}/dma/" in link for link in links) == 8


def test_request_to_ready(machines: tuple[Lab, str]):
    """Q12, Q45: under 20 ms with a doorbell, and few reads meanwhile.

    A wait that backs off from 1 ms reads at most 2 words at 1, 3, 7, 15 and 31 ms;
    the rest is two copies of a block of under 1 KiB.
    """
    lab, bdf = machines
    for _ in range(5):
        dma.unbind(lab.host, bdf)
        lab.ctl.reset_counters()
        dma.bind(lab.host, bdf)
        reads = lab.ctl.counters()["host.mem.read"].count
        took = int(lab.host.do(f"cat {READY_US.format(bdf=bdf)}"))
        assert took < 20000
        assert reads < 600
    verify_transfers(lab, bdf)


def test_cost(machines: tuple[Lab, str]):
    """Q46: nothing is worse than the public implementation."""
    lab, bdf = machines
    rows = bench.measure_all(lab, bdf)
    ready = int(lab.host.do(f"cat {READY_US.format(bdf=bdf)}"))
    assert bench.judge(rows, bench.inbound_windows(lab), ready) == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("segments", [1, 2, 168, 169, 170, 500])
def test_cost_of_lists(machines: tuple[Lab, str], way: str, segments: int):
    """Q46: so it is for lists of any length."""
    lab, bdf = machines
    count = 4
    command = dma.transfer_command(bdf, way, size=64 * segments, count=count)
    lab.ctl.reset_counters()
    dma.transfer(lab.host, f"{command} -e 64")
    ours = bench.cost(lab.ctl.counters(), count)
    assert ours.worse_than(bench.public_cost(segments)) == []
