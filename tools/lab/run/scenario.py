# SPDX-License-Identifier: GPL-2.0
"""`./lab run [--timeout S] SCRIPT.py`: play a scenario of your own.

The script is Python, run as a program; the lab is its library:

    from run.scenario import boot

    with boot("rcar-s4") as lab:
        lab.ep.do("uname -a")       a command on the endpoint; LabError if it fails
        lab.start_host()            once the endpoint has started its link
        lab.host.run("lspci").out   a command on the host, whatever becomes of it
        lab.ctl.cmd("status")       a command of the emulated controller
        lab.ctl.counters()          what crossed the link

boot() gives a Lab (lab.py), ready to configure; module dma has the commands of the
DMA function. In the end no log may have a bad line, and no rule of the bus may be
broken but in lab.provoking().

The exit status is the script's: 0, what it gives sys.exit(), 1 when it raises or when
it leaves machines behind, 124 when it takes longer than S seconds (600), its threads
included. Whatever
happens, all machines are ended, and the logs stay.
"""

import argparse
import contextlib
import linecache
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

from . import options
from .artifacts import Artifacts, run_folder
from .errors import LabError, last_words
from .lab import Lab
from .process import Process
from .setup import Setup

TIMEOUT = 600
OVERDUE = 124

# How long a script that is overdue may take to unwind
_GRACE = 30

_made = 0


def boot(board: str = "rcar-s4", kernels: str = "", **changes: object) -> Lab:
    """A lab for a `with`; `changes` are values of the Setup that differ.

    kernels: `base` or `next`, the latter by default if there is one. A board that
    the user chose on the command line wins. The logs are in lab.workdir, a folder
    of the lab's own.
    """
    global _made
    _made += 1
    artifacts = Artifacts.load()
    setup = Setup(**changes)
    return Lab(
        options.board(board),
        artifacts.kernels(setup.kernels(kernels or artifacts.best_kernels())),
        run_folder(f"lab-{_made}"),
        artifacts=artifacts,
        setup=setup,
    )


class Stopped(BaseException):
    """The script has to end: with `status`, and this is why. No Exception, so that it
    does not catch it by chance.
    """

    def __init__(self, status: int, why: str):
        super().__init__(why)
        self.status = status


# What the script was told, whatever it made of it
_stopped: Stopped | None = None


def _stop(status: int, why: str) -> None:
    global _stopped
    _stopped = Stopped(status, why)
    # Should unwinding hang as well, the second alarm ends everything
    signal.signal(signal.SIGALRM, _on_second_alarm)
    signal.alarm(_GRACE)
    raise _stopped


def _stop_in(timeout: int) -> None:
    """Seconds from now, or when a signal comes."""

    def on_alarm(number: int, frame: FrameType | None) -> None:
        _stop(OVERDUE, f"not over after {timeout} s")

    def on_signal(number: int, frame: FrameType | None) -> None:
        _stop(128 + number, f"ended by {signal.Signals(number).name}")

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(timeout)


def _on_second_alarm(number: int, frame: FrameType | None) -> None:
    end_all()
    # Not through the buffers: the script may be in the middle of a line
    os.write(2, f"\nrun: {_stopped}, and it does not let go\n".encode())
    os._exit(_stopped.status)


def _wait_for_threads() -> None:
    """As Python does in the end, but here the time is limited."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()


def end_all() -> list[str]:
    """End what is still running. Returns the names."""
    left = list(Process.running)
    for process in left:
        process.end()
    return [process.name for process in left]


def _status(code: object) -> int:
    """Of sys.exit(CODE), as Python itself understands it."""
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _show(error: BaseException, path: Path) -> None:
    """The traceback, as far as it is the script's own: of the lab, whose errors say
    what is wrong, there is none of what it did then.
    """
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != str(path):
        frames = frames.tb_next
    said = traceback.TracebackException(type(error), error, frames)
    if isinstance(error, LabError):
        # Some of it is called by what makes a `with` of a function
        ours = (f"{Path(__file__).parent}/", contextlib.__file__)
        said.stack[:] = [f for f in said.stack if not f.filename.startswith(ours)]
    print("".join(said.format()), end="", file=sys.stderr)


def _execute(path: Path) -> int:
    try:
        code = compile(path.read_bytes(), str(path), "exec")
        exec(code, {"__name__": "__main__", "__file__": str(path)})
    except SystemExit as end:
        return _status(end.code)
    except Exception as error:
        _show(error, path)
        return 1
    return 0


def play(path: Path, timeout: int) -> int:
    """Run the script; the exit status as above."""
    linecache.checkcache(str(path))
    sys.argv = [str(path)]
    sys.path.insert(0, str(path.parent))
    _stop_in(timeout)
    try:
        status = _execute(path)
        _wait_for_threads()
    except Stopped:
        pass
    finally:
        signal.alarm(0)
        left = end_all()
    if _stopped:
        print(f"run: {path.name}: {_stopped}", file=sys.stderr)
        status = _stopped.status
    if left:
        names = ", ".join(left)
        print(f"run: {path.name} left behind, and ended: {names}", file=sys.stderr)
    return status or (1 if left else 0)


def seconds(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= 86400:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds")
    return int(text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="run", description="play a scenario")
    parser.add_argument("--timeout", type=seconds, default=TIMEOUT)
    parser.add_argument("script", type=Path)
    options = parser.parse_args()
    if not options.script.is_file():
        print(f"run: no script {options.script}", file=sys.stderr)
        return 2
    try:
        return play(options.script, options.timeout)
    except LabError as error:
        print(last_words(error, "run"), file=sys.stderr)
        return 1


def leave(status: int) -> NoReturn:
    """End, also with a thread of the script that does not."""
    if _stopped:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    leave(main())
