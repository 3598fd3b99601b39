# SPDX-License-Identifier: GPL-2.0
"""The control client against a scripted model."""

import socket
import threading
from contextlib import contextmanager

import pytest
from run import LabError
from run.control import Control, Count


@contextmanager
def model(path, *replies: bytes | None):
    """A model that answers command N with replies[N] and then hangs up.

    None: it says nothing until the client hangs up.
    """
    received = []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen()

    def serve():
        line, _ = server.accept()
        with line:
            for reply in replies:
                received.append(line.recv(4096))
                if reply is None:
                    line.recv(1)
                else:
                    line.sendall(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    control = Control(path)
    try:
        yield control, received
    finally:
        control.close()
        thread.join()
        server.close()


def test_lines_up_to_ok(tmp_path):
    with model(tmp_path / "c", b"link up\nfunctions 1\nok\n", b"ok\n") as (c, received):
        assert c.cmd("status") == ["link up", "functions 1"]
        assert c.cmd("reset hot") == []
    assert received == [b"status\n", b"reset hot\n"]


def test_counters(tmp_path):
    reply = b"host.mem.read 5 20\ndma.start 1 0\nok\n"
    with model(tmp_path / "c", reply) as (c, _):
        assert c.counters() == {
            "host.mem.read": Count(5, 20),
            "dma.start": Count(1, 0),
        }


def test_violations_are_remembered_beyond_a_reset(tmp_path):
    replies = (
        b"host.mem.read 5 20\nviolation.app 2 0\nviolation.regs 0 0\nok\n",
        b"violation.app 0 0\nviolation.regs 1 0\nok\n",
    )
    with model(tmp_path / "c", *replies) as (c, received):
        c.reset_counters()
        assert c.violations() == {"app": 2, "regs": 1}
    assert received == [b"counters reset\n", b"counters\n"]


def test_wait_has_room_for_its_own_limit(tmp_path):
    with model(tmp_path / "c", b"ok\n") as (c, received):
        c.wait("started", 7)
    assert received == [b"wait started 7\n"]


def test_error_carries_the_reason(tmp_path):
    with model(tmp_path / "c", b"error: no channel 9\n") as (c, _):
        with pytest.raises(LabError, match="'fault stuck wr 9 on': no channel 9"):
            c.cmd("fault stuck wr 9 on")


def test_model_that_dies_while_it_answers(tmp_path):
    with model(tmp_path / "c", b"link up\n") as (c, _):
        with pytest.raises(LabError, match="ended while it answered 'status'"):
            c.cmd("status")


def test_model_that_is_gone(tmp_path):
    """However the system tells of it: broken pipe, reset, end of file."""
    with model(tmp_path / "control") as (control, _):
        with pytest.raises(LabError, match="ended while it answered 'status'"):
            control.cmd("status")


def test_a_command_is_one_line(tmp_path):
    """Else the second answer would be taken for that of the next command."""
    with model(tmp_path / "c", b"ok\n", b"ok\n") as (c, received):
        with pytest.raises(ValueError, match="one line"):
            c.cmd("link up\nstatus")
        c.cmd("x")
        c.cmd("y")
    assert received == [b"x\n", b"y\n"]


def test_answer_that_is_no_text(tmp_path):
    with model(tmp_path / "c", b"error: no \xc3\n") as (c, _):
        with pytest.raises(LabError, match="no \ufffd"):
            c.cmd("x")


def test_silent_model_stays_an_error(tmp_path):
    with model(tmp_path / "c", None) as (c, _):
        for what in ("no answer to 'x'", "model: 'x': .*timed out"):
            with pytest.raises(LabError, match=what):
                c.cmd("x", timeout=0.05)


def test_silent_model(tmp_path):
    with model(tmp_path / "c", None) as (c, _):
        with pytest.raises(LabError, match="no answer to 'status' within 0.05 s"):
            c.cmd("status", timeout=0.05)


def test_no_model(tmp_path):
    with pytest.raises(LabError, match="no control socket"):
        Control(tmp_path / "none")
