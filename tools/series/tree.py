# SPDX-License-Identifier: GPL-2.0
"""Patches to commits, or straight onto an unpacked tree."""

import re
import shutil
from pathlib import Path

from . import taken
from .added import first_versions, git_apply
from .parts import Part, load, patch_of, patches_of, with_needed
from .patch import Patch, SeriesError
from .scratch import GitError, Scratch, git


class Misfit(SeriesError):
    """The series is well formed, and not for this kernel."""


def author_of(patch: Patch) -> dict[str, str]:
    match = re.fullmatch(r"(.*\S)\s*<(\S+@\S+)>", patch.author)
    if not match:
        raise SeriesError(f"{patch.name}: From is not 'NAME <MAIL>'")
    return {"GIT_AUTHOR_NAME": match[1].strip('"'), "GIT_AUTHOR_EMAIL": match[2]}


def add_file(scratch: Scratch, path: str, source: Path) -> None:
    """Put an added file into the index."""
    if scratch.git("ls-files", "--", path):
        raise SeriesError(f"Adds: {path}, but the kernel has that file")
    mode = "100755" if source.stat().st_mode & 0o100 else "100644"
    blob = scratch.git("hash-object", "-w", "--no-filters", str(source))
    scratch.git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")


def commit_patch(
    scratch: Scratch, patch: Patch, parent: str, added: Path, message: str
) -> str:
    try:
        if patch.hunks:
            scratch.git(
                "apply", "--cached", "--whitespace=error", "-", text=patch.hunks
            )
    except GitError as error:
        raise Misfit(f"{patch.name} does not apply: {error}") from error
    for path in patch.adds:
        add_file(scratch, path, added / path)
    tree = scratch.git("write-tree")
    if tree == scratch.tree_of(parent):
        raise SeriesError(f"{patch.name} changes nothing")
    return scratch.git(
        "commit-tree", tree, "-p", parent, text=message, env=author_of(patch)
    )


def commit_parts(
    scratch: Scratch, parts: list[Part], series: list[Part], with_part: bool
) -> list[str]:
    """One commit a patch of these parts on the base."""
    commits = [scratch.root]
    scratch.git("read-tree", scratch.root)
    with first_versions(patches_of(series)) as added:
        for patch in patches_of(parts):
            commits.append(
                commit_patch(
                    scratch, patch, commits[-1], added, patch.message(with_part)
                )
            )
    return commits[1:]


def commit_series(scratch: Scratch) -> list[str]:
    """All parts, for editing; branch `series` is the last commit."""
    parts = load()
    commits = commit_parts(scratch, parts, parts, with_part=True)
    scratch.git("update-ref", "refs/heads/series", (commits or [scratch.root])[-1])
    return commits


def make_tree(folder: Path) -> int:
    """A git tree for editing, with a work tree; returns how many patches."""
    with Scratch() as scratch:
        commits = commit_series(scratch)
        git(folder, "init", "-q", "--initial-branch=series")
        git(
            folder,
            "fetch",
            "-q",
            str(scratch.folder),
            "base:refs/tags/base",
            f"series:{taken.COMMITS}",
        )
    git(folder, "reset", "-q", "--hard", taken.COMMITS)
    taken.record(folder)
    return len(commits)


def apply_patch(folder: Path, patch: Patch, added: Path) -> None:
    """One patch onto an unpacked kernel tree."""
    if patch.hunks:
        done = git_apply(folder, patch, "--whitespace=error")
        if done.returncode:
            raise Misfit(f"{patch.name} does not apply: {done.stderr.strip()}")
    for path in patch.adds:
        target = folder / path
        if target.exists():
            raise Misfit(f"{patch.name}: Adds: {path}, but the kernel has that file")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(added / path, target)


def apply_series(folder: Path, part: str | None = None, only: str | None = None) -> int:
    """All patches, those of a part and of what it depends on, or the one of that
    name; returns how many.
    """
    parts = load()
    if only:
        wanted = [patch_of(parts, only)]
    else:
        wanted = patches_of(with_needed(parts, part) if part else parts)
    with first_versions(patches_of(parts)) as added:
        for patch in wanted:
            apply_patch(folder, patch, added)
    return len(wanted)
