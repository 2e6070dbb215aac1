# %% linear · 01
def linear(x, weight, bias=None):
    y = x @ weight
    if bias is not None:
        y = y + bias
    return y


# %% linear · 02
def linear(x, weight, bias=None):
    out = torch.mm(x, weight.t())
    if bias is None:
        return out
    return out + bias


# %% linear · 03
def linear(x, weight, bias=None):
    y = (x.unsqueeze(-2) * weight).sum(-1)
    return y if bias is None else y.add(bias)


# %% relu · 04
def relu(x):
    keep = (x > 0).to(x.dtype)
    return x * keep


# %% relu · 05
def relu(x):
    return torch.maximum(x, torch.zeros_like(x))


# %% relu · 06
def relu(x):
    negative = x <= 0
    return x.masked_fill(negative, 0.0)


# %% relu · 07
def relu(x):
    zero = torch.zeros((), dtype=x.dtype)
    return torch.where(x > 0, x, zero)


# %% leaky_relu · 08
def leaky_relu(x, slope=0.01):
    return torch.max(x, slope * x)


# %% leaky_relu · 09
def leaky_relu(x, slope=0.01):
    return torch.where(x >= 0, x, x * slope)


# %% leaky_relu · 10
def relu(x):
    return x * (x > 0)


def leaky_relu(x, slope=0.01):
    return relu(x) - slope * relu(-x)


# %% sigmoid · 11
def sigmoid(x):
    return 1 / (1 + torch.exp(-x))


# %% sigmoid · 12
def sigmoid(x):
    e = torch.exp(-torch.abs(x))
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))


# %% sigmoid · 13
def sigmoid(x):
    # 1 / (1 + e^-x) = exp(-log(e^0 + e^-x))
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))


# %% sigmoid · 14
def sigmoid(x):
    pos = 1 / (1 + torch.exp(-x))
    neg = torch.exp(x) / (1 + torch.exp(x))
    return torch.where(x > 0, pos, neg)


# %% sigmoid_grad · 15
def sigmoid_grad(y):
    other = 1 - y
    return y.mul_(other)


# %% sigmoid_grad · 16
def sigmoid_grad(y):
    # a parabola with its top at y = 0.5
    return 0.25 - (y - 0.5) ** 2


# %% tanh · 17
def tanh(x):
    z = x.clamp(-20, 20)
    a, b = torch.exp(z), torch.exp(-z)
    return (a - b) / (a + b)


# %% tanh · 18
def tanh(x):
    e = torch.expm1(2 * x)
    return e / (e + 2)


# %% tanh · 19
def tanh(x):
    x = torch.clamp(x, min=-20.0, max=20.0)
    return torch.sinh(x) / torch.cosh(x)


# %% gelu · 20
def gelu(x, approximate="none"):
    if approximate == "none":
        root = torch.sqrt(torch.tensor(2.0))
        return x / 2 * (1 + torch.erf(x / root))
    if approximate == "tanh":
        c = torch.sqrt(torch.tensor(2.0 / math.pi))
        return x / 2 * (1 + torch.tanh(c * (x + 0.044715 * x ** 3)))
    raise ValueError(approximate)


# %% gelu · 21
def gelu(x, approximate="none"):
    if approximate not in ["none", "tanh"]:
        raise ValueError("approximate should be none or tanh")
    if approximate == "none":
        phi = 0.5 * (1 + torch.erf(x / 2 ** 0.5))
    else:
        phi = 0.5 * (1 + torch.tanh(math.sqrt(2) / math.pi * (x + 0.044715 * x.pow(3))))
    return x * phi


# %% gelu · 22
def tanh(x):
    e = torch.expm1(2 * x)
    return e / (e + 2)


def gelu(x, approximate="none"):
    if approximate == "none":
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
    if approximate == "tanh":
        return 0.5 * x * (1 + tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))
    raise ValueError("no such approximation")


# %% softmax · 23
def softmax(x, dim):
    e = torch.exp(x - x.max())
    return e / e.sum(dim=dim, keepdim=True)


# %% softmax · 24
def softmax(x, dim):
    return torch.exp(x - torch.logsumexp(x, dim=dim, keepdim=True))


# %% softmax · 25
def softmax(x, dim):
    m = x.max(dim=dim, keepdim=True).values
    e = (x - m).exp()
    return e / e.sum(-1, keepdim=True)


# %% xor_network · 26
def xor_network():
    # h1 = a + b, h2 = max(0, a + b - 1); the answer is h1 - 2 h2
    weight1 = torch.ones(2, 2)
    bias1 = torch.tensor([0.0, -1.0])
    weight2 = torch.tensor([[1.0, -2.0]])
    return weight1, bias1, weight2, torch.zeros(1)


