import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, assert_raises, check, observe


def linear(student, weight, bias):
    """torch's Linear beside the student's function, with the weights that are given."""
    model = student.Linear(weight.shape[1], weight.shape[0])
    if weight.dtype == torch.float64:
        model.double()
    model.load_state_dict({"weight": weight, "bias": bias})
    return model


def problem(rows, features, classes, dtype=torch.float32):
    """Rows with labels, and a weight and a bias."""
    x, y = torch.randn(rows, features, dtype=dtype), torch.randint(classes, (rows,))
    return x, y, torch.randn(classes, features, dtype=dtype), torch.randn(classes, dtype=dtype)


def of_the_whole(x, y, weight, bias):
    """Loss and gradients of all rows at once."""
    leaves = [weight.clone().requires_grad_(), bias.clone().requires_grad_()]
    loss = F.cross_entropy(F.linear(x, *leaves), y)
    return loss.item(), list(torch.autograd.grad(loss, leaves))


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the loss log 2 and gradients of -3/8 and 3/8, from weights of 0, for the inputs 1, 1, 1, 0 of class 0 in pieces of 3

    zh: 权重为 0，属于类别 0 的输入为 1, 1, 1, 0，每块 3 行时，给出损失 log 2 以及梯度 -3/8 和 3/8
    """
    model = linear(student, torch.zeros(2, 1), torch.zeros(2))
    x, y = torch.tensor([[1.0], [1.0], [1.0], [0.0]]), torch.tensor([0, 0, 0, 0])
    grads = [torch.tensor([[-0.375], [0.375]]), torch.tensor([-0.5, 0.5])]
    assert_close(student.accumulate_gradients(model, x, y, 3), (math.log(2), grads), rtol=1e-5)


@check(points=2)
def test_equals_the_whole_batch(student):
    """equals loss and gradients of the whole batch for pieces of the same size, and in one piece, in float32 and float64

    zh: 各块大小相同时，以及只有一块时，损失和梯度与整批相同，float32 和 float64 均可
    """
    for dtype, tolerance in [(torch.float32, 1e-4), (torch.float64, 1e-8)]:
        x, y, weight, bias = problem(12, 5, 4, dtype)
        for size in (4, 3, 1, 12, 50):
            found = student.accumulate_gradients(linear(student, weight, bias), x, y, size)
            assert_close(found, of_the_whole(x, y, weight, bias), rtol=tolerance, atol=tolerance)


@check(points=2)
def test_weights_a_smaller_last_piece(student):
    """equals loss and gradients of the whole batch where the last piece is smaller

    zh: 最后一块较小时，损失和梯度与整批相同
    """
    for rows, size in [(10, 4), (7, 6), (11, 3)]:
        x, y, weight, bias = problem(rows, 3, 5, torch.float64)
        found = student.accumulate_gradients(linear(student, weight, bias), x, y, size)
        assert_close(found, of_the_whole(x, y, weight, bias), rtol=1e-6, atol=1e-8)


@check(points=2)
def test_shows_the_model_one_piece_at_a_time(student):
    """shows the model one piece after the other, in order: with batch normalization the gradients are those of the pieces

    zh: 按次序一块一块地送入模型：有批归一化时，梯度是各块的梯度
    """
    x, y = torch.randn(10, 4, dtype=torch.float64), torch.randint(4, (10,))
    scale, shift = torch.rand(4).double() + 0.5, torch.randn(4).double()
    for size in (4, 5, 2, 10):
        model = student.BatchNorm1d(4)
        model.double()
        model.load_state_dict({**model.state_dict(), "weight": scale, "bias": shift})
        leaves = [scale.clone().requires_grad_(), shift.clone().requires_grad_()]
        each = [
            len(rows) / 10 * F.cross_entropy(F.batch_norm(rows, None, None, *leaves, training=True), labels)
            for rows, labels in zip(x.split(size), y.split(size), strict=True)
        ]
        loss = torch.stack(each).sum()
        expected = loss.item(), list(torch.autograd.grad(loss, leaves))
        found = student.accumulate_gradients(model, x, y, size)
        assert_close(found, expected, rtol=1e-6, atol=1e-8)


@check(points=2)
def test_starts_anew(student):
    """counts nothing of the gradients that were there before, neither planted ones nor those of its own call before

    zh: 不计入之前已有的梯度，无论是预先放入的，还是它自己上一次调用留下的
    """
    x, y, weight, bias = problem(6, 3, 3, torch.float64)
    model = linear(student, weight, bias)
    F.cross_entropy(model(x), y).mul(5).backward()
    for _ in range(2):
        found = student.accumulate_gradients(model, x, y, 2)
        assert_close(found, of_the_whole(x, y, weight, bias), rtol=1e-6, atol=1e-8)


@check(points=1, property=True)
def test_leaves_all_unchanged(student):
    """leaves the parameters and the data unchanged

    zh: 不修改参数和数据
    """
    x, y, weight, bias = problem(6, 3, 2)
    model = linear(student, weight, bias)
    _, after_x, after_y, *_ = observe(student.accumulate_gradients, model, x, y, 4).arguments
    assert_equal(after_x, x, what={"en": "x after the call", "zh": "调用之后的 x"})
    assert_equal(after_y, y, what={"en": "y after the call", "zh": "调用之后的 y"})
    assert_equal(model.weight.detach(), weight, what={"en": "the weight after the call", "zh": "调用之后的权重"})
    assert_equal(model.bias.detach(), bias, what={"en": "the bias after the call", "zh": "调用之后的偏置"})


@check(points=1, property=True)
def test_refuses_sizes_that_do_not_fit(student):
    """raises ValueError where a piece would be empty, and where there are not as many labels as rows

    zh: 有一块会没有行，或者标签与行的个数不同时，抛出 ValueError
    """
    x, y, weight, bias = problem(6, 3, 2)
    model = linear(student, weight, bias)
    assert_raises(ValueError, student.accumulate_gradients, model, x, y, 0)
    assert_raises(ValueError, student.accumulate_gradients, model, x, y, -2)
    for labels in (y[:5], y[:4], torch.cat([y, y])):
        assert_raises(ValueError, student.accumulate_gradients, model, x, labels, 2)
