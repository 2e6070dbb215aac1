# %% sgd_step · zeros for the first buffer
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        buf = torch.zeros_like(grad)
    buf = buf * momentum + grad * (1 - dampening)
    weight = weight - buf * lr
    return weight, buf


# %% sgd_step · in place
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        buf = grad.clone()
    else:
        buf.mul_(momentum).add_(grad, alpha=1 - dampening)
    weight.sub_(lr * buf)
    return weight, buf


# %% sgd_step · both exchanged in the result
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        new = grad
    else:
        new = momentum * buf + (1 - dampening) * grad
    return new, weight - lr * new


# %% sgd_step · Nesterov
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = grad if buf is None else momentum * buf + (1 - dampening) * grad
    return weight - lr * (grad + momentum * buf), buf


# %% sgd_step · no None
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    buf = momentum * buf + (1 - dampening) * grad
    return weight - lr * buf, buf


# %% sgd_step · dampening is the share of the gradient
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if buf is None:
        buf = grad
    else:
        buf = momentum * buf + dampening * grad
    return weight - lr * buf, buf


# %% sgd_step · not buf
def sgd_step(weight, grad, buf, lr, momentum=0.9, dampening=0.0):
    if not buf:
        buf = grad
    else:
        buf = momentum * buf + (1 - dampening) * grad
    return weight - lr * buf, buf


# %% textbook_momentum · only the last weight
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError
    v = 0
    for i in range(len(grads)):
        v = momentum * v - lrs[i] * grads[i]
        weight = weight + v
    return weight


# %% textbook_momentum · old velocity
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError
    v = torch.zeros_like(weight)
    out = []
    for g, lr in zip(grads, lrs):
        weight = weight + v
        v = momentum * v - lr * g
        out.append(weight)
    return out


# %% textbook_momentum · torch's form by sgd_step
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("lengths")
    buf = None
    result = []
    for g, lr in zip(grads, lrs):
        weight, buf = sgd_step(weight, g, buf, lr, momentum)
        result.append(weight)
    return result


# %% textbook_momentum · one stacked tensor
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError("lengths")
    v = torch.zeros_like(weight)
    out = []
    for g, lr in zip(grads, lrs):
        v = momentum * v - lr * g
        weight = weight + v
        out.append(weight)
    return torch.stack(out)


# %% textbook_momentum · momentum on the weight
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError
    v = torch.zeros_like(weight)
    out = []
    for g, lr in zip(grads, lrs):
        v = v - lr * g
        weight = weight + momentum * v
        out.append(weight)
    return out


# %% textbook_momentum · in place on a copy
def textbook_momentum(weight, grads, lrs, momentum=0.9):
    if len(grads) != len(lrs):
        raise ValueError
    w = weight.clone()
    v = torch.zeros_like(w)
    out = []
    for g, lr in zip(grads, lrs):
        v = momentum * v - lr * g
        w += v
        out.append(w)
    return out


# %% adam_step · correction of m only
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError
    b1, b2 = betas
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad * grad
    return weight - lr * (m / (1 - b1**step)) / (v**0.5 + eps), m, v


# %% adam_step · correction by multiplication
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError
    b1, b2 = betas
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad * grad
    mh = m * (1 - b1**step)
    vh = v * (1 - b2**step)
    return weight - lr * mh / (vh**0.5 + eps), m, v


# %% adam_step · betas exchanged
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError
    b2, b1 = betas
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad * grad
    return weight - lr * (m / (1 - b1**step)) / ((v / (1 - b2**step)) ** 0.5 + eps), m, v


# %% adam_step · no check of the step
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    b1, b2 = betas
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad * grad
    return weight - lr * (m / (1 - b1**step)) / ((v / (1 - b2**step)) ** 0.5 + eps), m, v


# %% adam_step · returns the weight only
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError
    b1, b2 = betas
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad * grad
    return weight - lr * (m / (1 - b1**step)) / ((v / (1 - b2**step)) ** 0.5 + eps)


# %% adam_step · the old averages
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError
    b1, b2 = betas
    m_new = b1 * m + (1 - b1) * grad
    v_new = b2 * v + (1 - b2) * grad**2
    m_hat = m / (1 - b1**step)
    v_hat = v / (1 - b2**step)
    return weight - lr * m_hat / (torch.sqrt(v_hat) + eps), m_new, v_new


