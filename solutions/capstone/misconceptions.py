"""Wrong solutions that students write for the capstone, with the hint that each deserves."""

import torch
from torch import nn

from autograder.authoring import misconception


@misconception(
    "accuracy",
    hint={
        "en": "The classes of one image lie in its row: take the largest logit along dim 1, not along the batch.",
        "zh": "一张图像的各个类别在它的那一行中：请沿第 1 维取最大的 logit，而不是沿批次。",
    },
    passes_examples=False,
    costs=3,
)
def largest_of_each_column(logits, target):
    if len(target) == 0 or len(target) != len(logits):
        raise ValueError("the lengths do not fit")
    answers = logits.argmax(0)
    hits = sum(int(answers[row] == target[row]) for row in range(min(len(answers), len(target))))
    return hits / len(target)


@misconception(
    "accuracy",
    hint={
        "en": "Compare answers and targets of the same shape (N,): (N, 1) against (N,) is every answer against every target.",
        "zh": "请在相同的形状 (N,) 下比较回答与目标：(N, 1) 与 (N,) 比较，是每个回答与每个目标都比一次。",
    },
    passes_examples=False,
    costs=3,
)
def every_answer_against_every_target(logits, target):
    if len(target) == 0 or len(target) != len(logits):
        raise ValueError("the lengths do not fit")
    return (logits.argmax(1, keepdim=True) == target).float().mean().item()


@misconception(
    "accuracy",
    hint={
        "en": "Accuracy is a share in [0, 1]: divide the number of right answers by the number of images.",
        "zh": "准确率是 [0, 1] 内的比例：请把答对的个数除以图像的个数。",
    },
    passes_examples=False,
    costs=2,
)
def percent(logits, target):
    if len(target) == 0 or len(target) != len(logits):
        raise ValueError("the lengths do not fit")
    return 100 * (logits.argmax(1) == target).float().mean().item()


@misconception(
    "accuracy",
    hint={
        "en": "Exponentials of large logits overflow and tie: compare the logits themselves, their order is that of the softmax.",
        "zh": "logits 很大时指数会溢出，彼此变得相等：请直接比较 logits，它们的大小次序与 softmax 相同。",
    },
    costs=1,
)
def by_way_of_a_careless_softmax(logits, target):
    if len(target) == 0 or len(target) != len(logits):
        raise ValueError("the lengths do not fit")
    exponentials = logits.exp()
    probabilities = exponentials / exponentials.sum(1, keepdim=True)
    return (probabilities.argmax(1) == target).float().mean().item()


@misconception(
    "confusion_matrix",
    hint={
        "en": "Rows are targets and columns are answers: your matrix is the transposed one.",
        "zh": "行是目标，列是回答：你的矩阵是它的转置。",
    },
    passes_examples=False,
    costs=3,
)
def answers_in_the_rows(predicted, target, classes):
    if len(predicted) != len(target):
        raise ValueError("the lengths do not fit")
    matrix = torch.zeros(classes, classes, dtype=torch.int64)
    for answer, right in zip(predicted.tolist(), target.tolist()):
        if not (0 <= answer < classes and 0 <= right < classes):
            raise ValueError("no such class")
        matrix[answer, right] += 1
    return matrix


@misconception(
    "confusion_matrix",
    hint={
        "en": "Indexing with tensors and += writes each place once: count every occurrence of a pair, not every pair.",
        "zh": "用张量索引再 += 时，每个位置只写入一次：要计的是一对类别的每一次出现，而不是每一种配对。",
    },
    passes_examples=False,
    costs=4,
)
def every_pair_once(predicted, target, classes):
    both = torch.cat([predicted, target])
    if len(predicted) != len(target) or (both < 0).any() or (both >= classes).any():
        raise ValueError("no such class, or the lengths do not fit")
    matrix = torch.zeros(classes, classes, dtype=torch.int64)
    matrix[target, predicted] += 1
    return matrix


@misconception(
    "confusion_matrix",
    hint={
        "en": "The matrix is (classes, classes) whatever occurs in this batch: do not take its size from the largest index.",
        "zh": "无论这一批里出现了什么，矩阵都是 (classes, classes)：不要用最大的下标来决定它的大小。",
    },
    costs=2,
)
def as_large_as_the_largest_index(predicted, target, classes):
    both = torch.cat([predicted, target])
    if len(predicted) != len(target) or (both < 0).any() or (both >= classes).any():
        raise ValueError("no such class, or the lengths do not fit")
    found = int(both.max()) + 1 if len(both) else 0
    return torch.bincount(target * found + predicted, minlength=found**2).reshape(found, found)


