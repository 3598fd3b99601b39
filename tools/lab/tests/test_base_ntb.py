# SPDX-License-Identifier: GPL-2.0
"""The lab is true to drivers that nobody here wrote: a non-transparent bridge.

Pristine kernels; pci-epf-vntb on the endpoint, ntb_hw_epf on the host, and on both
each of the kernel's clients of a bridge, one after the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from dma_case import wait_in
from run import Lab, ntb
from run.machine import Machine

pytestmark = pytest.mark.needs("base")

SPADS = 64

# For what the kernel's own clients wait for without an end
HANG = 120


@pytest.fixture(scope="module")
def bridge(boot_lab) -> Iterator[tuple[Lab, str]]:
    """A lab with a bridge that has no client, and its address on the host."""
    with boot_lab("base-ntb", "rcar-s4", "base", known=ntb.KNOWN) as lab:
        yield lab, ntb.bring_up(lab)


@contextmanager
def client(lab: Lab, name: str) -> Iterator[dict[str, str]]:
    """A client on both sides; its debugfs folder on each, by name of the machine."""
    machines = (lab.ep, lab.host)
    for machine in machines:
        machine.do(f"modprobe {name}")
    module = name.split()[0]
    yield {
        machine.name: f"/sys/kernel/debug/{module}/{ntb.device(machine)}"
        for machine in machines
    }
    for machine in reversed(machines):
        machine.do(f"rmmod {module}")


@contextmanager
def network(lab: Lab) -> Iterator[None]:
    """ntb_netdev on both sides, and each has found the other."""
    machines = (lab.ep, lab.host)
    for machine in machines:
        machine.do_all(ntb.network_commands(machine))
    for machine in machines:
        machine.do(ntb.carrier_command(), HANG)
    yield
    for machine in reversed(machines):
        machine.do_all(ntb.no_network_commands())


def ping(lab: Lab) -> None:
    for machine in (lab.ep, lab.host):
        said = machine.do(ntb.ping_command(machine, 3))
        assert "3 packets transmitted, 3 packets received" in said


def test_host_unbinds_and_binds(bridge):
    """The host's driver leaves and returns; the network comes back."""
    lab, bdf = bridge
    lab.host.do(f"echo {bdf} > {ntb.DRIVER}/unbind")
    lab.host.do(f"echo {bdf} > {ntb.DRIVER}/bind")
    with network(lab):
        ping(lab)


def test_pingpong(bridge):
    """Each side counts the other's doorbells."""
    lab, _ = bridge
    with client(lab, "ntb_pingpong delay_ms=20") as folders:
        for machine in (lab.ep, lab.host):
            count = f"{folders[machine.name]}/count"
            wait_in(machine, f"[ $(cat {count}) -ge 5 ]")


def test_perf(bridge):
    """1 MiB through the window, from each side.

    ntb_perf allocates for the bridge's virtual device, as ntb_tool does, and compares
    no data: what the host writes reaches nothing.
    """
    lab, bdf = bridge
    with client(lab, "ntb_perf total_order=20 chunk_order=16") as folders:
        for machine in (lab.ep, lab.host):
            folder = folders[machine.name]
            # This waits until the two sides have told each other of their buffers
            lost = lab.provoking("inbound") if machine is lab.host else nullcontext()
            with lost:
                machine.do(f"timeout {HANG} sh -c 'echo 0 > {folder}/run'", 2 * HANG)
                # Writes are posted; a read comes back when they have arrived
                lab.host.do(f"od -N4 /sys/bus/pci/devices/{bdf}/config")
            assert f"copied {1 << 20} bytes" in machine.do(f"cat {folder}/run")


# From here on ntb_tool has the bridge for itself


class Tool:
    """One side of ntb_tool."""

    def __init__(self, machine: Machine, folder: str):
        self.machine = machine
        self.folder = folder

    def get(self, name: str) -> str:
        return self.machine.do(f"cat {self.folder}/{name}").strip()

    def set(self, name: str, value: object) -> None:
        self.machine.do(f"echo {value} > {self.folder}/{name}")

    def wait(self, name: str, value: str) -> None:
        wait_in(self.machine, f"[ $(cat {self.folder}/{name}) = {value} ]")


@pytest.fixture(scope="module")
def tools(bridge) -> Iterator[tuple[Tool, Tool]]:
    """ntb_tool on the endpoint and on the host, the link between them up."""
    lab, _ = bridge
    with client(lab, "ntb_tool") as folders:
        ep, host = (Tool(m, folders[m.name]) for m in (lab.ep, lab.host))
        host.set("link", "Y")
        yield ep, host


def test_tool_ports(tools):
    for tool in tools:
        assert (tool.get("port"), tool.get("peer0/port")) == ("0", "0")


