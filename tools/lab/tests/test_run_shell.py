# SPDX-License-Identifier: GPL-2.0
"""What `./lab shell` is put together from, without machines."""

from pathlib import Path

import pytest
from run import LabError, debugger, qemu, terminal

KERNEL, INITRAMFS, LOG = Path("/k"), Path("/i"), Path("/w/x.console")


def command(side: str, doors: qemu.Doors) -> list[str]:
    if side == "ep":
        return qemu.endpoint(KERNEL, INITRAMFS, LOG, 7, None, doors=doors)
    return qemu.host(KERNEL, INITRAMFS, LOG, 7, [], doors=doors)


@pytest.mark.parametrize("side", ["ep", "host"])
def test_doors_are_shut_without_being_asked_for(side: str):
    argv = command(side, qemu.NO_DOORS)
    assert "file,id=console,path=/w/x.console" in argv
    assert "-gdb" not in argv
    assert not any("server=on" in word for word in argv)


@pytest.mark.parametrize("side", ["ep", "host"])
def test_doors_leave_the_log_of_the_console(side: str):
    argv = command(side, qemu.Doors(console=Path("/d/c"), gdb=Path("/d/g")))
    console = argv[argv.index("chardev:console") - 2]
    assert console == (
        "socket,id=console,path=/d/c,server=on,wait=off,logfile=/w/x.console"
    )
    at = argv.index("-gdb")
    assert argv[at - 1 : at + 2] == [
        "socket,id=gdb,path=/d/g,server=on,wait=off",
        "-gdb",
        "chardev:gdb",
    ]


def test_gdb_knows_the_modules_that_are_loaded(tmp_path: Path):
    for name in ("dw-ep-lab.ko", "lab-host-buf.ko"):
        (tmp_path / name).touch()
    assert debugger.symbols("dw_ep_lab 0xffff8000\nloop 0x1\n", tmp_path) == [
        f"add-symbol-file {tmp_path}/dw-ep-lab.ko 0xffff8000"
    ]
    assert debugger.symbols("", tmp_path) == []


@pytest.mark.parametrize(
    "name, used",
    [
        ("screen", "screen"),
        ("vt100", "vt100"),
        ("xterm-of-tomorrow", "xterm-256color"),
        ("", "xterm-256color"),
    ],
)
def test_the_name_of_the_terminal(monkeypatch: pytest.MonkeyPatch, name, used):
    monkeypatch.setenv("TERM", name)
    assert terminal.terminal_name() == used


def test_a_terminal_that_cannot_move_its_cursor(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(LabError, match="TERM is dumb"):
        terminal.terminal_name()


def test_tmux_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tmux = tmp_path / "tmux"
    tmux.write_text("#!/bin/sh\necho no terminals left >&2\nexit 3\n")
    tmux.chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(LabError) as caught:
        terminal.Terminal(folder)
    assert str(caught.value).startswith("tmux: exited with status 3; ")
    assert "no terminals left" in str(caught.value)
