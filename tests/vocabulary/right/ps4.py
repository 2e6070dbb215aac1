# %% batch_norm · mean and var over all axes but the channel
def batch_norm(x, gamma, beta, eps=1e-5):
    axes = [a for a in range(x.dim()) if a != 1]
    shape = [1, -1] + [1] * (x.dim() - 2)
    mean = x.mean(dim=axes, keepdim=True)
    var = x.var(dim=axes, keepdim=True, unbiased=False)
    return gamma.view(shape) * (x - mean) / torch.sqrt(var + eps) + beta.view(shape)

# %% batch_norm · channel last and flattened, einsum
def batch_norm(x, gamma, beta, eps=1e-5):
    moved = x.movedim(1, -1)
    rows = moved.reshape(-1, x.shape[1])
    centred = rows - rows.mean(0)
    var = torch.einsum("nc,nc->c", centred, centred) / rows.shape[0]
    scale = gamma * (var + eps).rsqrt()
    return (centred * scale + beta).reshape(moved.shape).movedim(-1, 1)

# %% batch_norm · loop over the channels into a buffer
def batch_norm(x, gamma, beta, eps=1e-5):
    out = torch.empty_like(x)
    for c in range(x.shape[1]):
        values = x[:, c]
        mean = values.sum() / values.numel()
        var = ((values - mean) ** 2).sum() / values.numel()
        out[:, c] = gamma[c] * (values - mean) / (var + eps) ** 0.5 + beta[c]
    return out

# %% batch_norm · autograd.Function with numpy in the forward pass
import numpy as np


class _BatchNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gamma, beta, eps):
        a = x.detach().numpy()
        axes = (0,) + tuple(range(2, a.ndim))
        mean = a.mean(axis=axes, keepdims=True, dtype=np.float64)
        inv = 1 / np.sqrt(((a - mean) ** 2).mean(axis=axes, keepdims=True) + eps)
        hat = torch.from_numpy((a - mean) * inv).to(x.dtype)
        ctx.axes = axes
        ctx.save_for_backward(hat, torch.from_numpy(inv).to(x.dtype), gamma)
        shape = (1, -1) + (1,) * (x.dim() - 2)
        return gamma.reshape(shape) * hat + beta.reshape(shape)

    @staticmethod
    def backward(ctx, dy):
        hat, inv, gamma = ctx.saved_tensors
        dgamma, dbeta = (dy * hat).sum(ctx.axes), dy.sum(ctx.axes)
        g = dy * gamma.reshape(inv.shape)
        dx = inv * (g - g.mean(ctx.axes, keepdim=True) - hat * (g * hat).mean(ctx.axes, keepdim=True))
        return dx, dgamma, dbeta, None


def batch_norm(x, gamma, beta, eps=1e-5):
    return _BatchNorm.apply(x, gamma, beta, eps)

# %% batch_norm · var_mean, compared with torch below
import torch.nn.functional as F


def batch_norm(x, gamma, beta, eps=1e-5):
    over = (0,) if x.ndim == 2 else (0, 2, 3)
    variance, mean = torch.var_mean(x, dim=over, correction=0, keepdim=True)
    normalized = torch.div(torch.sub(x, mean), torch.sqrt(torch.add(variance, eps)))
    if x.ndim == 4:
        gamma, beta = gamma[:, None, None], beta[:, None, None]
    return torch.addcmul(beta, gamma, normalized)


_x, _g, _b = torch.randn(4, 3, 2, 2), torch.rand(3), torch.rand(3)
print(torch.allclose(batch_norm(_x, _g, _b), F.batch_norm(_x, None, None, _g, _b, training=True), atol=1e-5))

# %% layer_norm · mean and variance over the last axes
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    d = len(normalized_shape)
    if tuple(x.shape[-d:]) != tuple(normalized_shape):
        raise ValueError(f"{tuple(x.shape)} does not end with {tuple(normalized_shape)}")
    dims = tuple(range(-d, 0))
    centred = x - x.mean(dims, keepdim=True)
    y = centred / torch.sqrt((centred * centred).mean(dims, keepdim=True) + eps)
    if weight is not None:
        y = y * weight
    if bias is not None:
        y = y + bias
    return y

