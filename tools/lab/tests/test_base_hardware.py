# SPDX-License-Identifier: GPL-2.0
"""The lab is true to hardware where a driver can tell.

Pristine base kernels; the drivers are the base's own, but for the two modules of
the scatterlist test.
"""

from collections.abc import Iterator

import epf_test
import pytest
import scatterlists
from run import Lab
from run.ktap import parse
from scatterlists import BDF, Scatterlists

pytestmark = pytest.mark.needs("base")

CONFIG = f"/sys/bus/pci/devices/{BDF}/config"
MEMORY, MASTER = 2, 4

# An address that no board's host has given to the function
NOT_MAPPED = "0x40000000 0x400000"

MIB = 1 << 20


def bar_sizes(lab: Lab, function: int) -> list[int]:
    """Sizes of BAR 0 to 5 as the host found them, 0 for none."""
    lines = lab.host.do(f"cat /sys/bus/pci/devices/0000:01:00.{function}/resource")
    sizes = []
    for line in lines.splitlines()[:6]:
        start, end, flags = (int(word, 16) for word in line.split())
        sizes.append(end - start + 1 if flags else 0)
    return sizes


def set_command(lab: Lab, bits: int) -> None:
    """Write the function's command register."""
    lab.host.do(
        f"printf '\\{bits:o}' | dd of={CONFIG} bs=1 seek=4 count=1 conv=notrunc"
    )


def count(lab: Lab, name: str) -> int:
    return lab.ctl.counters()[name].count


@pytest.fixture(scope="module")
def rcar(boot_lab) -> Iterator[tuple[Lab, Scatterlists]]:
    """R-Car S4 with both of its functions."""
    with boot_lab("base-rcar-s4", "rcar-s4", "base") as lab:
        epf_test.start(lab, scatterlists.IDS, "1234:d3c2")
        lab.start_host(functions=2)
        # The base does not ask to hear of it when a list aborts, see test_modes.py
        lab.ctl.cmd("mode abort-line always")
        yield lab, Scatterlists(lab)


def test_two_functions_as_programmed(rcar):
    lab, _ = rcar
    found = lab.host.do("lspci -n -s 01:")
    assert found == "01:00.0 ff00: 1234:d3c1\n01:00.1 ff00: 1234:d3c2\n"


@pytest.mark.parametrize("function", [0, 1])
def test_resizable_and_fixed_bars(rcar, function):
    lab, _ = rcar
    assert bar_sizes(lab, function) == [MIB, 0, MIB, 0, 256, 0]
    capabilities = lab.host.do(f"lspci -vv -s 01:00.{function}")
    for bar in (0, 2):
        assert f"BAR {bar}: current size: 1MB, supported: 1MB" in capabilities


def test_no_dma_without_bus_master(rcar):
    lab, sg = rcar
    sg.both_ways(1, 5)
    lab.ctl.reset_counters()
    set_command(lab, MEMORY)
    try:
        with lab.provoking("busmaster"):
            for verb in ("read", "write"):
                assert sg.move(verb, 1, 1, 1).rc
    finally:
        set_command(lab, MEMORY | MASTER)
    assert count(lab, "dma.abort") == 2
    # The host's memory was not touched, and the channels work again
    sg.verify(1, 1, 5)
    sg.both_ways(1, 5)


def test_read_outside_mapped_memory_aborts(rcar):
    lab, sg = rcar
    lab.ctl.reset_counters()
    with lab.provoking("unmapped"):
        assert "Input/output error" in sg.move("read", 1, 3, 3, NOT_MAPPED).out
    assert count(lab, "dma.abort") == 1
    sg.both_ways(3, 3)


@pytest.mark.parametrize("fault, aborts", [("unseen", 0), ("aborts", 1)])
def test_write_outside_mapped_memory(rcar, fault, aborts):
    """A posted write that nobody takes is nothing that the engine learns of."""
    lab, sg = rcar
    lab.ctl.reset_counters()
    lab.ctl.cmd(f"mode write-fault {fault}")
    with lab.provoking("unmapped"):
        moved = sg.move("write", 1, 3, 3, NOT_MAPPED)
    lab.ctl.cmd("mode write-fault unseen")
    assert ("Input/output error" in moved.out) == aborts
    assert count(lab, "dma.abort") == aborts
    sg.both_ways(3, 3)


