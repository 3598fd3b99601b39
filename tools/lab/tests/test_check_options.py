# SPDX-License-Identifier: GPL-2.0
"""What `./lab check` and `./lab run` are asked for, before anything is built."""

import re
from pathlib import Path

import pytest
from front_door import REPO, assert_wrong_arguments, lab, program, run


@pytest.mark.parametrize(
    "args, names",
    [
        (["check", "--seed", "x"], "not 'x'"),
        (["check", "--seed", "-1"], "not '-1'"),
        (["check", "--seed", "1.5"], "not '1.5'"),
        (["check", "--seed", "0x10"], "not '0x10'"),
        (["check", "--seed", "010"], "not '010'"),
        (["check", "--seed", "1000000000"], "not '1000000000'"),
        (["check", "--seed"], "--seed wants a value"),
        (["check", "--all", "--report"], "--report wants a value"),
        (["check", "--collect-only"], "does not take --collect-only"),
        (["check", "-k", "dma", "--co"], "does not take --co"),
        (["check", "--version"], "does not take --version"),
        (["selftest"], "wants the name of a suite"),
        (["selftest", "--all"], "'--all'"),
        (["selftest", "a b"], "'a b'"),
        (["selftest", "arm:ntb"], "'arm:ntb'"),
        (["report", "a", "b"], "'b'"),
        (["run"], "wants a script"),
        (["run", "--fast"], "'--fast'"),
        (["run", "/no/such.py"], "there is no script /no/such.py"),
        (["run", "--timeout", "x", "a.py"], "not 'x'"),
        (["run", "--timeout"], "wants seconds"),
        (["run", "--timeout", "86401", "a.py"], "1 to 86400, not '86401'"),
        (["run", "a.py", "b.py"], "'b.py'"),
    ],
)
def test_wrong_arguments(cache: Path, args: list[str], names: str):
    assert_wrong_arguments(cache, args, names)


@pytest.mark.parametrize("verb", ["run_demo dma", "run_bench", "run_check"])
@pytest.mark.parametrize("status", [0, 1, 137])
def test_a_verb_ends_as_what_it_played(cache: Path, verb: str, status: int):
    """The front door itself, with nothing built and a program that fails."""
    front = (REPO / "lab").read_text()
    body = front[front.index("no_arguments()") : front.index("verb=${1-help}")]
    stand_in = f"""
. $repo/tools/lab/lib/sandbox.sh
. $repo/tools/lab/lib/options.sh
. $repo/tools/lab/lib/check.sh
{body}
trace= selected=() needs=(nothing)
prepare() {{ :; }}
has_choice() {{ false; }}
choose_tests() {{ :; }}
sandbox() {{
    touch $run_dir/played
    echo some passed >$run_dir/closing-line
    return {status}
}}
"""
    done = run(cache, f"{stand_in}\n{verb}")
    assert done.returncode == status, done.stderr
    assert ("the logs are in" in done.stderr) == (status != 0)


@pytest.mark.parametrize(
    "fails, report",
    [
        # pytest died, and the report says so
        (
            "sandbox() { [[ $* != *run.report* ]] || echo what there is; }",
            "what there is",
        ),
        # Nothing was played at all
        ("choose_tests() { die 'no disk'; }", ""),
    ],
)
def test_report_is_not_an_earlier_ones(
    cache: Path, tmp_path: Path, fails: str, report: str
):
    path = tmp_path / "report"
    path.write_text("KTAP version 1\n1..0\n")
    stand_in = """
. $repo/tools/lab/lib/options.sh
. $repo/tools/lab/lib/check.sh
trace= selected=() needs=(nothing) played=0
has_choice() { false; }
choose_tests() { :; }
play() { sandbox -- "$@"; }
"""
    done = run(cache, f"{stand_in}\n{fails}\nrun_check --report {path}")
    assert done.returncode == 1
    assert path.read_text().strip() == report


