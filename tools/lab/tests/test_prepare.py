# SPDX-License-Identifier: GPL-2.0
"""What the front door builds: for a check, and of a kernel of the user's.

It runs with a stand-in for the sandbox, which makes of each step what the next one
looks for and says what it was asked to do.
"""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from front_door import HANG, LAB, REPO, half_built, lab, run, start, wait_for
from series.parts import read_cover
from series.patch import SeriesError

LIBRARY = "".join(
    f". {REPO}/tools/lab/{name}.sh\n"
    for name in (
        "lib/host",
        "lib/sandbox",
        "kernel/times",
        "lib/toolchain",
        "lib/source",
        "lib/prepare",
        "lib/options",
        "lib/user",
        "lib/selection",
        "lib/gates",
        "lib/shell",
        "lib/selftest",
    )
)

STAND_IN = (
    LIBRARY
    + r"""
need_root()
{
    root=$cache/root
    mkdir -p $root/etc/lab $root/opt/guest-arm64/usr/bin
    printf '%s\t1\n' gcc make sparse libc6 >$root/etc/lab/packages
    touch $root/opt/guest-arm64/usr/bin/busybox
    toolchain=$(toolchain_key <$root/etc/lab/packages)
}
need_host() { :; }
need_space() { :; }
make_source_apt() { mkdir -p $1; }
apt-get() { :; }
sources_there() { echo $exact_source; }
sandbox()
{
    local word
    local all="$*"

    echo "in the sandbox: $all"
    case $all in
    *"series files"*)   echo a.c ;;
    *take-source.sh*)
        for word; do
            [[ $word != */taken ]] || { cd $word
                touch $exact_source.tar.xz
                printf '%s\n' "package $exact_source" 'version 7.3.4-1' \
                    'sha256 00' >about; }
        done ;;
    *build.sh*)
        for word; do
            [[ $word != */tmp.kernel-* && $word != */obj ]] || [[ $word == /obj ]] || {
                mkdir -p $word/include/config
                echo CONFIG_X=y >$word/fragments
                echo 7.9.0-mine >$word/include/config/kernel.release
                touch $word/image; }
        done
        [[ ! -e $cache/broken ]] || { cat $cache/broken; false; } ;;
    *guest.sh*)
        for word; do
            [[ $word != */tmp.guest-* && $word != */guest ]] ||
                touch $word/initramfs.cpio
        done ;;
    *models*|*tools/lab/model*)
        for word; do [[ $word != */tmp.model-* ]] || touch $word/epmodel; done ;;
    esac
}
"""
)


