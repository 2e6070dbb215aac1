import torch

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def arguments(batch, inputs, hidden, dtype=torch.float32):
    """Input, state, weights and biases, in the order of the student's function."""
    shapes = [(batch, inputs), (batch, hidden), (hidden, inputs), (hidden, hidden), (hidden,), (hidden,)]
    return [torch.randn(shape, dtype=dtype) for shape in shapes]


@check(points=2)
def test_gives_the_number_worked_out_by_hand(student):
    """gives the number worked out by hand for one unit with both biases

    zh: 对带有两个偏置的一个单元，给出手算得到的数值
    """
    x, h = torch.tensor([[0.5]]), torch.tensor([[0.25]])
    w_ih, w_hh = torch.tensor([[1.0]]), torch.tensor([[2.0]])
    b_ih, b_hh = torch.tensor([0.5]), torch.tensor([-0.25])
    # 1 * 0.5 + 0.5 + 2 * 0.25 - 0.25 = 1.25
    assert_close(student.rnn_step(x, h, w_ih, w_hh, b_ih, b_hh), torch.tensor([[0.8482836]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch's RNN cell in float32 and float64

    zh: 与 torch 的 RNN 单元一致，float32 和 float64 均可
    """
    for sizes, dtype in [((4, 3, 5), torch.float32), ((2, 6, 2), torch.float64)]:
        given = arguments(*sizes, dtype=dtype)
        assert_close(student.rnn_step(*given), torch.rnn_tanh_cell(*given))


@check(points=1)
def test_takes_a_single_sample(student):
    """works for a batch of one and a single unit

    zh: 批次只有一个样本、只有一个单元时也正确
    """
    given = arguments(1, 1, 1)
    assert_close(student.rnn_step(*given), torch.rnn_tanh_cell(*given))


@check(points=1)
def test_counts_each_bias(student):
    """adds both biases, each of which counts on its own

    zh: 两个偏置都加上，各自都起作用
    """
    for place in (4, 5):
        given = arguments(3, 2, 4, dtype=torch.float64)
        given[9 - place] = torch.zeros(4, dtype=torch.float64)
        assert_close(student.rnn_step(*given), torch.rnn_tanh_cell(*given))


@check(points=1)
def test_saturates_at_plus_and_minus_one(student):
    """stays at 1 and -1 for contributions as large as 10,000

    zh: 送入的数值大到 10,000 时，保持在 1 和 -1
    """
    given = arguments(2, 3, 4)
    given[4] = torch.tensor([1e4, -1e4, 1e4, -1e4])
    expected = torch.tensor([1.0, -1.0, 1.0, -1.0]).repeat(2, 1)
    assert_close(student.rnn_step(*given), expected)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for input, state, weights and biases

    zh: 对输入、状态、权重和偏置的梯度正确
    """
    given = [item.requires_grad_() for item in arguments(3, 2, 3, dtype=torch.float64)]
    names = ("x", "h", "w_ih", "w_hh", "b_ih", "b_hh")
    assert_gradients(student.rnn_step, torch.rnn_tanh_cell, *given, names=names)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves input, state and weights unchanged

    zh: 不修改输入、状态和权重
    """
    assert_unchanged(student.rnn_step, *arguments(2, 3, 2))
