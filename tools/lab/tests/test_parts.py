# SPDX-License-Identifier: GPL-2.0
"""The parts of a check: who runs where, and what is said in the end.

Each test plays a small suite of its own, with the settings of the real one.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from closing_line import add_to
from parts import CPUS, LONGEST
from run import check
from run.report import Outcome

HANG = 120

CONFTEST = """
import json, os, time
from pathlib import Path
import pytest

HERE = Path(__file__).parent

@pytest.fixture
def artifacts():
    pass

@pytest.fixture(autouse=True)
def note(request):
    before = time.monotonic()
    yield
    with open(HERE / "notes", "a") as out:
        out.write(json.dumps([
            request.node.name, os.getpid(), sorted(os.sched_getaffinity(0)),
            before, time.monotonic(),
        ]) + "\\n")

@pytest.fixture
def together():
    def meet(name, others):
        (HERE / name).touch()
        end = time.monotonic() + 60
        while not all((HERE / other).exists() for other in others):
            assert time.monotonic() < end
            time.sleep(0.01)
    return meet
"""

needs_two_cpus = pytest.mark.skipif(len(CPUS) < 2, reason="this machine has one CPU")
TWO = CPUS[:2]


class Suite:
    """A folder of tests, played part by part."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "conftest.py").write_text(CONFTEST)

    def add(self, name: str, text: str) -> None:
        (self.folder / f"{name}.py").write_text(f"import pytest\n{text}")

    def play(
        self, *parts: str, more: tuple[str, ...] = (), cpus: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        pin = ["taskset", "-c", ",".join(map(str, cpus))] if cpus else []
        return subprocess.run(
            [*pin, sys.executable, "-m", "run.check", *parts, "--", self.folder, *more],
            capture_output=True,
            text=True,
            env=os.environ | {"LAB_RUN": str(self.folder)},
            timeout=HANG,
            check=False,
        )

    def notes(self) -> dict[str, list]:
        """By test: process, CPUs, start and end."""
        lines = (self.folder / "notes").read_text().splitlines()
        return {name: rest for name, *rest in map(json.loads, lines)}

    def closing_line(self) -> str:
        return (self.folder / "closing-line").read_text()


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


@needs_two_cpus
def test_without_machines_two_workers_share_a_cpu(suite: Suite):
    """None of these ends before all have begun."""
    names = ["a", "b", "c", "d"]
    for name in names:
        text = f"def test_{name}(together): together('{name}', {names})\n"
        suite.add(f"test_{name}", text)
    done = suite.play("unit", cpus=TWO)
    assert done.returncode == 0, done.stdout
    notes = suite.notes()
    cpus = sorted(notes[f"test_{name}"][1] for name in names)
    assert cpus == sorted([[cpu] for cpu in TWO] * 2)


@needs_two_cpus
def test_each_worker_has_its_cpu(suite: Suite):
    """Modules are shared out; a module stays with one worker."""
    for name, other in (("one", "two"), ("two", "one")):
        suite.add(
            f"test_{name}",
            f"def test_{name}(artifacts, together): together('{name}', ['{other}'])\n"
            f"def test_{name}_more(artifacts): pass\n",
        )
    done = suite.play("machines", cpus=TWO)
    assert done.returncode == 0, done.stdout
    notes = suite.notes()
    assert sorted(notes[f"test_{name}"][1] for name in ("one", "two")) == [
        [cpu] for cpu in TWO
    ]
    for name in ("one", "two"):
        assert notes[f"test_{name}"][0] == notes[f"test_{name}_more"][0]


def test_one_cpu_has_one_worker(suite: Suite):
    for name in ("one", "two", "three"):
        suite.add(f"test_{name}", f"def test_{name}(): pass\n")
    assert suite.play("unit", cpus=TWO[:1]).returncode == 0
    notes = suite.notes()
    assert len({process for process, *_ in notes.values()}) == 1
    assert all(cpus == TWO[:1] for _, cpus, *_ in notes.values())


@needs_two_cpus
def test_alone_is_alone(suite: Suite):
    """With all CPUs, and when the workers are gone."""
    suite.add(
        "test_mixed",
        "@pytest.mark.alone\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_alone(artifacts, n): pass\n"
        "def test_machine(artifacts): pass\n"
        "def test_unit(): pass\n",
    )
    suite.add("test_other", "def test_other(artifacts): pass\n")
    assert suite.play("unit", "machines", "alone", cpus=TWO).returncode == 0
    notes = suite.notes()
    order = sorted(notes, key=lambda name: notes[name][2])
    assert order[0] == "test_unit"
    assert set(order[1:3]) == {"test_machine", "test_other"}
    assert order[3:] == ["test_alone[1]", "test_alone[2]"]
    for name in order[3:]:
        assert notes[name][1] == TWO
        assert notes[name][2] > max(notes[other][3] for other in order[:3])
    assert suite.closing_line() == "check: 5 passed, 0 failed, 0 skipped\n"


def test_variants(suite: Suite):
    """Tests of DMA on machines; those that are marked, on the combined ones."""
    text = (
        "@pytest.mark.smoke\n"
        "def test_marked(artifacts, request): note(request)\n"
        "def test_more(artifacts, request): note(request)\n"
        "def test_unit(): pass\n"
        "def note(request):\n"
        "    assert request.config.getoption('variant') in ('iommu-off', 'v2')\n"
    )
    suite.add("test_dma_x", text)
    suite.add("test_x", text.replace("@pytest.mark.smoke\n", ""))
    assert suite.play("dma:iommu-off").returncode == 0
    assert sorted(suite.notes()) == ["test_marked", "test_more"]
    (suite.folder / "notes").unlink()
    assert suite.play("smoke:v2").returncode == 0
    assert sorted(suite.notes()) == ["test_marked"]
    results = (suite.folder / "results.jsonl").read_text()
    assert re.findall(r'"suite": "(.*?)"', results) == [
        "iommu-off.test_dma_x",
        "iommu-off.test_dma_x",
        "v2.test_dma_x",
    ]


@needs_two_cpus
def test_alone_is_alone_on_a_variant(suite: Suite):
    suite.add(
        "test_dma_x",
        "@pytest.mark.alone\n"
        "def test_alone(artifacts): pass\n"
        "def test_machine(artifacts): pass\n",
    )
    for part, name in (("dma", "test_machine"), ("dma-alone", "test_alone")):
        assert suite.play(f"{part}:iommu-off", cpus=TWO).returncode == 0
        notes = suite.notes()
        assert list(notes) == [name]
        assert (notes[name][1] == TWO) == (name == "test_alone")
        (suite.folder / "notes").unlink()
    words = check._WORDS["variants"]
    assert words[:2] == ["dma:two-cpus", "dma-alone:two-cpus"]


def test_not_in_a_mode(suite: Suite):
    suite.add(
        "test_dma_x",
        "@pytest.mark.smoke\n"
        "@pytest.mark.not_in_mode('abort-status', 'enabled', 'why')\n"
        "def test_some(artifacts): pass\n"
        "@pytest.mark.smoke\n"
        "@pytest.mark.not_in_mode('abort-status', 'never', 'why')\n"
        "def test_other(artifacts): pass\n",
    )
    assert suite.play("smoke:v2").returncode == 0
    assert sorted(suite.notes()) == ["test_other"]
    assert suite.play("smoke:v1").returncode == 0
    assert sorted(suite.notes()) == ["test_other", "test_some"]


def test_unknown_variant(suite: Suite):
    done = suite.play("dma:v9")
    assert done.returncode == 2
    assert done.stderr.startswith("check: no variant 'v9'; there are: ")


def test_random_choices_follow_the_seed(suite: Suite, monkeypatch):
    """Another test draws something else, another run of a test the same."""
    for name in ("one", "two"):
        suite.add(
            f"test_{name}",
            "import random\nfrom pathlib import Path\n"
            f"def test_{name}():\n"
            f"    with open(Path(__file__).parent / '{name}', 'a') as out:\n"
            "        print(random.random(), file=out)\n",
        )
    for seed, only in (("1", ""), ("1", "two"), ("2", "")):
        monkeypatch.setenv("LAB_SEED", seed)
        assert suite.play("unit", more=("-k", only)).returncode == 0
    one = (suite.folder / "one").read_text().split()
    two = (suite.folder / "two").read_text().split()
    assert two[0] == two[1]
    assert len({*one, *two}) == 4


def test_every_part_counts(suite: Suite):
    """A failure early on does not keep what follows from being played."""
    suite.add(
        "test_mixed",
        "def test_unit(): assert False\n"
        "def test_machine(artifacts): pytest.skip('why')\n"
        "@pytest.fixture\n"
        "def broken(): assert False\n"
        "def test_broken(artifacts, broken): pass\n"
        "@pytest.fixture\n"
        "def breaks():\n    yield\n    assert False\n"
        "def test_done(artifacts, breaks): pass\n"
        "def test_left_out(artifacts, breaks): pytest.skip('why')\n"
        "@pytest.mark.alone\n"
        "def test_alone(): pass\n",
    )
    done = suite.play("unit", "machines", "alone")
    assert done.returncode == 1
    assert suite.closing_line() == "check: 1 passed, 4 failed, 1 skipped\n"


def test_no_test_at_all(suite: Suite):
    suite.add("test_unit", "def test_unit(): pass\n")
    done = suite.play("unit", "machines", more=("-k", "nothing"))
    assert done.returncode == 5
    assert suite.closing_line() == "check: 0 passed, 0 failed, 0 skipped\n"
    assert suite.play("unit", "machines").returncode == 0


def test_variant_without_tests(tmp_path: Path, monkeypatch):
    """It has some, unless fewer were asked for."""

    def status_of(argv: list[str]) -> int:
        return check.NO_TESTS if "--variant" in argv else 0

    monkeypatch.setattr(check, "status_of", status_of)
    monkeypatch.setenv("LAB_RUN", str(tmp_path))
    assert check.play(["machines", "combined"], ["-k", "word"]) == 0
    assert check.play(["machines", "combined"], []) == 3
    assert '"name": "smoke:v1"' in (tmp_path / "results.jsonl").read_text()


@pytest.mark.parametrize("cpus", [1, 2])
def test_part_that_stops_at_a_failure(suite: Suite, cpus: int):
    """With workers it has no status of a part, and a closing line all the same."""
    suite.add("test_one", "def test_one(): assert False\ndef test_more(): pass\n")
    suite.add("test_two", "def test_two(): pass\n")
    assert suite.play("unit", more=("-x",), cpus=TWO[:cpus]).returncode
    assert ", 1 failed, 0 skipped\n" in suite.closing_line()


def test_part_without_a_result(suite: Suite):
    """pytest itself fails: there is nothing to close with, and nothing goes on."""
    suite.add("test_unit", "def test_unit(): pass\n")
    suite.add(
        "test_machine", "def test_machine(artifacts):\n    import os; os._exit(9)"
    )
    done = suite.play("unit", "machines", "alone", cpus=TWO[:1])
    assert done.returncode == 9
    assert not (suite.folder / "closing-line").exists()


@pytest.mark.parametrize(
    "end, status",
    [
        # pytest's own words for: no test, and all passed
        ("os.kill(os.getpid(), 5)", 128 + 5),
        ("os._exit(5)", 3),
        ("os._exit(0)", 3),
        ("import pytest; pytest.exit('enough', 0)", 3),
    ],
)
def test_part_that_ends_without_a_word(suite: Suite, end: str, status: int):
    suite.add("test_unit", "def test_unit(): pass\n")
    suite.add("test_machine", f"def test_machine(artifacts):\n    import os; {end}\n")
    done = suite.play("unit", "machines", "alone", cpus=TWO[:1])
    assert done.returncode == status
    assert not (suite.folder / "closing-line").exists()
    results = (suite.folder / "results.jsonl").read_text().splitlines()
    outcomes = [Outcome(**json.loads(line)) for line in results]
    assert [(one.suite, one.name, one.result) for one in outcomes] == [
        ("test_unit", "test_unit", "pass"),
        ("check", "machines", "fail"),
    ]
    assert f"status {status}" in outcomes[1].detail


@needs_two_cpus
def test_worker_that_crashes(suite: Suite):
    """It takes one test with it, and no other."""
    suite.add(
        "test_crash",
        "def test_first(): pass\n"
        "def test_crash():\n    import os; os._exit(0)\n"
        "def test_last(): pass\n",
    )
    suite.add("test_other", "def test_other(): pass\n")
    done = suite.play("unit", cpus=TWO)
    assert done.returncode == 1
    assert suite.closing_line() == "check: 3 passed, 1 failed, 0 skipped\n"
    results = (suite.folder / "results.jsonl").read_text().splitlines()
    outcomes = {one["name"]: one["result"] for one in map(json.loads, results)}
    assert outcomes.pop("test_crash") == "fail"
    assert outcomes == dict.fromkeys(("test_first", "test_last", "test_other"), "pass")


@pytest.mark.parametrize(
    "text",
    [
        "def test_x(): return False\n",
        "async def test_x(): assert False\n",
        "class TestX:\n"
        "    def __init__(self): pass\n"
        "    def test_x(self): assert False\n",
    ],
)
def test_test_that_cannot_fail(suite: Suite, text: str):
    suite.add("test_x", f"{text}def test_more(): pass\n")
    assert suite.play("unit", cpus=TWO[:1]).returncode in (1, 2)
    assert ", 1 failed," in suite.closing_line()


XFAIL = "@pytest.mark.xfail(**dict(strict=True, raises=ValueError, reason='not yet'))\n"


@pytest.mark.parametrize(
    "lacks", ["strict=True", "raises=ValueError", "reason='not yet'"]
)
def test_expected_failure_that_could_be_any(suite: Suite, lacks: str):
    suite.add(
        "test_x", XFAIL.replace(lacks, "x=1") + "def test_x(): raise ValueError\n"
    )
    done = suite.play("unit", cpus=TWO[:1])
    assert done.returncode == 4
    assert f"test_x: its xfail lacks {lacks.partition('=')[0]}" in done.stderr


@pytest.mark.parametrize(
    "said", ["request.node.add_marker(pytest.mark.xfail)", "pytest.xfail('why')"]
)
def test_expected_failure_that_is_said_while_it_runs(suite: Suite, said: str):
    suite.add("test_x", f"def test_x(request):\n    {said}\n    assert False\n")
    assert suite.play("unit", cpus=TWO[:1]).returncode == 1
    assert ", 1 failed," in suite.closing_line()


@pytest.mark.parametrize(
    "broken", ["raise ValueError; yield", "yield; raise ValueError"]
)
def test_expected_failure_hides_none_of_a_fixture(suite: Suite, broken: str):
    """Neither at its begin, nor at its end."""
    suite.add(
        "test_x",
        f"@pytest.fixture(scope='module')\ndef lab(): {broken}\n"
        f"{XFAIL}def test_x(lab): raise ValueError\n",
    )
    assert suite.play("unit").returncode == 1
    assert ", 1 failed," in suite.closing_line()


def test_counts_are_added(tmp_path: Path):
    path = tmp_path / "closing-line"
    add_to(path, [3, 1, 0])
    add_to(path, [10, 0, 2])
    assert path.read_text() == "check: 13 passed, 1 failed, 2 skipped\n"


def test_long_modules_are_there():
    here = Path(__file__).parent
    assert [name for name in LONGEST if not (here / f"{name}.py").exists()] == []