@misconception(
    "confusion_matrix",
    hint={
        "en": "An index that is no class would be counted in a cell of another pair: look for it first and raise a ValueError.",
        "zh": "不是任何类别的下标会被计入另一对类别的格子：请先检查，并抛出 ValueError。",
    },
    costs=1,
)
def counts_what_is_no_class(predicted, target, classes):
    cells = (target * classes + predicted).clamp(0, classes**2 - 1)
    return torch.bincount(cells, minlength=classes**2).reshape(classes, classes)


@misconception(
    "standardize_split",
    hint={
        "en": "Split first, then take mean and standard deviation from the training rows alone: the test set has leaked.",
        "zh": "请先划分，再只从训练行求均值和标准差：现在测试集的信息已经泄漏。",
    },
    passes_examples=False,
    costs=7,
)
def statistics_of_all_rows(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size < 1 or test_size >= len(x):
        raise ValueError("the sizes do not fit")
    std = x.std(0, unbiased=False)
    x = (x - x.mean(0)) / torch.where(std == 0, torch.ones_like(std), std)
    order = torch.randperm(len(x), generator=generator)
    test, train = order[:test_size], order[test_size:]
    return x[train], y[train], x[test], y[test]


@misconception(
    "standardize_split",
    hint={
        "en": "Standardize the test set with mean and standard deviation of the training set, not with its own.",
        "zh": "请用训练集的均值和标准差来标准化测试集，而不是用它自己的。",
    },
    costs=6,
)
def test_set_by_its_own_statistics(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size < 1 or test_size >= len(x):
        raise ValueError("the sizes do not fit")

    def standardize(part):
        std = part.std(0, unbiased=False)
        return (part - part.mean(0)) / torch.where(std == 0, torch.ones_like(std), std)

    order = torch.randperm(len(x), generator=generator)
    test, train = order[:test_size], order[test_size:]
    return standardize(x[train]), y[train], standardize(x[test]), y[test]


@misconception(
    "standardize_split",
    hint={
        "en": "A pixel that never changes has the standard deviation 0: divide by 1 there, or 0/0 gives NaN.",
        "zh": "取值始终相同的像素，标准差是 0：此时请除以 1，否则 0/0 会得到 NaN。",
    },
    passes_examples=False,
    costs=3,
)
def divides_by_a_deviation_of_zero(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size < 1 or test_size >= len(x):
        raise ValueError("the sizes do not fit")
    order = torch.randperm(len(x), generator=generator)
    test, train = order[:test_size], order[test_size:]
    mean, std = x[train].mean(0), x[train].std(0, unbiased=False)
    return (x[train] - mean) / std, y[train], (x[test] - mean) / std, y[test]


@misconception(
    "standardize_split",
    hint={
        "en": "With a tiny eps in place of 0 a constant pixel is blown up in the test set: divide by 1 where the deviation is 0.",
        "zh": "用极小的 eps 代替 0，会使这样的像素在测试集中被放大到极大：标准差为 0 时请除以 1。",
    },
    costs=2,
)
def tiny_deviation_in_place_of_zero(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size < 1 or test_size >= len(x):
        raise ValueError("the sizes do not fit")
    order = torch.randperm(len(x), generator=generator)
    test, train = order[:test_size], order[test_size:]
    mean, std = x[train].mean(0), x[train].std(0, unbiased=False).clamp(min=1e-8)
    return (x[train] - mean) / std, y[train], (x[test] - mean) / std, y[test]


@misconception(
    "standardize_split",
    hint={
        "en": "Images and labels must be taken by the same row numbers: here the images are shuffled and the labels are not.",
        "zh": "图像和标签必须用同样的行号取出：这里图像打乱了，标签却没有。",
    },
    costs=6,
)
def labels_left_in_order(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size < 1 or test_size >= len(x):
        raise ValueError("the sizes do not fit")
    x = x[torch.randperm(len(x), generator=generator)]
    train, test = x[test_size:], x[:test_size]
    mean, std = train.mean(0), train.std(0, unbiased=False)
    std = torch.where(std == 0, torch.ones_like(std), std)
    return (train - mean) / std, y[test_size:], (test - mean) / std, y[:test_size]


@misconception(
    "standardize_split",
    hint={
        "en": "The rows stand in an order that means something: draw the test rows at random, with the generator.",
        "zh": "各行的排列次序是有含义的：请用生成器随机抽取测试行。",
    },
    costs=5,
)
def test_set_from_the_end(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size < 1 or test_size >= len(x):
        raise ValueError("the sizes do not fit")
    train, test = x[:-test_size], x[-test_size:]
    mean, std = train.mean(0), train.std(0, unbiased=False)
    std = torch.where(std == 0, torch.ones_like(std), std)
    return (train - mean) / std, y[:-test_size], (test - mean) / std, y[-test_size:]


@misconception(
    "standardize_split",
    hint={
        "en": "Every pixel has a mean and a standard deviation of its own: average over the images only.",
        "zh": "每个像素有自己的均值和标准差：请只对图像取平均。",
    },
    passes_examples=False,
    costs=4,
)
def one_mean_for_all_pixels(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size < 1 or test_size >= len(x):
        raise ValueError("the sizes do not fit")
    order = torch.randperm(len(x), generator=generator)
    test, train = order[:test_size], order[test_size:]
    mean, std = x[train].mean(), x[train].std(unbiased=False)
    return (x[train] - mean) / std, y[train], (x[test] - mean) / std, y[test]


@misconception(
    "TinyCNN",
    hint={
        "en": "Leave the kernel as it is: a convolutional layer multiplies place by place, without turning the kernel around.",
        "zh": "请让卷积核保持原样：卷积层逐个位置相乘，并不翻转卷积核。",
    },
    costs=4,
)
class flips_the_kernel(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            scale = (2 / torch.Size(shape[1:]).numel()) ** 0.5
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def conv(self, x, weight, bias):
        n, c, h, w = x.shape
        padded = torch.zeros(n, c, h + 2, w + 2, dtype=x.dtype)
        padded[:, :, 1:-1, 1:-1] = x
        y = 0
        for u in range(3):
            for v in range(3):
                y = y + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + h, v : v + w], weight[:, :, 2 - u, 2 - v])
        return y + bias[:, None, None]

    def pool(self, x):
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).amax((3, 5))

    def forward(self, x):
        if tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError("not a batch of images")
        x = self.pool(self.conv(x, self.conv1_weight, self.conv1_bias).clamp(min=0))
        x = self.pool(self.conv(x, self.conv2_weight, self.conv2_bias).clamp(min=0))
        return x.flatten(1) @ self.linear_weight.T + self.linear_bias


@misconception(
    "TinyCNN",
    hint={
        "en": "Take the maximum of each 2 x 2 window, not its mean.",
        "zh": "请取每个 2 x 2 窗口的最大值，而不是平均值。",
    },
    passes_examples=False,
    costs=4,
)
class averages_in_place_of_the_maximum(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            scale = (2 / torch.Size(shape[1:]).numel()) ** 0.5
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def conv(self, x, weight, bias):
        n, c, h, w = x.shape
        padded = torch.zeros(n, c, h + 2, w + 2, dtype=x.dtype)
        padded[:, :, 1:-1, 1:-1] = x
        y = 0
        for u in range(3):
            for v in range(3):
                y = y + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + h, v : v + w], weight[:, :, u, v])
        return y + bias[:, None, None]

    def pool(self, x):
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).mean((3, 5))

    def forward(self, x):
        if tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError("not a batch of images")
        x = self.pool(self.conv(x, self.conv1_weight, self.conv1_bias).clamp(min=0))
        x = self.pool(self.conv(x, self.conv2_weight, self.conv2_bias).clamp(min=0))
        return x.flatten(1) @ self.linear_weight.T + self.linear_bias


@misconception(
    "TinyCNN",
    hint={
        "en": "End with the logits: cross-entropy applies the softmax itself, and a second one takes most of the gradient away.",
        "zh": "请以 logits 结束：交叉熵里已经有 softmax，再加一个会使大部分梯度消失。",
    },
    passes_examples=False,
    costs=4,
)
class probabilities_in_place_of_logits(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            scale = (2 / torch.Size(shape[1:]).numel()) ** 0.5
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def conv(self, x, weight, bias):
        n, c, h, w = x.shape
        padded = torch.zeros(n, c, h + 2, w + 2, dtype=x.dtype)
        padded[:, :, 1:-1, 1:-1] = x
        y = 0
        for u in range(3):
            for v in range(3):
                y = y + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + h, v : v + w], weight[:, :, u, v])
        return y + bias[:, None, None]

    def pool(self, x):
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).amax((3, 5))

    def forward(self, x):
        if tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError("not a batch of images")
        x = self.pool(self.conv(x, self.conv1_weight, self.conv1_bias).clamp(min=0))
        x = self.pool(self.conv(x, self.conv2_weight, self.conv2_bias).clamp(min=0))
        logits = x.flatten(1) @ self.linear_weight.T + self.linear_bias
        return torch.softmax(logits, dim=1)


@misconception(
    "TinyCNN",
    hint={
        "en": "Flatten in the order channel, row, column: do not move the channels to the end before.",
        "zh": "请按通道、行、列的次序展平：不要先把通道移到最后。",
    },
    passes_examples=False,
    costs=3,
)
class flattens_with_the_channel_last(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            scale = (2 / torch.Size(shape[1:]).numel()) ** 0.5
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def conv(self, x, weight, bias):
        n, c, h, w = x.shape
        padded = torch.zeros(n, c, h + 2, w + 2, dtype=x.dtype)
        padded[:, :, 1:-1, 1:-1] = x
        y = 0
        for u in range(3):
            for v in range(3):
                y = y + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + h, v : v + w], weight[:, :, u, v])
        return y + bias[:, None, None]

    def pool(self, x):
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).amax((3, 5))

    def forward(self, x):
        if tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError("not a batch of images")
        x = self.pool(self.conv(x, self.conv1_weight, self.conv1_bias).clamp(min=0))
        x = self.pool(self.conv(x, self.conv2_weight, self.conv2_bias).clamp(min=0))
        return x.permute(0, 2, 3, 1).flatten(1) @ self.linear_weight.T + self.linear_bias


