# SPDX-License-Identifier: GPL-2.0
"""What the user chose on the command line of ./lab.

A kernel of the user's stands among the artifacts in place of ours, so that no
program has to ask for it. A board is asked for here.
"""

import os


def board(default: str) -> str:
    """The board to run on: the user's, $LAB_BOARD, or the program's own choice.

    The name of a board, or the absolute path of a board file.
    """
    return os.environ.get("LAB_BOARD") or default


def seed() -> str | None:
    """The seed of the model's random choices, $LAB_SEED; None: one of its own.

    It is the model that refuses what is no number.
    """
    return os.environ.get("LAB_SEED") or None
