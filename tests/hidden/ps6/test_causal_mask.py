import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, check


@check(points=1)
def test_gives_the_mask_worked_out_by_hand(student):
    """gives True on the diagonal and below it for three positions"""
    expected = torch.tensor([[True, False, False], [True, True, False], [True, True, True]])
    assert_equal(student.causal_mask(3), expected)


@check(points=1)
def test_hides_what_triu_would_leave_out(student):
    """is False exactly where torch.triu(..., diagonal=1) is 1, for several sizes"""
    for n in (2, 5, 8, 33):
        hidden = torch.triu(torch.ones(n, n), diagonal=1).bool()
        assert_equal(student.causal_mask(n), ~hidden)


@check(points=1)
def test_lets_a_single_position_see_itself(student):
    """gives the 1 x 1 mask True for one position, and hides one place of two positions"""
    assert_equal(student.causal_mask(1), torch.tensor([[True]]))
    assert_equal(student.causal_mask(2), torch.tensor([[True, False], [True, True]]))


@check(points=1)
def test_shows_position_i_what_it_may_see(student):
    """shows the first position 1 key, the second 2, and the last all of them"""
    mask = student.causal_mask(6)
    assert_equal(mask, torch.ones(6, 6, dtype=torch.bool).tril())
    assert_equal(mask.sum(dim=1), torch.arange(1, 7), what="the number of keys that each query sees")


@check(points=2)
def test_makes_attention_causal(student):
    """makes attention causal when it is passed as the mask of F.scaled_dot_product_attention"""
    q, k, v = torch.randn(3, 2, 7, 4, dtype=torch.float64)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=student.causal_mask(7))
    assert_close(y, F.scaled_dot_product_attention(q, k, v, is_causal=True), what="attention under your mask")