def test_tool_host_sets_the_link(tools):
    ep, host = tools
    for value in "NY":
        host.set("link", value)
        for tool in tools:
            assert tool.get("peer0/link") == value


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the base's pci-epf-vntb does nothing in link_disable()",
)
def test_tool_endpoint_takes_the_link_down(tools):
    ep, host = tools
    ep.set("link", "N")
    assert host.get("peer0/link") == "N"


@pytest.mark.parametrize("own, peer", [(0, 1), (1, 0)], ids=["endpoint", "host"])
@pytest.mark.parametrize("mine", ["spad", "peer0/spad"])
def test_tool_scratchpads(tools, own, peer, mine):
    """What one side writes into its scratchpads or the peer's, the other reads."""
    theirs = {"spad": "peer0/spad", "peer0/spad": "spad"}[mine]
    writer, reader = tools[own], tools[peer]
    numbers = f"$(seq 0 {SPADS - 1})"
    writer.machine.do(
        f"for n in {numbers}; do echo $((n * 65537 + {own})) >"
        f" {writer.folder}/{mine}$n; done"
    )
    values = reader.machine.do(
        f"for n in {numbers}; do cat {reader.folder}/{theirs}$n; done"
    )
    assert [int(value, 16) for value in values.split()] == [
        number * 65537 + own for number in range(SPADS)
    ]


def ring(ringer: Tool, hearer: Tool, bit: int) -> None:
    """One doorbell, from nothing; returns when that bit is heard."""
    hearer.set("db", "c 0xffffffff")
    ringer.set("peer_db", f"s {1 << bit:#x}")
    wait_in(hearer.machine, f"[ $(( $(cat {hearer.folder}/db) & {1 << bit} )) != 0 ]")


@pytest.mark.parametrize("bit", range(6))
def test_tool_doorbells_of_the_host(tools, bit):
    ep, host = tools
    ring(ep, host, bit)
    assert int(host.get("db"), 16) == 1 << bit


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the embedded doorbell is one for all, so the base's pci-epf-vntb takes"
    " each ring for every doorbell",
)
@pytest.mark.parametrize("bit", range(6))
def test_tool_doorbells_of_the_endpoint(tools, bit):
    ep, host = tools
    ring(host, ep, bit)
    assert int(ep.get("db"), 16) == 1 << bit


def through_the_window(writer: Tool, owner: Tool) -> None:
    """1 MiB written through the window is in the other side's buffer."""
    window = f"{writer.folder}/peer0/peer_mw0"
    owner.set("peer0/mw_trans0", ntb.WINDOW)
    writer.set("peer0/peer_mw_trans0", f"0:{ntb.WINDOW}")
    writer.machine.do("dd if=/dev/urandom of=/tmp/window bs=1k count=1024")
    writer.machine.do(f"dd if=/tmp/window of={window} bs=64k", HANG)
    # Writes are posted; a read comes back when they have arrived
    writer.machine.do(f"dd if={window} of=/dev/null bs=16 count=1")
    sent = writer.machine.do("sha256sum < /tmp/window", HANG)
    got = owner.machine.do(f"sha256sum < {owner.folder}/peer0/mw0", HANG)
    writer.set("peer0/peer_mw_trans0", "0:0")
    owner.set("peer0/mw_trans0", 0)
    assert got == sent


def test_tool_window_to_the_host(tools):
    ep, host = tools
    through_the_window(ep, host)


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the base's ntb_tool allocates for the virtual device of the bridge, not for"
    " the controller, whose DMA addresses are others",
)
def test_tool_window_to_the_endpoint(bridge, tools):
    lab, _ = bridge
    ep, host = tools
    with lab.provoking("inbound"):
        through_the_window(host, ep)


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the base's ntb_tool reads addresses as decimal numbers only",
)
def test_tool_hexadecimal_address(tools):
    _, host = tools
    path = f"{host.folder}/peer0/peer_mw_trans0"
    assert host.machine.run(f"echo 0x0:0x0 > {path}").out == ""


def test_all_comes_and_goes(boot_lab):
    """Both sides are taken down in order, and nothing is left behind."""
    name = "base-ntb-reload"
    with boot_lab(name, "rcar-s4", "base", known=ntb.KNOWN, find_leaks=True) as lab:
        ntb.bring_up(lab)
        with network(lab):
            ping(lab)
        lab.host.do(f"modprobe -r {ntb.MODULES['host']}")
        lab.ep.do_all(ntb.withdraw_commands())
        assert lab.ep.do("lsmod | grep -v '^Module\\|^dw_ep_lab'; true") == ""
        assert lab.host.do("lsmod | grep -v '^Module'; true") == ""
        assert lab.leaks() == ""
