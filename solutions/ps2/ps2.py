# %% [markdown] lang="en"
# # Problem set 2: convolution and pooling
#
# After this problem set you will be able to
#
# - say how large the output of a convolution or a pooling layer is, and how many weights it has, before you run it;
# - write padding, convolution and pooling from indexing and sums alone, with the gradients that torch gives;
# - work out how much of the input one output pixel can see through a stack of layers.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, further checks are run that you do not see, so passing the examples is a start and not the end. When all is
# written, `show_filters()` near the end runs your layers on a photo.
#
# Some things hold in every exercise. A function leaves its arguments as they are. Where it takes floating point tensors, it takes float32 and
# float64, computes in the precision that it is given, keeps the dtype, and its results and gradients are those of torch.

# %% [markdown] lang="zh"
# # 第二次作业：卷积与池化
#
# 完成本次作业后，你将能够
#
# - 在运行之前就算出卷积层和池化层的输出尺寸，以及它们有多少权重；
# - 仅用索引与求和写出填充、卷积和池化，并得到与 torch 一致的梯度；
# - 算出经过若干层之后，一个输出像素能看到多大范围的输入。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行一些你看不到的检查，
# 因此通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_filters()` 会在一张照片上运行你的各层。
#
# 有几条约定适用于所有练习：函数不修改它的参数；凡是接受浮点张量的函数，都要接受 float32 和 float64，按输入的精度计算，保持 dtype 不变，
# 结果和梯度都与 torch 一致。

# %%
import torch

# %% [markdown] lang="en"
# ## The size of a convolution's output
#
# A kernel of size $k$ with dilation $d$ spans $d(k-1)+1$ positions of the input. With padding $p$ on both sides there are
# $H + 2p$ positions to slide over, in steps of the stride $s$, so along one axis the output has the size
#
# $$H_{out} = \left\lfloor \frac{H + 2p - d(k-1) - 1}{s} \right\rfloor + 1$$
#
# ![a kernel of three taps with dilation two slides over eight positions](picture:dilated_kernel)
#
# Many texts print the formula without $d$, which is right for $d = 1$ only. The floor means that columns at the far end that
# no full step reaches are not looked at. Sizes that do not fit are the most frequent error message of beginners, and this one
# line answers it.
#
# Write `conv_output_size`. Each argument is an int, or a pair of ints for height and width; if any of them is a pair,
# the result is a pair. A kernel that does not fit into the padded input raises `ValueError`. Compute it: do not run a convolution.

# %% [markdown] lang="zh"
# ## 卷积输出的尺寸
#
# 大小为 $k$、膨胀率（dilation）为 $d$ 的卷积核在输入上跨越 $d(k-1)+1$ 个位置。两侧各填充（padding）$p$ 之后，共有
# $H + 2p$ 个位置可供滑动，每次移动步幅（stride）$s$，因此沿一个轴的输出尺寸为
#
# $$H_{out} = \left\lfloor \frac{H + 2p - d(k-1) - 1}{s} \right\rfloor + 1$$
#
# ![三个抽头、膨胀率为二的卷积核在八个位置上滑动](picture:dilated_kernel)
#
# 许多资料中的公式漏掉了 $d$，那只在 $d = 1$ 时成立。向下取整意味着末端不足一步的列不会被看到。
# 尺寸不匹配是初学者最常见的报错，而这一行公式就能回答它。
#
# 请编写 `conv_output_size`。每个参数可以是一个整数，也可以是表示高和宽的一对整数；只要其中有一个是一对，结果就是一对。
# 如果卷积核放不进填充后的输入，请抛出 `ValueError`。请直接计算，不要真的运行卷积。


# %% exercise="conv_output_size" stub={"en": "conv_output_size is not written yet: count the steps the kernel can take", "zh": "conv_output_size 尚未编写：数一数核能移动多少步"}
def conv_output_size(size, kernel, stride=1, padding=0, dilation=1):
    """Compute the spatial output size of a convolution.

    Args:
        size: input size, an int or a pair (height, width).
        kernel: kernel size, an int or a pair.
        stride: step between windows, an int or a pair.
        padding: positions added on both sides, an int or a pair.
        dilation: distance between the taps of the kernel, an int or a pair.

    Returns:
        An int, or a tuple of two ints where any argument is a pair.

    Raises:
        ValueError: the dilated kernel is larger than the padded input.

    zh: 计算卷积输出的高和宽。

    参数：
        size: 输入的尺寸，一个整数或一对整数（高，宽）。
        kernel: 核的大小，一个整数或一对整数。
        stride: 窗口之间的步幅，一个整数或一对整数。
        padding: 两侧各加的位置数，一个整数或一对整数。
        dilation: 核的相邻抽头之间的距离，一个整数或一对整数。

    返回：
        一个整数；只要有一个参数是一对整数，就是由两个整数组成的元组。

    抛出：
        ValueError: 膨胀后的核大于填充后的输入。
    """
    ### BEGIN SOLUTION
    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(argument, (tuple, list)) for argument in arguments):
        pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in arguments]
        return tuple(conv_output_size(*one_axis) for one_axis in zip(*pairs, strict=True))
    span = dilation * (kernel - 1) + 1
    if span > size + 2 * padding:
        raise ValueError(f"a kernel that spans {span} does not fit into {size + 2 * padding} positions")
    return (size + 2 * padding - span) // stride + 1
    ### END SOLUTION


# %% examples="conv_output_size"
# 7 positions, a kernel of 3: it can start at 0, 1, 2, 3 and 4.
# zh: 7 个位置、大小为 3 的核：它可以从 0、1、2、3 和 4 开始。
assert conv_output_size(7, 3) == 5
# The same as torch says, for a picture of 32 x 28 pixels.
# zh: 32 x 28 像素的图片，与 torch 给出的相同。
size = conv_output_size((32, 28), kernel=5, stride=2, padding=2)
assert size == (16, 14), f"should be (16, 14), not {size}"
# zh: 应为 (16, 14)，而不是 {size}

# %% [markdown] lang="en"
# ## The size of a pooling layer's output
#
# A pooling layer slides a window too, and keeps one number of each: the maximum or the mean. Its usual size formula is that of
# the convolution, so padding $p$ and dilation $d$ belong in it as well:
#
# $$H_{out} = \left\lfloor \frac{H + 2p - d(k-1) - 1}{s} \right\rfloor + 1$$
#
# Three things differ from a convolution:
#
# - **The stride defaults to the kernel**, not to 1: without a stride the windows lie side by side and do not overlap.
# - **`ceil_mode` rounds up**, so that a last window may hang over the far end:
#
# $$H_{ceil} = \left\lceil \frac{H + 2p - d(k-1) - 1}{s} \right\rceil + 1$$
#
#   But a window must **start** inside the input or its left padding. One that would start at $H + p$ or later (counted from the
#   left edge of the padding) is dropped, and the size is one less:
#
# $$H_{out} = \begin{cases} H_{ceil} - 1 & \text{if } (H_{ceil} - 1)\, s \ge H + p \\ H_{ceil} & \text{otherwise} \end{cases}$$
#
# - **The padding is at most half of the kernel**, $2p \le k$; with more, a window could hold nothing but padding. torch does not count
#   the dilation here: `k = 3, d = 2, p = 2` raises an error, although the window spans 5 positions. More padding raises
#   `ValueError`, and so does an input into which not one window fits.
#
# ![windows of three with stride two on eight positions: four without and five with ceil_mode](picture:ceil_mode)
#
# "Pooling halves the size" is often believed. It does so for $k = s = 2$ and an even $H$; with $H = 8$, $k = 3$, $s = 2$, $p = 1$
# the size is 4, and with `ceil_mode` it is 5. Write `pool_output_size`. Ints and pairs work as before. Compute it: run no pooling.

# %% [markdown] lang="zh"
# ## 池化层输出的尺寸
#
# 池化层同样滑动一个窗口，但每个窗口只留下一个数：最大值或平均值。它通常的尺寸公式与卷积相同，所以填充 $p$ 和膨胀率 $d$ 也要算进去：
#
# $$H_{out} = \left\lfloor \frac{H + 2p - d(k-1) - 1}{s} \right\rfloor + 1$$
#
# 与卷积有三处不同：
#
# - **步幅默认等于核的大小**，而不是 1：不指定步幅时，窗口一个挨着一个，互不重叠。
# - **`ceil_mode` 向上取整**，于是最后一个窗口可以伸出末端：
#
# $$H_{ceil} = \left\lceil \frac{H + 2p - d(k-1) - 1}{s} \right\rceil + 1$$
#
#   但每个窗口必须**起始于**输入之内或其左侧填充之内。若某个窗口的起点（从填充的左边缘数起）在 $H + p$ 或更靠后，它就被舍去，尺寸减一：
#
# $$H_{out} = \begin{cases} H_{ceil} - 1 & \text{若 } (H_{ceil} - 1)\, s \ge H + p \\ H_{ceil} & \text{其他} \end{cases}$$
#
# - **填充至多为核大小的一半**，即 $2p \le k$；再多，窗口里就可能只有填充。torch 在这里不计膨胀率：`k = 3, d = 2, p = 2` 会报错，
#   尽管窗口跨越 5 个位置。填充过多，或者连一个窗口都放不下时，应抛出 `ValueError`。
#
# ![八个位置上宽为三、步幅为二的窗口：不用 ceil_mode 时四个，用时五个](picture:ceil_mode)
#
# 常有人以为“池化使尺寸减半”。这只在 $k = s = 2$ 且 $H$ 为偶数时成立；当 $H = 8$、$k = 3$、$s = 2$、$p = 1$ 时，尺寸是 4，
# 用 `ceil_mode` 则是 5。请编写 `pool_output_size`，整数与成对参数的约定同上。请直接计算，不要真的运行池化。


