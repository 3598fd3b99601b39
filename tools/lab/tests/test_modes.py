# SPDX-License-Identifier: GPL-2.0
"""What parts do differently: kinder than the default must work, too; and what the
default shows of the base."""

import time
from collections.abc import Iterator
from contextlib import nullcontext

import epf_test
import pytest
import scatterlists
from dma_case import verify_transfers
from run import Lab, dma
from scatterlists import Scatterlists


def kinder(line: str) -> tuple[str, str, list[str]]:
    """Of a line of `modes` the name, the default, and what is kinder than that."""
    name, _, _, default, _, *values = line.split()
    return name, default, values[values.index(default) + 1 :]


def each_kinder(lab: Lab) -> Iterator[str]:
    """Has the model go through them, one at a time."""
    for line in lab.ctl.cmd("modes"):
        name, default, values = kinder(line)
        for value in values:
            lab.ctl.cmd(f"mode {name} {value}")
            # The captured output of a failed test ends with the mode that it was
            print(name, value)
            yield f"{name} {value}"
        lab.ctl.cmd(f"mode {name} {default}")


def test_kinder_modes(machines: tuple[Lab, str]):
    """The usual transfers, once with each mode on each of its kinder values."""
    lab, bdf = machines
    tried = []
    for mode in each_kinder(lab):
        verify_transfers(lab, bdf)
        tried.append(mode)
    assert "abort-line always" in tried


def test_kinder_modes_of_hdma(boot_lab):
    """The endpoint's own transfers likewise, on the registers of an HDMA."""
    with boot_lab("base-modes-hdma", "hdma-native", "base") as lab:
        epf_test.start(lab, scatterlists.IDS)
        lab.start_host()
        sg = Scatterlists(lab)
        tried = []
        for mode in each_kinder(lab):
            sg.both_ways(168, 172)
            tried.append(mode)
        assert "hdma-llp rest" in tried


def test_kinder_addresses(boot_lab, artifacts, tmp_path):
    """An endpoint whose DMA addresses are its CPU's."""
    board = tmp_path / "rcar-s4"
    text = artifacts.board("rcar-s4").read_text()
    board.write_text(f"{text}dma-ram-offset = 0\n")
    with boot_lab("dma-no-offset", str(board), "next") as lab:
        verify_transfers(lab, dma.bring_up(lab))


DEAF = pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the base enables the abort message for lists, never the interrupt",
)


@pytest.mark.parametrize("board", [pytest.param("generic", marks=DEAF), "hdma-native"])
def test_local_abort_is_heard(boot_lab, board: str):
    """The endpoint's engine interrupts it when a list of its own aborts."""
    with boot_lab(f"base-local-abort-{board}", board, "base") as lab:
        epf_test.start(lab, scatterlists.IDS)
        lab.start_host()
        sg = Scatterlists(lab)
        lab.ctl.reset_counters()
        # The test function holds the first one
        for channel in (0, 1):
            lab.ctl.cmd(f"fault abort wr {channel}")
        # The message goes where nobody has told it to
        with lab.provoking("unmapped") if board == "generic" else nullcontext():
            # In the background: without the interrupt it waits half a minute
            sg.start_write()
            end = time.monotonic() + 60
            while not (counters := lab.ctl.counters())["dma.abort"].count:
                if time.monotonic() > end:
                    pytest.fail("no channel aborted")
    # Behind the block, so that the lab's own verdict stands
    if counters["irq.local"].count > 1:
        pytest.fail("more than one interrupt, which is not what is known")
    assert counters["irq.local"].count == 1
