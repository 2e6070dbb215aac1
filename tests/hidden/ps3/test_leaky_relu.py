import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """turns -8 into -4 and keeps 6 where the slope is 0.5

    zh: 斜率为 0.5 时，把 -8 变成 -4，并保持 6 不变
    """
    x = torch.tensor([[-8.0, 6.0], [0.0, -1.0]])
    assert_equal(student.leaky_relu(x, 0.5), torch.tensor([[-4.0, 6.0], [0.0, -0.5]]))


@check(points=1)
def test_equals_torch_in_both_precisions(student):
    """equals torch with the usual slope 0.01, in float32 and float64, for any shape

    zh: 斜率为通常的 0.01 时与 torch 一致，float32 和 float64、任意形状均可
    """
    for shape, dtype in [
        ((4, 5), torch.float32),
        ((2, 3, 4), torch.float64),
        ((), torch.float32),
        ((0, 3), torch.float64),
    ]:
        x = torch.randn(shape, dtype=dtype)
        assert_close(student.leaky_relu(x), F.leaky_relu(x))


@check(points=2)
def test_takes_any_slope(student):
    """works for slopes of 0, 1, above 1 and below 0 as well

    zh: 斜率为 0、1、大于 1 或小于 0 时也都正确
    """
    x = torch.randn(12)
    for slope in (0.0, 1.0, 2.0, -0.5):
        assert_close(student.leaky_relu(x, slope=slope), F.leaky_relu(x, slope))


@check(points=1)
def test_takes_infinities_and_keeps_nan(student):
    """keeps infinities and NaN where the slope is positive

    zh: 斜率为正时，无穷大和 NaN 保持不变
    """
    x = torch.tensor([math.inf, -math.inf, math.nan, -1.0])
    assert_close(student.leaky_relu(x, 0.5), torch.tensor([math.inf, -math.inf, math.nan, -0.5]))


@check(points=1)
def test_has_the_right_gradient(student):
    """has slope 1 above zero and the given slope below

    zh: 斜率在零以上为 1，在零以下为给定的斜率
    """
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.leaky_relu, F.leaky_relu, x, 0.2, names=("x",))


@check(points=2)
def test_has_the_slope_as_gradient_at_zero(student):
    """has the given slope as gradient at 0, as torch has

    zh: 在 0 处的梯度是给定的斜率，与 torch 一致
    """
    x = torch.tensor([-1.0, 0.0, 2.0, -0.0], requires_grad=True)
    assert_gradients(student.leaky_relu, F.leaky_relu, x, 0.3, names=("x",))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves its input unchanged

    zh: 不修改输入
    """
    assert_unchanged(student.leaky_relu, torch.tensor([-1.0, 2.0, -3.0]), 0.5)
