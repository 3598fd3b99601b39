# SPDX-License-Identifier: GPL-2.0
"""The rooms of a C program and who takes what from whom.

NAME.c and NAME.h are one room. An edge is any function, object, type, constant or
macro that another room defines, and any header of it that is included. A type that a
room only declares (`struct x;`) is opaque there: it takes nothing of it. Fit for code
in kernel style, where what a file defines begins in the first column.
"""

import re
from collections.abc import Iterable
from pathlib import Path

# Who takes from whom, and which names
Graph = dict[str, dict[str, set[str]]]

_NOISE = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S
)
_INCLUDE = re.compile(r"^#\s*include\b.*$", re.M)
_OURS = re.compile(r"^#\s*include\s+\"(?:[^\"\n]*/)?(\w+)\.h\"", re.M)
_MACRO = re.compile(r"^#\s*define\s+(\w+)", re.M)
_TAG = re.compile(r"\b(?:struct|union|enum)\s+(\w+)\s*\{")
_OPAQUE = re.compile(r"^(?:struct|union|enum)\s+(\w+);", re.M)
_ENUM = re.compile(r"\benum\b[\w\s]*\{([^}]*)\}")
_TYPEDEF = re.compile(r"^typedef\b.*?\b(\w+);", re.M | re.S)
_FUNCTION = re.compile(r"^([a-z_][\w \t*]*?)\b(\w+)\([^;{}]*\)\s*\{", re.M)
_OBJECT = re.compile(r"^([a-z_][\w \t*]*?)\b(\w+)(?:\[[^]]*\])*(?: =|;)", re.M)
_NO_OBJECT = re.compile(r"(?:extern|typedef)\b|(?:struct|union|enum)\s*$")
_USE = re.compile(r"(\.|->)?\s*\b(?:(struct|union|enum)\s+)?([A-Za-z_]\w*)")


class File:
    """Names that a file defines for others, keeps for itself, and uses.

    Tags of types have names of their own kind: `struct x` is not `x`.
    """

    def __init__(self, path: Path):
        text = path.read_text()
        self.includes = set(_OURS.findall(text))
        text = _NOISE.sub(" ", _INCLUDE.sub("", text))
        public, private = self._functions_and_objects(text)
        constants = set(_MACRO.findall(text)) | set(_TYPEDEF.findall(text))
        for body in _ENUM.findall(text):
            constants |= set(re.findall(r"(?:^|,)\s*(\w+)", body))
        tags = {f"struct {name}" for name in _TAG.findall(text)}
        if path.suffix == ".h":
            self.public = public | private | constants | tags
            self.private = set()
        else:
            self.public = public
            self.private = private | constants | tags
        self.private |= {f"struct {name}" for name in _OPAQUE.findall(text)}
        self.uses = {
            f"struct {name}" if tag else name
            for member, tag, name in _USE.findall(text)
            if not member
        }

    @staticmethod
    def _functions_and_objects(text: str) -> tuple[set[str], set[str]]:
        public: set[str] = set()
        private: set[str] = set()
        found = _FUNCTION.findall(text)
        found += [
            (words, name)
            for words, name in _OBJECT.findall(text)
            if not _NO_OBJECT.match(words)
        ]
        for words, name in found:
            (private if re.match(r"static\b", words) else public).add(name)
        return public, private


def graph(sources: Iterable[Path]) -> Graph:
    """Every room with the rooms it takes from."""
    files: dict[str, list[File]] = {}
    for path in sorted(sources):
        files.setdefault(path.stem, []).append(File(path))
    homes = {
        name: room
        for room, its in files.items()
        for file in its
        for name in file.public
    }
    rooms: Graph = {}
    for room, its in files.items():
        private = set().union(*(file.private for file in its))
        takes: dict[str, set[str]] = {}
        for name in set().union(*(file.uses for file in its)) - private:
            home = homes.get(name, room)
            if home != room:
                takes.setdefault(home, set()).add(name)
        for other in set().union(*(file.includes for file in its)) & set(files):
            if other != room:
                takes.setdefault(other, set()).add(f"{other}.h")
        rooms[room] = takes
    return rooms


def layers(rooms: Graph) -> tuple[list[list[str]], list[str]]:
    """The rooms from the bottom up, each in the lowest layer that it can be in;
    and those that are left because each of them needs another one of them."""
    below: set[str] = set()
    found = []
    while ready := sorted(
        room for room in rooms if room not in below and set(rooms[room]) <= below
    ):
        found.append(ready)
        below.update(ready)
    return found, sorted(set(rooms) - below)


def circles(rooms: Graph) -> list[str]:
    """Those that are part of a circle, not those above one."""
    left = set(layers(rooms)[1])
    while top := {
        room for room in left if not any(room in rooms[other] for other in left)
    }:
        left -= top
    return sorted(left)


def show(rooms: Graph) -> str:
    """A line a room, the lowest layer first."""
    found, left = layers(rooms)
    lines = []
    for number, layer in enumerate(found):
        lines += [f"{number} {room}: {' '.join(sorted(rooms[room]))}" for room in layer]
    for room in left:
        lines.append(f"? {room}: {' '.join(sorted(rooms[room]))}")
    for room in circles(rooms):
        for other in sorted(set(rooms[room]) & set(circles(rooms))):
            names = " ".join(sorted(rooms[room][other]))
            lines.append(f"circle: {room} takes from {other}: {names}")
    return "\n".join(lines)
