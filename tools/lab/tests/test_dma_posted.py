# SPDX-License-Identifier: GPL-2.0
"""The main job once more, with the host's writes to endpoint memory held back.

Lists lie in memory, and the doorbell is a register: a driver that rings without
reading back what it wrote would start the engine on an old list.
"""

from collections.abc import Iterator

import pytest
import test_dma
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
