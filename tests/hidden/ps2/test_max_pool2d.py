import torch
import torch.nn.functional as F

from autograder.authoring import assert_equal, assert_gradients, assert_raises, assert_unchanged, check


@check(points=1)
def test_takes_the_largest_of_each_window(student):
    """takes the largest value of each window, for windows side by side

    zh: 取每个窗口的最大值，窗口一个挨着一个
    """
    x = torch.tensor([[[[1.0, 2.0, 8.0], [3.0, 9.0, 4.0], [7.0, 5.0, 6.0]]]])
    assert_equal(student.max_pool2d(x, 2), torch.tensor([[[[9.0]]]]))
    assert_equal(student.max_pool2d(x, (1, 3)), torch.tensor([[[[8.0], [9.0], [7.0]]]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch's max pooling in float32 and float64, with ints and pairs, windows of one pixel to the whole picture

    zh: 与 torch 的最大池化一致，float32 和 float64、整数和成对的参数、从一个像素到整张图片的窗口都一样
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(2, 3, 8, 9, dtype=dtype)
        for given in [(2,), (3, 1), (3, 2, 1), ((2, 3), None, (1, 0)), ((3, 2), (1, 4), 1), (2, (3, 1))]:
            assert_equal(student.max_pool2d(x, *given), F.max_pool2d(x, *given))
        for given in [(1,), ((8, 9),), (10, None, 1), (2, None, 1)]:
            assert_equal(student.max_pool2d(x, *given), F.max_pool2d(x, *given))


@check(points=2)
def test_never_takes_the_padding(student):
    """never takes the padding for the maximum, where all values are negative too

    zh: 从不把填充当作最大值，数值全为负时也一样
    """
    x = -torch.rand(1, 2, 4, 4) - 0.5
    assert_equal(student.max_pool2d(x, 3, 2, 1), F.max_pool2d(x, 3, 2, 1))
    assert_equal(student.max_pool2d(x, 2, padding=1), F.max_pool2d(x, 2, padding=1))


@check(points=1)
def test_takes_values_of_any_size(student):
    """takes the right maximum of values around -1e30 and 1e30

    zh: 在数值约为 -1e30 或 1e30 时也能得到正确的最大值
    """
    for scale in (-1e30, 1e30):
        x = (torch.rand(1, 1, 5, 4) + 0.5) * scale
        assert_equal(student.max_pool2d(x, 3, 1, 1), F.max_pool2d(x, 3, 1, 1))


@check(points=1)
def test_passes_the_gradient_to_the_maximum(student):
    """passes the gradient to the maximum of each window, and adds up where windows overlap

    zh: 把梯度传给每个窗口的最大值，窗口重叠处则相加
    """
    for given in [(2,), (3, 1, 1), ((2, 3), (1, 2))]:
        x = torch.randperm(60).double().reshape(1, 2, 6, 5).requires_grad_()
        assert_gradients(student.max_pool2d, F.max_pool2d, x, *given, names=("x",))


@check(points=2)
def test_passes_the_gradient_to_the_first_of_equal_maxima(student):
    """passes the whole gradient to the first of several equal maxima, row by row

    zh: 有多个相等的最大值时，把全部梯度传给按行数的第一个
    """
    x = torch.zeros(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.max_pool2d, F.max_pool2d, x, 2, names=("x",))
    x = torch.tensor([[[[1.0, 5.0, 5.0], [5.0, 2.0, 5.0], [5.0, 5.0, 0.0]]]], requires_grad=True)
    assert_gradients(student.max_pool2d, F.max_pool2d, x, 2, 1, names=("x",))
    x = torch.randint(3, (2, 2, 6, 6)).double().requires_grad_()
    assert_gradients(student.max_pool2d, F.max_pool2d, x, 3, 2, names=("x",))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves the input unchanged, with padding and without

    zh: 不修改输入，有无填充都一样
    """
    x = torch.randn(2, 1, 5, 4)
    assert_unchanged(student.max_pool2d, x, 1)
    assert_unchanged(student.max_pool2d, x, (4, 3), 1, 1)


@check(points=1, property=True)
def test_refuses_what_cannot_be_pooled(student):
    """raises ValueError where the padding is more than half of the kernel, or the kernel does not fit

    zh: 填充超过核的一半，或核放不下时，抛出 ValueError
    """
    x = torch.randn(1, 1, 4, 6)
    assert_raises(ValueError, student.max_pool2d, x, 3, 1, 2)
    assert_raises(ValueError, student.max_pool2d, x, (4, 2), 1, (2, 2))
    assert_raises(ValueError, student.max_pool2d, x, (2, 4), 1, (2, 2))
    assert_raises(ValueError, student.max_pool2d, x, 5)
    assert_raises(ValueError, student.max_pool2d, x, (1, 7))
