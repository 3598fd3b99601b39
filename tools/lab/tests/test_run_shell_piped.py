# SPDX-License-Identifier: GPL-2.0
"""`./lab shell` without a terminal, on machines that are fakes: commands come in, and
whatever ends it, nothing is left.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import fakes  # noqa: F401

HANG = 120

# The agent, which a command is a subshell of
QEMU = "$$"


@pytest.fixture
def shell(fakes: Path) -> Iterator[subprocess.Popen]:  # noqa: F811
    # A check that runs in the background may have been told to ignore SIGINT
    default = ["env", "--default-signal=INT"]
    with subprocess.Popen(
        [*default, sys.executable, "-m", "run.shell", "ep", "base", ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=fakes,
    ) as process:
        yield process
        process.kill()
    ours = [line for line in processes() if str(fakes) in line]
    assert ours == []


def processes() -> list[str]:
    said = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    return said.stdout.splitlines()


def test_commands(shell: subprocess.Popen):
    """Each is shown, with what it says and how it fails."""
    said = b"printf a\n\n  echo b  \ntrue\nexit\necho c\n"
    out, err = shell.communicate(said, HANG)
    assert (shell.returncode, err) == (0, b"")
    assert out == (
        b"endpoint# printf a\na\nendpoint# \nendpoint# echo b\nb\n"
        b"endpoint# true\nendpoint# exit\n"
    )


@pytest.mark.parametrize("last", ["true", "exit"])
def test_command_that_fails(shell: subprocess.Popen, last: str):
    """The others are done all the same, and the end tells whoever does not read."""
    out, err = shell.communicate(f"sh -c 'exit 3'\n{last}\n".encode(), HANG)
    assert (shell.returncode, err) == (1, b"")
    assert f"\nexit status 3\nendpoint# {last}\n".encode() in out


def test_end_of_input(shell: subprocess.Popen):
    out, _ = shell.communicate(b"echo \xff | wc -c\nfalse\n", HANG)
    assert shell.returncode == 1
    assert out == (
        b"endpoint# echo \xff | wc -c\n2\n"
        b"endpoint# false\nexit status 1\nendpoint# \n"
    )


def test_machine_that_dies(shell: subprocess.Popen):
    out, err = shell.communicate(f"kill -9 {QEMU}\necho c\n".encode(), HANG)
    assert shell.returncode == 1
    assert re.match(rb"shell: endpoint: QEMU was killed by SIGKILL; ", err)
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    "number, status",
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_signals(shell: subprocess.Popen, number: signal.Signals, status: int):
    shell.stdin.write(b"echo up; sleep 99\n")
    shell.stdin.flush()
    assert shell.stdout.read(9) == b"endpoint#"
    os.kill(shell.pid, number)
    _, err = shell.communicate(timeout=HANG)
    assert (shell.returncode, err) == (status, b"")


def test_nobody_reads_the_output(shell: subprocess.Popen):
    """As with head behind it."""
    shell.stdout.close()
    shell.stdin.write(b"echo a\necho b\n")
    shell.stdin.flush()
    assert shell.wait(HANG) == 1
    assert shell.stderr.read() == b"shell: [Errno 32] Broken pipe\n"
