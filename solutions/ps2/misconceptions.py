"""Wrong solutions that students write for problem set 2, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "conv_output_size",
    hint={
        "en": "A dilated kernel reaches further: it spans dilation * (kernel - 1) + 1 positions.",
        "zh": "膨胀后的核伸得更远：它跨越 dilation * (kernel - 1) + 1 个位置。",
    },
    costs=3,
)
def ignores_dilation(size, kernel, stride=1, padding=0, dilation=1):
    def one(h, k, s, p):
        if k > h + 2 * p:
            raise ValueError("kernel too large")
        return (h + 2 * p - k) // s + 1

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    if any(isinstance(item, (tuple, list)) for item in (size, kernel, stride, padding, dilation)):
        return tuple(one(*axis) for axis in zip(pair(size), pair(kernel), pair(stride), pair(padding)))
    return one(size, kernel, stride, padding)


@misconception(
    "conv_output_size",
    hint={
        "en": "A dilated kernel that spans exactly the padded input fits: compare its span with the input, not dilation * kernel.",
        "zh": "膨胀后的核恰好跨越填充后的输入时是放得下的：请用它跨越的范围与输入比较，而不是用 dilation * kernel。",
    },
    costs=2,
)
def dilation_times_kernel_must_fit(size, kernel, stride=1, padding=0, dilation=1):
    def one(h, k, s, p, d):
        if d * k > h + 2 * p:
            raise ValueError("kernel too large")
        return (h + 2 * p - d * (k - 1) - 1) // s + 1

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "conv_output_size",
    hint={
        "en": "A window that does not fit whole is not taken: round the number of steps down, not up.",
        "zh": "不能完整放下的窗口不计：步数要向下取整，而不是向上取整。",
    },
    passes_examples=False,
    costs=3,
)
def rounds_up(size, kernel, stride=1, padding=0, dilation=1):
    import math

    def one(h, k, s, p, d):
        span = d * (k - 1) + 1
        if span > h + 2 * p:
            raise ValueError("kernel too large")
        return math.ceil((h + 2 * p - span) / s) + 1

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "conv_output_size",
    hint={
        "en": "The + 1 stands outside the floor: it counts the first window, which no step leads to.",
        "zh": "+ 1 在向下取整之外：它数的是第一个窗口，到达它不需要移动。",
    },
    costs=2,
)
def one_inside_the_floor(size, kernel, stride=1, padding=0, dilation=1):
    def one(h, k, s, p, d):
        span = d * (k - 1) + 1
        if span > h + 2 * p:
            raise ValueError("kernel too large")
        return (h + 2 * p - span + 1) // s

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "conv_output_size",
    hint={"en": "Padding is added on both sides: it counts twice.", "zh": "两侧都有填充：它要计算两次。"},
    passes_examples=False,
    costs=3,
)
def pads_one_side(size, kernel, stride=1, padding=0, dilation=1):
    def one(h, k, s, p, d):
        span = d * (k - 1) + 1
        if span > h + p:
            raise ValueError("kernel too large")
        return (h + p - span) // s + 1

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "pool_output_size",
    hint={
        "en": "Pooling windows lie side by side unless told otherwise: without a stride, step by the kernel's size.",
        "zh": "除非另外指定，池化的窗口一个挨着一个：没有给出步幅时，请按核的大小移动。",
    },
    passes_examples=False,
    costs=3,
)
def stride_defaults_to_one(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    def one(h, k, s, p, d):
        span = d * (k - 1) + 1
        if 2 * p > k:
            raise ValueError("too much padding")
        room = h + 2 * p - span
        windows = room // s + 1
        if ceil_mode:
            windows = -(-room // s) + 1
            if (windows - 1) * s >= h + p:
                windows -= 1
        if windows < 1:
            raise ValueError("no window fits")
        return windows

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    stride = 1 if stride is None else stride
    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "pool_output_size",
    hint={
        "en": "Rounding up may count a window too many: drop the last one where it starts beyond the input and its left padding.",
        "zh": "向上取整可能多算一个窗口：如果最后一个窗口起始于输入及其左侧填充之外，请舍去它。",
    },
    costs=2,
)
def ceil_without_the_window_rule(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    def one(h, k, s, p, d):
        span = d * (k - 1) + 1
        if 2 * p > k:
            raise ValueError("too much padding")
        room = h + 2 * p - span
        windows = (-(-room // s) if ceil_mode else room // s) + 1
        if windows < 1:
            raise ValueError("no window fits")
        return windows

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    stride = kernel if stride is None else stride
    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "pool_output_size",
    hint={
        "en": "A window that starts in the padding on the far side sees no input: the last one must start before H + p.",
        "zh": "起始于末端填充之内的窗口看不到任何输入：最后一个窗口的起点必须在 H + p 之前。",
    },
    costs=1,
)
def window_may_start_in_the_right_padding(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    def one(h, k, s, p, d):
        span = d * (k - 1) + 1
        if 2 * p > k:
            raise ValueError("too much padding")
        room = h + 2 * p - span
        windows = room // s + 1
        if ceil_mode:
            windows = -(-room // s) + 1
            if (windows - 1) * s >= h + 2 * p:
                windows -= 1
        if windows < 1:
            raise ValueError("no window fits")
        return windows

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    stride = kernel if stride is None else stride
    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "pool_output_size",
    hint={
        "en": "Padding and dilation change the size of a pooling layer's output as they do for a convolution.",
        "zh": "填充和膨胀率对池化层输出尺寸的影响，与对卷积的影响相同。",
    },
    passes_examples=False,
    costs=4,
)
def pooling_without_padding_and_dilation(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    def one(h, k, s, p, d):
        if 2 * p > k:
            raise ValueError("too much padding")
        room = h - k
        windows = room // s + 1
        if ceil_mode:
            windows = -(-room // s) + 1
            if (windows - 1) * s >= h:
                windows -= 1
        if windows < 1:
            raise ValueError("no window fits")
        return windows

    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    stride = kernel if stride is None else stride
    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(item, (tuple, list)) for item in arguments):
        return tuple(one(*axis) for axis in zip(*map(pair, arguments)))
    return one(*arguments)


@misconception(
    "conv_parameter_count",
    hint={
        "en": "Each output channel has a bias too, unless bias=False.",
        "zh": "每个输出通道还有一个偏置，除非 bias=False。",
    },
    passes_examples=False,
    costs=3,
)
def forgets_the_bias(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("channels do not divide into groups")
    height, width = kernel if isinstance(kernel, (tuple, list)) else (kernel, kernel)
    return in_channels // groups * out_channels * height * width


@misconception(
    "conv_parameter_count",
    hint={
        "en": "Between an input channel and an output channel lies a whole slice of the kernel, not a single weight.",
        "zh": "每一对输入通道和输出通道之间是卷积核的一整片，而不是单个权重。",
    },
    passes_examples=False,
    costs=4,
)
def one_weight_a_pair_of_channels(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("channels do not divide into groups")
    return in_channels // groups * out_channels + (out_channels if bias else 0)


@misconception(
    "conv_parameter_count",
    hint={
        "en": "With groups, an output channel has weights for the inputs of its own group only.",
        "zh": "分组时，输出通道只对自己那一组的输入有权重。",
    },
    costs=3,
)
def ignores_groups(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("channels do not divide into groups")
    height, width = kernel if isinstance(kernel, (tuple, list)) else (kernel, kernel)
    return in_channels * out_channels * height * width + (out_channels if bias else 0)


@misconception(
    "conv_parameter_count",
    hint={
        "en": "Dividing both numbers of channels gives the count of one group; there are several.",
        "zh": "把两个通道数都除以分组数，得到的只是一组的参数个数，而组有好几个。",
    },
    costs=3,
)
def counts_one_group_only(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("channels do not divide into groups")
    height, width = kernel if isinstance(kernel, (tuple, list)) else (kernel, kernel)
    weights = (in_channels // groups) * (out_channels // groups) * height * width
    return weights + (out_channels if bias else 0)


@misconception(
    "pad2d",
    hint={
        "en": "The order is left, right, top, bottom: the first two numbers are columns, the last two are rows.",
        "zh": "次序是左、右、上、下：前两个数是列数，后两个数是行数。",
    },
    passes_examples=False,
    costs=4,
)
def top_and_bottom_first(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding holds four numbers")
    top, bottom, left, right = padding
    *leading, height, width = x.shape
    padded = x.new_full((*leading, top + height + bottom, left + width + right), value)
    padded[..., top : top + height, left : left + width] = x
    return padded


@misconception(
    "pad2d",
    hint={
        "en": "The four numbers are two for the columns and then two for the rows, not one corner and then the other.",
        "zh": "四个数是先两个列数、再两个行数，而不是一个角加另一个角。",
    },
    passes_examples=False,
    costs=4,
)
def corner_by_corner(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding holds four numbers")
    left, top, right, bottom = padding
    *leading, height, width = x.shape
    padded = x.new_full((*leading, top + height + bottom, left + width + right), value)
    padded[..., top : top + height, left : left + width] = x
    return padded


@misconception(
    "pad2d",
    hint={
        "en": "Fill the frame with the value that is given; zero is only the default.",
        "zh": "请用给定的值填满边框；零只是默认值。",
    },
    passes_examples=False,
    costs=3,
)
def always_zero(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding holds four numbers")
    left, right, top, bottom = padding
    *leading, height, width = x.shape
    padded = x.new_zeros((*leading, top + height + bottom, left + width + right))
    padded[..., top : top + height, left : left + width] = x
    return padded


@misconception(
    "pad2d",
    hint={
        "en": "Zero times infinity is NaN: put the value into the frame only, without a product with a mask.",
        "zh": "零乘以无穷大是 NaN：请只把这个值写入边框，不要用掩码相乘。",
    },
    costs=2,
)
def adds_a_masked_value(x, padding, value=0):
    if len(padding) != 4:
        raise ValueError("padding holds four numbers")
    left, right, top, bottom = padding
    *leading, height, width = x.shape
    inside = x.new_zeros((*leading, top + height + bottom, left + width + right))
    frame = torch.ones_like(inside)
    inside[..., top : top + height, left : left + width] = x
    frame[..., top : top + height, left : left + width] = 0
    return inside + frame * value


@misconception(
    "conv2d",
    hint={
        "en": "The layer computes a cross-correlation: lay the kernel on the input as it is, without turning it.",
        "zh": "这一层计算的是互相关：请把卷积核原样放到输入上，不要翻转。",
    },
    passes_examples=False,
    costs=5,
)
def flips_the_kernel(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    outputs, inputs, kh, kw = weight.shape
    if x.shape[1] != groups * inputs or outputs % groups:
        raise ValueError("channels do not fit together")
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    if height < 1 or width < 1:
        raise ValueError("kernel too large")
    x = x.unflatten(1, (groups, inputs))
    weight = weight.unflatten(0, (groups, outputs // groups))
    weight = weight.flip(-2, -1)
    y = 0
    for u in range(kh):
        for v in range(kw):
            rows = slice(u * dh, u * dh + (height - 1) * sh + 1, sh)
            columns = slice(v * dw, v * dw + (width - 1) * sw + 1, sw)
            y = y + torch.einsum("ngchw,goc->ngohw", x[..., rows, columns], weight[..., u, v])
    y = y.flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]


@misconception(
    "conv2d",
    hint={
        "en": "A group owns neighbouring output channels: the first of them belong to the first group, not every second or third.",
        "zh": "一组是一段相邻的输出通道：最前面的几个属于第一组，而不是每隔一两个取一个。",
    },
    costs=4,
)
def groups_taken_in_turn(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    outputs, inputs, kh, kw = weight.shape
    if x.shape[1] != groups * inputs or outputs % groups:
        raise ValueError("channels do not fit together")
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    if height < 1 or width < 1:
        raise ValueError("kernel too large")
    x = x.unflatten(1, (groups, inputs))
    weight = weight.unflatten(0, (outputs // groups, groups)).transpose(0, 1)
    y = 0
    for u in range(kh):
        for v in range(kw):
            rows = slice(u * dh, u * dh + (height - 1) * sh + 1, sh)
            columns = slice(v * dw, v * dw + (width - 1) * sw + 1, sw)
            y = y + torch.einsum("ngchw,goc->ngohw", x[..., rows, columns], weight[..., u, v])
    y = y.transpose(1, 2).flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]


@misconception(
    "conv2d",
    hint={
        "en": "Add up the results of all input channels of a group; the last one must not replace the others.",
        "zh": "请把一组中所有输入通道的结果相加，不能让最后一个取代其他的。",
    },
    passes_examples=False,
    costs=7,
)
def channels_are_not_summed(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    outputs, inputs, kh, kw = weight.shape
    if x.shape[1] != groups * inputs or outputs % groups:
        raise ValueError("channels do not fit together")
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    if height < 1 or width < 1:
        raise ValueError("kernel too large")
    x = x.unflatten(1, (groups, inputs))
    weight = weight.unflatten(0, (groups, outputs // groups))
    y = 0
    for u in range(kh):
        for v in range(kw):
            rows = slice(u * dh, u * dh + (height - 1) * sh + 1, sh)
            columns = slice(v * dw, v * dw + (width - 1) * sw + 1, sw)
            for c in range(inputs):
                one = torch.einsum("nghw,go->ngohw", x[:, :, c, rows, columns], weight[:, :, c, u, v])
            y = y + one
    y = y.flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]


@misconception(
    "conv2d",
    hint={
        "en": "The bias is added once to each output value, after all taps are summed.",
        "zh": "偏置对每个输出值只加一次，在所有抽头求和之后。",
    },
    costs=4,
)
def bias_at_every_tap(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    outputs, inputs, kh, kw = weight.shape
    if x.shape[1] != groups * inputs or outputs % groups:
        raise ValueError("channels do not fit together")
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    if height < 1 or width < 1:
        raise ValueError("kernel too large")
    x = x.unflatten(1, (groups, inputs))
    weight = weight.unflatten(0, (groups, outputs // groups))
    y = 0
    for u in range(kh):
        for v in range(kw):
            rows = slice(u * dh, u * dh + (height - 1) * sh + 1, sh)
            columns = slice(v * dw, v * dw + (width - 1) * sw + 1, sw)
            y = y + torch.einsum("ngchw,goc->ngohw", x[..., rows, columns], weight[..., u, v])
            if bias is not None:
                y = y + bias.reshape(groups, -1, 1, 1)
    return y.flatten(1, 2)


@misconception(
    "conv2d",
    hint={
        "en": "Keep the weights as tensors: numbers taken out with item() or detach() pass no gradient to them.",
        "zh": "请让权重始终是张量：用 item() 或 detach() 取出的数不会把梯度传给权重。",
    },
    costs=5,
)
def weights_out_of_the_graph(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    outputs, inputs, kh, kw = weight.shape
    if x.shape[1] != groups * inputs or outputs % groups:
        raise ValueError("channels do not fit together")
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    if height < 1 or width < 1:
        raise ValueError("kernel too large")
    x = x.unflatten(1, (groups, inputs))
    weight = weight.unflatten(0, (groups, outputs // groups))
    weight = weight.detach()
    y = 0
    for u in range(kh):
        for v in range(kw):
            rows = slice(u * dh, u * dh + (height - 1) * sh + 1, sh)
            columns = slice(v * dw, v * dw + (width - 1) * sw + 1, sw)
            y = y + torch.einsum("ngchw,goc->ngohw", x[..., rows, columns], weight[..., u, v])
    y = y.flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]


@misconception(
    "conv2d",
    hint={
        "en": "Groups are blocks of neighbouring channels: the first group has the first channels, not every second one.",
        "zh": "一组是一段相邻的通道：第一组是最前面的那些通道，而不是每隔一个取一个。",
    },
    costs=4,
)
def interleaves_the_groups(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    outputs, inputs, kh, kw = weight.shape
    if x.shape[1] != groups * inputs or outputs % groups:
        raise ValueError("channels do not fit together")
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    if height < 1 or width < 1:
        raise ValueError("kernel too large")
    x = x.unflatten(1, (inputs, groups)).transpose(1, 2)
    weight = weight.unflatten(0, (groups, outputs // groups))
    y = 0
    for u in range(kh):
        for v in range(kw):
            rows = slice(u * dh, u * dh + (height - 1) * sh + 1, sh)
            columns = slice(v * dw, v * dw + (width - 1) * sw + 1, sw)
            y = y + torch.einsum("ngchw,goc->ngohw", x[..., rows, columns], weight[..., u, v])
    y = y.flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]


@misconception(
    "max_pool2d",
    hint={
        "en": "A zero beats every negative number: pad with minus infinity, so that the padding never wins.",
        "zh": "零比任何负数都大：请用负无穷填充，使填充永远不会胜出。",
    },
    costs=4,
)
def pads_with_zeros(x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("too much padding")
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel too large")
    return x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2).max(dim=-1).values


@misconception(
    "max_pool2d",
    hint={
        "en": "No finite number that you pick is small enough for every input: pad with minus infinity.",
        "zh": "无论选哪个有限的数，总有输入比它更小：请用负无穷填充。",
    },
    costs=1,
)
def pads_with_a_finite_number(x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("too much padding")
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-1e9)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel too large")
    return x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2).max(dim=-1).values


@misconception(
    "max_pool2d",
    hint={
        "en": "Where the maximum occurs more than once, the whole gradient goes to the first one; amax and maximum share it out.",
        "zh": "最大值出现多次时，全部梯度都归第一个；amax 和 maximum 会把梯度平分。",
    },
    costs=3,
)
def shares_the_gradient_between_equal_values(x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("too much padding")
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel too large")
    return x.unfold(2, kh, sh).unfold(3, kw, sw).amax(dim=(-2, -1))


@misconception(
    "max_pool2d",
    hint={
        "en": "Without a stride, step by the size of the kernel: the windows lie side by side.",
        "zh": "没有给出步幅时，请按核的大小移动：窗口一个挨着一个。",
    },
    passes_examples=False,
    costs=3,
)
def steps_by_one(x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(1 if stride is None else stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("too much padding")
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel too large")
    return x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2).max(dim=-1).values


@misconception(
    "max_pool2d_backward",
    hint={
        "en": "Where windows overlap, a pixel gets the sum of what they send: add each window's gradient to what is there already.",
        "zh": "窗口重叠时，一个像素得到的是各窗口送来的梯度之和：请把每个窗口的梯度加到已有的梯度上。",
    },
    passes_examples=False,
    costs=4,
)
def keeps_one_of_several_windows(dy, x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    first = x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2).argmax(-1)
    rows = torch.arange(dy.shape[2])[:, None] * sh + first // kw
    columns = torch.arange(dy.shape[3]) * sw + first % kw
    dx = torch.zeros_like(x).flatten(2)
    dx = dx.scatter(2, (rows * x.shape[3] + columns).flatten(2), dy.flatten(2)).reshape(x.shape)
    return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


@misconception(
    "max_pool2d_backward",
    hint={
        "en": "Of several equal maxima only the first one gets the gradient, row by row; a comparison with the maximum finds all of them.",
        "zh": "有多个相等的最大值时，只有按行数的第一个得到梯度；与最大值比较会把它们全部找出来。",
    },
    passes_examples=False,
    costs=3,
)
def gives_every_equal_maximum_all(dy, x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    dx = torch.zeros_like(x)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            a, b = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            window = x[:, :, a, b].flatten(2)
            hit = (window == window.amax(2, keepdim=True)).to(x.dtype)
            dx[:, :, a, b] += (hit * dy[:, :, i, j, None]).reshape(dx[:, :, a, b].shape)
    return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


@misconception(
    "max_pool2d_backward",
    hint={
        "en": "Of several equal maxima the first one gets the gradient, row by row; yours goes to the last.",
        "zh": "有多个相等的最大值时，梯度归按行数的第一个；你的却给了最后一个。",
    },
    passes_examples=False,
    costs=3,
)
def gives_all_to_the_last_maximum(dy, x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    dx = torch.zeros_like(x)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            a, b = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            window = x[:, :, a, b].flatten(2)
            last = window.shape[2] - 1 - window.flip(2).argmax(2, keepdim=True)
            hit = torch.zeros_like(window).scatter(2, last, 1.0)
            dx[:, :, a, b] += (hit * dy[:, :, i, j, None]).reshape(dx[:, :, a, b].shape)
    return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


@misconception(
    "max_pool2d_backward",
    hint={
        "en": "Pad with minus infinity, as in the forward pass: a zero wins where all values are negative, and its gradient is lost.",
        "zh": "请像前向计算那样用负无穷填充：数值全为负时零会胜出，它的梯度就丢失了。",
    },
    costs=3,
)
def padding_of_zeros_wins(dy, x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=0.0)
    dx = torch.zeros_like(x)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            a, b = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            window = x[:, :, a, b].flatten(2)
            hit = torch.zeros_like(window).scatter(2, window.argmax(2, keepdim=True), 1.0)
            dx[:, :, a, b] += (hit * dy[:, :, i, j, None]).reshape(dx[:, :, a, b].shape)
    return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


@misconception(
    "max_pool2d_backward",
    hint={
        "en": "The result has the shape of the input: cut the padding off on all four sides.",
        "zh": "结果的形状是输入的形状：请把四周的填充都切掉。",
    },
    costs=3,
)
def keeps_the_padding(dy, x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    dx = torch.zeros_like(x)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            a, b = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            window = x[:, :, a, b].flatten(2)
            hit = torch.zeros_like(window).scatter(2, window.argmax(2, keepdim=True), 1.0)
            dx[:, :, a, b] += (hit * dy[:, :, i, j, None]).reshape(dx[:, :, a, b].shape)
    return dx


@misconception(
    "max_pool2d_backward",
    hint={
        "en": "Only the maximum of a window gets its gradient; an even share for each pixel belongs to average pooling.",
        "zh": "只有窗口的最大值得到它的梯度；每个像素平分是平均池化的做法。",
    },
    passes_examples=False,
    costs=6,
)
def shares_the_gradient_out_evenly(dy, x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    dx = torch.zeros_like(x)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            a, b = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            window = x[:, :, a, b].flatten(2)
            dx[:, :, a, b] += dy[:, :, i, j, None, None] / window.shape[2]
    return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


@misconception(
    "max_pool2d_backward",
    hint={
        "en": "The maximum is the largest value, not the largest absolute value: mind the negative ones.",
        "zh": "最大值是数值最大的那个，而不是绝对值最大的那个：请注意负数。",
    },
    costs=3,
)
def finds_the_largest_size(dy, x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    dx = torch.zeros_like(x)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            a, b = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            window = x[:, :, a, b].flatten(2)
            hit = torch.zeros_like(window).scatter(
                2, window.masked_fill(window.isinf(), 0.0).abs().argmax(2, keepdim=True), 1.0
            )
            dx[:, :, a, b] += (hit * dy[:, :, i, j, None]).reshape(dx[:, :, a, b].shape)
    return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


@misconception(
    "avg_pool2d",
    hint={
        "en": "Padding counts in the mean: divide by the size of the kernel at the border too.",
        "zh": "填充也计入平均：在边缘同样要除以核的大小。",
    },
    costs=3,
)
def divides_by_the_valid_count(x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("too much padding")
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel too large")
    inside = torch.ones_like(x)
    inside[:, :, :ph], inside[:, :, x.shape[2] - ph :] = 0, 0
    inside[..., :pw], inside[..., x.shape[3] - pw :] = 0, 0
    count = inside.unfold(2, kh, sh).unfold(3, kw, sw).sum(dim=(-2, -1))
    return x.unfold(2, kh, sh).unfold(3, kw, sw).sum(dim=(-2, -1)) / count


@misconception(
    "avg_pool2d",
    hint={
        "en": "A window holds height times width values: divide the sum by both.",
        "zh": "一个窗口有“高乘以宽”个数值：总和要除以这两者。",
    },
    passes_examples=False,
    costs=4,
)
def divides_by_the_rows_only(x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("too much padding")
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel too large")
    return x.unfold(2, kh, sh).unfold(3, kw, sw).sum(dim=(-2, -1)) / kh


@misconception(
    "avg_pool2d",
    hint={
        "en": "Without a stride, step by the size of the kernel: the windows lie side by side.",
        "zh": "没有给出步幅时，请按核的大小移动：窗口一个挨着一个。",
    },
    passes_examples=False,
    costs=3,
)
def average_steps_by_one(x, kernel, stride=None, padding=0):
    def pair(value):
        return tuple(value) if isinstance(value, (tuple, list)) else (value, value)

    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(1 if stride is None else stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("too much padding")
    x = torch.nn.functional.pad(x, (pw, pw, ph, ph))
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel too large")
    return x.unfold(2, kh, sh).unfold(3, kw, sw).mean(dim=(-2, -1))


@misconception(
    "receptive_field",
    hint={
        "en": "Sizes of kernels do not simply add up: a further layer begins with one position and adds kernel - 1 steps.",
        "zh": "各层核的大小不能简单相加：之后的每一层从一个位置出发，再增加 kernel - 1 步。",
    },
    passes_examples=False,
    costs=6,
)
def sums_the_kernels(layers):
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("at least 1")
    return sum(dilation * (kernel - 1) + 1 for kernel, _, dilation in layers)


@misconception(
    "receptive_field",
    hint={
        "en": "After a stride, neighbouring inputs of the next layer are further apart in pixels: count the strides before each layer.",
        "zh": "经过步幅之后，下一层相邻的两个输入相距更多的像素：请计入每一层之前的步幅。",
    },
    passes_examples=False,
    costs=4,
)
def ignores_the_strides(layers):
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("at least 1")
    return 1 + sum(dilation * (kernel - 1) for kernel, _, dilation in layers)


@misconception(
    "receptive_field",
    hint={
        "en": "The strides of all layers before multiply: the latest of them alone is not how far apart two inputs are in pixels.",
        "zh": "之前所有层的步幅要相乘：只看其中最近的一个，得不到两个输入相距多少像素。",
    },
    costs=3,
)
def latest_stride_only(layers):
    field, step = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError("at least 1")
        field += (kernel - 1) * dilation * step
        step = stride
    return field


@misconception(
    "receptive_field",
    hint={
        "en": "A layer's own stride spreads only the layers after it: use the product of the strides before the layer.",
        "zh": "一层自己的步幅只拉开之后各层的间距：请用这一层之前各步幅的乘积。",
    },
    passes_examples=False,
    costs=3,
)
def own_stride_counts(layers):
    field, step = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError("at least 1")
        step *= stride
        field += (kernel - 1) * dilation * step
    return field


@misconception(
    "receptive_field",
    hint={
        "en": "The layers are listed from the input to the output: a stride widens what comes after it in the list, not before.",
        "zh": "各层按从输入到输出的次序列出：步幅加宽的是列表中排在它之后的层，而不是之前的层。",
    },
    passes_examples=False,
    costs=3,
)
def from_output_to_input(layers):
    field, step = 1, 1
    for kernel, stride, dilation in reversed(layers):
        if min(kernel, stride, dilation) < 1:
            raise ValueError("at least 1")
        field += (kernel - 1) * dilation * step
        step *= stride
    return field


@misconception(
    "receptive_field",
    hint={
        "en": "A dilated kernel reaches further: its taps are dilation positions apart, so that it adds (kernel - 1) * dilation steps.",
        "zh": "空洞卷积核伸得更远：它的各点相隔 dilation 个位置，所以增加 (kernel - 1) * dilation 步。",
    },
    costs=3,
)
def dilation_left_out(layers):
    field, step = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError("at least 1")
        field += (kernel - 1) * step
        step *= stride
    return field
