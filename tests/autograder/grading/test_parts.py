"""Of several results each counts, where it is right throughout."""

from autograder.grading import marks
from autograder.model.verdict import CheckVerdict, ExerciseVerdict

PROPERTIES = frozenset({"unchanged"})
H = {"h": False, "c": True}


def checks(**passed):
    """Checks worth 2, 3 and 1 points for values, and a property worth 1."""
    worth = {"by hand": 2.0, "equals torch": 3.0, "gradients": 1.0, "unchanged": 1.0}
    return [
        CheckVerdict(
            name, "", name in passed, points if name in passed else 0.0, points, "" if name in passed else "no"
        )
        for name, points in worth.items()
    ]


def points(found):
    return {check.name: check.points for check in found if check.points}


def test_a_result_that_is_right_throughout_earns_its_share():
    everywhere = {"by hand": H, "equals torch": H, "gradients": H}
    found = marks.by_part(checks(unchanged=True), PROPERTIES, everywhere)
    assert points(found) == {"by hand": 1.0, "equals torch": 1.5, "gradients": 0.5, "unchanged": 1.0}
    assert found[0].reason == "no; right, and counted: c"
    assert not found[0].passed
    assert marks.counted(found, PROPERTIES) == found


def test_a_result_that_is_right_now_and_then_earns_nothing():
    found = marks.by_part(checks(unchanged=True), PROPERTIES, {"by hand": H, "equals torch": {"h": True, "c": False}})
    assert points(found) == {"unchanged": 1.0}
    for some in ({"by hand": H}, {"by hand": H, "equals torch": H}):  # the other checks end before they compare it
        found = marks.by_part(checks(unchanged=True), PROPERTIES, some)
        assert points(found) == {"unchanged": 1.0}
    assert [check.counted for check in marks.counted(found, PROPERTIES)] == [True, True, True, False]


def test_a_check_that_passes_shows_all_results_right():
    given = checks(**{"equals torch": True, "by hand": True})
    found = marks.by_part(given, PROPERTIES, {"gradients": {"x": True, "w": True, "b": False}})
    assert points(found) == {"by hand": 2.0, "equals torch": 3.0, "gradients": 0.5}


def test_nothing_is_shared_out_in_a_property():
    given = checks(**{"equals torch": True, "by hand": True, "gradients": True})
    assert marks.by_part(given, PROPERTIES, {"unchanged": H}) == given


def test_what_is_left_of_a_check_is_what_its_failure_costs():
    found = marks.by_part(checks(unchanged=True, gradients=True), PROPERTIES, {"by hand": H, "equals torch": H})
    verdict = ExerciseVerdict("lstm_step", "graded", sum(check.points for check in found), 7.0, found)
    # 1 and 1.5 are lost: the largest once, of the other half
    assert marks.marked(verdict, None, None, PROPERTIES).points == 7 - (2.5 + 1.5) / 2
