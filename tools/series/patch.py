# SPDX-License-Identifier: GPL-2.0
"""The stored form of one patch."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

REPO = Path(os.environ.get("LAB", Path(__file__).parents[2]))

# The one culprit that may stay open until export
UNRESOLVED = re.compile(r'^Fixes: \? \(".+"\)$', re.M)
CULPRIT = re.compile(r'Fixes: (\?|[0-9a-f]{12,40}) \(".+"\)')


class SeriesError(Exception):
    """One sentence for the user: which file, what is wrong, what to do."""


@dataclass
class Patch:
    name: str  # PART/NNNN-slug.patch
    author: str
    subject: str
    body: str
    notes: str = ""
    adds: list[str] = field(default_factory=list)
    hunks: str = ""

    @property
    def part(self) -> str:
        return self.name.partition("/")[0]

    def message(self, with_part: bool = False) -> str:
        """The commit message; notes stand where git am cuts them off. In a tree for
        editing they begin with the part.
        """
        text = f"{self.subject}\n\n{self.body}\n"
        below = [f"Part: {self.part}"] if with_part else []
        below += [self.notes] if self.notes else []
        return "\n".join([f"{text}---", *below, ""]) if below else text

    def changes(self) -> list[str]:
        """Files of the kernel that the hunks touch."""
        ends = re.findall(r"^diff --git a/(\S+) b/(\S+)$", self.hunks, re.M)
        return list(dict.fromkeys(path for pair in ends for path in pair))

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


def header(name: str, head: str) -> dict[str, str]:
    """The lines above the first empty one."""
    fields = {}
    for line in re.sub(r"\n[ \t]+", " ", head).split("\n"):
        key, colon, value = line.partition(": ")
        if not colon:
            raise SeriesError(f"{name}: not a mail header: '{line}'")
        fields[key] = value.strip()
    return fields


def added_paths(name: str, below: str) -> list[str]:
    """Of the Adds: lines. One that is not understood is not passed over."""
    adds = []
    for line in re.findall(r"^Adds:.*$", below, re.M):
        match = re.fullmatch(r"Adds: (\S+)", line)
        if not match:
            raise SeriesError(f"{name}: '{line}' is not 'Adds: PATH'")
        path = match[1]
        if path.startswith(("/", ".")) or "/../" in path:
            raise SeriesError(f"{name}: Adds: {path} is not a path in the tree")
        adds.append(path)
    return adds


def parse(name: str, text: str) -> Patch:
    head, blank, rest = text.partition("\n\n")
    fields = header(name, head)
    for key in ("From", "Subject"):
        if not fields.get(key):
            raise SeriesError(f"{name}: no {key} line in the header")
    message, separator, rest = f"\n{rest}".partition("\n---\n")
    if not (blank and separator):
        raise SeriesError(f"{name}: no line '---' behind the message")
    if re.search(r"^Signed-off-by:", message, re.M):
        raise SeriesError(f"{name}: signed off; sign off at export instead")
    for line in re.findall(r"^Fixes:.*$", message, re.M):
        if not CULPRIT.fullmatch(line):
            raise SeriesError(
                f"{name}: '{line}' is not 'Fixes: ID (\"SUBJECT\")', with ? for an "
                "ID that is not known yet"
            )
    start = re.search(r"^diff --git ", rest, re.M)
    below, hunks = (
        (rest, "") if not start else (rest[: start.start()], rest[start.start() :])
    )
    if re.search(r"^Part:", below, re.M):
        raise SeriesError(f"{name}: a Part: line; the folder says the part")
    adds = added_paths(name, below)
    notes = re.sub(r"^Adds: .*\n?", "", below, flags=re.M).strip("\n")
    if re.search(r"^new file mode", hunks, re.M):
        raise SeriesError(
            f"{name}: a hunk makes a new file; put the file at "
            "its in-tree path and name it with an Adds: line"
        )
    subject = re.sub(r"^\[PATCH[^]]*\] *", "", fields["Subject"])
    return Patch(name, fields["From"], subject, message.strip("\n"), notes, adds, hunks)
