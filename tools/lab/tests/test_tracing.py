# SPDX-License-Identifier: GPL-2.0
"""`--trace`: what the model and both kernels saw, beside the logs of a run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from front_door import DEMO_HANG
from run import dma, tracing
from run.machine import Machine


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_TRACE", "1")


@pytest.mark.needs("next")
@pytest.mark.usefixtures("artifacts")
def test_a_demo_leaves_three_traces(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "run.demo", "dma"],
        env={**os.environ, "LAB_RUN": str(tmp_path), "LAB_TRACE": "1"},
        capture_output=True,
        text=True,
        timeout=DEMO_HANG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name, line in {
        "model": r"^\[.*\] dma: function 0, .*: done$",
        "endpoint": r": pci_ep_dma_\w+: ",
        "host": r": dw_edma_ep_\w+: ",
    }.items():
        text = (tmp_path / f"demo/{name}.trace").read_text()
        assert re.search(line, text, re.M), f"{name}: {text[:2000]}"
    assert ": dma_alloc: " in (tmp_path / "demo/host.trace").read_text()
    assert "dma: function 0, " not in (tmp_path / "demo/model.log").read_text()


@pytest.mark.needs("next")
def test_a_host_that_ends_leaves_its_trace(boot_lab, traced: None):
    with boot_lab("trace-of-a-host", "rcar-s4", "next") as lab:
        dma.bring_up(lab)
        lab.stop_host()
        text = (lab.workdir / "host-0.trace").read_text()
    assert "# entries-in-buffer/entries-written:" in text
    assert not (lab.workdir / "host.trace").exists()
    assert (lab.workdir / "endpoint.trace").exists()


class Gone:
    """What is left of a machine that died."""

    def __init__(self, folder: Path):
        self.console = folder / "host.console"

    def run(self, command: str, timeout: float):
        raise tracing.LabError("host: QEMU was killed")


def test_a_machine_that_is_gone_says_so(tmp_path: Path, traced: None):
    machine: Machine = Gone(tmp_path)  # type: ignore[assignment]
    tracing.keep(machine, "host")
    text = (tmp_path / "host.trace").read_text()
    assert text == "not available: host: QEMU was killed\n"


def test_no_trace_without_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LAB_TRACE", raising=False)
    machine: Machine = Gone(tmp_path)  # type: ignore[assignment]
    tracing.start(machine)
    tracing.keep(machine, "host")
    assert tracing.model_options(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
