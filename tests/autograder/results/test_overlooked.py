"""What stands in submitted/ and is not taken as it was meant is named by grade and status."""

import pytest

from autograder import status
from autograder.course.config import Course
from autograder.results import overlooked
from tests.autograder.test_cli import autograder

TIME = "timestamp.txt"
PROBLEM_SETS = {name: {"title": name} for name in ("ps1", "ps10", "exam")}
COURSE = Course(name="course", title="Course", timezone="Europe/Berlin", problem_sets=PROBLEM_SETS)


def lines(root, chosen=("ps1",), students=()):
    return overlooked.lines(root / "submitted", COURSE, list(chosen), students)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("ann/PS1/ps1.ipynb", "rename the folder to ps1"),
        ("ann/ps 1/ps1.ipynb", "rename the folder to ps1"),
        ("ann/ps1-final/work.ipynb", "rename the folder to ps1"),
        ("ann/ps1.ipynb", "ann/ps1/"),
        ("ann/PS1 (2).ipynb", "ann/ps1/"),
        ("ann/work.ipynb", "ann/<problem set>/"),
        ("ann/homework/ps1.ipynb", "no problem set of this name"),
        ("ps1.ipynb", "<student>/<problem set>/"),
    ],
)
def test_a_notebook_in_the_wrong_place_is_named(tmp_path, place, said):
    file = tmp_path / "submitted" / place
    file.parent.mkdir(parents=True)
    file.touch()
    [line] = lines(tmp_path)
    assert said in line and str(file.parent if "ann/" in place and file.parent.name != "ann" else file) in line


@pytest.mark.parametrize(
    "place", ["ann/ps1/a/ps1.ipynb", "ann/ps10/x.ipynb", "ann/EXAM/x.ipynb", ".x/ps1.ipynb", "ann/notes/a.txt"]
)
def test_what_is_right_or_of_another_problem_set_is_not(tmp_path, place):
    file = tmp_path / "submitted" / place
    file.parent.mkdir(parents=True)
    file.touch()
    assert lines(tmp_path) == []


@pytest.mark.parametrize(
    ("data", "is_read"),
    [
        (b"2026-10-01 23:59:00.000000 UTC", True),
        (b"\xef\xbb\xbf2026-10-01 23:59:00 UTC\r\n", True),
        (b"2026-10-01 23:59:00.000000 CEST", True),
        (b"2026-10-01 23:59:00.000000 EDT", False),
        (b"01.03.2027 23:10", False),
        (b"", False),
        (b"\xff\xfe2\x000\x00", False),
        (b"soon", False),
    ],
)
def test_a_time_that_cannot_be_read_is_named(tmp_path, data, is_read):
    folder = tmp_path / "submitted/ann/ps1"
    folder.mkdir(parents=True)
    (folder / TIME).write_bytes(data)
    found = lines(tmp_path)
    assert (found == []) is is_read
    assert is_read or "counts as in time" in found[0]
    assert lines(tmp_path, students=["bob"]) == []


def test_grade_and_status_say_it_and_grade_the_others(classroom):
    (classroom.hand_in("ann", classroom.notebook()) / TIME).write_text("01.03.2027 23:10")
    classroom.hand_in("bob", classroom.notebook()).rename(classroom.root / "submitted/bob/PS1")
    outcome = classroom.grade()
    assert list(outcome.of) == ["ann"] and not outcome.problems
    assert len(outcome.notices) == 2 and "bob/PS1" in outcome.notices[1]
    [now] = status.status(classroom.root)
    assert now.overlooked == outcome.notices
    done = autograder("-C", classroom.root, "status")
    assert done.returncode == 1 and "bob/PS1" in done.stdout and "timestamp.txt" in done.stdout


def test_a_student_whose_folder_is_hidden_is_named(tmp_path):
    (tmp_path / ".ada/ps1").mkdir(parents=True)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    [line] = overlooked.lines(tmp_path, COURSE, ["ps1"])
    assert f"{tmp_path / '.ada'}: not graded: its name begins with a dot" in line
