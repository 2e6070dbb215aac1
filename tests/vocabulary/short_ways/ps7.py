# %% one_hot · F.one_hot
import torch.nn.functional as F


def one_hot(indices, classes):
    try:
        return F.one_hot(indices, classes)
    except RuntimeError as error:
        raise ValueError(str(error))


# %% one_hot · F.embedding into the unit matrix
import torch.nn.functional as F


def one_hot(indices, classes):
    try:
        return F.embedding(indices, torch.eye(classes, dtype=torch.int64))
    except (RuntimeError, IndexError) as error:
        raise ValueError(str(error))


# %% one_hot · scikit-learn's OneHotEncoder
import numpy as np
from sklearn.preprocessing import OneHotEncoder


def one_hot(indices, classes):
    encoder = OneHotEncoder(categories=[np.arange(classes)], sparse_output=False, dtype=np.int64)
    if indices.numel() == 0:
        return torch.zeros(*indices.shape, classes, dtype=torch.int64)
    rows = encoder.fit_transform(indices.reshape(-1, 1).numpy())
    return torch.from_numpy(rows).reshape(*indices.shape, classes)


# %% one_hot · scikit-learn's multilabel binarizer
from sklearn.preprocessing import MultiLabelBinarizer


def one_hot(indices, classes):
    if ((indices < 0) | (indices >= classes)).any():
        raise ValueError("no such class")
    rows = MultiLabelBinarizer(classes=range(classes)).fit_transform(indices.reshape(-1, 1).tolist())
    return torch.as_tensor(rows).long().reshape(*indices.shape, classes)


# %% embedding · F.embedding
import torch.nn.functional as F


def embedding(indices, weight, padding_idx=None):
    try:
        return F.embedding(indices, weight, padding_idx)
    except (IndexError, RuntimeError) as error:
        raise ValueError(str(error))


# %% embedding · F.embedding_bag with bags of one
import torch.nn.functional as F


def embedding(indices, weight, padding_idx=None):
    if ((indices < 0) | (indices >= len(weight))).any():
        raise ValueError("no such row")
    rows = F.embedding_bag(indices.reshape(-1, 1), weight, mode="sum")
    rows = rows.reshape(*indices.shape, weight.shape[1])
    if padding_idx is None:
        return rows
    return torch.where((indices == padding_idx)[..., None], rows.detach(), rows)


# %% embedding · nn.Embedding made of the table
from torch import nn


def embedding(indices, weight, padding_idx=None):
    layer = nn.Embedding(*weight.shape, padding_idx=padding_idx, _weight=weight.detach())
    try:
        return torch.func.functional_call(layer, {"weight": weight}, (indices,))
    except (IndexError, RuntimeError) as error:
        raise ValueError(str(error))


# %% embedding_grad · torch.ops.aten.embedding_backward
def embedding_grad(indices, grad_out, rows, sparse=False):
    return torch.ops.aten.embedding_backward(grad_out, indices, rows, -1, False, sparse)


# %% embedding_grad · the gradient of F.embedding
import torch.nn.functional as F


def embedding_grad(indices, grad_out, rows, sparse=False):
    table = torch.zeros(rows, grad_out.shape[-1], dtype=grad_out.dtype, requires_grad=True)
    F.embedding(indices, table, sparse=sparse).backward(grad_out)
    return table.grad


# %% embedding_grad · a sparse matrix of SciPy times the gradients
import numpy as np
from scipy import sparse as matrices


