# SPDX-License-Identifier: GPL-2.0
"""The main job once more, with the host's writes to endpoint memory held back.

Lists and requests lie in memory, and what rings is a register: a driver that rings
without reading back what it wrote would start the engine on an old list, or have the
endpoint look before there is anything to see.
"""

from collections.abc import Iterator

import pytest
import test_dma
from dma_case import READY_US
from run import Lab, dma

# Of the engine; a millisecond each while it has no work
STEPS = 32


@pytest.fixture(scope="module")
def machines(boot_lab) -> Iterator[tuple[Lab, str]]:
    with boot_lab("dma-posted", "rcar-s4", "next") as lab:
        lab.ctl.cmd(f"fault posted {STEPS}")
        yield lab, dma.bring_up(lab)
        assert lab.ctl.counters()["host.mem.held"].count


report = test_dma.report
test_kselftest = test_dma.test_kselftest
test_lists_verified = test_dma.test_lists_verified


def test_request_is_there_when_it_rings(boot_lab):
    """Q12: the endpoint sees it then, and not when it looks by itself, after 0.1 s."""
    with boot_lab(
        "dma-posted-request", "generic", "next", faults=("posted 10000",)
    ) as lab:
        bdf = dma.bring_up(lab, dma.Export().but(wr_chans="0-1", rd_chans="0-1"))
        # Whether it is late for once is up to the scheduler
        for _ in range(30):
            assert int(lab.host.do(f"cat {READY_US.format(bdf=bdf)}")) < 100000
            dma.unbind(lab.host, bdf)
            dma.bind(lab.host, bdf)