def steps(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The titles of the steps that were done."""
    return re.findall(r"^ +\d+:\d\d  (.*)$", done.stderr, re.M)


# What tests need, as the plugin says.


def needs(tmp_path: Path, *args: str) -> tuple[int, set[str]]:
    file = tmp_path / "needs"
    done = subprocess.run(
        ["python3", "-m", "pytest", "-c", f"{REPO}/tools/lab/tests/pytest.ini"]
        + ["--rootdir", str(REPO), "--collect-only", "-q", *args],
        cwd=REPO,
        env={**os.environ, "LAB_NEEDS": str(file), "PYTHONPATH": PYTHONPATH},
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    return done.returncode, set(file.read_text().split())


PYTHONPATH = ":".join(
    f"{REPO}/{path}" for path in ("tools/lab", "tools/lab/tests", "tools")
)
TESTS = "tools/lab/tests"


@pytest.mark.parametrize(
    "args, expected",
    [
        (["test_model.py"], {"nothing"}),
        (["test_tooling.py", "test_run_ktap.py"], {"nothing"}),
        (["test_base.py"], {"base"}),
        (["test_run_machine.py"], {"base"}),
        (["test_dma.py"], {"base", "next"}),
        (["test_dma_faults.py", "-k", "window"], {"base", "next"}),
        (["test_series.py", "-k", "test_kunit"], {"gate.kunit"}),
        (["test_series.py", "-k", "variant and i386"], {"gate.i386"}),
        (["test_series.py", "-k", "reproduces"], {"base-git"}),
        (["test_series.py", "-k", "no_new_warning and host"], {"gate.warnings-host"}),
        (["test_series.py", "-k", "kernel_doc"], {"next-src"}),
    ],
)
def test_needs(tmp_path: Path, args: list[str], expected: set[str]):
    status, found = needs(
        tmp_path,
        f"{TESTS}/{args[0]}",
        *[f"{TESTS}/{arg}" if arg.endswith(".py") else arg for arg in args[1:]],
    )
    assert status == 0
    assert found == expected


def test_all_tests_need_all_there_is(tmp_path: Path):
    """Every gate of the front door is needed by a test, and no other."""
    status, found = needs(tmp_path)
    assert status == 0
    gates = (REPO / "tools/lab/lib/gates.sh").read_text()
    body = gates[gates.index("need_gate()") :]
    names = {
        name
        for line in re.findall(r"^\t([a-z0-9|-]+)\)\s", body, re.M)
        for name in line.split("|")
    }
    assert {need for need in found if need.startswith("gate.")} == {
        f"gate.{name}" for name in names
    }
    assert found > {"base", "next", "base-git", "next-src"}


# What is built for them.

KERNELS = ["kernel of the endpoint, pristine", "kernel of the host, pristine"]


@pytest.mark.parametrize(
    "needed, built",
    [
        ("", []),
        ("base", ["emulated endpoint controller", *KERNELS]),
        ("next-src", ["apply the series"]),
        ("gate.i386", ["apply the series", "32 bit, i386 allmodconfig"]),
        ("gate.walk-ep", [KERNELS[0], "each patch builds, endpoint"]),
    ],
)
def test_a_check_builds_what_is_needed(cache: Path, needed: str, built: list[str]):
    done = run(
        cache,
        f"{STAND_IN}find_needs() {{ needs=({needed}); }}\n"
        "choose_tests; prepare_check; cat $run_dir/artifacts.json",
    )
    assert done.returncode == 0, done.stderr
    done_steps = steps(done)
    assert [title for title in built if title not in done_steps] == []
    if not needed:
        assert done_steps == []
    for word in ("kernel of", "gate", "32 bit", "patch builds", "KUnit", "clang"):
        expected = [title for title in built if word in title]
        assert [title for title in done_steps if word in title] == expected


def test_a_check_of_nothing(cache: Path):
    done = run(
        cache,
        f"{STAND_IN}sandbox() {{ return 5; }}\nchoose_tests -k nothing",
    )
    assert done.returncode == 1
    assert done.stderr.endswith("lab: no test matches: -k nothing\n")


def test_a_check_with_a_wrong_argument(cache: Path):
    done = run(
        cache,
        f"{STAND_IN}sandbox() {{ echo 'ERROR: no such file'; return 4; }}\n"
        "choose_tests no.py",
    )
    assert done.returncode == 1
    assert "ERROR: no such file\nlab: pytest refuses this" in done.stderr


def test_a_list_of_artifacts_that_cannot_be_written(cache: Path):
    done = run(
        cache, f"{STAND_IN}ln -s /dev/full $run_dir/artifacts.json; write_artifacts"
    )
    assert done.returncode == 1
    assert re.search("lab: cannot write .*/artifacts.json; is the disk", done.stderr)


# The user's own.


def kernel_tree(folder: Path, *symbols: str) -> Path:
    """Enough of a kernel tree for the front door."""
    for path in ("arch/arm64", "arch/x86", "scripts", "drivers/pci/endpoint"):
        (folder / path).mkdir(parents=True)
    (folder / "Makefile").write_text("VERSION = 7\nPATCHLEVEL = 9\n")
    (folder / "Kconfig").touch()
    (folder / "scripts/Kconfig.include").touch()
    (folder / "drivers/pci/endpoint/Kconfig").write_text(
        "".join(f"config {symbol}\n\tbool\n" for symbol in symbols)
    )
    return folder


SERIES = ("PCI_EPF_DMA", "PCI_EP_DMA_TEST")


@pytest.mark.parametrize("verb", ["demo", "bench", "check"])
@pytest.mark.parametrize(
    "args, says",
    [
        (["--board", "none"], "no board 'none'; there are: .*rcar-s4.*name a file"),
        (["--kernel", "/no/such"], "no kernel tree '/no/such'"),
        (["--kernel", "host=/no/such"], "no kernel tree '/no/such'"),
        (
            ["--kernel=ep=/etc"],
            "'/etc' is no kernel tree; name the top folder of a kernel's source",
        ),
        (["--config", "/no/such"], "no configuration fragment '/no/such'"),
        (["--config", "ep=/etc"], "no configuration fragment '/etc'"),
    ],
)
def test_wrong_choices(cache: Path, verb: str, args: list[str], says: str):
    done = lab(verb, *args, LAB_CACHE=cache)
    assert done.returncode == 1
    assert re.fullmatch(f"lab: {says}.*\n", done.stderr)
    assert not cache.exists()


@pytest.mark.parametrize("option", ["--board", "--kernel", "--config"])
def test_a_choice_without_an_argument(cache: Path, option: str):
    done = lab("demo", option, LAB_CACHE=cache)
    assert done.returncode == 2
    assert f"{option} wants an argument" in done.stderr


def test_two_trees_for_one_machine(cache: Path, tmp_path: Path):
    tree = kernel_tree(tmp_path / "tree")
    done = lab("demo", "--kernel", tree, "--kernel", f"ep={tree}", LAB_CACHE=cache)
    assert done.returncode == 2
    assert "two trees for the endpoint" in done.stderr


@pytest.mark.parametrize(
    "left", [".config", "vmlinux", "include/config/a", "arch/x86/include/generated/a"]
)
def test_a_tree_that_was_built_in_place(cache: Path, tmp_path: Path, left: str):
    tree = kernel_tree(tmp_path / "tree", *SERIES)
    (tree / left).parent.mkdir(parents=True, exist_ok=True)
    (tree / left).touch()
    done = lab("demo", "--kernel", tree, LAB_CACHE=cache)
    assert done.returncode == 1
    assert "was built in place" in done.stderr
    assert "make mrproper" in done.stderr
    assert not cache.exists()


@pytest.mark.parametrize(
    "args, what",
    [
        (["demo"], "./lab demo"),
        (["bench"], "./lab bench"),
        # On a terminal, the person lets it boot
        (["shell", "host"], "without a terminal, ./lab shell host"),
    ],
)
def test_a_tree_without_the_series(
    cache: Path, tmp_path: Path, args: list[str], what: str
):
    tree = kernel_tree(tmp_path / "tree", "PCI_EPF_TEST")
    done = lab(*args, "--kernel", f"ep={tree}", LAB_CACHE=cache)
    assert done.returncode == 1
    assert done.stderr == (
        f"lab: {what} needs the series, and the kernel tree '{tree}' has no "
        "PCI_EPF_DMA; ./lab tree makes a tree that has it\n"
    )


def user(cache: Path, text: str) -> subprocess.CompletedProcess[str]:
    return run(cache, f"{STAND_IN}{text}\ncat $run_dir/artifacts.json")


def test_a_kernel_of_the_users_stands_for_ours(cache: Path, tmp_path: Path):
    tree = kernel_tree(tmp_path / "tree", *SERIES)
    fragment = tmp_path / "more"
    fragment.write_text("CONFIG_NVME_TARGET=y\n")
    done = user(
        cache, f"machine_options --kernel {tree} --config host={fragment}; prepare demo"
    )
    assert done.returncode == 0, done.stderr
    assert f"kernel of the endpoint, {tree}" in steps(done)
    assert not any(
        "patched" in title or "kernel source" in title for title in steps(done)
    )
    key = re.search(
        r'"ep.next.image": "/cache/user/(\w{16})/ep/obj/image"', done.stdout
    )
    assert key
    for name in ("ep.base", "host.base", "host.next"):
        side = name.split(".")[0]
        assert f'"{name}.initramfs": "/cache/user/{key[1]}/{side}/guest/' in done.stdout
    folder = cache / "user" / key[1]
    assert (folder / "tree").read_text() == f"{tree}\n"
    assert "version 7.9.0-mine" in (folder / "ep/obj/about").read_text()
    log = "".join(path.read_text() for path in cache.glob("run/*/*.log"))
    assert "build.sh ep common.config ep.config ep-next.config\n" in log
    assert (
        "build.sh host common.config host.config host-next.config "
        "/run/lab/host-1.config\n" in log
    )
    # The next run finds it, and knows it again by its path
    (folder / "ep/obj/mine.o").touch()
    again = user(cache, f"machine_options --kernel {tree}; prepare demo")
    assert again.returncode == 0
    assert (folder / "ep/obj/mine.o").exists()
    assert len(list((cache / "user").iterdir())) == 1


def test_a_kernel_of_ours_tells_what_it_was_built_from(cache: Path):
    assert user(cache, "prepare demo").returncode == 0
    for side in ("ep", "host"):
        (about,) = cache.glob(f"kernel-next-{side}-*/about")
        assert "version 7.3.4-1\nsha256 00\n" in about.read_text()


SELFTEST = """
eval "stand_in_$(declare -f sandbox)"
sandbox()
{
    case $* in
    *"selftest sides"*) echo "sides: $*" >&2; echo ep mine; echo host size ;;
    *)  stand_in_sandbox "$@" ;;
    esac
}
play() { played=0; }
"""


def test_selftests_of_the_users_trees(cache: Path, tmp_path: Path):
    """Each side's of its own tree, and of ours nothing is made."""
    ep, host = (kernel_tree(tmp_path / side, *SERIES) for side in ("e", "h"))
    options = f"--kernel ep={ep} --kernel host={host}"
    done = user(
        cache, f"{SELFTEST}machine_options {options}; run_selftest ep:mine size"
    )
    assert done.returncode == 0, done.stderr
    asked = re.search("sides: (.*)", done.stderr).group(1)
    assert asked.startswith(f"--ro-bind {ep} /run/ep --ro-bind {host} /run/host ")
    assert asked.endswith("sides /run/ep /run/host ep:mine size")
    assert not [title for title in steps(done) if "series" in title]
    (log,) = cache.glob("run/*/*selftests-of-the-endpoint.log")
    assert f"--ro-bind {ep} /src" in log.read_text()


