import torch

from autograder.authoring import Difference, assert_close, assert_equal, assert_gradients, assert_unchanged, check


def by_formula(y):
    """The derivative of the sigmoid from its output."""
    return y * (1 - y)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 0.1875, 0.09 and 0.25 for the outputs 0.75, 0.1 and 0.5

    zh: 对输出 0.75、0.1 和 0.5，给出 0.1875、0.09 和 0.25
    """
    assert_close(student.sigmoid_grad(torch.tensor([0.75, 0.1, 0.5])), torch.tensor([0.1875, 0.09, 0.25]))


@check(points=2)
def test_equals_the_gradient_of_autograd(student):
    """equals what autograd computes for torch's sigmoid, in float32 and float64

    zh: 等于自动求导对 torch 的 sigmoid 算出的结果，float32 和 float64 均可
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(3, 5, dtype=dtype, requires_grad=True)
        y = torch.sigmoid(x)
        [expected] = torch.autograd.grad(y.sum(), x)
        assert_close(student.sigmoid_grad(y.detach()), expected)


@check(points=1)
def test_has_its_maximum_one_quarter_at_one_half(student):
    """never exceeds 0.25, and reaches it for the output 0.5

    zh: 从不超过 0.25，并在输出为 0.5 时取到它
    """
    y = torch.linspace(0, 1, 101, dtype=torch.float64)
    grad = student.sigmoid_grad(y)
    assert_close(grad, by_formula(y))
    if grad.max() > 0.25:
        raise Difference(
            {
                "en": f"the largest slope is {grad.max():.6g}, and should be 0.25",
                "zh": f"最大的斜率是 {grad.max():.6g}，应为 0.25",
            }
        )
    assert_close(student.sigmoid_grad(torch.tensor(0.5)), torch.tensor(0.25))


@check(points=1)
def test_is_zero_where_the_sigmoid_is_saturated(student):
    """gives exactly 0 for outputs of 0 and 1, and 0.1875 between them, at 0.25

    zh: 对输出 0 和 1 给出的恰好是 0，对两者之间的 0.25 给出 0.1875
    """
    y = torch.tensor([[0.0, 1.0], [0.25, 0.0]])
    assert_equal(student.sigmoid_grad(y), torch.tensor([[0.0, 0.0], [0.1875, 0.0]]))


@check(points=1)
def test_can_be_differentiated_itself(student):
    """has the gradient 1 - 2y, so that second derivatives can be taken

    zh: 自身的梯度是 1 - 2y，因此可以求二阶导数
    """
    y = torch.rand(2, 4, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.sigmoid_grad, by_formula, y, names=("y",))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves the outputs unchanged

    zh: 不修改传入的输出
    """
    assert_unchanged(student.sigmoid_grad, torch.rand(5))
