import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_torch(logits, target, pos_weight=None):
    """torch's binary cross-entropy."""
    return F.binary_cross_entropy_with_logits(logits, target, pos_weight=pos_weight)


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives the mean of log 2, -log 1/5, -log 4/5 and log 2 for the logits 0, log 4, -log 4 and 0

    zh: 对 logits 0、log 4、-log 4 和 0，给出 log 2、-log 1/5、-log 4/5 和 log 2 的平均
    """
    logits = torch.tensor([[0.0, 1.3862944], [-1.3862944, 0.0]])
    target = torch.tensor([[0.0, 0.0], [0.0, 0.5]])
    # 0.6931472 + 1.6094379 + 0.2231436 + 0.6931472 = 3.2188759
    assert_close(student.bce_with_logits(logits, target), torch.tensor(0.8047190))


@check(points=2)
def test_equals_torch(student):
    """equals torch for targets of 0, 1 and between, for any shape, in float32 and float64

    zh: 目标为 0、1 或两者之间的数时都与 torch 一致，任意形状，float32 和 float64 均可
    """
    for shape, dtype in [((7,), torch.float32), ((4, 3), torch.float64), ((2, 3, 4), torch.float64)]:
        logits, target = torch.randn(shape, dtype=dtype) * 3, torch.rand(shape, dtype=dtype)
        assert_close(student.bce_with_logits(logits, target), by_torch(logits, target))
        assert_close(student.bce_with_logits(logits, target.round()), by_torch(logits, target.round()))


@check(points=2)
def test_stays_right_for_large_logits(student):
    """gives 10,000, or 0, for logits of 10,000 and -10,000

    zh: logits 为 10,000 和 -10,000 时，给出 10,000 或 0
    """
    for logit, answer, expected in [(1e4, 0.0, 1e4), (1e4, 1.0, 0.0), (-1e4, 1.0, 1e4), (-1e4, 0.0, 0.0)]:
        loss = student.bce_with_logits(torch.tensor([logit]), torch.tensor([answer]))
        assert_close(loss, torch.tensor(expected))


@check(points=2)
def test_weights_the_positive_term(student):
    """weights the positive term only, with one weight or one for each class

    zh: 只给正类那一项加权，权重可以是一个，也可以每个类别一个
    """
    logits, target = torch.randn(6, 3), torch.rand(6, 3)
    for weight in (torch.tensor(4.0), torch.tensor([0.5, 3.0, 10.0])):
        assert_close(student.bce_with_logits(logits, target, weight), by_torch(logits, target, weight))
        assert_close(student.bce_with_logits(logits, target.round(), weight), by_torch(logits, target.round(), weight))


@check(points=2)
def test_has_the_right_gradient(student):
    """has the right gradient, with and without a weight, for large logits too

    zh: 有无权重时梯度都正确，logits 很大时也一样
    """
    for scale in (1.0, 1000.0):
        logits = (torch.randn(5, 3, dtype=torch.float64) * scale).requires_grad_()
        target = torch.rand(5, 3, dtype=torch.float64)
        weight = torch.rand(3, dtype=torch.float64) * 5
        assert_gradients(student.bce_with_logits, by_torch, logits, target, names=("logits",))
        assert_gradients(student.bce_with_logits, by_torch, logits, target, weight, names=("logits",))


@check(points=1)
def test_has_the_right_gradient_at_the_logit_zero(student):
    """has the gradient (1/2 - y) / N where all logits are 0

    zh: logits 全为 0 时，梯度是 (1/2 - y) / N
    """
    logits, target = torch.zeros(4, requires_grad=True), torch.tensor([0.0, 1.0, 0.5, 0.25])
    assert_gradients(student.bce_with_logits, by_torch, logits, target, names=("logits",))


@check(points=1, property=True)
def test_refuses_shapes_that_differ(student):
    """raises ValueError where the shapes of logits and target differ, even if they would broadcast

    zh: logits 与目标的形状不同时抛出 ValueError，即使它们可以广播
    """
    assert_raises(ValueError, student.bce_with_logits, torch.randn(4, 1), torch.rand(4))
    assert_raises(ValueError, student.bce_with_logits, torch.randn(2, 3), torch.rand(3))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves logits, targets and weights unchanged

    zh: 不修改 logits、目标和权重
    """
    logits, target, weight = torch.randn(4, 2), torch.rand(4, 2), torch.tensor([2.0, 0.5])
    assert_unchanged(student.bce_with_logits, logits, target, weight)
