"""A misconception is named where it explains every call, random draws and all, and nowhere else."""

import contextlib

import pytest
import torch

from autograder.authoring import Misconception
from autograder.diagnosis.misconceptions import Diagnosis
from autograder.diagnosis.rehearsal import Rehearsals, rehearsal
from autograder.model.submission import Exercise
from autograder.session.remote import Student, StudentError

SHIFTED = """\
def scale(x, a):
    torch.rand(3)
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a) + torch.rand(x.shape, dtype=x.dtype)
"""
KNOWN = """

@misconception("scale", hint="Add nothing that is random.")
def adds_noise(x, a):
    torch.rand(3)
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a) + torch.rand(x.shape, dtype=x.dtype)
"""


@pytest.fixture
def scale(classroom):
    path = classroom.root / "solutions/ps1/misconceptions.py"
    path.write_text(path.read_text() + KNOWN)

    def graded(**submissions):
        for student, code in submissions.items():
            classroom.hand_in(student, classroom.notebook(code))
        outcome = classroom.grade(jobs=1)
        return {student: found.exercises[0] for student, found in outcome.of.items()}

    return graded


def test_what_a_student_draws_at_random_is_compared_as_well(scale):
    found = scale(
        same=SHIFTED,
        other=SHIFTED.replace("torch.rand(3)", "torch.rand(4)"),
        squared="def scale(x, a):\n    return x * 0.5 * a * a if False else x / (2 / (a * a))",
        guarded="def scale(x, a):\n    if abs(a) == float('inf'):\n        raise ValueError\n    return x / (2 / (a * a))",
        wrong="def scale(x, a):\n    return x / (3 / (a * a))",
        right="def scale(x, a):\n    if abs(a) == float('inf'):\n        raise ValueError\n    return x / (1 / a)",
    )
    assert {student: item.misconception for student, item in found.items()} == {
        "same": "adds_noise",
        "other": "repair:term dropped",
        "squared": "squared",
        "guarded": "squared",  # right in a property that the misconception lacks
        "wrong": "generic:where a",
        "right": "",
    }
    assert found["same"].hint == "Add nothing that is random." and found["right"].points == 7


# --- by itself, on functions of this process --------------------------------------------------------------------------

SIZE = Exercise("size", {}, None)
CHECKS = {
    "positive": torch.tensor([1.0, 2.0]),
    "negative": torch.tensor([-1.0, 2.0]),
    "fine": torch.tensor([1.0, 3.0], dtype=torch.float64),
    "none": torch.zeros(0),
    "flat": torch.tensor(2.0),
}


def rehearse(exercise, session, note=None):
    session.turn_to(exercise)
    found = {}
    for name, x in CHECKS.items():
        session.begin(1)
        with contextlib.suppress(StudentError):
            Student(session).size(x)
        found[name] = note() if note else session.trace
    return found


def size(x):
    return x.abs()


def told(answer, *known, hint="Do not."):
    """What is said of an answer, with these misconceptions."""
    misconceptions = [Misconception("size", item.__name__, hint, item) for item in known]
    diagnosis = Diagnosis(Rehearsals(misconceptions, rehearse, "ps1", lambda exercise: {"size": size}))
    found = diagnosis.explain(SIZE, rehearse(SIZE, rehearsal("ps1", {"size": answer})))
    return found and found.name


def forgets_the_sign(x):
    return x


def loses_digits(x):
    return x.abs().float()


def turns_and_loses_digits(x):
    return -x.abs().float()


def refuses_none(x):
    if not x.numel():
        raise IndexError
    return x.abs()


def one_more_where_flat_or_negative(x):
    return x.abs() + bool(x.dim() == 0 or (x < 0).any())


def two_more_where_fine_or_negative(x):
    return x.abs() + 2 * bool(x.dtype == torch.float64 or (x < 0).any())


def the_larger_of_both(x):
    return torch.maximum(one_more_where_flat_or_negative(x), two_more_where_fine_or_negative(x))


def a_little_more(x):
    return x.abs() * 2


def a_little_more_still(x):
    return x.abs() * (2 + 1e-4)


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_that_fit_the_nearest_is_told(order, monkeypatch):
    monkeypatch.delitem(CHECKS, "fine")
    known = [a_little_more, a_little_more_still][::order]
    assert told(lambda x: x.abs() * (2 + 2e-5), *known) == "a_little_more"
    assert told(lambda x: x.abs() * (2 + 8e-5), *known) == "a_little_more_still"


def test_of_several_that_are_as_near_the_first_is_told():
    def twice(x):
        return x.abs() + x.abs()

    assert told(lambda x: 2 * x.abs(), twice, a_little_more) == "twice"
    assert told(lambda x: 2 * x.abs(), a_little_more, twice) == "a_little_more"


def test_an_answer_whose_calls_are_all_right_is_not_explained(monkeypatch):
    monkeypatch.delitem(CHECKS, "fine")
    assert told(lambda x: x.abs() * (1 + 2e-5), lambda x: x.abs() * (1 + 4e-5)) is None


def forgets_the_sign_in_a_view(x):
    return x.view(x.shape)


