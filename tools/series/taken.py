# SPDX-License-Identifier: GPL-2.0
"""What a tree last had in common with the repository. It is kept in the tree, by
./lab tree and by refresh, which sees by it what was edited here meanwhile.
"""

import hashlib
from pathlib import Path

from .patch import REPO
from .scratch import git

COMMITS = "refs/remotes/lab/series"
# A file: a hash and a name for each stored patch
PATCHES = "refs/lab/patches"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def stored() -> dict[str, str]:
    """The patches as they are stored, whatever is wrong with them."""
    folder = REPO / "patches"
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.glob("*/*.patch"))
    }


def record(tree: Path) -> None:
    """That they have the same, which is what the tree has checked out."""
    lines = [f"{digest(text)} {name}\n" for name, text in stored().items()]
    blob = git(tree, "hash-object", "-w", "--stdin", text="".join(lines))
    git(tree, "update-ref", PATCHES, blob)
    git(tree, "update-ref", COMMITS, "HEAD")


def has_record(tree: Path) -> bool:
    return bool(git(tree, "for-each-ref", COMMITS))


def patches(tree: Path) -> dict[str, str]:
    """The digest of each patch as it was stored then."""
    return {
        name: value
        for value, name in (
            line.split(" ", 1)
            for line in git(tree, "cat-file", "blob", PATCHES).splitlines()
        )
    }
