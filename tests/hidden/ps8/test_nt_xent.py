import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def written_out(z, temperature):
    """The formula as it stands, row by row and with the row itself left out."""
    rows, terms = len(z), []
    for i in range(rows):
        others = [j for j in range(rows) if j != i]
        similar = torch.stack([F.cosine_similarity(z[i], z[j], dim=0) / temperature for j in others])
        terms.append(torch.logsumexp(similar, 0) - similar[others.index((i + rows // 2) % rows)])
    return torch.stack(terms).mean()


def views(n, d, dtype=torch.float64):
    """Two views of n samples, one half below the other, of different lengths."""
    z = torch.randn(n, d, dtype=dtype)
    both = torch.cat([z, z + 0.7 * torch.randn(n, d, dtype=dtype)])
    return both * (0.5 + torch.rand(2 * n, 1, dtype=dtype))


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives the mean of four rows worked out by hand

    zh: 给出手算得到的四行的平均
    """
    z = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0]])
    # Rows 0 and 2 have cosine 1 with their partner, 0 with the others: log(1 + 2/e) = 0.5514447.
    # Rows 1 and 3 have cosine -1 with their partner: log(1 + 2e) = 1.8619949.
    assert_close(student.nt_xent(z, 1.0), torch.tensor(1.2067198), rtol=1e-5, atol=1e-6)


@check(points=3)
def test_equals_the_formula_written_out(student):
    """equals the formula written out row by row, with the first views and the second as anchors, in float64

    zh: 等于逐行写出的公式，两个视图的行都作为锚点，float64 下检查
    """
    for n, d, temperature in [(4, 6, 0.5), (3, 10, 0.1)]:
        z = views(n, d)
        expected = written_out(z, temperature)
        assert_close(student.nt_xent(z, temperature), expected, rtol=1e-8, atol=1e-9)
        assert_close(student.nt_xent(torch.cat([z[n:], z[:n]]), temperature), expected, rtol=1e-8, atol=1e-9)


@check(points=1)
def test_keeps_float32(student):
    """gives float32 for float32, whatever the length of the rows

    zh: 输入是 float32 时结果也是 float32，与行的长度无关
    """
    z = views(5, 8, torch.float32)
    expected = written_out(z.double(), 0.3).float()
    assert_close(student.nt_xent(z, 0.3), expected, rtol=1e-4, atol=1e-5)
    assert_close(student.nt_xent(z * 50, 0.3), expected, rtol=1e-4, atol=1e-5)


@check(points=2)
def test_leaves_the_row_itself_out(student):
    """gives 0 for a single pair, however unlike its two views are, and log(1 + 2/e^2) for two pairs at right angles

    zh: 只有一对样本时给出 0，无论两个视图多么不像；两对样本互相垂直时给出 log(1 + 2/e^2)
    """
    for z in ([[1.0, 0.0], [1.0, 0.2]], [[1.0, 0.0], [0.0, 3.0]], [[1.0, 1.0], [-1.0, -1.0]]):
        assert_close(student.nt_xent(torch.tensor(z), 0.5), torch.tensor(0.0))
    # Each row has the logit 2 at its partner and 0 at the two others.
    z = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
    assert_close(student.nt_xent(z, 0.5), torch.tensor(0.2395448), rtol=1e-5, atol=1e-6)


@check(points=1)
def test_stays_right_at_a_low_temperature(student):
    """stays right at a temperature of 0.01, for views that fit and views that do not

    zh: 温度为 0.01 时结果仍然正确，两个视图相配或不相配都一样
    """
    first = torch.eye(4)[:3]
    # All cosines are 0 but those of the partners, 1: the loss is log(1 + 4 e^-100), which is 0.
    assert_close(student.nt_xent(torch.cat([first, first]), 0.01), torch.tensor(0.0))
    # With opposite partners every row sees -100 at its partner and 0 at the four others: 100 + log 4.
    assert_close(student.nt_xent(torch.cat([first, -first]), 0.01), torch.tensor(101.3862944), rtol=1e-5, atol=1e-3)


@check(points=2)
def test_has_the_right_gradient(student):
    """has the right gradient

    zh: 梯度正确
    """
    for n, temperature in [(2, 1.0), (3, 0.1)]:
        z = views(n, 4).requires_grad_()
        assert_gradients(student.nt_xent, written_out, z, temperature, names=("z",), rtol=1e-6, atol=1e-8)


@check(points=1, property=True)
def test_refuses_what_does_not_fit(student):
    """raises ValueError for an odd number of rows or a temperature not above 0

    zh: 行数为奇数，或温度不大于 0 时，抛出 ValueError
    """
    z = views(3, 4)
    assert_raises(ValueError, student.nt_xent, z[:5], 0.5)
    assert_raises(ValueError, student.nt_xent, z, 0.0)
    assert_raises(ValueError, student.nt_xent, z, -1.0)


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves its argument unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.nt_xent, views(3, 4), 0.5)
