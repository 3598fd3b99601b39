# SPDX-License-Identifier: GPL-2.0
"""How a demo tells what it does: steps, commands as they are run, tables."""

from collections.abc import Iterable, Mapping

from .control import Count
from .machine import Machine


def say(text: str = "") -> None:
    print(text, flush=True)


def step(text: str) -> None:
    say(f"\n== {text}")


def show(machine: Machine, command: str, timeout: float = 300) -> str:
    """Run a command as a user would see it; the time is for a busy machine."""
    say(f"{machine.name}# {command}")
    out = machine.do(command, timeout)
    for line in out.splitlines():
        say(f"    {line.rstrip()}")
    return out


def show_all(machine: Machine, commands: Iterable[str]) -> None:
    for command in commands:
        show(machine, command)


def show_costs(
    title: str,
    names: Mapping[str, str],
    costs: Mapping[str, Mapping[str, Count]],
    per: int = 1,
) -> None:
    """Table of the link's counters: a row for each of `names` (counter and its
    meaning), a column for each of `costs`, divided by `per`.
    """
    say(f"    {title:40} " + " ".join(f"{column:>12}" for column in costs))
    for name, text in names.items():
        values = (counts[name].count / per for counts in costs.values())
        say(f"    {text:40} " + " ".join(f"{value:12g}" for value in values))
