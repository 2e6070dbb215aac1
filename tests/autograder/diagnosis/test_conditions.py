"""A condition is told where it parts wrong calls from right ones, and the function behaves so when called again."""

import pytest
import torch

from autograder.diagnosis.experiments import condition, raises_where
from autograder.diagnosis.outputs import Call, OtherKind, pairs_of


def calls(mine, right, given):
    """What both give for each of the arguments."""
    made = []
    for arguments in given:
        values = list(arguments.values())
        try:
            one = mine(*values), None
        except RuntimeError:
            one = "RuntimeError"
        made.append(Call(values, (right(*values), None), one, arguments=arguments))
    return made


def calling(mine, right):
    """What calls the function again."""

    def again(arguments):
        values = list(arguments.values())
        try:
            return all(p.agrees for p in pairs_of(Call(values, (right(*values), None), (mine(*values), None))))
        except (RuntimeError, OtherKind):
            return False

    return again


def found(mine, right, *given):
    told = condition(calls(mine, right, given), calling(mine, right))
    return told and told.name.removeprefix("generic:")


torch.manual_seed(0)
A, B, S, T = torch.randn(3, 4), torch.randn(5, 2), torch.randn(4, 4), torch.randn(2, 2)


def scaled(x, by=1.0, mask=None, kind="plain"):
    by = by[0] * by[1] if isinstance(by, tuple) else by
    y = x * by if mask is None else x * by * mask
    return y.exp() if kind == "exp" else y


def arguments(x, by=1.0, mask=None, kind="plain"):
    return {"x": x, "by": by, "mask": mask, "kind": kind}


PLAIN = [arguments(A), arguments(B), arguments(S)]


@pytest.mark.parametrize(
    ("name", "mine", "given"),
    [
        ("where by", lambda x, by, *rest: scaled(x, by + (by != 1.0), *rest), [*PLAIN, arguments(A, 2.0), arguments(B, 3.0)]),
        ("where kind", lambda x, by, mask, kind: scaled(x, by, mask), [*PLAIN, arguments(A, kind="exp")]),
        ("several by", lambda x, by, *rest: scaled(x, sum(by) if isinstance(by, tuple) else by, *rest), [*PLAIN, arguments(A, (2.0, 3.0)), arguments(B, (4.0, 3.0))]),
        # all that is wrong is under the condition, and not all under it is wrong
        ("where kind", lambda x, by, mask, kind: scaled(x, by, mask), [*PLAIN, arguments(A, kind="exp"), arguments(torch.full((2, 3), -torch.inf), kind="plain"), arguments(torch.tensor([[0.567143290409784]]), kind="exp")]),
        ("with mask", lambda x, by, mask, kind: scaled(x, by, None, kind), [*PLAIN, arguments(A, mask=(A > 0).float())]),
        ("one-sample-only", lambda x, *rest: scaled(x - x[:1] * 0 + x.mean(0) - x[0], *rest), [arguments(A[:1]), arguments(B[:1]), *PLAIN]),
        ("square-only", lambda x, *rest: scaled(x @ torch.eye(x.shape[0]), *rest), [arguments(S), arguments(T), arguments(A), arguments(B)]),
        ("not-contiguous", lambda x, *rest: scaled(x.view(-1).view(x.shape), *rest), [*PLAIN, arguments(A.T)]),
        ("float64", lambda x, *rest: scaled(x.float().to(x.dtype), *rest), [*PLAIN, arguments(A.double().exp())]),
        ("extreme", lambda x, *rest: scaled(x.clamp(-20, 20), *rest), [*PLAIN, arguments(A * 1000)]),
        ("negative", lambda x, *rest: scaled(x.abs(), *rest), [arguments(A.abs()), arguments(B.abs()), arguments(A)]),
        ("tiny", lambda x, *rest: scaled(x, *rest) + (x.abs() < 1e-8), [*PLAIN, arguments(A * (A > 0)), arguments(torch.tensor([1.0, 1e-30]))]),
        ("axes of x", lambda x, *rest: scaled(x if x.dim() > 1 else x + 1, *rest), [*PLAIN, arguments(A[0]), arguments(B[:, 1])]),
        ("axes of x", lambda x, *rest: scaled(x if x.dim() < 3 else x + 1, *rest), [*PLAIN, arguments(A.view(1, 3, 4))]),
    ],
)  # fmt: skip
def test_each_condition(name, mine, given):
    assert found(mine, scaled, *given) == name


@pytest.mark.parametrize(
    ("mine", "given"),
    [
        (scaled, [*PLAIN, arguments(A, 2.0)]),  # nothing is wrong
        (lambda x, *rest: scaled(x + 1, *rest), PLAIN),  # all is wrong
        (lambda x, *rest: scaled(x + (x.shape == (2, 2)), *rest), [*PLAIN, arguments(T, 2.0)]),  # not by the argument
        # of all inputs that have one axis, those are wrong that begin with more than 0
        (lambda x, *rest: scaled(x + (x.flatten()[0] > 0), *rest), [arguments(-A.abs()), arguments(-B.abs()), arguments(A[0].abs())]),
        # squares are wrong as well where they are larger than those of the checks
        (lambda x, *rest: scaled(x + (len(x) != x.shape[-1] or len(x) < 4), *rest), [arguments(S), arguments(S + 1), arguments(A), arguments(B)]),
    ],
)  # fmt: skip
def test_what_does_not_hold_when_tried_is_not_told(mine, given):
    assert found(mine, scaled, *given) is None


def test_where_nothing_can_be_called_what_was_told_before_holds():
    mine = lambda x, by, mask, kind: scaled(x, by, mask)  # noqa: E731
    made = calls(mine, scaled, [*PLAIN, arguments(A, kind="exp")])
    assert condition(made, None, "generic:where kind").name == "generic:where kind"
    assert condition(made, None) is None


def test_an_exception_of_a_view_is_ascribed_to_the_memory():
    rows = torch.arange(6).reshape(2, 3)
    turned = rows.T  # the only one that is a view, and the only one of three rows
    given = [{"x": rows}, {"x": rows + 1}, {"x": turned}]
    told = raises_where(calls(lambda x: x.view(-1), lambda x: x.reshape(-1), given))
    assert "where `x` is not contiguous in memory" in told.hint
