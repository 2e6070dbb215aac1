"""Wrong solutions that students write for problem set 1, with the hint that each deserves."""

import numpy as np
import torch
from PIL import Image

from autograder.authoring import misconception


@misconception(
    "image_to_tensor",
    hint={
        "en": "The channel must come first: numpy gives (H, W, C), and a network wants (C, H, W).",
        "zh": "通道必须在最前：numpy 给出的是 (H, W, C)，而网络要的是 (C, H, W)。",
    },
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
    hint={
        "en": "Transposing all axes swaps height and width too: move only the channel axis, and keep the other two in order.",
        "zh": "把所有的轴都颠倒会连高和宽也互换：请只移动通道轴，另外两个轴保持原来的次序。",
    },
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
    hint={
        "en": "The bytes go from 0 to 255 and the result from 0 to 1: changing the dtype does not scale the values.",
        "zh": "字节的范围是 0 到 255，结果的范围是 0 到 1：改变数据类型并不会缩放数值。",
    },
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
    hint={
        "en": "Reshaping does not move an axis: it cuts the same row of numbers at other places. Reorder the axes instead.",
        "zh": "改变形状并不会移动轴，只是把同一串数在别的位置断开。请改为重排各轴。",
    },
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
    hint={
        "en": "A grayscale image has one channel, not none: its array lacks the channel axis, so add one.",
        "zh": "灰度图有一个通道，而不是没有通道：它的数组缺少通道轴，请加上一个。",
    },
    costs=2,
)
def grayscale_without_a_channel(image):
    if image.mode not in ("RGB", "L"):
        raise ValueError("the mode should be RGB or L")
    pixels = torch.from_numpy(np.array(image)).float() / 255
    return pixels.permute(2, 0, 1) if image.mode == "RGB" else pixels


@misconception(
    "channel",
    hint={
        "en": "The channel axis is not the last one: in torch rows and columns come after it.",
        "zh": "通道轴不是最后一个轴：在 torch 中，行和列排在它后面。",
    },
    passes_examples=False,
    costs=4,
)
def indexes_the_last_axis(x, name):
    names = ["red", "green", "blue"]
    if name not in names or x.shape[-3] != 3:
        raise ValueError("no such channel")
    return x[..., names.index(name)]


@misconception(
    "channel",
    hint={
        "en": "In a batch the first axis counts the images: count the channel axis from the end.",
        "zh": "在批次中，第一个轴数的是图像：请从末尾数起确定通道轴的位置。",
    },
    costs=3,
)
def indexes_the_first_axis_of_a_batch(x, name):
    names = ["red", "green", "blue"]
    if name not in names or x.shape[-3] != 3:
        raise ValueError("no such channel")
    return x[names.index(name)]


@misconception(
    "channel",
    hint={
        "en": "The order is red, green, blue here; blue first is the order of OpenCV.",
        "zh": "这里的次序是红、绿、蓝；蓝色在前的是 OpenCV 的次序。",
    },
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
    hint={
        "en": "A slice keeps the channel axis with one entry; an index takes it away, and (H, W) is asked for.",
        "zh": "切片会保留长度为 1 的通道轴；用下标索引则会去掉它，而这里要的形状是 (H, W)。",
    },
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
    hint={
        "en": "The new axis goes before rows and columns, not behind them.",
        "zh": "新的轴应放在行和列之前，而不是之后。",
    },
    passes_examples=False,
    costs=4,
)
def stacks_on_the_last_axis(r, g, b):
    if not r.shape == g.shape == b.shape:
        raise ValueError("the planes have different shapes")
    return torch.stack([r, g, b], dim=-1)


@misconception(
    "stack_channels",
    hint={
        "en": "For a batch the new axis goes after the axis of the images: count its place from the end.",
        "zh": "对于批次，新的轴应放在图像轴之后：请从末尾数起确定它的位置。",
    },
    costs=3,
)
def stacks_on_the_first_axis(r, g, b):
    if not r.shape == g.shape == b.shape:
        raise ValueError("the planes have different shapes")
    return torch.stack([r, g, b])


@misconception(
    "stack_channels",
    hint={
        "en": "Concatenating makes an axis longer that is there already: the channels need a new axis.",
        "zh": "拼接只是把已有的轴变长：各通道需要一个新的轴。",
    },
    passes_examples=False,
    costs=6,
)
def concatenates(r, g, b):
    if not r.shape == g.shape == b.shape:
        raise ValueError("the planes have different shapes")
    return torch.cat([r, g, b], dim=-2)


@misconception(
    "stack_channels",
    hint={
        "en": "Compare the shapes of the three planes, and raise ValueError where they differ.",
        "zh": "请比较三个平面的形状，不同时抛出 ValueError。",
    },
    costs=1,
)
def lets_torch_complain(r, g, b):
    return torch.stack([r, g, b], dim=-3)


