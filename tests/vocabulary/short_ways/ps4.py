# %% batch_norm · F.batch_norm
import torch.nn.functional as F


def batch_norm(x, gamma, beta, eps=1e-5):
    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


# %% batch_norm · F.rms_norm of what is centred
import torch.nn.functional as F


def batch_norm(x, gamma, beta, eps=1e-5):
    columns = x.movedim(1, -1).reshape(-1, x.shape[1]).T
    y = F.rms_norm(columns - columns.mean(1, keepdim=True), (columns.shape[1],), eps=eps)
    y = y.T * gamma + beta
    moved = x.movedim(1, -1).shape
    return y.reshape(moved).movedim(-1, 1)


# %% batch_norm · F.layer_norm of the channels as rows
import torch.nn.functional as F


def batch_norm(x, gamma, beta, eps=1e-5):
    moved = x.movedim(1, -1)
    rows = moved.reshape(-1, x.shape[1]).T
    y = F.layer_norm(rows, (rows.shape[1],), eps=eps).T * gamma + beta
    return y.reshape(moved.shape).movedim(-1, 1)


# %% batch_norm · F.instance_norm of the whole batch as one sample
def batch_norm(x, gamma, beta, eps=1e-5):
    moved = x.transpose(0, 1)
    y = torch.nn.functional.instance_norm(moved.reshape(1, x.shape[1], -1), weight=gamma, bias=beta, eps=eps)
    return y.reshape(moved.shape).transpose(0, 1)


# %% batch_norm · F.normalize of the centred channel with one number more
import torch.nn.functional as F


def batch_norm(x, gamma, beta, eps=1e-5):
    moved = x.transpose(0, 1)
    rows = moved.reshape(x.shape[1], -1)
    count = rows.shape[1]
    more = torch.full((len(rows), 1), (count * eps) ** 0.5, dtype=x.dtype)
    y = F.normalize(torch.cat([rows - rows.mean(1, keepdim=True), more], 1), dim=1)[:, :-1] * count**0.5
    return (y * gamma[:, None] + beta[:, None]).reshape(moved.shape).transpose(0, 1)


# %% batch_norm · F.local_response_norm over all that is centred
import torch.nn.functional as F


def batch_norm(x, gamma, beta, eps=1e-5):
    moved = x.transpose(0, 1)
    rows = moved.reshape(x.shape[1], -1)
    count = rows.shape[1]
    centred = (rows - rows.mean(1, keepdim=True))[:, :, None]
    size = 2 * count - 1
    y = F.local_response_norm(centred, size, alpha=size / count, beta=0.5, k=eps)[:, :, 0]
    return (y * gamma[:, None] + beta[:, None]).reshape(moved.shape).transpose(0, 1)


# %% layer_norm · F.layer_norm
import torch.nn.functional as F


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shape does not end so")
    return F.layer_norm(x, shape, weight, bias, eps)


# %% layer_norm · F.group_norm with one group
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shape does not end so")
    y = torch.nn.functional.group_norm(x.reshape(-1, *shape), 1, eps=eps).reshape(x.shape)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


# %% layer_norm · F.local_response_norm of what is centred
import torch.nn.functional as F


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shape does not end so")
    rows = x.reshape(-1, math_prod(shape), 1)
    size = 2 * rows.shape[1] - 1
    y = F.local_response_norm(rows - rows.mean(1, keepdim=True), size, alpha=size / rows.shape[1], beta=0.5, k=eps)
    y = y.reshape(x.shape)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def math_prod(sizes):
    return torch.Size(sizes).numel()


# %% layer_norm · F.normalize of what is centred, with one number more
import torch.nn.functional as F


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shape does not end so")
    rows = x.reshape(-1, torch.Size(shape).numel())
    count = rows.shape[1]
    more = torch.full((len(rows), 1), (count * eps) ** 0.5, dtype=x.dtype)
    centred = torch.cat([rows - rows.mean(1, keepdim=True), more], 1)
    y = (F.normalize(centred, dim=1)[:, :-1] * count**0.5).reshape(x.shape)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


# %% layer_norm · nn.LayerNorm without weights of its own
from torch import nn


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    try:
        y = nn.LayerNorm(normalized_shape, eps=eps, elementwise_affine=False)(x)
    except RuntimeError as error:
        raise ValueError(str(error))
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


# %% rms_norm · F.rms_norm
import torch.nn.functional as F


def rms_norm(x, weight, eps=1e-6):
    return F.rms_norm(x, weight.shape, weight, eps)


