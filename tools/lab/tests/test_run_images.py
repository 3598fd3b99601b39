# SPDX-License-Identifier: GPL-2.0
"""mkinitramfs: what is in an image, that it is reproducible, how it refuses."""

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs("base")

GUEST = Path(__file__).parents[1] / "guest"


@pytest.fixture
def make(artifacts, tmp_path):
    """make(OPTION...): run mkinitramfs; returns its result, image is tmp_path/out."""
    generator = artifacts.path("ep.base.obj") / "usr/gen_init_cpio"
    busybox = tmp_path / "busybox"
    busybox.write_text("a busybox")

    def run(*options: str, gen: Path = generator):
        base = ["-g", gen, "-b", busybox, "-o", tmp_path / "out"]
        return subprocess.run(
            [GUEST / "mkinitramfs", *base, *options], capture_output=True, text=True
        )

    return run


def names(image: Path) -> list[str]:
    with open(image, "rb") as data:
        out = subprocess.run(
            ["cpio", "-t", "--quiet"], stdin=data, capture_output=True, text=True
        )
    return out.stdout.splitlines()


def test_minimal_image(make, tmp_path):
    assert make().returncode == 0
    assert {"init", "bin/busybox", "dev/console"} <= set(names(tmp_path / "out"))


def test_added_file_and_program(make, tmp_path):
    module = tmp_path / "a.ko"
    module.write_text("a module")
    result = make("-f", f"/modules/a.ko={module}", "-p", "/usr/bin/lspci")
    assert result.returncode == 0, result.stderr
    content = names(tmp_path / "out")
    assert "modules/a.ko" in content
    assert "bin/lspci" in content
    assert "lib64/ld-linux-x86-64.so.2" in content
    assert any(name.startswith("lib/libpci.so") for name in content)
    assert len(content) == len(set(content))


def test_added_folder(make, tmp_path):
    """Whole, with folders of folders; a folder stands before what is in it."""
    root = tmp_path / "root"
    (root / "7.0/kernel/a").mkdir(parents=True)
    (root / "7.0/modules.dep").write_text("none")
    (root / "7.0/kernel/a/a.ko").write_text("a module")
    result = make("-d", f"/lib/modules={root}")
    assert result.returncode == 0, result.stderr
    content = names(tmp_path / "out")
    added = [name for name in content if name.startswith("lib/modules")]
    assert added == [
        "lib/modules",
        "lib/modules/7.0",
        "lib/modules/7.0/kernel",
        "lib/modules/7.0/kernel/a",
        "lib/modules/7.0/kernel/a/a.ko",
        "lib/modules/7.0/modules.dep",
    ]


def test_same_input_same_image(make, tmp_path):
    image = tmp_path / "out"
    make("-p", "/usr/bin/lspci")
    first = image.read_bytes()
    (tmp_path / "busybox").touch()
    make("-p", "/usr/bin/lspci")
    assert image.read_bytes() == first


@pytest.mark.parametrize(
    "options, message",
    [
        (["-f", "/modules/a.ko=/no/such.ko"], "/no/such.ko: no such file"),
        (["-p", "/no/such/program"], "/no/such/program: no such file"),
        (["-f", "modules/a.ko=/etc/passwd"], "mkinitramfs -g"),
        (["-f", "/modules/a.ko"], "mkinitramfs -g"),
        (["-d", "/lib/modules=/no/such"], "/no/such: no such folder"),
        (["-d", "lib/modules=/etc"], "mkinitramfs -g"),
        (["-x"], "mkinitramfs -g"),
        (["more"], "mkinitramfs -g"),
    ],
)
def test_refusals_leave_nothing(make, tmp_path, options, message):
    result = make(*options)
    assert result.returncode != 0
    assert message in result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["busybox"]


def test_generator_that_is_not_there(make, tmp_path):
    result = make(gen=tmp_path / "none")
    assert result.returncode == 1
    assert "none: not a program" in result.stderr


def test_generator_that_fails(make, tmp_path):
    generator = tmp_path / "gen"
    generator.write_text("#!/bin/sh\nexit 3\n")
    generator.chmod(0o755)
    assert make(gen=generator).returncode != 0
    assert not list(tmp_path.glob("out*"))