def test_selftests_of_one_tree_without_the_series(cache: Path, tmp_path: Path):
    """The other side's kernel is the pristine one, too: they are booted as a pair."""
    tree = kernel_tree(tmp_path / "tree")
    done = user(
        cache, f"{SELFTEST}machine_options --kernel ep={tree}; run_selftest size"
    )
    assert done.returncode == 0, done.stderr
    images = re.findall(r'"(\w+\.\w+)\.image"', done.stdout)
    assert sorted(images) == ["ep.base", "host.base"]
    assert not [title for title in steps(done) if "series" in title]


def test_a_tree_without_the_series_stands_for_the_pristine_one(
    cache: Path, tmp_path: Path
):
    tree = kernel_tree(tmp_path / "tree")
    done = user(
        cache,
        f"find_needs() {{ needs=(base); echo ${{selected[@]}}; }}\n"
        f"machine_options --kernel ep={tree}; choose_tests; prepare_check",
    )
    assert done.returncode == 0, done.stderr
    assert '"ep.base.image": "/cache/user/' in done.stdout
    assert '"ep.next.image"' not in done.stdout
    assert '"host.base.image": "/cache/kernel-base-host-' in done.stdout
    selected = done.stdout.splitlines()[0].split()
    assert f"{TESTS}/test_base.py" in selected
    assert all(Path(name).name.startswith("test_base") for name in selected)
    log = "".join(path.read_text() for path in cache.glob("run/*/*.log"))
    assert "build.sh ep common.config ep.config\n" in log