# %% exercise="pool_output_size" stub={"en": "pool_output_size is not written yet: count the windows, and mind where the last one starts", "zh": "pool_output_size 尚未编写：数一数窗口，并注意最后一个从哪里开始"}
def pool_output_size(size, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Compute the spatial output size of a max pooling layer.

    Args:
        size: input size, an int or a pair (height, width).
        kernel: window size, an int or a pair.
        stride: step between windows, an int or a pair; None for the kernel's size.
        padding: positions added on both sides, an int or a pair.
        dilation: distance between the taps of the window, an int or a pair.
        ceil_mode: round the number of steps up, as long as the last window starts inside the input or its left padding.

    Returns:
        An int, or a tuple of two ints where any argument is a pair.

    Raises:
        ValueError: the padding is more than half of the kernel (dilation not counted), or there is not one window.

    zh: 计算最大池化层输出的高和宽。

    参数：
        size: 输入的尺寸，一个整数或一对整数（高，宽）。
        kernel: 窗口的大小，一个整数或一对整数。
        stride: 窗口之间的步幅，一个整数或一对整数；None 表示核的大小。
        padding: 两侧各加的位置数，一个整数或一对整数。
        dilation: 窗口的相邻抽头之间的距离，一个整数或一对整数。
        ceil_mode: 步数向上取整，只要最后一个窗口起始于输入之内或其左侧填充之内。

    返回：
        一个整数；只要有一个参数是一对整数，就是由两个整数组成的元组。

    抛出：
        ValueError: 填充超过核的一半（不计膨胀率），或一个窗口都放不下。
    """
    ### BEGIN SOLUTION
    if stride is None:
        stride = kernel
    arguments = (size, kernel, stride, padding, dilation)
    if any(isinstance(argument, (tuple, list)) for argument in arguments):
        pairs = [tuple(a) if isinstance(a, (tuple, list)) else (a, a) for a in arguments]
        return tuple(pool_output_size(*one_axis, ceil_mode) for one_axis in zip(*pairs, strict=True))
    if 2 * padding > kernel:
        raise ValueError(f"padding {padding} is more than half of the kernel {kernel}")
    span = dilation * (kernel - 1) + 1
    room = size + 2 * padding - span
    windows = room // stride + 1
    if ceil_mode:
        windows = -(-room // stride) + 1
        if (windows - 1) * stride >= size + padding:
            windows -= 1
    if windows < 1:
        raise ValueError(f"a window that spans {span} does not fit into {size + 2 * padding} positions")
    return windows
    ### END SOLUTION


# %% examples="pool_output_size"
# Windows of 2 side by side on 7 positions: 0-1, 2-3 and 4-5; position 6 is left over.
# zh: 大小为 2 的窗口一个挨着一个，放在 7 个位置上：0-1、2-3 和 4-5；位置 6 剩下。
assert pool_output_size(7, 2) == 3, pool_output_size(7, 2)
# With ceil_mode a fourth window starts at position 6 and hangs over the end.
# zh: 用 ceil_mode 时，第四个窗口从位置 6 开始，并伸出末端。
assert pool_output_size(7, 2, ceil_mode=True) == 4, pool_output_size(7, 2, ceil_mode=True)
size = pool_output_size((32, 28), kernel=3, stride=(2, 1), padding=1)
assert size == (16, 28), f"should be (16, 28), not {size}"
# zh: 应为 (16, 28)，而不是 {size}

# %% [markdown] lang="en"
# ## How many parameters a convolution has
#
# Each output channel has a kernel of its own, and that kernel has one $k_h \times k_w$ slice for **every** input channel; the slices'
# results are added up, and one bias is added for the whole channel. With `groups` $g$, inputs and outputs are cut into $g$ parts
# of equal size, and an output channel looks at the inputs of its own part only. So a layer has
#
# $$P = C_{out} \left( \frac{C_{in}}{g}\, k_h k_w + b \right), \qquad b = 1 \text{ with a bias, else } 0$$
#
# parameters. Height and width of the picture do not occur in it: the same weights are used at every position. A fully connected
# layer has a weight for each pair of an input and an output *value*:
#
# $$P_{fc} = C_{out} H_{out} W_{out} \left( C_{in} H W + b \right)$$
#
# From a 32 x 32 RGB picture to 16 channels of the same size that is 50 million; a 3 x 3 convolution needs 448.
#
# Often believed and wrong: that a layer which keeps the number of channels "learns no new features". A 3 x 3 convolution from 64
# to 64 channels has 36,928 parameters, and learns 64 new features, each a mixture of all 64 old ones. The number of channels says
# how many features there are, not which.
#
# Write `conv_parameter_count`. Channels that cannot be divided by `groups` raise `ValueError`. Compute it: make no torch layer.

# %% [markdown] lang="zh"
# ## 卷积层有多少参数
#
# 每个输出通道都有自己的卷积核，而这个核对**每一个**输入通道各有一片 $k_h \times k_w$ 的权重；各片的结果相加，再给整个通道加上一个偏置。
# 若分组数 `groups` 为 $g$，输入和输出通道都被等分成 $g$ 份，每个输出通道只看自己那一份输入。因此一层的参数个数是
#
# $$P = C_{out} \left( \frac{C_{in}}{g}\, k_h k_w + b \right), \qquad b = 1 \text{（有偏置）或 } 0 \text{（无偏置）}$$
#
# （有偏置时 $b = 1$，否则 $b = 0$。）式中没有图片的高和宽：每个位置用的都是同一组权重。全连接层则为每一对输入*数值*和输出*数值*设一个权重：
#
# $$P_{fc} = C_{out} H_{out} W_{out} \left( C_{in} H W + b \right)$$
#
# 从 32 x 32 的 RGB 图片到同样大小的 16 个通道，全连接需要五千万个参数，而 3 x 3 的卷积只要 448 个。
#
# 常见的误解是：通道数不变的层“不学习新特征”。从 64 个通道到 64 个通道的 3 x 3 卷积有 36,928 个参数，会学到 64 个新特征，
# 每一个都由全部 64 个旧特征混合而成。通道数只说明有多少个特征，并不说明是哪些特征。
#
# 请编写 `conv_parameter_count`。通道数不能被 `groups` 整除时，请抛出 `ValueError`。请直接计算，不要创建 torch 的层。


# %% exercise="conv_parameter_count" stub={"en": "conv_parameter_count is not written yet: what does one output channel need?", "zh": "conv_parameter_count 尚未编写：一个输出通道需要什么？"}
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    """Count the parameters of a two-dimensional convolution.

    Args:
        in_channels: number of input channels.
        out_channels: number of output channels.
        kernel: kernel size, an int or a pair (height, width).
        groups: number of parts into which the channels are cut.
        bias: whether each output channel has a bias.

    Returns:
        The number of weights and biases, an int.

    Raises:
        ValueError: one of the numbers of channels is not divisible by `groups`.

    zh: 计算二维卷积的参数个数。

    参数：
        in_channels: 输入通道数。
        out_channels: 输出通道数。
        kernel: 核的大小，一个整数或一对整数（高，宽）。
        groups: 通道被等分成的组数。
        bias: 每个输出通道是否有偏置。

    返回：
        权重和偏置的总数，一个整数。

    抛出：
        ValueError: 输入或输出通道数不能被 `groups` 整除。
    """
    ### BEGIN SOLUTION
    if in_channels % groups or out_channels % groups:
        raise ValueError(f"{in_channels} and {out_channels} channels do not divide into {groups} groups")
    height, width = kernel if isinstance(kernel, (tuple, list)) else (kernel, kernel)
    per_output_channel = in_channels // groups * height * width + (1 if bias else 0)
    return out_channels * per_output_channel
    ### END SOLUTION


# %% examples="conv_parameter_count"
# Each of 16 output channels has 3 slices of 3 x 3 weights and a bias: 16 * (27 + 1).
# zh: 16 个输出通道各有 3 片 3 x 3 的权重和一个偏置：16 * (27 + 1)。
count = conv_parameter_count(3, 16, 3)
assert count == 448, f"should be 448, not {count}"
# zh: 应为 448，而不是 {count}
# Without a bias, and with a kernel that is not square: 4 * (2 * 15).
# zh: 没有偏置，核也不是正方形：4 * (2 * 15)。
count = conv_parameter_count(2, 4, (3, 5), bias=False)
assert count == 120, f"should be 120, not {count}"
# zh: 应为 120，而不是 {count}

# %% [markdown] lang="en"
# ## Padding
#
# A 3 x 3 kernel cuts one row or column off each side of its input, and pixels at the border fall into fewer windows than those in the middle.
# Padding puts a frame around the picture. With $l$ columns on the left, $r$ on the right, $t$ rows at the top and $m$ at the bottom,
# the result has $H + t + m$ rows and $W + l + r$ columns:
#
# $$y_{i,j} = \begin{cases} x_{i-t,\; j-l} & \text{if } 0 \le i - t < H \text{ and } 0 \le j - l < W \\ v & \text{otherwise} \end{cases}$$
#
# ![the frame around a picture: left, right, top, bottom](picture:padding_order)
#
# The order of the four numbers is torch's: **left, right, top, bottom**. It begins with the *last* axis, although shapes are written
# with the height first; and it is neither the order of CSS (top, right, bottom, left) nor a corner and a corner. A mistake here does
# not show while all four numbers are the same, and then turns up with the first picture that needs one row more at the bottom.
#
# Often believed and wrong: that zeros are neutral. They are data like any other. They draw a mean towards zero, and under a maximum
# they beat every negative number; that is why the value $v$ can be chosen, and may be infinite. The picture itself comes out as it went in,
# with its dtype, infinities and NaN, and its gradient is that of the inside.
#
# Write `pad2d` for tensors with any number of leading axes. Do not call torch's own padding; making a larger tensor and joining
# tensors is allowed.

# %% [markdown] lang="zh"
# ## 填充
#
# 3 x 3 的卷积核会让输入的每一侧少一行或一列，而且边缘像素落入的窗口比中间的少。填充就是给图片加一圈边框。
# 设左边加 $l$ 列、右边加 $r$ 列、上边加 $t$ 行、下边加 $m$ 行，则结果有 $H + t + m$ 行、$W + l + r$ 列：
#
# $$y_{i,j} = \begin{cases} x_{i-t,\; j-l} & \text{若 } 0 \le i - t < H \text{ 且 } 0 \le j - l < W \\ v & \text{其他} \end{cases}$$
#
# ![图片四周的边框：左、右、上、下](picture:padding_order)
#
# 四个数的顺序遵循 torch：**左、右、上、下**。它从*最后*一个轴开始，尽管书写形状时高在前；它既不是 CSS 的顺序（上、右、下、左），
# 也不是“一个角加另一个角”。四个数相同时，顺序写错看不出来；直到某张图片需要在底部多加一行，错误才会暴露。
#
# 常见的误解是：零是中性的。零和其他数一样也是数据：它把平均值拉向零，在取最大值时又胜过所有负数。
# 因此填充值 $v$ 可以选择，也可以是无穷大。图片本身原样放入结果，dtype（可以是任意一种，包括整数）、无穷大和 NaN 都不变，它的梯度就是结果内部那一块的梯度。
# `padding` 不是四个数时，应抛出 `ValueError`。
#
# 请为带有任意多个前导轴的张量编写 `pad2d`。不要调用 torch 自带的填充；可以新建更大的张量，也可以拼接张量。


# %% exercise="pad2d" equal="torch.constant_pad_nd" without=["torch.nn.functional.pad", "torch.constant_pad_nd"] stub={"en": "pad2d is not written yet: a larger tensor with the input in its place", "zh": "pad2d 尚未编写：更大的张量，输入放在它该在的位置"}
def pad2d(x, padding, value=0):
    """Put a frame of one value around the last two axes.

    Args:
        x: tensor of shape (*, H, W) and of any dtype; infinities and NaN may occur.
        padding: four ints that are not negative: (left, right, top, bottom).
        value: what the frame is filled with, infinities included.

    Returns:
        A tensor of shape (*, top + H + bottom, left + W + right) and the dtype of `x`, which holds the values of `x` unchanged.

    Raises:
        ValueError: `padding` does not hold four numbers.

    zh: 在最后两个轴的四周加上一圈同一个值。

    参数：
        x: 形状为 (*, H, W) 的张量，数据类型任意；其中可能有无穷大和 NaN。
        padding: 四个非负整数：（左，右，上，下）。
        value: 边框的填充值，可以是无穷大。

    返回：
        形状为 (*, 上 + H + 下, 左 + W + 右) 的张量，数据类型与 `x` 相同，其中 `x` 的数值保持不变。

    抛出：
        ValueError: `padding` 不是四个数。
    """
    ### BEGIN SOLUTION
    if len(padding) != 4:
        raise ValueError(f"padding is (left, right, top, bottom), not {padding}")
    left, right, top, bottom = padding
    *leading, height, width = x.shape
    padded = x.new_full((*leading, top + height + bottom, left + width + right), value)
    padded[..., top : top + height, left : left + width] = x
    return padded
    ### END SOLUTION


# %% examples="pad2d"
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
y = pad2d(x, (1, 1, 1, 1))
assert y.tolist() == [[0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]], f"a frame of zeros: got {y}"
# zh: 应有一圈零：得到 {y}
y = pad2d(x, (0, 2, 1, 0), value=9)
assert y.tolist() == [[9, 9, 9, 9], [1, 2, 9, 9], [3, 4, 9, 9]], f"two columns on the right, a row at the top: got {y}"
# zh: 右边应有两列，顶部应有一行：得到 {y}

# %% [markdown] lang="en"
# ## Convolution
#
# Now the layer itself. At each place of the output, a kernel is laid on the padded input $\tilde x$; what lies on top of each other is
# multiplied, and everything is added up, over the taps of the kernel **and** over the input channels:
#
# $$y_{n,o,i,j} = b_o + \sum_{c=0}^{C_{in}/g-1} \; \sum_{u=0}^{k_h-1} \; \sum_{v=0}^{k_w-1} w_{o,c,u,v} \; \tilde x_{n,\; q\, C_{in}/g + c,\; i s_h + u d_h,\; j s_w + v d_w}, \qquad q = \left\lfloor \frac{o}{C_{out}/g} \right\rfloor$$
#
# Here $q$ is the group of output channel $o$: groups are blocks of neighbouring channels.
#
# ![a kernel of two by two laid on a picture of three by three, without being turned](picture:cross_correlation)
#
# A kernel may be as small as one pixel and as large as the padded picture. A larger one raises `ValueError`, and so do channels that
# do not fit together with the groups.
#
# Often believed and wrong:
#
# - that a convolution layer convolves. In mathematics the kernel is turned by 180 degrees, with $x_{i-u}$ in place of $x_{i+u}$.
#   The layer does not turn it; what it computes is called *cross-correlation*. For learned weights it makes no difference, for
#   weights taken from elsewhere it does;
# - that every input channel gives output channels of its own. They are added up within the group;
# - that the bias belongs to each product. It is added once to each output value, the same for the whole channel.
#
# A loop over all output pixels is right but slow: there are thousands of pixels, but only nine taps. For one tap $(u, v)$ the inputs of all output
# pixels are one strided slice of $\tilde x$, so that the two inner sums can be loops over whole tensors.
#
# Write `conv2d` with the gradients that follow from the formula (autograd finds them where you use tensor operations). Stride, padding and dilation
# are an int or a pair; `pair` in the cell below makes pairs of both. You may call your `pad2d` as `pad2d(x, (left, right, top, bottom))`. Do not call
# torch's convolutions, nor `unfold`, which would leave only a matrix product to do.

# %% [markdown] lang="zh"
# ## 卷积
#
# 现在来写这一层本身。在输出的每个位置，把卷积核放到填充后的输入 $\tilde x$ 上，重叠的数两两相乘，再全部相加：
# 既对卷积核的各个抽头求和，**也**对输入通道求和：
#
# $$y_{n,o,i,j} = b_o + \sum_{c=0}^{C_{in}/g-1} \; \sum_{u=0}^{k_h-1} \; \sum_{v=0}^{k_w-1} w_{o,c,u,v} \; \tilde x_{n,\; q\, C_{in}/g + c,\; i s_h + u d_h,\; j s_w + v d_w}, \qquad q = \left\lfloor \frac{o}{C_{out}/g} \right\rfloor$$
#
# 其中 $q$ 是输出通道 $o$ 所在的组：每一组是一段相邻的通道。
#
# ![二乘二的卷积核放在三乘三的图片上，并不翻转](picture:cross_correlation)
#
# 卷积核可以小到一个像素，也可以与整张图片一样大。通道数与分组数不相配，或膨胀后的卷积核大于填充后的输入时，应抛出 `ValueError`。
#
# 常见的误解有：
#
# - 以为卷积层做的是卷积。数学上的卷积要把核旋转 180 度，即用 $x_{i-u}$ 而不是 $x_{i+u}$。
#   卷积层并不旋转，它计算的其实叫*互相关*（cross-correlation）。对学习得到的权重没有区别，对从别处拿来的权重就有区别；
# - 以为每个输入通道各自产生输出通道。实际上它们在组内相加；
# - 以为每个乘积都要加偏置。偏置对每个输出值只加一次，且整个通道相同。
#
# 对所有输出像素逐个循环是正确的，但很慢：像素成千上万，抽头却只有九个。对某个抽头 $(u, v)$，所有输出像素所需的输入正好是 $\tilde x$
# 的一个带步幅的切片，因此里面两重求和可以写成对整个张量的循环。
#
# 请编写 `conv2d`，并给出由公式得到的梯度（只要使用张量运算，autograd 就会算出来）。步幅、填充和膨胀率可以是一个整数或一对整数，
# 下面单元格中的 `pair` 把两者都变成一对。你可以用 `pad2d(x, (left, right, top, bottom))` 的形式调用自己的 `pad2d`。
# 不要调用 torch 的卷积，也不要用 `unfold`，否则就只剩下一个矩阵乘法可写了。


# %%
def pair(value):
    """Give an int as a pair of itself, and a pair as a tuple.

    zh: 把一个整数变成一对相同的整数，把一对整数变成元组。
    """
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


# %% exercise="conv2d" uses=["pad2d"] stub={"en": "conv2d is not written yet: for each tap of the kernel, a slice of the input times the tap's weights", "zh": "conv2d 尚未编写：对卷积核的每个抽头，取输入的一个切片乘以该抽头的权重"}
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Apply a two-dimensional convolution (cross-correlation).

    Args:
        x: floating point tensor of shape (N, C_in, H, W).
        weight: tensor of shape (C_out, C_in / groups, k_h, k_w).
        bias: tensor of shape (C_out,), or None for no bias.
        stride: step between windows, an int or a pair.
        padding: zeros added on both sides, an int or a pair.
        dilation: distance between the taps of the kernel, an int or a pair.
        groups: number of blocks into which the channels are cut.

    Returns:
        A tensor of shape (N, C_out, H_out, W_out) and the dtype of `x`.

    Raises:
        ValueError: `x` does not have groups times the channels of `weight`, C_out is not divisible by `groups`,
            or the dilated kernel is larger than the padded input.

    zh: 计算二维卷积（互相关）。

    参数：
        x: 浮点张量，形状为 (N, C_in, H, W)。
        weight: 形状为 (C_out, C_in / groups, k_h, k_w) 的张量。
        bias: 形状为 (C_out,) 的张量，None 表示没有偏置。
        stride: 窗口之间的步幅，一个整数或一对整数。
        padding: 两侧各加的零的个数，一个整数或一对整数。
        dilation: 核的相邻抽头之间的距离，一个整数或一对整数。
        groups: 通道被等分成的组数。

    返回：
        形状为 (N, C_out, H_out, W_out) 的张量，数据类型与 `x` 相同。

    抛出：
        ValueError: `x` 的通道数不是 `weight` 的通道数乘以 groups，C_out 不能被 `groups` 整除，或膨胀后的核大于填充后
            的输入。
    """
    ### BEGIN SOLUTION
    out_channels, group_channels, k_h, k_w = weight.shape
    if x.shape[1] != groups * group_channels or out_channels % groups:
        raise ValueError(f"{x.shape[1]} channels, weight {tuple(weight.shape)} and {groups} groups do not fit together")
    (s_h, s_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = pad2d(x, (p_w, p_w, p_h, p_h))
    height = (x.shape[2] - d_h * (k_h - 1) - 1) // s_h + 1
    width = (x.shape[3] - d_w * (k_w - 1) - 1) // s_w + 1
    if height < 1 or width < 1:
        raise ValueError("the dilated kernel is larger than the padded input")
    x = x.unflatten(1, (groups, group_channels))
    weight = weight.unflatten(0, (groups, out_channels // groups))
    y = 0
    for u in range(k_h):
        for v in range(k_w):
            rows = slice(u * d_h, u * d_h + (height - 1) * s_h + 1, s_h)
            columns = slice(v * d_w, v * d_w + (width - 1) * s_w + 1, s_w)
            y = y + torch.einsum("ngchw,goc->ngohw", x[..., rows, columns], weight[..., u, v])
    y = y.flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]
    ### END SOLUTION


# %% examples="conv2d"
x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
y = conv2d(x, torch.tensor([[[[0.0, 1.0], [2.0, 0.0]]]]))
# The first window holds 1, 2, 4 and 5: 1 * 2 + 2 * 4 = 10.
# zh: 第一个窗口里是 1、2、4 和 5：1 * 2 + 2 * 4 = 10。
assert y.tolist() == [[[[10.0, 13.0], [19.0, 22.0]]]], f"the kernel is not turned: got {y}"
# zh: 卷积核不翻转：得到 {y}

# Two channels and a kernel of one pixel: 3 * 1 + 0.5 * 10 - 1 = 7, and 3 * 2 + 0.5 * 20 - 1 = 15.
# zh: 两个通道、一个像素的卷积核：3 * 1 + 0.5 * 10 - 1 = 7，3 * 2 + 0.5 * 20 - 1 = 15。
x = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]])
y = conv2d(x, torch.tensor([3.0, 0.5]).reshape(1, 2, 1, 1), bias=torch.tensor([-1.0]))
assert y.tolist() == [[[[7.0, 15.0]]]], f"the channels are added up: got {y}"
# zh: 各通道应当相加：得到 {y}