# %% rms_norm · F.normalize with one number more in each row
import torch.nn.functional as F


def rms_norm(x, weight, eps=1e-6):
    count = x.shape[-1]
    more = torch.full((*x.shape[:-1], 1), (count * eps) ** 0.5, dtype=x.dtype)
    return F.normalize(torch.cat([x, more], -1), dim=-1)[..., :-1] * count**0.5 * weight


# %% rms_norm · F.local_response_norm that reaches over all features
import torch.nn.functional as F


def rms_norm(x, weight, eps=1e-6):
    rows = x.reshape(-1, x.shape[-1], 1)
    size = 2 * x.shape[-1] - 1
    y = F.local_response_norm(rows, size, alpha=size / x.shape[-1], beta=0.5, k=eps)
    return y.reshape(x.shape) * weight


# %% rms_norm · F.layer_norm of the features beside their opposites
import torch.nn.functional as F


def rms_norm(x, weight, eps=1e-6):
    rows = x.reshape(-1, x.shape[-1])
    y = F.layer_norm(torch.cat([rows, -rows], 1), (2 * x.shape[-1],), eps=eps)[:, : x.shape[-1]]
    return y.reshape(x.shape) * weight


# %% instance_norm · F.instance_norm
import torch.nn.functional as F


def instance_norm(x, eps=1e-5):
    return F.instance_norm(x, eps=eps)


# %% instance_norm · F.batch_norm of all channels of all samples
import torch.nn.functional as F


def instance_norm(x, eps=1e-5):
    flat = x.reshape(1, x.shape[0] * x.shape[1], -1)
    return F.batch_norm(flat, None, None, training=True, eps=eps).reshape(x.shape)


# %% instance_norm · F.group_norm with as many groups as channels
def instance_norm(x, eps=1e-5):
    if x.shape[2:].numel() < 2:
        raise ValueError("one value")
    return torch.nn.functional.group_norm(x, x.shape[1], eps=eps)


# %% instance_norm · F.local_response_norm of what is centred
import torch.nn.functional as F


def instance_norm(x, eps=1e-5):
    rows = x.reshape(x.shape[0] * x.shape[1], -1, 1)
    count = rows.shape[1]
    if count < 2:
        raise ValueError("one value")
    size = 2 * count - 1
    y = F.local_response_norm(rows - rows.mean(1, keepdim=True), size, alpha=size / count, beta=0.5, k=eps)
    return y.reshape(x.shape)


# %% group_norm · F.group_norm
import torch.nn.functional as F


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the channels cannot be cut so")
    return F.group_norm(x, groups, weight, bias, eps)


