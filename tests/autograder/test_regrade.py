"""Grading again does only what is missing, and gives what grading everything would give."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import status
from autograder.errors import AutograderError
from autograder.release.build import build
from autograder.workers import pool as pools
from benchmarks import crash
from tests.autograder.conftest import Classroom

WRONG = "def scale(x, a):\n    return x / (1 / (a * a))"


@pytest.fixture(scope="module")
def graded_once(shared_classroom):
    """A class of three, graded."""
    shared_classroom.hand_in("solved", shared_classroom.notebook())
    shared_classroom.hand_in("mistaken", shared_classroom.notebook(WRONG))
    shared_classroom.hand_in("half", shared_classroom.notebook(counter=""))
    assert not shared_classroom.grade(jobs=1).problems
    return shared_classroom.root


@pytest.fixture
def graded(graded_once, tmp_path):
    """A copy of that class."""
    return Classroom(Path(shutil.copytree(graded_once, tmp_path / "tiny")))


@pytest.fixture
def given(monkeypatch):
    """What goes to a worker: the student's exercises, by a text of their cells that tells them apart."""
    seen = []
    give = pools.Pool.give

    def spy(self, key, submission):
        seen.append((key[0].handed_in.student, [exercise.name for exercise in submission.exercises]))
        give(self, key, submission)

    monkeypatch.setattr(pools.Pool, "give", spy)
    return seen


def results(root):
    """What a run makes of the submissions, file by file, and the gradebook."""
    return crash.results(root)


def test_what_has_not_changed_is_left_as_it_is(graded, given):
    times = {path: path.stat().st_mtime_ns for path in (graded.root / "feedback").rglob("*.html")}
    again = graded.grade()
    assert again.unchanged == 3 and given == []
    assert {item.student: item.points for item in again.verdicts} == {"solved": 10, "mistaken": 3, "half": 7}
    assert times == {path: path.stat().st_mtime_ns for path in (graded.root / "feedback").rglob("*.html")}


def test_a_new_submission_is_graded_and_no_other(graded, given):
    graded.hand_in("half", graded.with_cell("# other code than anybody else's"))
    again = graded.grade()
    assert given == [("half", ["scale", "Counter"])] and again.unchanged == 2
    assert again.of["half"].points == 10


def test_code_that_was_graded_before_is_known_whoever_hands_it_in(graded, given):
    graded.hand_in("half", graded.notebook())
    assert graded.grade().of["half"].points == 10 and given == []


def test_a_changed_check_grades_its_exercise_alone(graded, given):
    path = graded.root / "tests/hidden/ps1/test_Counter.py"
    path.write_text(path.read_text() + "\n# changed\n")
    before = results(graded.root)
    again = graded.grade(jobs=1)
    assert sorted(given) == [("half", ["Counter"]), ("mistaken", ["Counter"]), ("solved", ["Counter"])]
    assert again.unchanged == 0 and results(graded.root) == before


DATA = '''

@check(points=1)
def test_data(student):
    """gives the number that is kept beside the check"""
    assert_close(student.scale(torch.tensor([1.0]), 2.0), torch.tensor([float((Path(__file__).parent / "PLACE").read_text())]))
'''


@pytest.mark.parametrize("place", ["number.txt", "data/number.txt", "../shared/number.txt", "../number.txt"])
def test_a_data_file_beside_a_check_that_changed_is_noticed(classroom, place):
    hidden = classroom.root / "tests/hidden/ps1"
    checks = hidden / "test_scale.py"
    checks.write_text("from pathlib import Path\n" + checks.read_text() + DATA.replace("PLACE", place))
    (hidden / place).parent.mkdir(exist_ok=True)
    (hidden / place).write_text("2")
    build(classroom.root)
    classroom.hand_in("solved", classroom.notebook(counter=""))
    assert classroom.grade(jobs=1).of["solved"].points == 8
    (hidden / place).write_text("3")
    assert status.status(classroom.root)[0].changed == ["solved"]
    [change] = classroom.grade(jobs=1, dry_run=True).changes
    assert (change.before, change.after) == (8, 7)
    assert classroom.grade(jobs=1).of["solved"].points == 7


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("LIMIT = 3", [("mistaken", ["scale"])]),
        ('@misconception("scale", hint="No.")\ndef none(x, a):\n    return None', [("mistaken", ["scale"])]),
        ('@misconception("Counter", hint="No.")\ndef none(x, a):\n    return None', []),
        ("# a comment", []),
    ],
)
def test_a_new_misconception_looks_only_at_what_lost_points_in_its_exercise(graded, given, change, seen):
    path = graded.root / "solutions/ps1/misconceptions.py"
    path.write_text(f"{path.read_text()}\n\n{change}\n")
    graded.grade(jobs=1)
    assert given == seen


