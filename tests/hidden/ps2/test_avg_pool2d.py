import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


@check(points=1)
def test_takes_the_mean_of_each_window(student):
    """takes the mean of each window, for windows side by side

    zh: 取每个窗口的平均值，窗口一个挨着一个
    """
    x = torch.tensor([[[[1.0, 2.0, 8.0], [3.0, 10.0, 4.0], [7.0, 5.0, 6.0]]]])
    assert_close(student.avg_pool2d(x, 2), torch.tensor([[[[4.0]]]]))
    assert_close(student.avg_pool2d(x, (3, 1)), torch.tensor([[[[11 / 3, 17 / 3, 6.0]]]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch's average pooling in float32 and float64, with ints and pairs, windows of one pixel to the whole picture

    zh: 与 torch 的平均池化一致，float32 和 float64、整数和成对的参数、从一个像素到整张图片的窗口都一样
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(2, 3, 8, 9, dtype=dtype)
        for given in [(2,), (3, 1), (3, 2), ((2, 3),), ((3, 2), (1, 4)), (2, (3, 1))]:
            assert_close(student.avg_pool2d(x, *given), F.avg_pool2d(x, *given), atol=1e-5)
        for given in [(1,), ((8, 9),)]:
            assert_close(student.avg_pool2d(x, *given), F.avg_pool2d(x, *given), atol=1e-5)


@check(points=2)
def test_counts_the_padding_in_the_mean(student):
    """counts the padding in the mean: the corner of a picture of ones becomes 4/9 with kernel 3 and padding 1

    zh: 把填充也计入平均：核为 3、填充为 1 时，全为一的图片的角变为 4/9
    """
    y = student.avg_pool2d(torch.ones(1, 1, 3, 3), 3, 1, 1)
    assert_close(y, torch.tensor([[[[4.0, 6, 4], [6, 9, 6], [4, 6, 4]]]]) / 9)
    x = torch.randn(2, 2, 7, 6, dtype=torch.float64)
    for given in [(2, None, 1), ((4, 3), 2, (2, 1)), (3, (2, 1), (0, 1)), ((9, 8), None, 1)]:
        assert_close(student.avg_pool2d(x, *given), F.avg_pool2d(x, *given))


@check(points=1)
def test_takes_values_of_any_size(student):
    """takes the right mean of values around 1e30 and of ones around 1e-30

    zh: 在数值约为 1e30 或约为 1e-30 时也能得到正确的平均值
    """
    for scale in (1e30, 1e-30):
        x = (torch.rand(1, 1, 5, 4) + 0.5) * scale
        assert_close(student.avg_pool2d(x, 3, 2, 1), F.avg_pool2d(x, 3, 2, 1), rtol=1e-4, atol=0.0)


@check(points=2)
def test_shares_the_gradient_out_evenly(student):
    """shares the gradient out evenly over the window, and adds up where windows overlap

    zh: 把梯度均分到窗口中的每个像素，窗口重叠处则相加
    """
    for given in [(2,), (3, 1, 1), ((2, 3), (1, 2))]:
        x = torch.randn(1, 2, 6, 5, dtype=torch.float64, requires_grad=True)
        assert_gradients(student.avg_pool2d, F.avg_pool2d, x, *given, names=("x",))
    x = torch.randn(1, 1, 3, 4, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(lambda item: student.avg_pool2d(item, 2, 1, 1), (x,))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves the input unchanged, with padding and without

    zh: 不修改输入，有无填充都一样
    """
    x = torch.randn(2, 1, 5, 4)
    assert_unchanged(student.avg_pool2d, x, 1)
    assert_unchanged(student.avg_pool2d, x, (4, 3), 1, 1)


@check(points=1, property=True)
def test_refuses_what_cannot_be_pooled(student):
    """raises ValueError where the padding is more than half of the kernel, or the kernel does not fit

    zh: 填充超过核的一半，或核放不下时，抛出 ValueError
    """
    x = torch.randn(1, 1, 4, 6)
    assert_raises(ValueError, student.avg_pool2d, x, 3, 1, 2)
    assert_raises(ValueError, student.avg_pool2d, x, (4, 2), 1, (2, 2))
    assert_raises(ValueError, student.avg_pool2d, x, (2, 4), 1, (2, 2))
    assert_raises(ValueError, student.avg_pool2d, x, 5)
    assert_raises(ValueError, student.avg_pool2d, x, (1, 7))
