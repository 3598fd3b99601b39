# SPDX-License-Identifier: GPL-2.0
"""The agent's protocol against a scripted guest."""

import socket
import threading

import pytest
from run import LabError
from run.agent import Agent, AgentError


@pytest.fixture
def line():
    """The agent and the guest's end of its line."""
    ours, theirs = socket.socketpair()
    agent = Agent(ours)
    yield agent, theirs
    agent.close()
    theirs.close()


def answer(theirs: socket.socket, *pieces: bytes) -> threading.Thread:
    """Send `pieces` one by one as soon as a command arrived."""

    def guest():
        theirs.recv(4096)
        for piece in pieces:
            theirs.sendall(piece)

    thread = threading.Thread(target=guest)
    thread.start()
    return thread


def test_ready_tells_the_release(line):
    agent, theirs = line
    theirs.sendall(b"noise of the firmware\n@ready 7.3.4+\r\n")
    assert agent.wait_ready(5) == "7.3.4+"


def test_command_line(line):
    agent, theirs = line
    theirs.sendall(b"\n@done 1 0\n")
    agent.run("echo a b", 5)
    assert theirs.recv(100) == b"1 echo a b\n"


@pytest.mark.parametrize(
    "sent, out",
    [
        (b"\n@done 1 0\n", ""),
        (b"a\n\n@done 1 0\n", "a\n"),
        (b"no newline\n@done 1 0\n", "no newline"),
        (b"@done 1 0\n\n@done 1 0\n", "@done 1 0\n"),
        (b"text @done 1 0 text\n\n@done 1 0\n", "text @done 1 0 text\n"),
    ],
)
def test_output_arrives_as_it_is(line, sent, out):
    agent, theirs = line
    theirs.sendall(sent)
    assert agent.run("x", 5).out == out


def test_any_split_of_the_answer(line):
    agent, theirs = line
    data = b"out\n\n@done 1 3\n"
    thread = answer(theirs, *(data[i : i + 1] for i in range(len(data))))
    result = agent.run("x", 5)
    thread.join()
    assert (result.rc, result.out) == (3, "out\n")


def test_two_commands_in_a_row(line):
    agent, theirs = line
    theirs.sendall(b"one\n@done 1 0\ntwo\n@done 2 0\n")
    assert agent.run("x", 5).out == "one"
    assert agent.run("x", 5).out == "two"


def test_check_names_the_command_and_its_output(line):
    agent, theirs = line
    theirs.sendall(b"no such device\n\n@done 1 1\n")
    with pytest.raises(LabError, match="'bind it' returned 1: no such device"):
        agent.run("bind it", 5).check()


def test_silence_is_an_error(line):
    agent, _ = line
    with pytest.raises(AgentError, match="no end of 'sleep 9' within 0.05 s"):
        agent.run("sleep 9", 0.05)


def test_a_trickle_does_not_extend_the_limit(line):
    agent, theirs = line
    stop = threading.Event()

    def trickle():
        while not stop.wait(0.01):
            theirs.sendall(b".")

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        with pytest.raises(AgentError, match="within 0.2 s"):
            agent.run("yes", 0.2)
    finally:
        stop.set()
        thread.join()


def test_end_of_the_machine(line):
    agent, theirs = line
    thread = answer(theirs)
    thread.join(0)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(AgentError, match="the machine ended"):
        agent.run("x", 5)
    thread.join()


def test_a_command_is_one_line(line):
    agent, _ = line
    with pytest.raises(ValueError, match="one line"):
        agent.run("a\nb", 5)
