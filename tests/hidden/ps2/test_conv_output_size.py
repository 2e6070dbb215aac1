import torch
from torch.nn import functional as F

from autograder.authoring import assert_equal, assert_raises, check


def by_torch(size, kernel, stride=1, padding=0, dilation=1):
    """The size that torch's own convolution gives, worked out without data."""
    kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    pictures, filters = (torch.empty(1, 1, *shape, device="meta") for shape in (size, kernel))
    return tuple(F.conv2d(pictures, filters, None, stride, padding, dilation).shape[2:])


@check(points=1)
def test_counts_the_windows_without_options(student):
    """counts the windows of a plain convolution: 28 positions and a kernel of 5 give 24

    zh: 算出普通卷积的窗口个数：28 个位置、大小为 5 的核得到 24
    """
    assert_equal(student.conv_output_size(28, 5), 24)
    assert_equal(student.conv_output_size(5, 5), 1)


@check(points=1)
def test_steps_by_the_stride_and_rounds_down(student):
    """steps by the stride and leaves out a window that does not fit whole

    zh: 按步幅移动，并舍去不能完整放下的窗口
    """
    assert_equal(student.conv_output_size(8, 3, stride=2), 3)
    assert_equal(student.conv_output_size(10, 3, 4), 2)


@check(points=1)
def test_adds_the_padding_on_both_sides(student):
    """adds the padding on both sides, so that a kernel may be larger than the input

    zh: 两侧都加上填充，因此核可以大于输入
    """
    assert_equal(student.conv_output_size(5, 3, padding=1), 5)
    assert_equal(student.conv_output_size(224, 7, stride=2, padding=3), 112)
    assert_equal(student.conv_output_size(3, 5, padding=1), 1)


@check(points=2)
def test_spreads_the_kernel_by_the_dilation(student):
    """spreads the kernel by the dilation: 3 taps with dilation 2 span 5 positions

    zh: 按膨胀率把核撑开：3 个抽头、膨胀率为 2 时跨越 5 个位置
    """
    assert_equal(student.conv_output_size(9, 3, dilation=2), 5)
    assert_equal(student.conv_output_size(5, 3, dilation=2), 1)
    assert_equal(student.conv_output_size(16, 4, 3, 2, 3), 4)


@check(points=2)
def test_equals_torch_for_many_pairs(student):
    """gives height and width as torch's convolution does, whichever arguments are pairs

    zh: 给出的高和宽与 torch 的卷积相同，无论哪些参数是成对的
    """
    for size, *options in [
        ((17, 23), 3, 1, 0, 1),
        ((17, 23), (5, 2), (2, 3), (1, 0), (2, 4)),
        ((31, 12), (3, 4), 2, (1, 2), 1),
        ((20, 20), 3, (3, 1), 1, (1, 5)),
    ]:
        assert_equal(student.conv_output_size(size, *options), by_torch(size, *options))
    assert_equal(student.conv_output_size(10, (3, 5)), (8, 6))


@check(points=1, property=True)
def test_refuses_a_kernel_that_does_not_fit(student):
    """raises ValueError where the dilated kernel is larger than the padded input

    zh: 膨胀后的核大于填充后的输入时，抛出 ValueError
    """
    assert_raises(ValueError, student.conv_output_size, 3, 5)
    assert_raises(ValueError, student.conv_output_size, 6, 3, 1, 0, 3)
    assert_raises(ValueError, student.conv_output_size, (9, 2), 3)
    assert_raises(ValueError, student.conv_output_size, 3, 6, 1, 1)
