# SPDX-License-Identifier: GPL-2.0
"""Commits of a tree to the files in patches/, and those that they add."""

import re
from collections.abc import Iterable
from pathlib import Path

from . import taken
from .parts import Part, covers, few_enough
from .patch import REPO, Patch, SeriesError, parse, split_message
from .scratch import git, read_blob
from .tree import author_of

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


# Of a file; a link or a submodule has another one
MODES = ("100644", "100755")


def changed(tree: Path, commit: str) -> list[tuple[str, str, str]]:
    """Status, mode and path of each file that the commit touches."""
    raw = git(tree, "diff-tree", "-r", "--no-renames", "--no-commit-id", commit)
    found = []
    for entry in raw.splitlines():
        left, path = entry.split("\t", 1)
        _, mode, *_, status = left.split()
        found.append((status, mode, path))
    return found


def readable(patch: Patch) -> Patch:
    """Refuses what every verb would refuse once it is stored."""
    author_of(patch)
    parse(patch.name, str(patch))
    if not patch.adds and not patch.hunks:
        raise SeriesError(f"{patch.name} changes nothing")
    if re.search("^Binary files ", patch.hunks, re.M):
        raise SeriesError(f"{patch.name} changes a binary file; a patch has text only")
    return patch


def split_part(subject: str, notes: str) -> tuple[str | None, str]:
    """The part that the notes of a commit name, and the other notes."""
    names = set(re.findall(r"^Part:[ \t]*(.*?)[ \t]*$", notes, re.M))
    if len(names) > 1:
        raise SeriesError(f"'{subject}' is of two parts: {', '.join(sorted(names))}")
    rest = re.sub(r"^Part:.*\n?", "", notes, flags=re.M).strip("\n")
    return (names.pop() if names else None), rest


class Numbers:
    """Goes along the commits: to which part each belongs, and its number there."""

    def __init__(self, parts: list[Part]):
        self.order = [part.name for part in parts]
        self.part = ""
        self.number = 0

    def next(self, subject: str, named: str | None) -> str:
        if not self.part and named is None:
            raise SeriesError(
                f"'{subject}' is the first commit and names no part: its message wants "
                "a line '---' at the end and behind it 'Part: NAME'"
            )
        if named not in (None, self.part):
            self.enter(subject, named)
        self.number += 1
        return f"{self.part}/{self.number:04d}"

    def enter(self, subject: str, part: str) -> None:
        if part not in self.order:
            raise SeriesError(
                f"'{subject}' is of the part '{part}', which has no cover letter; "
                "./lab series new begins one"
            )
        if self.part and self.order.index(part) < self.order.index(self.part):
            raise SeriesError(
                f"'{subject}' of the part {part} comes behind the part {self.part}, "
                f"but the order is {', '.join(self.order)}: what is depended on first, "
                "else by name; git rebase -i base and move it"
            )
        self.part, self.number = part, 0


def to_patch(tree: Path, commit: str, numbers: Numbers, added: set[str]) -> Patch:
    text = git(tree, "show", "-s", "--format=%an <%ae>%n%f%n%B", commit)
    author, slug, message = text.split("\n", 2)
    subject, body, notes = split_message(message)
    if re.match(r"(fixup|squash|amend)! ", subject):
        raise SeriesError(
            f"'{subject}' is still a commit of its own; "
            "git rebase -i --autosquash base first"
        )
    part, notes = split_part(subject, notes)
    name = f"{numbers.next(subject, part)}-{slug[:52]}.patch"
    adds, hunks = [], []
    for status, mode, path in changed(tree, commit):
        if re.search(r'[\s"*?[\\]', path):
            raise SeriesError(
                f"'{subject}': {path}: a path has no blanks, quotes or wildcards"
            )
        if status != "D" and mode not in MODES:
            raise SeriesError(f"'{subject}' makes {path} a link; it can be a file only")
        if status == "A":
            adds.append(path)
        elif status == "D" and path in added:
            raise SeriesError(
                f"'{subject}' removes {path}, which an earlier patch adds"
            )
        else:
            hunks.append(path)
    added.update(adds)
    diff = ""
    if hunks:
        diff = git(tree, *DIFF, "--no-commit-id", commit, "--", *hunks) + "\n"
        diff = re.sub(r"^index [0-9a-f]+\.\.[0-9a-f]+( \d+)?\n", "", diff, flags=re.M)
    return readable(Patch(name, author, subject, body, notes, adds, diff))


def to_patches(tree: Path, commits: list[str]) -> list[Patch]:
    added: set[str] = set()
    numbers = Numbers(covers())
    patches = [to_patch(tree, commit, numbers, added) for commit in commits]
    few_enough(patches)
    return patches


