import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def arguments(*shape, dtype=torch.float64):
    """A batch whose samples and channels differ in mean and spread, with weight and bias."""
    spread = [*shape[:2], *(1 for _ in shape[2:])]
    x = torch.randn(shape, dtype=dtype) * (1 + torch.rand(spread, dtype=dtype)) + torch.randn(spread, dtype=dtype)
    return x, torch.randn(shape[1], dtype=dtype), torch.randn(shape[1], dtype=dtype)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives -1 and 1 for each pair of neighbouring channels, whatever the other sample holds

    zh: 对每两个相邻的通道给出 -1 和 1，与另一个样本的内容无关
    """
    x = torch.tensor([[1.0, 3.0, 30.0, 10.0], [7.0, 5.0, 0.0, 1.0]])
    expected = torch.tensor([[-1.0, 1.0, 1.0, -1.0], [1.0, -1.0, -1.0, 1.0]])
    assert_close(student.group_norm(x, 2, eps=0.0), expected)


@check(points=2)
def test_equals_torch_on_pictures(student):
    """equals torch on pictures (N, C, H, W), with weight and bias of each channel, in float32 and float64

    zh: 对图片 (N, C, H, W) 与 torch 一致，每个通道有自己的权重和偏置，float32 和 float64 均可
    """
    for shape, groups, dtype in [((3, 6, 4, 5), 2, torch.float32), ((2, 6, 3, 4), 3, torch.float64)]:
        x, weight, bias = arguments(*shape, dtype=dtype)
        assert_close(student.group_norm(x, groups), F.group_norm(x, groups))
        assert_close(student.group_norm(x, groups, weight, bias), F.group_norm(x, groups, weight, bias))


@check(points=1)
def test_takes_vectors_sequences_and_volumes(student):
    """takes (N, C), (N, C, L) and (N, C, D, H, W) as well

    zh: 也能处理 (N, C)、(N, C, L) 和 (N, C, D, H, W)
    """
    for shape in [(3, 8), (3, 4, 5), (2, 4, 2, 3, 2)]:
        x, weight, bias = arguments(*shape)
        assert_close(student.group_norm(x, 2, weight, bias), F.group_norm(x, 2, weight, bias))


@check(points=2)
def test_has_layer_and_instance_normalization_at_its_ends(student):
    """is layer normalization over (C, H, W) for one group, and instance normalization for C groups

    zh: 只有一组时就是在 (C, H, W) 上的层归一化，有 C 组时就是实例归一化
    """
    x, _, _ = arguments(2, 4, 3, 3)
    assert_close(student.group_norm(x, 1), F.layer_norm(x, (4, 3, 3)))
    assert_close(student.group_norm(x, 4), F.instance_norm(x))


@check(points=1)
def test_adds_eps_under_the_root(student):
    """adds eps to the variance, under the root, and maps constant groups to the bias

    zh: 把 eps 加到方差上，放在根号里面，并把数值相同的组变成偏置
    """
    x, weight, bias = arguments(3, 4, 5)
    assert_close(student.group_norm(x, 2, eps=0.5), F.group_norm(x, 2, eps=0.5))
    constant = torch.full_like(x, -2.0)
    assert_close(student.group_norm(constant, 2, weight, bias), bias.reshape(4, 1).expand(3, 4, 5).contiguous())


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x, weight and bias

    zh: 对 x、权重和偏置的梯度正确
    """

    def mine(x, weight, bias):
        return student.group_norm(x, 2, weight, bias)

    def by_torch(x, weight, bias):
        return F.group_norm(x, 2, weight, bias)

    x, weight, bias = (item.requires_grad_() for item in arguments(2, 4, 3, 2))
    assert_gradients(mine, by_torch, x, weight, bias, names=("x", "weight", "bias"))


@check(points=1, property=True)
def test_refuses_groups_that_do_not_divide_the_channels(student):
    """raises ValueError where the number of groups does not divide the channels

    zh: 通道数不能被组数整除时，抛出 ValueError
    """
    x = torch.randn(2, 6, 4)
    assert_raises(ValueError, student.group_norm, x, 4)
    # six channels of four values each could be cut into 8 equal parts, but not the channels
    assert_raises(ValueError, student.group_norm, x, 8)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    x, weight, bias = arguments(2, 4, 3, dtype=torch.float32)
    assert_unchanged(student.group_norm, x, 2, weight, bias)
