# %% scaled_dot_product_attention · torch's own
import torch.nn.functional as F


def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys differ")
    return F.scaled_dot_product_attention(q, k, v, mask)


# %% scaled_dot_product_attention · flex_attention with a mask that is added
from torch.nn.attention.flex_attention import flex_attention


def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys differ")
    lead = torch.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2], mask.shape[:-2] if mask is not None else ())
    q, k, v = (a.expand(*lead, *a.shape[-2:]).reshape(-1, 1, *a.shape[-2:]) for a in (q, k, v))
    if mask is None:
        y = flex_attention(q, k, v)
        return y.reshape(*lead, *y.shape[-2:])
    if mask.dtype == torch.bool:
        mask = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, -math.inf)
    table = mask.expand(*lead, q.shape[-2], k.shape[-2]).reshape(len(q), q.shape[-2], k.shape[-2])
    y = flex_attention(q, k, v, score_mod=lambda score, b, h, i, j: score + table[b, i, j])
    return y.reshape(*lead, *y.shape[-2:])


# %% scaled_dot_product_attention · the form behind torch's own, torch.ops.aten
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys differ")
    if mask is not None and mask.dtype == torch.bool:
        mask = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, -math.inf)
    return torch.ops.aten._scaled_dot_product_attention_math(q, k, v, mask)[0]


# %% causal_mask · torch.tril
def causal_mask(n):
    return torch.tril(torch.ones(n, n, dtype=torch.bool))


# %% causal_mask · np.tri
import numpy as np


def causal_mask(n):
    return torch.from_numpy(np.tri(n, dtype=bool))


# %% causal_mask · np.tril of ones
import numpy as np


def causal_mask(n):
    return torch.from_numpy(np.tril(np.ones((n, n), dtype=bool)))


# %% causal_mask · SciPy's toeplitz
import numpy as np
from scipy.linalg import toeplitz


def causal_mask(n):
    return torch.from_numpy(toeplitz(np.ones(n), np.zeros(n))).bool()


# %% causal_mask · the mask of nn.Transformer
from torch import nn


def causal_mask(n):
    return nn.Transformer.generate_square_subsequent_mask(n) == 0


# %% causal_mask · the bias that torch.nn.attention offers
from torch.nn.attention.bias import causal_lower_right


def causal_mask(n):
    return causal_lower_right(n, n)._materialize()


# %% causal_mask · what causal attention does to the unit vectors
import torch.nn.functional as F


def causal_mask(n):
    nothing = torch.zeros(1, n, 1)
    return F.scaled_dot_product_attention(nothing, nothing, torch.eye(n)[None], is_causal=True)[0] > 0


# %% multi_head_attention · F.multi_head_attention_forward
import torch.nn.functional as F


def multi_head_attention(x, weights, heads, mask=None, memory=None):
    n, length, features = x.shape
    if features % heads:
        raise ValueError("the features do not divide")
    memory = x if memory is None else memory
    if mask is not None:
        if mask.dtype == torch.bool:
            mask = ~mask
        mask = mask.expand(n, heads, length, memory.shape[1]).reshape(n * heads, length, -1)
    y, _ = F.multi_head_attention_forward(
        x.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), features, heads,
        weights["in_proj_weight"], weights["in_proj_bias"], None, None, False, 0.0,
        weights["out_proj.weight"], weights["out_proj.bias"], attn_mask=mask, need_weights=False,
    )
    return y.transpose(0, 1)


# %% multi_head_attention · nn.MultiheadAttention with the weights put in
from torch import nn


def multi_head_attention(x, weights, heads, mask=None, memory=None):
    n, length, features = x.shape
    if features % heads:
        raise ValueError("the features do not divide")
    memory = x if memory is None else memory
    if mask is not None:
        mask = ~mask if mask.dtype == torch.bool else mask
        mask = mask.expand(n, heads, length, memory.shape[1]).reshape(n * heads, length, -1)
    layer = nn.MultiheadAttention(features, heads, batch_first=True, dtype=x.dtype)
    given = {"attn_mask": mask, "need_weights": False}
    return torch.func.functional_call(layer, weights, (x, memory, memory), given)[0]


# %% encoder_layer · nn.TransformerEncoderLayer with the weights put in
from torch import nn


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    n, length, features = x.shape
    hidden = len(weights["linear1.bias"])
    layer = nn.TransformerEncoderLayer(
        features, heads, hidden, 0.0, batch_first=True, norm_first=norm_first, dtype=x.dtype
    )
    if mask is not None:
        mask = ~mask if mask.dtype == torch.bool else mask
        mask = mask.expand(n, heads, length, length).reshape(n * heads, length, length)
    return torch.func.functional_call(layer, weights, (x,), {"src_mask": mask})


# %% decoder_layer · nn.TransformerDecoderLayer with the weights put in
from torch import nn


def decoder_layer(x, memory, weights, heads):
    hidden, length = len(weights["linear1.bias"]), x.shape[1]
    layer = nn.TransformerDecoderLayer(x.shape[2], heads, hidden, 0.0, batch_first=True, dtype=x.dtype)
    return torch.func.functional_call(layer, weights, (x, memory), {"tgt_mask": ~causal_mask(length)})
