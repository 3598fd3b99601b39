# SPDX-License-Identifier: GPL-2.0
"""Does the series say the same in each of its forms?"""

import tempfile
from pathlib import Path

from . import patch as stored
from .export import export
from .refresh import from_tree
from .scratch import Scratch
from .tree import commit_series


def of_the_project(folders: list[str], repo: Path = stored.REPO) -> None:
    """Every file below these folders comes with a patch: the kernel's own at the
    top. What else lies beside them, a build or notes, is nobody's business.
    """
    lost = [
        path
        for path in stored.without_patch(stored.load(repo), repo)
        if path.split("/")[0] in folders
    ]
    if lost:
        raise stored.SeriesError(
            f"no patch adds {', '.join(lost)}; give the "
            "patch it belongs to an Adds: line"
        )


def mailed_tree(scratch: Scratch, mails: list[Path]) -> str:
    """Hash of the tree that git am makes of the mails."""
    touched = scratch.git("diff", "--name-only", "base", "series").split("\n")
    scratch.git(
        "sparse-checkout", "set", "--no-cone", *[f"/{path}" for path in touched]
    )
    scratch.git("checkout", "-q", "-f", "-B", "mailed", "base")
    scratch.git("am", "-q", *map(str, mails))
    return scratch.tree_of("mailed")


def check() -> str:
    """One line for the user; SeriesError for the first thing that is wrong."""
    patches = stored.load()
    with (
        Scratch() as scratch,
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory() as second,
    ):
        of_the_project(scratch.git("ls-tree", "-d", "--name-only", "base").split())
        if not patches:
            return "series: no patches"
        commits = commit_series(scratch)
        tree = scratch.tree_of("series")
        mails = export(Path(first))
        for one, other in zip(mails, export(Path(second)), strict=True):
            if one.read_bytes() != other.read_bytes():
                raise stored.SeriesError(
                    f"{one.name} differs from one export to the next"
                )
        if mailed_tree(scratch, mails[1:]) != tree:
            raise stored.SeriesError(
                "the exported mails make another tree than patches/"
            )
        scratch.git("tag", "-f", "base", scratch.root)
        scratch.git("checkout", "-q", "-f", "--detach", "series")
        for patch, again in zip(patches, from_tree(scratch.folder)):
            if (patch.name, str(patch)) != (again.name, str(again)):
                raise stored.SeriesError(
                    f"{patch.name} is not as refresh "
                    "writes it; ./lab tree, then ./lab "
                    "series refresh"
                )
    return f"series: {len(commits)} patches, tree {tree}, the same by git am"
