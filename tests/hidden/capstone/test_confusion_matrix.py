import torch
from sklearn import metrics

from autograder.authoring import assert_equal, assert_raises, assert_unchanged, check


def by_sklearn(predicted, target, classes):
    """scikit-learn's confusion matrix, which takes the targets first."""
    return torch.tensor(metrics.confusion_matrix(target, predicted, labels=range(classes)), dtype=torch.int64)


@check(points=1)
def test_gives_the_counts_worked_out_by_hand(student):
    """gives the counts worked out by hand for two classes, as int64

    zh: 对两个类别给出手算得到的计数，类型为 int64
    """
    predicted, target = torch.tensor([0, 1, 1, 1, 0, 1]), torch.tensor([0, 1, 0, 0, 0, 0])
    assert_equal(student.confusion_matrix(predicted, target, 2), torch.tensor([[2, 3], [0, 1]]))


@check(points=2)
def test_puts_targets_into_rows_and_answers_into_columns(student):
    """equals scikit-learn's matrix: targets in the rows, answers in the columns

    zh: 与 scikit-learn 的矩阵相同：行是目标，列是回答
    """
    for classes, count in [(10, 300), (3, 40), (7, 5)]:
        predicted, target = torch.randint(classes, (count,)), torch.randint(classes, (count,))
        predicted = torch.where(torch.rand(count) < 0.5, target, predicted)
        expected = by_sklearn(predicted, target, classes)
        assert_equal(student.confusion_matrix(predicted, target, classes), expected)


@check(points=2)
def test_counts_a_pair_as_often_as_it_occurs(student):
    """counts a pair of classes as often as it occurs

    zh: 一对类别出现多少次，就计多少次
    """
    predicted, target = torch.tensor([2, 2, 2, 0, 2, 0]), torch.tensor([1, 1, 1, 2, 1, 2])
    assert_equal(student.confusion_matrix(predicted, target, 3), torch.tensor([[0, 0, 0], [0, 0, 4], [2, 0, 0]]))


@check(points=1)
def test_has_a_row_for_classes_that_do_not_occur(student):
    """has a row and a column for every class, also for those that do not occur, and zeros without samples

    zh: 每个类别都有一行和一列，没有出现的类别也有；没有样本时全为零
    """
    predicted, target = torch.tensor([1, 1, 0]), torch.tensor([1, 0, 0])
    assert_equal(student.confusion_matrix(predicted, target, 5), by_sklearn(predicted, target, 5))
    nothing = torch.zeros(0, dtype=torch.int64)
    assert_equal(student.confusion_matrix(nothing, nothing, 4), torch.zeros(4, 4, dtype=torch.int64))


@check(points=1, property=True)
def test_refuses_classes_that_there_are_not(student):
    """raises ValueError for an index that is no class, and where there are not as many answers as targets

    zh: 下标不是任何类别，或回答与目标的个数不同时，抛出 ValueError
    """
    fine = torch.tensor([0, 1, 0])
    for wrong in (torch.tensor([0, 2, 1]), torch.tensor([0, -1, 1])):
        assert_raises(ValueError, student.confusion_matrix, wrong, fine, 2)
        assert_raises(ValueError, student.confusion_matrix, fine, wrong, 2)
    assert_raises(ValueError, student.confusion_matrix, torch.tensor([1]), fine, 2)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.confusion_matrix, torch.randint(4, (12,)), torch.randint(4, (12,)), 4)