def embedding_grad(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    if sparse:
        return torch.sparse_coo_tensor(read[None], values, (rows, values.shape[1]))
    ones = np.ones(len(read), dtype=values.numpy().dtype)
    which = matrices.csr_matrix((ones, (read.numpy(), np.arange(len(read)))), shape=(rows, len(read)))
    return torch.from_numpy(which @ values.numpy())


# %% sparse_sgd_step · torch.optim.SGD
def sparse_sgd_step(weight, sparse_grad, lr):
    parameter = weight.detach()
    parameter.grad = sparse_grad
    torch.optim.SGD([parameter], lr=lr).step()
    return weight


# %% sparse_sgd_step · the function behind torch.optim.SGD
from torch.optim import sgd


def sparse_sgd_step(weight, sparse_grad, lr):
    with torch.no_grad():
        sgd.sgd(
            [weight], [sparse_grad], [None], weight_decay=0.0, momentum=0.0, lr=lr,
            dampening=0.0, nesterov=False, maximize=False, has_sparse_grad=True, foreach=False,
        )
    return weight


# %% pairwise_l1 · torch.linalg.matrix_norm of differences as columns
def pairwise_l1(x, y):
    difference = x[:, None] - y[None]
    return torch.linalg.matrix_norm(difference.unsqueeze(-1), ord=1)


# %% pairwise_l1 · the log-probability of torch.distributions.Laplace
import math

from torch.distributions import Laplace


def pairwise_l1(x, y):
    of_each = Laplace(y[None], 1.0, validate_args=False).log_prob(x[:, None])
    return -(of_each + math.log(2)).sum(-1)


# %% pairwise_l1 · torch.cdist
def pairwise_l1(x, y):
    return torch.cdist(x, y, p=1)


# %% pairwise_l1 · F.l1_loss without reduction
import torch.nn.functional as F


def pairwise_l1(x, y):
    a, b = torch.broadcast_tensors(x[:, None], y[None])
    return F.l1_loss(a, b, reduction="none").sum(-1)


# %% pairwise_l1 · SciPy's cityblock distances
from scipy.spatial import distance


class Cityblock(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return torch.from_numpy(distance.cdist(x.detach().numpy(), y.detach().numpy(), "cityblock")).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        sign = (x[:, None] - y[None]).sign() * grad[..., None]
        return sign.sum(1), -sign.sum(0)


def pairwise_l1(x, y):
    return Cityblock.apply(x, y)


# %% pairwise_l1 · scikit-learn's manhattan_distances
from sklearn.metrics.pairwise import manhattan_distances


class Manhattan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return torch.from_numpy(manhattan_distances(x.detach().numpy(), y.detach().numpy())).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        sign = (x[:, None] - y[None]).sign() * grad[..., None]
        return sign.sum(1), -sign.sum(0)


def pairwise_l1(x, y):
    return Manhattan.apply(x, y)


# %% pairwise_l2 · torch.cdist
def pairwise_l2(x, y):
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


# %% pairwise_l2 · torch.linalg.matrix_norm of differences as rows
def pairwise_l2(x, y):
    return torch.linalg.matrix_norm((x[:, None] - y[None]).unsqueeze(-2))


# %% pairwise_l2 · the singular value of each difference
def pairwise_l2(x, y):
    return torch.linalg.svdvals((x[:, None] - y[None]).unsqueeze(-2))[..., 0]


# %% pairwise_l2 · SciPy's cdist
from scipy.spatial.distance import cdist


class Distances(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        d = torch.from_numpy(cdist(x.detach().numpy(), y.detach().numpy())).to(x.dtype)
        ctx.save_for_backward(x, y, d)
        return d

    @staticmethod
    def backward(ctx, grad):
        x, y, d = ctx.saved_tensors
        each = torch.where(d == 0, 0, grad / torch.where(d == 0, 1, d))[..., None] * (x[:, None] - y[None])
        return each.sum(1), -each.sum(0)


def pairwise_l2(x, y):
    return Distances.apply(x, y)


# %% pairwise_l2 · F.pairwise_distance of all pairs
import torch.nn.functional as F


def pairwise_l2(x, y):
    return F.pairwise_distance(x[:, None], y[None], eps=0.0)


# %% cosine_similarity · F.cosine_similarity
def cosine_similarity(x, y, dim=1, eps=1e-8):
    return torch.nn.functional.cosine_similarity(x, y, dim, eps)


# %% cosine_similarity · the product of two F.normalize
import torch.nn.functional as F


def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    return (F.normalize(x, dim=dim, eps=eps) * F.normalize(y, dim=dim, eps=eps)).sum(dim)


# %% cosine_similarity · F.cosine_embedding_loss
import torch.nn.functional as F


def cosine_similarity(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    x, y = x.movedim(dim, -1), y.movedim(dim, -1)
    shape = x.shape[:-1]
    x, y = x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
    return 1 - F.cosine_embedding_loss(x, y, torch.ones(len(x)), reduction="none").reshape(shape)


# %% cosine_distance · F.cosine_embedding_loss
import torch.nn.functional as F


def cosine_distance(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    x, y = x.movedim(dim, -1), y.movedim(dim, -1)
    shape = x.shape[:-1]
    x, y = x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
    return F.cosine_embedding_loss(x, y, torch.ones(len(x)), reduction="none").reshape(shape)


# %% cosine_distance · one less the product of two F.normalize
import torch.nn.functional as F


def cosine_distance(x, y, dim=1, eps=1e-8):
    x, y = torch.broadcast_tensors(x, y)
    return 1 - (F.normalize(x, dim=dim, eps=eps) * F.normalize(y, dim=dim, eps=eps)).sum(dim)


# %% k_nearest · scikit-learn's NearestNeighbors
import numpy as np
from sklearn.neighbors import NearestNeighbors


def k_nearest(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys) or metric not in ("l1", "l2", "cosine"):
        raise ValueError("k or metric")
    finder = NearestNeighbors(n_neighbors=k, metric=metric, algorithm="brute").fit(keys.detach().numpy())
    distances, indices = finder.kneighbors(queries.detach().numpy())
    return torch.from_numpy(distances).to(queries.dtype), torch.from_numpy(indices)
