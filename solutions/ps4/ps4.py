# %% [markdown] lang="en"
# # Problem set 4: normalization and dropout
#
# After this problem set you will be able to
#
# - write batch, layer, RMS, instance and group normalization, and say for each which values share one mean;
# - apply dropout so that the expected activation stays the same, and say when the scaling happens;
# - write both as layers that behave differently in training and at inference, and say what goes wrong without `eval()`;
# - say which variance normalizes a batch and which one is stored, and what torch's momentum means;
# - derive and write the backward pass of batch normalization without autograd.
#
# Write your code in place of each `raise NotImplementedError`. The examples below each exercise can be run here; when the
# notebook is graded, further checks are run that you do not see (other shapes and dtypes, extreme inputs, gradients), so
# passing the examples is a start and not the end. When all is written, `show_layers()` near the end draws what your layers do
# to the activations of a deep network.
#
# In every exercise
#
# - the result has the dtype of the input and its precision: float64 in, float64 out, right to about nine digits, so that
#   nothing on the way may be float32;
# - the gradients that autograd takes through your result are right for every input, scale and shift (but in
#   `batch_norm_backward`, which is a gradient itself);
# - inputs are never changed in place.

# %% [markdown] lang="zh"
# # 第四次作业：归一化与 Dropout
#
# 完成本次作业后，你将能够
#
# - 编写批归一化、层归一化、RMS 归一化、实例归一化和组归一化，并说明每一种里哪些数值共用一个均值；
# - 在保持激活期望不变的前提下应用 dropout，并说明缩放发生在何时；
# - 把两者写成在训练与推理时行为不同的层，并说明忘记 `eval()` 会出什么问题；
# - 说明归一化批次用哪种方差、保存的又是哪种方差，以及 torch 的动量是什么意思；
# - 不借助 autograd，推导并编写批归一化的反向计算。
#
# 请用你的代码替换每一处 `raise NotImplementedError`。每道练习下方的示例可以直接运行；评分时还会运行一些你看不到的检查
# （其他形状与数据类型、极端输入、梯度），因此通过示例只是开始，并不是终点。全部写好之后，靠近末尾的 `show_layers()`
# 会画出你的各层对一个深层网络的激活做了什么。
#
# 每道练习都要满足：
#
# - 结果的数据类型和精度与输入一致：输入是 float64，结果也是 float64，大约九位数字正确，因此中间不能出现 float32；
# - autograd 经由你的结果求出的梯度，对每个输入、缩放和平移都正确（`batch_norm_backward` 除外，它本身就是梯度）；
# - 任何输入都不得被原地修改。

# %%
import torch

# %% [markdown] lang="en"
# ## Batch normalization: the forward pass
#
# Batch normalization gives every channel zero mean and unit variance, and then lets the network undo that with a learned
# scale $\gamma_c$ and shift $\beta_c$:
#
# $$y = \gamma_c \, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c$$
#
# The mean $\mu_c$ and the variance $\sigma_c^2$ of channel $c$ are taken over **everything but the channel**: over the batch
# for `(N, C)`, over batch, height and width for `(N, C, H, W)`.
#
# ![the values of one channel in all pictures of the batch share one mean](picture:batch_norm_axes)
#
# Gradients flow better through layers whose inputs keep their scale, so deep networks train with larger steps. Two things are
# often believed and wrong: that the variance of the $M$ values in a channel ($N$, or $N \cdot H \cdot W$) divides by $M - 1$
# (the forward pass divides by $M$; only the stored running variance is the unbiased one), and that $\epsilon$ is added to the
# standard deviation (it stands under the root).
#
# Write `batch_norm` as it is computed in training. Do not call torch's own normalizations.

# %% [markdown] lang="zh"
# ## 批归一化的前向计算
#
# 批归一化让每个通道的均值为零、方差为一，然后用可学习的缩放 $\gamma_c$ 和平移 $\beta_c$ 让网络可以把它还原：
#
# $$y = \gamma_c \, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c$$
#
# 通道 $c$ 的均值 $\mu_c$ 与方差 $\sigma_c^2$ 是在**除通道以外的所有轴**上统计的：对 `(N, C)` 是批次，对 `(N, C, H, W)`
# 则是批次、高和宽。
#
# ![批次中所有图片同一通道的数值共用一个均值](picture:batch_norm_axes)
#
# 输入保持尺度的层更利于梯度传播，因此深层网络可以用更大的步长训练。有两点常被误解：一是以为一个通道内 $M$ 个数值
# （$N$ 个或 $N \cdot H \cdot W$ 个）的方差除以 $M - 1$（前向计算除以 $M$，只有保存的滑动方差才是无偏的）；
# 二是以为 $\epsilon$ 加在标准差上（它在根号里面）。
#
# 请按训练时的方式编写 `batch_norm`，批次里也可以只有一张图片。不要调用 torch 自带的归一化函数。


