# SPDX-License-Identifier: GPL-2.0
"""A builder that fails, wherever it fails, keeps nothing and says where.

The builders of the lab run here on programs that fail for them: a sandbox that
is killed, a disk that is full.
"""

import os
import subprocess
from pathlib import Path

import pytest
from front_door import HANG, KEY, REPO, builds, half_built, program, run


MIDDLE = "middle() { count; echo half >$1/file; false; echo whole >$1/file; }\n"
# Those of the lab, in place of what they would call
FRONT_DOOR = (
    "".join(
        f". {REPO}/tools/lab/{name}.sh\n"
        for name in (
            "kernel/times",
            "lib/toolchain",
            "lib/source",
            "lib/sandbox",
            "lib/prepare",
            "lib/gates",
            "lib/selftest",
        )
    )
    + "tools=$PWD; kernel_source=$tools; base_src=$tools; next_src=$tools\n"
    + "declare -A user_tree=()\n"
    + "set_times() { :; }; find() { :; }; cp() { :; }\n"
)


def nothing_kept(cache: Path, kind: str) -> bool:
    return not half_built(cache) and not list(cache.glob(f"{kind}-*"))


def test_a_builder_that_fails_in_its_middle(cache: Path):
    done = run(cache, f"{MIDDLE}cache_entry thing {KEY} 'my title' middle; echo on")
    assert (done.returncode, done.stdout) == (1, "")
    assert "lab: my title failed; the log is" in done.stderr
    assert "stopped: false ended with status 1, in middle" in done.stderr
    assert nothing_kept(cache, "thing")
    assert run(cache, f"cache_entry thing {KEY} title good").returncode == 0
    assert builds(cache) == 2
    assert (cache / f"thing-{KEY}/file").read_text() == "whole\n"


@pytest.mark.parametrize(
    "place",
    ["{} || true", "if {}; then :; fi", "! {}", "{} && true", "if ! {}; then :; fi"],
)
def test_no_builder_runs_where_bash_ignores_failures(cache: Path, place: str):
    """A mistake in the front door itself: it ends before it builds anything."""
    text = place.format(f"cache_entry thing {KEY} title middle")
    done = run(cache, f"{MIDDLE}{text}; echo on")
    assert (done.returncode, done.stdout) == (1, "")
    assert "bug: 'title' is started where bash ignores failures" in done.stderr
    assert builds(cache) == 0
    assert nothing_kept(cache, "thing")


def test_a_builder_that_is_killed(cache: Path):
    kill = "kill_it() { count; bash -c 'kill -9 $$'; echo whole >$1/file; }\n"
    done = run(cache, f"{kill}cache_entry thing {KEY} title kill_it")
    assert done.returncode == 1
    assert "lab: title was killed by signal 9; the log is" in done.stderr
    assert nothing_kept(cache, "thing")


def test_a_builder_on_a_full_disk(cache: Path):
    full = "full() { count; echo x >/dev/full; echo whole >$1/file; }\n"
    done = run(cache, f"{full}cache_entry thing {KEY} title full")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert nothing_kept(cache, "thing")


