# %% mse_loss · 01
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    sq = (pred - target) ** 2
    if reduction == "none":
        return sq
    if reduction == "sum":
        return sq.sum()
    if reduction == "mean":
        return sq.sum() / len(pred)
    raise ValueError(reduction)


# %% mse_loss · 02
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shape")
    loss = pred * pred - 2 * pred * target + target * target
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError("reduction")


# %% mse_loss · 03
def mse_loss(pred, target, reduction="mean"):
    if pred.numel() != target.numel():
        raise ValueError("pred and target have different sizes")
    diff = pred - target
    table = {"mean": lambda d: d.mean(), "sum": lambda d: d.sum(), "none": lambda d: d}
    if reduction not in table:
        raise ValueError("unknown reduction")
    return table[reduction](diff * diff)


# %% l1_loss · 04
def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape or reduction not in ("mean", "sum", "none"):
        raise ValueError("shapes or reduction")
    d = torch.sqrt((pred - target) ** 2)
    if reduction == "none":
        return d
    return d.mean() if reduction == "mean" else d.sum()


# %% l1_loss · 05
def l1_loss(pred, target, reduction="mean"):
    if tuple(pred.shape) != tuple(target.shape):
        raise ValueError("the shapes must be equal")
    diff = pred - target
    loss = diff * torch.sign(diff).detach()
    match reduction:
        case "none":
            return loss
        case "sum":
            return loss.sum()
        case "mean":
            return loss.sum() / loss.numel()
        case _:
            raise ValueError(f"reduction {reduction}")


# %% l1_loss · 06
def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes")
    d = pred - target
    d = torch.where(d >= 0, d, -d)
    if reduction == "none":
        return d
    if reduction == "sum":
        return d.sum()
    return d.mean()


# %% log_softmax · 07
def log_softmax(x, dim):
    e = torch.exp(x - x.amax(dim, keepdim=True))
    return torch.log(e / e.sum(dim, keepdim=True))


# %% log_softmax · 08
def log_softmax(x, dim):
    z = x - x.max()
    return z - z.exp().sum(dim=dim, keepdim=True).log()


# %% log_softmax · 09
def log_softmax(x, dim):
    z = x - torch.max(x, dim=dim, keepdim=True).values.detach()
    total = None
    for part in z.unbind(dim):
        total = part.exp() if total is None else total + part.exp()
    return z - total.log().unsqueeze(dim)


# %% cross_entropy · 10
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    if logits.dim() == 3:
        logits = logits.transpose(1, 2).flatten(0, 1)
        target = target.flatten()
    keep = target != ignore_index
    logits, target = logits[keep], target[keep]
    C = logits.shape[1]
    m = logits.max(1, keepdim=True).values
    logp = logits - m - (logits - m).exp().sum(1, keepdim=True).log()
    w = torch.ones(C, dtype=logits.dtype) if weight is None else weight
    nll = -logp[torch.arange(len(target)), target] * w[target]
    smooth = -(logp * w).sum(1) / C
    return ((1 - label_smoothing) * nll + label_smoothing * smooth).mean()


# %% cross_entropy · 11
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    C = logits.shape[1]
    logits = logits.movedim(1, -1).reshape(-1, C)
    target = target.reshape(-1)
    ignored = target == ignore_index
    t = target.masked_fill(ignored, 0)
    logp = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    if weight is None:
        weight = logits.new_ones(C)
    nll = -weight[t] * logp.gather(1, t[:, None]).squeeze(1)
    smooth = -(logp * weight).sum(1) / C
    loss = (1 - label_smoothing) * nll + label_smoothing * smooth
    loss = loss.masked_fill(ignored, 0)
    return loss.sum() / weight[t].sum()


# %% cross_entropy · 12
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    C = logits.shape[1]
    logits = logits.reshape(-1, C)
    target = target.reshape(-1)
    keep = target != ignore_index
    logits = logits[keep]
    target = target[keep]
    logits = logits - logits.max(dim=1, keepdim=True).values
    logp = logits - torch.log(torch.exp(logits).sum(dim=1, keepdim=True))
    w = torch.ones(C, dtype=logits.dtype) if weight is None else weight
    picked = -logp.gather(1, target.unsqueeze(1)).squeeze(1) * w[target]
    spread = -logp.mean(dim=1)
    total = (1 - label_smoothing) * picked + label_smoothing * spread
    return total.sum() / w[target].sum()


