"""What the solution gives without one of its arguments, as mistakes that nobody need write down."""

import torch

from autograder.diagnosis.variants.left_out import left_out


def layer(x, weights, bias, mask=None):
    y = x @ weights["w"].T * weights["gain"] + weights["out.bias"] + bias
    return y if mask is None else y * mask


def test_each_vector_and_each_argument_with_a_default_can_be_left_out():
    torch.manual_seed(0)
    x, w, gain, out, bias = torch.randn(4, 3), torch.randn(2, 3), torch.randn(2), torch.randn(2), torch.randn(2)
    weights, mask = {"w": w, "gain": gain, "out.bias": out}, torch.tensor([1.0, 0.0])
    found = {one.argument: one.solution(x, weights, bias, mask) for one in left_out(layer, [[x, weights, bias, mask]])}
    y = x @ w.T
    expected = {
        "mask": y * gain + out + bias,
        "bias": (y * gain + out) * mask,
        "weights['out.bias']": (y * gain + bias) * mask,
        "weights['gain']": (y + out + bias) * mask,
    }
    for name, right in expected.items():
        torch.testing.assert_close(found[name], right)
    assert torch.equal(weights["gain"], gain)  # nothing of what it is given changes


def test_it_costs_a_third_and_says_which():
    [mask] = left_out(layer, [])
    assert mask.name == "generic:without mask" and "`mask`" in mask.hint and mask.cost(11) == 4


def test_several_at_once_cost_what_the_checks_say():
    def loss(x, weight=None, smoothing=0.0, ignored=-1):
        return x * (1 if weight is None else weight) + smoothing + ignored

    found = {one.name: one for one in left_out(loss, [])}
    pair, three = (
        found["generic:without weight and smoothing"],
        found["generic:without weight and smoothing and ignored"],
    )
    assert pair.solution(3, 2, 5.0, 7) == 3 + 7 and three.solution(3, 2, 5.0, 7) == 2
    assert three.hint == "It is right but for `weight`, `smoothing` and `ignored`, which have no effect: use them."
    assert pair.cost(12) == 12 and len({one.key for one in left_out(loss, [])}) == 7


def test_what_the_exercise_is_about_cannot_be_left_out():
    vector = torch.ones(3)
    assert left_out(lambda y: y * (1 - y), [[vector]]) == []
    assert left_out(lambda pred, target: pred - target, [[vector, vector]]) == []


def test_of_a_class_nothing_is_left_out():
    assert left_out(torch.nn.Linear, []) == []
