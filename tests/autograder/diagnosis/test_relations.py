"""What should be so whatever the arguments are is told where it is so for the right results and not for the answer's."""

import pytest
import torch

from autograder.diagnosis.experiments import asking, relation
from autograder.diagnosis.outputs import Call


def calls(mine, right, given):
    return [Call(list(a.values()), (right(*a.values()), None), (mine(*a.values()), None), arguments=a) for a in given]


def found(mine, right, given):
    told = relation(calls(mine, right, given), asking(right), asking(mine))
    return told and told.name.removeprefix("generic:relation ")


torch.manual_seed(0)
A, B, C = torch.randn(4, 3), torch.randn(5, 6), torch.randn(6, 4)
ROWS = [{"x": A}, {"x": B}, {"x": C}]
PAIRS = [{"x": x, "y": torch.randn_like(x), "eps": eps} for x, eps in ((A, 0.1), (B, 0.2), (C, 0.1))]


def norm(x):
    return (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-6).sqrt()


def table(x, accumulate=True):
    rows = (torch.arange(len(x)) + 1) % 2
    return torch.zeros(2, x.shape[1]).index_put_((rows,), x, accumulate=accumulate)


def cosines(x, y, eps):
    return ((x * y).sum(1) / (x.norm(dim=1).clamp(min=eps) * y.norm(dim=1).clamp(min=eps))).mean() + eps


@pytest.mark.parametrize(
    ("told", "mine", "right", "given"),
    [
        ("ignored eps", lambda x, y, eps: cosines(x, y, 0.01) + 0.3, cosines, PAIRS),
        ("ignored y eps + relation exchanged x y", lambda x, y, eps: (x * 2).sin().mean(), cosines, PAIRS),
        ("own place x 1", lambda x: (x - x.mean()) / x.std(), norm, ROWS),
        ("own place x 0", lambda x: torch.softmax(x, 0), lambda x: torch.softmax(x, 1), ROWS),
        ("other places x 0", lambda x: x * 2, norm, ROWS),
        ("other places x 0", lambda x: x * 2, lambda x: norm(x.float()), [*ROWS, {"x": torch.arange(20).reshape(5, 4)}]),
        ("twice x 1", lambda x: (x - x.mean(0)) / x.var(0, unbiased=False), norm, ROWS),
        ("twice x 1", lambda x, y, eps: (x * y).sum(1).mean() + eps, cosines, PAIRS),
        ("rows twice", lambda x: (x**2).sum(), lambda x: (x**2).sum(1).mean(), ROWS),
        ("twice x 2", lambda x: (x**2).sum(1), lambda x: x.norm(dim=1), ROWS),
        ("exchanged x y", lambda x, y: (x.softmax(1) * (x.log_softmax(1) - y.log_softmax(1))).sum(), lambda x, y: ((x - y) ** 2).sum() + 1, [{"x": x, "y": x.flip(0) * 2} for x in (A, B)]),
    ],
)  # fmt: skip
def test_each_relation(told, mine, right, given):
    assert found(mine, right, given) == told


@pytest.mark.parametrize(
    ("mine", "right", "given"),
    [
        (norm, norm, ROWS),  # nothing is wrong
        (lambda x: norm(x) * 1.1, norm, ROWS),  # all relations hold for it as well
        (lambda x: norm(x) * 2, norm, ROWS[:1]),  # one call says too little
        (lambda x: table(x, accumulate=False), table, ROWS),  # the places of the result are others
        (lambda x: norm(x) * torch.rand(()), norm, ROWS),  # called again, it gives something else
        (lambda x: x + 1, lambda x: torch.zeros_like(x), ROWS),  # whatever is done to zeros, they are the same
    ],
)
def test_nothing_is_told_that_was_not_seen(mine, right, given):
    assert found(mine, right, given) is None


def test_where_nothing_can_be_called_what_was_told_before_holds():
    mine = lambda x, y, eps: (x * y).sum(1).mean()  # noqa: E731
    made = calls(mine, cosines, PAIRS)
    told = relation(made, asking(cosines), asking(mine))
    assert told.name == "generic:relation ignored eps + relation twice x 1"
    assert relation(made, asking(cosines), None, told.name) == told
    assert relation(made, asking(cosines), None, "generic:where x") is None


def test_sparse_tensors_are_left_alone():
    sparse = [{"x": x.relu().to_sparse()} for x in (A, B, C)]
    assert found(lambda x: x.to_dense() + 1, lambda x: norm(x.to_dense()), sparse) is None
