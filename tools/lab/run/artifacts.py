# SPDX-License-Identifier: GPL-2.0
"""What was built for the lab: the file artifacts.json in folder $LAB_ARTIFACTS.

It maps names to paths: `model` (the program), `boards` (folder of board files),
and for each machine, `ep` and `host`, and each kernel, `base` (pristine), `next`
(with the series) and `next-kasan`: `ep.base.image`, `ep.base.initramfs`,
`ep.base.obj`.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import LabError


def run_folder(name: str) -> Path:
    """Where a program of the lab leaves its logs and results: in the folder of
    this run, $LAB_RUN, or in a temporary one when it is started by hand.
    """
    return Path(os.environ.get("LAB_RUN") or tempfile.mkdtemp(prefix="lab-")) / name


@dataclass(frozen=True)
class Kernels:
    """What the two machines boot."""

    ep_image: Path
    ep_initramfs: Path
    host_image: Path
    host_initramfs: Path


class Artifacts:
    """The paths by name."""

    def __init__(self, paths: dict[str, str], source: Path):
        self._paths = paths
        self._source = source

    @classmethod
    def load(cls) -> "Artifacts":
        """Read the file. LabError when it is not there or is no map of names."""
        folder = os.environ.get("LAB_ARTIFACTS")
        if not folder:
            raise LabError("LAB_ARTIFACTS is not set: start the tests with ./lab check")
        source = Path(folder) / "artifacts.json"
        try:
            paths = json.loads(source.read_text())
        except (OSError, ValueError) as error:
            raise LabError(f"{source}: {error}") from None
        return cls(paths, source)

    def path(self, name: str) -> Path:
        """One path; LabError when it is not named or does not exist."""
        if name not in self._paths:
            raise LabError(f"{self._source}: no '{name}'")
        path = Path(self._paths[name])
        if not path.exists():
            raise LabError(f"{self._source}: {name} is {path}, which does not exist")
        return path

    def best_kernels(self) -> str:
        """`next` where both sides have it, else `base`: kernels of a user's may be
        without the series.
        """
        both = {"ep.next.image", "host.next.image"}
        return "next" if both <= self._paths.keys() else "base"

    def board(self, name: str) -> Path:
        """The file of a board; an absolute path is taken as it is."""
        boards = self.path("boards")
        path = boards / name
        if not path.is_file():
            known = ", ".join(sorted(p.name for p in boards.iterdir()))
            raise LabError(f"no board '{name}'; there are: {known}")
        return path

    def kernels(self, which: str, gdb: str = "") -> Kernels:
        """The images of `base`, `next` or `next-kasan`; for gdb on the side `gdb`.

        LabError with what there is when this run has no such kernel.
        """
        ep, host = (
            f"{side}.{which}-gdb" if side == gdb else f"{side}.{which}"
            for side in ("ep", "host")
        )
        names = sorted(
            name.removesuffix(".image")
            for name in self._paths
            if name.endswith(".image")
        )
        for name in (ep, host):
            if name not in names:
                raise LabError(
                    f"no kernel {name} in this run; there are: {', '.join(names)}"
                )
        return Kernels(
            self.path(f"{ep}.image"),
            self.path(f"{ep}.initramfs"),
            self.path(f"{host}.image"),
            self.path(f"{host}.initramfs"),
        )
