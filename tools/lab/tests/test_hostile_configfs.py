# SPDX-License-Identifier: GPL-2.0
"""Wrong configurations of the endpoint: refused with a clear message, and once
they are put right, the same function works.
"""

from collections.abc import Iterator
from errno import E2BIG, EBUSY, EINVAL, EOPNOTSUPP, ERANGE

import pytest
from dma_case import EP_STATE, errno_of, kernel_says
from run import Lab, dma

USUAL = dma.Export()
LINK = f"ln -s {dma.EPF} {dma.EPC}/"
UNLINK = f"rm {dma.EPC}/dma"


@pytest.fixture(scope="module")
def lab(boot_lab) -> Iterator[Lab]:
    """The endpoint alone; no host is needed to be refused."""
    with boot_lab("configfs", "rcar-s4", "next", find_leaks=True) as lab:
        yield lab


@pytest.fixture
def function(lab: Lab) -> Iterator[Lab]:
    """A function as it comes, not linked; it works afterwards."""
    lab.ep.do(f"mkdir {dma.EPF}")
    kernel_says(lab.ep)
    yield lab
    lab.ep.run(UNLINK)
    usual = USUAL.but(metadata_bar="auto", window_bar="auto", msi_interrupts=8)
    lab.ep.do_all(usual.settings())
    lab.ep.do(f"echo 0 > {dma.EPF}/msix_interrupts")
    lab.ep.do(LINK)
    lab.ep.do(UNLINK)
    lab.ep.do(f"rmdir {dma.EPF}")


def write_error(lab: Lab, attribute: str, value: str) -> int:
    result = lab.ep.run(f"echo '{value}' > {dma.ATTRIBUTES}/{attribute}")
    assert result.rc
    return errno_of(result.out)


BAD_VALUES = [
    ("metadata_bar", "6", ERANGE),
    ("metadata_bar", "256", ERANGE),
    ("metadata_bar", "-1", EINVAL),
    ("metadata_bar", "x", EINVAL),
    ("metadata_bar", "", EINVAL),
    ("window_bar", "6", ERANGE),
    ("window_bar", "2x", EINVAL),
    ("wr_chans", "64", ERANGE),
    ("wr_chans", "0-64", ERANGE),
    ("wr_chans", "3-1", EINVAL),
    ("wr_chans", "x", EINVAL),
    ("rd_chans", "64", ERANGE),
    ("rd_chans", "0,,x", EINVAL),
    ("scratch_size", "-1", EINVAL),
    ("scratch_size", "x", EINVAL),
    ("scratch_size", str(512 << 20), ERANGE),
    ("scratch_size", str(1 << 32), ERANGE),
    ("scratch_size", str(1 << 64), ERANGE),
]


@pytest.mark.parametrize("attribute, value, error", BAD_VALUES)
def test_bad_value(function: Lab, attribute: str, value: str, error: int):
    """Refused when it is written, and the old value stays."""
    path = f"{dma.ATTRIBUTES}/{attribute}"
    before = function.ep.do(f"cat {path}")
    assert write_error(function, attribute, value) == error
    assert function.ep.do(f"cat {path}") == before


@pytest.mark.parametrize(
    "attribute, value, shown",
    [
        ("metadata_bar", "2", "2"),
        ("window_bar", "auto", "auto"),
        ("wr_chans", "0,1,2,3", "0-3"),
        ("rd_chans", "0-2,5", "0-2,5"),
        ("rd_chans", "", ""),
        ("scratch_size", "0x10000", "65536"),
    ],
)
def test_good_value(function: Lab, attribute: str, value: str, shown: str):
    path = f"{dma.ATTRIBUTES}/{attribute}"
    function.ep.do(f"echo '{value}' > {path}")
    assert function.ep.do(f"cat {path}").strip() == shown


@pytest.mark.parametrize(
    "attribute, value",
    [
        ("metadata_bar", "2"),
        ("window_bar", "0"),
        ("wr_chans", "0"),
        ("rd_chans", "0"),
        ("scratch_size", "0"),
    ],
)
def test_change_after_bind(function: Lab, attribute: str, value: str):
    """What bind has copied cannot change under it."""
    function.ep.do_all(USUAL.settings())
    function.ep.do(LINK)
    assert write_error(function, attribute, value) == EBUSY


