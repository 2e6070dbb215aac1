import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, check


@check(points=1)
def test_gives_the_mask_worked_out_by_hand(student):
    """gives True on the diagonal and below it for three positions

    zh: 三个位置时，对角线上及其下方给出 True
    """
    expected = torch.tensor([[True, False, False], [True, True, False], [True, True, True]])
    assert_equal(student.causal_mask(3), expected)


@check(points=1)
def test_hides_what_triu_would_leave_out(student):
    """is False exactly where torch.triu(..., diagonal=1) is 1, for several sizes

    zh: 恰好在 torch.triu(..., diagonal=1) 为 1 的地方是 False，若干大小都一样
    """
    for n in (2, 5, 8, 33):
        hidden = torch.triu(torch.ones(n, n), diagonal=1).bool()
        assert_equal(student.causal_mask(n), ~hidden)


@check(points=1)
def test_lets_a_single_position_see_itself(student):
    """gives the 1 x 1 mask True for one position, and hides one place of two positions

    zh: 只有一个位置时给出 1 x 1 的掩码 True，两个位置时恰好遮住一处
    """
    assert_equal(student.causal_mask(1), torch.tensor([[True]]))
    assert_equal(student.causal_mask(2), torch.tensor([[True, False], [True, True]]))


@check(points=1)
def test_shows_position_i_what_it_may_see(student):
    """shows the first position 1 key, the second 2, and the last all of them

    zh: 第一个位置能看到 1 个键，第二个能看到 2 个，最后一个能看到全部
    """
    mask = student.causal_mask(6)
    assert_equal(mask, torch.ones(6, 6, dtype=torch.bool).tril())
    assert_equal(
        mask.sum(dim=1),
        torch.arange(1, 7),
        what={"en": "the number of keys that each query sees", "zh": "每个查询能看到的键的个数"},
    )


@check(points=2)
def test_makes_attention_causal(student):
    """makes attention causal when it is passed as the mask of F.scaled_dot_product_attention

    zh: 作为 F.scaled_dot_product_attention 的掩码传入时，使注意力成为因果的
    """
    q, k, v = torch.randn(3, 2, 7, 4, dtype=torch.float64)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=student.causal_mask(7))
    assert_close(
        y,
        F.scaled_dot_product_attention(q, k, v, is_causal=True),
        what={"en": "attention under your mask", "zh": "使用你的掩码的注意力"},
    )
