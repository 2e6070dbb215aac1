"""Wrong solutions that students write for problem set 6, with the hint that each deserves."""

import math

import torch

from autograder.authoring import misconception


@misconception(
    "scaled_dot_product_attention",
    hint="Divide the scores by the square root of the last dimension before the softmax.",
    passes_examples=False,
    costs=5,
)
def no_scale(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    sees_nothing = (scores == -math.inf).all(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(sees_nothing, 0.0), dim=-1)
    return weights.masked_fill(sees_nothing, 0.0) @ v


@misconception(
    "scaled_dot_product_attention",
    hint="The d under the root is the last dimension of q, the size of one head: do not multiply it by the number of heads.",
    costs=4,
)
def scale_of_the_model(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    heads = q.shape[-3] if q.dim() > 3 else 1
    scores = q @ k.transpose(-2, -1) / math.sqrt(heads * q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    sees_nothing = (scores == -math.inf).all(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(sees_nothing, 0.0), dim=-1)
    return weights.masked_fill(sees_nothing, 0.0) @ v


@misconception(
    "scaled_dot_product_attention",
    hint="Each query distributes its weight over the keys: take the softmax along the last axis of the scores.",
    passes_examples=False,
    costs=6,
)
def softmax_over_queries(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    sees_nothing = (scores == -math.inf).all(dim=-2, keepdim=True)
    weights = torch.softmax(scores.masked_fill(sees_nothing, 0.0), dim=-2)
    return weights.masked_fill(sees_nothing, 0.0) @ v


@misconception(
    "scaled_dot_product_attention",
    hint="Mask the scores before the softmax; weights that are zeroed after it no longer sum to 1.",
    passes_examples=False,
    costs=4,
)
def mask_after_softmax(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), dim=-1)
    if mask is not None:
        weights = weights * (mask if mask.dtype == torch.bool else mask.exp())
    return weights @ v


@misconception(
    "scaled_dot_product_attention",
    hint="A mask of numbers is added to the scores as it is: 0 in it hides nothing. Only booleans choose which keys take part.",
    costs=4,
)
def numbers_taken_for_booleans(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -math.inf)
    sees_nothing = (scores == -math.inf).all(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(sees_nothing, 0.0), dim=-1)
    return weights.masked_fill(sees_nothing, 0.0) @ v


@misconception(
    "scaled_dot_product_attention",
    hint="Where a query may see no key at all, the softmax is 0/0: give such a row the result zero.",
    costs=2,
)
def fully_masked_row_is_nan(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return torch.softmax(scores, dim=-1) @ v


@misconception(
    "scaled_dot_product_attention",
    hint="A large negative number is not -inf: a query that may see no key gets the mean of all values instead of zero.",
    costs=2,
)
def minus_a_billion(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9) if mask.dtype == torch.bool else scores + mask.clamp(min=-1e9)
    return torch.softmax(scores, dim=-1) @ v


@misconception(
    "scaled_dot_product_attention",
    hint="Subtract the largest score of each row before the exponential (or call torch.softmax), or large scores overflow.",
    costs=3,
)
def overflows(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    weights = scores.exp()
    total = weights.sum(dim=-1, keepdim=True)
    return weights / total.where(total != 0, torch.ones_like(total)) @ v


@misconception(
    "scaled_dot_product_attention",
    hint="Repairing NaN after the softmax mends the result but not its gradient: give a row that sees nothing finite scores"
    " before the softmax, and zero weights after it.",
    costs=1,
)
def nan_to_num_after_the_softmax(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return torch.softmax(scores, dim=-1).nan_to_num(0.0) @ v


@misconception(
    "causal_mask",
    hint="A position may see itself: the diagonal is True, or the first row would see nothing.",
    passes_examples=False,
    costs=2,
)
def strict(n):
    place = torch.arange(n)
    return place[None, :] < place[:, None]


@misconception(
    "causal_mask",
    hint="Rows are queries and columns are keys: as it is, every position sees itself and the future. Swap the two.",
    passes_examples=False,
    costs=3,
)
def transposed(n):
    place = torch.arange(n)
    return place[None, :] >= place[:, None]


@misconception(
    "causal_mask",
    hint="True means that the key takes part: as it is, True marks what must be hidden.",
    passes_examples=False,
    costs=3,
)
def inverted_meaning(n):
    place = torch.arange(n)
    return place[None, :] > place[:, None]


@misconception(
    "causal_mask",
    hint="Booleans are asked for, True where a position may be seen; what you return is a mask to be added to the scores.",
    passes_examples=False,
    costs=2,
)
def additive_in_place_of_boolean(n):
    place = torch.arange(n)
    return torch.zeros(n, n).masked_fill(place[None, :] > place[:, None], -math.inf)


@misconception(
    "split_heads",
    hint="One reshape to (N, h, L, d) mixes positions: reshape to (N, L, h, d) and swap the two axes afterwards.",
    passes_examples=False,
    costs=3,
)
def split_by_view_alone(x, heads):
    batch, length, features = x.shape
    if features % heads:
        raise ValueError("the heads must divide the features")
    return x.reshape(batch, heads, length, features // heads)


@misconception(
    "split_heads",
    hint="A head takes neighbouring features: the axis of the heads comes before that of the features in a head.",
    passes_examples=False,
    costs=4,
)
def split_interleaved(x, heads):
    batch, length, features = x.shape
    if features % heads:
        raise ValueError("the heads must divide the features")
    return x.reshape(batch, length, features // heads, heads).permute(0, 3, 1, 2)


@misconception(
    "split_heads",
    hint="The heads are cut correctly, but their axis has to stand before the positions: swap axes 1 and 2.",
    passes_examples=False,
    costs=2,
)
def split_without_swap(x, heads):
    batch, length, features = x.shape
    if features % heads:
        raise ValueError("the heads must divide the features")
    return x.reshape(batch, length, heads, features // heads)


@misconception(
    "merge_heads",
    hint="Reshaping (N, h, L, d) at once mixes positions: bring the positions before the heads first.",
    passes_examples=False,
    costs=3,
)
def merge_by_view_alone(x):
    batch, heads, length, size = x.shape
    return x.reshape(batch, length, heads * size)


@misconception(
    "merge_heads",
    hint="Lay whole heads side by side: the axis of the heads comes before that of the features in a head.",
    passes_examples=False,
    costs=3,
)
def merge_interleaved(x):
    return x.permute(0, 2, 3, 1).flatten(start_dim=2)


@misconception(
    "merge_heads",
    hint="The heads are laid side by side, not averaged or added: the result has h * d features.",
    passes_examples=False,
    costs=5,
)
def merge_by_sum(x):
    return x.sum(dim=1)


@misconception(
    "multi_head_attention",
    hint="Something is missing after the heads are merged: the output projection, with its bias.",
    passes_examples=False,
    costs=4,
)
def out_projection_missing(x, weights, heads, mask=None, memory=None):
    memory = x if memory is None else memory
    if x.shape[-1] % heads:
        raise ValueError("the heads must divide the features")
    parts = zip(weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3), strict=True)
    q, k, v = (
        (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
        for given, (w, b) in zip((x, memory, memory), parts, strict=True)
    )
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)


@misconception(
    "multi_head_attention",
    hint="Cut the features, not the positions, into heads: a reshape alone mixes them; the axes have to be swapped as well.",
    passes_examples=False,
    costs=5,
)
def heads_mixed(x, weights, heads, mask=None, memory=None):
    memory = x if memory is None else memory
    batch, length, features = x.shape
    if features % heads:
        raise ValueError("the heads must divide the features")
    parts = zip(weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3), strict=True)
    q, k, v = (
        (given @ w.T + b).reshape(batch, heads, given.shape[1], features // heads)
        for given, (w, b) in zip((x, memory, memory), parts, strict=True)
    )
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).reshape(batch, length, features)
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


@misconception(
    "multi_head_attention",
    hint="The rows of in_proj are W_Q, W_K and W_V below one another: take them apart before you cut each into heads.",
    passes_examples=False,
    costs=4,
)
def projection_cut_within_heads(x, weights, heads, mask=None, memory=None):
    memory = x if memory is None else memory
    if x.shape[-1] % heads:
        raise ValueError("the heads must divide the features")
    parts = [
        (given @ weights["in_proj_weight"].T + weights["in_proj_bias"])
        .unflatten(-1, (heads, -1))
        .transpose(1, 2)
        .chunk(3, -1)
        for given in (x, memory)
    ]
    (q, _, _), (_, k, v) = parts
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


@misconception(
    "multi_head_attention",
    hint="Bring the positions back before the heads when you merge: a reshape alone mixes the positions.",
    costs=4,
)
def merged_without_swap(x, weights, heads, mask=None, memory=None):
    memory = x if memory is None else memory
    if x.shape[-1] % heads:
        raise ValueError("the heads must divide the features")
    parts = zip(weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3), strict=True)
    q, k, v = (
        (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
        for given, (w, b) in zip((x, memory, memory), parts, strict=True)
    )
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).reshape(x.shape)
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


@misconception(
    "multi_head_attention",
    hint="Each head is scaled by the root of its own size, D / h, and not by the root of the model's D.",
    passes_examples=False,
    costs=3,
)
def model_size_under_the_root(x, weights, heads, mask=None, memory=None):
    memory = x if memory is None else memory
    if x.shape[-1] % heads:
        raise ValueError("the heads must divide the features")
    parts = zip(weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3), strict=True)
    q, k, v = (
        (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
        for given, (w, b) in zip((x, memory, memory), parts, strict=True)
    )
    scale = x.shape[-1] ** -0.5
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask, scale=scale).transpose(1, 2).flatten(2)
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


@misconception(
    "multi_head_attention",
    hint="True in a mask means that the key takes part, for padding too: do not invert the mask.",
    costs=3,
)
def mask_inverted(x, weights, heads, mask=None, memory=None):
    memory = x if memory is None else memory
    if x.shape[-1] % heads:
        raise ValueError("the heads must divide the features")
    if mask is not None and mask.dtype == torch.bool:
        mask = ~mask
    parts = zip(weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3), strict=True)
    q, k, v = (
        (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
        for given, (w, b) in zip((x, memory, memory), parts, strict=True)
    )
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


@misconception(
    "multi_head_attention",
    hint="Where a memory is given, keys and values both come from it; only the queries come from x.",
    passes_examples=False,
    costs=4,
)
def memory_ignored(x, weights, heads, mask=None, memory=None):
    if x.shape[-1] % heads:
        raise ValueError("the heads must divide the features")
    parts = zip(weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3), strict=True)
    q, k, v = ((x @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2) for w, b in parts)
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


@misconception(
    "positional_encoding",
    hint="Sines and cosines alternate: even columns hold sines, odd ones cosines, not each a half of the columns.",
    costs=2,
)
def sines_and_cosines_in_halves(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-torch.arange(0, d, 2) / d)
    return torch.cat([angle.sin(), angle.cos()], dim=1)


@misconception(
    "positional_encoding",
    hint="The two columns of a pair share one frequency: in an odd column the exponent is that of the column before it.",
    passes_examples=False,
    costs=3,
)
def frequency_of_every_column(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-torch.arange(d) / d)
    y = angle.sin()
    y[:, 1::2] = angle[:, 1::2].cos()
    return y


@misconception(
    "positional_encoding",
    hint="The exponent is the number of the even column over d, so it reaches nearly 1; yours grows only half as fast.",
    costs=3,
)
def exponent_halved(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-torch.arange(d // 2) / d)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(start_dim=1)


@misconception(
    "positional_encoding",
    hint="The exponent is doubled twice: where i steps by two already, it is the 2i of the formula.",
    costs=3,
)
def exponent_doubled(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-2 * torch.arange(0, d, 2) / d)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(start_dim=1)


@misconception(
    "positional_encoding",
    hint="The even columns, 0, 2, 4 and so on, hold the sines: position 0 is 0, 1, 0, 1.",
    passes_examples=False,
    costs=2,
)
def sine_and_cosine_swapped(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-torch.arange(0, d, 2) / d)
    return torch.stack([angle.cos(), angle.sin()], dim=-1).flatten(start_dim=1)


@misconception(
    "feed_forward",
    hint="The activation stands between the two layers, and nothing comes after the second.",
    passes_examples=False,
    costs=4,
)
def activation_after_the_second(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError("relu or gelu")
    y = (x @ w1.T + b1) @ w2.T + b2
    return torch.relu(y) if activation == "relu" else torch.nn.functional.gelu(y)


@misconception(
    "feed_forward",
    hint="There is one activation, between the layers: leave the second layer's result as it is.",
    costs=3,
)
def activation_after_both(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError("relu or gelu")
    function = torch.relu if activation == "relu" else torch.nn.functional.gelu
    return function(function(x @ w1.T + b1) @ w2.T + b2)


@misconception("feed_forward", hint='Take notice of the argument: for "gelu" the activation is not ReLU.', costs=2)
def always_relu(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError("relu or gelu")
    return torch.relu(x @ w1.T + b1) @ w2.T + b2


@misconception(
    "feed_forward",
    hint="The exact GELU is asked for, z times the normal distribution function, not its tanh approximation.",
    costs=2,
)
def approximate_gelu(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError("relu or gelu")
    hidden = x @ w1.T + b1
    hidden = torch.relu(hidden) if activation == "relu" else torch.nn.functional.gelu(hidden, approximate="tanh")
    return hidden @ w2.T + b2


@misconception(
    "encoder_layer",
    hint="Post-norm normalizes the sum of x and the sublayer's result, not the sublayer's result alone.",
    passes_examples=False,
    costs=4,
)
def residual_after_the_norm(x, weights, heads, norm_first=False, mask=None):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y):
        packed = y @ weights["self_attn.in_proj_weight"].T + weights["self_attn.in_proj_bias"]
        q, k, v = (item.unflatten(-1, (heads, -1)).transpose(1, 2) for item in packed.chunk(3, dim=-1))
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
        return y @ weights["self_attn.out_proj.weight"].T + weights["self_attn.out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    if norm_first:
        x = x + attend(norm(x, "norm1"))
        return x + think(norm(x, "norm2"))
    x = x + norm(attend(x), "norm1")
    return x + norm(think(x), "norm2")


@misconception(
    "encoder_layer",
    hint="There are two normalizations with weights of their own: norm1 around the attention, norm2 around the feed-forward network.",
    passes_examples=False,
    costs=3,
)
def one_norm_shared(x, weights, heads, norm_first=False, mask=None):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y):
        packed = y @ weights["self_attn.in_proj_weight"].T + weights["self_attn.in_proj_bias"]
        q, k, v = (item.unflatten(-1, (heads, -1)).transpose(1, 2) for item in packed.chunk(3, dim=-1))
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
        return y @ weights["self_attn.out_proj.weight"].T + weights["self_attn.out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    if norm_first:
        x = x + attend(norm(x, "norm1"))
        return x + think(norm(x, "norm1"))
    x = norm(x + attend(x), "norm1")
    return norm(x + think(x), "norm1")


@misconception(
    "encoder_layer",
    hint="With norm_first=True the input of each sublayer is normalized, and the sum is left alone.",
    passes_examples=False,
    costs=4,
)
def norm_first_ignored(x, weights, heads, norm_first=False, mask=None):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y):
        packed = y @ weights["self_attn.in_proj_weight"].T + weights["self_attn.in_proj_bias"]
        q, k, v = (item.unflatten(-1, (heads, -1)).transpose(1, 2) for item in packed.chunk(3, dim=-1))
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
        return y @ weights["self_attn.out_proj.weight"].T + weights["self_attn.out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    x = norm(x + attend(x), "norm1")
    return norm(x + think(x), "norm2")


@misconception(
    "encoder_layer",
    hint="With norm_first=True the residual connection carries x itself, not the normalized x.",
    passes_examples=False,
    costs=3,
)
def residual_of_the_normalized(x, weights, heads, norm_first=False, mask=None):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y):
        packed = y @ weights["self_attn.in_proj_weight"].T + weights["self_attn.in_proj_bias"]
        q, k, v = (item.unflatten(-1, (heads, -1)).transpose(1, 2) for item in packed.chunk(3, dim=-1))
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
        return y @ weights["self_attn.out_proj.weight"].T + weights["self_attn.out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    if norm_first:
        x = norm(x, "norm1")
        x = norm(x + attend(x), "norm2")
        return x + think(x)
    x = norm(x + attend(x), "norm1")
    return norm(x + think(x), "norm2")


@misconception(
    "encoder_layer",
    hint="A residual connection goes around each sublayer: add its input to its result.",
    passes_examples=False,
    costs=5,
)
def no_residual(x, weights, heads, norm_first=False, mask=None):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y):
        packed = y @ weights["self_attn.in_proj_weight"].T + weights["self_attn.in_proj_bias"]
        q, k, v = (item.unflatten(-1, (heads, -1)).transpose(1, 2) for item in packed.chunk(3, dim=-1))
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
        return y @ weights["self_attn.out_proj.weight"].T + weights["self_attn.out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    if norm_first:
        return think(norm(attend(norm(x, "norm1")), "norm2"))
    return norm(think(norm(attend(x), "norm1")), "norm2")


@misconception(
    "decoder_layer",
    hint="In the second attention the queries are the decoder's own; the memory gives keys and values.",
    passes_examples=False,
    costs=5,
)
def memory_as_query(x, memory, weights, heads):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y, source, name, causal):
        packed = zip(weights[name + ".in_proj_weight"].chunk(3), weights[name + ".in_proj_bias"].chunk(3), strict=True)
        q, k, v = (
            (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
            for given, (w, b) in zip((y, source, source), packed, strict=True)
        )
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        return y @ weights[name + ".out_proj.weight"].T + weights[name + ".out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    h = norm(x + attend(x, x, "self_attn", True), "norm1")
    g = norm(h + attend(memory, h, "multihead_attn", False), "norm2")
    return norm(g + think(g), "norm3")


@misconception(
    "decoder_layer",
    hint="A position must not see those after it: give the self-attention a causal mask.",
    passes_examples=False,
    costs=5,
)
def no_causal_mask(x, memory, weights, heads):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y, source, name, causal):
        packed = zip(weights[name + ".in_proj_weight"].chunk(3), weights[name + ".in_proj_bias"].chunk(3), strict=True)
        q, k, v = (
            (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
            for given, (w, b) in zip((y, source, source), packed, strict=True)
        )
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        return y @ weights[name + ".out_proj.weight"].T + weights[name + ".out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    h = norm(x + attend(x, x, "self_attn", False), "norm1")
    g = norm(h + attend(h, memory, "multihead_attn", False), "norm2")
    return norm(g + think(g), "norm3")


@misconception(
    "decoder_layer",
    hint="All of the memory is known from the start: the causal mask belongs to the self-attention only.",
    passes_examples=False,
    costs=3,
)
def causal_mask_on_the_memory(x, memory, weights, heads):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y, source, name, causal):
        packed = zip(weights[name + ".in_proj_weight"].chunk(3), weights[name + ".in_proj_bias"].chunk(3), strict=True)
        q, k, v = (
            (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
            for given, (w, b) in zip((y, source, source), packed, strict=True)
        )
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        return y @ weights[name + ".out_proj.weight"].T + weights[name + ".out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    h = norm(x + attend(x, x, "self_attn", True), "norm1")
    g = norm(h + attend(h, memory, "multihead_attn", True), "norm2")
    return norm(g + think(g), "norm3")


@misconception(
    "decoder_layer",
    hint="The second attention takes its keys and values from the memory, not from the decoder's own sequence.",
    passes_examples=False,
    costs=5,
)
def memory_not_read(x, memory, weights, heads):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y, source, name, causal):
        packed = zip(weights[name + ".in_proj_weight"].chunk(3), weights[name + ".in_proj_bias"].chunk(3), strict=True)
        q, k, v = (
            (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
            for given, (w, b) in zip((y, source, source), packed, strict=True)
        )
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        return y @ weights[name + ".out_proj.weight"].T + weights[name + ".out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    h = norm(x + attend(x, x, "self_attn", True), "norm1")
    g = norm(h + attend(h, h, "multihead_attn", False), "norm2")
    return norm(g + think(g), "norm3")


@misconception(
    "decoder_layer",
    hint="The order is self-attention, attention to the memory, feed-forward network.",
    passes_examples=False,
    costs=4,
)
def memory_first(x, memory, weights, heads):
    def norm(y, name):
        return torch.nn.functional.layer_norm(y, y.shape[-1:], weights[name + ".weight"], weights[name + ".bias"])

    def attend(y, source, name, causal):
        packed = zip(weights[name + ".in_proj_weight"].chunk(3), weights[name + ".in_proj_bias"].chunk(3), strict=True)
        q, k, v = (
            (given @ w.T + b).unflatten(-1, (heads, -1)).transpose(1, 2)
            for given, (w, b) in zip((y, source, source), packed, strict=True)
        )
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        return y @ weights[name + ".out_proj.weight"].T + weights[name + ".out_proj.bias"]

    def think(y):
        hidden = torch.relu(y @ weights["linear1.weight"].T + weights["linear1.bias"])
        return hidden @ weights["linear2.weight"].T + weights["linear2.bias"]

    h = norm(x + attend(x, memory, "multihead_attn", False), "norm2")
    g = norm(h + attend(h, h, "self_attn", True), "norm1")
    return norm(g + think(g), "norm3")
