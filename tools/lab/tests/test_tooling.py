# SPDX-License-Identifier: GPL-2.0
"""The front door: wrong input, and what the machine lacks. All shell is clean."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from front_door import (
    KEY,
    REPO,
    assert_wrong_arguments,
    builds,
    lab,
    library,
    program,
    run,
)


# Wrong input: one clear sentence, exit status 2, nothing made.


@pytest.mark.parametrize(
    "args, names",
    [
        (["dmeo"], "'dmeo'"),
        (["--fast"], "'--fast'"),
        (["clean", "everything"], "'everything'"),
        (["demo", "--fast"], "'--fast'"),
        (["demo", "disk"], "demo shows dma, nvme or ntb, not 'disk'"),
        (["demo", ""], "dma, nvme or ntb"),
        (["demo", "nvme", "ntb"], "'ntb'"),
        (["demo", "--trace", "--fast"], "not '--fast'"),
        (["bench", "4096"], "'4096'"),
        (["doctor", "--all"], "'--all'"),
        (["shell"], "ep or host"),
        (["shell", "both"], "'both'"),
        (["shell", "ep", "host"], "'host'"),
        (["shell", "ep", "--gdb"], "--gdb wants ep or host"),
        (["shell", "ep", "--gdb", "both"], "'both'"),
        (["shell", "ep", "--gdb", "host"], "--gdb wants a terminal"),
        (["shell", "--trace"], "ep or host"),
        (["tree", "--links"], "'--links'"),
        (["tree", "a", "b"], "'b'"),
        (["series"], "refresh, export, check or new"),
        (["series", "import"], "'import'"),
        (["series", "check", "it"], "'it'"),
        (["series", "export"], "wants a folder"),
        (["series", "export", "--signoff"], "wants a folder"),
        (["series", "export", "no/folder", "--typo"], "no option '--typo'"),
        (["series", "export", "no/folder", "--signoff"], "--signoff wants a value"),
        (["series", "new"], "wants a name, a subject"),
        (["series", "new", "fixes-x"], "wants a name, a subject"),
        (["fuzz", "5"], "'5'"),
        (["fuzz", "--minutes"], "wants a value"),
        (["fuzz", "--minutes", "0"], "'0'"),
        (["fuzz", "--minutes", "x"], "'x'"),
        (["fuzz", "--seed", "-1"], "'-1'"),
    ],
)
def test_wrong_arguments(cache: Path, args: list[str], names: str):
    assert_wrong_arguments(cache, args, names)


VERBS = (
    "demo",
    "check",
    "bench",
    "run",
    "selftest",
    "report",
    "shell",
    "tree",
    "series",
    "fuzz",
    "doctor",
    "clean",
)


@pytest.mark.parametrize("args", [[], ["help"], ["--help"]])
def test_help_names_every_verb(args: list[str]):
    done = lab(*args)
    assert done.returncode == 0
    for verb in VERBS:
        assert re.search(rf"^  {verb}\b", done.stdout, re.M)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("args", [["--help"], ["-h"], ["--trace", "--help"]])
def test_help_of_a_verb(cache: Path, verb: str, args: list[str]):
    done = lab(verb, *args, LAB_CACHE=cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == lab("help").stdout
    assert not cache.exists()


def test_help_names_the_verbs_that_take_a_board(cache: Path):
    """And a kernel: what one of them takes, all take."""
    line = re.search(r"^(.*) take\n  --board", lab("help").stdout, re.M)
    named = re.split(", | and ", line.group(1))
    takes = [
        verb
        for verb in VERBS
        if "no board 'x'" in lab(verb, "--board", "x", LAB_CACHE=cache).stderr
    ]
    assert sorted(named) == sorted(takes)


def test_help_and_readme_name_what_the_environment_can_say():
    """LAB_OS_RELEASE is for tests alone."""
    text = "".join(
        path.read_text() for path in (REPO / "lab", *REPO.glob("tools/lab/lib/*.sh"))
    )
    names = set(re.findall(r"\$\{(LAB_[A-Z_]+):?[-+]", text)) - {"LAB_OS_RELEASE"}
    assert names == {"LAB_CACHE", "LAB_MIRROR", "LAB_SEED"}
    for told in (lab("help").stdout, (REPO / "README.md").read_text()):
        assert names <= set(re.findall(r"LAB_[A-Z_]+", told))


def test_export_of_a_part_that_is_none_is_refused_early(tmp_path: Path, cache: Path):
    done = lab("series", "export", str(tmp_path / "out"), "mine", LAB_CACHE=cache)
    assert done.returncode == 1
    assert done.stderr.startswith("lab: there is no part 'mine'; there are: ")
    assert not (tmp_path / "out").exists()
    assert not cache.exists()


def test_export_to_a_full_folder_is_refused_early(tmp_path: Path, cache: Path):
    (tmp_path / "file").touch()
    done = lab("series", "export", str(tmp_path / "file" / "out"), LAB_CACHE=cache)
    assert done.returncode == 1
    assert done.stderr.startswith("lab: cannot make the folder")


def test_relative_cache_is_refused():
    done = lab("check", LAB_CACHE="somewhere")
    assert done.returncode == 1
    assert "LAB_CACHE must be an absolute path" in done.stderr


# What the machine lacks.


def test_no_space(cache: Path, bare_path: Path):
    """Needed and free space and the remedy are named before any download."""
    program(bare_path / "df", "echo header; echo /dev/x 100 98 3145728 98% /")
    done = lab("check", LAB_CACHE=cache, PATH=bare_path)
    assert done.returncode == 1
    assert re.search(r"^first run: downloads about .* GB", done.stderr, re.M)
    assert "never keeps more than 15 GB" in done.stderr
    assert re.search(
        rf"^lab: {cache} has 3 GB free and this needs \d+ GB; .*LAB_CACHE",
        done.stderr,
        re.M,
    )
    assert list(cache.glob("*-*")) == []


def test_no_space_later_on(cache: Path, bare_path: Path):
    """A full disk is named before a step begins, not by its wreckage."""
    program(bare_path / "df", "echo header; echo /dev/x 100 99 1048576 99% /")
    done = run(cache, f"PATH={bare_path}; cache_entry thing {KEY} title good")
    assert done.returncode == 1
    assert "has 1 GB free and this needs 2 GB" in done.stderr
    assert builds(cache) == 0


def test_missing_tools_without_apt(cache: Path, bare_path: Path):
    done = lab("demo", LAB_CACHE=cache, PATH=bare_path)
    assert done.returncode == 1
    assert re.search(
        r"^lab: missing: mmdebstrap bubblewrap .*apt-get.*$",
        done.stderr.splitlines()[-1],
    )


def test_missing_tools_that_apt_cannot_install(cache: Path, bare_path: Path):
    program(bare_path / "apt-get", "echo E: no such package >&2; exit 100")
    program(bare_path / "sudo", 'exec "${@:2}"')
    done = lab("demo", LAB_CACHE=cache, PATH=bare_path)
    assert done.returncode == 1
    assert "E: no such package" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("lab: missing: mmdebstrap")


@pytest.mark.parametrize("verb", ["demo", "check", "tree", "clean", "doctor"])
def test_without_flock_nothing_begins(
    cache: Path, bare_path: Path, tmp_path: Path, verb: str
):
    """The cache needs it before anything can be installed, so that is said."""
    (bare_path / "flock").unlink()
    for name in ("apt-get", "sudo"):
        program(bare_path / name, "echo called >&2; exit 1")
    (tmp_path / "os-release").write_text("ID=debian\n")
    done = lab(
        verb,
        *([tmp_path / "tree"] if verb == "tree" else []),
        LAB_CACHE=cache,
        PATH=bare_path,
        LAB_OS_RELEASE=tmp_path / "os-release",
    )
    assert done.returncode == 1
    said = done.stdout if verb == "doctor" else done.stderr
    assert re.search(
        "missing: .*util-linux.*; install by hand, as root: apt-get install", said
    )
    assert "flock" not in done.stderr and "called" not in done.stderr
    assert not cache.exists()


@pytest.mark.parametrize("verb", [["tree"], ["series", "export"]])
@pytest.mark.parametrize("name", ["out", "new/folder/out", "there"])
def test_a_folder_is_not_left_half_made(
    cache: Path, bare_path: Path, tmp_path: Path, verb: list[str], name: str
):
    """Here for lack of a tool; what was there stays, and is as it was."""
    (tmp_path / "there").mkdir()
    (tmp_path / "os-release").write_text("ID=debian\n")
    before = sorted(tmp_path.rglob("*"))
    done = lab(
        *verb,
        tmp_path / name,
        LAB_CACHE=cache,
        PATH=bare_path,
        LAB_OS_RELEASE=tmp_path / "os-release",
    )
    assert done.returncode == 1
    assert "missing: mmdebstrap" in done.stderr
    assert [
        path
        for path in sorted(tmp_path.rglob("*"))
        if cache not in (path, *path.parents)
    ] == before


def test_a_folder_with_files_is_not_touched(cache: Path, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter").touch()
    for verb in (["tree"], ["series", "export"]):
        done = lab(*verb, tmp_path / "out", LAB_CACHE=cache)
        assert done.returncode == 1
        assert re.fullmatch(r"lab: .*/out is not empty; .*\n", done.stderr)
        assert (tmp_path / "out/letter").exists()
    assert not cache.exists()


DEBIAN = "ID=debian\n"
UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'
FEDORA = 'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=43\n'
ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'
ARCH = 'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n'
VOID = "ID=void\n"


@pytest.mark.parametrize(
    "release, has_apt, says",
    [
        (DEBIAN, False, "as root: apt-get install mmdebstrap bubblewrap .*apt"),
        (UBUNTU, False, "as root: apt-get install mmdebstrap bubblewrap .*apt"),
        # That apt is here makes no Debian of it
        (FEDORA, True, "as root: dnf install mmdebstrap bubblewrap .*apt"),
        (ROCKY, False, "as root: dnf install mmdebstrap bubblewrap .*apt"),
        (ARCH, False, r"as root: pacman -S mmdebstrap .*\(mmdebstrap is in the AUR\)"),
        (VOID, False, "install by hand;"),
    ],
)
def test_the_way_on_is_told_for_each_distribution(
    cache: Path, bare_path: Path, release: str, has_apt: bool, says: str
):
    file = cache.with_name("os-release")
    file.write_text(release)
    if has_apt:
        program(bare_path / "apt-get", "echo called >&2; exit 1")
    for verb in ("demo", "doctor"):
        done = lab(verb, LAB_CACHE=cache, PATH=bare_path, LAB_OS_RELEASE=file)
        assert done.returncode == 1
        told = done.stdout + done.stderr
        assert re.search("missing: mmdebstrap bubblewrap .*; install by hand", told)
        assert re.search(says, told)
        assert "tools/lab/Containerfile" in told
        assert "called" not in told
    assert (REPO / "tools/lab/Containerfile").exists()


@pytest.mark.parametrize(
    "release, command",
    [
        (UBUNTU, "apt-get install uidmap debian-archive-keyring"),
        (FEDORA, "dnf install shadow-utils debian-keyring"),
        (ARCH, "pacman -S shadow debian-archive-keyring"),
        (VOID, ""),
    ],
)
def test_packages_have_the_names_of_the_distribution(
    bare_path: Path, tmp_path: Path, release: str, command: str
):
    (tmp_path / "os-release").write_text(release)
    done = library(
        bare_path,
        f"os_release={tmp_path}/os-release; "
        "install_command uidmap debian-archive-keyring",
    )
    assert done.stdout.strip() == command


@pytest.mark.parametrize(
    "setting, value, says",
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "AppArmor keeps them from ordinary users: as root, sysctl "
            "kernel.apparmor_restrict_unprivileged_userns=0, or",
        ),
        ("kernel/apparmor_restrict_unprivileged_userns", "0", "run as root, or allow"),
        (
            "kernel/unprivileged_userns_clone",
            "0",
            "sysctl kernel.unprivileged_userns_clone=1",
        ),
        ("user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"),
        ("none", "", "run as root, or allow unprivileged user namespaces"),
    ],
)
def test_why_there_are_no_namespaces(
    bare_path: Path, tmp_path: Path, setting: str, value: str, says: str
):
    (tmp_path / "sys" / setting).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "sys" / setting).write_text(value + "\n")
    done = library(bare_path, f"sysctl={tmp_path}/sys; why_no_namespaces")
    assert says in done.stdout


def test_no_namespaces(cache: Path, bare_path: Path):
    for name in ("mmdebstrap", "apt-config", "tar", "newuidmap"):
        program(bare_path / name, "exit 1")
    program(bare_path / "apt-get", "exit 0")
    program(bare_path / "sudo", 'exec "${@:2}"')
    program(bare_path / "bwrap", "echo bwrap: no permissions >&2; exit 1")
    done = lab("demo", LAB_CACHE=cache, PATH=bare_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "lab: bubblewrap cannot make namespaces here (bwrap: no permissions)"
    )


@pytest.mark.parametrize(
    "lines, mirror",
    [
        (
            [
                "Debian/Debian-Security/main http://one/debian-security/",
                "Other/Other/main http://other/debian/",
                "Debian/Debian/main http://two/debian/",
            ],
            "http://two/debian/",
        ),
        (
            ["//main http://three/debian-security", "//main http://three/debian"],
            "http://three/debian",
        ),
        ([], "http://deb.debian.org/debian"),
    ],
)
def test_the_mirror_is_the_one_of_the_machine(
    bare_path: Path, lines: list[str], mirror: str
):
    program(bare_path / "apt-get", "\n".join(f"echo '{line}'" for line in lines))
    done = library(bare_path, "debian_mirror")
    assert done.stdout == f"{mirror}\n"
    done = library(bare_path, "LAB_MIRROR=http://mine debian_mirror")
    assert done.stdout == "http://mine\n"


def test_the_way_to_the_mirror_is_the_one_of_the_machine(bare_path: Path):
    program(
        bare_path / "apt-config",
        """cat <<'END'
