"""The search for the small changes that make an answer right."""

import pytest

from autograder.diagnosis.repair import TooMuch, repair
from autograder.model.submission import CodeCell, Exercise
from autograder.model.verdict import CheckVerdict

CHECKS = {
    "small": lambda f: f(2.0, 3.0) == 7.0,
    "large": lambda f: f(20.0, 3.0) == 61.0,
    "negative": lambda f: f(-2.0, 3.0) == 0.0,
    "refuses": lambda f: f(1.0, 0.0) is None,
}
"""f(x, a) = max(a x + 1, 0); the last is a property."""


def searched(code, most=400, tried=None):
    def passes(name, changed):
        if tried is not None:
            tried.append(changed)
        namespace = {}
        exec(f"{code}\n{changed}", namespace)
        try:
            return CHECKS[name](namespace["f"])
        except Exception:
            return False

    checks = [CheckVerdict(name, name, passes(name, ""), 0, 1) for name in CHECKS]
    cells = [CodeCell(1, "import math"), CodeCell(2, code)]
    return repair(cells, Exercise("f", {}, None), checks, frozenset({"refuses"}), passes, most)


def test_one_change():
    found = searched("def f(x, a):\n    y = a * x - 1\n    return max(y, 0.0)\n")
    [change] = found.changes
    assert (change.cell, change.line, change.removed, change.added) == (2, 2, "y = a * x - 1", "y = a * x + 1")
    assert found.points == 3  # the property fails on
    assert found.cost(9) == 3 and "two" not in found.hint and "line 2 of cell 2" in found.hint


def test_two_changes_each_of_which_mends_a_check_cost_twice():
    found = searched("def f(x, a):\n    y = a * x + 1\n    return max(y + (x > 9), 1.0)\n")
    assert [(change.line, change.cell) for change in found.changes] == [(3, 2), (3, 2)]
    assert found.cost(9) == 6 and "two small things" in found.hint


@pytest.mark.parametrize(
    "code", ["def f(x, a):\n    return x\n", "def f(x, a):\n    return 7.0\n", "f = max\n", "def f("]
)
def test_what_is_not_near_right_is_not_mended(code):
    try:
        assert searched(code) is None
    except SyntaxError:
        assert code == "def f("


def test_it_ends_after_so_many_changes_and_when_it_is_too_much():
    tried = []
    assert searched("def f(x, a):\n    return math.exp(x) * a\n", most=5, tried=tried) is None
    assert len(set(tried)) == 6  # with the answer itself

    def passes(name, changed):
        raise TooMuch

    checks = [CheckVerdict("small", "", False, 0, 1)]
    cells = [CodeCell(1, "def f(x, a):\n    return a * x - 1\n")]
    assert repair(cells, Exercise("f", {}, None), checks, frozenset(), passes) is None


@pytest.mark.parametrize(("max_points", "slip", "idea"), [(7, 1, 2), (8, 1, 3), (10, 2, 3), (11, 2, 4), (14, 2, 5)])
def test_what_one_change_costs(max_points, slip, idea):
    found = searched("def f(x, a):\n    y = a * x - 1\n    return max(y, 0.0)\n")
    assert found.cost(max_points) == idea
    found.changes[0] = type(found.changes[0])(1, 1, "dtype", "", "")
    assert found.cost(max_points) == slip


def test_a_long_answer_is_left_alone():
    lines = "\n".join(f"    x{number} = x + {number} * a - {number}" for number in range(2_000))
    tried = []
    assert searched(f"def f(x, a):\n{lines}\n    return a * x - 1\n", tried=tried) is None
    assert not any(tried)


def test_an_exercise_that_torch_stands_in_for_is_no_part_of_the_answer():
    code = "def g(x):\n    return x + 2\n\ndef f(x, a):\n    return g(x) * a\n"
    changed = []

    def passes(name, source):
        changed.append(source)
        return False

    checks = [CheckVerdict("small", "", False, 0, 1)]
    for replaced, seen in (({}, True), ({"g": "torch.neg"}, False)):
        changed.clear()
        repair([CodeCell(1, code)], Exercise("f", replaced, None), checks, frozenset(), passes)
        assert any(source.startswith("def g") for source in changed) == seen
        assert any(source.startswith("def f") for source in changed)


@pytest.mark.parametrize("returned", ["Fraction(a) * Fraction(x)", "(Fraction(a) * Fraction(x), a)"])
def test_a_number_of_another_kind_is_a_slip(returned):
    code = f"from fractions import Fraction\n\ndef f(x, a):\n    return {returned}\n"

    def passes(name, changed):
        namespace = {}
        exec(f"{code}\n{changed}", namespace)
        try:
            result = namespace["f"](2.0, 3.0)
        except Exception:
            return False
        return result == 6.0 and type(result) is float if returned[0] != "(" else type(result[0]) is float

    checks = [CheckVerdict("small", "", False, 0, 1)]
    found = repair([CodeCell(1, code)], Exercise("f", {}, None), checks, frozenset(), passes)
    assert [change.operator for change in found.changes] == ["number"] and found.cost(12) == 2
