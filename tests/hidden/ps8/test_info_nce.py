import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_torch(z1, z2, temperature):
    """Cross-entropy of the cosine similarities, in both directions."""
    logits = F.normalize(z1, dim=1) @ F.normalize(z2, dim=1).T / temperature
    answer = torch.arange(len(logits))
    return (F.cross_entropy(logits, answer) + F.cross_entropy(logits.T, answer)) / 2


def views(n, d, dtype=torch.float64):
    """Two views that resemble each other, of different lengths."""
    z1 = torch.randn(n, d, dtype=dtype)
    z2 = z1 + 0.5 * torch.randn(n, d, dtype=dtype)
    return z1 * (0.5 + torch.rand(n, 1, dtype=dtype)), z2 * (0.5 + torch.rand(n, 1, dtype=dtype))


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives the mean of two rows (log 2, log 2) and two columns (log(1 + 1/e), log(1 + e)) worked out by hand

    zh: 给出手算得到的两行（log 2, log 2）与两列（log(1 + 1/e), log(1 + e)）的平均
    """
    z1, z2 = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    # (0.6931472 + 0.6931472 + 0.3132617 + 1.3132617) / 4
    assert_close(student.info_nce(z1, z2, 1.0), torch.tensor(0.7532044), rtol=1e-5, atol=1e-6)


@check(points=3)
def test_equals_cross_entropy_of_the_similarities(student):
    """equals torch's cross-entropy of the similarities, also with the views exchanged, in float32 and float64

    zh: 等于 torch 对相似度算出的交叉熵，两个视图互换时也一样，float32 和 float64 均可
    """
    for n, d, temperature, dtype in [(8, 5, 0.5, torch.float32), (5, 12, 0.1, torch.float64)]:
        z1, z2 = views(n, d, dtype)
        rtol = 1e-4 if dtype == torch.float32 else 1e-9
        expected = by_torch(z1, z2, temperature)
        assert_close(student.info_nce(z1, z2, temperature), expected, rtol=rtol, atol=rtol / 10)
        assert_close(student.info_nce(z2, z1, temperature), expected, rtol=rtol, atol=rtol / 10)


@check(points=1)
def test_does_not_depend_on_the_lengths(student):
    """gives the same for embeddings of any length

    zh: 嵌入的长度改变时，结果相同
    """
    z1, z2 = views(6, 4)
    expected = by_torch(z1, z2, 0.2)
    assert_close(student.info_nce(100 * z1, z2 / 100, 0.2), expected, rtol=1e-9, atol=1e-10)


@check(points=2)
def test_stays_finite_at_a_temperature_of_a_hundredth(student):
    """stays finite at a temperature of 0.01, for views that fit and views that do not

    zh: 温度为 0.01 时结果仍是有限的数，两个视图相配或不相配都一样
    """
    z1 = torch.randn(6, 8)
    # A cosine is right to 1e-7 in float32, and so a logit to some 1e-5.
    for z2 in (z1 * 2, -z1, z1.roll(1, 0)):
        expected = by_torch(z1.double(), z2.double(), 0.01).float()
        assert_close(student.info_nce(z1, z2, 0.01), expected, rtol=1e-4, atol=1e-3)


@check(points=1)
def test_takes_a_large_batch_and_a_single_pair(student):
    """takes a batch of 40 pairs, and gives 0 for a single pair, which has no negatives

    zh: 能处理 40 对样本的批次，只有一对样本时没有负样本，给出 0
    """
    z1, z2 = views(40, 16, torch.float32)
    assert_close(student.info_nce(z1, z2, 0.1), by_torch(z1, z2, 0.1), rtol=1e-4, atol=1e-4)
    assert_close(student.info_nce(z1[:1], z2[:1], 0.1), torch.tensor(0.0))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for both views

    zh: 对两个视图的梯度都正确
    """
    for temperature in (0.5, 0.05):
        z1, z2 = (item.requires_grad_() for item in views(5, 4))
        assert_gradients(student.info_nce, by_torch, z1, z2, temperature, names=("z1", "z2"), rtol=1e-6, atol=1e-9)


@check(points=1, property=True)
def test_refuses_what_does_not_fit(student):
    """raises ValueError where shapes differ or the temperature is not above 0

    zh: 形状不同，或温度不大于 0 时，抛出 ValueError
    """
    z1, z2 = views(4, 3, torch.float32)
    assert_raises(ValueError, student.info_nce, z1, z2[:3], 0.1)
    assert_raises(ValueError, student.info_nce, z1, z2, 0.0)
    assert_raises(ValueError, student.info_nce, z1, z2, -0.1)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.info_nce, *views(4, 3, torch.float32), 0.5)
