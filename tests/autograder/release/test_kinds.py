"""Exercises that are no functions: a trained model, a figure, printed text; code and questions graded by hand."""

import json
import shutil
from pathlib import Path

import pytest

from autograder.course import release
from autograder.grade import grade
from autograder.release.build import build
from autograder.release.proofs import made
from autograder.release.proofs.audit import audit

KINDS = Path(__file__).parents[2] / "kinds"


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """The course, built, with its class graded."""
    root = Path(shutil.copytree(KINDS, tmp_path_factory.mktemp("kinds") / "kinds"))
    build(root)
    released, right = release.load(root, "ps1"), made.solutions(root, "ps1")
    answers = {
        "right": right,
        "empty": {},
        "half": right
        | {"figure": right["figure"].replace('set_xlabel("step")', 'set_xlabel("x")')}
        | {"guess": "def guess():\n    while int(input()) != 7:\n        print('too low')\n    print('right')"},
        "endless": right | {"guess": "def guess():\n    while True:\n        print('x' * 100000)"},
        "asking": right | {"guess": "def guess():\n    while True:\n        input()"},
        "late": right | {"own-plot": "losses.append('x')\nmodel = None\naxes.set_xlabel('later')"},
    }
    for student, written in answers.items():
        folder = root / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        (folder / "ps1.ipynb").write_text(json.dumps(made.notebook(released, written)))
    folder = root / "submitted/right/ps2"
    folder.mkdir(parents=True)
    shutil.copy(root / "assignments/ps2/ps2.ipynb", folder)
    grade(root, jobs=1)
    return root


def verdict(root, student, name="ps1"):
    return json.loads((root / "verdicts" / name / f"{student}.json").read_text())


def points(root, student):
    return {item["name"]: item["points"] for item in verdict(root, student)["exercises"]}


def test_the_audit_finds_nothing(kinds):
    found = audit(kinds, jobs=1)
    assert [item.text for item in found.findings] == [] and (found.exercises, found.checks) == (3, 6)


def test_each_kind_is_graded(kinds):
    assert points(kinds, "right") == {"trained": 4, "drawn": 3, "guessed": 3}
    assert points(kinds, "empty") == {"trained": 0, "drawn": 0, "guessed": 0}
    assert points(kinds, "half") == {"trained": 4, "drawn": 2, "guessed": 1}


def test_a_reason_says_what_differs(kinds):
    reasons = [check["reason"] for item in verdict(kinds, "half")["exercises"] for check in item["checks"]]
    assert any("the names" in reason and "step" in reason for reason in reasons)
    assert any("what is printed" in reason and "too high" in reason for reason in reasons)


def test_what_prints_or_asks_for_ever_loses_its_own_points_only(kinds):
    for student, reason in (("endless", "characters printed"), ("asking", "no more input")):
        assert points(kinds, student) == {"trained": 4, "drawn": 3, "guessed": 0}
        [guessed] = [item for item in verdict(kinds, student)["exercises"] if item["name"] == "guessed"]
        assert all(reason in check["reason"] for check in guessed["checks"]), guessed


def test_names_are_bound_again_later_and_figures_that_change_are_the_students_affair(kinds):
    earned = points(kinds, "late")
    assert earned["trained"] == 4 and earned["guessed"] == 3


def test_questions_alone_are_a_problem_set(kinds):
    found = verdict(kinds, "right", "ps2")
    assert found["exercises"] == [] and (kinds / "feedback/right/ps2/ps2.html").is_file()
