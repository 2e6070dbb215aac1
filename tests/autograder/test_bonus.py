"""Bonus points add to the score and not to the maximum, wherever a score is said; a mistake costs none of them."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import config, release
from autograder.errors import RunError
from autograder.feedback.changes import between
from autograder.grade import grade
from autograder.insight import report
from autograder.insight.report_page import render
from autograder.lms.export import export
from autograder.lms.gradescope import results
from autograder.release.build import build
from autograder.release.proofs import made
from autograder.release.proofs.audit import audit
from autograder.results import folders
from autograder.student import released_notebook
from autograder.student import report as at_home

BONUS = Path(__file__).parents[1] / "bonus"
AVERAGES = """\
def dot(x, y):
    if x.shape[-1] != y.shape[-1]:
        raise ValueError("different lengths")
    return (x * y).mean(-1)
"""
ROWS = """
select s.student_id, b.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade, c.auto_comment
from grade g
join base_cell b on g.cell_id = b.id
join submitted_notebook n on g.notebook_id = n.id
join submitted_assignment s on n.assignment_id = s.id
left join comment c on c.cell_id = b.id and c.notebook_id = n.id
order by 1, 2
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory, root):
    """The course, built, with a class that `autograder grade` has graded."""
    mine = Path(shutil.copytree(BONUS, tmp_path_factory.mktemp("bonus") / "bonus"))
    shutil.copy(root / "nbgrader_config.py", mine)
    build(mine)
    released, right = release.load(mine, "ps1"), made.solutions(mine, "ps1")
    answers = {
        "right": right,
        "empty": {},
        "plain": {"dot": "def dot(x, y):\n    return (x * y).sum()"},
        "averages": right | {"dot": AVERAGES},
        "forbidden": right | {"cube": "def cube(x):\n    return torch.nn.functional.relu(x) * 0 + x * x * x"},
    }
    for name, written in answers.items():
        folder = mine / "submitted" / name / "ps1"
        folder.mkdir(parents=True)
        (folder / "ps1.ipynb").write_text(json.dumps(made.notebook(released, written)))
    (mine / "submitted/averages/ps1/timestamp.txt").write_text("2026-10-03 12:00:00 UTC")
    assert not grade(mine, jobs=1).problems
    return mine


@pytest.fixture
def course(graded, tmp_path):
    return Path(shutil.copytree(graded, tmp_path / "bonus", symlinks=True))


def verdict(root, name):
    return folders.read_verdict(root, name, "ps1")


def exercises(root, name):
    return {item.name: item for item in verdict(root, name).exercises}


def rows(root):
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        return gradebook.execute(ROWS).fetchall()


def extra_credit(root, name, cell):
    return next(row[4] for row in rows(root) if row[:2] == (name, cell))


def type_in_formgrader(root, name, cell, extra, points=None):
    with Gradebook(f"sqlite:///{root}/gradebook.db", "bonus") as gradebook:
        row = gradebook.find_grade(cell, "ps1", "ps1", name)
        row.manual_score, row.extra_credit = points, extra
        gradebook.db.commit()