@misconception(
    "to_grayscale",
    hint={
        "en": "The three colours do not look equally bright: weight them by BT.601 before adding them up.",
        "zh": "三种颜色看起来并不一样亮：相加之前请按 BT.601 加权。",
    },
    passes_examples=False,
    costs=5,
)
def plain_mean(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    return x.mean(dim=0, keepdim=True)


@misconception(
    "to_grayscale",
    hint={
        "en": "One plane is asked for: add the weighted channels up, and keep a channel axis with one entry.",
        "zh": "这里要的是一个平面：请把加权后的通道相加，并保留一个长度为 1 的通道轴。",
    },
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
    hint={
        "en": "Those are the weights of BT.709, for HDTV: take those of BT.601.",
        "zh": "那是用于高清电视的 BT.709 的权重：请改用 BT.601 的权重。",
    },
    passes_examples=False,
    costs=3,
)
def weights_of_hdtv(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    return (0.2126 * x[0] + 0.7152 * x[1] + 0.0722 * x[2]).unsqueeze(0)


@misconception(
    "to_grayscale",
    hint={
        "en": "A grayscale image has a channel axis too, with one entry: the shape is (1, H, W), not (H, W).",
        "zh": "灰度图也有长度为 1 的通道轴：形状是 (1, H, W)，而不是 (H, W)。",
    },
    passes_examples=False,
    costs=2,
)
def channel_axis_summed_away(x):
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError("the shape should be (3, H, W)")
    return 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2]


@misconception(
    "normalize",
    hint={
        "en": "Statistics of shape (C,) are matched with the columns: give them two more axes, (C, 1, 1).",
        "zh": "形状为 (C,) 的统计量会与列对齐：请再给它们加两个轴，变成 (C, 1, 1)。",
    },
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
    hint={
        "en": "Divide by the standard deviation as it is given: squared it would be the variance.",
        "zh": "请直接除以给出的标准差：平方之后就成了方差。",
    },
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
    hint={
        "en": "Methods that end in _ write into the caller's tensor: make a new one, and leave the argument as it is.",
        "zh": "以 _ 结尾的方法会写入调用者的张量：请创建新的张量，让参数保持不变。",
    },
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
    hint={
        "en": "Use the statistics that are given; those of the image itself would take its brightness and contrast away.",
        "zh": "请使用给出的统计量；若用图像自身的统计量，会抹掉它的亮度和对比度。",
    },
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
    hint={
        "en": "One number for three channels broadcasts without a word: compare the lengths with C, and raise ValueError.",
        "zh": "一个数遇到三个通道会自动广播，没有任何提示：请比较统计量的个数与 C，不符时抛出 ValueError。",
    },
    costs=2,
)
def lengths_not_compared(x, mean, std):
    mean, std = torch.as_tensor(mean, dtype=x.dtype), torch.as_tensor(std, dtype=x.dtype)
    if (std == 0).any():
        raise ValueError("a standard deviation is 0")
    return (x - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1)


@misconception(
    "denormalize",
    hint={
        "en": "Undo the last step first: normalizing divided last, so multiply first and add the mean after it.",
        "zh": "请先撤销最后一步：归一化最后做的是除法，所以要先乘，再加均值。",
    },
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
    hint={
        "en": "This normalizes a second time: solve the formula for x and compute that.",
        "zh": "这样做是又归一化了一次：请从公式中解出 x 并计算它。",
    },
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
    hint={
        "en": "Statistics of shape (C,) are matched with the columns: give them two more axes, (C, 1, 1).",
        "zh": "形状为 (C,) 的统计量会与列对齐：请再给它们加两个轴，变成 (C, 1, 1)。",
    },
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
    hint={
        "en": "Methods that end in _ write into the caller's tensor: make a new one, and leave the argument as it is.",
        "zh": "以 _ 结尾的方法会写入调用者的张量：请创建新的张量，让参数保持不变。",
    },
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
    hint={
        "en": "Changing the dtype cuts the fraction off: round to the nearest whole number before it.",
        "zh": "改变数据类型会截掉小数部分：请先取整到最近的整数。",
    },
    costs=4,
)
def truncates(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    pixels = (tensor.clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(pixels if tensor.shape[0] == 3 else pixels[:, :, 0])


@misconception(
    "tensor_to_image",
    hint={
        "en": "PIL wants the channel last: move the first axis behind the others before you make the image.",
        "zh": "PIL 要求通道在最后：生成图像之前，请把第一个轴移到其余的轴之后。",
    },
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
    hint={
        "en": "Reshaping does not move an axis: the colours of neighbouring pixels are mixed up. Reorder the axes instead.",
        "zh": "改变形状并不会移动轴：相邻像素的颜色会混在一起。请改为重排各轴。",
    },
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
    hint={
        "en": "A byte holds 0 to 255, and what is beyond wraps around: clamp the values before you change the dtype.",
        "zh": "一个字节只能表示 0 到 255，超出的值会回绕：请在改变数据类型之前先截取。",
    },
    costs=3,
)
def wraps_around(tensor):
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError("the shape should be (3, H, W) or (1, H, W)")
    pixels = (tensor * 255).round().to(torch.int64).to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(pixels if tensor.shape[0] == 3 else pixels[:, :, 0])


@misconception(
    "tensor_to_image",
    hint={
        "en": "Scale with constants, not with the tensor's own minimum and maximum: a dark image must stay dark.",
        "zh": "请用常数缩放，而不是用张量自身的最小值和最大值：暗的图像应当仍是暗的。",
    },
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
    hint={
        "en": "Two places in memory can hold the same values: ask where the numbers stand, not what they are.",
        "zh": "内存中的两处可以存放相同的值：要看的是数放在哪里，而不是数是多少。",
    },
    passes_examples=False,
    costs=10,
)
def compares_values(a, t):
    return bool(np.array_equal(a, t.detach().numpy()))


@misconception(
    "shares_memory",
    hint={
        "en": "A slice of the same memory begins at another address: look at all bytes, not at the first.",
        "zh": "同一块内存的切片可以从别的地址开始：请看全部字节，而不是只看第一个。",
    },
    passes_examples=False,
    costs=8,
)
def compares_the_first_address(a, t):
    return a.ctypes.data == t.data_ptr()


@misconception(
    "shares_memory",
    hint={
        "en": "Ranges of addresses can overlap without a byte in common, as those of the even and the odd elements do.",
        "zh": "地址范围可以重叠却没有一个共同的字节，偶数号元素和奇数号元素就是这样。",
    },
    costs=5,
)
def compares_ranges(a, t):
    return np.may_share_memory(a, t.detach().numpy())


@misconception(
    "shares_memory",
    hint={
        "en": "A view can read the same bytes as another dtype: do not take the dtype for a sign of a copy.",
        "zh": "视图可以用另一种数据类型读同样的字节：不要把数据类型不同当作做过复制的标志。",
    },
    costs=2,
)
def takes_another_dtype_for_a_copy(a, t):
    other = t.detach().numpy()
    return a.dtype == other.dtype and np.shares_memory(a, other)


@misconception(
    "shares_memory",
    hint={
        "en": "A tensor that requires a gradient does not hand out its array: detach it first, the memory stays the same.",
        "zh": "需要梯度的张量不会直接交出它的数组：请先 detach，内存仍是同一块。",
    },
    costs=2,
)
def forgets_to_detach(a, t):
    return np.shares_memory(a, t.numpy())


@misconception(
    "shares_memory",
    hint={
        "en": "Do not write into either of the two to find out: a read-only array refuses, and a written NaN does not tell. numpy can compare the addresses.",
        "zh": "判断时不要向两者中的任何一个写入：只读数组会拒绝写入，写入的 NaN 也看不出来。numpy 可以直接比较地址。",
    },
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
    hint={
        "en": "torch.tensor and torch.from_numpy refuse negative strides: let numpy copy the array before torch sees it.",
        "zh": "torch.tensor 和 torch.from_numpy 不接受负步幅：请先让 numpy 复制数组，再交给 torch。",
    },
    passes_examples=False,
    costs=3,
)
def negative_strides_given_to_torch(a):
    return torch.tensor(a)


@misconception(
    "independent_copy",
    hint={
        "en": "torch.from_numpy and torch.as_tensor make a view of the array, and so does a slice: copy the numbers as well.",
        "zh": "torch.from_numpy 和 torch.as_tensor 得到的是数组的视图，切片也是：请把数值也复制一份。",
    },
    passes_examples=False,
    costs="all",
)
def view_taken_for_a_copy(a):
    return torch.from_numpy(a)


@misconception(
    "independent_copy",
    hint={
        "en": "A change of dtype copies only where the dtype changes, and it was to stay: ask for a copy, not for a dtype.",
        "zh": "只有数据类型确实改变时才会复制，而这里它要保持不变：请明确要求复制，而不是转换数据类型。",
    },
    passes_examples=False,
    costs=7,
)
def change_of_dtype_taken_for_a_copy(a):
    return torch.from_numpy(a).float()


@misconception(
    "independent_copy",
    hint={
        "en": "The copy keeps the dtype of the array: do not make float32 of everything.",
        "zh": "副本要保持数组的数据类型：不要把一切都变成 float32。",
    },
    passes_examples=False,
    costs=3,
)
def always_float32(a):
    return torch.tensor(a.copy(), dtype=torch.float32)


@misconception(
    "independent_copy",
    hint={
        "en": "torch.from_numpy shares its memory with the array: copy in every case, not only where it refuses an array.",
        "zh": "torch.from_numpy 与数组共享内存：任何情况下都要复制，而不只是在它拒绝数组时。",
    },
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
    hint={
        "en": "np.ascontiguousarray copies only what is not contiguous yet: ask for a copy that is made in every case.",
        "zh": "np.ascontiguousarray 只复制尚不连续的数组：请使用任何情况下都会复制的办法。",
    },
    passes_examples=False,
    costs=6,
)
def contiguous_taken_for_a_copy(a):
    return torch.from_numpy(np.ascontiguousarray(a))
