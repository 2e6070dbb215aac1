import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, check, observe

WEIGHT = {"en": "the weight after the step", "zh": "这一步之后的权重"}
BIAS = {"en": "the bias after the step", "zh": "这一步之后的偏置"}


def linear(student, weight, bias):
    """torch's Linear beside the student's function, with the weights that are given."""
    model = student.Linear(weight.shape[1], weight.shape[0])
    if weight.dtype == torch.float64:
        model.double()
    model.load_state_dict({"weight": weight, "bias": bias})
    return model


def problem(rows, features, classes, dtype=torch.float64):
    """Rows with labels, and a weight and a bias."""
    x, y = torch.randn(rows, features, dtype=dtype), torch.randint(classes, (rows,))
    return x, y, torch.randn(classes, features, dtype=dtype), torch.randn(classes, dtype=dtype)


def by_torch(x, y, weight, bias, lr, max_norm):
    """Loss, norm, and the weights after the step, of all rows at once."""
    parameters = [torch.nn.Parameter(weight.clone()), torch.nn.Parameter(bias.clone())]
    loss = F.cross_entropy(F.linear(x, *parameters), y)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    torch.optim.SGD(parameters, lr=lr).step()
    return loss.item(), norm.item(), *(parameter.detach() for parameter in parameters)


def compare(student, x, y, weight, bias, lr, size, max_norm, rtol=1e-6):
    """Compare a step with torch's."""
    model = linear(student, weight, bias)
    found = student.clipped_step(model, x, y, lr, size, max_norm)
    loss, norm, new_weight, new_bias = by_torch(x, y, weight, bias, lr, max_norm)
    assert_close(found, (loss, norm), rtol=rtol)
    assert_close(model.weight.detach(), new_weight, rtol=rtol, atol=rtol / 100, what=WEIGHT)
    assert_close(model.bias.detach(), new_bias, rtol=rtol, atol=rtol / 100, what=BIAS)


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """halves the gradients where max_norm is half of the norm: with a rate of 0.6 the bias moves by 0.15, the weight by 0.2

    zh: max_norm 是范数的一半时使梯度减半：学习率为 0.6 时，偏置移动 0.15，权重移动 0.2
    """
    # Class 0 has all the rows and both classes are equally likely: the bias has gradients of -1/2 and 1/2, the weight
    # those times 4/3, which is every input.
    size = 4 / 3
    model = linear(student, torch.zeros(2, 1), torch.zeros(2))
    x, y = torch.full((4, 1), size), torch.zeros(4, dtype=torch.int64)
    norm = math.sqrt(0.5 * (1 + size**2))
    found = student.clipped_step(model, x, y, 0.6, 2, norm / 2)
    assert_close(found, (math.log(2), norm), rtol=1e-5)
    assert_close(model.bias.detach(), torch.tensor([0.15, -0.15]), rtol=1e-4, what=BIAS)
    assert_close(model.weight.detach(), torch.tensor([[0.2], [-0.2]]), rtol=1e-4, what=WEIGHT)


@check(points=3)
def test_equals_torch(student):
    """equals torch's clipping and SGD on the whole batch, in pieces of the same size and with a smaller last one, in float32 and float64

    zh: 与 torch 对整批的裁剪和 SGD 一致，各块大小相同或最后一块较小都一样，float32 和 float64 均可
    """
    for dtype, rtol in [(torch.float32, 1e-4), (torch.float64, 1e-8)]:
        for rows, size in [(12, 4), (10, 3), (5, 5)]:
            x, y, weight, bias = problem(rows, 4, 3, dtype)
            compare(student, x * 3, y, weight, bias, 0.5, size, 0.3, rtol)


@check(points=2)
def test_clips_once_after_the_last_piece(student):
    """clips once, after the last piece: a piece with one odd row loses no more than its neighbours

    zh: 只在最后一块之后裁剪一次：含有一行异常数据的那一块，不会比相邻的块损失得更多
    """
    x, y, weight, bias = problem(9, 3, 4)
    x[4] *= 40
    for size in (3, 2, 1):
        compare(student, x, y, weight, bias, 0.2, size, 1.0, 1e-8)


@check(points=2)
def test_does_not_scale_up(student):
    """takes a plain step where the norm is below max_norm, also where single pieces are above it

    zh: 范数小于 max_norm 时走普通的一步，个别块的范数大于它时也一样
    """
    x, y, weight, bias = problem(8, 3, 3)
    _, norm, _, _ = by_torch(x, y, weight, bias, 0.0, 1.0)
    for max_norm in (norm * 1.01, 100.0, math.inf):
        for size in (1, 8):
            compare(student, x, y, weight, bias, 0.3, size, max_norm, 1e-8)


@check(points=1)
def test_clips_the_gradients_of_this_batch_alone(student):
    """takes several steps one after the other, of which no gradient counts in the next one

    zh: 接连走几步，每一步的梯度都不计入下一步
    """
    x, y, weight, bias = problem(6, 3, 3)
    model = linear(student, weight, bias)
    F.cross_entropy(model(x), y).mul(5).backward()
    for max_norm in (0.1, 50.0, 0.2):
        found = student.clipped_step(model, x, y, 0.7, 2, max_norm)
        loss, norm, weight, bias = by_torch(x, y, weight, bias, 0.7, max_norm)
        assert_close(found, (loss, norm), rtol=1e-6)
        assert_close(model.weight.detach(), weight, rtol=1e-6, what=WEIGHT)


@check(points=2)
def test_skips_a_step_without_a_norm(student):
    """leaves the parameters as they are where the norm is infinite or NaN, returns that norm, and steps with the next batch

    zh: 范数是无穷大或 NaN 时让参数保持原样，返回这个范数，并照常完成下一个批次的一步
    """
    x, y, weight, bias = problem(6, 3, 3)
    for bad in (math.inf, math.nan):
        spoilt = x.clone()
        spoilt[3, 1] = bad
        model = linear(student, weight, bias)
        loss, norm = student.clipped_step(model, spoilt, y, 0.5, 2, 1.0)
        assert_close((loss, norm), (math.nan, math.nan))
        assert_equal(
            model.weight.detach(),
            weight,
            what={"en": "the weight after a step that should be skipped", "zh": "应跳过的一步之后的权重"},
        )
        assert_equal(
            model.bias.detach(),
            bias,
            what={"en": "the bias after a step that should be skipped", "zh": "应跳过的一步之后的偏置"},
        )
        found = student.clipped_step(model, x, y, 0.5, 2, 1.0)
        loss, norm, new_weight, _ = by_torch(x, y, weight, bias, 0.5, 1.0)
        assert_close(found, (loss, norm), rtol=1e-6, what={"en": "the result of the next step", "zh": "下一步的结果"})
        assert_close(
            model.weight.detach(), new_weight, what={"en": "the weight after the next step", "zh": "下一步之后的权重"}
        )


@check(points=1, property=True)
def test_leaves_the_data_unchanged(student):
    """leaves the data unchanged

    zh: 不修改数据
    """
    x, y, weight, bias = problem(6, 3, 2)
    _, after_x, after_y, *_ = observe(student.clipped_step, linear(student, weight, bias), x, y, 0.5, 4, 1.0).arguments
    assert_equal(after_x, x, what={"en": "x after the call", "zh": "调用之后的 x"})
    assert_equal(after_y, y, what={"en": "y after the call", "zh": "调用之后的 y"})
