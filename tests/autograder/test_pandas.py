"""A problem set on pandas: tables go to the student's code and come back, with reasons for what is wrong."""

import json

import pytest

pytest.importorskip("pandas")

from autograder.course import release
from autograder.grade import grade
from autograder.release.build import build

MEANS = 'def means(table):\n    return table.groupby("city")["degrees"].mean()\n'
COLD = 'def cold(table):\n    return table[table["degrees"] < 2].reset_index(drop=True)\n'


@pytest.fixture
def weather(tables):
    """The course with its second problem set."""
    settings = (tables / "course.yml").read_text() + "  ps2: {title: Weather}\npackages: [pandas]\n"
    (tables / "course.yml").write_text(settings)
    build(tables, ["ps2"])
    return tables


def hand_in(root, student, **written):
    made = json.loads(release.path_of(root, "ps2").read_text())
    for cell in made["cells"]:
        exercise = cell["metadata"].get("autograder", {}).get("exercise")
        cell["source"] = {"means": MEANS, "cold": COLD, **written}.get(exercise, cell["source"])
    folder = root / "submitted" / student / "ps2"
    folder.mkdir(parents=True)
    (folder / "ps2.ipynb").write_text(json.dumps(made))


def test_a_class_is_graded(weather):
    assert "this course uses `pandas`: `pip install pandas`" in release.path_of(weather, "ps2").read_text()
    hand_in(weather, "a-right")
    hand_in(weather, "b-index", cold='def cold(table):\n    return table[table["degrees"] < 2]\n')
    in_place = 'def means(table):\n    table["degrees"] = table["degrees"].fillna(0)\n    return table.groupby("city")["degrees"].mean()\n'
    hand_in(weather, "c-in-place", means=in_place)
    hand_in(weather, "d-lacks", means="def means(table):\n    import polars\n    return table\n")
    outcome = grade(weather, ["ps2"], jobs=1)
    assert outcome.problems == []
    of = {item.student: {one.name: one for one in item.exercises} for item in outcome.verdicts}
    assert {item.student: item.points for item in outcome.verdicts}["a-right"] == 9
    reasons = [check.reason for check in of["b-index"]["cold"].checks]
    assert "the index of the result differs" in reasons[0] and of["b-index"]["cold"].misconception == "old_index"
    in_place = {check.name: check.reason for check in of["c-in-place"]["means"].checks}
    assert "changed its first argument in place" in in_place["test_leaves_its_argument"]
    assert of["c-in-place"]["means"].points < 5
    lacking = [check.reason for check in of["d-lacks"]["means"].checks]
    assert "imports polars, which is not there when it is graded" in lacking[0]
