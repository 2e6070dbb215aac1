import torch

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def arguments(steps, batch, inputs, hidden, dtype=torch.float64):
    """Inputs, first state and weights that keep the states away from 1 and -1."""
    x, h0 = torch.randn(steps, batch, inputs, dtype=dtype), torch.randn(batch, hidden, dtype=dtype)
    shapes = [(hidden, inputs), (hidden, hidden), (hidden,), (hidden,)]
    return x, h0, tuple(torch.randn(shape, dtype=dtype) * 0.5 for shape in shapes)


def by_torch(x, h0, weights):
    """What nn.RNN calls, with the layer's axis taken off its last state."""
    out, last = torch.rnn_tanh(x, h0[None], list(weights), True, 1, 0.0, False, False, False)
    return out, last[0]


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand for two steps of two samples

    zh: 对两个样本的两个时间步，给出手算得到的数值
    """
    weights = (torch.tensor([[1.0]]), torch.tensor([[2.0]]), torch.tensor([0.25]), torch.tensor([0.25]))
    x, h0 = torch.tensor([[[0.0], [0.25]], [[-0.5], [0.5]]]), torch.tensor([[0.0], [-0.25]])
    # first sample: tanh(0.5), then tanh(2 * 0.4621172); second: tanh(0.25), then tanh(1 + 2 * 0.2449187)
    out = torch.tensor([[[0.4621172], [0.2449187]], [[0.7278944], [0.9032948]]])
    assert_close(student.rnn_forward(x, h0, weights), (out, out[1]))


@check(points=2)
def test_equals_torch(student):
    """equals torch's RNN layer in float32 and float64, all states and the last one

    zh: 与 torch 的 RNN 层一致，包括全部状态和最后一个状态，float32 和 float64 均可
    """
    for sizes, dtype in [((5, 3, 4, 2), torch.float32), ((4, 2, 3, 6), torch.float64)]:
        given = arguments(*sizes, dtype=dtype)
        assert_close(student.rnn_forward(*given), by_torch(*given))


@check(points=2)
def test_tells_time_from_batch(student):
    """goes along time and not along the batch, also where all axes have the same size

    zh: 沿时间而不是沿批次前进，所有轴大小相同时也一样
    """
    given = arguments(3, 3, 3, 3)
    assert_close(student.rnn_forward(*given), by_torch(*given))


@check(points=1)
def test_takes_a_single_step(student):
    """works for a sequence of one step, and for a batch of one

    zh: 序列只有一步，或批次只有一个样本时也正确
    """
    for sizes in [(1, 3, 2, 4), (6, 1, 2, 4), (1, 1, 1, 1)]:
        given = arguments(*sizes)
        assert_close(student.rnn_forward(*given), by_torch(*given))


@check(points=2)
def test_has_the_right_gradients(student):
    """carries the gradient back through all steps to inputs, first state and weights

    zh: 梯度经过所有时间步传回输入、初始状态和权重
    """
    x, h0, weights = arguments(4, 2, 3, 3)
    leaves = x.requires_grad_(), h0.requires_grad_(), tuple(item.requires_grad_() for item in weights)
    names = ("x", "h0", "w_ih", "w_hh", "b_ih", "b_hh")
    assert_gradients(student.rnn_forward, by_torch, *leaves, names=names)


@check(points=1, property=True)
def test_refuses_a_sequence_without_steps(student):
    """raises ValueError for a sequence without steps

    zh: 序列没有任何时间步时，抛出 ValueError
    """
    _, h0, weights = arguments(1, 2, 3, 4)
    assert_raises(ValueError, student.rnn_forward, torch.zeros(0, 2, 3, dtype=torch.float64), h0, weights)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves inputs, first state and weights unchanged

    zh: 不修改输入、初始状态和权重
    """
    assert_unchanged(student.rnn_forward, *arguments(3, 2, 4, 3, dtype=torch.float32))
