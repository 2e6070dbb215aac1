import math

import torch

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 1/7, 2/7 and 4/7 for the logits 0, log 2 and log 4

    zh: 对 logits 0、log 2 和 log 4，给出 1/7、2/7 和 4/7
    """
    x = torch.tensor([0.0, math.log(2), math.log(4)])
    assert_close(student.softmax(x, dim=0), torch.tensor([1 / 7, 2 / 7, 4 / 7]))


@check(points=2)
def test_works_along_any_axis(student):
    """equals torch along every axis, also counted from the end, in float32 and float64

    zh: 沿每个轴都与 torch 一致，从末尾数起的轴也一样，float32 和 float64 均可
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(2, 3, 4, dtype=dtype) * 2
        for dim in (0, 1, 2, -1, -3):
            assert_close(student.softmax(x, dim), torch.softmax(x, dim))


@check(points=2)
def test_stays_finite_for_large_logits(student):
    """gives no NaN where logits are as large as 10,000 or as small as -10,000

    zh: logits 大到 10,000 或小到 -10,000 时，不出现 NaN
    """
    x = torch.tensor([[1e4, 0.0, -1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, -1e4], [1e4, 1e4 + 1, 0.0]])
    # Next to 10,000 float32 resolves 0.001: what is right to that is right.
    assert_close(student.softmax(x, dim=1), torch.softmax(x, dim=1), rtol=2e-3, atol=1e-5)
    assert_close(student.softmax(x.double(), dim=0), torch.softmax(x.double(), dim=0))


@check(points=2)
def test_treats_each_slice_on_its_own(student):
    """gives no NaN where one row has logits around 1000 and another around 0

    zh: 一行的 logits 在 1000 附近、另一行在 0 附近时，不出现 NaN
    """
    x = torch.tensor([[1000.0, 1001.0], [0.0, 1.0], [-1000.0, -999.0]])
    assert_close(student.softmax(x, dim=1), torch.softmax(x, dim=1), rtol=1e-3, atol=1e-5)
    assert_close(student.softmax(x.T.contiguous(), dim=0), torch.softmax(x.T, dim=0), rtol=1e-3, atol=1e-5)


@check(points=1)
def test_gives_zero_for_minus_infinity(student):
    """gives a logit of minus infinity the probability 0 and the gradient 0

    zh: 取值为负无穷的 logit，概率是 0，梯度也是 0
    """
    x = torch.tensor([[0.0, -math.inf, 1.0], [-math.inf, -math.inf, 5.0]], requires_grad=True)
    assert_gradients(student.softmax, torch.softmax, x, 1, names=("x",))


@check(points=2)
def test_has_the_right_gradient(student):
    """has the right gradient along any axis, also where logits tie for the maximum

    zh: 沿任意轴的梯度都正确，几个 logits 同为最大值时也一样
    """
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    for dim in (0, 1):
        assert_gradients(student.softmax, torch.softmax, x, dim, names=("x",))
    tied = torch.tensor([2.0, 2.0, 1.0], requires_grad=True)
    assert_gradients(student.softmax, torch.softmax, tied, 0, names=("x",))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves the logits unchanged

    zh: 不修改 logits
    """
    assert_unchanged(student.softmax, torch.randn(3, 4), 1)
