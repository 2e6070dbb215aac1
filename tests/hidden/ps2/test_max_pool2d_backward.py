import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_unchanged, check


def upstream(x, kernel, stride=None, padding=0):
    """A gradient of the output, drawn from N(0, 1)."""
    return torch.randn_like(F.max_pool2d(x, kernel, stride, padding))


def by_autograd(dy, x, kernel, stride=None, padding=0):
    """The gradient of torch's max pooling."""
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(F.max_pool2d(leaf, kernel, stride, padding), leaf, dy)[0]


def compare(student, x, *window):
    """Compare with torch."""
    dy = upstream(x, *window)
    assert_close(student.max_pool2d_backward(dy, x, *window), by_autograd(dy, x, *window))


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the gradient worked out by hand for four windows of 2 x 2 side by side

    zh: 对一个挨着一个的四个 2 x 2 窗口，给出手算得到的梯度
    """
    x = torch.tensor(
        [[[[1.0, 2.0, 8.0, 7.0], [4.0, 3.0, 5.0, 6.0], [0.0, -1.0, -4.0, -3.0], [-2.0, -3.0, -2.0, -5.0]]]]
    )
    dx = [[0.0, 0.0, 2.0, 0.0], [1.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0]]
    dy = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    assert_close(student.max_pool2d_backward(dy, x, 2), torch.tensor([[dx]]))


@check(points=2)
def test_equals_autograd_without_overlap(student):
    """equals autograd where windows do not overlap, square or not, in float32 and float64, also with pixels that no window covers

    zh: 窗口不重叠时与自动求导一致，无论是否为正方形、是 float32 还是 float64、有没有不被任何窗口覆盖的像素
    """
    for dtype, kernel, stride in [
        (torch.float32, 2, None),
        (torch.float64, (2, 3), None),
        (torch.float32, 3, 3),
        (torch.float64, 2, (3, 2)),
    ]:
        compare(student, torch.randn(2, 3, 7, 8, dtype=dtype), kernel, stride)


@check(points=2)
def test_adds_up_where_windows_overlap(student):
    """adds up the gradients of all windows of which a pixel is the maximum

    zh: 一个像素是几个窗口的最大值时，把这些窗口的梯度相加
    """
    for kernel, stride in [(3, 1), (3, 2), ((2, 3), (1, 2)), ((4, 2), 1)]:
        compare(student, torch.randn(2, 2, 6, 7, dtype=torch.float64), kernel, stride)


@check(points=2)
def test_gives_all_to_the_first_maximum(student):
    """gives all of the gradient to the first maximum, row by row, where several are equal

    zh: 有多个相等的最大值时，把全部梯度给按行数的第一个
    """
    for kernel, stride in [(2, None), (3, 1), ((2, 3), None)]:
        x = torch.randint(3, (2, 2, 6, 6)).double()
        compare(student, x, kernel, stride)
        compare(student, torch.zeros_like(x), kernel, stride)


@check(points=2)
def test_cuts_the_padding_off(student):
    """cuts the padding off, which never wins, also where all values are negative, some of them below -1e30

    zh: 切掉填充；填充从不胜出，数值全为负、其中有些低于 -1e30 时也一样
    """
    for kernel, stride, padding in [(3, 2, 1), (2, 2, 1), ((3, 4), 2, (1, 2)), ((2, 5), (1, 3), (0, 2))]:
        compare(student, torch.randn(2, 2, 6, 7, dtype=torch.float64), kernel, stride, padding)
        compare(student, -100 - torch.rand(1, 2, 5, 5), kernel, stride, padding)
        compare(student, -1e30 - 1e30 * torch.rand(1, 2, 5, 5), kernel, stride, padding)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    x = torch.randn(1, 2, 4, 4)
    assert_unchanged(student.max_pool2d_backward, upstream(x, 2), x, 2)