def from_tree(tree: Path) -> list[Patch]:
    if git(tree, "status", "--porcelain", "--untracked-files=no"):
        raise SeriesError(
            "the tree has changes that no commit holds; commit them first"
        )
    if git(tree, "rev-list", "--merges", "base..HEAD"):
        raise SeriesError("the tree has merges; the series is a line")
    if (tree / git(tree, "rev-parse", "--git-path", "rebase-merge")).exists():
        raise SeriesError("the tree is amid a rebase; git rebase --continue first")
    commits = git(tree, "rev-list", "--reverse", "base..HEAD").split()
    if not commits:
        raise SeriesError("the tree is at its base; git checkout series first")
    return to_patches(tree, commits)


# May a file be executed, and what is in it
Version = tuple[bool, bytes]


def version(tree: Path, commit: str, path: str) -> Version | None:
    """Of a file, as a commit of the tree has it."""
    entry = git(tree, "ls-tree", commit, "--", path)
    if not entry:
        return None
    return entry.startswith("100755 "), read_blob(tree, f"{commit}:{path}")


def version_here(path: str) -> Version | None:
    """As the repository has it."""
    target = REPO / path
    if not target.exists():
        return None
    return bool(target.stat().st_mode & 0o100), target.read_bytes()


def edited(tree: Path, paths: Iterable[str]) -> list[tuple[str, Version | None]]:
    """Those of the added files that the tree's last commit has otherwise than the
    repository, and how. What somebody edited in both places is refused.
    """
    found = []
    known = taken.has_record(tree)
    for path in paths:
        here, there = version_here(path), version(tree, "HEAD", path)
        if here == there:
            continue
        if here != (version(tree, taken.COMMITS, path) if known else None):
            raise SeriesError(
                f"{path} is neither what the tree has nor what it last had in common "
                "with the repository: bring the edit into the tree, or undo it"
                if known
                else f"{path} is not what the tree has, which ./lab tree did not make: "
                "copy the one that is right over the other"
            )
        found.append((path, there))
    return found


def not_changed_here(tree: Path, wanted: dict[str, str]) -> None:
    """Patches that are neither what the tree makes of them nor what they were when it
    was made would be lost.
    """
    if not taken.has_record(tree):
        return
    here, before = taken.stored(), taken.patches(tree)
    lost = [
        name
        for name in sorted(here.keys() | before.keys() | wanted.keys())
        if here.get(name) != wanted.get(name)
        and (taken.digest(here[name]) if name in here else None) != before.get(name)
    ]
    if lost:
        raise SeriesError(
            f"changed in patches/ since the tree was made: {', '.join(lost)}; undo "
            "that, or make another tree and git cherry-pick your commits there"
        )


def write_whole(target: Path, content: bytes, mode: int = 0o644) -> None:
    """Half a file would be an edit of somebody's when refresh is run again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f"{target.name}~")
    new.write_bytes(content)
    new.chmod(mode)
    new.replace(target)


def put_file(path: str, wanted: Version | None) -> str:
    """An added file to its place in the repository; returns what was done."""
    target = REPO / path
    if not wanted:
        target.unlink()
        return f"removed {path}"
    said = f"{'rewrote' if target.exists() else 'new'} {path}"
    executable, content = wanted
    write_whole(target, content, 0o755 if executable else 0o644)
    return said


def put_patches(patches: dict[str, str]) -> list[str]:
    folder = REPO / "patches"
    here = taken.stored()
    said = []
    for name in here.keys() - patches.keys():
        (folder / name).unlink()
        said.append(f"removed {name}")
    said.sort()
    for name, text in patches.items():
        if here.get(name) != text:
            said.append(f"{'rewrote' if name in here else 'new'} {name}")
            write_whole(folder / name, text.encode())
    # A cover letter is somebody's work, so it stays
    for part in sorted(path for path in folder.iterdir() if path.is_dir()):
        if not any(part.iterdir()):
            part.rmdir()
        elif not any(part.glob("*.patch")):
            said.append(f"no patch is left in {part.name}; its cover letter stays")
    return said


def added_here() -> set[str]:
    """What the stored patches add, whatever is wrong with them: refresh mends that."""
    return {
        path
        for text in taken.stored().values()
        for path in re.findall(r"^Adds: (\S+)$", text, re.M)
    }


def refresh(tree: Path) -> list[str]:
    """Rewrite patches/ and the added files; returns what changed, one line each."""
    patches = from_tree(tree)
    wanted = {patch.name: str(patch) for patch in patches}
    not_changed_here(tree, wanted)
    paths = sorted(added_here().union(*(patch.adds for patch in patches)))
    said = [
        *[put_file(path, wanted) for path, wanted in edited(tree, paths)],
        *put_patches(wanted),
    ]
    taken.record(tree)
    return said
