# %% [markdown] lang="en"
# # Problem set 1: images and tensors
#
# After this problem set you will be able to
#
# - turn a PIL image into a tensor of shape `(C, H, W)` and back, and say which of the steps loses something;
# - normalize and denormalize the channels of one image or of a batch;
# - take channels out of a tensor, stack them, and mix them to a grayscale image;
# - tell whether an array and a tensor share their memory, and make a copy where they must not.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, further checks are run that you do not see, so passing the examples is a start and not the end. When all is
# written, `show_channels()` near the end takes a photo apart with your functions and puts it together again.
#
# Some things hold in every exercise. A function leaves its arguments as they are. Where it makes one floating point tensor of another, it
# takes float32 and float64, computes in the precision that it is given, keeps the dtype, and lets gradients through to its argument.

# %% [markdown] lang="zh"
# # 第一次作业：图像与张量
#
# 完成本次作业后，你将能够
#
# - 把 PIL 图像转换成形状为 `(C, H, W)` 的张量，再转换回来，并说出哪一步会丢失信息；
# - 对单张图像或一个批次按通道做归一化和反归一化；
# - 从张量中取出通道、把通道堆叠起来，并把它们混合成灰度图；
# - 判断数组与张量是否共享内存，并在不该共享时得到独立的副本。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行一些你看不到的检查，
# 因此通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_channels()` 会用你的函数把一张照片拆开，再合起来。
#
# 有几条约定适用于所有练习：函数不修改它的参数；凡是由浮点张量得到浮点张量的函数，都要接受 float32 和 float64，按输入的精度计算，
# 保持 dtype 不变，并让梯度能够传回输入。

# %%
import numpy as np
import torch
from PIL import Image

# %% [markdown] lang="en"
# ## From an image to a tensor
#
# A PIL image of mode `RGB` holds three bytes for each pixel, one of mode `L` (luminance, "grayscale") a single one. Networks want
# floating point numbers in $[0, 1]$, with the channel first. For the byte $p_{i,j,c}$ in row $i$, column $j$ and channel $c$:
#
# $$t_{c,i,j} = \frac{p_{i,j,c}}{255}$$
#
# ![the pixels of an image in the order height, width, channel become three planes in the order channel, height, width](picture:channel_first)
#
# The order matters because `torch.nn.Conv2d` takes the first of three axes for the channels. Three things go wrong often:
#
# - `image.size` is (width, height), but `np.array(image).shape` is (height, width, 3). An image that is not square shows which is which.
# - `.T` reverses *all* axes, to (channel, width, height): the image is mirrored at its diagonal, and a square one keeps its shape, so
#   that nothing warns you. Move the channel axis only.
# - An image of mode `L` has no channel axis in numpy: its array is (height, width), while its tensor must be `(1, H, W)`.
#
# Write `image_to_tensor`. The result is `float32` and has memory of its own: what is done to it later leaves the image as it is.
# An image of any other mode raises `ValueError`. numpy is the usual route from PIL to torch; torchvision's `ToTensor`, which
# gives the same result, is not installed.

# %% [markdown] lang="zh"
# ## 从图像到张量
#
# `RGB` 模式的 PIL 图像每个像素有三个字节，`L` 模式（亮度，即灰度图）只有一个字节。神经网络需要的是 $[0, 1]$ 内的浮点数，
# 并且通道在最前。设第 $i$ 行、第 $j$ 列、第 $c$ 个通道的字节为 $p_{i,j,c}$，则
#
# $$t_{c,i,j} = \frac{p_{i,j,c}}{255}$$
#
# ![按高、宽、通道排列的像素变成按通道、高、宽排列的三个平面](picture:channel_first)
#
# 轴的顺序很重要，因为 `torch.nn.Conv2d` 把三个轴中的第一个当作通道。常见的错误有三个：
#
# - `image.size` 是（宽，高），而 `np.array(image).shape` 是（高，宽，3）。用一张非正方形的图像就能分清。
# - `.T` 会颠倒*所有*的轴，得到（通道，宽，高）：图像沿对角线翻转了，而正方形图像的形状不变，因此没有任何提示。只移动通道轴即可。
# - `L` 模式的图像在 numpy 里没有通道轴：数组是（高，宽），而张量必须是 `(1, H, W)`。
#
# 请编写 `image_to_tensor`。结果是 `float32`，并且拥有自己的内存：之后对它的任何修改都不影响原图像。其他模式的图像应抛出
# `ValueError`。从 PIL 到 torch 通常经过 numpy；torchvision 的 `ToTensor` 会给出同样的结果，但这里没有安装它。


# %% exercise="image_to_tensor" stub={"en": "image_to_tensor is not written yet: bytes in (H, W, C) become floats in (C, H, W)", "zh": "image_to_tensor 尚未编写：(H, W, C) 的字节变成 (C, H, W) 的浮点数"}
def image_to_tensor(image):
    """Convert a PIL image to a tensor with the channel first.

    Args:
        image: a PIL image of mode "RGB" or "L", of any width W and height H; it is left unchanged.

    Returns:
        A float32 tensor with values in [0, 1], of shape (3, H, W) for "RGB" and (1, H, W) for "L".

    Raises:
        ValueError: the image has another mode.

    zh: 把 PIL 图像转换成通道在最前的张量。

    参数：
        image: "RGB" 或 "L" 模式的 PIL 图像，宽 W 和高 H 任意；不会被修改。

    返回：
        数值在 [0, 1] 内的 float32 张量，"RGB" 时形状为 (3, H, W)，"L" 时为 (1, H, W)。

    抛出：
        ValueError: 图像是其他模式。
    """
    ### BEGIN SOLUTION
    if image.mode not in ("RGB", "L"):
        raise ValueError(f"the mode should be RGB or L, not {image.mode}")
    pixels = torch.from_numpy(np.array(image))
    if image.mode == "L":
        pixels = pixels.unsqueeze(-1)
    return pixels.permute(2, 0, 1).float() / 255
    ### END SOLUTION


# %% examples="image_to_tensor"
# An image 3 pixels wide and 2 high, black but for the pixel at its upper right: full red, no green, 51/255 = 0.2 blue.
# zh: 宽 3 个像素、高 2 个像素的图像，除右上角的像素外全为黑色；这个像素红色最大，没有绿色，蓝色为 51/255 = 0.2。
image = Image.new("RGB", (3, 2))
image.putpixel((2, 0), (255, 0, 51))
t = image_to_tensor(image)
assert t.shape == (3, 2, 3), f"the shape should be (channels, height, width) = (3, 2, 3), not {tuple(t.shape)}"
# zh: 形状应为（通道，高，宽）= (3, 2, 3)，而不是 {tuple(t.shape)}
assert t.dtype == torch.float32, f"the dtype should be float32, not {t.dtype}"
# zh: 数据类型应为 float32，而不是 {t.dtype}
assert torch.allclose(t[:, 0, 2], torch.tensor([1.0, 0.0, 0.2])), t[:, 0, 2]
assert t.sum() < 1.3, "every other pixel is black"
# zh: 其他像素都是黑色
t.fill_(0.5)
assert image.getpixel((2, 0)) == (255, 0, 51), "writing into the tensor should leave the image alone"
# zh: 写入张量不应影响图像

