import math

import torch

from autograder.authoring import Difference, assert_close, assert_equal, check, observe

TABLE = {"en": "the table after the step", "zh": "这一步之后的表"}


def sparse(rows, values, size):
    """A COO gradient of a table with `size` rows; rows may be repeated."""
    indices = torch.tensor([rows], dtype=torch.long)
    return torch.sparse_coo_tensor(indices, values, (size, values.shape[1]), check_invariants=True)


def by_torch(weight, sparse_grad, lr):
    """The table after a step, as torch's SGD takes it with a sparse gradient."""
    return weight.detach().add(sparse_grad, alpha=-lr)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """moves row 2 from (1, 1) to (0.5, 2) for the gradient (1, -2) and a learning rate of 0.5, in place

    zh: 梯度为 (1, -2)、学习率为 0.5 时，把第 2 行从 (1, 1) 原地改为 (0.5, 2)
    """
    grad = sparse([2], torch.tensor([[1.0, -2.0]]), 3)
    weight, expected = (
        torch.tensor([[3.0, 4.0], [5.0, 6.0], [1.0, 1.0]]),
        torch.tensor([[3.0, 4.0], [5.0, 6.0], [0.5, 2.0]]),
    )
    step = observe(student.sparse_sgd_step, weight, grad, 0.5)
    assert_close(step.arguments[0], expected, what=TABLE)


@check(points=2)
def test_equals_torch(student):
    """takes the same step as torch's SGD, float32 and float64, for coalesced gradients

    zh: 对合并过的梯度，走出的一步与 torch 的 SGD 相同，float32 和 float64 均可
    """
    for dtype, lr in [(torch.float32, 0.1), (torch.float64, 2.5)]:
        weight = torch.randn(8, 3, dtype=dtype)
        grad = sparse([0, 3, 7], torch.randn(3, 3, dtype=dtype), 8).coalesce()
        step = observe(student.sparse_sgd_step, weight, grad, lr)
        assert_close(step.arguments[0], by_torch(weight, grad, lr), what=TABLE)


@check(points=1)
def test_returns_the_table_that_it_changed(student):
    """returns the table that it changed

    zh: 返回它所修改的那张表
    """
    for dtype in (torch.float32, torch.float64):
        weight, grad = torch.randn(6, 2, dtype=dtype), sparse([5, 1], torch.randn(2, 2, dtype=dtype), 6)
        step = observe(student.sparse_sgd_step, weight, grad, 0.4)
        assert_close(step.result, by_torch(weight, grad, 0.4), what={"en": "what is returned", "zh": "返回值"})
        assert_equal(
            step.arguments[0],
            step.result.detach(),
            what={"en": "the table that was given, after the step,", "zh": "传入的表（这一步之后）"},
        )


@check(points=2)
def test_adds_up_the_entries_of_a_row(student):
    """adds up the entries of a row that stands in the gradient several times

    zh: 一行在梯度中出现多次时，把它的各项相加
    """
    weight = torch.randn(5, 2, dtype=torch.float64)
    grad = sparse([4, 1, 4, 4, 1], torch.randn(5, 2, dtype=torch.float64), 5)
    expected = by_torch(weight, grad, 0.3)
    step = observe(student.sparse_sgd_step, weight, grad, 0.3)
    assert_close(step.arguments[0], expected, what=TABLE)


@check(points=2, property=True)
def test_leaves_other_rows_equal_to_the_last_bit(student):
    """leaves rows without an entry equal to the last bit, also infinities, NaN, -0 and the smallest numbers

    zh: 没有项的行逐位不变，其中有无穷大、NaN、-0 和最小的数时也一样
    """
    weight = torch.randn(40, 3)
    weight[7] = torch.tensor([math.inf, math.nan, -0.0])
    weight[8] = torch.tensor([1e-40, -1e-45, 3e38])
    others = [row for row in range(40) if row not in (2, 30)]
    step = observe(student.sparse_sgd_step, weight, sparse([30, 2], torch.randn(2, 3), 40), 0.1)
    bits = step.arguments[0][others].view(torch.int32)
    assert_equal(
        bits,
        weight[others].view(torch.int32),
        what={"en": "the bits of the rows without an entry", "zh": "没有项的行的各二进制位"},
    )


@check(points=1)
def test_changes_a_parameter(student):
    """changes a table that requires a gradient, without an error

    zh: 能修改需要梯度的表，而不报错
    """
    weight = torch.randn(4, 2)
    grad = sparse([3, 0], torch.randn(2, 2), 4)
    expected = by_torch(weight, grad, 0.2)
    weight.requires_grad_()
    step = observe(student.sparse_sgd_step, weight, grad, 0.2)
    assert_close(step.arguments[0].detach(), expected, what=TABLE)


@check(points=1, property=True)
def test_does_nothing_without_entries(student):
    """leaves the table as it is for a gradient without entries

    zh: 梯度一项也没有时，整张表保持不变
    """
    weight = torch.randn(3, 2)
    step = observe(student.sparse_sgd_step, weight, sparse([], torch.zeros(0, 2), 3), 1.0)
    assert_equal(step.arguments[0], weight, what=TABLE)


@check(points=1, property=True)
def test_leaves_the_gradient_alone(student):
    """does not change the gradient in place

    zh: 不原地修改梯度
    """
    grad = sparse([1, 0, 1], torch.randn(3, 2), 3).coalesce()
    step = observe(student.sparse_sgd_step, torch.randn(3, 2), grad, 0.1)
    if not torch.equal(step.arguments[1].to_dense(), grad.to_dense()):
        raise Difference(
            {
                "en": "the call changed the gradient in place; work on a copy instead",
                "zh": "这次调用原地修改了梯度；请改为在副本上计算",
            }
        )
