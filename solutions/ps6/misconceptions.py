"""Wrong solutions that students write for problem set 6, with the hint that each deserves."""

import math

import torch

from autograder.authoring import misconception


@misconception(
    "scaled_dot_product_attention",
    hint={
        "en": "Divide the scores by the square root of the last dimension before the softmax.",
        "zh": "在 softmax 之前，请把得分除以最后一维的平方根。",
    },
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
    hint={
        "en": "The d under the root is the last dimension of q, the size of one head: do not multiply it by the number of heads.",
        "zh": "根号里的 d 是 q 的最后一维，即一个头的大小：不要再乘以头的个数。",
    },
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
    hint={
        "en": "Each query distributes its weight over the keys: take the softmax along the last axis of the scores.",
        "zh": "每个查询把自己的权重分给各个键：请沿得分的最后一个轴做 softmax。",
    },
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
    hint={
        "en": "Mask the scores before the softmax; weights that are zeroed after it no longer sum to 1.",
        "zh": "请在 softmax 之前对得分应用掩码；在它之后再把权重清零，每行的和就不再是 1。",
    },
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
    hint={
        "en": "A mask of numbers is added to the scores as it is: 0 in it hides nothing. Only booleans choose which keys take part.",
        "zh": "数值掩码原样加到得分上：其中的 0 什么都不遮住。只有布尔掩码才选择哪些键参与。",
    },
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
    hint={
        "en": "Where a query may see no key at all, the softmax is 0/0: give such a row the result zero.",
        "zh": "查询看不到任何键时，softmax 是 0/0：请让这样的一行结果为零。",
    },
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
    hint={
        "en": "A large negative number is not -inf: a query that may see no key gets the mean of all values instead of zero.",
        "zh": "很大的负数不是 -inf：看不到任何键的查询会得到所有值的平均，而不是零。",
    },
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
    hint={
        "en": "Subtract the largest score of each row before the exponential (or call torch.softmax), or large scores overflow.",
        "zh": "取指数之前，请减去每一行最大的得分（或调用 torch.softmax），否则大的得分会溢出。",
    },
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
    hint={
        "en": (
            "Repairing NaN after the softmax mends the result but not its gradient: give a row that sees nothing finite scores"
            " before the softmax, and zero weights after it."
        ),
        "zh": "在 softmax 之后修补 NaN，只能修好结果，修不好梯度：请在 softmax 之前给看不到任何键的行有限的得分，并在它之后把权重置零。",
    },
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
    hint={
        "en": "A position may see itself: the diagonal is True, or the first row would see nothing.",
        "zh": "每个位置都能看到自己：对角线是 True，否则第一行什么都看不到。",
    },
    passes_examples=False,
    costs=2,
)
def strict(n):
    place = torch.arange(n)
    return place[None, :] < place[:, None]


@misconception(
    "causal_mask",
    hint={
        "en": "Rows are queries and columns are keys: as it is, every position sees itself and the future. Swap the two.",
        "zh": "行是查询，列是键：现在每个位置看到的是自己和未来。请把两者交换。",
    },
    passes_examples=False,
    costs=3,
)
def transposed(n):
    place = torch.arange(n)
    return place[None, :] >= place[:, None]


@misconception(
    "causal_mask",
    hint={
        "en": "True means that the key takes part: as it is, True marks what must be hidden.",
        "zh": "True 表示这个键参与：现在 True 标出的却是必须遮住的位置。",
    },
    passes_examples=False,
    costs=3,
)
def inverted_meaning(n):
    place = torch.arange(n)
    return place[None, :] > place[:, None]


@misconception(
    "causal_mask",
    hint={
        "en": "Booleans are asked for, True where a position may be seen; what you return is a mask to be added to the scores.",
        "zh": "这里要的是布尔值，True 表示可以看到；你返回的是要加到得分上的掩码。",
    },
    passes_examples=False,
    costs=2,
)
def additive_in_place_of_boolean(n):
    place = torch.arange(n)
    return torch.zeros(n, n).masked_fill(place[None, :] > place[:, None], -math.inf)


