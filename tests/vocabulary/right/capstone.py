# %% accuracy · argmax, comparison, mean
def accuracy(logits, target):
    if logits.shape[0] == 0 or target.shape != logits.shape[:1]:
        raise ValueError("no samples, or not as many targets as rows")
    return (logits.argmax(dim=1) == target).double().mean().item()

# %% accuracy · max with indices, sum, division
def accuracy(logits, target):
    if len(logits) != len(target):
        raise ValueError("targets and rows")
    if len(target) == 0:
        raise ValueError("an empty batch has no accuracy")
    _, answer = torch.max(logits, 1)
    return int(torch.sum(torch.eq(answer, target))) / len(target)

# %% accuracy · a Python loop over lists
def accuracy(logits, target):
    rows, answers = logits.tolist(), target.tolist()
    if not rows or len(rows) != len(answers):
        raise ValueError("as many targets as rows, and at least one")
    right = 0
    for row, t in zip(rows, answers):
        best = max(range(len(row)), key=row.__getitem__)
        right += best == t
    return right / len(rows)

# %% accuracy · NumPy
import numpy as np


def accuracy(logits, target):
    z, t = logits.detach().numpy(), target.numpy()
    if z.shape[0] != t.shape[0] or t.size < 1:
        raise ValueError("shapes")
    return float(np.mean(np.argmax(z, axis=1) == t))

# %% accuracy · topk, no_grad as a decorator
@torch.no_grad()
def accuracy(logits, target):
    n = logits.size(0)
    if n == 0:
        raise ValueError("no samples")
    if target.size(0) != n:
        raise ValueError(f"{target.size(0)} targets for {n} rows")
    answer = logits.topk(1, dim=1).indices.squeeze(1)
    return torch.count_nonzero(answer == target).item() / n

# %% accuracy · stable argsort, walrus, nested function
def accuracy(logits, target):
    def answers(z):
        return torch.argsort(z, dim=-1, descending=True, stable=True)[:, 0]

    if (n := logits.shape[0]) < 1 or n != target.shape[0]:
        raise ValueError("rows and targets do not fit")
    return (answers(logits) - target).eq(0).sum().item() / n

# %% confusion_matrix · bincount of the pairs
def confusion_matrix(predicted, target, classes):
    if predicted.shape != target.shape:
        raise ValueError("not as many answers as targets")
    for indices in (predicted, target):
        if ((indices < 0) | (indices >= classes)).any():
            raise ValueError("an index is not in [0, classes)")
    return torch.bincount(target * classes + predicted, minlength=classes**2).reshape(classes, classes)

# %% confusion_matrix · a loop over the pairs
def confusion_matrix(predicted, target, classes):
    if len(predicted) != len(target):
        raise ValueError("lengths differ")
    matrix = torch.zeros(classes, classes, dtype=torch.int64)
    for j, i in zip(predicted.tolist(), target.tolist()):
        if not (0 <= i < classes and 0 <= j < classes):
            raise ValueError(f"no class {i} or {j}")
        matrix[i, j] += 1
    return matrix

# %% confusion_matrix · index_put with accumulate
def confusion_matrix(predicted, target, classes):
    if predicted.size(0) != target.size(0):
        raise ValueError("answers and targets")
    both = torch.cat([predicted, target])
    if torch.any(both < 0) or torch.any(both >= classes):
        raise ValueError("index out of range")
    matrix = torch.zeros((classes, classes), dtype=torch.long)
    matrix.index_put_((target, predicted), torch.ones_like(target), accumulate=True)
    return matrix

# %% confusion_matrix · product of two comparisons
def confusion_matrix(predicted, target, classes):
    def hot(indices):
        return indices[:, None] == torch.arange(classes)

    rows, columns = hot(target), hot(predicted)
    if len(rows) != len(columns) or not rows.any(1).all() or not columns.any(1).all():
        raise ValueError("indices")
    return torch.einsum("ni,nj->ij", rows.long(), columns.long())

# %% confusion_matrix · NumPy's add.at
import numpy as np


