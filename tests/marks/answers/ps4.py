# %% batch_norm · 01
def batch_norm(x, gamma, beta, eps=1e-5):
    moved = x.movedim(1, -1)                       # (N, C) or (N, H, W, C)
    flat = moved.reshape(-1, moved.shape[-1])
    centred = flat - flat.sum(0) / len(flat)
    var = (centred * centred).sum(0) / len(flat)
    out = gamma * centred * (var + eps).rsqrt() + beta
    return out.reshape(moved.shape).movedim(-1, 1)


# %% batch_norm · 02
def batch_norm(x, gamma, beta, eps=1e-5):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    mean = x.mean(dims, keepdim=True)
    var = x.var(dims, keepdim=True)
    xhat = (x - mean) / torch.sqrt(var + eps)
    return gamma.view(shape) * xhat + beta.view(shape)


# %% batch_norm · 03
def batch_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(0, keepdim=True)
    var = ((x - mean) ** 2).mean(0, keepdim=True)
    xhat = (x - mean) / (var + eps).sqrt()
    if x.dim() == 4:
        gamma = gamma[:, None, None]
        beta = beta[:, None, None]
    return xhat * gamma + beta


# %% layer_norm · 04
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    D = len(normalized_shape)
    if tuple(x.shape[-D:]) != tuple(normalized_shape):
        raise ValueError("shape does not end with normalized_shape")
    axes = tuple(range(-D, 0))
    mean = x.mean(axes, keepdim=True)
    var = (x ** 2).mean(axes, keepdim=True) - mean ** 2
    y = (x - mean) / torch.sqrt(var + eps)
    if weight is not None:
        y = y * weight
    if bias is not None:
        y = y + bias
    return y


# %% layer_norm · 05
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape)[len(x.shape) - len(shape):] != shape:
        raise ValueError(f"{tuple(x.shape)} does not end with {shape}")
    mu = x.mean(-1, keepdim=True)
    d = x - mu
    y = d / torch.sqrt((d * d).mean(-1, keepdim=True) + eps)
    y = y if weight is None else weight * y
    return y if bias is None else y + bias


# %% layer_norm · 06
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    n = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    flat = x.flatten(-n) if n > 1 else x
    mu = flat.mean(-1, keepdim=True)
    sd = flat.std(-1, keepdim=True, unbiased=False)
    y = ((flat - mu) / (sd + eps)).reshape(x.shape)
    if weight is not None:
        y = y * weight + bias
    return y


# %% rms_norm · 07
def rms_norm(x, weight, eps=1e-6):
    ms = (x ** 2).mean(-1)
    return weight * x / torch.sqrt(ms + eps)


# %% rms_norm · 08
def rms_norm(x, weight, eps=1e-6):
    rms = x.square().mean(dim=-1, keepdim=True).sqrt()
    return x / (rms + eps) * weight


# %% rms_norm · 09
def rms_norm(x, weight, eps=1e-6):
    K = x.shape[-1]
    square = torch.einsum("...k,...k->...", x, x).unsqueeze(-1)
    return x * torch.rsqrt(square / K + eps) * weight


