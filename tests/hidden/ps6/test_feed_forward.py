import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_torch(x, w1, b1, w2, b2, activation="relu"):
    """Two of torch's linear layers."""
    hidden = F.linear(x, w1, b1)
    return F.linear(F.relu(hidden) if activation == "relu" else F.gelu(hidden), w2, b2)


def arguments(*leading, features=4, width=10, dtype=torch.float32):
    """Input, weights and biases."""
    shapes = [(*leading, features), (width, features), (width,), (features, width), (features,)]
    return [torch.randn(shape, dtype=dtype) for shape in shapes]


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand, negative ones among them

    zh: 给出手算得到的数值，其中有负数
    """
    w1, b1 = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]), torch.tensor([0.0, -1.0, 0.0])
    w2, b2 = torch.tensor([[1.0, -2.0, 0.0], [0.0, 0.0, -3.0]]), torch.tensor([0.5, 0.0])
    x = torch.tensor([[1.0, 2.0], [-2.0, 0.0]])
    # hidden: (1, 1, -1) and (-2, -1, 2); after the ReLU (1, 1, 0) and (0, 0, 2)
    assert_close(student.feed_forward(x, w1, b1, w2, b2), torch.tensor([[-0.5, 0.0], [0.5, -6.0]]))


@check(points=1)
def test_equals_torch_with_relu(student):
    """equals torch's layers with ReLU, for any leading shape, in float32 and float64

    zh: 与 torch 的各层加 ReLU 一致，任意前导形状，float32 和 float64 均可
    """
    for leading in [(), (5,), (2, 3), (2, 2, 3)]:
        dtype = torch.float64 if len(leading) % 2 else torch.float32
        given = arguments(*leading, dtype=dtype)
        assert_close(student.feed_forward(*given), by_torch(*given), rtol=1e-4, atol=1e-5)


@check(points=2)
def test_equals_torch_with_gelu(student):
    """uses the exact GELU where it is asked for

    zh: 要求 GELU 时，使用它的精确形式
    """
    given = arguments(3, 4, dtype=torch.float64)
    assert_close(student.feed_forward(*given, "gelu"), by_torch(*given, "gelu"))
    assert_close(student.feed_forward(*given, activation="relu"), by_torch(*given))


@check(points=1)
def test_treats_each_position_alone(student):
    """gives each position the same result whether it comes alone or among others

    zh: 每个位置无论单独出现还是与其他位置一起出现，结果都相同
    """
    x, *weights = arguments(2, 6, dtype=torch.float64)
    together = student.feed_forward(x, *weights)
    assert_close(student.feed_forward(x[:, 3:4], *weights), by_torch(x[:, 3:4], *weights))
    order = torch.tensor([4, 2, 0, 5, 1, 3])
    assert_close(student.feed_forward(x[:, order], *weights), by_torch(x, *weights)[:, order])
    assert_close(together, by_torch(x, *weights))


@check(points=1)
def test_has_the_right_gradients(student):
    """has the right gradients for x and all weights and biases, with both activations

    zh: 对 x 以及所有权重和偏置的梯度正确，两种激活函数都一样
    """
    for activation in ("relu", "gelu"):
        given = [item.requires_grad_() for item in arguments(2, 3, width=5, dtype=torch.float64)]
        names = ("x", "w1", "b1", "w2", "b2")
        assert_gradients(student.feed_forward, by_torch, *given, names=names, activation=activation)


@check(points=1, property=True)
def test_refuses_other_activations(student):
    """raises ValueError for another activation

    zh: 激活函数是其他名称时，抛出 ValueError
    """
    assert_raises(ValueError, student.feed_forward, *arguments(2, 3), "tanh")


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.feed_forward, *arguments(2, 3))
