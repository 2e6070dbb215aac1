import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


@check(points=1)
def test_gives_the_number_worked_out_by_hand(student):
    """gives (4 + 1 + 0 + 2) / 4 = 1.75 for four differences of both signs

    zh: 对正负都有的四个差，给出 (4 + 1 + 0 + 2) / 4 = 1.75
    """
    pred, target = torch.tensor([3.0, 1.0, 2.0, 0.0]), torch.tensor([-1.0, 2.0, 2.0, 2.0])
    assert_close(student.l1_loss(pred, target), torch.tensor(1.75))


@check(points=2)
def test_divides_by_the_number_of_all_values(student):
    """divides by the number of all values, for any shape, in float32 and float64

    zh: 除以全部数值的个数，任意形状，float32 和 float64 均可
    """
    for shape, dtype in [((4, 3), torch.float32), ((2, 3, 4, 5), torch.float64), ((), torch.float64)]:
        pred, target = torch.randn(shape, dtype=dtype), torch.randn(shape, dtype=dtype)
        assert_close(student.l1_loss(pred, target), F.l1_loss(pred, target))


@check(points=2)
def test_knows_the_other_reductions(student):
    """gives the sum for "sum", and for "none" every absolute difference in its place

    zh: 取 "sum" 时给出总和，取 "none" 时在各自的位置给出每个差的绝对值
    """
    for dtype in (torch.float32, torch.float64):
        pred, target = torch.randn(5, 3, dtype=dtype), torch.randn(5, 3, dtype=dtype)
        for reduction in ("sum", "none"):
            expected = F.l1_loss(pred, target, reduction=reduction)
            assert_close(student.l1_loss(pred, target, reduction=reduction), expected)


@check(points=2, property=True)
def test_refuses_what_does_not_fit(student):
    """raises ValueError where the shapes differ, even if they would broadcast, and for a reduction that it does not know

    zh: 形状不同（即使可以广播）或归约方式未知时，抛出 ValueError
    """
    assert_raises(ValueError, student.l1_loss, torch.randn(4, 1), torch.randn(4))
    assert_raises(ValueError, student.l1_loss, torch.randn(3), torch.randn(2, 3))
    assert_raises(ValueError, student.l1_loss, torch.randn(2, 3), torch.randn(()), "none")
    assert_raises(ValueError, student.l1_loss, torch.randn(3), torch.randn(3), "average")


@check(points=1)
def test_stays_finite_for_large_differences(student):
    """stays finite where the square of the difference would overflow

    zh: 差的平方会溢出时，结果仍是有限的数
    """
    pred, target = torch.tensor([1e30, -1e30]), torch.tensor([-1e30, 0.0])
    assert_close(student.l1_loss(pred, target), torch.tensor(1.5e30))


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for predictions and targets, under all three reductions

    zh: 三种归约方式下，对预测和目标的梯度都正确
    """
    for reduction in ("mean", "sum", "none"):
        pred, target = (torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
        assert_gradients(student.l1_loss, F.l1_loss, pred, target, reduction=reduction, names=("pred", "target"))


@check(points=1)
def test_has_no_gradient_where_the_prediction_is_exact(student):
    """has the gradient 0 where prediction and target are equal

    zh: 预测与目标相等处的梯度是 0
    """
    pred, target = torch.tensor([1.0, 2.0, -3.0, 0.0]), torch.tensor([1.0, 5.0, -3.0, -2.0])
    assert_gradients(student.l1_loss, F.l1_loss, pred.requires_grad_(), target, reduction="none", names=("pred",))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.l1_loss, torch.randn(4, 2), torch.randn(4, 2))
