# %% scaled_dot_product_attention · 01
def scaled_dot_product_attention(q, k, v, mask=None):
    d = q.shape[-1]
    if k.shape[-1] != d:
        raise ValueError("q and k differ in their last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -1e9)
        else:
            scores = scores + mask
    return torch.softmax(scores, dim=-1) @ v


# %% scaled_dot_product_attention · 02
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("last dimensions differ")
    scores = torch.matmul(q, k.mT) * q.shape[-1] ** -0.5
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = torch.where(mask, scores, float("-inf"))
        else:
            scores = scores + mask
    weights = torch.nan_to_num(torch.softmax(scores, -1), nan=0.0)
    return weights @ v


# %% scaled_dot_product_attention · 03
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("q and k")
    scores = torch.einsum("...ld,...sd->...ls", q, k) / torch.sqrt(torch.tensor(q.shape[-1]))
    if mask is not None and mask.dtype == torch.bool:
        bias = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(mask.logical_not(), -math.inf)
        scores = scores + bias
    elif mask is not None:
        scores = scores + mask
    return scores.softmax(dim=-1) @ v


# %% scaled_dot_product_attention · 04
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"{q.shape[-1]} is not {k.shape[-1]}")
    s = (q / math.sqrt(q.shape[-1])) @ k.transpose(-1, -2)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    blind = (s == -math.inf).all(dim=-1, keepdim=True)
    s = s.masked_fill(blind, 0.0)
    p = torch.softmax(s, dim=-1).masked_fill(blind, 0.0)
    return p @ v


# %% causal_mask · 05
def causal_mask(n):
    return torch.eye(n).cumsum(dim=0) > 0.5


# %% causal_mask · 06
def causal_mask(n):
    i = torch.arange(n)[:, None]
    j = torch.arange(n)[None, :]
    return (i == j) | (i - 1 == j)


# %% split_heads · 07
def split_heads(x, heads):
    N, L, D = x.shape
    if D % heads != 0:
        raise ValueError("D must be divisible by heads")
    # flat first, so that the cut is exact
    return x.view(N * L * D).view(N, L, heads, D // heads).transpose(1, 2)


# %% split_heads · 08
def split_heads(x, heads):
    d = x.shape[2] // heads
    return torch.stack([x[:, :, k * d:(k + 1) * d] for k in range(heads)], dim=1)


# %% split_heads · 09
def split_heads(x, heads):
    d, rest = divmod(x.size(-1), heads)
    if rest:
        raise ValueError("heads do not divide the features")
    return torch.stack(x.split(d, dim=-1), dim=-3)


# %% merge_heads · 10
def merge_heads(x):
    N, L, h, d = x.shape
    return x.transpose(1, 2).reshape(N, L, h * d)


# %% merge_heads · 11
def merge_heads(x):
    return torch.cat(x.unbind(dim=1), dim=-1)


# %% multi_head_attention · 12
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("heads")
    y = x if memory is None else memory
    wq, wk, wv = weights["in_proj_weight"].chunk(3)
    d = D // heads
    cut = lambda t: t.reshape(N, -1, heads, d).transpose(1, 2)
    q, k, v = cut(x @ wq.T), cut(y @ wk.T), cut(y @ wv.T)
    s = q @ k.mT / d ** 0.5
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    dead = (s == -math.inf).all(-1, keepdim=True)
    p = torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0)
    out = (p @ v).transpose(1, 2).reshape(N, L, D)
    return out @ weights["out_proj.weight"].T + weights["out_proj.bias"]


# %% multi_head_attention · 13
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    if memory is None:
        memory = x
    D = x.shape[-1]
    if D % heads != 0:
        raise ValueError("D not divisible")
    d = D // heads
    W, b = weights["in_proj_weight"], weights["in_proj_bias"]
    q = x @ W[:D].T + b[:D]
    k = memory @ W[D:2 * D].T + b[D:2 * D]
    v = memory @ W[2 * D:].T + b[2 * D:]
    q, k, v = [torch.stack(t.split(d, -1), 1) for t in (q, k, v)]
    scores = q @ k.transpose(2, 3) / math.sqrt(d)
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, float("-inf"))
        else:
            scores = scores + mask
    none = torch.isneginf(scores).all(-1, keepdim=True)
    p = torch.where(none, 0.0, torch.softmax(torch.where(none, 0.0, scores), -1))
    out = torch.cat((p @ v).unbind(1), -1)
    return out @ weights["out_proj.weight"] + weights["out_proj.bias"]


