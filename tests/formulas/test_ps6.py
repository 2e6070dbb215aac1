"""The formulas of problem set 6, as its prose has them, against torch."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

NOT_EXECUTED: dict[str, str] = {}


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(6)


def attention(q, k, v, m=0.0):
    """softmax(Q K^T / sqrt(d) + M) V."""
    return torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]) + m, dim=-1) @ v


def multi_head(x, y, module, m=0.0):
    """Concat(head_0, ..., head_{h-1}) W_O^T + b_O, with the weights of torch's module."""
    w_q, w_k, w_v = module.in_proj_weight.chunk(3)
    b_q, b_k, b_v = module.in_proj_bias.chunk(3)
    q, k, v = x @ w_q.T + b_q, y @ w_k.T + b_k, y @ w_v.T + b_v
    d = x.shape[-1] // module.num_heads
    heads = [attention(*(item[..., n * d : n * d + d] for item in (q, k, v)), m) for n in range(module.num_heads)]
    return torch.cat(heads, dim=-1) @ module.out_proj.weight.T + module.out_proj.bias


def ffn(x, layer):
    """FFN(x) = phi(x W_1^T + b_1) W_2^T + b_2 with the weights of a transformer layer."""
    return torch.relu(x @ layer.linear1.weight.T + layer.linear1.bias) @ layer.linear2.weight.T + layer.linear2.bias


def layer_of(kind, **given):
    """A transformer layer in eval mode whose biases and norms are random too."""
    layer = kind(8, 2, 12, batch_first=True, dtype=torch.float64, **given).eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_(std=0.5)
    return layer


def future(n):
    """What a causal mask leaves out, as torch's transformer layers take it."""
    return torch.triu(torch.ones(n, n), diagonal=1).bool()


def additive(hidden):
    """-inf for what is left out."""
    return torch.zeros(hidden.shape, dtype=torch.float64).masked_fill(hidden, -math.inf)


def test_scaled_dot_product_attention():
    q, k, v = torch.randn(2, 3, 8).double(), torch.randn(2, 5, 8).double(), torch.randn(2, 5, 4).double()
    m = torch.randn(3, 5).double()
    torch.testing.assert_close(attention(q, k, v), F.scaled_dot_product_attention(q, k, v))
    torch.testing.assert_close(attention(q, k, v, m), F.scaled_dot_product_attention(q, k, v, m))


def test_variance_of_a_dot_product_is_d():
    for d in (4, 64):
        scores = (torch.randn(100_000, d) * torch.randn(100_000, d)).sum(dim=1)
        assert abs(scores.var().item() / d - 1) < 0.05
        assert abs((scores / math.sqrt(d)).var().item() - 1) < 0.05


def test_row_that_sees_nothing():
    q, k, v = torch.randn(3, 2, 4)
    hidden = torch.tensor([[False, False], [True, True]])
    assert attention(q, k, v, additive(hidden).float())[1].isnan().all()
    assert (F.scaled_dot_product_attention(q, k, v, ~hidden)[1] == 0).all()
    large = F.scaled_dot_product_attention(q, k, v, torch.zeros(2, 2).masked_fill(hidden, -1e9))
    torch.testing.assert_close(large[1], v.mean(dim=0))


def test_causal_mask():
    n = 5
    m = torch.tensor([[j <= i for j in range(n)] for i in range(n)])
    assert torch.equal(m, ~future(n))
    q, k, v = torch.randn(3, n, 4)
    torch.testing.assert_close(
        F.scaled_dot_product_attention(q, k, v, m), F.scaled_dot_product_attention(q, k, v, is_causal=True)
    )


def test_split_heads():
    x, h = torch.randn(2, 3, 6), 3
    d = 6 // h
    head = x.unflatten(-1, (h, d)).transpose(1, 2)
    for n, k, place, j in torch.cartesian_prod(*map(torch.arange, head.shape)).tolist():
        assert head[n, k, place, j] == x[n, place, k * d + j]


def test_concat_of_heads():
    head = torch.randn(2, 3, 4, 5)
    concat = torch.cat(head.unbind(dim=1), dim=-1)
    for n, k, place, j in torch.cartesian_prod(*map(torch.arange, head.shape)).tolist():
        assert concat[n, place, k * 5 + j] == head[n, k, place, j]


