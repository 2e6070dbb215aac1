import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_raises, assert_unchanged, check


def distances(queries, keys, metric):
    """All distances by torch, from differences and not from a matrix product."""
    if metric == "cosine":
        return 1 - F.cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    p = {"l1": 1.0, "l2": 2.0}[metric]
    return torch.cdist(queries, keys, p=p, compute_mode="donot_use_mm_for_euclid_dist")


def by_torch(queries, keys, k, metric="l2"):
    """The smallest of these; for inputs without ties."""
    found = distances(queries, keys, metric).topk(k, dim=1, largest=False)
    return found.values, found.indices


def assert_pair(actual, expected):
    """Both tensors, each called by its name."""
    both = isinstance(actual, list | tuple) and len(actual) == 2
    assert_equal(
        both,
        True,
        what={"en": "whether the result is a pair of distances and indices", "zh": "“结果是一对距离和编号”的判断"},
    )
    assert_close(actual[0], expected[0], what={"en": "the distances", "zh": "距离"}, rtol=1e-5, atol=1e-5)
    assert_equal(actual[1], expected[1], what={"en": "the indices", "zh": "编号"})


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """finds, on a line of keys at 0, 10, 3 and 6, the keys 6 and 3 for the query 5 and 0 and 3 for -1

    zh: 键在直线上的 0、10、3 和 6 处时，对查询 5 找到键 6 和 3，对 -1 找到 0 和 3
    """
    keys = torch.tensor([[0.0], [10.0], [3.0], [6.0]])
    expected = torch.tensor([[1.0, 2.0], [1.0, 4.0]]), torch.tensor([[3, 2], [0, 2]])
    assert_pair(student.k_nearest(torch.tensor([[5.0], [-1.0]]), keys, 2, "l2"), expected)


@check(points=3)
def test_measures_with_each_metric(student):
    """finds the same keys as torch under l1, l2 and cosine, float32 and float64, and takes l2 where none is given

    zh: 在 l1、l2 和 cosine 下找到的键与 torch 相同，float32 和 float64 均可，没有给出度量时用 l2
    """
    for metric in ["l1", "l2", "cosine"]:
        for dtype in [torch.float32, torch.float64]:
            queries, keys = torch.randn(5, 3, dtype=dtype), torch.randn(20, 3, dtype=dtype)
            assert_pair(student.k_nearest(queries, keys, 4, metric), by_torch(queries, keys, 4, metric))
    queries, keys = torch.randn(5, 3), torch.randn(20, 3)
    assert_pair(student.k_nearest(queries, keys, 3), by_torch(queries, keys, 3))


@check(points=1)
def test_takes_the_smallest_cosine_distance(student):
    """finds, under cosine, the key of the same direction, however long, and not the opposite one

    zh: 在 cosine 下找到方向相同的键，无论它有多长，而不是方向相反的键
    """
    keys = torch.tensor([[-1.0, -2.0], [2.0, -1.0], [50.0, 100.0]])
    expected = torch.tensor([[0.0, 1.0, 2.0]]), torch.tensor([[2, 1, 0]])
    assert_pair(student.k_nearest(torch.tensor([[1.0, 2.0]]), keys, 3, "cosine"), expected)


@check(points=2)
def test_settles_ties_by_index(student):
    """puts keys of equal distance in the order of their indices

    zh: 距离相等的键按编号的次序排列
    """
    keys = torch.randint(0, 2, (60, 2)).float() * 4
    queries = torch.tensor([[0.0, 0.0], [4.0, 1.0]])
    for metric in ["l2", "l1"]:
        nearest, indices = distances(queries, keys, metric).sort(dim=1, stable=True)
        assert_pair(student.k_nearest(queries, keys, 25, metric), (nearest[:, :25], indices[:, :25]))


@check(points=1)
def test_finds_all_or_one(student):
    """finds a single key for k = 1, and all of them in order for k = M

    zh: k = 1 时找到一个键，k = M 时按次序找到全部
    """
    queries, keys = torch.randn(3, 4), torch.randn(6, 4)
    assert_pair(student.k_nearest(queries, keys, 1, "l1"), by_torch(queries, keys, 1, "l1"))
    assert_pair(student.k_nearest(queries, keys, 6, "l2"), by_torch(queries, keys, 6, "l2"))


@check(points=1)
def test_passes_gradients_to_the_neighbours(student):
    """passes the gradient of the distances to the queries and to the keys that were found, under each metric

    zh: 在每种度量下，都把距离的梯度传给查询和找到的键
    """
    queries = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    keys = torch.randn(7, 2, dtype=torch.float64, requires_grad=True)
    for metric in ["l1", "l2", "cosine"]:
        assert_gradients(student.k_nearest, by_torch, queries, keys, 2, metric, names=["queries", "keys"])


@check(points=1, property=True)
def test_refuses_what_cannot_be_found(student):
    """raises ValueError for k = 0, for more keys than there are, and for an unknown metric

    zh: k = 0、k 大于键的个数，或度量未知时，抛出 ValueError
    """
    queries, keys = torch.randn(2, 3), torch.randn(4, 3)
    assert_raises(ValueError, student.k_nearest, queries, keys, 0, "l2")
    assert_raises(ValueError, student.k_nearest, queries, keys, 5, "l2")
    assert_raises(ValueError, student.k_nearest, queries, keys, 2, "hamming")


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.k_nearest, torch.randn(3, 2), torch.randn(4, 2), 2, "cosine")
