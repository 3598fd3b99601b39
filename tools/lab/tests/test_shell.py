# SPDX-License-Identifier: GPL-2.0
"""`./lab shell`: what a person has who sits in front of it.

The person is a pseudo-terminal: keys go in there, and what the panes show is asked
of their tmux.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# What the program boots is what the front door built
pytestmark = [pytest.mark.usefixtures("artifacts"), pytest.mark.needs("next")]

HANG = 120

UP, CTRL_C, CTRL_D, CTRL_Z = "\x1b[A", "\x03", "\x04", "\x1a"


class Person:
    """`./lab shell` on a terminal; its panes are endpoint, host and model."""

    def __init__(
        self,
        folder: Path,
        side: str = "ep",
        kernels: str = "next",
        gdb: str = "",
        **environment: str,
    ):
        self.folder = folder
        self.said = b""
        self._tmux = folder / "shell/doors/tmux"
        self._terminal, ours = pty.openpty()
        env = {**os.environ, "LAB_RUN": str(folder), "TERM": "xterm-256color"}
        command = [sys.executable, "-m", "run.shell", side, kernels, gdb]
        with open(ours, "r+b", buffering=0) as end:
            self._program = subprocess.Popen(
                ["setsid", "--ctty", *command],
                stdin=end,
                stdout=end,
                stderr=end,
                env=env | environment,
            )
        self.resize(50, 160)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while data := os.read(self._terminal, 65536):
                self.said += data
        except OSError:
            pass

    def resize(self, rows: int, columns: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def tmux(self, *command: str) -> str:
        return subprocess.run(
            ["tmux", "-S", str(self._tmux), *command],
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    def go_to(self, pane: int) -> None:
        self.tmux("select-pane", "-t", f"lab:0.{pane}")

    def screen(self, pane: int) -> str:
        return self.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", f"lab:0.{pane}")

    def sees(self, pane: int, pattern: str) -> re.Match[str]:
        """Wait until a pane shows it."""
        end = time.monotonic() + HANG
        while True:
            text = self.screen(pane)
            found = re.search(pattern, text, re.M)
            if found:
                return found
            assert self._program.poll() is None, self.said.decode()
            assert time.monotonic() < end, f"no '{pattern}' in:\n{text}"
            time.sleep(0.1)

    def presses_until(self, pane: int, keys: str, pattern: str) -> None:
        """Press them again and again, until the pane shows it."""
        end = time.monotonic() + HANG
        while not re.search(pattern, self.screen(pane), re.M):
            assert time.monotonic() < end, f"no '{pattern}': {self.screen(pane)}"
            self.press(keys)
            time.sleep(0.5)

    def pane_size(self, pane: int, columns: int) -> str:
        """`ROWS COLUMNS` of a pane, once the window has these columns."""
        size = "#{window_width}:#{pane_height} #{pane_width}"
        end = time.monotonic() + HANG
        while True:
            said = self.tmux("display", "-p", "-t", f"lab:0.{pane}", size).strip()
            window, _, wanted = said.partition(":")
            if window == str(columns):
                return wanted
            assert time.monotonic() < end, said
            time.sleep(0.1)

    def waits_for_the_end(self) -> int:
        """Exit status of the program."""
        return self._program.wait(HANG)

    def is_sent_away(self) -> None:
        """End the program if it still runs."""
        self._program.terminate()
        self.waits_for_the_end()


def processes(folder: Path) -> list[str]:
    """Those that were started for a run in this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if f"LAB_RUN={folder}".encode() in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:
            pass
    return found


def assert_gone(folder: Path) -> None:
    """What is told to end does so in its time."""
    end = time.monotonic() + HANG
    while left := processes(folder):
        assert time.monotonic() < end, left
        time.sleep(0.1)


@contextmanager
def person(folder: Path, *words: str, **environment: str) -> Iterator[Person]:
    """Somebody who leaves nothing behind."""
    one = Person(folder, *words, **environment)
    try:
        yield one
    finally:
        one.is_sent_away()
    assert_gone(folder)


@pytest.fixture(scope="module")
def seated(logs: Path) -> Iterator[Person]:
    """Somebody in front of two machines that are bound."""
    with person(logs / "shell-panes") as one:
        one.sees(0, r"^endpoint:~# $")
        one.sees(1, r"^host:~# $")
        one.sees(2, r"^model> $")
        yield one
        one.tmux("kill-server")
        assert one.waits_for_the_end() == 0


