# SPDX-License-Identifier: GPL-2.0
"""What an entry of the cache is keyed by, and which kernel source is taken."""

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
from front_door import KEY, REPO, half_built, run


LIBRARY = "".join(
    f". {REPO}/tools/lab/{name}.sh\n"
    for name in (
        "kernel/times",
        "lib/host",
        "lib/toolchain",
        "lib/source",
        "lib/prepare",
        "lib/gates",
    )
)

PACKAGES = """\
binutils	2.44-3
busybox-static	1:1.37.0-6
coccinelle	1.3
gcc-14	14.2.0-19
gcc-14-aarch64-linux-gnu	14.2.0-19cross1
git	1:2.47.3-0
libc6:amd64	2.41-12
libc6-dev:amd64	2.41-12
make	4.4.1-2
python3-pytest	8.3.5-2
sparse	0.6.4-5
"""


def keys(cache: Path, root: Path, packages: str) -> dict[str, str]:
    """The keys of kernels, of a gate and of the guests' programs, by name."""
    (root / "etc/lab").mkdir(parents=True, exist_ok=True)
    (root / "etc/lab/packages").write_text(packages)
    done = run(
        cache,
        f"{LIBRARY}root={root} next_src=/cache/next-{KEY}\n"
        "toolchain=$(toolchain_key <$root/etc/lab/packages)\n"
        "echo kernel $(kernel_key /cache/base-1 base ep)\n"
        "echo gate $(gate_key clang gate_variant arm64 clang allyesconfig)\n"
        "echo guest $(versions_of ${guest_programs[@]} <$root/etc/lab/packages | key)",
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "old, new, changed",
    [
        ("", "", set()),
        ("git\t", "libevent-core-2.1-7t64:amd64\t2.1.12\ngit\t", set()),
        ("python3-pytest\t8.3.5-2\n", "tmux\t3.5a-3\n", set()),
        ("14.2.0-19\n", "14.3.0-1\n", {"kernel", "gate"}),
        ("14.2.0-19cross1", "14.3.0-1cross1", {"kernel", "gate"}),
        ("make\t4.4.1-2", "make\t4.5-1", {"kernel", "gate"}),
        ("libc6-dev:amd64\t2.41-12", "libc6-dev:amd64\t2.42-1", {"kernel", "gate"}),
        ("sparse\t0.6.4-5", "sparse\t0.6.5-1", {"gate"}),
        ("1:1.37.0-6", "1:1.38.0-1", {"guest"}),
    ],
)
def test_only_build_tools_change_a_kernel(
    cache: Path, tmp_path: Path, old: str, new: str, changed: set
):
    before = keys(cache, tmp_path / "root", PACKAGES)
    assert old in PACKAGES
    after = keys(cache, tmp_path / "root", PACKAGES.replace(old, new, 1))
    assert {name for name in before if before[name] != after[name]} == changed