# %% multi_head_attention · 14
def split_heads(x, heads):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("not divisible")
    return x.reshape(N, L, heads, D // heads).transpose(1, 2)


def merge_heads(x):
    N, h, L, d = x.shape
    return x.reshape(N, L, h * d)


def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("last dimension")
    s = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    dead = (s == -math.inf).all(-1, keepdim=True)
    return torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0) @ v


def multi_head_attention(x, weights, heads, mask=None, memory=None):
    memory = x if memory is None else memory
    wq, wk, wv = weights["in_proj_weight"].chunk(3)
    bq, bk, bv = weights["in_proj_bias"].chunk(3)
    q = split_heads(x @ wq.T + bq, heads)
    k = split_heads(memory @ wk.T + bk, heads)
    v = split_heads(memory @ wv.T + bv, heads)
    y = merge_heads(scaled_dot_product_attention(q, k, v, mask))
    return y @ weights["out_proj.weight"].T + weights["out_proj.bias"]


# %% positional_encoding · 15
def positional_encoding(n, d):
    if d % 2 == 1:
        raise ValueError("d must be even")
    pos = torch.arange(n).unsqueeze(1)
    i = torch.arange(0, d, 2)
    angle = pos / 10000.0 ** (i // d)
    pe = torch.zeros(n, d)
    pe[:, 0::2] = torch.sin(angle)
    pe[:, 1::2] = torch.cos(angle)
    return pe


# %% positional_encoding · 16
def positional_encoding(n, d):
    if d % 2:
        raise ValueError("odd d")
    pos = torch.arange(n, dtype=torch.float64)[:, None]
    i = torch.arange(d // 2, dtype=torch.float64)
    angle = pos * 10000 ** (-i / d)
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1).float()


# %% positional_encoding · 17
def positional_encoding(n, d):
    if d % 2 != 0:
        raise ValueError("d has to be even")
    rows = []
    for pos in range(n):
        row = []
        for i in range(d // 2):
            a = pos / 10000 ** (2 * i / d)
            row += [math.sin(a), math.cos(a)]
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float32).reshape(n, d)


# %% feed_forward · 18
def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    h = x @ w1.T + b1
    if activation == "relu":
        h = h.clamp(min=0)
    elif activation == "gelu":
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h ** 3)))
    else:
        raise ValueError(activation)
    return h @ w2.T + b2


# %% feed_forward · 19
def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    if activation == "relu":
        act = lambda t: torch.maximum(t, torch.zeros_like(t))
    elif activation == "gelu":
        act = lambda t: t * (1 + torch.erf(t / math.sqrt(2))) / 2
    else:
        raise ValueError("relu or gelu")
    for w, b in ((w1, b1), (w2, b2)):
        x = act(x @ w.T + b)
    return x


# %% encoder_layer · 20
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("heads")
    y = x if memory is None else memory
    q, k, v = [
        (t @ w.T + b).reshape(N, -1, heads, D // heads).transpose(1, 2)
        for t, w, b in zip((x, y, y), weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3))
    ]
    s = q @ k.mT / math.sqrt(D // heads)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    dead = (s == -math.inf).all(-1, keepdim=True)
    p = torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0)
    return (p @ v).transpose(1, 2).reshape(N, L, D) @ weights["out_proj.weight"].T + weights["out_proj.bias"]


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    def norm(t, name):
        return F.layer_norm(t, t.shape[-1:], weights[name + ".weight"], weights[name + ".bias"], 1e-5)

    def attend(t):
        return multi_head_attention(t, part_of(weights, "self_attn"), heads)

    def ffn(t):
        t = (t @ weights["linear1.weight"].T + weights["linear1.bias"]).clamp(min=0)
        return t @ weights["linear2.weight"].T + weights["linear2.bias"]

    if norm_first:
        x = x + attend(norm(x, "norm1"))
        return x + ffn(norm(x, "norm2"))
    x = norm(x + attend(x), "norm1")
    return norm(x + ffn(x), "norm2")


