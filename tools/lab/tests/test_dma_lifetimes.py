# SPDX-License-Identifier: GPL-2.0
"""The host's driver comes and goes, with and without clients on its channels.

Each test leaves the function bound and proves it with verified transfers. That no
kernel warned, and no lock or object was misused, is proved by the logs at the end.
"""

from collections.abc import Iterator
from errno import EBUSY, EPERM

import pytest
from dma_case import (
    ENGINE,
    WAYS,
    XFER,
    Holder,
    counts,
    errno_of,
    verify_transfers,
    wait_in,
)
from run import Lab, dma

QUEUED = 64


@pytest.fixture(scope="module")
def machines(boot_lab) -> Iterator[tuple[Lab, str]]:
    with boot_lab("dma-lifetimes", "rcar-s4", "next", find_leaks=True) as lab:
        yield lab, dma.bring_up(lab)


@pytest.fixture
def bound(machines: tuple[Lab, str]) -> Iterator[tuple[Lab, str]]:
    """Bound before and after, whatever the test before this one did."""
    lab, bdf = machines
    if not dma.is_bound(lab.host, bdf):
        dma.bind(lab.host, bdf)
    lab.ctl.reset_counters()
    yield lab, bdf
    verify_transfers(lab, bdf)


@pytest.mark.smoke
def test_bind_again_and_again(bound: tuple[Lab, str]):
    """Q9: each bind asks anew, each unbind withdraws, and both work for ever."""
    lab, bdf = bound
    for _ in range(5):
        dma.unbind(lab.host, bdf)
        dma.bind(lab.host, bdf)
        verify_transfers(lab, bdf)


@pytest.mark.smoke
@pytest.mark.parametrize("way", WAYS)
def test_unbind_with_idle_channel(bound: tuple[Lab, str], way: str):
    """Q35: the client keeps a dead channel, the next bind makes new ones."""
    lab, bdf = bound
    holder = Holder(lab, bdf, way, 0)
    dma.unbind(lab.host, bdf)
    dma.bind(lab.host, bdf)
    # With the old channel still held
    verify_transfers(lab, bdf)
    report = holder.end()
    assert report["submit"] == "No such device"
    assert report["terminate"] == "Success"


@pytest.mark.smoke
@pytest.mark.parametrize("way", WAYS)
def test_idle_channel_released_while_unbound(bound: tuple[Lab, str], way: str):
    """Q35: the last reference goes before the next bind."""
    lab, bdf = bound
    holder = Holder(lab, bdf, way, 0)
    dma.unbind(lab.host, bdf)
    assert holder.end()["terminate"] == "Success"
    dma.bind(lab.host, bdf)


@pytest.mark.smoke
@pytest.mark.parametrize("way", WAYS)
def test_unbind_with_transfers_queued(bound: tuple[Lab, str], way: str):
    """Q36: every client gets its callback with an error.

    The engine's messages are lost, so that nothing completes for the host.
    """
    lab, bdf = bound
    lab.ctl.cmd("fault lost-irq 1000")
    holder = Holder(lab, bdf, way, QUEUED)
    dma.unbind(lab.host, bdf)
    lab.ctl.cmd("fault lost-irq 0")
    report = holder.end()
    after = counts(report["after"])
    assert after == {
        "submitted": QUEUED,
        "completed": 0,
        "aborted": QUEUED,
        "terminated": 0,
        "pending": 0,
        "stray": 0,
    }
    assert report["submit"] == "No such device"
    assert report["terminate"] == "Success"
    assert counts(report["end"]) == after
    dma.bind(lab.host, bdf)


@pytest.mark.smoke
def test_unbind_with_every_channel_queued(bound: tuple[Lab, str]):
    """Q36, all eight channels at once."""
    lab, bdf = bound
    lab.ctl.cmd("fault lost-irq 1000")
    holders = [
        Holder(lab, bdf, way, QUEUED, channel) for way in WAYS for channel in range(4)
    ]
    dma.unbind(lab.host, bdf)
    lab.ctl.cmd("fault lost-irq 0")
    dma.bind(lab.host, bdf)
    verify_transfers(lab, bdf)
    for holder in holders:
        after = counts(holder.end()["after"])
        assert (after["aborted"], after["pending"]) == (QUEUED, 0)


@pytest.mark.smoke
@pytest.mark.parametrize("way", WAYS)
def test_unbind_while_data_moves(bound: tuple[Lab, str], way: str):
    """Q25: each transfer ends once, well or with an error, and nothing hangs."""
    lab, bdf = bound
    log = "/tmp/moving"
    for _ in range(5):
        lab.host.do(f"{XFER} -d {bdf} {way} -s 1048576 -q 32 -n 100000 > {log} 2>&1 &")
        lab.host.do("sleep 0.3")
        dma.unbind(lab.host, bdf)
        wait_in(lab.host, f"[ -s {log} ]")
        said = lab.host.do(f"cat {log}")
        assert any(
            word in said for word in ("No such device", "Input/output error", "aborted")
        ), said
        dma.bind(lab.host, bdf)


@pytest.mark.smoke
def test_host_restart(bound: tuple[Lab, str]):
    """Q9, Q11: a host that vanishes without a word leaves nothing that lasts."""
    lab, _ = bound
    lab.stop_host()
    lab.start_host()
    dma.bind(lab.host, dma.find(lab.host))


@pytest.mark.smoke
def test_channel_has_one_owner(bound: tuple[Lab, str]):
    """Q26: by device, direction and index; a second client is refused."""
    lab, bdf = bound
    holder = Holder(lab, bdf, "-t", 0, channel=2)
    result = lab.host.run(f"{XFER} -d {bdf} -t -c 2")
    assert result.rc == 1
    assert errno_of(result.out) == EBUSY
    # The same index the other way is another channel
    dma.transfer(lab.host, f"{XFER} -d {bdf} -f -c 2")
    holder.end()
    dma.transfer(lab.host, f"{XFER} -d {bdf} -t -c 2")


@pytest.mark.smoke
def test_interrupt_stays_where_it_is(bound: tuple[Lab, str]):
    """Q44: the engine was told one address, so the interrupt must not be moved."""
    lab, bdf = bound
    irqs = lab.host.do(f"ls /sys/bus/pci/devices/{bdf}/msi_irqs").split()
    assert irqs
    for irq in irqs:
        result = lab.host.run(f"echo 1 > /proc/irq/{irq}/smp_affinity")
        assert result.rc and errno_of(result.out) == EPERM


@pytest.mark.smoke
@pytest.mark.not_in_mode(
    "abort-status", "enabled", "test_abort_that_shows_only_where_enabled"
)
@pytest.mark.parametrize("way", WAYS)
def test_abort(bound: tuple[Lab, str], way: str):
    """An aborted transfer says so, those behind it still run."""
    lab, bdf = bound
    lab.ctl.cmd(f"fault abort {ENGINE[way]} 0")
    # The program itself waits a minute for what does not end
    result = lab.host.run(f"{XFER} -d {bdf} {way} -n 8 -q 8", timeout=120)
    assert result.rc == 1
    assert "7 of 8 transfers completed, 1 aborted" in result.out


def test_nothing_leaked(machines: tuple[Lab, str]):
    """All that came and went above has given its memory back."""
    assert machines[0].leaks() == ""