# %% exercise="batch_norm" stub={"en": "batch_norm is not written yet: one mean and one variance for each channel", "zh": "batch_norm 尚未编写：每个通道一个均值和一个方差"}
def batch_norm(x, gamma, beta, eps=1e-5):
    """Normalize each channel over the batch, as in training.

    Args:
        x: floating point tensor of shape (N, C) or (N, C, H, W), a single picture (N = 1) among them.
        gamma: scale of each channel, shape (C,).
        beta: shift of each channel, shape (C,).
        eps: added to the variance.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 像训练时那样，在批次上对每个通道归一化。

    参数：
        x: 浮点张量，形状为 (N, C) 或 (N, C, H, W)，也可以只有一张图片 (N = 1)。
        gamma: 每个通道的缩放，形状为 (C,)。
        beta: 每个通道的平移，形状为 (C,)。
        eps: 加到方差上的数。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    axes = [axis for axis in range(x.dim()) if axis != 1]
    per_channel = [-1 if axis == 1 else 1 for axis in range(x.dim())]
    mean = x.mean(axes, keepdim=True)
    variance = ((x - mean) ** 2).mean(axes, keepdim=True)
    normalized = (x - mean) / torch.sqrt(variance + eps)
    return gamma.reshape(per_channel) * normalized + beta.reshape(per_channel)
    ### END SOLUTION


# %% examples="batch_norm"
# Two features of two samples each: every column becomes -1 and 1, then is scaled and shifted.
# zh: 两个样本，各有两个特征：每一列变成 -1 和 1，再缩放和平移。
x = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
y = batch_norm(x, gamma=torch.tensor([1.0, 2.0]), beta=torch.tensor([0.0, 5.0]), eps=0.0)
assert y.shape == (2, 2), f"the shape should be (2, 2), not {tuple(y.shape)}"
# zh: 形状应为 (2, 2)，而不是 {tuple(y.shape)}
assert torch.allclose(y[:, 0].sum(), torch.tensor(0.0)), "the first column should have mean 0"
# zh: 第一列的均值应为 0
assert torch.allclose(y[:, 1].sum(), torch.tensor(10.0)), "the second column should have mean 5"
# zh: 第二列的均值应为 5
assert y[0, 0] < 0 < y[1, 0] and y[0, 1] < 5 < y[1, 1], f"the smaller number should stay below the mean: got {y}"
# zh: 较小的数应仍在均值以下：得到 {y}

# %% [markdown] lang="en"
# ## Layer normalization
#
# Layer normalization needs no batch: every sample is normalized with its own mean and variance. They are taken over the
# **last $D$ axes**, those that `normalized_shape` names, $K$ values $x_1, \dots, x_K$ together:
#
# $$\mu = \frac{1}{K} \sum_{k=1}^{K} x_k, \qquad \sigma^2 = \frac{1}{K} \sum_{k=1}^{K} (x_k - \mu)^2, \qquad
# y_k = w_k \, \frac{x_k - \mu}{\sqrt{\sigma^2 + \epsilon}} + b_k$$
#
# Weight $w$ and bias $b$ have the shape `normalized_shape`: one number for each of the $K$ places, not one for each channel.
# Since samples do not see each other, a batch of one is no special case, sequences may differ in length, and training and
# inference compute the same. That is why Transformers use it.
#
# Often one reads that layer normalization works on "the last axis". It does so for `normalized_shape=(C,)`; with `(T, C)`
# one mean covers the last two axes. The variance is again the biased one. Compute it from the differences $x_k - \mu$: the
# shortcut $\overline{x^2} - \mu^2$ subtracts two large numbers, and with a mean of some thousands hardly a digit of a
# float32 variance is left.
#
# Write `layer_norm`. Do not call torch's own normalizations.

# %% [markdown] lang="zh"
# ## 层归一化
#
# 层归一化（layer normalization）不需要批次：每个样本都用自己的均值和方差归一化。统计在**最后 $D$ 个轴**上进行，
# 也就是 `normalized_shape` 指明的那些轴，共 $K$ 个数值 $x_1, \dots, x_K$：
#
# $$\mu = \frac{1}{K} \sum_{k=1}^{K} x_k, \qquad \sigma^2 = \frac{1}{K} \sum_{k=1}^{K} (x_k - \mu)^2, \qquad
# y_k = w_k \, \frac{x_k - \mu}{\sqrt{\sigma^2 + \epsilon}} + b_k$$
#
# 权重 $w$ 和偏置 $b$ 的形状就是 `normalized_shape`：$K$ 个位置各有一个数，而不是每个通道一个。
# 样本之间互不影响，因此批大小为一也不特殊，序列长度可以不同，训练与推理的计算完全相同。这正是 Transformer 采用它的原因。
#
# 人们常说层归一化作用于“最后一个轴”。只有 `normalized_shape=(C,)` 时才是这样；若为 `(T, C)`，则最后两个轴共用一个均值。
# 方差同样是有偏的。请用差值 $x_k - \mu$ 计算方差：捷径 $\overline{x^2} - \mu^2$ 是两个大数相减，
# 当均值达到几千时，float32 的方差就几乎不剩有效数字了。
#
# 请编写 `layer_norm`：`normalized_shape` 是元组，只有一个轴时也可以是整数；它前面可以有任意多个轴，也可以没有；权重和偏置都可以是
# `None`。`x` 的形状不以 `normalized_shape` 结尾时，应抛出 `ValueError`。不要调用 torch 自带的归一化函数。


# %% exercise="layer_norm" stub={"en": "layer_norm is not written yet: one mean and one variance for each sample, over the last axes", "zh": "layer_norm 尚未编写：每个样本一个均值和一个方差，取遍最后几个轴"}
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Normalize each sample over its last axes.

    Args:
        x: floating point tensor of shape (*, *normalized_shape), with any number of axes in front, none included.
        normalized_shape: the sizes of the last axes, those to normalize over: a tuple, or an int for one axis.
        weight: scale of each place, of shape `normalized_shape`, or None for no scale.
        bias: shift of each place, of shape `normalized_shape`, or None for no shift.
        eps: added to the variance.

    Returns:
        A tensor of the shape and dtype of `x`.

    Raises:
        ValueError: the shape of `x` does not end with `normalized_shape`.

    zh: 在最后几个轴上对每个样本归一化。

    参数：
        x: 浮点张量，形状为 (*, *normalized_shape)，前面可以有任意多个轴，也可以没有。
        normalized_shape: 最后几个轴（即归一化所在的轴）的大小：一个元组，只有一个轴时也可以是整数。
        weight: 每个位置的缩放，形状为 `normalized_shape`，None 表示不缩放。
        bias: 每个位置的平移，形状为 `normalized_shape`，None 表示不平移。
        eps: 加到方差上的数。

    返回：
        形状和数据类型与 `x` 相同的张量。

    抛出：
        ValueError: `x` 的形状不以 `normalized_shape` 结尾。
    """
    ### BEGIN SOLUTION
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError(f"the shape {tuple(x.shape)} does not end with {shape}")
    axes = list(range(-len(shape), 0))
    centered = x - x.mean(axes, keepdim=True)
    variance = (centered**2).mean(axes, keepdim=True)
    y = centered / torch.sqrt(variance + eps)
    if weight is not None:
        y = y * weight
    if bias is not None:
        y = y + bias
    return y
    ### END SOLUTION


# %% examples="layer_norm"
# Each row has a mean of its own (2 and 20) and becomes -1 and 1; the batch plays no part.
# zh: 每一行有自己的均值（2 和 20），并变成 -1 和 1；与批次无关。
y = layer_norm(torch.tensor([[1.0, 3.0], [10.0, 30.0]]), (2,), eps=0.0)
assert torch.allclose(y, torch.tensor([[-1.0, 1.0], [-1.0, 1.0]])), y
# Every feature has its own scale and shift.
# zh: 每个特征有自己的缩放和平移。
y = layer_norm(
    torch.tensor([[1.0, 3.0]]), (2,), weight=torch.tensor([2.0, 3.0]), bias=torch.tensor([0.0, 1.0]), eps=0.0
)
assert torch.allclose(y, torch.tensor([[-2.0, 4.0]])), y

# %% [markdown] lang="en"
# ## RMS normalization
#
# What does the mean do in layer normalization? Less than one would think. RMS normalization leaves it out, and only divides the
# features of each position by their root mean square:
#
# $$y_k = w_k \, \frac{x_k}{\sqrt{\frac{1}{K} \sum_{j=1}^{K} x_j^2 + \epsilon}}$$
#
# Here $K$ is the size of the **last** axis. There is a weight for each feature and no bias. It costs one pass over the data
# less than layer normalization and trains large language models just as well, so most of them use it today.
#
# It is often taken for "layer normalization, faster", as if both gave the same numbers. They do so only where the mean of
# the features is zero already: RMS normalization keeps a common offset, layer normalization removes it. Three ones stay
# three ones here, and become three zeros there. Mind too that this is a root *mean* square: the Euclidean norm, without the
# division by $K$, gives values that are smaller by the factor $\sqrt K$.
#
# Write `rms_norm` over the last axis. Do not call torch's own normalizations. The $\epsilon$ stands under the root.

# %% [markdown] lang="zh"
# ## RMS 归一化
#
# 层归一化里的均值到底起多大作用？比想象的要小。RMS 归一化干脆去掉均值，只把每个位置的特征除以它们的均方根（root mean square）：
#
# $$y_k = w_k \, \frac{x_k}{\sqrt{\frac{1}{K} \sum_{j=1}^{K} x_j^2 + \epsilon}}$$
#
# 这里 $K$ 是**最后**一个轴的大小。每个特征有一个权重，没有偏置。它比层归一化少遍历一次数据，训练大语言模型的效果却一样好，
# 因此如今大多数大语言模型都采用它。
#
# 人们常把它看作“更快的层归一化”，以为两者数值相同。只有特征的均值本来就是零时才相同：RMS 归一化保留公共的偏移，
# 层归一化则把它去掉。三个 1 在这里仍是三个 1，在那里却变成三个 0。还要注意这里是均方根，要除以 $K$ 求*平均*：
# 若用不除以 $K$ 的欧几里得范数，结果会缩小为 $1/\sqrt K$。
#
# 请在最后一个轴上编写 `rms_norm`，它前面可以有任意多个轴，也可以没有。不要调用 torch 自带的归一化函数。$\epsilon$ 在根号里面。


# %% exercise="rms_norm" stub={"en": "rms_norm is not written yet: divide by the root of the mean square, and leave the mean alone", "zh": "rms_norm 尚未编写：除以均方根，均值不动"}
def rms_norm(x, weight, eps=1e-6):
    """Divide by the root mean square over the last axis, then scale.

    Args:
        x: floating point tensor of shape (*, K), with any number of axes in front, none included.
        weight: scale of each feature, shape (K,).
        eps: added to the mean square.

    Returns:
        A tensor of the shape and dtype of `x`.

    zh: 除以最后一个轴上的均方根，再缩放。

    参数：
        x: 浮点张量，形状为 (*, K)，前面可以有任意多个轴，也可以没有。
        weight: 每个特征的缩放，形状为 (K,)。
        eps: 加到均方值上的数。

    返回：
        形状和数据类型与 `x` 相同的张量。
    """
    ### BEGIN SOLUTION
    mean_square = (x**2).mean(-1, keepdim=True)
    return x / torch.sqrt(mean_square + eps) * weight
    ### END SOLUTION


