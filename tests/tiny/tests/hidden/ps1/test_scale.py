import torch

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


@check(points=2)
def test_scales_a_small_vector(student):
    """gives 3 and 6 for 1 and 2 scaled by 3"""
    assert_close(student.scale(torch.tensor([1.0, 2.0]), 3.0), torch.tensor([3.0, 6.0]))


@check(points=1)
def test_keeps_float64(student):
    """keeps float64"""
    x = torch.randn(3, 4, dtype=torch.float64)
    assert_close(student.scale(x, 0.5), x * 0.5)


@check(points=1, property=True)
def test_leaves_its_argument(student):
    """leaves its argument unchanged"""
    assert_unchanged(student.scale, torch.randn(3), 4.0)


@check(points=2)
def test_gradient(student):
    """passes the gradient on, scaled by a"""
    assert_gradients(student.scale, lambda x, a: x * a, torch.randn(3, requires_grad=True), 3.0)


@check(points=1, property=True)
def test_refuses_infinity(student):
    """raises ValueError for an infinite a"""
    assert_raises(ValueError, student.scale, torch.ones(2), float("inf"))