ENDPOINT, HOST, MODEL, GDB = 0, 1, 2, 3


@pytest.mark.parametrize("pane", [ENDPOINT, HOST])
def test_the_shell_keeps_its_state(seated: Person, pane: int):
    seated.go_to(pane)
    seated.press("cd /tmp; word=kept\r")
    seated.press("pwd; echo $word-$?\r")
    seated.sees(pane, r"^/tmp\nkept-0$")


@pytest.mark.parametrize("pane", [ENDPOINT, HOST])
def test_ctrl_c_ends_the_command_and_not_the_machine(seated: Person, pane: int):
    seated.go_to(pane)
    # Said by what has the terminal by then
    seated.press("sh -c \"echo st''arts; exec sleep 1000\"; echo not''here\r")
    seated.sees(pane, r"^starts$")
    seated.press(CTRL_C)
    seated.press("echo status-$?\r")
    seated.sees(pane, r"^status-130$")
    assert "nothere" not in seated.screen(pane)


def test_a_job_goes_to_the_background(seated: Person):
    seated.go_to(HOST)
    seated.press("sleep 1000\r")
    seated.presses_until(HOST, CTRL_Z, r"Stopped +sleep 1000")
    # By itself: the shell hears of the job that goes on, and what it is about to say
    # at that moment may be lost
    seated.press("bg\r")
    seated.sees(HOST, r"^\[1\] sleep 1000$")
    seated.press("jobs; kill %1; wait; echo g''one\r")
    seated.sees(HOST, r"Running +sleep 1000(.*\n)*gone$")


def test_history_and_line_editing(seated: Person):
    seated.go_to(HOST)
    seated.press("echo fi''rst\r")
    seated.sees(HOST, r"^first$")
    # Back to the quotes, one letter less, one more
    seated.press(UP + "\x1b[D" * 5 + "\x08" + "xy" + "\r")
    seated.sees(HOST, r"^fxyrst$")


def test_both_machines_are_bound(seated: Person):
    seated.go_to(HOST)
    seated.press("ls /sys/class/dma | wc -l\r")
    seated.sees(HOST, r"^8$")


def test_the_window_has_the_size_of_the_pane(seated: Person):
    seated.go_to(HOST)
    for rows, columns in ((40, 120), (50, 160)):
        seated.resize(rows, columns)
        wanted = seated.pane_size(HOST, columns)
        seated.presses_until(HOST, "stty size\r", f"^{wanted}$")


def test_the_model_answers(seated: Person):
    seated.go_to(MODEL)
    seated.press("status\r")
    seated.sees(MODEL, r"^link up$")
    seated.press("counters rse\r")
    seated.sees(MODEL, r"counters takes 'reset', not 'rse'$")
    seated.press(UP + "\x08" * 3 + "reset\r")
    seated.sees(MODEL, r"^model> counters reset\nhost\.cfg\.read [1-9]")


def test_the_model_names_its_commands(seated: Person):
    seated.go_to(MODEL)
    seated.press("help\r")
    seated.sees(MODEL, r"^link up\|down$")
    seated.press("coun\t\r")
    seated.sees(MODEL, r"^host\.mem\.read +\d+")


def test_ctrl_c_gives_up_a_wait(seated: Person):
    seated.go_to(MODEL)
    seated.press("wait linkup 1\r")
    seated.press("link down\rwait linkup 1000\r")
    seated.sees(MODEL, r"^model> wait linkup 1000$")
    seated.press(CTRL_C)
    seated.sees(MODEL, r"\^C\nmodel> $")
    seated.press("link up\r")
    seated.sees(MODEL, r"^model> link up\nmodel> $")


# The ways out: nothing is left, and the logs of the consoles are.


