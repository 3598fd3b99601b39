# SPDX-License-Identifier: GPL-2.0
"""The front door and its cache: wrong input, no space, interruptions, two runs.

The front door runs here without what it would download: each test says what the
machine has and looks at what the user would see. The library below it is tried
with builders that take seconds instead of minutes.
"""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

REPO = Path(os.environ.get("LAB", Path(__file__).parents[3]))
LAB = REPO / "lab"
HANG = 60

# What the front door needs before it can install anything.
BASICS = (
    "awk bash basename cat cut date df dirname env find flock grep id "
    "mkdir mv nproc readlink rm rmdir sed sha256sum sleep sort tail "
    "touch tr uname"
).split()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty cache folder for one test."""
    return tmp_path / "cache"


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH with nothing but the basic tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASICS:
        found = subprocess.run(
            ["bash", "-c", f"type -P {name}"],
            text=True,
            capture_output=True,
            check=True,
        ).stdout.strip()
        (folder / name).symlink_to(found)
    return folder


def program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


def lab(*args: str, **environment: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **{key: str(value) for key, value in environment.items()}}
    return subprocess.run(
        [LAB, *args],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=env,
        timeout=HANG,
        check=False,
    )


# Wrong input: one clear sentence, exit status 2, nothing made.


@pytest.mark.parametrize(
    "args, names",
    [
        (["dmeo"], "'dmeo'"),
        (["--fast"], "'--fast'"),
        (["clean", "everything"], "'everything'"),
        (["demo", "--fast"], "'--fast'"),
        (["bench", "4096"], "'4096'"),
        (["doctor", "--all"], "'--all'"),
        (["shell"], "ep or host"),
        (["shell", "both"], "'both'"),
        (["shell", "ep", "host"], "'host'"),
        (["tree", "--links"], "'--links'"),
        (["tree", "a", "b"], "'b'"),
        (["series"], "refresh, export or check"),
        (["series", "import"], "'import'"),
        (["series", "check", "it"], "'it'"),
        (["series", "export"], "wants a folder"),
        (["series", "export", "--signoff"], "wants a folder"),
    ],
)
def test_wrong_arguments(cache: Path, args: list[str], names: str):
    done = lab(*args, LAB_CACHE=cache)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"lab: .*; \./lab help lists the verbs\n", done.stderr)
    assert names in done.stderr
    assert not cache.exists()


@pytest.mark.parametrize("args", [[], ["help"], ["--help"]])
def test_help_names_every_verb(args: list[str]):
    done = lab(*args)
    assert done.returncode == 0
    for verb in (
        "demo",
        "check",
        "bench",
        "shell",
        "tree",
        "series",
        "doctor",
        "clean",
    ):
        assert re.search(rf"^  {verb}\b", done.stdout, re.M)


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
    assert re.search(r"^first run: downloads about .* GB", done.stderr)
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


def library(path: Path, text: str) -> subprocess.CompletedProcess[str]:
    """A function of the front door, on a machine with these programs."""
    return subprocess.run(
        [
            "bash",
            "-c",
            f". {REPO}/tools/lab/lib/host.sh; set -euo pipefail; {text}",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": str(path)},
    )


def test_doctor_says_what_is_missing(cache: Path, bare_path: Path):
    done = lab("doctor", LAB_CACHE=cache, PATH=bare_path)
    assert done.returncode == 1
    assert re.search(r"^  BAD +missing: mmdebstrap bubblewrap", done.stdout, re.M)
    assert re.search(r"^cache:$", done.stdout, re.M)
    assert not cache.exists()


# The cache. A run is a small script on the library of the front door.

PRELUDE = """
set -euo pipefail
repo={repo}
. $repo/tools/lab/lib/ui.sh
. $repo/tools/lab/lib/cache.sh
count() {{ echo built >>{cache}.count; }}
good()	{{ count; echo whole >$1/file; }}
slow()	{{ count; echo half >$1/file; sleep 2; echo whole >$1/file; }}
bad()	{{ count; echo half >$1/file; echo 'x.c:1: error: wrong'; false; }}
wrong()	{{ count; touch $1/failed; echo result >$1/file; }}
stuck()	{{ count; echo half >$1/file; sleep 1000; }}
cache_open test
"""


def script(cache: Path, text: str) -> list[str]:
    # A check that runs in the background may have been told to ignore SIGINT
    return [
        "env",
        "--default-signal=INT",
        "bash",
        "-c",
        PRELUDE.format(repo=REPO, cache=cache) + text,
    ]


def run(cache: Path, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        script(cache, text),
        capture_output=True,
        text=True,
        env={**os.environ, "LAB_CACHE": str(cache)},
        timeout=HANG,
        check=False,
    )


def start(cache: Path, text: str) -> subprocess.Popen:
    return subprocess.Popen(
        script(cache, text),
        stderr=subprocess.PIPE,
        env={**os.environ, "LAB_CACHE": str(cache)},
        text=True,
        start_new_session=True,
    )


def wait_for(what) -> None:
    end = time.monotonic() + HANG
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def builds(cache: Path) -> int:
    count = Path(f"{cache}.count")
    return len(count.read_text().split()) if count.exists() else 0


def half_built(cache: Path) -> list[Path]:
    return list(cache.glob("tmp.*"))


KEY = "0123456789abcdef"


def test_an_entry_is_built_once(cache: Path):
    for _ in range(2):
        done = run(cache, f"cache_entry thing {KEY} title good; echo $entry")
        assert done.returncode == 0
        assert done.stdout.strip() == f"{cache}/thing-{KEY}"
    assert builds(cache) == 1
    assert (cache / f"thing-{KEY}/file").read_text() == "whole\n"


def test_a_failed_build_leaves_nothing_but_its_log(cache: Path):
    done = run(cache, f"cache_entry thing {KEY} 'my title' bad; echo not here")
    assert done.returncode == 1
    assert done.stdout == ""
    log = re.search(r"^lab: my title failed; the log is (\S+)$", done.stderr, re.M)
    assert "error: wrong" in Path(log[1]).read_text()
    assert "1:x.c:1: error: wrong" in done.stderr
    assert half_built(cache) == []
    assert not (cache / f"thing-{KEY}").exists()


def test_a_result_that_failed_is_not_kept(cache: Path):
    done = run(cache, f"cache_entry gate {KEY} title wrong; echo $entry")
    assert done.returncode == 0
    assert done.stdout.startswith(f"{cache}/run/")
    assert Path(done.stdout.strip(), "file").read_text() == "result\n"
    assert not (cache / f"gate-{KEY}").exists()
    run(cache, f"cache_entry gate {KEY} title wrong")
    assert builds(cache) == 2


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_an_interrupted_build_is_dropped(cache: Path, number: int, status: int):
    one = start(cache, f"cache_entry thing {KEY} title stuck")
    wait_for(lambda: builds(cache) == 1)
    one.send_signal(number)
    assert one.wait(HANG) == status
    assert "half built is dropped" in one.stderr.read()
    assert half_built(cache) == []
    assert run(cache, f"cache_entry thing {KEY} title good").returncode == 0
    assert (cache / f"thing-{KEY}/file").read_text() == "whole\n"


def test_a_terminated_run_ends_what_it_plays(cache: Path, tmp_path: Path):
    """The program of a verb runs in the sandbox; its end does not wait for it."""
    play = re.search(r"^play\(\).*?^}$", LAB.read_text(), re.M | re.S)[0]
    mark = tmp_path / "mark"
    one = start(
        cache,
        f"{play}\nsandbox() {{ echo $BASHPID >{mark}; exec sleep 1000; }}"
        "\nplay program",
    )
    wait_for(lambda: mark.exists() and mark.read_text())
    one.terminate()
    assert one.wait(HANG) == 143
    assert not Path("/proc", mark.read_text().strip()).exists()


def test_a_killed_build_is_never_used(cache: Path):
    one = start(cache, f"cache_entry thing {KEY} title stuck")
    wait_for(lambda: half_built(cache) and builds(cache) == 1)
    children = Path(f"/proc/{one.pid}/task/{one.pid}/children").read_text()
    builder = int(children.split()[0])
    one.kill()
    one.wait(HANG)
    os.killpg(builder, signal.SIGKILL)
    assert half_built(cache)
    # Some child of the killed run may hold its lock for a moment longer.
    wait_for(
        lambda: run(cache, f"cache_entry other {KEY} title good").returncode == 0
        and not half_built(cache)
    )
    assert run(cache, f"cache_entry thing {KEY} title good").returncode == 0
    assert (cache / f"thing-{KEY}/file").read_text() == "whole\n"


def test_two_runs_want_the_same_entry(cache: Path):
    both = [
        start(
            cache,
            f"cache_entry thing {KEY} title slow; [[ $(<$entry/file) == whole ]]",
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=HANG)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert builds(cache) == 1
    assert any("waiting: another run does this" in text for text in said)


def test_two_runs_want_different_entries(cache: Path):
    both = [
        start(cache, f"cache_entry {kind} {KEY} title slow") for kind in ("one", "two")
    ]
    for one in both:
        one.communicate(timeout=HANG)
    assert [one.returncode for one in both] == [0, 0]
    assert builds(cache) == 2
    assert half_built(cache) == []


def test_a_run_sweeps_old_entries_of_a_kind(cache: Path):
    for number in range(5):
        run(cache, f"cache_entry thing {number:016x} title good")
    run(cache, f"cache_entry other {KEY} title good")
    assert sorted(path.name for path in cache.glob("*-*")) == [f"other-{KEY}"] + [
        f"thing-{number:016x}" for number in (2, 3, 4)
    ]


def test_nothing_is_swept_while_another_run_is_on(cache: Path):
    one = start(cache, f"cache_entry thing {KEY} title stuck")
    wait_for(lambda: builds(cache) == 1)
    run(cache, f"cache_entry other {KEY} title good")
    assert [path.name for path in half_built(cache)] == [f"tmp.thing-{KEY}"]
    one.terminate()
    one.wait(HANG)


def test_the_key_sees_bytes_names_and_modes(tmp_path: Path, cache: Path):
    def key() -> str:
        return run(cache, f"cd {tmp_path}; content tree | key").stdout

    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a").write_text("text")
    keys = [key()]
    os.utime(tree / "a", (1, 1))
    assert key() == keys[0]
    (tree / "a").write_text("other")
    keys.append(key())
    (tree / "a").chmod(0o755)
    keys.append(key())
    (tree / "a").rename(tree / "b")
    keys.append(key())
    (tree / "c").write_text("")
    keys.append(key())
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[0-9a-f]{16}\n", one) for one in keys)


def test_clean_removes_the_cache(cache: Path):
    run(cache, f"cache_entry thing {KEY} title good")
    assert lab("clean", LAB_CACHE=cache).returncode == 0
    assert not cache.exists()
    assert lab("clean", LAB_CACHE=cache).returncode == 0


def test_clean_refuses_while_a_run_is_on(cache: Path):
    one = start(cache, f"cache_entry thing {KEY} title stuck")
    wait_for(lambda: builds(cache) == 1)
    done = lab("clean", LAB_CACHE=cache)
    assert done.returncode == 1
    assert "another run of the lab uses" in done.stderr
    one.terminate()
    one.wait(HANG)


def test_clean_refuses_a_folder_that_is_not_its_own(tmp_path: Path):
    (tmp_path / "letters").touch()
    done = lab("clean", LAB_CACHE=tmp_path)
    assert done.returncode == 1
    assert (tmp_path / "letters").exists()


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
