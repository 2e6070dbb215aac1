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
    """multiplies the second weight by the first, and takes the first bias through the second weight"""
    first = (torch.tensor([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]), torch.tensor([1.0, -1.0, 2.0]))
    second = (torch.tensor([[2.0, 0.0, 1.0], [0.0, 1.0, -1.0]]), torch.tensor([10.0, 20.0]))
    expected = torch.tensor([[2.0, 5.0], [3.0, 3.0]]), torch.tensor([14.0, 17.0])
    assert_close(student.collapse_linear([first, second]), expected)


@check(points=2)
def test_keeps_the_order_of_the_layers(student):
    """puts the last layer on the left, where all layers are square"""
    layers = stack(3, 3, 3, 3)
    assert_close(student.collapse_linear(layers), measured(layers))


@check(points=2)
def test_combines_up_to_six_layers(student):
    """combines one to six layers of different widths"""
    widths = (4, 3, 5, 2, 6, 3, 2)
    for count in range(1, 7):
        layers = stack(*widths[: count + 1])
        assert_close(student.collapse_linear(layers), measured(layers))


@check(points=1)
def test_does_what_the_stack_does(student):
    """gives a layer whose answers on a batch are those of the whole stack, in float32"""
    layers = stack(4, 8, 3, dtype=torch.float32)
    weight, bias = student.collapse_linear(layers)
    x = torch.randn(5, 4)
    assert_close(weight, measured(layers)[0], rtol=1e-4, atol=1e-4, what="the weight")
    assert_close(
        F.linear(x, weight, bias), applied(layers, x), rtol=1e-4, atol=1e-4, what="the combined layer's answer"
    )


@check(points=1)
def test_has_the_right_gradients(student):
    """passes gradients to every weight and bias"""
    layers = [(weight.requires_grad_(), bias.requires_grad_()) for weight, bias in stack(2, 3, 2, 2)]
    names = [f"{kind} {number}" for number in (1, 2, 3) for kind in ("weight", "bias")]
    assert_gradients(student.collapse_linear, measured, layers, names=names)


@check(points=1, property=True)
def test_refuses_a_stack_without_layers(student):
    """raises ValueError where there are no layers"""
    assert_raises(ValueError, student.collapse_linear, [])


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves the list of layers and all that is in it unchanged"""
    assert_unchanged(student.collapse_linear, stack(3, 3, 3))