# %% layer_norm · flattened rows, match on the type of the shape
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    match normalized_shape:
        case int(n):
            shape = [n]
        case _:
            shape = list(normalized_shape)
    lead = x.dim() - len(shape)
    if lead < 0 or list(x.shape[lead:]) != shape:
        raise ValueError("the shape of x does not end with normalized_shape")
    rows = x.flatten(lead) if lead else x.flatten().unsqueeze(0)
    mean = rows.sum(-1, keepdim=True) / rows.shape[-1]
    var = (rows - mean).square().sum(-1, keepdim=True) / rows.shape[-1]
    y = ((rows - mean) * torch.rsqrt(var + eps)).reshape(x.shape)
    if weight is not None:
        y = y.mul(weight)
    return y if bias is None else y.add(bias)

# %% layer_norm · own function that standardizes, used by partial
from functools import partial


def _standardize(x, *, dims, eps):
    mean = torch.mean(x, dim=dims, keepdim=True)
    std = torch.sqrt(torch.var(x, dim=dims, correction=0, keepdim=True) + eps)
    return torch.div(x - mean, std)


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = torch.Size([normalized_shape] if isinstance(normalized_shape, int) else normalized_shape)
    if x.shape[x.dim() - len(shape) :] != shape or len(shape) > x.dim():
        raise ValueError(shape)
    norm = partial(_standardize, dims=[-k - 1 for k in range(len(shape))], eps=eps)
    scale = torch.ones(shape, dtype=x.dtype) if weight is None else weight
    shift = torch.zeros(shape, dtype=x.dtype) if bias is None else bias
    return norm(x) * scale + shift

# %% layer_norm · autograd.Function, gradients by hand
class _LayerNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps):
        mean = x.mean(-1, keepdim=True)
        inv = ((x - mean).pow(2).mean(-1, keepdim=True) + eps).pow(-0.5)
        hat = (x - mean) * inv
        ctx.save_for_backward(hat, inv)
        return hat

    @staticmethod
    def backward(ctx, g):
        hat, inv = ctx.saved_tensors
        return inv * (g - g.mean(-1, keepdim=True) - hat * (g * hat).mean(-1, keepdim=True)), None


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    try:
        shape = tuple(normalized_shape)
    except TypeError:
        shape = (normalized_shape,)
    front = x.shape[: max(x.dim() - len(shape), 0)]
    if tuple(front) + shape != tuple(x.shape):
        raise ValueError("wrong shape")
    hat = _LayerNorm.apply(x.reshape(*front, -1), eps).reshape(x.shape)
    if weight is not None:
        hat = weight * hat
    if bias is not None:
        hat = bias + hat
    return hat

# %% rms_norm · the formula
def rms_norm(x, weight, eps=1e-6):
    return weight * x / torch.sqrt((x**2).mean(-1, keepdim=True) + eps)

# %% rms_norm · rsqrt and method style
def rms_norm(x, weight, eps=1e-6):
    mean_square = x.square().mean(dim=-1, keepdim=True)
    return x.mul(mean_square.add(eps).rsqrt()).mul(weight)

# %% rms_norm · einsum for the squares
def rms_norm(x, weight, eps=1e-6):
    k = x.shape[-1]
    squares = torch.einsum("...k,...k->...", x, x) / k
    return torch.einsum("...k,...,k->...k", x, (squares + eps) ** -0.5, weight)

# %% rms_norm · loop over the features, walrus
def rms_norm(x, weight, eps=1e-6):
    total = torch.zeros_like(x[..., 0])
    for k in range(size := x.shape[-1]):
        total = total + x[..., k] * x[..., k]
    root = (total / size + eps).sqrt()
    return torch.stack([weight[k] * x[..., k] / root for k in range(size)], dim=-1)

# %% rms_norm · a class that is called, with its eps as a default
class RMS:
    eps = 1e-6

    def denominator(self, x, eps):
        return torch.pow(torch.sum(x * x, -1, keepdim=True) / x.size(-1) + eps, 0.5)

    def __call__(self, x, weight, eps=eps):
        return torch.mul(torch.div(x, self.denominator(x, eps)), weight)


rms_norm = RMS()

# %% instance_norm · axes from the third to the last
def instance_norm(x, eps=1e-5):
    axes = tuple(range(2, x.dim()))
    if all(x.shape[axis] == 1 for axis in axes):
        raise ValueError("one value per channel cannot be normalized")
    mean = x.mean(axes, keepdim=True)
    var = ((x - mean) ** 2).mean(axes, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)

