# SPDX-License-Identifier: GPL-2.0
"""Functions are removed however far they came. Folders stand for configfs."""

import os
import subprocess
from pathlib import Path

import pytest
from run import configfs


@pytest.mark.parametrize("linked", [[], ["one"], ["one", "two"]])
@pytest.mark.parametrize("started", ["0", "1"])
def test_clear(tmp_path: Path, monkeypatch, linked: list[str], started: str):
    epc, functions = tmp_path / "epc", tmp_path / "functions"
    epc.mkdir()
    (epc / "start").write_text(f"{started}\n")
    os.utime(epc / "start", (0, 0))
    for name in ("one", "two"):
        (functions / "kind" / name).mkdir(parents=True)
    for name in linked:
        (epc / name).symlink_to(functions / "kind" / name)
    monkeypatch.setattr(configfs, "EPC", str(epc))
    monkeypatch.setattr(configfs, "FUNCTIONS", str(functions))
    for _ in range(2):
        for command in configfs.clear():
            subprocess.run(["sh", "-c", command], check=True)
    assert list((functions / "kind").iterdir()) == []
    assert [path.name for path in epc.iterdir()] == ["start"]
    assert (epc / "start").read_text() == "0\n"
    # The endpoint core refuses to stop what does not run. A mode of the file would tell
    # nobody: the check may run as root
    assert ((epc / "start").stat().st_mtime == 0) == (started == "0")
