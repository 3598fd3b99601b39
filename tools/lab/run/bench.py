# SPDX-License-Identifier: GPL-2.0
"""`./lab bench`: what transfers cost on the link, counted by the model.

Each row is one size, queue depth and direction; each number is per transfer. Beside
ours stands the cost of the public implementation of the same idea, as measured on a
model like this one. Nothing of ours may be worse: then the exit status is 1.

Counts repeat exactly, whatever the machine does meanwhile. The one time in the
table, from request to ready, is read from the host driver and only compared.
"""

import csv
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from . import dma, options
from .artifacts import Artifacts, run_folder
from .control import Count
from .errors import LabError, last_words
from .lab import Lab
from .machine import Machine

BOARD = options.board("rcar-s4")
SIZES = {"64 B": 64, "4 KiB": 4096, "64 KiB": 65536, "1 MiB": 1 << 20}
DEPTHS = (1, 32)
TRANSFERS = 32

# The public implementation: interrupt vectors in use, elements in a list, and what
# it was seen to need before the first transfer
VECTORS = 1
PUBLIC_LL_MAX = 169
PUBLIC_WINDOWS = 6
PUBLIC_READY_US = 99000


@dataclass(frozen=True)
class Cost:
    """Per transfer."""

    reads: float
    writes: float
    write_bytes: float
    interrupts: float
    starts: float

    def worse_than(self, other: "Cost") -> list[str]:
        """Names of the costs that exceed the other's."""
        return [name for name in vars(self) if getattr(self, name) > vars(other)[name]]


def public_cost(segments: int) -> Cost:
    """The public implementation, for a transfer of so many segments.

    One vector serves both directions, so that each interrupt reads both status
    registers.
    """
    chunks = math.ceil(segments / PUBLIC_LL_MAX)
    status_reads = 2 if VECTORS == 1 else 1
    return Cost(
        reads=2 + chunks * (1 + status_reads),
        writes=4 * segments + 4 * chunks + 6,
        write_bytes=24 * segments + 20 * chunks + 24,
        interrupts=chunks,
        starts=chunks,
    )


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    size: str
    depth: int
    direction: str
    ours: Cost
    data_bytes: float
    data_tlps: float


def cost(counts: dict[str, Count], transfers: int) -> Cost:
    writes = counts["host.mem.write"]
    return Cost(
        reads=counts["host.mem.read"].count / transfers,
        writes=writes.count / transfers,
        write_bytes=writes.bytes / transfers,
        interrupts=counts["irq.imwr"].count / transfers,
        starts=counts["dma.start"].count / transfers,
    )


def measure(lab: Lab, bdf: str, size: str, depth: int, direction: str) -> Row:
    command = dma.transfer_command(
        bdf, direction, size=SIZES[size], count=TRANSFERS, depth=depth
    )
    lab.ctl.reset_counters()
    moved = dma.transfer(lab.host, command)
    counts = lab.ctl.counters()
    if moved.transfers != TRANSFERS:
        raise LabError(f"'{command}' made {moved.transfers} transfers")
    kind = "dma.mem.read" if direction == "-t" else "dma.mem.write"
    return Row(
        size,
        depth,
        dma.DIRECTIONS[direction],
        cost(counts, TRANSFERS),
        counts[kind].bytes / TRANSFERS,
        counts[f"{kind}.tlp"].count / TRANSFERS,
    )


def measure_all(lab: Lab, bdf: str) -> list[Row]:
    return [
        measure(lab, bdf, size, depth, direction)
        for direction in dma.DIRECTIONS
        for size in SIZES
        for depth in DEPTHS
    ]


def inbound_windows(lab: Lab) -> int:
    """How many the controller has enabled now."""
    for line in lab.ctl.cmd("status"):
        words = line.split()
        if words[:2] == ["windows", "inbound"]:
            return int(words[2])
    raise LabError("model: status says nothing of windows")


def ready_us(host: Machine, bdf: str) -> int:
    """From the host's request to the endpoint's ready, in microseconds."""
    return int(host.do(f"cat {dma.DEBUGFS}/{bdf}/request_to_ready_us"))


COLUMNS = {
    "size": 7,
    "depth": 6,
    "direction": 17,
    "reads": 13,
    "writes": 13,
    "write bytes": 13,
    "interrupts": 13,
    "starts": 13,
    "data bytes": 11,
    "data TLPs": 10,
}


def cells(row: Row) -> list[str]:
    public = vars(public_cost(1))
    pairs = [f"{value:g} / {public[name]:g}" for name, value in vars(row.ours).items()]
    return [
        row.size,
        str(row.depth),
        row.direction,
        *pairs,
        f"{row.data_bytes:.0f}",
        f"{row.data_tlps:g}",
    ]


def table(rows: list[Row]) -> str:
    def line(values: list[str]) -> str:
        return "".join(
            value.rjust(width)
            for value, width in zip(values, COLUMNS.values(), strict=True)
        )

    return "\n".join([line(list(COLUMNS)), *(line(cells(row)) for row in rows)])


def write_csv(path: Path, rows: list[Row], windows: int, ready: int) -> None:
    names = list(vars(public_cost(1)))
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["size_bytes", "depth", "direction"]
            + [f"{who}_{name}" for name in names for who in ("ours", "public")]
            + ["data_bytes", "data_tlps"]
            + ["ours_windows", "public_windows", "ours_ready_us", "public_ready_us"]
        )
        public = vars(public_cost(1))
        for row in rows:
            writer.writerow(
                [SIZES[row.size], row.depth, row.direction]
                + [v for name in names for v in (vars(row.ours)[name], public[name])]
                + [row.data_bytes, row.data_tlps]
                + [windows, PUBLIC_WINDOWS, ready, PUBLIC_READY_US]
            )


def judge(rows: list[Row], windows: int, ready: int) -> list[str]:
    """Everything that is worse than the public implementation."""
    worse = [
        f"{row.size} depth {row.depth} {row.direction}: {name}"
        for row in rows
        for name in row.ours.worse_than(public_cost(1))
    ]
    if windows > PUBLIC_WINDOWS:
        worse.append(f"inbound windows: {windows}")
    if ready > PUBLIC_READY_US:
        worse.append(f"request to ready: {ready} us")
    return worse


def run(workdir: Path) -> list[str]:
    """Measure and print; returns what is worse."""
    artifacts = Artifacts.load()
    print(f"bench: both machines boot, board {BOARD}", file=sys.stderr, flush=True)
    with Lab(BOARD, artifacts.kernels("next"), workdir, artifacts=artifacts) as lab:
        bdf = dma.bring_up(lab)
        windows = inbound_windows(lab)
        ready = ready_us(lab.host, bdf)
        rows = measure_all(lab, bdf)
    print("Per transfer, ours / public implementation:\n")
    print(table(rows))
    print(f"\ninbound windows: {windows} / {PUBLIC_WINDOWS}-7")
    print(f"request to ready: {ready / 1000:.1f} ms / 99-406 ms")
    path = workdir / "bench.csv"
    write_csv(path, rows, windows, ready)
    return judge(rows, windows, ready)


def main() -> int:
    logs = run_folder("bench")
    try:
        worse = run(logs)
    except Exception as error:
        print(last_words(error, "bench"))
        return 1
    for name in worse:
        print(f"bench: worse than the public implementation: {name}")
    print("bench: nothing is worse" if not worse else f"bench: FAIL {len(worse)} worse")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
