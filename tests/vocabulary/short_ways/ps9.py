# %% sgd_step · torch.optim.SGD
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    p = torch.nn.Parameter(weight.clone())
    o = torch.optim.SGD([p], lr=lr, momentum=momentum, dampening=dampening)
    if buf is not None:
        o.state[p]["momentum_buffer"] = buf.clone()
    p.grad = grad.clone()
    o.step()
    return p.detach(), o.state[p]["momentum_buffer"]


# %% textbook_momentum · torch.optim.SGD with rates in the gradients
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("sizes")
    p = torch.nn.Parameter(weight.clone())
    o = torch.optim.SGD([p], lr=1.0, momentum=momentum)
    out = []
    for g, lr in zip(grads, lrs):
        p.grad = g * lr
        o.step()
        out.append(p.detach().clone())
    return out


# %% adam_step · torch.optim.Adam
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("step")
    p = torch.nn.Parameter(weight.clone())
    o = torch.optim.Adam([p], lr=lr, betas=betas, eps=eps)
    o.state[p] = {"step": torch.tensor(float(step - 1)), "exp_avg": m.clone(), "exp_avg_sq": v.clone()}
    p.grad = grad.clone()
    o.step()
    return p.detach(), o.state[p]["exp_avg"], o.state[p]["exp_avg_sq"]


# %% adam_step · the functional form
from torch.optim.adam import adam


def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("step")
    w, m, v = weight.clone(), m.clone(), v.clone()
    adam(
        [w], [grad], [m], [v], [], [torch.tensor(float(step - 1))],
        amsgrad=False, beta1=betas[0], beta2=betas[1], lr=lr, weight_decay=0, eps=eps, maximize=False,
    )
    return w, m, v


# %% adamw_step · torch.optim.AdamW
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    p = torch.nn.Parameter(weight.clone())
    kind = torch.optim.AdamW if decoupled else torch.optim.Adam
    o = kind([p], lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
    o.state[p] = {"step": torch.tensor(float(step - 1)), "exp_avg": m.clone(), "exp_avg_sq": v.clone()}
    p.grad = grad.clone()
    o.step()
    return p.detach(), o.state[p]["exp_avg"], o.state[p]["exp_avg_sq"]


# %% learning_rate · torch's schedulers
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or not 0 <= warmup < total:
        raise ValueError("schedule")
    o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    if step < warmup:
        return peak * (step + 1) / warmup
    s = torch.optim.lr_scheduler.CosineAnnealingLR(o, total - warmup, eta_min=floor)
    for _ in range(min(step, total) - warmup):
        o.step()
        s.step()
    return o.param_groups[0]["lr"]


# %% xavier_uniform · torch.nn.init
def xavier_uniform(shape, gain=1.0, generator=None):
    return torch.nn.init.xavier_uniform_(torch.empty(shape), gain, generator=generator)


# %% xavier_uniform · the bound from a layer's own reset
from torch.nn import init


def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("no fans")
    fan_in, fan_out = init._calculate_fan_in_and_fan_out(torch.empty(shape))
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return torch.empty(shape).uniform_(-a, a, generator=generator)


# %% he_normal · torch.nn.init
def he_normal(shape, negative_slope=0.0, generator=None):
    return torch.nn.init.kaiming_normal_(torch.empty(shape), negative_slope, generator=generator)


# %% clipped_step · torch.optim.SGD
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    for parameter, grad in zip(model.parameters(), grads):
        parameter.grad = grad
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if norm.isfinite():
        torch.optim.SGD(model.parameters(), lr=lr).step()
    return loss, norm.item()
