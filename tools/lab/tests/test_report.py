# SPDX-License-Identifier: GPL-2.0
"""`./lab report`: everything that helps, and nothing that tells who sent it."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from front_door import HANG, LAB, program

HOME = "/home/somebody"


@pytest.fixture
def runs(cache: Path) -> Path:
    """Two runs; the newer one is a check that failed."""
    for number, name in enumerate(
        ("20260101-100000-demo-1", "20260102-100000-check-2")
    ):
        folder = cache / "run" / name
        (folder / "dma").mkdir(parents=True)
        (folder / "dma/host.console").write_text("BUG: on secret-host.example\n")
        (folder / "01-model.log").write_text(f"cc {HOME}/lab/x.c on secret-host\n")
        os.utime(folder, (number, number))
    (folder / "seed").write_text("42\n")
    (folder / "huge").write_bytes(bytes(11 << 20))
    (folder / "artifacts.json").write_text(
        '{\n  "model": "/cache/model-0123456789abcdef/epmodel",\n'
        '  "boards": "/lab/tools/lab/boards"\n}\n'
    )
    os.utime(folder, (9, 9))
    (cache / "model-0123456789abcdef").mkdir()
    (cache / "model-0123456789abcdef/about").write_text("toolchain abc\n")
    return cache


def report(runs: Path, tmp_path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    out = tmp_path / "out"
    out.mkdir()
    bin = tmp_path / "first"
    bin.mkdir()
    real = "exec /usr/bin/uname"
    program(bin / "uname", f'[ "$1" = -n ] && echo secret-host || {real} "$@"')
    environment = {
        "LAB_CACHE": str(runs),
        "HOME": HOME,
        "PATH": f"{bin}:{os.environ['PATH']}",
        "SECRET": "of the environment",
    }
    return subprocess.run(
        [LAB, "report", *args],
        capture_output=True,
        text=True,
        cwd=out,
        env=environment,
        timeout=HANG,
    )


def content(tmp_path: Path, run: str) -> dict[str, str]:
    """Texts by name."""
    with tarfile.open(tmp_path / "out" / f"lab-report-{run}.tar.gz") as tar:
        return {
            member.name.removeprefix(f"{run}/"): tar.extractfile(member).read().decode()
            for member in tar
            if member.isfile()
        }


def test_last_run(runs: Path, tmp_path: Path):
    done = report(runs, tmp_path)
    assert done.returncode == 0, done.stderr
    run = "20260102-100000-check-2"
    files = content(tmp_path, run)
    for name in files:
        assert f" {run}/{name}\n" in done.stdout
    assert set(files) == {
        "about",
        "artifacts.json",
        "left-out",
        "seed",
        "01-model.log",
        "dma/host.console",
    }
    assert files["left-out"] == "./huge\n"
    assert "seed: 42\n" in files["about"]
    assert "  model-0123456789abcdef\n    toolchain abc\n" in files["about"]
    assert "tools/lab " in files["about"]
    assert files["01-model.log"] == "cc ~/lab/x.c on HOST\n"
    assert "BUG: on HOST.example" in files["dma/host.console"]
    everything = "".join(files.values())
    for secret in ("secret-host", HOME, "of the environment"):
        assert secret not in everything
    assert f"lab-report-{run}.tar.gz; look at it before you send it" in done.stderr


def test_a_kernel_of_the_users(runs: Path, tmp_path: Path):
    """Which tree it was, and how it was configured."""
    run = "20260102-100000-check-2"
    built = runs / "user/0123456789abcdef/ep/obj"
    built.mkdir(parents=True)
    (built / "about").write_text(f"tree {HOME}/linux\nversion 7.9.1\n")
    (runs / "run" / run / "artifacts.json").write_text(
        '{\n  "ep.base.obj": "/cache/user/0123456789abcdef/ep/obj",\n'
        '  "ep.base.image": "/cache/user/0123456789abcdef/ep/obj/image",\n'
        '  "ep.base.modules": "/cache/user/0123456789abcdef/ep/guest/modules"\n}\n'
    )
    assert report(runs, tmp_path, run).returncode == 0
    assert (
        "built, and used by this run:\n"
        "  user/0123456789abcdef/ep/obj\n"
        "    tree ~/linux\n"
        "    version 7.9.1\n"
        "toolchain:\n"
    ) in content(tmp_path, run)["about"]


@pytest.mark.parametrize("prefix", ["", "/some/where/run/"])
def test_named_run(runs: Path, tmp_path: Path, prefix: str):
    run = "20260101-100000-demo-1"
    assert report(runs, tmp_path, prefix + run).returncode == 0
    assert "seed: none\n" in content(tmp_path, run)["about"]


def test_run_that_is_not_there(runs: Path, tmp_path: Path):
    done = report(runs, tmp_path, "yesterday")
    assert done.returncode == 1
    assert done.stderr == (
        "lab: there is no run 'yesterday'; the last ones are: "
        "20260102-100000-check-2 20260101-100000-demo-1\n"
    )
    assert not list((tmp_path / "out").iterdir())


def test_no_run_at_all(cache: Path, tmp_path: Path):
    done = report(cache, tmp_path)
    assert done.returncode == 1
    assert "there has been no run" in done.stderr