# %% [markdown] lang="en"
# ## One channel of a tensor
#
# A channel is one plane of numbers over the same rows and columns: of an RGB image, how much red (or green, or blue) there is at
# each place. With the channel first, it is one index on the channel axis:
#
# $$R_{i,j} = x_{0,i,j}, \qquad G_{i,j} = x_{1,i,j}, \qquad B_{i,j} = x_{2,i,j}$$
#
# A batch has one more axis in front, `(N, C, H, W)`, and there the channel is the *second* axis. Counted from the end it is the
# third in both cases, which is why code for images often counts from the end: `x[..., 0, :, :]`.
#
# Often believed and wrong: that a colour image is three tensors (it is one, and its channels are slices of it), that the channel is
# the last axis (so it is in PIL, numpy and matplotlib, but not in torch), and that the first is always red (OpenCV reads images
# as blue, green, red).
#
# Write `channel` for one image and for a batch; gradients pass through it to `x`. Inside a network the channels of a feature map no longer are colours: a layer with 64
# channels holds 64 such planes, each the answer to another learned pattern.

# %% [markdown] lang="zh"
# ## 取出一个通道
#
# 一个通道就是同样的行列坐标上的一层数值：对 RGB 图像来说，就是每个位置上红（或绿、或蓝）的多少。通道在最前时，取一个通道就是在通道轴上取一个下标：
#
# $$R_{i,j} = x_{0,i,j}, \qquad G_{i,j} = x_{1,i,j}, \qquad B_{i,j} = x_{2,i,j}$$
#
# 批次 `(N, C, H, W)` 在前面多一个轴，这时通道是*第二*个轴。如果从后往前数，两种情况下通道都是倒数第三个轴，
# 所以处理图像的代码常常从后往前数：`x[..., 0, :, :]`。
#
# 常见的误解有：以为彩色图像是三个张量（其实是一个张量，各通道是它的切片）；以为通道是最后一个轴（在 PIL、numpy 和 matplotlib
# 里是这样，在 torch 里不是）；以为第一个通道总是红色（OpenCV 读入的顺序是蓝、绿、红）。
#
# 请编写 `channel`，使它既能处理单张图像，也能处理批次。任何 dtype 都保持不变，梯度要能传回 `x`；颜色名不是这三个之一，或通道轴的长度不是 3 时，
# 应抛出 `ValueError`。在网络内部，特征图的通道不再是颜色：一个有 64 个通道的层输出 64 个这样的平面，
# 每个平面是对另一种学到的模式的响应。


# %% exercise="channel" stub={"en": "channel is not written yet: the channel axis is the third from the end", "zh": "channel 尚未编写：通道轴是倒数第三个轴"}
def channel(x, name):
    """Take one colour channel out of an image or of every image in a batch.

    Args:
        x: RGB, a tensor of shape (3, H, W) or (N, 3, H, W), of any dtype; it is left unchanged.
        name: "red", "green" or "blue".

    Returns:
        A tensor of shape (H, W) or (N, H, W), of the dtype of `x`; a view or a copy.

    Raises:
        ValueError: the name is another one, or the channel axis of `x` does not have 3 entries.

    zh: 从单张图像或批次中的每张图像取出一个颜色通道。

    参数：
        x: RGB 张量，形状为 (3, H, W) 或 (N, 3, H, W)，数据类型任意；不会被修改。
        name: "red"、"green" 或 "blue"。

    返回：
        形状为 (H, W) 或 (N, H, W) 的张量，数据类型与 `x` 相同；可以是视图，也可以是副本。

    抛出：
        ValueError: 颜色名不是这三个之一，或 `x` 的通道轴的长度不是 3。
    """
    ### BEGIN SOLUTION
    names = ["red", "green", "blue"]
    if name not in names:
        raise ValueError(f"the name should be one of {names}, not {name!r}")
    if x.shape[-3] != 3:
        raise ValueError(f"an RGB image has 3 channels, not {x.shape[-3]}")
    return x[..., names.index(name), :, :]
    ### END SOLUTION


# %% examples="channel"
# One row of two pixels: the first is pure red, the second a mixture.
# zh: 一行两个像素：第一个是纯红，第二个是混合色。
x = torch.tensor([[[1.0, 0.2]], [[0.0, 0.4]], [[0.0, 0.6]]])
assert channel(x, "red").shape == (1, 2), f"the shape should be (H, W) = (1, 2), not {tuple(channel(x, 'red').shape)}"
# zh: 形状应为 (H, W) = (1, 2)，而不是 {tuple(channel(x, 'red').shape)}
assert torch.equal(channel(x, "red"), torch.tensor([[1.0, 0.2]])), channel(x, "red")
assert torch.equal(channel(x, "green"), torch.tensor([[0.0, 0.4]])), channel(x, "green")

# %% [markdown] lang="en"
# ## Channels to one image
#
# The way back puts three planes of the same size on top of each other, on a new axis:
#
# $$x_{c,i,j} = \begin{cases} R_{i,j} & c = 0 \\ G_{i,j} & c = 1 \\ B_{i,j} & c = 2 \end{cases}$$
#
# *Stacking* makes a new axis; *concatenating* makes an existing one longer: three planes of (H, W) concatenated are one tall plane of
# (3H, W), in which nothing says where a channel ends.
#
# For a batch each of the planes is `(N, H, W)`, and the new axis goes between the batch and the rows: `(N, 3, H, W)`. On the first axis
# it would be `(3, N, H, W)`: with three images in the batch nothing would look wrong, and colours and images would be exchanged.
#
# Write `stack_channels` so that `stack_channels(channel(x, "red"), channel(x, "green"), channel(x, "blue"))` is `x` again, for one image
# and for a batch. Planes of different shapes raise `ValueError`; torch's own message for them would be a `RuntimeError`.
# Any dtype is kept, and gradients reach every plane.

# %% [markdown] lang="zh"
# ## 把通道合成一张图像
#
# 反过来，把三个同样大小的平面沿一个新的轴叠在一起：
#
# $$x_{c,i,j} = \begin{cases} R_{i,j} & c = 0 \\ G_{i,j} & c = 1 \\ B_{i,j} & c = 2 \end{cases}$$
#
# *堆叠*（stack）会产生一个新的轴，*拼接*（concatenate）则是把已有的轴变长：三个 (H, W) 的平面拼接后是一个 (3H, W) 的高平面，
# 里面没有任何信息说明一个通道到哪里结束。
#
# 对于批次，每个平面是 `(N, H, W)`，新的轴要放在批次与行之间：`(N, 3, H, W)`。若放在第一个轴上，就成了 `(3, N, H, W)`：
# 当批次恰好有三张图像时看不出任何异常，而颜色和图像已经互换了。
#
# 请编写 `stack_channels`，使 `stack_channels(channel(x, "red"), channel(x, "green"), channel(x, "blue"))` 重新得到 `x`，
# 对单张图像和批次都成立。形状不同的平面（即使可以广播）应抛出 `ValueError`；torch 自己抛出的会是 `RuntimeError`。
# 任何 dtype 都保持不变，梯度要能传回每个平面。


