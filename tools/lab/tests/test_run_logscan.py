# SPDX-License-Identifier: GPL-2.0
"""The log scan: what it must find, what it must pass, what it shows."""

import pytest
from run.known import late_messages
from run.logscan import (
    Known,
    bad_lines,
    excerpt,
    known_violations,
    load_allowed,
    scan,
)

BAD = [
    "WARNING: CPU: 0 PID: 1 at drivers/dma/dmaengine.c:1164 dma_chan_put+0x1/0x2",
    "WARNING: possible circular locking dependency detected",
    "BUG: kernel NULL pointer dereference, address: 0000000000000008",
    "BUG: sleeping function called from invalid context at kernel/locking/mutex.c",
    "Internal error: Oops: 0000000096000004 [#1]  SMP",
    "Kernel panic - not syncing: Fatal exception",
    "BUG: KASAN: slab-use-after-free in dw_edma_interrupt+0x10/0x20",
    "UBSAN: array-index-out-of-bounds in drivers/pci/x.c:1:2",
    "ODEBUG: free active (active state 0) object: 00000000 object type: timer_list",
    "DMA-API: pci 0000:01:00.0: device driver has pending DMA allocations",
    "INFO: task kworker/0:1:10 blocked for more than 120 seconds.",
    "rcu: INFO: rcu_preempt self-detected stall on CPU",
    "watchdog: BUG: soft lockup - CPU#0 stuck for 22s!",
    "refcount_t: underflow; use-after-free.",
    "list_del corruption. prev->next should be x, but was y",
    'irq 24: nobody cared (try booting with the "irqpoll" option)',
    "DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr 0x1000",
    "debugfs: 'kept' already exists in 'pci_ep_dma'",
    "ref_tracker: net_device@ffff888 has 1/1 users at",
    "kworker/0:1: page allocation failure: order:4, mode:0x40cc0(GFP_KERNEL)",
    "Out of memory: Killed process 71 (xfer) total-vm:9kB, anon-rss:1kB",
    "genirq: Flags mismatch irq 25. 00000080 (dw-edma) vs. 00000000 (ntb)",
    "__common_interrupt: No irq handler for 0.34",
    "unexpected IRQ trap at vector 22",
    "dw-edma 0000:01:00.0: swiotlb buffer is full (sz: 4096 bytes), total 64 (slots)",
    "DMAR: VT-d detected Invalidation Queue Error: Reason 2",
    "xfer[71]: segfault at 0 ip 0000000000401000 sp 00007ffd error 4 in xfer",
    "kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    "==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
    "atu.c:10:3: runtime error: shift exponent 64 is too large",
    "epmodel: link.c:7: count: Assertion `n' failed.",
]

GOOD = [
    "Linux version 7.3.4 (lab@lab) (gcc 14.2.0) #1 SMP",
    "DMA-API: preallocated 65536 debug entries",
    "DMA-API: debugging enabled by kernel config",
    "pci 0000:01:00.0: BAR 0 [mem 0xfe800000-0xfe81ffff]: assigned",
    "dw-ep-lab dw-ep-lab: eDMA: unroll T, 2 wr, 2 rd",
    "Lock dependency validator: Copyright (c) 2006 Red Hat, Inc.",
    "DMAR: Intel(R) Virtualization Technology for Directed I/O",
    "KernelAddressSanitizer initialized (generic)",
    "mem auto-init: stack:off, heap alloc:off, heap free:off, debug objects",
]


@pytest.mark.parametrize("line", BAD)
def test_finds(line):
    (found,) = bad_lines(f"[    0.1] fine\n[    0.2] {line}\n[    0.3] fine\n")
    assert found.number == 2
    assert line in found.text


@pytest.mark.parametrize("line", GOOD)
def test_passes(line):
    assert bad_lines(f"[    0.1] {line}\n") == []


def test_scans_every_log_of_a_lab(tmp_path):
    """QEMU is silent when all is well: whatever it says is bad."""
    (tmp_path / "host.console").write_text("fine\nBUG: one\n")
    (tmp_path / "host-0.console").write_text("BUG: two\n")
    (tmp_path / "model.log").write_text("serving\nx.c:1: runtime error: shift\n")
    (tmp_path / "report").write_text("BUG: not a log\n")
    (tmp_path / "endpoint.qemu").write_text(
        "qemu-system-aarch64: vfio-user: short write\n"
        "qemu-system-aarch64: terminating on signal 15 from pid 2 (python3)\n"
        'qemu-system-x86_64: -device {"driver": "vfio-user-pci"}: warning: vfio '
        "vfio-user:/tmp/x/ep: Could not enable error recovery for the device\n"
    )
    assert scan(tmp_path) == [
        "endpoint.qemu:1: qemu-system-aarch64: vfio-user: short write",
        "host-0.console:1: BUG: two",
        "host.console:2: BUG: one",
        "model.log:2: x.c:1: runtime error: shift",
    ]


