# SPDX-License-Identifier: GPL-2.0
"""The parts as mails: whole diffs, a cover letter that says what the part goes on,
recipients, a sign-off if asked.
"""

import re
import subprocess
import tempfile
import textwrap
from collections.abc import Iterable
from email.utils import formataddr, parseaddr
from functools import cache
from pathlib import Path

from .parts import Part, load, part_of, with_needed
from .patch import UNRESOLVED, SeriesError
from .scratch import Scratch, read_blob
from .tree import Misfit, author_of, commit_parts

Names = tuple[str, ...]

PERSON = re.compile(r"(\S.*\S|\S)\s*<([^<>@\s]+@[^<>@\s]+)>")
WIDTH = 75

# What get_maintainer reads of a kernel tree, and how it is run outside of one
MAINTAINERS = (
    "scripts/get_maintainer.pl",
    "MAINTAINERS",
    ".mailmap",
    ".get_maintainer.ignore",
)
GET_MAINTAINER = (
    "perl",
    MAINTAINERS[0],
    "--no-tree",
    "--no-git",
    "--no-git-fallback",
    "--no-fixes",
    "--rolestats",
)


def committer(part: Part, signoff: str | None) -> dict[str, str]:
    if signoff is None:
        first = author_of(part.patches[0])
        return {
            key.replace("AUTHOR", "COMMITTER"): value for key, value in first.items()
        }
    match = PERSON.fullmatch(signoff)
    if not match:
        raise SeriesError(f"--signoff wants \"NAME <MAIL>\", not '{signoff}'")
    return {"GIT_COMMITTER_NAME": match[1], "GIT_COMMITTER_EMAIL": match[2]}


def kernel_of(scratch: Scratch) -> str:
    """The base in words: its commit is an import of the lab's, known to no one."""
    makefile = scratch.git("show", "base:Makefile")
    numbers = [
        re.search(rf"^{key} = (\d+)$", makefile, re.M)
        for key in ("VERSION", "PATCHLEVEL", "SUBLEVEL")
    ]
    if None in numbers:
        raise SeriesError("the base's Makefile does not say its version")
    version = ".".join(number[1] for number in numbers)
    # Not `git show`, which compares all of a first commit with nothing, even with -s
    package = scratch.git("log", "-1", "--format=%s", "base")
    return f"Linux {version}, Debian's {package}"


def stands_on(scratch: Scratch, needed: list[Part]) -> str:
    """What the part goes on, for people."""
    text = textwrap.fill(
        f"Base: {kernel_of(scratch)}. The base-commit below is an import of that "
        "source and in no public tree.",
        WIDTH,
        break_on_hyphens=False,
    )
    if not needed:
        return f"{text}\nDepends on nothing else."
    names = "\n".join(
        textwrap.fill(
            f'- "{part.subject}" ({part.name})', WIDTH, subsequent_indent="  "
        )
        for part in needed
    )
    return f"{text}\nDepends, in this order, on\n{names}"


def for_b4(part: Part, needed: list[Part]) -> str:
    """The same for b4, behind git's base-commit."""
    lines = [f"change-id: {part.change_id}"]
    lines += [
        f"prerequisite-change-id: {other.change_id}:v{other.version}"
        for other in needed
    ]
    return "\n".join(lines)


