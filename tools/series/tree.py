# SPDX-License-Identifier: GPL-2.0
"""Patches to commits, or straight onto an unpacked tree."""

import re
import shutil
import subprocess
from pathlib import Path

from .patch import REPO, Patch, SeriesError, load
from .scratch import GitError, Scratch, git


class Misfit(SeriesError):
    """The series is well formed, and not for this kernel."""


def author_of(patch: Patch) -> dict[str, str]:
    match = re.fullmatch(r"(.*\S)\s*<(\S+@\S+)>", patch.author)
    if not match:
        raise SeriesError(f"{patch.name}: From is not 'NAME <MAIL>'")
    return {"GIT_AUTHOR_NAME": match[1].strip('"'), "GIT_AUTHOR_EMAIL": match[2]}


def add_file(scratch: Scratch, path: str, link_to: str | None) -> None:
    """Put an added file into the index: its content, or a link to it."""
    if scratch.git("ls-files", "--", path):
        raise SeriesError(f"Adds: {path}, but the kernel has that file")
    source = REPO / path
    if link_to:
        mode, text = "120000", f"{link_to}/{path}"
        blob = scratch.git("hash-object", "-w", "--stdin", text=text)
    else:
        mode = "100755" if source.stat().st_mode & 0o100 else "100644"
        blob = scratch.git("hash-object", "-w", "--no-filters", str(source))
    scratch.git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")


def commit_patch(
    scratch: Scratch, patch: Patch, parent: str, link_to: str | None
) -> str:
    try:
        if patch.hunks:
            scratch.git(
                "apply", "--cached", "--whitespace=error", "-", text=patch.hunks
            )
    except GitError as error:
        raise SeriesError(f"{patch.name} does not apply: {error}") from error
    for path in patch.adds:
        add_file(scratch, path, link_to)
    tree = scratch.git("write-tree")
    if tree == scratch.tree_of(parent):
        raise SeriesError(f"{patch.name} changes nothing")
    return scratch.git(
        "commit-tree", tree, "-p", parent, text=patch.message(), env=author_of(patch)
    )


def commit_series(scratch: Scratch, link_to: str | None = None) -> list[str]:
    """One commit a patch on the base; branch `series` is the last one."""
    commits = []
    parent = scratch.root
    for patch in load():
        parent = commit_patch(scratch, patch, parent, link_to)
        commits.append(parent)
    scratch.git("update-ref", "refs/heads/series", parent)
    return commits


def make_tree(folder: Path, link_to: str | None) -> int:
    """A git tree for editing, with a work tree; returns how many patches."""
    with Scratch() as scratch:
        commits = commit_series(scratch, link_to)
        git(folder, "init", "-q", "--initial-branch=series")
        git(
            folder,
            "fetch",
            "-q",
            str(scratch.folder),
            "base:refs/tags/base",
            "series:refs/remotes/lab/series",
        )
    git(folder, "reset", "-q", "--hard", "lab/series")
    return len(commits)


def apply_patch(folder: Path, patch: Patch) -> None:
    """One patch onto an unpacked kernel tree. Files are replaced, never
    written in place: they may be shared with another tree."""
    if patch.hunks:
        done = subprocess.run(
            ["git", "apply", "--whitespace=error", "-"],
            cwd=folder,
            input=patch.hunks,
            text=True,
            capture_output=True,
            check=False,
        )
        said = done.stderr.strip()
        if done.returncode == 1:
            raise Misfit(f"{patch.name} does not apply: {said}")
        if done.returncode:
            raise SeriesError(
                f"{patch.name}: git apply ended with {done.returncode}: {said}"
            )
    for path in patch.adds:
        target = folder / path
        if target.exists():
            raise Misfit(f"{patch.name}: Adds: {path}, but the kernel has that file")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPO / path, target)
        shutil.copymode(REPO / path, target)


def apply_series(folder: Path, only: str | None = None) -> int:
    """All patches, or the one of that name; returns how many."""
    patches = [patch for patch in load() if only in (None, patch.name)]
    for patch in patches:
        apply_patch(folder, patch)
    return len(patches)
