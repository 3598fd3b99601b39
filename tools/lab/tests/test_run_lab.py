# SPDX-License-Identifier: GPL-2.0
"""A lab whose parts are missing or broken: one clear error, nothing left."""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from run import Artifacts, Kernels, Lab, LabError, dma
from run.control import Control
from run.logscan import Known
from run.setup import Setup

NO_KERNELS = Kernels(*[Path("/none")] * 4)


@pytest.fixture
def broken_lab(tmp_path, monkeypatch):
    """broken_lab(SCRIPT): a lab whose model is that shell script."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    boards = tmp_path / "boards"
    boards.mkdir()
    (boards / "generic").touch()

    def make(script: str) -> Lab:
        model = tmp_path / "epmodel"
        model.write_text(f"#!/bin/sh\n{script}\n")
        model.chmod(0o755)
        paths = {"model": str(model), "boards": str(boards)}
        artifacts = Artifacts(paths, tmp_path / "artifacts.json")
        return Lab("generic", NO_KERNELS, tmp_path / "logs", artifacts=artifacts)

    yield make
    assert not list(tmp_path.glob("lab-*")), "the folder of the sockets is left"


def test_model_that_refuses_its_board(broken_lab):
    with pytest.raises(LabError) as caught:
        with broken_lab("echo 'epmodel: generic:3: no such key' >&2; exit 1"):
            pass
    message = str(caught.value)
    assert message.startswith("model: exited with status 1; ")
    assert "model.log" in message
    assert "generic:3: no such key" in message


def test_model_that_refuses_its_seed(broken_lab, monkeypatch):
    """It gets the user's, as it is, and says what is wrong with it."""
    monkeypatch.setenv("LAB_SEED", "today")
    with pytest.raises(LabError, match="--seed=today: a seed is a number"):
        with broken_lab(
            'eval said=\\$$#; echo "$said: a seed is a number" >&2; exit 1'
        ):
            pass


def test_model_that_makes_no_socket(broken_lab, monkeypatch):
    monkeypatch.setattr("run.model._START_TIMEOUT", 0.3)
    with pytest.raises(LabError, match="model: no socket ep after 0.3 s"):
        with broken_lab("exec sleep 999"):
            pass


def test_model_whose_control_socket_is_dead(broken_lab):
    # Arguments 4 and 8 are the paths of the two sockets
    with pytest.raises(LabError, match="no control socket"):
        with broken_lab('touch "$4" "$8"; exec sleep 999'):
            pass


@pytest.fixture
def quiet_lab(artifacts, tmp_path, monkeypatch):
    """A lab of nothing but the model, and how often it saw each rule broken."""
    broken = Counter()
    monkeypatch.setattr(Lab, "start_ep", lambda self: None)
    monkeypatch.setattr(Control, "violations", lambda self: broken.copy())
    lab = Lab(
        "generic",
        NO_KERNELS,
        tmp_path / "logs",
        artifacts=artifacts,
        known=[
            Known("WARNING: the usual", "a driver of the base"),
            Known("violation: at 0x0$", "a driver of the base", "unmapped"),
        ],
    )
    return lab, broken


def test_line_in_the_log_of_qemu_fails_the_lab(quiet_lab):
    lab, _ = quiet_lab
    with pytest.raises(LabError, match="host.qemu:1: no such device"):
        with lab:
            (lab.workdir / "host.qemu").write_text("no such device\n")


def test_violation_fails_the_lab(quiet_lab):
    lab, broken = quiet_lab
    with pytest.raises(LabError, match=r"bad lines.*\nviolation.requester: 2$"):
        with lab:
            broken["requester"] += 2


def test_what_the_base_is_known_for(quiet_lab):
    lab, broken = quiet_lab
    with lab:
        (lab.workdir / "host.console").write_text("WARNING: the usual\n")
        with open(lab.workdir / "model.log", "a") as log:
            log.write("violation: at 0x0\nviolation: at 0x0\n")
        broken["unmapped"] += 2


def test_what_the_base_is_known_for_hides_nothing_else(quiet_lab):
    """Another line, the same rule broken otherwise, another rule."""
    lab, broken = quiet_lab
    with pytest.raises(LabError) as caught:
        with lab:
            (lab.workdir / "host.console").write_text("WARNING: unusual\n")
            with open(lab.workdir / "model.log", "a") as log:
                log.write("violation: at 0x0\nviolation: at 0x08\n")
            broken.update(["unmapped", "unmapped", "app"])
    assert str(caught.value).splitlines()[1:] == [
        "host.console:1: WARNING: unusual",
        "violation.app: 1",
        "violation.unmapped: 1",
    ]


def test_what_the_base_is_known_for_is_nobodys_to_provoke(quiet_lab):
    """It would be passed over twice, and what comes after it, too."""
    lab, _ = quiet_lab
    with lab:
        with pytest.raises(LabError, match="^known already: violation.unmapped$"):
            with lab.provoking("app", "unmapped"):
                pass


def test_violation_that_was_accepted(quiet_lab):
    lab, broken = quiet_lab
    with pytest.raises(LabError, match=r"bad lines.*\nviolation.inbound: 1$"):
        with lab:
            broken["inbound"] += 3
            lab.accept("inbound", 2)


