# %% one_hot · scatter into zeros
def one_hot(indices, classes):
    if indices.numel() and (indices.min() < 0 or indices.max() >= classes):
        raise ValueError(f"a class is not in 0 … {classes - 1}")
    rows = torch.zeros(*indices.shape, classes, dtype=torch.int64, device=indices.device)
    return rows.scatter_(-1, indices.unsqueeze(-1), 1)

# %% one_hot · comparison with a range
def one_hot(indices, classes):
    if ((indices < 0) | (indices >= classes)).any():
        raise ValueError("index out of range")
    return (indices[..., None] == torch.arange(classes)).long()

# %% one_hot · rows of the unit matrix
def one_hot(indices, classes):
    if not torch.all((0 <= indices) & (indices < classes)):
        raise ValueError("each index must be in 0 … classes - 1")
    return torch.eye(classes, dtype=torch.long)[indices]

# %% one_hot · NumPy
import numpy as np


def one_hot(indices, classes):
    numbers = indices.numpy()
    if np.any(numbers < 0) or np.any(numbers >= classes):
        raise ValueError("not a class")
    flat = np.zeros((numbers.size, classes), dtype=np.int64)
    flat[np.arange(numbers.size), numbers.ravel()] = 1
    return torch.from_numpy(flat.reshape(*numbers.shape, classes))

# %% one_hot · recursion over nested lists
def _row(i, classes):
    if i < 0 or i >= classes:
        raise ValueError(f"{i} is not below {classes}")
    return [int(c == i) for c in range(classes)]


def one_hot(indices, classes):
    def build(value):
        if isinstance(value, list):
            return [build(v) for v in value]
        return _row(value, classes)

    return torch.tensor(build(indices.tolist()), dtype=torch.int64).reshape(indices.shape + (classes,))

# %% one_hot · index_put on the flattened places
def one_hot(indices, classes):
    flat = indices.reshape(-1)
    for i in flat.tolist():
        if not 0 <= i < classes:
            raise ValueError(i)
    out = torch.zeros((flat.numel() * classes,), dtype=torch.int64)
    out[torch.arange(flat.numel()) * classes + flat] = 1
    return out.view(tuple(indices.shape) + (classes,))

# %% embedding · indexing, the padding rows detached
def embedding(indices, weight, padding_idx=None):
    if ((indices < 0) | (indices >= weight.shape[0])).any():
        raise ValueError("an index is outside the table")
    rows = weight[indices]
    if padding_idx is None:
        return rows
    return torch.where((indices == padding_idx).unsqueeze(-1), rows.detach(), rows)

# %% embedding · index_select, a mixed table
def embedding(indices, weight, padding_idx=None):
    V, D = weight.shape
    if indices.numel() > 0 and not (0 <= int(indices.min()) and int(indices.max()) < V):
        raise ValueError(f"indices must be in 0 … {V - 1}")
    if padding_idx is not None:
        frozen = torch.arange(V, device=weight.device)[:, None] == padding_idx
        weight = torch.where(frozen, weight.detach(), weight)
    return torch.index_select(weight, 0, indices.flatten()).reshape(*indices.shape, D)

# %% embedding · a custom autograd function
class Lookup(torch.autograd.Function):
    @staticmethod
    def forward(ctx, indices, weight, padding_idx):
        ctx.save_for_backward(indices)
        ctx.rows, ctx.padding_idx = weight.shape[0], padding_idx
        return weight[indices]

    @staticmethod
    def backward(ctx, grad_out):
        (indices,) = ctx.saved_tensors
        grad = grad_out.new_zeros(ctx.rows, grad_out.shape[-1])
        grad.index_put_((indices,), grad_out, accumulate=True)
        if ctx.padding_idx is not None:
            grad[ctx.padding_idx] = 0
        return None, grad, None


def embedding(indices, weight, padding_idx=None):
    if torch.any(indices < 0) or torch.any(indices >= len(weight)):
        raise ValueError("no such row")
    return Lookup.apply(indices, weight, padding_idx)

# %% embedding · gather, a hook drops the gradient
def embedding(indices, weight, padding_idx=None):
    if any(i < 0 or i >= weight.size(0) for i in indices.reshape(-1).tolist()):
        raise ValueError("index outside the table")
    table = weight.clone()
    if padding_idx is not None and table.requires_grad:

        def drop(grad):
            grad = grad.clone()
            grad[padding_idx] = 0.0
            return grad

        table.register_hook(drop)
    flat = indices.reshape(-1, 1).expand(indices.numel(), weight.size(1))
    return table.gather(0, flat).reshape(indices.shape + weight.shape[1:])