def test_what_runs_pristine_kernels_runs_any(cache: Path, tmp_path: Path):
    tree = kernel_tree(tmp_path / "tree")
    done = user(cache, f"machine_options --kernel {tree}; prepare demo base")
    assert done.returncode == 0, done.stderr
    for side in ("ep", "host"):
        assert f'"{side}.base.image": "/cache/user/' in done.stdout


def test_a_check_of_a_kernel_with_the_series(cache: Path, tmp_path: Path):
    tree = kernel_tree(tmp_path / "tree", *SERIES)
    text = (
        "find_needs() {{ needs=(); echo ${{selected[@]}}; }}\n"
        "machine_options --kernel {tree}; choose_tests {args}; prepare_check"
    )
    done = user(cache, text.format(tree=tree, args=""))
    assert f"{TESTS}/test_dma.py" in done.stdout.splitlines()[0].split()
    done = user(cache, text.format(tree=tree, args="-k word"))
    assert done.stdout.splitlines()[0] == "-k word"


@pytest.mark.parametrize("before", ["", "./", "tools/../"])
@pytest.mark.parametrize("behind", ["", "::test_x"])
def test_a_file_of_any_spelling_is_a_choice(
    cache: Path, tmp_path: Path, before: str, behind: str
):
    """Nothing is added to it."""
    tree = kernel_tree(tmp_path / "tree")
    file = f"{before}{TESTS}/test_run_machine.py{behind}"
    done = user(
        cache,
        "find_needs() { needs=(); echo ${selected[@]}; }\n"
        f"machine_options --kernel {tree}; choose_tests {file}",
    )
    assert done.stdout.splitlines()[0] == file


