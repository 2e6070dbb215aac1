# %% mse_loss · if and elif, operators
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError(f"shapes differ: {tuple(pred.shape)} and {tuple(target.shape)}")
    loss = (pred - target) ** 2
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"unknown reduction {reduction!r}")

# %% mse_loss · dict of functions, named functions
REDUCTIONS = {"mean": torch.mean, "sum": torch.sum, "none": lambda loss: loss}


def mse_loss(pred, target, reduction="mean"):
    if reduction not in REDUCTIONS or pred.size() != target.size():
        raise ValueError("unknown reduction or shapes that differ")
    return REDUCTIONS[reduction](torch.square(torch.sub(pred, target)))

# %% mse_loss · a custom autograd function, match
class SquaredError(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target):
        difference = pred - target
        ctx.save_for_backward(difference)
        return difference * difference

    @staticmethod
    def backward(ctx, grad):
        (difference,) = ctx.saved_tensors
        g = 2 * grad * difference
        return g, -g


def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    errors = SquaredError.apply(pred, target)
    match reduction:
        case "mean":
            return errors.sum() / errors.numel()
        case "sum":
            return errors.sum()
        case "none":
            return errors
    raise ValueError(reduction)

# %% mse_loss · dot product of the flat differences
import torch as T


def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("no broadcasting here")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError("reduction")
    d = pred - target
    if reduction == "none":
        return d.mul(d)
    flat = d.reshape(-1)
    total = T.dot(flat, flat)
    return total / flat.shape[0] if reduction == "mean" else total


_x, _y = T.randn(3, 4), T.randn(3, 4)
print([T.allclose(mse_loss(_x, _y, r), T.nn.functional.mse_loss(_x, _y, reduction=r)) for r in ("mean", "sum", "none")])

# %% l1_loss · abs, getattr for the reduction
def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("the shapes differ")
    if reduction not in {"mean", "sum", "none"}:
        raise ValueError("reduction should be mean, sum or none")
    loss = (pred - target).abs()
    return loss if reduction == "none" else getattr(loss, reduction)()

# %% l1_loss · larger less smaller, closure
def reducer(name):
    if name == "none":
        return lambda x: x
    if name == "sum":
        return lambda x: torch.sum(x)
    if name == "mean":
        return lambda x: torch.sum(x) / x.numel()
    raise ValueError(f"no reduction {name}")


def l1_loss(pred, target, reduction="mean"):
    reduce = reducer(reduction)
    if list(pred.shape) != list(target.shape):
        raise ValueError("shapes")
    return reduce(torch.maximum(pred, target) - torch.minimum(pred, target))

# %% l1_loss · decorator that checks and reduces
import functools


def elementwise_loss(function):
    @functools.wraps(function)
    def loss(pred, target, reduction="mean"):
        if pred.shape != target.shape:
            raise ValueError("pred and target differ in shape")
        values = function(pred, target)
        if reduction == "none":
            return values
        if reduction == "sum":
            return values.sum()
        if reduction == "mean":
            return values.mean()
        raise ValueError(f"reduction {reduction}")

    return loss


@elementwise_loss
def l1_loss(pred, target):
    d = torch.sub(pred, target)
    return torch.mul(d, torch.sign(d))

# %% l1_loss · partial of a common function, where with three branches
from functools import partial


def _size(d):
    return torch.where(d > 0, d, torch.where(d < 0, -d, torch.zeros_like(d)))


def _loss(pred, target, reduction="mean", *, of):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    values = of(pred - target)
    try:
        return {"mean": torch.mean, "sum": torch.sum, "none": torch.clone}[reduction](values)
    except KeyError as error:
        raise ValueError("unknown reduction") from error


l1_loss = partial(_loss, of=_size)

# %% log_softmax · amax, exp, log
def log_softmax(x, dim):
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()

# %% log_softmax · max with values, nested function, detached maximum
def log_softmax(x, dim):
    def lse(z):
        return torch.log(torch.sum(torch.exp(z), dim, keepdim=True))

    m, _ = torch.max(x.detach(), dim, keepdim=True)
    z = torch.sub(x, m)
    return torch.sub(z, lse(z))

# %% log_softmax · the dimension moved to the end, einsum for the sum
def log_softmax(x, dim):
    z = torch.movedim(x, dim, -1)
    z = z - torch.max(z, dim=-1).values.unsqueeze(-1)
    total = torch.einsum("...c->...", torch.exp(z))
    return (z - torch.log(total)[..., None]).movedim(-1, dim)

