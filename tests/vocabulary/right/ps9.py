# %% sgd_step · in place on copies
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        buf = torch.clone(grad)
    else:
        buf = buf.clone().mul_(momentum).add_(grad, alpha=1 - dampening)
    return weight.add(buf, alpha=-lr), buf

# %% sgd_step · lerp where it is an average, NumPy otherwise
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        new = grad.numpy().copy()
    else:
        new = buf.numpy() * momentum + grad.numpy() * (1 - dampening)
    new = torch.as_tensor(new, dtype=weight.dtype)
    return torch.sub(weight, new, alpha=lr), new

# %% textbook_momentum · sgd_step on gradients that hold the rate
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(lrs) != len(grads):
        raise ValueError("one rate for each gradient")
    weights, buf = [], None
    for grad, lr in zip(grads, lrs):
        weight, buf = sgd_step(weight, lr * grad, buf, 1.0, momentum)
        weights.append(weight)
    return weights

# %% textbook_momentum · itertools
from itertools import accumulate


def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(lrs) != len(grads):
        raise ValueError(f"{len(lrs)} rates, {len(grads)} gradients")
    pushes = (-lr * grad for lr, grad in zip(lrs, grads))
    velocities = accumulate(pushes, lambda v, push: momentum * v + push)
    return list(accumulate(velocities, torch.add, initial=weight))[1:]

# %% textbook_momentum · differences of the weights
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(lrs) != len(grads):
        raise ValueError
    path = [weight, weight]
    for i in range(len(grads)):
        path.append(path[-1] + momentum * (path[-1] - path[-2]) - lrs[i] * grads[i])
    return path[2:]

# %% adam_step · as torch computes it
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("step")
    b1, b2 = betas
    m = m.lerp(grad, 1 - b1)
    v = v.mul(b2).addcmul(grad, grad, value=1 - b2)
    denom = v.sqrt().div_(math.sqrt(1 - b2**step)).add_(eps)
    return weight.addcdiv(m, denom, value=-lr / (1 - b1**step)), m, v

# %% adam_step · NumPy
import numpy as np


def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step <= 0:
        raise ValueError("step")
    w, g, m, v = (np.asarray(t) for t in (weight, grad, m, v))
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * np.square(g)
    w = w - lr * (m / (1 - betas[0] ** step)) / (np.sqrt(v / (1 - betas[1] ** step)) + eps)
    return tuple(torch.as_tensor(a, dtype=weight.dtype) for a in (w, m, v))

# %% adamw_step · the weight shrinks first
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if decoupled:
        weight = weight * (1 - lr * weight_decay)
    else:
        grad = grad.add(weight, alpha=weight_decay)
    return adam_step(weight, grad, m, v, step, lr=lr, betas=betas, eps=eps)

# %% adamw_step · written out
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    b1, b2 = betas
    decay = weight_decay * weight
    g = grad if decoupled else grad + decay
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g.square()
    update = (m / (1 - b1**step)) / ((v / (1 - b2**step)).sqrt() + eps)
    if decoupled:
        update = update + decay
    return weight - lr * update, m, v

# %% learning_rate · half a sine
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("schedule")
    if step < warmup:
        return float((step + 1) / warmup * peak)
    if step >= total:
        return float(floor)
    return floor + (peak - floor) * math.cos(math.pi / 2 * (step - warmup) / (total - warmup)) ** 2

# %% learning_rate · torch's cosine, clamped
def learning_rate(step, warmup, total, peak, floor=0.0):
    if min(step, warmup) < 0 or not warmup < total:
        raise ValueError("schedule")
    if step + 1 <= warmup:
        return peak / warmup * (step + 1)
    part = torch.tensor((step - warmup) / (total - warmup), dtype=torch.float64).clamp(max=1)
    return (floor + 0.5 * (peak - floor) * (1 + torch.cos(math.pi * part))).item()

# %% xavier_uniform · uniform_ in place
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("no fans")
    out, inside, *kernel = shape
    field = 1
    for size in kernel:
        field *= size
    a = gain * (6.0 / (inside * field + out * field)) ** 0.5
    return torch.empty(*shape).uniform_(-a, a, generator=generator)

