import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives log 1/6, log 2/6 and log 3/6 for the logits log 1, log 2 and log 3

    zh: 对 logits log 1、log 2 和 log 3，给出 log 1/6、log 2/6 和 log 3/6
    """
    x = torch.tensor([[0.0, 0.6931472, 1.0986123]])
    assert_close(student.log_softmax(x, 1), torch.tensor([[-1.7917595, -1.0986123, -0.6931472]]))


@check(points=2)
def test_works_along_any_dimension(student):
    """equals torch along any dimension, counted from either end, in float32 and float64

    zh: 沿任意一维都与 torch 一致，从前或从后数起都一样，float32 和 float64 均可
    """
    for shape, dim, dtype in [
        ((5, 3), 1, torch.float32),
        ((5, 3), 0, torch.float64),
        ((2, 4, 3), 1, torch.float64),
        ((2, 4, 3), -3, torch.float32),
        ((6,), -1, torch.float64),
    ]:
        x = torch.randn(shape, dtype=dtype) * 3
        assert_close(student.log_softmax(x, dim), F.log_softmax(x, dim))


@check(points=2)
def test_stays_finite_for_large_logits(student):
    """stays finite for logits of 10,000

    zh: logits 为 10,000 时，结果仍是有限的数
    """
    x = torch.tensor([[1e4, 9999.0, -1e4], [-1e4, -1e4, -1e4]])
    # Next to 10,000 float32 resolves 0.001: what is right to that is right.
    assert_close(student.log_softmax(x, 1), F.log_softmax(x, 1), rtol=1e-5, atol=2e-3)


@check(points=2)
def test_keeps_log_probabilities_of_what_is_all_but_impossible(student):
    """gives -200, and not -inf, where the probability itself is too small for float32

    zh: 概率本身小到 float32 无法表示时，给出 -200，而不是 -inf
    """
    x = torch.tensor([[0.0, -200.0], [150.0, 0.0]])
    assert_close(student.log_softmax(x, 1), torch.tensor([[0.0, -200.0], [0.0, -150.0]]), rtol=1e-5, atol=1e-4)


@check(points=1)
def test_shifts_each_slice_on_its_own(student):
    """is right for slices of very different size in one tensor

    zh: 同一张量中各切片大小悬殊时，结果仍然正确
    """
    x = torch.tensor([[500.0, 501.0], [-500.0, -501.0], [0.0, 1.0]])
    # Next to 500 float32 resolves 0.00003.
    assert_close(student.log_softmax(x, 1), F.log_softmax(x, 1), rtol=1e-4, atol=1e-4)
    columns = x.T.contiguous()
    assert_close(student.log_softmax(columns, 0), F.log_softmax(columns, 0), rtol=1e-4, atol=1e-4)


@check(points=1)
def test_takes_masked_logits(student):
    """gives -inf to a logit of -inf, and shares the probability among the others

    zh: 取值为 -inf 的 logit 得到 -inf，概率由其余类别分享
    """
    x = torch.tensor([[-math.inf, 0.0, 1.0986123], [2.0, -math.inf, -math.inf]])
    expected = torch.tensor([[-math.inf, -1.3862944, -0.2876821], [0.0, -math.inf, -math.inf]])
    assert_close(student.log_softmax(x, 1), expected)


@check(points=2)
def test_has_the_right_gradient(student):
    """has the right gradient, for large logits too

    zh: 梯度正确，logits 很大时也一样
    """
    for scale, dim in [(1.0, 1), (1.0, 0), (300.0, 1)]:
        x = (torch.randn(4, 5, dtype=torch.float64) * scale).requires_grad_()
        assert_gradients(student.log_softmax, F.log_softmax, x, dim, names=("x",), rtol=1e-6, atol=1e-9)


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves its argument unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.log_softmax, torch.randn(3, 4), 1)
