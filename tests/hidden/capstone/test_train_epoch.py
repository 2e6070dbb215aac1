import math

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

from autograder.authoring import Difference, assert_close, assert_equal, assert_raises, check, observe

DIGITS = load_digits()
WEIGHT = {"en": "the weight after the step", "zh": "这一步之后的权重"}


def seeded(seed=0):
    """A generator of its own."""
    return torch.Generator().manual_seed(seed)


def linear(student, weight, bias):
    """torch's Linear beside the student's function, with the weights that are given."""
    model = student.Linear(weight.shape[1], weight.shape[0])
    if weight.dtype == torch.float64:
        model.double()
    model.load_state_dict({"weight": weight, "bias": bias})
    return model


def problem(rows, features, classes, dtype=torch.float32):
    """Rows with labels, and a weight and a bias to begin with."""
    x, y = torch.randn(rows, features, dtype=dtype), torch.randint(classes, (rows,))
    return x, y, torch.randn(classes, features, dtype=dtype), torch.randn(classes, dtype=dtype)


def by_torch(x, y, weight, bias, lr, steps):
    """Losses and weights of torch's loss, its gradients and plain steps on all rows at once."""
    losses = []
    for _ in range(steps):
        leaves = [weight.clone().requires_grad_(), bias.clone().requires_grad_()]
        loss = F.cross_entropy(F.linear(x, *leaves), y)
        gradients = torch.autograd.grad(loss, leaves)
        weight, bias = weight - lr * gradients[0], bias - lr * gradients[1]
        losses.append(loss.item())
    return losses, weight, bias


def weights(model):
    """Weight and bias as they are now."""
    return model.weight.detach().clone(), model.bias.detach().clone()


@check(points=3)
def test_has_the_loss_and_the_gradients_of_torch(student):
    """takes the step worked out by hand (loss log 3), and has torch's loss and gradients in a step, in float32 and float64

    zh: 走出手算得到的一步（损失为 log 3），并且一步中的损失和梯度与 torch 一致，float32 和 float64 均可
    """
    # The gradient is 1/3 for what is not the target, -2/3 for what is.
    model = linear(student, torch.zeros(3, 1), torch.zeros(3))
    losses = student.train_epoch(model, torch.tensor([[2.0]]), torch.tensor([1]), 0.3, 1)
    assert_close(losses, [math.log(3)], rtol=1e-5)
    assert_close(weights(model)[0], torch.tensor([[-0.2], [0.4], [-0.2]]), what=WEIGHT)
    assert_close(
        weights(model)[1],
        torch.tensor([-0.1, 0.2, -0.1]),
        what={"en": "the bias after the step", "zh": "这一步之后的偏置"},
    )
    for dtype, tolerance in [(torch.float32, 1e-4), (torch.float64, 1e-8)]:
        x, y, weight, bias = problem(12, 5, 4, dtype)
        model = linear(student, weight, bias)
        losses = student.train_epoch(model, x, y, 0.5, 12, seeded())
        expected, new_weight, new_bias = by_torch(x, y, weight, bias, 0.5, 1)
        assert_close(losses, expected, rtol=tolerance)
        now = weights(model)
        gradients = [
            ({"en": "the gradient of the weight", "zh": "权重的梯度"}, now[0], weight, new_weight),
            ({"en": "the gradient of the bias", "zh": "偏置的梯度"}, now[1], bias, new_bias),
        ]
        for what, new, old, right in gradients:
            assert_close((old - new) / 0.5, (old - right) / 0.5, rtol=tolerance, atol=tolerance, what=what)


@check(points=3)
def test_clears_the_gradients_before_each_step(student):
    """steps as plain gradient descent does over several batches and epochs, whatever gradients were there before

    zh: 经过若干批次和若干个 epoch，与普通梯度下降相同，无论之前的梯度是什么
    """
    x, y, weight, bias = problem(1, 4, 3, torch.float64)
    x, y = x.expand(7, 4).contiguous(), y.expand(7).contiguous()  # equal rows: the order does not matter
    model = linear(student, weight, bias)
    F.cross_entropy(model(x), y).mul(5).backward()  # planted: gradients of an earlier backward pass
    losses = [loss for _ in range(2) for loss in student.train_epoch(model, x, y, 0.2, 3, seeded())]
    expected, new_weight, new_bias = by_torch(x[:1], y[:1], weight, bias, 0.2, 6)
    assert_close(losses, expected, rtol=1e-6)
    assert_close(
        weights(model)[0], new_weight, what={"en": "the weight after two epochs", "zh": "两个 epoch 之后的权重"}
    )
    assert_close(weights(model)[1], new_bias, what={"en": "the bias after two epochs", "zh": "两个 epoch 之后的偏置"})


@check(points=2)
def test_uses_each_row_once(student):
    """uses each row once, also those of a last batch that is smaller

    zh: 每一行恰好使用一次，较小的最后一批中的行也一样
    """
    x, y, weight, bias = problem(11, 3, 4, torch.float64)
    each = F.cross_entropy(F.linear(x, weight, bias), y, reduction="none")
    model = linear(student, weight, bias)
    alone = student.train_epoch(model, x, y, 0.0, 1, seeded(1))  # with the rate 0 the weights stay as they are
    assert_close(
        len(alone), 11, what={"en": "the number of steps for 11 rows in batches of 1", "zh": "11 行、每批 1 行时的步数"}
    )
    assert_close(
        sorted(alone),
        sorted(each.tolist()),
        rtol=1e-6,
        what={"en": "the losses of single rows, sorted,", "zh": "排序后各单行的损失"},
    )
    losses = student.train_epoch(model, x, y, 0.0, 4, seeded(2))
    assert_close(
        len(losses), 3, what={"en": "the number of steps for 11 rows in batches of 4", "zh": "11 行、每批 4 行时的步数"}
    )
    total = 4 * losses[0] + 4 * losses[1] + 3 * losses[2]
    assert_close(
        total,
        float(each.sum()),
        rtol=1e-6,
        what={"en": "the losses of 4, 4 and 3 rows, added up row by row,", "zh": "4 行、4 行和 3 行的损失逐行相加之和"},
    )