# %% [markdown] lang="en"
# ## Max pooling
#
# Max pooling keeps the largest value of each window, in each channel by itself. With $\tilde x$ the padded input,
#
# $$y_{n,c,i,j} = \max_{0 \le u < k_h,\; 0 \le v < k_w} \tilde x_{n,c,\; i s_h + u,\; j s_w + v}$$
#
# so that a feature is reported when it is *somewhere* in the window; a shift by a pixel changes little. There are no weights.
# A window may be as small as one pixel and as large as the padded picture. A larger one raises `ValueError`, and so does padding of more
# than half of the kernel.
#
# - **Padding is $-\infty$.** A zero would win in every window whose values are all negative, and appear in the output as an activation
#   that the input does not have. A large negative number such as -1e9 is no help either: float32 goes down to about $-3.4 \cdot 10^{38}$.
# - **The gradient goes to one place.** For a window with upstream gradient 1, its maximum gets 1 and all others get 0. Where the
#   maximum occurs more than once, torch gives all to the **first**, row by row:
#
# $$\frac{\partial y_{n,c,i,j}}{\partial \tilde x_{n,c,a,b}} = \begin{cases} 1 & \text{if } (a, b) \text{ is the first maximum of window } (i, j) \\ 0 & \text{otherwise} \end{cases}$$
#
#   Ties are not rare: after a ReLU whole windows are zero. torch's ways to take a maximum agree in value and differ here: some
#   share the gradient between equal values, some give it to one. Where windows overlap, a pixel adds up what it gets from each.
#
# ![the gradient of a window with two equal maxima goes to the first one](picture:first_maximum)
#
# Write `max_pool2d`. The stride defaults to the kernel; windows that do not fit whole are left out (no `ceil_mode`, no dilation). You may
# call your `pad2d` as `pad2d(x, (left, right, top, bottom), value=…)`. Do not call torch's pooling. `Tensor.unfold` and loops over the
# places of a window are allowed.

