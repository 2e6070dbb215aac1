import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 2 * 0.9772499 for 2 and -2 * 0.0227501 for -2

    zh: 对 2 给出 2 * 0.9772499，对 -2 给出 -2 * 0.0227501
    """
    # A standard normal variable is below 2 with the probability 0.97724987.
    x = torch.tensor([[2.0, -2.0], [0.0, 1.0]])
    assert_close(student.gelu(x), torch.tensor([[1.9544997, -0.0455003], [0.0, 0.8413447]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch's exact form for any shape, in float32 and float64

    zh: 与 torch 的精确形式一致，任意形状，float32 和 float64 均可
    """
    for shape, dtype in [
        ((4, 5), torch.float32),
        ((2, 3, 4), torch.float64),
        ((), torch.float32),
        ((0, 3), torch.float64),
    ]:
        x = torch.randn(shape, dtype=dtype) * 2
        assert_close(student.gelu(x), F.gelu(x))
        assert_close(student.gelu(x, approximate="none"), F.gelu(x))


@check(points=2)
def test_equals_torch_in_the_form_with_tanh(student):
    """equals torch's approximation with tanh, in float32 and float64

    zh: 与 torch 用 tanh 的近似形式一致，float32 和 float64 均可
    """
    for dtype in (torch.float32, torch.float64):
        x = torch.cat([torch.randn(10, dtype=dtype), torch.linspace(-4, 4, 17, dtype=dtype)])
        assert_close(student.gelu(x, approximate="tanh"), F.gelu(x, approximate="tanh"))


@check(points=1)
def test_stays_finite_for_large_inputs(student):
    """gives 0 and x, and never NaN, for inputs of ±50 to ±10,000, in value and gradient

    zh: 输入在 ±50 到 ±10,000 时，给出 0 和 x，数值和梯度都不是 NaN
    """
    for form in ("none", "tanh"):
        x = torch.tensor([-1e4, -1e3, -50.0, 50.0, 1e3, 1e4], requires_grad=True)
        assert_gradients(student.gelu, F.gelu, x, names=("x",), approximate=form)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradient in both forms

    zh: 两种形式的梯度都正确
    """
    for form in ("none", "tanh"):
        x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
        assert_gradients(student.gelu, F.gelu, x, names=("x",), approximate=form)


@check(points=1, property=True)
def test_refuses_other_forms(student):
    """raises ValueError for a form that does not exist

    zh: 形式不存在时，抛出 ValueError
    """
    assert_raises(ValueError, student.gelu, torch.ones(2), approximate="sigmoid")
    assert_raises(ValueError, student.gelu, torch.ones(2), "erf")


@check(points=1, property=True)
def test_changes_no_argument(student):
    """leaves its input unchanged in both forms

    zh: 两种形式都不修改输入
    """
    for form in ("none", "tanh"):
        assert_unchanged(student.gelu, torch.randn(5), form)