@check(points=1, property=True)
def test_draws_the_order_with_the_generator(student):
    """draws a new order for each epoch: the same seed gives the same order, another seed or a used generator another

    zh: 每个 epoch 抽取新的次序：种子相同，次序就相同；种子不同或生成器已被使用过，次序就不同
    """
    x, y, weight, bias = problem(30, 2, 3)
    model = linear(student, weight, bias)
    used = seeded(1)
    torch.randperm(30, generator=used)
    generators = seeded(1), seeded(1), seeded(2), used
    one, same, other, later = (student.train_epoch(model, x, y, 0.0, 1, given) for given in generators)
    in_order = F.cross_entropy(F.linear(x, weight, bias), y, reduction="none").tolist()
    assert_close(same, one, what={"en": "the losses with the same seed", "zh": "种子相同时的损失"})
    for losses in (other, later, in_order):
        if len(losses) == len(one) and torch.allclose(torch.tensor(one), torch.tensor(losses), rtol=1e-3, atol=1e-4):
            raise Difference(
                {
                    "en": "the rows come in the same order each time; draw it at random",
                    "zh": "各行每次的次序都相同；请随机抽取次序",
                }
            )


@check(points=1)
def test_stays_finite_for_large_logits(student):
    """stays finite and right for logits of 10,000

    zh: logits 为 10,000 时，结果仍是有限的数，并且正确
    """
    x, y = torch.tensor([[1e4], [-1e4], [1e4]]), torch.tensor([0, 1, 1])
    weight, bias = torch.tensor([[1.0], [-1.0], [0.0]]), torch.zeros(3)
    model = linear(student, weight, bias)
    losses = student.train_epoch(model, x, y, 1e-4, 3, seeded())
    expected, new_weight, _ = by_torch(x, y, weight, bias, 1e-4, 1)
    assert_close(losses, expected, rtol=1e-3)
    assert_close(weights(model)[0], new_weight, what=WEIGHT)


@check(points=2)
def test_learns_real_digits(student):
    """learns 150 real digits with a linear model: the mean loss of an epoch falls from over 0.8 to below 0.5 in the fifth

    zh: 用线性模型学习 150 个真实的数字：一个 epoch 的平均损失从 0.8 以上降到第五个 epoch 的 0.5 以下
    """
    x = torch.tensor(DIGITS.data[:150], dtype=torch.float32).sub(5).div(6)
    y = torch.tensor(DIGITS.target[:150], dtype=torch.int64)
    model = linear(student, torch.randn(10, 64) * 0.1, torch.zeros(10))
    epochs = [student.train_epoch(model, x, y, 0.1, 10, seeded(epoch)) for epoch in range(5)]
    assert_close(
        len(epochs[-1]),
        15,
        what={"en": "the number of steps for 150 rows in batches of 10", "zh": "150 行、每批 10 行时的步数"},
    )
    first, last = sum(epochs[0]) / 15, sum(epochs[-1]) / 15
    if not (first > 0.8 and last < 0.5):
        raise Difference(
            {
                "en": f"the mean loss is {first:.4g} in the first epoch and {last:.4g} in the fifth",
                "zh": f"平均损失在第一个 epoch 是 {first:.4g}，在第五个 epoch 是 {last:.4g}",
            }
        )


@check(points=1, property=True)
def test_leaves_all_else_unchanged(student):
    """leaves the data unchanged, and parameters that get no gradient

    zh: 不修改数据，也不修改没有得到梯度的参数
    """
    x, y, weight, bias = problem(6, 3, 2)
    model = linear(student, weight, bias)
    spare = student.Linear(2, 2)
    spare.load_state_dict({"weight": torch.eye(2), "bias": torch.ones(2)})
    model.spare = spare  # a layer that the model does not use
    _, after_x, after_y, *_ = observe(student.train_epoch, model, x, y, 0.5, 6).arguments
    assert_equal(after_x, x, what={"en": "x after the call", "zh": "调用之后的 x"})
    assert_equal(after_y, y, what={"en": "y after the call", "zh": "调用之后的 y"})
    assert_equal(
        weights(spare)[0],
        torch.eye(2),
        what={"en": "the weight of a layer that the model does not use", "zh": "模型未使用的那一层的权重"},
    )


@check(points=1, property=True)
def test_refuses_sizes_that_do_not_fit(student):
    """raises ValueError where a batch would be empty, and where there are not as many labels as rows

    zh: 有一批会为空，或标签与行的个数不同时，抛出 ValueError
    """
    x, y, weight, bias = problem(6, 3, 2)
    model = linear(student, weight, bias)
    assert_raises(ValueError, student.train_epoch, model, x, y, 0.5, 0)
    assert_raises(ValueError, student.train_epoch, model, x, y[:5], 0.5, 2)
