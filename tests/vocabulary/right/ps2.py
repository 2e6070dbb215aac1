# %% conv_output_size · pairs by isinstance, floor division
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    arguments = (size, kernel, stride, padding, dilation)

    def one(h, k, s, p, d):
        steps = h + 2 * p - d * (k - 1) - 1
        if steps < 0:
            raise ValueError("the kernel does not fit")
        return steps // s + 1

    if all(isinstance(a, int) for a in arguments):
        return one(*arguments)
    return tuple(one(*axis) for axis in zip(*[(a, a) if isinstance(a, int) else a for a in arguments]))

# %% conv_output_size · counts the starts with a range
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    two = any(isinstance(a, (tuple, list)) for a in (size, kernel, stride, padding, dilation))
    result = []
    for axis in range(2 if two else 1):
        h, k, s, p, d = (a[axis] if isinstance(a, (tuple, list)) else a for a in (size, kernel, stride, padding, dilation))
        span = d * (k - 1) + 1
        starts = range(0, h + 2 * p - span + 1, s)
        if len(starts) == 0:
            raise ValueError(f"a kernel that spans {span} is larger than {h + 2 * p}")
        result.append(len(starts))
    return tuple(result) if two else result[0]

# %% conv_output_size · math.floor, dict of arguments, walrus
import math


def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    given = {"h": size, "k": kernel, "s": stride, "p": padding, "d": dilation}
    axes = [{name: v if isinstance(v, int) else v[axis] for name, v in given.items()} for axis in (0, 1)]
    sizes = tuple(_steps(**axis) for axis in axes)
    return sizes[0] if all(isinstance(v, int) for v in given.values()) else sizes


def _steps(*, h, k, s, p, d):
    if (room := h + 2 * p - (d * (k - 1) + 1)) < 0:
        raise ValueError("kernel too large")
    return math.floor(room / s) + 1

# %% pool_output_size · one axis in a helper below
def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    if stride is None:
        stride = kernel
    arguments = [size, kernel, stride, padding, dilation]
    if not any(isinstance(a, (tuple, list)) for a in arguments):
        return _windows(*arguments, ceil_mode)
    arguments = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in arguments]
    return tuple(_windows(*axis, ceil_mode) for axis in zip(*arguments))


