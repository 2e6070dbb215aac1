import math

import torch

from autograder.authoring import assert_close, assert_raises, check

RATES = {"en": "the list of rates", "zh": "学习率的列表"}


def by_torch(warmup, total, peak, floor, steps):
    """The rates of torch's schedules: its linear one during the warm-up, its cosine one afterwards, then the floor."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    rates = []
    if warmup:
        optimizer = torch.optim.SGD([parameter], lr=peak)
        line = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / warmup, total_iters=max(warmup - 1, 1))
        for _ in range(warmup):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            line.step()
    optimizer = torch.optim.SGD([parameter], lr=peak)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total - warmup, eta_min=floor)
    for _ in range(total - warmup):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cosine.step()
    return (rates + [floor] * steps)[:steps]


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """rises over 0.2 and 0.4 to 0.6 in three steps of warm-up, is 0.35 halfway down to a floor of 0.1, and 0.1 afterwards

    zh: 三步预热依次是 0.2、0.4 和 0.6，降到下限 0.1 的中途是 0.35，之后保持 0.1
    """
    fall = 0.1 + 0.25 * (1 + math.cos(math.pi * 2 / 6))  # a third of the way from step 3 to step 9
    found = [student.learning_rate(step, 3, 9, 0.6, 0.1) for step in (0, 1, 2, 3, 5, 6, 9, 11)]
    assert_close(
        found,
        [0.2, 0.4, 0.6, 0.6, fall, 0.35, 0.1, 0.1],
        what={"en": "the rates of steps 0, 1, 2, 3, 5, 6, 9 and 11", "zh": "第 0、1、2、3、5、6、9 和 11 步的学习率"},
    )


@check(points=3)
def test_equals_the_schedules_of_torch(student):
    """equals torch's linear warm-up and then its cosine in every step, with a floor of 0 unless told otherwise

    zh: 每一步都与 torch 的线性预热和随后的余弦一致，除非另外指定，下限为 0
    """
    for warmup, total, peak in [(4, 20, 0.3), (10, 17, 2.0)]:
        found = [student.learning_rate(step, warmup, total, peak, 0.01) for step in range(total)]
        assert_close(found, by_torch(warmup, total, peak, 0.01, total), what=RATES)
    found = [student.learning_rate(step, 3, 12, 0.5) for step in range(12)]
    assert_close(found, by_torch(3, 12, 0.5, 0.0, 12), what=RATES)


@check(points=1)
def test_begins_with_the_cosine_without_a_warmup(student):
    """begins at the peak and falls along the cosine without a warm-up, and reaches the peak at once with a warm-up of one step

    zh: 没有预热时从峰值开始沿余弦下降，预热只有一步时立即达到峰值
    """
    for warmup in (0, 1):
        found = [student.learning_rate(step, warmup, 9, 0.2, 0.02) for step in range(9)]
        assert_close(found, by_torch(warmup, 9, 0.2, 0.02, 9), what=RATES)


@check(points=1)
def test_stays_at_the_floor(student):
    """falls from 0.9 over 0.5 to a floor of 0.1 in two steps, and stays there in every later step

    zh: 两步之内从 0.9 经过 0.5 降到下限 0.1，之后的每一步都保持不变
    """
    found = [student.learning_rate(step, 2, 4, 0.9, 0.1) for step in (2, 3, 4, 5, 6, 9, 1000)]
    assert_close(
        found,
        [0.9, 0.5, *[0.1] * 5],
        what={"en": "the rates of steps 2, 3, 4, 5, 6, 9 and 1000", "zh": "第 2、3、4、5、6、9 和 1000 步的学习率"},
    )


@check(points=1, property=True)
def test_refuses_what_is_no_schedule(student):
    """raises ValueError for a negative step, a negative warm-up, and a T that does not exceed the warm-up

    zh: 步数为负、预热为负，或 T 不大于预热步数时，抛出 ValueError
    """
    for step, warmup, total in [(-1, 2, 10), (0, -1, 10), (3, 10, 10), (0, 5, 4), (0, 0, 0)]:
        assert_raises(ValueError, student.learning_rate, step, warmup, total, 0.1)
