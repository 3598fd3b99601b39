# SPDX-License-Identifier: GPL-2.0
"""The series as mails: whole diffs, a cover letter, a sign-off if asked."""

import re
from pathlib import Path

from .patch import REPO, SeriesError, load
from .scratch import Scratch
from .tree import author_of, commit_series

PERSON = re.compile(r"(\S.*\S|\S)\s*<([^<>@\s]+@[^<>@\s]+)>")


def committer(signoff: str | None) -> dict[str, str]:
    if signoff is None:
        first = author_of(load()[0])
        return {
            key.replace("AUTHOR", "COMMITTER"): value for key, value in first.items()
        }
    match = PERSON.fullmatch(signoff)
    if not match:
        raise SeriesError(f"--signoff wants \"NAME <MAIL>\", not '{signoff}'")
    return {"GIT_COMMITTER_NAME": match[1], "GIT_COMMITTER_EMAIL": match[2]}


def cover_letter(scratch: Scratch) -> Path:
    """patches/cover-letter, a mail like the others, as git wants it."""
    text = (REPO / "patches/cover-letter").read_text()
    if not text.startswith("Subject: "):
        raise SeriesError("patches/cover-letter does not begin with 'Subject: '")
    path = scratch.folder / "cover-letter"
    path.write_text(text.removeprefix("Subject: "))
    return path


def export(folder: Path, signoff: str | None = None) -> list[Path]:
    """Write the mails to an empty folder; returns them, cover letter first."""
    if not load():
        raise SeriesError("patches/ holds no patch, so there is nothing to export")
    who = committer(signoff)
    if any(folder.iterdir()):
        raise SeriesError("the folder to export to is not empty; name a new one")
    with Scratch() as scratch:
        commit_series(scratch)
        scratch.git(
            "format-patch",
            "-q",
            "--zero-commit",
            "--no-signature",
            "--no-renames",
            "--cover-letter",
            "--cover-from-description=subject",
            "--description-file",
            str(cover_letter(scratch)),
            *(["--signoff"] if signoff else []),
            "-o",
            str(folder),
            "base..series",
            env=who,
        )
    return sorted(folder.glob("*.patch"))
