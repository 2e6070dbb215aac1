import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def arguments(*shape, over=1, dtype=torch.float64):
    """A batch away from zero mean, with the shape to normalize over, weight and bias."""
    last = shape[-over:]
    x = torch.randn(shape, dtype=dtype) * 3 + 2
    return x, last, torch.randn(last, dtype=dtype), torch.randn(last, dtype=dtype)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives -1 and 1 for a row with the values 1 and 3, whatever the other rows hold

    zh: 对数值为 1 和 3 的一行给出 -1 和 1，与其他行的内容无关
    """
    x = torch.tensor([[1.0, 3.0], [10.0, 30.0], [7.0, 3.0]])
    y = student.layer_norm(x, (2,), torch.tensor([2.0, 3.0]), torch.tensor([0.0, 1.0]), 0.0)
    assert_close(y, torch.tensor([[-2.0, 4.0], [-2.0, 4.0], [2.0, -2.0]]))


@check(points=1)
def test_equals_torch_over_the_last_axis(student):
    """equals torch over the last axis, in float32 and float64, with and without weight and bias

    zh: 在最后一个轴上与 torch 一致，有无权重和偏置均可，float32 和 float64 均可
    """
    for shape, dtype in [((5, 7), torch.float32), ((2, 3, 8), torch.float64)]:
        x, last, weight, bias = arguments(*shape, dtype=dtype)
        assert_close(student.layer_norm(x, last), F.layer_norm(x, last))
        assert_close(student.layer_norm(x, last, weight, bias), F.layer_norm(x, last, weight, bias))
        assert_close(student.layer_norm(x, last, None, bias), F.layer_norm(x, last, None, bias))


@check(points=2)
def test_normalizes_over_several_last_axes(student):
    """takes one mean over all axes of normalized_shape, two or three of them

    zh: normalized_shape 的所有轴共用一个均值，两个轴或三个轴都一样
    """
    for over in (2, 3):
        x, last, weight, bias = arguments(2, 3, 4, 5, over=over)
        assert_close(student.layer_norm(x, last, weight, bias), F.layer_norm(x, last, weight, bias))


@check(points=1)
def test_takes_an_integer_and_inputs_without_batch(student):
    """takes an integer for one axis, and an input without a batch

    zh: 只有一个轴时可以给出整数，输入也可以没有批次
    """
    x, _, weight, bias = arguments(3, 4, dtype=torch.float32)
    assert_close(student.layer_norm(x, 4, weight, bias), F.layer_norm(x, (4,), weight, bias))
    assert_close(student.layer_norm(x[0], (4,), weight, bias), F.layer_norm(x[0], (4,), weight, bias))


@check(points=1)
def test_adds_eps_under_the_root(student):
    """adds eps to the variance, under the root, and maps a constant row to the bias

    zh: 把 eps 加到方差上，放在根号里面，并把数值相同的一行变成偏置
    """
    x, last, weight, bias = arguments(4, 6)
    assert_close(student.layer_norm(x, last, eps=0.5), F.layer_norm(x, last, eps=0.5))
    assert_close(student.layer_norm(torch.full_like(x, 3.0), last, weight, bias), bias.expand(4, 6).contiguous())


@check(points=1)
def test_survives_a_large_mean(student):
    """keeps its accuracy in float32 where the values lie around 4096

    zh: 在 float32 中，数值在 4096 附近时仍保持精度
    """
    x = torch.randn(4, 64) + 4096
    # Next to 4096 float32 resolves 0.0005: what is right to that is right.
    assert_close(student.layer_norm(x, (64,)), F.layer_norm(x.double(), (64,)).float(), rtol=0, atol=0.01)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x, weight and bias

    zh: 对 x、权重和偏置的梯度正确
    """

    def mine(x, weight, bias):
        return student.layer_norm(x, tuple(weight.shape), weight, bias)

    def by_torch(x, weight, bias):
        return F.layer_norm(x, tuple(weight.shape), weight, bias)

    for over in (1, 2):
        x, _, weight, bias = arguments(2, 3, 4, over=over)
        given = [item.requires_grad_() for item in (x, weight, bias)]
        assert_gradients(mine, by_torch, *given, names=("x", "weight", "bias"))


@check(points=1, property=True)
def test_refuses_a_shape_that_does_not_fit(student):
    """raises ValueError where the shape of x does not end with normalized_shape

    zh: x 的形状不以 normalized_shape 结尾时，抛出 ValueError
    """
    x, _, _, _ = arguments(2, 3, 4)
    assert_raises(ValueError, student.layer_norm, x, (3,))
    assert_raises(ValueError, student.layer_norm, x, (1, 4))
    assert_raises(ValueError, student.layer_norm, x, (2, 2, 3, 4))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.layer_norm, *arguments(2, 3, 4))