# %% exercise="stack_channels" stub={"en": "stack_channels is not written yet: make a new axis, third from the end", "zh": "stack_channels 尚未编写：新建一个轴，放在倒数第三个位置"}
def stack_channels(r, g, b):
    """Put three planes together to one image or one batch.

    Args:
        r, g, b: red, green and blue, tensors of the same dtype (any) and shape, (H, W) or (N, H, W); they are left unchanged.

    Returns:
        A tensor of shape (3, H, W) or (N, 3, H, W), of the dtype of the planes.

    Raises:
        ValueError: the planes have different shapes, also where they could be broadcast.

    zh: 把三个平面合成一张图像或一个批次。

    参数：
        r, g, b: 红、绿、蓝三个张量，数据类型（任意）相同，形状相同，为 (H, W) 或 (N, H, W)；不会被修改。

    返回：
        形状为 (3, H, W) 或 (N, 3, H, W) 的张量，数据类型与各平面相同。

    抛出：
        ValueError: 各平面的形状不同，即使它们可以广播。
    """
    ### BEGIN SOLUTION
    if not r.shape == g.shape == b.shape:
        raise ValueError(f"the planes have the shapes {tuple(r.shape)}, {tuple(g.shape)} and {tuple(b.shape)}")
    return torch.stack([r, g, b], dim=-3)
    ### END SOLUTION


# %% examples="stack_channels"
# Three planes of one row and two columns.
# zh: 三个平面，各有一行两列。
x = stack_channels(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[5.0, 6.0]]))
assert x.shape == (3, 1, 2), f"the shape should be (3, 1, 2), not {tuple(x.shape)}"
# zh: 形状应为 (3, 1, 2)，而不是 {tuple(x.shape)}
assert torch.equal(x, torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]])), x

# %% [markdown] lang="en"
# ## Colour to grayscale
#
# How bright does a pixel look? Our eyes are most sensitive to green and least to blue. The weights of ITU-R Recommendation BT.601,
# which PIL's `image.convert("L")` uses as well, are
#
# $$Y = 0.299\, R + 0.587\, G + 0.114\, B$$
#
# The weights sum to 1, so that white stays white and gray stays as it is. The plain mean $(R + G + B) / 3$ is often written in its
# place; it makes pure blue almost three times as bright as it looks. Other weights exist (BT.709, for HDTV: 0.2126, 0.7152, 0.0722), so say
# which ones you mean: a model trained on one kind of grayscale images sees slightly different inputs from another.
#
# PIL works on bytes and rounds; you work on floats and do not, so the two agree within 1/255 and not exactly.
#
# Write `to_grayscale`. The result keeps a channel axis with one entry, `(1, H, W)`, as a convolution with `in_channels=1` expects it:
# neither `(H, W)` nor the same plane three times. float64 is computed in float64, the weights included; gradients reach `x`.

# %% [markdown] lang="zh"
# ## 彩色转灰度
#
# 一个像素看起来有多亮？人眼对绿色最敏感，对蓝色最不敏感。ITU-R BT.601 建议书给出的权重（PIL 的 `image.convert("L")` 用的也是它）为
#
# $$Y = 0.299\, R + 0.587\, G + 0.114\, B$$
#
# 权重之和为 1，所以白色仍是白色，灰色保持不变。人们常用简单平均 $(R + G + B) / 3$ 代替，这会使纯蓝色的亮度接近实际观感的三倍。
# 另外还有别的权重（用于高清电视的 BT.709：0.2126、0.7152、0.0722），所以要说明用的是哪一组：用一种灰度图训练的模型，
# 遇到另一种灰度图时输入会略有不同。
#
# PIL 对字节运算并取整，而你对浮点数运算、不取整，因此两者相差不超过 1/255，但不会完全相等。
#
# 请编写 `to_grayscale`。结果保留一个长度为 1 的通道轴，即 `(1, H, W)`，这正是 `in_channels=1` 的卷积所期望的：
# 既不是 `(H, W)`，也不是同一个平面重复三次。float64 的输入要用 float64 计算，权重也不例外；梯度要能传回 `x`。
# 输入的形状不是 `(3, H, W)` 时，应抛出 `ValueError`。


# %% exercise="to_grayscale" stub={"en": "to_grayscale is not written yet: a weighted sum of the three channels", "zh": "to_grayscale 尚未编写：三个通道的加权和"}
def to_grayscale(x):
    """Convert an RGB image to its luma by ITU-R BT.601.

    Args:
        x: floating point tensor of shape (3, H, W); it is left unchanged.

    Returns:
        A tensor of shape (1, H, W), of the dtype of `x`.

    Raises:
        ValueError: `x` does not have the shape (3, H, W).

    zh: 按 ITU-R BT.601 把 RGB 图像转换成亮度。

    参数：
        x: 浮点张量，形状为 (3, H, W)；不会被修改。

    返回：
        形状为 (1, H, W) 的张量，数据类型与 `x` 相同。

    抛出：
        ValueError: `x` 的形状不是 (3, H, W)。
    """
    ### BEGIN SOLUTION
    if x.dim() != 3 or x.shape[0] != 3:
        raise ValueError(f"the shape should be (3, H, W), not {tuple(x.shape)}")
    red, green, blue = x
    return (0.299 * red + 0.587 * green + 0.114 * blue).unsqueeze(0)
    ### END SOLUTION


# %% examples="to_grayscale"
# Two pixels: a mixture (0.299 * 1 + 0.587 * 0.5 + 0.114 * 0 = 0.5925), and white, which stays white.
# zh: 两个像素：一个混合色 (0.299 * 1 + 0.587 * 0.5 + 0.114 * 0 = 0.5925)，一个白色，白色仍是白色。
y = to_grayscale(torch.tensor([[[1.0, 1.0]], [[0.5, 1.0]], [[0.0, 1.0]]]))
assert y.shape == (1, 1, 2), f"the shape should be (1, H, W) = (1, 1, 2), not {tuple(y.shape)}"
# zh: 形状应为 (1, H, W) = (1, 1, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y, torch.tensor([[[0.5925, 1.0]]])), y

# %% [markdown] lang="en"
# ## Normalizing the channels
#
# Networks learn faster from inputs around zero with a spread of about one. Each channel $c$ has a mean $\mu_c$ and a standard deviation
# $\sigma_c$ of its own, measured once on the training set and then fixed:
#
# $$y_{c,i,j} = \frac{x_{c,i,j} - \mu_c}{\sigma_c}$$
#
# With $\mu_c = \sigma_c = 0.5$, the range $[0, 1]$ becomes $[-1, 1]$. Models trained on ImageNet expect $\mu = (0.485, 0.456, 0.406)$
# and $\sigma = (0.229, 0.224, 0.225)$, and work badly, without any error, when they are given anything else.
#
# - Broadcasting aligns shapes **from the end**: statistics of shape `(C,)` meet the *columns*. That is an error for most images, but if an image
#   is as wide as it has channels, it is a wrong result without an error. Give them the shape `(C, 1, 1)`; then a batch works too.
# - $\sigma$ is the standard deviation, not the variance $\sigma^2$.
# - `x -= …`, `x.sub_(…)` and their like write into the caller's tensor: the second epoch would then normalize what has been normalized already.
# - The statistics may be lists, tuples or tensors. As many as there are channels are asked for: others raise `ValueError`, and so does a
#   standard deviation of 0. Gradients reach `x`.
#
# Write `normalize` for one image and for a batch. Do not call torch's own normalizations.

