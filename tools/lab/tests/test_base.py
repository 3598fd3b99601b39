# SPDX-License-Identifier: GPL-2.0
"""The lab proven on drivers that nobody here wrote.

On the pristine base kernel the in-tree pci_endpoint suite must end, case by case,
as expected/pci_endpoint.txt says. That shows BAR and address match, MSI and MSI-X,
the outbound window, the local DMA engine and its interrupt emulation; the lists
that the suite never builds are moved by dw-ep-lab-sg.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from run import Lab
from run.ktap import Case, parse

EXPECTED = Path(__file__).with_name("expected") / "pci_endpoint.txt"
EPC = "/sys/kernel/config/pci_ep/controllers/dw-ep-lab"
EPF = "/sys/kernel/config/pci_ep/functions/pci_epf_test/test"

# Small enough that no case comes near the harness's own limit of 30 seconds
BAR_SIZE = 16384

# The suite takes some 10 seconds; the limit is for a machine that is very busy
SUITE_TIMEOUT = 600
RANGE_TIMEOUT = 300


@dataclass(frozen=True)
class Expected:
    """One line of the list."""

    name: str
    result: str
    text: str
    reason: str


def read_expected() -> list[Expected]:
    """The list; a line without a reason is an error."""
    entries = []
    for line in EXPECTED.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        found = re.fullmatch(r'(\S+) (pass|fail|skip)(?: "(.+)")? # (.+)', line)
        assert found, f"{EXPECTED.name}: {line}"
        entries.append(Expected(found[1], found[2], found[3] or "", found[4]))
    return entries


def start_epf_test(lab: Lab, vendor: str, device: str) -> None:
    """Make the in-tree test function, link it to the controller, start the link."""
    for command in (
        f"mkdir {EPF}",
        f"echo {vendor} > {EPF}/vendorid",
        f"echo {device} > {EPF}/deviceid",
        f"echo 32 > {EPF}/msi_interrupts",
        f"echo 16 > {EPF}/msix_interrupts",
        f"for size in {EPF}/pci_epf_test.0/bar?_size; do echo {BAR_SIZE} > $size; done",
        f"ln -s {EPF} {EPC}/",
        f"echo 1 > {EPC}/start",
    ):
        lab.ep.do(command)


@pytest.fixture(scope="module")
def report(boot_lab) -> Iterator[dict[str, Case]]:
    """The suite's report by name of the case."""
    with boot_lab("base-pci-endpoint", "generic", "base") as lab:
        start_epf_test(lab, "0x104c", "0xb500")
        lab.start_host()
        result = lab.host.run("/tests/pci_endpoint_test", timeout=SUITE_TIMEOUT)
        (lab.workdir / "report").write_text(result.out)
        yield {case.name: case for case in parse(result.out)}


@pytest.mark.parametrize("expected", read_expected(), ids=lambda e: e.name)
def test_pci_endpoint(report: dict[str, Case], expected: Expected):
    case = report[expected.name]
    assert case.result == expected.result, f"{case.reason}\n{case.detail}"
    assert expected.text in f"{case.reason}\n{case.detail}"


def test_pci_endpoint_has_no_other_case(report: dict[str, Case]):
    assert set(report) == {expected.name for expected in read_expected()}


@pytest.fixture(scope="module")
def sg_lab(boot_lab) -> Iterator[tuple[Lab, str]]:
    """A lab with a host buffer, and the buffer's bus address and size."""
    with boot_lab("base-scatterlists", "generic", "base") as lab:
        lab.ep.do("insmod /modules/dw-ep-lab-sg.ko")
        start_epf_test(lab, "0x1234", "0xd3c1")
        lab.start_host()
        lab.host.do("insmod /modules/lab-host-buf.ko")
        yield lab, lab.host.do("cat /sys/kernel/debug/lab-host-buf/addr").strip()


@pytest.mark.parametrize("first", range(1, 500, 50))
def test_local_scatterlists(sg_lab: tuple[Lab, str], first: int):
    """Lists of 1 to 500 elements, both directions, verified on both machines."""
    lab, buffer = sg_lab
    last = first + 49
    host = "/sys/kernel/debug/lab-host-buf/cmd"
    endpoint = "/sys/kernel/debug/dw-ep-lab-sg/cmd"
    lists = f"{first} {last}"
    lab.host.do(f"echo fill {first} > {host}")
    lab.ctl.reset_counters()

    lab.ep.do(f"echo read {buffer} {first} {lists} > {endpoint}", RANGE_TIMEOUT)
    elements = sum(range(first, last + 1))
    assert lab.ctl.counters()["dma.element"].count == elements

    lab.ep.do(f"echo write {buffer} {first} {lists} > {endpoint}", RANGE_TIMEOUT)
    assert lab.ctl.counters()["dma.element"].count == 2 * elements
    lab.host.do(f"echo verify {first} {lists} > {host}", RANGE_TIMEOUT)
