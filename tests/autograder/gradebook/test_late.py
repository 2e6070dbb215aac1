"""Late submissions cost what course.yml says, the same by ours and by nbgrader's autograde."""

import itertools
import shutil
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.course import config
from autograder.errors import AutograderError
from autograder.gradebook import late
from autograder.release.build import build

CLASS = {
    "early": "2026-10-01 20:00:00 UTC",
    "grace": "2026-10-02 00:10:00 UTC",
    "day": "2026-10-02 12:00:00 UTC",
    "two": "2026-10-03 12:00:00 UTC",
    "week": "2026-10-08 12:00:00 UTC",
}


def policy(root, late="", own="", timezone="UTC"):
    """The tiny course with a late policy, and one of its own for the problem set."""
    text = (root / "course.yml").read_text()
    text = text[: text.index("problem_sets:")] + f"timezone: {timezone}\n" + (f"late: {late}\n" if late else "")
    own = f", late: {own}" if own else ""
    (root / "course.yml").write_text(f"{text}problem_sets:\n  ps1: {{title: One, due: 2026-10-01 23:59{own}}}\n")


def penalties(root):
    """By student, in ps1."""
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        rows = gradebook.execute(
            "select s.student_id, n.late_submission_penalty from submitted_notebook n"
            " join submitted_assignment s on n.assignment_id = s.id"
        )
        return dict(rows.fetchall())


@pytest.fixture(scope="module")
def graded(tmp_path_factory, shared_classroom):
    """The gradebook of a class in which each has 10 points."""
    root = shared_classroom.root
    build(root)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "tiny") as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate="2026-10-01 23:59 UTC")
        for student, moment in CLASS.items():
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission("ps1", student, timestamp=moment)
            submitted = gradebook.find_submission_notebook("ps1", "ps1", student)
            for grade, points in zip(sorted(submitted.grades, key=lambda grade: grade.name), (3, 7, None), strict=True):
                grade.auto_score = points
        gradebook.db.commit()
    return root


@pytest.mark.parametrize(
    ("rule", "own", "expected"),
    [
        ("", "", {}),
        ("{grace_minutes: 15}", "", {}),
        ("{grace_minutes: 15, per_day: 10%}", "", {"day": 1, "two": 2, "week": 7}),
        ("{per_day: 10%}", "", {"grace": 1, "day": 1, "two": 2, "week": 7}),
        ("{grace_minutes: 15, per_day: 10%, cap: 50%}", "", {"day": 1, "two": 2, "week": 5}),
        ("{grace_minutes: 15, per_day: 1.5, cap: 4}", "", {"day": 1.5, "two": 3, "week": 4}),
        ("{per_day: 100}", "", {"grace": 10, "day": 10, "two": 10, "week": 10}),
        ("{per_day: 10%}", "{grace_minutes: 2000, per_day: 1}", {"two": 1, "week": 6}),
        ("{grace_minutes: 15, per_day: 1, late_days: 2}", "", {"week": 5}),
    ],
)
def test_each_policy_takes_off_what_it_says(graded, tmp_path, rule, own, expected):
    root = shutil.copytree(graded, tmp_path / "course")
    policy(root, rule, own)
    course = config.load(root)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "tiny") as gradebook:
        for student in CLASS:
            late.settle(course, gradebook, student, "ps1")
        gradebook.db.commit()
        # our score, of rows in memory, is nbgrader's
        assert {item.score for item in gradebook.find_assignment("ps1").submissions} == {10}
    found = penalties(root)
    assert {student: off for student, off in found.items() if off} == pytest.approx(expected)
    assert all(found[student] is None for student in found.keys() - expected.keys())