def confusion_matrix(predicted, target, classes):
    p, t = np.asarray(predicted), np.asarray(target)
    if p.shape != t.shape:
        raise ValueError("shapes")
    if np.logical_or(p < 0, p >= classes).any() or np.logical_or(t < 0, t >= classes).any():
        raise ValueError("not a class")
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (t, p), 1)
    return torch.tensor(counts)

# %% confusion_matrix · a Counter, a class with __call__
from collections import Counter


class Confusion:
    def check(self, indices, classes):
        if any(i not in range(classes) for i in indices):
            raise ValueError("an index is outside")

    def __call__(self, predicted, target, classes):
        answers, truths = predicted.tolist(), target.tolist()
        if len(answers) != len(truths):
            raise ValueError("counts differ")
        self.check(answers, classes)
        self.check(truths, classes)
        counted = Counter(zip(truths, answers))
        return torch.tensor([[counted[i, j] for j in range(classes)] for i in range(classes)], dtype=torch.int64)


confusion_matrix = Confusion()

# %% standardize_split · randperm, std without correction
def standardize_split(x, y, test_size, generator=None):
    N = x.shape[0]
    if not 1 <= test_size <= N - 1 or y.shape[0] != N:
        raise ValueError("test_size or labels")
    order = torch.randperm(N, generator=generator)
    test, train = order[:test_size], order[test_size:]
    x_train, x_test = x[train], x[test]
    mean = x_train.mean(dim=0)
    std = x_train.std(dim=0, correction=0)
    std = torch.where((x_train == x_train[0]).all(dim=0), torch.ones_like(std), std)
    return (x_train - mean) / std, y[train], (x_test - mean) / std, y[test]

# %% standardize_split · random keys sorted, a dataclass for the statistics
from dataclasses import dataclass


@dataclass
class Statistics:
    mean: torch.Tensor
    std: torch.Tensor

    @classmethod
    def of(cls, x):
        mean = x.sum(0) / len(x)
        std = ((x - mean) ** 2).mean(0).sqrt()
        constant = x.amax(0) == x.amin(0)
        return cls(mean, std.masked_fill(constant, 1.0))

    def apply(self, x):
        return (x - self.mean) / self.std


def standardize_split(x, y, test_size, generator=None):
    if test_size < 1 or test_size >= len(x):
        raise ValueError(f"test_size should be from 1 to {len(x) - 1}")
    if len(y) != len(x):
        raise ValueError("labels and rows")
    order = torch.rand(len(x), generator=generator, dtype=torch.float64).argsort()
    train, test = torch.split(order, [len(x) - test_size, test_size])
    statistics = Statistics.of(x.index_select(0, train))
    return statistics.apply(x[train]), y[train], statistics.apply(x[test]), y[test]

# %% standardize_split · a shuffle of one's own, in place on copies
def shuffled(n, generator):
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(torch.randint(i + 1, (1,), generator=generator))
        order[i], order[j] = order[j], order[i]
    return order


def standardize_split(x, y, test_size, generator=None):
    n = len(x)
    if len(y) != n:
        raise ValueError("not as many labels as rows")
    if test_size not in range(1, n):
        raise ValueError("test_size")
    order = shuffled(n, generator)
    x, y = x[order], y[order]
    x_train, x_test = x[test_size:].clone(), x[:test_size].clone()
    var, mean = torch.var_mean(x_train, dim=0, unbiased=False)
    same = torch.all(x_train == x_train[:1], dim=0)
    sigma = torch.where(same, 1.0, var).sqrt()
    for part in (x_train, x_test):
        part.sub_(mean).div_(sigma)
    return x_train, y[test_size:], x_test, y[:test_size]

# %% standardize_split · a boolean mask of the test rows, NumPy for the statistics
import numpy as np