@misconception(
    "split_heads",
    hint={
        "en": "One reshape to (N, h, L, d) mixes positions: reshape to (N, L, h, d) and swap the two axes afterwards.",
        "zh": "直接变形为 (N, h, L, d) 会把不同位置混在一起：请先变形为 (N, L, h, d)，再交换这两个轴。",
    },
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
    hint={
        "en": "A head takes neighbouring features: the axis of the heads comes before that of the features in a head.",
        "zh": "一个头拿走的是相邻的特征：头的轴应排在头内特征的轴之前。",
    },
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
    hint={
        "en": "The heads are cut correctly, but their axis has to stand before the positions: swap axes 1 and 2.",
        "zh": "各个头切得没错，但头的轴必须排在位置之前：请交换轴 1 和轴 2。",
    },
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
    hint={
        "en": "Reshaping (N, h, L, d) at once mixes positions: bring the positions before the heads first.",
        "zh": "直接对 (N, h, L, d) 变形会把不同位置混在一起：请先把位置换到头的前面。",
    },
    passes_examples=False,
    costs=3,
)
def merge_by_view_alone(x):
    batch, heads, length, size = x.shape
    return x.reshape(batch, length, heads * size)


@misconception(
    "merge_heads",
    hint={
        "en": "Lay whole heads side by side: the axis of the heads comes before that of the features in a head.",
        "zh": "请把完整的头并排放置：头的轴应排在头内特征的轴之前。",
    },
    passes_examples=False,
    costs=3,
)
def merge_interleaved(x):
    return x.permute(0, 2, 3, 1).flatten(start_dim=2)


@misconception(
    "merge_heads",
    hint={
        "en": "The heads are laid side by side, not averaged or added: the result has h * d features.",
        "zh": "各个头是并排放置，而不是取平均或相加：结果有 h * d 个特征。",
    },
    passes_examples=False,
    costs="all",
)
def merge_by_sum(x):
    return x.sum(dim=1)


@misconception(
    "multi_head_attention",
    hint={
        "en": "Something is missing after the heads are merged: the output projection, with its bias.",
        "zh": "合并各个头之后还缺了一步：带偏置的输出投影。",
    },
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
    hint={
        "en": "Cut the features, not the positions, into heads: a reshape alone mixes them; the axes have to be swapped as well.",
        "zh": "切成多个头的是特征，而不是位置：只变形会把它们混在一起，还必须交换轴。",
    },
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
    hint={
        "en": "The rows of in_proj are W_Q, W_K and W_V below one another: take them apart before you cut each into heads.",
        "zh": "in_proj 的各行是上下排列的 W_Q、W_K 和 W_V：请先把它们分开，再各自切成多个头。",
    },
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
    hint={
        "en": "Bring the positions back before the heads when you merge: a reshape alone mixes the positions.",
        "zh": "合并时请先把位置换回到头的前面：只变形会把不同位置混在一起。",
    },
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
    hint={
        "en": "Each head is scaled by the root of its own size, D / h, and not by the root of the model's D.",
        "zh": "每个头用它自己的大小 D / h 的平方根缩放，而不是用模型大小 D 的平方根。",
    },
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
    hint={
        "en": "True in a mask means that the key takes part, for padding too: do not invert the mask.",
        "zh": "掩码中的 True 表示这个键参与，对填充也是如此：不要反转掩码。",
    },
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
    hint={
        "en": "Where a memory is given, keys and values both come from it; only the queries come from x.",
        "zh": "给出记忆时，键和值都来自它；只有查询来自 x。",
    },
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
    hint={
        "en": "Sines and cosines alternate: even columns hold sines, odd ones cosines, not each a half of the columns.",
        "zh": "正弦和余弦交替排列：偶数列是正弦，奇数列是余弦，而不是各占一半的列。",
    },
    costs=2,
)
def sines_and_cosines_in_halves(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-torch.arange(0, d, 2) / d)
    return torch.cat([angle.sin(), angle.cos()], dim=1)


