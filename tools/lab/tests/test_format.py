# SPDX-License-Identifier: GPL-2.0
"""The parser of the block, the very file of the kernel, compiled for user space.

KUnit goes through its rules one by one; here libFuzzer looks for what nobody
thought of. The runs are counted, not timed.
"""

from pathlib import Path

import pytest
from run import fuzz
from run.errors import LabError

RUNS = 500_000
HANG = 600


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harness, with the address and undefined-behaviour sanitizers."""
    return fuzz.build(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("seed", [1, 2])
def test_parser_withstands_any_block(fuzzer: Path, tmp_path: Path, seed: int):
    """Q7, Q30: no access outside of the copy, and nothing accepted that lies."""
    limits = (f"-runs={RUNS}", f"-seed={seed}")
    result = fuzz.play(fuzzer, tmp_path / "run", *limits, timeout=HANG)
    assert result.runs == RUNS
    # It began with the corpus, and lost none of it
    assert set(fuzz.read_corpus(fuzz.CORPUS)) <= set(
        fuzz.read_corpus(tmp_path / "run/corpus.hex")
    )


def test_corpus_reaches_the_end(fuzzer: Path, tmp_path: Path):
    """Each input by itself, and many: it was not made for an older format."""
    inputs = fuzz.read_corpus(fuzz.CORPUS)
    assert len(inputs) > 50
    result = fuzz.play(fuzzer, tmp_path / "run", "-runs=0", timeout=HANG)
    assert result.inputs == len(inputs)


def test_finding_is_a_failure(tmp_path: Path):
    """What the harness says, and where the input is."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho 'SUMMARY: it broke' >&2; exit 77\n")
    program.chmod(0o755)
    with pytest.raises(LabError, match=f"SUMMARY: it broke, see {tmp_path}/run"):
        fuzz.play(program, tmp_path / "run", timeout=60)


def test_verb(tmp_path: Path, monkeypatch, capsys):
    """The last line has the count."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho 'Done 1234 runs in 60 second(s)'\n")
    program.chmod(0o755)
    monkeypatch.setattr(fuzz, "build", lambda folder: program)
    monkeypatch.setenv("LAB_RUN", str(tmp_path))
    assert fuzz.main(1, 7) == 0
    inputs = len(fuzz.read_corpus(fuzz.CORPUS))
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"fuzz: PASS 1234 runs {inputs} inputs seed 7"
    )
    program.write_text("#!/bin/sh\nexit 1\n")
    monkeypatch.setenv("LAB_RUN", str(tmp_path / "again"))
    assert fuzz.main(1, 7) == 1
    assert capsys.readouterr().out.startswith("fuzz: FAIL no good end, see ")