def standardize_split(x, y, test_size, generator=None):
    N = x.size(0)
    if y.size(0) != N:
        raise ValueError("labels")
    if test_size < 1 or test_size > N - 1:
        raise ValueError("test_size")
    is_test = torch.zeros(N, dtype=torch.bool)
    is_test[torch.randperm(N, generator=generator)[:test_size]] = True
    train = x[~is_test].numpy()
    mean = train.mean(axis=0, dtype=np.float64)
    std = train.std(axis=0, dtype=np.float64)
    std = np.where(np.ptp(train, axis=0) == 0, 1.0, std)
    standardized = lambda part: torch.from_numpy((part.numpy() - mean) / std).to(x.dtype)
    return standardized(x[~is_test]), y[~is_test], standardized(x[is_test]), y[is_test]

# %% TinyCNN · nine taps, einsum, amax of windows
def conv2d(x, weight, bias):
    N, C, H, W = x.shape
    padded = x.new_zeros(N, C, H + 2, W + 2)
    padded[:, :, 1:-1, 1:-1] = x
    out = bias.reshape(1, -1, 1, 1)
    for u in range(3):
        for v in range(3):
            out = out + torch.einsum("nchw,oc->nohw", padded[:, :, u : u + H, v : v + W], weight[:, :, u, v])
    return out


def relu(x):
    return torch.where(x > 0, x, torch.zeros_like(x))


def max_pool2d(x):
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, 2, W // 2, 2).amax(dim=(3, 5))


def linear(x, weight, bias):
    return x @ weight.T + bias


class TinyCNN(nn.Module):
    """Reads digits: images (N, 1, 8, 8) to logits (N, 10)."""

    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            # He's initialization: variance 2 / fan-in, the number of values that each output adds up
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        if x.dim() != 4 or x.shape[1:] != (1, 8, 8):
            raise ValueError(f"images of shape (N, 1, 8, 8) are wanted, not {tuple(x.shape)}")
        h = max_pool2d(relu(conv2d(x, self.conv1_weight, self.conv1_bias)))
        h = max_pool2d(relu(conv2d(h, self.conv2_weight, self.conv2_bias)))
        return linear(h.flatten(1), self.linear_weight, self.linear_bias)

# %% TinyCNN · F.pad, as_strided windows, tensordot
from torch.nn.functional import pad


def conv2d(x, weight, bias):
    x = pad(x, (1, 1, 1, 1)).contiguous()
    n, c, h, w = x.shape
    a, b, d, e = x.stride()
    windows = x.as_strided((n, c, h - 2, w - 2, 3, 3), (a, b, d, e, d, e))
    return torch.tensordot(windows, weight, dims=([1, 4, 5], [1, 2, 3])).permute(0, 3, 1, 2) + bias[:, None, None]


def relu(x):
    return x * (x > 0)


def max_pool2d(x):
    rows = torch.maximum(x[:, :, 0::2], x[:, :, 1::2])
    return torch.maximum(rows[..., 0::2], rows[..., 1::2])


def linear(x, weight, bias):
    return torch.addmm(bias, x, weight.t())


class TinyCNN(nn.Module):
    """Reads digits: images (N, 1, 8, 8) to logits (N, 10)."""

    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            # He's initialization: variance 2 / fan-in, the number of values that each output adds up
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def stage(self, x, number):
        w, b = getattr(self, f"conv{number}_weight"), getattr(self, f"conv{number}_bias")
        return max_pool2d(relu(conv2d(x, w, b)))

    def forward(self, x):
        if tuple(x.shape) != (x.shape[0] if x.ndim else 0, 1, 8, 8):
            raise ValueError("the shape of x is not (N, 1, 8, 8)")
        for number in (1, 2):
            x = self.stage(x, number)
        return linear(x.reshape(len(x), 64), self.linear_weight, self.linear_bias)


_layer = torch.nn.Conv2d(1, 8, 3, padding=1)
_x = torch.randn(2, 1, 8, 8)
print(torch.allclose(conv2d(_x, _layer.weight, _layer.bias), _layer(_x), atol=1e-5))