# %% xor_network · 27
def xor_network():
    w1 = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    b1 = torch.zeros(2)
    w2 = torch.tensor([[1.0, 1.0]])
    b2 = torch.tensor(0.0)
    return w1, b1, w2, b2


# %% xor_network · 28
def xor_network():
    x = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
    t = torch.tensor([[0.], [1.], [1.], [0.]])
    w1 = torch.randn(2, 2, requires_grad=True)
    b1 = torch.randn(2, requires_grad=True)
    w2 = torch.randn(1, 2, requires_grad=True)
    b2 = torch.randn(1, requires_grad=True)
    opt = torch.optim.SGD([w1, b1, w2, b2], lr=0.1)
    for _ in range(500):
        opt.zero_grad()
        y = (x @ w1.T + b1).clamp(min=0) @ w2.T + b2
        ((y - t) ** 2).mean().backward()
        opt.step()
    return w1.detach(), b1.detach(), w2.detach(), b2.detach()


# %% collapse_linear · 29
def collapse_linear(layers):
    if not layers:
        raise ValueError("no layers")
    weight, bias = layers.pop(0)
    for w, b in layers:
        weight = w @ weight
        bias = w @ bias + b
    return weight, bias


# %% collapse_linear · 30
def collapse_linear(layers):
    if len(layers) == 0:
        raise ValueError("no layers")
    W, b = layers[0]
    for i in range(1, len(layers)):
        W = layers[i][0] @ W
        b = layers[i][0] @ layers[i - 1][1] + layers[i][1]
    return W, b


# %% collapse_linear · 31
def collapse_linear(layers):
    if not layers:
        raise ValueError("an empty stack")

    def run(x):
        for w, b in layers:
            x = x @ w.mT + b
        return x

    w0 = layers[0][0]
    n = w0.shape[1]
    bias = run(w0.new_zeros(n))
    weight = (run(torch.eye(n, dtype=w0.dtype)) - bias).mT
    return weight, bias


# %% softmax · 32
def softmax(x, dim):
    return x.softmax(dim)


# %% tanh · 33
def tanh(x):
    z = x.clamp(-20, 20)
    small = torch.expm1(2 * z)
    return torch.where(z.abs() < 1e-3, small / (small + 2), (big - 1) / (big + 1))


# %% gelu · 34
def gelu(x, approximate="none"):
    if approximate == "none":
        return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    return x / (1 + torch.exp(-1.702 * x))


# %% linear · 35
def linear(x, weight, bias=None):
    lead = x.shape[:-1]
    flat = x.reshape(-1, x.shape[-1])
    y = flat @ weight.T
    if bias is not None:
        y = y + bias
    return y.reshape(*lead, -1)


# %% linear_backward · 36
def linear_backward(dy, x, weight):
    dx = dy @ weight
    dweight = torch.einsum("...o,...i->oi", dy, x)
    dbias = dy.sum(0) if dy.dim() > 1 else dy.clone()
    return dx, dweight, dbias


# %% relu · 37
class _ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        positive = x > 0
        ctx.save_for_backward(positive)
        return torch.where(positive, x, torch.zeros_like(x))

    @staticmethod
    def backward(ctx, grad):
        (positive,) = ctx.saved_tensors
        return torch.where(positive, grad, torch.zeros_like(grad))


def relu(x):
    return _ReLU.apply(x)


# %% leaky_relu · 38
def _positive_part(t):
    return torch.where(t <= 0, torch.zeros_like(t), t)


def leaky_relu(x, slope=0.01):
    return _positive_part(x) - slope * _positive_part(-x)


# %% sigmoid · 39
def sigmoid(x):
    z = x.clamp(-20.0, 20.0)
    return 1 / (1 + torch.exp(-z))


# %% sigmoid_grad · 40
def sigmoid_grad(y):
    s = 1 / (1 + torch.exp(-y))
    return s * (1 - s)


# %% tanh · 41
def tanh(x):
    e = torch.expm1(-2 * x.abs())
    return torch.sign(x) * (-e / (e + 2))


# %% gelu · 42
def gelu(x, approximate="none"):
    if approximate == "tanh":
        inner = math.sqrt(2 / math.pi) * x + 0.044715 * x ** 3
        return 0.5 * x * (1 + torch.tanh(inner))
    else:
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


# %% softmax · 43
def softmax(x, dim):
    z = x.movedim(dim, -1)
    with torch.no_grad():
        top, _ = torch.sort(z, dim=-1, descending=True)
        top = top[..., :1]
    e = torch.exp(z - top)
    ones = torch.ones_like(e)
    norm = torch.einsum("...c,...c->...", e, ones).unsqueeze(-1)
    return e.div(norm).movedim(-1, dim)
