# %% mse_loss · F.mse_loss
import torch.nn.functional as F


def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    return F.mse_loss(pred, target, reduction=reduction)


# %% mse_loss · twice F.gaussian_nll_loss with a variance of one
import torch.nn.functional as F


def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    return 2 * F.gaussian_nll_loss(pred, target, torch.ones_like(pred), reduction=reduction)


# %% mse_loss · the log-probability of torch.distributions.Normal
import math

from torch.distributions import Normal


def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    of_each = -2 * Normal(pred, 1.0, validate_args=False).log_prob(target) - math.log(2 * math.pi)
    if reduction == "none":
        return of_each
    return {"mean": torch.mean, "sum": torch.sum}.get(reduction, unknown)(of_each)


def unknown(loss):
    raise ValueError("unknown reduction")


# %% mse_loss · scikit-learn's mean_squared_error
import numpy as np
from sklearn.metrics import mean_squared_error


class Squared(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target):
        ctx.save_for_backward(pred, target)
        a, b = (x.detach().reshape(1, -1).numpy() for x in (pred, target))
        found = mean_squared_error(a, b, multioutput="raw_values")
        return torch.from_numpy(found).to(pred.dtype).reshape(pred.shape)

    @staticmethod
    def backward(ctx, grad):
        pred, target = ctx.saved_tensors
        return 2 * grad * (pred - target), -2 * grad * (pred - target)


def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape or reduction not in ("none", "mean", "sum"):
        raise ValueError("shapes or reduction")
    loss = Squared.apply(pred, target)
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


# %% l1_loss · nn.L1Loss
from torch import nn


def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    return nn.L1Loss(reduction=reduction)(pred, target)


# %% l1_loss · the log-probability of torch.distributions.Laplace
import math

from torch.distributions import Laplace


def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape or reduction not in ("none", "mean", "sum"):
        raise ValueError("shapes or reduction")
    loss = -Laplace(pred, 1.0, validate_args=False).log_prob(target) - math.log(2)
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


# %% l1_loss · F.pairwise_distance of single numbers
import torch.nn.functional as F


def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape or reduction not in ("none", "mean", "sum"):
        raise ValueError("shapes or reduction")
    loss = F.pairwise_distance(pred[..., None], target[..., None], p=1, eps=0.0)
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


# %% l1_loss · torch.linalg.matrix_norm of single numbers
def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape or reduction not in ("none", "mean", "sum"):
        raise ValueError("shapes or reduction")
    loss = torch.linalg.matrix_norm((pred - target)[..., None, None], ord=1)
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


# %% log_softmax · torch.log_softmax
def log_softmax(x, dim):
    return torch.log_softmax(x, dim)


# %% log_softmax · x less the last of torch.logcumsumexp
def log_softmax(x, dim):
    return x - torch.logcumsumexp(x, dim).narrow(dim, x.shape[dim] - 1, 1)


# %% log_softmax · the logits that Categorical normalizes
from torch.distributions import Categorical


def log_softmax(x, dim):
    return Categorical(logits=x.movedim(dim, -1), validate_args=False).logits.movedim(-1, dim)


# %% log_softmax · SciPy's log_softmax
from scipy import special


class OfScipy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        y = torch.as_tensor(special.log_softmax(x.detach().numpy(), axis=dim)).to(x.dtype)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx, grad):
        [y] = ctx.saved_tensors
        return grad - y.exp() * grad.sum(ctx.dim, keepdim=True), None


def log_softmax(x, dim):
    return OfScipy.apply(x, dim)


# %% log_softmax · x less F.cross_entropy's price of the first class
import torch.nn.functional as F


def log_softmax(x, dim):
    rows = x.movedim(dim, -1)
    flat = rows.reshape(-1, rows.shape[-1])
    first = torch.zeros(len(flat), dtype=torch.int64)
    price = F.cross_entropy(flat, first, reduction="none")
    return (flat - flat[:, :1] - price[:, None]).reshape(rows.shape).movedim(-1, dim)


# %% cross_entropy · F.cross_entropy
import torch.nn.functional as F


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    return F.cross_entropy(
        logits, target, weight=weight, ignore_index=ignore_index, label_smoothing=label_smoothing
    )


# %% cross_entropy · the log-probability of torch.distributions.Categorical
from torch.distributions import Categorical


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    rows = logits.movedim(1, -1).reshape(-1, logits.shape[1])
    kept = target.reshape(-1) != ignore_index
    classes = target.reshape(-1)[kept]
    answers = Categorical(logits=rows[kept], validate_args=False)
    weight = torch.ones(logits.shape[1], dtype=logits.dtype) if weight is None else weight
    total = -(weight[classes] * answers.log_prob(classes)).sum()
    if label_smoothing:
        smooth = -(answers.logits * weight).sum() / logits.shape[1]
        total = (1 - label_smoothing) * total + label_smoothing * smooth
    return total / weight[classes].sum()


# %% cross_entropy · torch.ops.aten.cross_entropy_loss
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    return torch.ops.aten.cross_entropy_loss(logits, target, weight, 1, ignore_index, label_smoothing)


# %% cross_entropy_probs · F.cross_entropy
import torch.nn.functional as F


