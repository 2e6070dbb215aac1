"""Points changed after work was graded: what build says, and what the gradebook holds after grading again."""

import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from autograder.release.build import build

WRONG = "def scale(x, a):\n    return x / (1 / (a * a))"


@pytest.fixture
def graded(classroom):
    """A class of three; what one got was given by hand, in an exercise and in the written question."""
    classroom.hand_in("solved", classroom.notebook())
    classroom.hand_in("mistaken", classroom.notebook(WRONG))
    classroom.hand_in("hand", classroom.notebook(WRONG))
    build(classroom.root)
    assert not classroom.grade(jobs=1).problems
    with Gradebook(f"sqlite:///{classroom.root}/gradebook.db") as book:
        book.find_grade("scale-examples", "ps1", "ps1", "hand").manual_score = 6.5
        book.find_grade("ps1-written", "ps1", "ps1", "hand").manual_score = 4
        book.db.commit()
    return classroom


def change(root, file, old, new):
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def scores(root):
    """Score and maximum by student, as nbgrader adds them up."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        return {item.student_id: (item.score, item.max_score) for item in book.find_assignment("ps1").submissions}


def test_grading_again_gives_scores_by_the_new_points_and_keeps_what_was_given_by_hand(graded):
    assert scores(graded.root) == {"solved": (10, 15), "mistaken": (3, 15), "hand": (13.5, 15)}
    change(graded.root, "tests/hidden/ps1/test_scale.py", "points=2", "points=5")
    said = []
    build(graded.root, repointed=said.append)
    [one] = said
    assert (one.cell, one.before, one.after, one.gone) == ("scale-examples", 7, 10, [])
    assert one.automatic == ["mistaken", "solved"] and one.by_hand == {"hand": 6.5}
    outcome = graded.grade(jobs=1)
    assert not outcome.problems and outcome.unchanged == 0
    assert {item.student: item.max_points for item in outcome.verdicts} == dict.fromkeys(
        ("solved", "mistaken", "hand"), 13
    )
    assert scores(graded.root) == {"solved": (13, 18), "mistaken": (3, 18), "hand": (13.5, 18)}
    said.clear()
    build(graded.root, repointed=said.append)
    assert said == [] and graded.grade(jobs=1).unchanged == 3


def test_fewer_points_name_what_was_given_by_hand_above_them(graded):
    change(graded.root, "tests/hidden/ps1/test_scale.py", "points=2", "points=1")
    said = []
    build(graded.root, repointed=said.append)
    [again, by_hand] = said[0].lines()
    assert "scale-examples is worth 6, and was 7: 2 submissions were graded before; run: autograder grade ps1" in again
    assert "is kept (hand), and that of hand is above the maximum" in by_hand
    graded.grade(jobs=1)
    assert scores(graded.root) == {"solved": (9, 14), "mistaken": (3, 14), "hand": (13.5, 14)}


def test_a_written_question_worth_more_keeps_its_scores_and_says_so(graded):
    change(graded.root, "solutions/ps1/ps1.py", "points=5", "points=8")
    said = []
    build(graded.root, repointed=said.append)
    [one] = said
    assert one.cell == "ps1-written" and one.by_hand == {"hand": 4} and one.automatic == []
    graded.grade(jobs=1)
    assert scores(graded.root)["hand"] == (13.5, 18)


def test_a_submission_that_is_gone_keeps_its_score_and_is_named(graded):
    (graded.root / "submitted/solved").rename(graded.root / "elsewhere")
    change(graded.root, "tests/hidden/ps1/test_scale.py", "points=2", "points=5")
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "-C", str(graded.root), "build"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "the score of solved is kept: no submission in submitted/" in done.stdout
    assert "1 submission was graded before; run: autograder grade ps1" in done.stdout
