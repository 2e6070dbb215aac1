# %% one_hot · 01
def one_hot(indices, classes):
    if indices.numel() and (indices.min() < 0 or indices.max() >= classes):
        raise ValueError("index out of range")
    return (indices[..., None] == torch.arange(classes)).long()


# %% one_hot · 02
def one_hot(indices, classes):
    return torch.eye(classes, dtype=torch.int64)[indices]


# %% one_hot · 03
def one_hot(indices, classes):
    if (indices < 0).any() or (indices >= classes).any():
        raise ValueError("bad class")
    width = int(indices.max()) + 1
    rows = torch.zeros(*indices.shape, width, dtype=torch.int64)
    return rows.scatter(-1, indices.unsqueeze(-1), 1)


# %% embedding · 04
def embedding(indices, weight, padding_idx=None):
    V = weight.shape[0]
    if (indices < 0).any() or (indices >= V).any():
        raise ValueError("index outside the table")
    onehot = (indices.unsqueeze(-1) == torch.arange(V)).to(weight.dtype)
    out = onehot @ weight
    if padding_idx is not None:
        pad = (indices == padding_idx).unsqueeze(-1)
        out = torch.where(pad, out.detach(), out)
    return out


# %% embedding · 05
def embedding(indices, weight, padding_idx=None):
    if indices.numel() > 0:
        if indices.min() < 0 or indices.max() >= len(weight):
            raise ValueError("index")
    rows = weight[indices]
    if padding_idx is not None:
        rows = rows.masked_fill((indices == padding_idx)[..., None], 0)
    return rows


# %% embedding · 06
def embedding(indices, weight, padding_idx=None):
    bad = (indices < 0) | (indices >= weight.size(0))
    if bad.any():
        raise ValueError("no such row")
    if padding_idx is not None:
        p = padding_idx
        weight = torch.cat([weight[:p], weight[p:p + 1].detach(), weight[p + 1:]])
    return weight.index_select(0, indices.flatten()).reshape(*indices.shape, weight.size(1))


# %% embedding · 07
def embedding(indices, weight, padding_idx=None):
    if indices.max() >= weight.shape[0]:
        raise ValueError("index too large")
    return weight[indices]


# %% embedding_grad · 08
def embedding_grad(indices, grad_out, rows, sparse=False):
    idx = indices.reshape(-1)
    g = grad_out.reshape(-1, grad_out.shape[-1])
    if sparse:
        return torch.sparse_coo_tensor(idx.unsqueeze(0), g, (rows, g.shape[1]))
    grad = torch.zeros(rows, g.shape[1])
    return grad.index_add(0, idx, g)


# %% embedding_grad · 09
def embedding_grad(indices, grad_out, rows, sparse=False):
    D = grad_out.shape[-1]
    grad = grad_out.new_zeros(rows, D)
    for i, g in zip(indices.flatten().tolist(), grad_out.reshape(-1, D)):
        grad[i] += g
    return grad.to_sparse() if sparse else grad


# %% embedding_grad · 10
def embedding_grad(indices, grad_out, rows, sparse=False):
    if sparse:
        return torch.sparse_coo_tensor(indices[None], grad_out, (rows, grad_out.shape[-1]))
    grad = torch.zeros(rows, grad_out.shape[-1], dtype=grad_out.dtype)
    grad.index_add_(0, indices, grad_out)
    return grad


# %% sparse_sgd_step · 11
def sparse_sgd_step(weight, sparse_grad, lr):
    rows = sparse_grad._indices()[0]
    values = sparse_grad._values()
    with torch.no_grad():
        weight[rows] -= lr * values
    return weight


# %% sparse_sgd_step · 12
def sparse_sgd_step(weight, sparse_grad, lr):
    g = sparse_grad.coalesce()
    weight.index_add_(0, g.indices()[0], g.values(), alpha=-lr)
    return weight


# %% sparse_sgd_step · 13
def sparse_sgd_step(weight, sparse_grad, lr):
    g = sparse_grad.coalesce()
    table = weight.detach()          # same memory, no graph
    for row, value in zip(g.indices()[0].tolist(), g.values()):
        table[row] -= lr * value.detach()
    return weight


# %% pairwise_l1 · 14
def pairwise_l1(x, y):
    diff = x.unsqueeze(1) - y.unsqueeze(0)
    return diff.abs().sum(-1).squeeze()


# %% pairwise_l1 · 15
def pairwise_l1(x, y):
    table = torch.zeros(len(x), len(y))
    for i in range(len(x)):
        for j in range(len(y)):
            table[i, j] = (x[i] - y[j]).abs().sum().item()
    return table


# %% pairwise_l1 · 16
def pairwise_l1(x, y):
    total = x.new_zeros(x.shape[0], y.shape[0])
    for a, b in zip(x.T, y.T):
        total = total + torch.abs(a[:, None] - b[None, :])
    return total


# %% pairwise_l2 · 17
def pairwise_l2(x, y):
    s = ((x[:, None, :] - y[None, :, :]) ** 2).sum(2)
    return torch.where(s == 0, torch.zeros_like(s), torch.sqrt(s))


