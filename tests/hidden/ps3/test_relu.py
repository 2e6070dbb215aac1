import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_equal, assert_gradients, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """sets -3 and -0.25 to zero and keeps 0.5 and 7"""
    x = torch.tensor([[-3.0, 0.5], [7.0, -0.25]])
    assert_equal(student.relu(x), torch.tensor([[0.0, 0.5], [7.0, 0.0]]))


@check(points=1)
def test_keeps_shape_and_dtype(student):
    """equals torch for any shape, a single number and an empty tensor too, in float32 and float64"""
    for shape, dtype in [
        ((4, 5), torch.float32),
        ((2, 3, 4), torch.float64),
        ((), torch.float32),
        ((0, 3), torch.float64),
    ]:
        x = torch.randn(shape, dtype=dtype)
        assert_equal(student.relu(x), F.relu(x))


@check(points=1)
def test_takes_infinities(student):
    """keeps infinity, and maps minus infinity to 0 and not to NaN"""
    x = torch.tensor([math.inf, -math.inf, 3e38, -3e38])
    assert_equal(student.relu(x), torch.tensor([math.inf, 0.0, 3e38, 0.0]))


@check(points=1)
def test_keeps_nan(student):
    """keeps NaN, so that a broken training run is seen"""
    x = torch.tensor([1.0, math.nan, -1.0])
    assert_equal(student.relu(x), torch.tensor([1.0, math.nan, 0.0]))


@check(points=1)
def test_has_the_right_gradient(student):
    """passes the gradient on where the input is positive, and nowhere else"""
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.relu, F.relu, x, names=("x",))


@check(points=2)
def test_has_gradient_zero_at_zero(student):
    """has the gradient 0 at 0, as torch has"""
    x = torch.tensor([-1.0, 0.0, 2.0, -0.0], requires_grad=True)
    assert_gradients(student.relu, F.relu, x, names=("x",))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves its input unchanged"""
    assert_unchanged(student.relu, torch.tensor([-1.0, 2.0, -3.0]))
