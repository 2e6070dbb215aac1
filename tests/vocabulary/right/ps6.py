# %% scaled_dot_product_attention · torch.softmax, rows without keys filled
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys differ in their last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = torch.where(mask, scores, float("-inf"))
        else:
            scores = scores + mask
    blind = (scores == float("-inf")).all(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(blind, 0.0), dim=-1)
    return weights.masked_fill(blind, 0.0) @ v

# %% scaled_dot_product_attention · einsum, own softmax with amax and exp
def scaled_dot_product_attention(q, k, v, mask=None):
    d = q.size(-1)
    if k.size(-1) != d:
        raise ValueError(f"{d} features against {k.size(-1)}")
    scores = torch.einsum("...ld,...sd->...ls", q, k) * d**-0.5
    if mask is not None and mask.dtype == torch.bool:
        scores = scores.masked_fill(~mask, -math.inf)
    elif mask is not None:
        scores = scores + mask
    top = scores.detach().amax(-1, keepdim=True)
    top = torch.where(torch.isinf(top), torch.zeros_like(top), top)
    e = (scores - top).exp()
    total = e.sum(-1, keepdim=True)
    weights = e / torch.where(total == 0, torch.ones_like(total), total)
    return torch.einsum("...ls,...se->...le", weights, v)

# %% scaled_dot_product_attention · helpers, softmax as a method, compared with torch outside
def _as_added(mask, like):
    """Turns a mask of booleans into one that is added."""
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros(mask.shape, dtype=like.dtype, device=like.device).masked_fill(mask.logical_not(), float("-inf"))


def _safe_softmax(scores):
    nothing = torch.isneginf(scores).all(-1, keepdim=True)
    return torch.where(nothing, 0.0, torch.where(nothing, 0.0, scores).softmax(-1))


def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("the last dimensions differ")
    scores = torch.matmul(q, k.mT).div(q.shape[-1] ** 0.5)
    if mask is not None:
        scores = torch.add(scores, _as_added(mask, q))
    return torch.matmul(_safe_softmax(scores), v)


_q, _k, _v = torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 6)
print(torch.allclose(scaled_dot_product_attention(_q, _k, _v), torch.nn.functional.scaled_dot_product_attention(_q, _k, _v), atol=1e-6))

# %% scaled_dot_product_attention · a class whose methods are the four steps
class Attention:
    def __call__(self, q, k, v, mask=None):
        if q.shape[-1] != k.shape[-1]:
            raise ValueError("q and k do not fit")
        scores = self.masked(self.scores(q, k), mask)
        weights = self.weights(scores)
        return weights @ v

    @staticmethod
    def scores(q, k):
        scale = 1 / math.sqrt(q.shape[-1])
        return (q * scale) @ k.swapaxes(-1, -2)

    @staticmethod
    def masked(scores, mask):
        if mask is None:
            return scores
        if mask.dtype is torch.bool:
            mask = torch.where(mask, torch.zeros((), dtype=scores.dtype), torch.full((), -math.inf, dtype=scores.dtype))
        return scores + mask

    @staticmethod
    def weights(scores):
        seen = scores > -math.inf
        some = seen.any(dim=-1, keepdim=True)
        return torch.softmax(torch.where(some, scores, 0.0), -1) * some


scaled_dot_product_attention = Attention()

# %% causal_mask · comparison of two ranges
def causal_mask(n):
    i = torch.arange(n)
    return i[:, None] >= i[None, :]

# %% causal_mask · rows filled by slices
def causal_mask(n):
    mask = torch.zeros(n, n, dtype=torch.bool)
    for i in range(n):
        mask[i, : i + 1] = True
    return mask

# %% causal_mask · nested list
def causal_mask(n):
    return torch.tensor([[j <= i for j in range(n)] for i in range(n)])

# %% causal_mask · NumPy
import numpy as np


def causal_mask(n):
    rows, columns = np.indices((n, n))
    return torch.from_numpy(columns <= rows)

# %% causal_mask · meshgrid and a named comparison
def causal_mask(n):
    query, key = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
    return torch.le(key, query)

