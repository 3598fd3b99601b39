# SPDX-License-Identifier: GPL-2.0
"""What a lab tells its model, and how it ends: nothing is left, and what went wrong is
told. Machines and model are fakes.
"""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakes import BOARD
from fakes import fakes  # noqa: F401
from run import Artifacts, Lab, LabError, Setup, tracing
from run.errors import last_words
from run.logscan import Known
from run.machine import Machine
from run.process import Process


@pytest.fixture
def lab(fakes: Path) -> Lab:  # noqa: F811
    artifacts = Artifacts.load()
    yield Lab(BOARD, artifacts.kernels("next"), fakes / "logs", artifacts=artifacts)
    assert Process.running == []
    assert not list(fakes.glob("lab-*")), "the folder of the sockets is left"


def test_lab_of_fakes(lab: Lab):
    with lab:
        lab.start_host()
        assert lab.host.do("echo $((1 + 1))") == "2\n"
        lab.stop_host()
        lab.start_host()
    assert (lab.workdir / "counters.txt").read_text() == (
        "violation.app 0 0\nviolation.unmapped 0 0\n"
    )


def test_whose_leak_it_is(lab: Lab, monkeypatch):
    found = {"endpoint": "", "host": "unreferenced object\n"}
    monkeypatch.setattr(Machine, "leaks", lambda machine: found[machine.name])
    with lab:
        lab.start_host()
        assert lab.leaks() == "host:\nunreferenced object\n"


