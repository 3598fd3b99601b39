# SPDX-License-Identifier: GPL-2.0
"""All Python of the project is formatted and free of what a linter finds, and no
text of it has a known misspelling. Settings: pyproject.toml and .flake8.

Shell is judged in test_tooling.py, kernel code in test_series.py.
"""

import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).parents[3]

# Beside the project's own words: names that a dictionary takes for mistakes
WORDS = ["synopsys", "aer", "nin"]


def files(suffix: str = "") -> list[str]:
    """Those of the project, as paths below the repository. A kernel tree in linux/ is
    none of it, include/linux/ is.
    """
    paths = (path.relative_to(REPO) for path in REPO.rglob(f"*{suffix}"))
    return sorted(
        str(path)
        for path in paths
        if path.parts[0] not in (".git", "linux")
        and "__pycache__" not in path.parts
        and (REPO / path).is_file()
    )


def test_files_are_those_of_the_project():
    assert "include/linux/pci-ep-dma.h" in files()
    assert "tools/lab/tests/test_style.py" in files(".py")


def run(*command: str) -> str:
    """What a checker says; nothing when it is content."""
    done = subprocess.run(
        command, cwd=REPO, capture_output=True, text=True, check=False, timeout=600
    )
    said = done.stdout + done.stderr
    return said if done.returncode else ""


@pytest.mark.parametrize(
    "command",
    [["black", "--check", "--quiet", "--diff"], ["python3", "-m", "flake8"]],
    ids=["black", "flake8"],
)
def test_python(command: list[str]):
    assert run(*command, *files(".py")) == ""


def test_spelling():
    ignored = f"--ignore-words-list={','.join(WORDS)}"
    assert run("codespell", ignored, *files()) == ""


def test_the_checkers_find_something(tmp_path: Path):
    """Each of them refuses what it is there to refuse."""
    bad = tmp_path / "bad.py"
    word = "adr" "ess"
    bad.write_text(f"import os\nx = 1 ; # {word}\n")
    assert "would reformat" in run("black", "--check", str(bad))
    assert "F401" in run("python3", "-m", "flake8", str(bad))
    assert "address" in run("codespell", str(bad))