# %% examples="rms_norm"
# The squares 1 and 49 have the mean 25: both numbers are divided by 5.
# zh: 平方 1 和 49 的平均是 25：两个数都除以 5。
y = rms_norm(torch.tensor([[1.0, 7.0]]), torch.ones(2), eps=0.0)
assert torch.allclose(y, torch.tensor([[0.2, 1.4]])), y
# Equal numbers become ones, which the weight then scales.
# zh: 相等的数变成 1，再由权重缩放。
y = rms_norm(torch.tensor([[3.0, 3.0, 3.0]]), torch.tensor([1.0, 2.0, -1.0]), eps=0.0)
assert torch.allclose(y, torch.tensor([[1.0, 2.0, -1.0]])), y

# %% [markdown] lang="en"
# ## Instance normalization
#
# One picture is bright, the next one dark; one photograph has strong contrast, the next is pale. Instance normalization removes
# such differences: in every picture every channel is normalized on its own, over its pixels $P = H \cdot W$ alone.
#
# $$y_{nchw} = \frac{x_{nchw} - \mu_{nc}}{\sqrt{\sigma_{nc}^2 + \epsilon}}, \qquad \mu_{nc} = \frac{1}{P} \sum_{h,w} x_{nchw}, \qquad
# \sigma_{nc}^2 = \frac{1}{P} \sum_{h,w} (x_{nchw} - \mu_{nc})^2$$
#
# So there are $N \cdot C$ means, one for each pair of sample and channel, where batch normalization has $C$. Style transfer
# is where it became known: mean and variance of a channel carry much of a picture's style, and the rest keeps what the
# picture shows.
#
# It is often said that *all* normalization layers use moving averages at inference. Of torch's layers only batch
# normalization does so by default: instance normalization tracks nothing unless asked to, layer and group normalization
# never do. And a channel with a single value per sample cannot be normalized in a useful way (it would always become 0), so
# that torch refuses such an input with a `ValueError`, and you do so too.
#
# Write `instance_norm` without scale and shift, as torch has it by default, for sequences `(N, C, L)` and pictures
# `(N, C, H, W)`. Do not call torch's own normalizations.

# %% [markdown] lang="zh"
# ## 实例归一化
#
# 一张图片很亮，另一张很暗；一张照片对比强烈，另一张却很平淡。实例归一化（instance normalization）消除这类差别：
# 每张图片的每个通道单独归一化，只在它自己的 $P = H \cdot W$ 个像素上统计。
#
# $$y_{nchw} = \frac{x_{nchw} - \mu_{nc}}{\sqrt{\sigma_{nc}^2 + \epsilon}}, \qquad \mu_{nc} = \frac{1}{P} \sum_{h,w} x_{nchw}, \qquad
# \sigma_{nc}^2 = \frac{1}{P} \sum_{h,w} (x_{nchw} - \mu_{nc})^2$$
#
# 因此共有 $N \cdot C$ 个均值，每一对（样本，通道）一个，而批归一化只有 $C$ 个。它因风格迁移而闻名：
# 通道的均值和方差承载了图片的许多风格，其余部分则保留图片的内容。
#
# 人们常说*所有*归一化层在推理时都使用滑动平均。在 torch 中默认只有批归一化如此：实例归一化除非特意要求，否则什么都不记录；
# 层归一化和组归一化则从不记录。另外，若每个样本的一个通道只有一个数值，归一化就没有意义（结果总是 0），
# 所以 torch 会用 `ValueError` 拒绝这样的输入，你的函数也应如此。
#
# 请编写不带缩放和平移的 `instance_norm`（这也是 torch 的默认设置），支持序列 `(N, C, L)` 和图片 `(N, C, H, W)`。
# 不要调用 torch 自带的归一化函数。


# %% exercise="instance_norm" uses=["batch_norm", "layer_norm"] stub={"en": "instance_norm is not written yet: one mean and one variance for each channel of each sample", "zh": "instance_norm 尚未编写：每个样本的每个通道一个均值和一个方差"}
def instance_norm(x, eps=1e-5):
    """Normalize each channel of each sample over its own positions.

    Args:
        x: floating point tensor of shape (N, C, L) or (N, C, H, W).
        eps: added to the variance.

    Returns:
        A tensor of the shape and dtype of `x`.

    Raises:
        ValueError: a channel of a sample has only one value.

    zh: 对每个样本的每个通道，在它自己的各个位置上归一化。

    参数：
        x: 浮点张量，形状为 (N, C, L) 或 (N, C, H, W)。
        eps: 加到方差上的数。

    返回：
        形状和数据类型与 `x` 相同的张量。

    抛出：
        ValueError: 一个样本的某个通道只有一个数值。
    """
    ### BEGIN SOLUTION
    if x.shape[2:].numel() < 2:
        raise ValueError(f"one value in each channel cannot be normalized: {tuple(x.shape)}")
    axes = list(range(2, x.dim()))
    centered = x - x.mean(axes, keepdim=True)
    variance = (centered**2).mean(axes, keepdim=True)
    return centered / torch.sqrt(variance + eps)
    ### END SOLUTION


# %% examples="instance_norm"
# Two samples with two channels of two values each: whatever the brightness and the contrast, each channel becomes -1 and 1.
# zh: 两个样本各有两个通道，每个通道两个数值：无论亮度和对比度如何，每个通道都变成 -1 和 1。
x = torch.tensor([[[1.0, 3.0], [10.0, 30.0]], [[100.0, 300.0], [-4.0, -2.0]]])
y = instance_norm(x, eps=0.0)
assert torch.allclose(y, torch.tensor([-1.0, 1.0]).expand(2, 2, 2)), y

# %% [markdown] lang="en"
# ## Group normalization
#
# Batch normalization suffers when the batch is small: with two pictures a mean says little. Layer normalization over all
# channels mixes channels that have nothing in common. Group normalization stands between them: the $C$ channels are cut into
# $G$ groups of $C/G$ **neighbouring** channels, and each group of each sample has one mean and one variance.
#
# $$g(c) = \left\lfloor \frac{c}{C / G} \right\rfloor, \qquad
# y_{nchw} = w_c \, \frac{x_{nchw} - \mu_{n,g(c)}}{\sqrt{\sigma_{n,g(c)}^2 + \epsilon}} + b_c$$
#
# Mean and variance of a group are over its $K$ values, and the variance is the biased one:
#
# $$\mu_{n,g} = \frac{1}{K} \sum_{g(c) = g} \sum_{h,w} x_{nchw}, \qquad
# \sigma_{n,g}^2 = \frac{1}{K} \sum_{g(c) = g} \sum_{h,w} (x_{nchw} - \mu_{n,g})^2, \qquad K = \frac{C}{G} \, H W$$
#
# The picture shows which numbers share one mean; each field is the whole $H \times W$ plane of one channel of one sample.
#
# ![four grids of samples by channels: a column for batch, a row for layer, one field for instance, half a row for group normalization](picture:norm_axes)
#
# Its two ends are old friends: $G = C$ is instance normalization, and $G = 1$ is layer normalization over all of
# `(C, H, W)`, apart from the scale. Two things are often believed and wrong: that the groups cut the *batch*, and that
# channel $c$ belongs to group $c \bmod G$. And although the statistics belong to a group, weight and bias belong to each
# **channel**.
#
# Write `group_norm` for any number of axes after the channels, none included. If $C$ is not divisible by $G$, raise
# `ValueError`. Do not call torch's own normalizations.

# %% [markdown] lang="zh"
# ## 组归一化
#
# 批次很小时批归一化就不可靠：只有两张图片，均值说明不了什么。而对所有通道做层归一化，又会把毫不相干的通道混在一起。
# 组归一化（group normalization）介于两者之间：把 $C$ 个通道切成 $G$ 组，每组是 $C/G$ 个**相邻**的通道，
# 每个样本的每一组有一个均值和一个方差。
#
# $$g(c) = \left\lfloor \frac{c}{C / G} \right\rfloor, \qquad
# y_{nchw} = w_c \, \frac{x_{nchw} - \mu_{n,g(c)}}{\sqrt{\sigma_{n,g(c)}^2 + \epsilon}} + b_c$$
#
# 一组的均值和方差在它的 $K$ 个数值上统计，方差是有偏的：
#
# $$\mu_{n,g} = \frac{1}{K} \sum_{g(c) = g} \sum_{h,w} x_{nchw}, \qquad
# \sigma_{n,g}^2 = \frac{1}{K} \sum_{g(c) = g} \sum_{h,w} (x_{nchw} - \mu_{n,g})^2, \qquad K = \frac{C}{G} \, H W$$
#
# 下图显示哪些数值共用一个均值；每一格代表一个样本的一个通道，即整个 $H \times W$ 平面。
#
# ![四个“样本乘通道”的网格：批归一化取一列，层归一化取一行，实例归一化取一格，组归一化取半行](picture:norm_axes)
#
# 它的两端是老朋友：$G = C$ 就是实例归一化；$G = 1$ 除缩放以外就是在整个 `(C, H, W)` 上的层归一化。
# 有两点常被误解：一是以为分组切的是*批次*，二是以为通道 $c$ 属于第 $c \bmod G$ 组。
# 另外，统计量虽属于组，权重和偏置却属于每个**通道**。
#
# 请编写 `group_norm`，通道之后可以有任意多个轴，也可以没有；权重和偏置都可以是 `None`。若 $C$ 不能被 $G$ 整除，则抛出 `ValueError`。
# 不要调用 torch 自带的归一化函数。


