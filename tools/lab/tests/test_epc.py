# SPDX-License-Identifier: GPL-2.0
"""The endpoint controller interface, call by call, through the lab's dw-ep-lab-epc."""

from collections import Counter
from errno import ENODEV, ENOSPC
from pathlib import Path

import epf_test
from dma_case import errno_of, kernel_says
from run import Lab, dma

DOORBELL, DMA_CTRL, DMA_CHAN = "012"
EPC = "/sys/kernel/debug/dw-ep-lab-epc"


def aux_resources(lab: Lab) -> Counter[str]:
    """How many of each type there are. Q20: whoever counts first and then asks gets
    what was counted, and a buffer that is too short stays as it was.
    """
    lines = [line.split() for line in lab.ep.do(f"cat {EPC}/aux").splitlines()]
    types = Counter(words[1] for words in lines if words[0] == "resource")
    assert lines[0] == ["count", str(types.total())]
    if types.total() > 1:
        assert lines[-1] == ["short", str(-ENOSPC), "untouched"]
    return types


def test_all_resources(boot_lab):
    """Q20: the doorbell, the registers, a channel each."""
    with boot_lab("epc-aux", "rcar-s4", "next") as lab:
        lab.ep.do("insmod /modules/dw-ep-lab-epc.ko")
        assert aux_resources(lab) == {DOORBELL: 1, DMA_CTRL: 1, DMA_CHAN: 8}


def test_what_cannot_be_exported_hides_nothing(boot_lab, artifacts, tmp_path: Path):
    """Q20: a reserved BAR that shows the doorbell, but not all registers."""
    text = artifacts.board("rk3588").read_text()
    board = tmp_path / "rk3588-short"
    board.write_text(text.replace("4 0 0x2000", "4 0 0x400"))
    assert board.read_text() != text
    with boot_lab("epc-aux-short", str(board), "next") as lab:
        lab.ep.do("insmod /modules/dw-ep-lab-epc.ko")
        assert aux_resources(lab) == {DOORBELL: 1}


def test_no_resource_without_the_engine(boot_lab):
    """Q20: its driver did not probe, so there is nothing, and an export says so."""
    with boot_lab("epc-aux-none", "rcar-s4", "next") as lab:
        lab.ep.do("rmmod dw_ep_lab; insmod /modules/dw-ep-lab.ko no_dma_irqs=1")
        lab.ep.do("insmod /modules/dw-ep-lab-epc.ko")
        assert aux_resources(lab) == {}
        *configure, link, _ = dma.Export().commands()
        lab.ep.do_all(configure)
        refused = lab.ep.run(link)
        assert refused.rc and errno_of(refused.out) == ENODEV
        assert "the controller offers no DMA channels" in kernel_says(lab.ep)


def test_no_message_without_bus_master(boot_lab):
    """A message is a write of the function: none while the host forbids writes."""
    with boot_lab("epc-msi", "rcar-s4", "next") as lab:
        bdf = dma.bring_up(lab)
        lab.ep.do("insmod /modules/dw-ep-lab-epc.ko")
        command = f"/sys/bus/pci/devices/{bdf}/config"
        for bits, sent, broken in ((2, 0, ["busmaster"]), (6, 1, [])):
            lab.ctl.reset_counters()
            lab.host.do(f"printf '\\{bits}' | dd of={command} bs=1 seek=4 conv=notrunc")
            with lab.provoking(*broken):
                lab.ep.do(f"echo 1 > {EPC}/msi")
            assert lab.ctl.counters()["irq.msi"].count == sent


def test_clean_up_after_a_message(boot_lab):
    """The window of a message goes with PERST#, under the controller's lock: lockdep
    looks on.
    """
    with boot_lab("epc-perst", "generic", "next") as lab:
        epf_test.start(lab, "104c:b500")
        lab.start_host()
        lab.host.do("/tests/pci_endpoint_test -r pci_ep_basic.MSI_TEST")
        assert lab.ctl.counters()["irq.msi"].count
        lab.host.do("echo 1 > /sys/bus/pci/devices/0000:01:00.0/remove")
        lab.ctl.cmd("reset perst")
        lab.ctl.wait("linkup", 60)
