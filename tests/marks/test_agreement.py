"""The engine's marks are near those that two people gave independently, from the exercises' texts and a rule alone.

One answer in five is graded here, without those that train a network; all are by `autograder audit --marks tests/marks/answers/*.py`.
"""

import json
from statistics import correlation, mean

import pytest

from tests.marks.corpus import ROOT, SETS, answers

HERE = ROOT / "tests" / "marks" / "answers"
STEP = 5
MARKED = [problem_set for problem_set in SETS if (HERE / f"{problem_set}.json").exists()]
"""The problem sets whose answers two people have marked."""


@pytest.fixture(scope="module")
def compared(course):
    """Pairs of shares of the full points: by hand, and by the engine."""
    found = {}
    for problem_set in MARKED:
        marks = json.loads((HERE / f"{problem_set}.json").read_text())
        chosen = answers(HERE / f"{problem_set}.py")[::STEP] if problem_set != "capstone" else []
        for answer, verdict in course.marks(chosen).items():
            hand = marks[answer.title]
            found[answer.title] = mean(hand["marks"]) / hand["of"], verdict.points / verdict.max_points
    return found


def test_the_engine_marks_as_people_do(compared):
    apart = {title: abs(hand - engine) for title, (hand, engine) in compared.items()}
    assert len(apart) > 45
    assert mean(apart.values()) <= 0.06, sorted(apart.items(), key=lambda item: -item[1])[:10]
    assert correlation(*zip(*compared.values(), strict=True)) >= 0.93


def test_two_people_agree_on_what_it_is_compared_with():
    pairs = [
        [one / hand["of"] for one in hand["marks"]]
        for problem_set in MARKED
        for hand in json.loads((HERE / f"{problem_set}.json").read_text()).values()
    ]
    assert len(pairs) > 250
    assert mean(abs(first - second) for first, second in pairs) <= 0.05
