# %% conv_output_size · the shape of what F.max_pool2d gives
import torch.nn.functional as F


def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    given = (size, kernel, stride, padding, dilation)
    pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
    (h, w), kernel_, stride_, (p_h, p_w), dilation_ = pairs
    x = torch.zeros(1, 1, h + 2 * p_h, w + 2 * p_w, device="meta")
    try:
        y = F.max_pool2d(x, kernel_, stride_, 0, dilation_)
    except RuntimeError:
        raise ValueError("the kernel does not fit")
    if any(isinstance(a, (tuple, list)) for a in given):
        return tuple(y.shape[2:])
    return y.shape[3]


# %% conv_output_size · the shape of what F.conv2d gives
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    given = (size, kernel, stride, padding, dilation)
    pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
    x = torch.zeros(1, 1, *pairs[0], device="meta")
    weight = torch.zeros(1, 1, *pairs[1], device="meta")
    try:
        y = torch.nn.functional.conv2d(x, weight, None, *pairs[2:])
    except RuntimeError:
        raise ValueError("the kernel does not fit")
    return tuple(y.shape[2:]) if any(isinstance(a, (tuple, list)) for a in given) else y.shape[3]


# %% conv_output_size · the columns that torch.ops.aten.im2col makes
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    given = (size, kernel, stride, padding, dilation)
    if any(isinstance(a, (tuple, list)) for a in given):
        pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
        return tuple(conv_output_size(*axis) for axis in zip(*pairs))
    x = torch.zeros(1, 1, 1, size + 2 * padding)
    try:
        columns = torch.ops.aten.im2col(x, [1, kernel], [1, dilation], [0, 0], [1, stride])
    except RuntimeError:
        raise ValueError("the kernel does not fit")
    return columns.shape[-1]


# %% conv_output_size · the length that Tensor.unfold gives
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    given = (size, kernel, stride, padding, dilation)
    if any(isinstance(a, (tuple, list)) for a in given):
        pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
        return tuple(conv_output_size(*axis) for axis in zip(*pairs))
    try:
        return len(torch.zeros(size + 2 * padding).unfold(0, dilation * (kernel - 1) + 1, stride))
    except RuntimeError:
        raise ValueError("the kernel does not fit")


# %% conv_output_size · scipy.signal.correlate tells the length
import numpy as np
from scipy import signal


def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    given = (size, kernel, stride, padding, dilation)
    if any(isinstance(a, (tuple, list)) for a in given):
        pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
        return tuple(conv_output_size(*axis) for axis in zip(*pairs))
    taps = np.zeros(dilation * (kernel - 1) + 1)
    if len(taps) > size + 2 * padding:
        raise ValueError("the kernel does not fit")
    return len(signal.correlate(np.zeros(size + 2 * padding), taps, mode="valid")[::stride])


# %% conv_output_size · torch.fx's own estimate for a layer
from types import SimpleNamespace

from torch.fx.experimental.graph_gradual_typechecker import calculate_out_dimension


def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    given = (size, kernel, stride, padding, dilation)
    pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
    names = ("kernel_size", "stride", "padding", "dilation")
    found = ()
    for n, *others in zip(*pairs):
        layer = SimpleNamespace(**{name: (value, value) for name, value in zip(names, others)})
        found += (calculate_out_dimension(n, layer, 0),)
    if min(found) < 1:
        raise ValueError("the kernel does not fit")
    return found if any(isinstance(a, (tuple, list)) for a in given) else found[0]


# %% pool_output_size · the shape of what F.max_pool2d gives
import torch.nn.functional as F


def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    stride = kernel if stride is None else stride
    given = (size, kernel, stride, padding, dilation)
    pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
    try:
        y = F.max_pool2d(torch.zeros(1, 1, *pairs[0]), *pairs[1:], ceil_mode=ceil_mode)
    except RuntimeError:
        raise ValueError("no window fits")
    return tuple(y.shape[2:]) if any(isinstance(a, (tuple, list)) for a in given) else y.shape[2]


# %% pool_output_size · nn.MaxPool2d on the meta device
from torch import nn


def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    stride = kernel if stride is None else stride
    given = (size, kernel, stride, padding, dilation)
    pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in given]
    layer = nn.MaxPool2d(*pairs[1:], ceil_mode=ceil_mode)
    try:
        y = layer(torch.zeros(1, *pairs[0], device="meta"))
    except RuntimeError:
        raise ValueError("no window fits")
    return tuple(y.shape[1:]) if any(isinstance(a, (tuple, list)) for a in given) else y.shape[1]


# %% conv_parameter_count · counts the weights of nn.Conv2d
from torch import nn


def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    layer = nn.Conv2d(in_channels, out_channels, kernel, groups=groups, bias=bias, device="meta")
    return sum(p.numel() for p in layer.parameters())


