# SPDX-License-Identifier: GPL-2.0
"""The stored form of one patch, and of the whole series."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

REPO = Path(os.environ.get("LAB", Path(__file__).parents[2]))

# What belongs to the project alone. All other folders mirror the kernel's.
OURS = ("patches", "tools/lab", "tools/series", "linux")
LEFTOVERS = re.compile(r"(^|/)__pycache__/|\.(orig|rej|pyc|o|swp)$|~$")


class SeriesError(Exception):
    """One sentence for the user: which file, what is wrong, what to do."""


@dataclass
class Patch:
    name: str
    author: str
    subject: str
    body: str
    notes: str = ""
    adds: list[str] = field(default_factory=list)
    hunks: str = ""

    def message(self) -> str:
        """The commit message; notes stand where git am cuts them off."""
        text = f"{self.subject}\n\n{self.body}\n"
        return f"{text}---\n{self.notes}\n" if self.notes else text

    def changes(self) -> list[str]:
        """Files of the kernel that the hunks touch."""
        return re.findall(r"^diff --git a/(\S+) b/", self.hunks, re.M)

    def __str__(self) -> str:
        parts = [f"From: {self.author}\nSubject: {self.subject}\n\n{self.body}\n---\n"]
        if self.adds:
            parts.append("".join(f"Adds: {path}\n" for path in self.adds))
        if self.notes:
            parts.append(f"\n{self.notes}\n")
        return "".join(parts) + "\n" + self.hunks


def split_message(text: str) -> tuple[str, str, str]:
    """Subject, body and notes of a commit message."""
    subject, _, rest = text.strip("\n").partition("\n")
    body, _, notes = rest.partition("\n---\n")
    return subject, body.strip("\n"), notes.strip("\n")


def parse(name: str, text: str) -> Patch:
    head, blank, rest = text.partition("\n\n")
    fields = {}
    for line in re.sub(r"\n[ \t]+", " ", head).split("\n"):
        key, colon, value = line.partition(": ")
        if not colon:
            raise SeriesError(f"{name}: not a mail header: '{line}'")
        fields[key] = value.strip()
    for key in ("From", "Subject"):
        if not fields.get(key):
            raise SeriesError(f"{name}: no {key} line in the header")
    message, separator, rest = f"\n{rest}".partition("\n---\n")
    if not (blank and separator):
        raise SeriesError(f"{name}: no line '---' behind the message")
    if re.search(r"^Signed-off-by:", message, re.M):
        raise SeriesError(f"{name}: signed off; sign off at export instead")
    start = re.search(r"^diff --git ", rest, re.M)
    below, hunks = (
        (rest, "") if not start else (rest[: start.start()], rest[start.start() :])
    )
    adds = re.findall(r"^Adds: (\S+)$", below, re.M)
    notes = re.sub(r"^Adds: .*\n?", "", below, flags=re.M).strip("\n")
    for path in adds:
        if path.startswith(("/", ".")) or "/../" in path:
            raise SeriesError(f"{name}: Adds: {path} is not a path in the tree")
    if re.search(r"^new file mode", hunks, re.M):
        raise SeriesError(
            f"{name}: a hunk makes a new file; put the file at "
            "its in-tree path and name it with an Adds: line"
        )
    subject = re.sub(r"^\[PATCH[^]]*\] *", "", fields["Subject"])
    return Patch(name, fields["From"], subject, message.strip("\n"), notes, adds, hunks)


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


def in_order(patches: list[Patch], owner: dict[str, str]) -> None:
    """A file is added first, and changed later."""
    there: set[str] = set()
    for patch in patches:
        for path in patch.changes():
            if path in owner and path not in there:
                raise SeriesError(
                    f"{patch.name}: a hunk on {path}, which {owner[path]} adds; "
                    "only a later patch can change it"
                )
        there.update(patch.adds)


def load(repo: Path = REPO) -> list[Patch]:
    """The series, in order; what Adds lines, hunks and files say must agree."""
    patches = [
        parse(path.name, path.read_text())
        for path in sorted((repo / "patches").glob("*.patch"))
    ]
    owner: dict[str, str] = {}
    for patch in patches:
        for path in patch.adds:
            if path in owner:
                raise SeriesError(
                    f"{patch.name}: Adds: {path}, which {owner[path]} adds already"
                )
            if not (repo / path).is_file():
                raise SeriesError(
                    f"{patch.name}: Adds: {path}, but the "
                    "repository has no such file"
                )
            owner[path] = patch.name
    in_order(patches, owner)
    return patches


def files(repo: Path = REPO) -> list[str]:
    """Every file that the series touches or adds."""
    return sorted(
        {path for patch in load(repo) for path in (*patch.changes(), *patch.adds)}
    )


def without_patch(patches: list[Patch], repo: Path = REPO) -> list[str]:
    """In-tree files that no patch adds."""
    added = {path for patch in patches for path in patch.adds}
    return [path for path in in_tree_files(repo) if path not in added]
