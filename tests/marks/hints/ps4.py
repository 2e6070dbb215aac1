# %% group_norm · interleaved
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    N, C, H, W = x.shape
    if C % groups:
        raise ValueError
    g = x.reshape(N, C // groups, groups, H, W)
    mean = g.mean((1, 3, 4), keepdim=True)
    var = g.var((1, 3, 4), unbiased=False, keepdim=True)
    y = ((g - mean) / torch.sqrt(var + eps)).reshape(N, C, H, W)
    if weight is not None:
        y = y * weight.view(1, C, 1, 1)
    if bias is not None:
        y = y + bias.view(1, C, 1, 1)
    return y


# %% group_norm · unbiased
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    N, C = x.shape[:2]
    if C % groups:
        raise ValueError
    g = x.reshape(N, groups, -1)
    y = ((g - g.mean(-1, keepdim=True)) / torch.sqrt(g.var(-1, keepdim=True) + eps)).reshape(x.shape)
    s = [1, C] + [1] * (x.dim() - 2)
    if weight is not None:
        y = y * weight.view(s)
    if bias is not None:
        y = y + bias.view(s)
    return y


# %% BatchNorm · momentum of the old, biased
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
        dims = (0,) if x.dim() == 2 else (0, 2, 3)
        shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
        if self.training:
            if x.numel() // x.shape[1] == 1:
                raise ValueError
            mean = x.mean(dims)
            var = x.var(dims, unbiased=False)
            with torch.no_grad():
                self.running_mean.copy_(self.momentum * self.running_mean + (1 - self.momentum) * mean)
                self.running_var.copy_(self.momentum * self.running_var + (1 - self.momentum) * var)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        xhat = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * xhat + self.bias.view(shape)


# %% layer_norm · numpy
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    if tuple(x.shape[-len(normalized_shape) :]) != tuple(normalized_shape):
        raise ValueError
    import numpy as np

    a = x.detach().numpy()
    axes = tuple(range(-len(normalized_shape), 0))
    mu = a.mean(axis=axes, keepdims=True)
    var = a.var(axis=axes, keepdims=True)
    y = (a - mu) / np.sqrt(var + eps)
    if weight is not None:
        y = y * weight.detach().numpy()
    if bias is not None:
        y = y + bias.detach().numpy()
    return torch.from_numpy(y)


# %% layer_norm · eps outside
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    if tuple(x.shape[-len(normalized_shape) :]) != tuple(normalized_shape):
        raise ValueError
    axes = tuple(range(-len(normalized_shape), 0))
    mu = x.mean(axes, keepdim=True)
    sd = x.std(axes, unbiased=False, keepdim=True)
    y = (x - mu) / (sd + eps)
    if weight is not None:
        y = y * weight
    if bias is not None:
        y = y + bias
    return y


# %% batch_norm_backward · without eps
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    m = x.numel() // x.shape[1]
    mu = x.mean(dims, keepdim=True)
    var = x.var(dims, unbiased=False, keepdim=True)
    xhat = (x - mu) / var.sqrt()
    dbeta = dy.sum(dims)
    dgamma = (dy * xhat).sum(dims)
    dx = gamma.view(shape) / var.sqrt() * (dy - dbeta.view(shape) / m - xhat * dgamma.view(shape) / m)
    return dx, dgamma, dbeta


# %% batch_norm_backward · N - 1
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    m = x.numel() // x.shape[1]
    mu = x.mean(dims, keepdim=True)
    std = (x.var(dims, keepdim=True) + eps).sqrt()
    xhat = (x - mu) / std
    dbeta = dy.sum(dims)
    dgamma = (dy * xhat).sum(dims)
    dx = gamma.view(shape) / std * (dy - dbeta.view(shape) / m - xhat * dgamma.view(shape) / m)
    return dx, dgamma, dbeta


# %% batch_norm_backward · sign
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    m = x.numel() // x.shape[1]
    mu = x.mean(dims, keepdim=True)
    std = (x.var(dims, unbiased=False, keepdim=True) + eps).sqrt()
    xhat = (x - mu) / std
    dbeta = dy.sum(dims)
    dgamma = (dy * xhat).sum(dims)
    dx = gamma.view(shape) / std * (dy - dbeta.view(shape) / m + xhat * dgamma.view(shape) / m)
    return dx, dgamma, dbeta


# %% dropout · x mask / p
def dropout(x, p, mask):
    if not 0 <= p <= 1:
        raise ValueError
    return x * mask / p


# %% dropout · mask inverted
def dropout(x, p, mask):
    if not 0 <= p <= 1:
        raise ValueError
    if p == 1:
        return torch.zeros_like(x)
    return x * (1 - mask.to(x.dtype)) / (1 - p)


# %% Dropout · keep with bernoulli, scaled again in eval
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError
        self.p, self.g = p, generator

    def forward(self, x):
        if not self.training:
            return x * (1 - self.p)
        if self.p == 1:
            return torch.zeros_like(x)
        mask = torch.bernoulli(torch.full(x.shape, 1 - self.p), generator=self.g)
        return x * mask / (1 - self.p)


# %% Dropout · p is keep, bernoulli
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError
        self.p, self.g = p, generator

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 0:
            return torch.zeros_like(x)
        mask = torch.bernoulli(torch.full(x.shape, self.p), generator=self.g)
        return x * mask / self.p


# %% batch_norm · channels in one mean
def batch_norm(x, gamma, beta, eps=1e-5):
    c = [1, x.shape[1]] + [1] * (x.dim() - 2)
    centered = x - x.mean()
    deviation = (centered.square().mean() + eps) ** 0.5
    return gamma.reshape(c) * centered / deviation + beta.reshape(c)


# %% batch_norm · pictures cut into rows
def batch_norm(x, gamma, beta, eps=1e-5):
    channels = x.shape[1]
    table = x.contiguous().view(-1, channels)
    m = table.mean(dim=0)
    v = (table - m).pow(2).mean(dim=0)
    table = (table - m) * (v + eps).rsqrt()
    return (table * gamma + beta).view_as(x)


# %% layer_norm · std of the last axis, eps beside it
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    m, s = x.mean(-1, True), x.std(-1, keepdim=True)
    out = (x - m) / (s + eps)
    if weight is not None:
        out = weight * out
    if bias is not None:
        out = out + bias
    return out


# %% instance_norm · divided by the variance
def instance_norm(x, eps=1e-5):
    if x[0, 0].numel() < 2:
        raise ValueError
    flat = x.flatten(2)
    flat = flat - flat.mean(-1, keepdim=True)
    return (flat / (flat.square().mean(-1, keepdim=True) + eps)).reshape(x.shape)


# %% group_norm · a constant for eps, mean of the sample
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError
    flat = x.flatten(1)
    y = (flat - flat.mean(1, keepdim=True)) / (flat.var(1, correction=0, keepdim=True) + 1e-3).sqrt()
    y = y.reshape(x.shape)
    c = [-1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(c)
    return y if bias is None else y + bias.reshape(c)