@cache
def recipients(mail: str, about: tuple[tuple[str, bytes], ...]) -> tuple[Names, Names]:
    """People, and mailing lists; about: path and content of MAINTAINERS in a tree.

    Kept, because to ask takes seconds a mail and a check exports everything twice.
    """
    with tempfile.TemporaryDirectory() as folder:
        for path, content in about:
            (Path(folder) / path).parent.mkdir(exist_ok=True)
            (Path(folder) / path).write_bytes(content)
        (Path(folder) / "mail").write_text(mail)
        done = subprocess.run(
            [*GET_MAINTAINER, "mail"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        subject = re.search("^Subject: .*", mail, re.M)
        raise SeriesError(
            f"get_maintainer, {subject and subject[0]}: {done.stderr.strip()}"
        )
    people, lists = [], []
    for line in done.stdout.splitlines():
        who, _, role = line.partition(" (")
        is_list = role.split(":")[0].rstrip(")").endswith("list")
        (lists if is_list else people).append(formataddr(parseaddr(who)))
    return tuple(people), tuple(lists)


def address(mail: Path, people: Iterable[str], lists: Iterable[str]) -> None:
    """Who gets the mail, at the end of its header."""
    head, _, rest = mail.read_text().partition("\n\n")
    for key, names in (("To", people), ("Cc", lists)):
        if names:
            head += f"\n{key}: " + ",\n    ".join(names)
    mail.write_text(f"{head}\n\n{rest}")


def address_all(scratch: Scratch, tip: str, cover: Path, mails: list[Path]) -> None:
    """Each to those whom the patched tree names for it, the cover letter to all."""
    there = scratch.git("ls-tree", "--name-only", tip, "--", *MAINTAINERS)
    about = tuple(
        (path, read_blob(scratch.folder, f"{tip}:{path}"))
        for path in there.splitlines()
    )
    everybody: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for mail in mails:
        found = recipients(mail.read_text(), about)
        address(mail, *found)
        for all_of_a_kind, some in zip(everybody, found):
            all_of_a_kind.update(dict.fromkeys(some))
    address(cover, *everybody)


def export_part(
    folder: Path, series: list[Part], part: Part, signoff: str | None
) -> list[Path]:
    """On the base and nothing but what the part depends on."""
    *needed, _ = line = with_needed(series, part.name)
    with Scratch() as scratch:
        try:
            commits = commit_parts(scratch, line, series, with_part=False)
        except Misfit as error:
            names = ", ".join(other.name for other in needed) or "no other part"
            raise SeriesError(
                f"{error} (on the base with {names}, as {part.name}/cover-letter says)"
            ) from error
        start = [scratch.root, *commits][-1 - len(part.patches)]
        about = scratch.folder / "cover-letter"
        about.write_text(
            f"{part.subject}\n\n{part.text}\n\n{stands_on(scratch, needed)}\n"
        )
        scratch.git(
            "format-patch",
            "-q",
            "--zero-commit",
            "--no-signature",
            "--no-renames",
            "--cover-letter",
            "--cover-from-description=subject",
            "--description-file",
            str(about),
            f"--base={scratch.root}",
            *([f"--subject-prefix=PATCH v{part.version}"] if part.version > 1 else []),
            *(["--signoff"] if signoff else []),
            "-o",
            str(folder),
            f"{start}..{commits[-1]}",
            env=committer(part, signoff),
        )
        cover, *mails = sorted(folder.glob("*.patch"))
        text, base = cover.read_text(), f"\nbase-commit: {scratch.root}\n"
        cover.write_text(text.replace(base, f"{base}{for_b4(part, needed)}\n"))
        address_all(scratch, commits[-1], cover, mails)
    return [cover, *mails]


def resolved(parts: list[Part]) -> None:
    """No culprit is left to be found."""
    open_ones = [
        f"{patch.name}: {match[0]}"
        for part in parts
        for patch in part.patches
        for match in UNRESOLVED.finditer(patch.body)
    ]
    if open_ones:
        raise SeriesError(
            "commits whose id is not known; find them, or export with --unresolved\n"
            + "\n".join(open_ones)
        )


def export(
    folder: Path,
    names: Iterable[str] = (),
    signoff: str | None = None,
    unresolved: bool = False,
) -> list[Path]:
    """Write the mails of all parts, or of those named, to folders of an empty one;
    returns them in the order of the series, each cover letter first.
    """
    series = load()
    chosen = {part_of(series, name).name for name in names}
    parts = [part for part in series if not chosen or part.name in chosen]
    empty = [part.name for part in parts if not part.patches]
    if empty or not parts:
        raise SeriesError(
            f"patches/{', '.join(empty)} holds no patch, so there is nothing to export"
        )
    if not unresolved:
        resolved(parts)
    committer(parts[0], signoff)
    if any(folder.iterdir()):
        raise SeriesError("the folder to export to is not empty; name a new one")
    mails = []
    for part in parts:
        (folder / part.name).mkdir()
        mails += export_part(folder / part.name, series, part, signoff)
    return mails