# %% log_softmax · a loop over the classes, running maximum and sum
def log_softmax(x, dim):
    slices = x.unbind(dim)
    top = slices[0].detach()
    for s in slices[1:]:
        top = torch.maximum(top, s.detach())
    total = torch.zeros_like(top)
    for s in slices:
        total = total + (s - top).exp()
    log_total = top + total.log()
    return torch.stack([s - log_total for s in slices], dim=dim)

# %% log_softmax · a custom autograd function
class _LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        z = x - x.amax(dim, keepdim=True)
        e = z.exp()
        total = e.sum(dim, keepdim=True)
        ctx.dim = dim
        ctx.save_for_backward(e / total)
        return z - total.log()

    @staticmethod
    def backward(ctx, grad):
        (p,) = ctx.saved_tensors
        return grad - p * grad.sum(ctx.dim, keepdim=True), None


def log_softmax(x, dim):
    return _LogSoftmax.apply(x, dim)


_z = torch.randn(2, 5, 3)
print(torch.allclose(log_softmax(_z, 1), torch.log_softmax(_z, 1)))

# %% cross_entropy · gather, weighted mean
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    C = logits.shape[1]
    z = logits - logits.amax(dim=1, keepdim=True)
    logp = z - z.exp().sum(dim=1, keepdim=True).log()
    keep = target != ignore_index
    safe = torch.where(keep, target, 0)
    w = torch.ones(C, dtype=logits.dtype, device=logits.device) if weight is None else weight
    loss = -w[safe] * logp.gather(1, safe.unsqueeze(1)).squeeze(1)
    if label_smoothing > 0:
        shape = (1, C) + (1,) * (logits.dim() - 2)
        spread = -(w.reshape(shape) * logp).sum(dim=1)
        loss = (1 - label_smoothing) * loss + label_smoothing / C * spread
    return torch.where(keep, loss, 0).sum() / (w[safe] * keep).sum()

# %% cross_entropy · rows flattened and selected, the notebook's log_softmax
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    C = logits.size(1)
    rows = logits.movedim(1, -1).reshape(-1, C)
    t = target.reshape(-1)
    kept = t != ignore_index
    rows, t = rows[kept], t[kept]
    logp = log_softmax(rows, 1)
    w = logits.new_ones(C) if weight is None else weight
    own = -w[t] * logp[torch.arange(len(t)), t]
    if label_smoothing:
        own = own * (1 - label_smoothing) - label_smoothing * torch.mv(logp, w) / C
    return own.sum() / w[t].sum()

# %% cross_entropy · a soft target built by comparison, einsum
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    if logits.dim() == 2:
        logits, target = logits.unsqueeze(-1), target.unsqueeze(-1)
    N, C, L = logits.shape
    top = logits.max(dim=1, keepdim=True).values
    logp = logits - top - torch.log(torch.sum(torch.exp(logits - top), dim=1, keepdim=True))
    classes = torch.arange(C, device=logits.device).view(1, C, 1)
    hot = (classes == target.unsqueeze(1)) & (target != ignore_index).unsqueeze(1)
    w = torch.ones(C).to(logits) if weight is None else weight
    share = hot.to(logits.dtype) * (1 - label_smoothing)
    if label_smoothing > 0:
        share = share + label_smoothing / C * (target != ignore_index).unsqueeze(1).to(logits.dtype)
    terms = torch.where(share > 0, share * logp, torch.zeros_like(logp))
    total = -torch.einsum("c,ncl->", w, terms)
    return total / torch.einsum("c,ncl->", w, hot.to(w.dtype))

# %% cross_entropy · loops over samples and places
def one_sample(z, t, w, alpha):
    log_total = (z - z.max()).exp().sum().log() + z.max()
    hard = w[t] * (log_total - z[t])
    if alpha == 0:
        return hard
    return (1 - alpha) * hard + alpha / len(z) * (w * (log_total - z)).sum()


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    C = logits.shape[1]
    w = weight if weight is not None else torch.ones(C, dtype=logits.dtype)
    columns = logits.reshape(logits.shape[0], C, -1)
    targets = target.reshape(target.shape[0], -1)
    loss, weights = logits.new_zeros(()), logits.new_zeros(())
    for n in range(columns.shape[0]):
        for l in range(columns.shape[2]):
            t = targets[n, l].item()
            if t == ignore_index:
                continue
            loss = loss + one_sample(columns[n, :, l], t, w, label_smoothing)
            weights = weights + w[t]
    return loss / weights