# %% [markdown] lang="zh"
# ## 按通道归一化
#
# 当输入分布在零附近、离散程度约为一时，网络学得更快。每个通道 $c$ 有自己的均值 $\mu_c$ 和标准差 $\sigma_c$，它们在训练集上统计一次，之后固定不变：
#
# $$y_{c,i,j} = \frac{x_{c,i,j} - \mu_c}{\sigma_c}$$
#
# 当 $\mu_c = \sigma_c = 0.5$ 时，区间 $[0, 1]$ 变为 $[-1, 1]$。在 ImageNet 上训练的模型期望 $\mu = (0.485, 0.456, 0.406)$、
# $\sigma = (0.229, 0.224, 0.225)$；给它别的数值不会报错，但效果很差。
#
# - 广播（broadcasting）**从最后一个轴**开始对齐：形状为 `(C,)` 的统计量对上的是*列*。对大多数图像这会报错，但若图像的宽恰好等于通道数，
#   就会得到错误的结果而没有任何提示。请把它们变成 `(C, 1, 1)` 的形状，这样批次也能用。
# - $\sigma$ 是标准差，不是方差 $\sigma^2$。
# - `x -= …`、`x.sub_(…)` 之类的写法会直接改写调用者的张量：到了第二个 epoch，就会对已经归一化的数据再归一化一次。
# - 统计量可以是列表、元组或张量。个数与通道数不符，或某个标准差为 0 时，应抛出 `ValueError`。梯度要能传回 `x`。
#
# 请编写 `normalize`，使它既能处理单张图像，也能处理批次。不要调用 torch 自带的归一化函数。


# %% exercise="normalize" stub={"en": "normalize is not written yet: subtract the mean of each channel, divide by its standard deviation", "zh": "normalize 尚未编写：减去每个通道的均值，再除以它的标准差"}
def normalize(x, mean, std):
    """Normalize each channel with given statistics.

    Args:
        x: floating point tensor of shape (C, H, W) or (N, C, H, W); it is left unchanged.
        mean: the mean of each channel, a list, tuple or tensor of C numbers.
        std: the standard deviation of each channel, likewise.

    Returns:
        A new tensor of the shape and dtype of `x`.

    Raises:
        ValueError: `mean` or `std` does not have C entries, or a standard deviation is 0.

    zh: 用给定的统计量对每个通道归一化。

    参数：
        x: 浮点张量，形状为 (C, H, W) 或 (N, C, H, W)；不会被修改。
        mean: 每个通道的均值，由 C 个数组成的列表、元组或张量。
        std: 每个通道的标准差，同上。

    返回：
        新的张量，形状和数据类型与 `x` 相同。

    抛出：
        ValueError: `mean` 或 `std` 不是 C 个数，或某个标准差为 0。
    """
    ### BEGIN SOLUTION
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3]:
        raise ValueError(f"{x.shape[-3]} channels, but {len(mean)} means and {len(std)} standard deviations")
    if (std == 0).any():
        raise ValueError("a standard deviation is 0")
    return (x - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1)
    ### END SOLUTION


# %% examples="normalize"
# Two channels of one row: (0.5 - 0.5) / 0.25 = 0 and (1 - 0.5) / 0.25 = 2 in the first, (x - 1) / 2 in the second.
# zh: 一行的两个通道：第一个是 (0.5 - 0.5) / 0.25 = 0 和 (1 - 0.5) / 0.25 = 2，第二个是 (x - 1) / 2。
x = torch.tensor([[[0.5, 1.0]], [[1.0, 7.0]]])
y = normalize(x, mean=[0.5, 1.0], std=[0.25, 2.0])
assert y.shape == x.shape, f"the shape should stay {tuple(x.shape)}, not become {tuple(y.shape)}"
# zh: 形状应保持 {tuple(x.shape)}，而不是变成 {tuple(y.shape)}
assert torch.allclose(y, torch.tensor([[[0.0, 2.0]], [[0.0, 3.0]]])), y

# %% [markdown] lang="en"
# ## And back: denormalizing
#
# To look at what a network is given, or at what it has drawn, undo the normalization. Solve the formula for $x$:
#
# $$x_{c,i,j} = \sigma_c\, y_{c,i,j} + \mu_c$$
#
# The steps come in the **reverse order**, each inverted: normalizing subtracts and then divides, so the way back multiplies and then
# adds. $(y + \mu)\, \sigma$ is a frequent slip; so is normalizing a second time.
#
# Is it an exact inverse? In real numbers, yes. In floating point, each step rounds, so the round trip gives values that differ in the
# last digits: by about $10^{-7}$ in float32. That is little, and it is enough to matter when floats become bytes again, in the next exercise.
#
# Write `denormalize` for one image and for a batch. The statistics are given as for `normalize`; gradients reach `x`.

# %% [markdown] lang="zh"
# ## 反归一化
#
# 要查看网络的输入或网络画出的图像，就要撤销归一化。从公式中解出 $x$：
#
# $$x_{c,i,j} = \sigma_c\, y_{c,i,j} + \mu_c$$
#
# 各步骤要**按相反的顺序**逐一求逆：归一化是先减后除，所以反过来是先乘后加。常见的笔误是写成 $(y + \mu)\, \sigma$，或者又归一化了一次。
#
# 它是精确的逆运算吗？在实数中是。在浮点运算中每一步都有舍入，所以往返一次后数值的最后几位会有差别：float32 下约为 $10^{-7}$。
# 这个差别很小，但当浮点数重新变成字节时它就有影响了，见下一道练习。
#
# 请编写 `denormalize`，使它既能处理单张图像，也能处理批次。统计量的给法与 `normalize` 相同，个数与通道数不符时应抛出 `ValueError`；
# 梯度要能传回 `x`。


# %% exercise="denormalize" stub={"en": "denormalize is not written yet: undo the last step of normalizing first", "zh": "denormalize 尚未编写：先撤销归一化的最后一步"}
def denormalize(x, mean, std):
    """Undo the normalization of each channel with given statistics.

    Args:
        x: normalized floating point tensor of shape (C, H, W) or (N, C, H, W); it is left unchanged.
        mean: the mean of each channel, a list, tuple or tensor of C numbers.
        std: the standard deviation of each channel, likewise.

    Returns:
        A new tensor of the shape and dtype of `x`.

    Raises:
        ValueError: `mean` or `std` does not have C entries.

    zh: 用给定的统计量撤销每个通道的归一化。

    参数：
        x: 归一化后的浮点张量，形状为 (C, H, W) 或 (N, C, H, W)；不会被修改。
        mean: 每个通道的均值，由 C 个数组成的列表、元组或张量。
        std: 每个通道的标准差，同上。

    返回：
        新的张量，形状和数据类型与 `x` 相同。

    抛出：
        ValueError: `mean` 或 `std` 不是 C 个数。
    """
    ### BEGIN SOLUTION
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    if not len(mean) == len(std) == x.shape[-3]:
        raise ValueError(f"{x.shape[-3]} channels, but {len(mean)} means and {len(std)} standard deviations")
    return x * std.reshape(-1, 1, 1) + mean.reshape(-1, 1, 1)
    ### END SOLUTION