@pytest.mark.parametrize(
    "builder",
    [
        "unpack_base",
        "take_source linux-source-7.3",
        "make_next",
        "make_base_git",
        "make_model",
        "make_root",
        "build_kernel base ep $tools ''",
        "build_kernel next host $tools $tools",
        "make_guest ep $tools $tools",
        "gate_walk ep",
        "gate_warnings ep",
        "gate_symbols ep n",
        "gate_variant arm gcc allmodconfig",
        "gate_kunit",
        "gate_coccinelle",
        "gate_documents",
        "make_selftests ep size",
    ],
)
@pytest.mark.parametrize("sandbox", ["false", "bash -c 'kill -9 $$'"])
def test_no_builder_of_the_lab_outlives_its_sandbox(
    cache: Path, sandbox: str, builder: str
):
    done = run(
        cache,
        f"{FRONT_DOOR}sandbox() {{ {sandbox}; }}\n"
        "artifacts=([ep.base.obj]=$tools [ep.next.obj]=$tools)\n"
        "apt_acquire_settings() { :; }; debian_mirror() { echo none; }\n"
        f"cache_entry thing {KEY} 'my title' {builder}; echo on",
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "lab: my title " in done.stderr
    assert nothing_kept(cache, "thing")


@pytest.mark.parametrize(
    "broken", ["apt-get() { return 100; }", "sandbox() { return 1; }"]
)
def test_a_source_that_comes_by_half_is_none(cache: Path, broken: str):
    """Each of the two that make it fails alone."""
    done = run(
        cache,
        f"{FRONT_DOOR}apt-get() {{ touch x.deb; }}\n"
        "sandbox() { echo package >$2/about; }\n"
        f"{broken}\nsource() {{ take_source linux-source-7.3 $1/taken; }}\n"
        f"cache_entry thing {KEY} title source; echo on",
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "lab: title failed; the log is" in done.stderr
    assert nothing_kept(cache, "thing")


def test_a_patch_that_does_not_apply_is_named(cache: Path, tmp_path: Path):
    """With the series' own tool on a tree that lacks what the patch changes."""
    repo = tmp_path / "repo"
    (repo / "patches/new").mkdir(parents=True)
    (repo / "patches/new/cover-letter").write_text(
        "Subject: new\nChange-id: 20260101-new-0123456789ab\n\nText.\n"
    )
    (repo / "patches/new/0001-misfit.patch").write_text(
        "From: A <a@b>\nSubject: misfit\n\nText.\n---\n\n"
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-one\n+two\n"
    )
    done = run(
        cache,
        f"{FRONT_DOOR}sandbox() {{ env LAB={repo} PYTHONPATH={REPO}/tools "
        "python3 -m series apply $building; }\n"
        f"cache_entry next {KEY} 'apply the series' make_next",
    )
    assert done.returncode == 1
    assert "lab: apply the series failed" in done.stderr
    assert "new/0001-misfit.patch does not apply" in done.stderr
    assert nothing_kept(cache, "next")


# Scripts that run in the sandbox, in a namespace where the paths of the sandbox lead
# to folders of the test and a disk can be full.


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Folders src, obj and out, and bin for programs that come first."""
    for name in ("src", "obj", "out", "bin"):
        (tmp_path / name).mkdir()
    program(
        tmp_path / "bin/make",
        'echo "make $*" >>/obj/made; [[ $* != *"$MAKE_FAILS"* ]]',
    )
    return tmp_path


def in_place(
    places: Path, script: str, *args: str, fails: str = "nothing", full: bool = False
) -> subprocess.CompletedProcess[str]:
    mounts = [
        f"busybox mount -o bind {places}/{name} /{name}"
        for name in ("src", "obj", "out")
    ]
    if full:
        mounts.append("busybox mount -t tmpfs -o size=4k,nr_inodes=2 full /out")
        mounts.append("{ dd if=/dev/zero of=/out/full 2>/dev/null || true; }")
    return subprocess.run(
        [
            "unshare",
            "-rm",
            "bash",
            "-c",
            " && ".join([*mounts, f'"{REPO}/tools/{script}" "$@"']),
            "gate",
            *args,
        ],
        env={
            **os.environ,
            "PATH": f"{places}/bin:{os.environ['PATH']}",
            "MAKE_FAILS": fails,
            "LAB_JOBS": "1",
        },
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )


GATES = [
    ("series/gates/symbols.sh", ("ep", "n"), "allnoconfig", "vmlinux modules"),
    (
        "series/gates/variant.sh",
        ("arm", "gcc", "allmodconfig", "a.c"),
        "allmodconfig",
        "a.o",
    ),
]


@pytest.mark.parametrize("script, args, fails, builds", GATES)
def test_a_gate_builds_nothing_on_a_failed_configuration(
    places: Path, script: str, args: tuple, fails: str, builds: str
):
    done = in_place(places, script, *args, fails=fails)
    made = (places / "obj/made").read_text()
    assert (done.returncode, done.stderr) == (0, "")
    assert (places / "out/failed").exists()
    assert fails in made
    assert builds not in made


@pytest.mark.parametrize("script, args, fails, builds", GATES)
def test_a_gate_on_a_full_disk_has_no_result(
    places: Path, script: str, args: tuple, fails: str, builds: str
):
    done = in_place(places, script, *args, full=True)
    assert done.returncode != 0
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(
    "text, failed", [(None, True), ("", True), ("an object", False)]
)
def test_a_variant_that_compiles_nothing_has_failed(
    places: Path, text: str | None, failed: bool
):
    """make is content and makes no object of the second file, or an empty one."""
    program(places / "bin/arm-linux-gnueabi-nm", 'cat "$2"')
    (places / "obj/a.o").write_text("an object")
    if text is not None:
        (places / "obj/b.o").write_text(text)
    done = in_place(
        places, "series/gates/variant.sh", "arm", "gcc", "allmodconfig", "a.c", "b.c"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (places / "out/failed").exists() == failed
    said = (places / "out/log").read_text()
    assert ("error: b.c was not compiled" in said) == failed


# What each patch touches, and what make is then told to look at
WALK = {
    "a/0001-first": (["drivers/x/a.c"], ["allnoconfig", "olddefconfig", "."]),
    "a/0002-sources": (
        ["Documentation/x.rst", "drivers/x/a.c", "drivers/x/b.c", "drivers/y/Makefile"],
        ["drivers/x/ drivers/y/"],
    ),
    "a/0003-documents": (
        ["Documentation/x.rst", "MAINTAINERS", "drivers/x/.kunitconfig"],
        [],
    ),
    "a/0004-header": (["drivers/x/a.c", "include/linux/a.h"], [".", "vmlinux modules"]),
    "b/0001-symbol": (
        ["drivers/x/Kconfig"],
        ["allnoconfig", "olddefconfig", "."],
    ),
    "b/0002-elsewhere": (["drivers/Makefile"], ["."]),
    "b/0003-private-header": (["drivers/x/a.c", "drivers/x/a.h"], ["."]),
    "b/0004-programs": (["tools/pci/a.c", "tools/testing/a.c"], []),
    "b/0005-tool-of-the-build": (["tools/objtool/a.c"], ["."]),
}


@pytest.fixture
def walk(places: Path):
    """The walk over WALK with a make, or an apply, that fails."""
    files = "".join(
        f"*files*{name}.patch) echo '{' '.join(paths)}' | tr ' ' '\\n' ;;\n"
        for name, (paths, _) in WALK.items()
    )
    names = " ".join(f"{name}.patch" for name in WALK)
    program(
        places / "bin/python3",
        f"case $* in\n*list) printf '%s\\n' {names} ;;\n{files}"
        '*apply*) echo "$*" >>/obj/made; [[ $* != *"$MAKE_FAILS"* ]] ;;\nesac',
    )
    (places / "fragment").write_text("CONFIG_A=y\n")

    def play(fails: str = "nothing") -> dict[str, list[str]]:
        done = in_place(
            places, "series/gates/walk.sh", "ep", f"{places}/fragment", fails=fails
        )
        assert (done.returncode, done.stderr) == (0, "")
        made: dict[str, list[str]] = {}
        for line in (places / "obj/made").read_text().splitlines():
            words = line.split()
            if words[-1].endswith(".patch"):
                targets = made.setdefault(words[-1].removesuffix(".patch"), [])
            else:
                at = [
                    i for i, word in enumerate(words) if "=" in word or word[0] == "-"
                ]
                targets.append(" ".join(words[at[-1] + 1 :]))
        return made

    return play


def test_the_walk_looks_where_a_patch_can_matter(places: Path, walk):
    """It links at the end of a part, but for the last one, whose end is the kernel
    with all patches.
    """
    assert walk() == {name: targets for name, (_, targets) in WALK.items()}
    for name in WALK:
        assert (places / f"out/{name}.status").read_text() == "0\n"
        assert (places / f"out/{name}.log").exists()
    assert not (places / "out/failed").exists()


@pytest.mark.parametrize(
    "fails, where",
    [
        # Until a configuration was made, all is looked at
        ("olddefconfig", list(WALK)),
        ("drivers/y/", ["a/0002-sources"]),
        ("vmlinux modules", ["a/0004-header"]),
        ("0004-header", ["a/0004-header"]),
    ],
)
def test_the_walk_says_which_patch_failed(
    places: Path, walk, fails: str, where: list[str]
):
    walk(fails)
    status = {name: (places / f"out/{name}.status").read_text() for name in WALK}
    assert [name for name, text in status.items() if text != "0\n"] == where
    assert (places / "out/failed").exists()


def test_the_walk_names_headers_that_are_included(places: Path, walk):
    for header in ("include/linux/a.h", "drivers/x/a.h"):
        (places / "src" / header).parent.mkdir(parents=True, exist_ok=True)
        (places / "src" / header).touch()
    (places / "obj/.a.o.cmd").write_text(
        "deps_a.o := \\\n  /src/include/linux/a.h \\\n"
    )
    walk()
    assert "INCLUDED include/linux/a.h\n" in (
        (places / "out/a/0004-header.log").read_text()
    )
    assert "INCLUDED" not in (places / "out/b/0003-private-header.log").read_text()


def test_a_driver_that_wants_kunit_fails_the_gate(places: Path):
    """Without it, it would be linked nowhere."""
    program(places / "bin/arm-linux-gnueabi-nm", 'cat "$2"')
    (places / "src/a.c").write_text("#include <kunit/test.h>\n")
    (places / "obj/a.o").write_text("         U __kunit_do_failed_assertion\n")
    args = ("arm", "gcc", "allmodconfig", "a.c")
    done = in_place(places, "series/gates/variant.sh", *args)
    assert (done.returncode, done.stderr) == (0, "")
    assert (places / "out/failed").exists()
    assert "a.c wants KUnit, which is off" in (places / "out/log").read_text()


def test_kunit_that_stays_fails_the_gate(places: Path):
    (places / "obj/.config").write_text("CONFIG_KUNIT=m\n")
    args = ("arm", "gcc", "allmodconfig", "a.c")
    done = in_place(places, "series/gates/variant.sh", *args)
    assert (done.returncode, done.stderr) == (0, "")
    assert (places / "out/failed").exists()
    assert "KUnit was to be off" in (places / "out/log").read_text()


def test_a_symbol_that_does_not_come_out_fails_the_gate(places: Path):
    """Switched off, and selected by another one: that kernel shows nothing."""
    program(
        places / "bin/make",
        'echo "make $*" >>/obj/made\n'
        "[[ $* != *olddefconfig ]] || echo CONFIG_PCI_EPF_DMA=y >/obj/.config",
    )
    done = in_place(places, "series/gates/symbols.sh", "ep", "n")
    assert (done.returncode, done.stderr) == (0, "")
    assert (places / "out/failed").exists()
    assert "CONFIG_PCI_EPF_DMA=n was asked for" in (places / "out/log").read_text()
    assert "vmlinux" not in (places / "obj/made").read_text()


def test_a_symbol_that_is_lost_is_named(places: Path):
    """Asked for twice, the last line counts; a symbol can be taken back."""
    (places / "obj/fragments").write_text(
        "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=m\nCONFIG_D=y\nCONFIG_E=n\n"
        "CONFIG_F=60\nCONFIG_G=y\n# CONFIG_B is not set\nCONFIG_C=y\n"
    )
    (places / "src/drivers").mkdir()
    (places / "src/drivers/Kconfig").write_text(
        "config D\n\tbool\n\nmenuconfig E\n\tbool\n\nconfig GG\n\tbool\n"
    )
    (places / "obj/.config").write_text(
        "CONFIG_A=y\nCONFIG_C=y\nCONFIG_E=y\nCONFIG_F=60\n# CONFIG_D is not set\n"
    )
    done = in_place(places, "lab/kernel/check-config.sh")
    assert done.returncode == 1
    assert done.stdout == (
        "error: CONFIG_D=y was asked for, n came out: "
        "what it depends on is not set, or it cannot have that value\n"
        "error: CONFIG_E=n was asked for, y came out: "
        "it cannot be off, or another symbol selects it\n"
        "error: CONFIG_G=y was asked for, n came out: this tree has no such symbol\n"
    )


@pytest.mark.parametrize(
    "ldd, says",
    [
        ("printf '\\tlibx.so => %s (0x0)\\n' $0", ""),
        ("exit 1", "program: ldd does not know its libraries"),
        ("kill -KILL $$", "program: ldd does not know its libraries"),
        ("echo 'libx.so => not found'", "program: a library is missing: libx.so"),
    ],
)
def test_an_image_has_all_libraries_or_is_none(places: Path, ldd: str, says: str):
    program(places / "bin/ldd", ldd)
    program(places / "gen", 'cat "${@: -1}"')
    program(places / "program", "")
    done = subprocess.run(
        [REPO / "tools/lab/guest/mkinitramfs", "-g", places / "gen"]
        + ["-b", places / "gen", "-o", places / "image", "-p", places / "program"],
        env={**os.environ, "PATH": f"{places}/bin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert says in done.stderr
    if says:
        assert done.returncode == 1
        assert not list(places.glob("image*"))
    else:
        assert (
            f"file /lib/libx.so {places}/bin/ldd 755 0 0"
            in (places / "image").read_text().splitlines()
        )


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.S", '.data\n.incbin "image"\n'),
        ("a.c", 'asm(".data\\n.incbin \\"image\\"\\n");\n'),
        ("a.c", '#include "a.h"\nconst char *a = A;\n'),
    ],
)
def test_no_object_holds_what_it_was_not_made_of(tmp_path: Path, name: str, text: str):
    """ccache gives nothing back when a file that a source takes in has changed."""
    (tmp_path / name).write_text(text)

    def built(word: str) -> bytes:
        (tmp_path / "image").write_text(word)
        (tmp_path / "a.h").write_text(f'#define A "{word}"\n')
        # ccache trusts nothing that is as new as the object
        os.utime(tmp_path / "a.h", (1, 1))
        os.utime(tmp_path / name, (1, 1))
        subprocess.run(
            f"{REPO}/tools/lab/kernel/cc gcc -Wp,-MMD,a.d -c -o a.o {name}".split(),
            cwd=tmp_path,
            env={
                **os.environ,
                "CCACHE_DIR": f"{tmp_path}/cache",
            },
            check=True,
        )
        return (tmp_path / "a.o").read_bytes()

    assert b"first" in built("first")
    assert b"other" in built("other")
