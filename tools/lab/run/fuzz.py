# SPDX-License-Identifier: GPL-2.0
"""`./lab fuzz [--minutes N]`: hostile blocks for the parser, until time is up.

The parser is the kernel's file, compiled for user space with libFuzzer and the
sanitizers (tools/lab/fuzz). The run starts from the corpus in the repository, inputs
that between them reach all that was reached before, one a line in hex. What this run
reached beyond them is in corpus.hex of the run's folder, which can take its place.

    python3 -m run.fuzz MINUTES SEED

The last line is `fuzz: PASS <runs> runs <inputs> inputs seed <SEED>`, the inputs being
those of the corpus and the new ones, or `fuzz: FAIL <why>`.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .artifacts import run_folder
from .errors import LabError

REPO = Path(os.environ.get("LAB", Path(__file__).parents[3]))
SOURCE = REPO / "tools/lab/fuzz"
CORPUS = SOURCE / "corpus.hex"
MAX_LEN = 2048

# Beyond its own limit of time, for a busy machine
PATIENCE = 300


@dataclass(frozen=True)
class Result:
    runs: int
    inputs: int


def build(folder: Path) -> Path:
    """The harness, in a folder of its own."""
    subprocess.run(["make", "-s", "-C", SOURCE, f"O={folder}"], check=True)
    return folder / "pci_ep_dma_fuzz"


def read_corpus(path: Path) -> list[bytes]:
    return [bytes.fromhex(line) for line in path.read_text().split()]


def write_corpus(path: Path, inputs: list[bytes]) -> None:
    ordered = sorted(set(inputs), key=lambda one: (len(one), one))
    path.write_text("".join(f"{one.hex()}\n" for one in ordered))


def play(program: Path, folder: Path, *limits: str, timeout: float) -> Result:
    """One run of the harness, below a folder that is not there yet.

    Raises LabError if it found something; the input and the log are in the folder.
    """
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    known = read_corpus(CORPUS)
    for number, data in enumerate(known):
        (inputs / f"{number:04}").write_bytes(data)
    log = folder / "log"
    with open(log, "w", encoding="utf-8") as file:
        done = subprocess.run(
            [program, f"-max_len={MAX_LEN}", *limits, inputs],
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    said = log.read_text(errors="replace")
    ended = re.search(r"^Done (\d+) runs", said, re.M)
    if done.returncode or not ended:
        found = re.search(r"^(?:SUMMARY|.*Assertion).*$", said, re.M)
        raise LabError(f"{found[0] if found else 'no good end'}, see {folder}")
    reached = [path.read_bytes() for path in inputs.iterdir()]
    write_corpus(folder / "corpus.hex", reached)
    return Result(int(ended[1]), len(reached))


def main(minutes: int, seed: int) -> int:
    folder = run_folder("fuzz")
    limits = (f"-max_total_time={minutes * 60}", f"-seed={seed + 1}")
    try:
        program = build(folder / "program")
        result = play(program, folder / "run", *limits, timeout=minutes * 60 + PATIENCE)
    except (LabError, subprocess.SubprocessError) as error:
        print(f"fuzz: FAIL {error}")
        return 1
    print(f"fuzz: PASS {result.runs} runs {result.inputs} inputs seed {seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
