import math

import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_raises, assert_unchanged, check


@check(points=1)
def test_picks_the_rows(student):
    """picks rows 1, 3, 1 of a table, in this order

    zh: 按次序取出表的第 1、3、1 行
    """
    table = torch.tensor([[1.0, -1.0], [2.0, -2.0], [3.0, -3.0], [4.0, -4.0]])
    expected = torch.tensor([[2.0, -2.0], [4.0, -4.0], [2.0, -2.0]])
    assert_equal(student.embedding(torch.tensor([1, 3, 1]), table), expected)


@check(points=2)
def test_takes_any_shape_and_dtype(student):
    """takes indices of any shape, also a single number or none, and keeps float32 and float64

    zh: 编号可以是任意形状，也可以是单个数或一个都没有，并保持 float32 和 float64 不变
    """
    for shape, dtype in [((), torch.float32), ((5,), torch.float64), ((2, 3, 4), torch.float32), ((0,), torch.float64)]:
        table = torch.randn(9, 3, dtype=dtype)
        indices = torch.randint(0, 9, shape)
        assert_equal(student.embedding(indices, table), F.embedding(indices, table))


@check(points=2)
def test_reads_only_the_rows_it_is_asked_for(student):
    """is not disturbed by NaN or infinity in rows that are not read

    zh: 不受未被读取的行中的 NaN 或无穷大影响
    """
    table = torch.randn(5, 2)
    table[1] = math.nan
    table[4] = math.inf
    indices = torch.tensor([0, 3, 2, 0])
    assert_equal(student.embedding(indices, table), table[indices])


@check(points=2)
def test_reads_many_words_of_a_large_table(student):
    """looks up 30,000 words in a table of 1,000,000 without a matrix of 30,000 x 1,000,000

    zh: 从 1,000,000 行的表中查 30,000 个词，而不构造 30,000 x 1,000,000 的矩阵
    """
    table = torch.randn(1_000_000, 1)
    indices = torch.randint(0, 1_000_000, (30_000,))
    result = student.embedding(indices, table)
    assert_equal(result, table[indices])


@check(points=2)
def test_passes_gradients_to_the_rows(student):
    """passes gradients to the rows that were read, repeated ones added up

    zh: 把梯度传给被读取的行，重复读取的行则相加
    """
    table = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    indices = torch.tensor([[4, 0, 4], [4, 2, 0]])
    assert_gradients(student.embedding, F.embedding, indices, table, names=["weight"])
    torch.autograd.gradcheck(lambda weight: student.embedding(indices, weight), (table,))


@check(points=3)
def test_gives_padding_no_gradient(student):
    """returns the row padding_idx as it stands in the table, and gives it, and it alone, no gradient

    zh: padding_idx 的那一行按表中原样返回，并且只有这一行得不到梯度
    """
    for padding_idx in [0, 3]:
        table = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
        indices = torch.tensor([[3, 1, 0, 0], [3, 3, 4, 1]])
        assert_gradients(student.embedding, F.embedding, indices, table, padding_idx=padding_idx, names=["weight"])
    table = torch.tensor([[5.0, 6.0], [7.0, 8.0]])
    expected = torch.tensor([[7.0, 8.0], [5.0, 6.0]])
    assert_close(student.embedding(torch.tensor([1, 0]), table, padding_idx=1), expected)


@check(points=1, property=True)
def test_refuses_indices_out_of_range(student):
    """raises ValueError for an index that is negative or not in the table

    zh: 编号为负或超出表的范围时，抛出 ValueError
    """
    table = torch.randn(4, 2)
    assert_raises(ValueError, student.embedding, torch.tensor([0, 4]), table)
    assert_raises(ValueError, student.embedding, torch.tensor([[1, -1]]), table)


@check(points=1, property=True)
def test_leaves_its_arguments_alone(student):
    """changes neither the indices nor the table in place, with padding too

    zh: 不原地修改编号和表，有填充时也一样
    """
    assert_unchanged(student.embedding, torch.tensor([2, 0, 1]), torch.randn(3, 2), 0)
