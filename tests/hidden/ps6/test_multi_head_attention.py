import torch
from torch import nn

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check

NAMES = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")


def make_weights(features, dtype=torch.float32):
    """Random weights and biases (torch's own biases begin at zero, which would hide one that is missing)."""
    shapes = [(3 * features, features), (3 * features,), (features, features), (features,)]
    return {name: 0.5 * torch.randn(shape, dtype=dtype) for name, shape in zip(NAMES, shapes, strict=True)}


def by_torch(x, weights, heads, mask=None, memory=None):
    """torch's module, given a mask in which True means that the key takes part."""
    memory = x if memory is None else memory
    if mask is not None:
        mask = mask.expand(len(x), heads, x.shape[1], memory.shape[1]).flatten(0, 1)
        mask = ~mask if mask.dtype == torch.bool else mask
    module = nn.MultiheadAttention(x.shape[-1], heads, batch_first=True, dtype=x.dtype)
    given = {"attn_mask": mask, "need_weights": False}
    return torch.func.functional_call(module, weights, (x, memory, memory), given)[0]


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand for two heads, the first position seeing only itself

    zh: 两个头、第一个位置只看到自己时，给出手算得到的数值
    """
    swap = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    weights = {
        "in_proj_weight": torch.cat([torch.eye(2), torch.eye(2), torch.eye(2)]),
        "in_proj_bias": torch.tensor([0.0, 0.0, 0.0, 0.0, 10.0, 0.0]),
        "out_proj.weight": swap,
        "out_proj.bias": torch.tensor([0.0, 1.0]),
    }
    x = torch.tensor([[[-1.0986123, 5.0], [1.0, 0.0]]])
    # The second query: head 0 has scores -log 3 and 1, head 1 the scores 0 and 0.
    # exp(1) = 2.7182818 against 1/3: weights 0.1092318 and 0.8907682; values 8.9013877 and 11.
    expected = torch.tensor([[[5.0, 9.9013877], [2.5, 11.7707651]]])
    mask = torch.tensor([[True, False], [True, True]])
    assert_close(student.multi_head_attention(x, weights, 2, mask), expected, rtol=1e-5, atol=1e-5)


@check(points=2)
def test_equals_torch_in_self_attention(student):
    """equals nn.MultiheadAttention in self-attention, for 1, 2 and 4 heads, in float32 and float64

    zh: 在自注意力中与 nn.MultiheadAttention 一致，1、2 和 4 个头，float32 和 float64 均可
    """
    for heads, dtype in [(1, torch.float32), (2, torch.float64), (4, torch.float32)]:
        x, weights = torch.randn(3, 5, 8, dtype=dtype), make_weights(8, dtype)
        tolerance = 1e-4 if dtype == torch.float32 else 1e-9
        expected = by_torch(x, weights, heads).detach()
        assert_close(student.multi_head_attention(x, weights, heads), expected, rtol=tolerance, atol=tolerance)


@check(points=2)
def test_attends_to_a_memory(student):
    """takes keys and values from a memory of another length, and queries from x

    zh: 键和值来自另一个长度的记忆，查询来自 x
    """
    for length, size in [(3, 6), (5, 1), (4, 4)]:
        x, memory = torch.randn(2, length, 6).double(), torch.randn(2, size, 6).double()
        weights = make_weights(6, torch.float64)
        expected = by_torch(x, weights, 3, memory=memory).detach()
        assert_close(student.multi_head_attention(x, weights, 3, memory=memory), expected)


@check(points=1)
def test_leaves_padding_out(student):
    """leaves padding out: True in the mask (N, 1, 1, S) marks what takes part

    zh: 填充不参与：掩码 (N, 1, 1, S) 中的 True 标出参与的键
    """
    x, weights = torch.randn(2, 5, 8).double(), make_weights(8, torch.float64)
    real = torch.tensor([[True, True, True, False, False], [True, True, True, True, False]])
    mask = real[:, None, None, :]
    y = student.multi_head_attention(x, weights, 2, mask)
    assert_close(y, by_torch(x, weights, 2, mask).detach())
    changed = x.masked_fill(~real[:, :, None], 9.0)
    y, again = y * real[:, :, None], student.multi_head_attention(changed, weights, 2, mask) * real[:, :, None]
    assert_close(
        again,
        y,
        what={
            "en": "the result for the real words, after the padding was changed,",
            "zh": "改变填充之后真正的词的结果",
        },
    )


@check(points=1)
def test_takes_masks_of_both_kinds(student):
    """takes a boolean mask (L, S) and one of numbers for each head

    zh: 能处理布尔掩码 (L, S)，也能处理每个头各一份的数值掩码
    """
    x, weights = torch.randn(2, 4, 8).double(), make_weights(8, torch.float64)
    causal = torch.ones(4, 4, dtype=torch.bool).tril()
    for mask in (causal, torch.randn(2, 4, 4, 4).double()):
        assert_close(student.multi_head_attention(x, weights, 4, mask), by_torch(x, weights, 4, mask).detach())


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x, the memory and every weight

    zh: 对 x、记忆和每个权重的梯度正确
    """
    x, memory = torch.randn(2, 3, 4).double().requires_grad_(), torch.randn(2, 2, 4).double().requires_grad_()
    given = [item.requires_grad_() for item in make_weights(4, torch.float64).values()]

    def through(function):
        def call(x, memory, *given):
            return function(x, dict(zip(NAMES, given, strict=True)), 2, None, memory)

        return call

    mine, right = through(student.multi_head_attention), through(by_torch)
    assert_gradients(mine, right, x, memory, *given, names=("x", "memory", *NAMES))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves its arguments unchanged

    zh: 不修改参数
    """
    assert_unchanged(student.multi_head_attention, torch.randn(2, 3, 6), make_weights(6), 3)


@check(points=1, property=True)
def test_refuses_heads_that_do_not_divide(student):
    """raises ValueError where the heads do not divide the features

    zh: 头的个数不能整除特征数时，抛出 ValueError
    """
    assert_raises(ValueError, student.multi_head_attention, torch.randn(2, 3, 6), make_weights(6), 4)
