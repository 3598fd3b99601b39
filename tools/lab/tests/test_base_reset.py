# SPDX-License-Identifier: GPL-2.0
"""Resets of the endpoint under a host that lives on, on the pristine base kernel.

The in-tree suite passes before and after PERST#, and before and after the endpoint's
machine lost its power.
"""

import time
from collections.abc import Iterator

import epf_test
import pytest
from pci_endpoint import run_suite, unexpected
from run import Lab
from run.logscan import Known

pytestmark = pytest.mark.needs("base")

IDS = "104c:b500"
DEVICE = "/sys/bus/pci/devices/0000:01:00.0"
LINK_TIMEOUT = 60

# The endpoint's CPU copies through a window, word by word: two thirds of what the
# suite takes, the same after every kind of reset, and before them in test_base.py
COPIES = "memcpy"

KNOWN = (
    Known(
        r"qemu-system-x86_64: vfio .*: invalid PCI interrupt pin 255$",
        "QEMU reads the configuration of a function whose endpoint has no power",
    ),
)


@pytest.fixture(scope="module")
def lab(boot_lab) -> Iterator[Lab]:
    with boot_lab("base-reset", "generic", "base", known=KNOWN) as lab:
        epf_test.start(lab, IDS)
        lab.start_host()
        assert suite_but_copies(lab, "report-before") == []
        yield lab


def suite_but_copies(lab: Lab, log: str) -> list[str]:
    return unexpected(run_suite(lab, log, without=COPIES), without=COPIES)


def take_out(lab: Lab) -> None:
    """The host lets go of the function."""
    lab.host.do(f"echo 1 > {DEVICE}/remove")


def find_again(lab: Lab) -> None:
    """It finds the function once the link is up."""
    lab.ctl.wait("linkup", LINK_TIMEOUT)
    lab.host.do(f"echo 1 > /sys/bus/pci/rescan; test -e {DEVICE}/driver")


def test_suite_after_perst(lab: Lab):
    """Twice: what the first one left behind does not hinder the second."""
    for _ in range(2):
        take_out(lab)
        lab.ctl.cmd("reset perst")
        find_again(lab)
    assert unexpected(run_suite(lab, "report-perst")) == []


def test_perst_under_a_driver(lab: Lab):
    """The host is not told: what it reads is not there until it looks anew."""
    lab.ctl.cmd("reset perst")
    lab.ctl.wait("linkup", LINK_TIMEOUT)
    assert "memory" not in functions(lab)
    take_out(lab)
    find_again(lab)
    assert "memory" in functions(lab)
    assert suite_but_copies(lab, "report-under") == []


def wait_for_bars(lab: Lab) -> None:
    """Until the endpoint's function is set up again."""
    end = time.monotonic() + LINK_TIMEOUT
    while not any(line.startswith("bar 0 5 ") for line in lab.ctl.cmd("status")):
        assert time.monotonic() < end


def functions(lab: Lab) -> str:
    """What the model says of them."""
    lines = lab.ctl.cmd("status")
    return "\n".join(line for line in lines if line.startswith("function "))


def test_perst_while_the_link_is_stopped(lab: Lab):
    """The controller is set up, and does not train before it is told to."""
    take_out(lab)
    lab.ep.do(f"echo 0 > {epf_test.EPC}/start")
    lab.ctl.cmd("reset perst")
    wait_for_bars(lab)
    assert "link down" in lab.ctl.cmd("status")
    lab.ep.do(f"echo 1 > {epf_test.EPC}/start")
    find_again(lab)
    assert suite_but_copies(lab, "report-stopped") == []


def test_perst_while_nobody_drives_the_controller(lab: Lab):
    """The next driver sets it up once, and not again under a host that is there."""
    take_out(lab)
    epf_test.stop(lab)
    lab.ep.do("rmmod dw_ep_lab")
    lab.ctl.cmd("reset perst")
    lab.ep.do("dmesg -c; insmod /modules/dw-ep-lab.ko")
    epf_test.start(lab, IDS)
    find_again(lab)
    assert suite_but_copies(lab, "report-unbound") == []
    assert lab.ep.do("dmesg").count("iATU: unroll") == 1


def test_suite_after_the_endpoint_lost_its_power(lab: Lab):
    lab.stop_ep()
    assert "link down" in lab.ctl.cmd("status")
    # What is not answered reads as all ones
    assert lab.host.do(f"od -An -tx4 -N4 {DEVICE}/config").split() == ["ffffffff"]
    take_out(lab)
    lab.start_ep()
    epf_test.start(lab, IDS)
    find_again(lab)
    assert unexpected(run_suite(lab, "report-power")) == []
