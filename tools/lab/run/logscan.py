# SPDX-License-Identifier: GPL-2.0
"""Finds the lines of a log that no run may contain.

A console log is bad when the kernel complained, whatever the tests said. QEMU has
nothing to say when all is well, so that every line in its log is bad. Known and
harmless lines stand in allowed.txt, one regular expression a line, each with its
reason; an entry without a reason is refused.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ALLOWED = Path(__file__).with_name("allowed.txt")


@dataclass(frozen=True)
class Known:
    """What drivers of the base do and go on doing, for a lab that runs these.

    line: a regular expression for lines that may be in a log; violation: the rule of
    the bus, by its name, that each of them in the model's log reports; reason: why.
    log: the only one in which it is known; behind: a regular expression for what has
    to follow soon, where the line itself is like those of others.
    """

    line: str
    reason: str
    violation: str = ""
    log: str = ""
    behind: str = ""

    def passes(self, line: str, rest: Sequence[str]) -> bool:
        """Over a line, with those that follow it."""
        return bool(re.search(self.line, line)) and (
            not self.behind or any(re.search(self.behind, text) for text in rest)
        )


# What kernels, sanitizers and QEMU print when something is wrong
_BAD = re.compile(
    "|".join(
        (
            r"\bWARNING:",
            r"\bBUG\b",
            r"\bOops\b",
            r"Kernel panic",
            r"Internal error:",
            r"Unable to handle kernel",
            r"general protection fault",
            r"\bKASAN\b",
            r"\bKCSAN\b",
            r"\bUBSAN\b",
            r"\bKFENCE\b",
            r"\bODEBUG\b",
            r"DMA-API:",
            r"INFO: task .* blocked",
            r"INFO: rcu",
            r"rcu: INFO",
            r"INFO: (possible|trying|inconsistent|suspicious|lockdep)",
            r"soft lockup|hard LOCKUP",
            r"refcount_t:",
            r"list_(add|del) corruption",
            r"unreferenced object",
            r"new suspected memory leaks",
            r"unregister_netdevice: waiting",
            r"irq \d+: nobody cared",
            r"Unexpected .*exception",
            r"DMAR: .*fault|\[DMA (Read|Write)",
            r"scheduling while atomic",
            r"sysfs: cannot create duplicate",
            r"debugfs: .*already exists in",
            r"still has .*references|has \d+/\d+ users at",
            r"page allocation failure",
            r"Out of memory: Killed",
            r"Flags mismatch irq",
            r"No irq handler for",
            r"unexpected IRQ trap",
            r"swiotlb buffer is full",
            r"VT-d detected Invalidation",
            r"segfault at",
            r"\b(Address|Leak|Thread)Sanitizer\b",
            r"runtime error:",
            r"Assertion .* failed",
        )
    )
)

_ANY = re.compile(r"\S")


@dataclass(frozen=True)
class BadLine:
    """One line of a log: its number, counted from 1, and its text."""

    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.number}: {self.text}"


def load_allowed(path: Path = ALLOWED) -> list[re.Pattern[str]]:
    """Read an allow list: `REGEX  # REASON`, blank lines and comments between."""
    allowed = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        regex, _, reason = line.rpartition("  # ")
        if not regex.strip() or not reason.strip():
            raise ValueError(f"{path}:{number}: wanted 'REGEX  # REASON'")
        allowed.append(re.compile(regex.strip()))
    return allowed


# Lines of a report of the kernel, behind its first
_REPORT = 60


def bad_lines(
    text: str,
    allowed: Iterable[re.Pattern[str]] | None = None,
    *,
    known: Sequence[Known] = (),
    pattern: re.Pattern[str] = _BAD,
) -> list[BadLine]:
    """Bad lines of `text` that are neither on the allow list nor known, in order."""
    if allowed is None:
        allowed = load_allowed()
    allowed = tuple(allowed)
    lines = text.splitlines()
    return [
        BadLine(number, line.rstrip())
        for number, line in enumerate(lines, 1)
        if pattern.search(line)
        and not any(a.search(line) for a in allowed)
        and not any(k.passes(line, lines[number : number + _REPORT]) for k in known)
    ]


def scan(folder: Path, known: Sequence[Known] = ()) -> list[str]:
    """Every bad line in the logs of a lab, as `LOG:NUMBER: TEXT`.

    known: more than the allow list, for this lab.
    """
    allowed = load_allowed()
    patterns = {".console": _BAD, ".log": _BAD, ".qemu": _ANY}
    return [
        f"{log.name}:{line}"
        for log in sorted(folder.iterdir())
        if log.suffix in patterns
        for line in bad_lines(
            log.read_text(errors="replace"),
            allowed,
            known=[entry for entry in known if entry.log in ("", log.name)],
            pattern=patterns[log.suffix],
        )
    ]


def known_violations(log: Path, known: Iterable[Known]) -> Counter[str]:
    """How many violations of each rule the model's log reports with a known line: one
    a line, however many know it.
    """
    known = [k for k in known if k.violation and k.log in ("", log.name)]
    lines = log.read_text(errors="replace").splitlines()
    found: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        rest = lines[number : number + _REPORT]
        found.update({k.violation for k in known if k.passes(line, rest)})
    return found


def excerpt(path: Path, count: int = 5) -> str:
    """What to show of the log of something that failed: its first bad lines, and
    when there are none, its last lines.
    """
    try:
        text = path.read_text(errors="replace")
    except OSError as error:
        return f"  (no log: {error})"
    bad = bad_lines(text)[:count]
    if bad:
        return "\n".join(f"  {line}" for line in bad)
    last = [line for line in text.splitlines() if line.strip()][-count:]
    return "\n".join(f"  {line}" for line in last) or "  (the log is empty)"
