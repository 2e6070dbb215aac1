# %% encoder_layer · right beside wrong feed_forward
def feed_forward(x, w1, b1, w2, b2, activation="relu"):
    if activation not in ("relu", "gelu"):
        raise ValueError(activation)
    h = x @ w1.T + b1
    h = torch.relu(h) if activation == "relu" else F.gelu(h)
    h = h / x.shape[0]
    return h @ w2.T + b2


def encoder_layer(x, weights, heads, norm_first=False, mask=None):
    def norm(y, name):
        return F.layer_norm(y, y.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])
    def attend(y):
        return multi_head_attention(y, part_of(weights, "self_attn"), heads, mask)
    def think(y):
        return feed_forward(y, *(weights[n] for n in ("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias")))
    if norm_first:
        x = x + attend(norm(x, "norm1"))
        return x + think(norm(x, "norm2"))
    x = norm(x + attend(x), "norm1")
    return norm(x + think(x), "norm2")


# %% scaled_dot_product_attention · mask not assigned
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        if mask.dtype == torch.bool:
            scores.masked_fill(~mask, -1e9)
        else:
            scores = scores + mask
    return torch.softmax(scores, dim=-1) @ v


# %% scaled_dot_product_attention · mask inverted
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return torch.softmax(scores, dim=-1) @ v


# %% scaled_dot_product_attention · divided by d
def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError
    scores = q @ k.transpose(-2, -1) / q.shape[-1]
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
    return torch.softmax(scores, dim=-1).nan_to_num(0) @ v


# %% split_heads · view
def split_heads(x, heads):
    n, l, d = x.shape
    if d % heads:
        raise ValueError
    return x.view(n, heads, l, d // heads)


# %% causal_mask · syntax error
def causal_mask(n):
    return torch.tril(torch.ones(n, n).bool()


# %% causal_mask · import missing
import einops_not_there
def causal_mask(n):
    return torch.tril(torch.ones(n, n)).bool()


# %% positional_encoding · whole division
def positional_encoding(n, d):
    if d % 2 == 1:
        raise ValueError("odd")
    table = torch.zeros(n, d)
    for i in range(0, d, 2):
        angle = torch.arange(n) / 10000 ** (i // d)
        table[:, i], table[:, i + 1] = angle.sin(), angle.cos()
    return table


# %% multi_head_attention · always looks back only
def multi_head_attention(x, weights, heads, mask=None, memory=None):
    n, l, d = x.shape
    if d % heads:
        raise ValueError
    qkv = x @ weights["in_proj_weight"].T + weights["in_proj_bias"]
    q, k, v = (t.view(n, l, heads, d // heads).transpose(1, 2) for t in qkv.split(d, dim=-1))
    hidden = torch.ones(l, l, dtype=torch.bool).triu(1)
    a = (q @ k.mT / (d // heads) ** 0.5).masked_fill(hidden, -torch.inf).softmax(-1) @ v
    return a.transpose(1, 2).reshape(n, l, d) @ weights["out_proj.weight"].T + weights["out_proj.bias"]
