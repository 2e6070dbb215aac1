import math

import torch

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 0, 0.6 and -15/17 for 0, log 2 and -log 4

    zh: 对 0、log 2 和 -log 4，给出 0、0.6 和 -15/17
    """
    # (4 - 1/4) / (4 + 1/4) = 15/17
    x = torch.tensor([0.0, math.log(2), -math.log(4)])
    assert_close(student.tanh(x), torch.tensor([0.0, 0.6, -15 / 17]))


@check(points=1)
def test_equals_torch_in_both_precisions(student):
    """equals torch for any shape, in float32 and float64

    zh: 任意形状下都与 torch 一致，float32 和 float64 均可
    """
    for shape, dtype in [
        ((4, 5), torch.float32),
        ((2, 3, 4), torch.float64),
        ((), torch.float32),
        ((0, 3), torch.float64),
    ]:
        x = torch.randn(shape, dtype=dtype) * 2
        assert_close(student.tanh(x), torch.tanh(x))


@check(points=2)
def test_stays_finite_for_large_inputs(student):
    """gives -1 and 1, and never NaN, for inputs of ±20 to ±10,000

    zh: 输入在 ±20 到 ±10,000 时，给出 -1 和 1，而不是 NaN
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.tensor([-1e4, -1e3, -60.0, -20.0, 20.0, 60.0, 1e3, 1e4], dtype=dtype)
        assert_close(student.tanh(x), torch.tanh(x))


@check(points=1)
def test_has_no_nan_in_the_gradient(student):
    """has the gradient 0, and never NaN, for inputs of ±50 to ±10,000

    zh: 输入在 ±50 到 ±10,000 时，梯度是 0，而不是 NaN
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.tensor([-1e4, -1e3, -50.0, 50.0, 1e3, 1e4], dtype=dtype, requires_grad=True)
        assert_gradients(student.tanh, torch.tanh, x, names=("x",))


@check(points=2)
def test_is_accurate_near_zero(student):
    """is accurate relative to its size near 0: tanh(1e-8) is 1e-8

    zh: 在 0 附近有足够的相对精度：tanh(1e-8) 是 1e-8
    """
    x = torch.tensor([0.1, 1e-3, -1e-5, 1e-8, -1e-20])
    assert_close(student.tanh(x), torch.tanh(x), rtol=1e-5, atol=0.0)
    x = torch.tensor([1e-3, -1e-6, 1e-12, -1e-30], dtype=torch.float64)
    assert_close(student.tanh(x), torch.tanh(x), rtol=1e-9, atol=0.0)


@check(points=1)
def test_has_the_right_gradient(student):
    """has the right gradient at random inputs

    zh: 在随机输入处梯度正确
    """
    x = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.tanh, torch.tanh, x, names=("x",))


@check(points=1)
def test_has_the_gradient_one_at_zero(student):
    """has the gradient 1 at 0

    zh: 在 0 处的梯度是 1
    """
    x = torch.tensor([0.0, -0.0, 0.5], requires_grad=True)
    assert_gradients(student.tanh, torch.tanh, x, names=("x",))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves its input unchanged

    zh: 不修改输入
    """
    assert_unchanged(student.tanh, torch.tensor([-1e4, -30.0, -0.5, 0.0, 2.0, 40.0]))