# %% instance_norm · 10
def instance_norm(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("only one value per channel")
    mean = x.mean(dim=-1, keepdim=True)
    var = (x - mean).pow(2).mean(dim=-1, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)


# %% instance_norm · 11
def instance_norm(x, eps=1e-5):
    if x.shape[-1] == 1:
        raise ValueError("need more than one value")
    flat = x.flatten(2)
    var, mean = torch.var_mean(flat, dim=2, correction=0, keepdim=True)
    return ((flat - mean) / (var + eps).sqrt()).view_as(x)


# %% group_norm · 12
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    N, C = x.shape[:2]
    if C % groups:
        raise ValueError("C must be divisible by groups")
    g = x.reshape(N, groups, -1)
    mean = g.mean(2, keepdim=True)
    std = ((g - mean) ** 2).mean(2, keepdim=True).sqrt()
    y = ((g - mean) / (std + eps)).reshape(x.shape)
    shape = [1, C] + [1] * (x.dim() - 2)
    if weight is not None:
        y = y * weight.reshape(shape)
    if bias is not None:
        y = y + bias.reshape(shape)
    return y


# %% group_norm · 13
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    if tuple(x.shape[-len(normalized_shape):]) != tuple(normalized_shape):
        raise ValueError("shapes")
    axes = tuple(range(-len(normalized_shape), 0))
    mean = x.mean(axes, keepdim=True)
    var = (x * x).mean(axes, keepdim=True) - mean * mean
    y = (x - mean) / (var + eps).sqrt()
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups != 0:
        raise ValueError("not divisible")
    # the groups become samples of their own
    rows = x.reshape(x.shape[0] * groups, -1)
    y = layer_norm(rows, rows.shape[1], eps=eps).reshape(x.shape)
    per_channel = (-1,) + (1,) * (x.dim() - 2)
    if weight is not None:
        y = y * weight.view(per_channel)
    if bias is not None:
        y = y + bias.view(per_channel)
    return y


# %% group_norm · 14
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    size = x.shape[1] // groups
    parts = []
    for k in range(groups):
        part = x[:, k * size:(k + 1) * size]
        axes = tuple(range(1, part.dim()))
        m = part.mean(axes, keepdim=True)
        v = ((part - m) ** 2).mean(axes, keepdim=True)
        parts.append((part - m) / torch.sqrt(v + eps))
    y = torch.cat(parts, dim=1)
    s = (1, -1) + (1,) * (x.dim() - 2)
    if weight is not None:
        y = weight.view(s) * y
    if bias is not None:
        y = bias.view(s) + y
    return y


# %% dropout · 15
def dropout(x, p, mask):
    if not 0 <= p <= 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask.to(x.dtype) / (1 - p)


# %% dropout · 16
def dropout(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError(p)
    if p == 1:
        return torch.zeros_like(x)
    if p == 0:
        return x * mask.to(x.dtype)
    return x * mask.to(x.dtype) / p


# %% dropout · 17
def dropout(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p out of range")
    if p == 1:
        return torch.zeros_like(x)
    return mask * x / (1 - p)


# %% Dropout · 18
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p must lie in [0, 1]")
        self.p = p
        self.generator = generator

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        keep = torch.rand(x.shape[-1:], generator=self.generator) >= self.p
        return x * keep.to(x.dtype) / (1 - self.p)


# %% Dropout · 19
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("bad p")
        self.p = p
        self.generator = generator
        self.mask = None

    def forward(self, x):
        if self.training is False:
            return x
        if self.mask is None or self.mask.shape != x.shape:
            self.mask = torch.rand(x.shape, generator=self.generator) >= self.p
        if self.p == 1:
            return x * 0
        return torch.where(self.mask, x / (1 - self.p), torch.zeros_like(x))


# %% Dropout · 20
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        if not (p >= 0 and p <= 1):
            raise ValueError(f"p = {p}")
        super().__init__()
        self.keep = 1 - p
        self.generator = generator

    def forward(self, x):
        if self.training and self.keep < 1:
            mask = torch.empty_like(x).bernoulli_(self.keep, generator=self.generator)
            return x.mul(mask).div(self.keep) if self.keep > 0 else torch.zeros_like(x)
        return x


# %% BatchNorm · 21
class BatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        dims = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] + [1] * (x.dim() - 2)
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError("more than one value per channel is needed")
            M = x.shape[0]
            mean = x.mean(dims)
            var = x.var(dims, unbiased=False)
            with torch.no_grad():
                self.num_batches_tracked += 1
                self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
                self.running_var.mul_(1 - self.momentum).add_(self.momentum * var * M / max(M - 1, 1))
        else:
            mean, var = self.running_mean, self.running_var
        xhat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * xhat + self.bias.view(shape)


# %% BatchNorm · 22
class BatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        xt = x.transpose(0, 1)
        flat = xt.reshape(xt.shape[0], -1)
        if self.training:
            M = flat.shape[1]
            if M < 2:
                raise ValueError("one value only")
            mean = flat.mean(1)
            var = ((flat - mean[:, None]) ** 2).mean(1)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var * M / (M - 1)
        else:
            mean, var = self.running_mean, self.running_var
        flat = (flat - mean[:, None]) / torch.sqrt(var[:, None] + self.eps)
        flat = flat * self.weight[:, None] + self.bias[:, None]
        return flat.reshape(xt.shape).transpose(0, 1)


# %% BatchNorm · 23
def batch_norm(x, gamma, beta, eps=1e-5):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    mean = x.mean(dims, keepdim=True)
    std = ((x - mean) ** 2).mean(dims, keepdim=True).sqrt()
    return gamma.view(shape) * (x - mean) / (std + eps) + beta.view(shape)


class BatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        dims = (0,) if x.dim() == 2 else (0, 2, 3)
        shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
        if not self.training:
            scale = self.weight / torch.sqrt(self.running_var + self.eps)
            return (x - self.running_mean.view(shape)) * scale.view(shape) + self.bias.view(shape)
        if x.numel() // x.shape[1] < 2:
            raise ValueError("a channel has only one value")
        with torch.no_grad():
            self.running_mean.lerp_(x.mean(dims).to(self.running_mean.dtype), self.momentum)
            self.running_var.lerp_(x.var(dims).to(self.running_var.dtype), self.momentum)
            self.num_batches_tracked.add_(1)
        return batch_norm(x, self.weight, self.bias, self.eps)


# %% batch_norm_backward · 24
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    axes = (0,) if x.dim() == 2 else (0, 2, 3)
    g = gamma.reshape((1, -1) + (1,) * (x.dim() - 2))
    mu = x.mean(axes, keepdim=True)
    s = torch.sqrt(((x - mu) ** 2).mean(axes, keepdim=True) + eps)
    xhat = (x - mu) / s
    dbeta = dy.sum(axes, keepdim=True)
    dgamma = (dy * xhat).sum(axes, keepdim=True)
    M = x.shape[0]
    dx = g / s * (dy - dbeta / M - xhat * dgamma / M)
    return dx, dgamma.flatten(), dbeta.flatten()


# %% batch_norm_backward · 25
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    C = x.shape[1]
    xc = x.transpose(0, 1).reshape(C, -1)
    gc = dy.transpose(0, 1).reshape(C, -1)
    xc = xc - xc.mean(1, keepdim=True)
    inv = 1 / torch.sqrt(xc.square().mean(1, keepdim=True) + eps)
    xc = xc * inv
    dx = gc - gc.mean(1, keepdim=True) - xc * (gc * xc).mean(1, keepdim=True)
    dx = dx * inv * gamma[:, None]
    back = x.transpose(0, 1).shape
    return dx.reshape(back).transpose(0, 1), (gc * xc).sum(1), gc.sum(1)


# %% batch_norm_backward · 26
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    x = x.detach().clone().requires_grad_()
    gamma = gamma.detach().clone().requires_grad_()
    beta = torch.zeros_like(gamma).requires_grad_()
    y = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    return torch.autograd.grad(y, (x, gamma, beta), dy)


# %% layer_norm · 27
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    return torch.nn.functional.layer_norm(x, normalized_shape, weight, bias, eps)


# %% BatchNorm · 28
class BatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        shape = (1, -1) + (1,) * (x.dim() - 2)
        y = (x - self.running_mean.view(shape)) / torch.sqrt(self.running_var.view(shape) + self.eps)
        return y * self.weight.view(shape) + self.bias.view(shape)


# %% batch_norm · 29
def batch_norm(x, gamma, beta, eps=1e-5):
    dims = [d for d in range(x.dim()) if d != 1]
    mean = x.mean(dim=dims, keepdim=True)
    mean_of_squares = (x ** 2).mean(dim=dims, keepdim=True)
    var = mean_of_squares - mean ** 2
    shape = [1] * x.dim()
    shape[1] = -1
    return gamma.view(shape) * (x - mean) / torch.sqrt(var + eps) + beta.view(shape)


# %% layer_norm · 30
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if len(shape) > x.dim() or tuple(x.shape[x.dim() - len(shape):]) != shape:
        raise ValueError("shape does not fit")
    axes = tuple(range(-len(shape), 0))
    centered = x - x.mean(axes, keepdim=True)
    y = centered / (centered.square().mean(axes, keepdim=True) + eps).sqrt()
    if weight is not None:
        y = y * weight
        if bias is not None:
            y = y + bias
    return y


# %% rms_norm · 31
def rms_norm(x, weight, eps=1e-6):
    def _norm(v):
        return v * torch.rsqrt(v.pow(2).mean(-1, keepdim=True) + eps)

    return _norm(x.float()).type_as(x) * weight


# %% instance_norm · 32
def instance_norm(x, eps=1e-5):
    if 1 in x.shape[2:]:
        raise ValueError("only one value in a channel")
    samples = []
    for sample in x:
        planes = []
        for plane in sample:
            d = plane - plane.mean()
            planes.append(d / torch.sqrt((d * d).mean() + eps))
        samples.append(torch.stack(planes))
    return torch.stack(samples)


# %% group_norm · 33
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    n, c = x.shape[:2]
    if c % groups:
        raise ValueError("C must be divisible by groups")
    z = x.reshape(n, c // groups, groups, -1)
    mu = z.mean(dim=(1, 3), keepdim=True)
    var = z.var(dim=(1, 3), unbiased=False, keepdim=True)
    y = ((z - mu) / torch.sqrt(var + eps)).reshape(x.shape)
    per_channel = (1, c) + (1,) * (x.dim() - 2)
    if weight is not None:
        y = y * weight.reshape(per_channel)
    if bias is not None:
        y = y + bias.reshape(per_channel)
    return y


# %% dropout · 34
def dropout(x, p, mask):
    assert 0 <= p <= 1, "p must be in [0, 1]"
    if p == 1:
        return x * 0.0
    return x * mask * (1 / (1 - p))


# %% Dropout · 35
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p is a probability")
        self.p = p
        self.generator = generator

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        keep = torch.rand_like(x) >= self.p
        return torch.where(keep, x / (1 - self.p), torch.zeros_like(x))


# %% BatchNorm · 36
class BatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def _shape(self, v, x):
        return v.view(1, -1, *[1] * (x.dim() - 2))

    def forward(self, x):
        if self.training:
            dims = [0] + list(range(2, x.dim()))
            m = x.numel() // x.shape[1]
            if m == 1:
                raise ValueError("more than one value per channel needed")
            mean = x.mean(dims)
            var = x.var(dims, unbiased=False)
            a = self.momentum
            self.running_mean = (1 - a) * self.running_mean + a * mean
            self.running_var = (1 - a) * self.running_var + a * var * m / (m - 1)
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - self._shape(mean, x)) / torch.sqrt(self._shape(var, x) + self.eps)
        return y * self._shape(self.weight, x) + self._shape(self.bias, x)


# %% batch_norm_backward · 37
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    x = x.detach().clone().requires_grad_(True)
    g = gamma.detach().clone().requires_grad_(True)
    b = torch.zeros_like(g).requires_grad_(True)
    dims = [0] + list(range(2, x.dim()))
    shape = [1, -1] + [1] * (x.dim() - 2)
    mu = x.mean(dims, keepdim=True)
    var = ((x - mu) ** 2).mean(dims, keepdim=True)
    y = g.view(shape) * (x - mu) / torch.sqrt(var + eps) + b.view(shape)
    return torch.autograd.grad(y, (x, g, b), grad_outputs=dy)
