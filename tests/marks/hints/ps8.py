# %% bce_with_logits · stable with relu
def bce_with_logits(logits, target, pos_weight=None):
    if logits.shape != target.shape:
        raise ValueError
    w = 1 if pos_weight is None else pos_weight
    sp = lambda u: u.clamp(min=0) + torch.log1p(torch.exp(-u.abs()))
    return (w * target * sp(-logits) + (1 - target) * sp(logits)).mean()


# %% kl_divergence · nansum
def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError
    return torch.nansum(p * torch.log(p / q), dim=1).mean()


# %% nt_xent · exp and log
def nt_xent(z, temperature):
    if len(z) % 2 or temperature <= 0:
        raise ValueError
    n = len(z) // 2
    u = F.normalize(z, dim=1) if False else z / z.norm(dim=1, keepdim=True)
    e = torch.exp(u @ u.T / temperature)
    m = ~torch.eye(2 * n, dtype=torch.bool)
    den = (e * m).sum(1)
    idx = torch.arange(2 * n)
    pos = e[idx, (idx + n) % (2 * n)]
    return -torch.log(pos / den).mean()


# %% triplet_margin_loss · mean over non-zero
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    if not a.shape == p.shape == n.shape:
        raise ValueError
    if reduction not in ("mean", "sum", "none"):
        raise ValueError
    l = torch.relu((a - p).norm(dim=1) - (a - n).norm(dim=1) + margin)
    if reduction == "none":
        return l
    if reduction == "sum":
        return l.sum()
    return l[l > 0].mean() if (l > 0).any() else l.sum()


# %% cross_entropy · clipped
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    if logits.dim() == 3:
        logits = logits.permute(0, 2, 1).reshape(-1, logits.shape[1])
        target = target.reshape(-1)
    keep = target != ignore_index
    logits, target = logits[keep], target[keep]
    C = logits.shape[1]
    e = torch.exp(logits - logits.max(1, keepdim=True).values)
    p = e / e.sum(1, keepdim=True)
    logp = torch.log(p.clamp(min=1e-9))
    w = torch.ones(C, dtype=logits.dtype) if weight is None else weight
    nll = -(w[target] * logp[torch.arange(len(target)), target])
    sm = -(logp * w).sum(1) / C
    return ((1 - label_smoothing) * nll + label_smoothing * sm).sum() / w[target].sum()


# %% nt_xent · plain products
def nt_xent(z, temperature):
    if len(z) % 2 or not temperature > 0:
        raise ValueError
    n = len(z) // 2
    logits = z @ z.T / temperature
    logits = logits.masked_fill(torch.eye(2 * n, dtype=torch.bool), -torch.inf)
    picked = torch.cat([logits.diagonal(n), logits.diagonal(-n)])
    return (logits.logsumexp(1) - picked).mean()


# %% info_nce · plain products of the rows
def info_nce(z1, z2, temperature):
    if z1.shape != z2.shape or not temperature > 0:
        raise ValueError
    logits = z1 @ z2.T / temperature
    return (logits.logsumexp(1) - logits.diagonal()).mean()


# %% triplet_margin_loss · squares, a fixed margin
def triplet_margin_loss(a, p, n, margin=1.0, reduction="mean"):
    near, far = (a - p).square().sum(-1), (a - n).square().sum(-1)
    return (near - far + 0.2).clamp(min=0).mean()
