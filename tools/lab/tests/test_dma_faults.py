# SPDX-License-Identifier: GPL-2.0
"""The endpoint's hardware does not do what it is told, and does so later.

No state needs a reload to be left.
"""

from collections.abc import Iterator
from errno import EBUSY, ETIMEDOUT

import pytest
from dma_case import (
    ENGINE,
    EP_STATE,
    WAYS,
    XFER,
    Holder,
    bind_error,
    bind_has_ended,
    bind_in_background,
    errno_of,
    kernel_says,
    verify_transfers,
    wait_for_bind,
    wait_for_withdrawal,
    wait_in,
)
from run import Lab, dma

NOT_MAPPED = "cannot map the DMA registers for the host"
NOT_PARKED = "shows nothing until it is mapped"


@pytest.fixture
def unbound(
    machines: tuple[Lab, str], unbound: tuple[Lab, str]
) -> Iterator[tuple[Lab, str]]:
    """The endpoint's kernel has said nothing yet; it is well again afterwards.

    pytest does not look behind a fixture of the same name: needs.py would not see
    the machines.
    """
    lab, _ = unbound
    kernel_says(lab.ep)
    yield unbound
    lab.ctl.cmd("fault inbound off")
    lab.ctl.cmd("fault lost-irq 0")


def end_inbound_fault(lab: Lab) -> None:
    """A doorbell that could not be shown meanwhile is there at the next look."""
    lab.ctl.cmd("fault inbound off")
    wait_in(lab.ep, f"grep -q '^watch: doorbell$' {EP_STATE}")


def test_window_is_tried_again(unbound: tuple[Lab, str]):
    """Q10: as long as the host asks, the endpoint tries; one message tells."""
    lab, bdf = unbound
    lab.ctl.cmd("fault inbound on")
    bind_in_background(lab, bdf)
    wait_in(lab.ep, f"dmesg | grep -q '{NOT_MAPPED}'")
    # For a few attempts more
    lab.ep.do("sleep 1")
    assert "state: requested" in lab.ep.do(f"cat {EP_STATE}")
    assert not bind_has_ended(lab)
    lab.ctl.cmd("fault inbound off")
    wait_for_bind(lab, bdf)
    assert kernel_says(lab.ep).count(NOT_MAPPED) == 1
    verify_transfers(lab, bdf)


def test_host_gives_up_and_comes_back(unbound: tuple[Lab, str]):
    """Q10: a request that was never served is withdrawn, the next one is served."""
    lab, bdf = unbound
    lab.ctl.cmd("fault inbound on")
    kernel_says(lab.host)
    assert bind_error(lab, bdf) == ETIMEDOUT
    assert "endpoint did not answer the request for DMA" in kernel_says(lab.host)
    wait_for_withdrawal(lab)
    end_inbound_fault(lab)
    dma.bind(lab.host, bdf)
    verify_transfers(lab, bdf)


def test_window_that_cannot_be_parked(unbound: tuple[Lab, str]):
    """Q10, Q18: the registers are out of reach all the same, and come back."""
    lab, bdf = unbound
    dma.bind(lab.host, bdf)
    lab.ctl.cmd("fault inbound on")
    dma.unbind(lab.host, bdf)
    wait_for_withdrawal(lab)
    assert kernel_says(lab.ep).count(NOT_PARKED) == 1
    end_inbound_fault(lab)
    dma.bind(lab.host, bdf)
    verify_transfers(lab, bdf)


def test_doorbell_that_is_lost(unbound: tuple[Lab, str]):
    """Q12: the endpoint looks by itself, too, and the host is served."""
    lab, bdf = unbound
    assert "watch: doorbell" in lab.ep.do(f"cat {EP_STATE}")
    lab.ctl.reset_counters()
    lab.ctl.cmd("fault lost-irq 1000")
    dma.bind(lab.host, bdf)
    assert lab.ctl.counters()["irq.local"].count == 0
    lab.ctl.cmd("fault lost-irq 0")
    verify_transfers(lab, bdf)


@pytest.mark.parametrize(
    "fault", ["late-irq 30 random", "doubled-irq 500", "stale-irq 500"]
)
def test_interrupts_out_of_step(unbound: tuple[Lab, str], fault: str):
    """Interrupts come late, twice, or when all is over: every byte is right."""
    lab, bdf = unbound
    lab.ctl.cmd(f"fault {fault}")
    try:
        dma.bind(lab.host, bdf)
        verify_transfers(lab, bdf)
    finally:
        lab.ctl.cmd(f"fault {fault.split()[0]} 0")


@pytest.mark.parametrize("way", WAYS)
def test_channel_that_does_not_stop(boot_lab, way: str):
    """Q18: taking down succeeds, says so once, and the channel stays out of use
    until it has stopped.
    """
    engine = ENGINE[way]
    with boot_lab(f"dma-stuck-{engine}", "rcar-s4", "next") as lab:
        bdf = dma.bring_up(lab)
        lab.ctl.cmd(f"fault stuck {engine} 1 on")
        Holder(lab, bdf, way, 4, channel=1)
        lab.stop_host()
        kernel_says(lab.ep)
        lab.ep.do_all(dma.STOP_COMMANDS)
        said = kernel_says(lab.ep)
        assert "channel 0 does not stop and stays unusable" in said
        assert said.count("does not stop") == 1
        assert said.count("bytes are kept from use") == 1
        kept = lab.ep.do("cat /sys/kernel/debug/pci_ep_dma/kept")
        assert len(kept.splitlines()) == 1 and "pci_epf_dma.0: " in kept

        # The direction is refused, with nothing half-configured
        *configure, link, _ = dma.Export().commands()
        lab.ep.do_all(configure)
        refused = lab.ep.run(link)
        assert refused.rc and errno_of(refused.out) == EBUSY
        assert "never stopped after an earlier export" in kernel_says(lab.ep)

        # And so is the other one, because its pages show the registers of both
        lab.ep.do(f"echo > {dma.ATTRIBUTES}/{engine}_chans")
        refused = lab.ep.run(link)
        assert refused.rc and errno_of(refused.out) == EBUSY
        assert "whose registers the host would reach" in kernel_says(lab.ep)
        lab.ep.do(f"rmdir {dma.EPF}")

        # Once it stops, it can be had again
        lab.ctl.cmd(f"fault stuck {engine} 1 off")
        verify_transfers(lab, dma.bring_up(lab))


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the base enables an abort's message, not the status bit that it looks for",
)
def test_abort_that_shows_only_where_enabled(boot_lab):
    """A transfer that the engine aborts ends with an error, in the strictest mode."""
    strict = {"abort-status": "enabled"}
    with boot_lab("dma-strict-abort", "rcar-s4", "next", modes=strict) as lab:
        bdf = dma.bring_up(lab)
        ends = []
        for mode in ("always", "enabled"):
            lab.ctl.cmd(f"mode abort-status {mode}")
            lab.ctl.cmd("fault abort rd 0")
            ends.append(lab.host.run(f"timeout 10 {XFER} -d {bdf} -t").out)
        if "1 aborted" not in ends[0]:
            pytest.fail(f"not in the kinder mode either: {ends[0]}")
    # Behind the block, so that the lab's own verdict stands
    assert "1 aborted" in ends[1]
