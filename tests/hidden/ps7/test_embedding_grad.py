import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_equal, assert_unchanged, check


def by_autograd(indices, grad_out, rows, sparse=False):
    """The gradient that torch's own lookup gives its table."""
    table = torch.zeros(rows, grad_out.shape[-1], dtype=grad_out.dtype, requires_grad=True)
    F.embedding(indices, table, sparse=sparse).backward(grad_out)
    return table.grad


def assert_sparse(result):
    """In COO format, however the entries are ordered or repeated."""
    layout = getattr(result, "layout", type(result).__name__)
    assert_equal(
        layout == torch.sparse_coo,
        True,
        what={
            "en": f"whether the result, of layout {layout}, is in COO format",
            "zh": f"“结果（布局为 {layout}）是 COO 格式”的判断",
        },
    )


@check(points=2)
def test_adds_up_repeated_rows(student):
    """adds up the gradients of a row that is read more than once

    zh: 同一行被多次读取时，把它的各份梯度相加
    """
    grad_out = torch.tensor([[1.0, -1.0], [2.0, 0.5], [3.0, 4.0], [10.0, 20.0]])
    expected = torch.tensor([[0.0, 0.0], [14.0, 23.0], [0.0, 0.0], [2.0, 0.5]])
    assert_close(student.embedding_grad(torch.tensor([1, 3, 1, 1]), grad_out, 4), expected)


@check(points=2)
def test_equals_autograd(student):
    """equals autograd's gradient for indices of any shape, float32 and float64

    zh: 与自动求导的梯度一致，编号可以是任意形状，float32 和 float64 均可
    """
    cases = [((), torch.float64), ((7,), torch.float32), ((3, 4), torch.float64), ((2, 3, 5), torch.float32)]
    for shape, dtype in cases:
        indices = torch.randint(0, 6, shape)
        grad_out = torch.randn(*shape, 3, dtype=dtype)
        assert_close(student.embedding_grad(indices, grad_out, 6), by_autograd(indices, grad_out, 6))


@check(points=1)
def test_has_every_row_of_the_table(student):
    """has a row for every row of the table, zeros where nothing was read, even if nothing was read at all

    zh: 表的每一行都有对应的一行，未被读取的行为零，一行都没有读取时也一样
    """
    result = student.embedding_grad(torch.tensor([1]), torch.tensor([[5.0, 6.0]]), 5)
    assert_close(result, torch.tensor([[0.0, 0.0], [5.0, 6.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    nothing = student.embedding_grad(torch.zeros(0, dtype=torch.long), torch.zeros(0, 2), 3)
    assert_close(nothing, torch.zeros(3, 2))


@check(points=2)
def test_gives_a_sparse_tensor(student):
    """gives, with sparse=True, a COO tensor of the table's shape with the same values as the dense one

    zh: sparse=True 时，给出形状与表相同、数值与稠密形式相同的 COO 张量
    """
    for shape, dtype in [((8,), torch.float32), ((2, 3), torch.float64)]:
        indices = torch.randint(0, 4, shape)
        grad_out = torch.randn(*shape, 3, dtype=dtype)
        result = student.embedding_grad(indices, grad_out, 9, sparse=True)
        assert_sparse(result)
        assert_close(result, by_autograd(indices, grad_out, 9, sparse=True))


@check(points=2, property=True)
def test_keeps_whole_rows_as_entries(student):
    """keeps one entry of D numbers an access at most, whatever the size of the table

    zh: 每次读取至多保留一项，即 D 个数，与表的大小无关
    """
    indices = torch.tensor([4, 19_999, 4, 0])
    result = student.embedding_grad(indices, torch.randn(4, 6), 20_000, sparse=True)
    assert_sparse(result)
    assert_equal(result.sparse_dim(), 1, what={"en": "the number of sparse dimensions", "zh": "稀疏维度的个数"})
    assert_equal(
        result._nnz() <= 4,
        True,
        what={
            "en": f"whether {result._nnz()} entries are at most the 4 accesses",
            "zh": f"“{result._nnz()} 项不超过 4 次读取”的判断",
        },
    )


@check(points=1)
def test_sums_many_accesses_of_one_row(student):
    """sums 3,000 accesses of two rows exactly

    zh: 能精确地把对两行的 3,000 次读取相加
    """
    indices = torch.randint(0, 2, (3000,)) * 2
    grad_out = torch.ones(3000, 1)
    count = float((indices == 2).sum())
    assert_equal(student.embedding_grad(indices, grad_out, 3), torch.tensor([[3000 - count], [0.0], [count]]))


@check(points=1, property=True)
def test_leaves_its_arguments_alone(student):
    """changes neither the indices nor the arriving gradient in place

    zh: 不原地修改编号和传来的梯度
    """
    for sparse in [False, True]:
        assert_unchanged(student.embedding_grad, torch.tensor([[1, 0], [1, 1]]), torch.randn(2, 2, 3), 2, sparse=sparse)
