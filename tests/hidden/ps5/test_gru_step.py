import torch

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def arguments(batch, inputs, hidden, dtype=torch.float32):
    """Input, state, and weights as large as torch's own beginning weights."""
    shapes = [
        (batch, inputs),
        (batch, hidden),
        (3 * hidden, inputs),
        (3 * hidden, hidden),
        (3 * hidden,),
        (3 * hidden,),
    ]
    return [torch.randn(shape, dtype=dtype) for shape in shapes]


@check(points=2)
def test_gives_the_number_worked_out_by_hand(student):
    """gives the number worked out by hand for one unit

    zh: 对一个单元给出手算得到的数值
    """
    w_ih = torch.tensor([[0.0], [0.0], [1.0]])
    w_hh = torch.tensor([[0.0], [0.0], [2.0]])
    b_ih, b_hh = torch.tensor([0.0, 1.0986123, 0.0]), torch.tensor([0.0, 0.0, 1.0])
    # r = 1/2 and z = 3/4; n = tanh(0.5 + (2 * 0.25 + 1) / 2) = tanh(1.25)
    h = student.gru_step(torch.tensor([[0.5]]), torch.tensor([[0.25]]), w_ih, w_hh, b_ih, b_hh)
    assert_close(h, torch.tensor([[0.25 * 0.8482836 + 0.75 * 0.25]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch's GRU cell in float32 and float64

    zh: 与 torch 的 GRU 单元一致，float32 和 float64 均可
    """
    for sizes, dtype in [((4, 3, 5), torch.float32), ((2, 6, 2), torch.float64)]:
        given = arguments(*sizes, dtype=dtype)
        assert_close(student.gru_step(*given), torch.gru_cell(*given))


@check(points=1)
def test_takes_a_single_sample(student):
    """works for a batch of one and a single unit

    zh: 批次只有一个样本、只有一个单元时也正确
    """
    given = arguments(1, 1, 1)
    assert_close(student.gru_step(*given), torch.gru_cell(*given))


@check(points=1)
def test_keeps_the_state_when_the_update_gate_is_open(student):
    """keeps the old state where the update gate is 1, and takes the candidate where it is 0

    zh: 更新门为 1 时保留旧状态，为 0 时取候选状态
    """
    for bias in (1e4, -1e4):
        given = arguments(3, 2, 4)
        given[4][4:8] = bias
        assert_close(student.gru_step(*given), torch.gru_cell(*given))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for input, state, weights and biases

    zh: 对输入、状态、权重和偏置的梯度正确
    """
    given = [item.requires_grad_() for item in arguments(3, 2, 3, dtype=torch.float64)]
    names = ("x", "h", "w_ih", "w_hh", "b_ih", "b_hh")
    assert_gradients(student.gru_step, torch.gru_cell, *given, names=names)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves input, state and weights unchanged

    zh: 不修改输入、状态和权重
    """
    assert_unchanged(student.gru_step, *arguments(2, 3, 2))