def test_multi_head():
    module = nn.MultiheadAttention(8, 4, batch_first=True, dtype=torch.float64)
    nn.init.normal_(module.in_proj_bias)
    nn.init.normal_(module.out_proj.bias)
    x, y = torch.randn(2, 3, 8).double(), torch.randn(2, 5, 8).double()
    torch.testing.assert_close(multi_head(x, x, module), module(x, x, x)[0])
    torch.testing.assert_close(multi_head(x, y, module), module(x, y, y)[0])
    real = torch.tensor([[True] * 5, [True, True, True, False, False]])
    mine = torch.stack([multi_head(x[n], y[n], module, additive(~real)[n]) for n in range(2)])
    torch.testing.assert_close(mine, module(x, y, y, key_padding_mask=~real)[0])


def test_positional_encoding():
    # The paper's formula has no counterpart in torch: it is held against the complex exponential.
    n, d = 40, 512
    pos = torch.arange(n, dtype=torch.float64)[:, None]
    i = torch.arange(d // 2, dtype=torch.float64)
    angle = pos / 10000 ** (2 * i / d)
    wave = torch.polar(torch.ones_like(angle), angle)
    torch.testing.assert_close(torch.sin(angle), wave.imag)
    torch.testing.assert_close(torch.cos(angle), wave.real)


def test_shift_is_a_rotation():
    d, shift = 16, 3
    omega = 10000 ** (-2 * torch.arange(d // 2, dtype=torch.float64) / d)
    pos = torch.arange(20, dtype=torch.float64)[:, None]
    sin, cos = torch.sin(omega * pos), torch.cos(omega * pos)
    turn = torch.stack([torch.cos(omega * shift), torch.sin(omega * shift)])
    rotation = torch.stack([turn, torch.stack([-turn[1], turn[0]])])
    shifted = torch.einsum("abi,bpi->api", rotation, torch.stack([sin, cos]))
    expected = torch.stack([torch.sin(omega * (pos + shift)), torch.cos(omega * (pos + shift))])
    torch.testing.assert_close(shifted, expected)


def test_ffn():
    layer = layer_of(nn.TransformerEncoderLayer)
    x = torch.randn(2, 3, 8).double()
    torch.testing.assert_close(ffn(x, layer), layer.linear2(F.relu(layer.linear1(x))))


def test_relu_and_gelu():
    z = torch.linspace(-4, 4, 81, dtype=torch.float64)
    torch.testing.assert_close(torch.maximum(torch.zeros(()).double(), z), F.relu(z))
    torch.testing.assert_close(z * torch.distributions.Normal(0.0, 1.0).cdf(z), F.gelu(z))


def test_weights_of_feed_forward_and_attention():
    d = 64
    layer = nn.TransformerEncoderLayer(d, 4, 4 * d)
    assert layer.linear1.weight.numel() + layer.linear2.weight.numel() == 8 * d**2
    assert layer.self_attn.in_proj_weight.numel() + layer.self_attn.out_proj.weight.numel() == 4 * d**2


def test_encoder_layer_post_norm():
    layer = layer_of(nn.TransformerEncoderLayer)
    x = torch.randn(2, 5, 8).double()
    h = layer.norm1(x + multi_head(x, x, layer.self_attn))
    torch.testing.assert_close(layer.norm2(h + ffn(h, layer)), layer(x))


def test_encoder_layer_pre_norm():
    layer = layer_of(nn.TransformerEncoderLayer, norm_first=True)
    x = torch.randn(2, 5, 8).double()
    h = x + multi_head(layer.norm1(x), layer.norm1(x), layer.self_attn)
    torch.testing.assert_close(h + ffn(layer.norm2(h), layer), layer(x))


def test_encoder_layer_as_made():
    layer = nn.TransformerEncoderLayer(8, 2, 12)
    x = torch.randn(5, 2, 8)
    assert layer.training
    assert layer.dropout.p == 0.1
    assert layer.norm1.eps == 1e-5
    assert not layer.self_attn.batch_first
    assert not torch.equal(layer(x), layer(x))
    order = torch.randperm(5)
    layer.eval()
    torch.testing.assert_close(layer(x[order]), layer(x)[order])


def test_decoder_layer():
    layer = layer_of(nn.TransformerDecoderLayer)
    x, m = torch.randn(2, 5, 8).double(), torch.randn(2, 3, 8).double()
    h = layer.norm1(x + multi_head(x, x, layer.self_attn, additive(future(5))))
    g = layer.norm2(h + multi_head(h, m, layer.multihead_attn))
    y = layer.norm3(g + ffn(g, layer))
    torch.testing.assert_close(y, layer(x, m, tgt_mask=future(5)))
    assert not torch.allclose(y, layer(x, m))
