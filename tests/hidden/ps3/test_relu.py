import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_equal, assert_gradients, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """sets -3 and -0.25 to zero and keeps 0.5 and 7

    zh: 把 -3 和 -0.25 置零，并保持 0.5 和 7 不变
    """
    x = torch.tensor([[-3.0, 0.5], [7.0, -0.25]])
    assert_equal(student.relu(x), torch.tensor([[0.0, 0.5], [7.0, 0.0]]))


@check(points=1)
def test_keeps_shape_and_dtype(student):
    """equals torch for any shape, a single number and an empty tensor too, in float32 and float64

    zh: 任意形状下都与 torch 一致，包括单个数和空张量，float32 和 float64 均可
    """
    for shape, dtype in [
        ((4, 5), torch.float32),
        ((2, 3, 4), torch.float64),
        ((), torch.float32),
        ((0, 3), torch.float64),
    ]:
        x = torch.randn(shape, dtype=dtype)
        assert_equal(student.relu(x), F.relu(x))


@check(points=1)
def test_takes_infinities(student):
    """keeps infinity, and maps minus infinity to 0 and not to NaN

    zh: 保持正无穷不变，并把负无穷映射为 0，而不是 NaN
    """
    x = torch.tensor([math.inf, -math.inf, 3e38, -3e38])
    assert_equal(student.relu(x), torch.tensor([math.inf, 0.0, 3e38, 0.0]))


@check(points=1)
def test_keeps_nan(student):
    """keeps NaN, so that a broken training run is seen

    zh: 保持 NaN 不变，使训练崩溃时能看得出来
    """
    x = torch.tensor([1.0, math.nan, -1.0])
    assert_equal(student.relu(x), torch.tensor([1.0, math.nan, 0.0]))


@check(points=1)
def test_has_the_right_gradient(student):
    """passes the gradient on where the input is positive, and nowhere else

    zh: 只在输入为正的地方传递梯度，其余地方不传
    """
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.relu, F.relu, x, names=("x",))


@check(points=2)
def test_has_gradient_zero_at_zero(student):
    """has the gradient 0 at 0, as torch has

    zh: 在 0 处的梯度是 0，与 torch 一致
    """
    x = torch.tensor([-1.0, 0.0, 2.0, -0.0], requires_grad=True)
    assert_gradients(student.relu, F.relu, x, names=("x",))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves its input unchanged

    zh: 不修改输入
    """
    assert_unchanged(student.relu, torch.tensor([-1.0, 2.0, -3.0]))
