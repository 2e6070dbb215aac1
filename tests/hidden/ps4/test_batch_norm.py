import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def by_torch(x, gamma, beta, eps=1e-5):
    """torch's batch normalization as in training."""
    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def arguments(*shape, dtype=torch.float32):
    """A batch away from zero mean and unit variance, with scale and shift."""
    x = torch.randn(shape, dtype=dtype) * 3 + 2
    return x, torch.randn(shape[1], dtype=dtype), torch.randn(shape[1], dtype=dtype)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives -1 and 1 for a feature with the values 1 and 3, then scales and shifts them

    zh: 对数值为 1 和 3 的特征给出 -1 和 1，再缩放和平移
    """
    x = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    y = student.batch_norm(x, torch.tensor([1.0, 2.0]), torch.tensor([0.0, 5.0]), 0.0)
    assert_close(y, torch.tensor([[-1.0, 3.0], [1.0, 7.0]]))


@check(points=2)
def test_normalizes_with_the_biased_variance(student):
    """uses the biased variance (divide by N) to normalize a batch of vectors

    zh: 归一化一批向量时使用有偏方差（除以 N）
    """
    x, gamma, beta = arguments(8, 4)
    assert_close(student.batch_norm(x, gamma, beta), by_torch(x, gamma, beta))


@check(points=2)
def test_takes_statistics_over_batch_height_and_width(student):
    """takes the statistics of a channel over batch, height and width

    zh: 一个通道的统计量取遍批次、高和宽
    """
    for shape in [(4, 3, 5, 6), (2, 6, 1, 3)]:
        x, gamma, beta = arguments(*shape, dtype=torch.float64)
        assert_close(student.batch_norm(x, gamma, beta), by_torch(x, gamma, beta))


@check(points=1)
def test_handles_a_single_picture(student):
    """normalizes a batch of one picture over its pixels

    zh: 批次中只有一张图片时，在它的像素上归一化
    """
    x, gamma, beta = arguments(1, 3, 4, 5)
    assert_close(student.batch_norm(x, gamma, beta), by_torch(x, gamma, beta))


@check(points=1)
def test_adds_eps_under_the_root(student):
    """adds eps to the variance, under the root

    zh: 把 eps 加到方差上，放在根号里面
    """
    x, gamma, beta = arguments(6, 3, dtype=torch.float64)
    assert_close(student.batch_norm(x, gamma, beta, eps=0.5), by_torch(x, gamma, beta, eps=0.5))
    small = x * 1e-3
    assert_close(student.batch_norm(small, gamma, beta), by_torch(small, gamma, beta))


@check(points=1)
def test_maps_a_constant_channel_to_its_shift(student):
    """maps a channel whose values are all the same to its shift, without NaN, and still tells those of another apart

    zh: 数值全部相同的通道变成它的平移量，不出现 NaN，同时仍能区分其他通道的数值
    """
    x, beta = torch.tensor([[7.0, 1.0], [7.0, 3.0]]), torch.tensor([0.5, -2.0])
    y = student.batch_norm(x, torch.ones(2), beta)
    assert_close(y, x, rtol=0, atol=math.inf)  # type, shape and dtype, and nothing that is not finite
    assert_close(
        y[:, 0],
        beta[:1].expand(2).contiguous(),
        what={"en": "the channel whose values are all the same", "zh": "数值全部相同的通道"},
    )
    assert_close(
        (y[:, 1] - beta[1]).sign(),
        torch.tensor([-1.0, 1.0]),
        what={"en": "the sign of the other one, less its shift,", "zh": "另一个通道减去平移量之后的符号"},
    )


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x, gamma and beta

    zh: 对 x、gamma 和 beta 的梯度正确
    """
    for shape in [(6, 3), (2, 3, 4, 2)]:
        x, gamma, beta = (item.requires_grad_() for item in arguments(*shape, dtype=torch.float64))
        assert_gradients(student.batch_norm, by_torch, x, gamma, beta, names=("x", "gamma", "beta"))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.batch_norm, *arguments(4, 3))
