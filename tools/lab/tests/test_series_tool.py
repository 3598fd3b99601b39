# SPDX-License-Identifier: GPL-2.0
"""tools/series on a kernel of a few files: patches to tree and back, exports,
and what it says to a series that is wrong."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from front_door import program
from series.check import mailed
from series.patch import Patch, SeriesError, parse, split_message
from series.scratch import Scratch
from series.tree import commit_parts

REPO = Path(os.environ.get("LAB", Path(__file__).parents[3]))

ONE = """\
From: A Person <a@example.org>
Subject: sub: first

Because.
---
Adds: drivers/new/new.c

A note.

diff --git a/drivers/Makefile b/drivers/Makefile
--- a/drivers/Makefile
+++ b/drivers/Makefile
@@ -1 +1,2 @@
 obj-y += old/
+obj-y += new/
"""
TWO = """\
From: Ä Person <b@example.org>
Subject: sub: second

Two lines
of reason.
---
Adds: tools/testing/selftests/new/run.sh

diff --git a/MAINTAINERS b/MAINTAINERS
--- a/MAINTAINERS
+++ b/MAINTAINERS
@@ -1 +1,4 @@
 List
+
+NEW
+F:\tdrivers/new/
"""
COVER = """\
Subject: All of it
Change-id: 20260101-new-0123456789ab

Why all of it.
"""
# No UTF-8; and what is a function's head is said by drivers/.gitattributes
OLD_BYTES = b"/* \xe4 \r\n */\n" + b"int one(void)\n{\nout:\n" + b"\treturn;\n" * 8
# As the kernel's: it is asked of a mail, and says who has what part in it
GET_MAINTAINER = """\
($mail) = grep { !/^--/ } @ARGV;
open(my $file, "<", $mail) or die "no $mail";
my $text = do { local $/; <$file> };
open(my $list, "<", "MAINTAINERS") or die "no MAINTAINERS";
print "Ä Person <m\\@example.org> (maintainer:LIST)\n" if grep { /List/ } <$list>;
print "\\"Old, Person\\" <o\\@example.org> (reviewer:OLD SUBSYSTEM (part))\n"
    if $text =~ m,^diff.*drivers/,m;
print "list\\@example.org (open list:OLD)\n";
"""


@dataclass
class Project:
    """A repository with a series, and the base that it is for."""

    repo: Path
    base: Path

    def series(self, *args: object) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "LAB": str(self.repo),
            "LAB_BASE_GIT": str(self.base),
            "PYTHONPATH": str(REPO / "tools"),
        }
        return subprocess.run(
            ["python3", "-m", "series", *map(str, args)],
            capture_output=True,
            text=True,
            env=env,
            check=False,
        )

    def good(self, *args: object) -> str:
        done = self.series(*args)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *args: object, status: int = 1) -> str:
        done = self.series(*args)
        assert done.returncode == status
        assert done.stdout == ""
        assert re.fullmatch(r"lab: .*\n", done.stderr, re.S)
        assert "Traceback" not in done.stderr
        return done.stderr

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        target = self.repo / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def patches(self) -> dict[str, str]:
        folder = self.repo / "patches"
        return {
            path.relative_to(folder).as_posix(): path.read_text()
            for path in folder.glob("*/*")
        }


def git(folder: Path, *args: str) -> str:
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "C"), ("EMAIL", "c@example.org"))
    }
    return subprocess.run(
        ["git", *args],
        cwd=folder,
        check=True,
        text=True,
        env={**os.environ, **identity},
        capture_output=True,
    ).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    kernel = tmp_path / "kernel"
    (kernel / "drivers/old").mkdir(parents=True)
    (kernel / "drivers/Makefile").write_text("obj-y += old/\n")
    (kernel / "drivers/old/old.c").write_text("int old;\n")
    (kernel / "drivers/old/bytes.c").write_bytes(OLD_BYTES)
    (kernel / "drivers/old/gone.c").write_text("int gone;\n")
    (kernel / "drivers/old/link").symlink_to("old.c")
    (kernel / "drivers/old/run.sh").write_text("#!/bin/sh\n")
    (kernel / "drivers/old/run.sh").chmod(0o755)
    (kernel / "drivers/.gitattributes").write_text("*.c diff=cpp\n")
    (kernel / "MAINTAINERS").write_text("List\n")
    (kernel / "Makefile").write_text("VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\n")
    (kernel / "scripts").mkdir()
    (kernel / "scripts/get_maintainer.pl").write_text(GET_MAINTAINER)
    git(kernel, "init", "-q", "--initial-branch=base")
    git(kernel, "add", ".")
    git(kernel, "commit", "-q", "-m", "linux-source-7.3 7.3.4-1")
    git(tmp_path, "clone", "-q", "--bare", "kernel", "base.git")

    one = Project(tmp_path / "repo", tmp_path / "base.git")
    one.write("patches/new/0001-sub-first.patch", ONE)
    one.write("patches/new/0002-sub-second.patch", TWO)
    one.write("patches/new/cover-letter", COVER)
    one.write("drivers/new/new.c", "int new;\n")
    one.write("tools/testing/selftests/new/run.sh", "#!/bin/sh\n", 0o755)
    one.write("tools/lab/tests/test.py", "not in the tree\n")
    return one


@pytest.fixture
def tree(project: Project, tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    project.good("tree", folder)
    return folder


MEND = """\
From: A Person <a@example.org>
Subject: old: mend

Because.
---

diff --git a/drivers/old/old.c b/drivers/old/old.c
--- a/drivers/old/old.c
+++ b/drivers/old/old.c
@@ -1 +1 @@
-int old;
+int mended;
"""
LATER = """\
From: A Person <a@example.org>
Subject: sub: later

Because.
---

diff --git a/drivers/new/new.c b/drivers/new/new.c
--- a/drivers/new/new.c
+++ b/drivers/new/new.c
@@ -1 +1,2 @@
 int new;
+int later;
diff --git a/drivers/old/old.c b/drivers/old/old.c
--- a/drivers/old/old.c
+++ b/drivers/old/old.c
@@ -1 +1,2 @@
 int mended;