@pytest.mark.parametrize("needed", ["base next", "gdb.host", "gate.kunit next"])
@pytest.mark.parametrize(
    "side, lacks",
    [("", "PCI_EPF_DMA"), ("ep=", "PCI_EPF_DMA"), ("host=", "PCI_EP_DMA_TEST")],
)
def test_tests_of_the_series_on_a_tree_without(
    cache: Path, tmp_path: Path, side: str, lacks: str, needed: str
):
    """Refused as the demo is, before anything is built for them."""
    tree = kernel_tree(tmp_path / "tree")
    done = user(
        cache,
        f"find_needs() {{ needs=({needed}); }}\n"
        f"machine_options --kernel {side}{tree}; choose_tests -k dma; prepare_check",
    )
    assert done.returncode == 1
    assert steps(done) == []
    assert done.stderr.splitlines()[-1] == (
        f"lab: ./lab check -k dma needs the series, and the kernel tree '{tree}' "
        f"has no {lacks}; ./lab tree makes a tree that has it"
    )


@pytest.mark.parametrize("need", ["gate.kunit", "gdb.host"])
def test_what_is_for_the_kernels_of_the_series(cache: Path, tmp_path: Path, need: str):
    tree = kernel_tree(tmp_path / "tree", *SERIES)
    done = user(
        cache,
        f"find_needs() {{ needs=(base {need}); }}\n"
        f"machine_options --kernel {tree}; choose_tests; prepare_check",
    )
    assert done.returncode == 1
    assert "the series and the test of gdb are for its own kernels" in done.stderr


def test_a_kernel_that_does_not_build(cache: Path, tmp_path: Path):
    """The first bad lines are shown, what was built before stays."""
    tree = kernel_tree(tmp_path / "tree", *SERIES)
    run(cache, ":")
    (cache / "broken").write_text("  CC a.o\na.c:7:1: error: expected ';'\n")
    done = user(cache, f"machine_options --kernel {tree}; prepare demo")
    assert done.returncode == 1
    assert f"kernel of the endpoint, {tree}: FAILED" in done.stderr
    assert "a.c:7:1: error: expected ';'" in done.stderr
    assert done.stderr.endswith(f"lab: no kernel from {tree}\n")
    assert "--config" not in done.stderr
    assert list(cache.glob("user/*/ep/obj/image"))
    assert list(cache.glob("user/*/ep/building")) == []


def test_a_symbol_that_the_tree_lacks(cache: Path, tmp_path: Path):
    tree = kernel_tree(tmp_path / "tree", *SERIES)
    run(cache, ":")
    (cache / "broken").write_text(
        "error: CONFIG_KFENCE=y was asked for, n came out: why\n"
    )
    done = user(cache, f"machine_options --kernel {tree}; prepare demo")
    assert done.returncode == 1
    assert "CONFIG_KFENCE=y was asked for, n came out: why" in done.stderr
    assert "a file for --config can set what a symbol depends on" in done.stderr
    assert "'# CONFIG_NAME is not set' in it takes back" in done.stderr


def test_an_interrupted_user_build_is_no_base_for_the_next(cache: Path):
    run(cache, ":")
    folder = cache / "user" / "0123456789abcdef"
    (folder / "ep/obj").mkdir(parents=True)
    (folder / "host/obj").mkdir(parents=True)
    (folder / "ep/building").touch()
    assert run(cache, ":").returncode == 0
    assert not (folder / "ep").exists()
    assert (folder / "host/obj").exists()