# %% xavier_uniform · one dimension, then reshaped
def xavier_uniform(shape, gain=1.0, generator=None):
    shape = torch.Size(shape)
    if len(shape) < 2:
        raise ValueError("no fans")
    both = shape[1:].numel() + shape.numel() // shape[1]
    bound = gain * math.sqrt(6 / both)
    return (torch.rand(shape.numel(), generator=generator) - 0.5).mul(2 * bound).reshape(shape)

# %% he_normal · normal with the deviation
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) <= 1:
        raise ValueError("no fans")
    fan_in = torch.empty(shape)[0].numel()
    return torch.normal(0.0, (2 / (1 + negative_slope**2) / fan_in) ** 0.5, shape, generator=generator)

# %% he_normal · normal_ in place
def he_normal(shape, negative_slope=0.0, generator=None):
    if not len(shape) >= 2:
        raise ValueError("no fans")
    gain = math.sqrt(2 / (1 + negative_slope * negative_slope))
    return torch.zeros(shape).normal_(std=gain / math.sqrt(math.prod(shape[1:])), generator=generator)

# %% accumulate_gradients · backward and .grad
import torch.nn.functional as F


def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch <= 0 or len(x) != len(y):
        raise ValueError("sizes")
    model.zero_grad()
    total = 0.0
    for start in range(0, len(x), micro_batch):
        rows, labels = x[start : start + micro_batch], y[start : start + micro_batch]
        loss = F.cross_entropy(model(rows), labels, reduction="sum") / len(x)
        loss.backward()
        total += loss.item()
    return total, [parameter.grad for parameter in model.parameters()]

# %% accumulate_gradients · cross-entropy by hand, chunks by narrow
def accumulate_gradients(model, x, y, micro_batch):
    n = x.shape[0]
    if micro_batch < 1 or n != y.shape[0]:
        raise ValueError("sizes")
    parameters, sums, total = [*model.parameters()], None, 0.0
    for start in range(0, n, micro_batch):
        size = min(micro_batch, n - start)
        z = model(x.narrow(0, start, size))
        loss = (z.logsumexp(1) - z.gather(1, y.narrow(0, start, size)[:, None])[:, 0]).sum() / n
        each = torch.autograd.grad(loss, parameters)
        sums = list(each) if sums is None else [a + b for a, b in zip(sums, each)]
        total += float(loss)
    return total, sums

# %% accumulate_gradients · nn.CrossEntropyLoss, restored gradients
from torch import nn


def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("sizes")
    criterion = nn.CrossEntropyLoss()
    for p in model.parameters():
        p.grad = None
    losses = []
    for xb, yb in zip(torch.split(x, micro_batch), torch.split(y, micro_batch)):
        loss = criterion(model(xb), yb) * (len(xb) / len(x))
        loss.backward()
        losses.append(loss.detach())
    grads = [p.grad.clone() for p in model.parameters()]
    for p in model.parameters():
        p.grad = None
    return torch.stack(losses).sum().item(), grads

# %% clipped_step · torch's clip_grad_norm_
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    for parameter, grad in zip(model.parameters(), grads):
        parameter.grad = grad
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.sub_(parameter.grad, alpha=lr)
    model.zero_grad()
    return loss, norm.item()

# %% clipped_step · one's own clip_grad_norm, without accumulate_gradients
from torch.nn.functional import cross_entropy


def clip_grad_norm(grads, max_norm):
    total = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(grad) for grad in grads]))
    factor = torch.clamp(max_norm / (total + 1e-6), max=1.0)
    return [grad * factor for grad in grads], total


def clipped_step(model, x, y, lr, micro_batch, max_norm):
    for p in model.parameters():
        p.grad = None
    loss = 0.0
    for rows, labels in zip(x.split(micro_batch), y.split(micro_batch)):
        part = cross_entropy(model(rows), labels, reduction="sum") / len(y)
        part.backward()
        loss += part.item()
    grads, total = clip_grad_norm([p.grad for p in model.parameters()], max_norm)
    if total.isfinite():
        for p, grad in zip(model.parameters(), grads):
            p.data -= lr * grad
    return loss, float(total)

# %% clipped_step · get_total_norm
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    norm = float(torch.nn.utils.get_total_norm(grads))
    if norm != norm or norm == float("inf"):
        return loss, norm
    scale = lr * min(max_norm / (norm + 1e-6), 1)
    with torch.no_grad():
        for parameter, grad in zip(model.parameters(), grads):
            parameter.copy_(parameter - scale * grad)
    return loss, norm
