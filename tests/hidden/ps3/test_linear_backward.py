import torch
import torch.nn.functional as F

from autograder.authoring import Difference, assert_close, assert_unchanged, check

NAMES = ("dx", "dweight", "dbias")


def by_autograd(dy, x, weight):
    """The gradients of torch's linear layer."""
    leaves = [item.detach().clone().requires_grad_() for item in (x, weight, torch.zeros_like(weight[:, 0]))]
    return torch.autograd.grad(F.linear(*leaves), leaves, dy)


def arguments(*leading, inputs=4, outputs=3, dtype=torch.float64):
    """An upstream gradient, an input and a weight."""
    return (
        torch.randn(*leading, outputs, dtype=dtype),
        torch.randn(*leading, inputs, dtype=dtype),
        torch.randn(outputs, inputs, dtype=dtype),
    )


def assert_grads(actual, expected, **tolerance):
    """Assert that the three gradients are right."""
    if not isinstance(actual, list | tuple) or len(actual) != 3:
        raise Difference(
            {
                "en": "the result should be a tuple of three: dx, dweight, dbias",
                "zh": "结果应为三个元素的元组：dx、dweight、dbias",
            }
        )
    for name, mine, right in zip(NAMES, actual, expected, strict=True):
        assert_close(mine, right, what=name, **tolerance)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the gradients worked out by hand for two samples with the upstream gradients (1, -1) and (0, 2)

    zh: 对上游梯度为 (1, -1) 和 (0, 2) 的两个样本，给出手算得到的梯度
    """
    dy, x = torch.tensor([[1.0, -1.0], [0.0, 2.0]]), torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    weight = torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
    dx = torch.tensor([[1.0, -3.0, 2.0], [0.0, 6.0, 0.0]])
    dweight = torch.tensor([[1.0, 2.0, 3.0], [7.0, 8.0, 9.0]])
    assert_grads(student.linear_backward(dy, x, weight), (dx, dweight, torch.tensor([1.0, 1.0])))


@check(points=2)
def test_equals_autograd_on_a_batch(student):
    """equals autograd on batches, in float64 to 1e-9 and in float32

    zh: 在批次上与自动求导一致：float64 精确到 1e-9，float32 也一样
    """
    for batch, inputs, outputs in [(6, 4, 3), (1, 5, 2), (9, 1, 1)]:
        given = arguments(batch, inputs=inputs, outputs=outputs)
        assert_grads(student.linear_backward(*given), by_autograd(*given))
    given = arguments(7, dtype=torch.float32)
    assert_grads(student.linear_backward(*given), by_autograd(*given), rtol=1e-4, atol=1e-5)


@check(points=1)
def test_does_not_turn_a_square_weight(student):
    """equals autograd where inputs, outputs and samples are of the same number

    zh: 输入、输出和样本的个数相同时，与自动求导一致
    """
    given = arguments(4, inputs=4, outputs=4)
    assert_grads(student.linear_backward(*given), by_autograd(*given))


@check(points=2)
def test_sums_over_all_leading_axes(student):
    """sums over all leading axes for weight and bias, two or three of them, and takes an input without any

    zh: 权重和偏置的梯度对所有前导轴求和，前导轴有两个、三个或一个都没有时均可
    """
    for leading in [(2, 5), (3, 1, 2), ()]:
        given = arguments(*leading)
        assert_grads(student.linear_backward(*given), by_autograd(*given))


@check(points=1)
def test_takes_an_empty_batch(student):
    """gives gradients of zero for weight and bias where a leading axis has the length 0, and right ones for one sample

    zh: 某个前导轴的长度为 0 时，权重和偏置的梯度为零；只有一个样本时梯度正确
    """
    for leading in [(0,), (2, 0), (1,)]:
        given = arguments(*leading)
        assert_grads(student.linear_backward(*given), by_autograd(*given))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.linear_backward, *arguments(5))
