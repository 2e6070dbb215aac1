"""Wrong solutions that students write for problem set 7, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "one_hot",
    hint={
        "en": "Classes are numbered from 0: the first column belongs to class 0.",
        "zh": "类别从 0 开始编号：第一列属于类别 0。",
    },
    passes_examples=False,
    costs=4,
)
def counts_from_one(indices, classes):
    if (indices < 0).any() or (indices > classes).any():
        raise ValueError("an index is out of range")
    return (indices.unsqueeze(-1) == torch.arange(1, classes + 1)).long()


@misconception(
    "one_hot",
    hint={
        "en": "The width is the number of classes that exist, not the largest index that occurs.",
        "zh": "宽度是存在的类别数，而不是出现过的最大编号。",
    },
    costs=3,
)
def as_wide_as_the_largest_index(indices, classes):
    if (indices < 0).any() or (indices >= classes).any():
        raise ValueError("an index is out of range")
    return torch.eye(int(indices.max()) + 1, dtype=torch.long)[indices]


@misconception(
    "one_hot",
    hint={
        "en": "Return integers (int64), as torch does; torch.eye makes floats unless told otherwise.",
        "zh": "请返回整数（int64），与 torch 一致；除非另外指定，torch.eye 给出的是浮点数。",
    },
    costs=2,
)
def rows_of_floats(indices, classes):
    if (indices < 0).any() or (indices >= classes).any():
        raise ValueError("an index is out of range")
    return torch.eye(classes)[indices]


@misconception(
    "one_hot",
    hint={
        "en": "Indexing lets -1 count from the end. Look at both ends of the range, and raise ValueError.",
        "zh": "索引时 -1 会从末尾数起。请检查范围的两端，并抛出 ValueError。",
    },
    costs=2,
)
def lets_negative_indices_wrap(indices, classes):
    if (indices >= classes).any():
        raise ValueError("an index is out of range")
    return torch.eye(classes, dtype=torch.long)[indices]


@misconception(
    "one_hot",
    hint={
        "en": "Take indices of any shape: the classes become one more dimension at the end.",
        "zh": "编号可以是任意形状：类别成为末尾新增的一维。",
    },
    costs=3,
)
def one_dimension_only(indices, classes):
    if (indices < 0).any() or (indices >= classes).any():
        raise ValueError("an index is out of range")
    rows = torch.zeros(len(indices), classes, dtype=torch.long)
    rows[torch.arange(len(indices)), indices] = 1
    return rows


@misconception(
    "embedding",
    hint={
        "en": "Pick the rows by their index; a product with a one-hot matrix reads the whole table each time.",
        "zh": "请按编号取出各行；用独热矩阵相乘，每次都要读遍整张表。",
    },
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
    "embedding",
    hint={
        "en": "Return the padding row as it stands in the table; padding_idx only stops its gradient.",
        "zh": "请按表中原样返回填充词的那一行；padding_idx 只阻断它的梯度。",
    },
    costs=4,
)
def padding_becomes_zero(indices, weight, padding_idx=None):
    if (indices < 0).any() or (indices >= len(weight)).any():
        raise ValueError("an index is out of range")
    picked = weight[indices]
    if padding_idx is not None:
        picked = picked.masked_fill((indices == padding_idx).unsqueeze(-1), 0.0)
    return picked


@misconception(
    "embedding",
    hint={
        "en": "The row padding_idx must receive no gradient; right now padding_idx does nothing.",
        "zh": "padding_idx 的那一行不应得到梯度；现在 padding_idx 不起任何作用。",
    },
    costs=4,
)
def padding_is_ignored(indices, weight, padding_idx=None):
    if (indices < 0).any() or (indices >= len(weight)).any():
        raise ValueError("an index is out of range")
    return weight[indices]


@misconception(
    "embedding",
    hint={
        "en": "Check the range of the indices yourself: -1 would silently read the last row of the table.",
        "zh": "请自己检查编号的范围：-1 会悄悄读取表的最后一行。",
    },
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
    hint={
        "en": "Keep the lookup in the graph: rows that are copied through .data or numbers cannot be trained.",
        "zh": "请让查表留在计算图中：经由 .data 或数值复制的行无法训练。",
    },
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
    hint={
        "en": "A row that is read twice receives both gradients: accumulate. Indexed += keeps only one value of a repeated index.",
        "zh": "被读取两次的行得到两份梯度：请把它们累加。带索引的 += 在编号重复时只保留其中一个值。",
    },
    passes_examples=False,
    costs=5,
)
def keeps_one_of_the_repeats(indices, grad_out, rows, sparse=False):
    grad = torch.zeros(rows, grad_out.shape[-1], dtype=grad_out.dtype)
    grad[indices.reshape(-1)] += grad_out.reshape(-1, grad_out.shape[-1])
    return grad.to_sparse(1) if sparse else grad


@misconception(
    "embedding_grad",
    hint={
        "en": "The gradients that arrive at one row are added up; do not divide by how often the row was read.",
        "zh": "传到同一行的各份梯度要相加；不要除以这一行被读取的次数。",
    },
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
    hint={
        "en": "With sparse=True return a sparse tensor: the indices of the rows and their values, not the whole table.",
        "zh": "sparse=True 时请返回稀疏张量：行编号及对应的值，而不是整张表。",
    },
    passes_examples=False,
    costs=4,
)
def always_dense(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    return torch.zeros(rows, values.shape[1], dtype=values.dtype).index_add(0, read, values)


@misconception(
    "embedding_grad",
    hint={
        "en": "Only the first dimension is sparse: one entry is a whole row of values, not a single number.",
        "zh": "只有第一维是稀疏的：一项是完整的一行数值，而不是单个数。",
    },
    costs=2,
)
def every_number_an_entry(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    grad = torch.zeros(rows, values.shape[1], dtype=values.dtype).index_add(0, read, values)
    return grad.to_sparse() if sparse else grad


@misconception(
    "embedding_grad",
    hint={
        "en": "The gradient has the shape of the table: give it all its rows, also those after the largest index that was read.",
        "zh": "梯度的形状与表相同：请给出全部的行，包括排在读取过的最大编号之后的行。",
    },
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
    hint={
        "en": "The step holds no weight decay: rows without an entry must stay equal to the last bit.",
        "zh": "这一步不含权重衰减：没有项的行必须逐位不变。",
    },
    costs=3,
)
def decays_all_rows(weight, sparse_grad, lr):
    with torch.no_grad():
        weight.mul_(1 - lr * 1e-6)
        return weight.add_(sparse_grad, alpha=-lr)


@misconception(
    "sparse_sgd_step",
    hint={
        "en": "A row may stand in the gradient several times: coalesce it first, or accumulate. Indexed -= keeps one entry only.",
        "zh": "同一行可能在梯度中出现多次：请先合并，或者累加。带索引的 -= 只会保留其中一项。",
    },
    costs=4,
)
def keeps_one_entry_of_a_row(weight, sparse_grad, lr):
    with torch.no_grad():
        weight[sparse_grad._indices()[0]] -= lr * sparse_grad._values()
    return weight


@misconception(
    "sparse_sgd_step",
    hint={
        "en": "Change the table in place; an assignment to the name weight makes a new tensor that nobody else sees.",
        "zh": "请原地修改表；给名字 weight 赋值只会产生一个别处看不到的新张量。",
    },
    passes_examples=False,
    costs=5,
)
def binds_the_name_anew(weight, sparse_grad, lr):
    weight = weight - lr * sparse_grad
    return weight  # noqa: RET504


@misconception(
    "sparse_sgd_step",
    hint={"en": "The loss falls against the gradient: subtract it.", "zh": "损失沿梯度的反方向下降：请减去梯度。"},
    passes_examples=False,
    costs=4,
)
def climbs(weight, sparse_grad, lr):
    with torch.no_grad():
        return weight.add_(sparse_grad, alpha=lr)


@misconception(
    "sparse_sgd_step",
    hint={
        "en": "The table may be a parameter: change it where no graph is recorded, or torch refuses.",
        "zh": "表可能是一个参数：请在不记录计算图的地方修改它，否则 torch 会报错。",
    },
    costs=2,
)
def records_the_step(weight, sparse_grad, lr):
    entries = sparse_grad.coalesce()
    return weight.index_add_(0, entries.indices()[0], entries.values(), alpha=-lr)


@misconception(
    "pairwise_l1",
    hint={
        "en": "Take the absolute value of each difference before the sum, or differences of opposite sign cancel.",
        "zh": "请在求和之前先取每个差的绝对值，否则符号相反的差会互相抵消。",
    },
    passes_examples=False,
    costs=5,
)
def sum_before_abs(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).sum(-1).abs()


@misconception(
    "pairwise_l1",
    hint={
        "en": "Every row of x meets every row of y, in a table of N rows and M columns: give each argument an axis of its own.",
        "zh": "x 的每一行都要与 y 的每一行配对，得到 N 行 M 列的表：请给两个参数各加一个轴。",
    },
    passes_examples=False,
    costs=6,
)
def rows_in_step(x, y):
    return (x - y).abs().sum(-1)


@misconception(
    "pairwise_l1",
    hint={
        "en": "Add the absolute differences up: their mean depends on the number of dimensions.",
        "zh": "请把差的绝对值相加：它们的平均会随维数而变。",
    },
    passes_examples=False,
    costs=3,
)
def mean_of_the_differences(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).abs().mean(-1)


@misconception(
    "pairwise_l1",
    hint={
        "en": "Rows of the result belong to x and columns to y; yours is transposed.",
        "zh": "结果的行属于 x，列属于 y；你的结果是它的转置。",
    },
    passes_examples=False,
    costs=3,
)
def rows_belong_to_y(x, y):
    return (y.unsqueeze(1) - x.unsqueeze(0)).abs().sum(-1)


@misconception(
    "pairwise_l2",
    hint={"en": "The distance is the root of the sum of squares.", "zh": "距离是平方和的平方根。"},
    passes_examples=False,
    costs=6,
)
def squared_distance(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(-1)


@misconception(
    "pairwise_l2",
    hint={
        "en": "Rounding makes the expanded square negative under the root, and NaN comes out. Subtract the points before squaring.",
        "zh": "舍入会使展开的平方在根号里变成负数，得到 NaN。请先把两点相减，再平方。",
    },
    costs=5,
)
def negative_under_the_root(x, y):
    squared = x.square().sum(1, keepdim=True) + y.square().sum(1) - 2 * x @ y.T
    return squared.sqrt()


@misconception(
    "pairwise_l2",
    hint={
        "en": "Clamping removes NaN but not the lost digits: far from the origin subtract the points before squaring.",
        "zh": "截断能去掉 NaN，却找不回丢失的有效数字：远离原点时，请先把两点相减，再平方。",
    },
    costs=4,
)
def clamps_the_expanded_square(x, y):
    squared = (x.square().sum(1, keepdim=True) + y.square().sum(1) - 2 * x @ y.T).clamp(min=0)
    equal = squared == 0
    return squared.masked_fill(equal, 1.0).sqrt().masked_fill(equal, 0.0)


@misconception(
    "pairwise_l2",
    hint={
        "en": (
            "The derivative of the root is infinite at 0, and NaN follows for equal points. Replace the zero before the root; "
            "choosing with torch.where afterwards comes too late."
        ),
        "zh": "平方根在 0 处的导数是无穷大，两点相等时就得到 NaN。请在开方之前替换掉零；事后用 torch.where 选择就太晚了。",
    },
    costs=4,
)
def root_of_zero(x, y):
    return (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(-1).sqrt()


@misconception(
    "pairwise_l2",
    hint={
        "en": "An eps under the root gives equal points a distance: their distance is 0 exactly.",
        "zh": "在根号里加 eps 会使相等的点也有距离：它们的距离恰好是 0。",
    },
    passes_examples=False,
    costs=3,
)
def eps_under_the_root(x, y):
    return ((x.unsqueeze(1) - y.unsqueeze(0)).square().sum(-1) + 1e-12).sqrt()


@misconception(
    "cosine_similarity",
    hint={
        "en": "Divide the dot product by both norms: the length of a vector must not count.",
        "zh": "请把点积除以两个范数：向量的长度不应起作用。",
    },
    passes_examples=False,
    costs=8,
)
def dot_product_only(x, y, dim=1, eps=1e-8):
    return (x * y).sum(dim)


@misconception(
    "cosine_similarity",
    hint={
        "en": "The norms run along the same dimension as the dot product, dim.",
        "zh": "范数与点积沿同一个维度 dim 计算。",
    },
    passes_examples=False,
    costs=5,
)
def norms_along_the_wrong_dim(x, y, dim=1, eps=1e-8):
    x_norm = torch.linalg.vector_norm(x, dim=0, keepdim=True).clamp(min=eps)
    y_norm = torch.linalg.vector_norm(y, dim=0, keepdim=True).clamp(min=eps)
    return (x / x_norm * (y / y_norm)).sum(dim)


@misconception(
    "cosine_similarity",
    hint={
        "en": "Use the argument dim, which is not always the last dimension.",
        "zh": "请使用参数 dim，它并不总是最后一维。",
    },
    costs=4,
)
def always_the_last_dim(x, y, dim=1, eps=1e-8):
    x_norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp(min=eps)
    y_norm = torch.linalg.vector_norm(y, dim=-1, keepdim=True).clamp(min=eps)
    return (x / x_norm * (y / y_norm)).sum(-1)


@misconception(
    "cosine_similarity",
    hint={
        "en": "A zero vector gives 0/0: keep each norm at eps at least.",
        "zh": "零向量会得到 0/0：请使每个范数都不小于 eps。",
    },
    passes_examples=False,
    costs=2,
)
def zero_over_zero(x, y, dim=1, eps=1e-8):
    return (x * y).sum(dim) / (torch.linalg.vector_norm(x, dim=dim) * torch.linalg.vector_norm(y, dim=dim))


@misconception(
    "cosine_similarity",
    hint={
        "en": "Clamp each norm by itself: the product of two small norms falls below eps long before either of them does.",
        "zh": "请分别截断每个范数：两个小范数的乘积，远在它们各自低于 eps 之前就会低于 eps。",
    },
    costs=3,
)
def clamps_the_product(x, y, dim=1, eps=1e-8):
    norms = torch.linalg.vector_norm(x, dim=dim) * torch.linalg.vector_norm(y, dim=dim)
    return (x * y).sum(dim) / norms.clamp(min=eps)


@misconception(
    "cosine_distance",
    hint={
        "en": "This is the similarity, largest for vectors that are alike; a distance is smallest for them.",
        "zh": "这是相似度，向量越像它越大；距离则是越像越小。",
    },
    passes_examples=False,
    costs="all",
)
def returns_the_similarity(x, y, dim=1, eps=1e-8):
    return torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps)


@misconception(
    "cosine_distance",
    hint={
        "en": "Opposite directions are farthest apart, at 2: keep the sign of the cosine.",
        "zh": "方向相反时距离最远，是 2：请保留余弦的符号。",
    },
    passes_examples=False,
    costs=3,
)
def forgets_the_sign(x, y, dim=1, eps=1e-8):
    return 1 - torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps).abs()


@misconception(
    "cosine_distance",
    hint={
        "en": "The distance is 1 less the cosine, from 0 to 2; do not scale it to the range from 0 to 1.",
        "zh": "距离是 1 减去余弦，从 0 到 2；不要把它缩放到 0 到 1 的范围。",
    },
    passes_examples=False,
    costs=3,
)
def scaled_to_one(x, y, dim=1, eps=1e-8):
    return (1 - torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps)) / 2


@misconception(
    "cosine_distance",
    hint={
        "en": "What is asked for is 1 less the cosine, and not the angle itself.",
        "zh": "这里要的是 1 减去余弦，而不是夹角本身。",
    },
    passes_examples=False,
    costs=4,
)
def angle_in_place_of_cosine(x, y, dim=1, eps=1e-8):
    return torch.nn.functional.cosine_similarity(x, y, dim=dim, eps=eps).clamp(-1, 1).acos()


@misconception(
    "cosine_distance",
    hint={
        "en": "Hand dim on: the vectors do not always lie along dimension 1.",
        "zh": "请把 dim 传下去：向量并不总在第 1 维。",
    },
    costs=2,
)
def dim_is_not_handed_on(x, y, dim=1, eps=1e-8):
    return 1 - torch.nn.functional.cosine_similarity(x, y, eps=eps)


@misconception(
    "k_nearest",
    hint={
        "en": "Near is where the distance is small; torch.topk takes the largest values unless told otherwise.",
        "zh": "近就是距离小；除非另外指定，torch.topk 取的是最大的值。",
    },
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
    hint={
        "en": "The smallest similarity belongs to the most unlike vector: for cosine sort by the distance, 1 less the similarity.",
        "zh": "相似度最小的是最不相像的向量：用 cosine 时请按距离排序，即 1 减去相似度。",
    },
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
    "k_nearest",
    hint={
        "en": "Equal distances go by index, and topk promises no order among them; a stable sort does.",
        "zh": "距离相等时按编号排列，而 topk 不保证它们之间的次序；稳定排序可以保证。",
    },
    costs=2,
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
    hint={
        "en": "Of two keys at the same distance the one with the smaller index comes first.",
        "zh": "两个键距离相同时，编号较小的在前。",
    },
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
    hint={
        "en": "The metric decides which distance is measured; yours is always L2.",
        "zh": "度量决定测量哪种距离；你用的始终是 L2。",
    },
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


@misconception(
    "k_nearest",
    hint={
        "en": "The order is right, but these are the squares of the L2 distances: take their roots.",
        "zh": "顺序正确，但这些是 L2 距离的平方：请取平方根。",
    },
    passes_examples=False,
    costs=3,
)
def squares_for_distances(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys) or metric not in ("l1", "l2", "cosine"):
        raise ValueError("does not fit")
    difference = queries.unsqueeze(1) - keys.unsqueeze(0)
    distances = difference.abs().sum(-1) if metric == "l1" else difference.square().sum(-1)
    if metric == "cosine":
        distances = 1 - torch.nn.functional.cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    nearest, indices = distances.sort(dim=1, stable=True)
    return nearest[:, :k], indices[:, :k]


@misconception(
    "k_nearest",
    hint={
        "en": "The distances belong to the indices: sort them too, and do not take those of the first k keys.",
        "zh": "距离要与索引对应：距离也要排序，而不是取前 k 个键的距离。",
    },
    passes_examples=False,
    costs=4,
)
def distances_of_the_first_keys(queries, keys, k, metric="l2"):
    if not 1 <= k <= len(keys) or metric not in ("l1", "l2", "cosine"):
        raise ValueError("does not fit")
    difference = queries.unsqueeze(1) - keys.unsqueeze(0)
    distances = difference.abs().sum(-1) if metric == "l1" else difference.norm(dim=-1)
    if metric == "cosine":
        distances = 1 - torch.nn.functional.cosine_similarity(queries.unsqueeze(1), keys.unsqueeze(0), dim=-1)
    return distances[:, :k], distances.argsort(dim=1, stable=True)[:, :k]