# %% exercise="group_norm" uses=["layer_norm", "instance_norm"] stub={"en": "group_norm is not written yet: one mean and one variance for each group of neighbouring channels of each sample", "zh": "group_norm 尚未编写：每个样本的每组相邻通道一个均值和一个方差"}
def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    """Normalize groups of neighbouring channels of each sample.

    Args:
        x: floating point tensor of shape (N, C, *).
        groups: the number of groups, which divides C.
        weight: scale of each channel, shape (C,), or None for no scale.
        bias: shift of each channel, shape (C,), or None for no shift.
        eps: added to the variance.

    Returns:
        A tensor of the shape and dtype of `x`.

    Raises:
        ValueError: C is not divisible by `groups`.

    zh: 对每个样本的各组相邻通道归一化。

    参数：
        x: 浮点张量，形状为 (N, C, *)。
        groups: 组数，能整除 C。
        weight: 每个通道的缩放，形状为 (C,)，None 表示不缩放。
        bias: 每个通道的平移，形状为 (C,)，None 表示不平移。
        eps: 加到方差上的数。

    返回：
        形状和数据类型与 `x` 相同的张量。

    抛出：
        ValueError: C 不能被 `groups` 整除。
    """
    ### BEGIN SOLUTION
    samples, channels = x.shape[:2]
    if channels % groups:
        raise ValueError(f"{channels} channels cannot be cut into {groups} equal groups")
    grouped = x.reshape(samples, groups, -1)
    centered = grouped - grouped.mean(-1, keepdim=True)
    variance = (centered**2).mean(-1, keepdim=True)
    y = (centered / torch.sqrt(variance + eps)).reshape(x.shape)
    per_channel = [-1] + [1] * (x.dim() - 2)
    if weight is not None:
        y = y * weight.reshape(per_channel)
    if bias is not None:
        y = y + bias.reshape(per_channel)
    return y
    ### END SOLUTION


# %% examples="group_norm"
# Two samples with four channels: in the first, 1 and 3 are the first group, 10 and 30 the second.
# zh: 两个样本，各有四个通道：在第一个样本中，1 和 3 是第一组，10 和 30 是第二组。
x = torch.tensor([[1.0, 3.0, 10.0, 30.0], [7.0, 5.0, 0.0, 4.0]])
y = group_norm(x, 2, eps=0.0)
assert torch.allclose(y, torch.tensor([[-1.0, 1.0, -1.0, 1.0], [1.0, -1.0, -1.0, 1.0]])), y
# Scale and shift belong to the channel, not to the group.
# zh: 缩放和平移属于通道，而不属于组。
y = group_norm(x[:1], 2, weight=torch.tensor([1.0, 2.0, 3.0, 4.0]), bias=torch.tensor([0.0, 0.0, 0.0, 5.0]), eps=0.0)
assert torch.allclose(y, torch.tensor([[-1.0, 2.0, -3.0, 9.0]])), y

# %% [markdown] lang="en"
# ## Dropout
#
# Dropout sets each activation to zero with probability $p$, so that no unit can rely on another. The survivors are scaled up:
#
# $$y = \frac{m \odot x}{1 - p}, \qquad m_i \sim \mathrm{Bernoulli}(1 - p)$$
#
# so that the expected value of $y$ is $x$. This is **inverted** dropout, and it is what torch does: it scales in training,
# and at inference the layer does nothing at all. Often one reads that the *weights* are multiplied by the keep probability
# at inference; that belongs to the first paper, in which nothing was scaled in training. Mixing both scales twice. Note also
# that $p$ is the probability to **drop**; some courses write $p$ for the probability to keep.
#
# Write `dropout` for a mask that is given. With $p = 1$ everything is dropped: the result is zeros, not NaN. Do not call
# torch's own dropout.

# %% [markdown] lang="zh"
# ## Dropout
#
# Dropout 以概率 $p$ 把每个激活置零，使任何神经元都不能依赖另一个。幸存的激活会被放大：
#
# $$y = \frac{m \odot x}{1 - p}, \qquad m_i \sim \mathrm{Bernoulli}(1 - p)$$
#
# 这样 $y$ 的期望就等于 $x$。这称为**反向 dropout**（inverted dropout），也正是 torch 的做法：训练时缩放，推理时这一层什么都不做。
# 人们常说推理时要把*权重*乘以保留概率，那是最初论文里的做法，那里训练时不缩放；两者混用就缩放了两次。
# 还要注意 $p$ 是**丢弃**的概率，而有些课程用 $p$ 表示保留的概率。
#
# 请为给定的掩码编写 `dropout`，掩码可以是任意 dtype。当 $p = 1$ 时全部丢弃：结果是零，而不是 NaN。$p$ 不在 $[0, 1]$ 内时，
# 应抛出 `ValueError`。不要调用 torch 自带的 dropout。


# %% exercise="dropout" stub={"en": "dropout is not written yet: keep what the mask keeps, and scale it", "zh": "dropout 尚未编写：保留掩码所保留的元素，并缩放"}
def dropout(x, p, mask):
    """Apply inverted dropout with a given mask.

    Args:
        x: activations, a floating point tensor of any shape.
        p: the probability with which an element is dropped, in [0, 1].
        mask: 1 where an element is kept and 0 where it is dropped, the shape of `x`, of any dtype.

    Returns:
        A tensor of the shape and dtype of `x`.

    Raises:
        ValueError: p is not in [0, 1].

    zh: 用给定的掩码做反向 dropout。

    参数：
        x: 激活，浮点张量，形状任意。
        p: 一个元素被丢弃的概率，在 [0, 1] 内。
        mask: 元素保留处为 1，丢弃处为 0，形状与 `x` 相同，数据类型任意。

    返回：
        形状和数据类型与 `x` 相同的张量。

    抛出：
        ValueError: p 不在 [0, 1] 内。
    """
    ### BEGIN SOLUTION
    if not 0 <= p <= 1:
        raise ValueError(f"p is a probability, not {p}")
    if p == 1:
        return torch.zeros_like(x)
    return x * mask.to(x.dtype) / (1 - p)
    ### END SOLUTION


# %% examples="dropout"
# Three of four activations are dropped; the other is four times as large.
# zh: 四个激活中有三个被丢弃；剩下的一个变成四倍。
y = dropout(torch.tensor([1.0, 2.0, 3.0, 4.0]), p=0.75, mask=torch.tensor([0.0, 0.0, 1.0, 0.0]))
assert torch.allclose(y, torch.tensor([0.0, 0.0, 12.0, 0.0])), y

# %% [markdown] lang="en"
# ## Dropout as a layer
#
# A layer draws its own mask, and it knows whether it is being trained. In training it draws, **anew in every call and for every
# element of the batch on its own**, whether the element is kept:
#
# $$y_i = \begin{cases} \dfrac{x_i}{1 - p} & \text{if } u_i \ge p \\ 0 & \text{otherwise} \end{cases}
# \qquad u_i \sim \mathrm{Uniform}[0, 1)$$
#
# At inference it returns its input. Every `torch.nn.Module` has an attribute `training`, which `train()` and `eval()` switch;
# your class inherits all three.
#
# ![in training half of the bars are zero and the others twice as high, at inference all have their own height; the mean is the same](picture:inverted_dropout)
#
# Forgetting `eval()` is one of the commonest mistakes in practice: predictions then differ from call to call. It is often
# believed that `torch.no_grad()` switches dropout off; it does not, it only stops the recording of gradients. And one mask
# for the whole batch would be too little noise: all samples would lose the same units.
#
# Random numbers should be reproducible where that is wanted. If the layer is given a `torch.Generator`, it draws from that
# one and from nothing else (`torch.rand(…, generator=…)`); with `None` it draws from torch's default generator. Never set a
# seed in a layer.
#
# Write `Dropout`. Neither torch's dropout functions nor its dropout modules may be called. With $p = 1$ everything is
# dropped: zeros, not NaN.

