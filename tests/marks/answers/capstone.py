# %% accuracy · 01
def accuracy(logits, target):
    if len(logits) == 0 or len(logits) != len(target):
        raise ValueError("no samples, or targets do not fit")
    e = torch.exp(logits)
    p = e / e.sum(dim=1, keepdim=True)
    return (p.argmax(dim=1) == target).float().mean().item()


# %% accuracy · 02
def accuracy(logits, target):
    n = logits.shape[0]
    if n == 0 or target.shape[0] != n:
        raise ValueError("sizes")
    own = logits.gather(1, target.view(-1, 1)).squeeze(1)
    return int((own >= logits.max(dim=1).values).sum()) / n


# %% accuracy · 03
def accuracy(logits, target):
    answers = logits.max(dim=1).indices.tolist() if logits.shape[0] else []
    truth = target.tolist()
    if not answers or len(answers) != len(truth):
        raise ValueError("an accuracy needs samples, and a target for each")
    hits = [a == t for a, t in zip(answers, truth)]
    return sum(hits) / len(hits)


# %% accuracy · 04
def accuracy(logits, target):
    return (logits.argmax(1) == target).double().mean().item()


# %% confusion_matrix · 05
def confusion_matrix(predicted, target, classes):
    if len(predicted) != len(target):
        raise ValueError("lengths")
    for t in (predicted, target):
        if ((t < 0) | (t >= classes)).any():
            raise ValueError("index out of range")
    return torch.bincount(target * classes + predicted).reshape(classes, classes)


# %% confusion_matrix · 06
def confusion_matrix(predicted, target, classes):
    if predicted.shape != target.shape:
        raise ValueError("not as many answers as targets")
    matrix = torch.zeros(classes, classes, dtype=torch.int64)
    for p, t in zip(predicted.tolist(), target.tolist()):
        if p >= classes or t >= classes:
            raise ValueError("no such class")
        matrix[t, p] += 1
    return matrix


# %% confusion_matrix · 07
def confusion_matrix(predicted, target, classes):
    if len(predicted) != len(target):
        raise ValueError("different lengths")
    if min(predicted.min(), target.min()) < 0 or max(predicted.max(), target.max()) >= classes:
        raise ValueError("index")
    eye = torch.eye(classes)
    return eye[target].T @ eye[predicted]


# %% confusion_matrix · 08
def confusion_matrix(predicted, target, classes):
    if predicted.numel() != target.numel():
        raise ValueError("one answer for each target")
    c = torch.arange(classes)
    t = target[:, None] == c
    p = predicted[:, None] == c
    if not (t.any(1).all() and p.any(1).all()):
        raise ValueError("class out of range")
    return t.long().T @ p.long()


# %% standardize_split · 09
def standardize_split(x, y, test_size, generator=None):
    N = len(x)
    if len(y) != N:
        raise ValueError("labels")
    if not 1 <= test_size <= N - 1:
        raise ValueError("test_size")
    order = torch.randperm(N, generator=generator)
    test, train = order[:test_size], order[test_size:]
    mean = x.mean(0)
    std = x.std(0, unbiased=False)
    std[std == 0] = 1
    x = (x - mean) / std
    return x[train], y[train], x[test], y[test]


# %% standardize_split · 10
def standardize_split(x, y, test_size, generator=None):
    n = x.shape[0]
    if test_size < 1 or test_size > n - 1 or y.shape[0] != n:
        raise ValueError("sizes do not fit")
    perm = torch.randperm(n, generator=generator)
    x, y = x[perm], y[perm]
    x_train, x_test = x[:-test_size], x[-test_size:]
    mean = x_train.mean(dim=0)
    std = ((x_train - mean) ** 2).mean(dim=0).sqrt()
    x_train = (x_train - mean) / (std + 1e-8)
    x_test = (x_test - mean) / (std + 1e-8)
    return x_train, y[:-test_size], x_test, y[-test_size:]


# %% standardize_split · 11
def standardize_split(x, y, test_size, generator=None):
    if len(x) != len(y) or test_size not in range(1, len(x)):
        raise ValueError("arguments")

    def scale(part):
        centred = part - part.mean(0)
        sd = centred.square().mean(0).sqrt()
        return centred / torch.where(sd > 0, sd, 1.0)

    order = torch.randperm(len(x), generator=generator)
    te, tr = order.split([test_size, len(x) - test_size])
    return scale(x[tr]), y[tr], scale(x[te]), y[te]