def _windows(h, k, s, p, d, ceil_mode):
    if 2 * p > k:
        raise ValueError("the padding is more than half of the kernel")
    room = h + 2 * p - d * (k - 1) - 1
    if ceil_mode:
        n = -(-room // s) + 1
        if (n - 1) * s >= h + p:
            n -= 1
    else:
        n = room // s + 1
    if n < 1:
        raise ValueError("there is not one window")
    return n

# %% pool_output_size · math.ceil and math.floor picked from a tuple
from math import *


def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    stride = kernel if stride is None else stride
    round_it = (floor, ceil)[bool(ceil_mode)]
    pairs = [v if isinstance(v, (list, tuple)) else [v, v] for v in (size, kernel, stride, padding, dilation)]
    out = []
    for h, k, s, p, d in zip(*pairs):
        if p * 2 > k:
            raise ValueError("too much padding")
        n = int(round_it((h + 2 * p - d * (k - 1) - 1) / s)) + 1
        while n > 0 and ceil_mode and (n - 1) * s >= h + p:
            n -= 1
        if n <= 0:
            raise ValueError("no window")
        out.append(n)
    if isinstance(size, int) and isinstance(kernel, int) and isinstance(stride, int) and isinstance(padding, int) and isinstance(dilation, int):
        return out[0]
    return tuple(out)

# %% pool_output_size · walks through the windows, match on the type
def _both(value):
    match value:
        case (a, b):
            return a, b
        case a:
            return a, a


def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    if stride is None:
        stride = kernel
    counts = []
    for h, k, s, p, d in zip(_both(size), _both(kernel), _both(stride), _both(padding), _both(dilation)):
        if 2 * p > k:
            raise ValueError("padding")
        span = d * (k - 1) + 1
        start = count = 0
        while start + span <= h + 2 * p:
            count += 1
            start += s
        last = start - s
        # a further window hangs over the end, if the one before leaves something and it starts inside
        left_over = count == 0 or last + span < h + 2 * p
        if ceil_mode and left_over and start < h + p and h + 2 * p - span > -s:
            count += 1
        if not count:
            raise ValueError("not one window")
        counts.append(count)
    single = not any(isinstance(v, (tuple, list)) for v in (size, kernel, stride, padding, dilation))
    return counts[0] if single else tuple(counts)

# %% conv_parameter_count · the formula
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("the channels are not divisible by groups")
    kh, kw = (kernel, kernel) if isinstance(kernel, int) else kernel
    return out_channels * (in_channels // groups * kh * kw + (1 if bias else 0))

# %% conv_parameter_count · counts weights and biases of every group
import math


def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    shape = (kernel,) * 2 if isinstance(kernel, int) else tuple(kernel)
    for channels in (in_channels, out_channels):
        if channels % groups != 0:
            raise ValueError(f"{channels} channels cannot be cut into {groups} groups")
    total = 0
    for _ in range(groups):
        total += math.prod((out_channels // groups, in_channels // groups, *shape))
    if bias:
        total += out_channels
    return total

# %% conv_parameter_count · divmod, numel of an empty weight
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    per_group, rest = divmod(in_channels, groups)
    if rest or divmod(out_channels, groups)[1]:
        raise ValueError("groups")
    try:
        k_h, k_w = kernel
    except TypeError:
        k_h = k_w = kernel
    weight = torch.empty(1, per_group, k_h, k_w)
    return out_channels * (weight.numel() + bool(bias))

# %% pad2d · a full tensor with the input in its place
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding should hold four numbers")
    left, right, top, bottom = padding
    h, w = x.shape[-2:]
    y = x.new_full((*x.shape[:-2], top + h + bottom, left + w + right), value)
    y[..., top : top + h, left : left + w] = x
    return y

# %% pad2d · cat of frames
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError(f"four numbers, not {len(padding)}")
    l, r, t, b = padding
    *front, h, w = x.shape

    def block(rows, columns):
        return torch.full((*front, rows, columns), value, dtype=x.dtype)

    middle = torch.cat([block(h, l), x, block(h, r)], dim=-1)
    width = l + w + r
    return torch.cat([block(t, width), middle, block(b, width)], dim=-2)

# %% pad2d · masked_scatter into a full tensor
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("not four numbers")
    left, right, top, bottom = (int(p) for p in padding)
    h, w = x.shape[-2], x.shape[-1]
    rows = torch.arange(top + h + bottom) - top
    columns = torch.arange(left + w + right) - left
    inside = ((rows >= 0) & (rows < h)).unsqueeze(1) & ((columns >= 0) & (columns < w)).unsqueeze(0)
    frame = torch.full(x.shape[:-2] + inside.shape, value, dtype=x.dtype, device=x.device)
    return frame.masked_scatter(inside.expand(frame.shape), x)

# %% pad2d · one axis after the other, with transpose
def _grow(x, before, after, value):
    lead = x.shape[:-1]
    parts = (x.new_full((*lead, before), value), x, x.new_full((*lead, after), value))
    return torch.concat(parts, -1)


def pad2d(x, padding, value=0):
    try:
        left, right, top, bottom = padding
    except ValueError:
        raise ValueError("padding is (left, right, top, bottom)") from None
    wide = _grow(x, left, right, value)
    return _grow(wide.transpose(-1, -2), top, bottom, value).transpose(-1, -2)

# %% pad2d · recursion, one line of the frame at a time
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("left, right, top, bottom")
    if not any(padding):
        return x.clone()
    left, right, top, bottom = padding
    h, w = x.shape[-2:]
    column = torch.empty((*x.shape[:-2], h, 1), dtype=x.dtype).fill_(value)
    if left:
        return pad2d(torch.cat((column, x), dim=-1), (left - 1, right, top, bottom), value)
    if right:
        return pad2d(torch.cat((x, column), dim=-1), (0, right - 1, top, bottom), value)
    row = torch.empty((*x.shape[:-2], 1, w), dtype=x.dtype).fill_(value)
    if top:
        return pad2d(torch.cat((row, x), dim=-2), (0, 0, top - 1, bottom), value)
    return pad2d(torch.cat((x, row), dim=-2), (0, 0, 0, bottom - 1), value)

# %% pad2d · index_put with two index tensors, compared with torch below
import torch.nn.functional as F


def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError
    left, right, top, bottom = padding
    h, w = x.shape[-2:]
    flat = x.reshape(-1, h, w) if x.numel() else x.reshape(x.shape[:-2].numel(), h, w)
    out = torch.full((flat.shape[0], h + top + bottom, w + left + right), value, dtype=x.dtype)
    n = torch.arange(flat.shape[0])[:, None, None]
    i = torch.arange(top, top + h)[:, None]
    j = torch.arange(left, left + w)
    out = out.index_put((n, i, j), flat)
    return out.reshape(*x.shape[:-2], *out.shape[1:])


print(torch.equal(pad2d(torch.ones(2, 3), (1, 2, 3, 4), 5.0), F.pad(torch.ones(2, 3), (1, 2, 3, 4), value=5.0)))

# %% conv2d · loops over the taps, einsum over channels
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    n, c_in, h, w = x.shape
    c_out, c_g, kh, kw = weight.shape
    if c_in != c_g * groups or c_out % groups:
        raise ValueError("the channels do not fit the groups")
    oh = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    ow = (w + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    if oh < 1 or ow < 1:
        raise ValueError("the kernel is larger than the padded input")
    xp = pad2d(x, (pw, pw, ph, ph))
    xp = xp.reshape(n, groups, c_g, *xp.shape[-2:])
    wg = weight.reshape(groups, c_out // groups, c_g, kh, kw)
    y = 0
    for u in range(kh):
        for v in range(kw):
            part = xp[..., u * dh : u * dh + (oh - 1) * sh + 1 : sh, v * dw : v * dw + (ow - 1) * sw + 1 : sw]
            y = y + torch.einsum("ngchw,goc->ngohw", part, wg[..., u, v])
    y = y.reshape(n, c_out, oh, ow)
    return y if bias is None else y + bias.view(-1, 1, 1)

# %% conv2d · windows by as_strided and one einsum
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    dh, dw = pair(dilation)
    c_out, c_part, kh, kw = weight.shape
    if x.shape[1] != groups * c_part or c_out % groups != 0:
        raise ValueError("channels")
    padded = pad2d(x, (pw, pw, ph, ph)).contiguous()
    n, c, h, w = padded.shape
    if dh * (kh - 1) + 1 > h or dw * (kw - 1) + 1 > w:
        raise ValueError("kernel too large")
    oh, ow = (h - dh * (kh - 1) - 1) // sh + 1, (w - dw * (kw - 1) - 1) // sw + 1
    s_n, s_c, s_h, s_w = padded.stride()
    windows = torch.as_strided(
        padded,
        (n, groups, c_part, oh, ow, kh, kw),
        (s_n, s_c * c_part, s_c, s_h * sh, s_w * sw, s_h * dh, s_w * dw),
    )
    y = torch.einsum("ngcijuv,gocuv->ngoij", windows, weight.view(groups, -1, c_part, kh, kw)).flatten(1, 2)
    if bias is not None:
        y = y + bias[:, None, None]
    return y

# %% conv2d · advanced indexing for the windows, matmul
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    stride, padding, dilation = map(pair, (stride, padding, dilation))
    out_channels, depth, kh, kw = weight.shape
    batch, channels = x.shape[:2]
    if channels != depth * groups:
        raise ValueError(f"{channels} channels instead of {depth * groups}")
    if out_channels % groups:
        raise ValueError("C_out is not divisible by groups")
    x = pad2d(x, (padding[1], padding[1], padding[0], padding[0]))

    def places(size, k, s, d):
        starts = torch.arange(0, max(size - d * (k - 1), 0), s)
        if len(starts) == 0:
            raise ValueError("the kernel does not fit")
        return starts[:, None] + d * torch.arange(k)[None, :]

    rows = places(x.shape[2], kh, stride[0], dilation[0])
    columns = places(x.shape[3], kw, stride[1], dilation[1])
    windows = x[:, :, rows[:, None, :, None], columns[None, :, None, :]]
    oh, ow = windows.shape[2:4]
    columns_matrix = windows.permute(0, 1, 4, 5, 2, 3).reshape(batch, groups, depth * kh * kw, oh * ow)
    y = torch.matmul(weight.reshape(groups, out_channels // groups, -1), columns_matrix).reshape(batch, out_channels, oh, ow)
    if bias is None:
        return y
    return y.add(bias.reshape(1, -1, 1, 1))

# %% conv2d · loop over output pixels into a buffer, group by group
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    dh, dw = pair(dilation)
    n, c_in, h, w = x.shape
    c_out, c_g, kh, kw = weight.shape
    if c_in != groups * c_g:
        raise ValueError("input channels")
    if c_out % groups:
        raise ValueError("output channels")
    span_h, span_w = dh * (kh - 1) + 1, dw * (kw - 1) + 1
    if span_h > h + 2 * ph or span_w > w + 2 * pw:
        raise ValueError("kernel")
    xp = pad2d(x, (pw, pw, ph, ph))
    oh = (h + 2 * ph - span_h) // sh + 1
    ow = (w + 2 * pw - span_w) // sw + 1
    out = x.new_zeros(n, c_out, oh, ow)
    per_group = c_out // groups
    for g in range(groups):
        outs = slice(g * per_group, (g + 1) * per_group)
        inputs = xp[:, g * c_g : (g + 1) * c_g]
        kernel = weight[outs].flatten(1)
        for i in range(oh):
            for j in range(ow):
                window = inputs[:, :, i * sh : i * sh + span_h : dh, j * sw : j * sw + span_w : dw]
                out[:, outs, i, j] = window.flatten(1) @ kernel.T
    if bias is not None:
        out = out + bias[None, :, None, None]
    return out

# %% conv2d · custom autograd.Function, forward and backward by hand
class _Conv(torch.autograd.Function):
    @staticmethod
    def slices(x, u, v, s, d, size):
        (sh, sw), (dh, dw), (oh, ow) = s, d, size
        return (..., slice(u * dh, u * dh + (oh - 1) * sh + 1, sh), slice(v * dw, v * dw + (ow - 1) * sw + 1, sw))

    @staticmethod
    def forward(ctx, x, w, s, d, size):
        ctx.save_for_backward(x, w)
        ctx.setting = s, d, size
        n, g, c = x.shape[:3]
        y = x.new_zeros(n, g, w.shape[1], *size)
        for u in range(w.shape[-2]):
            for v in range(w.shape[-1]):
                y += torch.einsum("ngcij,goc->ngoij", x[_Conv.slices(x, u, v, s, d, size)], w[..., u, v])
        return y

    @staticmethod
    def backward(ctx, dy):
        x, w = ctx.saved_tensors
        dx, dw = torch.zeros_like(x), torch.zeros_like(w)
        for u in range(w.shape[-2]):
            for v in range(w.shape[-1]):
                where = _Conv.slices(x, u, v, *ctx.setting)
                dx[where] += torch.einsum("ngoij,goc->ngcij", dy, w[..., u, v])
                dw[..., u, v] = torch.einsum("ngoij,ngcij->goc", dy, x[where])
        return dx, dw, None, None, None


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    s, p, d = pair(stride), pair(padding), pair(dilation)
    if x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ValueError("the groups do not fit")
    size = conv_output_size(tuple(x.shape[2:]), tuple(weight.shape[2:]), s, p, d)
    xp = pad2d(x, (p[1], p[1], p[0], p[0]))
    xg = xp.unflatten(1, (groups, weight.shape[1]))
    wg = weight.unflatten(0, (groups, weight.shape[0] // groups))
    y = _Conv.apply(xg, wg, s, d, size).flatten(1, 2)
    return y if bias is None else y + bias.unsqueeze(-1).unsqueeze(-1)

# %% conv2d · one matrix for the whole layer, groups by recursion
def _matrix(weight, size, out_size, stride, dilation):
    c_out, c_in, kh, kw = weight.shape
    (h, w), (oh, ow) = size, out_size
    big = weight.new_zeros(c_out, oh, ow, c_in, h, w)
    for i in range(oh):
        for j in range(ow):
            for u in range(kh):
                for v in range(kw):
                    big[:, i, j, :, i * stride[0] + u * dilation[0], j * stride[1] + v * dilation[1]] = weight[:, :, u, v]
    return big.reshape(c_out * oh * ow, c_in * h * w)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.size(1) != groups * weight.size(1) or weight.size(0) % groups:
        raise ValueError("channels and groups")
    if groups > 1:
        parts = [
            conv2d(part, kernel, None, stride, padding, dilation)
            for part, kernel in zip(x.chunk(groups, 1), weight.chunk(groups, 0))
        ]
        y = torch.cat(parts, dim=1)
    else:
        stride, padding, dilation = pair(stride), pair(padding), pair(dilation)
        x = pad2d(x, (padding[1],) * 2 + (padding[0],) * 2)
        size = tuple(x.shape[-2:])
        out = tuple((z - d * (k - 1) - 1) // s + 1 for z, k, s, d in zip(size, weight.shape[-2:], stride, dilation))
        if min(out) < 1:
            raise ValueError("too large a kernel")
        y = (x.flatten(1) @ _matrix(weight, size, out, stride, dilation).t()).reshape(x.shape[0], -1, *out)
    if bias is not None:
        y = y + bias.view(1, -1, 1, 1)
    return y

# %% conv2d · F.pad for the frame, broadcasting and sum, compared with torch in the same cell
import torch.nn.functional as F


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    dh, dw = pair(dilation)
    o, c, kh, kw = weight.shape
    if x.shape[1] != c * groups or o % groups:
        raise ValueError("wrong channels")
    xp = F.pad(x, (pw, pw, ph, ph))
    room_h = xp.shape[2] - dh * (kh - 1) - 1
    room_w = xp.shape[3] - dw * (kw - 1) - 1
    if room_h < 0 or room_w < 0:
        raise ValueError("wrong kernel")
    source = torch.arange(o).div(o // groups, rounding_mode="floor") * c
    total = torch.zeros(x.shape[0], o, room_h // sh + 1, room_w // sw + 1, dtype=x.dtype)
    for k in range(c):
        picked = xp[:, source + k]
        for u in range(kh):
            for v in range(kw):
                tap = picked[:, :, u * dh : u * dh + room_h + 1 : sh, v * dw : v * dw + room_w + 1 : sw]
                total = total + tap * weight[:, k, u, v].view(1, -1, 1, 1)
    return total if bias is None else total + bias.view(1, -1, 1, 1)


_x, _w = torch.randn(1, 4, 6, 6), torch.randn(2, 2, 3, 3)
print("same as torch:", torch.allclose(conv2d(_x, _w, padding=1, groups=2), F.conv2d(_x, _w, padding=1, groups=2), atol=1e-5))

# %% max_pool2d · a strict comparison keeps the first maximum
def max_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    ph, pw = pair(padding)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding")
    xp = pad2d(x, (pw, pw, ph, ph), value=float("-inf"))
    oh = (xp.shape[2] - kh) // sh + 1
    ow = (xp.shape[3] - kw) // sw + 1
    if oh < 1 or ow < 1:
        raise ValueError("kernel")
    best = None
    for u in range(kh):
        for v in range(kw):
            here = xp[:, :, u : u + (oh - 1) * sh + 1 : sh, v : v + (ow - 1) * sw + 1 : sw]
            best = here if best is None else torch.where(here > best, here, best)
    return best

# %% max_pool2d · Tensor.unfold, argmax and gather
def max_pool2d(x, kernel, stride=None, padding=0):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    if ph > kh / 2 or pw > kw / 2:
        raise ValueError("the padding is more than half of the kernel")
    if kh > x.shape[-2] + 2 * ph or kw > x.shape[-1] + 2 * pw:
        raise ValueError("the kernel is larger than the padded input")
    windows = pad2d(x, (pw, pw, ph, ph), value=-torch.inf).unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2)
    return windows.gather(-1, windows.argmax(-1, keepdim=True)).squeeze(-1)

# %% max_pool2d · stack of slices, max along the new axis
def _shifted(x, kernel, stride):
    (kh, kw), (sh, sw) = kernel, stride
    last_h, last_w = x.size(2) - kh, x.size(3) - kw
    for u in range(kh):
        for v in range(kw):
            yield x[:, :, u : u + last_h + 1 : sh, v : v + last_w + 1 : sw]


def max_pool2d(x, kernel, stride=None, padding=0):
    kernel = pair(kernel)
    stride = kernel if stride is None else pair(stride)
    ph, pw = pair(padding)
    if any(2 * p > k for p, k in zip((ph, pw), kernel)):
        raise ValueError("2p > k")
    if any(k > s + 2 * p for k, s, p in zip(kernel, x.shape[2:], (ph, pw))):
        raise ValueError("no window")
    x = pad2d(x, (pw, pw, ph, ph), value=float("-inf"))
    values, _ = torch.stack(list(_shifted(x, kernel, stride))).max(dim=0)
    return values

# %% max_pool2d · custom autograd.Function, gradient by scatter_add
class _MaxPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, rows, columns):
        n, c, h, w = x.shape
        place = rows[:, None, :, None] * w + columns[None, :, None, :]
        oh, ow = place.shape[:2]
        flat = x.reshape(n, c, h * w)
        windows = flat[:, :, place.reshape(oh * ow, -1)]
        which = windows.argmax(dim=-1)
        winners = place.reshape(oh * ow, -1).expand(n, c, -1, -1).gather(-1, which.unsqueeze(-1)).squeeze(-1)
        ctx.save_for_backward(winners)
        ctx.shape = x.shape
        return flat.gather(-1, winners).reshape(n, c, oh, ow)

    @staticmethod
    def backward(ctx, dy):
        (winners,) = ctx.saved_tensors
        n, c, h, w = ctx.shape
        dx = dy.new_zeros(n, c, h * w)
        dx.scatter_add_(-1, winners, dy.reshape(n, c, -1))
        return dx.reshape(ctx.shape), None, None


def max_pool2d(x, kernel, stride=None, padding=0):
    k, p = pair(kernel), pair(padding)
    s = k if stride is None else pair(stride)
    for axis in (0, 1):
        if 2 * p[axis] > k[axis] or k[axis] > x.shape[2 + axis] + 2 * p[axis]:
            raise ValueError("padding or kernel too large")
    x = pad2d(x, (p[1], p[1], p[0], p[0]), -float("inf"))
    index = [torch.arange(0, x.shape[2 + a] - k[a] + 1, s[a])[:, None] + torch.arange(k[a]) for a in (0, 1)]
    return _MaxPool.apply(x, *index)

# %% max_pool2d · loop over output pixels, max of the flattened window
def max_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = pair(stride) if stride is not None else (kh, kw)
    ph, pw = pair(padding)
    if kh < 2 * ph or kw < 2 * pw:
        raise ValueError("at most half of the kernel")
    n, c, h, w = x.shape
    oh, ow = (h + 2 * ph - kh) // sh + 1, (w + 2 * pw - kw) // sw + 1
    if min(oh, ow) <= 0:
        raise ValueError("the window does not fit")
    out = x.new_empty(n, c, oh, ow)
    for i in range(oh):
        for j in range(ow):
            top, left = i * sh - ph, j * sw - pw
            window = x[:, :, max(top, 0) : top + kh, max(left, 0) : left + kw]
            out[:, :, i, j] = torch.max(window.flatten(2), dim=2)[0]
    return out

# %% max_pool2d · F.pad with minus infinity, as_strided, sort
from torch.nn.functional import pad as frame


def max_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = pair(stride if stride is not None else kernel)
    ph, pw = pair(padding)
    if ph * 2 > kh or pw * 2 > kw:
        raise ValueError("too much padding")
    xp = frame(x, (pw, pw, ph, ph), value=float("-inf")).contiguous()
    n, c, h, w = xp.shape
    if kh > h or kw > w:
        raise ValueError("too large a window")
    size = (n, c, (h - kh) // sh + 1, (w - kw) // sw + 1, kh, kw)
    windows = xp.as_strided(size, (c * h * w, h * w, w * sh, sw, w, 1)).reshape(*size[:4], kh * kw)
    return windows.sort(dim=-1, descending=True, stable=True).values[..., 0]

# %% avg_pool2d · sum over the taps
def avg_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    ph, pw = pair(padding)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding")
    xp = pad2d(x, (pw, pw, ph, ph))
    oh, ow = (xp.shape[2] - kh) // sh + 1, (xp.shape[3] - kw) // sw + 1
    if oh < 1 or ow < 1:
        raise ValueError("kernel")
    total = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    for u in range(kh):
        for v in range(kw):
            total = total + xp[:, :, u : u + (oh - 1) * sh + 1 : sh, v : v + (ow - 1) * sw + 1 : sw]
    return total / (kh * kw)

# %% avg_pool2d · averaging matrices from both sides
def _averaging(size, k, s, p, dtype):
    count = (size + 2 * p - k) // s + 1
    if 2 * p > k or count < 1:
        raise ValueError("padding or kernel")
    start = torch.arange(count)[:, None] * s - p
    place = torch.arange(size)[None, :]
    return ((place >= start) & (place < start + k)).to(dtype) / k


def avg_pool2d(x, kernel, stride=None, padding=0):
    k, p = pair(kernel), pair(padding)
    s = k if stride is None else pair(stride)
    a, b = (_averaging(x.shape[2 + axis], k[axis], s[axis], p[axis], x.dtype) for axis in (0, 1))
    return torch.einsum("ih,nchw,jw->ncij", a, x, b)

# %% avg_pool2d · the own convolution with equal weights, one group for each channel
def avg_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    ph, pw = pair(padding)
    if ph > kh // 2 or pw > kw // 2:
        raise ValueError("more than half")
    c = x.shape[1]
    weight = torch.full((c, 1, kh, kw), 1 / (kh * kw), dtype=x.dtype)
    return conv2d(x, weight, stride=(kh, kw) if stride is None else stride, padding=padding, groups=c)

# %% avg_pool2d · as_strided windows and mean over two axes
def avg_pool2d(x, kernel, stride=None, padding=0):
    stride = kernel if stride is None else stride
    (kh, kw), (sh, sw), (ph, pw) = map(pair, (kernel, stride, padding))
    if kh < 2 * ph or kw < 2 * pw or kh > x.shape[2] + 2 * ph or kw > x.shape[3] + 2 * pw:
        raise ValueError("does not fit")
    x = pad2d(x, (pw, pw, ph, ph)).contiguous()
    n, c, h, w = x.shape
    a, b, d, e = x.stride()
    return x.as_strided((n, c, (h - kh) // sh + 1, (w - kw) // sw + 1, kh, kw), (a, b, d * sh, e * sw, d, e)).mean((-2, -1))

# %% avg_pool2d · rows first, then columns, functools.reduce
from functools import reduce


def _sum_along(x, dim, k, s):
    n = (x.shape[dim] - k) // s + 1
    steps = torch.arange(n) * s
    return reduce(torch.add, (x.index_select(dim, steps + u) for u in range(k)))


def avg_pool2d(x, kernel, stride=None, padding=0):
    k = pair(kernel)
    s = pair(stride) if stride is not None else k
    p = pair(padding)
    for size, kk, pp in zip(x.shape[-2:], k, p):
        if pp + pp > kk or kk > size + pp + pp:
            raise ValueError("cannot pool")
    rows = _sum_along(pad2d(x, (p[1], p[1], p[0], p[0])), 2, k[0], s[0])
    return torch.div(_sum_along(rows, 3, k[1], s[1]), k[0] * k[1])

# %% receptive_field · jump and size in a loop
def receptive_field(layers):
    r, jump = 1, 1
    for kernel, stride, dilation in layers:
        if kernel < 1 or stride < 1 or dilation < 1:
            raise ValueError("kernel, stride and dilation are at least 1")
        r += (kernel - 1) * dilation * jump
        jump *= stride
    return r

# %% receptive_field · recursion from the output
def receptive_field(layers):
    if not layers:
        return 1
    (k, s, d), *rest = layers
    if min(k, s, d) < 1:
        raise ValueError("less than 1")
    return (receptive_field(rest) - 1) * s + d * (k - 1) + 1

# %% receptive_field · accumulate of the strides
from itertools import accumulate
from operator import mul


def receptive_field(layers):
    if any(number < 1 for layer in layers for number in layer):
        raise ValueError(layers)
    jumps = accumulate((s for _, s, _ in layers), mul, initial=1)
    return 1 + sum((k - 1) * d * jump for (k, _, d), jump in zip(layers, jumps))

# %% receptive_field · dataclass, backwards through the stack
from dataclasses import dataclass


@dataclass
class Layer:
    kernel: int
    stride: int
    dilation: int

    def __post_init__(self):
        if self.kernel < 1 or self.stride < 1 or self.dilation < 1:
            raise ValueError(f"not a layer: {self}")

    def seen(self, outputs):
        return (outputs - 1) * self.stride + self.dilation * (self.kernel - 1) + 1


def receptive_field(layers):
    size = 1
    for layer in reversed([Layer(*numbers) for numbers in layers]):
        size = layer.seen(size)
    return size

# %% receptive_field · tensors and cumprod
def receptive_field(layers):
    if len(layers) == 0:
        return 1
    table = torch.tensor([list(layer) for layer in layers], dtype=torch.int64)
    if bool((table < 1).any()):
        raise ValueError("numbers below 1")
    k, s, d = table.unbind(1)
    before = torch.cat([torch.ones(1, dtype=torch.int64), torch.cumprod(s, 0)[:-1]])
    return int(1 + torch.sum((k - 1) * d * before))

# %% pad2d · narrow and copy_, module-level names for the order
LEFT, RIGHT, TOP, BOTTOM = range(4)


def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding")
    height, width = x.shape[-2:]
    out = torch.empty(*x.shape[:-2], height + padding[TOP] + padding[BOTTOM], width + padding[LEFT] + padding[RIGHT], dtype=x.dtype)
    out.fill_(value)
    out.narrow(-2, padding[TOP], height).narrow(-1, padding[LEFT], width).copy_(x)
    return out

# %% pad2d · slice_scatter, rows by rows
def pad2d(x, padding, value=0):
    l, r, t, b = padding if len(padding) == 4 else _refuse(padding)
    *lead, h, w = x.size()
    rows = torch.slice_scatter(x.new_full((*lead, h, l + w + r), value), x, -1, l, l + w)
    return torch.slice_scatter(x.new_full((*lead, t + h + b, l + w + r), value), rows, -2, t, t + h)


def _refuse(padding):
    raise ValueError(f"{len(padding)} numbers")

# %% conv2d · bmm over taps, one tap a generator item, aliases
import itertools as it
import torch as T


def _taps(x, kernel, stride, dilation, out):
    for u, v in it.product(*map(range, kernel)):
        rows = u * dilation[0] + T.arange(out[0]) * stride[0]
        columns = v * dilation[1] + T.arange(out[1]) * stride[1]
        yield u, v, x.index_select(-2, rows).index_select(-1, columns)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    stride, padding, dilation = [pair(value) for value in (stride, padding, dilation)]
    o, c, *kernel = weight.shape
    n = x.shape[0]
    if x.shape[1] != c * groups or o % groups > 0:
        raise ValueError("C_in, C_out and groups")
    x = pad2d(x, (padding[1], padding[1], padding[0], padding[0]))
    out = [(size - d * (k - 1) - 1) // s + 1 for size, d, k, s in zip(x.shape[2:], dilation, kernel, stride)]
    if out[0] <= 0 or out[1] <= 0:
        raise ValueError("kernel")
    y = T.zeros(groups, o // groups, n * out[0] * out[1], dtype=x.dtype)
    for u, v, tap in _taps(x, kernel, stride, dilation, out):
        inputs = tap.transpose(0, 1).reshape(groups, c, -1)
        y = T.baddbmm(y, weight[:, :, u, v].reshape(groups, o // groups, c), inputs)
    y = y.reshape(o, n, *out).transpose(0, 1)
    return y + bias.reshape(1, o, 1, 1) if bias is not None else y

# %% conv2d · autograd.Function with numpy's strided view
import numpy as np
from numpy.lib.stride_tricks import as_strided as strided


class _NumpyConv(torch.autograd.Function):
    @staticmethod
    def windows(a, k, s, d):
        n, g, c, h, w = a.shape
        out = [(size - dd * (kk - 1) - 1) // ss + 1 for size, kk, ss, dd in zip((h, w), k, s, d)]
        st = a.strides
        return strided(a, (n, g, c, *out, *k), (*st[:3], st[3] * s[0], st[4] * s[1], st[3] * d[0], st[4] * d[1]), writeable=False)

    @staticmethod
    def forward(ctx, x, weight, s, d):
        ctx.save_for_backward(x, weight)
        ctx.setting = s, d
        view = _NumpyConv.windows(np.ascontiguousarray(x.detach().numpy()), weight.shape[-2:], s, d)
        return torch.from_numpy(np.ascontiguousarray(np.einsum("ngcijuv,gocuv->ngoij", view, weight.detach().numpy())))

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        s, d = ctx.setting
        k = weight.shape[-2:]
        view = _NumpyConv.windows(np.ascontiguousarray(x.detach().numpy()), k, s, d)
        dweight = np.einsum("ngcijuv,ngoij->gocuv", view, dy.numpy())
        dx = torch.zeros_like(x)
        oh, ow = dy.shape[-2:]
        for u in range(k[0]):
            for v in range(k[1]):
                part = dx[..., u * d[0] : u * d[0] + (oh - 1) * s[0] + 1 : s[0], v * d[1] : v * d[1] + (ow - 1) * s[1] + 1 : s[1]]
                part += torch.einsum("ngoij,goc->ngcij", dy, weight[..., u, v])
        return dx, torch.from_numpy(np.ascontiguousarray(dweight)), None, None


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    s, p, d = pair(stride), pair(padding), pair(dilation)
    if x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ValueError("channels")
    x = pad2d(x, (p[1], p[1], p[0], p[0]))
    if any(dd * (k - 1) + 1 > size for dd, k, size in zip(d, weight.shape[2:], x.shape[2:])):
        raise ValueError("kernel")
    y = _NumpyConv.apply(x.unflatten(1, (groups, -1)), weight.unflatten(0, (groups, -1)), s, d).flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]

# %% max_pool2d · advanced indexing and topk
def max_pool2d(x, kernel, stride=None, padding=0):
    k, p = pair(kernel), pair(padding)
    s = pair(stride) if stride is not None else k
    if 2 * p[0] > k[0] or 2 * p[1] > k[1]:
        raise ValueError("padding")
    x = pad2d(x, (p[1], p[1], p[0], p[0]), value=float("-inf"))
    if k[0] > x.shape[2] or k[1] > x.shape[3]:
        raise ValueError("kernel")
    rows = torch.arange(0, x.shape[2] - k[0] + 1, s[0]).view(-1, 1, 1, 1) + torch.arange(k[0]).view(1, 1, -1, 1)
    columns = torch.arange(0, x.shape[3] - k[1] + 1, s[1]).view(1, -1, 1, 1) + torch.arange(k[1]).view(1, 1, 1, -1)
    windows = x[..., rows, columns].flatten(-2)
    winner = torch.max(windows, -1).indices
    return torch.take_along_dim(windows, winner.unsqueeze(-1), -1).squeeze(-1)

# %% max_pool2d · recursion over the places, functools.reduce with a closure
from functools import reduce


def max_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = pair(kernel) if stride is None else pair(stride)
    ph, pw = pair(padding)
    oh, ow = conv_output_size(tuple(x.shape[2:]), (kh, kw), (sh, sw), (ph, pw))
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding")
    xp = pad2d(x, (pw, pw, ph, ph), value=float("-inf"))

    def place(n):
        u, v = divmod(n, kw)
        return xp[..., u : u + (oh - 1) * sh + 1 : sh, v : v + (ow - 1) * sw + 1 : sw]

    def first_of_two(a, b):
        return torch.where(torch.ge(a, b), a, b)

    return reduce(first_of_two, map(place, range(kh * kw)))

# %% avg_pool2d · loop over output pixels in a buffer, no padding made
def avg_pool2d(x, kernel, stride=None, padding=0):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding")
    n, c, h, w = x.shape
    oh, ow = (h + 2 * ph - kh) // sh + 1, (w + 2 * pw - kw) // sw + 1
    if oh <= 0 or ow <= 0:
        raise ValueError("kernel")
    out = x.new_zeros((n, c, oh, ow))
    for i in range(oh):
        for j in range(ow):
            top, left = i * sh - ph, j * sw - pw
            window = x[:, :, max(top, 0) : max(top + kh, 0), max(left, 0) : max(left + kw, 0)]
            out[:, :, i, j] = window.sum((2, 3)) / (kh * kw)
    return out

# %% avg_pool2d · autograd.Function, gradient shared out by hand
class _AvgPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, slices):
        ctx.slices, ctx.shape = slices, x.shape
        return sum(x[where] for where in slices) / len(slices)

    @staticmethod
    def backward(ctx, dy):
        dx = dy.new_zeros(ctx.shape)
        for where in ctx.slices:
            dx[where] += dy / len(ctx.slices)
        return dx, None


def avg_pool2d(x, kernel, stride=None, padding=0):
    k, p = pair(kernel), pair(padding)
    s = k if stride is None else pair(stride)
    if any(2 * b > a for a, b in zip(k, p)):
        raise ValueError("2p > k")
    xp = pad2d(x, (p[1], p[1], p[0], p[0]))
    room = [size - a for size, a in zip(xp.shape[2:], k)]
    if min(room) < 0:
        raise ValueError("k > H + 2p")
    slices = [
        (..., slice(u, u + room[0] + 1, s[0]), slice(v, v + room[1] + 1, s[1])) for u in range(k[0]) for v in range(k[1])
    ]
    return _AvgPool.apply(xp, slices)

# %% conv_parameter_count · match statement and f-strings
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    match kernel:
        case int(k):
            taps = k**2
        case (kh, kw):
            taps = kh * kw
    match in_channels % groups, out_channels % groups:
        case 0, 0:
            pass
        case rest:
            raise ValueError(f"the remainders are {rest}")
    return (in_channels * out_channels * taps) // groups + (out_channels if bias else 0)

# %% max_pool2d_backward · loops over the windows
def max_pool2d_backward(dy, x, kernel, stride=None, padding=0):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(stride) if stride is not None else (kh, kw)
    padded = pad2d(x, (pw, pw, ph, ph), value=float("-inf"))
    grad = torch.zeros_like(padded)
    n = torch.arange(x.shape[0])[:, None]
    c = torch.arange(x.shape[1])[None, :]
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            best = padded[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].reshape(*x.shape[:2], -1).max(2).indices
            grad[n, c, i * sh + best // kw, j * sw + best % kw] += dy[:, :, i, j]
    return grad[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]].clone()

# %% max_pool2d_backward · the taps in turn, what is taken is remembered
def max_pool2d_backward(dy, x, kernel, stride=None, padding=0):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    big = pad2d(x, (pw, pw, ph, ph), value=-torch.inf)
    out_h, out_w = dy.shape[2:]

    def seen(t, u, v):
        return t[:, :, u : u + (out_h - 1) * sh + 1 : sh, v : v + (out_w - 1) * sw + 1 : sw]

    best = torch.full_like(dy, -torch.inf)
    for u in range(kh):
        for v in range(kw):
            best = torch.maximum(best, seen(big, u, v))
    grad, left = torch.zeros_like(big), dy.clone()
    for u in range(kh):
        for v in range(kw):
            hit = seen(big, u, v) == best
            seen(grad, u, v).add_(torch.where(hit, left, torch.zeros_like(left)))
            left = torch.where(hit, torch.zeros_like(left), left)
    return grad[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]
