import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_equal, assert_gradients, assert_raises, assert_unchanged, check


def by_torch(x, padding, value=0):
    """torch's padding with a constant."""
    return F.pad(x, padding, value=value)


@check(points=1)
def test_puts_a_frame_around_a_picture(student):
    """puts a frame of zeros around a picture

    zh: 在图片四周加上一圈零
    """
    x = torch.tensor([[5.0, 6.0, 7.0]])
    y = student.pad2d(x, (1, 1, 1, 1))
    assert_equal(y, torch.tensor([[0.0, 0, 0, 0, 0], [0, 5, 6, 7, 0], [0, 0, 0, 0, 0]]))


@check(points=2)
def test_takes_left_right_top_bottom(student):
    """takes the four numbers in the order left, right, top, bottom; each of them may be 0, and all

    zh: 四个数的次序是左、右、上、下；其中每一个都可以是 0，也可以全是 0
    """
    x = torch.randn(3, 4)
    for padding in [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (1, 2, 3, 4), (0, 0, 0, 0)]:
        assert_equal(student.pad2d(x, padding), by_torch(x, padding))


@check(points=1)
def test_fills_the_frame_with_the_value(student):
    """fills the frame with the value that is given

    zh: 用给定的值填满边框
    """
    x = torch.randn(2, 3, 2)
    assert_equal(student.pad2d(x, (2, 1, 0, 1), -1.5), by_torch(x, (2, 1, 0, 1), -1.5))


@check(points=2)
def test_takes_infinite_values(student):
    """keeps every value of the picture where the frame is infinite, and infinities and NaN in it too

    zh: 边框为无穷大时图片中的每个值都保持不变，其中的无穷大和 NaN 也一样
    """
    x = torch.randn(1, 2, 3, 3)
    assert_equal(student.pad2d(x, (1, 1, 2, 0), -math.inf), by_torch(x, (1, 1, 2, 0), -math.inf))
    x = torch.tensor([[math.inf, 1.0], [math.nan, -math.inf]])
    assert_equal(student.pad2d(x, (0, 1, 1, 0)), by_torch(x, (0, 1, 1, 0)))


@check(points=1)
def test_keeps_leading_axes_and_dtype(student):
    """takes any number of leading axes and keeps the dtype

    zh: 可以有任意多个前导轴，并保持数据类型不变
    """
    for shape, dtype in [((2, 3), torch.float64), ((3, 4, 5), torch.float32), ((2, 1, 3, 1, 2), torch.float64)]:
        x = torch.randn(shape, dtype=dtype)
        assert_equal(student.pad2d(x, (3, 1, 0, 2), 2), by_torch(x, (3, 1, 0, 2), 2))
    x = torch.randint(256, (3, 2, 4), dtype=torch.uint8)
    assert_equal(student.pad2d(x, (1, 0, 2, 1), 255), by_torch(x, (1, 0, 2, 1), 255))


@check(points=1)
def test_passes_the_gradient_of_the_inside(student):
    """passes the gradient of the inside to the picture, and that of the frame to nothing

    zh: 把内部的梯度传给图片，边框的梯度则不传
    """
    x = torch.randn(2, 3, 2, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.pad2d, by_torch, x, (1, 0, 2, 1), names=("x",))
    torch.autograd.gradcheck(lambda item: student.pad2d(item, (1, 0, 2, 1)), (x,))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves the picture unchanged, also where there is nothing to pad

    zh: 不修改图片，没有任何填充时也一样
    """
    x = torch.randn(2, 3, 4)
    assert_unchanged(student.pad2d, x, (0, 0, 0, 0), 1)
    assert_unchanged(student.pad2d, x, (2, 0, 1, 1), 1)


@check(points=1, property=True)
def test_refuses_other_than_four_numbers(student):
    """raises ValueError where the padding does not hold four numbers

    zh: padding 不是四个数时，抛出 ValueError
    """
    x = torch.randn(3, 3)
    assert_raises(ValueError, student.pad2d, x, (1, 1))
    assert_raises(ValueError, student.pad2d, x, (1, 2, 3, 4, 5))