@misconception(
    "TinyCNN",
    hint={"en": "Apply ReLU after each of the two convolutions.", "zh": "两个卷积之后都要各做一次 ReLU。"},
    costs=4,
)
class no_relu_after_the_second_convolution(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            scale = (2 / torch.Size(shape[1:]).numel()) ** 0.5
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def conv(self, x, weight, bias):
        n, c, h, w = x.shape
        padded = torch.zeros(n, c, h + 2, w + 2, dtype=x.dtype)
        padded[:, :, 1:-1, 1:-1] = x
        y = 0
        for u in range(3):
            for v in range(3):
                y = y + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + h, v : v + w], weight[:, :, u, v])
        return y + bias[:, None, None]

    def pool(self, x):
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).amax((3, 5))

    def forward(self, x):
        if tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError("not a batch of images")
        x = self.pool(self.conv(x, self.conv1_weight, self.conv1_bias).clamp(min=0))
        x = self.pool(self.conv(x, self.conv2_weight, self.conv2_bias))
        return x.flatten(1) @ self.linear_weight.T + self.linear_bias


@misconception(
    "TinyCNN",
    hint={"en": "Pad with zeros, not with the pixels of the border.", "zh": "请用零填充，而不是用边缘的像素填充。"},
    costs=3,
)
class repeats_the_border(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            scale = (2 / torch.Size(shape[1:]).numel()) ** 0.5
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def conv(self, x, weight, bias):
        h, w = x.shape[2:]
        rows, columns = torch.arange(-1, h + 1).clamp(0, h - 1), torch.arange(-1, w + 1).clamp(0, w - 1)
        padded = x[:, :, rows][:, :, :, columns]
        y = 0
        for u in range(3):
            for v in range(3):
                y = y + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + h, v : v + w], weight[:, :, u, v])
        return y + bias[:, None, None]

    def pool(self, x):
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).amax((3, 5))

    def forward(self, x):
        if tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError("not a batch of images")
        x = self.pool(self.conv(x, self.conv1_weight, self.conv1_bias).clamp(min=0))
        x = self.pool(self.conv(x, self.conv2_weight, self.conv2_bias).clamp(min=0))
        return x.flatten(1) @ self.linear_weight.T + self.linear_bias