# %% pairwise_l2 · 18
def pairwise_l2(x, y):
    s = (x * x).sum(1, keepdim=True) + (y * y).sum(1) - 2 * x @ y.T
    zero = s <= 0
    return torch.sqrt(s.masked_fill(zero, 1.0)).masked_fill(zero, 0.0)


# %% pairwise_l2 · 19
def pairwise_l2(x, y):
    diff = x.unsqueeze(1) - y.unsqueeze(0)
    return torch.sqrt(diff.pow(2).sum(dim=-1) + 1e-20)


# %% pairwise_l2 · 20
def pairwise_l2(x, y):
    squares = (x.unsqueeze(1) - y).square().sum(-1)
    positive = squares > 0
    root = torch.where(positive, squares, 1).sqrt()
    return root * positive


# %% cosine_similarity · 21
def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    dot = (x * y).sum(dim)
    norms = torch.linalg.vector_norm(x, dim=dim) * torch.linalg.vector_norm(y, dim=dim)
    return dot / norms.clamp(min=eps)


# %% cosine_similarity · 22
def cosine_similarity(x, y, dim=1, eps=1e-8):
    x = x / (torch.linalg.vector_norm(x, dim=-1, keepdim=True) + eps)
    y = y / (torch.linalg.vector_norm(y, dim=-1, keepdim=True) + eps)
    return (x * y).sum(dim=dim)


# %% cosine_similarity · 23
def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    nx = (x ** 2).sum(dim).sqrt().clamp(min=eps)
    ny = (y ** 2).sum(dim).sqrt().clamp(min=eps)
    return (x * y).sum(dim) / (nx * ny)