REFUSED = [
    (USUAL.but(wr_chans=None, rd_chans=None), EINVAL, "no channel to export"),
    (USUAL.but(wr_chans="0-4"), ERANGE, "write channels 0-4 were asked for"),
    (USUAL.but(rd_chans="0-63"), ERANGE, "read channels 0-63 were asked for"),
    (USUAL.but(rd_chans="0-1"), EOPNOTSUPP, "read channels share registers"),
    (USUAL.but(wr_chans="1-3"), EOPNOTSUPP, "write channels share registers"),
    (
        USUAL.but(metadata_bar=2, window_bar=2),
        EINVAL,
        "BAR2 cannot be both metadata_bar and window_bar",
    ),
    (USUAL.but(metadata_bar=1), None, "BAR1 is not available"),
    (USUAL.but(window_bar=5), None, "BAR5 is not available"),
    (USUAL.but(metadata_bar=4), None, "BAR4 has 256 bytes"),
    (USUAL.but(window_bar=4), None, "BAR4 has 256 bytes"),
    (USUAL.but(scratch_size=8 << 20), E2BIG, "scratch_size is too large"),
    (USUAL.but(scratch_size=4100), EINVAL, "scratch_size has to be a multiple of 8"),
    (USUAL.but(msi_interrupts=0), EINVAL, "msi_interrupts is 0"),
    (USUAL.but(msi_interrupts=33), EINVAL, "msi_interrupts is 33"),
]


def assert_link_refused(lab: Lab, error: int | None, said: str) -> None:
    result = lab.ep.run(LINK)
    assert result.rc
    if error:
        assert errno_of(result.out) == error
    assert said in kernel_says(lab.ep)
    assert lab.ep.run(f"test -e {dma.EPC}/dma").rc


@pytest.mark.parametrize("export, error, said", REFUSED, ids=lambda v: str(v)[:60])
def test_refused_at_bind(function: Lab, export: dma.Export, error: int, said: str):
    """Q29, no channel is exported unless it was named. Nothing is half-configured:
    the fixture links it after a correction.
    """
    function.ep.do_all(export.settings())
    assert_link_refused(function, error, said)


def test_msix_is_refused(function: Lab):
    """Q43: the engine has one message address per direction."""
    function.ep.do_all(USUAL.settings())
    function.ep.do(f"echo 8 > {dma.EPF}/msix_interrupts")
    assert_link_refused(function, EINVAL, "msix_interrupts is 8")


def test_vendor_is_needed(function: Lab):
    function.ep.do_all(USUAL.settings()[1:])
    assert_link_refused(function, EINVAL, "vendorid is not set")


def test_channel_in_local_use(function: Lab):
    """Q16, Q19: a local client has it, and keeps it until it lets go."""
    test_epf = "/sys/kernel/config/pci_ep/functions/pci_epf_test/test"
    function.ep.do_all(
        (
            f"mkdir {test_epf}",
            f"echo 0x104c > {test_epf}/vendorid",
            f"echo 0xb500 > {test_epf}/deviceid",
            f"ln -s {test_epf} {dma.EPC}/",
            *USUAL.settings(),
        )
    )
    kernel_says(function.ep)
    assert_link_refused(function, EBUSY, "is in use on this side")
    function.ep.do(f"rm {dma.EPC}/test")
    function.ep.do(f"rmdir {test_epf}")
    function.ep.do(LINK)


def test_second_controller_is_refused(function: Lab):
    """And the export goes on with the one that it has."""
    function.ep.do_all(USUAL.settings())
    function.ep.do(LINK)
    before = function.ep.do(f"cat {EP_STATE}")
    result = function.ep.run(f"ln -s {dma.EPC} {dma.EPF}/secondary/")
    assert result.rc and errno_of(result.out) == EBUSY
    assert function.ep.do(f"cat {EP_STATE}") == before


@pytest.mark.parametrize("first", ["primary", "secondary"])
def test_test_function_has_one_controller(lab: Lab, first: str):
    """The base's function refuses a second one, in whichever order they come."""
    test_epf = "/sys/kernel/config/pci_ep/functions/pci_epf_test/test"
    lab.ep.do(f"mkdir {test_epf}")
    if first == "primary":
        lab.ep.do(f"ln -s {dma.EPC} {test_epf}/primary/")
    kernel_says(lab.ep)
    result = lab.ep.run(f"ln -s {dma.EPC} {test_epf}/secondary/")
    assert result.rc and errno_of(result.out) == EOPNOTSUPP
    assert "No support for a secondary controller" in kernel_says(lab.ep)
    if first == "primary":
        lab.ep.do(f"rm {test_epf}/primary/*")
    lab.ep.do(f"rmdir {test_epf}")


def test_nothing_leaked(lab: Lab):
    """Refused or not, every function above has given its memory back."""
    assert lab.ep.leaks() == ""