def test_a_user_build_that_was_killed_is_no_base_for_the_next(
    cache: Path, tmp_path: Path
):
    tree = kernel_tree(tmp_path / "tree", *SERIES)
    killed = "build_user_kernel() { touch $3/half; bash -c 'kill -9 $$'; }\n"
    text = f"machine_options --kernel {tree}; prepare demo"
    done = user(cache, f"{killed}{text}")
    assert done.returncode == 1
    assert list(cache.glob("user/*/ep/building"))
    # Another run is open, so that nothing is swept
    done = user(cache, f"sweep_remains() {{ :; }}\n{text}")
    assert done.returncode == 0, done.stderr
    assert list(cache.glob("user/*/ep/half")) == []
    assert list(cache.glob("user/*/ep/obj/image"))


def test_two_runs_with_the_same_two_trees(cache: Path, tmp_path: Path):
    """Each has for the endpoint what the other has for the host: one waits."""
    trees = [kernel_tree(tmp_path / name, *SERIES) for name in "ab"]
    # In its first build each gives the other time to begin
    build = "build_user_kernel() { mkdir -p $3/obj; sleep 2; }\n"
    both = [
        start(
            cache,
            f"{STAND_IN}{build}"
            f"machine_options --kernel ep={ep} --kernel host={host}\n"
            "need_root; need_user_kernel ep; need_user_kernel host",
        )
        for ep, host in (trees, reversed(trees))
    ]
    try:
        said = [one.communicate(timeout=HANG)[1] for one in both]
    finally:
        for one in both:
            one.kill()
    assert [one.returncode for one in both] == [0, 0], said
    assert sum("waiting: another run uses what was built of" in text for text in said)


