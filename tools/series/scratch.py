# SPDX-License-Identifier: GPL-2.0
"""Git on the pristine base, without a work tree of 96000 files.

A Scratch is a throw-away repository that borrows the objects of the imported
base (LAB_BASE_GIT). Its index never has more than the few files that matter.
Dates and the committer are fixed, so that the same series gives the same commits.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .patch import SeriesError

DATE = "2026-01-01T00:00:00Z"
IDENTITY = {
    "GIT_AUTHOR_DATE": DATE,
    "GIT_COMMITTER_DATE": DATE,
    "GIT_AUTHOR_NAME": "lab",
    "GIT_AUTHOR_EMAIL": "lab@localhost",
    "GIT_COMMITTER_NAME": "lab",
    "GIT_COMMITTER_EMAIL": "lab@localhost",
}


class GitError(SeriesError):
    pass


def git(
    folder: Path, *args: str, text: str | None = None, env: dict[str, str] | None = None
) -> str:
    done = subprocess.run(
        ["git", "-c", "core.attributesFile=/dev/null", *args],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **IDENTITY, **(env or {})},
    )
    if done.returncode:
        raise GitError(f"git {args[0]}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


def read_blob(folder: Path, name: str) -> bytes:
    """A file's content, every byte of it."""
    return subprocess.run(
        ["git", "cat-file", "blob", name], cwd=folder, capture_output=True, check=True
    ).stdout


class Scratch:
    def __init__(self, base: Path | None = None):
        self.base = Path(base or os.environ["LAB_BASE_GIT"])

    def __enter__(self) -> "Scratch":
        self.folder = Path(tempfile.mkdtemp(prefix="series-"))
        git(self.folder, "init", "-q", "--initial-branch=base")
        borrowed = self.folder / ".git/objects/info/alternates"
        borrowed.write_text(f"{self.base}/objects\n")
        self.root = git(self.base, "rev-parse", "base")
        git(self.folder, "update-ref", "refs/heads/base", self.root)
        return self

    def __exit__(self, *_) -> None:
        shutil.rmtree(self.folder)

    def git(self, *args: str, **more) -> str:
        return git(self.folder, *args, **more)

    def take(self, commit: str, paths: Iterable[str]) -> None:
        """Those of these files that the commit has are the index."""
        wanted = list(paths)
        self.git("read-tree", "--empty")
        # Without a path ls-tree has all of the kernel's files
        if wanted:
            listing = self.git("ls-tree", "-r", commit, "--", *wanted)
            self.git("update-index", "--index-info", text=f"{listing}\n")

    def fast_import(self, stream: bytes) -> list[str]:
        """Make commits; returns the names that the stream asks for."""
        done = subprocess.run(
            ["git", "fast-import", "--quiet"],
            cwd=self.folder,
            input=stream,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise GitError(f"git fast-import: {done.stderr.decode().strip()}")
        return done.stdout.decode().split()

    def tree_of(self, commit: str) -> str:
        return self.git("rev-parse", f"{commit}^{{tree}}")
