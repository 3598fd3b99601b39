# SPDX-License-Identifier: GPL-2.0
"""Setups: what the machines are started with."""

from pathlib import Path

import pytest
from run import LabError, Setup, qemu
from run.setup import COMBINED, VARIANTS, variant, with_keys

IMAGE, INITRAMFS, LOG = Path("/image"), Path("/initramfs"), Path("/log")


def endpoint(setup: Setup) -> list[str]:
    return qemu.endpoint(IMAGE, INITRAMFS, LOG, 3, None, setup)


def host(setup: Setup) -> list[str]:
    return qemu.host(IMAGE, INITRAMFS, LOG, 3, [], setup)


def value(argv: list[str], option: str) -> str:
    return argv[argv.index(option) + 1]


def test_memory_and_cpus():
    setup = Setup(cpus=2, ep_memory=4096, host_memory=3072)
    for argv, memory in ((endpoint(setup), 4096), (host(setup), 3072)):
        assert value(argv, "-smp") == "2"
        assert value(argv, "-m") == f"{memory}M"
        assert f"size={memory}M" in value(argv, "-object")


@pytest.mark.parametrize(
    "setup, device, arguments",
    [
        (Setup(), "intremap=on", []),
        (Setup(iommu="off"), "intremap=on", ["intel_iommu=off"]),
        (Setup(iommu="passthrough"), "intremap=on", ["iommu=pt"]),
        (Setup(iommu="lazy"), "intremap=on", ["iommu.strict=0"]),
        (Setup(forcedac=True), "intremap=on", ["iommu.forcedac=1"]),
        (Setup(remapping=False), "intremap=off", []),
    ],
    ids=str,
)
def test_iommu_of_the_host(setup: Setup, device: str, arguments: list[str]):
    argv = host(setup)
    assert any(word.startswith(f"intel-iommu,{device},") for word in argv)
    told = value(argv, "-append").split()
    usual = value(host(Setup()), "-append").split()
    assert "iommu.strict=1" in usual
    assert [word for word in told if word not in usual] == arguments


def test_page_tables_of_the_host():
    """KASAN is right about them whenever an interrupt comes."""
    assert value(host(Setup()), "-cpu") == "max,-la57"


def test_firmware_leaves_functions_to_the_kernel():
    """It boots what it is told to, and has no driver of its own on the link."""
    assert value(host(Setup()), "-boot") == "strict=on"


def test_finding_leaks_is_asked_for():
    for argv in (endpoint, host):
        assert "kmemleak=off" in value(argv(Setup()), "-append")
        assert "kmemleak=on" in value(argv(Setup(find_leaks=True)), "-append")


def test_lean_is_asked_for():
    for argv in (endpoint, host):
        assert "initcall_blacklist" not in value(argv(Setup()), "-append")
        assert "initcall_blacklist=" in value(argv(Setup(lean=True)), "-append")


def test_flavour_names_the_kernel():
    assert Setup().kernels("next") == "next"
    assert Setup(flavour="kasan").kernels("next") == "next-kasan"


def test_vectors_are_told():
    assert Setup().msi_vectors == 32
    assert Setup(remapping=False).msi_vectors == 1


def test_unknown_settings():
    with pytest.raises(LabError, match="no IOMMU setting 'none'; there are: strict, "):
        Setup(iommu="none")
    with pytest.raises(LabError, match="no variant 'v3'; there are: two-cpus, .*v2"):
        variant("v3")


def test_variants_differ_from_the_usual():
    """One setting each, but for those that combine."""
    usual = Setup()
    for name, setup in VARIANTS.items():
        assert setup != usual, name
    assert all(name in VARIANTS for name in COMBINED)
    assert len(set(map(str, VARIANTS.values()))) == len(VARIANTS)


def test_what_is_combined():
    v1, v2 = map(variant, COMBINED)
    assert (v1.flavour, v1.cpus, v1.pinned, v1.iommu) == ("kasan", 2, False, "off")
    assert v1.dma_is_high and v1.holds_writes
    assert (v2.iommu, v2.remapping) == ("passthrough", False)
    assert v2.modes == {"abort-status": "enabled"}


def test_keys_of_a_board():
    board = "# a board\nname\t= x\nalign\t\t= 4096\n"
    assert with_keys(board, {"align": "65536", "offset": "1"}) == (
        "# a board\nname\t= x\nalign = 65536\noffset = 1\n"
    )


def test_which_memory_is_high():
    assert not Setup().dma_is_high
    assert variant("high-memory").dma_is_high
    assert variant("high-iova").dma_is_high
    # The IOMMU gives addresses below 4 GiB as long as it has some
    assert not variant("high-iova").but(forcedac=False).dma_is_high
