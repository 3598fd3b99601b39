# SPDX-License-Identifier: GPL-2.0
"""Patches to commits, or straight onto an unpacked tree."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from . import taken
from .added import first_versions, git_apply
from .parts import Part, load, patch_of, patches_of, touched, with_needed
from .patch import Patch, SeriesError
from .scratch import Scratch, git


class Misfit(SeriesError):
    """The series is well formed, and not for this kernel."""


def author_of(patch: Patch) -> dict[str, str]:
    match = re.fullmatch(r"(.*\S)\s*<(\S+@\S+)>", patch.author)
    if not match:
        raise SeriesError(f"{patch.name}: From is not 'NAME <MAIL>'")
    return {"GIT_AUTHOR_NAME": match[1].strip('"'), "GIT_AUTHOR_EMAIL": match[2]}


# Mode, as git says it, and content of each file
Files = dict[str, tuple[str, bytes]]


def files_in(folder: Path) -> Files:
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            file = "120000", os.fsencode(path.readlink())
        elif path.is_file():
            executable = path.stat().st_mode & 0o100
            file = "100755" if executable else "100644", path.read_bytes()
        else:
            continue
        found[path.relative_to(folder).as_posix()] = file
    return found


def data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def commit(people: str, message: str, before: Files, after: Files) -> bytes:
    """For git fast-import, which then prints the commit's name."""
    head = f"commit refs/heads/series\nmark :1\n{people}"
    lines = [head.encode(), data(message.encode())]
    lines += [f"D {path}\n".encode() for path in before.keys() - after.keys()]
    for path, file in after.items():
        if before.get(path) != file:
            mode, content = file
            lines += [f"M {mode} inline {path}\n".encode(), data(content)]
    return b"".join([*lines, b"get-mark :1\n"])


def commit_parts(
    scratch: Scratch, parts: list[Part], series: list[Part], with_part: bool
) -> list[str]:
    """One commit a patch of these parts on the base; branch `series` is the last."""
    patches = patches_of(parts)
    paths = touched(patches)
    committer = scratch.git("var", "GIT_COMMITTER_IDENT")
    stream = [f"reset refs/heads/series\nfrom {scratch.root}\n\n".encode()]
    with (
        first_versions(patches_of(series)) as added,
        tempfile.TemporaryDirectory(prefix="touched-") as name,
    ):
        folder = Path(name)
        scratch.take("base", paths)
        scratch.git("checkout-index", "-a", f"--prefix={name}/")
        after = files_in(folder)
        for patch in patches:
            before = after
            apply_patch(folder, patch, added)
            after = files_in(folder)
            if before == after:
                raise SeriesError(f"{patch.name} changes nothing")
            # From git, which leaves out what no name may have
            author = scratch.git("var", "GIT_AUTHOR_IDENT", env=author_of(patch))
            people = f"author {author}\ncommitter {committer}\n"
            stream.append(commit(people, patch.message(with_part), before, after))
    commits = scratch.fast_import(b"".join(stream))
    names = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", "base", "series")
    if lost := set(scratch.git(*names).split("\0")) - {*paths, ""}:
        # It makes folders of files without a word
        raise SeriesError(f"a patch adds files below {min(lost)}, which is a file")
    # Git looks up there which function the head of a hunk names
    folders = {parent for path in paths for parent in Path(path).parents}
    scratch.take("series", [f"{folder}/.gitattributes" for folder in folders])
    return commits


def commit_series(scratch: Scratch) -> list[str]:
    """All parts, for editing."""
    parts = load()
    return commit_parts(scratch, parts, parts, with_part=True)


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
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise Misfit(
                f"{patch.name}: Adds: {path}, but a folder of it is the kernel's file"
            ) from None
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
