# %% image_to_tensor · 01
def image_to_tensor(image):
    if image.mode != "RGB" and image.mode != "L":
        raise ValueError("mode " + image.mode)
    width, height = image.size
    raw = bytearray(image.tobytes())
    flat = torch.frombuffer(raw, dtype=torch.uint8)
    flat = flat.reshape(height, width, len(image.getbands()))
    return torch.stack([flat[..., c] for c in range(flat.shape[-1])]).float() / 255


# %% image_to_tensor · 02
def image_to_tensor(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError("only RGB or L")
    a = np.array(image).astype(np.float32)
    a = a / a.max()
    if a.ndim == 2:
        a = a[:, :, None]
    return torch.from_numpy(a.transpose(2, 0, 1).copy())


# %% image_to_tensor · 03
def image_to_tensor(image):
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    arr = torch.tensor(np.array(image), dtype=torch.float32).div(255)
    if arr.dim() == 2:
        return arr.unsqueeze(0)
    return arr.permute(2, 0, 1)


# %% channel · 04
def channel(x, name):
    order = ["red", "green", "blue"]
    i = order.index(name)      # list.index raises ValueError by itself
    if x.dim() == 4:
        return x[:, i]
    return x[i]


# %% channel · 05
def channel(x, name):
    names = {"red": 0, "green": 1, "blue": 2}
    if name not in names:
        raise ValueError(f"no such colour: {name}")
    if x.shape[-3] != 3:
        raise ValueError("not RGB")
    return x[names[name]]


# %% stack_channels · 06
def stack_channels(r, g, b):
    shapes = {tuple(p.shape) for p in (r, g, b)}
    if len(shapes) != 1:
        raise ValueError(f"different shapes {shapes}")
    *front, h, w = r.shape
    out = r.new_empty((*front, 3, h, w))
    out[..., 0, :, :] = r
    out[..., 1, :, :] = g
    out[..., 2, :, :] = b
    return out


# %% stack_channels · 07
def stack_channels(r, g, b):
    if r.shape != g.shape:
        raise ValueError("the planes must have the same shape")
    return torch.stack((r, g, b))


# %% stack_channels · 08
def stack_channels(r, g, b):
    if not (r.shape == g.shape == b.shape):
        raise ValueError("shapes")
    planes = [p.unsqueeze(-3) for p in (r, g, b)]
    x = torch.cat(planes, dim=-3)
    return image


# %% to_grayscale · 09
def to_grayscale(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("expected (3, H, W)")
    w = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)
    return (w * x).sum(dim=0, keepdim=True)


# %% to_grayscale · 10
def to_grayscale(x):
    if x.shape[0] != 3:
        raise ValueError("x must have 3 channels")
    y = 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2]
    return y[None]


# %% normalize · 11
def normalize(x, mean, std):
    C = x.shape[-3]
    if len(mean) != C or len(std) != C:
        raise ValueError("need one number per channel")
    for c in range(C):
        if float(std[c]) == 0:
            raise ValueError("std is 0")
        plane = x[..., c, :, :]
        plane -= float(mean[c])
        plane /= float(std[c])
    return x


# %% normalize · 12
def normalize(x, mean, std):
    mean = [float(m) for m in mean]
    std = [float(s) for s in std]
    planes = x.unbind(-3)
    if not len(planes) == len(mean) == len(std):
        raise ValueError("wrong number of statistics")
    if not all(std):
        raise ValueError("a standard deviation is zero")
    return torch.stack([(p - m) / s for p, m, s in zip(planes, mean, std)], dim=-3)


# %% normalize · 13
def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    if mean.numel() != x.shape[-3]:
        raise ValueError("mean needs C entries")
    std = torch.where(std == 0, torch.ones_like(std), std)   # avoid dividing by zero
    return (x - mean[:, None, None]) / std[:, None, None]


# %% denormalize · 14
def normalize(x, mean, std):
    mean = torch.tensor(mean).reshape(-1, 1, 1)
    std = torch.tensor(std).reshape(-1, 1, 1)
    if mean.shape[0] != x.shape[-3] or std.shape[0] != x.shape[-3]:
        raise ValueError("C entries needed")
    if (std == 0).any():
        raise ValueError("std 0")
    return (x - mean) / std


def denormalize(x, mean, std):
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3]:
        raise ValueError("C entries needed")
    # undoing is normalizing with mean -m/s and deviation 1/s
    back_mean = [-float(m) / float(s) for m, s in zip(mean, std)]
    back_std = [1 / float(s) for s in std]
    return normalize(x, back_mean, back_std)


# %% denormalize · 15
def denormalize(x, mean, std):
    m = torch.as_tensor(mean, dtype=x.dtype).view(1, -1, 1, 1)
    s = torch.as_tensor(std, dtype=x.dtype).view(1, -1, 1, 1)
    if m.shape[1] != x.shape[-3] or s.shape[1] != x.shape[-3]:
        raise ValueError("wrong number of statistics")
    return x * s + m


