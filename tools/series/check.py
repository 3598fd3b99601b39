# SPDX-License-Identifier: GPL-2.0
"""Does the series say the same in each of its forms?"""

import tempfile
from pathlib import Path

from .export import export
from .parts import Part, load, patches_of, touched, without_patch
from .patch import REPO, SeriesError
from .refresh import to_patches
from .scratch import Scratch
from .tree import commit_series


def of_the_project(parts: list[Part], folders: list[str], repo: Path = REPO) -> None:
    """Every file below these folders comes with a patch: the kernel's own at the
    top. What else lies beside them, a build or notes, is nobody's business.
    """
    lost = [
        path for path in without_patch(parts, repo) if path.split("/")[0] in folders
    ]
    if lost:
        raise SeriesError(
            f"no patch adds {', '.join(lost)}; give the "
            "patch it belongs to an Adds: line"
        )


def is_cover(mail: Path) -> bool:
    return mail.name.startswith("0000-")


def mailed(mails: list[Path], paths: list[str]) -> str:
    """The files that git am makes of the mails, where the base has no others than
    these: what a mail does to another one fails, or is seen here.
    """
    with Scratch() as scratch:
        scratch.take("base", paths)
        few = scratch.git("commit-tree", scratch.git("write-tree"), text="")
        scratch.git("checkout", "-q", "-f", "-B", "mailed", few)
        scratch.git("am", "-q", *map(str, mails))
        return scratch.git("ls-tree", "-r", "mailed")


def check() -> str:
    """One line for the user; SeriesError for the first thing that is wrong. That each
    part stands on what it names is shown by its export, which has no more.
    """
    parts = load()
    patches = patches_of(parts)
    with (
        Scratch() as scratch,
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory() as second,
    ):
        of_the_project(
            parts, scratch.git("ls-tree", "-d", "--name-only", "base").split()
        )
        if not patches:
            return "series: no patches"
        commits = commit_series(scratch)
        tree = scratch.tree_of("series")
        mails = export(Path(first), unresolved=True)
        for one, other in zip(
            mails, export(Path(second), unresolved=True), strict=True
        ):
            if one.read_bytes() != other.read_bytes():
                raise SeriesError(
                    f"{one.relative_to(first)} differs from one export to the next"
                )
        paths = touched(patches)
        files = scratch.git("ls-tree", "-r", "series", "--", *paths)
        if mailed([one for one in mails if not is_cover(one)], paths) != files:
            raise SeriesError("the exported mails make another tree than patches/")
        for patch, again in zip(patches, to_patches(scratch.folder, commits)):
            if (patch.name, str(patch)) != (again.name, str(again)):
                raise SeriesError(
                    f"{patch.name} is not as refresh "
                    "writes it; ./lab tree, then ./lab "
                    "series refresh"
                )
    names = ", ".join(part.name for part in parts)
    return f"series: {len(patches)} patches ({names}), tree {tree}, the same by git am"
