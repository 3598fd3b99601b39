# SPDX-License-Identifier: GPL-2.0
"""How the machines and the model are set up: one description for all of it.

The default is what most tests run on. A *variant* is a setup with a name, on which
the tests of DMA run once more: one setting a variant, and two that combine what
goes together, so that every check can afford them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from .errors import LabError

# Strict: DMA to memory that was just unmapped is a fault, not luck
_IOMMU_ARGUMENTS = {
    "strict": ("iommu.strict=1",),
    "lazy": ("iommu.strict=0",),
    "off": ("intel_iommu=off",),
    "passthrough": ("iommu=pt",),
}


@dataclass(frozen=True)
class Setup:
    """What can differ from run to run of the same test.

    flavour: of the patched kernels, "" or "kasan"; cpus: of each machine; pinned:
    machines and model share one CPU, else they use all there are; ep_memory,
    host_memory: in MiB; iommu: of the host, a key of _IOMMU_ARGUMENTS; remapping: of
    the host's interrupts, without which it has one MSI vector a function; forcedac:
    DMA addresses from the top of what the device can reach, not from below 4 GiB;
    modes, faults: of the model, from its start; board_keys: lines of the board file to
    replace or add; find_leaks: for Machine.leaks(); lean: without the files in sysfs of
    slab caches and of the parameters of what is built in, a third of a boot.
    """

    flavour: str = ""
    cpus: int = 1
    pinned: bool = True
    ep_memory: int = 512
    host_memory: int = 512
    iommu: str = "strict"
    remapping: bool = True
    forcedac: bool = False
    modes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    faults: tuple[str, ...] = ()
    board_keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    find_leaks: bool = False
    lean: bool = False

    def __post_init__(self) -> None:
        if self.iommu not in _IOMMU_ARGUMENTS:
            known = ", ".join(_IOMMU_ARGUMENTS)
            raise LabError(f"no IOMMU setting '{self.iommu}'; there are: {known}")

    def but(self, **changes: object) -> "Setup":
        """The same with some values changed."""
        return replace(self, **changes)

    def kernels(self, which: str) -> str:
        """The name among the artifacts of kernel `base` or `next`."""
        return f"{which}-{self.flavour}" if self.flavour else which

    def arguments(self) -> list[str]:
        """What both kernels are told."""
        # To keep book of all memory makes a guest a third slower
        leaks = "on" if self.find_leaks else "off"
        left_out = "initcall_blacklist=slab_late_init,param_sysfs_builtin_init"
        return [f"kmemleak={leaks}", *([left_out] if self.lean else [])]

    def host_arguments(self) -> list[str]:
        """What the host's kernel is told beyond that."""
        forcedac = ["iommu.forcedac=1"] if self.forcedac else []
        return [*_IOMMU_ARGUMENTS[self.iommu], *forcedac]

    @property
    def msi_vectors(self) -> int:
        """The most that a function of the host can have."""
        return 32 if self.remapping else 1

    @property
    def holds_writes(self) -> bool:
        """What the host writes to the endpoint's memory arrives later."""
        return any(fault.startswith("posted ") for fault in self.faults)

    @property
    def dma_is_high(self) -> bool:
        """Data lies where the DMA of both sides needs more than 32 bits."""
        high_host = self.host_memory > 2048 and self.iommu in ("off", "passthrough")
        return self.ep_memory > 3072 and (high_host or self.forcedac)


def with_keys(board: str, keys: Mapping[str, str]) -> str:
    """The text of a board file with the values of some keys replaced or added."""
    kept = [
        line
        for line in board.splitlines()
        if line.partition("=")[0].strip() not in keys
    ]
    return "\n".join([*kept, *(f"{key} = {keys[key]}" for key in keys)]) + "\n"


# RAM begins at 1 GiB on the endpoint; on the host it goes on at 4 GiB after the
# first 2. Kernels take memory from the top.
_HIGH = Setup(ep_memory=4096, host_memory=3072)

# Longer than any list that the tests make, unless a read pushes them
_POSTED = "posted 10000"

VARIANTS = {
    "two-cpus": Setup(cpus=2, pinned=False),
    "kasan": Setup(flavour="kasan"),
    "no-remapping": Setup(remapping=False),
    "iommu-off": Setup(iommu="off"),
    "iommu-passthrough": Setup(iommu="passthrough"),
    "iommu-lazy": Setup(iommu="lazy"),
    "high-memory": _HIGH.but(iommu="off"),
    "high-iova": _HIGH.but(forcedac=True),
    "posted": Setup(faults=(_POSTED,)),
    "v1": _HIGH.but(
        flavour="kasan", cpus=2, pinned=False, iommu="off", faults=(_POSTED,)
    ),
    "v2": Setup(
        remapping=False, iommu="passthrough", modes={"abort-status": "enabled"}
    ),
}

# Part of every check
COMBINED = ("v1", "v2")


def variant(name: str) -> Setup:
    if name not in VARIANTS:
        raise LabError(f"no variant '{name}'; there are: {', '.join(VARIANTS)}")
    return VARIANTS[name]