# %% TinyCNN · patches by index, bmm-like product, max by name
def conv2d(x, weight, bias):
    n, c, h, w = x.shape
    rows = torch.arange(h)[:, None, None, None] + torch.arange(3)[None, None, :, None]
    columns = torch.arange(w)[None, :, None, None] + torch.arange(3)[None, None, None, :]
    ring = torch.cat([x.new_zeros(n, c, 1, w), x, x.new_zeros(n, c, 1, w)], dim=2)
    side = ring.new_zeros(n, c, h + 2, 1)
    ring = torch.cat([side, ring, side], dim=3)
    patches = ring[:, :, rows, columns]  # (n, c, h, w, 3, 3)
    patches = patches.permute(0, 2, 3, 1, 4, 5).reshape(n, h * w, c * 9)
    out = patches @ weight.reshape(len(weight), -1).T + bias
    return out.transpose(1, 2).reshape(n, len(weight), h, w)


def relu(x):
    return (x + x.abs()) / 2


def max_pool2d(x):
    quarters = torch.stack([x[..., i::2, j::2] for i in range(2) for j in range(2)])
    return quarters.max(dim=0).values


def linear(x, weight, bias):
    return torch.einsum("nf,of->no", x, weight) + bias


class TinyCNN(nn.Module):
    """Reads digits: images (N, 1, 8, 8) to logits (N, 10)."""

    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            # He's initialization: variance 2 / fan-in, the number of values that each output adds up
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        match tuple(x.shape):
            case (_, 1, 8, 8):
                pass
            case shape:
                raise ValueError(f"cannot read images of shape {shape}")
        for w, b in ((self.conv1_weight, self.conv1_bias), (self.conv2_weight, self.conv2_bias)):
            x = max_pool2d(relu(conv2d(x, w, b)))
        return linear(torch.flatten(x, start_dim=1), self.linear_weight, self.linear_bias)

# %% TinyCNN · loops over the places into a buffer, clamp, forward as a composition
def conv2d(x, weight, bias):
    N, C, H, W = x.shape
    big = torch.zeros(N, C, H + 2, W + 2, dtype=x.dtype)
    big[:, :, 1 : H + 1, 1 : W + 1] = x
    out = torch.empty(N, weight.shape[0], H, W, dtype=x.dtype)
    for i in range(H):
        for j in range(W):
            patch = big[:, None, :, i : i + 3, j : j + 3]
            out[:, :, i, j] = (patch * weight).sum(dim=(2, 3, 4)) + bias
    return out


def relu(x):
    return x.clamp(min=0)