# %% embedding · column by column, the table put together with a detached row
def without_gradient(table, row):
    return torch.cat([table[:row], table[row : row + 1].detach(), table[row + 1 :]])


def embedding(indices, weight, padding_idx=None):
    rows = range(weight.shape[0])
    if any(i not in rows for i in indices.unique().tolist()):
        raise ValueError(f"the table has the rows 0 to {len(rows) - 1}")
    table = weight if padding_idx is None else without_gradient(weight, padding_idx)
    return torch.stack([torch.take(column, indices) for column in table.unbind(dim=1)], dim=-1)

# %% embedding · no_grad for the padding's value, compared with torch outside
def embedding(indices, weight, padding_idx=None):
    if ((indices < 0) + (indices >= weight.shape[0])).any():
        raise ValueError("index")
    found = torch.take_along_dim(weight, indices.reshape(-1, 1), dim=0).reshape(*indices.shape, weight.shape[1])
    if padding_idx is not None:
        with torch.no_grad():
            padding = weight[padding_idx].clone()
        found = torch.where((indices == padding_idx)[..., None], padding, found)
    return found


_table = torch.randn(5, 3)
_read = torch.tensor([[0, 4], [2, 2]])
print(torch.equal(embedding(_read, _table), torch.nn.functional.embedding(_read, _table)))

# %% embedding_grad · index_add and a COO tensor
def embedding_grad(indices, grad_out, rows, sparse=False):
    D = grad_out.shape[-1]
    flat = indices.reshape(-1)
    values = grad_out.reshape(flat.numel(), D)
    if sparse:
        return torch.sparse_coo_tensor(flat.unsqueeze(0), values, (rows, D))
    return torch.zeros(rows, D, dtype=grad_out.dtype, device=grad_out.device).index_add_(0, flat, values)

# %% embedding_grad · scatter_add and unique
def embedding_grad(indices, grad_out, rows, sparse=False):
    size = grad_out.size(-1)
    flat = indices.flatten()
    values = grad_out.reshape(-1, size) if size else grad_out.new_zeros(flat.numel(), 0)

    def summed(places, count):
        return grad_out.new_zeros(count, size).scatter_add(0, places[:, None].expand(-1, size), values)

    if not sparse:
        return summed(flat, rows)
    read, places = torch.unique(flat, return_inverse=True)
    return torch.sparse_coo_tensor(read[None], summed(places, len(read)), size=(rows, size), check_invariants=True)

# %% embedding_grad · a loop over what was read
def embedding_grad(indices, grad_out, rows, sparse=False):
    D = grad_out.shape[-1]
    flat, values = indices.reshape(-1), grad_out.reshape(indices.numel(), D)
    grad = torch.zeros(rows, D, dtype=grad_out.dtype)
    for i, g in zip(flat.tolist(), values):
        grad[i] += g
    if sparse:
        touched = sorted(set(flat.tolist()))
        where = torch.tensor([touched], dtype=torch.int64)
        return torch.sparse_coo_tensor(where, grad[where[0]], (rows, D))
    return grad

# %% embedding_grad · NumPy's add.at
import numpy as np


def embedding_grad(indices, grad_out, rows, sparse=False):
    flat = indices.numpy().reshape(-1)
    values = grad_out.detach().numpy().reshape(flat.size, grad_out.shape[-1])
    if sparse:
        return torch.sparse_coo_tensor(flat[None, :], torch.from_numpy(values.copy()), (rows, values.shape[1]), dtype=grad_out.dtype)
    grad = np.zeros((rows, values.shape[1]), dtype=values.dtype)
    np.add.at(grad, flat, values)
    return torch.from_numpy(grad)

# %% embedding_grad · index_put with accumulate, coalesced
def embedding_grad(indices, grad_out, rows, sparse=False):
    D = grad_out.shape[-1]
    if sparse:
        entries = torch.sparse_coo_tensor(indices.reshape(1, -1), grad_out.reshape(indices.numel(), D), (rows, D))
        return entries.coalesce()
    grad = torch.zeros((rows, D)).to(grad_out)
    return grad.index_put((indices,), grad_out, accumulate=True)

# %% embedding_grad · autograd of one's own lookup
def embedding_grad(indices, grad_out, rows, sparse=False):
    table = torch.zeros(rows, grad_out.shape[-1], dtype=grad_out.dtype, requires_grad=True)
    with torch.enable_grad():
        read = table[indices]
    (grad,) = torch.autograd.grad(read, table, grad_out)
    if not sparse:
        return grad
    flat = torch.unique(indices)
    return torch.sparse_coo_tensor(flat.view(1, -1), grad[flat], grad.shape)