@pytest.mark.parametrize("known", [forgets_the_sign, forgets_the_sign_in_a_view])
@pytest.mark.parametrize("answer", [lambda x: x, lambda x: x[...], lambda x: x.clone()])
def test_a_view_is_as_good_as_a_copy(answer, known):
    assert told(answer, known) == known.__name__


def test_a_view_is_told_from_a_copy_where_an_exercise_is_about_that(monkeypatch):
    def takes_a_view(x):
        return x.view(x.shape)

    def takes_a_view_of_one_more(x):
        x += 1
        return x.view(x.shape)

    monkeypatch.setitem(globals(), "size", torch.clone)
    assert told(lambda x: x[...], takes_a_view) == "takes_a_view"
    assert told(lambda x: x.detach() + 0, takes_a_view) is None
    assert told(lambda x: x.add_(1), takes_a_view_of_one_more) == "takes_a_view_of_one_more"


def test_two_misconceptions_at_once_are_both_told():
    def two(x):
        return x.float()

    def digits_lost_for_none(x):
        return loses_digits(x) if x.numel() else x

    assert told(two, forgets_the_sign, loses_digits) == "forgets_the_sign + loses_digits"
    assert told(two, loses_digits, refuses_none, forgets_the_sign) == "loses_digits + forgets_the_sign"
    assert told(two, digits_lost_for_none, forgets_the_sign) == "digits_lost_for_none + forgets_the_sign"


@pytest.mark.parametrize(
    ("answer", "known", "why"),
    [
        (forgets_the_sign, (forgets_the_sign, loses_digits), "one suffices"),
        (lambda x: x.float() + 1, (forgets_the_sign, loses_digits), "more is wrong"),
        (lambda x: x.float(), (forgets_the_sign, turns_and_loses_digits), "one of them does not fit"),
        (lambda x: x.float() * (x.dim() > 0), (forgets_the_sign, loses_digits), "more is wrong where neither shows"),
        (
            the_larger_of_both,
            (one_more_where_flat_or_negative, two_more_where_fine_or_negative),
            "both show in a check, where one wins",
        ),
        (lambda x: refuses_none(x) * x.sign(), (forgets_the_sign, refuses_none), "one is seen by an exception alone"),
    ],
)
def test_two_are_told_only_where_each_is_seen_alone_and_nothing_else_is_wrong(answer, known, why):
    assert told(answer, *known) in (None, "forgets_the_sign" if answer is forgets_the_sign else None), why


def test_two_are_told_where_each_gives_one_of_two_results(monkeypatch):
    def wrong_sign(x):
        return -x.abs(), 2 * x

    def wrong_factor(x):
        return x.abs(), 5 * x

    def wrong_factor_and_sign(x):
        return 7 * x.abs(), 3 * x

    known = [wrong_factor_and_sign, wrong_factor, wrong_sign]
    monkeypatch.setitem(globals(), "size", lambda x: (x.abs(), 2 * x))
    monkeypatch.setattr("autograder.diagnosis.misconceptions.fitting", lambda *given, **more: None)
    assert told(lambda x: (-x.abs(), 5 * x), *known) == "wrong_factor + wrong_sign"
    assert told(lambda x: (-x.abs(), 3 * x), *known) == "wrong_factor_and_sign + wrong_sign"
    for other in (
        lambda x: (-x.abs(), 4 * x),
        lambda x: (x, 5 * x),
        lambda x: (-x.abs(), 5 * x, x),
        lambda x: -x.abs(),
    ):
        assert "+" not in (told(other, *known) or "")
    monkeypatch.setitem(globals(), "size", lambda x: x.abs())
    assert told(lambda x: (-x.abs(), 5 * x), *known) is None


def test_a_misconception_without_a_hint_is_not_finished_and_not_used():
    assert told(forgets_the_sign, forgets_the_sign) == "forgets_the_sign"
    assert told(forgets_the_sign, forgets_the_sign, hint=" ") is None


def test_the_nearest_is_the_one_that_agrees_in_most_calls():
    known = [Misconception("size", item.__name__, "Do not.", item) for item in (a_little_more, forgets_the_sign)]
    diagnosis = Diagnosis(Rehearsals(known, rehearse, "ps1", lambda exercise: {"size": size}))
    trace = rehearse(SIZE, rehearsal("ps1", {"size": lambda x: x if x.dim() else x + 1}))
    # Of each check two entries, the name and the call; one call of five is another.
    assert diagnosis.nearest(SIZE, trace) == ("forgets_the_sign", 0.9)


# --- known mistakes that do not explain everything --------------------------------------------------------------------


def explained(answer, *known, passed=()):
    """What is said of an answer whose checks pass that are named."""
    misconceptions = [Misconception("size", item.__name__, "Do not.", item) for item in known]
    diagnosis = Diagnosis(Rehearsals(misconceptions, rehearse, "ps1", lambda exercise: {"size": size}))
    trace = rehearse(SIZE, rehearsal("ps1", {"size": answer}))
    found = diagnosis.explain(SIZE, trace, passed=passed)
    return found and found.name


