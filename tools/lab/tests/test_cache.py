# SPDX-License-Identifier: GPL-2.0
"""The cache of the front door: failures, interruptions, two runs, the sweep."""

import fcntl
import os
import re
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from front_door import (
    HANG,
    KEY,
    LAB,
    builds,
    half_built,
    lab,
    run,
    script,
    start,
    wait_for,
)


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


def test_a_title_of_any_length(cache: Path):
    """It may hold the path of a tree; the log is named after its begin."""
    done = run(cache, f"cache_entry thing {KEY} 'kernel of {'/a long path' * 99}' good")
    assert done.returncode == 0, done.stderr
    log = next(cache.glob("run/*/*.log"))
    assert re.fullmatch(r"01-kernel-of-a-long-path.*\w\.log", log.name)
    assert len(log.name) < 100


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
    mark = tmp_path / "mark"
    one = start(
        cache,
        ". $repo/tools/lab/lib/sandbox.sh\n"
        f"sandbox() {{ echo $BASHPID >{mark}; exec sleep 1000; }}\nplay program",
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
    assert any("waiting: title, which is under way" in text for text in said)


def test_two_runs_want_different_entries(cache: Path):
    both = [
        start(cache, f"cache_entry {kind} {KEY} title slow") for kind in ("one", "two")
    ]
    for one in both:
        one.communicate(timeout=HANG)
    assert [one.returncode for one in both] == [0, 0]
    assert builds(cache) == 2
    assert half_built(cache) == []


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """By another run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize(
    "name, text",
    [
        ("run", ""),
        (f"thing-{KEY}", f"cache_entry thing {KEY} title good"),
        ("user-0123", "user_tree=([ep]=0123); key() { cat; }; lock_user_trees"),
    ],
)
@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_run_that_waits_for_a_lock_can_be_ended(
    cache: Path, name: str, text: str, number: int, status: int
):
    with locked(cache / "lock" / name):
        one = start(
            cache, f"declare -A user_tree\n. $repo/tools/lab/lib/user.sh\n{text}"
        )
        try:
            assert select.select([one.stderr], [], [], HANG)[0]
            assert "  waiting: " in one.stderr.readline()
            one.send_signal(number)
            assert one.wait(HANG) == status
        finally:
            one.kill()
    assert builds(cache) == 0


def entries(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.glob("*-*"))


BIG = "big() { dd if=/dev/zero of=$1/file bs=1024 count=${SIZE-100} status=none; }\n"


def age(path: Path, days: int) -> None:
    then = time.time() - days * 86400
    os.utime(path, (then, then))


def test_a_run_sweeps_the_oldest_until_the_cache_is_small_enough(cache: Path):
    for number in range(5):
        run(cache, f"{BIG}cache_entry thing {number:016x} title big")
        age(cache / f"thing-{number:016x}", 10 - number)
    user = cache / "user" / KEY
    user.mkdir(parents=True)
    (user / "file").write_bytes(bytes(102400))
    age(user, 7.5)
    run(cache, f"{BIG}cache_limit=480; cache_entry other {KEY} title big")
    assert entries(cache) == [f"other-{KEY}", f"thing-{3:016x}", f"thing-{4:016x}"]
    assert user.exists()
    run(cache, f"{BIG}cache_limit=380; cache_entry more {KEY} title big")
    assert entries(cache) == [f"more-{KEY}", f"other-{KEY}", f"thing-{4:016x}"]
    assert not user.exists()


def test_what_this_run_uses_is_not_swept(cache: Path):
    for name in ("old", "older"):
        run(cache, f"{BIG}cache_entry {name} {KEY} title big")
        age(cache / f"{name}-{KEY}", 5)
    run(
        cache,
        f"{BIG}cache_limit=50; cache_entry old {KEY} title big\n"
        f"cache_entry new {KEY} title big",
    )
    assert entries(cache) == [f"new-{KEY}", f"old-{KEY}"]


def test_an_entry_whose_removal_is_cut_off_is_gone(cache: Path):
    run(cache, f"cache_entry thing {KEY} title good")
    done = run(
        cache, f"rm() {{ [[ ! -d ${{@: -1}} ]]; }}; remove_entry $cache/thing-{KEY}"
    )
    assert done.returncode == 1
    assert entries(cache) == [f"tmp.swept.thing-{KEY}"]
    run(cache, ":")
    assert entries(cache) == []


def test_a_folder_of_somebody_elses_is_no_cache(tmp_path: Path):
    for name in ("tmp.mine", "run/2025", "lock"):
        (tmp_path / name).mkdir(parents=True)
    done = run(tmp_path, ":")
    assert done.returncode == 1
    assert f"LAB_CACHE is {tmp_path}, a folder with files that are not" in done.stderr
    assert lab("clean", LAB_CACHE=tmp_path).returncode == 1
    assert (tmp_path / "tmp.mine").exists()
    assert (tmp_path / "run/2025").exists()


def test_a_file_that_two_trees_share_counts_once(cache: Path):
    run(cache, f"{BIG}cache_entry base {KEY} title big")
    age(cache / f"base-{KEY}", 5)
    link = f'link() {{ cp -al "{cache}/base-{KEY}/." "$1"; }}\n'
    run(cache, f"{link}cache_limit=200; cache_entry next {KEY} title link")
    assert entries(cache) == [f"base-{KEY}", f"next-{KEY}"]


def test_a_run_that_builds_nothing_sweeps_nothing(cache: Path):
    for number in range(2):
        run(cache, f"{BIG}cache_entry thing {number:016x} title big")
        age(cache / f"thing-{number:016x}", 5)
    run(cache, f"cache_limit=50; cache_entry thing {1:016x} title big")
    assert len(entries(cache)) == 2


def test_nothing_is_swept_while_another_run_is_on(cache: Path):
    one = start(cache, f"cache_entry thing {KEY} title stuck")
    wait_for(lambda: builds(cache) == 1)
    run(cache, f"cache_limit=0; cache_entry other {KEY} title good")
    run(cache, f"cache_limit=0; cache_entry more {KEY} title good")
    assert entries(cache) == [f"more-{KEY}", f"other-{KEY}", f"tmp.thing-{KEY}"]
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


@pytest.mark.parametrize("name", ["a b", " a ", "a\nb", r"a\b", "*", "-n"])
def test_the_key_sees_a_file_of_any_name(tmp_path: Path, cache: Path, name: str):
    keys = []
    (tmp_path / "tree").mkdir()
    for text in ("one", "other"):
        (tmp_path / "tree" / name).write_text(text)
        done = run(cache, f"cd {tmp_path}; content tree | key")
        assert (done.returncode, done.stderr) == (0, "")
        keys.append(done.stdout)
    assert len(set(keys)) == 2


def test_clean_removes_the_cache(cache: Path):
    run(cache, f"cache_entry thing {KEY} title good")
    assert lab("clean", LAB_CACHE=cache).returncode == 0
    assert not cache.exists()
    assert lab("clean", LAB_CACHE=cache).returncode == 0


def test_doctor_tells_what_is_there_and_clean_removes_it(cache: Path):
    run(cache, f"cache_entry thing {KEY} title good")
    entry = cache / f"thing-{KEY}"
    (entry / "about").write_text("package linux-source-7.3\nversion 7.3.4\nsha256 00\n")
    user = cache / "user" / KEY
    user.mkdir(parents=True)
    (user / "tree").write_text("/home/me/linux\n")
    (user / "file").write_bytes(bytes(1 << 20))
    told = lab("doctor", LAB_CACHE=cache).stdout
    assert re.search(rf"thing-{KEY}, .*linux-source-7.3 7.3.4, sha256 00$", told, re.M)
    assert re.search(r"your kernel: /home/me/linux, 1\.\d+M$", told, re.M)
    assert re.search(r"in all: 1\.\d+M of at most 15 GB$", told, re.M)
    assert lab("clean", LAB_CACHE=cache).returncode == 0
    assert not user.exists()


def test_clean_refuses_while_a_run_is_on(cache: Path):
    one = start(cache, f"cache_entry thing {KEY} title stuck")
    wait_for(lambda: builds(cache) == 1)
    done = lab("clean", LAB_CACHE=cache)
    assert done.returncode == 1
    assert "another run of the lab uses" in done.stderr
    one.terminate()
    one.wait(HANG)


AGAIN = "exec {run_lock}>&-\n"
IN_USE = f"""\
cache_entry thing {KEY} title good
[[ -d $run_dir && $cache/lock/run -ef /dev/fd/$run_lock ]]
if flock -n -x $cache/lock/run true; then exit 9; fi
"""


def test_clean_between_the_opening_and_the_lock(cache: Path, tmp_path: Path):
    done = run(
        cache,
        f"{AGAIN}flock() {{ [[ -e {tmp_path}/mark ]] || {{ touch {tmp_path}/mark\n"
        f'{LAB} clean; }}; command flock "$@"; }}\n'
        f"cache_open again\n{IN_USE}",
    )
    assert done.returncode == 0, done.stderr
    assert builds(cache) == 1


@pytest.mark.parametrize(
    "path, place",
    [("", "before"), ("lock/run", "before"), ("lock/run", "after")],
)
def test_a_run_that_begins_while_clean_removes(
    cache: Path, tmp_path: Path, path: str, place: str
):
    """It waits, and then makes the cache anew."""
    (tmp_path / "other").write_text(script(cache, IN_USE)[-1])
    begin = (
        f"[[ $* != *{path} || -e {tmp_path}/mark ]] || {{ touch {tmp_path}/mark\n"
        f"( exec {{run_lock}}>&-; exec bash {tmp_path}/other ) & sleep 1; }}"
    )
    remove = 'command rm "$@"'
    body = "\n".join([begin, remove] if place == "before" else [remove, begin])
    done = run(
        cache,
        f"cache_entry thing {KEY} title good; {AGAIN}"
        f"rm() {{ {body}\n}}\ncache_clean; unset -f rm; {AGAIN}wait $!",
    )
    assert done.returncode == 0, done.stderr
    assert builds(cache) == 2
    assert entries(cache) == [f"thing-{KEY}"]


def test_clean_of_an_empty_folder(cache: Path):
    cache.mkdir()
    done = lab("clean", LAB_CACHE=cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert not cache.exists()


def test_clean_refuses_a_folder_that_is_not_its_own(tmp_path: Path):
    (tmp_path / "letters").touch()
    done = lab("clean", LAB_CACHE=tmp_path)
    assert done.returncode == 1
    assert (tmp_path / "letters").exists()


@pytest.mark.parametrize("name", ["a,b", "a&b", "link"])
def test_a_cache_is_swept_whatever_its_path(tmp_path: Path, name: str):
    cache = tmp_path / name
    if name == "link":
        (tmp_path / "there").mkdir()
        cache.symlink_to("there")
    old = cache / "kernel-0000000000000000"
    done = run(
        cache,
        f"mkdir '{old}'; seq 9999 >'{old}/file'; touch -d @1 '{old}'\n"
        "cache_limit=0; cache_grew",
    )
    assert done.returncode == 0, done.stderr
    assert not old.exists()
    assert half_built(cache) == []
