# %% image_to_tensor · numpy, permute and a division
def image_to_tensor(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError(f"mode {image.mode} is not supported")
    array = np.array(image)
    if array.ndim == 2:
        array = array[:, :, None]
    return torch.from_numpy(array).permute(2, 0, 1).float() / 255

# %% image_to_tensor · numpy all the way, the tensor last
def image_to_tensor(image):
    if image.mode == "L":
        planes = np.asarray(image, dtype=np.float32)[np.newaxis]
    elif image.mode == "RGB":
        planes = np.moveaxis(np.asarray(image, dtype=np.float32), -1, 0)
    else:
        raise ValueError(image.mode)
    return torch.tensor(np.ascontiguousarray(planes) / np.float32(255.0))

# %% image_to_tensor · bytes by torch.frombuffer
def image_to_tensor(image):
    channels = {"RGB": 3, "L": 1}.get(image.mode)
    if channels is None:
        raise ValueError("only RGB and L")
    width, height = image.size
    if width * height == 0:
        return torch.zeros(channels, height, width)
    raw = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return raw.reshape(height, width, channels).movedim(2, 0).to(torch.float32).div(255).contiguous()

# %% image_to_tensor · plain loops over getpixel
def image_to_tensor(image):
    if image.mode != "RGB" and image.mode != "L":
        raise ValueError("the mode should be RGB or L")
    w, h = image.size
    c = 3 if image.mode == "RGB" else 1
    t = torch.empty((c, h, w), dtype=torch.float32)
    for i in range(h):
        for j in range(w):
            pixel = image.getpixel((j, i))
            if c == 1:
                pixel = (pixel,)
            for k in range(c):
                t[k, i, j] = pixel[k] / 255
    return t

# %% image_to_tensor · one plane for each band, split and stack, match statement
def _plane(band):
    return torch.from_numpy(np.array(band, dtype=np.uint8)).to(torch.float)


def image_to_tensor(image):
    match image.mode:
        case "RGB" | "L":
            return torch.stack([_plane(band) for band in image.split()], dim=0) / 255.0
        case other:
            raise ValueError(f"cannot convert an image of mode {other!r}")

# %% image_to_tensor · a lookup table of all 256 values
_TABLE = torch.arange(256, dtype=torch.float32) / 255


def image_to_tensor(image):
    if image.mode not in {"RGB", "L"}:
        raise ValueError(image.mode)
    codes = torch.from_numpy(np.array(image).astype(np.int64))
    if image.mode == "L":
        codes = codes.unsqueeze(-1)
    return _TABLE[codes].permute(2, 0, 1).clone()


demo = image_to_tensor(Image.new("RGB", (4, 3), (255, 0, 51)))
print(demo.shape, demo[:, 0, 0])

# %% channel · a list of names and an index from the end
def channel(x, name):
    names = ["red", "green", "blue"]
    if name not in names:
        raise ValueError(f"unknown channel {name!r}")
    if x.dim() < 3 or x.shape[-3] != 3:
        raise ValueError(f"the channel axis should have 3 entries, the shape is {tuple(x.shape)}")
    return x[..., names.index(name), :, :]

# %% channel · dict constant and select
CHANNEL_INDEX = {"red": 0, "green": 1, "blue": 2}


def channel(x: torch.Tensor, name: str) -> torch.Tensor:
    try:
        index = CHANNEL_INDEX[name]
    except KeyError:
        raise ValueError(f"no channel is called {name!r}") from None
    if x.size(-3) != 3:
        raise ValueError("x is not an RGB image")
    return x.select(-3, index)

# %% channel · match statement and unbind
def channel(x, name):
    if x.shape[-3] != 3:
        raise ValueError("three channels are needed")
    red, green, blue = x.unbind(dim=-3)
    match name:
        case "red":
            return red
        case "green":
            return green
        case "blue":
            return blue
    raise ValueError(name)

# %% channel · dict of lambdas, one case for each number of axes
_take = {
    3: lambda x, k: x[k],
    4: lambda x, k: x[:, k],
}


def channel(x, name):
    order = "red green blue".split()
    if name not in order or x.size(x.dim() - 3) != 3:
        raise ValueError("wrong name or wrong number of channels")
    return _take[x.ndim](x, order.index(name))

# %% channel · index_select and squeeze, walrus
def channel(x, name):
    if (k := {"red": 0, "green": 1, "blue": 2}.get(name)) is None:
        raise ValueError(f"not a colour channel: {name}")
    if (c := x.shape[-3]) != 3:
        raise ValueError(f"{c} channels instead of 3")
    return torch.index_select(x, -3, torch.tensor([k])).squeeze(-3)

# %% stack_channels · torch.stack on the third axis from the end
def stack_channels(r, g, b):
    if not (r.shape == g.shape == b.shape):
        raise ValueError(f"different shapes: {r.shape}, {g.shape}, {b.shape}")
    return torch.stack((r, g, b), dim=-3)

# %% stack_channels · unsqueeze and cat
def stack_channels(r, g, b):
    planes = [r, g, b]
    if len({tuple(p.shape) for p in planes}) > 1:
        raise ValueError("the planes should have one shape")
    return torch.cat([p.unsqueeze(-3) for p in planes], -3)

# %% stack_channels · a buffer filled plane by plane
def stack_channels(r, g, b):
    if r.shape != g.shape or r.shape != b.shape:
        raise ValueError("shapes differ")
    *front, h, w = r.shape
    out = r.new_empty((*front, 3, h, w))
    for k, plane in enumerate((r, g, b)):
        out[..., k, :, :] = plane
    return out

# %% stack_channels · star arguments, stack in front and movedim
def _check_same(first, *others):
    for other in others:
        if other.shape != first.shape:
            raise ValueError(f"{tuple(other.shape)} is not {tuple(first.shape)}")


def stack_channels(r, g, b):
    _check_same(r, g, b)
    return torch.movedim(torch.stack([r, g, b]), 0, -3)

# %% to_grayscale · the formula as it stands
def to_grayscale(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError(f"expected (3, H, W), got {tuple(x.shape)}")
    r, g, b = x
    return (0.299 * r + 0.587 * g + 0.114 * b).unsqueeze(0)

# %% to_grayscale · einsum with a constant tensor of weights
BT601 = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)


def to_grayscale(x):
    if x.ndim != 3 or x.size(0) != 3:
        raise ValueError("x should be an RGB image with the channel first")
    return torch.einsum("c,chw->hw", BT601.to(x.dtype), x)[None]

# %% to_grayscale · tensordot
def to_grayscale(x):
    if len(x.shape) != 3 or x.shape[0] != 3:
        raise ValueError(x.shape)
    weights = x.new_tensor([[0.299, 0.587, 0.114]])
    return torch.tensordot(weights, x, dims=1)

# %% to_grayscale · matrix product over flattened pixels
def to_grayscale(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("not (3, H, W)")
    _, h, w = x.shape
    row = torch.tensor([[0.299, 0.587, 0.114]], dtype=x.dtype)
    return (row @ x.reshape(3, h * w)).reshape(1, h, w)

# %% to_grayscale · generator and zip, with the exercise channel
_LUMA = dict(red=0.299, green=0.587, blue=0.114)


def to_grayscale(x):
    if x.ndim != 3:
        raise ValueError("one image at a time")
    y = sum(weight * channel(x, name) for name, weight in _LUMA.items())
    return y[None, :, :]

# %% to_grayscale · broadcast weights, sum with keepdim
def to_grayscale(x: torch.Tensor) -> torch.Tensor:
    if tuple(x.shape[:-2]) != (3,):
        raise ValueError(f"shape {tuple(x.shape)}")
    return x.mul(torch.tensor([0.299, 0.587, 0.114], dtype=torch.double).to(x).view(3, 1, 1)).sum(dim=0, keepdim=True)

# %% normalize · view the statistics as (C, 1, 1)
def normalize(x, mean, std):
    c = x.shape[-3]
    if len(mean) != c or len(std) != c:
        raise ValueError("one mean and one standard deviation for each channel")
    mean = torch.as_tensor(mean, dtype=x.dtype).view(-1, 1, 1)
    std = torch.as_tensor(std, dtype=x.dtype).view(-1, 1, 1)
    if (std == 0).any():
        raise ValueError("a standard deviation is 0")
    return (x - mean) / std

# %% normalize · loop over channels into a buffer
def normalize(x, mean, std):
    if not len(mean) == len(std) == x.size(-3):
        raise ValueError("wrong number of statistics")
    if any(float(s) == 0 for s in std):
        raise ValueError("division by zero")
    out = torch.empty_like(x)
    for k in range(x.size(-3)):
        out[..., k, :, :] = (x[..., k, :, :] - float(mean[k])) / float(std[k])
    return out

# %% normalize · in-place work on a clone
def _column(values, like):
    values = torch.as_tensor(values).to(like.dtype).flatten()
    if values.numel() != like.shape[-3]:
        raise ValueError(f"{values.numel()} numbers for {like.shape[-3]} channels")
    return values[:, None, None]


def normalize(x, mean, std):
    shift, scale = _column(mean, x), _column(std, x)
    if not torch.all(scale):
        raise ValueError("std must not be 0")
    y = x.clone()
    y.sub_(shift)
    y.div_(scale)
    return y

# %% normalize · movedim, so that the channel is the last axis
def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    channels = x.shape[-3]
    if mean.shape != (channels,) or std.shape != (channels,):
        raise ValueError("mean and std should have one entry for each channel")
    if torch.count_nonzero(std) < channels:
        raise ValueError("a standard deviation is zero")
    last = x.movedim(-3, -1)
    return torch.div(torch.sub(last, mean), std).movedim(-1, -3)

# %% normalize · a class that is called
class _Normalize:
    def __init__(self, *, allow_zero=False):
        self.allow_zero = allow_zero

    def stats(self, values, x):
        if len(values) != x.shape[-3]:
            raise ValueError("wrong length")
        return torch.stack([torch.as_tensor(v, dtype=x.dtype) for v in values]).reshape(-1, 1, 1)

    def __call__(self, x, mean, std):
        mean, std = self.stats(mean, x), self.stats(std, x)
        if not self.allow_zero and bool(torch.any(std == 0)):
            raise ValueError("zero spread")
        return (x - mean).div(std)


normalize = _Normalize()

# %% normalize · autograd.Function with numpy inside
class _PerChannel(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, mean, std):
        ctx.std = std
        y = (x.detach().double().numpy() - mean[:, None, None]) / std[:, None, None]
        return torch.from_numpy(y).to(x.dtype)

    @staticmethod
    def backward(ctx, dy):
        return dy / torch.from_numpy(ctx.std).to(dy.dtype)[:, None, None], None, None


def normalize(x, mean, std):
    mean = np.array([float(m) for m in mean])
    std = np.array([float(s) for s in std])
    if mean.size != x.shape[-3] or std.size != x.shape[-3]:
        raise ValueError("each channel needs a mean and a std")
    if np.any(std == 0):
        raise ValueError("std is 0")
    return _PerChannel.apply(x, mean, std)

# %% normalize · a decorator of one's own checks the statistics, aliases for imports
import functools
import torch as T


def checked(*, spread):
    def wrap(function):
        @functools.wraps(function)
        def inner(x, mean, std):
            for numbers in (mean, std):
                if len(numbers) != x.shape[-3]:
                    raise ValueError(f"{function.__name__}: {len(numbers)} numbers")
            if spread and min(abs(float(s)) for s in std) == 0:
                raise ValueError("a standard deviation is 0")
            as_column = lambda v: T.as_tensor(v, dtype=x.dtype).unsqueeze(-1).unsqueeze(-1)
            return function(x, as_column(mean), as_column(std))

        return inner

    return wrap


@checked(spread=True)
def normalize(x, mean, std):
    return T.true_divide(T.subtract(x, mean), std)

# %% normalize · einsum with the reciprocal, repeated statistics
def normalize(x, mean, std):
    c, h, w = x.shape[-3:]
    if len(mean) != c or len(std) != c:
        raise ValueError("lengths do not match")
    m = torch.as_tensor(mean).to(x.dtype)
    s = torch.as_tensor(std).to(x.dtype)
    if 0 in s.tolist():
        raise ValueError("std contains 0")
    centred = x - m.repeat_interleave(h * w).reshape(c, h, w)
    return torch.einsum("...chw,c->...chw", centred, s.reciprocal())

# %% denormalize · multiply, then add
def denormalize(x, mean, std):
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3]:
        raise ValueError("mean and std need one entry per channel")
    mean = torch.as_tensor(mean, dtype=x.dtype)[:, None, None]
    std = torch.as_tensor(std, dtype=x.dtype)[:, None, None]
    return x * std + mean

# %% denormalize · torch.addcmul
def denormalize(x, mean, std):
    stats = [torch.as_tensor(v, dtype=x.dtype).reshape(-1, 1, 1) for v in (mean, std)]
    if any(v.shape[0] != x.shape[-3] for v in stats):
        raise ValueError("wrong number of channels")
    return torch.addcmul(stats[0], x, stats[1])

# %% denormalize · stack of the channels, list comprehension
def denormalize(x, mean, std):
    planes = x.unbind(-3)
    if len(planes) != len(mean) or len(planes) != len(std):
        raise ValueError("the lengths do not fit")
    return torch.stack([p * float(s) + float(m) for p, m, s in zip(planes, mean, std)], dim=-3)

# %% denormalize · normalize with inverted statistics
def denormalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=torch.float64)
    std = torch.as_tensor(std, dtype=torch.float64)
    c = x.shape[-3]
    if mean.numel() != c or std.numel() != c:
        raise ValueError("not C entries")
    if torch.any(std == 0):
        return x * std.to(x.dtype).view(c, 1, 1) + mean.to(x.dtype).view(c, 1, 1)
    return normalize(x, -mean / std, 1 / std)

