# SPDX-License-Identifier: GPL-2.0
"""Other exports than the usual one: boards, BARs, directions, vectors, functions.

For each the host boots, binds, and moves verified data. Those that need an endpoint
of their own come first: one that idles takes time, too.
"""

from collections.abc import Callable, Iterator
from errno import EBUSY, EINVAL

import pytest
from dma_case import (
    METADATA,
    READY_US,
    XFER,
    bind_and_release,
    bind_error,
    errno_of,
    kernel_says,
    verify_transfers,
)
from run import Lab, configfs, dma
from run.setup import VARIANTS

USUAL = dma.Export()
CHANNELS = 8


def two_each(export: dma.Export) -> dma.Export:
    """For boards whose engine has two channels a direction."""
    return export.but(wr_chans="0-1", rd_chans="0-1")


@pytest.mark.parametrize("name", ["high-memory", "high-iova"])
def test_high_addresses(boot_lab: Callable, name: str):
    """Data, lists and messages where 32 bits do not reach, on both sides."""
    high = VARIANTS[name]
    with boot_lab(
        f"dma-{name}",
        "rcar-s4",
        "next",
        ep_memory=high.ep_memory,
        host_memory=high.host_memory,
        iommu=high.iommu,
        forcedac=high.forcedac,
    ) as lab:
        verify_transfers(lab, dma.bring_up(lab))
        counters = lab.ctl.counters()
        assert counters["dma.high.host"].count and counters["dma.high.ep"].count


def test_all_bars_programmable(boot_lab: Callable):
    """A controller with six BARs, MSI-X, an interrupt line a channel (Q43)."""
    with boot_lab("dma-generic", "generic", "next") as lab:
        bdf = dma.bring_up(lab, two_each(USUAL))
        verify_transfers(lab, bdf)
        assert int(lab.host.do(f"cat {READY_US.format(bdf=bdf)}")) < 20000


def test_registers_in_a_bar_of_their_own(boot_lab: Callable):
    """Q13: that BAR is used as it is, without a window BAR and without a mapping."""
    with boot_lab("dma-rk3588", "rk3588", "next") as lab:
        bdf = dma.bring_up(lab, two_each(USUAL))
        verify_transfers(lab, bdf)
        text = lab.host.do(f"cat {METADATA.format(bdf=bdf)}")
        assert "registers: bar 4 offset 0x0 " in text
        assert not [
            line
            for line in lab.ctl.cmd("status")
            if line.startswith("window in") and "address" in line
        ]


@pytest.fixture(scope="module")
def usual(boot_lab: Callable) -> Iterator[Lab]:
    """One endpoint for all exports of the usual board."""
    with boot_lab("dma-exports", "rcar-s4", "next") as lab:
        yield lab


@pytest.fixture
def lab(usual: Lab) -> Iterator[Lab]:
    """Its endpoint offers nothing, and there is no host: QEMU asks a function only once
    what it is like.
    """
    yield usual
    died = ""
    if usual.has_host:
        # Nobody else would say so: one that is stopped may be dead
        if usual.host.process.status() is not None:
            died = usual.host.process.how_ended()
        usual.stop_host()
    usual.ep.do_all(configfs.clear())
    assert not died, f"host: QEMU {died} by itself"


@pytest.fixture(scope="module")
def unbound(usual: Lab) -> tuple[Lab, str]:
    """The function is there, no driver has it. Nothing else is offered behind this."""
    usual.ep.do_all(USUAL.commands())
    usual.start_host()
    return usual, dma.find(usual.host)


@pytest.mark.parametrize("vectors", [1, 2, 8, 32])
def test_vectors(lab: Lab, vectors: int):
    """Q24: one vector, fewer than channels, one each, more; and one again where the
    host has no more to give.
    """
    bdf = dma.bring_up(lab, USUAL.but(msi_interrupts=vectors))
    given = lab.host.do(f"ls /sys/bus/pci/devices/{bdf}/msi_irqs").split()
    assert len(given) == min(vectors, CHANNELS, lab.setup.msi_vectors)
    for channel in range(4):
        for way in dma.DIRECTIONS:
            command = f"{XFER} -d {bdf} {way} -c {channel} -n 8 -V"
            assert dma.transfer(lab.host, command).verified
    verify_transfers(lab, bdf)