def test_model_is_told_the_setup(fakes: Path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("LAB_SEED", "7")
    artifacts = Artifacts.load()
    setup = Setup(modes={"stop": "silent"}, faults=("posted 10", "stuck wr 1 on"))
    kernels = artifacts.kernels("next")
    with Lab(BOARD, kernels, fakes / "logs", artifacts=artifacts, setup=setup) as lab:
        pass
    assert (lab.workdir / "model.log").read_text().splitlines()[:5] == [
        "serving --seed=7",
        "seed",
        "mode stop silent",
        "fault posted 10",
        "fault stuck wr 1 on",
    ]


def test_endpoint_that_does_not_boot(lab: Lab, fakes: Path):  # noqa: F811
    """The model, which is there already, ends too."""
    program = fakes / "bin/qemu-system-aarch64"
    program.write_text("#!/bin/sh\necho no such machine >&2; exit 3\n")
    with pytest.raises(LabError, match="endpoint: QEMU exited with status 3") as caught:
        with lab:
            pass
    assert "no such machine" in str(caught.value)


def test_logs_of_machines_that_were_stopped(lab: Lab):
    """Each is read, whoever came after it."""
    with pytest.raises(LabError) as caught:
        with lab:
            for number in range(3):
                lab.start_host()
                with open(lab.host.console, "a") as log:
                    log.write(f"BUG: {number}\n")
                with open(lab.host.qemu_log, "w") as log:
                    log.write(f"{number}\n")
                if number < 2:
                    lab.stop_host()
    assert str(caught.value).splitlines()[1:] == [
        "host-0.console:2: BUG: 0",
        "host-0.qemu:1: 0",
        "host-1.console:2: BUG: 1",
        "host-1.qemu:1: 1",
        "host.console:2: BUG: 2",
        "host.qemu:1: 2",
    ]


def test_lab_without_a_judge(fakes: Path):  # noqa: F811
    artifacts = Artifacts.load()
    kernels = artifacts.kernels("next")
    logs = fakes / "logs"
    with Lab(BOARD, kernels, logs, artifacts=artifacts, judge=False) as lab:
        lab.ctl.cmd("break app")


@pytest.mark.parametrize("side", ["endpoint", "host"])
def test_machine_that_ends_by_itself(lab: Lab, side: str):
    """Its log has nothing of it, and no command came later."""
    with pytest.raises(LabError, match=f"\n{side}: QEMU was killed by SIGSEGV by it"):
        with lab:
            lab.start_host()
            process = (lab.ep if side == "endpoint" else lab.host).process
            os.kill(process.pid, signal.SIGSEGV)
            process.wait(30)


def test_model_that_crashes_in_the_end(lab: Lab):
    with pytest.raises(LabError, match="\nmodel: was killed by SIGABRT"):
        with lab:
            lab.ctl.cmd("crash")


def test_machine_that_was_stopped_may_be_dead(lab: Lab):
    with lab:
        lab.start_host()
        os.kill(lab.host.process.pid, signal.SIGKILL)
        lab.stop_host()


def test_second_machine_of_a_name(lab: Lab):
    with lab:
        lab.start_host()
        with pytest.raises(LabError, match=r"the host is running; stop_host\(\) comes"):
            lab.start_host()
        with pytest.raises(LabError, match=r"the endpoint is running; stop_ep\(\) com"):
            lab.start_ep()
        assert len(Process.running) == 3


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_disk_that_is_full(lab: Lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LAB_TRACE", "1")
    monkeypatch.setattr(tracing, "start", lambda machine: None)
    with pytest.raises(LabError, match="\n.*No space left"):
        with lab:
            monkeypatch.setattr(Path, "write_text", no_room)


def test_disk_without_room_for_a_log(tmp_path: Path):
    with pytest.raises(LabError, match="^x: .*/none/log: No such file"):
        Process("x", ["true"], tmp_path / "none/log")
    with pytest.raises(LabError, match="^x: /dev/full/log: Not a directory"):
        Process("x", ["true"], Path("/dev/full/log"))


@pytest.mark.parametrize("program", ["demo nvme", "bench"])
def test_program_without_a_place_for_logs(fakes: Path, program: str):  # noqa: F811
    """Its last line says why, as with any other failure."""
    done = subprocess.run(
        [sys.executable, "-m", *f"run.{program}".split()],
        capture_output=True,
        text=True,
        env=os.environ | {"LAB_RUN": "/dev/full"},
    )
    assert done.returncode == 1
    name = program.split()[0]
    assert done.stdout.splitlines()[-1] == (
        f"{name}: FAIL [Errno 20] Not a directory: '/dev/full/{name}'"
    )
    assert "Traceback" not in done.stderr


def test_last_words(capsys: pytest.CaptureFixture[str]):
    """What nobody foresaw has them as well, and tells where it was."""
    said = last_words(LabError("log says:\nBUG\nmore"), "demo")
    assert said == "BUG\nmore\ndemo: FAIL log says:"
    assert last_words(KeyError("dma.start"), "demo") == "demo: FAIL 'dma.start'"
    assert last_words(ValueError(), "demo") == "demo: FAIL ValueError"
    assert capsys.readouterr().err == "KeyError: 'dma.start'\nValueError\n"


def test_dead_machine_has_no_trace(lab: Lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tracing, "start", lambda machine: None)
    with lab:
        lab.start_host()
        monkeypatch.setenv("LAB_TRACE", "1")
        os.kill(lab.host.process.pid, signal.SIGKILL)
        lab.host.process.wait(30)
        lab.stop_host()
    assert "not available" in (lab.workdir / "host-0.trace").read_text()


@pytest.mark.parametrize("name", ["_keep_counters", "_stop"])
def test_interrupted_end(lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with lab:
            lab.start_host()
            place = Lab if name == "_keep_counters" else tracing
            what = name if name == "_keep_counters" else "keep"
            monkeypatch.setattr(place, what, interrupt)
            if name == "_stop":
                lab.stop_host()


def test_interrupted_wait_for_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C while a process takes its time."""
    log = tmp_path / "log"
    stubborn = Process("x", ["sh", "-c", "trap '' TERM; echo ready; sleep 999"], log)
    while log.read_text() != "ready\n":
        time.sleep(0.01)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 1)
    with pytest.raises(KeyboardInterrupt):
        stubborn.end()
    assert stubborn.status() == -signal.SIGKILL
    assert stubborn not in Process.running


@pytest.mark.parametrize("code", [None, 0])
def test_exit_in_the_block_says_that_all_is_well(lab: Lab, code: object):
    with pytest.raises(LabError, match="violation.app: 1"):
        with lab:
            lab.ctl.cmd("break app")
            raise SystemExit(code)


def test_exit_in_the_block_that_says_it_is_not(lab: Lab):
    with pytest.raises(SystemExit):
        with lab:
            lab.ctl.cmd("break app")
            raise SystemExit("no such board")


@pytest.mark.parametrize("reset", ["counters reset", " counters  reset"])
def test_violation_outlives_a_reset(lab: Lab, reset: str):
    with pytest.raises(LabError, match="violation.app: 1"):
        with lab:
            lab.ctl.cmd("break app")
            lab.ctl.cmd(reset)


def test_known_violation_is_nobodys_to_accept(fakes: Path):  # noqa: F811
    """It would be passed over twice, and what comes after it, too."""
    artifacts = Artifacts.load()
    known = [Known("violation: at 0x0$", "a driver of the base", "unmapped")]
    kernels = artifacts.kernels("next")
    logs = fakes / "logs"
    with Lab(BOARD, kernels, logs, artifacts=artifacts, known=known) as lab:
        lab.accept("app", 0)
        with pytest.raises(LabError, match="^known already: violation.unmapped$"):
            lab.accept("unmapped", 1)


def test_violation_that_was_provoked_in_two_blocks_at_once(lab: Lab):
    """Counts once: the second one was not provoked."""
    with pytest.raises(LabError, match="violation.app: 1"):
        with lab:
            with lab.provoking("app", "unmapped"):
                lab.ctl.cmd("break unmapped")
                with lab.provoking("app"):
                    lab.ctl.cmd("break app")
            lab.ctl.cmd("break app")