# %% denormalize · closures and a dataclass for the statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Stats:
    mean: torch.Tensor
    std: torch.Tensor

    @classmethod
    def of(cls, mean, std, x):
        shape = (x.shape[-3], 1, 1)
        values = []
        for v in (mean, std):
            v = torch.as_tensor(v, dtype=x.dtype)
            if v.numel() != shape[0]:
                raise ValueError("one number for each channel, please")
            values.append(v.reshape(shape).expand(x.shape))
        return cls(*values)


def _undo(stats):
    def run(x):
        y = x.mul(stats.std)
        y += stats.mean
        return y

    return run


def denormalize(x, mean, std):
    return _undo(Stats.of(mean, std, x))(x)

# %% tensor_to_image · clamp, round, numpy
def tensor_to_image(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError(f"cannot make an image of shape {tuple(tensor.shape)}")
    data = (tensor.detach().clamp(0, 1) * 255).round().to(torch.uint8)
    if tensor.shape[0] == 1:
        return Image.fromarray(data[0].numpy())
    return Image.fromarray(np.ascontiguousarray(data.permute(1, 2, 0).numpy()))

# %% tensor_to_image · np.clip and np.rint
def tensor_to_image(tensor):
    if tensor.ndim != 3:
        raise ValueError("three axes are needed")
    c = tensor.shape[0]
    if c != 1 and c != 3:
        raise ValueError("one or three channels are needed")
    a = tensor.detach().double().numpy() if tensor.dtype == torch.bfloat16 else tensor.detach().numpy()
    a = np.rint(np.clip(a, 0.0, 1.0) * 255).astype(np.uint8).transpose(1, 2, 0)
    return Image.fromarray(a.copy() if c == 3 else a[:, :, 0].copy())

# %% tensor_to_image · bytes by Image.frombytes
MODES = {1: "L", 3: "RGB"}


def tensor_to_image(tensor):
    if tensor.dim() != 3 or tensor.size(0) not in MODES:
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    c, h, w = tensor.shape
    scaled = torch.clamp(tensor.detach(), min=0.0, max=1.0).mul(255.0).add(0.5).floor()
    values = scaled.movedim(0, -1).flatten().int().tolist()
    return Image.frombytes(MODES[c], (w, h), bytes(values))

# %% tensor_to_image · merge of three planes
def _to_plane(plane):
    plane = torch.round(255 * torch.minimum(torch.maximum(plane, torch.zeros_like(plane)), torch.ones_like(plane)))
    return Image.fromarray(plane.byte().contiguous().numpy())


def tensor_to_image(tensor):
    if len(tensor.shape) != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError(tensor.shape)
    planes = [_to_plane(p) for p in tensor.detach()]
    return planes[0] if len(planes) == 1 else Image.merge("RGB", planes)

# %% tensor_to_image · loops over putpixel
def tensor_to_image(tensor):
    if tensor.dim() != 3:
        raise ValueError("not (C, H, W)")
    channels, height, width = tensor.shape
    if channels == 3:
        mode = "RGB"
    elif channels == 1:
        mode = "L"
    else:
        raise ValueError(f"{channels} channels")
    with torch.no_grad():
        codes = torch.round(torch.where(tensor < 0, torch.zeros_like(tensor), torch.where(tensor > 1, torch.ones_like(tensor), tensor)) * 255)
    codes = codes.long()
    image = Image.new(mode, (width, height))
    for i in range(height):
        for j in range(width):
            pixel = tuple(codes[:, i, j].tolist())
            image.putpixel((j, i), pixel if channels == 3 else pixel[0])
    return image

# %% shares_memory · np.shares_memory on the detached tensor
def shares_memory(a, t):
    return bool(np.shares_memory(a, t.detach().numpy()))

# %% shares_memory · addresses of all bytes, numpy broadcasting
def _addresses(start, shape, strides, itemsize):
    where = np.array([start], dtype=np.int64)
    for size, stride in zip(shape, strides):
        where = (where[:, None] + np.arange(size, dtype=np.int64) * stride).reshape(-1)
    return np.unique((where[:, None] + np.arange(itemsize)).reshape(-1))


def shares_memory(a, t):
    ours = _addresses(a.__array_interface__["data"][0], a.shape, a.strides, a.itemsize)
    size = t.element_size()
    theirs = _addresses(t.data_ptr(), t.shape, [s * size for s in t.stride()], size)
    return np.intersect1d(ours, theirs, assume_unique=True).size > 0

# %% shares_memory · sets of addresses by recursion
def _walk(start, shape, strides, itemsize):
    if not shape:
        yield from range(start, start + itemsize)
        return
    for k in range(shape[0]):
        yield from _walk(start + k * strides[0], shape[1:], strides[1:], itemsize)


def shares_memory(a, t):
    if a.size == 0 or t.numel() == 0:
        return False
    n = t.element_size()
    mine = set(_walk(a.ctypes.data, a.shape, a.strides, a.itemsize))
    for address in _walk(t.data_ptr(), tuple(t.shape), tuple(n * s for s in t.stride()), n):
        if address in mine:
            return True
    return False

# %% shares_memory · masks of bytes over the common range
def shares_memory(a, t):
    b = t.detach().numpy()
    if a.size == 0 or b.size == 0:
        return False

    def offsets(array):
        index = np.zeros(array.shape, dtype=np.int64)
        for axis, stride in enumerate(array.strides):
            steps = np.arange(array.shape[axis], dtype=np.int64) * stride
            index = index + steps.reshape([-1 if k == axis else 1 for k in range(array.ndim)])
        return array.__array_interface__["data"][0] + index.ravel()

    first, second = offsets(a), offsets(b)
    low = min(first.min(), second.min())
    high = max(first.max() + a.itemsize, second.max() + b.itemsize)
    if not np.may_share_memory(a, b):
        return False
    marks = torch.zeros(int(high - low), dtype=torch.bool)
    for k in range(a.itemsize):
        marks[torch.from_numpy(first - low + k)] = True
    return any(bool(marks[torch.from_numpy(second - low + k)].any()) for k in range(b.itemsize))

# %% independent_copy · copy, then from_numpy
def independent_copy(a):
    return torch.from_numpy(a.copy())

# %% independent_copy · np.array, as_tensor
def independent_copy(a):
    mine = np.array(a, copy=True, order="C")
    return torch.as_tensor(mine)

# %% independent_copy · torch.tensor of a contiguous array
def independent_copy(a):
    return torch.tensor(np.ascontiguousarray(a)).reshape(a.shape)

# %% independent_copy · fill an empty tensor through its array
def independent_copy(a):
    dtype = torch.from_numpy(np.zeros(1, dtype=a.dtype)).dtype
    t = torch.empty(a.shape, dtype=dtype)
    t.numpy()[...] = a
    return t

# %% independent_copy · through lists, dtype kept
def _torch_dtype(a):
    return torch.from_numpy(np.empty((0,), a.dtype)).dtype


def independent_copy(a):
    values = a.tolist()
    return torch.tensor(values, dtype=_torch_dtype(a)).reshape(tuple(a.shape))

# %% independent_copy · axes with negative strides turned and flipped back, clone
def independent_copy(a):
    backwards = [axis for axis, stride in enumerate(a.strides) if stride < 0]
    turned = np.flip(a, backwards) if backwards else a
    if not turned.flags.writeable:
        turned = np.copy(turned)
    t = torch.from_numpy(turned).clone()
    return torch.flip(t, backwards) if backwards else t


a = np.arange(6).reshape(2, 3)
print(independent_copy(a[:, ::-1]))

# %% denormalize · functools.partial of a helper with keyword-only arguments
from functools import partial


def _affine(x, mean, std, *, order):
    if mean is None or len(mean) != x.shape[-3] or len(std) != x.shape[-3]:
        raise ValueError("C entries each")
    numbers = {"+": torch.as_tensor(mean).to(x.dtype), "*": torch.as_tensor(std).to(x.dtype)}
    steps = {"+": torch.add, "*": torch.mul}
    y = torch.clone(x)
    for step in order:
        y = steps[step](y, numbers[step].reshape((-1, 1, 1)))
    return y


denormalize = partial(_affine, order="*+")

# %% independent_copy · empty_like of a numpy array, np.copyto
def independent_copy(a):
    fresh = np.empty(a.shape, dtype=a.dtype)
    np.copyto(fresh, a)
    return torch.from_numpy(fresh)

# %% stack_channels · recursion over the leading axis
def stack_channels(r, g, b):
    if r.shape != g.shape or g.shape != b.shape:
        raise ValueError("planes of different shapes")
    if r.dim() == 2:
        return torch.cat((r[None], g[None], b[None]))
    if r.shape[0] == 0:
        return r.new_zeros((0, 3) + tuple(r.shape[1:]))
    return torch.stack([stack_channels(*planes) for planes in zip(r, g, b)])