def test_another_cost_changes_scores_without_running_anything_of_the_student(classroom, monkeypatch):
    course = classroom.root / "course.yml"
    course.write_text(course.read_text().replace("by_checks", "by_cost"))
    classroom.hand_in("mistaken", classroom.notebook("def scale(x, a):\n    return x / (2 / (a * a))"))
    assert classroom.grade(jobs=1).of["mistaken"].points == 10 - 3  # a third of 7, rounded up
    path = classroom.root / "solutions/ps1/misconceptions.py"
    path.write_text(path.read_text().replace('the same for 2 alone."', 'the same for 2 alone.", costs=5'))
    stale = []
    give = pools.Pool.give

    def spy(self, key, submission):
        stale.append([result.verdict.name for result in submission.stale_hints])
        give(self, key, submission)

    monkeypatch.setattr(pools.Pool, "give", spy)
    [exercise, _] = classroom.grade(jobs=1).of["mistaken"].exercises
    assert (exercise.points, exercise.mark) == (7 - 5, "Right but for one mistake (−5).")
    assert stale == [["scale"]]  # its checks are not run again


def test_other_limits_grade_everything(graded, given):
    settings = graded.root / "course.yml"
    settings.write_text(settings.read_text().replace("memory_mb: 512", "memory_mb: 513"))
    graded.grade(jobs=1)
    assert len(given) == 3


@pytest.mark.parametrize(
    "gone", ["feedback/solved/ps1/ps1.html", "autograded/solved/ps1/ps1.ipynb", "verdicts/ps1/solved.json"]
)
def test_a_result_that_is_gone_is_written_again_without_grading(graded, given, gone):
    before = results(graded.root)
    (graded.root / gone).unlink()
    assert graded.grade().unchanged == 2
    assert given == [] and results(graded.root) == before


def test_a_gradebook_that_is_gone_is_written_again_without_grading(graded, given):
    before = results(graded.root)
    (graded.root / "gradebook.db").unlink()
    assert graded.grade().unchanged == 0
    assert given == [] and results(graded.root) == before


def test_what_a_reader_gave_by_hand_stays(graded, given):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded.root}/gradebook.db") as book:
        grade = book.find_grade("scale-examples", "ps1", "ps1", "mistaken")
        grade.manual_score, grade.extra_credit = 2.5, 1
        book.find_comment("scale", "ps1", "ps1", "mistaken").manual_comment = "see me"
        book.db.commit()
    graded.grade(fresh=True)
    with Gradebook(f"sqlite:///{graded.root}/gradebook.db") as book:
        grade = book.find_grade("scale-examples", "ps1", "ps1", "mistaken")
        assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (2.5, 1, True)
        assert book.find_comment("scale", "ps1", "ps1", "mistaken").manual_comment == "see me"
    assert len(given) == 3


def test_what_a_clock_ended_is_tried_again(classroom, given):
    classroom.hand_in("loops", classroom.notebook("def scale(x, a):\n    while True: pass"))
    first = classroom.grade(jobs=1).of["loops"]
    (classroom.root / "verdicts/ps1/loops.json").unlink()
    again = classroom.grade(jobs=1).of["loops"]
    assert given == [("loops", ["scale", "Counter"])] * 2
    assert first == again


def test_a_damaged_store_is_named_with_what_to_do(graded):
    (graded.root / "verdicts/store.db").write_bytes(b"no database at all, but long enough to be read as one" * 100)
    with pytest.raises(AutograderError, match=r"store\.db.*delete it"):
        graded.grade()


def test_fresh_grades_everything(graded, given):
    before = results(graded.root)
    assert graded.grade(fresh=True).unchanged == 0
    assert len(given) == 3 and results(graded.root) == before


def test_control_c_keeps_what_is_under_way_and_says_how_to_go_on(classroom):
    sleepy = classroom.with_cell("import time; time.sleep(1)")
    for number in range(12):
        classroom.hand_in(
            f"student-{number:02}", json.loads(json.dumps(sleepy).replace("sleep(1)", f"sleep(1.{number:02})"))
        )
    command = [sys.executable, "-m", "autograder.cli", "-C", str(classroom.root), "grade", "--jobs", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ends = time.monotonic() + 60
    while not list(classroom.root.glob("verdicts/ps1/*.json")) and time.monotonic() < ends:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    done = len(list(classroom.root.glob("verdicts/ps1/*.json")))
    assert process.returncode == 130 and f"stopped with {12 - done} submissions left" in errors
    assert 1 <= done <= 4
    again = classroom.grade()
    assert again.unchanged == done and len(again.verdicts) == 12 and not again.problems


def test_a_dry_run_says_whose_score_changes_and_why_and_writes_nothing(graded, given):
    before = results(graded.root)
    path = graded.root / "tests/hidden/ps1/test_Counter.py"
    text = path.read_text()
    path.write_text(text.replace("points=2", "points=3"))
    assert path.read_text() != text
    found = graded.grade(jobs=1, dry_run=True)
    assert {(item.student, item.exercise) for item in found.changes} == {("solved", "Counter"), ("mistaken", "Counter")}
    assert {item.after - item.before for item in found.changes} == {1.0}
    assert all("is worth 3, and was 2" in item.why for item in found.changes)
    assert results(graded.root) == before
    given.clear()
    path.write_text(text)
    assert graded.grade(jobs=1, dry_run=True).changes == [] and results(graded.root) == before
