"""Wrong solutions that students write for problem set 8, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "mse_loss",
    hint={
        "en": "The mean is over every value: for shape (N, D) divide by N times D, not by the batch size.",
        "zh": "平均是对每一个数取的：形状为 (N, D) 时除以 N 乘以 D，而不是除以批大小。",
    },
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
    "mse_loss",
    hint={
        "en": "The mean squared error has no root: that would be the RMSE.",
        "zh": "均方误差没有开方：开方之后就是 RMSE 了。",
    },
    passes_examples=False,
    costs=4,
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
    hint={
        "en": "Compare the two shapes before you subtract: (N, 1) and (N,) broadcast to (N, N) without a word.",
        "zh": "相减之前请先比较两个形状：(N, 1) 和 (N,) 会广播成 (N, N)，没有任何提示。",
    },
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
    hint={
        "en": "There is no factor of one half here: the derivative of the squared error keeps its 2.",
        "zh": "这里没有二分之一这个系数：平方误差的导数保留它的 2。",
    },
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
    hint={
        "en": "The mean is over every value: for shape (N, D) divide by N times D, not by the batch size.",
        "zh": "平均是对每一个数取的：形状为 (N, D) 时除以 N 乘以 D，而不是除以批大小。",
    },
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
    hint={
        "en": "Compare the two shapes before you subtract: (N, 1) and (N,) broadcast to (N, N) without a word.",
        "zh": "相减之前请先比较两个形状：(N, 1) 和 (N,) 会广播成 (N, N)，没有任何提示。",
    },
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
    hint={
        "en": "Take the absolute value of each difference before you sum: errors of opposite sign must not cancel.",
        "zh": "求和之前请先取每个差的绝对值：符号相反的误差不能互相抵消。",
    },
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
    hint={
        "en": "Where prediction and target are equal the gradient is to be 0, as that of torch's absolute value is.",
        "zh": "预测与目标相等处的梯度应当是 0，与 torch 的绝对值一致。",
    },
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
    hint={
        "en": "Do not form the probability first: a small one is rounded to zero. Subtract the logarithm of the sum.",
        "zh": "不要先算出概率：很小的概率会被舍入为零。请减去总和的对数。",
    },
    costs=4,
)
def log_of_softmax(x, dim):
    exps = (x - x.amax(dim=dim, keepdim=True)).exp()
    return (exps / exps.sum(dim=dim, keepdim=True)).log()


@misconception(
    "log_softmax",
    hint={
        "en": "Subtract the largest logit before the exponential, or it overflows.",
        "zh": "取指数之前请减去最大的 logit，否则会溢出。",
    },
    costs=4,
)
def no_shift(x, dim):
    return x - x.exp().sum(dim=dim, keepdim=True).log()


@misconception(
    "log_softmax",
    hint={
        "en": "Subtract the maximum of each slice along dim: with one maximum for all, slices far below it underflow.",
        "zh": "请减去沿 dim 的每个切片的最大值：全都用同一个最大值，远低于它的切片会下溢。",
    },
    costs=2,
)
def maximum_of_everything(x, dim):
    shifted = x - x.max()
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


@misconception(
    "log_softmax",
    hint={
        "en": "Sum along the dimension that is asked for, not always along the last.",
        "zh": "请沿指定的那一维求和，而不是总沿最后一维。",
    },
    costs=4,
)
def always_along_the_last(x, dim):
    shifted = x - x.amax(dim=-1, keepdim=True)
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


@misconception(
    "cross_entropy",
    hint={
        "en": "The loss takes logits: do not put a softmax before it, it holds one already.",
        "zh": "这个损失接收的是 logits：不要在它前面再加 softmax，它里面已经有一个了。",
    },
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
    hint={
        "en": "Divide by the number of samples: the mean is asked for, not the sum.",
        "zh": "请除以样本数：这里要的是平均，而不是总和。",
    },
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
    "cross_entropy",
    hint={
        "en": "Ignored samples do not count in the mean: divide by the number of the others.",
        "zh": "被忽略的样本不计入平均：请除以其余样本的个数。",
    },
    costs=3,
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
    "cross_entropy",
    hint={
        "en": "With class weights the mean is weighted: divide by the sum of the samples' weights.",
        "zh": "有类别权重时，平均是加权平均：请除以各样本的权重之和。",
    },
    costs=3,
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


@misconception(
    "cross_entropy",
    hint={
        "en": "Subtract the largest logit before the exponential, or it overflows.",
        "zh": "取指数之前请减去最大的 logit，否则会溢出。",
    },
    costs=3,
)
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


@misconception(
    "cross_entropy",
    hint={
        "en": "Spread the smoothing over all C classes, the target's own included.",
        "zh": "标签平滑要分给全部 C 个类别，目标类别自己也在内。",
    },
    costs=3,
)
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
    hint={
        "en": "A probability that rounds to 0 has the logarithm -inf, and 0 times -inf is NaN: work with log-probabilities.",
        "zh": "被舍入为 0 的概率，对数是 -inf，而 0 乘以 -inf 是 NaN：请使用对数概率。",
    },
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
    hint={
        "en": "Leave the small constant in the logarithm out: it caps the loss. Log-probabilities need none.",
        "zh": "请去掉对数里的小常数：它给损失设了上限。用对数概率就不需要它。",
    },
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
    hint={
        "en": "Sum over the classes, then average over the samples: divide by N, not by N times C.",
        "zh": "请对类别求和，再对样本取平均：除以 N，而不是除以 N 乘以 C。",
    },
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
    hint={
        "en": "Every class counts with its share of the target: do not replace the distribution by its most likely class.",
        "zh": "每个类别按它在目标中所占的份额计入：不要把分布换成其中最可能的类别。",
    },
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
    hint={
        "en": "The sigmoid of a large logit rounds to 1 or 0, and its logarithm is lost: write the logarithms from the logit.",
        "zh": "logit 很大时 sigmoid 会被舍入为 1 或 0，对数就丢失了：请直接从 logit 写出对数。",
    },
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
    hint={
        "en": "Clamping the probability caps the loss and stops the gradient: write the logarithms from the logit.",
        "zh": "截断概率会给损失设上限，并阻断梯度：请直接从 logit 写出对数。",
    },
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
    hint={
        "en": "pos_weight belongs to the positive term only: the negative one keeps the weight 1.",
        "zh": "pos_weight 只乘在正类那一项上：负类那一项的权重仍是 1。",
    },
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
    hint={
        "en": "The mean is over all elements: do not divide by the sum of the weights.",
        "zh": "平均是对所有元素取的：不要除以权重之和。",
    },
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
    hint={
        "en": "Look at your gradient at the logit 0: maximum and absolute value have corners there, the loss has none.",
        "zh": "请看看你在 logit 为 0 处的梯度：最大值和绝对值在那里有尖角，损失却没有。",
    },
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
    hint={
        "en": "The order matters: the first argument, p, weighs the logarithms. torch's kl_div takes them the other way round.",
        "zh": "次序很重要：第一个参数 p 给各个对数加权。torch 的 kl_div 参数次序正好相反。",
    },
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
    hint={
        "en": "Sum over the classes, then average over the rows: divide by N, not by N times C.",
        "zh": "请对类别求和，再对各行取平均：除以 N，而不是除以 N 乘以 C。",
    },
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
    "kl_divergence",
    hint={
        "en": "A class with p = 0 adds nothing: keep it out before you take the logarithm.",
        "zh": "p = 0 的类别没有贡献：请在取对数之前就排除它。",
    },
    costs=4,
)
def zero_times_log_of_zero(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    return (p * (p.log() - q.log())).sum(dim=1).mean()


@misconception(
    "kl_divergence",
    hint={
        "en": "Leave out the small constant: it makes an infinite divergence finite. Exclude the classes with p = 0 instead.",
        "zh": "请去掉小常数：它会使无穷大的散度变成有限的数。请改为排除 p = 0 的类别。",
    },
    costs=3,
)
def small_constant_in_both_logarithms(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    return (p * ((p + 1e-8).log() - (q + 1e-8).log())).sum(dim=1).mean()


@misconception(
    "kl_divergence",
    hint={
        "en": "The value is right and the gradient is NaN: choose before the logarithm, not after the product.",
        "zh": "数值正确，梯度却是 NaN：请在取对数之前选择，而不是在相乘之后。",
    },
    costs=3,
)
def repairs_the_value_only(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    terms = p * (p.log() - q.log())
    return torch.where(p > 0, terms, 0.0).sum(dim=1).mean()


@misconception(
    "triplet_margin_loss",
    hint={
        "en": "The margin is added to a difference of distances: take the root of the sum of squares.",
        "zh": "间隔是加在距离之差上的：请取平方和的平方根。",
    },
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
    hint={
        "en": "Look at the signs: the loss grows with the distance to the positive and falls with that to the negative.",
        "zh": "请检查符号：损失随到正样本的距离增大，随到负样本的距离减小。",
    },
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
    hint={
        "en": "A triplet that keeps the margin costs nothing: the loss must not become negative.",
        "zh": "满足间隔的三元组没有损失：损失不能变成负数。",
    },
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
    hint={
        "en": "Clamp each triplet before you reduce: an easy one must not pay for a hard one.",
        "zh": "请在归约之前分别截断每个三元组：容易的三元组不能替困难的抵账。",
    },
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
    hint={
        "en": "Where anchor and positive coincide your gradient is NaN: the root has an infinite slope at 0.",
        "zh": "锚点与正样本重合时你的梯度是 NaN：平方根在 0 处的斜率是无穷大。",
    },
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
    hint={
        "en": "Similarity is the cosine: bring every row to length one before the product.",
        "zh": "相似度是余弦：相乘之前请把每一行的长度变成一。",
    },
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
    hint={
        "en": "The positive is one of the N classes: it stands in the denominator once, not once more beside the others.",
        "zh": "正样本是 N 个类别之一：它在分母中只出现一次，不能在其他类别之外再加一次。",
    },
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
    "info_nce",
    hint={
        "en": "Divide the similarities by the temperature: a small one makes the softmax sharper.",
        "zh": "请把相似度除以温度：温度越小，softmax 越尖锐。",
    },
    costs=4,
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
    hint={
        "en": "Read the similarities in both directions, by rows and by columns, and take the mean of the two.",
        "zh": "相似度要从两个方向来读，即按行和按列，再取两者的平均。",
    },
    costs=4,
)
def by_rows_only(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("does not fit")
    u, v = z1 / z1.norm(dim=1, keepdim=True), z2 / z2.norm(dim=1, keepdim=True)
    return -torch.log_softmax(u @ v.T / temperature, 1).diagonal().mean()


@misconception(
    "info_nce",
    hint={
        "en": "At a temperature of 0.01 the exponentials overflow: use a log-softmax that subtracts the maximum.",
        "zh": "温度为 0.01 时指数会溢出：请使用减去最大值的 log-softmax。",
    },
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
    hint={
        "en": "A row is not its own negative: take it out of its own denominator.",
        "zh": "一行不是它自己的负样本：请把它从自己的分母中去掉。",
    },
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
    hint={
        "en": "A logit of 0 still adds 1 to the denominator: what shall not count needs the logit -inf.",
        "zh": "取值为 0 的 logit 仍给分母加上 1：不该计入的，logit 要取 -inf。",
    },
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
    hint={
        "en": "The partner of row i is N rows away, not its neighbour: look at how the two views are put together.",
        "zh": "第 i 行的搭档相距 N 行，而不是与它相邻：请看两个视图是怎样拼在一起的。",
    },
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
    hint={
        "en": "Every row is an anchor: average over all 2N rows, the second views too.",
        "zh": "每一行都是锚点：请对全部 2N 行取平均，第二个视图的行也在内。",
    },
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
    hint={
        "en": "The positive is one of the classes: leave it in the denominator, beside the negatives.",
        "zh": "正样本也是一个类别：请让它留在分母里，与负样本在一起。",
    },
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
    hint={
        "en": "What is ignored counts nowhere: leave it out of what the sum is divided by as well.",
        "zh": "被忽略的样本在哪里都不计入：总和所除的数里也不要算上它们。",
    },
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


@misconception(
    "cross_entropy",
    hint={
        "en": "The first argument holds logits, not probabilities: take the log-softmax, not the logarithm of the logits.",
        "zh": "第一个参数是 logits，不是概率：要取 log-softmax，而不是 logits 的对数。",
    },
    passes_examples=False,
    costs=6,
)
def takes_logits_for_probabilities(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    rows = logits.movedim(1, -1).reshape(-1, logits.shape[1]).log()
    kept = target.reshape(-1) != ignore_index
    rows, target = rows[kept], target.reshape(-1)[kept]
    weight = torch.ones(logits.shape[1], dtype=logits.dtype) if weight is None else weight
    nll = -weight[target] * rows[torch.arange(len(target)), target]
    total = nll.sum()
    if label_smoothing:
        smooth = -(rows * weight).sum(1) / logits.shape[1]
        total = (1 - label_smoothing) * total + label_smoothing * smooth.sum()
    return total / weight[target].sum()


@misconception(
    "cross_entropy_probs",
    hint={
        "en": "The first argument holds logits, not probabilities: take the log-softmax, not the logarithm of the logits.",
        "zh": "第一个参数是 logits，不是概率：要取 log-softmax，而不是 logits 的对数。",
    },
    passes_examples=False,
    costs=5,
)
def takes_logits_as_probabilities(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("the shapes differ")
    return -(soft_target * logits.log()).sum(dim=1).mean()


@misconception(
    "bce_with_logits",
    hint={
        "en": "The first argument holds logits, not probabilities: the sigmoid is missing.",
        "zh": "第一个参数是 logits，不是概率：缺少 sigmoid。",
    },
    passes_examples=False,
    costs=6,
)
def clamps_logits_like_probabilities(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("the shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    probs = logits.clamp(1e-8, 1 - 1e-8)
    return -(weight * target * probs.log() + (1 - target) * (1 - probs).log()).mean()


@misconception(
    "kl_divergence",
    hint={
        "en": "Leave out the small constant beside q: where q is 0 and p is not, the divergence is infinite.",
        "zh": "请去掉 q 旁边的小常数：q 为 0 而 p 不为 0 时，散度是无穷大。",
    },
    costs=3,
)
def small_constant_beside_q(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    counts = p > 0
    logs = torch.where(counts, p, 1).log() - (torch.where(counts, q, 1) + 1e-10).log()
    return (p * logs).sum(dim=1).mean()


@misconception(
    "info_nce",
    hint={
        "en": "Bring every row to length one before the product, and read the similarities by columns as well as by rows.",
        "zh": "相乘之前，请把每一行归一化到长度为一；相似度除了按行，也要按列来读。",
    },
    passes_examples=False,
    costs=8,
)
def plain_products_by_rows_only(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("does not fit")
    return -torch.log_softmax(z1 @ z2.T / temperature, 1).diagonal().mean()


@misconception(
    "nt_xent",
    hint={
        "en": "Similarity is the cosine: bring every row to length one before the product.",
        "zh": "相似度是余弦：相乘之前，请把每一行归一化到长度为一。",
    },
    passes_examples=False,
    costs=5,
)
def rows_not_normalized(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError("does not fit")
    logits = (z @ z.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    partner = (torch.arange(len(z)) + len(z) // 2) % len(z)
    return -torch.log_softmax(logits, 1)[torch.arange(len(z)), partner].mean()


@misconception(
    "nt_xent",
    hint={
        "en": "Divide by the number of all 2N rows, once: the mean is over all of them.",
        "zh": "请除以全部 2N 行的行数，只除一次：平均是对所有行取的。",
    },
    passes_examples=False,
    costs=4,
)
def divides_by_one_pair_less(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError("does not fit")
    u = z / z.norm(dim=1, keepdim=True)
    logits = (u @ u.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    partner = (torch.arange(len(z)) + len(z) // 2) % len(z)
    return -torch.log_softmax(logits, 1)[torch.arange(len(z)), partner].sum() / (len(z) - 2)
