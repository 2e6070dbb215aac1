import torch

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def arguments(steps, batch, inputs, hidden, dtype=torch.float64):
    """Inputs, and the weights of the forward and of the backward run."""
    shapes = [(3 * hidden, inputs), (3 * hidden, hidden), (3 * hidden,), (3 * hidden,)] * 2
    return torch.randn(steps, batch, inputs, dtype=dtype), [torch.randn(shape, dtype=dtype) * 0.7 for shape in shapes]


def by_torch(x, weights):
    """What nn.GRU calls."""
    h0 = x.new_zeros(2, x.shape[1], weights[1].shape[1])
    return torch.gru(x, h0, list(weights), True, 1, 0.0, False, True, False)


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand for three steps, with other weights backward than forward

    zh: 对三个时间步给出手算得到的数值，后向的权重与前向不同
    """
    none, zeros = torch.zeros(3, 1), torch.zeros(3)
    forward = [torch.tensor([[0.0], [0.0], [1.0]]), none, zeros, zeros]
    backward = [torch.tensor([[0.0], [0.0], [2.0]]), none, zeros, zeros]
    # z = 1/2 everywhere: forward (tanh(x) + h) / 2, backward (tanh(2 x) + h) / 2 from the end
    out = torch.tensor([[[0.2310586, 0.2602936]], [[0.1155293, -0.2410069]], [[-0.3230324, -0.4820138]]])
    h_n = torch.tensor([[[-0.3230324]], [[0.2602936]]])
    assert_close(student.bidirectional_gru(torch.tensor([[[0.5]], [[0.0]], [[-1.0]]]), forward + backward), (out, h_n))


@check(points=3)
def test_equals_torch(student):
    """equals torch's bidirectional GRU in float32 and float64, all states and the last ones

    zh: 与 torch 的双向 GRU 一致，包括全部状态和最后的状态，float32 和 float64 均可
    """
    for sizes, dtype in [((5, 2, 4, 3), torch.float32), ((4, 3, 2, 5), torch.float64)]:
        given = arguments(*sizes, dtype=dtype)
        assert_close(student.bidirectional_gru(*given), by_torch(*given))


@check(points=2)
def test_tells_time_from_batch(student):
    """turns time round and not the batch, also where both have the same size

    zh: 反转的是时间而不是批次，两者大小相同时也一样
    """
    for sizes in [(3, 3, 3, 2), (2, 2, 4, 4)]:
        given = arguments(*sizes)
        assert_close(student.bidirectional_gru(*given), by_torch(*given))


@check(points=1)
def test_takes_one_step_and_one_sample(student):
    """works for one step, and for a batch of one

    zh: 只有一个时间步，或批次只有一个样本时也正确
    """
    for sizes in [(1, 3, 2, 4), (4, 1, 2, 3), (1, 1, 1, 1)]:
        given = arguments(*sizes)
        assert_close(student.bidirectional_gru(*given), by_torch(*given))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for the inputs and the weights of both directions

    zh: 对输入和两个方向的权重，梯度都正确
    """
    x, weights = arguments(3, 2, 3, 2)
    leaves = x.requires_grad_(), [item.requires_grad_() for item in weights]
    each = ("w_ih", "w_hh", "b_ih", "b_hh")
    forward = [{"en": f"{name} forward", "zh": f"前向的 {name}"} for name in each]
    backward = [{"en": f"{name} backward", "zh": f"后向的 {name}"} for name in each]
    assert_gradients(student.bidirectional_gru, by_torch, *leaves, names=("x", *forward, *backward))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves inputs and weights unchanged

    zh: 不修改输入和权重
    """
    assert_unchanged(student.bidirectional_gru, *arguments(3, 2, 4, 2, dtype=torch.float32))
