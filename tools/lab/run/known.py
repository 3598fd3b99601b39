# SPDX-License-Identifier: GPL-2.0
"""What drivers of the base are known to do, where more than one of them does it."""

from .logscan import Known

# What QEMU takes up late goes to the address that a host leaves: 0
_LINES = (
    r"DMAR: DRHD: handling fault status reg \d+$",
    r"DMAR: \[DMA Write NO_PASID\] Request device \[0000:01:00.0\] fault addr 0x0\b",
    r"vtd_iova_to_sspte: detected .* permission error \(iova=0x0,.* write=1,",
    r"vtd_iommu_translate: detected translation failure \(.*, iova=0x0\)$",
)
# What is sent late goes there too, or, as a host writes the address before it turns MSI
# on, into the range that x86 keeps for messages: 0xfee00000 to 0xfeefffff. The memory
# that QEMU translates has no such addresses, so the lines above cannot have them.
_VIOLATION = r"violation: no host memory at 0x(0|fee[0-9a-f]{5})\+0x4 for function 0$"


def late_messages(function: str) -> tuple[Known, ...]:
    """Messages of `function` that come when the host has turned MSI off: QEMU took
    them up late, or they were sent late, for the DesignWare core does not ask whether
    MSI is on.
    """
    why = f"messages of {function} may come when the host has turned MSI off"
    return (
        *(Known(line, why) for line in _LINES),
        Known(_VIOLATION, why, "unmapped"),
    )
