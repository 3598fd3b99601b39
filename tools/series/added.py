# SPDX-License-Identifier: GPL-2.0
"""The files that the series adds. The repository has them as the last patch leaves
them; this derives what the first one brought.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .patch import REPO, Patch, SeriesError


def git_apply(
    folder: Path, patch: Patch, *options: str
) -> subprocess.CompletedProcess[str]:
    """The patch's hunks onto the files of a folder, which is no git tree. Files are
    replaced, never written in place: they may be shared with another folder. A patch
    that does not fit is status 1.
    """
    done = subprocess.run(
        ["git", "apply", *options, "-"],
        cwd=folder,
        # In a repository around the folder git would look for the files at its top
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)},
        input=patch.hunks,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SeriesError(
            f"{patch.name}: git apply ended with {done.returncode}: "
            f"{done.stderr.strip()}"
        )
    return done


def take_off(folder: Path, patch: Patch, paths: set[str]) -> None:
    """Undo what the patch does to these files."""
    only = [f"--include={path}" for path in sorted(paths)]
    # Blanks at the end of a line that the patch mends come back, which is no error
    done = git_apply(folder, patch, "--whitespace=nowarn", "--reverse", *only)
    if done.returncode:
        raise SeriesError(
            f"{patch.name} changes a file that is not as it leaves it: "
            f"{done.stderr.strip()}; edit it in ./lab tree, then ./lab series refresh"
        )


@contextmanager
def first_versions(patches: list[Patch], repo: Path = REPO) -> Iterator[Path]:
    """A folder with each file as the patch that adds it has it: what stands in the
    repository, less what later patches change.
    """
    added = {path for patch in patches for path in patch.adds}
    with tempfile.TemporaryDirectory(prefix="added-") as name:
        folder = Path(name)
        for path in added:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repo / path, folder / path)
        for patch in reversed(patches):
            if paths := added.intersection(patch.changes()):
                take_off(folder, patch, paths)
        yield folder
