# SPDX-License-Identifier: GPL-2.0
"""The one error that the lab raises: a message that a person can act on."""


class LabError(Exception):
    """Names the thing that failed, why, and where its log is."""
