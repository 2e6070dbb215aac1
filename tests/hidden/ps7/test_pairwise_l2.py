import torch

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_unchanged, check


def by_torch(x, y):
    """The distances by torch, from differences and not from a matrix product."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 3 from the origin to (1, 2, 2) and 13 to (3, 4, 12)

    zh: 从原点到 (1, 2, 2) 给出 3，到 (3, 4, 12) 给出 13
    """
    y = torch.tensor([[1.0, 2.0, 2.0], [3.0, 4.0, 12.0]])
    assert_close(student.pairwise_l2(torch.zeros(1, 3), y), torch.tensor([[3.0, 13.0]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch for N rows and M rows of D numbers, float32 and float64

    zh: 对 N 行和 M 行的 D 个数与 torch 一致，float32 和 float64 均可
    """
    for n, m, d, dtype in [(4, 7, 3, torch.float32), (30, 2, 5, torch.float64), (3, 3, 1, torch.float64)]:
        x, y = torch.randn(n, d, dtype=dtype), torch.randn(m, d, dtype=dtype)
        assert_close(student.pairwise_l2(x, y), by_torch(x, y))


@check(points=2, property=True)
def test_gives_equal_points_the_distance_zero(student):
    """gives equal points the distance 0 exactly, never NaN, near the origin and far from it

    zh: 相等的点距离恰好为 0，而不是 NaN，在原点附近和远处都一样
    """
    for scale, dtype in [(1.0, torch.float64), (1.0, torch.float32), (1000.0, torch.float32)]:
        x = torch.randn(40, 5, dtype=dtype) * scale
        assert_equal(
            student.pairwise_l2(x, x.clone()).diagonal(),
            torch.zeros(40, dtype=dtype),
            what={"en": "the diagonal", "zh": "对角线"},
        )


@check(points=2)
def test_is_accurate_far_from_the_origin(student):
    """keeps its digits in float32 at coordinates around 10,000

    zh: 在 float32 中，坐标在 10,000 附近时仍保持有效数字
    """
    x, y = 1e4 + torch.randn(30, 3), 1e4 + torch.randn(30, 3)
    expected = torch.cdist(x.double(), y.double(), compute_mode="donot_use_mm_for_euclid_dist").float()
    assert_close(student.pairwise_l2(x, y), expected, rtol=1e-5)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x and y

    zh: 对 x 和 y 的梯度正确
    """
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    y = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.pairwise_l2, by_torch, x, y, names=["x", "y"])
    torch.autograd.gradcheck(student.pairwise_l2, (x, y))


@check(points=3)
def test_has_a_gradient_of_zero_for_equal_points(student):
    """has no NaN in the gradient where two points are equal: such a pair contributes 0

    zh: 两点相等时梯度中不出现 NaN：这样的一对贡献为 0
    """
    x = torch.randn(4, 3, dtype=torch.float64)
    y = torch.randn(5, 3, dtype=torch.float64)
    y[0], y[3] = x[2], x[0]
    assert_gradients(student.pairwise_l2, by_torch, x.requires_grad_(), y.requires_grad_(), names=["x", "y"])


@check(points=1)
def test_computes_a_million_distances_in_time(student):
    """computes 1000 by 1000 distances in time, without a Python loop over pairs

    zh: 及时算出 1000 对 1000 个点的距离，不用 Python 循环遍历点对
    """
    x, y = torch.randn(1000, 3), torch.randn(1000, 3)
    assert_close(student.pairwise_l2(x, y), by_torch(x, y))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.pairwise_l2, torch.randn(3, 2), torch.randn(4, 2))
