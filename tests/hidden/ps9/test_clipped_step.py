import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, check, observe


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
    assert_close(model.weight.detach(), new_weight, rtol=rtol, atol=rtol / 100, what="the weight after the step")
    assert_close(model.bias.detach(), new_bias, rtol=rtol, atol=rtol / 100, what="the bias after the step")


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """halves the gradients where max_norm is half of the norm: with a rate of 0.6 the bias moves by 0.15, the weight by 0.2"""
    # Class 0 has all the rows and both classes are equally likely: the bias has gradients of -1/2 and 1/2, the weight
    # those times 4/3, which is every input.
    size = 4 / 3
    model = linear(student, torch.zeros(2, 1), torch.zeros(2))
    x, y = torch.full((4, 1), size), torch.zeros(4, dtype=torch.int64)
    norm = math.sqrt(0.5 * (1 + size**2))
    found = student.clipped_step(model, x, y, 0.6, 2, norm / 2)
    assert_close(found, (math.log(2), norm), rtol=1e-5)
    assert_close(model.bias.detach(), torch.tensor([0.15, -0.15]), rtol=1e-4, what="the bias after the step")
    assert_close(model.weight.detach(), torch.tensor([[0.2], [-0.2]]), rtol=1e-4, what="the weight after the step")


@check(points=3)
def test_equals_torch(student):
    """equals torch's clipping and SGD on the whole batch, in pieces of the same size and with a smaller last one, in float32 and float64"""
    for dtype, rtol in [(torch.float32, 1e-4), (torch.float64, 1e-8)]:
        for rows, size in [(12, 4), (10, 3), (5, 5)]:
            x, y, weight, bias = problem(rows, 4, 3, dtype)
            compare(student, x * 3, y, weight, bias, 0.5, size, 0.3, rtol)


@check(points=2)
def test_clips_once_after_the_last_piece(student):
    """clips once, after the last piece: a piece with one odd row loses no more than its neighbours"""
    x, y, weight, bias = problem(9, 3, 4)
    x[4] *= 40
    for size in (3, 2, 1):
        compare(student, x, y, weight, bias, 0.2, size, 1.0, 1e-8)


@check(points=2)
def test_does_not_scale_up(student):
    """takes a plain step where the norm is below max_norm, also where single pieces are above it"""
    x, y, weight, bias = problem(8, 3, 3)
    _, norm, _, _ = by_torch(x, y, weight, bias, 0.0, 1.0)
    for max_norm in (norm * 1.01, 100.0, math.inf):
        for size in (1, 8):
            compare(student, x, y, weight, bias, 0.3, size, max_norm, 1e-8)


@check(points=1)
def test_clips_the_gradients_of_this_batch_alone(student):
    """takes several steps one after the other, of which no gradient counts in the next one"""
    x, y, weight, bias = problem(6, 3, 3)
    model = linear(student, weight, bias)
    F.cross_entropy(model(x), y).mul(5).backward()
    for max_norm in (0.1, 50.0, 0.2):
        found = student.clipped_step(model, x, y, 0.7, 2, max_norm)
        loss, norm, weight, bias = by_torch(x, y, weight, bias, 0.7, max_norm)
        assert_close(found, (loss, norm), rtol=1e-6)
        assert_close(model.weight.detach(), weight, rtol=1e-6, what="the weight after the step")


@check(points=2)
def test_skips_a_step_without_a_norm(student):
    """leaves the parameters as they are where the norm is infinite or NaN, returns that norm, and steps with the next batch"""
    x, y, weight, bias = problem(6, 3, 3)
    for bad in (math.inf, math.nan):
        spoilt = x.clone()
        spoilt[3, 1] = bad
        model = linear(student, weight, bias)
        loss, norm = student.clipped_step(model, spoilt, y, 0.5, 2, 1.0)
        assert_close((loss, norm), (math.nan, math.nan))
        assert_equal(model.weight.detach(), weight, what="the weight after a step that should be skipped")
        assert_equal(model.bias.detach(), bias, what="the bias after a step that should be skipped")
        found = student.clipped_step(model, x, y, 0.5, 2, 1.0)
        loss, norm, new_weight, _ = by_torch(x, y, weight, bias, 0.5, 1.0)
        assert_close(found, (loss, norm), rtol=1e-6, what="the result of the next step")
        assert_close(model.weight.detach(), new_weight, what="the weight after the next step")


@check(points=1, property=True)
def test_leaves_the_data_unchanged(student):
    """leaves the data unchanged"""
    x, y, weight, bias = problem(6, 3, 2)
    _, after_x, after_y, *_ = observe(student.clipped_step, linear(student, weight, bias), x, y, 0.5, 4, 1.0).arguments
    assert_equal(after_x, x, what="x after the call")
    assert_equal(after_y, y, what="y after the call")
