import torch
import torch.nn.functional as F

from autograder.authoring import assert_equal, assert_raises, assert_unchanged, check


@check(points=2)
def test_puts_a_one_at_the_class(student):
    """puts the one at the class: class 0 of 4 is 1 0 0 0, class 3 is 0 0 0 1

    zh: 在类别的位置放 1：共 4 类时，类别 0 是 1 0 0 0，类别 3 是 0 0 0 1
    """
    expected = torch.tensor([[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]])
    assert_equal(student.one_hot(torch.tensor([3, 0, 1]), 4), expected)


@check(points=2)
def test_is_as_wide_as_there_are_classes(student):
    """has a column for every class, also for those that do not occur

    zh: 每个类别都有一列，没有出现的类别也有
    """
    assert_equal(student.one_hot(torch.tensor([1, 0]), 5), torch.tensor([[0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]))
    assert_equal(student.one_hot(torch.tensor([0, 0]), 1), torch.tensor([[1], [1]]))


@check(points=1, property=True)
def test_returns_int64(student):
    """returns integers (int64), as torch does

    zh: 返回整数（int64），与 torch 一致
    """
    result = student.one_hot(torch.tensor([1, 0]), 2)
    assert_equal(
        getattr(result, "dtype", type(result)) == torch.int64,
        True,
        what={"en": "whether the dtype is int64", "zh": "“数据类型是 int64”的判断"},
    )


@check(points=2)
def test_takes_any_shape(student):
    """takes indices of any shape: a single number, a matrix, three dimensions

    zh: 编号可以是任意形状：单个数、矩阵、三维
    """
    for shape in [(), (6,), (2, 3), (2, 1, 4)]:
        indices = torch.randint(0, 7, shape)
        assert_equal(student.one_hot(indices, 7), F.one_hot(indices, 7))


@check(points=1)
def test_takes_no_indices_at_all(student):
    """returns a tensor of shape (0, classes) for no indices, and one of shape (1, classes) for one

    zh: 没有编号时返回形状为 (0, classes) 的张量，只有一个时返回 (1, classes)
    """
    assert_equal(student.one_hot(torch.tensor([2]), 3), torch.tensor([[0, 0, 1]]))
    assert_equal(student.one_hot(torch.zeros(0, dtype=torch.long), 3), torch.zeros(0, 3, dtype=torch.long))


@check(points=1, property=True)
def test_refuses_an_index_that_is_too_large(student):
    """raises ValueError for an index that is not below the number of classes

    zh: 编号不小于类别数时，抛出 ValueError
    """
    assert_raises(ValueError, student.one_hot, torch.tensor([0, 3]), 3)
    assert_raises(ValueError, student.one_hot, torch.tensor([[0, 9], [1, 1]]), 3)


@check(points=1, property=True)
def test_refuses_a_negative_index(student):
    """raises ValueError for a negative index

    zh: 编号为负时，抛出 ValueError
    """
    assert_raises(ValueError, student.one_hot, torch.tensor([2, -1]), 3)


@check(points=1, property=True)
def test_leaves_the_indices_alone(student):
    """does not change the indices in place

    zh: 不原地修改编号
    """
    assert_unchanged(student.one_hot, torch.tensor([2, 0, 1]), 3)