# %% tensor_to_image · 16
def tensor_to_image(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError(f"bad shape {tuple(tensor.shape)}")
    t = tensor.detach().clamp(0, 1) * 255
    arr = t.permute(1, 2, 0).numpy().astype(np.uint8)
    if arr.shape[2] == 1:
        return Image.fromarray(arr[:, :, 0])
    return Image.fromarray(arr)


# %% tensor_to_image · 17
def tensor_to_image(tensor):
    if len(tensor.shape) != 3 or len(tensor) not in (1, 3):
        raise ValueError("expected (1, H, W) or (3, H, W)")
    planes = []
    for plane in tensor.detach():
        plane = torch.round(255 * torch.clamp(plane, min=0, max=1))
        planes.append(Image.fromarray(plane.to(torch.uint8).numpy()))
    return planes[0] if len(planes) == 1 else Image.merge("RGB", planes)


# %% tensor_to_image · 18
def tensor_to_image(tensor):
    if tensor.ndim != 3:
        raise ValueError("3 axes please")
    if tensor.shape[0] not in {1, 3}:
        raise ValueError("1 or 3 channels please")
    tensor = tensor.detach()
    tensor.clamp_(0, 1).mul_(255).round_()
    a = tensor.to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
    return Image.fromarray(a if a.shape[-1] == 3 else a.squeeze(-1))


# %% shares_memory · 19
def shares_memory(a, t):
    return a.__array_interface__["data"][0] == t.data_ptr()


# %% shares_memory · 20
def shares_memory(a, t):
    return bool(np.may_share_memory(a, t.numpy()))


# %% independent_copy · 21
def independent_copy(a):
    try:
        return torch.tensor(a)
    except ValueError:
        # a negative stride: turn it round, copy, and turn it back
        return torch.tensor(a[:, ::-1]).flip(1)


# %% independent_copy · 22
def independent_copy(a):
    dtype = torch.from_numpy(np.zeros(1, dtype=a.dtype)).dtype
    return torch.tensor(a.tolist(), dtype=dtype).reshape(a.shape)


# %% independent_copy · 23
def independent_copy(a):
    return torch.from_numpy(a)


# %% channel · 24
def channel(x, name):
    if name not in ("red", "green", "blue"):
        raise ValueError(name)
    return x[0]


# %% normalize · 25
def normalize(x, mean, std):
    m = x.mean(dim=(-2, -1), keepdim=True)
    s = x.std(dim=(-2, -1), keepdim=True)
    return (x - m) / s


# %% image_to_tensor · 26
def image_to_tensor(image):
    a = np.array(image)
    if a.ndim == 2:
        a = a[:, :, None]
    elif a.ndim != 3 or a.shape[2] != 3:
        raise ValueError("RGB or L expected")
    t = torch.tensor(a, dtype=torch.float32) / 255
    return t.permute(2, 0, 1).contiguous()


# %% channel · 27
def channel(x, name):
    order = {"red": 0, "green": 1, "blue": 2}
    if name not in order:
        raise ValueError(f"unknown channel {name}")
    if x.dim() == 4:
        return x[:, order[name]]
    if x.shape[0] != 3:
        raise ValueError("not an RGB image")
    return x[order[name]]


# %% stack_channels · 28
def stack_channels(r, g, b):
    if not (r.shape == g.shape == b.shape):
        raise ValueError("the planes differ in shape")
    shape = list(r.shape)
    shape.insert(len(shape) - 2, 3)
    out = torch.zeros(shape)
    for i, plane in enumerate((r, g, b)):
        out[..., i, :, :] = plane
    return out


# %% to_grayscale · 29
BT601 = torch.tensor([0.299, 0.587, 0.114])


def to_grayscale(x):
    if x.shape[0] != 3:
        raise ValueError("three channels please")
    w = BT601.to(x.dtype)
    y = torch.zeros_like(x[0])
    for c in range(3):
        y = y + w[c] * x[c]
    return y[None]


# %% normalize · 30
def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    channels = x.shape[0]
    if mean.numel() != channels or std.numel() != channels:
        raise ValueError("one mean and one std per channel")
    if (std == 0).any():
        raise ValueError("std must not be 0")
    return (x - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)


# %% denormalize · 31
def denormalize(x, mean, std):
    m = torch.as_tensor(mean, dtype=x.dtype)
    s = torch.as_tensor(std, dtype=x.dtype)
    scaled = torch.einsum("...chw,c->...chw", x, s)
    return scaled + m[:, None, None]


# %% tensor_to_image · 32
def tensor_to_image(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("shape should be (1, H, W) or (3, H, W)")
    t = tensor.detach()
    t.clamp_(0, 1)
    a = (t * 255).round().to(torch.uint8).numpy()
    if a.shape[0] == 1:
        return Image.fromarray(a[0])
    return Image.fromarray(np.ascontiguousarray(a.transpose(1, 2, 0)))


# %% shares_memory · 33
def _span(start, shape, strides, itemsize):
    low, high = start, start
    for n, s in zip(shape, strides):
        if s < 0:
            low += (n - 1) * s
        else:
            high += (n - 1) * s
    return low, high + itemsize


def shares_memory(a, t):
    if a.size == 0 or t.numel() == 0:
        return False
    a0, a1 = _span(a.__array_interface__["data"][0], a.shape, a.strides, a.itemsize)
    size = t.element_size()
    t0, t1 = _span(t.data_ptr(), t.shape, [s * size for s in t.stride()], size)
    return a0 < t1 and t0 < a1


# %% independent_copy · 34
def independent_copy(a):
    try:
        return torch.from_numpy(a)
    except ValueError:
        return torch.from_numpy(a.copy())
