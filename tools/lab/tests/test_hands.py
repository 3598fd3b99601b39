# SPDX-License-Identifier: GPL-2.0
"""The second hand of the front door: what is built at the same time, and how it
ends."""

import os
import signal
from pathlib import Path

import pytest
from front_door import HANG, KEY, REPO, builds, half_built, run, start, wait_for

# A need is a builder, and behind a = what tells it from others of the kind
NEED = f"""
need() {{ cache_entry "kind-${{1#*=}}" {KEY} "title ${{1#*=}}" "${{1%%=*}}"; }}
meet()
{{
  local tries there

  count
  touch "$1/../here.$BASHPID"
  for tries in {{1..100}}; do
    there=("$1"/../here.*)
    ((${{#there[@]}} < 2)) || {{ echo whole >"$1/file"; return; }}
    sleep 0.1
  done
  false
}}
"""


def needs(*names: str) -> str:
    return f"{NEED}need_all need {' '.join(names)}\n"


def test_two_are_built_at_the_same_time(cache: Path):
    """Each of them waits for the other to begin."""
    done = run(cache, needs("meet=first", "good", "meet=last"))
    assert done.returncode == 0, done.stderr
    assert builds(cache) == 3
    for name in ("first", "good", "last"):
        assert (cache / f"kind-{name}-{KEY}/file").read_text() == "whole\n"
        assert done.stderr.count(f"title {name}\n") >= 1


def test_times_of_both_are_in_the_table(cache: Path):
    done = run(cache, needs("slow=a", "slow=b") + "where_the_time_went")
    _, _, table = done.stderr.partition("in all")
    assert sorted(line.split()[-1] for line in table.splitlines()[1:]) == ["a", "b"]


def test_what_fails_in_it_is_told_by_the_run(cache: Path):
    """Once, when it comes to it."""
    done = run(cache, needs("slow", "bad") + "echo not here")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("FAILED") == done.stderr.count("lab: ") == 1
    assert half_built(cache) == []
    assert builds(cache) == 3


def test_what_failed_in_it_and_then_went_well_is_told(cache: Path):
    """It may be the two that do not go together."""
    once = "once() { count; mkdir $cache/once || return 0; echo lost; false; }\n"
    done = run(cache, once + needs("slow", "once") + "echo on")
    assert (done.returncode, done.stdout) == (0, "on\n")
    said = "lab: failed at first, then went well: title once; the log is "
    _, _, log = done.stderr.partition(said)
    assert "lost\n" in Path(log.splitlines()[0]).read_text()


def test_result_that_failed_is_found_by_the_run(cache: Path):
    done = run(cache, needs("slow", "wrong") + "echo $entry")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).parent.parent == cache / "run"
    assert builds(cache) == 2


def test_it_is_called_when_something_is_not_there(cache: Path):
    calls = "call_second_hand() { echo called; }\n" + needs("good=a", "good=b")
    assert run(cache, calls).stdout == "called\n" * 2
    assert run(cache, calls).stdout == ""


def in_session(leader: int) -> list[int]:
    """The processes of a session; zombies are none."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(session) == leader and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_both_end_with_the_run(cache: Path, number: int, status: int):
    one = start(cache, needs("stuck=a", "stuck=b"))
    wait_for(lambda: builds(cache) == 2)
    os.kill(one.pid, number)
    assert one.wait(HANG) == status
    assert half_built(cache) == []
    wait_for(lambda: not in_session(one.pid))


@pytest.mark.parametrize("reaped", [True, False])
def test_it_ends_with_a_run_that_was_killed(cache: Path, reaped: bool):
    """Nobody else would: it would build on, and hold the lock on the cache."""
    one = start(cache, needs("stuck=a", "stuck=b", "stuck=c"))
    try:
        wait_for(lambda: builds(cache) == 2)
        one.kill()
        if reaped:
            one.wait(HANG)
        wait_for(lambda: half_built(cache) == [cache / f"tmp.kind-a-{KEY}"])
        assert builds(cache) == 2
    finally:
        for pid in in_session(one.pid):
            os.kill(pid, signal.SIGKILL)


def test_there_is_one_and_it_ends_with_the_list(cache: Path):
    second = f"be_second_hand() {{ echo hand >>{cache}.hands; exec sleep 1000; }}\n"
    after = f"\necho second=$second_hand; cache_entry more {KEY} more good\n"
    done = run(cache, second + needs("good=a", "good=b", "good=c") + after)
    assert done.stdout == "second=\n"
    assert Path(f"{cache}.hands").read_text() == "hand\n"


def test_nothing_is_locked_when_it_is_called(cache: Path):
    second = f"be_second_hand() {{ ls -l /proc/$BASHPID/fd >{cache}.fds; }}\n"
    run(cache, second + needs("slow=a", "good=b"))
    assert "/lock/kind" not in Path(f"{cache}.fds").read_text()


def test_its_logs_are_its_own_and_it_does_not_say_that_it_waits(cache: Path):
    done = run(cache, needs("slow=a", "good=b"))
    logs = sorted(path.name for path in cache.glob("run/*/*.log"))
    assert logs == ["01-title-a.log", "101-title-b.log"]
    assert "waiting" not in done.stderr


def test_why_it_ends_is_said_once(cache: Path):
    done = run(
        cache,
        f'{NEED}or_none() {{ [[ $1 != none ]] || die "none here"; need "$1"; }}\n'
        "need_all or_none slow none\n",
    )
    assert done.returncode == 1
    assert done.stderr.count("none here") == 1


PREPARED = f"""
declare -A user_tree=()
user_board=
kernel_source=/
. {REPO}/tools/lab/lib/prepare.sh
. {REPO}/tools/lab/lib/selftest.sh
need_base() {{ base_src=/; }}
need_model() {{ :; }}
need_board() {{ :; }}
need_gate() {{ need_guest next ep; }}
content() {{ :; }}
series_content() {{ :; }}
cache_entry() {{ entry=/$1; }}
"""
GUESTS = """
need_guest()
{
  artifacts[$2.$1.obj]=/
  artifacts[$2.$1.initramfs]=/
}
"""


@pytest.mark.parametrize("need", ["base", "next", "selftest", "next-src", "base-git"])
def test_each_need_stands_alone(cache: Path, need: str):
    """What the other one needed before is known to that process only."""
    done = run(cache, f"{PREPARED}{GUESTS}need_for_tests {need}\necho $entry")
    assert done.returncode == 0, done.stderr


def test_it_leaves_a_tree_of_the_user_to_the_run(cache: Path):
    """With its lock and its folder."""
    second = "user_tree[ep]=/tree\nis_second=1\nneed_for_tests selftest\necho on"
    done = run(cache, PREPARED + second)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(cache.glob("run/*/selftest*"))