# %% causal_mask · sum of a diagonal along the columns
def causal_mask(n):
    return torch.eye(n, dtype=torch.int64).flip(1).cumsum(1).flip(1).bool()

# %% split_heads · view and transpose
def split_heads(x, heads):
    N, L, D = x.shape
    if D % heads != 0:
        raise ValueError(f"{D} is not divisible by {heads}")
    return x.reshape(N, L, heads, D // heads).transpose(1, 2)

# %% split_heads · slices, stacked
def split_heads(x, heads):
    size, rest = divmod(x.shape[2], heads)
    if rest:
        raise ValueError("heads must divide the features")
    return torch.stack([x[:, :, k * size : (k + 1) * size] for k in range(heads)], dim=1)

# %% split_heads · unflatten and movedim
def split_heads(x, heads):
    if x.size(-1) % heads:
        raise ValueError("heads must divide D")
    return torch.movedim(torch.unflatten(x, -1, (heads, x.size(-1) // heads)), 2, 1)

# %% split_heads · an index of features for each head
def split_heads(x, heads):
    d = x.shape[-1] // heads
    if d * heads != x.shape[-1]:
        raise ValueError("not divisible")
    features = torch.arange(heads * d).reshape(heads, d)
    return x[:, :, features].permute(0, 2, 1, 3)

# %% split_heads · as_strided
def split_heads(x, heads):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("D % heads should be 0")
    d = D // heads
    x = x.contiguous()
    a, b, c = x.stride()
    return x.as_strided((N, heads, L, d), (a, d * c, b, c), x.storage_offset())

# %% merge_heads · transpose and reshape
def merge_heads(x):
    N, h, L, d = x.shape
    return x.transpose(1, 2).reshape(N, L, h * d)

# %% merge_heads · concatenation
def merge_heads(x):
    return torch.cat([x[:, k] for k in range(x.shape[1])], dim=-1)

# %% merge_heads · permute, contiguous, view
def merge_heads(x):
    batch, heads, length, size = x.size()
    return torch.permute(x, (0, 2, 1, 3)).contiguous().view(batch, length, heads * size)

# %% merge_heads · a buffer of its own
def merge_heads(x):
    N, h, L, d = x.shape
    out = torch.empty(N, L, h * d, dtype=x.dtype, device=x.device)
    for k in range(h):
        out[..., k * d : (k + 1) * d] = x[:, k]
    return out

# %% merge_heads · einsum and flatten
def merge_heads(x):
    return torch.flatten(torch.einsum("nhld->nlhd", x), start_dim=2)

# %% multi_head_attention · with the three functions of the notebook
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    if x.shape[-1] % heads:
        raise ValueError("heads must divide D")
    if memory is None:
        memory = x
    w_q, w_k, w_v = weights["in_proj_weight"].chunk(3)
    b_q, b_k, b_v = weights["in_proj_bias"].chunk(3)
    q = split_heads(x @ w_q.T + b_q, heads)
    k = split_heads(memory @ w_k.T + b_k, heads)
    v = split_heads(memory @ w_v.T + b_v, heads)
    y = merge_heads(scaled_dot_product_attention(q, k, v, mask))
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]

# %% multi_head_attention · einsum throughout, nothing of the notebook's
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads != 0:
        raise ValueError(f"{D} features do not make {heads} heads")
    d = D // heads
    source = x if memory is None else memory
    w = weights["in_proj_weight"].reshape(3, heads, d, D)
    b = weights["in_proj_bias"].reshape(3, 1, heads, 1, d)
    q = torch.einsum("nlf,hdf->nhld", x, w[0]) + b[0]
    k = torch.einsum("nsf,hdf->nhsd", source, w[1]) + b[1]
    v = torch.einsum("nsf,hdf->nhsd", source, w[2]) + b[2]
    scores = torch.einsum("nhld,nhsd->nhls", q, k) / d**0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    blind = (scores == -math.inf).all(-1, keepdim=True)
    p = torch.softmax(scores.masked_fill(blind, 0), -1).masked_fill(blind, 0)
    mixed = torch.einsum("nhls,nhsd,ohd->nlo", p, v, weights["out_proj.weight"].reshape(D, heads, d))
    return mixed + weights["out_proj.bias"]

# %% multi_head_attention · a loop over the heads
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    D = x.size(2)
    size, rest = divmod(D, heads)
    if rest != 0:
        raise ValueError("D is not divisible by the number of heads")
    y = x if memory is None else memory

    def project(source, part):
        rows = slice(part * D, (part + 1) * D)
        return torch.matmul(source, weights["in_proj_weight"][rows].t()) + weights["in_proj_bias"][rows]

    q, k, v = project(x, 0), project(y, 1), project(y, 2)
    found = []
    for h in range(heads):
        own = slice(h * size, (h + 1) * size)
        m = mask
        if m is not None and m.dim() >= 3:
            m = m[..., h if m.shape[-3] > 1 else 0, :, :]
        found.append(scaled_dot_product_attention(q[..., own], k[..., own], v[..., own], m))
    return torch.cat(found, -1) @ weights["out_proj.weight"].mT + weights["out_proj.bias"]

# %% multi_head_attention · a dataclass of projections, lambdas
from dataclasses import dataclass

import torch as T


@dataclass(frozen=True)
class Linear:
    weight: T.Tensor
    bias: T.Tensor

    def __call__(self, x: T.Tensor) -> T.Tensor:
        return T.einsum("...i,oi->...o", x, self.weight) + self.bias


def multi_head_attention(x, weights, heads, mask=None, memory=None):
    if x.shape[-1] % heads > 0:
        raise ValueError("heads")
    memory = x if memory is None else memory
    ins = [Linear(w, b) for w, b in zip(weights["in_proj_weight"].split(x.shape[-1]), weights["in_proj_bias"].split(x.shape[-1]))]
    output = Linear(weights["out_proj.weight"], weights["out_proj.bias"])
    cut = lambda a: split_heads(a, heads)
    q, k, v = (cut(linear(a)) for linear, a in zip(ins, (x, memory, memory)))
    return output(merge_heads(scaled_dot_product_attention(q, k, v, mask)))


_module = torch.nn.MultiheadAttention(4, 2, batch_first=True)
_x = torch.randn(2, 3, 4)
print(torch.allclose(multi_head_attention(_x, _module.state_dict(), 2), _module(_x, _x, _x)[0], atol=1e-6))

# %% positional_encoding · strided columns
def positional_encoding(n, d):
    if d % 2:
        raise ValueError("d is odd")
    pos = torch.arange(n, dtype=torch.float64)[:, None]
    frequency = 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    out = torch.empty(n, d)
    out[:, 0::2] = torch.sin(pos * frequency)
    out[:, 1::2] = torch.cos(pos * frequency)
    return out

# %% positional_encoding · NumPy
import numpy as np


def positional_encoding(n, d):
    if d % 2 == 1:
        raise ValueError("an even size is needed")
    angles = np.arange(n)[:, np.newaxis] / np.power(10000.0, np.arange(0, d, 2) / d)
    pairs = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return torch.from_numpy(pairs.reshape(n, d).astype(np.float32))

# %% positional_encoding · two loops with math, aliases from math
from math import *


def positional_encoding(n, d):
    if d & 1:
        raise ValueError("d must be even")
    rows = torch.zeros(n, d)
    for p in range(n):
        for i in range(d // 2):
            angle = p / pow(10000, 2 * i / d)
            rows[p, 2 * i] = sin(angle)
            rows[p, 2 * i + 1] = cos(angle)
    return rows

# %% positional_encoding · outer product, cosine as a shifted sine
def positional_encoding(n, d):
    if d % 2 != 0:
        raise ValueError(f"{d} is odd")
    exponent = torch.arange(d).div(2, rounding_mode="floor").double().mul(2).div(d)
    angle = torch.outer(torch.arange(n).double(), torch.exp(-exponent * math.log(10000)))
    shift = (torch.arange(d) % 2).double() * (math.pi / 2)
    return torch.sin(angle + shift).float()

# %% positional_encoding · real and imaginary part of turning numbers
def positional_encoding(n, d):
    if d % 2:
        raise ValueError("odd size")
    omega = torch.logspace(0, -4 * (d - 2) / d, d // 2, base=10.0, dtype=torch.float64) if d else torch.zeros(0, dtype=torch.float64)
    angle = torch.arange(n, dtype=torch.float64).unsqueeze(1) * omega
    turning = torch.polar(torch.ones_like(angle), angle)
    return torch.stack((turning.imag, turning.real), dim=2).reshape(n, d).to(torch.float32)

# %% feed_forward · F.linear, F.relu, F.gelu
import torch.nn.functional as F


def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    if activation == "relu":
        phi = F.relu
    elif activation == "gelu":
        phi = F.gelu
    else:
        raise ValueError(f"unknown activation {activation}")
    return F.linear(phi(F.linear(x, w1, b1)), w2, b2)

# %% feed_forward · operators, erf, a dict of lambdas
PHI = {
    "relu": lambda z: torch.where(z > 0, z, torch.zeros_like(z)),
    "gelu": lambda z: 0.5 * z * (1 + torch.erf(z / math.sqrt(2))),
}


def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    if activation not in PHI:
        raise ValueError(activation)
    return PHI[activation](x @ w1.T + b1) @ w2.T + b2

# %% feed_forward · match, einsum, in place on the hidden layer
def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    hidden = torch.einsum("...d,fd->...f", x, w1) + b1
    match activation:
        case "relu":
            hidden = hidden.clamp_(min=0)
        case "gelu":
            hidden = hidden * torch.special.ndtr(hidden)
        case other:
            raise ValueError(f"no activation {other!r}")
    return torch.einsum("...f,df->...d", hidden, w2) + b2

# %% feed_forward · a closure per layer, erfc
def affine(weight, bias):
    def layer(x):
        return torch.matmul(x, weight.transpose(0, 1)) + bias

    return layer


def relu(z):
    return z * (z > 0)


def gelu(z):
    return z / 2 * torch.erfc(-z * 0.5**0.5)


def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    phi = {"relu": relu, "gelu": gelu}.get(activation)
    if phi is None:
        raise ValueError("activation should be relu or gelu")
    for step in (affine(w1, b1), phi, affine(w2, b2)):
        x = step(x)
    return x

# %% encoder_layer · with F.layer_norm and the notebook's functions
def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    def norm(a, name):
        return F.layer_norm(a, (a.shape[-1],), weights[name + ".weight"], weights[name + ".bias"], 1e-5)

    def attend(a):
        return multi_head_attention(a, part_of(weights, "self_attn"), heads, mask)

    def think(a):
        return feed_forward(a, weights["linear1.weight"], weights["linear1.bias"], weights["linear2.weight"], weights["linear2.bias"])

    if norm_first:
        h = x + attend(norm(x, "norm1"))
        return h + think(norm(h, "norm2"))
    h = norm(x + attend(x), "norm1")
    return norm(h + think(h), "norm2")

# %% encoder_layer · its own normalization, a loop over the sublayers
EPS = 1e-5


def layer_norm(a, weight, bias):
    centred = a - a.mean(-1, keepdim=True)
    variance = (centred * centred).mean(-1, keepdim=True)
    return centred / torch.sqrt(variance + EPS) * weight + bias


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    first, second = part_of(weights, "linear1"), part_of(weights, "linear2")
    sublayers = [
        lambda a: multi_head_attention(a, part_of(weights, "self_attn"), heads, mask),
        lambda a: feed_forward(a, first["weight"], first["bias"], second["weight"], second["bias"], "relu"),
    ]
    for number, sublayer in enumerate(sublayers, start=1):
        own = part_of(weights, f"norm{number}")
        if norm_first:
            x = x + sublayer(layer_norm(x, **own))
        else:
            x = layer_norm(x + sublayer(x), **own)
    return x

# %% encoder_layer · a class, var with correction 0, compared with torch outside
class Encoder:
    def __init__(self, weights, heads, mask):
        self.w = weights
        self.heads = heads
        self.mask = mask

    def norm(self, x, k):
        var, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
        return (x - mean) * torch.rsqrt(var + 1e-5) * self.w[f"norm{k}.weight"] + self.w[f"norm{k}.bias"]

    def attention(self, x):
        return multi_head_attention(x, part_of(self.w, "self_attn"), self.heads, mask=self.mask)

    def network(self, x):
        hidden = x @ self.w["linear1.weight"].T + self.w["linear1.bias"]
        hidden = torch.maximum(hidden, torch.zeros_like(hidden))
        return hidden @ self.w["linear2.weight"].T + self.w["linear2.bias"]

    def post(self, x):
        h = self.norm(x + self.attention(x), 1)
        return self.norm(h + self.network(h), 2)

    def pre(self, x):
        h = x + self.attention(self.norm(x, 1))
        return h + self.network(self.norm(h, 2))


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    encoder = Encoder(weights, heads, mask)
    return encoder.pre(x) if norm_first else encoder.post(x)


_layer = torch.nn.TransformerEncoderLayer(4, 2, 6, batch_first=True).eval()
_input = torch.randn(2, 3, 4)
print(torch.allclose(encoder_layer(_input, _layer.state_dict(), 2), _layer(_input), atol=1e-5))

# %% decoder_layer · with the notebook's functions
def decoder_layer(x, memory, weights, heads):
    def norm(a, name):
        return F.layer_norm(a, a.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

    h = norm(x + multi_head_attention(x, part_of(weights, "self_attn"), heads, causal_mask(x.shape[1])), "norm1")
    g = norm(h + multi_head_attention(h, part_of(weights, "multihead_attn"), heads, memory=memory), "norm2")
    ffn = [weights[f"linear{i}.{what}"] for i in (1, 2) for what in ("weight", "bias")]
    return norm(g + feed_forward(g, *ffn), "norm3")

# %% decoder_layer · own normalization, a list of sublayers with partial
from functools import partial


def normalize(a, *, weight, bias, eps=1e-5):
    mean = a.mean(dim=-1, keepdim=True)
    std = (a.var(dim=-1, unbiased=False, keepdim=True) + eps).sqrt()
    return weight * ((a - mean) / std) + bias


def decoder_layer(x, memory, weights, heads):
    L = x.shape[1]
    see = torch.arange(L) <= torch.arange(L).view(L, 1)
    steps = [
        partial(multi_head_attention, weights=part_of(weights, "self_attn"), heads=heads, mask=see),
        partial(multi_head_attention, weights=part_of(weights, "multihead_attn"), heads=heads, memory=memory),
        partial(
            feed_forward,
            w1=weights["linear1.weight"],
            b1=weights["linear1.bias"],
            w2=weights["linear2.weight"],
            b2=weights["linear2.bias"],
        ),
    ]
    for i, step in enumerate(steps, 1):
        x = normalize(x + step(x), **part_of(weights, f"norm{i}"))
    return x

# %% decoder_layer · everything written out
def decoder_layer(x, memory, weights, heads):
    N, L, D = x.shape

    def attention(queries, source, name, hide):
        w, b = weights[name + ".in_proj_weight"], weights[name + ".in_proj_bias"]
        q = split_heads(queries @ w[:D].T + b[:D], heads)
        k = split_heads(source @ w[D : 2 * D].T + b[D : 2 * D], heads)
        v = split_heads(source @ w[2 * D :].T + b[2 * D :], heads)
        scores = q @ k.mT / (D // heads) ** 0.5
        if hide:
            scores = scores.masked_fill(torch.logical_not(causal_mask(L)), float("-inf"))
        e = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
        y = e / e.sum(dim=-1, keepdim=True) @ v
        return merge_heads(y) @ weights[name + ".out_proj.weight"].T + weights[name + ".out_proj.bias"]

    def ln(a, i):
        a = a - a.mean(2, True)
        a = a / (a.pow(2).mean(2, True) + 1e-5).pow(0.5)
        return a * weights["norm%d.weight" % i] + weights["norm%d.bias" % i]

    h = ln(x + attention(x, x, "self_attn", True), 1)
    g = ln(h + attention(h, memory, "multihead_attn", False), 2)
    z = g @ weights["linear1.weight"].T + weights["linear1.bias"]
    z = (z + z.abs()) / 2
    return ln(g + z @ weights["linear2.weight"].T + weights["linear2.bias"], 3)
