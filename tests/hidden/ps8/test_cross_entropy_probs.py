import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def soft(*shape, dtype=torch.float32):
    """Target distributions, one a row."""
    return torch.softmax(torch.randn(shape, dtype=dtype) * 2, dim=1)


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives 1/4 log 2 + 3/4 log 2 for two equal logits, and log 4 for four

    zh: 两个 logits 相等时给出 1/4 log 2 + 3/4 log 2，四个时给出 log 4
    """
    assert_close(student.cross_entropy_probs(torch.zeros(1, 2), torch.tensor([[0.25, 0.75]])), torch.tensor(0.6931472))
    target = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 1.0, 0.0]])
    assert_close(student.cross_entropy_probs(torch.ones(2, 4), target), torch.tensor(1.3862944))


@check(points=2)
def test_equals_torch_for_soft_targets(student):
    """equals torch's cross-entropy for soft targets, in float32 and float64

    zh: 对软目标与 torch 的交叉熵一致，float32 和 float64 均可
    """
    for shape, dtype in [((9, 4), torch.float32), ((3, 11), torch.float64)]:
        logits, target = torch.randn(shape, dtype=dtype) * 3, soft(*shape, dtype=dtype)
        assert_close(student.cross_entropy_probs(logits, target), F.cross_entropy(logits, target))


@check(points=1)
def test_equals_the_loss_of_class_indices_for_one_hot_targets(student):
    """equals the loss of class indices where the targets are one-hot

    zh: 目标是 one-hot 时，与按类别编号计算的损失相等
    """
    logits, classes = torch.randn(7, 5), torch.randint(5, (7,))
    target = F.one_hot(classes, 5).float()
    assert_close(student.cross_entropy_probs(logits, target), F.cross_entropy(logits, classes))


@check(points=2)
def test_stays_right_for_large_logits(student):
    """stays right for logits of 10,000, where probabilities round to 0 and 1

    zh: logits 为 10,000、概率被舍入为 0 和 1 时，结果仍然正确
    """
    logits = torch.tensor([[1e4, 0.0, -1e4]])
    # The log-probabilities are 0, -10,000 and -20,000.
    for target, expected in [([1.0, 0.0, 0.0], 0.0), ([0.5, 0.5, 0.0], 5000.0), ([0.0, 0.75, 0.25], 12500.0)]:
        loss = student.cross_entropy_probs(logits, torch.tensor([target]))
        assert_close(loss, torch.tensor(expected), rtol=1e-5, atol=2e-3)


@check(points=1)
def test_is_the_entropy_where_the_prediction_is_right(student):
    """gives the entropy of the target, and not zero, where the prediction equals it

    zh: 预测等于目标时，给出目标的熵，而不是零
    """
    target = soft(6, 4, dtype=torch.float64)
    entropy = torch.special.entr(target).sum(dim=1).mean()
    assert_close(student.cross_entropy_probs(target.log() + 2.5, target), entropy)


@check(points=2)
def test_has_the_right_gradient(student):
    """has the gradient softmax - target over N, for large logits too

    zh: 梯度是 softmax - target 再除以 N，logits 很大时也一样
    """
    for scale in (1.0, 300.0):
        logits = (torch.randn(5, 4, dtype=torch.float64) * scale).requires_grad_()
        target = soft(5, 4, dtype=torch.float64)
        assert_gradients(student.cross_entropy_probs, F.cross_entropy, logits, target, names=("logits",))


@check(points=1, property=True)
def test_refuses_shapes_that_differ(student):
    """raises ValueError where the shapes differ, even if they would broadcast

    zh: 形状不同时抛出 ValueError，即使它们可以广播
    """
    assert_raises(ValueError, student.cross_entropy_probs, torch.randn(3, 4), torch.full((1, 4), 0.25))
    assert_raises(ValueError, student.cross_entropy_probs, torch.randn(4, 4), torch.full((4,), 0.25))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves logits and targets unchanged

    zh: 不修改 logits 和目标
    """
    assert_unchanged(student.cross_entropy_probs, torch.randn(4, 3), soft(4, 3))
