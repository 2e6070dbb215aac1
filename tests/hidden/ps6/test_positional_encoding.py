import math

import torch

from autograder.authoring import assert_close, assert_equal, assert_raises, check


def by_formula(n, d):
    """The paper's formula, number by number in float64."""
    rows = []
    for pos in range(n):
        angles = [pos / 10000 ** (2 * i / d) for i in range(d // 2)]
        rows.append([wave(angle) for angle in angles for wave in (math.sin, math.cos)])
    return torch.tensor(rows, dtype=torch.float32)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives sin 1, cos 1, sin 0.01 and cos 0.01 at position 1 for d = 4

    zh: d = 4 时，在位置 1 给出 sin 1、cos 1、sin 0.01 和 cos 0.01
    """
    expected = torch.tensor([[0.0, 1.0, 0.0, 1.0], [0.8414710, 0.5403023, 0.0099998, 0.9999500]])
    assert_close(student.positional_encoding(2, 4), expected, rtol=1e-4, atol=1e-6)


@check(points=2)
def test_equals_the_formula(student):
    """equals the paper's formula for several sizes, in float32

    zh: 若干大小都与论文的公式一致，float32 下检查
    """
    for n, d in [(7, 2), (20, 6), (12, 10), (50, 16)]:
        assert_close(student.positional_encoding(n, d), by_formula(n, d), rtol=1e-4, atol=1e-4)


@check(points=2)
def test_has_the_frequencies_of_the_paper_for_512(student):
    """has the paper's frequencies for d = 512

    zh: d = 512 时，频率与论文一致
    """
    assert_close(student.positional_encoding(24, 512), by_formula(24, 512), rtol=1e-4, atol=1e-4)


@check(points=1)
def test_begins_with_zeros_and_ones(student):
    """gives 0 in the even and 1 in the odd columns of position 0

    zh: 位置 0 的偶数列为 0，奇数列为 1
    """
    assert_equal(student.positional_encoding(1, 8) + 0.0, torch.tensor([[0.0, 1.0] * 4]))


@check(points=1)
def test_turns_pairs_by_the_same_angle(student):
    """turns each pair of columns by the same angle from position to position

    zh: 每前进一个位置，每一对列都旋转同样的角度
    """
    y = student.positional_encoding(30, 8)
    assert_close(y, by_formula(30, 8), rtol=1e-4, atol=1e-4)
    sine, cosine = y[:, 0::2].double(), y[:, 1::2].double()
    ones = torch.ones(30, 4, dtype=torch.float64)
    assert_close(
        sine**2 + cosine**2,
        ones,
        rtol=1e-4,
        atol=1e-4,
        what={"en": "sine² + cosine² of a pair", "zh": "一对列的正弦² + 余弦²"},
    )
    turned = cosine[1:] * cosine[:-1] + sine[1:] * sine[:-1]
    angle = torch.tensor([10000 ** (-2 * i / 8) for i in range(4)], dtype=torch.float64)
    assert_close(
        turned,
        angle.cos().expand(29, 4),
        rtol=1e-4,
        atol=1e-4,
        what={"en": "the cosine of the turn", "zh": "旋转角的余弦"},
    )


@check(points=1, property=True)
def test_refuses_an_odd_size(student):
    """raises ValueError for an odd d

    zh: d 为奇数时，抛出 ValueError
    """
    for d in (1, 7):
        assert_raises(ValueError, student.positional_encoding, 4, d)
