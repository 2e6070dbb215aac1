import torch
from torch import nn

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_raises, assert_unchanged, check


def one_by_one(out, lengths):
    """The state of each sample at its length, picked in a loop."""
    return torch.stack([out[length - 1, sample] for sample, length in enumerate(lengths.tolist())])


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """picks the states 3, 10 and 200 for the lengths 3, 1 and 2

    zh: 长度为 3、1 和 2 时，取出状态 3、10 和 200
    """
    out = torch.tensor([[[1.0], [10.0], [100.0]], [[2.0], [20.0], [200.0]], [[3.0], [30.0], [300.0]]])
    assert_equal(student.last_valid(out, torch.tensor([3, 1, 2])), torch.tensor([[3.0], [10.0], [200.0]]))


@check(points=2)
def test_equals_a_loop_over_the_samples(student):
    """picks one state of each sample by its length, in float32 and float64

    zh: 按长度为每个样本取出一个状态，float32 和 float64 均可
    """
    for steps, batch, hidden, dtype in [(6, 4, 3, torch.float32), (3, 7, 2, torch.float64)]:
        out, lengths = torch.randn(steps, batch, hidden, dtype=dtype), torch.randint(1, steps + 1, (batch,))
        assert_close(student.last_valid(out, lengths), one_by_one(out, lengths))


@check(points=1)
def test_takes_the_shortest_and_the_longest(student):
    """picks the first step where all lengths are 1, and the last one where they are T

    zh: 长度全为 1 时取第一步，长度全为 T 时取最后一步
    """
    out = torch.randn(4, 3, 2)
    assert_equal(student.last_valid(out, torch.full((3,), 1)), out[0])
    assert_equal(student.last_valid(out, torch.full((3,), 4)), out[-1])
    single = torch.randn(1, 1, 5)
    assert_equal(student.last_valid(single, torch.tensor([1])), single[0])


@check(points=2)
def test_equals_the_state_of_a_packed_sequence(student):
    """gives on a padded batch what torch's GRU gives on the packed sequence

    zh: 对填充后的批次，给出 torch 的 GRU 对打包序列给出的结果
    """
    gru, x, lengths = nn.GRU(3, 4), torch.randn(5, 3, 3), torch.tensor([2, 5, 3])
    with torch.no_grad():
        out, _ = gru(x)
        _, h_n = gru(nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False))
    assert_close(student.last_valid(out, lengths), h_n[0])


@check(points=2)
def test_sends_the_gradient_to_the_picked_states_alone(student):
    """sends the gradient to the picked states and none to the padding

    zh: 把梯度传给取出的状态，不传给填充
    """
    out = torch.randn(4, 3, 2, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.last_valid, one_by_one, out, torch.tensor([2, 4, 1]), names=("out",))


@check(points=1, property=True)
def test_refuses_lengths_without_a_state(student):
    """raises ValueError for a length of 0, a negative one, and one above T

    zh: 长度为 0、为负或大于 T 时，抛出 ValueError
    """
    out = torch.randn(4, 3, 2)
    for bad in (0, -1, 5):
        assert_raises(ValueError, student.last_valid, out, torch.tensor([2, bad, 4]))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves states and lengths unchanged

    zh: 不修改状态和长度
    """
    assert_unchanged(student.last_valid, torch.randn(5, 2, 3), torch.tensor([4, 2]))