@pytest.mark.parametrize("verb", ["check", "demo", "bench", "shell"])
def test_wrong_seed_of_the_environment(cache: Path, verb: str):
    done = lab(verb, LAB_CACHE=cache, LAB_SEED="some")
    assert done.returncode == 2
    assert "a seed is a number from 0 to 999999999, not 'some'" in done.stderr


@pytest.mark.parametrize("name", ["no/such/report", "."])
def test_report_that_cannot_be_written(cache: Path, tmp_path: Path, name: str):
    """Said at once, not after the tests."""
    path = tmp_path / name
    done = lab("check", "--report", str(path), LAB_CACHE=cache)
    assert done.returncode == 1
    assert done.stderr == (
        f"lab: cannot write the report {path}; "
        "name a file in a folder that is there\n"
    )
    assert not cache.exists()


def seed_said(cache: Path, bare_path: Path, *args: str, **environment: object) -> str:
    """On a machine that is too small for more."""
    program(bare_path / "df", "echo header; echo /dev/x 100 98 3145728 98% /")
    done = lab("check", *args, LAB_CACHE=cache, PATH=bare_path, **environment)
    assert done.returncode == 1
    said = re.match(
        r"seed: (\d+) \(the same again: \./lab check --seed \1\)\n", done.stderr
    )
    assert said, done.stderr
    return said[1]


def test_seed_is_said_first(cache: Path, bare_path: Path):
    """The option wins over the environment; who names none gets another each time."""
    assert seed_said(cache, bare_path, "--seed", "7") == "7"
    assert seed_said(cache, bare_path, LAB_SEED="8") == "8"
    assert seed_said(cache, bare_path, "--seed", "7", LAB_SEED="8") == "7"
    assert len({seed_said(cache, bare_path, LAB_SEED="") for _ in range(4)}) > 1


@pytest.mark.parametrize(
    "needs, plays",
    [
        ("nothing", ["unit alone"]),
        ("ep.base", ["machines alone"]),
        ("nothing ep.base", ["unit", "machines alone"]),
    ],
)
def test_every_part_that_was_chosen_is_played(
    cache: Path, needs: str, plays: list[str]
):
    """`alone` goes by its mark, not by what it needs."""
    done = run(
        cache,
        f"""
. $repo/tools/lab/lib/options.sh
. $repo/tools/lab/lib/check.sh
selected=() needs=({needs}) check_status=0
has_choice() {{ true; }}
choose_tests() {{ :; }}
prepare_check() {{ :; }}
where_the_time_went() {{ :; }}
play_parts() {{ echo "${{@:2}}"; }}
echo some passed >$run_dir/closing-line
run_check a.py
""",
    )
    assert done.stdout.splitlines()[:-1] == plays, done.stderr


def test_second_part_that_is_killed(cache: Path, tmp_path: Path):
    """The first one's line and report do not stand for the whole."""
    path = tmp_path / "report"
    done = run(
        cache,
        f"""
. $repo/tools/lab/lib/options.sh
. $repo/tools/lab/lib/check.sh
selected=() needs=(nothing ep.base)
has_choice() {{ true; }}
choose_tests() {{ :; }}
prepare_check() {{ :; }}
where_the_time_went() {{ :; }}
sandbox() {{ shift; LAB_RUN=$run_dir "$@"; }}
play() {{
    played=137
    [[ $* == *unit* ]] || return 0
    played=0
    touch $run_dir/played
    echo 'check: 1 passed, 0 failed, 0 skipped' >$run_dir/closing-line
    echo '{{"suite": "test_a", "name": "test_a", "result": "pass"}}' \
        >$run_dir/results.jsonl
}}
run_check --report {path}
""",
    )
    assert (done.returncode, "passed" in done.stdout) == (1, False)
    assert "lab: pytest ended without a result" in done.stderr
    assert re.findall(r"^(?:not )?ok.*", path.read_text(), re.M) == [
        "ok 1 test_a",
        "not ok 2 check",
    ]