# %% examples="denormalize"
# The example of normalize, backwards: 0 * 0.25 + 0.5 = 0.5 and 2 * 0.25 + 0.5 = 1 in the first channel.
# zh: 把 normalize 的例子倒过来：第一个通道是 0 * 0.25 + 0.5 = 0.5 和 2 * 0.25 + 0.5 = 1。
y = torch.tensor([[[0.0, 2.0]], [[0.0, 3.0]]])
x = denormalize(y, mean=[0.5, 1.0], std=[0.25, 2.0])
assert torch.allclose(x, torch.tensor([[[0.5, 1.0]], [[1.0, 7.0]]])), x

# %% [markdown] lang="en"
# ## From a tensor to an image
#
# The last step of the way back turns floats in $[0, 1]$ into bytes:
#
# $$p_{i,j,c} = \operatorname{round}\bigl(255 \cdot \min(\max(t_{c,i,j}, 0), 1)\bigr)$$
#
# It is often said that the conversion of images to tensors and back is reversible. That is so step by step, and only if the steps are right:
#
# - $p / 255 \cdot 255$ comes back exactly. After normalizing with $\mu = \sigma = 0.5$ and back in float32, 63 of the 256 values lie a
#   little below the whole number they stood for: 5 has become 4.9999995. A change of dtype (`astype`, `.to(torch.uint8)`) **truncates**
#   and makes it 4; rounding makes it 5. With rounding, all 256 bytes come back.
# - Values outside $[0, 1]$ are lost in any case: a byte cannot hold them. Clamp them *before* the change of dtype; without that they
#   may wrap around, $1.01 \cdot 255 \approx 258$ becomes 2, and the brightest spots turn black.
# - PIL wants `(H, W, 3)` or `(H, W)`: move the channel axis back, and drop it for grayscale.
#
# ![truncating takes 4.9999995 to 4, rounding takes it to 5](picture:rounding)
#
# Write `tensor_to_image` for a tensor that is denormalized already, in float32 or float64.

# %% [markdown] lang="zh"
# ## 从张量到图像
#
# 返回的最后一步把 $[0, 1]$ 内的浮点数变成字节：
#
# $$p_{i,j,c} = \operatorname{round}\bigl(255 \cdot \min(\max(t_{c,i,j}, 0), 1)\bigr)$$
#
# 人们常说图像与张量的相互转换是可逆的。这要一步一步地看，而且只有每一步都做对时才成立：
#
# - $p / 255 \cdot 255$ 能精确还原。但用 $\mu = \sigma = 0.5$ 在 float32 下归一化再还原后，256 个值中有 63 个略低于原来的整数：
#   5 变成了 4.9999995。直接改变 dtype（`astype`、`.to(torch.uint8)`）会**截断**成 4，取整则得到 5。用取整，256 个字节全部还原。
# - $[0, 1]$ 以外的值无论如何都会丢失，因为字节装不下。要在改变 dtype *之前*截取到范围内（clamp），否则可能回绕：
#   $1.01 \cdot 255 \approx 258$ 变成 2，最亮的地方变成黑色。
# - PIL 需要 `(H, W, 3)` 或 `(H, W)`：把通道轴移回最后，灰度图则去掉它。
#
# ![4.9999995 截断成 4，取整成 5](picture:rounding)
#
# 请为已经反归一化的张量（float32 或 float64）编写 `tensor_to_image`。超出 $[0, 1]$ 的值无论多远（包括无穷大）都截取到黑或白；张量不是三个轴，
# 或通道数既不是 1 也不是 3 时，应抛出 `ValueError`。