@misconception(
    "positional_encoding",
    hint={
        "en": "The two columns of a pair share one frequency: in an odd column the exponent is that of the column before it.",
        "zh": "同一对的两列共用一个频率：奇数列的指数与它前一列的相同。",
    },
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
    hint={
        "en": "The exponent is the number of the even column over d, so it reaches nearly 1; yours grows only half as fast.",
        "zh": "指数是偶数列的列号除以 d，因此能达到接近 1；你的指数只增长了一半。",
    },
    costs=3,
)
def exponent_halved(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-torch.arange(d // 2) / d)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(start_dim=1)


@misconception(
    "positional_encoding",
    hint={
        "en": "The exponent is doubled twice: where i steps by two already, it is the 2i of the formula.",
        "zh": "指数被加倍了两次：若 i 的步长已经是 2，它就是公式里的 2i。",
    },
    costs=3,
)
def exponent_doubled(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] * 10000.0 ** (-2 * torch.arange(0, d, 2) / d)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(start_dim=1)


@misconception(
    "positional_encoding",
    hint={
        "en": "The even columns, 0, 2, 4 and so on, hold the sines: position 0 is 0, 1, 0, 1.",
        "zh": "偶数列 0、2、4 等是正弦：位置 0 的编码是 0, 1, 0, 1。",
    },
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
    hint={
        "en": "The activation stands between the two layers, and nothing comes after the second.",
        "zh": "激活函数在两层之间，第二层之后什么都没有。",
    },
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
    hint={
        "en": "There is one activation, between the layers: leave the second layer's result as it is.",
        "zh": "激活函数只有一个，在两层之间：请让第二层的结果保持不变。",
    },
    costs=3,
)
def activation_after_both(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError("relu or gelu")
    function = torch.relu if activation == "relu" else torch.nn.functional.gelu
    return function(function(x @ w1.T + b1) @ w2.T + b2)


@misconception(
    "feed_forward",
    hint={
        "en": 'Take notice of the argument: for "gelu" the activation is not ReLU.',
        "zh": '请留意这个参数：取 "gelu" 时，激活函数不是 ReLU。',
    },
    costs=2,
)
def always_relu(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError("relu or gelu")
    return torch.relu(x @ w1.T + b1) @ w2.T + b2


@misconception(
    "feed_forward",
    hint={
        "en": "The exact GELU is asked for, z times the normal distribution function, not its tanh approximation.",
        "zh": "这里要的是精确的 GELU，即 z 乘以正态分布的分布函数，而不是它的 tanh 近似。",
    },
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
    hint={
        "en": "Post-norm normalizes the sum of x and the sublayer's result, not the sublayer's result alone.",
        "zh": "post-norm 归一化的是 x 与子层结果之和，而不只是子层的结果。",
    },
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
    hint={
        "en": "There are two normalizations with weights of their own: norm1 around the attention, norm2 around the feed-forward network.",
        "zh": "两个归一化各有自己的权重：norm1 用于注意力，norm2 用于前馈网络。",
    },
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
    hint={
        "en": "With norm_first=True the input of each sublayer is normalized, and the sum is left alone.",
        "zh": "norm_first=True 时，归一化的是每个子层的输入，相加的结果则不动。",
    },
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
    hint={
        "en": "With norm_first=True the residual connection carries x itself, not the normalized x.",
        "zh": "norm_first=True 时，残差连接传递的是 x 本身，而不是归一化后的 x。",
    },
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
    hint={
        "en": "A residual connection goes around each sublayer: add its input to its result.",
        "zh": "每个子层外面都有一个残差连接：请把子层的输入加到它的结果上。",
    },
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
    hint={
        "en": "In the second attention the queries are the decoder's own; the memory gives keys and values.",
        "zh": "在第二个注意力中，查询来自解码器自己；记忆提供键和值。",
    },
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
    hint={
        "en": "A position must not see those after it: give the self-attention a causal mask.",
        "zh": "每个位置都不能看到它之后的位置：请给自注意力加上因果掩码。",
    },
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
    hint={
        "en": "All of the memory is known from the start: the causal mask belongs to the self-attention only.",
        "zh": "整个记忆从一开始就是已知的：因果掩码只用于自注意力。",
    },
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
    hint={
        "en": "The second attention takes its keys and values from the memory, not from the decoder's own sequence.",
        "zh": "第二个注意力的键和值来自记忆，而不是来自解码器自己的序列。",
    },
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
    hint={
        "en": "The order is self-attention, attention to the memory, feed-forward network.",
        "zh": "次序是自注意力、对记忆的注意力、前馈网络。",
    },
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


@misconception(
    "positional_encoding",
    hint={
        "en": "The exponent is a fraction: // cuts it to 0, so that all columns have the same frequency. Divide with /.",
        "zh": "指数是分数：// 会把它截成 0，于是所有列的频率都相同。请用 / 来除。",
    },
    costs=3,
)
def exponent_cut_to_zero(n, d):
    if d % 2:
        raise ValueError("d must be even")
    angle = torch.arange(n)[:, None] / 10000.0 ** (torch.arange(0, d, 2) // d)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(start_dim=1)


@misconception(
    "scaled_dot_product_attention",
    hint={
        "en": "A score of 0 still gets a weight: what is hidden needs the score -inf before the softmax.",
        "zh": "得分为 0 仍会得到权重：被隐藏的，在 softmax 之前得分要是 -inf。",
    },
    passes_examples=False,
    costs=4,
)
def hidden_scores_become_zero(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, 0.0) if mask.dtype == torch.bool else scores + mask
    return torch.softmax(scores, dim=-1) @ v


@misconception(
    "scaled_dot_product_attention",
    hint={
        "en": "A mask of booleans is not added: True would add 1 to a score. It chooses which scores become -inf.",
        "zh": "布尔掩码不能直接相加：True 会给得分加上 1。它决定哪些得分变成 -inf。",
    },
    passes_examples=False,
    costs=4,
)
def booleans_added_to_the_scores(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("queries and keys must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    scores = scores if mask is None else scores + mask
    nothing = (scores == -math.inf).all(dim=-1, keepdim=True)
    return torch.softmax(scores.masked_fill(nothing, 0.0), dim=-1).masked_fill(nothing, 0.0) @ v


@misconception(
    "multi_head_attention",
    hint={
        "en": "Without a mask every position sees all the others: hide the future only where a mask says so.",
        "zh": "没有掩码时，每个位置都看得到其他所有位置：只有掩码要求时才隐藏未来。",
    },
    passes_examples=False,
    costs=4,
)
def always_causal(x, weights, heads, mask=None, memory=None):
    if x.shape[-1] % heads:
        raise ValueError("the heads must divide the features")
    memory = x if memory is None else memory
    w_q, w_k, w_v = weights["in_proj_weight"].chunk(3)
    b_q, b_k, b_v = weights["in_proj_bias"].chunk(3)
    q, k, v = (
        y.unflatten(-1, (heads, -1)).transpose(1, 2)
        for y in (x @ w_q.T + b_q, memory @ w_k.T + b_k, memory @ w_v.T + b_v)
    )
    past = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril()
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, past).transpose(1, 2).flatten(2)
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


@misconception(
    "encoder_layer",
    hint={
        "en": "With norm_first=False the sum of x and the sublayer's result is normalized, and not the sublayer's input.",
        "zh": "norm_first=False 时，归一化的是 x 与子层结果之和，而不是子层的输入。",
    },
    passes_examples=False,
    costs=4,
)
def always_norm_first(x, weights, heads, norm_first=False, mask=None):
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

    x = x + attend(norm(x, "norm1"))
    return x + think(norm(x, "norm2"))