# %% [markdown] lang="zh"
# ## 最大池化
#
# 最大池化在每个通道内独立进行，只留下每个窗口中最大的值。设 $\tilde x$ 为填充后的输入，则
#
# $$y_{n,c,i,j} = \max_{0 \le u < k_h,\; 0 \le v < k_w} \tilde x_{n,c,\; i s_h + u,\; j s_w + v}$$
#
# 因此，只要特征出现在窗口中的*某处*就会被报告，平移一个像素影响不大。这一层没有权重。
# 窗口可以小到一个像素，也可以与填充后的图片一样大；再大，或填充超过核的一半时，应抛出 `ValueError`。
#
# - **填充的是 $-\infty$。** 如果用零填充，那么在数值全为负的窗口里零会胜出，输出中就出现了输入里没有的激活。
#   用 -1e9 之类的大负数也不行：float32 可以低到约 $-3.4 \cdot 10^{38}$。
# - **梯度只去一个地方。** 若窗口的上游梯度为 1，最大值处得到 1，其余为 0。最大值出现多次时，torch 把梯度全部给按行数的**第一个**：
#
# $$\frac{\partial y_{n,c,i,j}}{\partial \tilde x_{n,c,a,b}} = \begin{cases} 1 & (a, b) \text{ 是窗口 } (i, j) \text{ 的第一个最大值} \\ 0 & \text{其他} \end{cases}$$
#
#   （$(a, b)$ 是窗口 $(i, j)$ 的第一个最大值时为 1，否则为 0。）相等的情况并不少见：经过 ReLU，整个窗口可能全是零。
#   torch 中几种求最大值的方法数值相同，区别就在这里：有的把梯度平分给相等的值，有的只给一个。窗口重叠时，一个像素把从各窗口得到的梯度加起来。
#
# ![窗口中有两个相等的最大值时，梯度给第一个](picture:first_maximum)
#
# 请编写 `max_pool2d`。核、步幅和填充可以是一个整数或一对整数；步幅默认等于核的大小；放不下的窗口舍去（没有 `ceil_mode`，
# 也没有膨胀率）。你可以用 `pad2d(x, (left, right, top, bottom), value=…)` 的形式调用自己的 `pad2d`。不要调用 torch 的池化；
# 可以使用 `Tensor.unfold`，也可以对窗口内的各个位置做循环。


