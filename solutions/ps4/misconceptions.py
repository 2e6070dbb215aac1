"""Wrong solutions that students write for problem set 4, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "batch_norm",
    hint={
        "en": "Normalize with the biased variance: divide by the number of values in a channel, not by one less.",
        "zh": "请用有偏方差归一化：除以通道中数值的个数，而不是少一个。",
    },
    costs=3,
)
def unbiased_variance(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(axes, keepdim=True)
    var = x.var(axes, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm",
    hint={
        "en": "Add eps to the variance, under the root, and not to the standard deviation.",
        "zh": "请把 eps 加到方差上，放在根号里面，而不是加到标准差上。",
    },
    costs=2,
)
def eps_outside_the_root(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(axes, keepdim=True)
    std = x.var(axes, unbiased=False, keepdim=True).sqrt()
    return (x - mean) / (std + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm",
    hint={
        "en": "Take the statistics of each channel over all samples, not over the channels of each sample.",
        "zh": "每个通道的统计量要取遍所有样本，而不是取遍每个样本的各个通道。",
    },
    passes_examples=False,
    costs=5,
)
def over_the_channels(x, gamma, beta, eps=1e-5):
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(1, keepdim=True)
    var = x.var(1, unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm",
    hint={
        "en": "For pictures the mean of a channel is over batch, height and width together.",
        "zh": "对图片来说，一个通道的均值要同时取遍批次、高和宽。",
    },
    costs=4,
)
def over_the_batch_only(x, gamma, beta, eps=1e-5):
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(0, keepdim=True)
    var = x.var(0, unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm",
    hint={
        "en": "Mean and variance depend on x too: let the gradient flow through them.",
        "zh": "均值和方差也依赖于 x：请让梯度流过它们。",
    },
    costs=4,
)
def statistics_without_gradient(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    with torch.no_grad():
        mean = x.mean(axes, keepdim=True)
        var = x.var(axes, unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "dropout",
    hint={
        "en": "The survivors grow: divide by the keep probability 1 - p in training.",
        "zh": "保留下来的数应当变大：训练时请除以保留的概率 1 - p。",
    },
    passes_examples=False,
    costs=4,
)
def scales_by_keep_probability(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask * (1 - p)


@misconception(
    "dropout",
    hint={
        "en": "Dividing by p is right for p = 0.5 by chance: divide by 1 - p.",
        "zh": "除以 p 只在 p = 0.5 时碰巧正确：请除以 1 - p。",
    },
    passes_examples=False,
    costs=4,
)
def scales_by_drop_probability(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask.to(x.dtype) / p


@misconception(
    "dropout",
    hint={
        "en": "Scale in training: divide what is kept by 1 - p, so that the expected value stays the same.",
        "zh": "训练时要缩放：请把保留的数除以 1 - p，使期望保持不变。",
    },
    passes_examples=False,
    costs=5,
)
def no_scaling(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask


@misconception(
    "dropout",
    hint={
        "en": "For p = 1 everything is dropped: return zeros instead of dividing 0 by 0.",
        "zh": "p = 1 时全部丢弃：请返回零，而不是用 0 除以 0。",
    },
    costs=1,
)
def divides_by_zero(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask.to(x.dtype) / torch.tensor(1 - p, dtype=x.dtype)


@misconception(
    "dropout",
    hint={
        "en": "p is the probability to drop, not to keep: divide by 1 - p, and drop nothing for p = 0.",
        "zh": "p 是丢弃的概率，而不是保留的概率：请除以 1 - p，p = 0 时什么都不丢弃。",
    },
    passes_examples=False,
    costs=4,
)
def takes_p_as_the_keep_probability(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    if p == 0:
        return torch.zeros_like(x)
    return x * mask.to(x.dtype) / p


@misconception(
    "layer_norm",
    hint={
        "en": "Each sample is normalized on its own: take mean and variance over its last axes, not over the batch.",
        "zh": "每个样本单独归一化：均值和方差要取在它的最后几个轴上，而不是取在批次上。",
    },
    passes_examples=False,
    costs=5,
)
def layer_over_the_batch(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shapes do not fit")
    mean = x.mean(0, keepdim=True)
    var = ((x - mean) ** 2).mean(0, keepdim=True)
    y = (x - mean) / torch.sqrt(var + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


@misconception(
    "layer_norm",
    hint={
        "en": "normalized_shape may name several axes: take one mean over all of them, not over the last only.",
        "zh": "normalized_shape 可以指明多个轴：它们要共用一个均值，而不只是最后一个轴。",
    },
    costs=3,
)
def layer_over_the_last_axis_only(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shapes do not fit")
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    y = (x - mean) / torch.sqrt(var + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


@misconception(
    "layer_norm",
    hint={
        "en": "Normalize with the biased variance: divide by the number of values, not by one less.",
        "zh": "请用有偏方差归一化：除以数值的个数，而不是少一个。",
    },
    passes_examples=False,
    costs=3,
)
def layer_unbiased_variance(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shapes do not fit")
    axes = list(range(-len(shape), 0))
    y = (x - x.mean(axes, keepdim=True)) / torch.sqrt(x.var(axes, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


@misconception(
    "layer_norm",
    hint={
        "en": "Compute the variance from the differences x - mean: a difference of squares loses its digits.",
        "zh": "请用差值 x - mean 计算方差：平方之差会丢失有效数字。",
    },
    costs=2,
)
def layer_variance_as_a_difference_of_squares(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shapes do not fit")
    axes = list(range(-len(shape), 0))
    mean = x.mean(axes, keepdim=True)
    var = (x**2).mean(axes, keepdim=True) - mean**2
    y = (x - mean) / torch.sqrt(var + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


@misconception(
    "rms_norm",
    hint={
        "en": "RMS normalization does not center: leave the mean where it is.",
        "zh": "RMS 归一化不减均值：请让均值留在原处。",
    },
    passes_examples=False,
    costs=5,
)
def subtracts_the_mean(x, weight, eps=1e-6):
    centered = x - x.mean(-1, keepdim=True)
    return centered / torch.sqrt((centered**2).mean(-1, keepdim=True) + eps) * weight


@misconception(
    "rms_norm",
    hint={
        "en": "Divide by the root of the mean square, not by the standard deviation: no mean is subtracted anywhere.",
        "zh": "请除以均方根，而不是标准差：任何地方都不减均值。",
    },
    passes_examples=False,
    costs=4,
)
def divides_by_the_standard_deviation(x, weight, eps=1e-6):
    return x / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps) * weight


@misconception(
    "rms_norm",
    hint={
        "en": "Take the mean of the squares, not their sum: the result is to have a mean square of one.",
        "zh": "请取平方的平均，而不是平方的和：结果的均方值应当是 1。",
    },
    passes_examples=False,
    costs=4,
)
def divides_by_the_norm(x, weight, eps=1e-6):
    return x / torch.sqrt((x**2).sum(-1, keepdim=True) + eps) * weight


@misconception(
    "rms_norm",
    hint={
        "en": "Add eps to the mean square, under the root, and not to the root itself.",
        "zh": "请把 eps 加到均方值上，放在根号里面，而不是加到根号的结果上。",
    },
    costs=2,
)
def rms_eps_outside_the_root(x, weight, eps=1e-6):
    return x / ((x**2).mean(-1, keepdim=True).sqrt() + eps) * weight


@misconception(
    "instance_norm",
    hint={
        "en": "Each sample has statistics of its own: leave the batch out of the axes that you average over.",
        "zh": "每个样本有自己的统计量：求平均的轴中不应有批次。",
    },
    passes_examples=False,
    costs=5,
)
def statistics_of_the_batch(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("one value only")
    axes = [0, *range(2, x.dim())]
    mean = x.mean(axes, keepdim=True)
    var = ((x - mean) ** 2).mean(axes, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)


@misconception(
    "instance_norm",
    hint={
        "en": "Each channel is normalized on its own: the mean is not over the channels of a sample.",
        "zh": "每个通道单独归一化：均值不能取遍一个样本的各个通道。",
    },
    passes_examples=False,
    costs=5,
)
def statistics_of_the_sample(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("one value only")
    axes = list(range(1, x.dim()))
    mean = x.mean(axes, keepdim=True)
    var = ((x - mean) ** 2).mean(axes, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)


@misconception(
    "instance_norm",
    hint={
        "en": "The mean of a picture's channel is over height and width together.",
        "zh": "图片的一个通道，均值要同时取遍高和宽。",
    },
    costs=3,
)
def over_the_width_only(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("one value only")
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)


@misconception(
    "instance_norm",
    hint={
        "en": "Normalize with the biased variance: divide by the number of values, not by one less.",
        "zh": "请用有偏方差归一化：除以数值的个数，而不是少一个。",
    },
    passes_examples=False,
    costs=3,
)
def instance_unbiased_variance(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("one value only")
    axes = list(range(2, x.dim()))
    return (x - x.mean(axes, keepdim=True)) / torch.sqrt(x.var(axes, keepdim=True) + eps)


@misconception(
    "group_norm",
    hint={
        "en": "The groups cut the channels of one sample: every sample has statistics of its own.",
        "zh": "分组切的是一个样本的通道：每个样本有自己的统计量。",
    },
    passes_examples=False,
    costs=5,
)
def groups_across_the_batch(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the groups do not divide the channels")
    grouped = x.reshape(x.shape[0], groups, -1)
    mean = grouped.mean([0, 2], keepdim=True)
    var = ((grouped - mean) ** 2).mean([0, 2], keepdim=True)
    y = ((grouped - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


@misconception(
    "group_norm",
    hint={
        "en": "Neighbouring channels form a group: with 4 channels and 2 groups these are channels 0 and 1, and 2 and 3.",
        "zh": "相邻的通道组成一组：4 个通道分 2 组时，是通道 0 和 1 一组，2 和 3 一组。",
    },
    passes_examples=False,
    costs=4,
)
def interleaved_channels(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the groups do not divide the channels")
    grouped = x.reshape(x.shape[0], x.shape[1] // groups, groups, -1)
    mean = grouped.mean([1, 3], keepdim=True)
    var = ((grouped - mean) ** 2).mean([1, 3], keepdim=True)
    y = ((grouped - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


@misconception(
    "group_norm",
    hint={
        "en": "Normalize with the biased variance: divide by the number of values, not by one less.",
        "zh": "请用有偏方差归一化：除以数值的个数，而不是少一个。",
    },
    passes_examples=False,
    costs=3,
)
def group_unbiased_variance(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the groups do not divide the channels")
    grouped = x.reshape(x.shape[0], groups, -1)
    var = grouped.var(-1, keepdim=True)
    y = ((grouped - grouped.mean(-1, keepdim=True)) / torch.sqrt(var + eps)).reshape(x.shape)
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


@misconception(
    "group_norm",
    hint={
        "en": "A group shares one mean over its channels and all their pixels together.",
        "zh": "一组的所有通道及其全部像素共用一个均值。",
    },
    costs=4,
)
def a_mean_for_each_pixel(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the groups do not divide the channels")
    grouped = x.reshape(x.shape[0], groups, x.shape[1] // groups, -1)
    mean = grouped.mean(2, keepdim=True)
    var = ((grouped - mean) ** 2).mean(2, keepdim=True)
    y = ((grouped - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


@misconception(
    "group_norm",
    hint={
        "en": "Look whether the groups divide the channels: the number of all values says too little.",
        "zh": "请检查通道数能否被组数整除：只看数值的总数是不够的。",
    },
    costs=2,
)
def does_not_look_at_the_channels(x, groups, weight=None, bias=None, eps=1e-5):
    grouped = x.reshape(x.shape[0], groups, -1)
    mean = grouped.mean(-1, keepdim=True)
    var = ((grouped - mean) ** 2).mean(-1, keepdim=True)
    y = ((grouped - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


@misconception(
    "Dropout",
    hint={"en": "Drop in training only: look at self.training.", "zh": "只在训练时丢弃：请查看 self.training。"},
    passes_examples=False,
    costs=7,
)
class ActiveInEval(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p, self.generator = p, generator

    def forward(self, x):
        if self.p == 1:
            return torch.zeros_like(x)
        mask = torch.rand(x.shape, generator=self.generator) >= self.p
        return x * mask / (1 - self.p)


@misconception(
    "Dropout",
    hint={
        "en": "Scale in training, by 1 / (1 - p), and leave the input as it is at inference.",
        "zh": "请在训练时缩放，乘以 1 / (1 - p)；推理时让输入保持不变。",
    },
    passes_examples=False,
    costs=5,
)
class ScalesInEval(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p, self.generator = p, generator

    def forward(self, x):
        if not self.training:
            return x * (1 - self.p)
        mask = torch.rand(x.shape, generator=self.generator) >= self.p
        return x * mask


@misconception(
    "Dropout",
    hint={
        "en": "Each sample loses other elements: draw a mask for the whole shape of x, batch included.",
        "zh": "每个样本丢弃的元素各不相同：请为 x 的整个形状抽取掩码，批次也在内。",
    },
    costs=4,
)
class OneMaskForTheBatch(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p, self.generator = p, generator

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return x * 0
        shape = x.shape[1:] if x.dim() > 1 else x.shape
        mask = torch.rand(shape, generator=self.generator) >= self.p
        return x * mask / (1 - self.p)


@misconception(
    "Dropout",
    hint={
        "en": "p is the probability to drop: an element is kept with the probability 1 - p, and divided by it.",
        "zh": "p 是丢弃的概率：元素以概率 1 - p 保留，并除以它。",
    },
    passes_examples=False,
    costs=5,
)
class TakesPAsTheKeepProbability(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p, self.generator = p, generator

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 0:
            return x * 0
        mask = torch.rand(x.shape, generator=self.generator) < self.p
        return x * mask / self.p


@misconception(
    "Dropout",
    hint={"en": "Draw the mask from the generator that the layer was given.", "zh": "请从给这一层的生成器中抽取掩码。"},
    costs=3,
)
class IgnoresTheGenerator(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return x * 0
        mask = torch.rand(x.shape) >= self.p
        return x * mask / (1 - self.p)


@misconception(
    "Dropout",
    hint={
        "en": "Without a generator draw from torch's default one: with a seed of its own every layer drops the same elements.",
        "zh": "没有给出生成器时，请从 torch 的默认生成器中抽取：若各层自带种子，它们会丢弃同样的元素。",
    },
    costs=4,
)
class DefaultGeneratorOfItsOwn(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p = p
        self.generator = generator or torch.Generator().manual_seed(0)

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return x * 0
        mask = torch.rand(x.shape, generator=self.generator) >= self.p
        return x * mask / (1 - self.p)


@misconception(
    "Dropout",
    hint={
        "en": "Never set a seed in a layer: it sets back all random numbers of the program, and layers drop the same elements.",
        "zh": "切勿在层里设置随机种子：它会把整个程序的随机数都重置，各层也会丢弃同样的元素。",
    },
    costs=4,
)
class SetsTheSeed(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p, self.generator = p, generator
        torch.manual_seed(0)

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return x * 0
        mask = torch.rand(x.shape, generator=self.generator) >= self.p
        return x * mask / (1 - self.p)


@misconception(
    "BatchNorm",
    hint={
        "en": "The running variance takes in the unbiased one: multiply by M / (M - 1) before it is stored.",
        "zh": "滑动方差记录的是无偏方差：保存之前请乘以 M / (M - 1)。",
    },
    passes_examples=False,
    costs=4,
)
class BiasedRunningVariance(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        count = x.numel() // x.shape[1]
        if self.training and count < 2:
            raise ValueError("one value in a channel")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            with torch.no_grad():
                m = self.momentum
                self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
                self.running_var.copy_((1 - m) * self.running_var + m * var)
                self.num_batches_tracked += 1
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "BatchNorm",
    hint={
        "en": "Normalize the batch with the biased variance; only what is stored is unbiased.",
        "zh": "请用有偏方差归一化当前批次；只有保存下来的才是无偏的。",
    },
    passes_examples=False,
    costs=4,
)
class UnbiasedBatchVariance(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        count = x.numel() // x.shape[1]
        if self.training and count < 2:
            raise ValueError("one value in a channel")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axes), x.var(axes)
            with torch.no_grad():
                m = self.momentum
                self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
                self.running_var.copy_((1 - m) * self.running_var + m * var)
                self.num_batches_tracked += 1
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "BatchNorm",
    hint={
        "en": "In torch momentum is the share of the new batch: the old value keeps 1 - momentum.",
        "zh": "在 torch 中，动量是新批次所占的比例：旧值保留 1 - momentum。",
    },
    passes_examples=False,
    costs=4,
)
class MomentumReversed(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        count = x.numel() // x.shape[1]
        if self.training and count < 2:
            raise ValueError("one value in a channel")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            with torch.no_grad():
                m = 1 - self.momentum
                self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
                self.running_var.copy_((1 - m) * self.running_var + m * var * count / (count - 1))
                self.num_batches_tracked += 1
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "BatchNorm",
    hint={
        "en": "A channel of pictures has N times H times W values: that is the count that corrects the running variance, not N.",
        "zh": "图片的一个通道有 N 乘以 H 乘以 W 个数值：修正滑动方差要用这个个数，而不是 N。",
    },
    costs=2,
)
class CountsSamplesOnly(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        if self.training and x.numel() // x.shape[1] < 2:
            raise ValueError("one value in a channel")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            count = len(x)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * count / max(count - 1, 1), self.momentum)
                self.num_batches_tracked += 1
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "BatchNorm",
    hint={
        "en": (
            "In torch momentum is the share of the new batch: the old value keeps 1 - momentum. And besides: the running"
            " variance is the unbiased one, with count / (count - 1)."
        ),
        "zh": "在 torch 中，动量是新批次所占的比例：旧值保留 1 - momentum。另外，滑动方差是无偏方差，要乘以 count / (count - 1)。",
    },
    passes_examples=False,
    costs=6,
)
class MomentumReversedAndBiased(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        if self.training and x.numel() // x.shape[1] < 2:
            raise ValueError("one value in a channel")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            with torch.no_grad():
                self.running_mean.copy_(self.momentum * self.running_mean + (1 - self.momentum) * mean)
                self.running_var.copy_(self.momentum * self.running_var + (1 - self.momentum) * var)
                self.num_batches_tracked += 1
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "BatchNorm",
    hint={
        "en": "At inference the running statistics are used and not updated.",
        "zh": "推理时只使用滑动统计量，不更新它们。",
    },
    passes_examples=False,
    costs=5,
)
class UpdatesInEval(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        count = x.numel() // x.shape[1]
        if self.training and count < 2:
            raise ValueError("one value in a channel")
        with torch.no_grad():
            m, mean, var = self.momentum, x.mean(axes), x.var(axes, unbiased=False)
            self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
            self.running_var.copy_((1 - m) * self.running_var + m * var * count / max(count - 1, 1))
            self.num_batches_tracked += 1
        mean, var = self.running_mean.clone(), self.running_var.clone()
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "BatchNorm",
    hint={
        "en": "At inference normalize with the running statistics, not with those of the batch.",
        "zh": "推理时请用滑动统计量归一化，而不是用批次的统计量。",
    },
    passes_examples=False,
    costs=6,
)
class BatchStatisticsInEval(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        count = x.numel() // x.shape[1]
        if self.training and count < 2:
            raise ValueError("one value in a channel")
        mean, var = x.mean(axes), x.var(axes, unbiased=False)
        if self.training:
            with torch.no_grad():
                m = self.momentum
                self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
                self.running_var.copy_((1 - m) * self.running_var + m * var * count / (count - 1))
                self.num_batches_tracked += 1
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "BatchNorm",
    hint={
        "en": "Update the running statistics without gradients: under torch.no_grad(), or from detached values.",
        "zh": "更新滑动统计量时不要记录梯度：放在 torch.no_grad() 之下，或使用 detach 之后的值。",
    },
    costs=3,
)
class KeepsTheGraph(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        axes = [0] if x.dim() == 2 else [0, 2, 3]
        shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
        count = x.numel() // x.shape[1]
        if self.training and count < 2:
            raise ValueError("one value in a channel")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var * count / (count - 1)
            self.num_batches_tracked += 1
        normalized = (x - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return normalized * self.weight.view(shape) + self.bias.view(shape)


@misconception(
    "batch_norm_backward",
    hint={
        "en": "Mean and variance depend on x too: two more paths lead from the output back to x.",
        "zh": "均值和方差也依赖于 x：从输出回到 x 还有另外两条路径。",
    },
    passes_examples=False,
    costs=5,
)
def statistics_as_constants(dy, x, gamma, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(axes, keepdim=True)
    std = torch.sqrt(x.var(axes, unbiased=False, keepdim=True) + eps)
    x_hat = (x - mean) / std
    dgamma, dbeta = (dy * x_hat).sum(axes), dy.sum(axes)
    dx = dy * gamma.view(shape) / std
    return dx, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    hint={
        "en": "The variance depends on x too: the third path is missing.",
        "zh": "方差也依赖于 x：缺少了第三条路径。",
    },
    passes_examples=False,
    costs=4,
)
def variance_as_a_constant(dy, x, gamma, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    count = x.numel() / x.shape[1]
    mean = x.mean(axes, keepdim=True)
    std = torch.sqrt(x.var(axes, unbiased=False, keepdim=True) + eps)
    x_hat = (x - mean) / std
    dgamma, dbeta = (dy * x_hat).sum(axes), dy.sum(axes)
    dx_hat = dy * gamma.view(shape)
    along_ones = dx_hat.sum(axes, keepdim=True) / count
    dx = (dx_hat - along_ones) / std
    return dx, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    hint={
        "en": "Between y and the normalized values stands gamma: it scales what goes back to x.",
        "zh": "y 与归一化后的数值之间还有 gamma：它缩放传回 x 的梯度。",
    },
    passes_examples=False,
    costs=3,
)
def forgets_gamma(dy, x, gamma, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    count = x.numel() / x.shape[1]
    mean = x.mean(axes, keepdim=True)
    std = torch.sqrt(x.var(axes, unbiased=False, keepdim=True) + eps)
    x_hat = (x - mean) / std
    dgamma, dbeta = (dy * x_hat).sum(axes), dy.sum(axes)
    dx_hat = dy
    along_ones = dx_hat.sum(axes, keepdim=True) / count
    along_x = x_hat * (dx_hat * x_hat).sum(axes, keepdim=True) / count
    dx = (dx_hat - along_ones - along_x) / std
    return dx, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    hint={
        "en": "gamma and beta are used at every place of a channel: their gradients are sums and not means.",
        "zh": "gamma 和 beta 用在一个通道的每个位置上：它们的梯度是求和，而不是取平均。",
    },
    passes_examples=False,
    costs=3,
)
def means_in_place_of_sums(dy, x, gamma, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    count = x.numel() / x.shape[1]
    mean = x.mean(axes, keepdim=True)
    std = torch.sqrt(x.var(axes, unbiased=False, keepdim=True) + eps)
    x_hat = (x - mean) / std
    dgamma, dbeta = (dy * x_hat).mean(axes), dy.mean(axes)
    dx_hat = dy * gamma.view(shape)
    along_ones = dx_hat.sum(axes, keepdim=True) / count
    along_x = x_hat * (dx_hat * x_hat).sum(axes, keepdim=True) / count
    dx = (dx_hat - along_ones - along_x) / std
    return dx, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    hint={
        "en": "gamma multiplies the normalized values: its gradient is made with those, not with x itself.",
        "zh": "gamma 乘的是归一化后的数值：它的梯度要用这些数值来算，而不是用 x 本身。",
    },
    passes_examples=False,
    costs=3,
)
def gamma_times_the_raw_input(dy, x, gamma, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    count = x.numel() / x.shape[1]
    mean = x.mean(axes, keepdim=True)
    std = torch.sqrt(x.var(axes, unbiased=False, keepdim=True) + eps)
    x_hat = (x - mean) / std
    dgamma, dbeta = (dy * x).sum(axes), dy.sum(axes)
    dx_hat = dy * gamma.view(shape)
    along_ones = dx_hat.sum(axes, keepdim=True) / count
    along_x = x_hat * (dx_hat * x_hat).sum(axes, keepdim=True) / count
    dx = (dx_hat - along_ones - along_x) / std
    return dx, dgamma, dbeta


@misconception(
    "batch_norm_backward",
    hint={
        "en": "A channel of pictures has N times H times W values: divide by that count, not by N, where a mean goes back.",
        "zh": "图片的一个通道有 N 乘以 H 乘以 W 个数值：平均项传回梯度时要除以这个个数，而不是 N。",
    },
    costs=3,
)
def counts_samples_only(dy, x, gamma, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    centered = x - x.mean(axes, keepdim=True)
    std = torch.sqrt((centered**2).mean(axes, keepdim=True) + eps)
    x_hat = centered / std
    dbeta, dgamma = dy.sum(axes), (dy * x_hat).sum(axes)
    through = dbeta.view(shape) / len(x) + x_hat * dgamma.view(shape) / len(x)
    return gamma.view(shape) / std * (dy - through), dgamma, dbeta


@misconception(
    "batch_norm",
    hint={
        "en": "Each channel has a mean and a variance of its own: do not average over the channels as well.",
        "zh": "每个通道有自己的均值和方差：不要连通道也一起平均。",
    },
    passes_examples=False,
    costs=5,
)
def one_mean_for_all_channels(x, gamma, beta, eps=1e-5):
    shape = [1, -1] + [1] * (x.dim() - 2)
    normalized = (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + eps)
    return normalized * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm",
    hint={
        "en": "Divide by the standard deviation, the root of the variance, and not by the variance itself.",
        "zh": "请除以标准差，即方差的平方根，而不是除以方差本身。",
    },
    costs=4,
)
def divides_by_the_variance(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] + [1] * (x.dim() - 2)
    normalized = (x - x.mean(axes, keepdim=True)) / (x.var(axes, unbiased=False, keepdim=True) + eps)
    return normalized * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm",
    hint={
        "en": "Move the channels to the end before you flatten pictures into rows: a reshape alone mixes the channels.",
        "zh": "把图片展平成行之前，请先把通道移到最后一个轴：只用 reshape 会把各通道混在一起。",
    },
    costs=4,
)
def channels_mixed_by_a_reshape(x, gamma, beta, eps=1e-5):
    rows = x.reshape(-1, x.shape[1])
    mean, variance = rows.mean(0), rows.var(0, unbiased=False)
    return ((rows - mean) / torch.sqrt(variance + eps) * gamma + beta).reshape(x.shape)


@misconception(
    "layer_norm",
    hint={
        "en": "Add eps to the variance, under the root, and divide the variance by the number of values: std divides by one less.",
        "zh": "请把 eps 加到方差上，放在根号里面；方差要除以数值的个数：std 除以的数少一个。",
    },
    passes_examples=False,
    costs=4,
)
def layer_deviation_plus_eps(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shapes do not fit")
    axes = list(range(-len(shape), 0))
    y = (x - x.mean(axes, keepdim=True)) / (x.std(axes, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


@misconception(
    "layer_norm",
    hint={
        "en": "Take one mean over all axes of normalized_shape, and the biased variance, with eps under the root.",
        "zh": "请对 normalized_shape 的所有轴取一个均值，并用有偏方差，eps 放在根号里面。",
    },
    passes_examples=False,
    costs=5,
)
def layer_deviation_of_the_last_axis_plus_eps(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError("the shapes do not fit")
    y = (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


@misconception(
    "instance_norm",
    hint={
        "en": "Each channel of each sample has a mean of its own: do not average over the whole tensor.",
        "zh": "每个样本的每个通道有自己的均值：不要对整个张量取平均。",
    },
    passes_examples=False,
    costs=5,
)
def one_mean_for_everything(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("one value only")
    return (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + eps)


@misconception(
    "instance_norm",
    hint={
        "en": "Add eps to the variance, under the root, and divide the variance by the number of values: std divides by one less.",
        "zh": "请把 eps 加到方差上，放在根号里面；方差要除以数值的个数：std 除以的数少一个。",
    },
    passes_examples=False,
    costs=4,
)
def instance_deviation_plus_eps(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("one value only")
    axes = list(range(2, x.dim()))
    return (x - x.mean(axes, keepdim=True)) / (x.std(axes, keepdim=True) + eps)


@misconception(
    "group_norm",
    hint={
        "en": "Add eps to the variance, under the root, and divide the variance by the number of values: std divides by one less.",
        "zh": "请把 eps 加到方差上，放在根号里面；方差要除以数值的个数：std 除以的数少一个。",
    },
    passes_examples=False,
    costs=4,
)
def group_deviation_plus_eps(x, groups, weight=None, bias=None, eps=1e-5):
    if x.shape[1] % groups:
        raise ValueError("the groups do not divide the channels")
    grouped = x.reshape(x.shape[0], groups, -1)
    y = ((grouped - grouped.mean(-1, keepdim=True)) / (grouped.std(-1, keepdim=True) + eps)).reshape(x.shape)
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


@misconception(
    "Dropout",
    hint={
        "en": "Scale in training: divide what is kept by 1 - p, so that the expected value stays the same.",
        "zh": "请在训练时缩放：把留下的除以 1 - p，使期望值保持不变。",
    },
    passes_examples=False,
    costs=5,
)
class NeverScales(torch.nn.Module):
    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be in [0, 1]")
        self.p, self.generator = p, generator

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape, generator=self.generator) >= self.p)