# %% cross_entropy · a class with state, methods, compared with torch outside
from dataclasses import dataclass


@dataclass
class CrossEntropy:
    weight: torch.Tensor
    ignored: int
    alpha: float

    def log_probabilities(self, logits):
        m = torch.amax(logits, 1, True)
        return logits - m - (logits - m).exp().sum(1, True).log()

    def __call__(self, logits, target):
        real = target.ne(self.ignored)
        t = target.masked_fill(~real, 0)
        logp = self.log_probabilities(logits)
        w = self.weight.index_select(0, t.flatten()).view(t.shape).mul(real)
        hard = torch.take_along_dim(logp, t.unsqueeze(1), 1)[:, 0].neg()
        total = torch.where(real, w * hard, 0.0).sum()
        if self.alpha > 0:
            soft = torch.tensordot(logp.neg(), self.weight, dims=([1], [0])).mul(real).sum()
            total = total.mul(1 - self.alpha) + soft.mul(self.alpha / logits.shape[1])
        return total / w.sum()


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    if weight is None:
        weight = torch.ones(logits.shape[1], dtype=logits.dtype)
    return CrossEntropy(weight, ignore_index, label_smoothing)(logits, target)


_logits, _target = torch.randn(4, 3, 5), torch.randint(3, (4, 5))
print(cross_entropy(_logits, _target) - torch.nn.functional.cross_entropy(_logits, _target))

# %% cross_entropy_probs · with log_softmax
def cross_entropy_probs(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("the shapes differ")
    return -(soft_target * log_softmax(logits, 1)).sum(dim=1).mean()

# %% cross_entropy_probs · written out, einsum
def cross_entropy_probs(logits, soft_target):
    if logits.size() != soft_target.size():
        raise ValueError(f"{logits.size()} against {soft_target.size()}")
    z = logits - logits.amax(1, keepdim=True)
    logp = z - torch.log(torch.exp(z).sum(1, keepdim=True))
    return torch.einsum("nc,nc->", soft_target, logp) / -len(logits)

# %% cross_entropy_probs · a loop over the samples
def cross_entropy_probs(logits, soft_target):
    if tuple(logits.shape) != tuple(soft_target.shape):
        raise ValueError("shapes")
    losses = []
    for z, y in zip(logits, soft_target):
        m = z.max()
        log_total = m + (z - m).exp().sum().log()
        losses.append(torch.dot(y, log_total - z))
    return torch.stack(losses).mean()

# %% bce_with_logits · logaddexp
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes differ")
    zero = torch.zeros_like(logits)
    yes = torch.logaddexp(zero, -logits)
    no = torch.logaddexp(zero, logits)
    if pos_weight is not None:
        yes = pos_weight * yes
    return (target * yes + (1 - target) * no).mean()

# %% bce_with_logits · maximum splits the slope at the corner
def soft_plus(u):
    return torch.maximum(u, torch.zeros_like(u)) + torch.log1p(torch.exp(-torch.abs(u)))


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("logits and target should have one shape")
    w = 1 if pos_weight is None else pos_weight
    return torch.mean(w * target * soft_plus(-logits) + (1 - target) * soft_plus(logits))

# %% bce_with_logits · half of the sum with the absolute value, one softplus
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError(f"{tuple(logits.shape)} is not {tuple(target.shape)}")
    size = logits.abs()
    minus_log_sigma = (size - logits) / 2 + (-size).exp().log1p()
    factor = 1 - target
    factor = factor + (target if pos_weight is None else pos_weight * target)
    return ((1 - target) * logits + factor * minus_log_sigma).mean()

# %% bce_with_logits · where inside and outside of the exponential
def _log1pexp(u):
    right = u > 0
    inner = torch.where(right, -u, u)
    return torch.where(right, u, torch.zeros_like(u)) + inner.exp().log1p()


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shape")
    positive = target * _log1pexp(logits.neg())
    if pos_weight is not None:
        positive = positive * pos_weight
    negative = (1 - target) * _log1pexp(logits)
    return (positive + negative).sum() / logits.numel()

# %% bce_with_logits · custom autograd function for log(1 + e^u)
class Log1pExp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u):
        small = torch.exp(-u.abs())
        ctx.save_for_backward(torch.where(u >= 0, 1, small) / (1 + small))
        return u.clamp(min=0) + torch.log1p(small)

    @staticmethod
    def backward(ctx, grad):
        (slope,) = ctx.saved_tensors
        return grad * slope


