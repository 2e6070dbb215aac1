import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 56/65 for (3, 4) and (12, 5), -1 for opposite and 0 for perpendicular vectors

    zh: 对 (3, 4) 和 (12, 5) 给出 56/65，方向相反时给出 -1，垂直时给出 0
    """
    x = torch.tensor([[3.0, 4.0], [1.0, -2.0], [2.0, 6.0]])
    y = torch.tensor([[12.0, 5.0], [-3.0, 6.0], [9.0, -3.0]])
    expected = torch.tensor([56 / 65, -1.0, 0.0])
    assert_close(student.cosine_similarity(x, y), expected)


@check(points=2)
def test_takes_any_dimension(student):
    """takes the vectors along dim, for any dimension, float32 and float64

    zh: 向量沿 dim 排列，dim 可以是任意一维，float32 和 float64 均可
    """
    cases = [((4, 3), 0, torch.float32), ((2, 3, 4), 1, torch.float64), ((2, 3, 4), -1, torch.float32)]
    for shape, dim, dtype in cases:
        x, y = torch.randn(shape, dtype=dtype), torch.randn(shape, dtype=dtype)
        assert_close(student.cosine_similarity(x, y, dim=dim), F.cosine_similarity(x, y, dim=dim))
    x, y = torch.randn(2, 5, 3), torch.randn(2, 5, 3)
    assert_close(
        student.cosine_similarity(x, y),
        F.cosine_similarity(x, y),
        what={"en": "the result without dim", "zh": "不给出 dim 时的结果"},
    )


@check(points=1)
def test_broadcasts(student):
    """broadcasts all other dimensions: (4, 1, 3) and (5, 3) along the last give a table of (4, 5)

    zh: 其余各维进行广播：(4, 1, 3) 和 (5, 3) 沿最后一维得到 (4, 5) 的表
    """
    x, y = torch.randn(4, 1, 3), torch.randn(5, 3)
    assert_close(student.cosine_similarity(x, y, dim=-1), F.cosine_similarity(x, y.unsqueeze(0), dim=-1))


@check(points=2)
def test_gives_zero_for_a_zero_vector(student):
    """gives 0 and not NaN where one vector is zero, or both are, and 1 to a parallel pair beside them

    zh: 一个或两个向量为零时给出 0，而不是 NaN，同时旁边平行的一对仍得到 1
    """
    x = torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0], [1.0, 2.0]])
    y = torch.tensor([[3.0, 4.0], [0.0, 0.0], [0.0, 0.0], [2.0, 4.0]])
    assert_close(student.cosine_similarity(x, y), torch.tensor([0.0, 0.0, 0.0, 1.0]))


@check(points=2)
def test_clamps_each_norm(student):
    """keeps each norm, not their product, at eps at least

    zh: 使每个范数（而不是它们的乘积）都不小于 eps
    """
    x, y = torch.tensor([[3e-5, 4e-5]], dtype=torch.float64), torch.tensor([[4e-5, 3e-5]], dtype=torch.float64)
    assert_close(student.cosine_similarity(x, y), torch.tensor([0.96], dtype=torch.float64))
    x, y = torch.tensor([[0.3, 0.4]]), torch.tensor([[12.0, 16.0]])
    # The norms are 0.5, which becomes 2, and 20: 10 / (2 * 20).
    assert_close(student.cosine_similarity(x, y, eps=2.0), torch.tensor([0.25]))


@check(points=1)
def test_does_not_depend_on_the_lengths(student):
    """gives the same for vectors a million times longer or shorter

    zh: 向量变长或变短一百万倍时，结果相同
    """
    x, y = torch.randn(6, 4), torch.randn(6, 4)
    expected = F.cosine_similarity(x, y)
    assert_close(student.cosine_similarity(x * 1e6, y * 1e-6), expected, rtol=1e-5)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x and y

    zh: 对 x 和 y 的梯度正确
    """
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    y = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.cosine_similarity, F.cosine_similarity, x, y, names=["x", "y"])
    torch.autograd.gradcheck(student.cosine_similarity, (x, y))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.cosine_similarity, torch.randn(3, 2), torch.randn(3, 2))
