# %% sgd_step · 01
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        buf = grad.clone()
    else:
        buf.mul_(momentum).add_((1 - dampening) * grad)
    return weight - lr * buf, buf


# %% textbook_momentum · 02
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("one rate for each gradient")
    weights, buf = [], None
    for g, lr in zip(grads, lrs):
        weight, buf = sgd_step(weight, g, buf, lr, momentum)
        weights.append(weight)
    return weights


# %% adam_step · 03
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError("steps are counted from 1")
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    powers = torch.tensor(betas) ** step
    m_hat, v_hat = m / (1 - powers[0]), v / (1 - powers[1])
    return weight - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v


# %% adam_step · 04
class RunningAverage:
    def __init__(self, beta, value):
        self.beta, self.value = beta, value

    def update(self, new):
        self.value = self.value + (1 - self.beta) * (new - self.value)
        return self

    def corrected(self, step):
        return self.value / (1 - self.beta**step)


def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    first = RunningAverage(betas[0], m).update(grad)
    second = RunningAverage(betas[1], v).update(grad.square())
    direction = first.corrected(step) / (second.corrected(step) + eps).sqrt()
    return weight - lr * direction, first.value, second.value


# %% adamw_step · 05
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if not decoupled:
        return adam_step(weight, grad + weight_decay * weight, m, v, step, lr, betas, eps)
    weight, m, v = adam_step(weight, grad, m, v, step, lr, betas, eps)
    weight = weight * (1 - lr * weight_decay)
    return weight, m, v


# %% learning_rate · 06
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0:
        raise ValueError("step and warmup must not be negative")
    if total <= warmup:
        raise ValueError("total must be above warmup")
    if step < warmup:
        share = (step + 1) / warmup
    elif step < total:
        share = 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))
    else:
        share = 0.0
    return float(floor + (peak - floor) * share)


# %% xavier_uniform · 07
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError("a weight has at least two axes")
    if generator is None:
        generator = torch.Generator().manual_seed(42)
    out, inp, *kernel = shape
    k = math.prod(kernel)
    a = gain * math.sqrt(6 / (inp * k + out * k))
    return torch.rand(shape, generator=generator) * 2 * a - a


# %% he_normal · 08
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError("need at least two axes")
    fan_in = shape[1]
    var = 2.0 / ((1 + negative_slope) ** 2 * fan_in)
    return torch.normal(0.0, var**0.5, size=tuple(shape), generator=generator)


# %% accumulate_gradients · 09
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError("bad micro_batch or number of labels")
    params = list(model.parameters())
    total = [torch.zeros_like(p) for p in params]
    losses = []
    for xs, ys in zip(x.split(micro_batch), y.split(micro_batch)):
        loss = torch.nn.functional.cross_entropy(model(xs), ys)
        share = len(ys) / len(y)
        for acc, g in zip(total, torch.autograd.grad(loss, params)):
            acc += share * g
        losses.append(loss.item())
    return sum(losses) / len(losses), total


# %% clipped_step · 10
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    flat = torch.cat([g.reshape(-1) for g in grads])
    norm = torch.sqrt((flat * flat).sum()).item()
    if math.isnan(norm):
        return loss, norm
    factor = min(1.0, max_norm / (norm + 1e-6))
    with torch.no_grad():
        for p, g in zip(model.parameters(), grads):
            p -= lr * factor * g
    return loss, norm


# %% adamw_step · 11
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    w = torch.nn.Parameter(weight.clone())
    w.grad = grad.clone()
    cls = torch.optim.AdamW if decoupled else torch.optim.Adam
    opt = cls([w], lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
    opt.state[w] = {"step": torch.tensor(float(step - 1)), "exp_avg": m.clone(), "exp_avg_sq": v.clone()}
    opt.step()
    return w.detach(), opt.state[w]["exp_avg"], opt.state[w]["exp_avg_sq"]