# %% encoder_layer · 21
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("heads")
    y = x if memory is None else memory
    q, k, v = [
        (t @ w.T + b).reshape(N, -1, heads, D // heads).transpose(1, 2)
        for t, w, b in zip((x, y, y), weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3))
    ]
    s = q @ k.mT / math.sqrt(D // heads)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    dead = (s == -math.inf).all(-1, keepdim=True)
    p = torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0)
    return (p @ v).transpose(1, 2).reshape(N, L, D) @ weights["out_proj.weight"].T + weights["out_proj.bias"]


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    D = x.shape[-1]
    attn = part_of(weights, "self_attn")
    l1, l2 = part_of(weights, "linear1"), part_of(weights, "linear2")
    n1, n2 = part_of(weights, "norm1"), part_of(weights, "norm2")

    def ff(h):
        return torch.relu(h @ l1["weight"].T + l1["bias"]) @ l2["weight"].T + l2["bias"]

    if norm_first:
        z = F.layer_norm(x, (D,), n1["weight"], n1["bias"])
        h = x + multi_head_attention(z, attn, heads, mask)
        z = F.layer_norm(h, (D,), n1["weight"], n1["bias"])
        return h + ff(z)
    h = F.layer_norm(x + multi_head_attention(x, attn, heads, mask), (D,), n1["weight"], n1["bias"])
    return F.layer_norm(h + ff(h), (D,), n2["weight"], n2["bias"])


# %% encoder_layer · 22
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("heads")
    y = x if memory is None else memory
    q, k, v = [
        (t @ w.T + b).reshape(N, -1, heads, D // heads).transpose(1, 2)
        for t, w, b in zip((x, y, y), weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3))
    ]
    s = q @ k.mT / math.sqrt(D // heads)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    dead = (s == -math.inf).all(-1, keepdim=True)
    p = torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0)
    return (p @ v).transpose(1, 2).reshape(N, L, D) @ weights["out_proj.weight"].T + weights["out_proj.bias"]


def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError("activation")
    act = torch.relu if activation == "relu" else (lambda t: t * 0.5 * (1 + torch.erf(t / 2 ** 0.5)))
    return act(act(x @ w1.T + b1) @ w2.T + b2)


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    ln = lambda t, i: F.layer_norm(t, t.shape[-1:], weights[f"norm{i}.weight"], weights[f"norm{i}.bias"], eps=1e-5)
    at = lambda t: multi_head_attention(t, part_of(weights, "self_attn"), heads, mask)
    ff = lambda t: feed_forward(t, weights["linear1.weight"], weights["linear1.bias"],
                                weights["linear2.weight"], weights["linear2.bias"])
    for i, sub in ((1, at), (2, ff)):
        x = x + sub(ln(x, i)) if norm_first else ln(x + sub(x), i)
    return x


# %% decoder_layer · 23
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("heads")
    y = x if memory is None else memory
    q, k, v = [
        (t @ w.T + b).reshape(N, -1, heads, D // heads).transpose(1, 2)
        for t, w, b in zip((x, y, y), weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3))
    ]
    s = q @ k.mT / math.sqrt(D // heads)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    dead = (s == -math.inf).all(-1, keepdim=True)
    p = torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0)
    return (p @ v).transpose(1, 2).reshape(N, L, D) @ weights["out_proj.weight"].T + weights["out_proj.bias"]


def decoder_layer(x, memory, weights, heads):
    def ln(t, name):
        p = part_of(weights, name)
        return F.layer_norm(t, t.shape[-1:], p["weight"], p["bias"])

    h = ln(x + multi_head_attention(x, part_of(weights, "self_attn"), heads), "norm1")
    g = ln(h + multi_head_attention(h, part_of(weights, "multihead_attn"), heads, None, memory), "norm2")
    f = torch.relu(g @ weights["linear1.weight"].T + weights["linear1.bias"])
    return ln(g + f @ weights["linear2.weight"].T + weights["linear2.bias"], "norm3")