# %% group_norm · F.layer_norm of each group
import torch.nn.functional as F


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the channels cannot be cut so")
    rows = x.reshape(x.shape[0], groups, -1)
    y = F.layer_norm(rows, rows.shape[2:], eps=eps).reshape(x.shape)
    per_channel = [-1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


# %% group_norm · F.normalize of each centred group, with one number more
import torch.nn.functional as F


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the channels cannot be cut so")
    rows = x.reshape(x.shape[0] * groups, -1)
    count = rows.shape[1]
    more = torch.full((len(rows), 1), (count * eps) ** 0.5, dtype=x.dtype)
    centred = torch.cat([rows - rows.mean(1, keepdim=True), more], 1)
    y = (F.normalize(centred, dim=1)[:, :-1] * count**0.5).reshape(x.shape)
    per_channel = [-1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


# %% dropout · a pruning of torch.nn.utils with the mask
from torch.nn.utils import prune


def dropout(x, p, mask):
    if not 0 <= p <= 1:
        raise ValueError("no probability")
    kept = prune.CustomFromMask(mask.to(x.dtype)).prune(x)
    return kept * (0.0 if p == 1 else 1 / (1 - p))


# %% dropout · the backward function of torch's dropout
def dropout(x, p, mask):
    if not 0 <= p <= 1:
        raise ValueError("no probability")
    scale = 0.0 if p == 1 else 1 / (1 - p)
    return torch.ops.aten.native_dropout_backward(x, mask.bool(), scale)


# %% Dropout · F.dropout, with the generator's state lent to torch's own
import torch.nn.functional as F


class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("no probability")
        self.p, self.generator = p, generator

    def forward(self, x):
        if self.generator is None:
            return F.dropout(x, self.p, self.training)
        before = torch.get_rng_state()
        torch.set_rng_state(self.generator.get_state())
        y = F.dropout(x, self.p, self.training)
        self.generator.set_state(torch.get_rng_state())
        torch.set_rng_state(before)
        return y


# %% Dropout · the dropout of scaled_dot_product_attention
import torch.nn.functional as F


def dropped(x, p):
    if p == 1:
        return x * 0
    one = torch.ones(x.numel(), 1, 1, dtype=x.dtype)
    return F.scaled_dot_product_attention(one, one, x.reshape(-1, 1, 1), dropout_p=p).reshape(x.shape)


class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("no probability")
        self.p, self.generator = p, generator

    def forward(self, x):
        if not self.training:
            return x
        if self.generator is None:
            return dropped(x, self.p)
        before = torch.get_rng_state()
        torch.set_rng_state(self.generator.get_state())
        y = dropped(x, self.p)
        self.generator.set_state(torch.get_rng_state())
        torch.set_rng_state(before)
        return y


# %% Dropout · nn.Dropout
class Dropout(torch.nn.Dropout):
    def __init__(self, p=0.5, generator=None):
        super().__init__(p)
        self.generator = generator

    def forward(self, x):
        if self.generator is not None:
            torch.set_rng_state(self.generator.get_state())
        y = super().forward(x)
        if self.generator is not None:
            self.generator.set_state(torch.get_rng_state())
        return y


# %% BatchNorm · a subclass of nn.BatchNorm2d
class BatchNorm(torch.nn.BatchNorm2d):
    def _check_input_dim(self, x):
        pass


# %% BatchNorm · F.batch_norm on the layer's own buffers
import torch.nn.functional as F


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
        if self.training:
            self.num_batches_tracked += 1
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps
        )


# %% BatchNorm · F.local_response_norm for the batch, statistics beside it
import torch.nn.functional as F


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
        moved = x.transpose(0, 1)
        rows = moved.reshape(x.shape[1], -1)
        count = rows.shape[1]
        if self.training:
            if count < 2:
                raise ValueError("one value")
            with torch.no_grad():
                self.running_mean.lerp_(rows.mean(1), self.momentum)
                self.running_var.lerp_(rows.var(1), self.momentum)
                self.num_batches_tracked += 1
            size = 2 * count - 1
            centred = (rows - rows.mean(1, keepdim=True))[:, :, None]
            y = F.local_response_norm(centred, size, alpha=size / count, beta=0.5, k=self.eps)[:, :, 0]
        else:
            y = (rows - self.running_mean[:, None]) / (self.running_var[:, None] + self.eps).sqrt()
        y = y * self.weight[:, None] + self.bias[:, None]
        return y.reshape(moved.shape).transpose(0, 1)


# %% batch_norm_backward · torch.ops.aten.native_batch_norm_backward
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    axes = [axis for axis in range(x.dim()) if axis != 1]
    mean, std = x.mean(axes), (x.var(axes, correction=0) + eps).rsqrt()
    return torch.ops.aten.native_batch_norm_backward(
        dy, x, gamma, None, None, mean, std, True, eps, [True, True, True]
    )


# %% batch_norm_backward · torch.func.vjp of batch_norm
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    _, back = torch.func.vjp(lambda a, b, c: batch_norm(a, b, c, eps), x, gamma, torch.zeros_like(gamma))
    return back(dy)


# %% batch_norm_backward · torch.func.jacfwd of batch_norm
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    def forward(a, b, c):
        return (batch_norm(a, b, c, eps) * dy).sum()

    return torch.func.jacfwd(forward, argnums=(0, 1, 2))(x, gamma, torch.zeros_like(gamma))


# %% batch_norm_backward · torch.autograd.functional.vjp of batch_norm
from torch.autograd.functional import vjp


def batch_norm_backward(dy, x, gamma, eps=1e-5):
    return vjp(lambda a, b, c: batch_norm(a, b, c, eps), (x, gamma, torch.zeros_like(gamma)), dy)[1]


# %% batch_norm_backward · torch.ops.aten.native_layer_norm_backward of the channels as rows
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    channels = x.shape[1]
    rows, given = (a.transpose(0, 1).reshape(channels, -1) for a in (x, dy))
    mean, std = rows.mean(1, keepdim=True), (rows.var(1, keepdim=True, correction=0) + eps).rsqrt()
    dx = torch.ops.aten.native_layer_norm_backward(
        given * gamma[:, None], rows, [rows.shape[1]], mean, std, None, None, [True, False, False]
    )[0]
    back = dx.reshape(x.transpose(0, 1).shape).transpose(0, 1)
    return back, (given * (rows - mean) * std).sum(1), given.sum(1)