def test_late_days_are_spent_in_the_order_of_handing_in_whatever_is_settled_first(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    policy(root, "{per_day: 1, late_days: 3}")
    with (root / "course.yml").open("a") as file:
        file.write("  ps2: {title: Two, due: 2026-10-08 23:59}\n  ps3: {title: Three, due: 2026-10-15 23:59}\n")
    course = config.load(root)
    results = []
    for order in itertools.permutations(("ps1", "ps2", "ps3")):
        url = f"sqlite:///{shutil.copy(root / 'gradebook.db', tmp_path / '-'.join(order))}"
        with Gradebook(url, "tiny") as gradebook:
            for name in ("ps2", "ps3"):
                gradebook.update_or_create_assignment(name, duedate=course.due_of(name))
                gradebook.update_or_create_notebook(name, name)
                gradebook.update_or_create_grade_cell("cell", name, name, max_score=5, cell_type="code")
            moments = {"ps1": CLASS["two"], "ps2": "2026-10-10 12:00:00 UTC", "ps3": "2026-10-16 12:00:00 UTC"}
            for name in order:
                gradebook.update_or_create_submission(name, "two", timestamp=moments[name])
                for grade in gradebook.find_submission_notebook(name, name, "two").grades:
                    grade.auto_score = 5
                late.settle(course, gradebook, "two", name)
            gradebook.db.commit()
            results.append(
                {item.name: item.late_submission_penalty for item in gradebook.find_student("two").submissions}
            )
    # two late days go to ps1, the third to ps2, none is left for ps3
    assert all(found == {"ps1": 0, "ps2": 1, "ps3": 1} for found in results), results


def test_ours_and_plain_nbgrader_autograde_take_off_the_same(classroom, root):
    policy(classroom.root, "{grace_minutes: 15, per_day: 10%, cap: 50%, late_days: 1}", timezone="Europe/Berlin")
    shutil.copy(root / "nbgrader_config.py", classroom.root)
    # The time of Berlin's clock: three days late where it counts as UTC.
    for student, moment in {**CLASS, "two": "2026-10-03 23:30:00.000000 CEST"}.items():
        folder = classroom.hand_in(student, classroom.notebook(**({"counter": ""} if student == "two" else {})))
        (folder / "timestamp.txt").write_text(moment)
    build(classroom.root)
    theirs = shutil.copytree(classroom.root, classroom.root.parent / "theirs")
    outcome = classroom.grade(jobs=1)
    assert [found.points for found in outcome.verdicts] == [10, 10, 10, 7, 10]  # of the work, not of the clock
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps1"]
    done = subprocess.run(command, cwd=theirs, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    # Berlin's 23:59 is 21:59 UTC: what was in grace by UTC is a day late, and the late day pays for it
    assert penalties(classroom.root) == {"early": None, "grace": None, "day": None, "two": 0.7, "week": 5}
    assert penalties(theirs) == penalties(classroom.root)


def extend(root, *arguments):
    command = [sys.executable, "-m", "autograder.cli", "-C", str(root), "extend", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_an_extension_moves_the_deadline_and_what_is_taken_off(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    policy(root, "{per_day: 2}")
    assert extend(root, "two", "ps1", "--days", "1") == (0, "two ps1: due 2026-10-02 23:59 UTC, 2 points off\n")
    assert penalties(root)["two"] == 2
    assert late.extensions(config.load(root), "ps1") == {"two": timedelta(days=1)}
    assert extend(root, "two", "ps1", "--hours", "37") == (0, "two ps1: due 2026-10-03 12:59 UTC\n")
    assert penalties(root)["two"] is None
    assert extend(root, "two", "ps1") == (0, "two ps1: due 2026-10-01 23:59 UTC, 4 points off\n")
    assert late.extensions(config.load(root), "ps1") == {}


def test_an_extension_given_before_handing_in_holds(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    policy(root, "{per_day: 2}")
    (root / "roster.csv").write_text("id\nnew\n")
    assert extend(root, "new", "ps1", "--days", "2")[0] == 0
    with Gradebook(f"sqlite:///{root}/gradebook.db", "tiny") as gradebook:
        gradebook.update_or_create_submission("ps1", "new", timestamp="2026-10-03 12:00:00 UTC")
        assert gradebook.find_submission("ps1", "new").total_seconds_late == 0


def test_a_misspelt_student_or_problem_set_is_not_made(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    (root / "submitted").mkdir()
    code, text = extend(root, "nobody", "ps1", "--days", "1")
    assert code == 2 and "nobody: no such student" in text and "a line in roster.csv" in text
    assert extend(root, "../assignments", "ps1", "--days", "1")[0] == 2
    assert extend(root, "two", "ps7", "--days", "1")[0] == 2
    assert penalties(root).keys() == CLASS.keys()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{per_day: ten}", "late.per_day: not a deduction; write 10% (of the score) or 2 (points)"),
        ("{per_day: 110%}", "late.per_day: not a deduction"),
        ("{per_day: -1}", "late.per_day: not a deduction"),
        ("{per_day: yes}", "late.per_day: not a deduction"),
        ("{grace: 5}", "late.grace: no such field; known fields: grace_minutes, per_day, cap, late_days"),
    ],
)
def test_a_mistake_in_the_policy_is_named(tiny, rule, said):
    policy(tiny, rule)
    with pytest.raises(AutograderError) as caught:
        config.load(tiny)
    assert said in str(caught.value)