def test_dead_link_and_its_return(rcar):
    """Down: reads give all ones, writes are dropped, no DMA. Up: as before."""
    lab, sg = rcar
    sg.set_word(0x12345678)
    assert sg.word() == 0x12345678

    lab.ctl.cmd("link down")
    try:
        # QEMU answers for the BAR registers itself; these words come from the model
        words = lab.host.do(f"od -An -tx4 -N16 {CONFIG}").split()
        assert words == ["ffffffff"] * 4
        assert sg.word() == 0xFFFFFFFF
        sg.set_word(0)
        assert sg.move("write", 1, 1, 1).rc
    finally:
        lab.ctl.cmd("link up")

    # A link that was down has forgotten its addresses: the host starts over
    for function in (0, 1):
        lab.host.do(f"echo 1 > /sys/bus/pci/devices/0000:01:00.{function}/remove")
    lab.host.do("echo 1 > /sys/bus/pci/rescan")
    assert bar_sizes(lab, 0) == [MIB, 0, MIB, 0, 256, 0]
    assert sg.word() == 0x12345678
    sg.both_ways(1, 5)


def test_transfer_from_memory_that_was_unmapped(rcar):
    """What the endpoint's kernel took back is noticed, element by element."""
    lab, sg = rcar
    lab.ctl.reset_counters()
    with lab.provoking("withdrawn"):
        sg.move("unmapped", 1, 3, 4).check()
    assert lab.ctl.violations()["withdrawn"] >= 7
    assert lab.ctl.counters()["dma.element"].count == 7


def test_host_that_is_switched_off_and_on(rcar):
    """The endpoint serves the next host without being touched."""
    lab, _ = rcar
    lab.stop_host()
    lab.start_host(functions=2)
    lab.ep.do("rmmod dw_ep_lab_sg")
    Scatterlists(lab).both_ways(1, 5)


def test_rk3588_bars(boot_lab):
    """Five resizable BARs, the DMA registers in the reserved sixth."""
    with boot_lab("base-rk3588", "rk3588", "base") as lab:
        epf_test.start(lab, scatterlists.IDS)
        lab.start_host()
        assert bar_sizes(lab, 0) == [MIB] * 6
        Scatterlists(lab).both_ways(160, 175)


def test_64bit_bars(boot_lab, artifacts, tmp_path):
    """BAR pairs: the odd one is gone, the even one passes as before."""
    text = artifacts.board("generic").read_text()
    for bar in range(0, 6, 2):
        text = text.replace(
            f"bar{bar}\t\t= programmable\nbar{bar + 1}\t\t= programmable\n",
            f"bar{bar}\t\t= programmable 64bit\nbar{bar + 1}\t\t= disabled\n",
        )
    board = tmp_path / "generic-64bit"
    board.write_text(text)
    assert board.read_text().count("64bit") == 3

    with boot_lab("base-64bit", str(board), "base") as lab:
        epf_test.start(lab, "104c:b500")
        lab.start_host()
        assert "(64-bit" in lab.host.do("lspci -v -s 01:")
        report = lab.host.run("/tests/pci_endpoint_test -f pci_ep_bar", timeout=300)

    results = {case.name: case.result for case in parse(report.out)}
    assert results == {
        f"pci_ep_bar.BAR{bar}.{test}": (
            "skip" if bar % 2 or (bar, test) == (0, "BAR_SUBRANGE_TEST") else "pass"
        )
        for bar in range(6)
        for test in ("BAR_TEST", "BAR_SUBRANGE_TEST")
    }


def test_controller_comes_and_goes(boot_lab):
    """The glue can be removed and loaded again, with nothing left behind."""
    with boot_lab("base-reload", "generic", "base", find_leaks=True) as lab:
        for _ in range(2):
            epf_test.start(lab, "104c:b500")
            epf_test.stop(lab)
            lab.ep.do("rmmod dw_ep_lab")
            assert "dw-ep-lab" not in lab.ep.do("cat /proc/iomem /proc/interrupts")
            lab.ep.do("insmod /modules/dw-ep-lab.ko")
        assert lab.ep.leaks() == ""
