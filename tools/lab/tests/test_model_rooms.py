# SPDX-License-Identifier: GPL-2.0
"""The model's files are layers: none takes from one that takes from it."""

import re
from pathlib import Path

import rooms

MODEL = Path(__file__).parents[1] / "model"


def test_no_room_is_part_of_a_circle():
    graph = rooms.graph(MODEL.glob("*.[ch]"))
    print(rooms.show(graph))
    assert rooms.circles(graph) == []


def test_lowest_and_highest_room():
    graph = rooms.graph(MODEL.glob("*.[ch]"))
    assert "util" in rooms.layers(graph)[0][0]
    assert rooms.layers(graph)[0][-1] == ["main"]


def test_one_register_map_for_model_and_glue():
    """The endpoint's driver states no register of its own."""
    glue = (MODEL.parent / "guest" / "dw-ep-lab.c").read_text()
    assert '#include "../model/regmap.h"' in glue
    assert re.findall(r"^#\s*define\s+\w+.*\b0x.*", glue, re.M) == []


def write(folder: Path, **files: str) -> rooms.Graph:
    """The graph of these files; `a_c` is a.c."""
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return rooms.graph(folder.glob("*.[ch]"))


def test_everything_that_can_be_taken(tmp_path: Path):
    """Each of these is an edge, and a member or a comment is none."""
    graph = write(
        tmp_path,
        low_h="#define MACRO 1\nstruct tag {\n\tint x;\n};\nenum e { CONSTANT, };\n"
        "typedef int word;\nextern int object;\nvoid function(void);\n"
        "static inline int small(void)\n{\n\treturn 0;\n}\n",
        low_c="int object = 1;\nvoid function(void)\n{\n}\n"
        "static void hidden(void)\n{\n}\n",
        a_c="int a = MACRO;\n",
        b_c="struct tag b;\n",
        c_c="int c = CONSTANT;\n",
        d_c="word d;\n",
        e_c="int *e(void)\n{\n\treturn &object;\n}\n",
        f_c="void f(void)\n{\n\tfunction();\n}\n",
        g_c="int g(void)\n{\n\treturn small();\n}\n",
        h_c="/* MACRO */\nint h(struct tag *t)\n{\n\treturn t->object;\n}\n",
        j_c='#include "low.h"\nint j;\n',
        i_c="static void hidden(void)\n{\n}\nvoid i(void)\n{\n\thidden();\n}\n",
    )
    taken = {room: sorted(takes.get("low", ())) for room, takes in graph.items()}
    assert taken == {
        "low": [],
        "a": ["MACRO"],
        "b": ["struct tag"],
        "c": ["CONSTANT"],
        "d": ["word"],
        "e": ["object"],
        "f": ["function"],
        "g": ["small"],
        "h": ["struct tag"],
        "i": [],
        "j": ["low.h"],
    }


def test_a_circle_is_told_and_what_makes_it(tmp_path: Path):
    """Also when one half of it goes through a third room."""
    graph = write(
        tmp_path,
        a_c="void a(void)\n{\n\tb();\n}\n",
        b_c="void b(void)\n{\n\tc();\n}\n",
        c_c="void c(void)\n{\n\ta();\n}\n",
        d_c="void d(void)\n{\n\ta();\n}\n",
    )
    assert rooms.circles(graph) == ["a", "b", "c"]
    assert "circle: c takes from a: a" in rooms.show(graph)


def test_a_type_that_is_only_declared_is_opaque(tmp_path: Path):
    graph = write(
        tmp_path,
        a_h="struct b;\nstruct a {\n\tstruct b *b;\n};\n",
        b_h="struct b {\n\tstruct a *a;\n};\n",
    )
    assert rooms.circles(graph) == []