# %% [markdown] lang="zh"
# ## 作为层的 Dropout
#
# 一个层要自己抽取掩码，也要知道自己是否处于训练中。训练时，它**每次调用都重新抽取、并对批次中的每个元素独立抽取**是否保留：
#
# $$y_i = \begin{cases} \dfrac{x_i}{1 - p} & \text{若 } u_i \ge p \\ 0 & \text{其他} \end{cases}
# \qquad u_i \sim \mathrm{Uniform}[0, 1)$$
#
# 推理时，它原样返回输入。每个 `torch.nn.Module` 都有属性 `training`，由 `train()` 和 `eval()` 切换；你的类会继承这三者。
#
# ![训练时一半的柱子为零，其余加倍；推理时所有柱子保持原高；平均值相同](picture:inverted_dropout)
#
# 忘记调用 `eval()` 是实践中最常见的错误之一：每次预测的结果都会不同。人们常以为 `torch.no_grad()` 会关闭 dropout，
# 其实不会，它只是不再记录梯度。另外，整个批次共用一个掩码噪声太少：所有样本会丢掉同样的神经元。
#
# 需要时，随机数应当可以复现。若给了这一层一个 `torch.Generator`，它就只从这个生成器中抽取（`torch.rand(…, generator=…)`）；
# 若为 `None`，则从 torch 的默认生成器中抽取。切勿在层里设置随机种子。
#
# 请编写 `Dropout`，不得调用 torch 自带的 dropout 函数或模块。当 $p = 1$ 时全部丢弃：结果是零，而不是 NaN。
# $p$ 不在 $[0, 1]$ 内时，构造时就应抛出 `ValueError`。


# %% exercise="Dropout" uses=["dropout"] stub={"en": "Dropout is not written yet: a new mask in every call of training, the input itself at inference", "zh": "Dropout 尚未编写：训练时每次调用用新的掩码，推理时返回输入本身"}
class Dropout(torch.nn.Module):
    """Inverted dropout, active in training only.

    Args:
        p: the probability with which an element is dropped, in [0, 1].
        generator: a torch.Generator to draw the masks from; None for torch's default generator.

    Raises:
        ValueError: p is not in [0, 1].

    zh: 反向 dropout，只在训练时起作用。

    参数：
        p: 一个元素被丢弃的概率，在 [0, 1] 内。
        generator: 用来抽取掩码的 torch.Generator；None 表示 torch 的默认生成器。

    抛出：
        ValueError: p 不在 [0, 1] 内。
    """

    def __init__(self, p=0.5, generator=None):
        super().__init__()
        ### BEGIN SOLUTION
        if not 0 <= p <= 1:
            raise ValueError(f"p is a probability, not {p}")
        self.p = p
        self.generator = generator
        ### END SOLUTION

    def forward(self, x):
        """Drop elements of `x`, a floating point tensor of any shape; returns one of its shape and dtype.

        zh: 丢弃 `x` 的一些元素，`x` 是形状任意的浮点张量；返回形状和数据类型与它相同的张量。
        """
        ### BEGIN SOLUTION
        if not self.training:
            return x
        dropped = torch.rand(x.shape, generator=self.generator) < self.p
        scale = 0.0 if self.p == 1 else 1 / (1 - self.p)
        return x.masked_fill(dropped, 0.0) * scale
        ### END SOLUTION


# %% examples="Dropout"
layer = Dropout(p=0.75)
x = torch.arange(1.0, 101.0)
y = layer(x)  # a new layer is in training mode
# zh: 新建的层处于训练模式
assert y.shape == x.shape, f"the shape should be {tuple(x.shape)}, not {tuple(y.shape)}"
# zh: 形状应为 {tuple(x.shape)}，而不是 {tuple(y.shape)}
assert torch.allclose(y[y > 0], 4 * x[y > 0]), "what is kept should be divided by 1 - p = 0.25"
# zh: 保留的数应除以 1 - p = 0.25
assert 5 < (y > 0).sum() < 50, f"about 25 of 100 elements should be kept, not {(y > 0).sum()}"
# zh: 100 个元素中应保留约 25 个，而不是 {(y > 0).sum()} 个
layer.eval()
assert torch.allclose(layer(x), x), "at inference nothing should change"
# zh: 推理时不应有任何变化

# %% [markdown] lang="en"
# ## Batch normalization as a layer
#
# At inference there may be a single picture, and its result must not depend on what else is in the batch. So the layer
# remembers, while it trains, what the statistics are on average. With batch mean $\mu_B$, biased batch variance
# $\sigma_B^2$, $M$ values in each channel ($N$, or $N \cdot H \cdot W$) and momentum $m$, every training batch updates
#
# $$\mu \leftarrow (1 - m)\, \mu + m\, \mu_B, \qquad v \leftarrow (1 - m)\, v + m\, \frac{M}{M - 1}\, \sigma_B^2$$
#
# and at inference these two are used, and left as they are:
#
# $$y = \gamma_c \, \frac{x - \mu_c}{\sqrt{v_c + \epsilon}} + \beta_c$$
#
# Note the two variances. In training the batch is normalized with the **biased** one; what is stored is the **unbiased**
# one, an estimate for all data. The name momentum misleads as well: here $m = 0.1$ is the share of the **new** batch, while
# in other courses and libraries it is the share of the old value. The reversed rule forgets almost everything at each step:
#
# ![with m = 0.1 the running mean rises slowly towards the batch mean, with the rule reversed it is there after two steps](picture:momentum)
#
# The layer is a `torch.nn.Module` and exchanges its state with torch's: parameters `weight` (ones, $\gamma$) and `bias`
# (zeros, $\beta$), and buffers (`register_buffer`) `running_mean` (zeros), `running_var` (ones) and `num_batches_tracked`
# (`torch.tensor(0)`, how many batches it was trained on). The running statistics take no part in the gradient: update them
# under `torch.no_grad()`.
#
# With a single value in each channel the unbiased variance is 0/0: raise `ValueError` in training. At inference such an
# input is fine. Write `BatchNorm`; do not call torch's own normalizations.

# %% [markdown] lang="zh"
# ## 作为层的批归一化
#
# 推理时可能只有一张图片，而它的结果不应取决于批次里还有什么。因此这一层在训练时要记住统计量的平均水平。设批均值为 $\mu_B$，
# 有偏的批方差为 $\sigma_B^2$，每个通道有 $M$ 个数值（$N$ 或 $N \cdot H \cdot W$），动量（momentum）为 $m$，则每个训练批次都会更新
#
# $$\mu \leftarrow (1 - m)\, \mu + m\, \mu_B, \qquad v \leftarrow (1 - m)\, v + m\, \frac{M}{M - 1}\, \sigma_B^2$$
#
# 推理时使用这两者，并且不再改动它们：
#
# $$y = \gamma_c \, \frac{x - \mu_c}{\sqrt{v_c + \epsilon}} + \beta_c$$
#
# 注意这里有两种方差。训练时用**有偏**方差归一化当前批次；保存下来的却是**无偏**方差，它是对全部数据的估计。
# “动量”这个名字也容易误导：这里的 $m = 0.1$ 是**新**批次所占的比例，而在另一些课程和库里它是旧值所占的比例。
# 如果用反了，每一步几乎都会忘掉之前的一切：
#
# ![m = 0.1 时滑动均值缓慢趋近批均值；规则用反时两步就到了](picture:momentum)
#
# 这一层是 `torch.nn.Module`，并且可以与 torch 的层交换状态：参数 `weight`（全 1，即 $\gamma$）和 `bias`（全 0，即 $\beta$），
# 以及缓冲区（`register_buffer`）`running_mean`（全 0）、`running_var`（全 1）和 `num_batches_tracked`（`torch.tensor(0)`，训练过的批次数）。
# 滑动统计量不参与梯度计算：请在 `torch.no_grad()` 下更新它们。
#
# 若每个通道只有一个数值，无偏方差就是 0/0：训练时请抛出 `ValueError`。推理时这样的输入没有问题。
# 请编写 `BatchNorm`，不要调用 torch 自带的归一化函数。


