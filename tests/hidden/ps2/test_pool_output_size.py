import torch
from torch import nn

from autograder.authoring import assert_equal, assert_raises, check


def by_torch(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The size that nn.MaxPool2d gives, worked out without data."""
    pool = nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    return tuple(pool(torch.empty(1, 1, *size, device="meta")).shape[2:])


@check(points=1)
def test_lays_the_windows_side_by_side_without_a_stride(student):
    """steps by the kernel's size where no stride is given: 28 positions in windows of 2 give 14

    zh: 不指定步幅时按核的大小移动：28 个位置、大小为 2 的窗口得到 14
    """
    assert_equal(student.pool_output_size(28, 2), 14)
    assert_equal(student.pool_output_size(11, 3), 3)


@check(points=1)
def test_steps_by_the_stride_that_is_given(student):
    """steps by the stride where one is given, and rounds down

    zh: 指定了步幅时按步幅移动，并向下取整
    """
    assert_equal(student.pool_output_size(28, 3, 2), 13)
    assert_equal(student.pool_output_size(9, 3, stride=1), 7)
    assert_equal(student.pool_output_size(9, 2, stride=4), 2)


@check(points=2)
def test_counts_padding_and_dilation(student):
    """counts padding and dilation: 8 positions with kernel 3, stride 2 and padding 1 give 4

    zh: 填充和膨胀率也计算在内：8 个位置、核为 3、步幅为 2、填充为 1 时得到 4
    """
    assert_equal(student.pool_output_size(8, 3, 2, 1), 4)
    assert_equal(student.pool_output_size(9, 3, stride=1, dilation=2), 5)
    assert_equal(student.pool_output_size(10, 3, 2, 1, 2), 4)
    # Padding of exactly half of the kernel is allowed, and so is a window as large as the input.
    assert_equal(student.pool_output_size(9, 4, 2, 2, 2), 4)
    assert_equal(student.pool_output_size(3, 3), 1)


@check(points=1)
def test_rounds_up_with_ceil_mode(student):
    """rounds up with ceil_mode: 8 positions with kernel 3, stride 2 and padding 1 give 5

    zh: 用 ceil_mode 时向上取整：8 个位置、核为 3、步幅为 2、填充为 1 时得到 5
    """
    assert_equal(student.pool_output_size(8, 3, 2, 1, ceil_mode=True), 5)
    assert_equal(student.pool_output_size(9, 3, 2, 1, ceil_mode=True), 5)
    assert_equal(student.pool_output_size(10, 3, ceil_mode=True), 4)


@check(points=2)
def test_drops_a_window_that_starts_beyond_the_input(student):
    """drops the last window of ceil_mode where it would start beyond the input and its left padding

    zh: 用 ceil_mode 时，若最后一个窗口起始于输入及其左侧填充之外，则舍去它
    """
    # 5 positions, windows of 1 in steps of 3: they start at 0 and 3; a third would start at 6.
    assert_equal(student.pool_output_size(5, 1, 3, ceil_mode=True), 2)
    # 1 + 3 + 1 positions, windows of 2 side by side: the third would start at 4, in the padding on the right.
    assert_equal(student.pool_output_size(3, 2, padding=1, ceil_mode=True), 2)


@check(points=2)
def test_equals_torch_for_many_pairs(student):
    """gives height and width as torch's MaxPool2d does, whichever arguments are pairs

    zh: 给出的高和宽与 torch 的 MaxPool2d 相同，无论哪些参数是成对的
    """
    for size, *options in [
        ((17, 23), 3, None, 0, 1, False),
        ((17, 23), (5, 2), None, (2, 1), 1, True),
        ((31, 12), (3, 4), 2, (1, 2), (2, 1), True),
        ((20, 21), 3, (3, 5), 1, (1, 4), False),
        ((13, 7), 2, (4, 3), 1, 1, True),
        ((10, 12), 3, 2, 0, 1, True),
    ]:
        assert_equal(student.pool_output_size(size, *options), by_torch(size, *options))
    assert_equal(student.pool_output_size(12, (2, 3)), (6, 4))


@check(points=1, property=True)
def test_refuses_what_cannot_be_pooled(student):
    """raises ValueError where the padding is more than half of the kernel, dilated or not, or where no window fits

    zh: 填充超过核的一半（无论是否膨胀），或一个窗口都放不下时，抛出 ValueError
    """
    assert_raises(ValueError, student.pool_output_size, 9, 3, 2, 2)
    assert_raises(ValueError, student.pool_output_size, 2, 3)
    assert_raises(ValueError, student.pool_output_size, (9, 4), 3, 1, 0, 2)
    assert_raises(ValueError, student.pool_output_size, 9, 3, 2, 2, 2)