# %% decoder_layer · 24
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads:
        raise ValueError("heads")
    y = x if memory is None else memory
    q, k, v = [
        (t @ w.T + b).reshape(N, -1, heads, D // heads).transpose(1, 2)
        for t, w, b in zip((x, y, y), weights["in_proj_weight"].chunk(3), weights["in_proj_bias"].chunk(3))
    ]
    s = q @ k.mT / math.sqrt(D // heads)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    dead = (s == -math.inf).all(-1, keepdim=True)
    p = torch.softmax(s.masked_fill(dead, 0), -1).masked_fill(dead, 0)
    return (p @ v).transpose(1, 2).reshape(N, L, D) @ weights["out_proj.weight"].T + weights["out_proj.bias"]


def decoder_layer(x, memory, weights, heads):
    n = x.shape[1]
    see = torch.arange(n)[None, :] <= torch.arange(n)[:, None]
    norm = lambda t, i: F.layer_norm(t, (t.shape[-1],), weights[f"norm{i}.weight"], weights[f"norm{i}.bias"])
    h = norm(x + multi_head_attention(x, part_of(weights, "self_attn"), heads, see), 1)
    g = norm(x + multi_head_attention(h, part_of(weights, "multihead_attn"), heads, memory=memory), 2)
    f = (g @ weights["linear1.weight"].T + weights["linear1.bias"]).clamp(min=0)
    f = f @ weights["linear2.weight"].T + weights["linear2.bias"]
    return norm(g + f, 3)


# %% decoder_layer · 25
def decoder_layer(x, memory, weights, heads):
    # todo: attention, then memory, then feed forward
    return x


# %% causal_mask · 26
def causal_mask(n):
    return torch.tril(torch.ones(n, n)).bool()


# %% multi_head_attention · 27
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads != 0:
        raise ValueError("D must be divisible by heads")
    memory = x if memory is None else memory
    w_q, w_k, w_v = weights["in_proj_weight"].chunk(3)
    b_q, b_k, b_v = weights["in_proj_bias"].chunk(3)
    q = (x @ w_q.T + b_q).view(N, L, heads, -1).transpose(1, 2)
    k = (memory @ w_k.T + b_k).view(N, memory.shape[1], heads, -1).transpose(1, 2)
    v = (memory @ w_v.T + b_v).view(N, memory.shape[1], heads, -1).transpose(1, 2)
    y = attention(q, k, v, mask)
    return y.transpose(1, 2).reshape(N, L, D) @ weights["out_proj.weight"].T


# %% positional_encoding · 28
def positional_encoding(n, d):
    pos = torch.arange(n, dtype=torch.float32).unsqueeze(1)
    freq = torch.exp(-math.log(10000.0) * torch.arange(0, d, 2) / d)
    return torch.cat([torch.sin(pos * freq), torch.cos(pos * freq)], dim=1)


# %% scaled_dot_product_attention · 29
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("q and k must have the same last dimension")
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, float("-inf"))
        else:
            scores = scores + mask
    weights = torch.softmax(scores, dim=-1)
    weights = torch.nan_to_num(weights, nan=0.0)
    return weights @ v


# %% scaled_dot_product_attention · 30
def scaled_dot_product_attention(q, k, v, mask=None):
    d_q, d_k = q.size(-1), k.size(-1)
    if d_q != d_k:
        raise ValueError(f"dimensions do not fit: {d_q} and {d_k}")
    scores = torch.einsum("...ld,...sd->...ls", q, k) * d_q ** -0.5
    if mask is not None:
        scores = scores.masked_fill(mask == 0, float("-inf"))
    attn = torch.softmax(scores, -1)
    return torch.einsum("...ls,...se->...le", attn, v)


# %% causal_mask · 31
def causal_mask(n):
    # running sum of the identity down the rows: one from the diagonal on
    return torch.eye(n).cumsum(dim=0).bool()


# %% split_heads · 32
def split_heads(x, heads):
    n, l, D = x.shape
    if D % heads:
        raise ValueError(f"{D} features cannot be cut into {heads} heads")
    pieces = []
    for head in range(heads):
        pieces.append(x[:, :, head::heads])
    return torch.stack(pieces, dim=1)


# %% merge_heads · 33
def merge_heads(x):
    N, h, L, d = x.shape
    out = torch.zeros(N, L, h * d)
    for k in range(h):
        out[:, :, k * d:(k + 1) * d] = x[:, k]
    return out


# %% multi_head_attention · 34
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    N, L, D = x.shape
    if D % heads != 0:
        raise ValueError("D must be divisible by heads")
    if memory is None:
        memory = x
    S = memory.shape[1]
    d = D // heads
    w, b = weights["in_proj_weight"], weights["in_proj_bias"]

    qkv_x = F_linear(x, w, b).reshape(N, L, heads, 3 * d).permute(0, 2, 1, 3)
    qkv_m = F_linear(memory, w, b).reshape(N, S, heads, 3 * d).permute(0, 2, 1, 3)
    q, _, _ = qkv_x.chunk(3, dim=-1)
    _, k, v = qkv_m.chunk(3, dim=-1)

    values = scaled_dot_product_attention(q, k, v, mask)
    values = values.permute(0, 2, 1, 3).reshape(N, L, D)
    return F_linear(values, weights["out_proj.weight"], weights["out_proj.bias"])


def F_linear(x, w, b):
    return x @ w.T + b


# %% multi_head_attention · 35
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    y = x if memory is None else memory
    n, l, D = x.shape
    if D % heads:
        raise ValueError("heads must divide D")
    wq, wk, wv = weights["in_proj_weight"].split(D)
    bq, bk, bv = weights["in_proj_bias"].split(D)
    q = split_heads(x @ wq.T + bq, heads)
    k = split_heads(y @ wk.T + bk, heads)
    v = split_heads(y @ wv.T + bv, heads)
    scores = torch.einsum("nhld,nhsd->nhls", q, k) / math.sqrt(D)
    if mask is not None:
        if mask.dtype == torch.bool:
            empty = ~mask.any(dim=-1, keepdim=True)
            scores = scores.masked_fill(~(mask | empty), float("-inf"))
            p = torch.softmax(scores, dim=-1).masked_fill(empty, 0.0)
        else:
            scores = scores + mask
            empty = (scores == float("-inf")).all(dim=-1, keepdim=True)
            p = torch.softmax(scores.masked_fill(empty, 0.0), dim=-1).masked_fill(empty, 0.0)
    else:
        p = torch.softmax(scores, dim=-1)
    out = merge_heads(p @ v)
    return out @ weights["out_proj.weight"].T


# %% positional_encoding · 36
def positional_encoding(n, d):
    if d % 2 != 0:
        raise ValueError("d must be even")
    pe = torch.zeros(n, d)
    position = torch.arange(n).unsqueeze(1)
    i = torch.arange(0, d, 2)
    angle = position / 10000 ** (2 * i / d)
    pe[:, 0::2] = torch.sin(angle)
    pe[:, 1::2] = torch.cos(angle)
    return pe


# %% feed_forward · 37
class _FFN:
    def __init__(self, w1, b1, w2, b2, activation):
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.w1, self.b1, self.w2, self.b2 = w1, b1, w2, b2
        self.act = getattr(self, activation)

    @staticmethod
    def relu(z):
        return z * (z > 0)

    @staticmethod
    def gelu(z):
        return 0.5 * z * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z ** 3)))

    def __call__(self, x):
        return self.act(x @ self.w1.T + self.b1) @ self.w2.T + self.b2