# %% exercise="max_pool2d" also=["torch.Tensor.unfold"] uses=["pad2d"] stub={"en": "max_pool2d is not written yet: the largest value of each window", "zh": "max_pool2d 尚未编写：每个窗口的最大值"}
def max_pool2d(x, kernel, stride=None, padding=0):
    """Take the maximum of each window.

    The gradient of a window goes to its first maximum, row by row.

    Args:
        x: floating point tensor of shape (N, C, H, W); its values are finite.
        kernel: window size, an int or a pair.
        stride: step between windows, an int or a pair; None for the kernel's size.
        padding: positions added on both sides, an int or a pair; they never win.

    Returns:
        A tensor of shape (N, C, H_out, W_out) and the dtype of `x`.

    Raises:
        ValueError: the padding is more than half of the kernel, or the kernel is larger than the padded input.

    zh: 取每个窗口的最大值。

    每个窗口的梯度归它按行数的第一个最大值。

    参数：
        x: 浮点张量，形状为 (N, C, H, W)；数值都是有限的。
        kernel: 窗口的大小，一个整数或一对整数。
        stride: 窗口之间的步幅，一个整数或一对整数；None 表示核的大小。
        padding: 两侧各加的位置数，一个整数或一对整数；它们从不胜出。

    返回：
        形状为 (N, C, H_out, W_out) 的张量，数据类型与 `x` 相同。

    抛出：
        ValueError: 填充超过核的一半，或核大于填充后的输入。
    """
    ### BEGIN SOLUTION
    (k_h, k_w), (p_h, p_w) = pair(kernel), pair(padding)
    s_h, s_w = pair(kernel if stride is None else stride)
    if 2 * p_h > k_h or 2 * p_w > k_w:
        raise ValueError(f"padding {padding} is more than half of the kernel {kernel}")
    x = pad2d(x, (p_w, p_w, p_h, p_h), value=-torch.inf)
    if k_h > x.shape[2] or k_w > x.shape[3]:
        raise ValueError(f"the kernel {kernel} is larger than the padded input")
    windows = x.unfold(2, k_h, s_h).unfold(3, k_w, s_w)
    # max along one axis has the gradient of the first maximum; amax would share it between equal values.
    return windows.flatten(-2).max(dim=-1).values
    ### END SOLUTION


# %% examples="max_pool2d"
x = torch.tensor([[[[1.0, 3.0, 0.0, 2.0], [4.0, 2.0, 1.0, 5.0], [-1.0, -2.0, 0.0, 0.0], [-3.0, -4.0, 0.0, 0.0]]]])
y = max_pool2d(x, 2)
assert y.tolist() == [[[[4.0, 5.0], [-1.0, 0.0]]]], f"four windows of 2 x 2 side by side: got {y}"
# zh: 四个一个挨着一个的 2 x 2 窗口：得到 {y}
y = max_pool2d(x, 3, stride=1)
assert y.tolist() == [[[[4.0, 5.0], [4.0, 5.0]]]], f"windows of 3 x 3 that overlap: got {y}"
# zh: 互相重叠的 3 x 3 窗口：得到 {y}

# %% [markdown] lang="en"
# ## Max pooling, backwards
#
# The forward pass has found the largest value of each window; the backward pass has to know **where** it was. Given is the gradient $\partial L / \partial y$ of the loss with respect to the output, `dy`. Each window
# sends its number to the place of its first maximum, $(a_{ij}, b_{ij})$, and each pixel adds up what arrives:
#
# $$\frac{\partial L}{\partial \tilde x_{n,c,a,b}} = \sum_{i,j} \frac{\partial L}{\partial y_{n,c,i,j}} \, [(a_{ij}, b_{ij}) = (a, b)]$$
#
# where the bracket is 1 if the equation holds and 0 otherwise. What belongs to the padding is cut off; it never gets anything, since $-\infty$ never wins.
#
# - Where windows **overlap**, one pixel may be the maximum of several, and gets the sum of their gradients. `dx[…, a, b] = dy` with tensors of indices keeps one of them, and so does `+=`.
# - A window with several equal maxima gives all to the first, row by row: comparing `x == y` would give each of them the whole gradient.
# - Pixels that no window covers, since the last step does not fit, get 0. The result has the shape of the *input*.
#
# Write `max_pool2d_backward`; kernel, stride and padding are as in `max_pool2d`, and always fit. You may call your `pad2d`. Call neither torch's pooling nor autograd (`backward`, `torch.autograd.grad`). Your result is a gradient already, and nothing is
# differentiated through it.

# %% [markdown] lang="zh"
# ## 最大池化的反向计算
#
# 前向计算找到了每个窗口的最大值，反向计算还要知道它**在哪里**。已知损失对输出的梯度 $\partial L / \partial y$，记作 `dy`。每个窗口把自己的数值送到它的第一个最大值所在处 $(a_{ij}, b_{ij})$，每个像素把收到的全部加起来：
#
# $$\frac{\partial L}{\partial \tilde x_{n,c,a,b}} = \sum_{i,j} \frac{\partial L}{\partial y_{n,c,i,j}} \, [(a_{ij}, b_{ij}) = (a, b)]$$
#
# 其中方括号在等式成立时为 1，否则为 0。属于填充的部分要切掉；$-\infty$ 从不胜出，所以那里什么也收不到。
#
# - 窗口**重叠**时，一个像素可能是几个窗口的最大值，得到的是它们梯度之和。用索引张量写 `dx[…, a, b] = dy` 只会留下其中一个，写 `+=` 也一样。
# - 窗口中有几个相等的最大值时，梯度全部给按行数的第一个；若用 `x == y` 比较，每一个都会得到整份梯度。
# - 最后一步放不下时，没有窗口覆盖的像素得到 0。结果的形状是*输入*的形状。
#
# 请编写 `max_pool2d_backward`；核、步幅与填充的含义同 `max_pool2d`，并且总是合适的。可以调用你自己的 `pad2d`。既不要调用 torch 的池化，也不要用 autograd（`backward`、`torch.autograd.grad`）。
# 你的结果本身就是梯度，不再对它求导。


