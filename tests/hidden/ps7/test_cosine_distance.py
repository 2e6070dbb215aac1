import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def by_torch(x, y, dim=1, eps=1e-8):
    """One less torch's similarity."""
    return 1 - F.cosine_similarity(x, y, dim=dim, eps=eps)


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 0.04 for (3, 4) and (4, 3), and 1.96 for (3, 4) and (-4, -3)

    zh: 对 (3, 4) 和 (4, 3) 给出 0.04，对 (3, 4) 和 (-4, -3) 给出 1.96
    """
    x = torch.tensor([[3.0, 4.0], [3.0, 4.0]])
    y = torch.tensor([[4.0, 3.0], [-4.0, -3.0]])
    assert_close(student.cosine_distance(x, y), torch.tensor([0.04, 1.96]))


@check(points=2)
def test_takes_any_dimension(student):
    """takes the vectors along dim, and broadcasts the others, float32 and float64

    zh: 向量沿 dim 排列，其余各维则进行广播，float32 和 float64 均可
    """
    for shape, other, dim, dtype in [
        ((4, 3), (4, 3), 0, torch.float64),
        ((2, 3, 4), (2, 3, 4), 1, torch.float32),
        ((4, 1, 3), (1, 5, 3), -1, torch.float64),
    ]:
        x, y = torch.randn(shape, dtype=dtype), torch.randn(other, dtype=dtype)
        assert_close(student.cosine_distance(x, y, dim=dim), by_torch(x, y, dim=dim))


@check(points=1)
def test_is_half_the_squared_distance_of_unit_vectors(student):
    """is half the squared Euclidean distance for vectors of length 1

    zh: 对长度为 1 的向量，等于欧氏距离平方的一半
    """
    u = F.normalize(torch.randn(8, 5, dtype=torch.float64))
    v = F.normalize(torch.randn(8, 5, dtype=torch.float64))
    assert_close(student.cosine_distance(u, v), (u - v).square().sum(1) / 2)


@check(points=1)
def test_gives_one_for_a_zero_vector(student):
    """gives 1 and not NaN where a vector is zero, and uses eps

    zh: 某个向量为零时给出 1，而不是 NaN，并且使用 eps
    """
    x, y = torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.tensor([[3.0, 4.0], [0.0, 0.0]])
    assert_close(student.cosine_distance(x, y), torch.ones(2))
    # The norms 1 and 1 both become 2.
    unit = torch.tensor([[1.0, 0.0]])
    assert_close(student.cosine_distance(unit, unit.clone(), eps=2.0), torch.tensor([0.75]))


@check(points=1)
def test_has_the_right_gradients(student):
    """has the right gradients for x and y

    zh: 对 x 和 y 的梯度正确
    """
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    y = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.cosine_distance, by_torch, x, y, names=["x", "y"])
    torch.autograd.gradcheck(student.cosine_distance, (x, y))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.cosine_distance, torch.randn(3, 2), torch.randn(3, 2))