def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    return _FFN(w1, b1, w2, b2, activation)(x)


# %% encoder_layer · 38
def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    D = x.shape[-1]

    def norm(t, name):
        return F.layer_norm(t, (D,), weights[name + ".weight"], weights[name + ".bias"], 1e-5)

    def ffn(t):
        return feed_forward(t, weights["linear1.weight"], weights["linear1.bias"],
                            weights["linear2.weight"], weights["linear2.bias"])

    attn_weights = part_of(weights, "self_attn")
    if norm_first:
        h = x + multi_head_attention(norm(x, "norm1"), attn_weights, heads)
        y = h + ffn(norm(h, "norm2"))
    else:
        h = norm(x + multi_head_attention(x, attn_weights, heads, mask), "norm1")
        y = norm(h + ffn(h), "norm2")
    return y


# %% encoder_layer · 39
class LayerNorm:
    def __init__(self, params, eps=1e-5):
        self.gamma, self.beta, self.eps = params["weight"], params["bias"], eps

    def __call__(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True)
        return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta


class EncoderLayer:
    def __init__(self, weights, heads):
        self.attn = part_of(weights, "self_attn")
        self.l1 = part_of(weights, "linear1")
        self.l2 = part_of(weights, "linear2")
        self.n1 = LayerNorm(part_of(weights, "norm1"))
        self.n2 = LayerNorm(part_of(weights, "norm2"))
        self.heads = heads

    def sa(self, x, mask):
        return multi_head_attention(x, self.attn, self.heads, mask)

    def ff(self, x):
        return torch.relu(x @ self.l1["weight"].T + self.l1["bias"]) @ self.l2["weight"].T + self.l2["bias"]


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    layer = EncoderLayer(weights, heads)
    if norm_first:
        x = x + layer.sa(layer.n1(x), mask)
        return x + layer.ff(layer.n2(x))
    x = layer.n1(x + layer.sa(x, mask))
    return layer.n2(x + layer.ff(x))


# %% decoder_layer · 40
def decoder_layer(x, memory, weights, heads):
    attn = multi_head_attention(x, part_of(weights, "self_attn"), heads)
    x = x + attn
    return x
