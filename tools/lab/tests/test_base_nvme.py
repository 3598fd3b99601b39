# SPDX-License-Identifier: GPL-2.0
"""The lab is true to drivers that nobody here wrote: NVMe.

On the pristine kernel the endpoint serves a disk with nvmet-pci-epf, and the host's
nvme driver uses it. All data and every command go through the local DMA engine and
the outbound windows, completions are messages. The demo moves much (test_run_demos.py).
"""

from collections.abc import Iterator

import pytest
from run import Lab, nvme

pytestmark = pytest.mark.needs("base")

BOARDS = ("rk3588", "rcar-s4")

BLOCK = 4096
COUNT = 32
COMMAND = 64


@pytest.fixture(scope="module", params=BOARDS)
def disk(boot_lab, request) -> Iterator[tuple[Lab, str]]:
    """A lab whose host has a disk of the endpoint, and the address of the function."""
    name = f"base-nvme-{request.param}"
    with boot_lab(name, request.param, "base", known=nvme.KNOWN) as lab:
        yield lab, nvme.bring_up(lab)


@pytest.mark.parametrize(
    "command, to_endpoint, to_host",
    [
        (nvme.write_command("/dev/zero", BLOCK, COUNT), COMMAND + BLOCK, 0),
        (nvme.read_command("/dev/null", BLOCK, COUNT), COMMAND, BLOCK),
    ],
    ids=["write", "read"],
)
def test_cost_of_4_kib(disk, command, to_endpoint, to_host):
    """Two doorbells of the host, who reads nothing; the engine fetches the command
    and moves the data; one completion and one interrupt.
    """
    lab, _ = disk
    lab.ctl.reset_counters()
    lab.host.do(command)
    counts = lab.ctl.counters()
    assert counts["host.mem.read"].count == 0
    assert counts["host.mem.write"].count == 2 * COUNT
    assert counts["dma.mem.read"].bytes == to_endpoint * COUNT
    assert counts["dma.mem.write"].bytes == to_host * COUNT
    assert counts["dma.start"].count == 2 * COUNT
    assert counts["irq.msi"].count == COUNT


def test_host_unbinds_and_binds(disk):
    lab, bdf = disk
    for _ in range(2):
        lab.host.do(f"echo {bdf} > {nvme.DRIVER}/unbind")
        assert lab.host.run(f"test -e {nvme.BLOCK}").rc
        lab.host.do(f"echo {bdf} > {nvme.DRIVER}/bind")
        lab.host.do_all(nvme.attach_commands())
    lab.host.do(nvme.random_command("/tmp/more"))
    lab.host.do(nvme.write_command("/tmp/more", BLOCK, COUNT))
    lab.host.do(nvme.read_command("/tmp/got", BLOCK, COUNT))
    lab.host.do(f"cmp -n {BLOCK * COUNT} /tmp/more /tmp/got")
