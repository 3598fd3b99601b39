# SPDX-License-Identifier: GPL-2.0
"""The one error that the lab raises: a message that a person can act on."""


class LabError(Exception):
    """Names the thing that failed, why, and where its log is, in its first line;
    what that log says may follow.
    """

    def closing(self, program: str) -> str:
        """The same with the first line last, as a program's last words."""
        why, *details = str(self).splitlines()
        return "\n".join([*details, f"{program}: FAIL {why}"])
