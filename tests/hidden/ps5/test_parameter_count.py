from torch import nn

from autograder.authoring import assert_equal, assert_raises, check

KINDS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def by_torch(kind, *sizes, bidirectional=False):
    """The number of elements of all parameters of torch's module, which is given no memory."""
    module = KINDS[kind](*sizes, bidirectional=bidirectional, device="meta")
    return sum(parameter.numel() for parameter in module.parameters())


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 2 (3 + 2 + 2) = 14 for one block, three times that for a GRU and four times for an LSTM

    zh: 一块的参数为 2 (3 + 2 + 2) = 14，GRU 是它的三倍，LSTM 是四倍
    """
    for kind, expected in [("rnn", 14), ("gru", 42), ("lstm", 56)]:
        assert_equal(student.parameter_count(kind, 3, 2, 1, False), expected)


@check(points=2)
def test_equals_torch_for_one_layer(student):
    """equals the size of torch's modules of one layer, from one unit to a thousand

    zh: 与 torch 的单层模块的参数量相同，从一个单元到一千个单元
    """
    for kind in KINDS:
        for sizes in [(1, 1), (5, 8), (8, 5), (300, 1000)]:
            assert_equal(student.parameter_count(kind, *sizes, 1, False), by_torch(kind, *sizes))


@check(points=2)
def test_counts_further_layers(student):
    """counts what further layers read: the states of the layer below

    zh: 计入上面各层所读的内容：下方一层的状态
    """
    for kind in KINDS:
        for sizes in [(3, 7, 2), (7, 3, 4)]:
            assert_equal(student.parameter_count(kind, *sizes, False), by_torch(kind, *sizes))


@check(points=1)
def test_counts_both_directions(student):
    """counts both directions of a bidirectional layer

    zh: 双向层的两个方向都计入
    """
    for kind in KINDS:
        assert_equal(student.parameter_count(kind, 5, 4, 1, True), by_torch(kind, 5, 4, 1, bidirectional=True))


@check(points=3)
def test_counts_layers_above_a_bidirectional_one(student):
    """counts bidirectional networks of several layers

    zh: 多层的双向网络也计算正确
    """
    for kind in KINDS:
        for sizes in [(3, 7, 2), (7, 3, 3)]:
            assert_equal(student.parameter_count(kind, *sizes, True), by_torch(kind, *sizes, bidirectional=True))


@check(points=1)
def test_has_the_defaults_of_the_signature(student):
    """takes one layer in one direction where nothing else is said, and its arguments by name

    zh: 未另作说明时为单层、单向，并且可以按名称传参
    """
    assert_equal(student.parameter_count("gru", 10, 20), 1920)
    named = {"kind": "gru", "input": 10, "hidden": 20, "layers": 2, "bidirectional": True}
    assert_equal(student.parameter_count(**named), by_torch("gru", 10, 20, 2, bidirectional=True))


@check(points=1, property=True)
def test_refuses_another_kind(student):
    """raises ValueError for a kind that is none of the three

    zh: 类型不是这三种之一时，抛出 ValueError
    """
    for kind in ("transformer", ""):
        assert_raises(ValueError, student.parameter_count, kind, 3, 2, 1, False)
