import math

import torch

from autograder.authoring import Difference, assert_close, assert_gradients, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 1/2, 9/10 and 1/10 for 0, log 9 and -log 9

    zh: 对 0、log 9 和 -log 9，给出 1/2、9/10 和 1/10
    """
    x = torch.tensor([[0.0, math.log(9)], [-math.log(9), 0.0]])
    assert_close(student.sigmoid(x), torch.tensor([[0.5, 0.9], [0.1, 0.5]]))


@check(points=1)
def test_keeps_shape_and_dtype(student):
    """equals torch for any shape, in float32 and float64

    zh: 任意形状下都与 torch 一致，float32 和 float64 均可
    """
    for shape, dtype in [
        ((4, 5), torch.float32),
        ((2, 3, 4), torch.float64),
        ((), torch.float32),
        ((0, 3), torch.float64),
    ]:
        x = torch.randn(shape, dtype=dtype) * 4
        assert_close(student.sigmoid(x), torch.sigmoid(x))


@check(points=1)
def test_is_accurate_in_float64(student):
    """is accurate to 1e-12 in float64

    zh: 在 float64 中精确到 1e-12
    """
    x = torch.linspace(-40, 40, 161, dtype=torch.float64)
    assert_close(student.sigmoid(x), torch.sigmoid(x), rtol=1e-12, atol=1e-12)


@check(points=2)
def test_stays_finite_for_large_inputs(student):
    """gives 0 and 1, and never NaN, for inputs of ±100 to ±10,000

    zh: 输入在 ±100 到 ±10,000 时，给出 0 和 1，而不是 NaN
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.tensor([-1e4, -1e3, -100.0, 100.0, 1e3, 1e4], dtype=dtype)
        assert_close(student.sigmoid(x), torch.sigmoid(x))


@check(points=2)
def test_has_no_nan_in_the_gradient(student):
    """has the gradient 0, and never NaN, for inputs of ±100 to ±10,000

    zh: 输入在 ±100 到 ±10,000 时，梯度是 0，而不是 NaN
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.tensor([-1e4, -1e3, -100.0, 100.0, 1e3, 1e4], dtype=dtype, requires_grad=True)
        assert_gradients(student.sigmoid, torch.sigmoid, x, names=("x",))


@check(points=1)
def test_has_the_right_gradient(student):
    """has the right gradient at random inputs, also against finite differences

    zh: 在随机输入处梯度正确，与有限差分相比也一样
    """
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.sigmoid, torch.sigmoid, x, names=("x",))
    few = torch.randn(4, dtype=torch.float64, requires_grad=True)
    if not torch.autograd.gradcheck(student.sigmoid, (few,), raise_exception=False):
        raise Difference(
            {
                "en": "the gradient of x differs from finite differences of the function's own values",
                "zh": "x 的梯度与函数自身数值的有限差分不一致",
            }
        )


@check(points=1)
def test_has_the_gradient_one_quarter_at_zero(student):
    """has the gradient 0.25 at 0

    zh: 在 0 处的梯度是 0.25
    """
    x = torch.tensor([0.0, -0.0, 1.0], requires_grad=True)
    assert_gradients(student.sigmoid, torch.sigmoid, x, names=("x",))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves its input unchanged

    zh: 不修改输入
    """
    assert_unchanged(student.sigmoid, torch.tensor([-1e4, -30.0, -0.5, 0.0, 2.0, 40.0]))