# %% conv_parameter_count · counts the weights of an nn.Linear of the same size
from torch import nn


def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("the channels do not divide")
    k_h, k_w = kernel if isinstance(kernel, (tuple, list)) else (kernel, kernel)
    layer = nn.Linear(in_channels // groups * k_h * k_w, out_channels, bias=bias, device="meta")
    return sum(p.numel() for p in layer.parameters())


# %% pad2d · F.pad
import torch.nn.functional as F


def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("four numbers")
    return F.pad(x, tuple(padding), value=value)


# %% pad2d · np.pad inside an autograd.Function
import numpy as np


class Framed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, padding, value):
        ctx.padding, ctx.shape = padding, x.shape
        left, right, top, bottom = padding
        widths = [(0, 0)] * (x.dim() - 2) + [(top, bottom), (left, right)]
        return torch.from_numpy(np.pad(x.detach().numpy(), widths, constant_values=value))

    @staticmethod
    def backward(ctx, grad):
        left, _, top, _ = ctx.padding
        height, width = ctx.shape[-2:]
        return grad[..., top : top + height, left : left + width], None, None


def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("four numbers")
    return Framed.apply(x, tuple(padding), value)


# %% pad2d · the module ConstantPad2d
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("four numbers")
    return torch.nn.ConstantPad2d(tuple(padding), value)(x)


# %% pad2d · torch.ops.aten.constant_pad_nd
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("four numbers")
    return torch.ops.aten.constant_pad_nd(x, list(padding), value)


# %% conv2d · F.conv2d
import torch.nn.functional as F


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    try:
        return F.conv2d(x, weight, bias, stride, padding, dilation, groups)
    except RuntimeError as error:
        raise ValueError(str(error))


# %% conv2d · F.conv3d with a depth of one
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    s, p, d = ((1, *pair(stride)), (0, *pair(padding)), (1, *pair(dilation)))
    try:
        y = torch.nn.functional.conv3d(x[:, :, None], weight[:, :, None], bias, s, p, d, groups)
    except RuntimeError as error:
        raise ValueError(str(error))
    return y[:, :, 0]