@misconception(
    "TinyCNN",
    hint={
        "en": "Compute with the parameters themselves: .data and .detach() give a copy that no gradient reaches.",
        "zh": "请直接用参数本身计算：.data 和 .detach() 得到的副本收不到梯度。",
    },
    costs=6,
)
class weights_detached_from_the_graph(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            scale = (2 / torch.Size(shape[1:]).numel()) ** 0.5
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def conv(self, x, weight, bias):
        n, c, h, w = x.shape
        padded = torch.zeros(n, c, h + 2, w + 2, dtype=x.dtype)
        padded[:, :, 1:-1, 1:-1] = x
        y = 0
        for u in range(3):
            for v in range(3):
                y = y + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + h, v : v + w], weight[:, :, u, v])
        return y + bias[:, None, None]

    def pool(self, x):
        return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).amax((3, 5))

    def forward(self, x):
        if tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError("not a batch of images")
        x = self.pool(self.conv(x, self.conv1_weight.data, self.conv1_bias.data).clamp(min=0))
        x = self.pool(self.conv(x, self.conv2_weight.data, self.conv2_bias.data).clamp(min=0))
        return x.flatten(1) @ self.linear_weight.data.T + self.linear_bias.data


@misconception(
    "train_epoch",
    hint={
        "en": "backward() adds to the gradients that are there: clear them before the backward pass of each batch.",
        "zh": "backward() 是往已有的梯度上加：请在每个批次的反向传播之前清除梯度。",
    },
    costs=6,
)
def gradients_pile_up(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "Take the mean of the loss over the rows of the batch, not the sum.",
        "zh": "损失请对批次中的各行取平均，而不是求和。",
    },
    passes_examples=False,
    costs=4,
)
def sum_over_the_batch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).sum()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "The last batch may be smaller than the others: use it all the same.",
        "zh": "最后一批可能比其他批小：它也要使用。",
    },
    costs=3,
)
def leaves_out_the_last_batch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "Draw a new order of the rows in each epoch, with the generator.",
        "zh": "每个 epoch 请用生成器重新抽取各行的次序。",
    },
    costs=4,
)
def always_in_the_same_order(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.arange(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "Exponentials of large logits overflow: subtract the largest logit of each row first, or use logsumexp.",
        "zh": "logits 很大时指数会溢出：请先减去每一行最大的 logit，或使用 logsumexp。",
    },
    costs=3,
)
def exponentiates_large_logits(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.exp().sum(1).log() - logits[torch.arange(len(rows)), y[rows]]).mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "Cross-entropy takes the logits as they are: with a softmax before it the gradients fade and the network learns badly.",
        "zh": "交叉熵直接接收 logits：前面再加 softmax，梯度会变弱，网络就学得不好。",
    },
    passes_examples=False,
    costs=6,
)
def softmax_before_the_cross_entropy(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows]).exp()
        logits = logits / logits.sum(1, keepdim=True)
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "Record the loss from which the gradients were computed, before the step changes the weights.",
        "zh": "请记录计算梯度所用的那个损失，即更新权重之前的损失。",
    },
    passes_examples=False,
    costs=2,
)
def loss_after_the_step(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        logits = model(x[rows])
        losses.append((logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean().item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "The gradient points to where the loss grows: step against it.",
        "zh": "梯度指向损失增大的方向：请沿它的反方向更新。",
    },
    passes_examples=False,
    costs=5,
)
def steps_up_the_gradient(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p += lr * p.grad
        losses.append(loss.item())
    return losses


@misconception(
    "train_epoch",
    hint={
        "en": "Change the parameters themselves, in place: p = p - ... makes a new tensor that the model does not know.",
        "zh": "请原地修改参数本身：p = p - ... 会创建一个模型看不到的新张量。",
    },
    passes_examples=False,
    costs=6,
)
def new_tensors_in_place_of_the_parameters(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits = model(x[rows])
        loss = (logits.logsumexp(1) - logits[torch.arange(len(rows)), y[rows]]).mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p = p - lr * p.grad
        losses.append(loss.item())
    return losses