# %% sparse_sgd_step · index_add under no_grad
def sparse_sgd_step(weight, sparse_grad, lr):
    grad = sparse_grad.coalesce()
    with torch.no_grad():
        weight.index_add_(0, grad.indices()[0], grad.values(), alpha=-lr)
    return weight

# %% sparse_sgd_step · decorator, indexed subtraction of coalesced entries
@torch.no_grad()
def sparse_sgd_step(weight, sparse_grad, lr):
    entries = sparse_grad.coalesce()
    rows, values = entries.indices().squeeze(0), entries.values()
    weight[rows] -= lr * values
    return weight

# %% sparse_sgd_step · a loop over the entries as they are
def sparse_sgd_step(weight, sparse_grad, lr):
    table = weight.detach()
    for row, value in zip(sparse_grad._indices()[0].tolist(), sparse_grad._values()):
        table[row].sub_(value, alpha=lr)
    return weight

# %% sparse_sgd_step · in place subtraction of the sparse tensor
def sparse_sgd_step(weight, sparse_grad, lr):
    with torch.no_grad():
        weight -= lr * sparse_grad
    return weight

# %% sparse_sgd_step · weight.data, scatter_add
def sparse_sgd_step(weight, sparse_grad, lr):
    g = sparse_grad if sparse_grad.is_coalesced() else sparse_grad.coalesce()
    rows, values = g.indices()[0], g.values()
    weight.data.scatter_add_(0, rows[:, None].expand_as(values), values * -lr)
    return weight

# %% sparse_sgd_step · NumPy on the shared memory
import numpy as np


def sparse_sgd_step(weight, sparse_grad, lr):
    grad = sparse_grad.coalesce()
    table = weight.detach().numpy()
    np.subtract.at(table, grad.indices()[0].numpy(), lr * grad.values().detach().numpy())
    return weight

# %% pairwise_l1 · broadcasting
def pairwise_l1(x, y):
    return (x[:, None, :] - y[None, :, :]).abs().sum(dim=-1)

# %% pairwise_l1 · a loop over the features
def pairwise_l1(x, y):
    total = x.new_zeros(x.shape[0], y.shape[0])
    for k in range(x.shape[1]):
        total = total + torch.abs(x[:, k].unsqueeze(1) - y[:, k])
    return total

# %% pairwise_l1 · a loop over the queries into a buffer of its own
def pairwise_l1(x, y):
    out = torch.empty(len(x), len(y), dtype=x.dtype, device=x.device)
    for i, row in enumerate(x):
        out[i] = torch.sum(torch.abs(torch.sub(y, row)), 1)
    return out

# %% pairwise_l1 · maximum of both differences, einsum sums
def pairwise_l1(x, y):
    d = x.unsqueeze(1) - y.unsqueeze(0)
    return torch.einsum("nmd->nm", torch.maximum(d, -d))