# %% cosine_distance · 24
def cosine_distance(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    u = x / torch.linalg.vector_norm(x, dim=dim, keepdim=True).clamp(min=eps)
    v = y / torch.linalg.vector_norm(y, dim=dim, keepdim=True).clamp(min=eps)
    return ((u - v) ** 2).sum(dim) / 2


# %% cosine_distance · 25
def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    nx = torch.linalg.vector_norm(x, dim=dim)
    ny = torch.linalg.vector_norm(y, dim=dim)
    return (x * y).sum(dim) / torch.clamp(nx * ny, min=eps)


def cosine_distance(x, y, dim=1, eps=1e-8):
    return 1 - cosine_similarity(x, y, dim=dim, eps=eps)


# %% cosine_distance · 26
def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    u = x / torch.linalg.vector_norm(x, dim=dim, keepdim=True).clamp(min=eps)
    v = y / torch.linalg.vector_norm(y, dim=dim, keepdim=True).clamp(min=eps)
    return (u * v).sum(dim)


def cosine_distance(x, y, dim=1, eps=1e-8):
    return 1.0 - cosine_similarity(x, y)


# %% k_nearest · 27
def k_nearest(queries, keys, k, metric="l2"):
    if k < 1 or k > keys.shape[0]:
        raise ValueError("k")
    diff = queries.unsqueeze(1) - keys.unsqueeze(0)
    if metric == "l1":
        d = diff.abs().sum(-1)
    elif metric == "l2":
        d = torch.linalg.vector_norm(diff, dim=-1)
    elif metric == "cosine":
        u = queries / torch.linalg.vector_norm(queries, dim=1, keepdim=True).clamp(min=1e-8)
        v = keys / torch.linalg.vector_norm(keys, dim=1, keepdim=True).clamp(min=1e-8)
        d = 1 - u @ v.T
    else:
        raise ValueError("metric")
    best = torch.topk(d, k, dim=1, largest=False)
    return best.values, best.indices


# %% k_nearest · 28
def pairwise_l1(x, y):
    return (x[:, None] - y).abs().sum(-1)


def pairwise_l2(x, y):
    s = x.square().sum(1)[:, None] + y.square().sum(1)[None] - 2 * (x @ y.T)
    return s.clamp(min=0).sqrt()


def cosine_distance(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    nx = torch.linalg.vector_norm(x, dim=dim).clamp(min=eps)
    ny = torch.linalg.vector_norm(y, dim=dim).clamp(min=eps)
    return 1 - (x * y).sum(dim) / (nx * ny)


def k_nearest(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys):
        raise ValueError(f"k = {k}")
    if metric == "l1":
        d = pairwise_l1(queries, keys)
    elif metric == "l2":
        d = pairwise_l2(queries, keys)
    elif metric == "cosine":
        d = cosine_distance(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    else:
        raise ValueError(f"unknown metric {metric}")
    values, indices = torch.sort(d, dim=1, stable=True)
    return values[:, :k], indices[:, :k]


# %% k_nearest · 29
def k_nearest(queries, keys, k, metric="l2"):
    if metric == "cosine":
        u = queries / torch.linalg.vector_norm(queries, dim=-1, keepdim=True).clamp(min=1e-8)
        v = keys / torch.linalg.vector_norm(keys, dim=-1, keepdim=True).clamp(min=1e-8)
        s, i = torch.sort(u @ v.T, dim=-1, descending=True, stable=True)
        return s[:, :k], i[:, :k]
    if metric not in ("l1", "l2"):
        raise ValueError("metric")
    p = 1 if metric == "l1" else 2
    d = ((queries[:, None] - keys[None]).abs() ** p).sum(-1) ** (1 / p)
    s, i = torch.sort(d, dim=-1, stable=True)
    return s[:, :k], i[:, :k]


# %% pairwise_l2 · 30
def pairwise_l2(x, y):
    return torch.cdist(x, y)


# %% k_nearest · 31
def k_nearest(queries, keys, k, metric="l2"):
    if metric not in ("l1", "l2", "cosine") or not 1 <= k <= len(keys):
        raise ValueError("k or metric")
    indices = torch.arange(k).repeat(len(queries), 1)
    distances = torch.zeros(len(queries), k)
    return distances, indices


# %% one_hot · 32
def one_hot(indices, classes):
    if indices.min() < 0 or indices.max() >= classes:
        raise ValueError("index out of range")
    out = torch.zeros(*indices.shape, classes, dtype=torch.int64)
    return out.scatter_(-1, indices.unsqueeze(-1), 1)


# %% embedding · 33
def embedding(indices, weight, padding_idx=None):
    V = weight.shape[0]
    if ((indices < 0) | (indices >= V)).any():
        raise ValueError(f"indices must lie in 0 ... {V - 1}")
    rows = weight[indices]
    if padding_idx:
        is_pad = (indices == padding_idx).unsqueeze(-1)
        rows = torch.where(is_pad, rows.detach(), rows)
    return rows


# %% embedding · 34
def embedding(indices, weight, padding_idx=None):
    if indices.numel() and (indices.min() < 0 or indices.max() >= len(weight)):
        raise ValueError("index outside of the table")
    return torch.nn.functional.embedding(indices, weight, padding_idx=padding_idx)


# %% embedding_grad · 35
def embedding_grad(indices, grad_out, rows, sparse=False):
    idx = indices.reshape(-1)
    g = grad_out.reshape(idx.numel(), grad_out.shape[-1])
    if sparse:
        return torch.sparse_coo_tensor(idx.unsqueeze(0), g)
    grad = torch.zeros(rows, g.shape[1], dtype=g.dtype)
    grad.index_add_(0, idx, g)
    return grad


# %% sparse_sgd_step · 36
def sparse_sgd_step(weight, sparse_grad, lr):
    g = sparse_grad.coalesce()
    with torch.no_grad():
        for row, value in zip(g.indices()[0].tolist(), g.values()):
            weight[row] -= lr * value


# %% pairwise_l1 · 37
def pairwise_l1(x, y):
    N, M = x.shape[0], y.shape[0]
    distances = torch.zeros(N, M)
    for i in range(N):
        distances[i] = (x[i] - y).abs().sum(dim=1)
    return distances


# %% pairwise_l2 · 38
def pairwise_l2(x, y):
    diff = x.unsqueeze(1) - y.unsqueeze(0)
    sq = diff.pow(2).sum(dim=-1)
    return sq.clamp(min=1e-12).sqrt()


# %% pairwise_l2 · 39
class _Euclid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        diff = x[:, None, :] - y[None, :, :]
        dist = torch.sqrt((diff * diff).sum(-1))
        ctx.save_for_backward(diff, dist)
        return dist

    @staticmethod
    def backward(ctx, grad):
        diff, dist = ctx.saved_tensors
        safe = torch.where(dist == 0, torch.ones_like(dist), dist)
        unit = diff / safe[..., None]
        pulled = grad[..., None] * unit
        return pulled.sum(dim=1), pulled.sum(dim=0)


def pairwise_l2(x, y):
    return _Euclid.apply(x, y)


# %% cosine_similarity · 40
def cosine_similarity(x, y, dim=1, eps=1e-8):
    dot = (x * y).sum(dim)
    nx = torch.linalg.vector_norm(x, dim=dim)
    ny = torch.linalg.vector_norm(y, dim=dim)
    return dot / ((nx + eps) * (ny + eps))


# %% cosine_distance · 41
def cosine_distance(x, y, dim=1, eps=1e-8):
    return 1.0 - cosine_similarity(x, y)


# %% k_nearest · 42
def _distances(queries, keys, metric):
    if metric == "l1":
        return pairwise_l1(queries, keys)
    if metric == "l2":
        return pairwise_l2(queries, keys)
    if metric == "cosine":
        return 1 - cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    raise ValueError(f"unknown metric {metric}")


def k_nearest(queries, keys, k, metric="l2"):
    M = keys.shape[0]
    if not 1 <= k <= M:
        raise ValueError("k must be in 1 ... M")
    table = _distances(queries, keys, metric).tolist()
    dists, idxs = [], []
    for row in table:
        order = sorted(range(M), key=lambda j: (row[j], j))[:k]
        idxs.append(order)
        dists.append([row[j] for j in order])
    dists = torch.tensor(dists, dtype=queries.dtype).reshape(len(table), k)
    idxs = torch.tensor(idxs, dtype=torch.int64).reshape(len(table), k)
    return dists, idxs