APT::Architecture "amd64";
Acquire "";
Acquire::http "";
Acquire::http::Proxy "http://proxy:3142";
Acquire::Changelogs::URI "x";
Acquire::Languages:: "none";
END""",
    )
    assert library(bare_path, "apt_acquire_settings").stdout == (
        'Acquire::http::Proxy "http://proxy:3142";\n' 'Acquire::Languages:: "none";\n'
    )


def test_doctor_says_what_is_missing(cache: Path, bare_path: Path):
    done = lab("doctor", LAB_CACHE=cache, PATH=bare_path)
    assert done.returncode == 1
    assert re.search(r"^  BAD +missing: mmdebstrap bubblewrap", done.stdout, re.M)
    assert re.search(r"^cache:$", done.stdout, re.M)
    assert not cache.exists()


# All shell of the project.


def shell_programs() -> list[Path]:
    """What is run; shellcheck follows what it sources."""
    found = []
    for folder, folders, names in os.walk(REPO):
        folders[:] = [
            name for name in folders if name not in (".git", "linux", "__pycache__")
        ]
        for path in (Path(folder, name) for name in names):
            with path.open("rb") as file:
                if re.match(rb"#!.*\b(ba|busybox )?sh\b", file.readline(80)):
                    found.append(path)
    return sorted(found)


@pytest.mark.parametrize(
    "path", shell_programs(), ids=lambda path: str(path.relative_to(REPO))
)
def test_shellcheck(path: Path):
    done = subprocess.run(
        ["shellcheck", "-x", str(path)],
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