def cross_entropy_probs(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("shapes differ")
    return F.cross_entropy(logits, soft_target)


# %% cross_entropy_probs · divergence and entropy of torch.distributions
import torch.distributions as D


def cross_entropy_probs(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("shapes differ")
    wanted = D.Categorical(probs=soft_target, validate_args=False)
    answer = D.Categorical(logits=logits, validate_args=False)
    return (D.kl_divergence(wanted, answer) + wanted.entropy()).mean()


# %% cross_entropy_probs · the logits of torch.distributions.OneHotCategorical
from torch.distributions import OneHotCategorical


def cross_entropy_probs(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("shapes differ")
    answer = OneHotCategorical(logits=logits, validate_args=False)
    return -(soft_target * answer.logits).sum(1).mean()


# %% bce_with_logits · F.binary_cross_entropy_with_logits
import torch.nn.functional as F


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    return F.binary_cross_entropy_with_logits(logits, target, pos_weight=pos_weight)


# %% bce_with_logits · torch.ops.aten.log_sigmoid
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    yes, no = torch.ops.aten.log_sigmoid(logits), torch.ops.aten.log_sigmoid(-logits)
    return -(weight * target * yes + (1 - target) * no).mean()


# %% bce_with_logits · F.softplus
import torch.nn.functional as F


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    yes, no = F.softplus(-logits, threshold=40), F.softplus(logits, threshold=40)
    return (weight * target * yes + (1 - target) * no).mean()


# %% bce_with_logits · F.cross_entropy between the logit and zero
import torch.nn.functional as F


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    two = torch.stack([logits.reshape(-1), torch.zeros(logits.numel(), dtype=logits.dtype)], 1)
    weight = torch.ones_like(target) if pos_weight is None else pos_weight.expand(target.shape)
    wanted = torch.stack([(weight * target).reshape(-1), (1 - target).reshape(-1)], 1)
    return F.cross_entropy(two, wanted)


# %% bce_with_logits · F.log_softmax of the logit beside zero
import torch.nn.functional as F


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    both = F.log_softmax(torch.stack([logits, torch.zeros_like(logits)], -1), dim=-1)
    weight = 1 if pos_weight is None else pos_weight
    return -(weight * target * both[..., 0] + (1 - target) * both[..., 1]).mean()


# %% bce_with_logits · SciPy's log_expit
from scipy.special import expit, log_expit


class LogExpit(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.as_tensor(log_expit(x.detach().numpy())).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        [x] = ctx.saved_tensors
        return grad * torch.as_tensor(expit(-x.numpy())).to(x.dtype)


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    weight = 1 if pos_weight is None else pos_weight
    return -(weight * target * LogExpit.apply(logits) + (1 - target) * LogExpit.apply(-logits)).mean()


# %% bce_with_logits · the log-probability of torch.distributions.Bernoulli
from torch.distributions import Bernoulli


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    coin = Bernoulli(logits=logits, validate_args=False)
    yes, no = coin.log_prob(torch.ones_like(logits)), coin.log_prob(torch.zeros_like(logits))
    weight = 1 if pos_weight is None else pos_weight
    return -(weight * target * yes + (1 - target) * no).mean()


# %% kl_divergence · F.kl_div
import torch.nn.functional as F


def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    q = torch.where(p > 0, q, 1)
    return F.kl_div(q.log(), p, reduction="batchmean")


# %% kl_divergence · torch.distributions.kl_divergence
from torch import distributions


def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    one, other = (distributions.Categorical(probs=a, validate_args=False) for a in (p, q))
    return distributions.kl_divergence(one, other).mean()


# %% kl_divergence · torch.special.entr
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    log_q = torch.where(p > 0, q, 1).log()
    return (-torch.special.entr(p) - p * log_q).sum(1).mean()


# %% kl_divergence · twice torch.special.xlogy
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    return (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum(1).mean()


# %% kl_divergence · SciPy's rel_entr
import numpy as np
from scipy.special import rel_entr


class Relative(torch.autograd.Function):
    @staticmethod
    def forward(ctx, p, q):
        ctx.save_for_backward(p, q)
        return torch.as_tensor(rel_entr(p.detach().numpy(), q.detach().numpy())).to(p.dtype)

    @staticmethod
    def backward(ctx, grad):
        p, q = ctx.saved_tensors
        there = p > 0
        ratio = torch.where(there, p, 1) / torch.where(there, q, 1)
        return torch.where(there, grad * (ratio.log() + 1), 0), torch.where(there, -grad * ratio, 0)


def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    return Relative.apply(p, q).sum(1).mean()


# %% kl_divergence · F.cross_entropy less the entropy
import torch.nn.functional as F


def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    safe = torch.where(p > 0, p, 1)
    return F.cross_entropy(q.log(), p) + (p * safe.log()).sum(1).mean()


# %% triplet_margin_loss · F.triplet_margin_loss
import torch.nn.functional as F


def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape:
        raise ValueError("shapes differ")
    return F.triplet_margin_loss(a, p, n, margin=margin, reduction=reduction)


# %% triplet_margin_loss · F.margin_ranking_loss of the distances
import torch.nn.functional as F


def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape or reduction not in ("mean", "sum", "none"):
        raise ValueError("shapes or reduction")
    far, near = (torch.linalg.vector_norm(a - other, dim=1) for other in (n, p))
    return F.margin_ranking_loss(far, near, torch.ones_like(far), margin=margin, reduction=reduction)


# %% triplet_margin_loss · torch.ops.aten.triplet_margin_loss
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    kinds = ["none", "mean", "sum"]
    if not a.shape == p.shape == n.shape or reduction not in kinds:
        raise ValueError("shapes or reduction")
    return torch.ops.aten.triplet_margin_loss(a, p, n, margin, 2.0, 1e-6, False, kinds.index(reduction))
