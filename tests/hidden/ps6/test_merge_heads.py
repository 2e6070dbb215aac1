import torch

from autograder.authoring import assert_equal, assert_gradients, assert_unchanged, check


def side_by_side(x):
    """The heads, concatenated along the features."""
    return torch.cat(x.unbind(dim=1), dim=-1)


@check(points=1)
def test_gives_the_numbers_written_out_by_hand(student):
    """lays three heads of two positions side by side as written out by hand

    zh: 把两个位置的三个头并排放好，与手写的结果相同
    """
    x = torch.tensor([[[[0.0, 1], [6, 7]], [[2.0, 3], [8, 9]], [[4.0, 5], [10, 11]]]])
    assert_equal(student.merge_heads(x), torch.arange(12.0).reshape(1, 2, 6))


@check(points=1)
def test_concatenates_the_heads(student):
    """concatenates the heads along the features, in float32 and float64

    zh: 沿特征轴拼接各个头，float32 和 float64 均可
    """
    for shape, dtype in [((3, 4, 5, 2), torch.float32), ((2, 2, 3, 7), torch.float64)]:
        x = torch.randn(shape, dtype=dtype)
        assert_equal(student.merge_heads(x), side_by_side(x))


@check(points=2)
def test_undoes_a_split(student):
    """gives back x exactly after x was split into 1, 2, 3 or 6 heads

    zh: 把 x 拆成 1、2、3 或 6 个头之后，能精确还原 x
    """
    x = torch.randn(2, 5, 6)
    for heads in (1, 2, 3, 6):
        split = torch.stack(x.chunk(heads, dim=-1), dim=1)
        assert_equal(
            student.merge_heads(split), x, what={"en": f"the result for {heads} heads", "zh": f"{heads} 个头时的结果"}
        )
        assert_equal(student.merge_heads(x.reshape(2, 5, heads, -1).transpose(1, 2)), x)


@check(points=1)
def test_takes_single_heads_and_positions(student):
    """works for one head, for one position, for heads of one feature, and for integers

    zh: 只有一个头、只有一个位置、每个头只有一个特征，以及输入是整数时，都正确
    """
    for shape in [(2, 1, 3, 4), (2, 3, 1, 4), (1, 2, 3, 1)]:
        x = torch.randint(100, shape)
        for given in (x, x.double()):
            assert_equal(student.merge_heads(given), side_by_side(given))


@check(points=1)
def test_passes_the_gradient_back(student):
    """passes the gradient back to the heads

    zh: 把梯度传回各个头
    """
    x = torch.randn(2, 3, 4, 2, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.merge_heads, side_by_side, x, names=("x",))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves its argument unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.merge_heads, torch.randn(2, 3, 4, 2))