def page(root, name):
    text = (root / "feedback" / name / "ps1/ps1.html").read_text()
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def show(root, *arguments):
    done = CliRunner().invoke(app, ["-C", str(root), "show", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_points_and_bonus_points(graded):
    found = {name: verdict(graded, name) for name in ("right", "empty", "plain", "averages", "forbidden")}
    assert {(item.max_points, item.max_bonus) for item in found.values()} == {(6, 5)}
    assert {name: (item.points, item.bonus) for name, item in found.items()} == {
        "right": (6, 5),
        "empty": (0, 0),
        "plain": (6, 0),  # all points, though every check of bonus points fails
        "averages": (4, 2),  # the mistake costs 2 of 6; the bonus of the other exercise is not touched
        "forbidden": (6, 3),
    }


def test_failing_checks_of_bonus_points_give_a_hint_and_cost_nothing(graded):
    dot = exercises(graded, "plain")["dot"]
    assert (dot.points, dot.mark, dot.misconception) == (6, "", "sums_all")
    assert [check.bonus for check in dot.checks] == [False, False, False, True, True]


def test_a_property_that_earns_bonus_points_counts_only_beside_a_right_value(graded):
    refuses = exercises(graded, "averages")["dot"].checks[-1]
    assert refuses.passed and not refuses.counted and refuses.points == 0


def test_the_gradebook_has_them_as_extra_credit(graded):
    with Gradebook(f"sqlite:///{graded}/gradebook.db", "bonus") as gradebook:
        assert {cell.name: cell.max_score for cell in gradebook.find_notebook("ps1", "ps1").grade_cells} == {
            "dot-examples": 6,
            "cube-examples": 0,
            "why": 2,
        }
        row = gradebook.find_submission("ps1", "right")
        assert (row.score, row.max_score) == (11, 8)
    found = {row[:2]: row[2:5] for row in rows(graded)}
    assert found["right", "dot-examples"] == (6, None, 3) and found["right", "cube-examples"] == (0, None, 2)
    assert found["plain", "dot-examples"] == (6, None, None)


def test_exports_count_them_in_the_score(graded, tmp_path):
    export(graded, "csv", into=tmp_path)
    with (tmp_path / "scores.csv").open(newline="") as file:
        found = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert found["right"] == (11, 8) and found["plain"] == (6, 8)
    assert found["averages"] == (4.8, 8)  # two days late: 20 % of all 6 points
    export(graded, "json", into=tmp_path)
    [told] = json.loads((tmp_path / "students/right.json").read_text())["problem_sets"]
    assert [(item["points"], item["bonus"], item["max_bonus"]) for item in told["exercises"]] == [(6, 3, 3), (0, 2, 2)]


def test_the_page_and_show_tell_them_apart(graded):
    right = page(graded, "right")
    assert "6 of 8 points, and 5 of 5 bonus points" in right
    assert "dot 6 of 6 points, and 3 of 3 bonus points" in right and "cube 2 of 2 bonus points" in right
    plain = page(graded, "plain")
    assert "6 of 8 points, and 0 of 5 bonus points" in plain and "+ 0 / 2" in plain
    assert "What to mend first" not in plain
    late = page(graded, "averages")
    assert "4.8 of 8 points" in late and "bonus: 2 of 5" in late and "handed in late: −1.2" in late
    shown = show(graded, "right", "ps1")
    assert "right ps1: 6 / 8 + 5 / 5" in shown and "dot: 6 / 6 + 3 / 3" in shown and "cube: + 2 / 2" in shown


def test_what_a_person_gives_in_formgrader_is_kept_and_never_doubled(course):
    type_in_formgrader(course, "right", "dot-examples", extra=4)  # one more than the checks gave
    type_in_formgrader(course, "plain", "cube-examples", extra=1)
    type_in_formgrader(course, "averages", "cube-examples", extra=0)  # taken away
    for _ in range(2):
        assert not grade(course, jobs=1, fresh=True).problems
    assert extra_credit(course, "right", "dot-examples") == 4
    assert extra_credit(course, "plain", "cube-examples") == 1
    assert extra_credit(course, "averages", "cube-examples") == 0
    assert "dot 7 of 6 points, and 3 of 3 bonus points 7 of 6 points, 1 of them extra credit, and 3" in page(
        course, "right"
    )
    assert "Graded by hand: 0 of 2 bonus points; the checks gave 2 of 2 bonus points." in page(course, "averages")
    checks = course / "tests/hidden/ps1/test_dot.py"
    checks.write_text(checks.read_text().replace("@check(points=2, bonus=True)", "@check(points=5, bonus=True)"))
    with pytest.raises(RunError, match="dot is released with 3 bonus points, its checks give 6; run: autograder build"):
        grade(course, jobs=1)
    build(course)
    before = {name: verdict(course, name) for name in ("right", "averages")}
    assert not grade(course, jobs=1).problems
    assert extra_credit(course, "right", "dot-examples") == 7
    [change] = between(before["right"], verdict(course, "right"))
    assert (change.shown_before, change.shown_after) == ("6 + 3", "6 + 6") and "is worth 5, and was 2" in change.why
    assert not list(between(before["averages"], verdict(course, "averages")))


def test_points_by_hand_stand_beside_bonus_points(course):
    type_in_formgrader(course, "right", "dot-examples", extra=3, points=5)
    assert not grade(course, students=["right"], jobs=1, fresh=True).problems
    assert "dot 5 of 6 points, and 3 of 3 bonus points Graded by hand: 5 of 6" in page(course, "right")


def test_nbgraders_own_autograde_writes_the_same_rows(course):
    mine = rows(course)
    (course / "gradebook.db").unlink()
    shutil.rmtree(course / "autograded")  # what is there, nbgrader does not grade again
    build(course)
    assert autograded_by_nbgrader(course) == mine
    type_in_formgrader(course, "right", "dot-examples", extra=4)
    autograded_by_nbgrader(course, "--student", "right", "--force")
    assert extra_credit(course, "right", "dot-examples") == 4


def autograded_by_nbgrader(root, *options):
    """The rows after `nbgrader autograde`."""
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps1", *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return rows(root)


def test_gradescope_gets_the_score_with_them(graded):
    found = results(verdict(graded, "right"))
    assert found["score"] == 11
    assert [test["name"].endswith(" (bonus)") for test in found["tests"]] == [False] * 3 + [True] * 4


def test_the_class_report_has_them_apart(graded):
    found = report.gather(graded, "ps1")
    assert (found.points, found.bonus, found.bonus_mean, found.with_bonus) == (6, 5, 2, 3)
    assert found.scores.maximum == 6 and found.full == 3
    dot, cube = found.exercises
    assert (dot.points, dot.bonus, dot.solved) == (6, 3, 3) and (cube.points, cube.bonus, cube.solved) == (0, 2, 2)
    assert "+ 3" in render(config.load(graded), found)


def test_at_home_students_see_what_is_a_bonus(graded, tmp_path):
    shutil.copy(graded / "assignments/ps1/ps1.ipynb", tmp_path)
    found = at_home.examine(released_notebook.read(tmp_path / "ps1.ipynb"))
    assert (found.points, found.bonus) == (8, 5)
    done = CliRunner().invoke(app, ["check", str(tmp_path / "ps1.ipynb")])
    assert "dot (6 points, 3 bonus points): not begun" in done.stdout
    assert "cube (2 bonus points): not begun" in done.stdout
    assert "8 points to earn here, and 5 bonus points." in done.stdout


def test_a_chinese_course_says_it_in_chinese(course):
    text = (course / "course.yml").read_text()
    (course / "course.yml").write_text(f"{text}language: zh\n")
    build(course)
    assert not grade(course, students=["plain", "right"], jobs=1).problems
    assert "6 / 8 分，另有奖励分 5 / 5 分" in page(course, "right")
    done = CliRunner().invoke(app, ["check", str(course / "assignments/ps1/ps1.ipynb")])
    assert "另有 3 分奖励分" in done.stdout and "bonus" not in done.stdout


def test_the_audit_wants_all_bonus_points_of_the_solution(course):
    assert [item.text for item in audit(course, sample=12, jobs=1).findings] == []
    checks = course / "tests/hidden/ps1/test_cube.py"
    checks.write_text(checks.read_text().replace("[-8.0, 1.0]))", "[-9.0, 1.0]))"))
    found = [item.text for item in audit(course, exercise="cube", sample=12, jobs=1).findings]
    assert any("the solution fails test_cubes_of_negative_numbers" in text for text in found), found