# %% exercise="BatchNorm" uses=["batch_norm"] stub={"en": "BatchNorm is not written yet: statistics of the batch in training, running statistics at inference", "zh": "BatchNorm 尚未编写：训练时用批次的统计量，推理时用滑动统计量"}
class BatchNorm(torch.nn.Module):
    """Batch normalization that keeps running statistics for inference.

    Args:
        num_features: the number of channels C.
        eps: added to the variance.
        momentum: the share of the new batch in the running statistics.

    zh: 保存滑动统计量供推理使用的批归一化。

    参数：
        num_features: 通道数 C。
        eps: 加到方差上的数。
        momentum: 新批次在滑动统计量中所占的比例。
    """

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.momentum = momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        ### END SOLUTION

    def forward(self, x):
        """Normalize `x`, a floating point tensor of shape (N, C) or (N, C, H, W); returns one of its shape and dtype.

        Raises:
            ValueError: in training, a channel has only one value.

        zh: 归一化 `x`，即形状为 (N, C) 或 (N, C, H, W) 的浮点张量；返回形状和数据类型与它相同的张量。

        抛出：
            ValueError: 训练时某个通道只有一个数值。
        """
        ### BEGIN SOLUTION
        mean, variance = self.running_mean, self.running_var
        if self.training:
            count = x.numel() // x.shape[1]
            if count < 2:
                raise ValueError(f"training needs more than one value in each channel: {tuple(x.shape)}")
            axes = [axis for axis in range(x.dim()) if axis != 1]
            mean, variance = x.mean(axes), x.var(axes, unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * count / (count - 1), self.momentum)
                self.num_batches_tracked += 1
        per_channel = [-1] + [1] * (x.dim() - 2)
        scale = self.weight / torch.sqrt(variance + self.eps)
        return (x - mean.reshape(per_channel)) * scale.reshape(per_channel) + self.bias.reshape(per_channel)
        ### END SOLUTION


# %% examples="BatchNorm"
# One feature with the values 1 and 3: the mean is 2, the biased variance 1, the unbiased variance 2.
# zh: 数值为 1 和 3 的一个特征：均值是 2，有偏方差是 1，无偏方差是 2。
layer = BatchNorm(1, eps=0.0)
y = layer(torch.tensor([[1.0], [3.0]]))
assert torch.allclose(y, torch.tensor([[-1.0], [1.0]])), y
# From 0 a tenth of the way to 2, and from 1 a tenth of the way to 2.
# zh: 从 0 向 2 移动十分之一，从 1 向 2 移动十分之一。
assert torch.allclose(layer.running_mean, torch.tensor([0.2])), layer.running_mean
assert torch.allclose(layer.running_var, torch.tensor([1.1])), layer.running_var
# At inference the running statistics are used, for a single sample too: (1.2 - 0.2) / sqrt(1.1).
# zh: 推理时使用滑动统计量，单个样本也一样：(1.2 - 0.2) / sqrt(1.1)。
layer.eval()
y = layer(torch.tensor([[1.2]]))
assert torch.allclose(y, torch.tensor([[0.95346259]])), y

# %% [markdown] lang="en"
# ## Batch normalization, backwards
#
# Autograd has done this for you so far; now you do it by hand. Given is the gradient $\partial L / \partial y$ of the loss
# with respect to the output, called `dy`. Write $s_c = \sqrt{\sigma_c^2 + \epsilon}$, with the biased variance, and
# $\hat{x} = (x - \mu_c) / s_c$, so that $y = \gamma_c \hat{x} + \beta_c$. Every $\gamma_c$ and $\beta_c$ is used at all
# $M$ places of its channel, and so their gradients are sums:
#
# $$\frac{\partial L}{\partial \beta_c} = \sum_{i=1}^{M} \frac{\partial L}{\partial y_i}, \qquad
# \frac{\partial L}{\partial \gamma_c} = \sum_{i=1}^{M} \frac{\partial L}{\partial y_i} \, \hat{x}_i$$
#
# The input reaches the loss on **three** paths: directly, through the mean, and through the variance.
#
# ![x leads to x-hat directly, through the mean and through the variance; the gradient comes back on all three ways](picture:three_paths)
#
# Summed up they give, with $i$ and the sums over the $M$ values of the channel,
#
# $$\frac{\partial L}{\partial x_i} = \frac{\gamma_c}{s_c} \left( \frac{\partial L}{\partial y_i} - \frac{1}{M} \frac{\partial L}{\partial \beta_c}
# - \frac{\hat{x}_i}{M} \frac{\partial L}{\partial \gamma_c} \right)$$
#
# It is often believed that mean and variance may be taken as constants, which leaves only the first term. But shifting a
# whole channel does not change the output, and neither (for $\epsilon = 0$) does stretching it: so the gradient has no
# component along ones and none along $\hat{x}$. The other two terms take exactly these away. Derive the formula once on
# paper; it is worth it.
#
# Write `batch_norm_backward` for `(N, C)` and `(N, C, H, W)`. Call neither torch's normalizations nor autograd (`backward`,
# `torch.autograd.grad`).

# %% [markdown] lang="zh"
# ## 批归一化的反向计算
#
# 这一步此前都由 autograd 代劳，现在请你亲手完成。已知损失对输出的梯度 $\partial L / \partial y$，记作 `dy`。
# 令 $s_c = \sqrt{\sigma_c^2 + \epsilon}$（其中的方差是有偏的），$\hat{x} = (x - \mu_c) / s_c$，于是 $y = \gamma_c \hat{x} + \beta_c$。
# 每个 $\gamma_c$ 和 $\beta_c$ 都用在该通道的全部 $M$ 个位置上，因此它们的梯度是求和：
#
# $$\frac{\partial L}{\partial \beta_c} = \sum_{i=1}^{M} \frac{\partial L}{\partial y_i}, \qquad
# \frac{\partial L}{\partial \gamma_c} = \sum_{i=1}^{M} \frac{\partial L}{\partial y_i} \, \hat{x}_i$$
#
# 输入通过**三条**路径影响损失：直接影响、经过均值、经过方差。
#
# ![x 直接、经均值、经方差三路通向 x-hat；梯度沿这三条路返回](picture:three_paths)
#
# 三者相加得到（$i$ 与求和都取遍该通道的 $M$ 个数值）
#
# $$\frac{\partial L}{\partial x_i} = \frac{\gamma_c}{s_c} \left( \frac{\partial L}{\partial y_i} - \frac{1}{M} \frac{\partial L}{\partial \beta_c}
# - \frac{\hat{x}_i}{M} \frac{\partial L}{\partial \gamma_c} \right)$$
#
# 人们常以为可以把均值和方差当作常数，那样就只剩第一项。但是，把整个通道平移并不改变输出，（$\epsilon = 0$ 时）拉伸也不改变：
# 因此梯度在全 1 方向上没有分量，在 $\hat{x}$ 方向上也没有，另外两项去掉的正是这两个分量。请在纸上推导一遍，这很值得。
#
# 请为 `(N, C)` 和 `(N, C, H, W)` 编写 `batch_norm_backward`，返回 `(dx, dgamma, dbeta)`。既不要调用 torch 的归一化函数，也不要用 autograd
# （`backward`、`torch.autograd.grad`）。