# %% instance_norm · flatten, loop over samples and channels into a buffer
import math


def instance_norm(x, eps=1e-5):
    pixels = math.prod(x.shape[2:])
    if pixels == 1:
        raise ValueError(f"a channel of shape {tuple(x.shape[2:])} has one value")
    out = torch.zeros_like(x)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            plane = x[n, c]
            centred = plane - plane.mean()
            out[n, c] = centred / (centred.pow(2).mean() + eps).sqrt()
    return out

# %% instance_norm · the own layer_norm over the positions
def instance_norm(x, eps=1e-5):
    positions = x.shape[2:]
    if positions.numel() == 1:
        raise ValueError("only one position")
    return layer_norm(x, tuple(positions), eps=eps)

# %% instance_norm · einsum over flattened positions
def instance_norm(x, eps=1e-5):
    flat = x.flatten(start_dim=2)
    if (p := flat.shape[-1]) == 1:
        raise ValueError("P = 1")
    flat = flat - torch.einsum("ncp->nc", flat).unsqueeze(-1) / p
    var = torch.einsum("ncp,ncp->nc", flat, flat) / p
    return torch.einsum("ncp,nc->ncp", flat, 1 / torch.sqrt(var + eps)).view_as(x)

# %% group_norm · reshape to groups
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    n, c = x.shape[:2]
    if c % groups != 0:
        raise ValueError(f"{c} channels cannot be cut into {groups} groups")
    g = x.reshape(n, groups, -1)
    mean = g.mean(-1, keepdim=True)
    var = g.var(-1, keepdim=True, correction=0)
    y = ((g - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    shape = [1, c] + [1] * (x.dim() - 2)
    if weight is not None:
        y = y * weight.reshape(shape)
    if bias is not None:
        y = y + bias.reshape(shape)
    return y

# %% group_norm · chunk the channels, generator, cat
def _normalized(parts, eps):
    for part in parts:
        axes = list(range(1, part.dim()))
        mean = part.mean(axes, keepdim=True)
        mean_square = (part - mean).square().mean(axes, keepdim=True)
        yield (part - mean) / (mean_square + eps).sqrt()


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if x.size(1) % groups:
        raise ValueError("groups")
    y = torch.cat(list(_normalized(x.chunk(groups, dim=1), eps)), dim=1)
    y = y.transpose(1, -1)
    if weight is not None:
        y = y * weight
    if bias is not None:
        y = y + bias
    return y.transpose(1, -1)

# %% group_norm · statistics of a group by index_add, gathered for each channel
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    n, c = x.shape[0], x.shape[1]
    if c // groups * groups != c:
        raise ValueError("C is not divisible by groups")
    flat = x.reshape(n, c, -1)
    group = torch.arange(c) // (c // groups)
    count = c // groups * flat.shape[-1]

    def shared(values):
        sums = torch.zeros(n, groups, dtype=x.dtype).index_add(1, group, values.sum(-1))
        return (sums / count)[:, group].unsqueeze(-1)

    centred = flat - shared(flat)
    y = centred / torch.sqrt(shared(centred**2) + eps)
    if weight is not None:
        y = y * weight.unsqueeze(-1)
    if bias is not None:
        y = y + bias.unsqueeze(-1)
    return y.reshape(x.shape)

# %% group_norm · the own layer_norm over each group
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    channels = x.shape[1]
    if channels % groups:
        raise ValueError("cannot be divided")
    cut = x.unflatten(1, (groups, channels // groups))
    y = layer_norm(cut, tuple(cut.shape[2:]), eps=eps).flatten(1, 2)
    column = (-1,) + (1,) * (x.dim() - 2)
    y = y if weight is None else y * weight.view(column)
    return y if bias is None else y + bias.view(column)

# %% dropout · where with the mask
def dropout(x, p, mask):
    if not 0 <= p <= 1:
        raise ValueError("p is a probability")
    if p == 1:
        return torch.zeros_like(x)
    return torch.where(mask.bool(), x / (1 - p), torch.zeros_like(x))

# %% dropout · multiply by the mask in the dtype of x
def dropout(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError(f"p = {p}")
    scale = 0.0 if p == 1 else 1 / (1 - p)
    return x * mask.to(x.dtype) * scale

# %% dropout · masked_fill, everything dropped at p = 1
def dropout(x, p, mask):
    if not (p >= 0 and p <= 1):
        raise ValueError("p should be in [0, 1]")
    dropped = torch.ones_like(mask, dtype=torch.bool) if p == 1 else mask == 0
    return torch.masked_fill(x, dropped, 0).div(1 - p if p < 1 else 1)

# %% dropout · clone and boolean index
def dropout(x, p, mask):
    if min(p, 1 - p) < 0:
        raise ValueError("not a probability")
    y = x.clone()
    y[mask.logical_not()] = 0
    if p == 1.0:
        y[...] = 0
        return y
    y /= 1 - p
    return y

# %% dropout · autograd.Function, closure for the scale
def _scaling(p):
    keep = 1 - p
    return (lambda t: torch.zeros_like(t)) if keep == 0 else (lambda t: t / keep)


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, kept, scale):
        ctx.kept, ctx.scale = kept, scale
        return scale(x * kept)

    @staticmethod
    def backward(ctx, dy):
        return ctx.scale(dy * ctx.kept), None, None


def dropout(x, p, mask):
    if p not in (0, 1) and not 0.0 < p < 1.0:
        raise ValueError(p)
    return _Drop.apply(x, mask != 0, _scaling(p))

# %% Dropout · torch.rand and where
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p should be in [0, 1]")
        self.p = p
        self.generator = generator

    def forward(self, x):
        if not self.training:
            return x
        u = torch.rand(x.shape, generator=self.generator)
        if self.p == 1:
            return torch.zeros_like(x)
        return torch.where(u >= self.p, x / (1 - self.p), torch.zeros_like(x))

# %% Dropout · uniform_ into an own buffer and the exercise dropout
from torch import nn


class Dropout(nn.Module):
    """Inverted dropout."""

    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"{p} is no probability")
        self.p, self.generator = p, generator

    def _mask(self, x):
        u = torch.empty(x.shape, dtype=torch.float32, device=x.device).uniform_(generator=self.generator)
        return u >= self.p

    def forward(self, x):
        return dropout(x, self.p, self._mask(x)) if self.training else x

    def extra_repr(self):
        return f"p={self.p}"

# %% Dropout · bernoulli_ with the probability to keep
class Dropout(torch.nn.Module):
    def __init__(self, p: float = 0.5, generator: torch.Generator | None = None) -> None:
        super().__init__()
        if not (0.0 <= p <= 1.0):
            raise ValueError("p must lie between 0 and 1")
        self.keep = 1.0 - p
        self.generator = generator

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        match self.training, self.keep:
            case False, _:
                return x
            case True, 0.0:
                return x.masked_fill(torch.ones_like(x, dtype=torch.bool), 0.0)
        mask = torch.empty_like(x, requires_grad=False).bernoulli_(self.keep, generator=self.generator)
        return x * mask / self.keep

# %% Dropout · torch.rand_like unless there is a generator, mask under no_grad
class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p > 1 or p < 0:
            raise ValueError
        self.p = float(p)
        self.generator = generator

    @torch.no_grad()
    def draw(self, x):
        if self.generator is None:
            u = torch.rand_like(x)
        else:
            u = torch.rand(*x.shape, generator=self.generator, dtype=x.dtype)
        factor = torch.zeros_like(x)
        if self.p < 1:
            factor[u >= self.p] = 1 / (1 - self.p)
        return factor

    def forward(self, x):
        return x * self.draw(x) if self.training else x

# %% BatchNorm · buffers updated under no_grad
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
        axes = [0] + list(range(2, x.dim()))
        if self.training:
            m = x.numel() // x.shape[1]
            if m == 1:
                raise ValueError("more than one value in each channel is needed")
            mean = x.mean(axes)
            var = x.var(axes, unbiased=False)
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * m / (m - 1)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        shape = (1, -1) + (1,) * (x.dim() - 2)
        y = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * y + self.bias.view(shape)

# %% BatchNorm · the exercise batch_norm in training, lerp_ on the buffers
from torch import nn


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        for name, start in (
            ("running_mean", torch.zeros(num_features)),
            ("running_var", torch.ones(num_features)),
            ("num_batches_tracked", torch.tensor(0)),
        ):
            self.register_buffer(name, start)

    @torch.no_grad()
    def _track(self, x):
        rows = x.transpose(0, 1).flatten(1)
        if rows.shape[1] == 1:
            raise ValueError("the unbiased variance of one value is 0/0")
        self.running_mean.lerp_(rows.mean(1), self.momentum)
        self.running_var.lerp_(rows.var(1), self.momentum)
        self.num_batches_tracked.add_(1)

    def forward(self, x):
        if self.training:
            self._track(x)
            return batch_norm(x, self.weight, self.bias, self.eps)
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        shift = self.bias - self.running_mean * scale
        if x.dim() == 4:
            scale, shift = scale[:, None, None], shift[:, None, None]
        return x * scale + shift

# %% BatchNorm · dataclass for the statistics of a batch, einsum
from dataclasses import dataclass


@dataclass
class BatchStatistics:
    mean: torch.Tensor
    var: torch.Tensor
    count: int

    @classmethod
    def of(cls, x):
        flat = x.reshape(x.shape[0], x.shape[1], -1)
        count = flat.shape[0] * flat.shape[2]
        mean = torch.einsum("ncp->c", flat) / count
        centred = flat - mean[:, None]
        return cls(mean, torch.einsum("ncp,ncp->c", centred, centred) / count, count)

    @property
    def unbiased(self):
        return self.var * (self.count / (self.count - 1))


class BatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.full((num_features,), 1.0))
        self.bias = torch.nn.Parameter(torch.full((num_features,), 0.0))
        self.register_buffer("running_mean", torch.zeros_like(self.bias).detach())
        self.register_buffer("running_var", torch.ones_like(self.bias).detach())
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        if not self.training:
            return self._apply_statistics(x, self.running_mean, self.running_var)
        batch = BatchStatistics.of(x)
        if batch.count < 2:
            raise ValueError("one value in each channel")
        with torch.no_grad():
            for buffer, new in ((self.running_mean, batch.mean), (self.running_var, batch.unbiased)):
                buffer.mul_(1 - self.momentum).add_(new, alpha=self.momentum)
            self.num_batches_tracked += 1
        return self._apply_statistics(x, batch.mean, batch.var)

    def _apply_statistics(self, x, mean, var):
        moved = x.movedim(1, -1)
        y = (moved - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
        return y.movedim(-1, 1)

# %% batch_norm_backward · the formula with sums
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    axes = [0] + list(range(2, x.dim()))
    shape = [1, -1] + [1] * (x.dim() - 2)
    m = x.numel() / x.shape[1]
    mean = x.mean(axes, keepdim=True)
    s = torch.sqrt(((x - mean) ** 2).mean(axes, keepdim=True) + eps)
    hat = (x - mean) / s
    dbeta = dy.sum(axes)
    dgamma = (dy * hat).sum(axes)
    dx = gamma.view(shape) / s * (dy - dbeta.view(shape) / m - hat / m * dgamma.view(shape))
    return dx, dgamma, dbeta

# %% batch_norm_backward · three paths one after another
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    over = (0,) if x.ndim == 2 else (0, 2, 3)
    column = gamma if x.ndim == 2 else gamma[:, None, None]
    m = x.numel() // gamma.numel()
    mu = x.sum(over, keepdim=True) / m
    centred = x - mu
    var = centred.square().sum(over, keepdim=True) / m
    root = torch.sqrt(var + eps)

    dhat = dy * column
    dvar = (dhat * centred).sum(over, keepdim=True) * -0.5 / root**3
    dmu = -dhat.sum(over, keepdim=True) / root - 2 * dvar * centred.mean(over, keepdim=True)
    dx = dhat / root + dvar * 2 * centred / m + dmu / m
    return dx, (dy * centred / root).sum(over), dy.sum(over)

# %% batch_norm_backward · numpy inside
import numpy as np


def batch_norm_backward(dy, x, gamma, eps=1e-5):
    d, a, g = (t.detach().numpy().astype(np.float64) for t in (dy, x, gamma))
    rows = np.moveaxis(a, 1, -1).reshape(-1, a.shape[1])
    grads = np.moveaxis(d, 1, -1).reshape(rows.shape)
    s = np.sqrt(rows.var(axis=0) + eps)
    hat = (rows - rows.mean(axis=0)) / s
    dbeta = grads.sum(axis=0)
    dgamma = np.einsum("mc,mc->c", grads, hat)
    dx = g / s * (grads - dbeta / len(rows) - hat * dgamma / len(rows))
    moved = dx.reshape(np.moveaxis(a, 1, -1).shape)
    return tuple(torch.tensor(v, dtype=x.dtype) for v in (np.moveaxis(moved, -1, 1), dgamma, dbeta))

# %% batch_norm_backward · the Jacobian of each channel as a matrix
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    values = x.transpose(0, 1).flatten(1)
    grads = dy.transpose(0, 1).flatten(1)
    c, m = values.shape
    centred = values - values.mean(1, keepdim=True)
    s = (centred.pow(2).mean(1, keepdim=True) + eps).sqrt()
    hat = centred / s
    jacobian = torch.eye(m, dtype=x.dtype) - 1 / m - torch.einsum("ci,cj->cij", hat, hat) / m
    jacobian = jacobian * (gamma.view(c, 1) / s).unsqueeze(-1)
    dx = torch.bmm(grads.unsqueeze(1), jacobian).squeeze(1)
    dx = dx.reshape(c, x.shape[0], *x.shape[2:]).transpose(0, 1)
    return dx, torch.sum(grads * hat, dim=1), torch.sum(grads, dim=1)

# %% batch_norm_backward · loop over the channels, projections
def _without(v, direction):
    return v - direction * torch.dot(v, direction) / direction.numel()


def batch_norm_backward(dy, x, gamma, eps=1e-5):
    dx = torch.empty_like(x)
    dgamma = torch.zeros_like(gamma)
    dbeta = torch.zeros_like(gamma)
    for c in range(x.shape[1]):
        d, v = dy[:, c].reshape(-1), x[:, c].reshape(-1)
        v = v - v.mean()
        s = (torch.dot(v, v) / v.numel() + eps) ** 0.5
        hat = v / s
        dgamma[c], dbeta[c] = torch.dot(d, hat), d.sum()
        both = _without(d, torch.ones_like(d)) + _without(d, hat) - d
        dx[:, c] = (gamma[c] / s * both).reshape(dx[:, c].shape)
    return dx, dgamma, dbeta

# %% batch_norm · statistics by matrix products with ones, baddbmm
def batch_norm(x, gamma, beta, eps=1e-5):
    c = x.shape[1]
    rows = torch.swapaxes(x, 0, 1).reshape(c, 1, -1)
    ones = torch.ones(c, rows.shape[-1], 1, dtype=x.dtype)
    m = rows.shape[-1]
    centred = torch.baddbmm(rows, torch.bmm(rows, ones) / -m, ones.mT)
    var = torch.bmm(centred, centred.mT) / m
    y = gamma.reshape(c, 1, 1) * centred / torch.sqrt(var + eps) + beta.reshape(c, 1, 1)
    return torch.swapaxes(y.reshape(c, x.shape[0], *x.shape[2:]), 0, 1)

# %% batch_norm · one channel by a function, torch.vmap over the channels
def _one_channel(values, scale, shift, eps):
    centred = values - values.mean()
    return scale * centred * torch.rsqrt((centred**2).mean() + eps) + shift


def batch_norm(x, gamma, beta, eps=1e-5):
    return torch.vmap(_one_channel, in_dims=(1, 0, 0, None), out_dims=1)(x, gamma, beta, eps)

# %% layer_norm · std_mean, nested functions, conditional scale
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    def as_tuple(shape):
        return (shape,) if isinstance(shape, int) else tuple(shape)

    def check(shape):
        for size, wanted in zip(reversed((0,) * len(shape) + tuple(x.shape)), reversed(shape)):
            if size != wanted:
                raise ValueError(f"{size} is not {wanted}")
        return tuple(range(x.dim() - len(shape), x.dim()))

    axes = check(as_tuple(normalized_shape))
    std, mean = torch.std_mean(x, axes, correction=0, keepdim=True)
    y = (x - mean) / torch.sqrt(torch.square(std) + eps)
    for value, step in ((weight, torch.Tensor.mul), (bias, torch.Tensor.add)):
        if value is not None:
            y = step(y, value)
    return y

# %% rms_norm · matmul with a column of ones, float_power
def rms_norm(x, weight, eps=1e-6):
    k = x.shape[-1]
    mean_square = (x * x) @ x.new_full((k, 1), 1.0 / k)
    return (x * torch.float_power(mean_square + eps, -0.5)).to(x.dtype) * weight

# %% rms_norm · autograd.Function, ctx.needs_input_grad, F.rms_norm only outside
import torch.nn.functional as F


class _RmsNorm(torch.autograd.Function):
    @staticmethod
    def forward(x, weight, eps):
        inverse = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
        return x * inverse * weight, inverse

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, weight, _ = inputs
        ctx.save_for_backward(x, weight, output[1])
        ctx.mark_non_differentiable(output[1])

    @staticmethod
    def backward(ctx, dy, _):
        x, weight, inverse = ctx.saved_tensors
        hat = x * inverse
        dx = dw = None
        if ctx.needs_input_grad[0]:
            g = dy * weight
            dx = inverse * (g - hat * (g * hat).mean(-1, keepdim=True))
        if ctx.needs_input_grad[1]:
            dw = (dy * hat).reshape(-1, weight.numel()).sum(0)
        return dx, dw, None


def rms_norm(x, weight, eps=1e-6):
    return _RmsNorm.apply(x, weight, eps)[0]


_x, _w = torch.randn(3, 5), torch.rand(5)
if hasattr(F, "rms_norm"):
    print(torch.allclose(rms_norm(_x, _w), F.rms_norm(_x, (5,), _w, eps=1e-6), atol=1e-6))

# %% instance_norm · recursion over samples and channels
def instance_norm(x, eps=1e-5):
    if x.shape[2:].numel() == 1:
        raise ValueError("a single value")

    def walk(part, depth):
        if depth:
            return torch.stack([walk(p, depth - 1) for p in part])
        d = part - torch.mean(part)
        return d / torch.sqrt(torch.mean(d * d) + eps)

    return walk(x, 2)

# %% group_norm · membership matrix of channels and groups, kron
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    n, c = x.shape[0], x.shape[1]
    if c % groups:
        raise ValueError("C and groups")
    size = c // groups
    share = torch.kron(torch.eye(groups, dtype=x.dtype), torch.ones(size, size, dtype=x.dtype)) / size
    flat = x.reshape(n, c, -1)
    centred = flat - (share @ flat).mean(-1, keepdim=True)
    var = (share @ centred.square()).mean(-1, keepdim=True)
    y = centred / torch.sqrt(var + eps)
    y = y * (1 if weight is None else weight[:, None]) + (0 if bias is None else bias[:, None])
    return y.reshape(x.shape)

# %% dropout · nonzero and index_put from zeros
def dropout(x, p, mask):
    if p < 0 or 1 < p:
        raise ValueError("p")
    flat = x.reshape(-1)
    kept = mask.reshape(-1) if p < 1 else torch.zeros_like(flat)
    places = torch.nonzero(kept, as_tuple=True)
    scale = torch.tensor(1 - p if p < 1 else 1, dtype=x.dtype)
    return torch.zeros_like(flat).index_put(places, flat[places] / scale).reshape(x.shape)

# %% Dropout · state in a helper class that draws
class _Masks:
    def __init__(self, p, generator):
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p, self.generator = p, generator

    def __call__(self, like):
        chance = torch.full(tuple(like.shape), 1.0 - self.p)
        return torch.bernoulli(chance, generator=self.generator).to(like.dtype)


class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        self.masks = _Masks(p, generator)

    def forward(self, x):
        if not self.training:
            return x
        scale = 1 / (1 - self.masks.p) if self.masks.p < 1 else 0.0
        return torch.einsum("...,...->...", x, self.masks(x)) * scale

# %% BatchNorm · torch.no_grad as a context with copy_, helper functions above the class
from torch.nn import Module, Parameter


def _moments(x):
    rows = x.movedim(1, 0).reshape(x.shape[1], -1)
    mean = rows.mean(1)
    return mean, (rows - mean[:, None]).square().mean(1), rows.shape[1]


def _expand(v, x):
    return v.reshape(-1, *[1] * (x.dim() - 2)).expand_as(x)


class BatchNorm(Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = Parameter(torch.ones(num_features)), Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if self.training:
            mean, var, m = _moments(x)
            if m <= 1:
                raise ValueError("M - 1 is zero")
            with torch.no_grad():
                self.running_mean.copy_(torch.lerp(self.running_mean, mean, self.momentum))
                self.running_var.copy_(torch.lerp(self.running_var, var * m / (m - 1), self.momentum))
                self.num_batches_tracked.add_(1)
        else:
            mean, var = self.running_mean, self.running_var
        hat = (x - _expand(mean, x)) / _expand(var + self.eps, x).sqrt()
        return torch.addcmul(_expand(self.bias, x), hat, _expand(self.weight, x))