@pytest.mark.parametrize(
    "side, pane, keys",
    [
        ("ep", ENDPOINT, CTRL_D),
        ("host", HOST, "exit\r"),
        ("host", MODEL, CTRL_D),
        ("ep", ENDPOINT, "\x02d"),
    ],
    ids=["ctrl-d", "exit", "model", "detach"],
)
def test_leaving_ends_everything(tmp_path: Path, side: str, pane: int, keys: str):
    with person(tmp_path, side) as one:
        prompt = [r"^endpoint:~# $", r"^host:~# $", r"^model> $"]
        for number, text in enumerate(prompt):
            one.sees(number, text)
        if pane != MODEL:
            active = one.tmux("display", "-p", "#{pane_index}")
            assert int(active) == pane
        one.go_to(pane)
        one.press(keys)
        assert one.waits_for_the_end() == 0
        assert_gone(tmp_path)
    assert "Linux version" in (tmp_path / "shell/host.console").read_text()
    assert not (tmp_path / "shell/doors").exists()


def test_a_crash_can_be_read(tmp_path: Path):
    with person(tmp_path, "ep") as one:
        one.sees(ENDPOINT, r"^endpoint:~# $")
        one.press("echo c > /proc/sysrq-trigger\r")
        one.sees(ENDPOINT, r"the endpoint has ended; Enter ends the lab")
        assert "Kernel panic - not syncing" in one.screen(ENDPOINT)
        one.press("\r")
        assert one.waits_for_the_end() == 0


@pytest.mark.needs("base")
def test_without_the_series_the_host_waits_for_a_link(tmp_path: Path):
    """A driver of one's own is configured first."""
    functions, controller = (
        f"/sys/kernel/config/pci_ep/{name}" for name in ("functions", "controllers")
    )
    with person(tmp_path, "ep", "base") as one:
        one.sees(HOST, r"^The host boots when the endpoint has started its link\.$")
        one.sees(ENDPOINT, r"^endpoint:~# $")
        one.press(f"cd {functions}/pci_epf_test; mkdir f\r")
        one.press(f"ln -s $PWD/f {controller}/dw-ep-lab/\r")
        one.press(f"echo 1 > {controller}/dw-ep-lab/start\r")
        one.sees(HOST, r"^host:~# $")
        one.go_to(HOST)
        one.press("lspci -n | wc -l; exit\r")
        assert one.waits_for_the_end() == 0


def test_a_terminal_that_holds_no_panes(tmp_path: Path):
    with person(tmp_path, TERM="dumb") as one:
        assert one.waits_for_the_end() == 1
        assert b"TERM is dumb" in one.said


@pytest.mark.all
@pytest.mark.needs("gdb.host")
def test_gdb_stops_the_kernel(tmp_path: Path):
    """The host is halted in a function of its kernel, and goes on."""
    with person(tmp_path, "host", "next", "host") as one:
        one.sees(HOST, r"^host:~# $")
        one.sees(GDB, r"^\(gdb\) $")
        # Sources are there for ./lab shell, not for its test
        assert not re.search(r"warning: (?!\d+\s+/src/)", one.screen(GDB))
        one.go_to(GDB)
        one.press("break dw_edma_pcie_remove\r")
        one.sees(GDB, r"^Breakpoint 1 at .*: file .*dw-edma-pcie\.c, line \d+\.$")
        one.press("continue\r")
        one.sees(GDB, r"^Continuing\.$")
        one.go_to(HOST)
        one.press("cd /sys/bus/pci/drivers/dw-edma-pcie\r")
        one.press("echo 0000:* > unbind; echo status-$?\r")
        one.sees(GDB, r"^Breakpoint 1, dw_edma_pcie_remove \(")
        one.go_to(GDB)
        one.press("backtrace 8\r")
        one.sees(GDB, r"^#0 +dw_edma_pcie_remove ")
        one.sees(GDB, r"^#\d+ .* unbind_store ")
        assert not re.search(r"^status-\d", one.screen(HOST), re.M)
        one.press("delete 1\rcontinue\r")
        one.sees(HOST, r"^status-0$")
        one.press(CTRL_C)
        one.sees(GDB, r"received signal SIGINT(?s:.*)^\(gdb\) $")
        one.press("kill\rquit\r")


def test_commands_from_a_pipe(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "run.shell", "host", "next", ""],
        input="uname -m\nfalse\nls /sys/class/dma | wc -l\nexit\nuname -s\n",
        env={**os.environ, "LAB_RUN": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.endswith(
        "host# uname -m\nx86_64\n"
        "host# false\nexit status 1\n"
        "host# ls /sys/class/dma | wc -l\n8\n"
        "host# exit\n"
    )
    assert_gone(tmp_path)