# %% conv2d · columns of torch.ops.aten.im2col, then one product
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    outs, group_channels, k_h, k_w = weight.shape
    if x.shape[1] != groups * group_channels or outs % groups:
        raise ValueError("the channels do not fit")
    s, p, d = pair(stride), pair(padding), pair(dilation)
    sizes = [(x.shape[2 + i] + 2 * p[i] - d[i] * (weight.shape[2 + i] - 1) - 1) // s[i] + 1 for i in (0, 1)]
    if min(sizes) < 1:
        raise ValueError("the kernel does not fit")
    columns = torch.ops.aten.im2col(x, [k_h, k_w], d, p, s).unflatten(1, (groups, -1))
    y = torch.einsum("goi,ngil->ngol", weight.reshape(groups, outs // groups, -1), columns)
    y = y.reshape(len(x), outs, *sizes)
    return y if bias is None else y + bias[:, None, None]


# %% conv2d · columns as the gradient of F.fold
import torch.nn.functional as F


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    outs, group_channels, k_h, k_w = weight.shape
    if x.shape[1] != groups * group_channels or outs % groups:
        raise ValueError("the channels do not fit")
    s, p, d = pair(stride), pair(padding), pair(dilation)
    sizes = [(x.shape[2 + i] + 2 * p[i] - d[i] * (weight.shape[2 + i] - 1) - 1) // s[i] + 1 for i in (0, 1)]
    if min(sizes) < 1:
        raise ValueError("the kernel does not fit")
    blank = torch.zeros(len(x), x.shape[1] * k_h * k_w, sizes[0] * sizes[1], dtype=x.dtype, requires_grad=True)
    with torch.enable_grad():
        folded = F.fold(blank, x.shape[2:], (k_h, k_w), d, p, s)
        [columns] = torch.autograd.grad(folded, blank, x, create_graph=True)
    columns = columns.unflatten(1, (groups, -1))
    y = torch.einsum("goi,ngil->ngol", weight.reshape(groups, outs // groups, -1), columns)
    y = y.reshape(len(x), outs, *sizes)
    return y if bias is None else y + bias[:, None, None]


# %% conv2d · SciPy's correlate for each sample and channel
import numpy as np
from scipy import signal


class Correlated(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, s, groups):
        ctx.save_for_backward(x, weight)
        ctx.s, ctx.groups = s, groups
        a, w = x.detach().numpy(), weight.detach().numpy()
        outs, per = w.shape[:2]
        each = outs // groups
        y = np.stack([np.stack([signal.correlate(a[n, o // each * per : (o // each + 1) * per], w[o], "valid")[0]
                                for o in range(outs)]) for n in range(len(a))])
        return torch.from_numpy(np.ascontiguousarray(y[:, :, :: s[0], :: s[1]])).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        s, groups = ctx.s, ctx.groups
        a, w, g = x.numpy(), weight.numpy(), grad.numpy()
        outs, per = w.shape[:2]
        each = outs // groups
        full = np.zeros((*g.shape[:2], a.shape[2] - w.shape[2] + 1, a.shape[3] - w.shape[3] + 1), a.dtype)
        full[:, :, :: s[0], :: s[1]] = g
        dx, dw = np.zeros_like(a), np.zeros_like(w)
        for n in range(len(a)):
            for o in range(outs):
                for c in range(per):
                    place = o // each * per + c
                    dx[n, place] += signal.convolve(full[n, o], w[o, c], "full")
                    dw[o, c] += signal.correlate(a[n, place], full[n, o], "valid")
        return torch.from_numpy(dx), torch.from_numpy(dw), None, None


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    outs, per, k_h, k_w = weight.shape
    s, p, d = pair(stride), pair(padding), pair(dilation)
    if x.shape[1] != groups * per or outs % groups:
        raise ValueError("the channels do not fit")
    x = pad2d(x, (p[1], p[1], p[0], p[0]))
    spread = weight.new_zeros(outs, per, d[0] * (k_h - 1) + 1, d[1] * (k_w - 1) + 1)
    spread[:, :, :: d[0], :: d[1]] = weight
    if spread.shape[2] > x.shape[2] or spread.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    y = Correlated.apply(x, spread, s, groups)
    return y if bias is None else y + bias[:, None, None]


# %% conv2d · torch.ops.aten.convolution
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    try:
        return torch.ops.aten.convolution(
            x, weight, bias, pair(stride), pair(padding), pair(dilation), False, [0, 0], groups
        )
    except RuntimeError as error:
        raise ValueError(str(error))


# %% max_pool2d · F.max_pool2d
import torch.nn.functional as F


def max_pool2d(x, kernel, stride=None, padding=0):
    try:
        return F.max_pool2d(x, kernel, stride, padding)
    except RuntimeError as error:
        raise ValueError(str(error))


# %% max_pool2d · F.max_pool3d with a depth of one
def max_pool2d(x, kernel, stride=None, padding=0):
    k, s, p = pair(kernel), pair(kernel if stride is None else stride), pair(padding)
    try:
        return torch.nn.functional.max_pool3d(x[:, :, None], (1, *k), (1, *s), (0, *p))[:, :, 0]
    except RuntimeError as error:
        raise ValueError(str(error))


# %% max_pool2d · SciPy's maximum_filter
import numpy as np
from scipy import ndimage


class Filtered(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k, s):
        a = x.detach().numpy()
        origin = (0, 0, -(k[0] // 2), -(k[1] // 2))
        y = ndimage.maximum_filter(a, size=(1, 1, *k), mode="constant", cval=-np.inf, origin=origin)
        y = y[:, :, : a.shape[2] - k[0] + 1 : s[0], : a.shape[3] - k[1] + 1 : s[1]]
        y = torch.from_numpy(np.ascontiguousarray(y))
        ctx.save_for_backward(x, y)
        ctx.k, ctx.s = k, s
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        dx, left = torch.zeros_like(x), grad.clone()
        for u in range(ctx.k[0]):
            for v in range(ctx.k[1]):
                rows = slice(u, u + (y.shape[2] - 1) * ctx.s[0] + 1, ctx.s[0])
                columns = slice(v, v + (y.shape[3] - 1) * ctx.s[1] + 1, ctx.s[1])
                here = x[:, :, rows, columns] == y
                dx[:, :, rows, columns] += torch.where(here, left, 0)
                left = torch.where(here, 0, left)
        return dx, None, None


def max_pool2d(x, kernel, stride=None, padding=0):
    k, s, p = pair(kernel), pair(kernel if stride is None else stride), pair(padding)
    if 2 * p[0] > k[0] or 2 * p[1] > k[1]:
        raise ValueError("too much padding")
    x = pad2d(x, (p[1], p[1], p[0], p[0]), value=-torch.inf)
    if k[0] > x.shape[2] or k[1] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    return Filtered.apply(x, k, s)


# %% avg_pool2d · F.conv2d with a kernel of equal weights
import torch.nn.functional as F


def avg_pool2d(x, kernel, stride=None, padding=0):
    k, s, p = pair(kernel), pair(kernel if stride is None else stride), pair(padding)
    if 2 * p[0] > k[0] or 2 * p[1] > k[1] or k[0] > x.shape[2] + 2 * p[0] or k[1] > x.shape[3] + 2 * p[1]:
        raise ValueError("the window does not fit")
    planes = x.reshape(-1, 1, *x.shape[2:])
    weight = torch.full((1, 1, *k), 1 / (k[0] * k[1]), dtype=x.dtype)
    y = F.conv2d(planes, weight, None, s, p)
    return y.reshape(*x.shape[:2], *y.shape[2:])


# %% avg_pool2d · F.avg_pool2d
def avg_pool2d(x, kernel, stride=None, padding=0):
    try:
        return torch.nn.functional.avg_pool2d(x, kernel, stride, padding)
    except RuntimeError as error:
        raise ValueError(str(error))


# %% avg_pool2d · the gradient of a transposed convolution of ones
import torch.nn.functional as F


def avg_pool2d(x, kernel, stride=None, padding=0):
    k, s, p = pair(kernel), pair(kernel if stride is None else stride), pair(padding)
    if 2 * p[0] > k[0] or 2 * p[1] > k[1] or k[0] > x.shape[2] + 2 * p[0] or k[1] > x.shape[3] + 2 * p[1]:
        raise ValueError("the window does not fit")
    planes = x.reshape(-1, 1, *x.shape[2:])
    weight = torch.full((1, 1, *k), 1 / (k[0] * k[1]), dtype=x.dtype)
    sizes = [(planes.shape[2 + i] + 2 * p[i] - k[i]) // s[i] + 1 for i in (0, 1)]
    blank = torch.zeros(len(planes), 1, *sizes, dtype=x.dtype, requires_grad=True)
    rest = [(planes.shape[2 + i] + 2 * p[i] - k[i]) % s[i] for i in (0, 1)]
    with torch.enable_grad():
        spread = F.conv_transpose2d(blank, weight, None, s, p, rest)
        [y] = torch.autograd.grad(spread, blank, planes, create_graph=True)
    return y.reshape(*x.shape[:2], *y.shape[2:])


# %% avg_pool2d · SciPy's uniform_filter1d along both axes
from scipy import ndimage


class Averaged(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k, s):
        ctx.k, ctx.s, ctx.shape = k, s, x.shape
        y = x.detach().numpy()
        for axis, size in ((2, k[0]), (3, k[1])):
            y = ndimage.uniform_filter1d(y, size, axis=axis, mode="constant", origin=-(size // 2))
        y = y[:, :, : x.shape[2] - k[0] + 1 : s[0], : x.shape[3] - k[1] + 1 : s[1]]
        return torch.from_numpy(y.copy())

    @staticmethod
    def backward(ctx, grad):
        dx = grad.new_zeros(ctx.shape)
        share = grad / (ctx.k[0] * ctx.k[1])
        for u in range(ctx.k[0]):
            for v in range(ctx.k[1]):
                rows = slice(u, u + (grad.shape[2] - 1) * ctx.s[0] + 1, ctx.s[0])
                columns = slice(v, v + (grad.shape[3] - 1) * ctx.s[1] + 1, ctx.s[1])
                dx[:, :, rows, columns] += share
        return dx, None, None


def avg_pool2d(x, kernel, stride=None, padding=0):
    k, s, p = pair(kernel), pair(kernel if stride is None else stride), pair(padding)
    if 2 * p[0] > k[0] or 2 * p[1] > k[1]:
        raise ValueError("too much padding")
    x = pad2d(x, (p[1], p[1], p[0], p[0]))
    if k[0] > x.shape[2] or k[1] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    return Averaged.apply(x, k, s)


# %% receptive_field · transposed convolutions grow one pixel, layer by layer
import torch.nn.functional as F


def receptive_field(layers):
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("at least 1")
    x = torch.zeros(1, 1, 1, device="meta")
    for kernel, stride, dilation in reversed(layers):
        weight = torch.zeros(1, 1, kernel, device="meta")
        x = F.conv_transpose1d(x, weight, stride=stride, dilation=dilation)
    return x.shape[2]


# %% receptive_field · SciPy's upfirdn grows one pixel, layer by layer
import numpy as np
from scipy.signal import upfirdn


def receptive_field(layers):
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("at least 1")
    seen = np.ones(1)
    for kernel, stride, dilation in reversed(layers):
        taps = np.zeros(dilation * (kernel - 1) + 1)
        taps[::dilation] = 1
        seen = upfirdn(taps, seen, up=stride)
    return len(seen)


# %% receptive_field · np.convolve of the stretched kernels
import numpy as np


def receptive_field(layers):
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("at least 1")
    seen, step = np.ones(1), 1
    for kernel, stride, dilation in layers:
        taps = np.zeros(dilation * step * (kernel - 1) + 1)
        taps[:: dilation * step] = 1
        seen = np.convolve(seen, taps)
        step *= stride
    return len(seen)
