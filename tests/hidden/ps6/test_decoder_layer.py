import torch
from torch import nn

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


def make_weights(features, width, dtype=torch.float32):
    """Random weights, biases and norms, by torch's names."""
    state = nn.TransformerDecoderLayer(features, 1, width).state_dict()
    return {name: 0.5 * torch.randn(value.shape, dtype=dtype) for name, value in state.items()}


def by_torch(x, memory, weights, heads):
    """torch's layer in eval mode with a causal mask, in which True means "leave out"."""
    width, features = weights["linear1.weight"].shape
    layer = nn.TransformerDecoderLayer(features, heads, width, batch_first=True, dtype=x.dtype).eval()
    future = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(diagonal=1)
    return torch.func.functional_call(layer, weights, (x, memory), {"tgt_mask": future})


def arguments(length, size, features=6, width=9, dtype=torch.float64):
    """Two samples of a sequence and a memory, and weights."""
    x, memory = torch.randn(2, length, features, dtype=dtype), torch.randn(2, size, features, dtype=dtype)
    return x, memory, make_weights(features, width, dtype)


def compare(student, x, memory, weights, heads):
    """Compare with torch, within the rounding of three layer normalizations."""
    tolerance = 1e-3 if x.dtype == torch.float32 else 1e-8
    expected = by_torch(x, memory, weights, heads).detach()
    assert_close(student.decoder_layer(x, memory, weights, heads), expected, rtol=tolerance, atol=tolerance)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the numbers worked out by hand where the self-attention takes the mean of what may be seen

    zh: 自注意力取可见部分的平均时，给出手算得到的数值
    """
    weights = {name: torch.zeros_like(value) for name, value in make_weights(2, 1).items()}
    weights |= {f"norm{number}.weight": torch.ones(2) for number in (1, 2, 3)}
    weights |= {
        "self_attn.in_proj_weight": torch.cat([torch.zeros(4, 2), torch.eye(2)]),
        "self_attn.out_proj.weight": torch.eye(2),
        "norm3.weight": torch.tensor([1.0, 3.0]),
    }
    x, memory = torch.tensor([[[0.0, 4.0], [20.0, 4.0]]]), torch.tensor([[[1.0, 2.0]]])
    # (0, 4) sees itself: (0, 8) -> (-1, 1); (20, 4) sees the mean (10, 4): (30, 8) -> (1, -1)
    expected = torch.tensor([[[-1.0, 3.0], [1.0, -3.0]]])
    assert_close(student.decoder_layer(x, memory, weights, 1), expected, rtol=1e-3, atol=1e-3)


@check(points=2)
def test_equals_torch(student):
    """equals nn.TransformerDecoderLayer in eval mode with a causal mask, in float32 and float64

    zh: 与 eval 模式下带因果掩码的 nn.TransformerDecoderLayer 一致，float32 和 float64 均可
    """
    for heads, dtype in [(2, torch.float32), (3, torch.float64)]:
        compare(student, *arguments(4, 4, dtype=dtype), heads)


@check(points=2)
def test_reads_a_memory_of_another_length(student):
    """reads a memory that is longer or shorter than x

    zh: 记忆可以比 x 长，也可以比 x 短
    """
    for length, size in [(3, 5), (5, 2), (4, 1)]:
        compare(student, *arguments(length, size), 2)


@check(points=2)
def test_does_not_see_the_future(student):
    """gives earlier positions the same result when a later one changes

    zh: 靠后的位置改变时，之前各位置的结果不变
    """
    x, memory, weights = arguments(5, 3)
    other = x.clone()
    other[:, 3:] += 1
    before = by_torch(x, memory, weights, 2).detach()[:, :3]
    first, second = (student.decoder_layer(item, memory, weights, 2)[:, :3] for item in (x, other))
    assert_close(first, before, what={"en": "the result at the first three positions", "zh": "前三个位置的结果"})
    assert_close(
        second,
        before,
        what={
            "en": "the result at the first three positions, after the fourth changed,",
            "zh": "第四个位置改变之后前三个位置的结果",
        },
    )


@check(points=1)
def test_sees_all_of_the_memory(student):
    """lets the first position see all of the memory, whatever its order

    zh: 第一个位置能看到整个记忆，与记忆的顺序无关
    """
    x, memory, weights = arguments(1, 6)
    compare(student, x, memory, weights, 2)
    compare(student, x, memory.flip(1), weights, 3)


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x, the memory and every weight

    zh: 对 x、记忆和每个权重的梯度正确
    """
    x, memory, weights = arguments(3, 2, features=4, width=5)
    given = [item.requires_grad_() for item in (x, memory, *weights.values())]

    def of_tensors(function):
        return lambda x, memory, *given: function(x, memory, dict(zip(weights, given, strict=True)), 2)

    mine, right = of_tensors(student.decoder_layer), of_tensors(by_torch)
    assert_gradients(mine, right, *given, rtol=1e-6, atol=1e-8, names=("x", "memory", *weights))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves sequence, memory and weights unchanged

    zh: 不修改序列、记忆和权重
    """
    assert_unchanged(student.decoder_layer, *arguments(3, 4, dtype=torch.float32), 2)
