# SPDX-License-Identifier: GPL-2.0
"""What drivers of the base are known to do, where more than one of them does it."""

from .logscan import Known

# What is sent late goes to the address that a host leaves, 0, or, as a host writes the
# address before it turns MSI on, into the range that x86 keeps for messages: 0xfee00000
# to 0xfeefffff.
_VIOLATION = r"violation: no host memory at 0x(0|fee[0-9a-f]{5})\+0x4 for function 0$"


def late_messages(function: str) -> Known:
    """Messages of `function` that are sent when the host has turned MSI off: the
    DesignWare core does not ask whether it is on.
    """
    why = f"messages of {function} may be sent when the host has turned MSI off"
    return Known(_VIOLATION, why, "unmapped")
