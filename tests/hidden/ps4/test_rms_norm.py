import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def by_torch(x, weight, eps=1e-6):
    """torch's RMS normalization over the last axis."""
    return F.rms_norm(x, tuple(weight.shape), weight, eps)


def arguments(*shape, dtype=torch.float64):
    """An input away from zero mean, and a weight."""
    return torch.randn(shape, dtype=dtype) * 2 + 1, torch.randn(shape[-1], dtype=dtype)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """divides 1 and 7 by 5, the root of their mean square, then scales them

    zh: 把 1 和 7 除以它们的均方根 5，再缩放
    """
    x = torch.tensor([[1.0, 7.0], [-7.0, 1.0]])
    assert_close(student.rms_norm(x, torch.tensor([1.0, 10.0]), 0.0), torch.tensor([[0.2, 14.0], [-1.4, 2.0]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch for any leading shape, in float32 and float64

    zh: 任意前导形状下都与 torch 一致，float32 和 float64 均可
    """
    for shape, dtype in [((6, 5), torch.float32), ((2, 3, 8), torch.float64), ((7,), torch.float64)]:
        x, weight = arguments(*shape, dtype=dtype)
        assert_close(student.rms_norm(x, weight), by_torch(x, weight))


@check(points=2)
def test_keeps_a_common_offset(student):
    """leaves the mean in: equal numbers become ones with their sign

    zh: 保留均值：相等的数变成带着原来符号的 1
    """
    x = torch.tensor([[4.0, 4.0, 4.0], [-0.5, -0.5, -0.5]])
    assert_close(student.rms_norm(x, torch.ones(3), 0.0), x.sign())


@check(points=1)
def test_adds_eps_to_the_mean_square(student):
    """adds eps to the mean square, under the root

    zh: 把 eps 加到均方值上，放在根号里面
    """
    x, weight = arguments(4, 6)
    assert_close(student.rms_norm(x, weight, eps=0.5), by_torch(x, weight, eps=0.5))
    assert_close(student.rms_norm(x * 1e-3, weight), by_torch(x * 1e-3, weight))


@check(points=1)
def test_maps_zeros_to_zeros(student):
    """maps zeros to zeros, without NaN, and large numbers to numbers near one

    zh: 把零变成零，不出现 NaN，并把很大的数变成接近 1 的数
    """
    assert_close(student.rms_norm(torch.zeros(2, 4), torch.ones(4)), torch.zeros(2, 4))
    x = torch.tensor([[1e6, -1e6], [1e8, 1e8]])
    assert_close(student.rms_norm(x, torch.ones(2)), x.sign())


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x and weight

    zh: 对 x 和权重的梯度正确
    """
    for shape in [(3, 4), (2, 2, 5)]:
        x, weight = (item.requires_grad_() for item in arguments(*shape))
        assert_gradients(student.rms_norm, by_torch, x, weight, names=("x", "weight"))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.rms_norm, *arguments(3, 4, dtype=torch.float32))
