"""Wrong solutions that students write for problem set 4, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "batch_norm",
    hint="Normalize with the biased variance: divide by the number of values in a channel, not by one less.",
    costs=3,
)
def unbiased_variance(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(axes, keepdim=True)
    var = x.var(axes, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm", hint="Add eps to the variance, under the root, and not to the standard deviation.", costs=2
)
def eps_outside_the_root(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(axes, keepdim=True)
    std = x.var(axes, unbiased=False, keepdim=True).sqrt()
    return (x - mean) / (std + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm",
    hint="Take the statistics of each channel over all samples, not over the channels of each sample.",
    passes_examples=False,
    costs=5,
)
def over_the_channels(x, gamma, beta, eps=1e-5):
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(1, keepdim=True)
    var = x.var(1, unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "batch_norm", hint="For pictures the mean of a channel is over batch, height and width together.", costs=4
)
def over_the_batch_only(x, gamma, beta, eps=1e-5):
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    mean = x.mean(0, keepdim=True)
    var = x.var(0, unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception("batch_norm", hint="Mean and variance depend on x too: let the gradient flow through them.", costs=4)
def statistics_without_gradient(x, gamma, beta, eps=1e-5):
    axes = [0] if x.dim() == 2 else [0, 2, 3]
    shape = [1, -1] if x.dim() == 2 else [1, -1, 1, 1]
    with torch.no_grad():
        mean = x.mean(axes, keepdim=True)
        var = x.var(axes, unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps) * gamma.view(shape) + beta.view(shape)


@misconception(
    "dropout",
    hint="The survivors grow: divide by the keep probability 1 - p in training.",
    passes_examples=False,
    costs=4,
)
def scales_by_keep_probability(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask * (1 - p)


@misconception(
    "dropout", hint="Dividing by p is right for p = 0.5 by chance: divide by 1 - p.", passes_examples=False, costs=4
)
def scales_by_drop_probability(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask.to(x.dtype) / p


@misconception(
    "dropout",
    hint="Scale in training: divide what is kept by 1 - p, so that the expected value stays the same.",
    passes_examples=False,
    costs=5,
)
def no_scaling(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask


@misconception("dropout", hint="For p = 1 everything is dropped: return zeros instead of dividing 0 by 0.", costs=1)
def divides_by_zero(x, p, mask):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    return x * mask.to(x.dtype) / torch.tensor(1 - p, dtype=x.dtype)


@misconception(
    "dropout",
    hint="p is the probability to drop, not to keep: divide by 1 - p, and drop nothing for p = 0.",
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
    hint="Each sample is normalized on its own: take mean and variance over its last axes, not over the batch.",
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
    hint="normalized_shape may name several axes: take one mean over all of them, not over the last only.",
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
    hint="Normalize with the biased variance: divide by the number of values, not by one less.",
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
    hint="Compute the variance from the differences x - mean: a difference of squares loses its digits.",
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
    hint="RMS normalization does not center: leave the mean where it is.",
    passes_examples=False,
    costs=5,
)
def subtracts_the_mean(x, weight, eps=1e-6):
    centered = x - x.mean(-1, keepdim=True)
    return centered / torch.sqrt((centered**2).mean(-1, keepdim=True) + eps) * weight


@misconception(
    "rms_norm",
    hint="Divide by the root of the mean square, not by the standard deviation: no mean is subtracted anywhere.",
    passes_examples=False,
    costs=4,
)
def divides_by_the_standard_deviation(x, weight, eps=1e-6):
    return x / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps) * weight


@misconception(
    "rms_norm",
    hint="Take the mean of the squares, not their sum: the result is to have a mean square of one.",
    passes_examples=False,
    costs=4,
)
def divides_by_the_norm(x, weight, eps=1e-6):
    return x / torch.sqrt((x**2).sum(-1, keepdim=True) + eps) * weight


@misconception("rms_norm", hint="Add eps to the mean square, under the root, and not to the root itself.", costs=2)
def rms_eps_outside_the_root(x, weight, eps=1e-6):
    return x / ((x**2).mean(-1, keepdim=True).sqrt() + eps) * weight


@misconception(
    "instance_norm",
    hint="Each sample has statistics of its own: leave the batch out of the axes that you average over.",
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
    hint="Each channel is normalized on its own: the mean is not over the channels of a sample.",
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


@misconception("instance_norm", hint="The mean of a picture's channel is over height and width together.", costs=3)
def over_the_width_only(x, eps=1e-5):
    if x[0, 0].numel() == 1:
        raise ValueError("one value only")
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(var + eps)


@misconception(
    "instance_norm",
    hint="Normalize with the biased variance: divide by the number of values, not by one less.",
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
    hint="The groups cut the channels of one sample: every sample has statistics of its own.",
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
    hint="Neighbouring channels form a group: with 4 channels and 2 groups these are channels 0 and 1, and 2 and 3.",
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
    hint="Normalize with the biased variance: divide by the number of values, not by one less.",
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


@misconception("group_norm", hint="A group shares one mean over its channels and all their pixels together.", costs=4)
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
    "group_norm", hint="Look whether the groups divide the channels: the number of all values says too little.", costs=2
)
def does_not_look_at_the_channels(x, groups, weight=None, bias=None, eps=1e-5):
    grouped = x.reshape(x.shape[0], groups, -1)
    mean = grouped.mean(-1, keepdim=True)
    var = ((grouped - mean) ** 2).mean(-1, keepdim=True)
    y = ((grouped - mean) / torch.sqrt(var + eps)).reshape(x.shape)
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    y = y if weight is None else y * weight.reshape(per_channel)
    return y if bias is None else y + bias.reshape(per_channel)


@misconception("Dropout", hint="Drop in training only: look at self.training.", passes_examples=False, costs=7)
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
    hint="Scale in training, by 1 / (1 - p), and leave the input as it is at inference.",
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
    "Dropout", hint="Each sample loses other elements: draw a mask for the whole shape of x, batch included.", costs=4
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
    hint="p is the probability to drop: an element is kept with the probability 1 - p, and divided by it.",
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


@misconception("Dropout", hint="Draw the mask from the generator that the layer was given.", costs=3)
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
    hint="Without a generator draw from torch's default one: with a seed of its own every layer drops the same elements.",
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
    hint="Never set a seed in a layer: it sets back all random numbers of the program, and layers drop the same elements.",
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
    hint="The running variance takes in the unbiased one: multiply by M / (M - 1) before it is stored.",
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
    hint="Normalize the batch with the biased variance; only what is stored is unbiased.",
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
    hint="In torch momentum is the share of the new batch: the old value keeps 1 - momentum.",
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
    hint="A channel of pictures has N times H times W values: that is the count that corrects the running variance, not N.",
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
    hint="In torch momentum is the share of the new batch: the old value keeps 1 - momentum. And besides: the running"
    " variance is the unbiased one, with count / (count - 1).",
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
    hint="At inference the running statistics are used and not updated.",
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
    hint="At inference normalize with the running statistics, not with those of the batch.",
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
    hint="Update the running statistics without gradients: under torch.no_grad(), or from detached values.",
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
    hint="Mean and variance depend on x too: two more paths lead from the output back to x.",
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
    hint="The variance depends on x too: the third path is missing.",
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
    hint="Between y and the normalized values stands gamma: it scales what goes back to x.",
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
    hint="gamma and beta are used at every place of a channel: their gradients are sums and not means.",
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
    hint="gamma multiplies the normalized values: its gradient is made with those, not with x itself.",
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
    hint="A channel of pictures has N times H times W values: divide by that count, not by N, where a mean goes back.",
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
