# SPDX-License-Identifier: GPL-2.0
"""The verbs behind ./lab tree and ./lab series. Runs in the toolchain root."""

import argparse
import sys
from pathlib import Path

from .check import check
from .export import export
from .parts import files, load, patches_of
from .patch import SeriesError
from .refresh import refresh
from .tree import Misfit, apply_series, make_tree


MISFIT = 3  # exit status


def apply(args: argparse.Namespace) -> None:
    try:
        print(f"applied {apply_series(args.folder, args.part, args.only)} patches")
    except Misfit as error:
        print(f"lab: {error}", file=sys.stderr)
        sys.exit(MISFIT)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./lab series")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("apply", "tree", "refresh", "export"):
        verbs.add_parser(verb).add_argument("folder", type=Path)
    some = verbs.choices["apply"].add_mutually_exclusive_group()
    some.add_argument("--part", help="that one and what it depends on")
    some.add_argument("--only", metavar="PART/PATCH")
    verbs.choices["export"].add_argument("part", nargs="*")
    verbs.choices["export"].add_argument("--signoff", metavar="NAME <MAIL>")
    verbs.choices["export"].add_argument("--unresolved", action="store_true")
    for verb in ("check", "files", "list"):
        verbs.add_parser(verb)
    verbs.choices["files"].add_argument("only", metavar="PART/PATCH", nargs="?")
    return parser.parse_args()


def run(args: argparse.Namespace) -> None:
    if args.verb == "apply":
        apply(args)
    elif args.verb == "tree":
        count = make_tree(args.folder)
        print(f"{count} patches; the tag base is the pristine kernel")
    elif args.verb == "refresh":
        print("\n".join(refresh(args.folder)) or "patches/ is up to date")
    elif args.verb == "export":
        mails = export(args.folder, args.part, args.signoff, args.unresolved)
        print("\n".join(path.relative_to(args.folder).as_posix() for path in mails))
    elif args.verb == "files":
        print("\n".join(files(args.only)))
    elif args.verb == "list":
        print("\n".join(patch.name for patch in patches_of(load())))
    else:
        print(check())


try:
    run(arguments())
except SeriesError as error:
    sys.exit(f"lab: {error}")