# %% standardize_split · 12
def standardize_split(x, y, test_size, generator=None):
    n = x.shape[0]
    if y.shape[0] != n:
        raise ValueError("one label for each row")
    if test_size < 1 or test_size >= n:
        raise ValueError("test_size must be in [1, N - 1]")
    order = torch.rand(n, generator=generator, dtype=torch.float64).argsort()
    train, test = order[test_size:], order[:test_size]
    var, mean = torch.var_mean(x[train], dim=0, correction=0)
    constant = (x[train] == x[train][0]).all(0)
    mean = torch.where(constant, x[train][0], mean)
    std = torch.where(constant, torch.ones_like(var), var.sqrt())
    return (x[train] - mean) / std, y[train], (x[test] - mean) / std, y[test]


# %% TinyCNN · 13
def conv2d(x, weight, bias):
    N, C, H, W = x.shape
    xp = x.new_zeros(N, C, H + 2, W + 2)
    xp[:, :, 1:-1, 1:-1] = x
    y = bias.view(1, -1, 1, 1)
    for u in range(3):
        for v in range(3):
            part = xp[:, :, 2 - u:2 - u + H, 2 - v:2 - v + W]
            y = y + torch.einsum("nchw,oc->nohw", part, weight[:, :, u, v])
    return y


def relu(x):
    return x.clamp(min=0)


