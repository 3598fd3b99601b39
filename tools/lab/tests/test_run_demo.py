# SPDX-License-Identifier: GPL-2.0
"""The numbers that a demo closes with: counted, and less is a failure."""

import pytest
from run import LabError, demo_ntb, demo_nvme, ntb, nvme


class Machine:
    """Says what it was made with."""

    name = "host"

    def __init__(self, said: str):
        self._said = said

    def do(self, command: str, timeout: float = 60) -> str:
        return self._said


PING = "5 packets transmitted, {} packets received, {}% packet loss\nround-trip ...\n"


def test_pings_are_counted():
    assert ntb.pings_answered(PING.format(3, 40)) == 3
    assert ntb.pings_answered("ping: bad address\n") == 0
    assert demo_ntb.ping(Machine(PING.format(5, 0))) == 5


def test_ping_that_is_lost(capsys: pytest.CaptureFixture[str]):
    """The command itself is content with one answer."""
    with pytest.raises(LabError, match="^host: 4 of 5 pings answered$"):
        demo_ntb.ping(Machine(PING.format(4, 20)))


def test_traffic_of_the_disk():
    """Sectors of 512 bytes, at the places that Documentation/block/stat.rst names."""
    said = "      10   0   32768   5   20   0   65536   9  0  8  14  0  0  0  0  0  0\n"
    assert nvme.traffic(Machine(said)) == (32768 * 512, 65536 * 512)


@pytest.mark.parametrize("count", [0, nvme.SIZE - 512, nvme.SIZE + 512])
def test_part_of_the_disk(count: int):
    assert demo_nvme.whole(nvme.SIZE) == nvme.SIZE
    with pytest.raises(
        LabError, match=f"^{count} bytes moved, and the disk has 167772"
    ):
        demo_nvme.whole(count)
