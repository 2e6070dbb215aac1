"""Other right solutions, which call earlier exercises."""

import torch

from autograder.authoring import way


@way("embedding_grad")
def embedding_grad_by_one_hot(indices, grad_out, rows, sparse=False):
    read, values = indices.reshape(-1), grad_out.reshape(-1, grad_out.shape[-1])
    if sparse:
        return torch.sparse_coo_tensor(read.unsqueeze(0), values, (rows, values.shape[1]))
    return one_hot(read, rows).to(values.dtype).T @ values


@way("k_nearest")
def k_nearest_by_cosine_distance(queries, keys, k, metric="l2"):
    distance = {
        "l1": pairwise_l1,
        "l2": pairwise_l2,
        "cosine": lambda x, y: cosine_distance(x.unsqueeze(1), y.unsqueeze(0), dim=-1),
    }
    if not 1 <= k <= len(keys) or metric not in distance:
        raise ValueError("k or the metric is out of its range")
    nearest, indices = distance[metric](queries, keys).sort(dim=1, stable=True)
    return nearest[:, :k], indices[:, :k]
