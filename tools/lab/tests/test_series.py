# SPDX-License-Identifier: GPL-2.0
"""The gates of the series (Q33).

What needs a compiler was built before the tests began: a gate is a folder of
results, named gate.NAME among the artifacts. What needs none is run here.
"""

import re
import subprocess
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from run import logscan
from run.ktap import parse
from series import check, parts
from series.export import export
from series.patch import REPO

PATCHES = parts.patches_of(parts.load())
NAMES = [one.name.removesuffix(".patch") for one in PATCHES]
ADDED = [path for one in PATCHES for path in one.adds]
SIDES = ("ep", "host")

# What checkpatch says and this project has a reason not to follow.
CHECKPATCH_IGNORES = {
    "MISSING_SIGN_OFF": "patches are stored unsigned, who submits them signs",
    "FILE_PATH_CHANGES": "one patch of the series has all MAINTAINERS entries",
    "UNKNOWN_COMMIT_ID": "the package of the kernel's source has no history",
    "MISSING_FIXES_TAG": "it takes no ? for an id, which export refuses",
}


@pytest.fixture(scope="session")
def mails(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The exported series, by part and name of the patch."""
    folder = tmp_path_factory.mktemp("export")
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in export(folder, unresolved=True)
    }


@pytest.fixture(scope="session")
def next_tree(artifacts) -> Path:
    """The kernel with the series."""
    return artifacts.path("next.src")


@pytest.mark.needs("base-git")
def test_series_reproduces_itself():
    """Q33: each part, of at most 15 patches, applies to the pristine base with what it
    depends on; the mails make the same tree; refresh leaves no diff; no in-tree file
    is without a patch."""
    assert re.match(
        r"series: \d+ patches \(.+\), tree [0-9a-f]{40}|series: no patches",
        check.check(),
    )


@pytest.mark.needs("gate.walk-{side}")
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_patch_builds(artifacts, name: str, side: str):
    """Q33: each patch builds alone, on both architectures, without a warning."""
    folder = artifacts.path(f"gate.walk-{side}")
    log = (folder / f"{name}.log").read_text()
    assert (folder / f"{name}.status").read_text() == "0\n", bad_lines(log)
    assert not warnings(log)


# Registers that are memory: only UML lets a test have these
ELSEWHERE = {"drivers/dma/dw-edma/dw-edma-regs-test.c"}

# Selected by nothing before the patch behind it
LATER = {"drivers/dma/pci-dma-chan.c", "include/linux/dma/pci-dma-chan.h"}


@pytest.mark.needs("gate.walk-ep", "gate.walk-host")
@pytest.mark.parametrize("name", NAMES)
def test_patch_is_compiled(artifacts, name: str):
    """Each source that a patch adds or changes, right then, for one machine at
    least, and of a header what includes it: what is not configured builds, too."""
    logs = "".join(
        (artifacts.path(f"gate.walk-{side}") / f"{name}.log").read_text()
        for side in SIDES
    )
    compiled = {
        *(
            f"{stem}.c"
            for stem in re.findall(r"^  CC (?:\[M\])? +(\S+)\.o$", logs, re.M)
        ),
        *re.findall(r"^  INCLUDED (\S+)$", logs, re.M),
    }
    sources = {
        path
        for path in parts.files(f"{name}.patch")
        if re.search(r"\.[ch]$", path) and not path.startswith("tools/")
    }
    assert sources - compiled <= ELSEWHERE | LATER


@pytest.mark.needs("gate.walk-ep")
@pytest.mark.parametrize("driver", ["pcie-rcar-gen4", "pcie-dw-rockchip"])
def test_glue_of_boards_is_built(artifacts, driver: str):
    """The real drivers of the modelled boards, with each patch that changes what
    they include."""
    folder = artifacts.path("gate.walk-ep")
    line = f"  CC      drivers/pci/controller/dwc/{driver}.o\n"
    assert any(line in (folder / f"{name}.log").read_text() for name in NAMES)


def bad_lines(log: str) -> str:
    """The lines of a build log that say what went wrong."""
    bad = [
        line
        for line in log.splitlines()
        if re.search(r"error|\*\*\*|undefined|does not apply", line)
    ]
    return "\n".join(bad[:20]) or log[-2000:]


def warnings(log: str) -> Counter[str]:
    """Warnings without line numbers: those move with every hunk."""
    return Counter(
        re.sub(r":\d+(:\d+)?:", ":", line)
        for line in log.splitlines()
        if re.search(r"\bwarning:|: error:", line, re.I)
    )


@pytest.mark.needs("gate.warnings-{side}")
@pytest.mark.parametrize("side", SIDES)
def test_no_new_warning(artifacts, side: str):
    """Q33: W=1 and sparse say no more of the patched files than of the base."""
    base, patched = (warning_log(artifacts, side, tree) for tree in ("base", "next"))
    folder = artifacts.path(f"gate.warnings-{side}")
    assert not (folder / "failed").exists(), bad_lines(patched)
    assert list((warnings(patched) - warnings(base)).elements()) == []


@pytest.mark.needs("gate.warnings-ep", "gate.warnings-host")
def test_no_file_escapes_sparse(artifacts):
    """Each C file of the series was looked at, for one machine at least."""
    seen = {
        path
        for side in SIDES
        for path in re.findall(
            r"^  CHECK   (\S+)$", warning_log(artifacts, side, "next"), re.M
        )
    }
    files = [
        path
        for path in parts.files()
        if path.endswith(".c") and not path.startswith("tools/")
    ]
    assert set(files) - seen == ELSEWHERE


def warning_log(artifacts, side: str, tree: str) -> str:
    return (artifacts.path(f"gate.warnings-{side}") / f"{tree}.log").read_text()


@pytest.mark.needs("gate.{gate}")
@pytest.mark.parametrize(
    "gate", ["off-ep", "off-host", "modules-ep", "modules-host", "i386", "arm", "clang"]
)
def test_variant_builds(artifacts, gate: str):
    """Q28: 32 bit, clang, every symbol off, every symbol a module."""
    folder = artifacts.path(f"gate.{gate}")
    log = (folder / "log").read_text()
    assert not (folder / "failed").exists(), bad_lines(log)
    assert not warnings(log)


@pytest.mark.needs("gate.modules-{side}")
@pytest.mark.parametrize(
    "side, modules",
    [
        ("ep", "dw-edma pci-ep-dma-export pci-epf-dma"),
        ("host", "dw-edma dw-edma-pcie pci-dma-chan pci_ep_dma_test"),
    ],
)
def test_modules_are_linked(artifacts, side: str, modules: str):
    """Q28: what one uses of another is exported. That shows in nothing built in."""
    log = (artifacts.path(f"gate.modules-{side}") / "log").read_text()
    linked = re.findall(r"^  LD \[M\]  .*/(.+)\.ko$", log, re.M)
    assert set(modules.split()) <= set(linked)


# UML has no generic PCI domains, of which the base warns once
NO_DOMAINS = re.compile(
    r"^WARNING: drivers/pci/endpoint/pci-epc-core\.c:\d+ at __pci_epc_create"
)


@pytest.mark.needs("gate.kunit")
def test_kunit(artifacts):
    """Q7: the KUnit suites of the series run and pass."""
    folder = artifacts.path("gate.kunit")
    assert not (folder / "failed").exists(), (folder / "log").read_text()[-2000:]
    text = (folder / "ktap").read_text()
    suites = {
        name
        for path in ADDED
        if path.endswith(".c")
        for name in re.findall(
            r"^static struct kunit_suite \w+ = \{\n\t\.name = \"(.+)\",$",
            (REPO / path).read_text(),
            re.M,
        )
    }
    assert {case.name: case.result for case in parse(text)} == dict.fromkeys(
        suites, "pass"
    )
    assert re.findall(r"^ *(?:not ok .*|ok .*# SKIP.*)", text, re.M) == []
    allowed = [*logscan.load_allowed(), NO_DOMAINS]
    assert [str(line) for line in logscan.bad_lines(text, allowed)] == []


# What coccicheck says and nobody should follow
REFUTED = {
    # A direction of the engine, not of an access; "write" and "read" are its names
    "include/linux/pci-ep-dma.h": [
        "string_choices: ./include/linux/pci-ep-dma.h opportunity for "
        "str_write_read(dir == PCI_EP_DMA_DIR_WRITE)"
    ],
    # An offset and a length
    "drivers/pci/pci-ep-dma-format-test.c": [
        "orplus: ./drivers/pci/pci-ep-dma-format-test.c WARNING: "
        "sum of probable bitmasks, consider |"
    ],
}


@pytest.mark.needs("gate.coccinelle")
@pytest.mark.parametrize(
    "path",
    [
        path
        for path in parts.files()
        if re.search(r"\.[ch]$", path) and not path.startswith("tools/")
    ],
)
def test_coccicheck(artifacts, path: str):
    """Q33: coccicheck says no more of a file than of the base's."""
    folder = artifacts.path("gate.coccinelle")
    base, patched = (reports(folder / tree, path) for tree in ("base", "next"))
    assert list((patched - base).elements()) == REFUTED.get(path, [])


def reports(folder: Path, path: str) -> Counter[str]:
    """What each semantic patch said of a file."""
    return Counter(
        f"{report.name}: {re.sub(r':[0-9:-]+| on line [0-9]+', '', line)}"
        for report in folder.iterdir()
        for line in report.read_text().splitlines()
        if line.startswith(f"./{path}:")
    )


@pytest.mark.needs("gate.coccinelle")
def test_coccicheck_did_all(artifacts):
    """Each semantic patch ran to its end, but for those that cannot run here."""
    folder = artifacts.path("gate.coccinelle")
    assert not (folder / "failed").exists()
    assert len(list((folder / "next").iterdir())) > 50
    assert (folder / "next/skipped").read_text().splitlines() == [
        "check_bq27xxx_data: is written in OCaml",
        "kmalloc_objs: has no report",
        "badzero: is written in OCaml",
    ]


@pytest.mark.needs("gate.documents", "next-src")
def test_documents(artifacts, next_tree: Path):
    """Q33: Sphinx says no more of the documents than of the base's."""
    folder = artifacts.path("gate.documents")
    assert not (folder / "failed").exists(), (folder / "next.log").read_text()
    base, patched = (
        complaints((folder / f"{tree}.log").read_text(), next_tree)
        for tree in ("base", "next")
    )
    assert list((patched - base).elements()) == []


def complaints(log: str, tree: Path) -> Counter[str]:
    """Warnings without line numbers, and without references to documents that are
    there but were not built.
    """

    def is_there(line: str) -> bool:
        found = re.match(r"/src/(\S+?):.* unknown document: '(\S+)'", line)
        if not found:
            return False
        page, name = found.groups()
        start = "Documentation" if name.startswith("/") else Path(page).parent
        return (tree / start / f"{name.lstrip('/')}.rst").exists()

    return Counter(
        re.sub(r":\d+:", ":", line)
        for line in log.splitlines()
        if re.search(r"\b(WARNING|ERROR|SEVERE|CRITICAL)\b", line)
        and not is_there(line)
    )


@pytest.mark.needs("base-git", "next-src")
@pytest.mark.parametrize("name", NAMES)
def test_checkpatch(mails, next_tree: Path, name: str):
    """Q33: checkpatch --strict has nothing to say."""
    done = subprocess.run(
        [
            "scripts/checkpatch.pl",
            "--strict",
            "--no-summary",
            "--terse",
            "--show-types",
            "--color=never",
            "--ignore",
            ",".join(CHECKPATCH_IGNORES),
            str(mails[name]),
        ],
        cwd=next_tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


@pytest.mark.needs("next-src")
@pytest.mark.parametrize(
    "path", [path for path in ADDED if re.search(r"\.[ch]$", path)]
)
def test_kernel_doc(next_tree: Path, path: str):
    """Q33: kernel-doc -Werror on every C file that the series adds."""
    done = subprocess.run(
        ["scripts/kernel-doc", "-none", "-Wall", "-Werror", path],
        cwd=next_tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.needs("next-src")
def test_maintainers(next_tree: Path):
    """The entries in this repository are those of the patched kernel, and they
    cover every file that the series adds; what a mend adds is its maintainers'."""
    entries = [
        text.strip()
        for text in (REPO / "MAINTAINERS").read_text().split("\n\n")
        if re.search(r"^F:\t", text, re.M)
    ]
    kernel = (next_tree / "MAINTAINERS").read_text()
    assert entries
    for entry in entries:
        assert f"\n{entry}\n" in kernel, entry.splitlines()[0]
    ours, all_of_them = (
        re.findall(r"^F:\t(?!\*/?$)(\S+)$", text, re.M)
        for text in ("\n".join(entries), kernel)
    )
    for one in PATCHES:
        patterns = all_of_them if one.name.startswith("fixes-") else ours
        assert [path for path in one.adds if not covers(patterns, path)] == []


def covers(patterns: list[str], path: str) -> bool:
    """As get_maintainer reads F: lines."""
    return any(
        (
            path.startswith(pattern)
            if pattern.endswith("/")
            else fnmatchcase(path, pattern)
        )
        for pattern in patterns
    )


def told_in_headers() -> list[tuple[str, str]]:
    """The DOC blocks of headers that the series adds, with the header's path."""
    return [
        (path, name)
        for path in ADDED
        if re.match(r"include/linux/.*\.h$", path)
        for name in re.findall(r"^ \* DOC: (.+)$", (REPO / path).read_text(), re.M)
    ]


@pytest.mark.parametrize("path, name", told_in_headers())
def test_what_headers_tell_is_in_the_documents(path: str, name: str):
    """Q54: what two machines agree on is read where the documents are."""
    documents = [
        (REPO / document).read_text() for document in ADDED if document.endswith(".rst")
    ]
    pulled = f".. kernel-doc:: {path}\n   :doc: {name}\n"
    assert any(pulled in document for document in documents)


@pytest.mark.needs("next-src")
def test_trust_is_told_where_users_meet_it(next_tree: Path):
    """Q29: in the symbol's help, in the user's guide before its first command, and in
    full beside the attributes."""
    docs = next_tree / "Documentation/PCI/endpoint"
    kconfig = (next_tree / "drivers/pci/endpoint/functions/Kconfig").read_text()
    help_text = kconfig.split("config PCI_EPF_DMA\n")[1].split("\nconfig ")[0]
    assert "can reach all memory that the DMA engine can reach" in plain(help_text)

    guide = (docs / "pci-dma-howto.rst").read_text()
    assert "read its section about trust first" in plain(guide.split("::\n")[0])

    trust = re.search(
        r"^Trust\n=+\n(.*?)\n\w+\n=+\n",
        (docs / "pci-dma-function.rst").read_text(),
        re.M | re.S,
    )[1]
    for told in (
        "Nothing is exposed until a function is configured",
        "Without an IOMMU on the endpoint",
        "With an IOMMU",
        "a page has the registers of both directions",
    ):
        assert told in plain(trust)


def plain(text: str) -> str:
    """One line, however it was wrapped."""
    return " ".join(text.split())
