"""Wrong solutions that students write for problem set 2, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "conv_output_size",
    hint="A dilated kernel reaches further: it spans dilation * (kernel - 1) + 1 positions.",
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
    hint="A dilated kernel that spans exactly the padded input fits: compare its span with the input, not dilation * kernel.",
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
    hint="A window that does not fit whole is not taken: round the number of steps down, not up.",
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
    hint="The + 1 stands outside the floor: it counts the first window, which no step leads to.",
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
    "conv_output_size", hint="Padding is added on both sides: it counts twice.", passes_examples=False, costs=3
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
    hint="Pooling windows lie side by side unless told otherwise: without a stride, step by the kernel's size.",
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
    hint="Rounding up may count a window too many: drop the last one where it starts beyond the input and its left padding.",
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
    hint="A window that starts in the padding on the far side sees no input: the last one must start before H + p.",
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
    hint="Padding and dilation change the size of a pooling layer's output as they do for a convolution.",
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
    hint="Each output channel has a bias too, unless bias=False.",
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
    hint="Between an input channel and an output channel lies a whole slice of the kernel, not a single weight.",
    passes_examples=False,
    costs=4,
)
def one_weight_a_pair_of_channels(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("channels do not divide into groups")
    return in_channels // groups * out_channels + (out_channels if bias else 0)


@misconception(
    "conv_parameter_count",
    hint="With groups, an output channel has weights for the inputs of its own group only.",
    costs=3,
)
def ignores_groups(in_channels, out_channels, kernel, groups=1, bias=True):
    if in_channels % groups or out_channels % groups:
        raise ValueError("channels do not divide into groups")
    height, width = kernel if isinstance(kernel, (tuple, list)) else (kernel, kernel)
    return in_channels * out_channels * height * width + (out_channels if bias else 0)


@misconception(
    "conv_parameter_count",
    hint="Dividing both numbers of channels gives the count of one group; there are several.",
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
    hint="The order is left, right, top, bottom: the first two numbers are columns, the last two are rows.",
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
    hint="The four numbers are two for the columns and then two for the rows, not one corner and then the other.",
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
    hint="Fill the frame with the value that is given; zero is only the default.",
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
    hint="Zero times infinity is NaN: put the value into the frame only, without a product with a mask.",
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
    hint="The layer computes a cross-correlation: lay the kernel on the input as it is, without turning it.",
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
    hint="A group owns neighbouring output channels: the first of them belong to the first group, not every second or third.",
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
    hint="Add up the results of all input channels of a group; the last one must not replace the others.",
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


@misconception("conv2d", hint="The bias is added once to each output value, after all taps are summed.", costs=4)
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
    hint="Keep the weights as tensors: numbers taken out with item() or detach() pass no gradient to them.",
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
    hint="Groups are blocks of neighbouring channels: the first group has the first channels, not every second one.",
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
    hint="A zero beats every negative number: pad with minus infinity, so that the padding never wins.",
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
    hint="No finite number that you pick is small enough for every input: pad with minus infinity.",
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
    hint="Where the maximum occurs more than once, the whole gradient goes to the first one; amax and maximum share it out.",
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
    hint="Without a stride, step by the size of the kernel: the windows lie side by side.",
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
    hint="Where windows overlap, a pixel gets the sum of what they send: add each window's gradient to what is there already.",
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
    hint="Of several equal maxima only the first one gets the gradient, row by row; a comparison with the maximum finds all of them.",
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
    hint="Of several equal maxima the first one gets the gradient, row by row; yours goes to the last.",
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
    hint="Pad with minus infinity, as in the forward pass: a zero wins where all values are negative, and its gradient is lost.",
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
    hint="The result has the shape of the input: cut the padding off on all four sides.",
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
    hint="Only the maximum of a window gets its gradient; an even share for each pixel belongs to average pooling.",
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
    hint="The maximum is the largest value, not the largest absolute value: mind the negative ones.",
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
    "avg_pool2d", hint="Padding counts in the mean: divide by the size of the kernel at the border too.", costs=3
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
    hint="A window holds height times width values: divide the sum by both.",
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
    hint="Without a stride, step by the size of the kernel: the windows lie side by side.",
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
    hint="Sizes of kernels do not simply add up: a further layer begins with one position and adds kernel - 1 steps.",
    passes_examples=False,
    costs=6,
)
def sums_the_kernels(layers):
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("at least 1")
    return sum(dilation * (kernel - 1) + 1 for kernel, _, dilation in layers)


@misconception(
    "receptive_field",
    hint="After a stride, neighbouring inputs of the next layer are further apart in pixels: count the strides before each layer.",
    passes_examples=False,
    costs=4,
)
def ignores_the_strides(layers):
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("at least 1")
    return 1 + sum(dilation * (kernel - 1) for kernel, _, dilation in layers)


@misconception(
    "receptive_field",
    hint="The strides of all layers before multiply: the latest of them alone is not how far apart two inputs are in pixels.",
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
    hint="A layer's own stride spreads only the layers after it: use the product of the strides before the layer.",
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
    hint="The layers are listed from the input to the output: a stride widens what comes after it in the list, not before.",
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