# %% exercise="batch_norm_backward" without=["torch.Tensor.backward", "torch.autograd.backward", "torch.autograd.grad", "torch.autograd.functional", "torch.func"] uses=["batch_norm"] stub={"en": "batch_norm_backward is not written yet: the gradient returns directly, through the mean and through the variance", "zh": "batch_norm_backward 尚未编写：梯度直接传回，也经过均值和方差传回"}
def batch_norm_backward(dy, x, gamma, eps=1e-5):
    """Compute the gradients of batch normalization as in training.

    Args:
        dy: gradient of the loss with respect to the output, the shape of `x`.
        x: the input of the forward pass, floating point, shape (N, C) or (N, C, H, W).
        gamma: scale of each channel, shape (C,).
        eps: added to the variance.

    Returns:
        A tuple (dx, dgamma, dbeta): the gradients of the input, in its shape, and of scale and shift, of shape (C,), all
        of the dtype of `x`.

    zh: 计算训练时批归一化的梯度。

    参数：
        dy: 损失对输出的梯度，形状与 `x` 相同。
        x: 前向计算的输入，浮点张量，形状为 (N, C) 或 (N, C, H, W)。
        gamma: 每个通道的缩放，形状为 (C,)。
        eps: 加到方差上的数。

    返回：
        元组 (dx, dgamma, dbeta)：输入的梯度，形状与输入相同；缩放和平移的梯度，形状为 (C,)；数据类型都与 `x` 相同。
    """
    ### BEGIN SOLUTION
    axes = [axis for axis in range(x.dim()) if axis != 1]
    per_channel = [-1] + [1] * (x.dim() - 2)
    centered = x - x.mean(axes, keepdim=True)
    std = torch.sqrt((centered**2).mean(axes, keepdim=True) + eps)
    x_hat = centered / std
    dbeta = dy.sum(axes)
    dgamma = (dy * x_hat).sum(axes)
    count = x.numel() // x.shape[1]
    through_mean = dbeta.reshape(per_channel) / count
    through_variance = x_hat * dgamma.reshape(per_channel) / count
    dx = gamma.reshape(per_channel) / std * (dy - through_mean - through_variance)
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% examples="batch_norm_backward"
# Mean 2, variance 4: x-hat is -1, -1, 1, 1. Only the first output matters to the loss.
# zh: 均值为 2，方差为 4：x-hat 是 -1, -1, 1, 1。只有第一个输出影响损失。
x = torch.tensor([[0.0], [0.0], [4.0], [4.0]])
dy = torch.tensor([[4.0], [0.0], [0.0], [0.0]])
dx, dgamma, dbeta = batch_norm_backward(dy, x, gamma=torch.tensor([3.0]), eps=0.0)
assert torch.allclose(dbeta, torch.tensor([4.0])), dbeta
assert torch.allclose(dgamma, torch.tensor([-4.0])), dgamma
assert torch.allclose(dx, torch.tensor([[3.0], [-3.0], [0.0], [0.0]])), dx

# %% [markdown] lang="en"
# ## What your layers do
#
# The cell below defines `show_layers`. Add a cell of your own beneath it and call `show_layers()` there: it draws three pictures with your functions, in a few seconds. Nothing here is graded; while
# something is not written yet, it only says what.
#
# - At the top stand histograms of the activations after layers 1, 4, 7 and 10 of a network of ten linear layers, each followed by a tanh. Its weights are half as large as they should be ("small") or three times as
#   large ("large"), and nothing is trained. In the other rows one of your normalizations stands before each tanh.
# - Below on the left is one unit behind your `Dropout`, called 2000 times with the same input in training mode. The dashed line is what it gives after `eval()`.
# - Below on the right your `BatchNorm` has been trained on some batches, and is given one and the same sample in 40 batches, each time in other company: in training mode and after `eval()`.
#
# What happens to the signal without normalization, and what is left of the gradient where tanh is flat? What does a larger $p$ change, and what does it leave as it is? Which of the dots would you want
# your customers to see?

# %% [markdown] lang="zh"
# ## 你的各层做了什么
#
# 下面的单元格定义了 `show_layers`。请在它下面自己添加一个单元格，在那里调用 `show_layers()`：它用你的函数画出三幅图，只需几秒钟。这里不评分；若还有未写的内容，它只会指出缺少什么。图中的文字是英文，含义如下：
#
# - 上方是一个网络第 1、4、7、10 层（layer）之后激活的直方图。这个网络有十个线性层，每层之后是 tanh；权重只有合适大小的一半（small），或是合适大小的三倍（large），没有经过训练。其余各行在每个 tanh 之前
#   放了你的一种归一化。
# - 左下是你的 `Dropout` 之后的一个单元：在训练模式下，对同一个输入调用 2000 次。虚线是 `eval()` 之后的值。
# - 右下是你的 `BatchNorm`：先用若干批次训练，再把同一个样本放进 40 个批次，每次的同伴都不同；分别是训练模式（training）和 `eval()` 之后的输出。
#
# 没有归一化时，信号会怎样？在 tanh 平坦的地方，梯度还剩下多少？$p$ 变大时，什么变了，什么没有变？你愿意让客户看到的是哪一种点？

# %%
import io


def activations_of_ten_layers():
    """Run a batch through ten random layers, with and without normalization; returns the activations of layers 1, 4, 7 and 10.

    zh: 让一个批次通过十个随机的层，带归一化和不带归一化；返回第 1、4、7、10 层的激活。
    """
    ones, zeros = torch.ones(100), torch.zeros(100)
    normalizations = {
        "": lambda x: x,
        "batch_norm": lambda x: batch_norm(x, ones, zeros),
        "layer_norm": lambda x: layer_norm(x, (100,)),
        "rms_norm": lambda x: rms_norm(x, ones),
        "group_norm": lambda x: group_norm(x, 5),
    }
    found = {}
    for size, scale, names in [
        ("small", 0.5, ["", "batch_norm", "layer_norm"]),
        ("large", 3, ["", "rms_norm", "group_norm"]),
    ]:
        for name in names:
            draws = torch.Generator().manual_seed(4)
            x, kept = torch.randn(200, 100, generator=draws), []
            for _ in range(10):
                weight = torch.randn(100, 100, generator=draws) * scale / 10
                x = torch.tanh(normalizations[name](x @ weight.T))
                kept.append(x)
            found[f"{size}\n{name}"] = kept[::3]
    return found


def unit_behind_dropout():
    """Call Dropout 2000 times before one unit; returns by p what the unit gives in training, and after eval().

    zh: 在一个单元之前调用 Dropout 2000 次；按 p 返回训练时这个单元的值，以及 eval() 之后的值。
    """
    draws = torch.Generator().manual_seed(5)
    x, weight = torch.rand(50, generator=draws), torch.rand(50, generator=draws) / 12
    found = {}
    for p in (0.1, 0.5, 0.8):
        layer = Dropout(p, draws)
        training = layer(x.expand(2000, 50)) @ weight
        found[p] = training, layer.eval()(x) @ weight
    return found


def one_sample_in_many_batches():
    """Train BatchNorm on 100 batches; returns its output for one sample in 40 batches, in training mode and after eval().

    zh: 用 100 个批次训练 BatchNorm；返回它在 40 个批次中对同一个样本的输出，分别是训练模式和 eval() 之后。
    """
    draws = torch.Generator().manual_seed(6)
    layer = BatchNorm(1)
    for _ in range(100):
        layer(5 + 2 * torch.randn(8, 1, generator=draws))
    batches = [torch.cat([torch.tensor([[7.0]]), 5 + 2 * torch.randn(7, 1, generator=draws)]) for _ in range(40)]
    return {
        "training": [layer.train()(batch)[0].item() for batch in batches],
        "eval()": [layer.eval()(batch)[0].item() for batch in batches],
    }


