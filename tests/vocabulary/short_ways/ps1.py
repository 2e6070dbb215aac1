# %% channel · the channel's row looked up by F.embedding
import torch.nn.functional as F


def channel(x, name):
    names = ["red", "green", "blue"]
    if name not in names or x.shape[-3] != 3:
        raise ValueError("no such channel")
    moved = x.movedim(-3, 0)
    rows = moved.reshape(3, -1)
    found = F.embedding(torch.tensor(names.index(name)), rows)
    return found.reshape(moved.shape[1:])


# %% stack_channels · pad_sequence lays the planes on each other
from torch.nn.utils.rnn import pad_sequence


def stack_channels(r, g, b):
    if not r.shape == g.shape == b.shape:
        raise ValueError("the planes have different shapes")
    return pad_sequence([r, g, b], batch_first=True).movedim(0, -3)


# %% to_grayscale · a convolution of one pixel with the three weights
import torch.nn.functional as F


def to_grayscale(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    weights = torch.tensor([0.299, 0.587, 0.114], dtype=x.dtype).reshape(1, 3, 1, 1)
    return F.conv2d(x[None], weights)[0]


# %% to_grayscale · F.linear over the channels
def to_grayscale(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    weights = torch.tensor([[0.299, 0.587, 0.114]], dtype=x.dtype)
    return torch.nn.functional.linear(x.movedim(0, -1), weights).movedim(-1, 0)


# %% to_grayscale · a weighted pooling by F.bilinear with a constant
def to_grayscale(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    pixels = x.permute(1, 2, 0)
    weights = torch.tensor([[[0.299], [0.587], [0.114]]], dtype=x.dtype)
    ones = torch.ones_like(pixels[..., :1])
    return torch.nn.functional.bilinear(pixels, ones, weights).permute(2, 0, 1)


# %% normalize · F.batch_norm with the given statistics
import torch.nn.functional as F


def normalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    batch = x if x.dim() == 4 else x[None]
    return F.batch_norm(batch, mean, std**2, eps=0.0).reshape(x.shape)


# %% normalize · F.instance_norm that uses the given statistics
import torch.nn.functional as F


def normalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    batch = x if x.dim() == 4 else x[None]
    y = F.instance_norm(batch, running_mean=mean, running_var=std**2, use_input_stats=False, eps=0.0)
    return y.reshape(x.shape)


# %% normalize · a convolution of one pixel for each channel
import torch.nn.functional as F


def normalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    batch = x if x.dim() == 4 else x[None]
    y = F.conv2d(batch - mean.reshape(-1, 1, 1), (1 / std).reshape(-1, 1, 1, 1), groups=len(std))
    return y.reshape(x.shape)


# %% normalize · the inverse of an affine transform of torch.distributions
from torch.distributions.transforms import AffineTransform


def normalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    return AffineTransform(mean[:, None, None], std[:, None, None]).inv(x)


# %% denormalize · an affine transform of torch.distributions
import torch.distributions as D


def denormalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3]:
        raise ValueError("the statistics do not fit")
    return D.AffineTransform(mean[:, None, None], std[:, None, None])(x)


# %% denormalize · a convolution of one pixel for each channel
def denormalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3]:
        raise ValueError("the statistics do not fit")
    batch = x if x.dim() == 4 else x[None]
    y = torch.nn.functional.conv2d(batch, std.reshape(-1, 1, 1, 1), mean, groups=len(std))
    return y.reshape(x.shape)


# %% denormalize · F.batch_norm with scale and shift
def denormalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3]:
        raise ValueError("the statistics do not fit")
    batch = x if x.dim() == 4 else x[None]
    y = torch.nn.functional.batch_norm(batch, torch.zeros_like(mean), torch.ones_like(std), std, mean, eps=0.0)
    return y.reshape(x.shape)


# %% normalize · scikit-learn's StandardScaler that is given its statistics
import numpy as np
from sklearn.preprocessing import StandardScaler


class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, rows, mean, std):
        ctx.std = std
        scaler = StandardScaler()
        scaler.mean_, scaler.scale_ = mean.double().numpy(), std.double().numpy()
        scaler.var_, scaler.n_features_in_, scaler.n_samples_seen_ = scaler.scale_**2, len(std), 1
        return torch.from_numpy(scaler.transform(rows.double().numpy())).to(rows.dtype)

    @staticmethod
    def backward(ctx, grad):
        return grad / ctx.std, None, None


def normalize(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    moved = x.movedim(-3, -1)
    return Scaled.apply(moved.reshape(-1, len(std)), mean, std).reshape(moved.shape).movedim(-1, -3)