+int later;
"""
COVERS = {
    "fixes-a": "Subject: Mend\nChange-id: 20260101-fixes-a-0123456789ac\n\nWhy.\n",
    "later": "Subject: Later\nChange-id: 20260101-later-0123456789ad\nVersion: 2\n"
    "Depends-on: new fixes-a\n\nWhy.\n",
}


def two_more(project: Project) -> None:
    """A part of fixes, and one on both: it changes what they change and add."""
    for name, letter in COVERS.items():
        project.write(f"patches/{name}/cover-letter", letter)
    project.write("patches/fixes-a/0001-old-mend.patch", MEND)
    project.write("patches/later/0001-sub-later.patch", LATER)
    project.write("drivers/new/new.c", "int new;\nint later;\n")


def test_stored_form_is_kept():
    for name, text in (("one", ONE), ("two", TWO)):
        assert str(parse(name, text)) == text
    one = parse("one", ONE)
    assert one.adds == ["drivers/new/new.c"]
    assert one.changes() == ["drivers/Makefile"]
    assert one.message() == "sub: first\n\nBecause.\n---\nA note.\n"
    one.name = "new/0001-one.patch"
    assert one.message(with_part=True) == (
        "sub: first\n\nBecause.\n---\nPart: new\nA note.\n"
    )
    assert split_message(one.message()) == ("sub: first", "Because.", "A note.")


def test_a_mail_prefix_is_no_part_of_the_subject():
    text = ONE.replace("Subject: ", "Subject: [PATCH v2 1/9] ")
    assert parse("one", text).subject == "sub: first"


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("From: A", "Form: A", "no From line"),
        ("Subject: sub: first", "Subject: ", "no Subject line"),
        ("---\nAdds", "Adds", "no line '---'"),
        ("Because.", "Signed-off-by: A <a@b.c>", "sign off at export"),
        ("Because.", 'Fixes: 0123 ("culprit")', "'Fixes: ID (\"SUBJECT\")'"),
        ("Because.", "Fixes: ?", "'Fixes: ID (\"SUBJECT\")'"),
        ("A note.", "Part: new", "the folder says the part"),
        ("drivers/new/new.c", "drivers/new/a b.c", "is not 'Adds: PATH'"),
        ("drivers/new/new.c", "", "'Adds: ' is not 'Adds: PATH'"),
        ("Adds: drivers", "Adds:drivers", "is not 'Adds: PATH'"),
        ("drivers/new/new.c", "/etc/passwd", "not a path in the tree"),
        ("drivers/new/new.c", "drivers/../../x", "not a path in the tree"),
        (
            "--- a/drivers/Makefile",
            "new file mode 100644\n--- a/drivers/Makefile",
            "Adds: line",
        ),
    ],
)
def test_a_wrong_patch_is_refused(old: str, new: str, says: str):
    assert old in ONE
    with pytest.raises(SeriesError, match=f"one.patch: .*{re.escape(says)}"):
        parse("one.patch", ONE.replace(old, new, 1))


def test_tree_has_a_commit_a_patch(project: Project, tree: Path):
    assert git(tree, "log", "--format=%an|%s", "base..").split("\n") == [
        "Ä Person|sub: second",
        "A Person|sub: first",
    ]
    assert git(tree, "status", "--porcelain") == ""
    assert (tree / "drivers/new/new.c").read_text() == "int new;\n"
    assert (tree / "drivers/Makefile").read_text().endswith("obj-y += new/\n")


def test_refresh_changes_nothing_when_nothing_changed(project: Project, tree: Path):
    before = project.patches()
    assert project.good("refresh", tree) == "patches/ is up to date\n"
    assert project.patches() == before


def test_refresh_takes_an_edit_a_new_file_and_a_new_name(project: Project, tree: Path):
    (tree / "drivers/old/old.c").write_text("int older;\n")
    (tree / "drivers/new/more.h").write_text("#define MORE\n")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "--amend", "-m", "sub: renamed\n\nReason.")
    said = project.good("refresh", tree)
    assert said.split("\n") == [
        "new drivers/new/more.h",
        "removed new/0002-sub-second.patch",
        "new new/0002-sub-renamed.patch",
        "",
    ]
    text = project.patches()["new/0002-sub-renamed.patch"]
    assert "+int older;" in text
    assert "Adds: drivers/new/more.h\n" in text
    assert "#define MORE" not in text
    assert (project.repo / "drivers/new/more.h").read_text() == "#define MORE\n"
    assert project.good("check").startswith("series: 2 patches (new), ")


def test_refresh_refuses_what_it_would_lose(project: Project, tree: Path):
    (tree / "drivers/old/old.c").write_text("int older;\n")
    assert "no commit holds" in project.refused("refresh", tree)
    git(tree, "commit", "-q", "-a", "-m", "fixup! sub: first")
    assert "autosquash" in project.refused("refresh", tree)


def grow(tree: Path) -> None:
    """A third patch that changes what the first one added, twice over a fourth."""
    for number, subject in ((3, "sub: third"), (4, "sub: fourth")):
        with open(tree / "drivers/new/new.c", "a") as out:
            out.write(f"int more_{number};\n")
        (tree / "tools/testing/selftests/new/run.sh").write_text(f"exit {number}\n")
        git(tree, "commit", "-q", "-a", "-m", f"{subject}\n\nReason.")


def test_refresh_takes_later_changes_of_an_added_file(project: Project, tree: Path):
    """The repository has the last version, later patches have hunks, and every form
    of the series is made of these.
    """
    grow(tree)
    assert project.good("refresh", tree).split("\n") == [
        "rewrote drivers/new/new.c",
        "rewrote tools/testing/selftests/new/run.sh",
        "new new/0003-sub-third.patch",
        "new new/0004-sub-fourth.patch",
        "",
    ]
    new = project.repo / "drivers/new/new.c"
    assert new.read_text() == "int new;\nint more_3;\nint more_4;\n"
    assert "\n+int more_4;\n" in project.patches()["new/0004-sub-fourth.patch"]
    assert (project.repo / "tools/testing/selftests/new/run.sh").stat().st_mode & 0o100
    assert project.good("check").startswith("series: 4 patches (new), ")
    assert project.good("refresh", tree) == "patches/ is up to date\n"
    (tree / "drivers/new/new.c").write_text("int new;\n")
    git(tree, "commit", "-q", "-a", "--amend", "--no-edit")
    assert project.good("refresh", tree).split("\n") == [
        "rewrote drivers/new/new.c",
        "rewrote new/0004-sub-fourth.patch",
        "",
    ]


def test_tree_and_apply_derive_earlier_versions(
    project: Project, tree: Path, tmp_path: Path
):
    grow(tree)
    project.good("refresh", tree)
    again = tmp_path / "again"
    again.mkdir()
    project.good("tree", again)
    assert git(again, "rev-parse", "HEAD^{tree}") == git(
        tree, "rev-parse", "HEAD^{tree}"
    )
    assert git(again, "show", "HEAD~3:drivers/new/new.c") == "int new;"
    assert git(again, "show", "HEAD~1:drivers/new/new.c") == "int new;\nint more_3;"
    git(tmp_path, "clone", "-q", str(project.base), "applied")
    for name in sorted(project.patches())[:3]:
        project.good("apply", tmp_path / "applied", "--only", name)
    git(tmp_path / "applied", "add", ".")
    assert git(tmp_path / "applied", "write-tree") == git(
        again, "rev-parse", "HEAD~1^{tree}"
    )


def test_refresh_removes_a_file_that_no_patch_adds_now(project: Project, tree: Path):
    git(tree, "rm", "-q", "-f", "tools/testing/selftests/new/run.sh")
    git(tree, "commit", "-q", "--amend", "--no-edit")
    assert "removed tools/testing/selftests/new/run.sh" in project.good("refresh", tree)
    assert project.good("check").startswith("series: 2 patches (new), ")


@pytest.mark.parametrize(
    "command, says",
    [
        (["checkout", "-q", "base"], "at its base"),
        (["rebase", "-q", "-i", "--exec", "true; false", "base"], "amid a rebase"),
    ],
)
def test_refresh_takes_the_whole_series_alone(
    project: Project,
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    says: str,
):
    """Not as much of it as is checked out at the moment."""
    before = project.patches()
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "true")
    try:
        git(tree, *command)
    except subprocess.CalledProcessError:
        assert says == "amid a rebase"
    assert says in project.refused("refresh", tree)
    assert project.patches() == before
    assert (project.repo / "tools/testing/selftests/new/run.sh").exists()


def test_refresh_refuses_an_edit_in_both_places(project: Project, tree: Path):
    """Nothing is written: neither that file nor any other."""
    grow(tree)
    project.write("tools/testing/selftests/new/run.sh", "exit 1\n", 0o755)
    before = project.patches()
    said = project.refused("refresh", tree)
    assert "tools/testing/selftests/new/run.sh is neither what the tree has" in said
    assert project.patches() == before
    assert (project.repo / "drivers/new/new.c").read_text() == "int new;\n"


def test_refresh_from_a_tree_of_somebodys(project: Project, tree: Path):
    """With the tag base, as one has who moves the series to another kernel."""
    git(tree, "update-ref", "-d", "refs/remotes/lab/series")
    assert project.good("refresh", tree) == "patches/ is up to date\n"
    git(tree, "update-ref", "-d", "refs/remotes/lab/series")
    grow(tree)
    (tree / "drivers/new/more.h").touch()
    git(tree, "add", ".")
    git(tree, "commit", "-q", "--amend", "--no-edit")
    said = project.refused("refresh", tree)
    assert (
        "drivers/new/new.c is not what the tree has, which ./lab tree did not" in said
    )
    for path in ("drivers/new/new.c", "tools/testing/selftests/new/run.sh"):
        (project.repo / path).write_bytes((tree / path).read_bytes())
    assert project.good("refresh", tree).split("\n") == [
        "new drivers/new/more.h",
        "new new/0003-sub-third.patch",
        "new new/0004-sub-fourth.patch",
        "",
    ]


def test_refresh_refuses_a_patch_that_removes_an_added_file(
    project: Project, tree: Path
):
    git(tree, "rm", "-q", "drivers/new/new.c")
    git(tree, "commit", "-q", "-m", "sub: third")
    assert "removes drivers/new/new.c, which an earlier" in project.refused(
        "refresh", tree
    )


@pytest.mark.parametrize(
    "make, says",
    [
        ("echo >>drivers/old/old.c; git commit -q -s -a -m third", "signed off; sign"),
        ("echo >'drivers/a b'; git add .; git commit -q -m third", "no blanks"),
        ("echo >drivers/ä; git add .; git commit -q -m third", "no blanks, quotes"),
        ("ln -s old.c drivers/old/l; git add .; git commit -q -m third", "a link"),
        ("ln -sf old.c drivers/new/new.c; git commit -q -a -m third", "a link"),
        ("printf '\\0' >drivers/old/old.c; git commit -q -a -m third", "a binary file"),
        ("git commit -q --allow-empty -m third", "changes nothing"),
        (
            "echo >>MAINTAINERS; git commit -q -am third --author 'A <a b@c>'",
            "NAME <MAIL>",
        ),
    ],
)
def test_refresh_refuses_what_could_not_be_read_back(
    project: Project, tree: Path, make: str, says: str
):
    before = project.patches()
    for who in ("author", "committer"):
        git(tree, "config", f"{who}.name", "C")
        git(tree, "config", f"{who}.email", "c@example.org")
    subprocess.run(["sh", "-e", "-c", make], cwd=tree, check=True)
    assert says in project.refused("refresh", tree)
    assert project.patches() == before


def test_refresh_mends_what_an_interrupted_one_left(project: Project, tree: Path):
    git(tree, "rm", "-q", "-f", "tools/testing/selftests/new/run.sh")
    git(tree, "commit", "-q", "--amend", "--no-edit")
    (project.repo / "tools/testing/selftests/new/run.sh").unlink()
    assert project.good("refresh", tree) == "rewrote new/0002-sub-second.patch\n"
    # One patch is written, the next is not
    git(tree, "commit", "-q", "--amend", "-m", "sub: renamed\n\nReason.")
    text = project.patches()["new/0002-sub-second.patch"]
    text = text.replace(
        "sub: second\n\nTwo lines\nof reason.", "sub: renamed\n\nReason."
    )
    project.write("patches/new/0002-sub-renamed.patch", text)
    assert project.good("refresh", tree) == "removed new/0002-sub-second.patch\n"
    # An added file is never a half
    new = project.repo / "drivers/new/new.c"
    os.link(new, project.repo / "link")
    (tree / "drivers/new/new.c").write_text("int newer;\n")
    git(tree, "commit", "-q", "-a", "--amend", "--no-edit")
    assert "new/0002-sub-renamed.patch" in project.good("refresh", tree)
    assert (project.repo / "link").read_text() == "int new;\n"
    assert new.read_text() == "int newer;\n"
    assert list(new.parent.iterdir()) == [new]
    assert project.good("check").startswith("series: 2 patches (new), ")


def test_refresh_takes_modes(project: Project, tree: Path, tmp_path: Path):
    """Of the patch that adds the file, and of a later one."""
    new, script = "drivers/new/new.c", "tools/testing/selftests/new/run.sh"
    (tree / script).chmod(0o644)
    git(tree, "commit", "-q", "-a", "--amend", "--no-edit")
    (tree / new).chmod(0o755)
    git(tree, "commit", "-q", "-a", "-m", "sub: third\n\nReason.")
    assert project.good("refresh", tree).split("\n") == [
        f"rewrote {new}",
        f"rewrote {script}",
        "new new/0003-sub-third.patch",
        "",
    ]
    assert project.good("check").startswith("series: 3 patches (new), ")
    again = tmp_path / "again"
    again.mkdir()
    project.good("tree", again)
    for commit in ("HEAD", "HEAD~1"):
        assert git(again, "rev-parse", f"{commit}^{{tree}}") == git(
            tree, "rev-parse", f"{commit}^{{tree}}"
        )


def test_all_that_a_patch_can_do(project: Project, tree: Path, tmp_path: Path):
    """To files of the kernel: remove, modes, a link, bytes that are no text."""
    old = tree / "drivers/old"
    for name in ("gone.c", "link"):
        (old / name).unlink()
    (old / "run.sh").chmod(0o644)
    (old / "old.c").chmod(0o755)
    changed = OLD_BYTES.removesuffix(b"\treturn;\n") + b"\treturn 1;\n"
    (old / "bytes.c").write_bytes(changed)
    git(tree, "commit", "-q", "-a", "-m", "sub: third\n\nReason.")
    project.good("refresh", tree)
    # What one patch does and the next undoes
    git(tree, "checkout", "HEAD~1", "drivers/old/bytes.c", "drivers/old/run.sh")
    git(tree, "commit", "-q", "-m", "sub: fourth\n\nReason.")
    project.good("refresh", tree)
    assert "@@ int one(void)\n" in project.patches()["new/0003-sub-third.patch"]
    assert project.good("check").startswith("series: 4 patches (new), ")
    again = make(project, tmp_path)
    for commit in ("HEAD", "HEAD~1"):
        assert git(again, "rev-parse", f"{commit}^{{tree}}") == git(
            tree, "rev-parse", f"{commit}^{{tree}}"
        )
    assert (again / "drivers/old/bytes.c").read_bytes() == OLD_BYTES


@pytest.mark.parametrize(
    "person, author",
    [
        ('"Old, Person" <o@example.org>', "Old, Person <o@example.org>"),
        ("A Person; <a@example.org>", "A Person <a@example.org>"),
        ("A <B> Person <a@example.org>", "A B Person <a@example.org>"),
    ],
)
def test_an_author_is_written_as_git_does(
    project: Project, tmp_path: Path, person: str, author: str
):
    text = ONE.replace("A Person <a@example.org>", person)
    project.write("patches/new/0001-sub-first.patch", text)
    tree = make(project, tmp_path)
    head = git(tree, "cat-file", "commit", "HEAD~1").split("\n")
    assert head[2:4] == [
        f"author {author} 1767225600 +0000",
        "committer lab <lab@localhost> 1767225600 +0000",
    ]


def test_a_tree_is_the_same_each_time(project: Project, tmp_path: Path):
    """To the names of its commits, which are what plain git makes of them."""
    tree, again = make(project, tmp_path), make(project, tmp_path, "again")
    head = git(tree, "rev-parse", "HEAD")
    assert git(again, "rev-parse", "HEAD") == head
    text = subprocess.run(
        ["git", "show", "-s", "--format=%B", "HEAD~1"],
        cwd=tree,
        capture_output=True,
        check=True,
    ).stdout
    assert text == b"sub: first\n\nBecause.\n---\nPart: new\nA note.\n\n"
    assert git(tree, "fsck", "--strict", "--no-dangling") == ""


def test_a_rename_is_no_loss(project: Project, tmp_path: Path):
    """refresh writes none, but a patch from elsewhere may have one."""
    rename = "\n".join(
        [
            "diff --git a/drivers/old/old.c b/drivers/old/new.c",
            "similarity index 100%",
            "rename from drivers/old/old.c",
            "rename to drivers/old/new.c",
            "",
        ]
    )
    assert parse("one", ONE + rename).changes()[1:] == [
        "drivers/old/old.c",
        "drivers/old/new.c",
    ]
    project.write("patches/new/0001-sub-first.patch", ONE + rename)
    tree = make(project, tmp_path)
    assert not (tree / "drivers/old/old.c").exists()
    assert (tree / "drivers/old/new.c").read_text() == "int old;\n"
    assert "not as refresh writes it" in project.refused("check")


@pytest.mark.parametrize("verb", ["tree", "check"])
@pytest.mark.parametrize(
    "hunk, says",
    [
        ("-int old;\n+int old;\n", "new/0003-old-mend.patch changes nothing"),
        ("-int old;\n+int old; \n", "trailing whitespace"),
        ("-int new;\n+int old;\n", "new/0003-old-mend.patch does not apply: "),
    ],
)
def test_what_no_commit_is_made_of(
    project: Project, tmp_path: Path, verb: str, hunk: str, says: str
):
    text = MEND.replace("-int old;\n+int mended;\n", hunk)
    project.write("patches/new/0003-old-mend.patch", text)
    assert says in project.refused(verb, *([tmp_path] if verb == "tree" else []))


@pytest.mark.parametrize("name", ["old.c", "link"])
def test_a_file_of_the_kernel_is_no_folder(project: Project, tmp_path: Path, name: str):
    path = f"drivers/old/{name}/new.c"
    project.write(path, "int new;\n")
    text = MEND[: MEND.index("\ndiff")]
    project.write("patches/new/0003-old-mend.patch", f"{text}Adds: {path}\n")
    kernel = tmp_path / "kernel"
    says = f"drivers/old/{name}, which is a file"
    assert says in project.refused("tree", tmp_path)
    assert says in project.refused("check")
    says = f"0003-old-mend.patch: Adds: {path}, but a folder of it is"
    assert says in project.refused("apply", kernel, status=3)


def test_without_a_patch_the_base_is_left_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    """Nothing of it is taken, least of all every file."""
    monkeypatch.setenv("LAB_BASE_GIT", str(project.base))
    with Scratch() as scratch:
        scratch.take("base", [])
        assert scratch.git("ls-files") == ""
        assert commit_parts(scratch, [], [], with_part=True) == []
        assert scratch.git("ls-files") == ""
        assert scratch.tree_of("series") == scratch.tree_of("base")


def test_an_edit_where_a_later_patch_changes_the_file(project: Project, tree: Path):
    grow(tree)
    project.good("refresh", tree)
    project.write("drivers/new/new.c", "int new;\nint other;\n")
    said = project.refused("check")
    assert (
        "new/0004-sub-fourth.patch changes a file that is not as it leaves it" in said
    )
    assert "drivers/new/new.c" in said


@pytest.mark.parametrize(
    "adds", ["new/0001-sub-first.patch", "new/0002-sub-second.patch"]
)
def test_a_hunk_on_a_file_that_is_not_added_yet(project: Project, adds: str):
    hunk = "diff --git a/X b/X\n--- a/X\n+++ b/X\n@@ -1 +1,2 @@\n int new;\n+int x;\n"
    path = {
        "new/0001-sub-first.patch": "drivers/new/new.c",
        "new/0002-sub-second.patch": "tools/testing/selftests/new/run.sh",
    }[adds]
    project.write("patches/new/0001-sub-first.patch", ONE + hunk.replace("X", path))
    said = project.refused("check")
    assert f"new/0001-sub-first.patch: a hunk on {path}, which {adds} adds" in said


def test_check_says_the_tree(project: Project, tmp_path: Path):
    plain = tmp_path / "plain"
    plain.mkdir()
    project.good("tree", plain)
    tree = git(plain, "rev-parse", "HEAD^{tree}")
    assert project.good("check") == (
        f"series: 2 patches (new), tree {tree}, the same by git am\n"
    )


def test_mails_are_held_against_the_series(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Whatever they do to whichever file of the kernel."""
    monkeypatch.setenv("LAB_BASE_GIT", str(project.base))
    (tmp_path / "out").mkdir()
    project.good("export", tmp_path / "out")
    one, two = mails = sorted((tmp_path / "out/new").glob("000[12]-*"))
    paths = project.good("files").split()
    files = mailed(mails, paths)
    assert [line.split("\t")[1] for line in files.split("\n")] == paths
    assert mailed([one], paths) != files
    text = one.read_text()
    one.write_text(text.replace("drivers/new/new.c", "drivers/old/old.c"))
    assert "drivers/old/old.c" in mailed(mails, paths)
    one.write_text(text.replace("drivers/Makefile", "Makefile"))
    with pytest.raises(SeriesError, match="git am: .*Makefile"):
        mailed(mails, paths)


