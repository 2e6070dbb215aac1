import torch
from torch import nn

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def make_weights(features, width, dtype=torch.float32):
    """Random weights, biases and norms, by torch's names."""
    state = nn.TransformerEncoderLayer(features, 1, width).state_dict()
    return {name: 0.5 * torch.randn(value.shape, dtype=dtype) for name, value in state.items()}


def by_torch(x, weights, heads, norm_first=False, mask=None):
    """torch's layer in eval mode; the mask has the shape (N, 1, 1, L) with True for what takes part."""
    width, features = weights["linear1.weight"].shape
    layer = nn.TransformerEncoderLayer(features, heads, width, batch_first=True, norm_first=norm_first, dtype=x.dtype)
    padding = None if mask is None else ~mask[:, 0, 0, :]
    return torch.func.functional_call(layer.eval(), weights, (x,), {"src_key_padding_mask": padding})


def of_tensors(function, names, norm_first):
    """The layer as a function of x and one tensor a name."""
    return lambda x, *given: function(x, dict(zip(names, given, strict=True)), 2, norm_first)


def compare(student, x, weights, heads, **given):
    """Compare with torch, within the rounding of two layer normalizations."""
    tolerance = 1e-3 if x.dtype == torch.float32 else 1e-8
    y = student.encoder_layer(x, weights, heads, **given)
    assert_close(y, by_torch(x, weights, heads, **given).detach(), rtol=tolerance, atol=tolerance)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand where the feed-forward network adds (6, 0) and the attention nothing

    zh: 前馈网络加上 (6, 0)、注意力什么都不加时，给出手算得到的数值
    """
    weights = {name: torch.zeros_like(value) for name, value in make_weights(2, 1).items()}
    weights |= {"norm1.weight": torch.tensor([1.0, 1.0]), "norm2.weight": torch.tensor([1.0, 3.0])}
    weights |= {"linear1.bias": torch.tensor([2.0]), "linear2.weight": torch.tensor([[3.0], [0.0]])}
    x = torch.tensor([[[1.0, 3.0]]])
    # post-norm: (1, 3) -> (-1, 1); + (6, 0) = (5, 1) -> (1, -1), scaled to (1, -3)
    y = student.encoder_layer(x, weights, 2)
    assert_close(
        y,
        torch.tensor([[[1.0, -3.0]]]),
        rtol=1e-3,
        atol=1e-3,
        what={"en": "the result with post-norm", "zh": "post-norm 的结果"},
    )
    y = student.encoder_layer(x, weights, 2, norm_first=True)
    assert_close(
        y,
        torch.tensor([[[7.0, 3.0]]]),
        rtol=1e-3,
        atol=1e-3,
        what={"en": "the result with pre-norm", "zh": "pre-norm 的结果"},
    )


@check(points=2)
def test_equals_torch_with_post_norm(student):
    """equals nn.TransformerEncoderLayer in eval mode, in float32 and float64

    zh: 与 eval 模式下的 nn.TransformerEncoderLayer 一致，float32 和 float64 均可
    """
    for heads, dtype in [(2, torch.float32), (4, torch.float64), (1, torch.float64)]:
        compare(student, torch.randn(2, 5, 8, dtype=dtype), make_weights(8, 12, dtype), heads)


@check(points=2)
def test_equals_torch_with_pre_norm(student):
    """equals nn.TransformerEncoderLayer with norm_first=True, in float32 and float64

    zh: 与 norm_first=True 的 nn.TransformerEncoderLayer 一致，float32 和 float64 均可
    """
    for heads, dtype in [(2, torch.float32), (4, torch.float64), (1, torch.float64)]:
        compare(student, torch.randn(2, 5, 8, dtype=dtype) * 3, make_weights(8, 12, dtype), heads, norm_first=True)


@check(points=2)
def test_arranges_norms_and_residuals(student):
    """arranges norms and residuals correctly where the attention adds nothing, in both forms

    zh: 注意力什么都不加时，归一化与残差连接的安排正确，两种形式都一样
    """
    for norm_first in (False, True):
        weights = make_weights(6, 9, torch.float64)
        for name in ("self_attn.out_proj.weight", "self_attn.out_proj.bias"):
            weights[name] = torch.zeros_like(weights[name])
        compare(student, torch.randn(2, 3, 6).double() * 2, weights, 3, norm_first=norm_first)


@check(points=1)
def test_knows_nothing_of_the_order(student):
    """permutes its result when the positions are permuted, and treats each sample of the batch alone

    zh: 位置打乱时结果也同样打乱，并且批次中的每个样本互不影响
    """
    x, weights = torch.randn(3, 4, 6).double(), make_weights(6, 8, torch.float64)
    order = torch.tensor([2, 0, 3, 1])
    expected = by_torch(x, weights, 2).detach()
    assert_close(student.encoder_layer(x[:, order], weights, 2), expected[:, order])
    assert_close(student.encoder_layer(x[1:2], weights, 2), expected[1:2])


@check(points=1)
def test_leaves_padding_out(student):
    """leaves out of the attention what the mask (N, 1, 1, L) does not mark with True

    zh: 掩码 (N, 1, 1, L) 中没有用 True 标出的位置，不参与注意力
    """
    real = torch.tensor([[True, True, True, False], [True, True, False, False]])[:, None, None, :]
    for norm_first in (False, True):
        x, weights = torch.randn(2, 4, 6).double(), make_weights(6, 8, torch.float64)
        compare(student, x, weights, 2, norm_first=norm_first, mask=real)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x and every weight, in both forms

    zh: 对 x 和每个权重的梯度正确，两种形式都一样
    """
    for norm_first in (False, True):
        x, weights = torch.randn(2, 3, 4).double().requires_grad_(), make_weights(4, 5, torch.float64)
        given = [item.requires_grad_() for item in weights.values()]
        mine, right = (of_tensors(function, weights, norm_first) for function in (student.encoder_layer, by_torch))
        assert_gradients(mine, right, x, *given, rtol=1e-6, atol=1e-8, names=("x", *weights))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged, in both forms

    zh: 不修改参数，两种形式都一样
    """
    for norm_first in (False, True):
        assert_unchanged(student.encoder_layer, torch.randn(2, 3, 4), make_weights(4, 5), 2, norm_first)
