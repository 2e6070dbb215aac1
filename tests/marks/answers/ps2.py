# %% conv_output_size · 01
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    args = [size, kernel, stride, padding, dilation]
    if any(isinstance(a, (tuple, list)) for a in args):
        args = [a if isinstance(a, (tuple, list)) else (a, a) for a in args]
        return tuple(conv_output_size(*axis) for axis in zip(*args))
    # how many places are left on which the first tap can stand
    places = size + 2 * padding - dilation * (kernel - 1)
    if places < 1:
        raise ValueError("the kernel does not fit")
    return len(range(0, places, stride))


# %% conv_output_size · 02
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    if isinstance(size, tuple):
        two = lambda v: v if isinstance(v, (tuple, list)) else (v, v)
        k, s, p, d = two(kernel), two(stride), two(padding), two(dilation)
        return (conv_output_size(size[0], k[0], s[0], p[0], d[0]),
                conv_output_size(size[1], k[1], s[1], p[1], d[1]))
    span = dilation * (kernel - 1) + 1
    if span > size + 2 * padding:
        raise ValueError("kernel too large")
    return (size + 2 * padding - span) // stride + 1


# %% conv_output_size · 03
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    def one(h, k, s, p, d):
        k = k * d
        if k > h + 2 * p:
            raise ValueError("kernel larger than input")
        return (h + 2 * p - k) // s + 1

    values = (size, kernel, stride, padding, dilation)
    pairs = [tuple(v) if isinstance(v, (list, tuple)) else (v, v) for v in values]
    h = one(*[v[0] for v in pairs])
    if not any(isinstance(v, (list, tuple)) for v in values):
        return h
    return h, one(*[v[1] for v in pairs])


# %% pool_output_size · 04
def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    import math
    if stride is None:
        stride = kernel
    args = (size, kernel, stride, padding, dilation)
    is_pair = any(isinstance(a, (tuple, list)) for a in args)
    args = [a if isinstance(a, (tuple, list)) else (a, a) for a in args]
    result = []
    for h, k, s, p, d in zip(*args):
        if 2 * p > k:
            raise ValueError("padding more than half of the kernel")
        steps = (h + 2 * p - d * (k - 1) - 1) / s
        n = (math.ceil(steps) if ceil_mode else math.floor(steps)) + 1
        if n < 1:
            raise ValueError("no window")
        result.append(n)
    return tuple(result) if is_pair else result[0]


