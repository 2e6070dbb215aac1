"""The course's solution with one thing changed is named where an answer gives the same, and nowhere else."""

import pytest
import torch

from autograder.diagnosis.outputs import Call
from autograder.diagnosis.solutions import run
from autograder.diagnosis.variants import fitting
from autograder.diagnosis.variants.slips import of_slips

SOLUTION = '''
import torch


def norm(x, gain, shift, p=0.3, mask=None, padding=(0, 0), dim=1, eps=1e-5):
    """Something of each kind."""
    ### BEGIN SOLUTION
    centered = x - x.mean(dim, keepdim=True)
    y = centered / torch.sqrt((centered**2).mean(dim, keepdim=True) + eps) / (1 - p)
    y = y * gain + shift + padding[0] * 2 - padding[1]
    return y if mask is None else y * mask
    ### END SOLUTION
'''


@pytest.fixture(scope="module")
def norm(tmp_path_factory):
    path = tmp_path_factory.mktemp("solution") / "ps.py"
    path.write_text(SOLUTION)
    return run(path, {})["norm"]


def given(seed):
    torch.manual_seed(seed)
    x, gain, shift = torch.randn(5, 4), torch.randn(4), torch.randn(4)
    mask = (torch.rand(5, 4) < 0.5).float() if seed % 2 else None
    norms = {"x": x, "gain": gain, "shift": shift}
    return norms | {"p": 0.1 * seed, "mask": mask, "padding": (seed, 3), "dim": seed % 2, "eps": 0.1}


def found(norm, mine):
    calls = []
    for seed in (1, 2, 3, 4):
        arguments = given(seed)
        values = list(arguments.values())
        calls.append(Call(values, (norm(**arguments), None), (mine(**arguments), None), arguments=arguments))
    told = fitting(norm, calls, lambda variant: True)
    return told and told.name.removeprefix("generic:")


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("gain and shift exchanged", lambda a: {**a, "gain": a["shift"], "shift": a["gain"]}),
        ("mask inverted", lambda a: {**a, "mask": None if a["mask"] is None else 1 - a["mask"]}),
        ("-x", lambda a: {**a, "x": -a["x"]}),
        ("1 - p", lambda a: {**a, "p": 1 - a["p"]}),
        ("padding in the other order", lambda a: {**a, "padding": a["padding"][::-1]}),
        ("without eps", lambda a: {**a, "eps": 0.0}),
        ("without dim", lambda a: {**a, "dim": -1}),
        ("dim 0", lambda a: {**a, "dim": 0}),
        ("without mask", lambda a: {**a, "mask": None}),
    ],
)
def test_arguments_taken_for_something_else(norm, name, changed):
    assert found(norm, lambda **a: norm(**changed(a))) == name


def test_results_with_a_step_more_or_less(norm):
    assert found(norm, lambda **a: norm(**a).exp()) == "exponential"
    assert found(norm, lambda **a: norm(**a).flip(0)) == "backwards"
    assert found(norm, lambda **a: norm(**a) * 5) == "times the number of samples"
    assert found(norm, lambda **a: norm(**a).sum(0)) == "summed over the first axis"


def test_slips_of_the_code(norm):
    def eps_outside(x, gain, shift, p, mask, padding, dim, eps):
        d = x - x.mean(dim, keepdim=True)
        y = d / ((d**2).mean(dim, keepdim=True).sqrt() + eps) / (1 - p) * gain + shift + padding[0] * 2 - padding[1]
        return y if mask is None else y * mask

    assert found(norm, eps_outside) == "slip: eps moved"
    assert len({one.key for one in of_slips(norm)}) == len(of_slips(norm)) > 20


def test_what_is_wrong_in_another_way_is_not_explained(norm):
    assert found(norm, norm) is None
    assert found(norm, lambda **a: norm(**a) * torch.arange(1, 5)) is None


def test_a_solution_that_may_not_end_is_not_changed(tmp_path):
    path = tmp_path / "ps.py"
    path.write_text(
        "def f(n):\n    ### BEGIN SOLUTION\n    while n > 0:\n        n = n - 1\n    return n\n    ### END SOLUTION\n"
    )
    assert of_slips(run(path, {})["f"]) == ()
