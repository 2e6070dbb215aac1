"""Wrong solutions that students write for problem set 8, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "mse_loss",
    hint="The mean is over every value: for shape (N, D) divide by N times D, not by the batch size.",
    costs=4,
)
def squares_mean_over_the_batch_only(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("the shapes differ")
    loss = (pred - target) ** 2
    if reduction == "mean":
        return loss.sum() / (len(loss) if loss.dim() else 1)
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "mse_loss", hint="The mean squared error has no root: that would be the RMSE.", passes_examples=False, costs=4
)
def root_of_the_mean(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("the shapes differ")
    loss = (pred - target) ** 2
    if reduction == "mean":
        return loss.mean().sqrt()
    if reduction == "sum":
        return loss.sum().sqrt()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "mse_loss",
    hint="Compare the two shapes before you subtract: (N, 1) and (N,) broadcast to (N, N) without a word.",
    costs=2,
)
def squares_of_broadcast_shapes(pred, target, reduction="mean"):
    loss = (pred - target) ** 2
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "mse_loss",
    hint="There is no factor of one half here: the derivative of the squared error keeps its 2.",
    passes_examples=False,
    costs=3,
)
def half_the_square(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("the shapes differ")
    loss = (pred - target) ** 2 / 2
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "l1_loss",
    hint="The mean is over every value: for shape (N, D) divide by N times D, not by the batch size.",
    costs=4,
)
def sizes_mean_over_the_batch_only(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("the shapes differ")
    loss = (pred - target).abs()
    if reduction == "mean":
        return loss.sum() / (len(loss) if loss.dim() else 1)
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "l1_loss",
    hint="Compare the two shapes before you subtract: (N, 1) and (N,) broadcast to (N, N) without a word.",
    costs=2,
)
def sizes_of_broadcast_shapes(pred, target, reduction="mean"):
    loss = (pred - target).abs()
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "l1_loss",
    hint="Take the absolute value of each difference before you sum: errors of opposite sign must not cancel.",
    passes_examples=False,
    costs=5,
)
def errors_cancel(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("the shapes differ")
    difference = pred - target
    if reduction == "mean":
        return difference.mean().abs()
    if reduction == "sum":
        return difference.sum().abs()
    if reduction == "none":
        return difference.abs()
    raise ValueError("unknown reduction")


@misconception(
    "l1_loss",
    hint="Where prediction and target are equal the gradient is to be 0, as that of torch's absolute value is.",
    costs=1,
)
def takes_a_side_at_the_corner(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("the shapes differ")
    loss = torch.where(pred >= target, pred - target, target - pred)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "log_softmax",
    hint="Do not form the probability first: a small one is rounded to zero. Subtract the logarithm of the sum.",
    costs=4,
)
def log_of_softmax(x, dim):
    exps = (x - x.amax(dim=dim, keepdim=True)).exp()
    return (exps / exps.sum(dim=dim, keepdim=True)).log()


@misconception("log_softmax", hint="Subtract the largest logit before the exponential, or it overflows.", costs=4)
def no_shift(x, dim):
    return x - x.exp().sum(dim=dim, keepdim=True).log()


@misconception(
    "log_softmax",
    hint="Subtract the maximum of each slice along dim: with one maximum for all, slices far below it underflow.",
    costs=2,
)
def maximum_of_everything(x, dim):
    shifted = x - x.max()
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


@misconception("log_softmax", hint="Sum along the dimension that is asked for, not always along the last.", costs=4)
def always_along_the_last(x, dim):
    shifted = x - x.amax(dim=-1, keepdim=True)
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


@misconception(
    "cross_entropy",
    hint="The loss takes logits: do not put a softmax before it, it holds one already.",
    passes_examples=False,
    costs=6,
)
def softmax_twice(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    classes = logits.shape[1]
    if weight is None:
        weight = torch.ones(classes, dtype=logits.dtype)
    logits = logits - logits.amax(1, keepdim=True)
    logits = logits.exp() / logits.exp().sum(1, keepdim=True)
    log_probs = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    log_probs = log_probs.movedim(1, -1).reshape(-1, classes)
    target = target.reshape(-1)
    kept = target != ignore_index
    log_probs, target = log_probs[kept], target[kept]
    nll = -log_probs[torch.arange(len(target)), target] * weight[target]
    smooth = -(log_probs * weight).sum(1) / classes
    total = ((1 - label_smoothing) * nll + label_smoothing * smooth).sum()
    return total / weight[target].sum()


@misconception(
    "cross_entropy",
    hint="Divide by the number of samples: the mean is asked for, not the sum.",
    passes_examples=False,
    costs=4,
)
def sum_in_place_of_mean(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    classes = logits.shape[1]
    if weight is None:
        weight = torch.ones(classes, dtype=logits.dtype)
    log_probs = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    log_probs = log_probs.movedim(1, -1).reshape(-1, classes)
    target = target.reshape(-1)
    kept = target != ignore_index
    log_probs, target = log_probs[kept], target[kept]
    nll = -log_probs[torch.arange(len(target)), target] * weight[target]
    smooth = -(log_probs * weight).sum(1) / classes
    return ((1 - label_smoothing) * nll + label_smoothing * smooth).sum()


@misconception(
    "cross_entropy", hint="Ignored samples do not count in the mean: divide by the number of the others.", costs=3
)
def ignored_samples_counted(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    classes = logits.shape[1]
    if weight is None:
        weight = torch.ones(classes, dtype=logits.dtype)
    log_probs = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    log_probs = log_probs.movedim(1, -1).reshape(-1, classes)
    target = target.reshape(-1)
    kept = target != ignore_index
    log_probs, target = log_probs[kept], target[kept]
    nll = -log_probs[torch.arange(len(target)), target] * weight[target]
    smooth = -(log_probs * weight).sum(1) / classes
    total = ((1 - label_smoothing) * nll + label_smoothing * smooth).sum()
    return total / (weight[target].sum() + (~kept).sum())


@misconception(
    "cross_entropy", hint="With class weights the mean is weighted: divide by the sum of the samples' weights.", costs=3
)
def weighted_sum_over_count(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    classes = logits.shape[1]
    if weight is None:
        weight = torch.ones(classes, dtype=logits.dtype)
    log_probs = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    log_probs = log_probs.movedim(1, -1).reshape(-1, classes)
    target = target.reshape(-1)
    kept = target != ignore_index
    log_probs, target = log_probs[kept], target[kept]
    nll = -log_probs[torch.arange(len(target)), target] * weight[target]
    smooth = -(log_probs * weight).sum(1) / classes
    total = ((1 - label_smoothing) * nll + label_smoothing * smooth).sum()
    return total / len(target)


@misconception("cross_entropy", hint="Subtract the largest logit before the exponential, or it overflows.", costs=3)
def overflows(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    classes = logits.shape[1]
    if weight is None:
        weight = torch.ones(classes, dtype=logits.dtype)
    log_probs = (logits.exp() / logits.exp().sum(1, keepdim=True)).log()
    log_probs = log_probs.movedim(1, -1).reshape(-1, classes)
    target = target.reshape(-1)
    kept = target != ignore_index
    log_probs, target = log_probs[kept], target[kept]
    nll = -log_probs[torch.arange(len(target)), target] * weight[target]
    total = nll.sum()
    if label_smoothing:
        total = (1 - label_smoothing) * total - label_smoothing * (log_probs * weight).sum() / classes
    return total / weight[target].sum()


@misconception("cross_entropy", hint="Spread the smoothing over all C classes, the target's own included.", costs=3)
def smooths_the_others_only(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    classes = logits.shape[1]
    if weight is None:
        weight = torch.ones(classes, dtype=logits.dtype)
    log_probs = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    log_probs = log_probs.movedim(1, -1).reshape(-1, classes)
    target = target.reshape(-1)
    kept = target != ignore_index
    log_probs, target = log_probs[kept], target[kept]
    soft = torch.full_like(log_probs, label_smoothing / (classes - 1))
    soft[torch.arange(len(target)), target] = 1 - label_smoothing
    total = -(soft * log_probs * weight).sum()
    return total / weight[target].sum()


@misconception(
    "cross_entropy_probs",
    hint="A probability that rounds to 0 has the logarithm -inf, and 0 times -inf is NaN: work with log-probabilities.",
    costs=4,
)
def log_of_zero(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("the shapes differ")
    exps = (logits - logits.amax(dim=1, keepdim=True)).exp()
    probs = exps / exps.sum(dim=1, keepdim=True)
    return -(soft_target * probs.log()).sum(dim=1).mean()


@misconception(
    "cross_entropy_probs",
    hint="Leave the small constant in the logarithm out: it caps the loss. Log-probabilities need none.",
    costs=3,
)
def constant_in_the_logarithm(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("the shapes differ")
    exps = (logits - logits.amax(dim=1, keepdim=True)).exp()
    probs = exps / exps.sum(dim=1, keepdim=True)
    return -(soft_target * (probs + 1e-8).log()).sum(dim=1).mean()


@misconception(
    "cross_entropy_probs",
    hint="Sum over the classes, then average over the samples: divide by N, not by N times C.",
    passes_examples=False,
    costs=4,
)
def mean_over_classes_too(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("the shapes differ")
    log_probs = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -(soft_target * log_probs).mean()


@misconception(
    "cross_entropy_probs",
    hint="Every class counts with its share of the target: do not replace the distribution by its most likely class.",
    passes_examples=False,
    costs=7,
)
def hardens_the_target(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("the shapes differ")
    log_probs = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log_probs[torch.arange(len(logits)), soft_target.argmax(dim=1)].mean()


@misconception(
    "bce_with_logits",
    hint="The sigmoid of a large logit rounds to 1 or 0, and its logarithm is lost: write the logarithms from the logit.",
    costs=4,
)
def log_of_sigmoid(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("the shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    probs = torch.sigmoid(logits)
    return -(weight * target * probs.log() + (1 - target) * (1 - probs).log()).mean()


@misconception(
    "bce_with_logits",
    hint="Clamping the probability caps the loss and stops the gradient: write the logarithms from the logit.",
    costs=3,
)
def clamps_the_probability(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("the shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    probs = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return -(weight * target * probs.log() + (1 - target) * (1 - probs).log()).mean()


@misconception(
    "bce_with_logits",
    hint="pos_weight belongs to the positive term only: the negative one keeps the weight 1.",
    passes_examples=False,
    costs=4,
)
def weights_both_terms(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("the shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    softplus = torch.logaddexp(torch.zeros_like(logits), -logits)
    return (weight * ((1 - target) * logits + softplus)).mean()


@misconception(
    "bce_with_logits",
    hint="The mean is over all elements: do not divide by the sum of the weights.",
    passes_examples=False,
    costs=3,
)
def divides_by_the_weights(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("the shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    softplus = torch.logaddexp(torch.zeros_like(logits), -logits)
    loss = weight * target * softplus + (1 - target) * (logits + softplus)
    return loss.sum() / (weight * target + (1 - target)).sum()


@misconception(
    "bce_with_logits",
    hint="Look at your gradient at the logit 0: maximum and absolute value have corners there, the loss has none.",
    costs=2,
)
def corner_at_zero(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("the shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    softplus = (-logits).clamp(min=0) + torch.log1p(torch.exp(-logits.abs()))
    return (weight * target * softplus + (1 - target) * (logits + softplus)).mean()


@misconception(
    "kl_divergence",
    hint="The order matters: the first argument, p, weighs the logarithms. torch's kl_div takes them the other way round.",
    passes_examples=False,
    costs=5,
)
def arguments_swapped(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    counts = q > 0
    logs = torch.where(counts, q, 1).log() - torch.where(counts, p, 1).log()
    return (q * logs).sum(dim=1).mean()


@misconception(
    "kl_divergence",
    hint="Sum over the classes, then average over the rows: divide by N, not by N times C.",
    passes_examples=False,
    costs=4,
)
def mean_over_the_elements(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    counts = p > 0
    logs = torch.where(counts, p, 1).log() - torch.where(counts, q, 1).log()
    return (p * logs).mean()


@misconception(
    "kl_divergence", hint="A class with p = 0 adds nothing: keep it out before you take the logarithm.", costs=4
)
def zero_times_log_of_zero(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    return (p * (p.log() - q.log())).sum(dim=1).mean()


@misconception(
    "kl_divergence",
    hint="Leave out the small constant: it makes an infinite divergence finite. Exclude the classes with p = 0 instead.",
    costs=3,
)
def small_constant_in_both_logarithms(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    return (p * ((p + 1e-8).log() - (q + 1e-8).log())).sum(dim=1).mean()


@misconception(
    "kl_divergence",
    hint="The value is right and the gradient is NaN: choose before the logarithm, not after the product.",
    costs=3,
)
def repairs_the_value_only(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    terms = p * (p.log() - q.log())
    return torch.where(p > 0, terms, 0.0).sum(dim=1).mean()


@misconception(
    "triplet_margin_loss",
    hint="The margin is added to a difference of distances: take the root of the sum of squares.",
    passes_examples=False,
    costs=4,
)
def squared_distances(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape:
        raise ValueError("the shapes differ")
    loss = torch.relu(((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + margin)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "triplet_margin_loss",
    hint="Look at the signs: the loss grows with the distance to the positive and falls with that to the negative.",
    passes_examples=False,
    costs=5,
)
def pushes_the_positive_away(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape:
        raise ValueError("the shapes differ")
    loss = torch.relu(torch.linalg.vector_norm(a - n, dim=1) - torch.linalg.vector_norm(a - p, dim=1) + margin)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "triplet_margin_loss",
    hint="A triplet that keeps the margin costs nothing: the loss must not become negative.",
    passes_examples=False,
    costs=4,
)
def never_clamped(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape:
        raise ValueError("the shapes differ")
    loss = torch.linalg.vector_norm(a - p, dim=1) - torch.linalg.vector_norm(a - n, dim=1) + margin
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "triplet_margin_loss",
    hint="Clamp each triplet before you reduce: an easy one must not pay for a hard one.",
    passes_examples=False,
    costs=3,
)
def clamped_after_the_mean(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape:
        raise ValueError("the shapes differ")
    loss = torch.linalg.vector_norm(a - p, dim=1) - torch.linalg.vector_norm(a - n, dim=1) + margin
    if reduction == "mean":
        return torch.relu(loss.mean())
    if reduction == "sum":
        return torch.relu(loss.sum())
    if reduction == "none":
        return torch.relu(loss)
    raise ValueError("unknown reduction")


@misconception(
    "triplet_margin_loss",
    hint="Where anchor and positive coincide your gradient is NaN: the root has an infinite slope at 0.",
    costs=2,
)
def root_of_zero(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape:
        raise ValueError("the shapes differ")
    loss = torch.relu(((a - p) ** 2).sum(1).sqrt() - ((a - n) ** 2).sum(1).sqrt() + margin)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("unknown reduction")


@misconception(
    "info_nce",
    hint="Similarity is the cosine: bring every row to length one before the product.",
    passes_examples=False,
    costs=5,
)
def not_normalized(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("does not fit")
    logits = z1 @ z2.T / temperature
    rows, columns = torch.log_softmax(logits, 1), torch.log_softmax(logits, 0)
    return -(rows.diagonal() + columns.diagonal()).mean() / 2


@misconception(
    "info_nce",
    hint="The positive is one of the N classes: it stands in the denominator once, not once more beside the others.",
    passes_examples=False,
    costs=4,
)
def positive_counted_twice(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("does not fit")
    u, v = z1 / z1.norm(dim=1, keepdim=True), z2 / z2.norm(dim=1, keepdim=True)
    logits = u @ v.T / temperature
    positive = logits.diagonal()[:, None]
    rows = torch.log_softmax(torch.cat([positive, logits], 1), 1)[:, 0]
    columns = torch.log_softmax(torch.cat([positive, logits.T], 1), 1)[:, 0]
    return -(rows + columns).mean() / 2


@misconception(
    "info_nce", hint="Divide the similarities by the temperature: a small one makes the softmax sharper.", costs=4
)
def multiplies_by_the_temperature(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("does not fit")
    u, v = z1 / z1.norm(dim=1, keepdim=True), z2 / z2.norm(dim=1, keepdim=True)
    logits = u @ v.T * temperature
    rows, columns = torch.log_softmax(logits, 1), torch.log_softmax(logits, 0)
    return -(rows.diagonal() + columns.diagonal()).mean() / 2


@misconception(
    "info_nce",
    hint="Read the similarities in both directions, by rows and by columns, and take the mean of the two.",
    costs=4,
)
def by_rows_only(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("does not fit")
    u, v = z1 / z1.norm(dim=1, keepdim=True), z2 / z2.norm(dim=1, keepdim=True)
    return -torch.log_softmax(u @ v.T / temperature, 1).diagonal().mean()


@misconception(
    "info_nce",
    hint="At a temperature of 0.01 the exponentials overflow: use a log-softmax that subtracts the maximum.",
    costs=3,
)
def overflows_at_low_temperature(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("does not fit")
    u, v = z1 / z1.norm(dim=1, keepdim=True), z2 / z2.norm(dim=1, keepdim=True)
    exps = (u @ v.T / temperature).exp()
    positive = exps.diagonal()
    return -((positive / exps.sum(1)).log() + (positive / exps.sum(0)).log()).mean() / 2


@misconception(
    "nt_xent",
    hint="A row is not its own negative: take it out of its own denominator.",
    passes_examples=False,
    costs=5,
)
def self_included(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError("does not fit")
    u = z / z.norm(dim=1, keepdim=True)
    partner = (torch.arange(len(z)) + len(z) // 2) % len(z)
    return -torch.log_softmax(u @ u.T / temperature, 1)[torch.arange(len(z)), partner].mean()


@misconception(
    "nt_xent",
    hint="A logit of 0 still adds 1 to the denominator: what shall not count needs the logit -inf.",
    passes_examples=False,
    costs=3,
)
def self_set_to_zero(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError("does not fit")
    u = z / z.norm(dim=1, keepdim=True)
    logits = (u @ u.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), 0.0)
    partner = (torch.arange(len(z)) + len(z) // 2) % len(z)
    return -torch.log_softmax(logits, 1)[torch.arange(len(z)), partner].mean()


@misconception(
    "nt_xent",
    hint="The partner of row i is N rows away, not its neighbour: look at how the two views are put together.",
    passes_examples=False,
    costs=5,
)
def neighbours_taken_for_partners(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError("does not fit")
    u = z / z.norm(dim=1, keepdim=True)
    logits = (u @ u.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    partner = torch.arange(len(z)) ^ 1
    return -torch.log_softmax(logits, 1)[torch.arange(len(z)), partner].mean()


@misconception(
    "nt_xent",
    hint="Every row is an anchor: average over all 2N rows, the second views too.",
    costs=4,
)
def first_views_only(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError("does not fit")
    u = z / z.norm(dim=1, keepdim=True)
    logits = (u @ u.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    n = len(z) // 2
    return -torch.log_softmax(logits, 1)[torch.arange(n), torch.arange(n) + n].mean()


@misconception(
    "nt_xent",
    hint="The positive is one of the classes: leave it in the denominator, beside the negatives.",
    passes_examples=False,
    costs=4,
)
def positive_left_out_of_the_denominator(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError("does not fit")
    u = z / z.norm(dim=1, keepdim=True)
    logits = u @ u.T / temperature
    partner = (torch.arange(len(z)) + len(z) // 2) % len(z)
    positive = logits[torch.arange(len(z)), partner]
    out = torch.eye(len(z), dtype=torch.bool)
    out = out | out[partner]
    return (torch.logsumexp(logits.masked_fill(out, -torch.inf), 1) - positive).mean()


@misconception(
    "cross_entropy",
    hint="What is ignored counts nowhere: leave it out of what the sum is divided by as well.",
    costs=3,
)
def ignored_targets_in_the_divisor(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    rows = logits.movedim(1, -1).reshape(-1, logits.shape[1])
    target = target.reshape(-1)
    shifted = rows - rows.amax(dim=1, keepdim=True).detach()
    log_probs = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    ignored = target == ignore_index
    classes = target.masked_fill(ignored, 0)
    if weight is None:
        weight = torch.ones(rows.shape[1], dtype=rows.dtype)
    of_target = weight[classes]
    loss = -of_target * log_probs.gather(1, classes[:, None]).squeeze(1)
    if label_smoothing:
        smooth = -(log_probs * weight).sum(dim=1) / rows.shape[1]
        loss = (1 - label_smoothing) * loss + label_smoothing * smooth
    return loss.masked_fill(ignored, 0.0).sum() / of_target.sum()
