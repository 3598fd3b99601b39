# SPDX-License-Identifier: GPL-2.0
"""Commits of a tree to the files in patches/."""

import re
from pathlib import Path

from .patch import REPO, Patch, SeriesError, split_message
from .scratch import git

DIFF = (
    "diff-tree",
    "-p",
    "-U3",
    "--no-renames",
    "--no-ext-diff",
    "--no-color",
    "--diff-algorithm=myers",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


def changed(tree: Path, commit: str) -> list[tuple[str, str, str]]:
    """Status, mode and path of each file that the commit touches."""
    raw = git(tree, "diff-tree", "-r", "--no-renames", "--no-commit-id", commit)
    return [
        (line[4], line[1], path)
        for line, path in (
            (left.split(), path)
            for left, path in (entry.split("\t", 1) for entry in raw.splitlines())
        )
    ]


def take_file(tree: Path, commit: str, path: str, mode: str) -> None:
    """A new file of a plain tree goes to its in-tree path in the repository.
    A link is there already."""
    if mode == "120000":
        return
    text = git(tree, "show", f"{commit}:{path}") + "\n"
    target = REPO / path
    if not target.exists() or target.read_text() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(int(mode[-3:], 8))


def to_patch(tree: Path, commit: str, number: int, added: set[str]) -> Patch:
    text = git(tree, "show", "-s", "--format=%an <%ae>%n%f%n%B", commit)
    author, slug, message = text.split("\n", 2)
    subject, body, notes = split_message(message)
    name = f"{number:04d}-{slug[:52]}.patch"
    if re.match(r"(fixup|squash|amend)! ", subject):
        raise SeriesError(
            f"'{subject}' is still a commit of its own; "
            "git rebase -i --autosquash base first"
        )
    adds, hunks = [], []
    for status, mode, path in changed(tree, commit):
        if status == "A":
            take_file(tree, commit, path, mode)
            adds.append(path)
        elif path in added:
            raise SeriesError(
                f"'{subject}' changes {path}, which an earlier patch adds; "
                "a new file comes whole, with one patch"
            )
        else:
            hunks.append(path)
    added.update(adds)
    diff = ""
    if hunks:
        diff = git(tree, *DIFF, "--no-commit-id", commit, "--", *hunks) + "\n"
        diff = re.sub(r"^index [0-9a-f]+\.\.[0-9a-f]+( \d+)?\n", "", diff, flags=re.M)
    return Patch(name, author, subject, body, notes, adds, diff)


def from_tree(tree: Path) -> list[Patch]:
    if git(tree, "status", "--porcelain", "--untracked-files=no"):
        raise SeriesError(
            "the tree has changes that no commit holds; commit them first"
        )
    if git(tree, "rev-list", "--merges", "base..HEAD"):
        raise SeriesError("the tree has merges; the series is a line")
    commits = git(tree, "rev-list", "--reverse", "base..HEAD").split()
    added: set[str] = set()
    return [
        to_patch(tree, commit, number, added)
        for number, commit in enumerate(commits, 1)
    ]


def refresh(tree: Path) -> list[str]:
    """Rewrite patches/; returns what changed, one line each."""
    folder = REPO / "patches"
    patches = {patch.name: str(patch) for patch in from_tree(tree)}
    said = []
    for path in sorted(folder.glob("*.patch")):
        if path.name not in patches:
            path.unlink()
            said.append(f"removed {path.name}")
    for name, text in patches.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            said.append(f"{'rewrote' if path.exists() else 'new'} {name}")
            path.write_text(text)
    return said
