import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_raises, assert_unchanged, check


def by_torch(q, k, v, mask=None):
    """torch's attention."""
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def arguments(*leading, queries=4, keys=5, size=8, value=6, dtype=torch.float32):
    """Queries, keys and values of one batch."""
    return (
        torch.randn(*leading, queries, size, dtype=dtype),
        torch.randn(*leading, keys, size, dtype=dtype),
        torch.randn(*leading, keys, value, dtype=dtype),
    )


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the weights 1/2 and 1/2, and 9/10 and 1/10, for the two queries worked out by hand

    zh: 对手算的两个查询，给出权重 1/2 和 1/2，以及 9/10 和 1/10
    """
    log3 = 1.0986123
    q = torch.tensor([[0.0, 0.0, 3.0, 0.0], [4.0, 0.0, 0.0, 0.0]])
    k = torch.tensor([[log3, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    v = torch.tensor([[10.0, 0.0, 1.0], [0.0, 20.0, 1.0]])
    # scores over sqrt(4) = 2: (0, 0) and (2 log 3, 0)
    assert_close(student.scaled_dot_product_attention(q, k, v), torch.tensor([[5.0, 10.0, 1.0], [9.0, 2.0, 1.0]]))


@check(points=1)
def test_equals_torch_without_a_mask(student):
    """equals torch for matrices and batches, in float32 and float64

    zh: 对矩阵和批次都与 torch 一致，float32 和 float64 均可
    """
    for leading, dtype in [((), torch.float32), ((3,), torch.float64), ((1,), torch.float32)]:
        given = arguments(*leading, dtype=dtype)
        assert_close(student.scaled_dot_product_attention(*given), by_torch(*given))


@check(points=1)
def test_scales_by_the_size_of_a_head(student):
    """divides by the root of the last dimension of q, whatever the number of heads

    zh: 除以 q 最后一维的平方根，与头的个数无关
    """
    given = arguments(2, 4, size=16)
    assert_close(student.scaled_dot_product_attention(*given), by_torch(*given))


@check(points=2)
def test_takes_boolean_and_additive_masks(student):
    """masks before the softmax, with True for "takes part", and adds a mask of numbers

    zh: 在 softmax 之前应用掩码，布尔掩码的 True 表示“参与”，数值掩码则加到得分上
    """
    q, k, v = arguments(2, dtype=torch.float64)
    allowed = torch.rand(4, 5) > 0.4
    allowed[:, 2] = True
    assert_close(student.scaled_dot_product_attention(q, k, v, allowed), by_torch(q, k, v, allowed))
    for added in (torch.zeros(4, 5).double().masked_fill(~allowed, -math.inf), torch.randn(4, 5).double()):
        assert_close(student.scaled_dot_product_attention(q, k, v, added), by_torch(q, k, v, added))


@check(points=2)
def test_gives_zeros_for_a_row_that_sees_nothing(student):
    """gives zeros, and not NaN, for a query that may see no key, and no NaN in the gradient

    zh: 看不到任何键的查询给出零，而不是 NaN，梯度中也不出现 NaN
    """
    q, k, v = (item.requires_grad_() for item in arguments(2, queries=3, keys=4, dtype=torch.float64))
    allowed = torch.tensor([[True, False, True, True], [False] * 4, [True] * 4])
    added = torch.zeros(3, 4).double().masked_fill(~allowed, -math.inf)
    for mask in (allowed, added):
        assert_gradients(student.scaled_dot_product_attention, by_torch, q, k, v, mask, names=("q", "k", "v"))


@check(points=1)
def test_broadcasts_over_heads(student):
    """broadcasts a mask of shape (N, 1, 1, S), and keys and values that all heads share

    zh: 能广播形状为 (N, 1, 1, S) 的掩码，以及所有头共用的键和值
    """
    q = torch.randn(2, 3, 4, 8)
    k, v = torch.randn(2, 1, 5, 8), torch.randn(2, 1, 5, 6)
    allowed = torch.tensor([[True, True, True, False, False], [True, False, True, True, True]])[:, None, None, :]
    expected = by_torch(q, k.expand(2, 3, 5, 8), v.expand(2, 3, 5, 6), allowed.expand(2, 3, 4, 5))
    assert_close(student.scaled_dot_product_attention(q, k, v, allowed), expected)


@check(points=1)
def test_stays_finite_for_scores_of_ten_thousand(student):
    """stays finite for scores of ±10,000

    zh: 得分为 ±10,000 时，结果仍是有限的数
    """
    q = torch.tensor([[200.0, 0.0, 0.0, 0.0], [0.0, 200.0, 0.0, 0.0]])
    k = torch.tensor([[100.0, -100.0, 0.0, 0.0], [100.0, 100.0, 0.0, 0.0], [-100.0, 100.0, 0.0, 0.0]])
    v = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    # scores of (1e4, 1e4, -1e4) and (-1e4, 1e4, 1e4)
    expected = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    assert_close(student.scaled_dot_product_attention(q, k, v), expected)


@check(points=1)
def test_has_the_right_gradients(student):
    """has the right gradients for q, k and v, with and without a mask

    zh: 对 q、k 和 v 的梯度正确，有无掩码都一样
    """
    q, k, v = (item.requires_grad_() for item in arguments(2, queries=2, keys=3, size=4, value=2, dtype=torch.float64))
    assert_gradients(student.scaled_dot_product_attention, by_torch, q, k, v, names=("q", "k", "v"))
    allowed = torch.tensor([[True, False, True], [True, True, False]])
    small = tuple(item.requires_grad_() for item in arguments(queries=2, keys=3, size=2, value=1, dtype=torch.float64))
    agrees = torch.autograd.gradcheck(
        lambda *given: student.scaled_dot_product_attention(*given, allowed), small, raise_exception=False
    )
    assert_equal(
        agrees,
        True,
        what={"en": "whether the gradient agrees with numerical differentiation", "zh": "“梯度与数值微分一致”的判断"},
    )


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged, a mask among them

    zh: 不修改参数，掩码也不修改
    """
    allowed = torch.tensor([[True, False, True], [True, True, False]])
    for mask in (allowed, torch.zeros(2, 3).masked_fill(~allowed, -math.inf)):
        assert_unchanged(student.scaled_dot_product_attention, *arguments(2, queries=2, keys=3), mask)


@check(points=1, property=True)
def test_refuses_keys_that_do_not_fit(student):
    """raises ValueError where queries and keys differ in their last dimension

    zh: 查询与键的最后一维不同时，抛出 ValueError
    """
    keys = torch.randn(3, 5)
    assert_raises(ValueError, student.scaled_dot_product_attention, torch.randn(2, 4), keys, keys)
