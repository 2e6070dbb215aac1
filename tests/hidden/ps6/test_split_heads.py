import torch

from autograder.authoring import assert_equal, assert_gradients, assert_raises, assert_unchanged, check


def head_by_head(x, heads):
    """The slices of neighbouring features, stacked."""
    return torch.stack(x.chunk(heads, dim=-1), dim=1)


@check(points=1)
def test_gives_the_heads_written_out_by_hand(student):
    """gives three heads of two features for two positions of 0 … 5 and 6 … 11

    zh: 对 0 … 5 和 6 … 11 两个位置，给出三个头，每个头两个特征
    """
    x = torch.arange(12.0).reshape(1, 2, 6)
    expected = torch.tensor([[[[0.0, 1], [6, 7]], [[2.0, 3], [8, 9]], [[4.0, 5], [10, 11]]]])
    assert_equal(student.split_heads(x, 3), expected)


@check(points=1)
def test_gives_each_head_its_slice_of_features(student):
    """gives head k the features kd … kd + d - 1 of every position, in float32 and float64

    zh: 第 k 个头得到每个位置的第 kd … kd + d - 1 个特征，float32 和 float64 均可
    """
    for shape, heads, dtype in [((3, 5, 8), 4, torch.float32), ((2, 4, 12), 2, torch.float64)]:
        x = torch.randn(shape, dtype=dtype)
        assert_equal(student.split_heads(x, heads), head_by_head(x, heads))


@check(points=1)
def test_takes_one_head_and_as_many_as_features(student):
    """works for one head, for heads of one feature, and for one position

    zh: 只有一个头、每个头只有一个特征，以及只有一个位置时，都正确
    """
    x = torch.randn(2, 3, 4)
    for given, heads in [(x, 1), (x, 4), (x[:, :1], 2)]:
        assert_equal(student.split_heads(given, heads), head_by_head(given, heads))


@check(points=1)
def test_keeps_integers(student):
    """keeps the dtype of integers, and takes a tensor that is not contiguous

    zh: 保持整数的数据类型，并能处理不连续的张量
    """
    x = torch.arange(48).reshape(2, 6, 4).transpose(1, 2)
    for given in (x, x.double()):
        assert_equal(student.split_heads(given, 2), head_by_head(given, 2))


@check(points=1)
def test_passes_the_gradient_back(student):
    """passes the gradient of each head back to its features

    zh: 把每个头的梯度传回它的特征
    """
    x = torch.randn(2, 3, 6, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.split_heads, head_by_head, x, 3, names=("x",))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves its argument unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.split_heads, torch.randn(2, 3, 6), 2)


@check(points=1, property=True)
def test_refuses_heads_that_do_not_divide(student):
    """raises ValueError where the heads do not divide the features

    zh: 头的个数不能整除特征数时，抛出 ValueError
    """
    assert_raises(ValueError, student.split_heads, torch.randn(1, 2, 6), 4)
    assert_raises(ValueError, student.split_heads, torch.randn(2, 4, 6), 12)