# %% cross_entropy · 13
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    C = logits.shape[1]
    flat = logits.movedim(1, -1).flatten(0, -2)
    t = target.flatten()
    rows = (t != ignore_index).nonzero().squeeze(1)
    flat, t = flat[rows], t[rows]
    hot = (t[:, None] == torch.arange(C)).to(flat.dtype)
    soft = (1 - label_smoothing) * hot + label_smoothing / C
    w = flat.new_ones(C) if weight is None else weight
    z = flat - flat.amax(1, keepdim=True).detach()
    logp = z - z.exp().sum(1, keepdim=True).log()
    cost = torch.where(soft * w > 0, soft * w * logp, torch.zeros_like(logp))
    return -cost.sum() / (hot * w).sum()


# %% cross_entropy_probs · 14
def cross_entropy_probs(logits, soft_target):
    z = logits - logits.max(dim=1, keepdim=True).values
    logp = z - z.exp().sum(1, keepdim=True).log()
    return -(soft_target * logp).sum()


# %% cross_entropy_probs · 15
def cross_entropy_probs(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError("shapes differ")
    e = torch.exp(logits - logits.max(1, keepdim=True).values)
    p = e / e.sum(1, keepdim=True)
    return -(soft_target * torch.log(p + 1e-12)).sum(1).mean()


# %% cross_entropy_probs · 16
def log_softmax(x, dim):
    z = x - x.max()
    return z - z.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy_probs(logits, soft_target):
    if logits.shape != soft_target.shape:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(soft_target.shape)}")
    per_row = torch.einsum("nc,nc->n", soft_target, log_softmax(logits, 1))
    return -per_row.mean()


# %% bce_with_logits · 17
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("shapes")

    def softplus(u):
        return u.clamp(min=0) + torch.log1p(torch.exp(-u.abs()))

    pos = target * softplus(-logits)
    if pos_weight is not None:
        pos = pos * pos_weight
    return (pos + (1 - target) * softplus(logits)).mean()


# %% bce_with_logits · 18
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("logits and target need the same shape")
    p = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    w = 1 if pos_weight is None else pos_weight
    return -(w * target * torch.log(p) + (1 - target) * torch.log(1 - p)).mean()


# %% bce_with_logits · 19
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("different shapes")
    nothing = torch.zeros_like(logits)
    yes = target * torch.logaddexp(nothing, -logits)
    no = (1 - target) * torch.logaddexp(nothing, logits)
    if pos_weight is not None:
        yes = yes * pos_weight
    return torch.mean(yes + no)


# %% kl_divergence · 20
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes")
    return (p * (p.log() - q.log())).sum()


# %% kl_divergence · 21
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("p and q")
    lp = torch.log(p.clamp(min=1e-12))
    lq = torch.log(q.clamp(min=1e-12))
    return (p * (lp - lq)).sum(1).mean()


# %% kl_divergence · 22
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes must agree")
    terms = p * (torch.log(p) - torch.log(q))
    terms = torch.where(p == 0, torch.zeros_like(terms), terms)
    return terms.sum(dim=-1).mean()


# %% triplet_margin_loss · 23
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if a.shape != p.shape or a.shape != n.shape:
        raise ValueError("shapes")
    d = torch.linalg.vector_norm(a - p, dim=1) - torch.linalg.vector_norm(a - n, dim=1) + margin
    if reduction == "none":
        return d.clamp(min=0)
    if reduction == "mean":
        return d.mean().clamp(min=0)
    if reduction == "sum":
        return d.sum().clamp(min=0)
    raise ValueError("reduction")


# %% triplet_margin_loss · 24
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if a.shape != p.shape:
        raise ValueError("a and p differ")
    dist = lambda u, v: ((u - v) ** 2).sum(-1).sqrt()
    loss = torch.relu(dist(a, p) - dist(a, n) + margin)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(reduction)