# %% exercise="max_pool2d_backward" also=["torch.Tensor.unfold"] without=["torch.Tensor.backward", "torch.autograd.backward", "torch.autograd.grad", "torch.autograd.functional", "torch.func"] uses=["pad2d=torch.constant_pad_nd"] stub={"en": "max_pool2d_backward is not written yet: each window sends its gradient to its first maximum", "zh": "max_pool2d_backward 尚未编写：每个窗口把梯度送到它的第一个最大值"}
def max_pool2d_backward(dy, x, kernel, stride=None, padding=0):
    """Compute the gradient of max pooling with respect to its input.

    Args:
        dy: gradient of the loss with respect to the output, shape (N, C, H_out, W_out).
        x: the input of the forward pass, floating point, shape (N, C, H, W); its values are finite.
        kernel: window size, an int or a pair.
        stride: step between windows, an int or a pair; None for the kernel's size.
        padding: positions added on both sides, an int or a pair, at most half of the kernel.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 计算最大池化对其输入的梯度。

    参数：
        dy: 损失对输出的梯度，形状为 (N, C, H_out, W_out)。
        x: 前向计算的输入，浮点张量，形状为 (N, C, H, W)；数值都是有限的。
        kernel: 窗口的大小，一个整数或一对整数。
        stride: 窗口之间的步幅，一个整数或一对整数；None 表示核的大小。
        padding: 两侧各加的位置数，一个整数或一对整数，至多为核的一半。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    (k_h, k_w), (p_h, p_w) = pair(kernel), pair(padding)
    s_h, s_w = pair(kernel if stride is None else stride)
    padded = pad2d(x, (p_w, p_w, p_h, p_h), value=-torch.inf)
    first = padded.unfold(2, k_h, s_h).unfold(3, k_w, s_w).flatten(-2).argmax(dim=-1)
    rows = torch.arange(dy.shape[2])[:, None] * s_h + first // k_w
    columns = torch.arange(dy.shape[3]) * s_w + first % k_w
    places = rows * padded.shape[3] + columns
    grad = torch.zeros_like(padded).flatten(2).scatter_add(2, places.flatten(2), dy.flatten(2))
    return grad.reshape(padded.shape)[:, :, p_h : p_h + x.shape[2], p_w : p_w + x.shape[3]]
    ### END SOLUTION


# %% examples="max_pool2d_backward"
# Two windows of 2 x 2 side by side: the left one has its maximum 4 below, the right one two equal ones.
# zh: 两个一个挨着一个的 2 x 2 窗口：左边的最大值 4 在下面，右边的有两个相等的最大值。
x = torch.tensor([[[[1.0, 3.0, 5.0, 5.0], [4.0, 2.0, 0.0, 1.0]]]])
dx = max_pool2d_backward(torch.tensor([[[[10.0, 20.0]]]]), x, 2)
assert dx.tolist() == [[[[0.0, 0.0, 20.0, 0.0], [10.0, 0.0, 0.0, 0.0]]]], dx
# Windows that overlap: 3 is the maximum of both.
# zh: 互相重叠的窗口：3 同时是两个窗口的最大值。
dx = max_pool2d_backward(torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[1.0, 3.0, 2.0]]]]), (1, 2), stride=1)
assert dx.tolist() == [[[[0.0, 3.0, 0.0]]]], dx

# %% [markdown] lang="en"
# ## Average pooling
#
# Average pooling keeps the mean of each window, in each channel by itself:
#
# $$y_{n,c,i,j} = \frac{1}{k_h k_w} \sum_{u=0}^{k_h-1} \; \sum_{v=0}^{k_w-1} \tilde x_{n,c,\; i s_h + u,\; j s_w + v}$$
#
# Its gradient is shared out evenly: every pixel of a window gets $1 / (k_h k_w)$ of the upstream gradient, and pixels in several
# windows add up what they get from each. What raises `ValueError` is the same as for max pooling.
#
# Often believed and wrong: that padding is "averaged away", so that a picture of ones stays one everywhere. Here $\tilde x$ is padded with
# zeros, and torch divides by $k_h k_w$ also where part of the window is padding. With $k = 3$ and $p = 1$, the corner window of such a
# picture holds four ones and five zeros:
#
# $$y_{0,0} = \frac{1 + 1 + 1 + 1 + 0 + 0 + 0 + 0 + 0}{9} = \frac{4}{9}$$
#
# The border gets darker. torch's option for this is `count_include_pad`, and True is the default; with False it divides by the number of
# pixels that are inside, 4 in the corner. Other libraries choose otherwise, and a network that is carried over from one of them
# is wrong at its borders only, which takes long to find.
#
# Write `avg_pool2d` as torch does it by default. Everything else is as for `max_pool2d`: the stride defaults to the kernel, `pad2d` may be
# used, torch's pooling may not be called.

# %% [markdown] lang="zh"
# ## 平均池化
#
# 平均池化在每个通道内独立进行，留下每个窗口的平均值：
#
# $$y_{n,c,i,j} = \frac{1}{k_h k_w} \sum_{u=0}^{k_h-1} \; \sum_{v=0}^{k_w-1} \tilde x_{n,c,\; i s_h + u,\; j s_w + v}$$
#
# 它的梯度是均分的：窗口中每个像素得到上游梯度的 $1 / (k_h k_w)$，落在多个窗口中的像素把各份加起来。
# 窗口的大小与最大池化一样：核大于填充后的图片，或填充超过核的一半时，应抛出 `ValueError`。
#
# 常见的误解是：填充会被“平均掉”，因此全为一的图片处处仍为一。这里的 $\tilde x$ 用零填充，而 torch 即使在窗口有一部分是填充时也除以
# $k_h k_w$。当 $k = 3$、$p = 1$ 时，这样一张图片角上的窗口里有四个一和五个零：
#
# $$y_{0,0} = \frac{1 + 1 + 1 + 1 + 0 + 0 + 0 + 0 + 0}{9} = \frac{4}{9}$$
#
# 边缘会变暗。torch 中对应的选项是 `count_include_pad`，默认为 True；若为 False，则除以位于图片内的像素个数，在角上就是 4。
# 其他库的选择可能不同，从那里移植过来的网络只在边缘出错，要很久才能发现。
#
# 请按 torch 的默认行为编写 `avg_pool2d`。其余与 `max_pool2d` 相同：步幅默认等于核的大小，可以使用 `pad2d`，不可调用 torch 的池化。


# %% exercise="avg_pool2d" also=["torch.Tensor.unfold"] uses=["pad2d"] stub={"en": "avg_pool2d is not written yet: the mean of each window, padding included", "zh": "avg_pool2d 尚未编写：每个窗口的平均值，填充也计入"}
def avg_pool2d(x, kernel, stride=None, padding=0):
    """Take the mean of each window; padding counts as zeros.

    Args:
        x: floating point tensor of shape (N, C, H, W); its values are finite.
        kernel: window size, an int or a pair.
        stride: step between windows, an int or a pair; None for the kernel's size.
        padding: zeros added on both sides, an int or a pair; they count in the mean.

    Returns:
        A tensor of shape (N, C, H_out, W_out) and the dtype of `x`.

    Raises:
        ValueError: the padding is more than half of the kernel, or the kernel is larger than the padded input.

    zh: 取每个窗口的平均值；填充按零计入。

    参数：
        x: 浮点张量，形状为 (N, C, H, W)；数值都是有限的。
        kernel: 窗口的大小，一个整数或一对整数。
        stride: 窗口之间的步幅，一个整数或一对整数；None 表示核的大小。
        padding: 两侧各加的零的个数，一个整数或一对整数；它们也计入平均。

    返回：
        形状为 (N, C, H_out, W_out) 的张量，数据类型与 `x` 相同。

    抛出：
        ValueError: 填充超过核的一半，或核大于填充后的输入。
    """
    ### BEGIN SOLUTION
    (k_h, k_w), (p_h, p_w) = pair(kernel), pair(padding)
    s_h, s_w = pair(kernel if stride is None else stride)
    if 2 * p_h > k_h or 2 * p_w > k_w:
        raise ValueError(f"padding {padding} is more than half of the kernel {kernel}")
    x = pad2d(x, (p_w, p_w, p_h, p_h))
    if k_h > x.shape[2] or k_w > x.shape[3]:
        raise ValueError(f"the kernel {kernel} is larger than the padded input")
    return x.unfold(2, k_h, s_h).unfold(3, k_w, s_w).mean(dim=(-2, -1))
    ### END SOLUTION


# %% examples="avg_pool2d"
x = torch.tensor([[[[1.0, 3.0, 0.0, 2.0], [4.0, 0.0, 1.0, 5.0]]]])
y = avg_pool2d(x, 2)
assert y.tolist() == [[[[2.0, 2.0]]]], f"two windows of 2 x 2, each with the sum 8: got {y}"
# zh: 两个 2 x 2 的窗口，各自的和是 8：得到 {y}
y = avg_pool2d(x, (1, 2), stride=1)
assert y.tolist() == [[[[2.0, 1.5, 1.0], [2.0, 0.5, 3.0]]]], f"neighbours in a row: got {y}"
# zh: 同一行中相邻的数：得到 {y}

# %% [markdown] lang="en"
# ## The receptive field
#
# How much of the input can one output value of a whole stack see? One layer with kernel $k_1$ and dilation $d_1$ sees a stretch of
# $d_1 (k_1 - 1) + 1$ positions. Each further layer adds $k - 1$ steps between its taps, but a step of layer $l$ is worth more than one pixel of
# the input: its neighbouring inputs are $s_1 s_2 \cdots s_{l-1}$ pixels apart, the product of the strides **before** it. Along one axis,
#
# $$r = 1 + \sum_{l=1}^{L} (k_l - 1)\, d_l \prod_{m=1}^{l-1} s_m$$
#
# ![two layers: three inputs of the second layer, two pixels apart, see seven pixels](picture:receptive_stack)
#
# Pooling layers count like convolutions. Padding does not enter: it moves the window and does not widen it. All of this is arithmetic of
# whole numbers: the result is an exact int, however deep the stack.
#
# Often believed and wrong:
#
# - that the kernels' sizes add up. Two 3 x 3 layers see 5 pixels and not 6, for the second begins with one position and adds two;
# - that a layer's own stride widens its own view. It only spreads the layers *after* it, and so the stride of the last layer counts nothing;
# - that the order does not matter. A stride early in the stack widens everything that follows; at the end it widens nothing.
#
# A network that must tell objects of 50 pixels apart, and sees 30, cannot do it, however long it trains; this sum finds out in a moment. (Not every
# pixel in the field counts the same: the middle is reached by more paths than the edge, and dilation leaves gaps.)
#
# Write `receptive_field` for square layers, listed from the input to the output. No layers at all see one pixel. No torch is
# needed: compute it, and do not measure it with torch's convolutions or pooling.

# %% [markdown] lang="zh"
# ## 感受野
#
# 经过若干层之后，一个输出值能看到多大范围的输入？卷积核为 $k_1$、膨胀率为 $d_1$ 的一层能看到 $d_1 (k_1 - 1) + 1$ 个位置。
# 之后每一层的抽头之间又多出 $k - 1$ 步，但第 $l$ 层的一步不止是输入的一个像素：它相邻的两个输入相距 $s_1 s_2 \cdots s_{l-1}$ 个像素，
# 即它**之前**各层步幅的乘积。因此沿一个轴，感受野（receptive field）为
#
# $$r = 1 + \sum_{l=1}^{L} (k_l - 1)\, d_l \prod_{m=1}^{l-1} s_m$$
#
# ![两层：第二层的三个输入彼此相距两个像素，共看到七个像素](picture:receptive_stack)
#
# 池化层与卷积层的算法相同。填充不出现在式中：它只移动窗口，并不加宽窗口。这里只有整数运算：无论多少层，结果都是精确的整数。
# 核、步幅或膨胀率小于 1 时，应抛出 `ValueError`。
#
# 常见的误解有：
#
# - 以为把各层核的大小相加即可。两层 3 x 3 看到的是 5 个像素而不是 6 个，因为第二层是从一个位置出发，再加两个；
# - 以为一层的步幅会加宽它自己的视野。它只拉开*之后*各层的间距，所以最后一层的步幅不起作用；
# - 以为顺序无关紧要。靠前的步幅会加宽其后的一切，放在末尾则什么也不加宽。
#
# 如果网络必须分辨 50 个像素大小的物体，却只能看到 30 个像素，那么训练再久也做不到；而这个求和一算便知。
# （感受野中的像素并非同等重要：通向中间的路径比通向边缘的多，膨胀还会留下空隙。）
#
# 请为正方形的层编写 `receptive_field`，各层按从输入到输出的顺序列出。一层都没有时，看到的是一个像素。这里用不到 torch：
# 请直接计算，不要用 torch 的卷积或池化去测量。


# %% exercise="receptive_field" stub={"en": "receptive_field is not written yet: how far apart are the inputs of each layer, measured in pixels?", "zh": "receptive_field 尚未编写：以像素计，每一层相邻的两个输入相距多远？"}
def receptive_field(layers):
    """Compute how many input positions along one axis an output value depends on, from the first to the last.

    Args:
        layers: a list of tuples (kernel, stride, dilation) of ints, from the input to the output; it may be empty.

    Returns:
        The size of the receptive field, an int.

    Raises:
        ValueError: a kernel, stride or dilation is less than 1.

    zh: 计算一个输出值沿一个轴依赖于多少个输入位置，从第一个数到最后一个。

    参数：
        layers: 由整数元组 (kernel, stride, dilation) 组成的列表，按从输入到输出的次序；可以为空。

    返回：
        感受野的大小，一个整数。

    抛出：
        ValueError: 某个核、步幅或膨胀率小于 1。
    """
    ### BEGIN SOLUTION
    field, step = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"kernel, stride and dilation are at least 1, not {kernel}, {stride} and {dilation}")
        field += (kernel - 1) * dilation * step
        step *= stride
    return field
    ### END SOLUTION


# %% examples="receptive_field"
# Two convolutions of 3 x 3: the second sees three places, and each of them sees three pixels; two of three are shared.
# zh: 两层 3 x 3 的卷积：第二层看到三处，每一处又看到三个像素；三个中有两个是共有的。
assert receptive_field([(3, 1, 1), (3, 1, 1)]) == 5, receptive_field([(3, 1, 1), (3, 1, 1)])
# 2 x 2 pooling with stride 2, then 3 x 3: the convolution's steps are two pixels wide, 1 + 1 + 2 * 2.
# zh: 步幅为 2 的 2 x 2 池化，然后 3 x 3：卷积的一步有两个像素宽，1 + 1 + 2 * 2。
assert receptive_field([(2, 2, 1), (3, 1, 1)]) == 6, receptive_field([(2, 2, 1), (3, 1, 1)])

# %% [markdown] lang="en"
# ## Your layers on a photo
#
# The cell below defines `show_filters`. Add a cell of your own beneath it and call `show_filters()` there: it runs your layers on a photo that comes with scikit-learn, in a few seconds. Nothing
# here is graded; while something is not written yet, it only says what.
#
# - The first two rows show the photo and what your `conv2d` makes of it: the mean of 5 x 5 pixels ("blur"), each pixel set off against its neighbours ("sharpen"), and edges, blue where the photo gets
#   brighter on the way down or to the right and red where it gets darker. "edges, both" is the length of these two numbers.
# - The third row shows pooling with windows of 4 x 4, and how much of the photo a value in the middle sees after each layer of a small network.
# - The table below lists the layers of this network: the size by your formula ("size") and of what your layers gave ("real"), the number of parameters, and how far an output value sees.
#
# What draws the frame around "blur", and around the edges? Why is the roof brighter after `max_pool2d` than after `avg_pool2d`? And which of the five layers widens the view most, although its kernel is not the largest?

# %% [markdown] lang="zh"
# ## 在照片上运行你的各层
#
# 下面的单元格定义了 `show_filters`。请在它下面自己添加一个单元格，在那里调用 `show_filters()`：它在 scikit-learn 自带的一张照片上运行你的各层，只需几秒钟。这里不评分；若还有未写的内容，它只会指出缺少什么。
# 图中的文字是英文，含义如下：
#
# - 前两行是照片（photo）以及你的 `conv2d` 由它得到的结果：5 x 5 个像素的平均（blur，模糊）、突出每个像素与邻居之差（sharpen，锐化），以及边缘（edges）：向下（down）或向右（right）变亮处为蓝色，变暗处为红色。
#   edges, both 是这两个数合成的长度。
# - 第三行是 4 x 4 窗口的池化，以及经过一个小网络的每一层之后，位于中间的一个值能看到照片的多大范围（what the middle sees）。
# - 下面的表格列出这个网络的各层：由你的公式得到的尺寸、你的各层实际给出的尺寸、参数个数，以及一个输出值的视野（感受野）。
#
# blur 和边缘图四周的边框是怎么来的？为什么屋顶在 `max_pool2d` 之后比在 `avg_pool2d` 之后更亮？五层之中，哪一层的核并不最大，却使视野加宽得最多？

# %%
import io


def filtered_photo():
    """Run kernels and pools on a photo; returns the pictures, each a tensor of two axes, by what they are called.

    zh: 在一张照片上运行各个卷积核和池化；返回各张图（两个轴的张量）及其名称。
    """
    from sklearn.datasets import load_sample_image

    photo = load_sample_image("china.jpg")[60:380:4, 160:560:4].mean(axis=2) / 255
    x = torch.tensor(photo, dtype=torch.float32)[None, None]

    def filtered(*rows):
        kernel = torch.tensor(rows)[None, None]
        return conv2d(x, kernel, padding=len(rows) // 2)

    down = filtered([-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0])
    right = filtered([-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0])
    pictures = {
        "photo": x,
        "blur": filtered(*[[1 / 25] * 5] * 5),
        "sharpen": filtered([0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]),
        "edges, down": down,
        "edges, right": right,
        "edges, both": (down**2 + right**2).sqrt(),
        "max_pool2d": max_pool2d(x, 4),
        "avg_pool2d": avg_pool2d(x, 4),
    }
    return {name: picture[0, 0] for name, picture in pictures.items()}


def layers_of_a_network(photo):
    """Run a small network on the photo; returns for each layer its name, both sizes, the parameters and the receptive field.

    zh: 在照片上运行一个小网络；返回每一层的名称、两种尺寸、参数个数和感受野。
    """
    draws = torch.Generator().manual_seed(2)
    x, size, seen, found = photo[None, None], tuple(photo.shape), [], []
    for name, channels, kernel, stride, padding, dilation in [
        ("conv 5, stride 2", 8, 5, 2, 2, 1),
        ("pool 3, stride 2", 0, 3, 2, 1, 1),
        ("conv 3", 16, 3, 1, 0, 1),
        ("pool 2, stride 2", 0, 2, 2, 0, 1),
        ("conv 3, dilation 2", 32, 3, 1, 0, 2),
    ]:
        seen.append((kernel, stride, dilation))
        parameters = 0
        if channels:
            parameters = conv_parameter_count(x.shape[1], channels, kernel)
            size = conv_output_size(size, kernel, stride, padding, dilation)
            weight = torch.randn(channels, x.shape[1], kernel, kernel, generator=draws) / kernel
            x = conv2d(x, weight, stride=stride, padding=padding, dilation=dilation)
        else:
            size = pool_output_size(size, kernel, stride, padding)
            x = max_pool2d(x, kernel, stride, padding)
        found.append((name, tuple(size), tuple(x.shape[2:]), parameters, receptive_field(seen)))
    return found


def draw_filtered(pictures, layers):
    """Draw the pictures, and around the middle of the photo a square for each receptive field.

    zh: 画出各张图，并在照片中央为每个感受野画一个方框。
    """
    import IPython.display
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    figure = Figure(figsize=(6, 5.6), layout="constrained")
    pictures = {**pictures, "what the middle sees": pictures["photo"]}
    for axes, (name, picture) in zip(figure.subplots(3, 3).flat, pictures.items(), strict=True):
        signed = name in ("edges, down", "edges, right")
        lowest, highest = (-2, 2) if signed else (0, 1)
        axes.imshow(picture.detach().numpy(), cmap="RdBu" if signed else "gray", vmin=lowest, vmax=highest)
        axes.set_title(name, fontsize="medium")
        axes.set_axis_off()
    height, width = pictures["photo"].shape
    for layer, (*_, field) in enumerate(layers):
        corner = (width - field - 1) / 2, (height - field - 1) / 2
        axes.add_patch(Rectangle(corner, field, field, fill=False, color=f"C{layer}", linewidth=2))
    drawing = io.BytesIO()
    figure.savefig(drawing, format="png", dpi=120)
    IPython.display.display(IPython.display.Image(drawing.getvalue()))


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    x = torch.ones(1, 1, 4, 4)
    trials = {
        "conv_output_size": lambda: conv_output_size(4, 3),
        "pool_output_size": lambda: pool_output_size(4, 2),
        "conv_parameter_count": lambda: conv_parameter_count(1, 1, 3),
        "conv2d": lambda: conv2d(x, x, padding=1),
        "max_pool2d": lambda: max_pool2d(x, 2),
        "avg_pool2d": lambda: avg_pool2d(x, 2),
        "receptive_field": lambda: receptive_field([(3, 1, 1)]),
    }
    lines = []
    for name, trial in trials.items():
        try:
            trial()
        except NotImplementedError:
            lines.append(f"- {name} is not written yet")
            # zh: - {name} 尚未编写
        except Exception as error:
            lines.append(f"- {name} raises {type(error).__name__}: {error}")
            # zh: - {name} 抛出 {type(error).__name__}：{error}
    return lines


def show_filters():
    """Draw the photo after each kernel and list the layers, or say which exercises are missing.

    zh: 画出照片经过各个核之后的样子，并列出各层；或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The picture is drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        pictures = filtered_photo()
        layers = layers_of_a_network(pictures["photo"])
        draw_filtered(pictures, layers)
        print("layer               size  real  params sees")
        # zh: 层                  公式  实际    参数 视野
        for name, *sizes, parameters, field in layers:
            size, real = (f"{height}x{width}" for height, width in sizes)
            print(f"{name:18} {size:>5} {real:>5} {parameters:7,d} {field:4d}")
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## In your own words
#
# A network has a 7 x 7 convolution from 64 to 64 channels (stride 1, padding 3, with bias) on feature maps of 56 x 56. Three colleagues want to
# replace it. Ana proposes three 3 x 3 convolutions in a row, each from 64 to 64 channels with padding 1 and a ReLU behind it. Bo proposes one
# 3 x 3 convolution with dilation 3 and padding 3. Chen objects to both: "64 channels go in and 64 come out, so these layers learn
# no new features. A 7 x 7 average pooling with stride 1 and padding 3 would do as well."
#
# In 8 to 12 sentences:
#
# 1. Compare the original layer, Ana's and Bo's in output size, receptive field and number of parameters. Give the numbers. (2 points)
# 2. What does Ana's stack have that the original layer lacks, and what does Bo's layer lose although its receptive field is the
#    same? (2 points)
# 3. What is wrong with Chen's sentence, and what would the average pooling do at the border? (1 point)

