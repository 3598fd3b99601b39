# SPDX-License-Identifier: GPL-2.0
"""Machines that work, die, panic and hang: one clear error each, nothing left."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from run import LabError, Setup, qemu
from run.machine import Machine
from run.process import Process

pytestmark = pytest.mark.needs("base")


@contextmanager
def machine(artifacts, side, workdir, find_leaks=False):
    """A booted machine without the emulated controller."""
    image = artifacts.path(f"{side}.base.image")
    initramfs = artifacts.path(f"{side}.base.initramfs")
    nothing = {"ep": None, "host": []}[side]
    command = {"ep": qemu.endpoint, "host": qemu.host}[side]
    vm = Machine(
        side,
        lambda log, fd: command(
            image, initramfs, log, fd, nothing, Setup(find_leaks=find_leaks, lean=True)
        ),
        workdir,
    )
    try:
        vm.boot()
        yield vm
    finally:
        vm.end()
    assert_gone(vm.process.pid)


def assert_gone(pid):
    """No process of the group is left; orphans are init's to reap, in its time."""
    end = time.monotonic() + 30
    while True:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return
        assert time.monotonic() < end, f"process group {pid} is still there"
        time.sleep(0.01)


@pytest.mark.parametrize("side", ["ep", "host"])
def test_commands_in_a_guest(artifacts, side, tmp_path):
    with machine(artifacts, side, tmp_path) as vm:
        assert vm.do("echo a; echo b >&2") == "a\nb\n"
        assert vm.do("printf x") == "x"
        assert vm.run("exit 7").rc == 7
        # More than any buffer on the way holds
        assert len(vm.do("seq 1 20000")) == 108894
        # A command that reads must not eat the next one
        assert vm.do("cat") == ""
        with pytest.raises(LabError, match=f"{side}: 'false' returned 1"):
            vm.do("false")
        # Lean: whoever names what is left out follows the kernel
        left = "ls -d /sys/kernel/slab /sys/module/*/parameters 2>/dev/null"
        assert vm.run(left).out == ""
        assert vm.scan() == []


def test_warning_in_the_log_is_found(artifacts, tmp_path):
    with machine(artifacts, "ep", tmp_path) as vm:
        vm.do("echo 'WARNING: a test' > /dev/kmsg")
        (line,) = vm.scan()
        assert "WARNING: a test" in line.text


def find_leak(artifacts, side, workdir):
    workdir.mkdir()
    with machine(artifacts, side, workdir, find_leaks=True) as vm:
        assert vm.leaks() == ""
        vm.do("modprobe kmemleak-test")
        assert "kmemleak_test_init" in vm.leaks()
        assert any("new suspected memory leaks" in line.text for line in vm.scan())


def test_leak_is_found(artifacts, tmp_path):
    """At the same time: what is allocated has to become old."""
    with ThreadPoolExecutor() as both:
        ends = [
            both.submit(find_leak, artifacts, side, tmp_path / side)
            for side in ("ep", "host")
        ]
    for end in ends:
        end.result()


def test_guest_that_panics(artifacts, tmp_path):
    with machine(artifacts, "ep", tmp_path) as vm:
        with pytest.raises(LabError) as caught:
            vm.run("echo c > /proc/sysrq-trigger", timeout=60)
    message = str(caught.value)
    assert message.startswith("ep: QEMU exited with status 0; ")
    assert str(vm.console) in message
    assert "Kernel panic - not syncing: sysrq triggered crash" in message


def test_guest_that_hangs(artifacts, tmp_path):
    with machine(artifacts, "ep", tmp_path) as vm:
        with pytest.raises(LabError, match="ep: no end of 'sleep 999' within 0.5 s"):
            vm.run("sleep 999", timeout=0.5)
    assert "Linux version" in vm.console.read_text()


def test_guest_that_never_comes_up(artifacts, tmp_path):
    image = artifacts.path("ep.base.image")
    initramfs = artifacts.path("ep.base.initramfs")
    vm = Machine(
        "ep",
        lambda log, fd: [*qemu.endpoint(image, initramfs, log, fd, None), "-S"],
        tmp_path,
    )
    try:
        with pytest.raises(LabError, match="ep: did not come up within 0.5 s"):
            vm.boot(0.5)
    finally:
        vm.end()
    assert_gone(vm.process.pid)


def test_qemu_that_is_killed(artifacts, tmp_path):
    with machine(artifacts, "host", tmp_path) as vm:
        os.kill(vm.process.pid, signal.SIGKILL)
        with pytest.raises(LabError, match="host: QEMU was killed by SIGKILL"):
            vm.run("true")


def test_qemu_that_refuses_its_arguments(artifacts, tmp_path):
    image = artifacts.path("ep.base.image")
    initramfs = artifacts.path("ep.base.initramfs")
    vm = Machine(
        "ep",
        lambda log, fd: qemu.endpoint(image, initramfs, log, fd, tmp_path / "none"),
        tmp_path,
    )
    try:
        with pytest.raises(LabError) as caught:
            vm.boot(60)
    finally:
        vm.end()
    message = str(caught.value)
    assert message.startswith("ep: QEMU exited with status 1; ")
    assert str(vm.qemu_log) in message
    assert "No such file or directory" in message


def test_program_that_is_not_there(tmp_path):
    with pytest.raises(LabError, match="x: /no/such/program: No such file"):
        Process("x", ["/no/such/program"], tmp_path / "log")


def test_process_that_ignores_the_request_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr("run.process._GRACE", 0.2)
    log = tmp_path / "log"
    stubborn = "trap '' TERM; echo ready; sleep 999 & sleep 999"
    child = Process("x", ["sh", "-c", stubborn], log)
    while log.read_text() != "ready\n":
        assert child.status() is None
        time.sleep(0.01)
    child.end()
    assert child.status() == -signal.SIGKILL
    assert_gone(child.pid)


def test_orphans_do_not_disturb_the_agent(artifacts, tmp_path):
    """Background processes end while the next command is on its way."""
    with machine(artifacts, "ep", tmp_path) as vm:
        padding = "x" * 3000
        for number in range(30):
            orphans = "for i in 1 2 3 4; do sleep 0.0$i >/dev/null 2>&1 & done"
            out = vm.do(f"{orphans}; : {padding}; echo {number}", timeout=60)
            assert out == f"{number}\n"
