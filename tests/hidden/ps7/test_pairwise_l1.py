import torch

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_unchanged, check


def by_torch(x, y):
    """The distances by torch."""
    return torch.cdist(x, y, p=1)


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 6 from (1, 2, 3) to (2, 0, 0) and 0 from a point to itself

    zh: 从 (1, 2, 3) 到 (2, 0, 0) 给出 6，从一点到它自己给出 0
    """
    x = torch.tensor([[1.0, 2.0, 3.0]])
    y = torch.tensor([[2.0, 0.0, 0.0], [1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]])
    assert_close(student.pairwise_l1(x, y), torch.tensor([[6.0, 0.0, 12.0]]))


@check(points=1)
def test_does_not_let_differences_cancel(student):
    """keeps points apart whose differences add up to zero, such as (0, 0) and (5, -5)

    zh: 各坐标之差相加为零的点仍能区分，例如 (0, 0) 和 (5, -5)
    """
    x, y = torch.zeros(2, 2), torch.tensor([[5.0, -5.0], [-1.0, 1.0]])
    assert_close(student.pairwise_l1(x, y), torch.tensor([[10.0, 2.0], [10.0, 2.0]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch for N rows and M rows of D numbers, float32 and float64

    zh: 对 N 行和 M 行的 D 个数与 torch 一致，float32 和 float64 均可
    """
    for n, m, d, dtype in [(4, 7, 3, torch.float32), (6, 2, 5, torch.float64), (3, 3, 4, torch.float64)]:
        x, y = torch.randn(n, d, dtype=dtype), torch.randn(m, d, dtype=dtype)
        assert_close(student.pairwise_l1(x, y), by_torch(x, y))


@check(points=1)
def test_handles_single_and_missing_points(student):
    """handles one point, one dimension and no points at all

    zh: 只有一个点、只有一维，以及一个点都没有时，都正确
    """
    assert_close(student.pairwise_l1(torch.tensor([[2.0]]), torch.tensor([[-1.0]])), torch.tensor([[3.0]]))
    assert_equal(student.pairwise_l1(torch.zeros(0, 3), torch.randn(4, 3)), torch.zeros(0, 4))


@check(points=1)
def test_is_accurate_far_from_the_origin(student):
    """keeps its digits far from the origin, where neighbours differ by 1 in 1,000,000

    zh: 远离原点时仍保持有效数字，例如在 1,000,000 附近相差 1 的点
    """
    x = 1e6 + torch.randint(0, 8, (5, 3)).float()
    y = 1e6 + torch.randint(0, 8, (4, 3)).float()
    assert_close(student.pairwise_l1(x, y), by_torch(x.double(), y.double()).float())


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x and y, and 0 where two coordinates are equal

    zh: 对 x 和 y 的梯度正确，两个坐标相等处的梯度为 0
    """
    x = torch.randn(4, 3, dtype=torch.float64)
    y = torch.randn(5, 3, dtype=torch.float64)
    torch.autograd.gradcheck(student.pairwise_l1, (x.clone().requires_grad_(), y.clone().requires_grad_()))
    y[2] = x[1]
    assert_gradients(student.pairwise_l1, by_torch, x.requires_grad_(), y.requires_grad_(), names=["x", "y"])


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.pairwise_l1, torch.randn(3, 2), torch.randn(4, 2))