def draw_layers(activations, unit, sample):
    """Draw the histograms of the activations, the unit behind dropout, and the sample in many batches.

    zh: 画出激活的直方图、dropout 之后的单元，以及许多批次中的同一个样本。
    """
    import IPython.display
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 9), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[7, 3])
    rows = top.subplots(len(activations), 4, sharex=True)
    for row, (name, layers) in zip(rows, activations.items(), strict=True):
        row[0].set_ylabel(name, fontsize="small")
        for axes, x, layer in zip(row, layers, (1, 4, 7, 10), strict=True):
            colour = "C0" if name.endswith("\n") else "C2"
            axes.hist(x.detach().flatten().numpy(), bins=40, range=(-1, 1), histtype="stepfilled", color=colour)
            axes.set(yticks=[], xticks=[-1, 0, 1])
            rows[0][layer // 3].set_title(f"layer {layer}", fontsize="medium")
    left, right = bottom.subplots(1, 2)
    for p, (training, after) in unit.items():
        left.hist(training.detach().numpy(), bins=40, range=(0, 2.5), histtype="step", linewidth=1.5, label=f"p = {p}")
        left.axvline(after.item(), color="black", linestyle="--", linewidth=1)
    left.set_title("a unit behind Dropout", fontsize="medium")
    left.set(yticks=[], xlabel="value of the unit")
    left.legend(fontsize="small")
    for name, values in sample.items():
        right.plot(range(1, 41), values, ".", label=name)
    right.set_title("one sample in BatchNorm", fontsize="medium")
    right.set(xlabel="batch", ylabel="output")
    right.legend(fontsize="small")
    drawing = io.StringIO()
    figure.savefig(drawing, format="svg")
    IPython.display.display(IPython.display.SVG(drawing.getvalue()))


def not_ready():
    """Try each exercise of the picture on next to nothing; one line for each that is not written or that raises.

    zh: 用极小的数据试一遍图中用到的每道练习；尚未编写或抛出异常的，各给出一行。
    """
    x, ones = torch.rand(3, 4), torch.ones(4)
    trials = {
        "batch_norm": lambda: batch_norm(x, ones, ones),
        "layer_norm": lambda: layer_norm(x, (4,)),
        "rms_norm": lambda: rms_norm(x, ones),
        "group_norm": lambda: group_norm(x, 2),
        "Dropout": lambda: Dropout(0.5)(x),
        "BatchNorm": lambda: BatchNorm(4)(x),
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


def show_layers():
    """Draw what the layers do to activations, or say which exercises are missing.

    zh: 画出各层对激活做了什么，或者指出还缺哪些练习。
    """
    waiting = not_ready()
    if waiting:
        print("The pictures are drawn when these exercises are written:", *waiting, sep="\n")
        # zh: 写好下列练习之后，才会画图：
        return
    try:
        draw_layers(activations_of_ten_layers(), unit_behind_dropout(), one_sample_in_many_batches())
    except Exception as error:
        print(f"Your functions do not fit together yet: {type(error).__name__}: {error}")
        # zh: 你的函数彼此还不相配：{type(error).__name__}：{error}


# %% [markdown] lang="en"
# ## In your own words
#
# A colleague fine-tunes a network with batch normalization (torch's defaults) and dropout with $p = 0.5$, on large pictures
# of which only two fit into a batch. The validation loop runs under `torch.no_grad()`; nobody calls `model.eval()`. "No
# gradients, so the model is in inference mode", says the colleague, and wonders why the prediction for one and the same
# picture changes from run to run, and also with the picture beside it. As a remedy the colleague wants to multiply all
# weights after a dropout layer by 0.5 at inference.
#
# Answer in 8 to 12 sentences:
#
# 1. Which of the two effects comes from which layer, why does `torch.no_grad()` not help, and what else did validation
#    change in the model unnoticed? (2 points)
# 2. Is multiplying the weights by 0.5 right? Say what it does to the activations once `model.eval()` is called. (1 point)
# 3. After adding `model.eval()` predictions are stable, but the accuracy is still poor and rises and falls with the batches
#    seen last. What has the batch size of two to do with it, and which normalization would you advise? Say which values it
#    averages over, and what changes for it between training and inference. (2 points)

# %% [markdown] lang="zh"
# ## 用自己的话回答
#
# 一位同事微调一个带批归一化（torch 默认设置）和 dropout（$p = 0.5$）的网络，图片很大，一个批次只放得下两张。
# 验证循环在 `torch.no_grad()` 下运行，但没有人调用 `model.eval()`。同事说：“没有梯度，模型就处于推理模式”，
# 却又奇怪：为什么同一张图片的预测每次运行都不同，而且还随旁边那张图片而变？
# 作为补救，同事打算在推理时把每个 dropout 层之后的权重都乘以 0.5。
#
# 请用 8 到 12 句话回答：
#
# 1. 这两种现象分别来自哪一层？为什么 `torch.no_grad()` 不起作用？验证还悄悄改变了模型里的什么？（2 分）
# 2. 把权重乘以 0.5 对吗？请说明调用 `model.eval()` 之后，这样做会使激活怎样。（1 分）
# 3. 加上 `model.eval()` 后预测稳定了，但准确率仍然很差，并随最近见过的批次起伏。这与批大小为二有什么关系？
#    你会建议哪种归一化？请说明它在哪些数值上求平均，以及它在训练与推理之间有何变化。（2 分）

# %% [markdown] written="ps4-written" points=5 lang="en"
# ### BEGIN SOLUTION
# **Model answer.** The change from run to run comes from dropout, which draws a new mask in every call as long as the layer
# is in training mode. The dependence on the other picture comes from batch normalization, which in training mode takes mean
# and variance from the batch at hand. `torch.no_grad()` only stops the recording of the graph; the mode is the attribute
# `training`, which `eval()` switches. Unnoticed, every validation batch also moved `running_mean` and `running_var` (and
# counted up `num_batches_tracked`): data that should only measure has entered the model.
#
# Multiplying by 0.5 is wrong. torch's dropout is inverted: it divides by $1 - p = 0.5$ in training already, so that the
# expected activation is the same with and without it, and in eval mode it is the identity. With the extra factor what the
# next layer receives would be half as large as in training. The rule belongs to the original form of dropout, which does not
# scale in training.
#
# With two pictures the mean and variance of a batch are poor estimates (over few, strongly related values), so each training
# step normalizes with noisy numbers. The running averages with momentum 0.1 are dominated by roughly the last ten to twenty
# batches, that is some 20 to 40 pictures; they fluctuate, and do not fit what the batches in training were normalized with.
# Group normalization is better here: it averages over the pixels and the neighbouring channels of one group within one
# picture, does not look at other pictures, keeps no running statistics, and computes the same in training and at inference.
# (Layer normalization over `(C, H, W)` has the same properties. Freezing the pretrained running statistics is a practical
# alternative.)
#
# **Marking guide.** Question 1: one point for both effects with the right layer; half a point for "`no_grad` concerns the
# graph, `eval` the mode"; half a point for the running statistics that validation changed. Question 2: one point for "wrong,
# because training has scaled already, so that everything would be halved"; half a point for "wrong" with the reason
# incomplete; none for "right". Question 3: one point for noisy batch statistics and hence poor running averages (half for
# only one of the two); one for group or layer normalization with its axes and "the same in training and at inference" (half
# if one of these is missing). Instance normalization counts in full if it is described rightly; frozen statistics count in
# full if it is said that both modes then use the same numbers.
# ### END SOLUTION

# %% [markdown] written="ps4-written" points=5 lang="zh"
# ### BEGIN SOLUTION
# **参考答案。** 每次运行结果不同来自 dropout：只要该层处于训练模式，每次调用都会抽取新的掩码。结果依赖另一张图片则来自批归一化：
# 训练模式下，它用当前批次的均值和方差。`torch.no_grad()` 只是不再记录计算图；模式由属性 `training` 决定，要用 `eval()` 切换。
# 此外，每个验证批次都悄悄更新了 `running_mean` 和 `running_var`（并增加了 `num_batches_tracked`）：
# 本该只用来评估的数据进入了模型。
#
# 乘以 0.5 是错的。torch 的 dropout 是反向 dropout：训练时已经除以 $1 - p = 0.5$，因此有没有它，激活的期望都相同，
# 而在 eval 模式下它是恒等映射。再乘一次，下一层得到的数值就只有训练时的一半。这条规则属于 dropout 最初的形式，那里训练时不缩放。
#
# 只有两张图片时，批次的均值和方差是很差的估计（数值少且彼此相关），每一步训练都在用充满噪声的数做归一化。
# 动量为 0.1 的滑动平均主要由最近十到二十个批次决定，也就是大约 20 到 40 张图片；它会起伏，与训练时各批次实际使用的统计量也不相符。
# 这里更适合用组归一化：它在一张图片之内，对一组相邻通道及其全部像素求平均，不看其他图片，不保存滑动统计量，
# 训练与推理的计算完全相同。（在 `(C, H, W)` 上的层归一化也有这些性质。冻结预训练得到的滑动统计量是另一种实用的办法。）
#
# **评分标准。** 第 1 问：两种现象都对应到正确的层得 1 分；指出“`no_grad` 管的是计算图，`eval` 管的是模式”得半分；
# 指出验证改变了滑动统计量得半分。第 2 问：答出“错，因为训练时已经缩放过，这样一切都会减半”得 1 分；只答“错”而理由不完整得半分；
# 答“对”不得分。第 3 问：指出批统计量噪声大、因而滑动平均也差，得 1 分（只说其一得半分）；建议组归一化或层归一化，
# 并说明统计的轴以及“训练与推理相同”，得 1 分（缺其一得半分）。建议实例归一化且描述正确的给满分；
# 建议冻结统计量，并指出此时两种模式使用同样的数值的，也给满分。
# ### END SOLUTION
