# SPDX-License-Identifier: GPL-2.0
"""Stopped means stopped: nobody hears the end of a transfer, or gets memory back,
while the engine is at work on it, and what is over does not end what comes later.
"""

from collections.abc import Iterator

import pytest
from dma_case import (
    ENGINE,
    WAYS,
    XFER,
    Holder,
    counts,
    kernel_says,
    seconds,
    verify_transfers,
)
from run import Lab, dma

# Of any call, with an engine that does not stop
BOUND = 2.0

CUT = "cutting off the device"


@pytest.fixture
def bound(machines: tuple[Lab, str]) -> Iterator[tuple[Lab, str]]:
    """Bound before, and again afterwards, with the engine well."""
    lab, bdf = machines
    if not dma.is_bound(lab.host, bdf):
        dma.bind(lab.host, bdf)
    kernel_says(lab.host)
    yield lab, bdf
    lab.ctl.cmd("fault lost-irq 0")
    for engine in ENGINE.values():
        for channel in range(4):
            lab.ctl.cmd(f"fault stuck {engine} {channel} off")
    if dma.is_bound(lab.host, bdf):
        dma.unbind(lab.host, bdf)
    dma.bind(lab.host, bdf)
    verify_transfers(lab, bdf)


def is_bus_master(lab: Lab, bdf: str) -> bool:
    config = f"/sys/bus/pci/devices/{bdf}/config"
    command = lab.host.do(
        f"dd if={config} bs=1 skip=4 count=1 2>/dev/null | od -tu1 -An"
    )
    return bool(int(command) & 4)


@pytest.mark.parametrize("way", WAYS)
def test_stale_status_ends_nothing(bound: tuple[Lab, str], way: str):
    """Q50: a transfer was done and nobody heard, the client gave up. Then another
    channel's interrupt comes while the next transfer of this one runs.
    """
    lab, bdf = bound
    lab.ctl.cmd("fault lost-irq 1")
    Holder(lab, bdf, way, 1).kill()
    lab.ctl.cmd("fault lost-irq 0")

    lab.ctl.cmd(f"fault stuck {ENGINE[way]} 0 on")
    long = Holder(lab, bdf, way, 1)
    dma.transfer(lab.host, f"{XFER} -d {bdf} {way} -c 1")
    long.ask()
    lab.host.do("sleep 1")
    early = long.has_told()
    lab.ctl.cmd(f"fault stuck {ENGINE[way]} 0 off")
    after = counts(long.end()["after"])
    assert not early
    assert (after["completed"], after["aborted"]) == (1, 0)


@pytest.mark.parametrize("way", WAYS)
def test_terminated_channel_works_at_once(bound: tuple[Lab, str], way: str):
    """Q25: in the middle of data, and when the interrupt was lost."""
    lab, bdf = bound
    for lost in (0, 1000, 0, 1000):
        lab.ctl.cmd(f"fault lost-irq {lost}")
        holder = Holder(lab, bdf, way, 64)
        assert holder.kill() < BOUND
        lab.ctl.cmd("fault lost-irq 0")
        verify_transfers(lab, bdf)
    assert CUT not in kernel_says(lab.host)


def test_terminate_with_stuck_engine(bound: tuple[Lab, str]):
    """Q47: it is cut off before the client gets its memory back, and every client
    of the device hears of it.
    """
    lab, bdf = bound
    lab.ctl.cmd("fault stuck wr 1 on")
    stuck = Holder(lab, bdf, "-f", 4, channel=1)
    lab.ctl.cmd("fault lost-irq 1000")
    others = [Holder(lab, bdf, way, 4, channel=2) for way in WAYS]
    assert stuck.kill() < BOUND
    assert not is_bus_master(lab, bdf)
    said = kernel_says(lab.host)
    assert said.count(CUT) == 1
    for other in others:
        report = other.end()
        after = counts(report["after"])
        assert (after["aborted"], after["pending"]) == (4, 0)
        assert report["submit"] != "Success"


def test_unbind_with_stuck_engine(boot_lab):
    """Q47: removal is bounded, cuts off before any callback, and each client gets
    one, with an error.
    """
    with boot_lab("dma-stop-unbind", "rcar-s4", "next") as lab:
        bdf = dma.bring_up(lab)
        lab.ctl.cmd("fault stuck rd 1 on")
        clients = [Holder(lab, bdf, "-t", 4, channel) for channel in (1, 2)]
        kernel_says(lab.host)
        took = seconds(lab.host, f"echo {bdf} > {dma.DRIVER}/unbind")
        assert took < BOUND
        assert not is_bus_master(lab, bdf)
        after = counts(clients[0].end()["after"])
        assert (after["aborted"], after["pending"]) == (4, 0)
        assert counts(clients[1].end()["after"])["pending"] == 0
