from itertools import pairwise

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def stack(*widths, dtype=torch.float64):
    """Random layers with these widths: stack(3, 5, 2) maps 3 features to 5 and 5 to 2."""
    return [
        (torch.randn(after, before, dtype=dtype) / before**0.5, torch.randn(after, dtype=dtype))
        for before, after in pairwise(widths)
    ]


def applied(layers, x):
    """What the layers give, one after another."""
    for weight, bias in layers:
        x = F.linear(x, weight, bias)
    return x


def measured(layers):
    """Weight and bias of the stack, read off its answers to zero and to the unit vectors."""
    features = layers[0][0].shape[1]
    bias = applied(layers, torch.zeros(features, dtype=layers[0][0].dtype))
    return (applied(layers, torch.eye(features, dtype=bias.dtype)) - bias).T.contiguous(), bias


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """multiplies the second weight by the first, and takes the first bias through the second weight

    zh: 用第二层的权重左乘第一层的权重，并让第一层的偏置经过第二层的权重
    """
    first = (torch.tensor([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]), torch.tensor([1.0, -1.0, 2.0]))
    second = (torch.tensor([[2.0, 0.0, 1.0], [0.0, 1.0, -1.0]]), torch.tensor([10.0, 20.0]))
    expected = torch.tensor([[2.0, 5.0], [3.0, 3.0]]), torch.tensor([14.0, 17.0])
    assert_close(student.collapse_linear([first, second]), expected)


@check(points=2)
def test_keeps_the_order_of_the_layers(student):
    """puts the last layer on the left, where all layers are square

    zh: 各层都是方阵时，把最后一层放在最左边
    """
    layers = stack(3, 3, 3, 3)
    assert_close(student.collapse_linear(layers), measured(layers))


@check(points=2)
def test_combines_up_to_six_layers(student):
    """combines one to six layers of different widths

    zh: 能合并一到六个宽度各不相同的层
    """
    widths = (4, 3, 5, 2, 6, 3, 2)
    for count in range(1, 7):
        layers = stack(*widths[: count + 1])
        assert_close(student.collapse_linear(layers), measured(layers))


@check(points=1)
def test_does_what_the_stack_does(student):
    """gives a layer whose answers on a batch are those of the whole stack, in float32

    zh: 得到的一层在一个批次上的输出与整叠相同，float32 下检查
    """
    layers = stack(4, 8, 3, dtype=torch.float32)
    weight, bias = student.collapse_linear(layers)
    x = torch.randn(5, 4)
    assert_close(weight, measured(layers)[0], rtol=1e-4, atol=1e-4, what={"en": "the weight", "zh": "权重"})
    assert_close(
        F.linear(x, weight, bias),
        applied(layers, x),
        rtol=1e-4,
        atol=1e-4,
        what={"en": "the combined layer's answer", "zh": "合并后的层的输出"},
    )


@check(points=1)
def test_has_the_right_gradients(student):
    """passes gradients to every weight and bias

    zh: 把梯度传给每一个权重和偏置
    """
    layers = [(weight.requires_grad_(), bias.requires_grad_()) for weight, bias in stack(2, 3, 2, 2)]
    names = [
        {"en": f"{kind} {number}", "zh": f"第 {number} 层的 {kind}"}
        for number in (1, 2, 3)
        for kind in ("weight", "bias")
    ]
    assert_gradients(student.collapse_linear, measured, layers, names=names)


@check(points=1, property=True)
def test_refuses_a_stack_without_layers(student):
    """raises ValueError where there are no layers

    zh: 一层都没有时，抛出 ValueError
    """
    assert_raises(ValueError, student.collapse_linear, [])


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves the list of layers and all that is in it unchanged

    zh: 不修改各层的列表及其中的内容
    """
    assert_unchanged(student.collapse_linear, stack(3, 3, 3))
