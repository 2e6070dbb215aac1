"""Wrong solutions that students write for problem set 1, with the hint that each deserves."""

import numpy as np
import torch
from PIL import Image

from autograder.authoring import misconception


@misconception(
    "image_to_tensor",
    hint="The channel must come first: numpy gives (H, W, C), and a network wants (C, H, W).",
    passes_examples=False,
    costs=5,
)
def channel_left_last(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError("the mode should be RGB or L")
    pixels = np.array(image).reshape(image.height, image.width, -1)
    return torch.from_numpy(pixels).float() / 255


@misconception(
    "image_to_tensor",
    hint="Transposing all axes swaps height and width too: move only the channel axis, and keep the other two in order.",
    passes_examples=False,
    costs=4,
)
def all_axes_reversed(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError("the mode should be RGB or L")
    pixels = np.array(image).reshape(image.height, image.width, -1)
    return torch.from_numpy(pixels.T.copy()).float() / 255


@misconception(
    "image_to_tensor",
    hint="The bytes go from 0 to 255 and the result from 0 to 1: changing the dtype does not scale the values.",
    passes_examples=False,
    costs=4,
)
def not_divided_by_255(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError("the mode should be RGB or L")
    pixels = np.array(image).reshape(image.height, image.width, -1)
    return torch.from_numpy(pixels).permute(2, 0, 1).float()


@misconception(
    "image_to_tensor",
    hint="Reshaping does not move an axis: it cuts the same row of numbers at other places. Reorder the axes instead.",
    passes_examples=False,
    costs=5,
)
def reshaped_in_place_of_permuted(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError("the mode should be RGB or L")
    pixels = np.array(image).reshape(-1, image.height, image.width)
    return torch.from_numpy(pixels).float() / 255


@misconception(
    "image_to_tensor",
    hint="A grayscale image has one channel, not none: its array lacks the channel axis, so add one.",
    costs=2,
)
def grayscale_without_a_channel(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError("the mode should be RGB or L")
    pixels = torch.from_numpy(np.array(image)).float() / 255
    return pixels.permute(2, 0, 1) if image.mode == "RGB" else pixels


@misconception(
    "channel",
    hint="The channel axis is not the last one: in torch rows and columns come after it.",
    passes_examples=False,
    costs=4,
)
def indexes_the_last_axis(x, name):
    names = ["red", "green", "blue"]
    if name not in names or x.shape[-3] != 3:
        raise ValueError("no such channel")
    return x[..., names.index(name)]


@misconception(
    "channel", hint="In a batch the first axis counts the images: count the channel axis from the end.", costs=3
)
def indexes_the_first_axis_of_a_batch(x, name):
    names = ["red", "green", "blue"]
    if name not in names or x.shape[-3] != 3:
        raise ValueError("no such channel")
    return x[names.index(name)]


@misconception(
    "channel",
    hint="The order is red, green, blue here; blue first is the order of OpenCV.",
    passes_examples=False,
    costs=3,
)
def blue_first(x, name):
    names = ["blue", "green", "red"]
    if name not in names or x.shape[-3] != 3:
        raise ValueError("no such channel")
    return x[..., names.index(name), :, :]


@misconception(
    "channel",
    hint="A slice keeps the channel axis with one entry; an index takes it away, and (H, W) is asked for.",
    passes_examples=False,
    costs=2,
)
def keeps_the_channel_axis(x, name):
    names = ["red", "green", "blue"]
    if name not in names or x.shape[-3] != 3:
        raise ValueError("no such channel")
    first = names.index(name)
    return x[..., first : first + 1, :, :]


@misconception(
    "stack_channels",
    hint="The new axis goes before rows and columns, not behind them.",
    passes_examples=False,
    costs=4,
)
def stacks_on_the_last_axis(r, g, b):
    if not r.shape == g.shape == b.shape:
        raise ValueError("the planes have different shapes")
    return torch.stack([r, g, b], dim=-1)


@misconception(
    "stack_channels",
    hint="For a batch the new axis goes after the axis of the images: count its place from the end.",
    costs=3,
)
def stacks_on_the_first_axis(r, g, b):
    if not r.shape == g.shape == b.shape:
        raise ValueError("the planes have different shapes")
    return torch.stack([r, g, b])


@misconception(
    "stack_channels",
    hint="Concatenating makes an axis longer that is there already: the channels need a new axis.",
    passes_examples=False,
    costs=6,
)
def concatenates(r, g, b):
    if not r.shape == g.shape == b.shape:
        raise ValueError("the planes have different shapes")
    return torch.cat([r, g, b], dim=-2)


@misconception(
    "stack_channels", hint="Compare the shapes of the three planes, and raise ValueError where they differ.", costs=1
)
def lets_torch_complain(r, g, b):
    return torch.stack([r, g, b], dim=-3)


@misconception(
    "to_grayscale",
    hint="The three colours do not look equally bright: weight them by BT.601 before adding them up.",
    passes_examples=False,
    costs=5,
)
def plain_mean(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    return x.mean(dim=0, keepdim=True)


@misconception(
    "to_grayscale",
    hint="One plane is asked for: add the weighted channels up, and keep a channel axis with one entry.",
    passes_examples=False,
    costs=3,
)
def keeps_three_channels(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    gray = 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2]
    return torch.stack([gray, gray, gray])


@misconception(
    "to_grayscale",
    hint="Those are the weights of BT.709, for HDTV: take those of BT.601.",
    passes_examples=False,
    costs=3,
)
def weights_of_hdtv(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    return (0.2126 * x[0] + 0.7152 * x[1] + 0.0722 * x[2]).unsqueeze(0)


@misconception(
    "to_grayscale",
    hint="A grayscale image has a channel axis too, with one entry: the shape is (1, H, W), not (H, W).",
    passes_examples=False,
    costs=2,
)
def channel_axis_summed_away(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    return 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2]


@misconception(
    "normalize",
    hint="Statistics of shape (C,) are matched with the columns: give them two more axes, (C, 1, 1).",
    passes_examples=False,
    costs=5,
)
def statistics_along_the_width(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    return (x - mean) / std


@misconception(
    "normalize",
    hint="Divide by the standard deviation as it is given: squared it would be the variance.",
    passes_examples=False,
    costs=4,
)
def divides_by_the_variance(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    return (x - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1) ** 2


@misconception(
    "normalize",
    hint="Methods that end in _ write into the caller's tensor: make a new one, and leave the argument as it is.",
    costs=2,
)
def writes_into_the_argument(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    with torch.no_grad():
        return x.sub_(mean.reshape(-1, 1, 1)).div_(std.reshape(-1, 1, 1))


@misconception(
    "normalize",
    hint="Use the statistics that are given; those of the image itself would take its brightness and contrast away.",
    passes_examples=False,
    costs=9,
)
def statistics_of_the_image_itself(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3] or (std == 0).any():
        raise ValueError("the statistics do not fit")
    return (x - x.mean((-2, -1), keepdim=True)) / x.std((-2, -1), keepdim=True)


@misconception(
    "normalize",
    hint="One number for three channels broadcasts without a word: compare the lengths with C, and raise ValueError.",
    costs=2,
)
def lengths_not_compared(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if (std == 0).any():
        raise ValueError("a standard deviation is 0")
    return (x - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1)


@misconception(
    "denormalize",
    hint="Undo the last step first: normalizing divided last, so multiply first and add the mean after it.",
    passes_examples=False,
    costs=6,
)
def adds_before_it_multiplies(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3]:
        raise ValueError("the statistics do not fit")
    return (x + mean.reshape(-1, 1, 1)) * std.reshape(-1, 1, 1)


@misconception(
    "denormalize",
    hint="This normalizes a second time: solve the formula for x and compute that.",
    passes_examples=False,
    costs=9,
)
def normalizes_again(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3]:
        raise ValueError("the statistics do not fit")
    return (x - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1)


@misconception(
    "denormalize",
    hint="Statistics of shape (C,) are matched with the columns: give them two more axes, (C, 1, 1).",
    passes_examples=False,
    costs=5,
)
def scales_along_the_width(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3]:
        raise ValueError("the statistics do not fit")
    return x * std + mean


@misconception(
    "denormalize",
    hint="Methods that end in _ write into the caller's tensor: make a new one, and leave the argument as it is.",
    costs=2,
)
def denormalizes_the_argument(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != x.shape[-3] or len(std) != x.shape[-3]:
        raise ValueError("the statistics do not fit")
    with torch.no_grad():
        return x.mul_(std.reshape(-1, 1, 1)).add_(mean.reshape(-1, 1, 1))


@misconception(
    "tensor_to_image",
    hint="Changing the dtype cuts the fraction off: round to the nearest whole number before it.",
    costs=4,
)
def truncates(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    pixels = (tensor.clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(pixels if tensor.shape[0] == 3 else pixels[:, :, 0])


@misconception(
    "tensor_to_image",
    hint="PIL wants the channel last: move the first axis behind the others before you make the image.",
    passes_examples=False,
    costs=5,
)
def channel_first_given_to_pil(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    pixels = (tensor.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    return Image.fromarray(pixels if tensor.shape[0] == 3 else pixels[0])


@misconception(
    "tensor_to_image",
    hint="Reshaping does not move an axis: the colours of neighbouring pixels are mixed up. Reorder the axes instead.",
    passes_examples=False,
    costs=5,
)
def reshaped_in_place_of_permuted_back(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    channels, height, width = tensor.shape
    pixels = (tensor.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    return Image.fromarray(pixels.reshape(height, width, 3) if channels == 3 else pixels[0])


@misconception(
    "tensor_to_image",
    hint="A byte holds 0 to 255, and what is beyond wraps around: clamp the values before you change the dtype.",
    costs=3,
)
def wraps_around(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    pixels = (tensor * 255).round().to(torch.int64).to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(pixels if tensor.shape[0] == 3 else pixels[:, :, 0])


@misconception(
    "tensor_to_image",
    hint="Scale with constants, not with the tensor's own minimum and maximum: a dark image must stay dark.",
    passes_examples=False,
    costs=5,
)
def stretches_to_the_full_range(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    low, high = tensor.min(), tensor.max()
    pixels = ((tensor - low) / (high - low).clamp(min=1e-12) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(pixels if tensor.shape[0] == 3 else pixels[:, :, 0])


@misconception(
    "shares_memory",
    hint="Two places in memory can hold the same values: ask where the numbers stand, not what they are.",
    passes_examples=False,
    costs=10,
)
def compares_values(a, t):
    return bool(np.array_equal(a, t.detach().numpy()))


@misconception(
    "shares_memory",
    hint="A slice of the same memory begins at another address: look at all bytes, not at the first.",
    passes_examples=False,
    costs=8,
)
def compares_the_first_address(a, t):
    return a.ctypes.data == t.data_ptr()


@misconception(
    "shares_memory",
    hint="Ranges of addresses can overlap without a byte in common, as those of the even and the odd elements do.",
    costs=5,
)
def compares_ranges(a, t):
    return np.may_share_memory(a, t.detach().numpy())


@misconception(
    "shares_memory",
    hint="A view can read the same bytes as another dtype: do not take the dtype for a sign of a copy.",
    costs=2,
)
def takes_another_dtype_for_a_copy(a, t):
    other = t.detach().numpy()
    return a.dtype == other.dtype and np.shares_memory(a, other)


@misconception(
    "shares_memory",
    hint="A tensor that requires a gradient does not hand out its array: detach it first, the memory stays the same.",
    costs=2,
)
def forgets_to_detach(a, t):
    return np.shares_memory(a, t.numpy())


@misconception(
    "shares_memory",
    hint="Do not write into either of the two to find out: a read-only array refuses, and a written NaN does not tell. numpy can compare the addresses.",
    costs=6,
)
def writes_and_undoes(a, t):
    before, number = a.copy(), t.detach().clone()
    with torch.no_grad():
        t += 1
        changed = not np.array_equal(a, before)
        t.copy_(number)
    return changed


@misconception(
    "independent_copy",
    hint="torch.tensor and torch.from_numpy refuse negative strides: let numpy copy the array before torch sees it.",
    passes_examples=False,
    costs=3,
)
def negative_strides_given_to_torch(a):
    return torch.tensor(a)


@misconception(
    "independent_copy",
    hint="torch.from_numpy and torch.as_tensor make a view of the array, and so does a slice: copy the numbers as well.",
    passes_examples=False,
    costs="all",
)
def view_taken_for_a_copy(a):
    return torch.from_numpy(a)


@misconception(
    "independent_copy",
    hint="A change of dtype copies only where the dtype changes, and it was to stay: ask for a copy, not for a dtype.",
    passes_examples=False,
    costs=7,
)
def change_of_dtype_taken_for_a_copy(a):
    return torch.from_numpy(a).float()


@misconception(
    "independent_copy",
    hint="The copy keeps the dtype of the array: do not make float32 of everything.",
    passes_examples=False,
    costs=3,
)
def always_float32(a):
    return torch.tensor(a.copy(), dtype=torch.float32)


@misconception(
    "independent_copy",
    hint="torch.from_numpy shares its memory with the array: copy in every case, not only where it refuses an array.",
    passes_examples=False,
    costs=8,
)
def copies_only_what_torch_refuses(a):
    try:
        return torch.from_numpy(a)
    except ValueError:
        return torch.from_numpy(a.copy())


@misconception(
    "independent_copy",
    hint="np.ascontiguousarray copies only what is not contiguous yet: ask for a copy that is made in every case.",
    passes_examples=False,
    costs=6,
)
def contiguous_taken_for_a_copy(a):
    return torch.from_numpy(np.ascontiguousarray(a))
