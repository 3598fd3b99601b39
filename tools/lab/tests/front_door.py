# SPDX-License-Identifier: GPL-2.0
"""The front door as tests see it: run whole, or its library with small builders.

It runs without what it would download: each test says what the machine has and
looks at what the user would see. A run on the library is a small script behind
PRELUDE, with builders that take seconds instead of minutes.
"""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

REPO = Path(os.environ.get("LAB", Path(__file__).parents[3]))
LAB = REPO / "lab"
HANG = 60
# One command of a demo may take 300 s, on a machine that is busy
DEMO_HANG = 900
KEY = "0123456789abcdef"

# What the front door needs before it can install anything.
BASICS = (
    "awk bash basename cat cut date df dirname env find flock grep id "
    "mkdir mv nproc readlink rm rmdir sed sha256sum sleep sort tail "
    "touch tr uname"
).split()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty cache folder for one test."""
    return tmp_path / "cache"


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH with nothing but the basic tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASICS:
        found = subprocess.run(
            ["bash", "-c", f"type -P {name}"],
            text=True,
            capture_output=True,
            check=True,
        ).stdout.strip()
        (folder / name).symlink_to(found)
    return folder


def program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


def lab(*args: str, **environment: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **{key: str(value) for key, value in environment.items()}}
    return subprocess.run(
        [LAB, *args],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=env,
        timeout=HANG,
        check=False,
    )


def assert_wrong_arguments(cache: Path, args: list[str], names: str) -> None:
    """One clear sentence that has `names`, exit status 2, nothing made."""
    done = lab(*args, LAB_CACHE=cache)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"lab: .*; \./lab help lists the verbs\n", done.stderr)
    assert names in done.stderr
    assert not cache.exists()


def library(path: Path, text: str) -> subprocess.CompletedProcess[str]:
    """A function of the front door, on a machine with these programs."""
    return subprocess.run(
        [
            "bash",
            "-c",
            f". {REPO}/tools/lab/lib/host.sh; set -euo pipefail; {text}",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": str(path)},
    )


PRELUDE = """
set -euo pipefail
repo={repo}
. $repo/tools/lab/lib/ui.sh
. $repo/tools/lab/lib/cache.sh
. $repo/tools/lab/lib/hands.sh
count() {{ echo built >>{cache}.count; }}
good()	{{ count; echo whole >$1/file; }}
slow()	{{ count; echo half >$1/file; sleep 2; echo whole >$1/file; }}
bad()	{{ count; echo half >$1/file; echo 'x.c:1: error: wrong'; false; }}
wrong()	{{ count; touch $1/failed; echo result >$1/file; }}
stuck()	{{ count; echo half >$1/file; sleep 1000; }}
cache_open test
"""


def script(cache: Path, text: str) -> list[str]:
    # A check that runs in the background may have been told to ignore SIGINT
    return [
        "env",
        "--default-signal=INT",
        "bash",
        "-c",
        PRELUDE.format(repo=REPO, cache=cache) + text,
    ]


def run(cache: Path, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        script(cache, text),
        capture_output=True,
        text=True,
        env={**os.environ, "LAB_CACHE": str(cache)},
        timeout=HANG,
        check=False,
    )


def start(cache: Path, text: str) -> subprocess.Popen:
    return subprocess.Popen(
        script(cache, text),
        stderr=subprocess.PIPE,
        env={**os.environ, "LAB_CACHE": str(cache)},
        text=True,
        start_new_session=True,
    )


def wait_for(what) -> None:
    end = time.monotonic() + HANG
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def builds(cache: Path) -> int:
    count = Path(f"{cache}.count")
    return len(count.read_text().split()) if count.exists() else 0


def half_built(cache: Path) -> list[Path]:
    return list(cache.glob("tmp.*"))
