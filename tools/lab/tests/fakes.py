# SPDX-License-Identifier: GPL-2.0
"""A model and machines that are small programs: for tests of what the runner does
when one of them fails, in a moment and without anything built.

The machines run their commands where the test runs. The model takes the real one's
commands, which its log has then, knows no endpoint, and can be told with `break RULE`
that a rule of the bus was broken.
"""

import json
import os
import sys
from pathlib import Path

import pytest

_MODEL = """#!{python}
import os, signal, socket, sys
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
print("serving", *sys.argv[9:], flush=True)
server = socket.socket(socket.AF_UNIX)
server.bind(options["--control"] + ".new")
server.listen()
for path in (options["--ep"], options["--host"].replace("%d", "0")):
    open(path, "w").close()
os.rename(options["--control"] + ".new", options["--control"])
broken = {{"app": 0, "unmapped": 0}}
line = server.accept()[0].makefile("rw")
for command in line:
    print(command, end="", flush=True)
    words = command.split()
    if words == ["seed"]:
        print(1, file=line)
    if words[:1] == ["counters"]:
        for rule, count in broken.items():
            print("violation." + rule, count, 0, file=line)
        if words[1:] == ["reset"]:
            broken = dict.fromkeys(broken, 0)
    if words[:1] == ["break"]:
        broken[words[1]] += 1
    if words == ["quit"]:
        break
    if words == ["crash"]:
        signal.signal(signal.SIGTERM, lambda *_: os.abort())
    print("ok", file=line, flush=True)
signal.pause()
"""

# Its modules load without being there
_QEMU = """#!/bin/bash
for word; do
    case $word in
    file,id=console,path=*) echo "Linux version" >"${word##*=}" ;;
    socket,id=agent,fd=*) fd=${word##*=} ;;
    esac
done
printf '\\n@ready fake\\n' >&$fd
answer() {
    case $2 in
    *insmod*) true ;;
    *) (eval "shift 2; $2") </dev/null >&$fd 2>&1 ;;
    esac
    printf '\\n@done %s %s\\n' "$1" $? >&$fd
}
while read -r line <&$fd; do eval "$line"; done
"""

BOARD = "rcar-s4"


def make(folder: Path) -> dict[str, str]:
    """Programs and artifacts in `folder`; returns the environment that has them."""
    boards = folder / "boards"
    programs = folder / "bin"
    for new in (boards, programs):
        new.mkdir()
    for board in (BOARD, "rk3588"):
        (boards / board).touch()
    texts = {
        "epmodel": _MODEL.format(python=sys.executable),
        "qemu-system-aarch64": _QEMU,
        "qemu-system-x86_64": _QEMU,
    }
    for name, text in texts.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    paths = {"model": str(programs / "epmodel"), "boards": str(boards)}
    for name in ("ep.base", "host.base", "ep.next", "host.next"):
        paths |= {f"{name}.image": "/dev/null", f"{name}.initramfs": "/dev/null"}
    for side in ("ep", "host"):
        paths[f"{side}.selftest.initramfs"] = "/dev/null"
    (folder / "artifacts.json").write_text(json.dumps(paths))
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LAB_ARTIFACTS": str(folder),
        "LAB_RUN": str(folder),
    }


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder; for this test, and the programs that it starts, they are the lab."""
    for name, value in make(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path