@pytest.mark.parametrize("way, without", [("-t", "wr_chans"), ("-f", "rd_chans")])
def test_one_direction(lab: Lab, way: str, without: str):
    """Q19: the other one is not offered, and not to be had on either side."""
    bdf = dma.bring_up(lab, USUAL.but(**{without: None}))
    verify_transfers(lab, bdf, (way,))
    other = "-f" if way == "-t" else "-t"
    assert lab.host.run(f"{XFER} -d {bdf} {other}").rc == 4


def test_bars_chosen(lab: Lab):
    """Metadata and window where the user wants them."""
    bdf = dma.bring_up(lab, USUAL.but(metadata_bar=2, window_bar=0))
    verify_transfers(lab, bdf)


def test_without_scratch_memory(lab: Lab):
    """Q32: channels work for their clients, the tests have nothing to test."""
    bdf = dma.bring_up(lab, USUAL.but(scratch_size=None))
    result = lab.host.run(f"/tests/pci_ep_dma_test {bdf}")
    assert result.rc == 4
    assert "SKIP the endpoint offers no scratch memory" in result.out
    assert lab.host.run(f"{XFER} -d {bdf} -t").rc == 4


def test_two_functions(lab: Lab):
    """Q19: what a host can reach is one function's. It is not offered by another.

    The first one offers one direction, but its pages show the registers of both.
    """
    root = "/sys/kernel/config/pci_ep/functions/pci_epf_dma"
    *configure, link, start = USUAL.but(rd_chans=None).commands()
    lab.ep.do_all((*configure, link))
    second = f"{root}/second"
    lab.ep.do_all(
        (
            f"mkdir {second}",
            f"echo 0x{dma.VENDOR} > {second}/vendorid",
            f"echo 0x{dma.DEVICE} > {second}/deviceid",
            f"echo 0-3 > {second}/pci_epf_dma.1/rd_chans",
        )
    )
    kernel_says(lab.ep)
    refused = lab.ep.run(f"ln -s {second} {dma.EPC}/")
    assert refused.rc and errno_of(refused.out) == EBUSY
    assert "read channel 0 is in use on this side" in kernel_says(lab.ep)
    lab.ep.do(f"rmdir {second}")
    lab.ep.do(start)
    lab.start_host()
    bdf = dma.find(lab.host)
    dma.bind(lab.host, bdf)
    verify_transfers(lab, bdf, ("-f",))


def test_nothing_binds_by_itself(unbound: tuple[Lab, str]):
    """Q23: taking channels is an explicit choice."""
    lab, bdf = unbound
    assert not dma.is_bound(lab.host, bdf)
    lab.host.do(f"echo {bdf} > /sys/bus/pci/drivers_probe")
    assert lab.host.run(f"test -e /sys/bus/pci/devices/{bdf}/driver").rc


def test_dynamic_id_is_refused(unbound: tuple[Lab, str]):
    """Q23: an ID without match data is no choice."""
    lab, bdf = unbound
    result = lab.host.run(f"echo {dma.VENDOR} {dma.DEVICE} > {dma.DRIVER}/new_id")
    assert result.rc and errno_of(result.out) == EINVAL
    assert not dma.is_bound(lab.host, bdf)


def test_no_msi_on_the_host(unbound: tuple[Lab, str]):
    """The engine has no other way to tell: refused, and fine once MSI is back."""
    lab, bdf = unbound
    kernel_says(lab.host)
    lab.host.do(f"echo 0 > /sys/bus/pci/devices/{bdf}/msi_bus")
    assert bind_error(lab, bdf)
    assert "no MSI vector" in kernel_says(lab.host)
    lab.host.do(f"echo 1 > /sys/bus/pci/devices/{bdf}/msi_bus")
    bind_and_release(lab, bdf)


def test_endpoint_stopped(unbound: tuple[Lab, str]):
    """No block any more: a clear answer, and a new export is found again."""
    lab, bdf = unbound
    lab.ep.do(f"echo 0 > {dma.EPC}/start; rm {dma.EPC}/dma")
    kernel_says(lab.host)
    assert bind_error(lab, bdf)
    assert "endpoint DMA block:" in kernel_says(lab.host)
    lab.ep.do(f"ln -s {dma.EPF} {dma.EPC}/; echo 1 > {dma.EPC}/start")
    lab.stop_host()
    lab.start_host()
    bind_and_release(lab, dma.find(lab.host))