# %% [markdown] lang="zh"
# ## 用自己的话回答
#
# 某网络在 56 x 56 的特征图上有一个从 64 个通道到 64 个通道的 7 x 7 卷积（步幅 1，填充 3，有偏置）。三位同事想替换它。
# Ana 建议连用三个 3 x 3 卷积，每个都是从 64 个通道到 64 个通道，填充 1，后接 ReLU。Bo 建议用一个膨胀率为 3、填充为 3 的 3 x 3 卷积。
# Chen 对两者都不赞成：“进去 64 个通道，出来 64 个通道，这些层根本不学习新特征。换成步幅 1、填充 3 的 7 x 7 平均池化也一样。”
#
# 请用 8 到 12 句话回答：
#
# 1. 比较原来的层、Ana 的方案和 Bo 的方案的输出尺寸、感受野和参数个数，并给出数值。（2 分）
# 2. Ana 的方案有什么是原来的层所没有的？Bo 的层感受野相同，却失去了什么？（2 分）
# 3. Chen 的话错在哪里？平均池化在边缘会怎样？（1 分）

# %% [markdown] written="ps2-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.** All three keep the size: 56 + 6 - 7 + 1 = 56 for the original, 56 + 2 - 3 + 1 = 56 for each of Ana's layers, and 56 + 6 - 3 (3 - 1) - 1 + 1 = 56
# for Bo's. All three see 7 pixels along each axis: Ana's 1 + 2 + 2 + 2, Bo's 1 + 3 * 2. The original has 64 (64 * 49 + 1) = 200,768 parameters, Ana's
# three layers have 3 * 64 (64 * 9 + 1) = 110,784, little more than half, and Bo's has 64 (64 * 9 + 1) = 36,928.
#
# Ana's stack has a non-linearity after each layer, so that it can compute functions that no single convolution can; without the
# ReLUs it would be one 7 x 7 convolution again (away from the border), and one of a restricted kind. Bo's layer looks at 9 of the 49 pixels in its field and
# skips the others: neighbouring outputs look at different pixels, fine detail between the taps is missed by each of them, and stacking
# layers of the same dilation keeps the gaps (gridding).
#
# Chen confuses how many features there are with which they are: each of the 64 outputs is a learned mixture of all 64 inputs and
# their surroundings. An average pooling has no weights, learns nothing and does not mix channels. At the border it counts the padding as zeros by
# default, so the values shrink there: in a corner only 16 of 49 pixels are inside.
#
# **Marking guide.** Question 1: half a point for the output size of all three, half for the field of 7 in all three, one for the three
# numbers of parameters (half if the biases are forgotten: 200,704, 110,592 and 36,864). Question 2: one point for the non-linearities between the layers ("deeper" alone:
# half), one for the 40 pixels that are skipped. Question 3: half a point for new mixtures with learned weights in place of counting channels, half
# for the zeros that count in the mean at the border.
# ### END SOLUTION

