"""A mistake that nobody has written down is told from its outputs, and only where it explains all of them."""

import math

import pytest
import torch

from autograder.diagnosis.experiments import explain, nicely, rules
from autograder.diagnosis.outputs import Call


def calls(mine, right, *inputs):
    """What both give for each of the inputs, as in the traces of a submission and of the solution."""

    def gave(function, given):
        given = [item.detach().clone().requires_grad_(item.requires_grad) for item in given]
        try:
            value = function(*given)
        except (RuntimeError, ValueError) as error:
            return type(error).__name__, given
        return (value, None), given

    made = []
    for given in inputs:
        given = given if isinstance(given, tuple) else (given,)
        (one, after), (two, _) = gave(mine, given), gave(right, given)
        if isinstance(one, tuple) and not all(map(torch.equal, after, given)):
            one = one[0], after
        made.append(Call(list(given), two, one))
        if isinstance(one, tuple) and isinstance(two, tuple) and torch.is_tensor(one[0]) and one[0].requires_grad:
            made.append(Call(None, (gradient(right, given), None), (gradient(mine, given), None)))
    return made


def gradient(function, given):
    given = [item.detach().clone().requires_grad_() for item in given]
    return list(torch.autograd.grad(function(*given).sum(), given))


def named(*given):
    found = explain(calls(*given))
    return found and found.name.removeprefix("generic:")


def in_place(x):
    return x.mul_(2)


torch.manual_seed(0)
A, B, C = torch.randn(3, 4), torch.randn(5, 2), torch.randn(4, 4)
G = torch.randn(3, 4, requires_grad=True)


@pytest.mark.parametrize(
    ("rule", "said", "mine", "right", "inputs"),
    [
        ("transposed", "transposed", lambda x: x.T * 2, lambda x: x * 2, [A, B]),
        ("transposed", "axes 0 and 2", lambda x: x[None].transpose(0, 2), lambda x: x[None], [A, B, C]),
        ("sign", "sign", lambda x: -x.exp(), torch.exp, [A, B]),
        ("factor", " 2 times", lambda x: 2 * x.exp(), torch.exp, [A, B]),
        ("factor", " 1/2 times", lambda x: x.exp() / 2, torch.exp, [A, B]),
        ("factor", " 0.6931 times", lambda x: x.exp() * math.log(2), torch.exp, [A, B]),
        ("offset", " 1 too large", lambda x: x.exp() + 1, torch.exp, [A, B]),
        ("offset", " 3/4 too small", lambda x: x.exp() - 0.75, torch.exp, [A, B]),
        ("offset", " 1 too small", lambda x: len(x) - 1, len, [A, B, C]),
        ("reduction", "number of values", torch.sum, torch.mean, [A, B]),
        ("reduction", "number of samples", lambda x: x.sum(0), lambda x: x.mean(0), [A, B]),
        ("reduction", "the mean where the sum", torch.mean, torch.sum, [A, B]),
        ("dtype", "float64 where it should be float32", lambda x: x.exp().double(), torch.exp, [A, B]),
        ("in-place", "in place", in_place, lambda x: x * 2, [A, B]),
        ("detached", "cut off", lambda x: x.detach().exp(), torch.exp, [G]),
        ("gradient", "gradients", lambda x: x.detach() * x, lambda x: x * x, [G]),
        ("overflow", "extreme", lambda x: x.exp() / (1 + x.exp()), torch.sigmoid, [A, A * 1000]),
    ],
)  # fmt: skip
def test_each_rule(rule, said, mine, right, inputs):
    found = explain(calls(mine, right, *inputs))
    assert found is not None and found.name == f"generic:{rule}"
    assert said in found.hint


@pytest.mark.parametrize(
    ("mine", "right", "inputs"),
    [
        (torch.exp, torch.exp, [A, B]),  # nothing is wrong
        (lambda x: x.T * (1 + (x.shape[0] == 5)), lambda x: x, [A, B]),  # transposed, and once twice as large
        (lambda x: x.exp() * (2 if len(x) == 3 else 3), torch.exp, [A, B]),  # two factors
        (lambda x: x.exp() * (2 if len(x) == 3 else 1), torch.exp, [A, B]),  # a factor, but not everywhere
        (lambda x: x.exp() * 2 + 1, torch.exp, [A, B]),
        (lambda x: torch.zeros_like(x), torch.exp, [A, B]),
        (lambda x: x.flatten(), lambda x: x, [A, B]),
        (lambda x: x.double() * 2, lambda x: x, [A, B]),
        (lambda x: torch.full_like(x, math.nan), torch.exp, [A, A * 100]),  # NaN everywhere
        (lambda x: x.mul_(3), lambda x: x.exp(), [A, B]),
        (lambda x: "much", lambda x: x, [A, B]),
        (lambda x: [x, x], lambda x: [x], [A, B]),
        (lambda x: x.view(7), lambda x: x, [A, B]),  # raises
        (lambda x: x + 1, lambda x: x, [A[0, 0]]),  # one number shows no pattern
        (lambda x: x.mean(0, keepdim=True).exp(), torch.exp, [A, B, A[:1]]),  # one right answer may be chance
        (lambda x: x.sum(), lambda x: x.sum() / 12, [A * 0 + 1, A * 0]) ,
    ],
)  # fmt: skip
def test_no_rule_speaks_where_it_does_not_explain_everything(mine, right, inputs):
    assert explain(calls(mine, right, *inputs)) is None