def test_a_symbol_for_kernels_of_ours_makes_other_entries(cache: Path, tmp_path: Path):
    fragment = tmp_path / "more"
    fragment.write_text("CONFIG_KASAN=y\n")
    done = user(
        cache,
        f"prepare demo\nmachine_options --config ep={fragment}; "
        "artifacts=(); place_configs; need_guest next ep",
    )
    assert done.returncode == 0, done.stderr
    assert len(list(cache.glob("kernel-next-ep-*"))) == 2
    assert len(list(cache.glob("kernel-next-host-*"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        " CONFIG_X=y",
        "MINE=y",
        "#CONFIG_B is not set",
        "# CONFIG_B is not set.",
        "CONFIG_X",
        "CONFIG_X=",
        "CONFIG_X = y",
        "CONFIG_X=y # why",
        "CONFIG_X=y ",
        'CONFIG_X="a" b',
    ],
)
def test_a_line_that_sets_no_symbol(cache: Path, tmp_path: Path, line: str):
    """The kernel's scripts would pass over it, and the run would be green."""
    fragment = tmp_path / "more"
    fragment.write_text(f"# mine\n\nCONFIG_A=y\n{line}\n")
    done = lab("demo", "--config", f"host={fragment}", LAB_CACHE=cache)
    assert done.returncode == 1
    assert done.stderr.startswith(f"lab: {fragment}:4: '{line}' sets no symbol; ")
    assert done.stderr.count("\n") == 1
    assert not cache.exists()


def test_lines_of_a_fragment_reach_the_kernel(cache: Path, tmp_path: Path):
    fragment = tmp_path / "more"
    fragment.write_bytes(
        b'# why\r\nCONFIG_A=y\r\n\r\n# CONFIG_B is not set\r\nCONFIG_C="a b"'
    )
    done = run(
        cache,
        f"{STAND_IN}machine_options --config ep={fragment} --config ep={fragment}\n"
        "place_configs; cat ${extra_fragments[ep]//'/run/lab'/$run_dir}",
    )
    assert done.returncode == 0, done.stderr
    once = '# why\nCONFIG_A=y\n\n# CONFIG_B is not set\nCONFIG_C="a b"\n'
    assert done.stdout == 2 * once


def test_a_board_file(cache: Path, tmp_path: Path):
    """The model reads it before any kernel is built, and its words are shown."""
    board = tmp_path / "mine"
    board.write_text("nonsense\n")
    refuse = (
        'good_sandbox() { :; }; eval "good_$(declare -f sandbox)"\n'
        "sandbox() { [[ $* != *--check* ]] || {"
        ' echo epmodel: ${@: -1}:1: bad key; return 1; }; good_sandbox "$@"; }\n'
    )
    done = user(cache, f"{refuse}machine_options --board {board}; prepare demo")
    assert done.returncode == 1
    assert done.stderr.endswith(f"lab: epmodel: {board}:1: bad key\n")
    assert not any("kernel" in title for title in steps(done))
    done = user(
        cache,
        f"machine_options --board {board}; prepare demo; "
        "echo $board_inside; cat $run_dir/board/mine",
    )
    assert done.stdout.startswith("/run/lab/board/mine\nnonsense\n")
    assert half_built(cache) == []
    assert LAB.exists()


# A part of the series.


def new_part(cache: Path, repo: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return run(
        cache,
        f"{LIBRARY}\n. $repo/tools/lab/lib/series.sh\nrepo={repo}\n"
        f"run_series new {shlex.join(args)}",
    )


def test_a_part_is_begun(cache: Path, tmp_path: Path):
    """What the series' own tool reads, as soon as it has a text."""
    letter = tmp_path / "patches/feature/cover-letter"
    assert new_part(cache, tmp_path, "fixes-a", "Mend: it's").returncode == 0
    done = new_part(cache, tmp_path, "feature", "All of it", "fixes-a")
    assert done.returncode == 0
    assert "patches/feature/cover-letter" in done.stderr
    text = letter.read_text()
    assert re.fullmatch(
        r"Subject: All of it\nChange-id: 20\d{6}-feature-[0-9a-f]{12}\n"
        r"Depends-on: fixes-a\n\n",
        text,
    )
    with pytest.raises(SeriesError, match="no more than its subject"):
        read_cover("feature", text)
    assert read_cover("feature", f"{text}Why.\n").depends == ["fixes-a"]
    for args, says in (
        (("feature", "Again"), "there is a part 'feature' already"),
        (("Other", "It"), "'Other' is no name for a part"),
        (("other", "It", "fixes-b"), "there is no part 'fixes-b'; there are: feature"),
    ):
        done = new_part(cache, tmp_path, *args)
        assert done.returncode == 1
        assert says in done.stderr
    assert letter.read_text() == text
    assert not (tmp_path / "patches/other").exists()


# Folders for the user.


def fill(verb: str, folder: Path, end: str) -> str:
    return f"""
    {LIBRARY}
    . $repo/tools/lab/lib/series.sh
    enter() {{ :; }}
    need_base_git() {{ :; }}
    sandbox() {{ mkdir $2/drivers; touch $2/.git $2/drivers/a.c; {end}; }}
    run_{verb} {folder}"""


@pytest.mark.parametrize("verb", ["tree", "series export"])
@pytest.mark.parametrize("name", ["new/out", "there"])
@pytest.mark.parametrize("end, status", [("true", 0), ("false", 1), ("exit 137", 137)])
def test_a_folder_is_whole_or_as_it_was(
    cache: Path, tmp_path: Path, verb: str, name: str, end: str, status: int
):
    (tmp_path / "there").mkdir()
    done = run(cache, fill(verb, tmp_path / name, end))
    assert done.returncode == status, done.stderr
    assert (tmp_path / name / "drivers/a.c").exists() == (status == 0)
    if status:
        assert not (tmp_path / "new").exists()
        assert list((tmp_path / "there").iterdir()) == []


def test_an_interrupted_tree_is_dropped(cache: Path, tmp_path: Path):
    one = start(cache, fill("tree", tmp_path / "new/out", "sleep 1000"))
    wait_for((tmp_path / "new/out/drivers/a.c").exists)
    one.terminate()
    assert one.wait(HANG) == 143
    assert not (tmp_path / "new").exists()


def test_two_runs_that_fill_a_folder(cache: Path, tmp_path: Path):
    """Both found it empty. The second one leaves it to the first."""
    meet = f"touch {tmp_path}/$$; until [[ -e {tmp_path}/go ]]; do sleep .1; done"
    both = [
        start(
            cache,
            fill("tree", tmp_path / "out", "sleep 1").replace(
                "need_base_git() { :; }", f"need_base_git() {{ {meet}; }}"
            ),
        )
        for _ in range(2)
    ]
    try:
        wait_for(lambda: all((tmp_path / str(one.pid)).exists() for one in both))
        (tmp_path / "go").touch()
        said = [one.communicate(timeout=HANG)[1] for one in both]
    finally:
        for one in both:
            one.kill()
    assert sorted(one.returncode for one in both) == [0, 1], said
    assert "out is not empty" in "".join(said)
    assert (tmp_path / "out/drivers/a.c").exists()
