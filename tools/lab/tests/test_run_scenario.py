# SPDX-License-Identifier: GPL-2.0
"""Scenarios of users: the example, and scripts that do everything wrong."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
HANG = 300

# A machine that needs no kernel
PROCESS = "from run.process import Process\nfrom pathlib import Path\n" + (
    "machine = Process('machine', ['sleep', '999'], Path('{log}'))\n"
)


def play(
    tmp_path: Path, script: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "run.scenario", *options, script],
        capture_output=True,
        text=True,
        env=os.environ | {"LAB_RUN": str(tmp_path)},
        timeout=HANG,
        check=False,
    )


@pytest.fixture
def script(tmp_path: Path):
    """script(TEXT): the path of a script; PROCESS is in front of it."""

    def write(text: str) -> Path:
        path = tmp_path / "scenario.py"
        path.write_text(PROCESS.format(log=tmp_path / "log") + text)
        return path

    return write


def gone(done: subprocess.CompletedProcess[str]) -> bool:
    """The process that the script named is no more."""
    pid = int(re.search(r"^pid (\d+)$", done.stdout, re.M)[1])
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.1)
    return False


NAME_IT = "print('pid', machine.pid, flush=True)\n"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.stem)
def test_example(artifacts, tmp_path: Path, path: Path):
    done = play(tmp_path, path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verified: True" in done.stdout
    assert (tmp_path / "lab-1" / "host.console").exists()


def test_script_that_raises(tmp_path: Path, script):
    """Its own traceback and nothing of the player, and the machines are gone."""
    path = script(NAME_IT + "def fail():\n    raise ValueError('why')\nfail()\n")
    done = play(tmp_path, path)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert 'scenario.py", line 7, in <module>\n    fail()' in done.stderr
    assert "ValueError: why" in done.stderr
    assert "exec(code" not in done.stderr
    assert gone(done)


def test_script_that_is_no_python(tmp_path: Path, script):
    done = play(tmp_path, script("if\n"))
    assert done.returncode == 1
    assert "SyntaxError" in done.stderr


@pytest.mark.parametrize(
    "hang",
    [
        "import time\ntime.sleep(999)\n",
        "import time\n"
        "try:\n    time.sleep(999)\nexcept Exception:\n    time.sleep(999)\n",
        "while True: pass\n",
        "machine.wait(999)\n",
    ],
)
def test_script_that_hangs(tmp_path: Path, script, hang: str):
    done = play(tmp_path, script(NAME_IT + hang), "--timeout", "1")
    assert done.returncode == 124
    assert "run: scenario.py: not over after 1 s\n" in done.stderr
    assert gone(done)


def test_script_that_leaves_machines_behind(tmp_path: Path, script):
    done = play(tmp_path, script(NAME_IT))
    assert done.returncode == 1
    assert done.stderr == "run: scenario.py left behind, and ended: machine\n"
    assert gone(done)


@pytest.mark.parametrize(
    "code, status", [("0", 0), ("", 0), ("7", 7), ("'no such board'", 1)]
)
def test_exit_status_is_the_scripts(tmp_path: Path, script, code: str, status: int):
    done = play(tmp_path, script(f"machine.end()\nimport sys\nsys.exit({code})\n"))
    assert done.returncode == status
    assert done.stderr == ("no such board\n" if status == 1 else "")


def test_script_that_does_not_exist(tmp_path: Path):
    done = play(tmp_path, tmp_path / "none.py")
    assert done.returncode == 2
    assert done.stderr == f"run: no script {tmp_path}/none.py\n"


@pytest.mark.parametrize("value", ["0", "-1", "x", "1e9", ""])
def test_timeout_that_is_none(tmp_path: Path, script, value: str):
    done = play(tmp_path, script(""), "--timeout", value)
    assert done.returncode == 2
    assert f"'{value}' is no number of seconds" in done.stderr