def test_a_known_mistake_is_named_where_only_the_graph_is_missing(monkeypatch):
    for name, x in CHECKS.items():
        monkeypatch.setitem(CHECKS, name, x.clone().requires_grad_())
    assert explained(lambda x: x.detach(), forgets_the_sign) == "forgets_the_sign + generic:detached"
    assert explained(lambda x: x.detach() + 1, forgets_the_sign) != "forgets_the_sign + generic:detached"
    assert explained(lambda x: x.abs().detach(), forgets_the_sign) == "generic:detached"


def three_too_many_where_negative_or_flat(x):
    return x.abs() + 3 * bool(x.dim() == 0 or (x < 0).any())


def test_what_explains_most_and_contradicts_nothing_is_told_as_such():
    def answer(x):  # and something else in one check
        return (
            x.abs().double()
            if x.dtype == torch.float32 and x.tolist() == [1.0, 2.0]
            else three_too_many_where_negative_or_flat(x)
        )

    passed = {"fine", "none"}
    assert explained(answer, three_too_many_where_negative_or_flat, passed=passed) == (
        "partly:three_too_many_where_negative_or_flat"
    )
    assert explained(answer, one_more_where_flat_or_negative, passed=passed) is None


def test_nothing_is_said_of_what_is_right_where_a_check_fails_that_no_call_shows():
    def answer(x):
        return -x.abs()

    assert explained(answer, passed={"none"}) == "generic:sign"
    assert explained(answer) != "generic:sign"  # nor of an empty tensor can it be seen


# --- two things at once -----------------------------------------------------------------------------------------------


def said(answer, *known, passed=(), failing=()):
    """The whole of what is said of an answer; properties may fail, each worth a point."""
    misconceptions = [Misconception("size", item.__name__, "Do not.", item) for item in known]
    diagnosis = Diagnosis(Rehearsals(misconceptions, rehearse, "ps1", lambda exercise: {"size": size}))
    trace = rehearse(SIZE, rehearsal("ps1", {"size": answer}))
    found = diagnosis.explain(SIZE, trace, dict.fromkeys(failing, 1.0), [*passed])
    return found and found.hint


def fails_where_flat(x):
    if not x.dim():
        raise IndexError
    return forgets_the_sign(x)


def test_a_known_mistake_is_told_beside_an_exception():
    end = "it ends with IndexError where `x` has 0 axes, which it has to take."
    passed = {"positive", "fine", "none"}
    assert said(fails_where_flat, forgets_the_sign, passed=passed) == f"Do not. Besides, {end}"
    assert said(fails_where_flat, a_little_more, passed=passed) is None  # what is no exception must be explained

    def flat_alone(x):
        return fails_where_flat(x.abs())

    told = f"It is right where it gives a value. I{end[1:]}"
    assert said(flat_alone, passed={*passed, "negative"}) == told
    # a property that fails for another reason takes nothing of it away
    assert said(flat_alone, passed={"positive", "fine", "negative"}, failing={"none"}) == told


def turns(x):
    return -x.abs()


def test_one_more_step_is_told_beside_a_known_mistake():
    told = "Two things are wrong. Do not. But for that: it gives exp of what is asked for: the logarithm is missing."
    assert said(lambda x: turns(x).exp(), turns, passed={"none"}) == told
    assert said(lambda x: turns(x).exp() + 1, turns, passed={"none"}) is None


def test_another_result_is_told_beside_the_missing_graph(monkeypatch):
    for name, x in CHECKS.items():
        monkeypatch.setitem(CHECKS, name, x.clone().requires_grad_())
    cut_off = "And besides: the result is cut off from the graph"
    assert cut_off in said(lambda x: (x.abs() * 3).detach(), passed={"none"})
    assert "3 times" in said(lambda x: (x.abs() * 3).detach(), passed={"none"})
    assert cut_off in said(lambda x: x.abs().exp().detach(), passed={"none"})
    assert "exp of" in said(lambda x: x.abs().exp().detach(), passed={"none"})
    assert cut_off not in said(lambda x: x.abs().detach())


def test_a_known_mistake_is_told_where_every_sign_of_it_is_there(monkeypatch):
    def negative_doubled(x):
        return x.abs() * torch.where(x < 0, 2.0, 1.0).to(x.dtype)

    def answer(x):  # and two more
        return negative_doubled(x) + (x.dim() == 0) + (x.dtype == torch.float64)

    hint = "Do not. Something else is wrong besides."
    monkeypatch.setitem(CHECKS, "negative", torch.tensor([-1.0, 2.0, -3.0]))
    assert said(answer, negative_doubled, passed={"positive", "none"}) == hint
    monkeypatch.setitem(CHECKS, "negative", torch.tensor([-1.0]))  # one number may be the same by chance
    assert said(answer, negative_doubled, passed={"positive", "none"}) is None


def test_what_passes_with_wrong_numbers_does_not_speak_against_a_known_mistake():
    def answer(x):
        return turns(x) + 2 * (x.dtype == torch.float64)

    # "positive" is about something else than values, and passes
    assert said(answer, turns, passed={"positive", "none"}) == "Do not. Something else is wrong besides."
