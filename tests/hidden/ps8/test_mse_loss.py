import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives (9 + 1 + 0 + 4) / 4 = 3.5 for four differences

    zh: 对四个差给出 (9 + 1 + 0 + 4) / 4 = 3.5
    """
    pred, target = torch.tensor([3.0, 1.0, 2.0, 0.0]), torch.tensor([0.0, 2.0, 2.0, 2.0])
    assert_close(student.mse_loss(pred, target), torch.tensor(3.5))


@check(points=2)
def test_divides_by_the_number_of_all_values(student):
    """divides by the number of all values, for any shape, in float32 and float64

    zh: 除以全部数值的个数，任意形状，float32 和 float64 均可
    """
    for shape, dtype in [((4, 3), torch.float32), ((2, 3, 4, 5), torch.float64), ((), torch.float64)]:
        pred, target = torch.randn(shape, dtype=dtype), torch.randn(shape, dtype=dtype)
        assert_close(student.mse_loss(pred, target), F.mse_loss(pred, target))


@check(points=2)
def test_knows_the_other_reductions(student):
    """gives the sum for "sum", and for "none" every square in its place

    zh: 取 "sum" 时给出总和，取 "none" 时在各自的位置给出每个平方
    """
    for dtype in (torch.float32, torch.float64):
        pred, target = torch.randn(5, 3, dtype=dtype), torch.randn(5, 3, dtype=dtype)
        for reduction in ("sum", "none"):
            expected = F.mse_loss(pred, target, reduction=reduction)
            assert_close(student.mse_loss(pred, target, reduction=reduction), expected)


@check(points=2, property=True)
def test_refuses_shapes_that_differ(student):
    """raises ValueError where the shapes differ, even if they would broadcast

    zh: 形状不同时抛出 ValueError，即使它们可以广播
    """
    assert_raises(ValueError, student.mse_loss, torch.randn(4, 1), torch.randn(4))
    assert_raises(ValueError, student.mse_loss, torch.randn(3), torch.randn(2, 3))
    assert_raises(ValueError, student.mse_loss, torch.randn(2, 3), torch.randn(()), "none")


@check(points=1, property=True)
def test_refuses_an_unknown_reduction(student):
    """raises ValueError for a reduction that it does not know

    zh: 归约方式未知时，抛出 ValueError
    """
    assert_raises(ValueError, student.mse_loss, torch.randn(3), torch.randn(3), "average")


@check(points=1)
def test_is_exact_where_the_differences_are_small(student):
    """keeps the difference of two large numbers that lie close together

    zh: 两个很大而接近的数，它们的差仍然精确
    """
    # 4097 - 4096 = 1 exactly, while the squares themselves need more digits than float32 has.
    pred, target = torch.tensor([4097.0, 4095.0, 4096.0]), torch.full((3,), 4096.0)
    assert_close(student.mse_loss(pred, target, reduction="none"), torch.tensor([1.0, 1.0, 0.0]))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for predictions and targets, under all three reductions

    zh: 三种归约方式下，对预测和目标的梯度都正确
    """
    for reduction in ("mean", "sum", "none"):
        pred, target = (torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
        assert_gradients(student.mse_loss, F.mse_loss, pred, target, reduction=reduction, names=("pred", "target"))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves predictions and targets unchanged

    zh: 不修改预测和目标
    """
    assert_unchanged(student.mse_loss, torch.randn(4, 2), torch.randn(4, 2))
