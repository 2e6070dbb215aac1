import torch

from autograder.authoring import assert_close, assert_raises, assert_unchanged, check


@check(points=1)
def test_gives_the_share_worked_out_by_hand(student):
    """gives 2/3 where two of three answers are right

    zh: 三个回答中有两个正确时，给出 2/3
    """
    logits = torch.tensor([[1.0, 3.0], [0.5, 0.25], [-2.0, -1.0]])  # the answers are 1, 0 and 1
    assert_close(student.accuracy(logits, torch.tensor([1, 0, 0])), 2 / 3)


@check(points=2)
def test_takes_the_largest_logit_of_each_row(student):
    """takes the largest logit of each row as the answer, in float32 and float64

    zh: 把每一行中最大的 logit 作为回答，float32 和 float64 均可
    """
    for dtype, rows, classes in [(torch.float32, 50, 10), (torch.float64, 7, 7), (torch.float32, 3, 12)]:
        target = torch.randint(classes, (rows,))
        logits = torch.randn(rows, classes, dtype=dtype)
        right = torch.arange(rows) % 3 > 0
        # The target's logit is made the largest in two thirds of the rows, the smallest in the others.
        logits[torch.arange(rows), target] = torch.where(right, 9.0, -9.0).to(dtype)
        assert_close(student.accuracy(logits, target), int(right.sum()) / rows)


@check(points=1)
def test_reaches_both_ends(student):
    """gives 1.0 when every answer is right and 0.0 when none is, for logits that carry a gradient

    zh: 回答全对时给出 1.0，全错时给出 0.0，logits 带有梯度时也一样
    """
    target = torch.tensor([3, 1, 0, 2, 1])
    logits = torch.eye(4)[target].requires_grad_()
    assert_close(student.accuracy(logits, target), 1.0)
    assert_close(student.accuracy(-logits, target), 0.0)


@check(points=1)
def test_takes_large_logits(student):
    """takes logits that are too large to be exponentiated, and a batch of one

    zh: 能处理大到取指数会溢出的 logits，以及只有一个样本的批次
    """
    logits = torch.tensor([[500.0, 900.0, 100.0], [-900.0, -500.0, -700.0], [1e30, 1e20, 0.0]])
    assert_close(student.accuracy(logits, torch.tensor([1, 1, 0])), 1.0)
    assert_close(student.accuracy(logits[:1], torch.tensor([0])), 0.0)


@check(points=1, property=True)
def test_refuses_what_has_no_accuracy(student):
    """raises ValueError for an empty batch, and where there are not as many targets as rows

    zh: 批次为空，或目标与行的个数不同时，抛出 ValueError
    """
    assert_raises(ValueError, student.accuracy, torch.zeros(0, 10), torch.zeros(0, dtype=torch.int64))
    assert_raises(ValueError, student.accuracy, torch.zeros(4, 3), torch.tensor([0]))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.accuracy, torch.randn(4, 3), torch.tensor([0, 2, 1, 1]))
