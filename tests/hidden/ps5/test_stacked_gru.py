import torch

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def arguments(steps, batch, inputs, hidden, layers, dtype=torch.float64):
    """Inputs, weights of all layers, and the number of layers."""
    weights = []
    for layer in range(layers):
        columns = hidden if layer else inputs
        for shape in [(3 * hidden, columns), (3 * hidden, hidden), (3 * hidden,), (3 * hidden,)]:
            weights.append(torch.randn(shape, dtype=dtype) * 0.7)
    return torch.randn(steps, batch, inputs, dtype=dtype), weights, layers


def by_torch(x, weights, layers):
    """What nn.GRU calls."""
    h0 = x.new_zeros(layers, x.shape[1], weights[1].shape[1])
    return torch.gru(x, h0, list(weights), True, layers, 0.0, False, False, False)


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand for two layers, two steps and two samples

    zh: 对两层、两个时间步、两个样本，给出手算得到的数值
    """
    none, zeros = torch.zeros(3, 1), torch.zeros(3)
    first = [torch.tensor([[0.0], [0.0], [2.0]]), none, zeros, zeros]
    second = [torch.tensor([[0.0], [0.0], [-1.0]]), none, zeros, zeros]
    x = torch.tensor([[[0.5], [0.0]], [[1.0], [-0.25]]])
    # z = 1/2 everywhere: layer 1 has (tanh(2 x) + h) / 2, layer 2 (tanh(-h of layer 1) + h) / 2
    out = torch.tensor([[[-0.1816997], [0.0000000]], [[-0.3841321], [0.1135163]]])
    h_n = torch.tensor([[[0.6724123], [-0.2310586]], [[-0.3841321], [0.1135163]]])
    assert_close(student.stacked_gru(x, first + second, 2), (out, h_n))


@check(points=2)
def test_equals_torch(student):
    """equals torch's GRU with two and three layers, in float32 and float64

    zh: 两层和三层时都与 torch 的 GRU 一致，float32 和 float64 均可
    """
    for sizes, dtype in [((4, 2, 5, 3, 2), torch.float32), ((3, 3, 2, 4, 3), torch.float64)]:
        given = arguments(*sizes, dtype=dtype)
        assert_close(student.stacked_gru(*given), by_torch(*given))


@check(points=2)
def test_feeds_each_layer_from_the_one_below(student):
    """feeds each layer from the one below, with weights of its own, also where inputs and states have the same size

    zh: 每一层读取下方一层的状态，并使用自己的权重，输入与状态大小相同时也一样
    """
    for sizes in [(3, 2, 4, 4, 2), (3, 3, 3, 3, 3)]:
        given = arguments(*sizes)
        assert_close(student.stacked_gru(*given), by_torch(*given))


@check(points=1)
def test_takes_one_layer_and_one_step(student):
    """works for one layer, and for one step

    zh: 只有一层，或只有一个时间步时也正确
    """
    for sizes in [(4, 2, 3, 5, 1), (1, 2, 3, 2, 3), (1, 1, 1, 1, 1)]:
        given = arguments(*sizes)
        assert_close(student.stacked_gru(*given), by_torch(*given))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for the inputs and the weights of all layers

    zh: 对输入和所有层的权重，梯度都正确
    """
    x, weights, layers = arguments(3, 2, 3, 3, 2)
    leaves = x.requires_grad_(), [item.requires_grad_() for item in weights]
    each = ("w_ih", "w_hh", "b_ih", "b_hh")
    of_layers = [
        {"en": f"{name} of layer {layer + 1}", "zh": f"第 {layer + 1} 层的 {name}"}
        for layer in range(layers)
        for name in each
    ]
    assert_gradients(student.stacked_gru, by_torch, *leaves, layers, names=("x", *of_layers))


@check(points=1, property=True)
def test_refuses_too_few_or_too_many_weights(student):
    """raises ValueError where there are not four tensors for each layer

    zh: 不是每层恰好四个张量时，抛出 ValueError
    """
    x, weights, _ = arguments(2, 2, 3, 3, 2)
    assert_raises(ValueError, student.stacked_gru, x, weights, 1)
    assert_raises(ValueError, student.stacked_gru, x, weights, 3)
    assert_raises(ValueError, student.stacked_gru, x, weights[:-1], 2)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves inputs and weights unchanged

    zh: 不修改输入和权重
    """
    assert_unchanged(student.stacked_gru, *arguments(3, 2, 4, 2, 2, dtype=torch.float32))