def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("the shapes differ")
    yes, no = (Log1pExp.apply(sign * logits) for sign in (-1, 1))
    if pos_weight is not None:
        yes = yes * pos_weight
    return torch.mean(torch.lerp(no, yes, target))


_z, _t = torch.randn(3, 4), torch.rand(3, 4)
print(torch.isclose(bce_with_logits(_z, _t), torch.nn.functional.binary_cross_entropy_with_logits(_z, _t)))

# %% kl_divergence · ones in place of what is left out
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("the shapes differ")
    some = p > 0
    log_p = torch.where(some, p, 1.0).log()
    log_q = torch.where(some, q, 1.0).log()
    return (p * (log_p - log_q)).sum(dim=1).mean()

# %% kl_divergence · boolean indexing
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes")
    keep = p != 0
    p_kept, q_kept = p[keep], q[keep]
    return torch.sum(p_kept * (torch.log(p_kept) - torch.log(q_kept))) / p.shape[0]

# %% kl_divergence · xlogy, masked_fill
def kl_divergence(p, q):
    if p.size() != q.size():
        raise ValueError("p and q should have one shape")
    empty = p.eq(0)
    terms = torch.xlogy(p, p.masked_fill(empty, 1)) - torch.xlogy(p, q.masked_fill(empty, 1))
    return terms.sum(-1).mean()

# %% kl_divergence · a loop over the rows, generator
def _terms(p, q):
    for a, b in zip(p, q):
        places = torch.nonzero(a).squeeze(1)
        a, b = a[places], b[places]
        yield (a * a.log()).sum() - (a * b.log()).sum()


def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    return torch.stack(list(_terms(p, q))).mean()


_p, _q = torch.rand(3, 4), torch.rand(3, 4)
_p, _q = _p / _p.sum(1, keepdim=True), _q / _q.sum(1, keepdim=True)
print(torch.allclose(kl_divergence(_p, _q), torch.nn.functional.kl_div(_q.log(), _p, reduction="batchmean")))

# %% triplet_margin_loss · vector norms and clamp
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if not (a.shape == p.shape == n.shape):
        raise ValueError("the shapes differ")
    near = torch.linalg.vector_norm(a - p, dim=1)
    far = torch.linalg.vector_norm(a - n, dim=1)
    loss = (near - far + margin).clamp(min=0)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    if reduction == "mean":
        return loss.mean()
    raise ValueError(f"unknown reduction: {reduction}")

# %% triplet_margin_loss · root of the squares with torch's 1e-6, dict
TINY = 1e-6
REDUCE = {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}


def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    def d(u, v):
        return torch.sqrt(((u - v + TINY) ** 2).sum(-1))

    if a.shape != p.shape or a.shape != n.shape or reduction not in REDUCE:
        raise ValueError("shapes or reduction")
    over = d(a, p) - d(a, n) + margin
    return REDUCE[reduction](torch.where(over > 0, over, torch.zeros_like(over)))

# %% triplet_margin_loss · own root, safe at zero, relu as a product
def _distance(u, v):
    s = torch.einsum("nd,nd->n", u - v, u - v)
    same = s == 0
    return s.masked_fill(same, 1.0).sqrt().masked_fill(same, 0.0)


def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if len({a.shape, p.shape, n.shape}) > 1:
        raise ValueError("three equal shapes are needed")
    excess = _distance(a, p) - _distance(a, n) + margin
    loss = excess * (excess > 0)
    match reduction:
        case "none":
            return loss
        case "sum":
            return loss.sum()
        case "mean":
            return loss.sum() / len(loss)
        case _:
            raise ValueError("reduction")

# %% triplet_margin_loss · a loop over the triplets, a class bound to the name
class TripletLoss:
    reductions = ("mean", "sum", "none")

    @staticmethod
    def length(d):
        return (d + 1e-6).pow(2).sum().pow(0.5)

    def __call__(self, a, p, n, margin=1.0, reduction="mean"):
        if a.shape != p.shape or p.shape != n.shape:
            raise ValueError("shapes differ")
        if reduction not in self.reductions:
            raise ValueError("no such reduction")
        zero = a.new_zeros(())
        losses = torch.stack([torch.maximum(zero, self.length(x - y) - self.length(x - z) + margin) for x, y, z in zip(a, p, n)])
        return losses if reduction == "none" else getattr(torch, reduction)(losses)


