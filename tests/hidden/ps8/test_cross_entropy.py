import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


@check(points=2)
def test_equals_torch(student):
    """gives the mean of -log 1/2 and -log 1/4 for logits worked out by hand, and equals torch in float32 and float64

    zh: 对手算的 logits 给出 -log 1/2 和 -log 1/4 的平均，并与 torch 一致，float32 和 float64 均可
    """
    logits = torch.tensor([[0.0, 0.0], [1.0986123, 0.0]])
    # -log 1/2 = 0.6931472, and with 3/4 against 1/4 -log 1/4 = 1.3862944
    assert_close(student.cross_entropy(logits, torch.tensor([0, 1])), torch.tensor(1.0397208))
    for dtype in (torch.float32, torch.float64):
        logits, target = torch.randn(16, 7, dtype=dtype) * 3, torch.randint(7, (16,))
        assert_close(student.cross_entropy(logits, target), F.cross_entropy(logits, target))


@check(points=1)
def test_takes_sequences(student):
    """takes logits of shape (N, C, L) with targets of shape (N, L)

    zh: 接受形状为 (N, C, L) 的 logits 和形状为 (N, L) 的目标
    """
    logits, target = torch.randn(3, 5, 4), torch.randint(5, (3, 4))
    assert_close(student.cross_entropy(logits, target), F.cross_entropy(logits, target))


@check(points=2)
def test_stays_finite_for_large_logits(student):
    """stays finite for logits of 10,000, and where they lie far apart from sample to sample

    zh: logits 为 10,000，或各样本的 logits 相差很远时，结果仍是有限的数
    """
    logits = torch.tensor([[1e4, 0.0, -1e4], [-1e4, 1e4, 1e4]])
    apart = torch.tensor([[1e4, 1e4 + 1], [-1e4, -1e4 + 2]])
    target = torch.tensor([0, 1])
    assert_close(student.cross_entropy(apart, target), F.cross_entropy(apart, target), rtol=1e-3)
    for target in (torch.tensor([0, 1]), torch.tensor([2, 0])):
        # Next to 10,000 float32 resolves 0.001: what is right to that is right.
        assert_close(student.cross_entropy(logits, target), F.cross_entropy(logits, target), rtol=1e-3)


@check(points=1)
def test_leaves_out_ignored_targets(student):
    """leaves out ignored targets, in the mean too

    zh: 被忽略的目标不计入，也不计入平均
    """
    logits, target = torch.randn(8, 4), torch.tensor([0, 3, -100, 2, -100, 1, 1, 0])
    assert_close(student.cross_entropy(logits, target), F.cross_entropy(logits, target))
    other = target.clamp(min=0)
    assert_close(student.cross_entropy(logits, other, ignore_index=0), F.cross_entropy(logits, other, ignore_index=0))


@check(points=2)
def test_takes_a_weighted_mean(student):
    """divides by the sum of the class weights

    zh: 除以各样本的类别权重之和
    """
    logits, target = torch.randn(9, 4), torch.randint(4, (9,))
    weight = torch.tensor([0.5, 2.0, 1.0, 3.0])
    assert_close(student.cross_entropy(logits, target, weight), F.cross_entropy(logits, target, weight))
    target[3] = -100
    assert_close(student.cross_entropy(logits, target, weight), F.cross_entropy(logits, target, weight))


@check(points=1)
def test_smooths_labels(student):
    """spreads the label smoothing over all classes, weighted by class, with the right gradient

    zh: 把标签平滑分给所有类别，并按类别加权，梯度也正确
    """
    logits, target = torch.randn(6, 5), torch.randint(5, (6,))
    given = {"label_smoothing": 0.2}
    assert_close(student.cross_entropy(logits, target, **given), F.cross_entropy(logits, target, **given))
    given["weight"] = torch.tensor([1.0, 2.0, 0.5, 1.5, 1.0])
    assert_close(student.cross_entropy(logits, target, **given), F.cross_entropy(logits, target, **given))
    given["weight"] = torch.rand(5, dtype=torch.float64) + 0.5
    logits = logits.double().requires_grad_()
    assert_gradients(student.cross_entropy, F.cross_entropy, logits, target, **given, names=("logits",))


@check(points=2)
def test_has_the_right_gradient(student):
    """has the gradient softmax - one-hot over N

    zh: 梯度是 softmax - one-hot 再除以 N
    """
    logits = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    target = torch.randint(3, (5,))
    assert_gradients(student.cross_entropy, F.cross_entropy, logits, target, names=("logits",))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    weight = torch.tensor([0.5, 2.0, 1.0])
    assert_unchanged(student.cross_entropy, torch.randn(5, 3), torch.randint(3, (5,)), weight, label_smoothing=0.1)
