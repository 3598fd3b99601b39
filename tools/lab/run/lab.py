# SPDX-License-Identifier: GPL-2.0
"""The whole lab: the model between two virtual machines.

    with Lab("generic", artifacts.kernels("base"), workdir) as lab:
        lab.ep.do("...")            configure and start the endpoint
        lab.start_host()
        lab.host.do("...")

Order matters once: QEMU reads the sizes of a function's BARs when it starts, so
the host starts after the endpoint's functions are configured and started.
Whatever happens, leaving the `with` block ends every process and keeps the logs.
If nothing else failed, it raises LabError when a log has a bad line or a rule of
the bus was broken. What breaks one on purpose says so:

    with lab.provoking("busmaster"):
        lab.ep.do("...")
"""

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

from . import logscan, options, qemu, tracing
from .artifacts import Artifacts, Kernels
from .control import Control
from .errors import LabError
from .machine import Machine
from .model import Model
from .setup import Setup, with_keys

_log = logging.getLogger("lab")

_START_TIMEOUT = 60

# The glue names the controller; without it in configfs nothing can be exported
_LOAD_GLUE = (
    # Not in a kernel without tracepoints
    "{ ! test -e /modules/dw-ep-lab-grants.ko || "
    "insmod /modules/dw-ep-lab-grants.ko; } && "
    "insmod /modules/dw-ep-lab.ko && "
    "{ test -d /sys/kernel/config/pci_ep/controllers/dw-ep-lab || "
    "{ dmesg | grep dw-ep-lab; false; }; }"
)


def shared_cpu() -> frozenset[int]:
    """One CPU for everything: a trapped register access is a switch between QEMU
    and the model, and costs a tenth when both are on the same CPU.
    """
    return frozenset([min(os.sched_getaffinity(0))])