@pytest.mark.parametrize(
    "where, late",
    [
        ("0x0+0x4 for function 0", True),
        ("0xfee00000+0x4 for function 0", True),
        ("0xfee00238+0x4 for function 0", True),
        ("0xfeeffffc+0x4 for function 0", True),
        ("0xfedffffc+0x4 for function 0", False),
        ("0xfef00000+0x4 for function 0", False),
        ("0x1fee00238+0x4 for function 0", False),
        ("0x0+0x40 for function 0", False),
        ("0xfee00238+0x8 for function 0", False),
        ("0xfee00238+0x4 for function 1", False),
    ],
)
def test_late_message(tmp_path, where, late):
    """It is a write of 4 bytes, to 0 or to where x86 takes messages."""
    log = tmp_path / "model.log"
    log.write_text(f"[1.0] violation: no host memory at {where}\n")
    found = known_violations(log, [late_messages("a function")])
    assert found == ({"unmapped": 1} if late else {})


def test_known_violation_is_known_for_what_stands_behind(tmp_path):
    log = tmp_path / "model.log"
    log.write_text("[1.0] violation: first\n[1.0] and then\n")
    for behind, count in (("and then", 1), ("another", 0)):
        known = Known("violation: first", "why", violation="unmapped", behind=behind)
        assert known_violations(log, [known]).total() == count
    elsewhere = Known("violation", "why", violation="unmapped", log="host.console")
    assert known_violations(log, [elsewhere]).total() == 0


def test_violation_that_two_are_known_for(tmp_path):
    """It is one: another of that rule stays unknown."""
    log = tmp_path / "model.log"
    log.write_text("[1.0] violation: no host memory at 0x0+0x4 for function 0\n")
    both = [late_messages("a function"), late_messages("another")]
    assert known_violations(log, both) == {"unmapped": 1}


@pytest.mark.parametrize("address, bad", [("0x0", 0), ("0x1000", 3)])
def test_message_that_qemu_takes_up_late(tmp_path, address, bad):
    """It goes to address 0, and nothing else may."""
    (tmp_path / "host.console").write_text(
        "[   39.9] DMAR: DRHD: handling fault status reg 2\n"
        "[   39.9] DMAR: [DMA Write NO_PASID] Request device [0000:01:00.0] fault addr"
        f" {address} [fault reason 0x05] PTE Write access is not set\n"
    )
    (tmp_path / "host.qemu").write_text(
        "qemu-system-x86_64: vtd_iova_to_sspte: detected sspte permission error "
        f"(iova={address}, level=0x3, sspte=0x0, write=1, pasid=0x0)\n"
        "qemu-system-x86_64: vtd_iommu_translate: detected translation failure "
        f"(dev=01:00:00, iova={address})\n"
    )
    assert len(scan(tmp_path)) == bad


def test_first_line_of_a_known_report(tmp_path):
    """What it is about stands behind it; another one begins in the same way."""
    first = "WARNING: possible circular locking dependency detected\n"
    known = [Known("WARNING: possible", "why", log="a.console", behind="base_lock")]
    (tmp_path / "a.console").write_text(f"{first}...\n... at: base_lock+0x1\n")
    (tmp_path / "b.console").write_text(f"{first}...\n... at: base_lock+0x1\n")
    (tmp_path / "c.console").write_text("")
    assert scan(tmp_path, known) == [f"b.console:1: {first.rstrip()}"]
    (tmp_path / "a.console").write_text(f"base_lock\n{first}... at: my_lock+0x1\n")
    assert scan(tmp_path, known)[0] == f"a.console:2: {first.rstrip()}"


def test_allow_list_needs_reasons(tmp_path):
    path = tmp_path / "allowed"
    path.write_text("# comment\n\nWARNING: harmless  # reason\n")
    assert bad_lines("WARNING: harmless", load_allowed(path)) == []
    for entry in ("WARNING: harmless\n", "WARNING: harmless  # \n", "  # why\n"):
        path.write_text(entry)
        with pytest.raises(ValueError, match=":1: wanted"):
            load_allowed(path)


def test_excerpt_prefers_bad_lines(tmp_path):
    log = tmp_path / "log"
    log.write_text("first\nWARNING: one\n" + "noise\n" * 20 + "BUG: two\nlast\n")
    assert excerpt(log).splitlines() == ["  2: WARNING: one", "  23: BUG: two"]


def test_excerpt_falls_back_to_the_last_lines(tmp_path):
    log = tmp_path / "log"
    log.write_text("".join(f"line {n}\n" for n in range(9)) + "\n")
    assert excerpt(log, 2) == "  line 7\n  line 8"
    log.write_text("")
    assert "empty" in excerpt(log)
    assert "no log" in excerpt(tmp_path / "none")