# %% pairwise_l1 · a custom autograd function
class _L1(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        d = x[:, None] - y
        ctx.save_for_backward(torch.sign(d))
        return d.abs().sum(-1)

    @staticmethod
    def backward(ctx, grad):
        (sign,) = ctx.saved_tensors
        g = grad[..., None] * sign
        return g.sum(1), -g.sum(0)


pairwise_l1 = _L1.apply

# %% pairwise_l1 · a class with __call__, sign times difference
class Pairwise:
    def __init__(self, measure):
        self.measure = measure

    def __call__(self, x, y):
        n, m = x.shape[0], y.shape[0]
        left = x.repeat_interleave(m, dim=0)
        right = y.repeat(n, 1)
        return self.measure(left - right).reshape(n, m)


pairwise_l1 = Pairwise(lambda d: (d * d.sign()).sum(dim=1))


_x, _y = torch.randn(4, 3), torch.randn(5, 3)
print(torch.allclose(pairwise_l1(_x, _y), torch.cdist(_x, _y, p=1)))

# %% pairwise_l2 · the root sees a one in place of zero
def pairwise_l2(x, y):
    squares = ((x[:, None] - y[None]) ** 2).sum(-1)
    same = squares == 0
    return torch.where(same, 0.0, torch.sqrt(torch.where(same, 1.0, squares)))

# %% pairwise_l2 · masked_fill twice, einsum
def pairwise_l2(x, y):
    d = x.unsqueeze(1) - y.unsqueeze(0)
    s = torch.einsum("nmd,nmd->nm", d, d)
    zero = s.eq(0)
    return s.masked_fill(zero, 1).sqrt().masked_fill(zero, 0)

# %% pairwise_l2 · the root of what is positive only
def pairwise_l2(x, y):
    difference = torch.sub(x[:, None], y)
    squared = difference.square().sum(2)
    distances = torch.zeros_like(squared)
    positive = squared > 0
    distances[positive] = squared[positive].sqrt()
    return distances

# %% pairwise_l2 · features added one by one, power, product with the mask
def pairwise_l2(x, y):
    total = torch.zeros(x.shape[0], y.shape[0], dtype=x.dtype, device=x.device)
    for a, b in zip(x.T, y.T):
        total = total + torch.pow(a[:, None] - b[None, :], 2)
    apart = (total != 0).to(x.dtype)
    return (total + (1 - apart)).pow(0.5) * apart

# %% pairwise_l2 · a custom autograd function
class _L2(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        out = torch.stack([((row - y) ** 2).sum(1).sqrt() for row in x]) if len(x) else x.new_zeros(0, len(y))
        ctx.save_for_backward(x, y, out)
        return out

    @staticmethod
    def backward(ctx, grad):
        x, y, out = ctx.saved_tensors
        slope = torch.where(out > 0, grad / out, torch.zeros_like(out))
        direction = slope[:, :, None] * (x[:, None] - y)
        return direction.sum(1), -direction.sum(0)


def pairwise_l2(x, y):
    return _L2.apply(x, y)

# %% pairwise_l2 · helpers with keyword-only arguments, exp of half the logarithm
def _safe_root(s, *, instead):
    hit = s <= 0
    inside = torch.where(hit, torch.full_like(s, instead), s)
    return torch.exp(0.5 * torch.log(inside)) * hit.logical_not()


def pairwise_l2(x, y):
    n, d = x.shape
    m = y.shape[0]
    gaps = x.reshape(n, 1, d).expand(n, m, d) - y.reshape(1, m, d).expand(n, m, d)
    return _safe_root(torch.sum(gaps * gaps, dim=-1), instead=1.0)

# %% cosine_similarity · vector norms, clamped each
def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    nx = torch.linalg.vector_norm(x, dim=dim, keepdim=True).clamp(min=eps)
    ny = torch.linalg.vector_norm(y, dim=dim, keepdim=True).clamp(min=eps)
    return (x / nx * (y / ny)).sum(dim)

# %% cosine_similarity · own root, safe at zero
def _length(v, dim):
    s = (v * v).sum(dim)
    zero = s == 0
    return torch.where(zero, 0.0, torch.where(zero, 1.0, s).sqrt())


def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    least = torch.tensor(eps, dtype=x.dtype)
    return (x * y).sum(dim) / (torch.maximum(_length(x, dim), least) * torch.maximum(_length(y, dim), least))

# %% cosine_similarity · the dimension moved to the end, einsum
def cosine_similarity(x, y, dim=1, eps=1e-8):
    shape = torch.broadcast_shapes(x.shape, y.shape)
    a, b = (t.expand(shape).movedim(dim, -1) for t in (x, y))

    def unit(v):
        squares = torch.einsum("...d,...d->...", v, v).unsqueeze(-1)
        short = squares < eps * eps
        length = torch.sqrt(torch.where(short, torch.ones_like(squares), squares))
        return v / torch.where(short, torch.full_like(length, eps), length)

    return torch.einsum("...d,...d->...", unit(a), unit(b))

# %% cosine_similarity · functions of one's own composed, T and method style
import torch as T


def dot(dim):
    return lambda a, b: a.mul(b).sum(dim=dim)


def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = T.broadcast_tensors(x, y)
    inner = dot(dim)
    lengths = [T.linalg.vector_norm(v, 2, dim) for v in (x, y)]
    lengths = [T.where(n > eps, n, T.full_like(n, eps)) for n in lengths]
    return inner(x, y).div(lengths[0]).div(lengths[1])


_x, _y = T.randn(4, 3), T.randn(4, 3)
print(T.allclose(cosine_similarity(_x, _y), T.nn.functional.cosine_similarity(_x, _y)))

# %% cosine_distance · one less the notebook's similarity
def cosine_distance(x, y, dim=1, eps=1e-8):
    return 1 - cosine_similarity(x, y, dim=dim, eps=eps)

# %% cosine_distance · written out with a safe root
def cosine_distance(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)

    def unit(v):
        s = (v * v).sum(dim=dim, keepdim=True)
        inside = torch.where(s > eps**2, s, torch.ones_like(s))
        return v / torch.where(s > eps**2, inside.sqrt(), torch.full_like(s, eps))

    return torch.sub(1, torch.sum(unit(x) * unit(y), dim))

# %% cosine_distance · partial application of an affine map
from functools import partial


def affine(value, *, scale, shift):
    return value * scale + shift


flipped = partial(affine, scale=-1.0, shift=1.0)


def cosine_distance(x, y, dim=1, eps=1e-8):
    return flipped(cosine_similarity(x, y, dim, eps))

# %% cosine_distance · a decorator of one's own
from functools import wraps


def as_distance(similarity):
    @wraps(similarity)
    def distance(*args, **kwargs):
        s = similarity(*args, **kwargs)
        return torch.ones_like(s) - s

    return distance


@as_distance
def cosine_distance(x, y, dim=1, eps=1e-8):
    return cosine_similarity(x, y, dim, eps)

# %% k_nearest · stable sort
def k_nearest(queries, keys, k, metric="l2"):
    if not 1 <= k <= keys.shape[0]:
        raise ValueError(f"k must be in 1 … {keys.shape[0]}")
    if metric == "l1":
        distances = pairwise_l1(queries, keys)
    elif metric == "l2":
        distances = pairwise_l2(queries, keys)
    elif metric == "cosine":
        distances = cosine_distance(queries.unsqueeze(1), keys, dim=-1)
    else:
        raise ValueError(f"unknown metric {metric}")
    values, indices = torch.sort(distances, dim=1, stable=True)
    return values[:, :k], indices[:, :k]

# %% k_nearest · dict of lambdas, argsort and gather
METRICS = {
    "l1": lambda q, y: pairwise_l1(q, y),
    "l2": lambda q, y: pairwise_l2(q, y),
    "cosine": lambda q, y: 1 - cosine_similarity(q[:, None], y[None], dim=2),
}


def k_nearest(queries, keys, k, metric="l2"):
    if metric not in METRICS or k < 1 or k > len(keys):
        raise ValueError("unknown metric or impossible k")
    table = METRICS[metric](queries, keys)
    order = table.argsort(dim=-1, stable=True)[:, :k]
    return table.gather(1, order), order

# %% k_nearest · Python's sorted, match
def k_nearest(queries, keys, k, metric="l2"):
    if k not in range(1, keys.size(0) + 1):
        raise ValueError("k")
    match metric:
        case "l1":
            d = pairwise_l1(queries, keys)
        case "l2":
            d = pairwise_l2(queries, keys)
        case "cosine":
            d = cosine_distance(queries[:, None, :], keys[None, :, :], -1)
        case _:
            raise ValueError("metric")
    indices = torch.zeros(queries.size(0), k, dtype=torch.int64)
    for n, row in enumerate(d.tolist()):
        indices[n] = torch.tensor(sorted(range(len(row)), key=lambda j: (row[j], j))[:k])
    return torch.take_along_dim(d, indices, dim=1), indices

# %% k_nearest · NumPy's lexsort for the order
import numpy as np


def _table(queries, keys, metric):
    if metric == "cosine":
        return cosine_distance(queries.unsqueeze(1), keys.unsqueeze(0), dim=2)
    functions = dict(l1=pairwise_l1, l2=pairwise_l2)
    if metric not in functions:
        raise ValueError(f"no metric {metric!r}")
    return functions[metric](queries, keys)


def k_nearest(queries, keys, k, metric="l2"):
    if k < 1 or k > keys.shape[0]:
        raise ValueError("k is not in 1 … M")
    table = _table(queries, keys, metric)
    values = table.detach().numpy()
    numbers = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    order = torch.from_numpy(np.lexsort((numbers, values), axis=-1)[:, :k].astype(np.int64))
    return table[torch.arange(len(table))[:, None], order], order

# %% k_nearest · the least one taken k times, distances written out
def k_nearest(queries, keys, k, metric="l2"):
    if not (0 < k <= keys.shape[0]):
        raise ValueError("k")
    difference = queries[:, None] - keys
    if metric == "l1":
        distances = difference.abs().sum(-1)
    elif metric == "l2":
        s = difference.pow(2).sum(-1)
        distances = torch.where(s > 0, torch.where(s > 0, s, 1).sqrt(), 0)
    elif metric == "cosine":
        distances = 1 - cosine_similarity(queries[:, None], keys, -1)
    else:
        raise ValueError("metric")
    left = distances.detach().clone()
    columns = torch.arange(keys.shape[0])
    found = []
    for _ in range(k):
        least = left.amin(dim=1, keepdim=True)
        first = torch.where(left == least, columns, len(columns)).amin(dim=1, keepdim=True)
        left.scatter_(1, first, torch.inf)
        found.append(first)
    indices = torch.cat(found, dim=1)
    return distances.gather(1, indices), indices
