import torch

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def arguments(batch, inputs, hidden, dtype=torch.float32):
    """Input, state, cell, weights and biases, in the order of the student's function."""
    rows = 4 * hidden
    shapes = [(batch, inputs), (batch, hidden), (batch, hidden), (rows, inputs), (rows, hidden), (rows,), (rows,)]
    return [torch.randn(shape, dtype=dtype) for shape in shapes]


def by_torch(x, h, c, *weights):
    """torch's LSTM cell with state and cell as two arguments."""
    return torch.lstm_cell(x, (h, c), *weights)


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand for one unit whose gates are 1/2, 3/4 and 1/4

    zh: 对各个门为 1/2、3/4 和 1/4 的一个单元，给出手算得到的数值
    """
    x, h, c = torch.tensor([[0.5]]), torch.tensor([[0.25]]), torch.tensor([[0.8]])
    w_ih = torch.tensor([[0.0], [0.0], [1.0], [0.0]])
    w_hh = torch.tensor([[0.0], [0.0], [2.0], [0.0]])
    b_ih = torch.tensor([0.0, 1.0986123, 0.0, 0.0])
    b_hh = torch.tensor([0.0, 0.0, 0.25, -1.0986123])
    # g = tanh(0.5 + 0.5 + 0.25), c = 0.75 * 0.8 + 0.5 * tanh(1.25), h = 0.25 * tanh(c)
    expected = (torch.tensor([[0.19288704]]), torch.tensor([[1.0241418]]))
    assert_close(student.lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh), expected)


@check(points=3)
def test_equals_torch(student):
    """equals torch's LSTM cell in float32 and float64

    zh: 与 torch 的 LSTM 单元一致，float32 和 float64 均可
    """
    for sizes, dtype in [((4, 3, 5), torch.float32), ((2, 6, 2), torch.float64)]:
        given = arguments(*sizes, dtype=dtype)
        assert_close(student.lstm_step(*given), by_torch(*given))


@check(points=1)
def test_takes_a_single_sample(student):
    """works for a batch of one and a single unit

    zh: 批次只有一个样本、只有一个单元时也正确
    """
    given = arguments(1, 1, 1)
    assert_close(student.lstm_step(*given), by_torch(*given))


@check(points=1)
def test_keeps_or_empties_the_cell(student):
    """keeps the cell where the forget gate is 1 and the input gate 0, and empties it where both are 0

    zh: 遗忘门为 1、输入门为 0 时保留细胞状态，两者都为 0 时清空它
    """
    for forget in (1e4, -1e4):
        given = arguments(3, 2, 4, dtype=torch.float64)
        given[5][:4], given[5][4:8] = -1e4, forget
        cell = given[2] if forget > 0 else torch.zeros_like(given[2])
        assert_close(student.lstm_step(*given), (by_torch(*given)[0], cell))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for input, state, cell, weights and biases

    zh: 对输入、状态、细胞状态、权重和偏置的梯度正确
    """
    given = [item.requires_grad_() for item in arguments(3, 2, 3, dtype=torch.float64)]
    names = ("x", "h", "c", "w_ih", "w_hh", "b_ih", "b_hh")
    assert_gradients(student.lstm_step, by_torch, *given, names=names)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves input, state, cell and weights unchanged

    zh: 不修改输入、状态、细胞状态和权重
    """
    assert_unchanged(student.lstm_step, *arguments(2, 3, 2))
