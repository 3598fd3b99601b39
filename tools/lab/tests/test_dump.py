# SPDX-License-Identifier: GPL-2.0
"""The program of tools/pci that prints a block, on dumps and on files like sysfs's.

It needs no kernel: the blocks are in expected/block-*.hex, and what they say in the
.txt beside them.
"""

import subprocess
from pathlib import Path

import block_dump
import pytest

EXPECTED = Path(__file__).parent / "expected"
BLOCKS = sorted(path.stem for path in EXPECTED.glob("block-*.hex"))
PLACE = slice(0x20, 0x24)
LONG = 1 << 21


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return block_dump.build(tmp_path_factory.mktemp("dump"))


def bar_with(name: str) -> bytearray:
    """What a BAR shows up to the end of that block."""
    block = bytes.fromhex((EXPECTED / f"{name}.hex").read_text())
    offset = int.from_bytes(block[PLACE], "little") & ~7
    return bytearray(offset) + block


def sysfs(folder: Path, shown: bytes, lengths: dict[int, int]) -> Path:
    """resource0 that begins like this, and files as long as the other BARs."""
    for bar, length in lengths.items():
        with open(folder / f"resource{bar}", "wb") as file:
            file.truncate(length)
    with open(folder / "resource0", "r+b") as file:
        file.write(shown)
    return folder / "resource0"


@pytest.mark.parametrize("name", BLOCKS)
def test_dump(program: Path, tmp_path: Path, name: str):
    dump = tmp_path / "dump"
    dump.write_bytes(bar_with(name))
    assert block_dump.show(program, dump) == (EXPECTED / f"{name}.txt").read_text()


def test_resource(program: Path, tmp_path: Path):
    """In sysfs the file's name says which BAR it is, and the others are known."""
    lengths = {0: LONG, 2: LONG, 4: 4096}
    file = sysfs(tmp_path, bar_with("block-own-bars"), lengths)
    expected = (EXPECTED / "block-own-bars.txt").read_text()
    assert block_dump.show(program, file) == expected


def refusal(program: Path, *arguments: str | Path) -> tuple[int, str]:
    """Exit status and the line that says why; nothing else is said."""
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return done.returncode, line.removeprefix(f"{program.name}: ")


@pytest.mark.parametrize(
    "at, word, why",
    [
        (0x00, 0, "no block found (magic)"),
        (0x00, 0xFFFFFFFF, "link down, all ones read (magic)"),
        (0x04, 2, "newer than is known here (version)"),
        (0x0C, 545, "malformed (total_len)"),
        (0x0C, 0x7FFFFFF8, "malformed (total_len)"),
        (0x10, 0xFFFFFFFF, "link down, all ones read (generation)"),
        (0x14, 0, "changed while it was read (state)"),
        (0x20, 0x1000, "no block found (magic)"),
        (0x24, 4, "needs a feature that is not known here (incompat)"),
        (0x2C, 9, "not supported here (layout)"),
        (0x48, 0x9FC, "malformed (regs.size)"),
    ],
)
def test_refusal(program: Path, tmp_path: Path, at: int, word: int, why: str):
    shown = bar_with("block-own-bars")
    shown[at : at + 4] = word.to_bytes(4, "little")
    dump = tmp_path / "dump"
    dump.write_bytes(shown)
    assert refusal(program, dump) == (1, f"{dump}: {why}")


def test_ones_behind_words(program: Path, tmp_path: Path):
    """As the kernel has it: what answers at its start has a link."""
    dump = tmp_path / "dump"
    dump.write_bytes(bytes(4096) + b"\xff" * 4096)
    assert refusal(program, dump) == (1, f"{dump}: no block found (magic)")


@pytest.mark.parametrize("missing", [1, 4, 0x100, 0x160])
def test_cut_off(program: Path, tmp_path: Path, missing: int):
    shown = bar_with("block-own-bars")
    dump = tmp_path / "dump"
    dump.write_bytes(shown[:-missing])
    why = (
        f"{len(shown) - missing} bytes are too short for a block"
        if len(shown) - missing < 0xC0
        else "malformed (total_len)"
    )
    assert refusal(program, dump) == (1, f"{dump}: {why}")


def test_bar_too_short(program: Path, tmp_path: Path):
    """What a dump cannot tell: the registers are behind the end of their BAR."""
    lengths = {0: LONG, 2: 0x800, 4: 4096}
    file = sysfs(tmp_path, bar_with("block-own-bars"), lengths)
    assert refusal(program, file) == (1, f"{file}: malformed (regs.size)")


def test_block_of_another_bar(program: Path, tmp_path: Path):
    shown = bar_with("block-own-bars")
    shown[PLACE] = (2).to_bytes(4, "little")
    file = sysfs(tmp_path, shown, {0: LONG, 2: LONG, 4: 4096})
    assert refusal(program, file) == (1, f"{file}: no block found (magic)")


def test_no_file(program: Path, tmp_path: Path):
    missing = tmp_path / "missing"
    assert refusal(program, missing) == (1, f"{missing}: No such file or directory")
    assert refusal(program, tmp_path) == (1, f"{tmp_path}: not a file")


@pytest.mark.parametrize("arguments", [(), ("a", "b"), ("--help",)])
def test_usage(program: Path, arguments: tuple[str, ...]):
    done = subprocess.run([program, *arguments], capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"usage: ")