triplet_margin_loss = TripletLoss()

# %% info_nce · with cross_entropy
def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape:
        raise ValueError("the shapes differ")
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    u = z1 / torch.linalg.vector_norm(z1, dim=1, keepdim=True)
    v = z2 / torch.linalg.vector_norm(z2, dim=1, keepdim=True)
    s = u @ v.T / temperature
    answer = torch.arange(len(s))
    return (cross_entropy(s, answer) + cross_entropy(s.T, answer)) / 2

# %% info_nce · log_softmax and the diagonal, F.normalize
import torch.nn.functional as F


def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape or not temperature > 0:
        raise ValueError("shapes or temperature")
    s = torch.mm(F.normalize(z1, dim=1), F.normalize(z2, dim=1).t()) / temperature
    rows, columns = log_softmax(s, 1), log_softmax(s, 0)
    return -(rows.diagonal() + columns.diagonal()).mean() / 2

# %% info_nce · everything written out, einsum
def unit(z):
    return z / (z * z).sum(1, keepdim=True).sqrt()


def lse(s, dim):
    m = s.amax(dim, keepdim=True).detach()
    return (s - m).exp().sum(dim).log() + m.squeeze(dim)


def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape:
        raise ValueError("two views of one shape are needed")
    if not temperature > 0:
        raise ValueError("temperature")
    s = torch.einsum("id,jd->ij", unit(z1), unit(z2)) / temperature
    right = torch.einsum("ii->i", s)
    return 0.5 * (lse(s, 1) - right + lse(s, 0) - right).mean()

# %% info_nce · F.cross_entropy and F.cosine_similarity
from torch.nn import functional as F


def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape:
        raise ValueError
    if temperature <= 0:
        raise ValueError
    logits = F.cosine_similarity(z1[:, None], z2[None, :], dim=-1) / temperature
    labels = torch.arange(z1.shape[0], device=z1.device)
    return sum(F.cross_entropy(l, labels) for l in (logits, logits.t())) * 0.5

# %% nt_xent · diagonal filled with -inf, cross_entropy
def nt_xent(z, temperature):
    if len(z) % 2:
        raise ValueError("an even number of rows is needed")
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    u = z / torch.linalg.vector_norm(z, dim=1, keepdim=True)
    s = u @ u.T / temperature
    s = s.masked_fill(torch.eye(len(z), dtype=torch.bool), float("-inf"))
    N = len(z) // 2
    return cross_entropy(s, (torch.arange(2 * N) + N) % (2 * N))

# %% nt_xent · log_softmax, roll
def nt_xent(z, temperature):
    n, odd = divmod(z.shape[0], 2)
    if odd or not temperature > 0:
        raise ValueError("odd number of rows, or temperature not above 0")
    u = z / z.pow(2).sum(dim=1, keepdim=True).sqrt()
    i = torch.arange(2 * n)
    s = torch.where(i[:, None] == i, -torch.inf, torch.mm(u, u.t()) / temperature)
    return -log_softmax(s, 1)[i, i.roll(n)].mean()

# %% nt_xent · the own column left out by index
def nt_xent(z, temperature):
    rows = z.size(0)
    if rows % 2 != 0:
        raise ValueError("rows come in pairs")
    if temperature <= 0:
        raise ValueError("temperature")
    u = torch.nn.functional.normalize(z, dim=1)
    s = torch.matmul(u, u.mT).div(temperature)
    others = torch.tensor([[j for j in range(rows) if j != i] for i in range(rows)])
    rest = s.gather(1, others)
    partner = s.diagonal(rows // 2)
    right = torch.cat([partner, partner])
    return (torch.logsumexp(rest, dim=1) - right).mean()

# %% nt_xent · a loop over the rows
from math import *


def nt_xent(z, temperature):
    if z.shape[0] % 2 == 1 or temperature <= 0:
        raise ValueError("odd rows or temperature not above 0")
    count = z.shape[0]
    u = [row / row.dot(row).sqrt() for row in z]
    losses = []
    for i in range(count):
        s = torch.stack([torch.dot(u[i], u[j]) for j in range(count) if j != i]) / temperature
        right = torch.dot(u[i], u[(i + count // 2) % count]) / temperature
        top = s.max()
        losses.append(top + (s - top).exp().sum().log() - right)
    return torch.stack(losses).mean()
