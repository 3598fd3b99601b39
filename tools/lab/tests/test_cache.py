# SPDX-License-Identifier: GPL-2.0
"""The cache of the front door: failures, interruptions, two runs, the sweep."""

import os
import re
import signal
from pathlib import Path

import pytest
from front_door import HANG, KEY, LAB, builds, half_built, lab, run, start, wait_for


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
            f"cache_entry thing {KEY} title slow; " "[[ $(<$entry/file) == whole ]]",
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