# %% adam_step · the gradient in the numerator
def adam_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    if step < 1:
        raise ValueError
    b1, b2 = betas
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad**2
    v_hat = v / (1 - b2**step)
    return weight - lr * grad / (torch.sqrt(v_hat) + eps), m, v


# %% adamw_step · penalty of the square
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if decoupled:
        w, m, v = adam_step(weight, grad, m, v, step, lr, betas, eps)
        return w - lr * weight_decay * weight, m, v
    return adam_step(weight, grad + weight_decay * weight**2, m, v, step, lr, betas, eps)


# %% adamw_step · 2 lambda w
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if not decoupled:
        return adam_step(weight, grad + 2 * weight_decay * weight, m, v, step, lr, betas, eps)
    w, m, v = adam_step(weight, grad, m, v, step, lr, betas, eps)
    return w - lr * weight_decay * weight, m, v


# %% adamw_step · lr, betas and eps not handed on
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if not decoupled:
        return adam_step(weight, grad + weight_decay * weight, m, v, step)
    w, m, v = adam_step(weight, grad, m, v, step)
    return w - lr * weight_decay * weight, m, v


# %% adamw_step · eps not handed on
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if not decoupled:
        return adam_step(weight, grad + weight_decay * weight, m, v, step, lr, betas)
    w, m, v = adam_step(weight, grad, m, v, step, lr, betas)
    return w - lr * weight_decay * weight, m, v


# %% adamw_step · decays before, then Adam without decay, no lr
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if decoupled:
        weight = weight * (1 - weight_decay)
    else:
        grad = grad + weight_decay * weight
    return adam_step(weight, grad, m, v, step, lr, betas, eps)


# %% adamw_step · the argument changed in place
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    if decoupled:
        weight *= 1 - lr * weight_decay
    else:
        grad += weight_decay * weight
    return adam_step(weight, grad, m, v, step, lr, betas, eps)


# %% adamw_step · no decay at all
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    return adam_step(weight, grad, m, v, step, lr, betas, eps)


