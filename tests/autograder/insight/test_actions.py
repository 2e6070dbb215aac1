"""What the class report tells first."""

import msgspec
import pytest

from autograder.insight import figures
from autograder.insight.actions import actions
from autograder.insight.statistics import spread

ITEM = figures.Item("test", "gives 1", 1, 5, 0.5, 0.5, "")
EXERCISE = figures.ExerciseFigures("scale", 1, 0.9, 9, 0.9, 0.5, [], [], [ITEM])
EMPTY = figures.ClassReport("ps1", 10, 1, spread([1.0] * 10, 1), 10, [EXERCISE], [], [], [], [], None, [], [], [], None)


def told(**changes):
    return [(item.section, item.text) for item in actions(msgspec.structs.replace(EMPTY, **changes))]


def test_where_nothing_stands_out_nothing_is_told():
    assert told() == []


@pytest.mark.parametrize(
    ("changes", "section", "text"),
    [
        ({"not_graded": ["a"]}, "missing", "1 submission is not graded: run autograder grade ps1, and read its errors"),
        ({"missing": ["a", "b"]}, "missing", "2 students have not handed anything in"),
        ({"incidents": [figures.StudentNote("a", "out of time", "x")] * 2}, "incidents", "out of time: 1 submission"),
        (
            {
                "exercises": [
                    msgspec.structs.replace(EXERCISE, checks=[msgspec.structs.replace(ITEM, look="low discrimination")])
                ]
            },
            "checks",
            "a check of scale may be faulty (low discrimination): gives 1",
        ),
        (
            {"unexplained": [figures.Unexplained("scale", "Fails test", ["a", "b", "c"])]},
            "unexplained",
            "3 wrong answers to scale of the same kind, without a hint",
        ),
        (
            {"forbidden": [figures.StudentNote("a", "scale", "x")]},
            "forbidden",
            "forbidden calls of 1 student: these exercises earned nothing",
        ),
        ({"exercises": [msgspec.structs.replace(EXERCISE, rate=0.3)]}, "exercises", "scale was solved by 30%"),
        (
            {"misconceptions": [figures.MisconceptionFigures("scale", "squared", "Once.", ["a", "b", "c"])]},
            "misconceptions",
            "3 students made the same mistake in scale: Once.",
        ),
    ],
)
def test_each_thing_to_act_on_leads_to_its_section(changes, section, text):
    assert told(**changes) == [(section, text)]


def test_what_few_did_and_what_is_not_grouped_is_left_to_its_section():
    assert told(unexplained=[figures.Unexplained("scale", "", ["a", "b", "c"])]) == []
    assert told(misconceptions=[figures.MisconceptionFigures("scale", "squared", "Once.", ["a", "b"])]) == []