def test_violation_is_kept_when_the_counters_are_reset(quiet_lab):
    lab, broken = quiet_lab
    with pytest.raises(LabError):
        with lab:
            broken["inbound"] += 3
            lab.ctl.reset_counters()
    assert "\nviolation.inbound 3 0\n" in (lab.workdir / "counters.txt").read_text()


def test_violation_that_was_provoked(quiet_lab):
    """Only by the block, and only that rule."""
    lab, broken = quiet_lab
    with pytest.raises(LabError, match="bad lines.*\nviolation.app: 1$"):
        with lab:
            with lab.provoking("busmaster", "requester"):
                broken.update(["busmaster", "requester", "requester", "app"])


def test_violation_that_was_provoked_in_vain(quiet_lab):
    lab, broken = quiet_lab
    with pytest.raises(LabError, match="not provoked: violation.busmaster$"):
        with lab:
            broken["busmaster"] += 1
            with lab.provoking("busmaster", "requester"):
                broken["requester"] += 1


def test_failure_is_not_hidden_by_what_it_led_to(quiet_lab):
    lab, broken = quiet_lab
    with pytest.raises(ValueError):
        with lab:
            broken["app"] += 1
            raise ValueError


def test_model_that_died_fails_the_lab(quiet_lab):
    lab, _ = quiet_lab
    with pytest.raises(LabError, match="model: ended while it answered 'counters'"):
        with lab:
            lab.ctl.cmd("quit")


def test_machine_that_is_not_running(broken_lab):
    lab = broken_lab("exit 1")
    with pytest.raises(LabError, match="the host is not running"):
        lab.host.do("true")
    with pytest.raises(LabError, match="the model is not running"):
        lab.ctl.cmd("status")


@pytest.mark.parametrize("program", ["demo dma", "demo nvme", "demo ntb", "bench"])
def test_program_that_fails_says_why_last(tmp_path, monkeypatch, program):
    """One line with the reason, below what explains it, and status 1."""
    model = tmp_path / "epmodel"
    model.write_text("#!/bin/sh\necho 'epmodel: board:3: no such key' >&2; exit 1\n")
    model.chmod(0o755)
    boards = tmp_path / "boards"
    boards.mkdir()
    for board in ("rcar-s4", "rk3588"):
        (boards / board).touch()
    paths = {"model": str(model), "boards": str(boards)}
    for name in ("ep.base", "host.base", "ep.next", "host.next"):
        paths |= {f"{name}.image": "/dev/null", f"{name}.initramfs": "/dev/null"}
    (tmp_path / "artifacts.json").write_text(json.dumps(paths))
    monkeypatch.setenv("LAB_ARTIFACTS", str(tmp_path))
    monkeypatch.setenv("LAB_RUN", str(tmp_path))
    module, *arguments = program.split()
    done = subprocess.run(
        [sys.executable, "-m", f"run.{module}", *arguments],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    *_, details, last = done.stdout.splitlines()
    assert "no such key" in details
    assert re.fullmatch(
        rf"{module}: FAIL model: exited with status 1; \S+/model.log says:", last
    )


def test_unknown_board(tmp_path):
    boards = tmp_path / "boards"
    boards.mkdir()
    (boards / "generic").touch()
    artifacts = Artifacts({"boards": str(boards)}, tmp_path)
    with pytest.raises(LabError, match="no board 'none'; there are: generic"):
        Lab("none", NO_KERNELS, tmp_path, artifacts=artifacts)


def test_artifacts_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.delenv("LAB_ARTIFACTS", raising=False)
    with pytest.raises(LabError, match="LAB_ARTIFACTS is not set"):
        Artifacts.load()
    monkeypatch.setenv("LAB_ARTIFACTS", str(tmp_path))
    with pytest.raises(LabError, match="artifacts.json.*No such file"):
        Artifacts.load()
    (tmp_path / "artifacts.json").write_text("{")
    with pytest.raises(LabError, match="artifacts.json"):
        Artifacts.load()
    (tmp_path / "artifacts.json").write_text(json.dumps({"model": "/no/such"}))
    with pytest.raises(LabError, match="model is /no/such, which does not exist"):
        Artifacts.load().path("model")
    with pytest.raises(LabError, match="no 'boards'"):
        Artifacts.load().board("generic")


BOARDS = Path(__file__).parents[1] / "boards"


@pytest.mark.parametrize(
    "board, changes, channels",
    [
        ("rcar-s4", {}, ("0-3", "0-3")),
        ("rk3588", {}, ("0-1", "0-1")),
        ("rcar-s4", {"dma-write": "1"}, ("0-0", "0-3")),
    ],
)
def test_the_usual_export_is_all_that_the_board_has(
    tmp_path: Path, board: str, changes: dict[str, str], channels: tuple[str, str]
):
    artifacts = Artifacts({"boards": str(BOARDS)}, tmp_path / "artifacts.json")
    setup = Setup(board_keys=changes)
    lab = Lab(board, NO_KERNELS, tmp_path, artifacts=artifacts, setup=setup)
    export = dma.all_channels(lab)
    assert (export.wr_chans, export.rd_chans) == channels