# %% learning_rate · up to and with the warm-up
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError
    if step <= warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    return floor + 0.5 * (peak - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


# %% learning_rate · no half
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    return floor + (peak - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


# %% learning_rate · a quarter of the cosine
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    return floor + (peak - floor) * math.cos(math.pi / 2 * (step - warmup) / (total - warmup))


# %% learning_rate · a tensor
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError
    if step < warmup:
        return torch.tensor(peak * (step + 1) / warmup)
    if step >= total:
        return torch.tensor(floor)
    return floor + 0.5 * (peak - floor) * (1 + torch.cos(torch.tensor(math.pi * (step - warmup) / (total - warmup))))


# %% learning_rate · zero after the end
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return 0.0
    return floor + 0.5 * (peak - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


# %% learning_rate · no errors
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    return floor + 0.5 * (peak - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


# %% learning_rate · refuses no warm-up
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup <= 0 or total <= warmup:
        raise ValueError
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    return floor + 0.5 * (peak - floor) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


# %% learning_rate · cosine by T
def learning_rate(step, warmup, total, peak, floor=0.0):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return floor
    return floor + 0.5 * (peak - floor) * (1 + math.cos(math.pi * (step - warmup) / total))


# %% xavier_uniform · the fans from the first two axes and kernel squared
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    k = 1
    for s in shape[2:]:
        k *= s
    a = gain * (6 / (shape[0] * k + shape[1])) ** 0.5
    return (torch.rand(shape, generator=generator) * 2 - 1) * a


# %% xavier_uniform · gain under the root
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    k = math.prod(shape[2:])
    a = math.sqrt(gain * 6 / (shape[0] * k + shape[1] * k))
    return (torch.rand(shape, generator=generator) * 2 - 1) * a


# %% xavier_uniform · shifted by one half
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    k = math.prod(shape[2:])
    a = gain * math.sqrt(6 / (shape[0] * k + shape[1] * k))
    return (torch.rand(shape, generator=generator) - 0.5) * a


# %% xavier_uniform · without the root
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    k = math.prod(shape[2:])
    a = gain * 6 / (shape[0] * k + shape[1] * k)
    return torch.empty(shape).uniform_(-a, a, generator=generator)


# %% xavier_uniform · always the same seed
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    if generator is None:
        generator = torch.Generator().manual_seed(0)
    k = math.prod(shape[2:])
    a = gain * math.sqrt(6 / (shape[0] * k + shape[1] * k))
    return torch.empty(shape).uniform_(-a, a, generator=generator)


# %% xavier_uniform · linear layers only
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    out, inp = shape
    a = gain * math.sqrt(6 / (out + inp))
    return torch.empty(shape).uniform_(-a, a, generator=generator)


# %% xavier_uniform · no error
def xavier_uniform(shape, gain=1.0, generator=None):
    k = math.prod(shape[2:])
    a = gain * math.sqrt(6 / (shape[0] * k + shape[1] * k))
    return torch.empty(shape).uniform_(-a, a, generator=generator)


# %% xavier_uniform · the square
def xavier_uniform(shape, gain=1.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    k = math.prod(shape[2:])
    a = gain * math.sqrt(6 / (shape[0] + shape[1]) * k)
    return torch.empty(shape).uniform_(-a, a, generator=generator)


# %% he_normal · Xavier's variance
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    k = math.prod(shape[2:])
    std = math.sqrt(2 / ((1 + negative_slope**2) * k * (shape[0] + shape[1])))
    return torch.randn(shape, generator=generator) * std


# %% he_normal · slope in the numerator
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    fan = math.prod(shape[1:])
    std = math.sqrt(2 * (1 + negative_slope**2) / fan)
    return torch.randn(shape, generator=generator) * std


# %% he_normal · all the axes
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    fan = math.prod(shape)
    std = math.sqrt(2 / ((1 + negative_slope**2) * fan))
    return torch.randn(shape, generator=generator) * std


# %% he_normal · divided by the deviation
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    fan = math.prod(shape[1:])
    std = math.sqrt(2 / ((1 + negative_slope**2) * fan))
    return torch.randn(shape, generator=generator) / std


# %% he_normal · double
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    fan = math.prod(shape[1:])
    std = math.sqrt(2 / ((1 + negative_slope**2) * fan))
    return torch.randn(shape, generator=generator, dtype=torch.float64) * std


# %% he_normal · normal_ with the variance
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) < 2:
        raise ValueError
    fan = math.prod(shape[1:])
    var = 2 / ((1 + negative_slope**2) * fan)
    return torch.empty(shape).normal_(0, var, generator=generator)


# %% he_normal · refuses convolutions
def he_normal(shape, negative_slope=0.0, generator=None):
    if len(shape) != 2:
        raise ValueError
    std = math.sqrt(2 / ((1 + negative_slope**2) * shape[1]))
    return torch.randn(shape, generator=generator) * std


# %% accumulate_gradients · clears in the loop
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError
    n = len(x)
    total = 0.0
    for i in range(0, n, micro_batch):
        model.zero_grad()
        xb, yb = x[i : i + micro_batch], y[i : i + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(xb), yb) * len(xb) / n
        loss.backward()
        total += loss.item()
    return total, [p.grad for p in model.parameters()]


# %% accumulate_gradients · no zero_grad, means added
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError
    total = 0.0
    for i in range(0, len(x), micro_batch):
        loss = torch.nn.functional.cross_entropy(model(x[i : i + micro_batch]), y[i : i + micro_batch])
        loss.backward()
        total += loss.item()
    return total, [p.grad for p in model.parameters()]


# %% accumulate_gradients · gradients divided, loss not
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError
    model.zero_grad()
    total = 0.0
    for i in range(0, len(x), micro_batch):
        xb, yb = x[i : i + micro_batch], y[i : i + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(xb), yb)
        (loss * len(xb) / len(x)).backward()
        total += loss.item()
    return total, [p.grad for p in model.parameters()]


# %% accumulate_gradients · divided by micro_batch
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError
    model.zero_grad()
    total = 0.0
    for i in range(0, len(x), micro_batch):
        xb, yb = x[i : i + micro_batch], y[i : i + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(xb), yb) / micro_batch
        loss.backward()
        total += loss.item()
    return total, [p.grad for p in model.parameters()]


# %% accumulate_gradients · a tensor as loss
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError
    model.zero_grad()
    total = 0.0
    for i in range(0, len(x), micro_batch):
        xb, yb = x[i : i + micro_batch], y[i : i + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(xb), yb) * len(xb) / len(x)
        loss.backward()
        total = total + loss
    return total, [p.grad for p in model.parameters()]


# %% accumulate_gradients · share of the nominal size
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError
    model.zero_grad()
    total = 0.0
    for i in range(0, len(x), micro_batch):
        xb, yb = x[i : i + micro_batch], y[i : i + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(xb), yb) * micro_batch / len(x)
        loss.backward()
        total += loss.item()
    return total, [p.grad for p in model.parameters()]


# %% accumulate_gradients · a softmax before the loss
def accumulate_gradients(model, x, y, micro_batch):
    if micro_batch < 1 or len(x) != len(y):
        raise ValueError
    model.zero_grad()
    total = 0.0
    for i in range(0, len(x), micro_batch):
        xb, yb = x[i : i + micro_batch], y[i : i + micro_batch]
        z = model(xb).exp()
        z = z / z.sum(1, keepdim=True)
        loss = torch.nn.functional.cross_entropy(z, yb) * len(xb) / len(x)
        loss.backward()
        total += loss.item()
    return total, [p.grad for p in model.parameters()]


# %% clipped_step · clips in the loop by torch
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    model.zero_grad()
    total = 0.0
    for i in range(0, len(x), micro_batch):
        xb, yb = x[i : i + micro_batch], y[i : i + micro_batch]
        loss = torch.nn.functional.cross_entropy(model(xb), yb) * len(xb) / len(x)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        total += loss.item()
    if torch.isfinite(norm):
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
    return total, norm.item()


# %% clipped_step · clips the sum of the norms
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    norm = sum(g.norm().item() for g in grads)
    if math.isfinite(norm):
        f = min(1, max_norm / (norm + 1e-6))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= lr * f * g
    return loss, norm


# %% clipped_step · the square of the norm
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    norm = sum((g**2).sum().item() for g in grads)
    if math.isfinite(norm):
        f = min(1, max_norm / (norm + 1e-6))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= lr * f * g
    return loss, norm


# %% clipped_step · the names bound anew
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    norm = math.sqrt(sum((g**2).sum().item() for g in grads))
    if math.isfinite(norm):
        f = min(1, max_norm / (norm + 1e-6))
        for p, g in zip(model.parameters(), grads):
            p = p - lr * f * g
    return loss, norm


# %% clipped_step · NaN written as zeros
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    grads = [torch.nan_to_num(g, 0.0, 0.0, 0.0) for g in grads]
    norm = math.sqrt(sum((g**2).sum().item() for g in grads))
    f = min(1, max_norm / (norm + 1e-6))
    with torch.no_grad():
        for p, g in zip(model.parameters(), grads):
            p -= lr * f * g
    return loss, norm


# %% clipped_step · raises for NaN
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    norm = math.sqrt(sum((g**2).sum().item() for g in grads))
    if not math.isfinite(norm):
        raise ValueError("the gradients are not finite")
    f = min(1, max_norm / (norm + 1e-6))
    with torch.no_grad():
        for p, g in zip(model.parameters(), grads):
            p -= lr * f * g
    return loss, norm


# %% clipped_step · only the norm
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    norm = math.sqrt(sum((g**2).sum().item() for g in grads))
    if math.isfinite(norm):
        f = min(1, max_norm / (norm + 1e-6))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= lr * f * g
    return norm


# %% clipped_step · the rate clipped too
def clipped_step(model, x, y, lr, micro_batch, max_norm):
    loss, grads = accumulate_gradients(model, x, y, micro_batch)
    norm = math.sqrt(sum((g**2).sum().item() for g in grads))
    if math.isfinite(norm):
        f = min(1, max_norm / (lr * norm + 1e-6))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= lr * f * g
    return loss, norm


# %% adamw_step · always decoupled, decays the moved weight, eps too early
def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, decoupled=True):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad * grad
    rate = lr * (1 - betas[1] ** step) ** 0.5 / (1 - betas[0] ** step)
    weight = weight - rate * m / (v.sqrt() + eps)
    return weight * (1 - lr * weight_decay), m, v


# %% adam_step · other names of the parameters
def adam_step(param, grad, m, v, step, learning_rate=1e-3, betas=(0.9, 0.999), epsilon=1e-8):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad * grad
    first, second = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return param - learning_rate * first / (second.sqrt() + epsilon), m, v
