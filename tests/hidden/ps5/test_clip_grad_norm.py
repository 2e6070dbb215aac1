import torch
from torch import nn

from autograder.authoring import assert_close, assert_equal, assert_raises, assert_unchanged, check


def by_torch(grads, max_norm):
    """torch's function on parameters that have copies of the gradients."""
    parameters = [nn.Parameter(torch.zeros_like(grad)) for grad in grads]
    for parameter, grad in zip(parameters, grads, strict=True):
        parameter.grad = grad.clone()
    total = nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters], total


def gradients(dtype=torch.float32):
    """Gradients of different shapes and sizes, of a total norm above 10."""
    shapes = [(4, 3), (5,), (2, 3, 2), (1,)]
    return [
        torch.randn(shape, dtype=dtype) * size + size for shape, size in zip(shapes, (3, 0.2, 1, 0.01), strict=True)
    ]


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """takes one norm over all: 7 for (2, 3) and (6), so that max_norm = 3.5 halves everything

    zh: 对所有张量取同一个范数：(2, 3) 和 (6) 的范数是 7，因此 max_norm = 3.5 使一切减半
    """
    grads = [torch.tensor([2.0, 3.0]), torch.tensor([6.0])]
    expected = [torch.tensor([1.0, 1.5]), torch.tensor([3.0])]
    assert_close(student.clip_grad_norm(grads, 3.5), (expected, torch.tensor(7.0)), rtol=1e-5)


@check(points=2)
def test_equals_torch(student):
    """equals torch on gradients of several shapes, in float32 and float64

    zh: 对若干形状各异的梯度与 torch 一致，float32 和 float64 均可
    """
    for dtype, tolerance in [(torch.float32, 1e-5), (torch.float64, 1e-9)]:
        grads = gradients(dtype)
        for max_norm in (0.5, 2.0):
            expected = by_torch(grads, max_norm)
            assert_close(student.clip_grad_norm(grads, max_norm), expected, rtol=tolerance, atol=tolerance / 1000)


@check(points=2)
def test_does_not_scale_up(student):
    """leaves gradients as they are where their norm is below max_norm

    zh: 范数小于 max_norm 时，梯度保持不变
    """
    for max_norm in (1000, float("inf")):
        grads = gradients()
        assert_close(student.clip_grad_norm(grads, max_norm), (grads, by_torch(grads, max_norm)[1]), rtol=1e-5)


@check(points=1)
def test_takes_zero_gradients(student):
    """gives zeros and no NaN for gradients of zero, and zeros and the norm for max_norm = 0

    zh: 梯度为零时给出零，而不是 NaN；max_norm = 0 时给出零和范数
    """
    zeros = [torch.zeros(3), torch.zeros(2, 2)]
    assert_equal(student.clip_grad_norm(zeros, 1.0), (zeros, torch.tensor(0.0)))
    grads = [torch.tensor([3.0, 0.0, 0.0]), torch.tensor([[0.0, 4.0], [0.0, 0.0]])]
    assert_close(student.clip_grad_norm(grads, 0.0), (zeros, torch.tensor(5.0)), rtol=1e-5)


@check(points=1)
def test_takes_exploded_gradients(student):
    """shortens gradients of a trillion and of a millionth, and takes a list of one scalar

    zh: 能缩短大到一万亿、小到百万分之一的梯度，列表里只有一个标量时也正确
    """
    grads = [item * 1e12 for item in gradients()]
    assert_close(student.clip_grad_norm(grads, 1.0), by_torch(grads, 1.0), rtol=1e-5)
    tiny = [item * 1e-7 for item in gradients(torch.float64)]
    assert_close(student.clip_grad_norm(tiny, 1e-8), by_torch(tiny, 1e-8), rtol=1e-5, atol=0)
    assert_close(student.clip_grad_norm([torch.tensor(-8.0)], 2), ([torch.tensor(-2.0)], torch.tensor(8.0)), rtol=1e-5)


@check(points=1, property=True)
def test_refuses_a_negative_norm(student):
    """raises ValueError for a negative max_norm

    zh: max_norm 为负时，抛出 ValueError
    """
    assert_raises(ValueError, student.clip_grad_norm, gradients(), -1.0)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves the gradients that it is given unchanged

    zh: 不修改传入的梯度
    """
    assert_unchanged(student.clip_grad_norm, gradients(), 1.0)
