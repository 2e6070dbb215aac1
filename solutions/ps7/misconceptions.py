"""Wrong solutions that students write for problem set 7, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "one_hot", hint="Classes are numbered from 0: the first column belongs to class 0.", passes_examples=False, costs=4
)
def counts_from_one(indices, classes):
    if (indices < 0).any() or (indices > classes).any():
        raise ValueError("an index is out of range")
    return (indices.unsqueeze(-1) == torch.arange(1, classes + 1)).long()


@misconception(
    "one_hot", hint="The width is the number of classes that exist, not the largest index that occurs.", costs=3
)
def as_wide_as_the_largest_index(indices, classes):
    if (indices < 0).any() or (indices >= classes).any():
        raise ValueError("an index is out of range")
    return torch.eye(int(indices.max()) + 1, dtype=torch.long)[indices]


@misconception(
    "one_hot", hint="Return integers (int64), as torch does; torch.eye makes floats unless told otherwise.", costs=2
)
def rows_of_floats(indices, classes):
    if (indices < 0).any() or (indices >= classes).any():
        raise ValueError("an index is out of range")
    return torch.eye(classes)[indices]


@misconception(
    "one_hot",
    hint="Indexing lets -1 count from the end. Look at both ends of the range, and raise ValueError.",
    costs=2,
)
def lets_negative_indices_wrap(indices, classes):
    if (indices >= classes).any():
        raise ValueError("an index is out of range")
    return torch.eye(classes, dtype=torch.long)[indices]


@misconception("one_hot", hint="Take indices of any shape: the classes become one more dimension at the end.", costs=3)
def one_dimension_only(indices, classes):
    if (indices < 0).any() or (indices >= classes).any():
        raise ValueError("an index is out of range")
    rows = torch.zeros(len(indices), classes, dtype=torch.long)
    rows[torch.arange(len(indices)), indices] = 1
    return rows


@misconception(
    "embedding",
    hint="Pick the rows by their index; a product with a one-hot matrix reads the whole table each time.",
    costs=3,
)
def one_hot_product(indices, weight, padding_idx=None):
    if (indices < 0).any() or (indices >= len(weight)).any():
        raise ValueError("an index is out of range")
    hot = torch.zeros(*indices.shape, len(weight), dtype=weight.dtype).scatter_(-1, indices.unsqueeze(-1), 1.0)
    if padding_idx is not None:
        is_padding = (indices == padding_idx).unsqueeze(-1)
        return torch.where(is_padding, (hot @ weight).detach(), hot @ weight)
    return hot @ weight


@misconception(
    "embedding", hint="Return the padding row as it stands in the table; padding_idx only stops its gradient.", costs=4
)
def padding_becomes_zero(indices, weight, padding_idx=None):
    if (indices < 0).any() or (indices >= len(weight)).any():
        raise ValueError("an index is out of range")
    picked = weight[indices]
    if padding_idx is not None:
        picked = picked.masked_fill((indices == padding_idx).unsqueeze(-1), 0.0)
    return picked


@misconception(
    "embedding", hint="The row padding_idx must receive no gradient; right now padding_idx does nothing.", costs=4
)
def padding_is_ignored(indices, weight, padding_idx=None):
    if (indices < 0).any() or (indices >= len(weight)).any():
        raise ValueError("an index is out of range")
    return weight[indices]


@misconception(
    "embedding",
    hint="Check the range of the indices yourself: -1 would silently read the last row of the table.",
    costs=2,
)
def negative_reads_the_last_row(indices, weight, padding_idx=None):
    picked = weight[indices]
    if padding_idx is not None:
        is_padding = (indices == padding_idx).unsqueeze(-1)
        picked = torch.where(is_padding, picked.detach(), picked)
    return picked


@misconception(
    "embedding",
    hint="Keep the lookup in the graph: rows that are copied through .data or numbers cannot be trained.",
    costs=6,
)
def copies_without_gradient(indices, weight, padding_idx=None):
    if (indices < 0).any() or (indices >= len(weight)).any():
        raise ValueError("an index is out of range")
    out = torch.empty(*indices.shape, weight.shape[1], dtype=weight.dtype)
    out[...] = weight.data[indices]
    return out


@misconception(
    "embedding_grad",
    hint="A row that is read twice receives both gradients: accumulate. Indexed += keeps only one value of a repeated index.",
    passes_examples=False,
    costs=5,
)
def keeps_one_of_the_repeats(indices, grad_out, rows, sparse=False):
    grad = torch.zeros(rows, grad_out.shape[-1], dtype=grad_out.dtype)
    grad[indices.reshape(-1)] += grad_out.reshape(-1, grad_out.shape[-1])
    return grad.to_sparse(1) if sparse else grad


@misconception(
    "embedding_grad",
    hint="The gradients that arrive at one row are added up; do not divide by how often the row was read.",
    passes_examples=False,
    costs=4,
)
def averages_the_repeats(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    grad = torch.zeros(rows, values.shape[1], dtype=values.dtype).index_add(0, read, values)
    grad = grad / torch.bincount(read, minlength=rows).clamp(min=1).unsqueeze(1).to(values.dtype)
    return grad.to_sparse(1) if sparse else grad


@misconception(
    "embedding_grad",
    hint="With sparse=True return a sparse tensor: the indices of the rows and their values, not the whole table.",
    passes_examples=False,
    costs=4,
)
def always_dense(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    return torch.zeros(rows, values.shape[1], dtype=values.dtype).index_add(0, read, values)


@misconception(
    "embedding_grad",
    hint="Only the first dimension is sparse: one entry is a whole row of values, not a single number.",
    costs=2,
)
def every_number_an_entry(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    grad = torch.zeros(rows, values.shape[1], dtype=values.dtype).index_add(0, read, values)
    return grad.to_sparse() if sparse else grad


@misconception(
    "embedding_grad",
    hint="The gradient has the shape of the table: give it all its rows, also those after the largest index that was read.",
    costs=3,
)
def ends_at_the_largest_index(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    last = int(read.max()) + 1 if len(read) else 0
    if sparse:
        return torch.sparse_coo_tensor(read.unsqueeze(0), values, (last, values.shape[1]))
    return torch.zeros(last, values.shape[1], dtype=values.dtype).index_add(0, read, values)


@misconception(
    "sparse_sgd_step",
    hint="The step holds no weight decay: rows without an entry must stay equal to the last bit.",
    costs=3,
)
def decays_all_rows(weight, sparse_grad, lr):
    with torch.no_grad():
        weight.mul_(1 - lr * 1e-6)
        return weight.add_(sparse_grad, alpha=-lr)


@misconception(
    "sparse_sgd_step",
    hint="A row may stand in the gradient several times: coalesce it first, or accumulate. Indexed -= keeps one entry only.",
    costs=4,
)
def keeps_one_entry_of_a_row(weight, sparse_grad, lr):
    with torch.no_grad():
        weight[sparse_grad._indices()[0]] -= lr * sparse_grad._values()
    return weight


@misconception(
    "sparse_sgd_step",
    hint="Change the table in place; an assignment to the name weight makes a new tensor that nobody else sees.",
    passes_examples=False,
    costs=5,
)
def binds_the_name_anew(weight, sparse_grad, lr):
    weight = weight - lr * sparse_grad
    return weight  # noqa: RET504


@misconception(
    "sparse_sgd_step",
    hint="The loss falls against the gradient: subtract it.",
    passes_examples=False,
    costs=4,
)
def climbs(weight, sparse_grad, lr):
    with torch.no_grad():
        return weight.add_(sparse_grad, alpha=lr)


@misconception(
    "sparse_sgd_step",
    hint="The table may be a parameter: change it where no graph is recorded, or torch refuses.",
    costs=2,
)
def records_the_step(weight, sparse_grad, lr):
    entries = sparse_grad.coalesce()
    return weight.index_add_(0, entries.indices()[0], entries.values(), alpha=-lr)


@misconception(
    "pairwise_l1",
    hint="Take the absolute value of each difference before the sum, or differences of opposite sign cancel.",
    passes_examples=False,
    costs=5,
)
def sum_before_abs(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).sum(-1).abs()


@misconception(
    "pairwise_l1",
    hint="Every row of x meets every row of y, in a table of N rows and M columns: give each argument an axis of its own.",
    passes_examples=False,
    costs=6,
)
def rows_in_step(x, y):
    return (x - y).abs().sum(-1)


@misconception(
    "pairwise_l1",
    hint="Add the absolute differences up: their mean depends on the number of dimensions.",
    passes_examples=False,
    costs=3,
)
def mean_of_the_differences(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).abs().mean(-1)


@misconception(
    "pairwise_l1",
    hint="Rows of the result belong to x and columns to y; yours is transposed.",
    passes_examples=False,
    costs=3,
)
def rows_belong_to_y(x, y):
    return (y.unsqueeze(1) - x.unsqueeze(0)).abs().sum(-1)


@misconception("pairwise_l2", hint="The distance is the root of the sum of squares.", passes_examples=False, costs=6)
def squared_distance(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(-1)


@misconception(
    "pairwise_l2",
    hint="Rounding makes the expanded square negative under the root, and NaN comes out. Subtract the points before squaring.",
    costs=5,
)
def negative_under_the_root(x, y):
    squared = x.square().sum(1, keepdim=True) + y.square().sum(1) - 2 * x @ y.T
    return squared.sqrt()


@misconception(
    "pairwise_l2",
    hint="Clamping removes NaN but not the lost digits: far from the origin subtract the points before squaring.",
    costs=4,
)
def clamps_the_expanded_square(x, y):
    squared = (x.square().sum(1, keepdim=True) + y.square().sum(1) - 2 * x @ y.T).clamp(min=0)
    equal = squared == 0
    return squared.masked_fill(equal, 1.0).sqrt().masked_fill(equal, 0.0)


@misconception(
    "pairwise_l2",
    hint="The derivative of the root is infinite at 0, and NaN follows for equal points. Replace the zero before the root; "
    "choosing with torch.where afterwards comes too late.",
    costs=4,
)
def root_of_zero(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(-1).sqrt()


@misconception(
    "pairwise_l2",
    hint="An eps under the root gives equal points a distance: their distance is 0 exactly.",
    passes_examples=False,
    costs=3,
)
def eps_under_the_root(x, y):
    return ((x.unsqueeze(1) - y.unsqueeze(0)).square().sum(-1) + 1e-12).sqrt()


@misconception(
    "cosine_similarity",
    hint="Divide the dot product by both norms: the length of a vector must not count.",
    passes_examples=False,
    costs=8,
)
def dot_product_only(x, y, dim=1, eps=1e-8):
    return (x * y).sum(dim)


@misconception(
    "cosine_similarity",
    hint="The norms run along the same dimension as the dot product, dim.",
    passes_examples=False,
    costs=5,
)
def norms_along_the_wrong_dim(x, y, dim=1, eps=1e-8):
    x_norm = torch.linalg.vector_norm(x, dim=0, keepdim=True).clamp(min=eps)
    y_norm = torch.linalg.vector_norm(y, dim=0, keepdim=True).clamp(min=eps)
    return (x / x_norm * (y / y_norm)).sum(dim)


@misconception("cosine_similarity", hint="Use the argument dim, which is not always the last dimension.", costs=4)
def always_the_last_dim(x, y, dim=1, eps=1e-8):
    x_norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp(min=eps)
    y_norm = torch.linalg.vector_norm(y, dim=-1, keepdim=True).clamp(min=eps)
    return (x / x_norm * (y / y_norm)).sum(-1)


@misconception(
    "cosine_similarity",
    hint="A zero vector gives 0/0: keep each norm at eps at least.",
    passes_examples=False,
    costs=2,
)
def zero_over_zero(x, y, dim=1, eps=1e-8):
    return (x * y).sum(dim) / (torch.linalg.vector_norm(x, dim=dim) * torch.linalg.vector_norm(y, dim=dim))


@misconception(
    "cosine_similarity",
    hint="Clamp each norm by itself: the product of two small norms falls below eps long before either of them does.",
    costs=3,
)
def clamps_the_product(x, y, dim=1, eps=1e-8):
    norms = torch.linalg.vector_norm(x, dim=dim) * torch.linalg.vector_norm(y, dim=dim)
    return (x * y).sum(dim) / norms.clamp(min=eps)


@misconception(
    "cosine_distance",
    hint="This is the similarity, largest for vectors that are alike; a distance is smallest for them.",
    passes_examples=False,
    costs="all",
)
def returns_the_similarity(x, y, dim=1, eps=1e-8):
    return torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps)


@misconception(
    "cosine_distance",
    hint="Opposite directions are farthest apart, at 2: keep the sign of the cosine.",
    passes_examples=False,
    costs=3,
)
def forgets_the_sign(x, y, dim=1, eps=1e-8):
    return 1 - torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps).abs()


@misconception(
    "cosine_distance",
    hint="The distance is 1 less the cosine, from 0 to 2; do not scale it to the range from 0 to 1.",
    passes_examples=False,
    costs=3,
)
def scaled_to_one(x, y, dim=1, eps=1e-8):
    return (1 - torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps)) / 2


@misconception(
    "cosine_distance",
    hint="What is asked for is 1 less the cosine, and not the angle itself.",
    passes_examples=False,
    costs=4,
)
def angle_in_place_of_cosine(x, y, dim=1, eps=1e-8):
    return torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps).clamp(-1, 1).acos()


@misconception("cosine_distance", hint="Hand dim on: the vectors do not always lie along dimension 1.", costs=2)
def dim_is_not_handed_on(x, y, dim=1, eps=1e-8):
    return 1 - torch.nn.functional.cosine_similarity(x, y, eps=eps)


@misconception(
    "k_nearest",
    hint="Near is where the distance is small; torch.topk takes the largest values unless told otherwise.",
    passes_examples=False,
    costs=6,
)
def finds_the_farthest(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys):
        raise ValueError("k is out of range")
    if metric == "l1":
        distances = (queries.unsqueeze(1) - keys.unsqueeze(0)).abs().sum(-1)
    elif metric == "l2":
        distances = torch.cdist(queries, keys)
    elif metric == "cosine":
        distances = 1 - torch.nn.functional.cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    else:
        raise ValueError("no such metric")
    found = distances.topk(k, dim=1)
    return found.values, found.indices


@misconception(
    "k_nearest",
    hint="The smallest similarity belongs to the most unlike vector: for cosine sort by the distance, 1 less the similarity.",
    passes_examples=False,
    costs=3,
)
def least_similar_first(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys):
        raise ValueError("k is out of range")
    if metric == "l1":
        distances = (queries.unsqueeze(1) - keys.unsqueeze(0)).abs().sum(-1)
    elif metric == "l2":
        distances = torch.cdist(queries, keys)
    elif metric == "cosine":
        distances = torch.nn.functional.cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    else:
        raise ValueError("no such metric")
    nearest, indices = distances.sort(dim=1, stable=True)
    return nearest[:, :k], indices[:, :k]


@misconception(
    "k_nearest", hint="Equal distances go by index, and topk promises no order among them; a stable sort does.", costs=2
)
def ties_as_they_come(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys):
        raise ValueError("k is out of range")
    if metric == "l1":
        distances = (queries.unsqueeze(1) - keys.unsqueeze(0)).abs().sum(-1)
    elif metric == "l2":
        distances = torch.cdist(queries, keys)
    elif metric == "cosine":
        distances = 1 - torch.nn.functional.cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    else:
        raise ValueError("no such metric")
    found = distances.topk(k, dim=1, largest=False)
    return found.values, found.indices


@misconception(
    "k_nearest",
    hint="Of two keys at the same distance the one with the smaller index comes first.",
    passes_examples=False,
    costs=3,
)
def later_index_wins_a_tie(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys):
        raise ValueError("k is out of range")
    if metric == "l1":
        distances = (queries.unsqueeze(1) - keys.unsqueeze(0)).abs().sum(-1)
    elif metric == "l2":
        distances = torch.cdist(queries, keys)
    elif metric == "cosine":
        distances = 1 - torch.nn.functional.cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    else:
        raise ValueError("no such metric")
    nearest, indices = distances.flip(1).sort(dim=1, stable=True)
    return nearest[:, :k], len(keys) - 1 - indices[:, :k]


@misconception(
    "k_nearest",
    hint="The metric decides which distance is measured; yours is always L2.",
    passes_examples=False,
    costs=5,
)
def ignores_the_metric(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys):
        raise ValueError("k is out of range")
    if metric not in ("l1", "l2", "cosine"):
        raise ValueError("no such metric")
    nearest, indices = torch.cdist(queries, keys).sort(dim=1, stable=True)
    return nearest[:, :k], indices[:, :k]
