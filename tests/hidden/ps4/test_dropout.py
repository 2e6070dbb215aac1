import math

import torch

from autograder.authoring import assert_close, assert_equal, assert_gradients, assert_raises, assert_unchanged, check


def by_formula(x, p, mask):
    """Inverted dropout as torch documents it."""
    return torch.zeros_like(x) if p == 1 else x * mask.to(x.dtype) / (1 - p)


def assert_kept(y, x, mask):
    """Assert that y, a result of the student's on x, is zero where the mask drops and nowhere else."""
    assert_close(y, x, rtol=0, atol=math.inf)  # type, shape and dtype, and nothing that is not finite
    assert_equal(
        y.detach() != 0,
        mask.bool(),
        what={"en": "where the result for p = 0.5 is not zero", "zh": "p = 0.5 时结果不为零的位置"},
    )


@check(points=2)
def test_scales_the_survivors_by_one_over_keep(student):
    """divides what is kept by 1 - p: with p = 0.2 a kept 4 becomes 5

    zh: 把保留的数除以 1 - p：p = 0.2 时，保留的 4 变成 5
    """
    x = torch.tensor([4.0, 8.0, -2.0, 1.0])
    mask = torch.tensor([1.0, 1.0, 0.0, 1.0])
    assert_close(student.dropout(x, 0.2, mask), torch.tensor([5.0, 10.0, 0.0, 1.25]))


@check(points=1)
def test_works_for_any_shape_and_dtype(student):
    """keeps shape and dtype, for float32 and float64

    zh: 保持形状和数据类型不变，float32 和 float64 均可
    """
    for shape, dtype in [((3, 4, 5), torch.float32), ((7,), torch.float64), ((2, 1, 3, 2), torch.float64)]:
        x = torch.randn(shape, dtype=dtype)
        mask = (torch.rand(shape) > 0.3).to(dtype)
        assert_close(student.dropout(x, 0.3, mask), by_formula(x, 0.3, mask))


@check(points=1)
def test_takes_a_mask_of_any_dtype(student):
    """takes a mask of booleans, integers or another floating point type too

    zh: 掩码可以是布尔数、整数，也可以是另一种浮点类型
    """
    x = torch.randn(4, 5)
    mask = torch.rand(4, 5) > 0.5
    assert_close(student.dropout(x, 0.5, mask), by_formula(x, 0.5, mask))
    assert_close(student.dropout(x, 0.5, mask.long()), by_formula(x, 0.5, mask))
    assert_close(student.dropout(x, 0.5, mask.double()), by_formula(x, 0.5, mask))


@check(points=1)
def test_drops_nothing_with_p_zero(student):
    """is the identity for p = 0, and zeroes what the mask drops for p = 0.5

    zh: p = 0 时原样返回，p = 0.5 时把掩码丢弃的元素置零
    """
    x = torch.randn(3, 4)
    assert_equal(student.dropout(x, 0.0, torch.ones(3, 4)), x)
    mask = torch.tensor([1.0, 0.0, 1.0, 0.0]).expand(3, 4).contiguous()
    assert_kept(student.dropout(x, 0.5, mask), x, mask)


@check(points=2)
def test_gives_zeros_for_p_one(student):
    """gives zeros, and not NaN, for p = 1, and for p = 0.5 only where the mask drops

    zh: p = 1 时给出零，而不是 NaN；p = 0.5 时只在掩码丢弃之处给出零
    """
    x = torch.randn(3, 4)
    assert_equal(student.dropout(x, 1.0, torch.zeros(3, 4)) + 0.0, torch.zeros(3, 4))
    x = x.double()
    assert_equal(student.dropout(x, 1.0, torch.zeros(3, 4)) + 0.0, torch.zeros_like(x))
    mask = torch.tensor([0.0, 1.0, 1.0, 0.0], dtype=torch.float64).expand(3, 4).contiguous()
    assert_kept(student.dropout(x, 0.5, mask), x, mask)


@check(points=1)
def test_passes_the_gradient_through_the_same_mask(student):
    """passes the gradient to what was kept, scaled alike

    zh: 把梯度传给保留的元素，并作同样的缩放
    """
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    mask = (torch.rand(4, 6) > 0.4).double()
    assert_gradients(student.dropout, by_formula, x, 0.4, mask, names=("x",))


@check(points=1, property=True)
def test_refuses_what_is_no_probability(student):
    """raises ValueError where p is not in [0, 1]

    zh: p 不在 [0, 1] 内时，抛出 ValueError
    """
    x = torch.ones(2)
    assert_raises(ValueError, student.dropout, x, -0.1, x)
    assert_raises(ValueError, student.dropout, x, 1.5, x)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves activations and mask unchanged

    zh: 不修改激活和掩码
    """
    x, mask = torch.randn(5), torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0])
    assert_unchanged(student.dropout, x, 0.5, mask)
