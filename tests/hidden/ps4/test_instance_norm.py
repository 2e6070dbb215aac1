import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_torch(x, eps=1e-5):
    """torch's instance normalization."""
    return F.instance_norm(x, eps=eps)


def pictures(*shape, dtype=torch.float64):
    """Samples and channels that differ in brightness and contrast."""
    spread = [*shape[:2], *(1 for _ in shape[2:])]
    return torch.randn(shape, dtype=dtype) * (1 + torch.rand(spread, dtype=dtype)) + torch.randn(spread, dtype=dtype)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives -1 and 1 for each of two samples with two channels of two values

    zh: 两个样本各有两个通道、每个通道两个数值时，都给出 -1 和 1
    """
    x = torch.tensor([[[1.0, 3.0], [8.0, 4.0]], [[10.0, 30.0], [-1.0, 0.0]]])
    expected = torch.tensor([[[-1.0, 1.0], [1.0, -1.0]], [[-1.0, 1.0], [-1.0, 1.0]]])
    assert_close(student.instance_norm(x, 0.0), expected)


@check(points=2)
def test_equals_torch_on_pictures(student):
    """equals torch on pictures (N, C, H, W), in float32 and float64

    zh: 对图片 (N, C, H, W) 与 torch 一致，float32 和 float64 均可
    """
    for shape, dtype in [((4, 3, 5, 6), torch.float32), ((2, 5, 1, 3), torch.float64)]:
        x = pictures(*shape, dtype=dtype)
        assert_close(student.instance_norm(x), by_torch(x))


@check(points=1)
def test_equals_torch_on_sequences(student):
    """equals torch on sequences (N, C, L)

    zh: 对序列 (N, C, L) 与 torch 一致
    """
    x = pictures(3, 4, 7)
    assert_close(student.instance_norm(x), by_torch(x))


@check(points=1)
def test_looks_at_one_sample_at_a_time(student):
    """gives a picture the same result alone as in a batch

    zh: 一张图片单独处理与放在批次中处理，结果相同
    """
    x = pictures(3, 2, 4, 4)
    together = by_torch(x)
    assert_close(student.instance_norm(x), together)
    for n in range(3):
        assert_close(student.instance_norm(x[n : n + 1]), together[n : n + 1])


@check(points=1)
def test_adds_eps_under_the_root(student):
    """adds eps to the variance, under the root, and maps a constant channel to zeros

    zh: 把 eps 加到方差上，放在根号里面，并把数值相同的通道变成零
    """
    x = pictures(2, 3, 4, 4)
    assert_close(student.instance_norm(x, eps=0.5), by_torch(x, eps=0.5))
    assert_close(student.instance_norm(torch.full((2, 2, 4), 7.0)), torch.zeros(2, 2, 4))


@check(points=2)
def test_has_the_right_gradient(student):
    """has the right gradient for x

    zh: 对 x 的梯度正确
    """
    for shape in [(2, 3, 4), (2, 2, 3, 4)]:
        assert_gradients(student.instance_norm, by_torch, pictures(*shape).requires_grad_(), names=("x",))


@check(points=1, property=True)
def test_refuses_channels_of_one_value(student):
    """raises ValueError where a channel has one value only

    zh: 一个通道只有一个数值时，抛出 ValueError
    """
    assert_raises(ValueError, student.instance_norm, torch.randn(4, 3, 1, 1))
    assert_raises(ValueError, student.instance_norm, torch.randn(4, 3, 1))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves its argument unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.instance_norm, pictures(2, 3, 5, dtype=torch.float32))
