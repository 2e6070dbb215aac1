"""Answers in many manners, graded as in a class: right ones lose nothing; short ways and evasions earn nothing.

Those in hooks/ call what they may not while the grader unpacks arguments or packs results, not in their own function.
Some of each problem set are graded always (these all), and all where the environment variable ANSWERS is `all`.
"""

from pathlib import Path

import pytest

from tests.marks.corpus import SETS, answers, of, sampled

HERE = Path(__file__).parent
STEP = 6
"""Of so many answers in a row one is graded."""
STEP_IN_CAPSTONE = 12
"""Its answers train a network."""


def chosen(kind, problem_set):
    path = HERE / kind / f"{problem_set}.py"
    step = 1 if kind == "hooks" else STEP_IN_CAPSTONE if problem_set == "capstone" else STEP
    return sampled(answers(path), step) if path.exists() else []


def graded(course, kind, problem_set):
    """Some of the answers with their verdicts, each graded in its own exercise alone."""
    mine = chosen(kind, problem_set)
    found = course.grade(problem_set, map(course.alone, mine))
    return [(answer, of(verdict, answer.exercise)) for answer, verdict in zip(mine, found, strict=True)]


@pytest.mark.parametrize("problem_set", SETS)
def test_right_answers_in_whatever_manner_lose_nothing(course, problem_set):
    found = graded(course, "right", problem_set)
    lost = {
        answer.title: (verdict.status, verdict.points, verdict.note, [c.reason for c in verdict.checks if not c.passed])
        for answer, verdict in found
        if verdict.points < verdict.max_points
    }
    assert lost == {}


@pytest.mark.parametrize(
    ("kind", "problem_set"), [*((kind, name) for kind in ("short_ways", "evasions") for name in SETS), ("hooks", "ps3")]
)
def test_short_ways_and_evasions_earn_nothing(course, kind, problem_set):
    found = graded(course, kind, problem_set)
    assert {answer.title: verdict.points for answer, verdict in found if verdict.points} == {}


def test_there_are_as_many_as_promised():
    sizes = {kind: sum(len(answers(path)) for path in (HERE / kind).glob("*.py")) for kind in KINDS}
    assert sizes["right"] >= 150 and sizes["short_ways"] >= 60 and sizes["evasions"] >= 40


KINDS = ("right", "short_ways", "evasions")