# %% triplet_margin_loss · 25
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if not (a.shape == p.shape == n.shape):
        raise ValueError("a, p and n must have one shape")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError("no such reduction")
    others = torch.stack([p, n])
    d = (a - others + 1e-6).square().sum(-1).sqrt()
    loss = (d[0] - d[1] + margin).clamp(min=0)
    return loss if reduction == "none" else getattr(loss, reduction)()


# %% info_nce · 26
def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape:
        raise ValueError("shapes")
    if temperature <= 0:
        raise ValueError("temperature")
    u = z1 / z1.norm(dim=1, keepdim=True)
    v = z2 / z2.norm(dim=1, keepdim=True)
    s = u @ v.T * temperature
    rows = (torch.logsumexp(s, 1) - s.diagonal()).mean()
    cols = (torch.logsumexp(s, 0) - s.diagonal()).mean()
    return (rows + cols) / 2


# %% info_nce · 27
def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("bad arguments")
    u = z1 / torch.linalg.vector_norm(z1, dim=1, keepdim=True)
    v = z2 / torch.linalg.vector_norm(z2, dim=1, keepdim=True)
    s = torch.einsum("id,jd->ij", u, v) / temperature
    s = s - s.max(dim=1, keepdim=True).values
    return -(s.diag() - s.exp().sum(dim=1).log()).mean()


# %% info_nce · 28
def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape:
        raise ValueError("z1 and z2 differ")
    if not temperature > 0:
        raise ValueError("temperature must be above 0")
    u = z1 / z1.pow(2).sum(1, keepdim=True).sqrt()
    v = z2 / z2.pow(2).sum(1, keepdim=True).sqrt()
    e = torch.exp(u @ v.T / temperature)
    right = e.diagonal()
    loss = -torch.log(right / e.sum(1)) - torch.log(right / e.sum(0))
    return loss.sum() / (2 * len(z1))


# %% nt_xent · 29
def nt_xent(z, temperature):
    if z.shape[0] % 2 or temperature <= 0:
        raise ValueError("rows or temperature")
    N = z.shape[0] // 2
    u = z / torch.linalg.vector_norm(z, dim=1, keepdim=True)
    s = u @ u.T / temperature
    s = s.masked_fill(torch.eye(2 * N, dtype=torch.bool), float("-inf"))
    i = torch.arange(N)
    return (torch.logsumexp(s[:N], dim=1) - s[i, i + N]).mean()