def test_a_factor_that_is_the_batch_size_is_named_so_only_where_the_batches_differ():
    assert named(lambda x: x.sum(0), lambda x: x.mean(0), A, -A) == "factor"
    assert named(lambda x: x.sum(0), lambda x: x.mean(0), A, B) == "reduction"


@pytest.mark.parametrize(
    ("number", "text"), [(2.0000001, "2"), (0.5, "1/2"), (-4 / 3, "-4/3"), (1e-3, "0.001"), (0.69314, "0.6931")]
)
def test_numbers_are_written_as_one_would(number, text):
    assert nicely(number) == text


GIVEN = """\
def scale(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return {}
"""


def test_a_verdict_names_the_rule_and_prefers_a_known_misconception(classroom):
    given = {
        "halves": "x / (2 / a)",
        "overwrites": "x.div_(1 / a)",
        "casts": "(x / (1 / a)).double()",
        "cuts": "(x / (1 / a)).detach()",
        "adds": "x / (1 / a) + 0.25",
        "wild": "x.exp()",
    }
    for student, expression in given.items():
        classroom.hand_in(student, classroom.notebook(GIVEN.format(expression)))
    classroom.hand_in("squares", classroom.notebook("def scale(x, a):\n    return x / (2 / (a * a))"))
    outcome = classroom.grade(jobs=1)
    found = {student: verdict.exercises[0] for student, verdict in outcome.of.items()}
    assert {student: item.misconception for student, item in found.items()} == {
        "halves": "generic:factor",
        "overwrites": "generic:in-place",
        "squares": "squared",
        "casts": "generic:dtype",
        "cuts": "generic:detached",
        "adds": "generic:offset",
        "wild": "generic:relation ignored a + relation twice x 2",
    }
    assert found["halves"].hint.startswith(
        "The result is 1/2 times what it should be, everywhere. Look at line 4 of cell"
    )
    assert found["wild"].hint.startswith("`a` has no effect: with another one the result is the same.")


def test_a_rule_looks_at_the_calls_of_all_checks(classroom):
    course = classroom.root / "course.yml"
    course.write_text(course.read_text().replace("by_checks", "by_cost"))
    classroom.hand_in("argument", classroom.notebook("def scale(x, a):\n    return x"))
    [verdict] = classroom.grade(jobs=1).verdicts
    assert (
        verdict.exercises[0].misconception == "generic:a 1"
    )  # no factor: a third in the first check, twice as much in the second
    assert verdict.exercises[0].points == 0


def test_what_should_be_refused_and_is_not():
    def right(x):
        if len(x) > 4:
            raise ValueError
        return x.exp()

    found = explain(calls(torch.exp, right, A, B, C))
    assert found is not None and found.rule == "not-refused" and "raise ValueError" in found.hint
    assert explain(calls(torch.sin, right, A, B, C)) is None  # nothing else is right either


@pytest.mark.parametrize(
    ("rule", "mine", "right"),
    [
        ("gradient-nan", lambda x: (x**2).sqrt(), torch.abs),
        ("gradient-at-zero", lambda x: torch.where(x >= 0, x, x * 0), torch.relu),
        ("gradient", lambda x: x.clamp(min=0.0) + (x - x.detach()), torch.relu),
    ],
)
def test_a_gradient_that_is_wrong_in_some_places_is_told_so(rule, mine, right):
    x = torch.tensor([-1.0, 0.0, 2.0, 0.0], requires_grad=True)
    found = explain(calls(mine, right, x))
    assert found is not None and found.rule == rule and "detached" not in found.hint


def test_what_should_change_its_argument_and_does_not_is_in_no_graph():
    call = Call([G], (G * 2, [G * 2]), ((G * 2).detach(), None))
    found = explain([call])
    assert found is not None and found.rule == "not-in-place"


def test_what_is_extreme_is_not_asked_of_sparse_arguments():
    assert rules._is_extreme([A.to_sparse(), A * 1e6])
    assert not rules._is_extreme([(A * 1e6).to_sparse(), A, torch.empty(0)])