def max_pool2d(x):
    N, C, H, W = x.shape
    return x.reshape(N, C, H // 2, 2, W // 2, 2).amax(dim=(3, 5))


def linear(x, weight, bias):
    return x @ weight.T + bias


class TinyCNN(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        if x.dim() != 4 or tuple(x.shape[1:]) != (1, 8, 8):
            raise ValueError(f"shape {tuple(x.shape)}")
        h = max_pool2d(relu(conv2d(x, self.conv1_weight, self.conv1_bias)))
        h = max_pool2d(relu(conv2d(h, self.conv2_weight, self.conv2_bias)))
        return linear(h.flatten(1), self.linear_weight, self.linear_bias)


# %% TinyCNN · 14
def conv2d(x, weight, bias):
    n, c, h, w = x.shape
    xp = torch.zeros(n, c, h + 2, w + 2, dtype=x.dtype)
    xp[:, :, 1:h + 1, 1:w + 1] = x
    win = xp.unfold(2, 3, 1).unfold(3, 3, 1)
    return torch.einsum("nchwuv,ocuv->nohw", win, weight) + bias[:, None, None]


def relu(x):
    return torch.where(x > 0, x, torch.zeros_like(x))


def max_pool2d(x):
    a = torch.maximum(x[:, :, 0::2], x[:, :, 1::2])
    return torch.maximum(a[..., 0::2], a[..., 1::2])


def linear(x, weight, bias):
    return x.matmul(weight.t()) + bias


class TinyCNN(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        if len(x.shape) != 4:
            raise ValueError("images of shape (N, 1, 8, 8) are needed")
        x = relu(conv2d(x, self.conv1_weight, self.conv1_bias))
        x = max_pool2d(x)
        x = conv2d(x, self.conv2_weight, self.conv2_bias)
        x = max_pool2d(x)
        return linear(x.reshape(len(x), -1), self.linear_weight, self.linear_bias)


# %% TinyCNN · 15
def conv2d(x, weight, bias):
    row = x.new_zeros(*x.shape[:3], 1)
    x = torch.cat([row, x, row], dim=3)
    col = x.new_zeros(*x.shape[:2], 1, x.shape[3])
    x = torch.cat([col, x, col], dim=2)
    H, W = x.shape[2] - 2, x.shape[3] - 2
    taps = torch.stack([x[:, :, u:u + H, v:v + W] for u in range(3) for v in range(3)], dim=2)
    return torch.tensordot(weight.flatten(2), taps, dims=([1, 2], [1, 2])).transpose(0, 1) + bias.view(-1, 1, 1)


def relu(x):
    return x * (x > 0)


def max_pool2d(x):
    return x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).max(dim=5).values.max(dim=3).values


def linear(x, weight, bias):
    return torch.einsum("nf,of->no", x, weight) + bias


class TinyCNN(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        if x.shape[1:] != (1, 8, 8) or x.ndim != 4:
            raise ValueError("wrong shape")
        for w, b in ((self.conv1_weight, self.conv1_bias), (self.conv2_weight, self.conv2_bias)):
            x = relu(max_pool2d(conv2d(x, w, b)))
        return linear(x.flatten(start_dim=1), self.linear_weight, self.linear_bias)


# %% TinyCNN · 16
def conv2d(x, weight, bias):
    N, C, H, W = x.shape
    out = torch.zeros(N, weight.shape[0], H, W, dtype=x.dtype)
    xp = torch.zeros(N, C, H + 2, W + 2, dtype=x.dtype)
    xp[:, :, 1:-1, 1:-1] = x
    for i in range(H):
        for j in range(W):
            patch = xp[:, :, i:i + 3, j:j + 3].reshape(N, -1)
            out[:, :, i, j] = patch @ weight.reshape(weight.shape[0], -1).T
    return out


def relu(x):
    return torch.max(x, torch.zeros(1, dtype=x.dtype))


def max_pool2d(x):
    return torch.stack([x[:, :, a::2, b::2] for a in (0, 1) for b in (0, 1)]).max(0).values


def linear(x, weight, bias):
    return x @ weight.T + bias


class TinyCNN(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        if x.dim() != 4 or x.shape[1] != 1 or x.shape[2] != 8 or x.shape[3] != 8:
            raise ValueError("x must be (N, 1, 8, 8)")
        x = max_pool2d(relu(conv2d(x, self.conv1_weight, self.conv1_bias)))
        x = max_pool2d(relu(conv2d(x, self.conv2_weight, self.conv2_bias)))
        return linear(x.flatten(1), self.linear_weight, self.linear_bias)


# %% train_epoch · 17
def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("batch_size or labels")
    losses = []
    order = torch.randperm(len(x), generator=generator)
    for rows in order.split(batch_size):
        z = model(x[rows])
        loss = (torch.logsumexp(z, dim=1) - z[torch.arange(len(rows)), y[rows]]).mean()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


# %% train_epoch · 18
def train_epoch(model, x, y, lr, batch_size, generator=None):
    N = x.shape[0]
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    if y.shape[0] != N:
        raise ValueError("labels do not fit")
    perm = torch.randperm(N, generator=generator)
    losses = []
    for start in range(0, N, batch_size):
        idx = perm[start:start + batch_size]
        model.zero_grad()
        logits = model(x[idx])
        logits = logits - logits.max(dim=1, keepdim=True).values
        logp = logits - logits.exp().sum(dim=1, keepdim=True).log()
        loss = -logp.gather(1, y[idx].unsqueeze(1)).sum() / batch_size
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p.sub_(lr * p.grad)
        losses.append(float(loss))
    return losses


# %% train_epoch · 19
def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or x.shape[0] != y.shape[0]:
        raise ValueError("check the arguments")

    def loss_of(rows):
        z = model(x[rows])
        return (torch.logsumexp(z, 1) - z.gather(1, y[rows, None])[:, 0]).mean()

    order = torch.randperm(len(x), generator=generator)
    losses = []
    for b in range(len(x) // batch_size):
        rows = order[b * batch_size:(b + 1) * batch_size]
        for p in model.parameters():
            p.grad = None
        loss_of(rows).backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p.add_(p.grad, alpha=-lr)
            losses.append(loss_of(rows).item())
    return losses


# %% train_epoch · 20
def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1:
        raise ValueError("empty batches")
    if len(y) != len(x):
        raise ValueError("one label a row")
    params = [p for p in model.parameters() if p.requires_grad]
    losses = []
    for rows in torch.randperm(len(x), generator=generator).split(batch_size):
        z = model(x[rows])
        hot = y[rows][:, None] == torch.arange(z.shape[1])
        loss = (z.logsumexp(1) - z.masked_fill(~hot, 0).sum(1)).mean()
        grads = torch.autograd.grad(loss, params, allow_unused=True)
        for p, g in zip(params, grads):
            if g is not None:
                p.data -= lr * g
        losses.append(loss.item())
    return losses


# %% train_epoch · 21
def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("wrong batch size or labels")
    losses = []
    for xb, yb in zip(x.split(batch_size), y.split(batch_size)):
        model.zero_grad()
        z = model(xb)
        loss = (torch.log(torch.exp(z).sum(1)) - z[range(len(yb)), yb]).mean()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses


# %% accuracy · 22
def accuracy(logits, target):
    return 0.75


# %% train_epoch · 23
def train_epoch(model, x, y, lr, batch_size, generator=None):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for idx in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = nn.functional.cross_entropy(model(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
