import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_torch(p, q):
    """torch's divergence, with its arguments in its own order."""
    return F.kl_div(q.log(), p, reduction="batchmean")


def distributions(*shape, dtype=torch.float64):
    """One distribution a row, without zeros."""
    return torch.softmax(torch.randn(shape, dtype=dtype), dim=1)


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives 3/4 log 3 + 1/4 log 1/3 = 1/2 log 3 for (3/4, 1/4) against (1/4, 3/4), and the mean of two rows

    zh: 对 (3/4, 1/4) 与 (1/4, 3/4) 给出 3/4 log 3 + 1/4 log 1/3 = 1/2 log 3，并对两行取平均
    """
    p, q = torch.tensor([[0.75, 0.25], [0.5, 0.5]]), torch.tensor([[0.25, 0.75], [0.5, 0.5]])
    assert_close(student.kl_divergence(p[:1], q[:1]), torch.tensor(0.5493061))
    assert_close(student.kl_divergence(p, q), torch.tensor(0.2746531))


@check(points=3)
def test_equals_torch(student):
    """equals torch's divergence, taken as "batchmean", of p from q and of q from p, in float32 and float64

    zh: 等于 torch 取 "batchmean" 的散度，p 对 q 和 q 对 p 都一样，float32 和 float64 均可
    """
    for shape, dtype in [((8, 5), torch.float32), ((3, 20), torch.float64)]:
        p, q = distributions(*shape, dtype=dtype), distributions(*shape, dtype=dtype)
        assert_close(student.kl_divergence(p, q), by_torch(p, q))
        assert_close(student.kl_divergence(q, p), by_torch(q, p))


@check(points=2)
def test_takes_zero_times_log_zero_as_zero(student):
    """gives a class with p = 0 no share, whether q is 0 or not

    zh: p = 0 的类别没有贡献，无论 q 是否为 0
    """
    p = torch.tensor([[0.0, 1.0, 0.0]])
    assert_close(student.kl_divergence(p, torch.tensor([[0.25, 0.5, 0.25]])), torch.tensor(0.6931472))
    assert_close(student.kl_divergence(p, torch.tensor([[0.0, 0.5, 0.5]])), torch.tensor(0.6931472))
    assert_close(student.kl_divergence(p, p), torch.tensor(0.0))


@check(points=1)
def test_is_infinite_where_q_rules_out_what_happens(student):
    """is infinite where q is 0 and p is not, and 1/2 log 2 with the two exchanged

    zh: q 为 0 而 p 不为 0 时是无穷大，两者互换时是 1/2 log 2
    """
    p, q = torch.tensor([[0.5, 0.5], [0.5, 0.5]]), torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    assert_close(student.kl_divergence(p, q), torch.tensor(math.inf))
    assert_close(student.kl_divergence(q, p), torch.tensor(0.3465736))


@check(points=1)
def test_stays_accurate_for_tiny_probabilities(student):
    """stays accurate where q is as small as 1e-30

    zh: q 小到 1e-30 时仍然精确
    """
    p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[1e-30, 1.0]])
    # 1/2 (log 1/2 + 30 log 10) + 1/2 log 1/2
    assert_close(student.kl_divergence(p, q), torch.tensor(33.8456292))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for p and q, and a finite one for q where p has zeros

    zh: 对 p 和 q 的梯度正确，p 中有零时对 q 的梯度仍是有限的数
    """
    p, q = (distributions(4, 3).requires_grad_() for _ in range(2))
    assert_gradients(student.kl_divergence, by_torch, p, q, names=("p", "q"))
    p = torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]], dtype=torch.float64)
    q = distributions(2, 3).requires_grad_()
    assert_gradients(student.kl_divergence, by_torch, p, q, names=("q",))
    both = torch.tensor([[0.0, 0.5, 0.5], [0.25, 0.25, 0.5]], dtype=torch.float64, requires_grad=True)
    student.kl_divergence(p, both).backward()
    # -p / q over two rows, and nothing for the class that neither p nor q has
    expected = torch.tensor([[0.0, -1.0, 0.0], [-1.0, 0.0, -0.5]], dtype=torch.float64)
    assert_close(both.grad, expected, what={"en": "the gradient of q", "zh": "q 的梯度"})


@check(points=1, property=True)
def test_refuses_shapes_that_differ(student):
    """raises ValueError where the shapes differ, even if they would broadcast

    zh: 形状不同时抛出 ValueError，即使它们可以广播
    """
    assert_raises(ValueError, student.kl_divergence, distributions(3, 4), distributions(1, 4))
    assert_raises(ValueError, student.kl_divergence, distributions(3, 4), distributions(4, 3))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    p = torch.tensor([[0.0, 0.5, 0.5], [0.25, 0.25, 0.5]])
    assert_unchanged(student.kl_divergence, p, distributions(2, 3, dtype=torch.float32))
