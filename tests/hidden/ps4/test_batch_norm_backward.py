import torch
import torch.nn.functional as F

from autograder.authoring import Difference, assert_close, assert_unchanged, check

NAMES = ("dx", "dgamma", "dbeta")


def by_autograd(dy, x, gamma, eps=1e-5):
    """The gradients of torch's batch normalization as in training."""
    leaves = [item.detach().clone().requires_grad_() for item in (x, gamma, torch.zeros_like(gamma))]
    y = F.batch_norm(leaves[0], None, None, leaves[1], leaves[2], training=True, eps=eps)
    return torch.autograd.grad(y, leaves, dy)


def arguments(*shape, dtype=torch.float64):
    """An upstream gradient, a batch away from zero mean and unit variance, and a scale."""
    return torch.randn(shape, dtype=dtype), torch.randn(shape, dtype=dtype) * 2 + 3, torch.randn(shape[1], dtype=dtype)


def assert_grads(actual, expected, **tolerance):
    """Assert that the three gradients are right."""
    if not isinstance(actual, list | tuple) or len(actual) != 3:
        raise Difference(
            {
                "en": "the result should be a tuple of three: dx, dgamma, dbeta",
                "zh": "结果应为三个元素的元组：dx、dgamma、dbeta",
            }
        )
    for name, mine, right in zip(NAMES, actual, expected, strict=True):
        assert_close(mine, right, what=name, **tolerance)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the gradients worked out by hand for a channel with the values 0, 0, 4, 4

    zh: 对数值为 0, 0, 4, 4 的通道，给出手算得到的梯度
    """
    x = torch.tensor([[0.0], [0.0], [4.0], [4.0]])
    dy = torch.tensor([[0.0], [0.0], [0.0], [2.0]])
    # x-hat is -1, -1, 1, 1: dbeta = 2, dgamma = 2, dx = 6/2 * (dy - 2/4 - x-hat * 2/4)
    expected = torch.tensor([[0.0], [0.0], [-3.0], [3.0]]), torch.tensor([2.0]), torch.tensor([2.0])
    assert_grads(student.batch_norm_backward(dy, x, torch.tensor([6.0]), 0.0), expected)


@check(points=2)
def test_equals_autograd_on_vectors(student):
    """equals autograd on vectors (N, C), in float64 to 1e-8 and in float32

    zh: 对向量 (N, C) 与自动求导一致：float64 精确到 1e-8，float32 也一样
    """
    for shape in [(8, 4), (3, 5)]:
        given = arguments(*shape)
        assert_grads(student.batch_norm_backward(*given), by_autograd(*given), rtol=0, atol=1e-8)
    given = arguments(16, 3, dtype=torch.float32)
    assert_grads(student.batch_norm_backward(*given), by_autograd(*given), rtol=1e-4, atol=1e-4)


@check(points=2)
def test_equals_autograd_on_pictures(student):
    """equals autograd on pictures (N, C, H, W), in float64 to 1e-8

    zh: 对图片 (N, C, H, W) 与自动求导一致，float64 精确到 1e-8
    """
    for shape in [(3, 2, 4, 5), (1, 3, 2, 3)]:
        given = arguments(*shape)
        assert_grads(student.batch_norm_backward(*given), by_autograd(*given), rtol=0, atol=1e-8)


@check(points=1)
def test_counts_eps_in_the_variance(student):
    """uses the root of variance and eps together, for a large eps too

    zh: 使用方差与 eps 之和的平方根，eps 较大时也一样
    """
    given = arguments(6, 3)
    assert_grads(student.batch_norm_backward(*given, eps=0.5), by_autograd(*given, eps=0.5), rtol=0, atol=1e-8)


@check(points=1)
def test_changes_nothing_by_shifting_or_stretching_a_channel(student):
    """gives the dx of autograd for eps = 0, which sums to zero in every channel and is orthogonal to x-hat

    zh: eps = 0 时给出自动求导的 dx，它在每个通道内的和为零，且与 x-hat 正交
    """
    dy, x, gamma = arguments(7, 3)
    dx = student.batch_norm_backward(dy, x, gamma, 0.0)[0]
    assert_close(dx, torch.zeros_like(x), rtol=0, atol=1e9, what="dx")  # its shape and dtype
    zeros = torch.zeros(3, dtype=torch.float64)
    assert_close(
        dx.sum(0), zeros, rtol=0, atol=1e-8, what={"en": "the sum of dx over each channel", "zh": "dx 在每个通道内的和"}
    )
    centered = x - x.mean(0)
    assert_close(
        (dx * centered).sum(0),
        zeros,
        rtol=0,
        atol=1e-8,
        what={"en": "the sum of dx * (x - mean) over each channel", "zh": "dx * (x - mean) 在每个通道内的和"},
    )
    nearly = by_autograd(dy, x, gamma, 1e-15)[0]  # torch takes no eps of zero
    assert_close(dx, nearly, rtol=0, atol=1e-8, what="dx")


@check(points=1)
def test_stays_finite_for_a_constant_channel(student):
    """stays finite for a channel whose values are all the same

    zh: 数值全部相同的通道，结果仍是有限的数
    """
    dy, x, gamma = arguments(5, 2)
    x[:, 1] = 7.0
    assert_grads(student.batch_norm_backward(dy, x, gamma), by_autograd(dy, x, gamma), rtol=1e-8, atol=1e-8)


@check(points=2)
def test_agrees_with_finite_differences(student):
    """agrees with finite differences of the forward pass (gradcheck, in float64)

    zh: 与前向计算的有限差分一致（gradcheck，float64）
    """

    class Normalize(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, gamma, beta):
            ctx.save_for_backward(x, gamma)
            return F.batch_norm(x, None, None, gamma, beta, training=True)

        @staticmethod
        def backward(ctx, dy):
            x, gamma = ctx.saved_tensors
            grads = student.batch_norm_backward(dy, x, gamma)
            assert_grads(grads, (x, gamma, gamma), rtol=0, atol=1e9)  # shapes and dtypes
            return tuple(grads)

    _, x, gamma = arguments(4, 2)
    leaves = [item.requires_grad_() for item in (x, gamma, torch.randn(2, dtype=torch.float64))]
    if not torch.autograd.gradcheck(Normalize.apply, leaves, raise_exception=False):
        raise Difference(
            {
                "en": "the gradients differ from finite differences of the forward pass",
                "zh": "梯度与前向计算的有限差分不一致",
            }
        )


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.batch_norm_backward, *arguments(4, 3))
