import torch
import torch.nn.functional as F

from autograder.authoring import (
    Difference,
    assert_close,
    assert_equal,
    assert_gradients,
    assert_raises,
    assert_unchanged,
    check,
)

LOOSE = {"rtol": 1e-4, "atol": 1e-5}
"""torch adds 1e-6 to every difference; with or without that is right."""


def triplets(n, d, dtype=torch.float64):
    """Anchors, positives and negatives, all alike: with a margin of 1 some triplets keep it and some do not."""
    return tuple(torch.randn(n, d, dtype=dtype) for _ in range(3))


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives the mean of 10 - 13 + 4 = 1 and 5 - 2 + 4 = 7

    zh: 给出 10 - 13 + 4 = 1 与 5 - 2 + 4 = 7 的平均
    """
    a = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    p = torch.tensor([[6.0, 8.0], [4.0, 5.0]])
    n = torch.tensor([[-5.0, 12.0], [1.0, -1.0]])
    assert_close(student.triplet_margin_loss(a, p, n, 4.0), torch.tensor(4.0), **LOOSE)


@check(points=2)
def test_equals_torch(student):
    """equals torch, for margins from 0.1 to 3, in float32 and float64

    zh: 间隔从 0.1 到 3 时都与 torch 一致，float32 和 float64 均可
    """
    for (count, d), dtype in [((12, 4), torch.float32), ((7, 16), torch.float64)]:
        a, p, n = triplets(count, d, dtype)
        assert_close(student.triplet_margin_loss(a, p, n), F.triplet_margin_loss(a, p, n), **LOOSE)
        for margin in (0.1, 0.5, 3.0):
            expected = F.triplet_margin_loss(a, p, n, margin=margin)
            assert_close(student.triplet_margin_loss(a, p, n, margin), expected, **LOOSE)


@check(points=2)
def test_clamps_each_triplet_on_its_own(student):
    """gives 0 to each triplet that keeps the margin, so that it does not pay for the others

    zh: 每个满足间隔的三元组得到 0，不替其他三元组抵账
    """
    a, p = torch.zeros(3, 1), torch.ones(3, 1)
    n = torch.tensor([[100.0], [1.5], [-50.0]])
    # 1 - 100 + 1 and 1 - 50 + 1 are clamped; 1 - 1.5 + 1 = 0.5 is left
    assert_close(student.triplet_margin_loss(a, p, n), torch.tensor(0.5 / 3), **LOOSE)


@check(points=1)
def test_knows_the_other_reductions(student):
    """gives the sum for "sum", and for "none" the loss of each triplet

    zh: 取 "sum" 时给出总和，取 "none" 时给出每个三元组的损失
    """
    for dtype in (torch.float32, torch.float64):
        a, p, n = triplets(9, 5, dtype)
        for reduction in ("sum", "none"):
            expected = F.triplet_margin_loss(a, p, n, margin=0.7, reduction=reduction)
            assert_close(student.triplet_margin_loss(a, p, n, margin=0.7, reduction=reduction), expected, **LOOSE)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for anchors, positives and negatives, and none for triplets that keep the margin

    zh: 对锚点、正样本和负样本的梯度正确，满足间隔的三元组没有梯度
    """
    given = [item.requires_grad_() for item in triplets(10, 3)]
    for reduction in ("none", "sum", "mean"):
        options = {"margin": 0.5, "reduction": reduction, "names": ("a", "p", "n"), **LOOSE}
        assert_gradients(student.triplet_margin_loss, F.triplet_margin_loss, *given, **options)


@check(points=2, property=True)
def test_has_a_finite_gradient_where_anchor_and_positive_coincide(student):
    """has a finite gradient where anchor and positive coincide

    zh: 锚点与正样本重合处的梯度是有限的数
    """
    a = torch.tensor([[1.0, 2.0], [0.0, 0.0]], requires_grad=True)
    p, n = a.detach().clone(), torch.tensor([[1.3, 2.4], [0.0, 0.2]])
    loss = student.triplet_margin_loss(a, p, n)
    if not isinstance(loss, torch.Tensor) or not loss.requires_grad:
        raise Difference(
            {
                "en": "no gradient flows through the result: it was detached from the graph of its inputs",
                "zh": "没有梯度流过结果：它已从其输入的计算图中分离",
            }
        )
    loss.sum().backward()
    assert_equal(
        a.grad.isfinite(),
        torch.ones(2, 2, dtype=torch.bool),
        what={"en": "whether the gradient of a is finite", "zh": "“a 的梯度是有限的数”的判断"},
    )


@check(points=1, property=True)
def test_refuses_what_does_not_fit(student):
    """raises ValueError where shapes differ, even if they would broadcast, and for an unknown reduction

    zh: 形状不同（即使可以广播）或归约方式未知时，抛出 ValueError
    """
    a, p, n = triplets(4, 3)
    assert_raises(ValueError, student.triplet_margin_loss, a, p[:1], n)
    assert_raises(ValueError, student.triplet_margin_loss, a, p, n[:1])
    assert_raises(ValueError, student.triplet_margin_loss, a[:1], p, n)
    assert_raises(ValueError, student.triplet_margin_loss, a, p, n, 1.0, "average")


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    a, p, n = triplets(4, 3, torch.float32)
    assert_unchanged(student.triplet_margin_loss, a, p, n, 2.0)