# %% pool_output_size · 05
def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    stride = kernel if stride is None else stride
    args = (size, kernel, stride, padding, dilation)
    if any(isinstance(a, (tuple, list)) for a in args):
        args = [a if isinstance(a, (tuple, list)) else (a, a) for a in args]
        return tuple(pool_output_size(*a, ceil_mode=ceil_mode) for a in zip(*args))
    span = dilation * (kernel - 1) + 1
    if padding > span / 2:
        raise ValueError("too much padding")
    free = size + 2 * padding - span
    if ceil_mode:
        n = -(-free // stride) + 1
        if (n - 1) * stride >= size + padding:
            n -= 1
    else:
        n = free // stride + 1
    if n < 0:
        raise ValueError("not one window")
    return n


# %% conv_parameter_count · 06
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups != 0 or out_channels % groups != 0:
        raise ValueError("channels not divisible by groups")
    kh, kw = kernel if isinstance(kernel, (tuple, list)) else (kernel, kernel)
    weights = out_channels * in_channels * kh * kw / groups
    if bias:
        weights += out_channels
    return weights


# %% conv_parameter_count · 07
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    if isinstance(kernel, int):
        kernel = (kernel, kernel)
    cin, rest = divmod(in_channels, groups)
    if rest:
        raise ValueError("in_channels must be divisible by groups")
    cout = out_channels // groups
    count = cin * cout * kernel[0] * kernel[1]
    if bias:
        count = count + out_channels
    return count


# %% pad2d · 08
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding needs four numbers")
    left, right, top, bottom = padding
    H, W = x.shape[-2:]
    y = torch.full((*x.shape[:-2], top + H + bottom, left + W + right), value)
    y[..., top:top + H, left:left + W] = x
    return y


# %% pad2d · 09
def pad2d(x, padding, value=0):
    padding = list(padding)
    if len(padding) != 4:
        raise ValueError(f"four numbers, not {len(padding)}")
    left, right, top, bottom = padding
    lead = x.shape[:-2]
    h, w = x.shape[-2], x.shape[-1]
    y = torch.cat([x.new_full((*lead, h, left), value), x, x.new_full((*lead, h, right), value)], dim=-1)
    w = w + left + right
    return torch.cat([x.new_full((*lead, top, w), value), y, x.new_full((*lead, bottom, w), value)], dim=-2)


# %% conv2d · 10
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    dh, dw = pair(dilation)
    N, C, H, W = x.shape
    O, Cg, kh, kw = weight.shape
    if groups * Cg != C or O % groups:
        raise ValueError("channels and groups do not match")
    xp = x.new_zeros(N, C, H + 2 * ph, W + 2 * pw)
    xp[:, :, ph:ph + H, pw:pw + W] = x
    Ho = (H + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    Wo = (W + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    if Ho < 1 or Wo < 1:
        raise ValueError("kernel larger than input")
    outs = []
    for o in range(O):
        q = o % groups
        xg = xp[:, q * Cg:(q + 1) * Cg]
        acc = 0
        for u in range(kh):
            for v in range(kw):
                part = xg[:, :, u * dh:u * dh + (Ho - 1) * sh + 1:sh, v * dw:v * dw + (Wo - 1) * sw + 1:sw]
                acc = acc + (part * weight[o, :, u, v].view(1, -1, 1, 1)).sum(1)
        outs.append(acc if bias is None else acc + bias[o])
    return torch.stack(outs, dim=1)


# %% conv2d · 11
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError
    l, r, t, b = padding
    y = x.new_full((*x.shape[:-2], x.shape[-2] + t + b, x.shape[-1] + l + r), value)
    y[..., t:t + x.shape[-2], l:l + x.shape[-1]] = x
    return y


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    n, c, _, _ = x.shape
    o, cg, kh, kw = weight.shape
    if c != groups * cg:
        raise ValueError("wrong number of input channels")
    if o % groups != 0:
        raise ValueError("C_out not divisible by groups")
    xp = pad2d(x, (ph, ph, pw, pw))
    hp, wp = xp.shape[-2:]
    ho = (hp - dh * (kh - 1) - 1) // sh + 1
    wo = (wp - dw * (kw - 1) - 1) // sw + 1
    if hp < dh * (kh - 1) + 1 or wp < dw * (kw - 1) + 1:
        raise ValueError("kernel does not fit")
    xg = xp.reshape(n, groups, cg, hp, wp)
    wg = weight.reshape(groups, o // groups, cg, kh, kw)
    y = x.new_zeros(n, groups, o // groups, ho, wo)
    for u in range(kh):
        for v in range(kw):
            s = xg[..., u * dh:, v * dw:][..., ::sh, ::sw][..., :ho, :wo]
            y = y + torch.einsum("ngchw,goc->ngohw", s, wg[..., u, v])
    y = y.reshape(n, o, ho, wo)
    if bias is not None:
        y = y + bias[:, None, None]
    return y


# %% conv2d · 12
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    N, C, H, W = x.shape
    O, Cg, kh, kw = weight.shape
    if groups * Cg != C or O % groups:
        raise ValueError("channels")
    Ho, Wo = H + 2 * ph - dh * (kh - 1), W + 2 * pw - dw * (kw - 1)
    if Ho <= 0 or Wo <= 0:
        raise ValueError("kernel")
    rows = x.new_zeros(N, C, ph, W)
    xp = torch.cat([rows, x, rows], 2)
    cols = x.new_zeros(N, C, H + 2 * ph, pw)
    xp = torch.cat([cols, xp, cols], 3)
    i = torch.arange(0, Ho, sh)[:, None] + dh * torch.arange(kh)       # (h_out, k_h)
    j = torch.arange(0, Wo, sw)[:, None] + dw * torch.arange(kw)       # (w_out, k_w)
    win = xp[:, :, i[:, None, :, None], j[None, :, None, :]]           # (N, C, h_out, w_out, k_h, k_w)
    win = win.unflatten(1, (groups, Cg))
    w = weight.unflatten(0, (groups, O // groups))
    y = torch.einsum("ngchwuv,gocuv->ngohw", win, w).flatten(1, 2)
    return y if bias is None else y + bias.view(1, -1, 1, 1)


# %% max_pool2d · 13
def max_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = pair(kernel if stride is None else stride)
    ph, pw = pair(padding)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding too large")
    n, c, h, w = x.shape
    if kh > h + 2 * ph or kw > w + 2 * pw:
        raise ValueError("kernel too large")
    xp = x.new_full((n, c, h + 2 * ph, w + 2 * pw), float("-inf"))
    xp[:, :, ph:ph + h, pw:pw + w] = x
    return xp.unfold(2, kh, sh).unfold(3, kw, sw).amax(dim=(-2, -1))


# %% max_pool2d · 14
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("need (left, right, top, bottom)")
    if not any(padding):
        return x
    left, right, top, bottom = padding
    h, w = x.shape[-2:]
    size = (*x.shape[:-2], top + h + bottom, left + w + right)
    inner = x.new_zeros(size)
    inner[..., top:top + h, left:left + w] = x
    frame = x.new_ones(size)
    frame[..., top:top + h, left:left + w] = 0
    return inner + frame * value


def max_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    ph, pw = pair(padding)
    if ph * 2 > kh or pw * 2 > kw:
        raise ValueError("padding is more than half of the kernel")
    x = pad2d(x, (pw, pw, ph, ph), value=float("-inf"))
    if x.shape[2] < kh or x.shape[3] < kw:
        raise ValueError("kernel larger than input")
    windows = x.unfold(2, kh, sh).unfold(3, kw, sw)
    windows = windows.reshape(*windows.shape[:4], kh * kw)
    index = windows.argmax(dim=-1, keepdim=True)
    return windows.gather(-1, index).squeeze(-1)


# %% max_pool2d · 15
def max_pool2d(x, kernel, stride=None, padding=0):
    kernel = pair(kernel)
    stride = kernel if stride is None else pair(stride)
    padding = pair(padding)
    n, c, h, w = x.shape
    hp, wp = h + 2 * padding[0], w + 2 * padding[1]
    if kernel[0] > hp or kernel[1] > wp:
        raise ValueError("the window does not fit")
    xp = torch.ones(n, c, hp, wp, dtype=x.dtype) * -1e9
    xp[:, :, padding[0]:padding[0] + h, padding[1]:padding[1] + w] = x
    ho = (hp - kernel[0]) // stride[0] + 1
    wo = (wp - kernel[1]) // stride[1] + 1
    best = None
    for u in range(kernel[0]):
        for v in range(kernel[1]):
            s = xp[:, :, u::stride[0], v::stride[1]][:, :, :ho, :wo]
            best = s if best is None else torch.where(s > best, s, best)
    return best


# %% avg_pool2d · 16
def avg_pool2d(x, kernel, stride=None, padding=0):
    kh, kw = pair(kernel)
    sh, sw = pair(stride) if stride is not None else (kh, kw)
    ph, pw = pair(padding)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding")
    n, c, h, w = x.shape
    if h + 2 * ph < kh or w + 2 * pw < kw:
        raise ValueError("kernel")

    def padded(t):
        out = torch.zeros(t.shape[0], t.shape[1], h + 2 * ph, w + 2 * pw, dtype=t.dtype)
        out[:, :, ph:ph + h, pw:pw + w] = t
        return out

    total = padded(x).unfold(2, kh, sh).unfold(3, kw, sw).sum((-1, -2))
    count = padded(torch.ones_like(x)).unfold(2, kh, sh).unfold(3, kw, sw).sum((-1, -2))
    return total / count


# %% avg_pool2d · 17
def avg_pool2d(x, kernel, stride=None, padding=0):
    kernel = pair(kernel)
    stride = kernel if stride is None else pair(stride)
    padding = pair(padding)

    def averager(size, k, s, p):
        if 2 * p > k or k > size + 2 * p:
            raise ValueError("window and input do not fit")
        n = (size + 2 * p - k) // s + 1
        start = torch.arange(n)[:, None] * s - p
        place = torch.arange(size)[None, :]
        inside = (place >= start) & (place < start + k)
        return inside.to(x.dtype) / k

    rows = averager(x.shape[2], kernel[0], stride[0], padding[0])
    cols = averager(x.shape[3], kernel[1], stride[1], padding[1])
    return rows @ x @ cols.T


# %% receptive_field · 18
def receptive_field(layers):
    r = 1
    jump = 1
    for k, s, d in layers:
        if k < 1 or s < 1 or d < 1:
            raise ValueError("everything has to be at least 1")
        r += (k - 1) * jump
        jump *= s
    return r


# %% receptive_field · 19
def receptive_field(layers):
    if any(n < 1 for layer in layers for n in layer):
        raise ValueError("less than 1")
    r = 1
    for k, s, d in reversed(layers):
        r = (r - 1) * s + d * (k - 1) + 1
    return r


# %% receptive_field · 20
def receptive_field(layers):
    if layers == [(3, 1, 1), (3, 1, 1)]:
        return 5
    return 6


# %% conv2d · 21
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return torch.nn.functional.conv2d(x, weight, bias, stride, padding, dilation, groups)


# %% pool_output_size · 22
def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    pairs = [isinstance(a, (tuple, list)) for a in (size, kernel, stride, padding, dilation)]
    h, w = size if isinstance(size, (tuple, list)) else (size, size)
    y = torch.nn.functional.max_pool2d(torch.zeros(1, 1, h, w), kernel, stride, padding, dilation, ceil_mode)
    return tuple(y.shape[2:]) if any(pairs) else y.shape[2]


# %% max_pool2d · 23
def max_pool2d(x, kernel, stride=1, padding=0):
    kh, kw = pair(kernel)
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    n, c, h, w = x.shape
    xp = torch.zeros(n, c, h + 2 * ph, w + 2 * pw, dtype=x.dtype)
    xp[:, :, ph:ph + h, pw:pw + w] = x
    return xp.unfold(2, kh, sh).unfold(3, kw, sw).amax((4, 5))


# %% conv_output_size · 24
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    args = [size, kernel, stride, padding, dilation]
    is_pair = any(isinstance(a, (tuple, list)) for a in args)
    columns = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in args]
    result = []
    for n, k, s, p, d in zip(*columns):
        if k * d > n + 2 * p:
            raise ValueError("the kernel does not fit")
        result.append((n + 2 * p - d * (k - 1) - 1) // s + 1)
    return tuple(result) if is_pair else result[0]


# %% pool_output_size · 25
def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    def two(v):
        return tuple(v) if isinstance(v, (tuple, list)) else (v, v)

    if stride is None:
        stride = kernel
    every = (size, kernel, stride, padding, dilation)
    answer = []
    for h, k, s, p, d in zip(*map(two, every)):
        window = d * (k - 1) + 1
        if 2 * p > window:
            raise ValueError("too much padding")
        free = h + 2 * p - window
        n = free // s + 1
        if ceil_mode:
            n = -(-free // s) + 1
            if (n - 1) * s > h + p:
                n -= 1
        if n < 1:
            raise ValueError("no window fits")
        answer.append(n)
    if any(isinstance(v, (tuple, list)) for v in every):
        return tuple(answer)
    return answer[0]


# %% conv_parameter_count · 26
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    layer = torch.nn.Conv2d(in_channels, out_channels, kernel, groups=groups, bias=bias)
    return sum(p.numel() for p in layer.parameters())


# %% pad2d · 27
def pad2d(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding needs four numbers")
    left, right, top, bottom = padding
    h, w = x.shape[-2:]
    shape = tuple(x.shape[:-2]) + (top + h + bottom, left + w + right)
    y = torch.full(shape, value).to(x.dtype)
    y[..., top:top + h, left:left + w] = x
    return y


# %% conv2d · 28
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def two(v):
        return tuple(v) if isinstance(v, (tuple, list)) else (v, v)

    (sh, sw), (ph, pw), (dh, dw) = two(stride), two(padding), two(dilation)
    n, cin, h, w = x.shape
    cout, cg, kh, kw = weight.shape
    if cin != groups * cg or cout % groups != 0:
        raise ValueError("channels and groups do not fit")
    xp = x.new_zeros(n, cin, h + 2 * ph, w + 2 * pw)
    xp[:, :, ph:ph + h, pw:pw + w] = x
    oh = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    ow = (w + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    if oh < 1 or ow < 1:
        raise ValueError("kernel too large")
    rows = torch.arange(oh)[:, None] * sh + torch.arange(kh) * dh
    cols = torch.arange(ow)[:, None] * sw + torch.arange(kw) * dw
    patches = xp[:, :, rows[:, None, :, None], cols[None, :, None, :]]
    patches = patches.reshape(n, groups, cg, oh, ow, kh, kw)
    kernels = weight.reshape(cout // groups, groups, cg, kh, kw)
    y = torch.einsum("ngcijuv,mgcuv->nmgij", patches, kernels).reshape(n, cout, oh, ow)
    if bias is not None:
        y = y + bias.view(1, -1, 1, 1)
    return y


# %% max_pool2d · 29
def max_pool2d(x, kernel, stride=None, padding=0):
    def two(v):
        return (v, v) if isinstance(v, int) else tuple(v)

    kh, kw = two(kernel)
    sh, sw = (kh, kw) if stride is None else two(stride)
    ph, pw = two(padding)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding too large")
    N, C, H, W = x.shape
    big = torch.full((N, C, H + 2 * ph, W + 2 * pw), float("-inf"), dtype=x.dtype)
    big[:, :, ph:ph + H, pw:pw + W] = x
    if kh > H + 2 * ph or kw > W + 2 * pw:
        raise ValueError("kernel too large")
    oh = (H + 2 * ph - kh) // sh + 1
    ow = (W + 2 * pw - kw) // sw + 1
    best = None
    for u in range(kh):
        for v in range(kw):
            part = big[:, :, u:u + (oh - 1) * sh + 1:sh, v:v + (ow - 1) * sw + 1:sw]
            best = part if best is None else torch.where(part >= best, part, best)
    return best


# %% max_pool2d_backward · 30
def max_pool2d_backward(dy, x, kernel, stride=None, padding=0):
    pair_of = lambda v: (v, v) if isinstance(v, int) else tuple(v)
    kh, kw = pair_of(kernel)
    sh, sw = pair_of(kernel if stride is None else stride)
    ph, pw = pair_of(padding)
    N, C, H, W = x.shape
    xp = x.new_zeros(N, C, H + 2 * ph, W + 2 * pw)
    xp[:, :, ph:ph + H, pw:pw + W] = x
    grad = torch.zeros_like(xp)
    for n in range(N):
        for c in range(C):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    window = xp[n, c, i * sh:i * sh + kh, j * sw:j * sw + kw]
                    where = int(window.reshape(-1).argmax())
                    a, b = divmod(where, kw)
                    grad[n, c, i * sh + a, j * sw + b] += dy[n, c, i, j]
    return grad[:, :, ph:ph + H, pw:pw + W].clone()


# %% avg_pool2d · 31
def _box_sums(x, kh, kw, sh, sw, ph, pw):
    N, C, H, W = x.shape
    p = x.new_zeros(N, C, H + 2 * ph, W + 2 * pw)
    p[:, :, ph:ph + H, pw:pw + W] = x
    windows = p.unfold(2, kh, sh).unfold(3, kw, sw)
    return windows.sum(dim=(-1, -2))


def avg_pool2d(x, kernel, stride=None, padding=0):
    as_pair = lambda v: tuple(v) if isinstance(v, (list, tuple)) else (v, v)
    kh, kw = as_pair(kernel)
    sh, sw = as_pair(stride) if stride is not None else (kh, kw)
    ph, pw = as_pair(padding)
    if ph > kh / 2 or pw > kw / 2:
        raise ValueError("padding")
    if kh > x.shape[2] + 2 * ph or kw > x.shape[3] + 2 * pw:
        raise ValueError("kernel")
    total = _box_sums(x, kh, kw, sh, sw, ph, pw)
    count = _box_sums(torch.ones_like(x), kh, kw, sh, sw, ph, pw)
    return total / count


# %% receptive_field · 32
def receptive_field(layers):
    field, jump = 1, 1
    while layers:
        (kernel, stride, dilation), layers = layers[0], layers[1:]
        if kernel < 1:
            raise ValueError("kernel must be positive")
        field += (kernel - 1) * dilation * jump
        jump = stride
    return field