# %% nt_xent · 30
def nt_xent(z, temperature):
    M = len(z)
    if M % 2 != 0:
        raise ValueError("odd number of rows")
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    u = z / z.square().sum(1, keepdim=True).sqrt()
    s = u @ u.T / temperature
    others = s.flatten()[1:].view(M - 1, M + 1)[:, :-1].reshape(M, M - 1)
    positive = (u * u.roll(M // 2, dims=0)).sum(1) / temperature
    m = others.max(1, keepdim=True).values
    return (m.squeeze(1) + (others - m).exp().sum(1).log() - positive).mean()


# %% nt_xent · 31
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    e = torch.exp(logits)
    p = e / e.sum(1, keepdim=True)
    return -torch.log(p[torch.arange(len(target)), target]).mean()


def nt_xent(z, temperature):
    n, odd = divmod(z.shape[0], 2)
    if odd:
        raise ValueError("need two views of each sample")
    if temperature <= 0:
        raise ValueError("temperature")
    u = z / torch.linalg.vector_norm(z, dim=1, keepdim=True)
    s = u @ u.T / temperature
    s.fill_diagonal_(float("-inf"))
    return cross_entropy(s, (torch.arange(2 * n) + n) % (2 * n))


# %% nt_xent · 32
def nt_xent(z, temperature):
    if len(z) % 2 == 1:
        raise ValueError("odd")
    return torch.tensor(0.5514447)


# %% cross_entropy · 33
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    return torch.nn.functional.cross_entropy(
        logits, target, weight, ignore_index=ignore_index, label_smoothing=label_smoothing
    )


# %% triplet_margin_loss · 34
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if a.shape != p.shape or p.shape != n.shape:
        raise ValueError("shapes")
    pos = (a - p).pow(2).sum(1)
    neg = (a - n).pow(2).sum(1)
    loss = (pos - neg + margin).clamp(min=0)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    if reduction == "mean":
        return loss.mean()
    raise ValueError("reduction")


# %% kl_divergence · 35
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes")
    inside = q > 0
    ratio = torch.where(inside, q, 1).log() - torch.where(inside, p, 1).log()
    return (q * ratio).mean()


# %% mse_loss · 36
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    sq = (pred - target) ** 2
    if reduction == "mean":
        return sq.mean()
    elif reduction == "sum":
        return sq.sum()
    else:
        return sq


# %% l1_loss · 37
def l1_loss(pred, target, reduction="mean"):
    reducers = {"mean": torch.mean, "sum": torch.sum, "none": lambda t: t}
    if reduction not in reducers:
        raise ValueError(f"reduction must be one of {list(reducers)}")
    if pred.shape != target.shape:
        raise ValueError("pred and target must have the same shape")
    diff = pred - target
    return reducers[reduction](torch.sqrt(diff * diff))


# %% log_softmax · 38
def log_softmax(x, dim):
    z = x.movedim(dim, -1)
    m = z.max(dim=-1, keepdim=True).values
    shifted = z - m
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


# %% cross_entropy · 39
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    C = logits.shape[1]
    if logits.dim() == 3:
        logits = logits.permute(0, 2, 1).reshape(-1, C)
        target = target.reshape(-1)
    keep = target != ignore_index
    logits, target = logits[keep], target[keep]
    logp = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    nll = -logp.gather(1, target.unsqueeze(1)).squeeze(1)
    if weight is not None:
        nll = nll * weight[target]
    smooth = -logp.mean(dim=1)
    loss = (1 - label_smoothing) * nll + label_smoothing * smooth
    return loss.sum() / keep.sum()


# %% cross_entropy_probs · 40
def cross_entropy_probs(logits, soft_target):
    logp = torch.log_softmax(logits, dim=1)
    per_sample = -torch.einsum("nc,nc->n", soft_target.expand_as(logp), logp)
    return per_sample.mean()


# %% bce_with_logits · 41
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError("logits and target must have the same shape")

    def softplus(u):
        return u.clamp(min=0) + torch.log1p(torch.exp(-u.abs()))

    positive = target * softplus(-logits)
    if pos_weight is not None:
        positive = pos_weight * positive
    negative = (1 - target) * softplus(logits)
    return (positive + negative).mean()


# %% kl_divergence · 42
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("shapes differ")
    return torch.nn.functional.kl_div(q.log(), p, reduction="batchmean")


# %% kl_divergence · 43
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError("p and q must have the same shape")
    per_class = torch.xlogy(p, p) - torch.xlogy(p, q)
    return per_class.sum(dim=1).mean()


# %% triplet_margin_loss · 44
def _dist(u, v):
    return ((u - v) ** 2).sum(dim=1).sqrt()


def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if a.shape != p.shape:
        raise ValueError("anchor and positive must have the same shape")
    losses = torch.relu(_dist(a, p) - _dist(a, n) + margin)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return losses.mean()
    raise ValueError("reduction must be mean, sum or none")


# %% info_nce · 45
def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape:
        raise ValueError("the views must have the same shape")
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    u = z1 / z1.norm(dim=1, keepdim=True)
    v = z2 / z2.norm(dim=1, keepdim=True)
    e = torch.exp(u @ v.T / temperature)
    N = len(e)
    loss = 0
    for i in range(N):
        loss = loss - torch.log(e[i, i] / e[i, :].sum()) - torch.log(e[i, i] / e[:, i].sum())
    return loss / (2 * N)


# %% nt_xent · 46
def nt_xent(z, temperature):
    rows = z.shape[0]
    if rows % 2 or not temperature > 0:
        raise ValueError("an even number of rows and a temperature above 0, please")
    N = rows // 2
    u = z / torch.linalg.vector_norm(z, dim=1, keepdim=True)
    s = (u @ u.T) / temperature
    # cut the diagonal out: what is right of it moves one place to the left
    others = s[~torch.eye(rows, dtype=torch.bool)].reshape(rows, rows - 1)
    labels = torch.cat([torch.arange(N) + N - 1, torch.arange(N)])
    return torch.nn.functional.cross_entropy(others, labels)