class Lab:
    """A model and an endpoint VM, and the host VM once it is started.

    board: name of a board, or the path of a board file; kernels: what to boot;
    workdir: folder for the logs, made if missing; setup: of machines and model;
    judge: raise LabError in the end for what judge() finds; known: what it passes
    over; doors: sockets to machines, by their names.
    """

    def __init__(
        self,
        board: str,
        kernels: Kernels,
        workdir: Path,
        *,
        artifacts: Artifacts | None = None,
        setup: Setup = Setup(),
        judge: bool = True,
        known: Iterable[logscan.Known] = (),
        doors: Mapping[str, qemu.Doors] = MappingProxyType({}),
    ):
        self._artifacts = artifacts or Artifacts.load()
        self._board = self._artifacts.board(board)
        self._kernels = kernels
        self.setup = setup
        self._doors = doors
        self._cpus = shared_cpu() if setup.pinned else None
        self.workdir = workdir
        self._model: Model | None = None
        self._ep: Machine | None = None
        self._host: Machine | None = None
        self._ended = 0
        self._judge = judge
        self._known = tuple(known)
        self._provoked: Counter[str] = Counter()
        self._last_violations: Counter[str] = Counter()
        self._amiss: list[str] = []

    @property
    def ep(self) -> Machine:
        return self._need(self._ep, "endpoint")

    @property
    def host(self) -> Machine:
        return self._need(self._host, "host")

    @property
    def has_host(self) -> bool:
        """The host is running."""
        return self._host is not None

    @property
    def control_socket(self) -> Path:
        """Where another client finds what `ctl` is connected to."""
        return self._need(self._model, "model").control_socket

    @property
    def ctl(self) -> Control:
        return self._need(self._model, "model").control

    def leaks(self) -> str:
        """What Machine.leaks() finds on both sides, which takes them no longer than
        one.
        """

        def of(machine: Machine) -> str:
            found = machine.leaks()
            return found and f"{machine.name}:\n{found}"

        with ThreadPoolExecutor() as both:
            return "".join(both.map(of, (self.ep, self.host)))

    @staticmethod
    def _need[T](thing: T | None, name: str) -> T:
        if thing is None:
            raise LabError(f"the {name} is not running")
        return thing

    def __enter__(self) -> "Lab":
        self.workdir.mkdir(parents=True, exist_ok=True)
        try:
            self._model = Model(
                self._artifacts.path("model"),
                self._board_file(),
                self.workdir,
                cpus=self._cpus,
                seed=options.seed(),
            )
            for name, value in self.setup.modes.items():
                self.ctl.cmd(f"mode {name} {value}")
            for fault in self.setup.faults:
                self.ctl.cmd(f"fault {fault}")
            self.start_ep()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        self.end()
        if self._judge and _says_that_all_is_well(error):
            self.judge()

    def judge(self) -> None:
        """LabError when a log has a bad line, or when a rule of the bus was broken
        and nobody was provoking() that.
        """
        bad = logscan.scan(self.workdir, self._known) + [
            f"violation.{name}: {count}"
            for name, count in sorted(self._unprovoked().items())
        ]
        bad += self._amiss
        if bad:
            raise LabError(
                f"{len(bad)} bad lines and violations in {self.workdir}:\n"
                + "\n".join(bad)
            )

    @contextmanager
    def provoking(self, *names: str) -> Iterator[None]:
        """The block breaks these rules of the bus, counters `violation.NAME`, and it
        must: LabError when one of them is kept.
        """
        _refuse_known(self._known, names)
        before = self.ctl.violations()
        provoked = self._provoked.copy()
        try:
            yield
        finally:
            new = self.ctl.violations() - before
            for name in names:
                # What a block inside this one has provoked counts once
                in_all = provoked[name] + new[name]
                self._provoked[name] = max(self._provoked[name], in_all)
        kept = [name for name in names if not new[name]]
        if kept:
            raise LabError(f"not provoked: violation.{', violation.'.join(kept)}")

    def accept(self, name: str, count: int) -> None:
        """So many times that rule of the bus was broken by what the caller did, who has
        seen each of them.
        """
        _refuse_known(self._known, [name])
        self._provoked[name] += count

    def _unprovoked(self) -> Counter[str]:
        if self._model:
            self._last_violations = self.ctl.violations()
        known = logscan.known_violations(self.workdir / "model.log", self._known)
        return self._last_violations - self._provoked - known

    def _board_file(self) -> Path:
        """The board's own, or a copy among the logs with the setup's keys."""
        if not self.setup.board_keys:
            return self._board
        path = self.workdir / self._board.name
        path.write_text(with_keys(self._board.read_text(), self.setup.board_keys))
        return path

    @property
    def board_keys(self) -> dict[str, str]:
        """What the board's file says, with the changes of the setup."""
        lines = (line.partition("=") for line in self._board.read_text().splitlines())
        keys = {key.strip(): value.strip() for key, sign, value in lines if sign}
        return keys | dict(self.setup.board_keys)

    def start_ep(self) -> None:
        """Boot the endpoint VM and load the controller's glue."""
        _refuse_second(self._ep, "stop_ep()")
        model = self._need(self._model, "model")
        kernels = self._kernels
        self._ep = Machine(
            "endpoint",
            lambda console, fd: qemu.endpoint(
                kernels.ep_image,
                kernels.ep_initramfs,
                console,
                fd,
                model.endpoint,
                self.setup,
                doors=self._doors.get("endpoint", qemu.NO_DOORS),
            ),
            self.workdir,
            cpus=self._cpus,
        )
        self._ep.boot()
        tracing.start(self._ep)
        self._ep.do(_LOAD_GLUE)

    def start_host(self, functions: int = 1) -> None:
        """Boot the host VM, once the endpoint has started its link.

        functions: how many of them to attach, from 0 up.
        """
        _refuse_second(self._host, "stop_host()")
        model = self._need(self._model, "model")
        try:
            model.control.wait("started", _START_TIMEOUT)
        except LabError as error:
            raise LabError(f"host: boots when the link is started: {error}") from None
        sockets = [model.wait_function(number) for number in range(functions)]
        kernels = self._kernels
        self._host = Machine(
            "host",
            lambda console, fd: qemu.host(
                kernels.host_image,
                kernels.host_initramfs,
                console,
                fd,
                sockets,
                self.setup,
                doors=self._doors.get("host", qemu.NO_DOORS),
            ),
            self.workdir,
            cpus=self._cpus,
        )
        self._host.boot()
        tracing.start(self._host)

    def stop_host(self) -> None:
        """End the host VM as if its power were cut."""
        self._stop(self.host)
        self._host = None

    def stop_ep(self) -> None:
        """End the endpoint VM likewise, under a host that lives on; start_ep() boots
        the next one. Functions have to be configured again.
        """
        self._stop(self.ep)
        self._ep = None
        # The model hears of it when it next looks at its sockets
        self.ctl.wait("linkdown", _START_TIMEOUT)

    def _stop(self, machine: Machine) -> None:
        try:
            tracing.keep(machine, f"{machine.name}-{self._ended}")
        finally:
            machine.end()
        # The next one's QEMU starts these files anew
        for log in machine.console, machine.qemu_log:
            log.rename(log.with_name(f"{log.stem}-{self._ended}{log.suffix}"))
        self._ended += 1

    def end(self) -> None:
        """End all processes; the logs and the last counters stay. Never fails."""
        machines = [machine for machine in (self._host, self._ep) if machine]
        # Whatever comes between, a person's Ctrl-C too
        with ExitStack() as all_parts:
            for part in (self._model, self._ep, self._host):
                if part:
                    all_parts.callback(part.end)
            for machine in machines:
                if machine.process.status() is not None:
                    how = machine.process.how_ended()
                    self._amiss.append(f"{machine.name}: QEMU {how} by itself")
            self._keep_counters()
            for machine in machines:
                tracing.keep(machine, machine.name)
        if self._model and self._model.has_crashed():
            self._amiss.append(f"model: {self._model.process.how_ended()}")
        self._host = self._ep = self._model = None

    def _keep_counters(self) -> None:
        if not self._model:
            return
        try:
            lines = self._model.control.cmd("counters")
            self._last_violations = self._model.control.violations()
            lines = [self._since_the_start(line) for line in lines]
        except LabError as error:
            self._amiss.append(str(error))
            lines = [f"not available: {error}"]
        text = "\n".join(lines) + "\n"
        try:
            (self.workdir / "counters.txt").write_text(text)
        except OSError as error:
            self._amiss.append(str(error))
        _log.info("link counters:\n%s", text.rstrip())

    def _since_the_start(self, line: str) -> str:
        """A violation counts, whenever the counters were reset."""
        name, count, size = line.split()
        if name.startswith("violation."):
            count = str(self._last_violations[name.removeprefix("violation.")])
        return f"{name} {count} {size}"


def _says_that_all_is_well(error: BaseException | None) -> bool:
    """A block that is left so has not failed; it may have called sys.exit()."""
    return error is None or isinstance(error, SystemExit) and not error.code


def _refuse_known(known: Iterable[logscan.Known], names: Iterable[str]) -> None:
    """Whose rules somebody is about to break: they would be passed over twice."""
    both = {entry.violation for entry in known} & set(names)
    if both:
        raise LabError(f"known already: violation.{', violation.'.join(both)}")


def _refuse_second(machine: Machine | None, end: str) -> None:
    """Its logs would take the place of the first one's, which nobody would end."""
    if machine:
        raise LabError(f"the {machine.name} is running; {end} comes first")