# %% exercise="tensor_to_image" stub={"en": "tensor_to_image is not written yet: clamp, scale, round, and move the channel axis back", "zh": "tensor_to_image 尚未编写：截取、缩放、取整，再把通道轴移回去"}
def tensor_to_image(tensor):
    """Convert a tensor with the channel first to a PIL image.

    Args:
        tensor: floating point tensor of shape (3, H, W) or (1, H, W), left unchanged; values outside [0, 1] are clamped,
            however far outside, infinities too.

    Returns:
        A PIL image of mode "RGB" for 3 channels and "L" for 1, W wide and H high.

    Raises:
        ValueError: the tensor does not have 3 axes, or neither 1 nor 3 channels.

    zh: 把通道在最前的张量转换成 PIL 图像。

    参数：
        tensor: 浮点张量，形状为 (3, H, W) 或 (1, H, W)，不会被修改；[0, 1] 以外的值无论超出多远（包括无穷大）都会被截
            取。

    返回：
        宽 W、高 H 的 PIL 图像，3 个通道时是 "RGB" 模式，1 个通道时是 "L" 模式。

    抛出：
        ValueError: 张量不是 3 个轴，或通道数既不是 1 也不是 3。
    """
    ### BEGIN SOLUTION
    if tensor.dim() != 3 or tensor.shape[0] not in (1, 3):
        raise ValueError(f"the shape should be (3, H, W) or (1, H, W), not {tuple(tensor.shape)}")
    pixels = (tensor.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(pixels if tensor.shape[0] == 3 else pixels[:, :, 0])
    ### END SOLUTION


# %% examples="tensor_to_image"
# A grayscale image 2 pixels wide and 1 high: 0.2 * 255 = 51, and 1 is white.
# zh: 宽 2 个像素、高 1 个像素的灰度图：0.2 * 255 = 51，而 1 是白色。
image = tensor_to_image(torch.tensor([[[0.2, 1.0]]]))
assert image.mode == "L", f"one channel is mode L, not {image.mode}"
# zh: 单通道应为 L 模式，而不是 {image.mode}
assert image.size == (2, 1), f"the size should be (width, height) = (2, 1), not {image.size}"
# zh: 尺寸应为（宽，高）= (2, 1)，而不是 {image.size}
assert [image.getpixel((0, 0)), image.getpixel((1, 0))] == [51, 255], "the pixels should be 51 and 255"
# zh: 两个像素应为 51 和 255
# A colour image of two pixels: (1, 0.4, 0) on the left and (0.2, 0, 1) on the right.
# zh: 两个像素的彩色图像：左边是 (1, 0.4, 0)，右边是 (0.2, 0, 1)。
image = tensor_to_image(torch.tensor([[[1.0, 0.2]], [[0.4, 0.0]], [[0.0, 1.0]]]))
assert image.mode == "RGB", f"three channels are mode RGB, not {image.mode}"
# zh: 三个通道应为 RGB 模式，而不是 {image.mode}
assert image.getpixel((0, 0)) == (255, 102, 0), image.getpixel((0, 0))
assert image.getpixel((1, 0)) == (51, 0, 255), image.getpixel((1, 0))

# %% [markdown] lang="en"
# ## Who shares memory with whom
#
# An array or a tensor is a block of memory and a way to walk through it: where to begin and how many bytes to go on for the next
# row and the next column. The element $(i, j)$ stands at the address
#
# $$\mathrm{address}(i, j) = \mathrm{start} + i\, s_0 + j\, s_1$$
#
# with the **strides** $s_0, s_1$. A *view* is another start with other strides on the same block: a slice, a transpose, `reshape` where it
# can. What is written into one is seen in all of them.
#
# ![from_numpy and a slice walk through the memory of the array; torch.tensor has memory of its own](picture:shared_memory)
#
# | shares | copies |
# |---|---|
# | `torch.from_numpy(a)`, `torch.as_tensor(a)`, `t.numpy()` | `torch.tensor(a)`, `np.array(t)`, `np.array(image)` |
# | `a[1:]`, `a.T`, `t.permute(…)`, `t.detach()` | `a.copy()`, `t.clone()`, `a[[0, 2]]` (a list of indices) |
# | `t.float()` where `t` is float32 already | `t.float()` where it is not, `a.astype(…)` |
#
# Four ways to find out are wrong. Equal *values* say nothing. Equal *first addresses* are not needed: a slice begins later. Another *dtype* does
# not rule it out: `view(torch.int32)` reads the same bytes differently. And overlapping *ranges* of addresses (`np.may_share_memory`) are
# not enough: the even and the odd elements of one array lie between each other and have no byte in common.
# `np.shares_memory` decides it exactly, for numpy arrays; a tensor that requires a gradient gives its array only once it is detached.
#
# Write `shares_memory`. To share means to have at least one byte in common, so that an empty slice shares nothing. Find out without
# writing into either of the two, not even to undo it afterwards: the array may be read-only, the tensor may be one of `expand` (a stride
# of 0, the same number in many places), and where NaN or infinity stands, what was written may not show.

# %% [markdown] lang="zh"
# ## 谁与谁共享内存
#
# 数组或张量由一块内存和一种遍历方式组成：从哪里开始，到下一行、下一列各要前进多少字节。元素 $(i, j)$ 的地址是
#
# $$\mathrm{address}(i, j) = \mathrm{start} + i\, s_0 + j\, s_1$$
#
# 其中 $s_0, s_1$ 是**步幅**（stride）。*视图*（view）就是在同一块内存上换一个起点、换一组步幅：切片、转置，以及条件允许时的 `reshape`。
# 写入其中一个，所有的都会看到。
#
# ![from_numpy 和切片遍历的是数组的内存，torch.tensor 则有自己的内存](picture:shared_memory)
#
# | 共享 | 复制 |
# |---|---|
# | `torch.from_numpy(a)`、`torch.as_tensor(a)`、`t.numpy()` | `torch.tensor(a)`、`np.array(t)`、`np.array(image)` |
# | `a[1:]`、`a.T`、`t.permute(…)`、`t.detach()` | `a.copy()`、`t.clone()`、`a[[0, 2]]`（下标列表） |
# | `t` 已经是 float32 时的 `t.float()` | `t` 不是 float32 时的 `t.float()`、`a.astype(…)` |
#
# 有四种判断方法是错的。*数值*相等说明不了什么。*首地址*不必相等：切片的起点靠后。*dtype* 不同也不能排除共享：
# `view(torch.int32)` 只是换一种方式读同样的字节。地址*范围*重叠（`np.may_share_memory`）也不够：同一数组的偶数号元素和奇数号元素彼此交错，
# 却没有一个共同的字节。对 numpy 数组，`np.shares_memory` 能给出精确的答案；需要梯度的张量要先 detach 才能得到它的数组。
#
# 请编写 `shares_memory`。共享是指至少有一个共同的字节，因此空切片与谁都不共享。判断时不要向其中任何一个写入数据，写完再恢复也不行：
# 数组可能是只读的；张量可能由 `expand` 得到（步幅为 0，同一个数出现在多个位置）；而在 NaN 或无穷大处，写入的变化未必看得出来。


# %% exercise="shares_memory" stub={"en": "shares_memory is not written yet: is there a byte that belongs to both?", "zh": "shares_memory 尚未编写：有没有同属两者的字节？"}
def shares_memory(a, t):
    """Tell whether an array and a tensor have memory in common.

    Args:
        a: numpy array of any shape, strides and dtype, perhaps read-only; it is left unchanged.
        t: tensor on the CPU, of any shape and strides and of a dtype that numpy has as well; it may require a gradient, and
            is left unchanged.

    Returns:
        True if at least one byte belongs to both, else False.

    zh: 判断数组与张量是否共享内存。

    参数：
        a: numpy 数组，形状、步幅和数据类型任意，也可以是只读的；不会被修改。
        t: CPU 上的张量，形状和步幅任意，数据类型是 numpy 也有的；可以需要梯度，不会被修改。

    返回：
        至少有一个字节同属两者时为 True，否则为 False。
    """
    ### BEGIN SOLUTION
    return np.shares_memory(a, t.detach().numpy())
    ### END SOLUTION


# %% examples="shares_memory"
a = np.array([1.0, 2.0, 3.0])
assert shares_memory(a, torch.from_numpy(a)), "from_numpy makes a tensor on the memory of the array"
# zh: from_numpy 得到的张量用的就是数组的内存
assert shares_memory(a, torch.from_numpy(a)[1:]), "a slice begins later, but on the same memory"
# zh: 切片的起点靠后，但用的是同一块内存
assert not shares_memory(a, torch.tensor(a)), "torch.tensor copies, although the values are the same"
# zh: torch.tensor 会复制，尽管数值相同

# %% [markdown] lang="en"
# ## A copy that is independent
#
# A dataset that keeps its images as arrays and hands them out by `torch.from_numpy` hands out its own memory. One augmentation that works
# in place, `t.mul_(0.5)`, and the image in the dataset is darker, at each epoch a little more. After $k$ epochs the array holds
#
# $$a^{(k)} = 0.5^k\, a^{(0)}$$
#
# and no error was raised. A copy of its own for everyone who may write prevents it.
#
# Often believed and wrong, when a copy is wanted:
#
# - that `torch.from_numpy(a)` or `torch.as_tensor(a)` copies. Both make a view of the array;
# - that a slice copies. `a[:]` copies a Python *list*; of an array it is one more view;
# - that a change of dtype copies. `torch.from_numpy(a).float()` copies a float64 array, but returns a float32 one *as it is*;
# - that `torch.tensor(a)` always works. It copies, but raises `ValueError` for negative strides, as a mirrored image `a[:, ::-1]` has them;
#   `torch.from_numpy` does so too. numpy copies such views without complaint, and its copy has ordinary strides.
#
# Write `independent_copy`, which makes a tensor of its own memory from any array of numbers or bools: one that is contiguous, a slice, a transpose, a
# mirrored view, one in Fortran order (the first axis runs fastest), one that is read-only, without axes or without entries. Shape, dtype
# and values stay.

# %% [markdown] lang="zh"
# ## 独立的副本
#
# 如果数据集以数组形式保存图像，并用 `torch.from_numpy` 交出去，交出去的就是它自己的内存。只要有一个就地（in place）的数据增强，例如
# `t.mul_(0.5)`，数据集里的图像就会变暗，而且每个 epoch 都再暗一些。$k$ 个 epoch 之后，数组里是
#
# $$a^{(k)} = 0.5^k\, a^{(0)}$$
#
# 而且不会有任何报错。给每个可能写入的使用者一份自己的副本，就能避免这种情况。
#
# 需要副本时，常见的误解有：
#
# - 以为 `torch.from_numpy(a)` 或 `torch.as_tensor(a)` 会复制。两者得到的都是数组的视图；
# - 以为切片会复制。`a[:]` 复制的是 Python *列表*，对数组而言只是又一个视图；
# - 以为改变 dtype 会复制。`torch.from_numpy(a).float()` 会复制 float64 数组，但 float32 数组会*原样*返回；
# - 以为 `torch.tensor(a)` 总能用。它确实复制，但遇到负步幅会抛出 `ValueError`，而镜像后的图像 `a[:, ::-1]` 正是负步幅；
#   `torch.from_numpy` 也是如此。numpy 可以直接复制这样的视图，得到的副本步幅是正常的。
#
# 请编写 `independent_copy`，从任意数值或布尔数组得到一个拥有自己内存的张量：连续的数组、切片、转置、镜像视图、Fortran 顺序（第一个轴变化最快）的数组、
# 只读数组、没有轴或没有元素的数组都要能处理。形状、dtype 和数值保持不变。


# %% exercise="independent_copy" stub={"en": "independent_copy is not written yet: copy the numbers, also where the strides are negative", "zh": "independent_copy 尚未编写：复制数值，步幅为负时也要复制"}
def independent_copy(a):
    """Make a tensor with the values of an array and memory of its own.

    Args:
        a: numpy array of numbers or bools, of any shape, dtype that torch has as well, and strides, also negative ones,
            perhaps read-only; it is left unchanged.

    Returns:
        A tensor of the shape, dtype and values of `a` that shares no memory with it.

    zh: 创建一个数值与数组相同、拥有自己内存的张量。

    参数：
        a: 由数或布尔数组成的 numpy 数组，形状任意，数据类型是 torch 也有的，步幅任意，也可以为负，数组可以是只读的；
            不会被修改。

    返回：
        形状、数据类型和数值与 `a` 相同，且不与它共享内存的张量。
    """
    ### BEGIN SOLUTION
    return torch.from_numpy(a.copy())
    ### END SOLUTION


# %% examples="independent_copy"
a = np.array([[1, 2, 3], [4, 5, 6]])
t = independent_copy(a)
assert t.dtype == torch.int64, f"the dtype should stay int64, not become {t.dtype}"
# zh: 数据类型应保持 int64，而不是变成 {t.dtype}
assert torch.equal(t, torch.tensor([[1, 2, 3], [4, 5, 6]])), t
t[0, 0] = 9
assert a[0, 0] == 1, "writing into the copy should leave the array alone"
# zh: 写入副本不应影响数组
# The same array mirrored: its columns are walked through backwards, so that a stride is negative.
# zh: 同一个数组的镜像：各列从后往前遍历，因此有一个步幅为负。
t = independent_copy(a[:, ::-1])
assert torch.equal(t, torch.tensor([[3, 2, 1], [6, 5, 4]])), t

# %% [markdown] lang="en"
# ## A photo taken apart
#
# The cell below defines `show_channels`. Add a cell of your own beneath it and call `show_channels()` there: your functions take a photo that comes with scikit-learn apart and put it together
# again, in a few seconds. Nothing here is graded; while something is not written yet, it only says what.
#
# - The first row shows the photo, what `stack_channels` makes of its channels, and its grayscale image. The second row shows the channels, where white stands for much of the colour.
# - The third row shows what goes wrong without an error: the bytes reshaped in place of permuted, all axes reversed by `.T`, and the channels stacked as blue, green, red.
# - In the fourth row a dataset hands the photo out to somebody who normalizes it in place, once in every epoch. The first epoch is all right. For the second, the middle picture shows what comes of handing it
#   out by `from_numpy`, the right one by `independent_copy` ("own copy").
#
# Below the picture two lines compare bytes: how many change on the way to a normalized tensor and back, with rounding and with truncation? Why is the flower blue in the third row? And why is one of the
# pictures of the second epoch so dark: what would be left of it after a third?

# %% [markdown] lang="zh"
# ## 把照片拆开
#
# 下面的单元格定义了 `show_channels`。请在它下面自己添加一个单元格，在那里调用 `show_channels()`：它用你的函数把 scikit-learn 自带的一张照片拆开，再合起来，只需几秒钟。
# 这里不评分；若还有未写的内容，它只会指出缺少什么。图中的文字是英文，含义如下：
#
# - 第一行是照片（photo）、`stack_channels` 用各通道合成的图像，以及灰度图。第二行是红（red）、绿（green）、蓝（blue）三个通道，越白表示这种颜色越多。
# - 第三行是不报错的错误：用 reshape 代替 permute；用 `.T` 颠倒所有的轴；按蓝、绿、红的顺序堆叠。
# - 第四行是一个数据集，它每个 epoch 把照片交出一次，使用者就地归一化。第一个 epoch 一切正常；第二个 epoch 中，中间的图是用 `from_numpy` 交出的结果，右边的图是用 `independent_copy` 交出的结果（own copy）。
#
# 图下面的两行比较字节：归一化再还原之后，取整和截断各有多少字节发生变化？第三行里的花为什么是蓝色的？第二个 epoch 的两张图中为什么有一张这么暗？到第三个 epoch 还会剩下什么？

# %%
import io


def photo_in_parts():
    """Take a photo apart with the functions above; returns pictures by what they are called, and lines about bytes.

    zh: 用上面的函数把一张照片拆开；返回各张图及其名称，以及关于字节的几行文字。
    """
    from sklearn.datasets import load_sample_image

    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    photo = Image.fromarray(load_sample_image("flower.jpg")[:420:4, 100:580:4].copy())
    array = np.array(photo)
    x = image_to_tensor(photo)
    planes = [channel(x, name) for name in ("red", "green", "blue")]
    together = tensor_to_image(stack_channels(*planes))

    def after(epochs, hand_out):
        kept = array.astype(np.float32) / 255
        for _ in range(epochs):
            pixels = hand_out(kept)
            pixels -= torch.tensor(mean)
            pixels /= torch.tensor(std)
        return tensor_to_image(denormalize(pixels.permute(2, 0, 1), mean, std))

    pictures = {
        "photo": photo,
        "stack_channels": together,
        "to_grayscale": tensor_to_image(to_grayscale(x)),
        "red": planes[0],
        "green": planes[1],
        "blue": planes[2],
        "reshape, not permute": torch.from_numpy(array).reshape(3, *array.shape[:2]).permute(1, 2, 0),
        "all axes reversed": array.transpose(1, 0, 2),
        "blue, green, red": tensor_to_image(stack_channels(*planes[::-1])),
        "epoch 1": after(1, independent_copy),
        "epoch 2, from_numpy": after(2, torch.from_numpy),
        "epoch 2, own copy": after(2, independent_copy),
    }
    half = [0.5, 0.5, 0.5]
    back = denormalize(normalize(x, half, half), half, half)
    as_bytes = {
        "rounded": np.array(tensor_to_image(back)),
        "cut": (back.permute(1, 2, 0) * 255).to(torch.uint8).numpy(),
    }
    differ = {name: (a != array).sum() if a.shape == array.shape else array.size for name, a in as_bytes.items()}
    lines = [
        f"normalized, denormalized and rounded: {differ['rounded']} of {array.size} bytes differ",
        # zh: 归一化、反归一化之后取整：{array.size} 个字节中有 {differ['rounded']} 个不同
        f"the same truncated: {differ['cut']} bytes differ",
        # zh: 同样处理之后截断：有 {differ['cut']} 个字节不同
    ]
    return pictures, lines


def draw_parts(pictures):
    """Draw the pictures in rows of three.

    zh: 把各张图画成每行三张。
    """
    import IPython.display
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 7.4), layout="constrained")
    for axes, (name, picture) in zip(figure.subplots(len(pictures) // 3, 3).flat, pictures.items(), strict=True):
        axes.imshow(np.asarray(picture), cmap="gray", vmin=0, vmax=1 if name in ("red", "green", "blue") else 255)
        axes.set_title(name, fontsize="medium")
        axes.set_axis_off()
    drawing = io.BytesIO()
    figure.savefig(drawing, format="png", dpi=120)
    IPython.display.display(IPython.display.Image(drawing.getvalue()))


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    x, plane, three = torch.ones(3, 2, 2), torch.ones(2, 2), [1.0, 1.0, 1.0]
    trials = {
        "image_to_tensor": lambda: image_to_tensor(Image.new("RGB", (2, 2))),
        "channel": lambda: channel(x, "red"),
        "stack_channels": lambda: stack_channels(plane, plane, plane),
        "to_grayscale": lambda: to_grayscale(x),
        "normalize": lambda: normalize(x, three, three),
        "denormalize": lambda: denormalize(x, three, three),
        "tensor_to_image": lambda: tensor_to_image(x),
        "independent_copy": lambda: independent_copy(np.ones(2)),
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


def show_channels():
    """Draw the photo and its parts, or say which exercises are missing.

    zh: 画出照片及其各部分，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The picture is drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        pictures, lines = photo_in_parts()
        draw_parts(pictures)
        print(*lines, sep="\n")
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## In your own words
#
# A classmate trains on a dataset of colour photographs. Their code does this for every image in every epoch:
#
# ```python
# t = torch.from_numpy(self.arrays[i])           # a float32 array (H, W, 3) with values in [0, 1], kept in the dataset
# t -= torch.tensor([0.485, 0.456, 0.406])       # normalize with the statistics of ImageNet
# t /= torch.tensor([0.229, 0.224, 0.225])
# t = t.reshape(3, t.shape[0], t.shape[1])       # channel first
# ```
#
# In the first epoch the loss falls a little, in the second it is NaN or very large. To look at what the network sees they denormalize `t`, multiply by
# 255, call `.to(torch.uint8)` and show the image: even in the first epoch it is a jumble of small copies in odd colours. After they mended the
# jumble, the picture looks right, but comparing it with the file shows that many bytes are too small by 1.
#
# Explain each of the three observations and say how you would mend it, in about ten sentences. Are the statistics matched with the right axis here, and why would
# the same two lines be wrong after the channel axis has been moved to the front?

# %% [markdown] lang="zh"
# ## 用自己的话回答
#
# 一位同学用彩色照片数据集训练网络。他的代码在每个 epoch 对每张图像做如下处理：
#
# ```python
# t = torch.from_numpy(self.arrays[i])           # a float32 array (H, W, 3) with values in [0, 1], kept in the dataset
# t -= torch.tensor([0.485, 0.456, 0.406])       # normalize with the statistics of ImageNet
# t /= torch.tensor([0.229, 0.224, 0.225])
# t = t.reshape(3, t.shape[0], t.shape[1])       # channel first
# ```
#
# 第一个 epoch 里损失略有下降，第二个 epoch 里损失变成 NaN 或非常大。为了看看网络的输入，他把 `t` 反归一化，乘以 255，调用 `.to(torch.uint8)`
# 并显示图像：即使在第一个 epoch，看到的也是一堆颜色怪异的小图拼在一起。把这个问题修好以后，图像看起来正常了，但与原文件逐字节比较，许多字节小了 1。
#
# 请用大约十句话解释这三个现象，并说明如何改正。这里的统计量对上的是正确的轴吗？为什么在把通道轴移到最前之后，同样的两行代码就是错的？

# %% [markdown] written="ps1-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.** `torch.from_numpy` makes a view, and `-=` and `/=` work in place, so the arrays of the dataset themselves are normalized. In the second epoch they
# are normalized again, in the third once more: each time the values are shifted and made more than four times as large, so that the inputs soon are far from
# anything the network has seen and the loss explodes. Mend it with a copy (`torch.tensor(…)`, `.clone()`) or by writing `t = (t - mean) / std`, which
# makes a new tensor.
#
# `reshape` does not move an axis: it keeps the numbers in the order in which they stand, red, green, blue, red, …, and cuts this row at other places. Each "channel"
# is a third of the photograph with the colours interleaved. `t.permute(2, 0, 1)` moves the channel axis.
#
# Normalizing and denormalizing rounds in every step, so that some values end up a little below the whole number they stood for, and `.to(torch.uint8)` cuts the
# fraction off. Clamp to [0, 1], multiply by 255 and *round* before the change of dtype.
#
# Broadcasting aligns shapes from the end, and here the channel still is the last axis: (3,) fits (H, W, 3) and each channel gets its own statistics. After the
# axis has been moved, the last axis is the width: that raises an error for most images, and for images 3 pixels wide it is wrong without an
# error. The statistics then need the shape (3, 1, 1).
#
# **Marking guide.** 1 point: `from_numpy` shares memory and the in-place operations change the dataset, so that normalization accumulates over the epochs; 1 point:
# a remedy that works (copy, or out of place). 1 point: `reshape` keeps the order of the numbers, `permute` moves the axis. 1 point: truncation against rounding.
# 1 point: broadcasting from the end, right before and wrong after moving the axis, (3, 1, 1). Half points where the observation is explained and the remedy is missing.
# ### END SOLUTION

# %% [markdown] written="ps1-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。** `torch.from_numpy` 得到的是视图，而 `-=` 和 `/=` 是就地运算，所以被归一化的正是数据集里的数组本身。第二个 epoch 会对它们再归一化一次，第三个 epoch
# 又一次：每次数值都被平移并放大到四倍以上，输入很快就远离网络见过的范围，损失随之爆炸。改正方法是先复制（`torch.tensor(…)`、`.clone()`），或者写成
# `t = (t - mean) / std`，它会产生新的张量。
#
# `reshape` 不会移动轴：数值仍按原来的次序红、绿、蓝、红……排列，只是在别的位置断开。于是每个“通道”都是照片的三分之一，颜色交错在一起。
# 应当用 `t.permute(2, 0, 1)` 移动通道轴。
#
# 归一化与反归一化的每一步都有舍入，一些值会略低于原来的整数，而 `.to(torch.uint8)` 会截掉小数部分。应当先截取到 [0, 1]，乘以 255，*取整*之后再改变 dtype。
#
# 广播从最后一个轴开始对齐，而此处通道仍是最后一个轴：(3,) 与 (H, W, 3) 相配，每个通道用的是自己的统计量。移动轴之后，最后一个轴是宽：
# 对大多数图像会报错，对宽为 3 的图像则会得到错误的结果而没有提示。这时统计量需要 (3, 1, 1) 的形状。
#
# **评分标准。** 1 分：`from_numpy` 共享内存，就地运算改变了数据集，归一化逐个 epoch 累积；1 分：可行的改正方法（复制，或不用就地运算）。
# 1 分：`reshape` 保持数值的次序，`permute` 才移动轴。1 分：截断与取整的区别。1 分：广播从最后一个轴开始对齐，移动轴之前正确、之后错误，应为 (3, 1, 1)。
# 解释了现象但没有给出改正方法的，给一半分。
# ### END SOLUTION
