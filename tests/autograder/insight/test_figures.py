"""The class report's figures, on a class of four that is reckoned by hand."""

import pytest

from autograder.insight import figures
from autograder.insight.figures import Late, Unexplained
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict

GROUND = "the result differs at 3 of 4 places"


def exercise(name, passed, points=(2, 3), status="graded", misconception="", hint="", reason=GROUND, trouble=""):
    checks = [
        CheckVerdict(f"test_{n}", f"does {n}", ok, worth if ok else 0, worth, "" if ok else reason, trouble=trouble)
        for n, (ok, worth) in enumerate(zip(passed, points, strict=True))
    ]
    earned = sum(check.points for check in checks) if status == "graded" else 0
    return ExerciseVerdict(name, status, earned, sum(points), checks, "a note", hint, misconception)


def verdict(student, *exercises, incidents=()):
    return Verdict(
        "ps1",
        sum(item.points for item in exercises),
        sum(item.max_points for item in exercises),
        list(exercises),
        [],
        list(incidents),
        student,
        troubles=dict.fromkeys(incidents, "time"),
    )


CLASS = [
    verdict("ann", exercise("f", [True, True]), exercise("g", [True, True])),
    verdict("ben", exercise("f", [True, False], misconception="m", hint="Divide by N."), exercise("g", [True, True])),
    verdict("cy", exercise("f", [True, False], misconception="m", hint="Divide by N."), exercise("g", [True, False])),
    verdict(
        "di",
        exercise("f", [True, True], status="forbidden"),
        exercise("g", [False, False], status="not begun", reason="not written yet"),
        incidents=["Cell 3 was stopped after 10 s."],
    ),
]
"""10, 7, 4 and 0 of 10 points; f gives 5, 2, 2, 0 and g 5, 5, 2, 0."""


@pytest.fixture(scope="module")
def report():
    return figures.report("ps1", CLASS)


def test_scores(report):
    assert (report.submissions, report.points, report.full) == (4, 10, 1)
    assert (report.scores.mean, report.scores.median) == (5.25, 5.5)
    assert (report.scores.lower_quartile, report.scores.upper_quartile) == (3, 7.75)


def test_exercises(report):
    f, g = report.exercises
    assert (f.name, f.points, f.mean, f.solved, f.rate) == ("f", 5, 2.25, 1, 0.25)
    assert (g.name, g.points, g.mean, g.solved, g.rate) == ("g", 5, 3, 2, 0.5)
    assert (f.not_begun, f.forbidden, g.not_begun, g.forbidden) == ([], ["di"], ["di"], [])
    # f: 5, 2, 2, 0 with the rests 5, 5, 2, 0: cov 3, sd 1.78536 and 2.12132
    assert f.discrimination == pytest.approx(3 / (1.785357 * 2.121320), abs=1e-5)
    assert g.discrimination == pytest.approx(f.discrimination)


def test_checks_count_as_passed_where_they_earned_points(report):
    """di's f passes both checks and earns nothing, since it calls what it must not."""
    first, second = report.exercises[0].checks
    assert (first.passed, first.rate, second.passed, second.rate) == (3, 0.75, 1, 0.25)
    # The first check of f: 2, 2, 2, 0 with the rests 8, 5, 2, 0: (5 - 0) / sqrt(9.1875) * sqrt(3/16)
    assert first.discrimination == pytest.approx(5 / 9.1875**0.5 * (3 / 16) ** 0.5)


def test_items_worth_a_look():
    """20 students of whom the weak half passes what the strong half fails, and what one in ten fails at random."""
    strong = [verdict(f"s{n}", exercise("f", [True, False], (9, 1)), exercise("g", [n != 1, True])) for n in range(10)]
    weak = [verdict(f"w{n}", exercise("f", [False, True], (9, 1)), exercise("g", [n != 1, False])) for n in range(10)]
    found = figures.report("ps1", strong + weak)
    looks = [check.look for item in found.exercises for check in item.checks]
    assert looks == ["", "strong students fail it", "low discrimination", ""]


def test_misconceptions_come_with_hint_and_students(report):
    [found] = report.misconceptions
    assert (found.exercise, found.name, found.hint, found.students) == ("f", "m", "Divide by N.", ["ben", "cy"])


def test_unexplained_answers_are_those_that_lost_points_without_hint_or_rule(report):
    assert report.unexplained == [Unexplained("g", "", ["cy"])]
    grouped = [Unexplained("g", "like another", ["cy"])]
    assert figures.report("ps1", CLASS, unexplained=grouped).unexplained == grouped


def test_forbidden_calls_and_incidents(report):
    assert [(item.student, item.kind, item.text) for item in report.forbidden] == [("di", "f", "a note")]
    assert [(item.student, item.kind) for item in report.incidents] == [("di", "out of time")]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("time", "out of time"),
        ("memory", "out of memory"),
        ("ended", "ended the program"),
        ("posed", "posed as the grader"),
        ("", None),
    ],
)
def test_trouble_in_an_exercise_is_told_once_by_its_kind(trouble, kind):
    found = figures.report("ps1", [verdict("ann", exercise("f", [False, False], reason="why", trouble=trouble))])
    assert [(item.student, item.kind, item.text) for item in found.incidents] == (
        [("ann", kind, "f: why")] if kind else []
    )


def test_the_latest_comes_first_and_who_is_missing_may_be_unknown(report):
    late = [Late("ann", "2026-10-02 00:00 UTC", 1.0, 0, 0), Late("ben", "2026-10-03 00:00 UTC", 25.0, 0, 2)]
    found = figures.report("ps1", CLASS, late=late, not_graded=["z", "y"], missing=["b", "a"])
    assert [item.student for item in found.late] == ["ben", "ann"]
    assert (found.not_graded, found.missing, report.missing) == (["y", "z"], ["a", "b"], None)


def test_what_takes_unusually_long_is_told():
    usual = {f"s{number}": 0.05 + number / 1000 for number in range(20)}
    assert figures.slow(usual) == figures.slow({}) == []
    found = figures.slow({**usual, "eve": 61.0, "dan": 7.5, "ada": 0.9})
    assert [(item.student, item.seconds) for item in found] == [("eve", 61.0), ("dan", 7.5)]


def test_a_class_of_none_has_a_report():
    found = figures.report("ps1", [])
    assert (found.submissions, found.points, found.exercises) == (0, 0, [])


def test_an_exercise_that_some_verdicts_do_not_know_counts_as_nothing_there():
    """So it is when an exercise was added, and not all are graded anew."""
    found = figures.report("ps1", [*CLASS[:2], verdict("old", exercise("f", [True, True]))])
    assert [item.mean for item in found.exercises] == [4, 10 / 3]
