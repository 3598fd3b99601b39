# SPDX-License-Identifier: GPL-2.0
"""What parts do differently: kinder than the default must work, too; and what the
default shows of the base."""

import time

import epf_test
import pytest
import scatterlists
from dma_case import verify_transfers
from run import Lab, dma
from scatterlists import Scatterlists


def kinder(line: str) -> tuple[str, str, list[str]]:
    """Of a line of `modes` the name, the default, and what is kinder than that."""
    name, _, _, default, _, *values = line.split()
    if ".." in values[0]:
        return name, default, [] if default == "0" else ["0"]
    return name, default, values[values.index(default) + 1 :]


def test_kinder_modes(machines: tuple[Lab, str]):
    """The usual transfers, once with each mode on each of its kinder values."""
    lab, bdf = machines
    tried = []
    for line in lab.ctl.cmd("modes"):
        name, default, values = kinder(line)
        for value in values:
            tried.append(f"{name} {value}")
            print(tried[-1])
            lab.ctl.cmd(f"mode {name} {value}")
            verify_transfers(lab, bdf)
        lab.ctl.cmd(f"mode {name} {default}")
    assert "abort-line always" in tried


def test_kinder_addresses(boot_lab, artifacts, tmp_path):
    """An endpoint whose DMA addresses are its CPU's."""
    board = tmp_path / "rcar-s4"
    text = artifacts.board("rcar-s4").read_text()
    board.write_text(f"{text}dma-ram-offset = 0\n")
    with boot_lab("dma-no-offset", str(board), "next") as lab:
        verify_transfers(lab, dma.bring_up(lab))


@pytest.mark.xfail(
    strict=True,
    reason="the base enables the abort message for lists, never the interrupt",
)
def test_local_abort_is_heard(boot_lab):
    """The endpoint's own transfer ends with an error when its list aborts."""
    with boot_lab("base-local-abort", "generic", "base") as lab:
        epf_test.start(lab, scatterlists.IDS)
        lab.start_host()
        sg = Scatterlists(lab)
        lab.ctl.reset_counters()
        lab.ctl.cmd("fault abort wr 0")
        # In the background: without the interrupt it waits half a minute
        sg.start_write()
        end = time.monotonic() + 60
        while not (counters := lab.ctl.counters())["dma.abort"].count:
            assert time.monotonic() < end
        assert counters["irq.local"].count == 1