def max_pool2d(x):
    h = x.unflatten(3, (x.shape[3] // 2, 2)).amax(4)
    return h.unflatten(2, (x.shape[2] // 2, 2)).amax(3)


def linear(x, weight, bias):
    return torch.matmul(x, weight.transpose(0, 1)).add(bias)


class TinyCNN(nn.Module):
    """Reads digits: images (N, 1, 8, 8) to logits (N, 10)."""

    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            # He's initialization: variance 2 / fan-in, the number of values that each output adds up
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        if x.ndim != 4 or list(x.shape)[1:] != [1, 8, 8]:
            raise ValueError("x should have the shape (N, 1, 8, 8)")
        steps = [
            lambda h: conv2d(h, self.conv1_weight, self.conv1_bias),
            relu,
            max_pool2d,
            lambda h: conv2d(h, self.conv2_weight, self.conv2_bias),
            relu,
            max_pool2d,
            lambda h: linear(h.reshape(h.size(0), -1) if len(h) else h.reshape(0, 64), self.linear_weight, self.linear_bias),
        ]
        for step in steps:
            x = step(x)
        return x

# %% train_epoch · randperm, logsumexp, backward
def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    if len(x) != len(y):
        raise ValueError("not as many labels as rows")
    parameters = list(model.parameters())
    order = torch.randperm(len(x), generator=generator)
    losses = []
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        logits, target = model(x[rows]), y[rows]
        loss = (torch.logsumexp(logits, dim=1) - logits[torch.arange(len(rows)), target]).mean()
        for p in parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses

# %% train_epoch · own log of the sum, gather, autograd.grad
def nll(logits, target):
    z = logits - logits.amax(1, keepdim=True)
    return (z.exp().sum(1).log() - z.gather(1, target[:, None]).squeeze(1)).mean()


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or x.shape[0] != y.shape[0]:
        raise ValueError("batch_size or labels")
    weights = [p for p in model.parameters() if p.requires_grad]
    losses = []
    for rows in torch.randperm(x.shape[0], generator=generator).split(batch_size):
        if not len(rows):
            continue
        loss = nll(model(x[rows]), y[rows])
        grads = torch.autograd.grad(loss, weights, allow_unused=True)
        with torch.no_grad():
            for w, g in zip(weights, grads):
                if g is not None:
                    w.sub_(g, alpha=lr)
        losses.append(float(loss))
    return losses

# %% train_epoch · the gradient of the logits written by hand, a generator of batches
def batches(n, size, generator):
    keys = torch.rand(n, generator=generator)
    order = torch.argsort(keys).tolist()
    while order:
        head, order = order[:size], order[size:]
        yield torch.tensor(head)


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1:
        raise ValueError(f"batches of {batch_size} rows")
    if x.size(0) != y.size(0):
        raise ValueError("x and y")
    losses = []
    for rows in batches(x.size(0), batch_size, generator):
        for p in model.parameters():
            p.grad = None
        logits = model(x[rows])
        with torch.no_grad():
            z = logits - logits.max(dim=1, keepdim=True).values
            e = torch.exp(z)
            total = e.sum(1, keepdim=True)
            hot = torch.zeros_like(z).scatter_(1, y[rows].unsqueeze(1), 1.0)
            losses.append(((total.log() - z) * hot).sum(1).mean().item())
            slope = (e / total - hot) / len(rows)
        logits.backward(slope)
        for p in model.parameters():
            if p.grad is not None:
                p.data.add_(p.grad, alpha=-lr)
    return losses

# %% train_epoch · a class for the descent, a closure for the loss
class Descent:
    def __init__(self, parameters, rate):
        self.parameters = list(parameters)
        self.rate = rate

    def clear(self):
        for p in self.parameters:
            if p.grad is not None:
                p.grad.zero_()

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                p.copy_(p - self.rate * p.grad)


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1:
        raise ValueError("batch_size")
    if len(y) != len(x):
        raise ValueError("labels")
    descent = Descent(model.parameters(), lr)

    def loss_of(rows):
        logits = model(x[rows])
        top = logits.detach().amax(dim=-1, keepdim=True)
        log_total = (logits - top).exp().sum(-1).log() + top.squeeze(-1)
        right = torch.take_along_dim(logits, y[rows].unsqueeze(-1), dim=-1).squeeze(-1)
        return torch.mean(log_total - right)

    order = torch.randperm(len(x), generator=generator)
    count = -(-len(x) // batch_size)
    losses = [0.0] * count
    for step in range(count):
        loss = loss_of(order[step * batch_size :][:batch_size])
        descent.clear()
        loss.backward()
        descent.step()
        losses[step] = loss.item()
    return losses

# %% train_epoch · shuffled copies in chunks, einsum with a one-hot comparison
import torch as T


def cross_entropy(logits, target):
    hot = (target[:, None] == T.arange(logits.shape[1])).to(logits.dtype)
    m = logits.max(1, keepdim=True)[0]
    log_p = logits - m - T.log(T.sum(T.exp(logits - m), 1, keepdim=True))
    return -T.einsum("nc,nc->", hot, log_p) / len(target)


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("batch_size below 1, or rows and labels that do not fit")
    order = T.randperm(len(y), generator=generator)
    x, y = x[order], y[order]
    history = []
    at = 0
    while at < len(y):
        xb, yb = x[at : at + batch_size], y[at : at + batch_size]
        for p in model.parameters():
            p.grad = None
        (loss := cross_entropy(model(xb), yb)).backward()
        with T.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p += -lr * p.grad
        history.append(loss.detach().item())
        at += batch_size
    return history
