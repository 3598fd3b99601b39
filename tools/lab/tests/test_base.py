# SPDX-License-Identifier: GPL-2.0
"""The lab proven on drivers that nobody here wrote.

On the pristine base kernel the in-tree pci_endpoint suite must end, case by case,
as expected/pci_endpoint.txt says. That shows BAR and address match, MSI and MSI-X,
the outbound window, the local DMA engine and its interrupt emulation; the lists
that the suite never builds are moved by dw-ep-lab-sg.
"""

from collections.abc import Iterator

import epf_test
import pytest
import scatterlists
from pci_endpoint import Expected, read_expected, run_suite
from run import Lab, LabError
from run.ktap import Case
from scatterlists import Scatterlists

pytestmark = pytest.mark.needs("base")


@pytest.fixture(scope="module")
def report(boot_lab) -> Iterator[dict[str, Case]]:
    """The suite's report by name of the case."""
    with boot_lab("base-pci-endpoint", "generic", "base") as lab:
        epf_test.start(lab, "104c:b500")
        lab.start_host()
        yield run_suite(lab)


@pytest.mark.parametrize("expected", read_expected(), ids=lambda e: e.name)
def test_pci_endpoint(report: dict[str, Case], expected: Expected):
    case = report[expected.name]
    assert case.result == expected.result, f"{case.reason}\n{case.detail}"
    assert expected.text in f"{case.reason}\n{case.detail}"


def test_pci_endpoint_has_no_other_case(report: dict[str, Case]):
    assert set(report) == {expected.name for expected in read_expected()}


@pytest.fixture(scope="module")
def lists(boot_lab) -> Iterator[tuple[Lab, Scatterlists]]:
    """A lab with both ends of the scatterlist test."""
    with boot_lab("base-scatterlists", "generic", "base") as lab:
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
