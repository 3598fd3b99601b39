# SPDX-License-Identifier: GPL-2.0
"""The one error that the lab raises: a message that a person can act on."""


import traceback


class LabError(Exception):
    """Names the thing that failed, why, and where its log is, in its first line;
    what that log says may follow.
    """


def last_words(error: Exception, program: str) -> str:
    """What a program ends with: the first line of the error last, below what explains
    it. What nobody foresaw leaves a traceback as well.
    """
    if not isinstance(error, LabError | OSError):
        traceback.print_exception(error)
    why, *details = str(error).splitlines() or [type(error).__name__]
    return "\n".join([*details, f"{program}: FAIL {why}"])
