# SPDX-License-Identifier: GPL-2.0
"""Two CPUs on each side, none of them pinned: what runs on one while the other
takes it away.
"""

from collections.abc import Iterator

import pytest
from dma_case import WAYS, XFER, verify_transfers, wait_for_withdrawal, wait_in
from run import Lab, dma

ROUNDS = 5

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def machines(boot_lab) -> Iterator[tuple[Lab, str]]:
    with boot_lab("dma-races", "rcar-s4", "next", cpus=2, pinned=False) as lab:
        yield lab, dma.bring_up(lab)


@pytest.mark.parametrize("side", ["ep", "host"])
def test_there_are_two(machines: tuple[Lab, str], side: str):
    assert getattr(machines[0], side).do("nproc").strip() == "2"


def test_unbind_against_every_channel(machines: tuple[Lab, str]):
    """Completions of eight clients on both CPUs, and the driver goes in the middle."""
    lab, bdf = machines
    for number in range(ROUNDS):
        logs = []
        for way in WAYS:
            for channel in range(4):
                logs.append(f"/tmp/moving{way}{channel}")
                command = f"{XFER} -d {bdf} {way} -c {channel} -s 4096 -q 32 -n 1000000"
                lab.host.do(f"{{ {command} 2>&1; echo over; }} > {logs[-1]} &")
        lab.host.do(f"sleep 0.{number}")
        dma.unbind(lab.host, bdf)
        for log in logs:
            wait_in(lab.host, f"tail -n 1 {log} | grep -q over")
        dma.bind(lab.host, bdf)
    verify_transfers(lab, bdf)


def test_two_hands_on_one_driver(machines: tuple[Lab, str]):
    """Binds and unbinds from both CPUs at once: one wins, none hangs."""
    lab, bdf = machines
    loop = (
        f"for i in 1 2 3 4 5 6 7 8; do echo {bdf} > {dma.DRIVER}/unbind;"
        f" echo {bdf} > {dma.DRIVER}/bind; done"
    )
    lab.host.do(f"for n in 0 1; do {{ taskset -c $n sh -c '{loop}'; }} & done; wait")
    if dma.is_bound(lab.host, bdf):
        dma.unbind(lab.host, bdf)
    wait_for_withdrawal(lab)
    dma.bind(lab.host, bdf)
    verify_transfers(lab, bdf)