def test_apply_makes_the_same_files(project: Project, tmp_path: Path):
    plain, applied = tmp_path / "plain", tmp_path / "applied"
    plain.mkdir()
    project.good("tree", plain)
    git(tmp_path, "clone", "-q", str(project.base), "applied")
    inode = (applied / "drivers/Makefile").stat().st_ino
    shared = tmp_path / "shared"
    os.link(applied / "drivers/Makefile", shared)
    project.good("apply", applied)
    git(applied, "add", ".")
    assert git(applied, "write-tree") == git(plain, "rev-parse", "HEAD^{tree}")
    # The file that another tree shares is as it was.
    assert shared.stat().st_ino == inode
    assert shared.read_text() == "obj-y += old/\n"


def test_export_is_complete_and_can_be_signed(project: Project, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    names = project.good("export", out, "--signoff", "S Igner <s@example.org>")
    assert names.split() == [
        "new/0000-cover-letter.patch",
        "new/0001-sub-first.patch",
        "new/0002-sub-second.patch",
    ]
    cover, one, two = (path.read_text() for path in sorted((out / "new").iterdir()))
    assert "Subject: [PATCH 0/2] All of it" in cover
    assert "Why all of it." in cover
    assert "+int new;" in one
    assert "\nSigned-off-by: S Igner <s@example.org>\n---\n" in two
    assert "new file mode 100755" in two
    git(tmp_path, "clone", "-q", str(project.base), "mailed")
    git(
        tmp_path / "mailed",
        "am",
        "-q",
        str(out / "new/0001-sub-first.patch"),
        str(out / "new/0002-sub-second.patch"),
    )


def test_a_mail_series_says_what_it_goes_on_and_who_gets_it(
    project: Project, tmp_path: Path
):
    two_more(project)
    out = tmp_path / "out"
    out.mkdir()
    base = git(project.base, "rev-parse", "base")
    assert project.good("export", out).split() == [
        "fixes-a/0000-cover-letter.patch",
        "fixes-a/0001-old-mend.patch",
        "new/0000-cover-letter.patch",
        "new/0001-sub-first.patch",
        "new/0002-sub-second.patch",
        "later/0000-cover-letter.patch",
        "later/0001-sub-later.patch",
    ]
    cover = (out / "later/0000-cover-letter.patch").read_text()
    assert "Subject: [PATCH v2 0/1] Later\n" in cover
    words = " ".join(cover.split())
    assert "Linux 7.3.4, Debian's linux-source-7.3 7.3.4-1." in words
    assert (
        '\nDepends, in this order, on\n- "Mend" (fixes-a)\n- "All of it" (new)\n'
        in (cover)
    )
    ids = [
        git_patch_id(out / name)
        for name in (
            "fixes-a/0001-old-mend.patch",
            "new/0001-sub-first.patch",
            "new/0002-sub-second.patch",
        )
    ]
    assert cover.rstrip("\n").split("\n")[-7:] == [
        f"base-commit: {base}",
        "change-id: 20260101-later-0123456789ad",
        "prerequisite-change-id: 20260101-fixes-a-0123456789ac:v1",
        "prerequisite-change-id: 20260101-new-0123456789ab:v1",
        *[f"prerequisite-patch-id: {one}" for one in ids],
    ]
    cover = (out / "fixes-a/0000-cover-letter.patch").read_text()
    assert "\nDepends on nothing else.\n" in cover
    assert cover.endswith(
        f"\nbase-commit: {base}\nchange-id: 20260101-fixes-a-0123456789ac\n"
    )
    # The patched tree's list is asked, of each mail; the cover letter goes to all
    cover, one, two = (path.read_text() for path in sorted((out / "new").iterdir()))
    new = "To: =?utf-8?b?w4QgUGVyc29u?= <m@example.org>"
    old = '"Old, Person" <o@example.org>'
    for mail, who in (
        (cover, f"{new},\n    {old}"),
        (one, f"{new},\n    {old}"),
        (two, new),
    ):
        assert f"\n{who}\nCc: list@example.org\n\n" in mail
    # One part alone, whatever it depends on
    again = tmp_path / "again"
    again.mkdir()
    assert len(project.good("export", again, "later", "fixes-a").split()) == 4
    for name in ("later/0001-sub-later.patch", "later/0000-cover-letter.patch"):
        assert (again / name).read_bytes() == (out / name).read_bytes()
    assert "no part nothing; there are: fixes-a, new, later" in project.refused(
        "export", again, "nothing"
    )


def git_patch_id(mail: Path) -> str:
    return subprocess.run(
        ["git", "patch-id", "--stable"],
        input=mail.read_text(),
        text=True,
        capture_output=True,
        check=True,
    ).stdout.split()[0]


def test_export_wants_to_know_the_culprits(project: Project, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    line = 'Fixes: ? ("sub: the culprit")'
    project.write(
        "patches/new/0002-sub-second.patch",
        TWO.replace("of reason.", f"of reason.\n\n{line}"),
    )
    said = project.refused("export", out)
    assert "--unresolved" in said
    assert f"new/0002-sub-second.patch: {line}\n" in said
    assert list(out.iterdir()) == []
    project.good("export", out, "--unresolved")
    assert f"\n{line}\n" in (out / "new/0002-sub-second.patch").read_text()
    assert project.good("check").startswith("series: 2 patches")


def test_export_refuses(project: Project, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    assert "--signoff wants" in project.refused("export", out, "--signoff", "me")
    (out / "mine").touch()
    assert "not empty" in project.refused("export", out)
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_a_file_without_a_patch(project: Project):
    project.write("drivers/new/lost.c", "int lost;\n")
    assert "no patch adds drivers/new/lost.c" in project.refused("check")


def test_a_folder_that_is_not_the_kernels(project: Project):
    """A build, notes, a virtual environment beside the series: not part of it."""
    project.write("build/kernel/vmlinux.c", "int built;\n")
    project.write("notes.d/todo", "much\n")
    project.good("check")


def test_a_patch_without_its_file(project: Project):
    (project.repo / "drivers/new/new.c").unlink()
    assert "new/0001-sub-first.patch: Adds: drivers/new/new.c, but" in project.refused(
        "check"
    )


def test_a_file_that_two_patches_add(project: Project):
    project.write(
        "patches/new/0002-sub-second.patch",
        TWO.replace(
            "Adds: tools/testing/selftests/new/run.sh", "Adds: drivers/new/new.c"
        ),
    )
    assert "which new/0001-sub-first.patch adds already" in project.refused("check")


def test_a_file_that_the_kernel_has(project: Project):
    project.write("drivers/old/old.c", "int ours;\n")
    project.write(
        "patches/new/0002-sub-second.patch",
        TWO.replace("---\n", "---\nAdds: drivers/old/old.c\n", 1),
    )
    assert "the kernel has that file" in project.refused("check")


def test_a_patch_that_does_not_apply(project: Project, tmp_path: Path):
    project.write(
        "patches/new/0001-sub-first.patch",
        ONE.replace(" obj-y += old/", " obj-y += other/"),
    )
    assert "new/0001-sub-first.patch does not apply" in project.refused("check")
    folder = tmp_path / "folder"
    git(tmp_path, "clone", "-q", str(project.base), "folder")
    assert "does not apply" in project.refused("apply", folder, status=3)


@pytest.mark.parametrize("end", ["kill -KILL $$", "exit 128"])
def test_a_broken_git_is_no_misfit(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
):
    """A kernel source is judged by that, so only a patch's own no counts."""
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin/git", end)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=":")
    said = project.refused("apply", project.base, status=1)
    assert "new/0001-sub-first.patch: git apply ended with" in said


def test_a_patch_that_is_not_as_refresh_writes_it(project: Project):
    project.write(
        "patches/new/0001-sub-first.patch",
        ONE.replace("--- a/", "index 123..456 100644\n--- a/"),
    )
    assert "not as refresh writes it" in project.refused("check")


def test_no_patches_yet(project: Project, tmp_path: Path):
    for name in (
        "patches/new/0001-sub-first.patch",
        "patches/new/0002-sub-second.patch",
        "drivers/new/new.c",
        "tools/testing/selftests/new/run.sh",
    ):
        (project.repo / name).unlink()
    assert project.good("check") == "series: no patches\n"
    (tmp_path / "out").mkdir()
    assert "nothing to export" in project.refused("export", tmp_path / "out")


def test_message_of_a_patch_without_notes():
    one = Patch("n", "A <a@b.c>", "s", "b")
    assert one.message() == "s\n\nb\n"
    assert str(one) == "From: A <a@b.c>\nSubject: s\n\nb\n---\n\n"


# Parts.


def make(project: Project, tmp_path: Path, name: str = "parts") -> Path:
    folder = tmp_path / name
    folder.mkdir()
    project.good("tree", folder)
    return folder


def test_parts_come_in_the_order_of_what_they_depend_on(
    project: Project, tmp_path: Path
):
    two_more(project)
    assert project.good("list").split() == [
        "fixes-a/0001-old-mend.patch",
        "new/0001-sub-first.patch",
        "new/0002-sub-second.patch",
        "later/0001-sub-later.patch",
    ]
    assert project.good("check").startswith(
        "series: 4 patches (fixes-a, new, later), tree "
    )
    tree = make(project, tmp_path)
    assert git(tree, "log", "--reverse", "--format=%s %b", "base..").split("\n") == [
        *["old: mend Because.", "---", "Part: fixes-a", ""],
        *["sub: first Because.", "---", "Part: new", "A note.", ""],
        *["sub: second Two lines", "of reason.", "---", "Part: new", ""],
        *["sub: later Because.", "---", "Part: later"],
    ]
    before = project.patches()
    assert project.good("refresh", tree) == "patches/ is up to date\n"
    assert project.patches() == before


@pytest.mark.parametrize(
    "part, says",
    [
        ("fixes-a", {"drivers/old/old.c": "int mended;\n"}),
        ("new", {"drivers/old/old.c": "int old;\n", "drivers/new/new.c": "int new;\n"}),
        (
            "later",
            {
                "drivers/old/old.c": "int mended;\nint later;\n",
                "drivers/new/new.c": "int new;\nint later;\n",
            },
        ),
    ],
)
def test_a_part_on_what_it_names(
    project: Project, tmp_path: Path, part: str, says: dict[str, str]
):
    two_more(project)
    git(tmp_path, "clone", "-q", str(project.base), "applied")
    count = {"fixes-a": 1, "new": 2, "later": 4}[part]
    assert project.good("apply", tmp_path / "applied", "--part", part) == (
        f"applied {count} patches\n"
    )
    assert (tmp_path / "applied/drivers/new").exists() == (part != "fixes-a")
    for path, text in says.items():
        assert (tmp_path / "applied" / path).read_text() == text
    assert "there is no part on" in project.refused("apply", tmp_path, "--part", "on")


def cover(project: Project, part: str, old: str, new: str) -> None:
    """Another cover letter, and what is wrong is in there."""
    text = project.patches()[f"{part}/cover-letter"]
    assert old in text
    project.write(f"patches/{part}/cover-letter", text.replace(old, new))


@pytest.mark.parametrize(
    "part, old, new, says",
    [
        (
            "later",
            "new fixes-a",
            "fixes-a",
            "later/cover-letter does not depend on new",
        ),
        ("later", "new fixes-a", "new", "as later/cover-letter says"),
        ("later", "new fixes-a", "new fixes-b", "on fixes-b, which is no part"),
        ("fixes-a", "\n\n", "\nDepends-on: new\n\n", "fixes depend on fixes alone"),
        ("new", "\n\n", "\nDepends-on: later\n\n", "later, new depend on one another"),
        ("new", "new-0123456789ab", "new", "Change-id is not"),
        ("new", "Change-id: ", "Change: ", "no Change-id line"),
        ("new", "Subject: ", "Subjects: ", "no Subject line"),
        ("new", "\n\n", "\nDepend-on: fixes-a\n\n", "what is Depend-on"),
        ("later", "Version: 2", "Version: v2", "Version is not a number: 'v2'"),
        ("new", "Why all of it.\n", "", "no more than its subject"),
        ("later", "later-0123456789ad", "new-0123456789ab", "Change-id is that of"),
    ],
)
def test_a_wrong_cover_letter_is_refused(
    project: Project, part: str, old: str, new: str, says: str
):
    two_more(project)
    cover(project, part, old, new)
    assert says in project.refused("check")


def test_a_part_that_stands_on_what_it_does_not_name(project: Project):
    """The whole series applies, and the part alone does not."""
    two_more(project)
    cover(project, "later", "new fixes-a", "new")
    said = project.refused("check")
    assert "later/0001-sub-later.patch does not apply: " in said
    assert "(on the base with new, as later/cover-letter says)" in said


@pytest.mark.parametrize("path", ["0001-sub-x.patch", "none/0001-sub-x.patch"])
def test_a_patch_of_no_part(project: Project, path: str):
    project.write(f"patches/{path}", MEND)
    assert f"patches/{path} is of no part" in project.refused("check")


def test_a_part_without_a_patch(project: Project, tmp_path: Path):
    """It is about to be written; nobody is sent it."""
    project.write("patches/fixes-a/cover-letter", COVERS["fixes-a"])
    (tmp_path / "out").mkdir()
    said = project.refused("export", tmp_path / "out", "fixes-a")
    assert "patches/fixes-a holds no patch" in said
    assert "patches/fixes-a holds no patch" in project.refused("check")
    assert len(project.good("list").split()) == 2


def test_a_part_has_a_name(project: Project):
    project.write("patches/Fixes_a/cover-letter", COVERS["fixes-a"])
    assert "Fixes_a/cover-letter: a part's name is of" in project.refused("check")


def test_a_part_is_short(project: Project, tree: Path):
    for number in range(13):
        (tree / "drivers/old/old.c").write_text(f"int old{number};\n")
        git(tree, "commit", "-q", "-a", "-m", f"sub: more {number}\n\nReason.")
    project.good("refresh", tree)
    (tree / "drivers/old/old.c").write_text("int old;\nint more;\n")
    git(tree, "commit", "-q", "-a", "-m", "sub: too many\n\nReason.")
    assert "new has 16 patches" in project.refused("refresh", tree)
    last = project.patches()["new/0015-sub-more-12.patch"]
    project.write("patches/new/0016-sub-x.patch", last)
    assert "new has 16 patches" in project.refused("check")


def reword(tree: Path, old: str, new: str) -> None:
    """In the message of the last commit."""
    text = git(tree, "show", "-s", "--format=%B")
    assert old in text
    git(tree, "commit", "-q", "--amend", "-m", text.replace(old, new))


def test_a_commit_says_its_part_or_is_of_the_one_before(
    project: Project, tmp_path: Path
):
    two_more(project)
    tree = make(project, tmp_path)
    git(tree, "commit", "-q", "--amend", "-m", "sub: later\n\nBecause.")
    assert project.good("refresh", tree).split("\n") == [
        "removed later/0001-sub-later.patch",
        "new new/0003-sub-later.patch",
        "no patch is left in later; its cover letter stays",
        "",
    ]
    assert project.patches()["later/cover-letter"] == COVERS["later"]
    reword(tree, "Because.", "Because.\n---\nPart: later\n\nA note.")
    assert project.good("refresh", tree).split("\n") == [
        "removed new/0003-sub-later.patch",
        "new later/0001-sub-later.patch",
        "",
    ]
    text = project.patches()["later/0001-sub-later.patch"]
    assert text == LATER.replace("---\n\n", "---\n\nA note.\n\n", 1)


def test_the_part_of_a_commit_survives_an_autosquash(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    two_more(project)
    tree = make(project, tmp_path)
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "true")
    monkeypatch.setenv("GIT_EDITOR", "true")
    (tree / "drivers/Makefile").write_text("obj-y += old/\nobj-y += new/ # x\n")
    git(tree, "commit", "-q", "-a", "--fixup=:/first")
    git(tree, "rebase", "-q", "-i", "--autosquash", "base")
    assert project.good("refresh", tree) == "rewrote new/0001-sub-first.patch\n"
    assert project.good("check").startswith("series: 4 patches")


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("Part: later", "Part: fixes-a", "comes behind the part new"),
        ("Part: later", "Part: other", "part 'other', which has no cover letter"),
        ("Part: later", "Part: later\nPart: new", "is of two parts: later, new"),
        ("Part: later", "Part:", "has no cover letter"),
    ],
)
def test_refresh_refuses_a_part_that_cannot_be(
    project: Project, tmp_path: Path, old: str, new: str, says: str
):
    two_more(project)
    tree = make(project, tmp_path)
    reword(tree, old, new)
    before = project.patches()
    said = project.refused("refresh", tree)
    assert "'sub: later'" in said
    assert says in said
    assert project.patches() == before


def test_refresh_refuses_commits_of_no_part(project: Project, tmp_path: Path):
    tree = make(project, tmp_path)
    git(tree, "reset", "-q", "--hard", "base")
    (tree / "drivers/old/old.c").write_text("int older;\n")
    git(tree, "commit", "-q", "-a", "-m", "sub: third\n\nReason.")
    assert "'sub: third' is the first commit and names no part" in project.refused(
        "refresh", tree
    )


def test_a_part_that_is_gone(project: Project, tmp_path: Path):
    """Its folder goes with its last patch when no cover letter is in there."""
    two_more(project)
    tree = make(project, tmp_path)
    git(tree, "commit", "-q", "--amend", "-m", "sub: later\n\nBecause.")
    (project.repo / "patches/later/cover-letter").unlink()
    assert project.good("refresh", tree).split("\n") == [
        "removed later/0001-sub-later.patch",
        "new new/0003-sub-later.patch",
        "",
    ]
    assert not (project.repo / "patches/later").exists()


def test_a_file_is_added_once_over_all_parts(project: Project):
    two_more(project)
    project.write(
        "patches/later/0001-sub-later.patch",
        LATER.replace("---\n", "---\nAdds: drivers/new/new.c\n", 1),
    )
    assert "which new/0001-sub-first.patch adds already" in project.refused("check")


def test_refresh_refuses_patches_that_changed_here(project: Project, tree: Path):
    """Pulled since the tree was made: another text, another patch, one less."""
    before = project.patches()
    first, second = "new/0001-sub-first.patch", "new/0002-sub-second.patch"
    (tree / "drivers/old/old.c").write_text("int older;\n")
    git(tree, "commit", "-q", "-a", "-m", "sub: third\n\nReason.")

    def refused(*names: str) -> None:
        said = project.refused("refresh", tree)
        assert f"since the tree was made: {', '.join(names)}; undo" in said
        assert "new/0003-sub-third.patch" not in project.patches()

    project.write(f"patches/{first}", before[first].replace("Because.", "Since."))
    refused(first)
    project.write(f"patches/{first}", before[first])
    project.write("patches/new/0003-old-mend.patch", MEND)
    refused("new/0003-old-mend.patch")
    (project.repo / "patches/new/0003-old-mend.patch").unlink()
    (project.repo / f"patches/{second}").unlink()
    refused(second)
    project.write(f"patches/{second}", before[second])
    assert project.good("refresh", tree) == "new new/0003-sub-third.patch\n"
    # What refresh wrote is what the tree has
    assert project.good("refresh", tree) == "patches/ is up to date\n"


def test_a_later_patch_mends_blanks_of_an_added_file(project: Project, tree: Path):
    """Taken off again they come back, and git says so."""
    (tree / "drivers/new/new.c").write_text("int new; \n")
    git(tree, "commit", "-q", "-a", "-m", "sub: blanks\n\nReason.")
    git(tree, "rebase", "-q", "--onto", "base", "base")
    git(tree, "reset", "-q", "--soft", "base")
    git(tree, "commit", "-q", "-m", "sub: all\n\nReason.\n---\nPart: new")
    (tree / "drivers/new/new.c").write_text("int new;\n")
    git(tree, "commit", "-q", "-a", "-m", "sub: mend\n\nReason.")
    project.good("refresh", tree)
    assert project.good("check").startswith("series: 2 patches")


def test_a_folder_inside_of_another_repository(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Both the tree and, below TMPDIR, the added files."""
    two_more(project)
    git(tmp_path, "clone", "-q", str(project.base), "outer/applied")
    shutil.rmtree(tmp_path / "outer/applied/.git")
    git(tmp_path / "outer", "init", "-q")
    (tmp_path / "outer/tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "outer/tmp"))
    project.good("apply", tmp_path / "outer/applied", "--part", "new")
    for path, text in (
        ("drivers/new/new.c", "int new;\n"),
        ("drivers/Makefile", "obj-y += old/\nobj-y += new/\n"),
    ):
        assert (tmp_path / "outer/applied" / path).read_text() == text


def test_apply_only_a_patch_that_is_there(project: Project, tmp_path: Path):
    said = project.refused("apply", tmp_path, "--only", "new/0003-none.patch")
    assert "there is no patch patches/new/0003-none.patch" in said
