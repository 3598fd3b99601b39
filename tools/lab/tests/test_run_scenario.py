# SPDX-License-Identifier: GPL-2.0
"""Scenarios of users: the example, and scripts that do everything wrong."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakes import fakes  # noqa: F401
from run.scenario import TIMEOUT

EXAMPLES = Path(__file__).parents[1] / "examples"
# The player ends its machines when it is overdue; who is killed leaves them behind
HANG = TIMEOUT + 100

# What they print when all went well
PROOF = {
    "interrupted_transfer": "verified: True",
    "own_function": "ok 1 pci_ep_bar.BAR0.BAR_TEST",
}

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
    assert PROOF[path.stem] in done.stdout
    # Of a host that was stopped it has a number
    assert list((tmp_path / "lab-1").glob("host*.console"))


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


@pytest.mark.parametrize(
    "call, says",
    [
        ("boot('rcar-s5')", "no board 'rcar-s5'; there are: rcar-s4, rk3588"),
        (
            "boot(flavour='kasan')",
            "no kernel ep.next-kasan in this run; there are: "
            "ep.base, ep.next, host.base, host.next",
        ),
    ],
)
def test_script_that_asks_for_what_is_not_there(
    fakes: Path, call: str, says: str  # noqa: F811
):
    """The line of the script, and one that says why; nothing of the lab's own."""
    path = fakes / "scenario.py"
    path.write_text(f"from run.scenario import boot\n{call}\n")
    done = play(fakes, path)
    assert done.returncode == 1
    assert re.findall('^  File "(.*?)"', done.stderr, re.M) == [str(path)]
    assert done.stderr.splitlines()[-1] == f"run.errors.LabError: {says}"


def test_a_with_of_the_lab_that_fails(tmp_path: Path, script):
    """Nor is there anything of what Python does for it."""
    path = script(
        "from collections import Counter\n"
        "from run.lab import Lab\n"
        "class Fake:\n"
        "    ctl, violations = property(lambda self: self), Counter\n"
        "    _known, _provoked = (), Counter()\n"
        "with Lab.provoking(Fake(), 'rule'):\n"
        "    pass\n"
    )
    done = play(tmp_path, path)
    assert re.findall('^  File "(.*?)"', done.stderr, re.M) == [str(path)]
    assert "\nrun.errors.LabError: not provoked: violation.rule\n" in done.stderr


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


THREAD = (
    "import threading, time\nthreading.Thread(target=time.sleep, args=[{}]).start()\n"
)


def test_script_whose_thread_hangs(tmp_path: Path, script):
    """It belongs to the script, and to its time."""
    path = script(NAME_IT + "machine.end()\n" + THREAD.format(999))
    done = play(tmp_path, path, "--timeout", "1")
    assert done.returncode == 124
    assert done.stderr == "run: scenario.py: not over after 1 s\n"


def test_script_whose_thread_ends_later(tmp_path: Path, script):
    path = script("machine.end()\n" + THREAD.format(1) + "print('end')\n")
    done = play(tmp_path, path)
    assert (done.returncode, done.stderr) == (0, "")


def test_script_that_takes_no_end(tmp_path: Path, script):
    """It catches everything, again and again."""
    path = script(
        NAME_IT + "import time\nwhile True:\n    try:\n        time.sleep(999)\n"
        "    except BaseException:\n        pass\n"
    )
    impatient = "import run.scenario as s, sys; s._GRACE = 1; s.leave(s.main())"
    done = subprocess.run(
        [sys.executable, "-c", impatient, "--timeout", "1", path],
        capture_output=True,
        text=True,
        env=os.environ | {"LAB_RUN": str(tmp_path)},
        timeout=HANG,
    )
    assert done.returncode == 124
    assert "run: not over after 1 s, and it does not let go\n" in done.stderr
    assert gone(done)


def test_script_that_ignores_its_end(tmp_path: Path, script):
    """It was overdue, whatever it says."""
    text = (
        "machine.end()\nimport time\ntry: time.sleep(9)\nexcept BaseException: pass\n"
    )
    done = play(tmp_path, script(text), "--timeout", "1")
    assert done.returncode == 124
    assert done.stderr == "run: scenario.py: not over after 1 s\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_script_that_is_ended(tmp_path: Path, script, number: signal.Signals):
    path = script(
        NAME_IT
        + f"import os, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(9)\n"
    )
    done = play(tmp_path, path)
    assert done.returncode == 128 + number
    assert f"run: scenario.py: ended by {number.name}\n" in done.stderr
    assert gone(done)


def test_script_that_closes_everything(tmp_path: Path, fakes: Path):  # noqa: F811
    """Also the lines to its machines; they end all the same."""
    path = fakes / "scenario.py"
    path.write_text(
        "import os\nfrom run.process import Process\nfrom run.scenario import boot\n"
        "with boot():\n"
        "    for process in Process.running: print('pid', process.pid, flush=True)\n"
        "    os.closerange(3, 99)\n"
    )
    done = play(fakes, path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    for pid in re.findall(r"^pid (\d+)$", done.stdout, re.M):
        assert not Path(f"/proc/{pid}").exists()


def test_script_and_what_is_beside_it(tmp_path: Path):
    (tmp_path / "beside.py").write_text("VALUE = 7\n")
    path = tmp_path / "scenario.py"
    path.write_text("import sys\nfrom beside import VALUE\nprint(VALUE, sys.argv)\n")
    done = play(tmp_path, path)
    assert (done.stdout, done.stderr) == (f"7 ['{path}']\n", "")


def test_script_in_another_folder(fakes: Path):  # noqa: F811
    path = fakes / "scenario.py"
    path.write_text(
        "import os\nfrom run.scenario import boot\nos.chdir('/')\n"
        "with boot() as lab:\n    print(lab.ep.do('pwd'))\n"
    )
    done = play(fakes, path)
    assert done.returncode == 0, done.stderr
    assert (fakes / "lab-1/endpoint.console").exists()


@pytest.mark.parametrize(
    "text, status, says",
    [
        (b"\xef\xbb\xbfprint('\xc3\xa9')\n", 0, ""),
        (b"# -*- coding: latin-1 -*-\nprint('\xe9')\n", 0, ""),
        (b"print('\xe9')\n", 1, "SyntaxError"),
        (b"\x7fELF\0\0", 1, "null bytes"),
    ],
)
def test_script_in_any_encoding(tmp_path: Path, text: bytes, status: int, says: str):
    path = tmp_path / "scenario.py"
    path.write_bytes(text)
    done = play(tmp_path, path)
    assert done.returncode == status
    assert done.stdout == ("" if status else "\xe9\n")
    assert says in done.stderr


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