# %% [markdown] written="ps2-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。** 三者都保持尺寸：原来的层为 56 + 6 - 7 + 1 = 56，Ana 的每一层为 56 + 2 - 3 + 1 = 56，Bo 的层为 56 + 6 - 3 (3 - 1) - 1 + 1 = 56。
# 三者沿每个轴都看到 7 个像素：Ana 是 1 + 2 + 2 + 2，Bo 是 1 + 3 * 2。原来的层有 64 (64 * 49 + 1) = 200,768 个参数；Ana 的三层共
# 3 * 64 (64 * 9 + 1) = 110,784 个，略多于一半；Bo 的层有 64 (64 * 9 + 1) = 36,928 个。
#
# Ana 的方案在每层之后都有非线性，因此能计算单个卷积无法计算的函数；去掉 ReLU，它（在边缘以外）又等价于一个 7 x 7 卷积，而且是形式受限的一个。
# Bo 的层在感受野的 49 个像素中只看 9 个，跳过其余的：相邻的输出看的是不同的像素，每个输出都漏掉抽头之间的细节；把相同膨胀率的层叠起来，
# 空隙依然存在（网格效应，gridding）。
#
# Chen 把“有多少个特征”与“是哪些特征”混为一谈：64 个输出中的每一个都是全部 64 个输入及其邻域的、由学习得到的混合。平均池化没有权重，
# 什么也不学习，也不混合通道。在边缘，它默认把填充当作零计入平均，因此那里的数值会变小：在角上，49 个像素中只有 16 个在图内。
#
# **评分标准。** 第 1 问：三者的输出尺寸得半分，三者的感受野均为 7 得半分，三个参数个数得 1 分（忘记偏置，即 200,704、110,592 和 36,864，得半分）。
# 第 2 问：指出层间的非线性得 1 分（只说“更深”得半分），指出跳过了 40 个像素得 1 分。
# 第 3 问：指出得到的是由学习的权重构成的新混合、而不是只数通道，得半分；指出边缘处的零计入平均，得半分。
# ### END SOLUTION
