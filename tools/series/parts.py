# SPDX-License-Identifier: GPL-2.0
"""The parts of the series. A part is a mail series of its own, stored in
patches/PART/: its patches, and a cover letter that says what it depends on. All
parts in order are the series.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .patch import REPO, Patch, SeriesError, header, parse

MOST_PATCHES = 15

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CHANGE_ID = re.compile(r"\d{8}-[a-z0-9-]+-[0-9a-f]{12}")

# What belongs to the project alone. All other folders mirror the kernel's.
OURS = ("patches", "tools/lab", "tools/series", "linux")
LEFTOVERS = re.compile(r"(^|/)__pycache__/|\.(orig|rej|pyc|o|swp)$|~$")


@dataclass
class Part:
    name: str
    subject: str
    text: str
    change_id: str
    version: int = 1
    depends: list[str] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)

    def is_fixes(self) -> bool:
        return self.name.startswith("fixes-")


def read_cover(part: str, letter: str) -> Part:
    """A part without its patches, from its cover letter."""
    name = f"{part}/cover-letter"
    if not NAME.fullmatch(part):
        raise SeriesError(
            f"{name}: a part's name is of small letters, digits and '-' between them"
        )
    head, _, text = letter.partition("\n\n")
    fields = header(name, head.strip("\n"))
    for key in ("Subject", "Change-id"):
        if not fields.get(key):
            raise SeriesError(f"{name}: no {key} line in the header")
    if lost := fields.keys() - {"Subject", "Change-id", "Version", "Depends-on"}:
        raise SeriesError(f"{name}: what is {min(lost)} in the header?")
    if not CHANGE_ID.fullmatch(fields["Change-id"]):
        raise SeriesError(f"{name}: Change-id is not DATE-WORDS-12 hexadecimal digits")
    version = fields.get("Version", "1")
    if not re.fullmatch(r"[1-9]\d*", version):
        raise SeriesError(f"{name}: Version is not a number: '{version}'")
    if not text.strip():
        raise SeriesError(f"{name}: it says no more than its subject")
    return Part(
        part,
        fields["Subject"],
        text.strip("\n"),
        fields["Change-id"],
        int(version),
        fields.get("Depends-on", "").split(),
    )


def in_order(parts: Iterable[Part]) -> list[Part]:
    """A part comes behind all that it depends on; those that may come in any order
    come by name.
    """
    left = {part.name: part for part in parts}
    for part in left.values():
        for name in part.depends:
            if name not in left:
                raise SeriesError(
                    f"{part.name}/cover-letter: it depends on {name}, which is no part"
                )
            if part.is_fixes() and not left[name].is_fixes():
                raise SeriesError(
                    f"{part.name}/cover-letter: fixes depend on fixes alone, and "
                    f"{name} is none"
                )
    done = []
    while left:
        ready = [name for name in left if left.keys().isdisjoint(left[name].depends)]
        if not ready:
            raise SeriesError(
                f"the parts {', '.join(sorted(left))} depend on one another in a circle"
            )
        done.append(left.pop(min(ready)))
    return done


def part_of(parts: list[Part], name: str) -> Part:
    for part in parts:
        if part.name == name:
            return part
    raise SeriesError(
        f"there is no part {name}; there are: "
        f"{', '.join(part.name for part in parts) or 'none'}"
    )


def with_needed(parts: list[Part], name: str) -> list[Part]:
    """The part and before it, in order, what it depends on."""
    wanted = {part_of(parts, name).name}
    for part in reversed(parts):
        if part.name in wanted:
            wanted.update(part.depends)
    return [part for part in parts if part.name in wanted]


def patches_of(parts: list[Part]) -> list[Patch]:
    return [patch for part in parts for patch in part.patches]


def covers(repo: Path = REPO) -> list[Part]:
    """The parts in order, without their patches."""
    parts = in_order(
        read_cover(path.parent.name, path.read_text())
        for path in (repo / "patches").glob("*/cover-letter")
    )
    owner: dict[str, str] = {}
    for part in parts:
        other = owner.setdefault(part.change_id, part.name)
        if other != part.name:
            raise SeriesError(
                f"{part.name}/cover-letter: its Change-id is that of {other}"
            )
    return parts


def few_enough(patches: list[Patch]) -> None:
    for part, count in Counter(patch.part for patch in patches).items():
        if count > MOST_PATCHES:
            raise SeriesError(
                f"{part} has {count} patches, and a part has at most {MOST_PATCHES}; "
                "make a part of some of them"
            )


def owners(patches: list[Patch], repo: Path) -> dict[str, Patch]:
    """Which patch adds each file."""
    owner: dict[str, Patch] = {}
    for patch in patches:
        for path in patch.adds:
            if path in owner:
                raise SeriesError(
                    f"{patch.name}: Adds: {path}, which {owner[path].name} "
                    "adds already"
                )
            if not (repo / path).is_file():
                raise SeriesError(
                    f"{patch.name}: Adds: {path}, but the "
                    "repository has no such file"
                )
            owner[path] = patch
    return owner


def added_before_changed(parts: list[Part], owner: dict[str, Patch]) -> None:
    """A hunk on an added file lies in a later patch, of a part that has the file."""
    needed = {
        part.name: {other.name for other in with_needed(parts, part.name)}
        for part in parts
    }
    there: set[str] = set()
    for patch in patches_of(parts):
        for path in owner.keys() & patch.changes():
            giver = owner[path]
            if giver.part not in needed[patch.part]:
                raise SeriesError(
                    f"{patch.name}: a hunk on {path}, which {giver.name} adds, but "
                    f"{patch.part}/cover-letter does not depend on {giver.part}"
                )
            if path not in there:
                raise SeriesError(
                    f"{patch.name}: a hunk on {path}, which {giver.name} adds; "
                    "only a later patch can change it"
                )
        there.update(patch.adds)


def load(repo: Path = REPO) -> list[Part]:
    """The series, in order; what Adds lines, hunks and files say must agree."""
    parts = covers(repo)
    by_name = {part.name: part for part in parts}
    for path in sorted((repo / "patches").rglob("*.patch")):
        name = path.relative_to(repo / "patches").as_posix()
        folder = name.rpartition("/")[0]
        if folder not in by_name:
            raise SeriesError(
                f"patches/{name} is of no part: "
                f"there is no {(path.parent / 'cover-letter').relative_to(repo)}"
                if folder
                else f"patches/{name} is of no part; a part is a folder of patches/"
            )
        by_name[folder].patches.append(parse(name, path.read_text()))
    patches = patches_of(parts)
    few_enough(patches)
    added_before_changed(parts, owners(patches, repo))
    return parts


def patch_of(parts: list[Part], name: str) -> Patch:
    for patch in patches_of(parts):
        if patch.name == name:
            return patch
    raise SeriesError(f"there is no patch patches/{name}")


def touched(patches: list[Patch]) -> list[str]:
    """Every file that these patches change or add."""
    return sorted(
        {path for patch in patches for path in (*patch.changes(), *patch.adds)}
    )


def files(only: str | None = None, repo: Path = REPO) -> list[str]:
    """Those of the series, or of the one patch."""
    parts = load(repo)
    return touched([patch_of(parts, only)] if only else patches_of(parts))


def in_tree_files(repo: Path = REPO) -> list[str]:
    """Files of the repository that stand at in-tree paths."""
    found = []
    for folder, folders, names in os.walk(repo):
        where = Path(folder).relative_to(repo).as_posix()
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and f"{where}/{name}".removeprefix("./") not in OURS
        ]
        if where != ".":
            found += [f"{where}/{name}" for name in names]
    return sorted(path for path in found if not LEFTOVERS.search(path))


def without_patch(parts: list[Part], repo: Path = REPO) -> list[str]:
    """In-tree files that no patch adds."""
    added = {path for patch in patches_of(parts) for path in patch.adds}
    return [path for path in in_tree_files(repo) if path not in added]
