"""An answer that is one small change from right, or two, costs what such changes cost, and is told where to look."""

import pytest

SCALE = """\
def scale(x, a):
    if not math.isfinite(a):
        raise ValueError("a must be finite")
    {}
    {}
"""


def scale(first="pass", last="return x / (1 / a)"):
    return "import math\n" + SCALE.format(first, last)


LOOPS = """\
def scale(x, a):
    n = 0
    while n < 1:
        n = n + 1
    return x + a
"""
IN_ANOTHER_CELL = "def helper(x, a):\n    return x / (2 / a)\n"


@pytest.fixture(scope="module")
def found(shared_classroom):
    """The verdict of the first exercise, by the answer's name; it is worth 7 points."""
    given = {
        "undefined name": scale("y = x / (1 / a)", "return z"),
        "undefined name in one branch": scale(last="return torch.where(x > 0, x / (1 / a), big / (1 / a))"),
        "undefined name and a known mistake": scale("y = x / (2 / (a * a))", "return z"),
        "nothing returned and a known mistake": scale(last="y = x / (2 / (a * a))"),
        "undefined name and nothing right": scale("y = x.exp() + 3", "return z"),
        "nothing returned": scale(last="y = x / (1 / a)"),
        "operator": scale(last="return x / (1 / a) + x"),
        "no error": "def scale(x, a):\n    return x / (1 // a)\n",
        "forbidden when mended": scale("torch.mul(x, 1)", "return x / (2 / a)"),
        "knows nothing": scale(last="return x"),
        "loops when changed": LOOPS,
        "far away": scale(last="return x.exp() + 3"),
        "ends the program when changed": scale("__import__('os')._exit(0) if a == 3.5 else None", "return x.exp()"),
    }
    course = shared_classroom.root / "course.yml"
    course.write_text(course.read_text().replace("by_checks", "by_cost"))
    for student, code in given.items():
        shared_classroom.hand_in(student.replace(" ", "-"), shared_classroom.notebook(code))
    deep = "(" * 80 + "x" + " + 1)" * 80
    long = "".join(f"    y{n} = x + {n}\n" for n in range(3_000))
    for student, code in {
        "deep": f"def scale(x, a):\n    return {'-' * 400}x + {deep}\n",
        "long": f"def scale(x, a):\n{long}    return x\n",
    }.items():
        shared_classroom.hand_in(student, shared_classroom.notebook(code))
    helper = shared_classroom.with_cell(IN_ANOTHER_CELL, scale=scale(last="return helper(x, a)"))
    shared_classroom.hand_in("helper", helper)
    outcome = shared_classroom.grade(jobs=2)
    return {student.replace("-", " "): verdict.exercises[0] for student, verdict in outcome.of.items()}


@pytest.mark.parametrize(
    ("student", "points", "place"),
    [
        ("undefined name", 5, "line 6 of cell 4, at the names"),
        ("undefined name in one branch", 5, "line 6 of cell 4, at the names"),
        ("nothing returned", 5, "line 6 of cell 4, at what the function returns"),
        ("operator", 5, "line 6 of cell 4"),
        ("no error", 4, "line 2 of cell 4"),
        ("helper", 5, "line 2 of cell 1, at the numbers"),
    ],
)
def test_it_costs_what_a_small_change_costs_and_says_where(found, student, points, place):
    verdict = found[student]
    assert (verdict.points, verdict.max_points) == (points, 7)
    assert place in verdict.hint and "Right but for" in verdict.mark


@pytest.mark.parametrize("student", ["undefined name and a known mistake", "nothing returned and a known mistake"])
def test_where_it_gives_no_result_a_known_mistake_in_what_it_would_give_costs_besides(found, student):
    verdict = found[student]
    assert (verdict.points, verdict.mark) == (2, "Right but for more than one mistake (−5).")
    assert "gives no result as it is" in verdict.hint and "not by half its square" in verdict.hint
    assert verdict.misconception.startswith("squared + repair:")


def test_the_marks_of_such_an_answer_are_the_same_when_only_its_hint_is_determined_anew(shared_classroom, found):
    student = "undefined name and a known mistake"
    known = shared_classroom.root / "solutions" / "ps1" / "misconceptions.py"
    text = known.read_text()
    try:
        known.write_text(text.replace("Scale by a, not", "Scale by a alone, not"))
        again = shared_classroom.grade(jobs=1).of[student.replace(" ", "-")].exercises[0]
    finally:
        known.write_text(text)
    assert again.points == found[student].points and "Scale by a alone" in again.hint


@pytest.mark.parametrize(
    "student",
    [
        "undefined name and nothing right",
        "deep",
        "long",
        "knows nothing",
        "loops when changed",
        "far away",
        "ends the program when changed",
    ],
)
def test_what_no_small_change_makes_right_earns_by_its_checks(found, student):
    verdict = found[student]
    assert verdict.points == sum(check.points for check in verdict.checks) == 0
    assert not verdict.mark and not verdict.note


def test_a_change_is_held_to_the_vocabulary(found):
    assert found["forbidden when mended"].points == 0
