# SPDX-License-Identifier: GPL-2.0
"""The lab proven on drivers that nobody here wrote.

On the pristine base kernel the in-tree pci_endpoint suite must end, case by case,
as the list for the board says. That shows BAR and address match, MSI and MSI-X, the
outbound window, the local DMA engine in each of its register layouts and its
interrupt emulation; the lists that the suite never builds are moved by dw-ep-lab-sg.
"""

from collections.abc import Iterator

import epf_test
import pytest
import scatterlists
from pci_endpoint import read_expected, run_suite
from run import Lab, LabError
from run.ktap import Case
from scatterlists import Scatterlists

pytestmark = pytest.mark.needs("base")

# One for each layout of the DMA registers
BOARDS = ["generic", "hdma-compat", "hdma-native"]

EXPECTED = {board: {e.name: e for e in read_expected(board)} for board in BOARDS}


@pytest.fixture(scope="module", params=BOARDS)
def report(
    boot_lab, request: pytest.FixtureRequest
) -> Iterator[tuple[str, dict[str, Case]]]:
    """A board, and the suite's report on it by name of the case."""
    board = request.param
    with boot_lab(f"base-pci-endpoint-{board}", board, "base") as lab:
        epf_test.start(lab, "104c:b500")
        lab.start_host()
        yield board, run_suite(lab)


@pytest.mark.parametrize("name", EXPECTED["generic"])
def test_pci_endpoint(report: tuple[str, dict[str, Case]], name: str):
    board, cases = report
    expected, case = EXPECTED[board][name], cases[name]
    assert case.result == expected.result, f"{case.reason}\n{case.detail}"
    assert expected.text in f"{case.reason}\n{case.detail}"


def test_pci_endpoint_has_no_other_case(report: tuple[str, dict[str, Case]]):
    board, cases = report
    assert set(cases) == set(EXPECTED[board])


@pytest.fixture(scope="module", params=BOARDS)
def lists(
    boot_lab, request: pytest.FixtureRequest
) -> Iterator[tuple[Lab, Scatterlists]]:
    """A lab with both ends of the scatterlist test."""
    with boot_lab(f"base-scatterlists-{request.param}", request.param, "base") as lab:
        epf_test.start(lab, scatterlists.IDS)
        lab.start_host()
        yield lab, Scatterlists(lab)


@pytest.mark.parametrize("first", range(1, 500, 50))
def test_local_scatterlists(lists: tuple[Lab, Scatterlists], first: int):
    """Lists of 1 to 500 elements, both directions, verified on both machines."""
    lab, sg = lists
    last = first + 49
    lab.ctl.reset_counters()
    sg.both_ways(first, last)
    assert lab.ctl.counters()["dma.element"].count == 2 * sum(range(first, last + 1))


def test_scatterlist_check_notices_wrong_data(lists: tuple[Lab, Scatterlists]):
    """Each side refuses bytes that are not the ones it expects."""
    _, sg = lists
    sg.both_ways(2, 4)
    # The buffer now holds the endpoint's bytes, not the host's
    assert "Input/output error" in sg.move("read", 2, 2, 4).out
    sg.fill(2)
    with pytest.raises(LabError, match="Input/output error"):
        sg.verify(2, 2, 4)