def test_the_root_has_every_build_tool(cache: Path):
    """No name in the list is a mistake."""
    packages = Path("/etc/lab/packages")
    if not packages.exists():
        pytest.skip("not in the toolchain root")
    done = run(
        cache,
        f"{LIBRARY}for name in ${{build_tools[@]}} ${{check_tools[@]}} "
        "${guest_programs[@]}; do\n"
        f"versions_of $name <{packages} >/dev/null || echo $name\ndone",
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_key_that_cannot_be_computed_is_an_error(cache: Path):
    done = run(
        cache,
        "shopt -s inherit_errexit; id=$({ echo a; content /no/such; } | key); echo on",
    )
    assert (done.returncode, done.stdout) == (1, "")
    for bad in ("''", "0123", "../../etc/passwd"):
        done = run(cache, f"cache_entry thing {bad} 'my title' good")
        assert done.returncode == 1
        assert done.stderr == "lab: bug: no key for 'my title'\n"


def test_only_what_a_patch_adds_is_part_of_the_series(cache: Path, tmp_path: Path):
    """Not a folder of notes, of builds, or another kernel beside it."""
    repo = tmp_path / "repo"
    for path in ("patches/new", "drivers/dma", "tools/series", "build"):
        (repo / path).mkdir(parents=True)
    for name in ("patch", "parts", "added", "tree"):
        (repo / f"tools/series/{name}.py").touch()
    (repo / "patches/new/0001-a.patch").write_text("---\nAdds: drivers/dma/a.c\n\n")
    letter = repo / "patches/new/cover-letter"
    letter.write_text("Subject: New\n\nText.\n")
    (repo / "drivers/dma/a.c").write_text("int a;\n")

    def series() -> str:
        done = run(cache, f"{LIBRARY}repo={repo}; added_files; series_content | key")
        assert done.returncode == 0, done.stderr
        return done.stdout

    before = series()
    assert before.startswith("drivers/dma/a.c\n")
    (repo / "build/vmlinux").touch()
    (repo / "drivers/dma/a.c.orig").touch()
    letter.write_text("Subject: New\n\nOther words.\n")
    assert series() == before
    # It says in which order parts are applied
    letter.write_text("Subject: New\nDepends-on: fixes-a\n\nOther words.\n")
    assert series() != before
    letter.write_text("Subject: New\n\nText.\n")
    (repo / "drivers/dma/a.c").write_text("int b;\n")
    assert series() != before


# Each file that goes into an entry changes the keys of what is made of it, and of
# what is made of that, and no others.

GATES = [
    name
    for names in re.findall(
        r"^\t([a-z0-9|-]+)\)", (REPO / "tools/lab/lib/gates.sh").read_text(), re.M
    )
    for name in names.split("|")
]
ALL_KEYS = f"""{LIBRARY}
. $repo/tools/lab/lib/sandbox.sh
. $repo/tools/lab/lib/options.sh
. $repo/tools/lab/lib/selftest.sh
need_subuid() {{ :; }}
sandbox() {{ echo drivers/a.c; }}
cache_entry()
{{
    echo "$1 $2"
    entry=$cache/$1-$2
    mkdir -p $entry/etc/lab $entry/opt/guest-arm64/usr/bin
    printf '%s\t1\n' gcc make sparse libc6 >$entry/etc/lab/packages
    touch $entry/opt/guest-arm64/usr/bin/busybox
    echo "package ${{PACKAGE-$exact_source}}" >$entry/about
}}
declare -A user_tree
need_root
need_model
need_base_git
need_next
need_base() {{ :; }}
need_next() {{ :; }}
for side in ep host; do
    for tree in base next; do need_guest $tree $side; done
    need_selftests $side size
done
need_guest next-kasan ep
need_guest next-gdb host
need_guest() {{ :; }}
for gate in {' '.join(GATES)}; do need_gate $gate; done
kernel_source= PACKAGE=linux-source-6.12
need_source
"""


def beside(folder: str, names: list[str]) -> set[str]:
    """What is not to be copied; a kernel tree in linux/ would fill the memory."""
    trees = names if Path(folder) == REPO else []
    return {".git", "__pycache__", *(name for name in trees if "linux" in name)}


def test_only_a_tree_at_the_top_is_beside_the_project():
    assert "linux" in beside(str(REPO), ["lab", "linux"])
    assert "lab" not in beside(str(REPO), ["lab", "linux"])
    assert "linux" not in beside(f"{REPO}/include", ["linux"])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that keys are made of."""
    copy = tmp_path_factory.mktemp("project") / "repo"
    shutil.copytree(REPO, copy, ignore=beside, symlinks=True)
    return copy


def all_keys(project: Path) -> dict[str, str]:
    done = run(project.parent / "cache", f"repo={project}\n{ALL_KEYS}")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    return {name: key for name, key in lines if len(key) == 16}


@pytest.fixture(scope="module")
def keys_before(project: Path) -> dict[str, str]:
    return all_keys(project)


GUESTS = "guest-* selftest-*"
KERNELS = f"kernel-* {GUESTS}"
OF_THE_SOURCE = f"base base-git next {KERNELS} gate-*"
SERIES = "next kernel-next* guest-next* selftest-* gate-* source-other"
CONFIGURED = "gate-walk-{0} gate-warnings-{0} gate-off-{0} gate-modules-{0}"
BY_SIDE = "kernel-*-{0} guest-*-{0} selftest-{0} " + CONFIGURED
BUILT_OF_NEXT = "kernel-next*-{0} guest-next*-{0} selftest-{0} " + CONFIGURED


@pytest.mark.parametrize(
    "path, changed",
    [
        ("tools/lab/root/packages", "root"),
        ("tools/lab/root/recipe.sh", "root"),
        ("patches/*/0001-*.patch", SERIES),
        ("drivers/dma/pci-dma-chan.c", SERIES),
        ("drivers/pci/.kunitconfig", SERIES),
        ("tools/lab/kernel/take-source.sh", "source source-other"),
        ("tools/lab/kernel/times.sh", OF_THE_SOURCE),
        ("tools/series/patch.py", SERIES),
        ("tools/series/parts.py", SERIES),
        ("tools/series/added.py", SERIES),
        ("tools/series/tree.py", SERIES),
        ("tools/series/fits.sh", "source-other"),
        ("tools/series/base-git.sh", "base-git"),
        ("tools/series/gates/walk.sh", "gate-walk-*"),
        ("tools/series/__main__.py", "gate-walk-*"),
        ("tools/series/gates/warnings.sh", "gate-warnings-*"),
        ("tools/series/gates/sparse", "gate-warnings-*"),
        ("tools/series/gates/symbols.sh", "gate-off-* gate-modules-*"),
        ("tools/series/gates/variant.sh", "gate-i386 gate-arm gate-clang"),
        ("tools/series/gates/kunit.sh", "gate-kunit"),
        ("tools/series/gates/coccinelle.sh", "gate-coccinelle"),
        ("tools/series/gates/documents.sh", "gate-documents"),
        ("Kconfig", f"{KERNELS} {CONFIGURED.format('*')}"),
        ("tools/lab/guest/Kconfig", f"{KERNELS} {CONFIGURED.format('*')}"),
        ("tools/lab/guest/dw-ep-lab.c", GUESTS),
        ("tools/lab/guest/init", GUESTS),
        ("tools/lab/guest/mkinitramfs", GUESTS),
        ("tools/lab/kernel/arch.sh", f"{KERNELS} {CONFIGURED.format('*')}"),
        (
            "tools/lab/kernel/cc",
            f"{KERNELS} {CONFIGURED.format('*')} "
            "gate-i386 gate-arm gate-clang gate-kunit",
        ),
        ("tools/lab/kernel/configure.sh", f"{KERNELS} {CONFIGURED.format('*')}"),
        ("tools/lab/kernel/build.sh", KERNELS),
        ("tools/lab/kernel/check-config.sh", f"{KERNELS} gate-off-* gate-modules-*"),
        ("tools/lab/kernel/guest.sh", GUESTS),
        ("tools/lab/kernel/selftest.sh", "selftest-*"),
        ("tools/lab/kernel/common.config", f"{KERNELS} {CONFIGURED.format('*')}"),
        ("tools/lab/kernel/ep.config", BY_SIDE.format("ep")),
        ("tools/lab/kernel/host.config", BY_SIDE.format("host")),
        ("tools/lab/kernel/ep-next.config", BUILT_OF_NEXT.format("ep")),
        ("tools/lab/kernel/host-next.config", BUILT_OF_NEXT.format("host")),
        ("tools/lab/kernel/kasan.config", "kernel-next-kasan-* guest-next-kasan-*"),
        ("tools/lab/kernel/gdb.config", "kernel-next-gdb-* guest-next-gdb-*"),
        ("tools/lab/model/main.c", "model"),
        ("tools/lab/model/Makefile", "model"),
        ("tools/lab/model/regmap.h", f"model {GUESTS}"),
        (
            "README.md lab patches/*/cover-letter tools/series/export.py "
            "tools/lab/boards/generic tools/lab/lib/prepare.sh "
            "tools/lab/run/demo.py tools/lab/tests/needs.py",
            "",
        ),
    ],
)
def test_a_file_changes_just_its_keys(
    project: Path, keys_before: dict[str, str], path: str, changed: str
):
    files = [next(project.glob(name)) for name in path.split()]
    texts = [file.read_bytes() for file in files]
    patterns = changed.split()
    for file, text in zip(files, texts):
        file.write_bytes(text + b"\n")
    try:
        keys = all_keys(project)
    finally:
        for file, text in zip(files, texts):
            file.write_bytes(text)
    assert keys.keys() == keys_before.keys()
    for pattern in patterns:
        assert any(fnmatch(name, pattern) for name in keys), pattern
    assert {name for name in keys if keys[name] != keys_before[name]} == {
        name for name in keys if any(fnmatch(name, pattern) for pattern in patterns)
    }


# The kernel source.

THERE = ["linux-source", "linux-source-6.12", "linux-source-7.10", "linux-source-7.4"]
EXACT = "linux-source-7.3"
FAKES = f"""{LIBRARY}
make_source_apt() {{ :; }}
apt-get() {{ :; }}
debian_mirror() {{ echo http://mirror; }}
take_source()
{{
    echo "take $1"
    [[ $1 != $BROKEN ]]
    mkdir $2
    touch $2/$1.tar.xz
    printf '%s\\n' "package $1" 'version 1-1' 'sha256 00' >$2/about
}}
series_fits() {{ echo fits? $(ls $1); [[ " $FITS " == *" $(about_of $1) "* ]]; }}
about_of() {{ sed -n 's/^package //p' $1/about; }}
sources_there() {{ printf '%s\\n' $THERE; }}
series_content() {{ echo $SERIES; }}
SERIES=
"""


def take(
    cache: Path, there: list[str], fits: str, broken: str = "", series: str = "one"
):
    done = run(
        cache,
        f"THERE='{' '.join(there)}' FITS='{fits}' BROKEN='{broken}'\n"
        f"{FAKES}SERIES={series}; need_source; echo $base; cd $kernel_source; echo *",
    )
    log = "".join(path.read_text() for path in cache.glob("run/*/*.log"))
    return done, log


def test_the_exact_source_is_taken_unseen(cache: Path):
    done, log = take(cache, [*THERE, EXACT], "")
    assert done.returncode == 0
    assert done.stdout == f"{EXACT} 1-1\nabout {EXACT}.tar.xz\n"
    assert log == f"take {EXACT}\n"
    assert "not on the mirror" not in done.stderr


@pytest.mark.parametrize(
    "fits, taken",
    [
        ("linux-source-7.4 linux-source-7.10", ["linux-source-7.10"]),
        ("linux-source-7.4", ["linux-source-7.10", "linux-source-7.4"]),
        (
            "linux-source-6.12",
            ["linux-source-7.10", "linux-source-7.4", "linux-source-6.12"],
        ),
    ],
)
def test_else_the_newest_that_the_series_applies_to(
    cache: Path, fits: str, taken: list[str]
):
    done, log = take(cache, THERE, fits)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^take (.*)$", log, re.M) == taken
    assert done.stdout == f"{taken[-1]} 1-1\nabout {taken[-1]}.tar.xz\n"
    said = f"base: {EXACT} is not on the mirror; {taken[-1]} is the newest that"
    assert done.stderr.count(said) == 1


def test_the_series_chooses_only_where_the_exact_source_is_not(cache: Path):
    """Another series may fit another source; its choice is kept beside."""

    def taken(there: list[str], series: str) -> tuple[str, list[str]]:
        fits = "linux-source-7.4"
        if series == "one":
            fits += " linux-source-7.10"
        done, log = take(cache, there, fits, series=series)
        assert done.returncode == 0, done.stderr
        for path in cache.glob("run/*/*.log"):
            path.unlink()
        return done.stdout.split()[0], re.findall(r"^take (.*)$", log, re.M)

    newest = "linux-source-7.10"
    assert taken(THERE, "one") == (newest, [newest])
    assert taken(THERE, "two") == ("linux-source-7.4", [newest, "linux-source-7.4"])
    # A choice that was made is found without asking the mirror
    assert taken([], "one") == (newest, [])
    assert taken([], "two") == ("linux-source-7.4", [])
    # The exact one is for every series
    assert taken([*THERE, EXACT], "three") == (EXACT, [EXACT])
    for series in ("one", "two", "four"):
        assert taken([], series) == (EXACT, [])


@pytest.mark.parametrize("there", [THERE, [], ["linux-source"]])
def test_no_source_fits(cache: Path, there: list[str]):
    done, _ = take(cache, there, "")
    assert done.returncode == 1
    assert f"the mirror http://mirror has no {EXACT}" in done.stderr
    assert "set LAB_MIRROR" in done.stderr
    assert "--kernel" in done.stderr
    assert half_built(cache) == []
    assert list(cache.glob("source-*")) == []


def test_a_download_that_breaks_is_no_misfit(cache: Path):
    """The newest cannot be fetched: no older one takes its place."""
    done, log = take(cache, THERE, "linux-source-7.4", broken="linux-source-7.10")
    assert done.returncode == 1
    assert "linux-source-7.4" not in log
    assert list(cache.glob("source-*")) == []


@pytest.mark.parametrize("status", [1, 2, 137])
def test_a_broken_trial_is_no_misfit(cache: Path, status: int):
    """It says nothing of that source, so no older one takes its place."""
    real = "eval \"$(sed -n '/^series_fits()/,/^}/p' $repo/tools/lab/lib/source.sh)\""
    done = run(
        cache,
        f"THERE='{' '.join(THERE)}' FITS='linux-source-7.4' BROKEN=\n{FAKES}{real}\n"
        "sandbox() { echo trial; "
        f"grep -q 7.4 $2/about || return {status}; }}\nneed_source",
    )
    log = "".join(path.read_text() for path in cache.glob("run/*/*.log"))
    assert done.returncode == 1
    assert "fatal: cannot find out whether the series applies" in done.stderr
    assert "take linux-source-7.4" not in log
    assert list(cache.glob("source-*")) == []


@pytest.mark.parametrize(
    "apply, damage, status",
    [
        (0, "", 0),
        (3, "", 3),
        (1, "", 1),
        (0, "truncate -s -40 $1/linux.tar.xz", 1),
        (0, "program tar 'kill -KILL $$'", 1),
        (0, "program tar 'echo tar: No space left >&2; exit 2'", 1),
    ],
)
def test_a_misfit_has_a_status_of_its_own(
    tmp_path: Path, apply: int, damage: str, status: int
):
    """And a file that the kernel does not have is none: the series may add it."""
    done = subprocess.run(
        [
            "bash",
            "-euc",
            f"""
            program() {{ printf '#!/bin/bash\\n%s\\n' "$2" >bin/$1; chmod +x bin/$1; }}
            cd $1; mkdir bin linux
            seq 100000 >linux/a.c; tar -cJf linux.tar.xz linux
            program python3 '[[ $3 == apply ]] || {{ echo a.c; echo new.c; exit 0; }}
            [[ -e $4/a.c ]] && exit {apply}'
            {damage}
            PATH=$1/bin:$PATH; exec {REPO}/tools/series/fits.sh $1""",
            "fits",
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
