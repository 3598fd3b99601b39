# SPDX-License-Identifier: GPL-2.0
"""The agent's protocol against a scripted guest."""

import shlex
import socket
import threading
import time

import pytest
from run import LabError
from run.agent import Agent, AgentError
from run.machine import Machine


@pytest.fixture
def line():
    """The agent and the guest's end of its line."""
    ours, theirs = socket.socketpair()
    agent = Agent(ours, first=1)
    yield agent, theirs
    agent.close()
    theirs.close()


def answer(theirs: socket.socket, *pieces: bytes, pause: float = 0) -> threading.Thread:
    """Send `pieces` one by one as soon as a command arrived."""

    def guest():
        theirs.recv(4096)
        for piece in pieces:
            theirs.sendall(piece)
            time.sleep(pause)

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
    assert theirs.recv(100) == b"answer 1 'echo a b'\n"


def test_quotes_of_a_command(line):
    agent, theirs = line
    theirs.sendall(b"\n@done 1 0\n")
    command = """echo 'a  b' "c" $d \\e"""
    agent.run(command, 5)
    words = shlex.split(theirs.recv(100).decode())
    assert words == ["answer", "1", command]


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
    thread = answer(theirs, *(data[i : i + 1] for i in range(len(data))), pause=0.01)
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


def test_machine_that_ended_before(line):
    agent, theirs = line
    theirs.close()
    for _ in range(2):
        with pytest.raises(AgentError, match="the line broke|the machine ended"):
            agent.run("x", 5)


def test_line_that_takes_no_command(line):
    """Nobody reads it any more."""
    agent, _ = line
    with pytest.raises(AgentError, match="no end of 'x+' within 0.2 s"):
        agent.run("x" * 10_000_000, 0.2)


@pytest.mark.parametrize("rest", [b"", b"rest\n@ready 1\n"])
def test_answer_that_comes_late_is_not_the_next_ones(line, rest):
    agent, theirs = line
    theirs.sendall(b"one")
    with pytest.raises(AgentError, match="no end of 'slow'"):
        agent.run("slow", 0.05)
    with pytest.raises(AgentError, match="no end of 'behind it'"):
        agent.run("behind it", 0.05)
    theirs.sendall(rest + b"\n@done 1 0\ntwo\n@done 2 0\nthree\n@done 3 7\n")
    result = agent.run("x", 5)
    assert (result.rc, result.out) == (7, "three")
    theirs.sendall(b"\n@done 3 0\n\n@done 4 0\n")
    assert agent.run("what an earlier command said", 5).out == "\n@done 3 0\n"


def test_threads_take_turns(line):
    agent, theirs = line

    def guest():
        """Answers all at once that has come in a while."""
        while data := theirs.recv(4096).decode():
            time.sleep(0.05)
            asked = map(str.split, data.splitlines())
            theirs.sendall(
                b"".join(b"%a\n@done %a 0\n" % (c, int(n)) for _, n, c in asked)
            )
            time.sleep(0.05)

    def ask(name: str):
        for _ in range(5):
            said[name].append(agent.run(name, 5).out)

    said = {"one": [], "two": []}
    threads = [threading.Thread(target=ask, args=[name]) for name in said]
    server = threading.Thread(target=guest)
    for thread in (server, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    agent.close()
    server.join()
    assert said == {name: [repr(name)] * 5 for name in said}


def test_turn_that_does_not_come(line):
    agent, theirs = line
    hung = threading.Thread(target=lambda: agent.run("hung", 5))
    hung.start()
    theirs.recv(100)
    with pytest.raises(AgentError, match="no end of 'x' within 0.05 s"):
        agent.run("x", 0.05)
    theirs.sendall(b"\n@done 1 0\n")
    hung.join()


def test_megabytes_of_output(line):
    """In small pieces, as a serial line brings them."""
    agent, theirs = line
    piece = b"\n@done 2 0 is not the end\n" * 64
    count = (32 << 20) // len(piece)
    thread = answer(theirs, *[piece] * count, b"\n@done 1 0\n")
    start = time.process_time()
    out = agent.run("x", 300).out
    thread.join()
    assert len(out) == count * len(piece)
    assert time.process_time() - start < 20


def test_bytes_that_are_no_text(line):
    agent, theirs = line
    theirs.sendall(bytes(range(256)) + b"\n@done 1 0\n")
    said = agent.run(b"echo \xff".decode(errors="surrogateescape"), 5).out
    assert theirs.recv(100) == b"answer 1 'echo \xff'\n"
    assert said.startswith("\0\1\2") and "\ufffd" in said


def test_output_does_not_know_the_number_of_its_command(tmp_path):
    """As a guest's program that prints the runner's own words."""
    guest = (
        "read -r _ n _ <&{0}; i=0; while [ $i -le 1000 ]; do"
        ' printf "\\n@done $i 0\\n" >&{0}; i=$((i + 1)); done;'
        ' printf "\\n@done $n 3\\n" >&{0}'
    )
    machine = Machine("ep", lambda _, fd: ["bash", "-c", guest.format(fd)], tmp_path)
    try:
        assert machine.run("x", 60).rc == 3
    finally:
        machine.end()


def test_a_command_is_one_line(line):
    agent, _ = line
    with pytest.raises(ValueError, match="one line"):
        agent.run("a\nb", 5)
