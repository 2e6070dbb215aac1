# %% linear · matrix product and transpose
def linear(x, weight, bias=None):
    y = x @ weight.T
    if bias is not None:
        y = y + bias
    return y

# %% linear · einsum
def linear(x, weight, bias=None):
    y = torch.einsum("...i,oi->...o", x, weight)
    return y if bias is None else torch.add(y, bias)

# %% linear · broadcast, multiply and sum
def linear(x, weight, bias=None):
    products = x.unsqueeze(-2) * weight
    result = products.sum(dim=-1)
    return result if bias is None else result + bias

# %% linear · addmm over flattened leading axes
def linear(x, weight, bias=None):
    *front, features = x.shape
    rows = x.reshape(-1, features)
    if bias is None:
        y = torch.mm(rows, weight.t())
    else:
        y = torch.addmm(bias, rows, weight.t())
    return y.reshape(*front, weight.shape[0])

# %% linear · loop over the outputs, stack
def linear(x, weight, bias=None):
    outputs = []
    for k, row in enumerate(weight):
        value = torch.sum(x * row, dim=-1)
        if bias is not None:
            value = value + bias[k]
        outputs.append(value)
    return torch.stack(outputs, dim=-1)

# %% linear · tensordot, bound lambda
linear = lambda x, weight, bias=None: torch.tensordot(x, weight, dims=([-1], [1])) + (0 if bias is None else bias)

# %% linear · autograd.Function with the gradients by hand, compared with torch
import torch.nn.functional as F


class _Affine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x.matmul(weight.transpose(0, 1)) + bias

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        rows, grads = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        return dy.matmul(weight), grads.transpose(0, 1).matmul(rows), grads.sum(0)


def linear(x, weight, bias=None):
    return _Affine.apply(x, weight, weight.new_zeros(weight.shape[0]) if bias is None else bias)


_x, _w, _b = torch.randn(2, 3, 4), torch.randn(5, 4), torch.randn(5)
assert torch.allclose(linear(_x, _w, _b), F.linear(_x, _w, _b), atol=1e-5)

# %% relu · where the input is not positive
def relu(x):
    return torch.where(x <= 0, torch.zeros_like(x), x)

# %% relu · masked_fill
def relu(x):
    return x.masked_fill(x <= 0, 0)

# %% relu · in-place work on a clone with a boolean index
def relu(x):
    y = x.clone()
    y[y <= 0] = 0.0
    return y

# %% relu · autograd.Function
class _ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        positive = x > 0
        ctx.save_for_backward(positive)
        y = torch.zeros_like(x)
        keep = positive | torch.isnan(x)
        y[keep] = x[keep]
        return y

    @staticmethod
    def backward(ctx, dy):
        (positive,) = ctx.saved_tensors
        return dy * positive


relu = _ReLU.apply

# %% relu · clamp for the value, keeping the gradient in mind
def relu(x):
    lowest = torch.zeros((), dtype=x.dtype)
    return torch.where(x == 0, lowest, x.clamp(min=0))

# %% relu · NaN looked after on its own, logical functions
def relu(x: torch.Tensor) -> torch.Tensor:
    keep = torch.logical_or(torch.gt(x, 0), torch.isnan(x))
    return torch.where(keep, x, 0.0)

# %% leaky_relu · where with two branches
def leaky_relu(x, slope=0.01):
    return torch.where(x > 0, x, slope * x)

# %% leaky_relu · one slope for each element
def leaky_relu(x, slope=0.01):
    slopes = torch.full_like(x, slope, requires_grad=False)
    slopes[x > 0] = 1
    return x * slopes

# %% leaky_relu · autograd.Function, slope kept in ctx
class LeakyReLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, slope):
        ctx.save_for_backward(x)
        ctx.slope = slope
        out = x * slope
        out[x > 0] = x[x > 0]
        return out

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, grad, grad * ctx.slope), None


def leaky_relu(x, slope=0.01):
    return LeakyReLUFunction.apply(x, slope)

# %% leaky_relu · a class with __call__ that makes any function of two pieces
class Pieces:
    """A function with one piece above a border and another one elsewhere."""

    def __init__(self, border, above, elsewhere):
        self.border, self.above, self.elsewhere = border, above, elsewhere

    def __call__(self, x, slope=0.01):
        mask = x.gt(self.border)
        return self.above(x, slope).where(mask, self.elsewhere(x, slope))


leaky_relu = Pieces(0, above=lambda x, s: x, elsewhere=lambda x, s: x.mul(s))

# %% leaky_relu · scatter of the masked elements
def leaky_relu(x, slope=0.01):
    low = ~(x > 0)
    return x.masked_scatter(low, x[low] * slope)

# %% sigmoid · where with clamped branches
def sigmoid(x):
    up = torch.exp(-x.clamp(min=0))
    down = torch.exp(x.clamp(max=0))
    return torch.where(x >= 0, 1 / (1 + up), down / (1 + down))

# %% sigmoid · one exponential with a numerator that is chosen
def sigmoid(x):
    positive = x >= 0
    e = torch.where(positive, -x, x).exp()
    return torch.where(positive, torch.ones_like(e), e) / (e + 1)

# %% sigmoid · autograd.Function
class Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = torch.exp(-torch.abs(x))
        y = torch.where(x < 0, e, torch.ones_like(e)) / (1 + e)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        y, = ctx.saved_tensors
        return dy * y * (1 - y)


def sigmoid(x):
    return Sigmoid.apply(x)


t = torch.linspace(-5, 5, 11)
print(torch.allclose(sigmoid(t), torch.sigmoid(t)))

# %% sigmoid · boolean masks into an own buffer
def sigmoid(x):
    out = torch.empty_like(x)
    high = x > 0
    out[high] = (1 + torch.exp(-x[high])).reciprocal()
    e = torch.exp(x[~high])
    out[~high] = e / (1 + e)
    return out

# %% sigmoid · clamped by the largest exponent of the dtype
def sigmoid(x):
    limit = math.log(torch.finfo(x.dtype).max) - 1
    return 1 / (1 + torch.exp(-torch.clamp(x, -limit, limit)))

# %% sigmoid · autograd.Function with numpy inside
import numpy as np


class _NumpySigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        a = x.detach().numpy()
        e = np.exp(-np.abs(a))
        y = torch.from_numpy(np.asarray(np.where(a >= 0, 1, e) / (1 + e), dtype=a.dtype)).reshape(x.shape)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        return dy * (y - y * y)


sigmoid = lambda x: _NumpySigmoid.apply(x)

# %% sigmoid · both fractions in a list of functions
_FRACTIONS = [
    lambda x: torch.ones_like(x) / (1 + torch.exp(-x)),
    lambda x: torch.exp(x) / (1 + torch.exp(x)),
]


def sigmoid(x):
    masks = [x >= 0, ~(x >= 0)]
    zero = torch.zeros((), dtype=x.dtype)
    parts = [mask * fraction(torch.where(mask, x, zero)) for mask, fraction in zip(masks, _FRACTIONS)]
    return sum(parts)

# %% sigmoid_grad · y (1 - y)
def sigmoid_grad(y):
    return y * (1 - y)

# %% sigmoid_grad · method style
def sigmoid_grad(y):
    return y.mul(y.neg().add(1))

# %% sigmoid_grad · y minus its square
def sigmoid_grad(y):
    return torch.sub(y, torch.pow(y, 2))

# %% sigmoid_grad · einsum of the output with its rest
def sigmoid_grad(y):
    rest = torch.ones_like(y) - y
    return torch.einsum("...,...->...", y, rest)

# %% sigmoid_grad · addcmul from zeros, keyword-only helper
def _product(a, b, *, onto):
    return torch.addcmul(onto, a, b)


def sigmoid_grad(y):
    return _product(y, 1.0 - y, onto=torch.zeros_like(y))

# %% tanh · expm1 of a clamped input
def tanh(x):
    e = torch.expm1(2 * x.clamp(-20, 20))
    return e / (e + 2)

# %% tanh · expm1 of minus the absolute value, without abs
def tanh(x):
    right = x >= 0
    e = torch.expm1(-2 * torch.where(right, x, -x))
    y = -e / (e + 2)
    return torch.where(right, y, -y)

# %% tanh · autograd.Function
class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = x.abs().mul(-2).expm1()
        y = -x.sign() * e / (2 + e)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return grad_output * (1 - y) * (1 + y)


def tanh(x):
    return Tanh.apply(x)

# %% tanh · own sigmoid far from zero, a series near zero
# coefficients of x, x^3, x^5, ...
SERIES = (1.0, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925, 21844 / 6081075, -929569 / 638512875)


def _near_zero(x):
    square = x * x
    total = torch.zeros_like(x)
    for coefficient in reversed(SERIES):
        total = total * square + coefficient
    return x * total


def tanh(x):
    small = (x < 0.1) & (x > -0.1)
    zero = torch.zeros_like(x)
    near = _near_zero(torch.where(small, x, zero))
    far = 2 * sigmoid(2 * torch.where(small, zero, x)) - 1
    return torch.where(small, near, far)

# %% tanh · sinh over cosh, inputs clamped
def tanh(x):
    z = torch.clamp(x, min=-20.0, max=20.0)
    return torch.sinh(z) / torch.cosh(z)

# %% tanh · math functions element by element inside an autograd.Function
def _one(v):
    if v > 20:
        return 1.0
    if v < -20:
        return -1.0
    e = math.expm1(2 * v)
    return e / (e + 2)


class _ElementWise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.tensor([_one(v) for v in x.flatten().tolist()], dtype=x.dtype).reshape(x.shape)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        return dy - dy * ctx.saved_tensors[0].square()


def tanh(x):
    return _ElementWise.apply(x)

# %% gelu · torch.erf and torch.tanh
def gelu(x, approximate="none"):
    if approximate == "none":
        return x / 2 * (1 + torch.erf(x / math.sqrt(2)))
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    raise ValueError(f"approximate should be none or tanh, not {approximate!r}")

# %% gelu · dict of lambdas, own tanh
FORMS = {
    "none": lambda x: (x * 2**-0.5).erf(),
    "tanh": lambda x: tanh((2 / math.pi) ** 0.5 * (x + 0.044715 * x * x * x)),
}


def gelu(x, approximate="none"):
    if approximate not in FORMS:
        raise ValueError(approximate)
    return 0.5 * x * (1 + FORMS[approximate](x))

# %% gelu · match statement, erfc for the lower tail
def gelu(x, approximate="none"):
    match approximate:
        case "none":
            phi = 0.5 * torch.erfc(-x / math.sqrt(2.0))
        case "tanh":
            phi = 0.5 + 0.5 * torch.tanh(0.7978845608028654 * x * (1 + 0.044715 * x.square()))
        case _:
            raise ValueError("unknown form")
    return x.mul(phi)

# %% gelu · tanh written by the own sigmoid, star import
from math import *


def gelu(x, approximate="none"):
    if approximate == "tanh":
        return x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * torch.pow(x, 3)))
    elif approximate == "none":
        return x * torch.add(torch.erf(x / sqrt(2)), 1) / 2
    raise ValueError("approximate")

# %% gelu · autograd.Function with math.erf for each number
class _Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        cdf = [0.5 * math.erfc(-v / math.sqrt(2)) for v in x.reshape(-1).tolist()]
        cdf = torch.tensor(cdf, dtype=x.dtype).reshape(x.shape)
        ctx.save_for_backward(x, cdf)
        return x * cdf

    @staticmethod
    def backward(ctx, dy):
        x, cdf = ctx.saved_tensors
        density = torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return dy * (cdf + x * density)


def gelu(x, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise ValueError("none or tanh")
    if approximate == "none":
        return _Gelu.apply(x)
    inner = x.pow(3).mul(0.044715).add(x).mul(math.sqrt(2.0 / math.pi))
    return x.mul(0.5).mul(inner.tanh().add(1.0))

# %% softmax · amax, exp, sum
def softmax(x, dim):
    e = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)

# %% softmax · max under no_grad, compared with torch in the same cell
import torch.nn.functional as F


def softmax(x, dim):
    with torch.no_grad():
        largest = torch.max(x, dim, keepdim=True)[0]
    e = (x - largest).exp()
    return e.div(torch.sum(e, dim, keepdim=True))


t = torch.randn(3, 4)
print(torch.allclose(softmax(t, 0), F.softmax(t, 0)), torch.allclose(softmax(t, -1), torch.softmax(t, -1)))

# %% softmax · in logarithms
def _log_normalizer(x, dim):
    m = x.max(dim=dim, keepdim=True).values.detach()
    return m + torch.log(torch.exp(x - m).sum(dim, keepdim=True))


def softmax(x, dim):
    return torch.exp(x - _log_normalizer(x, dim))

# %% softmax · loops over the entries of the axis
def softmax(x, dim):
    entries = x.unbind(dim)
    m = entries[0].detach()
    for entry in entries[1:]:
        m = torch.maximum(m, entry.detach())
    powers = [torch.exp(entry - m) for entry in entries]
    total = 0
    for power in powers:
        total = total + power
    return torch.stack([power / total for power in powers], dim=dim)

# %% softmax · a class that is called, axis moved to the end
class _Softmax:
    def __call__(self, x, dim):
        return self._last(x.movedim(dim, -1)).movedim(-1, dim)

    @staticmethod
    def _last(rows):
        top = rows.detach().sort(dim=-1, descending=True).values[..., :1]
        e = torch.exp(rows - top)
        return torch.einsum("...c,...->...c", e, 1 / e.sum(-1))


softmax = _Softmax()

# %% softmax · autograd.Function with the product by the Jacobian
class SoftmaxFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        e = torch.exp(x - torch.amax(x, dim, keepdim=True))
        p = e / e.sum(dim, keepdim=True)
        ctx.dim = dim
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        return p * (g - (g * p).sum(ctx.dim, keepdim=True)), None


def softmax(x, dim):
    return SoftmaxFunction.apply(x, dim)

# %% softmax · in-place work on an own buffer
def softmax(x, dim):
    shift = x.gather(dim, x.argmax(dim, keepdim=True)).detach()
    out = x - shift
    out.exp_()
    norm = out.sum(dim=dim).unsqueeze(dim)
    return out / norm.expand_as(out)

# %% softmax · one over the sum of all differences
def softmax(x, dim):
    z = x.transpose(dim, -1)
    z = z - z.detach().topk(1, dim=-1).values
    weights = torch.exp(z)
    ones = torch.ones(z.shape[-1], 1, dtype=x.dtype)
    return (weights / (weights @ ones)).transpose(dim, -1)

# %% xor_network · two differences
def xor_network():
    weight1 = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    bias1 = torch.zeros(2)
    weight2 = torch.ones(1, 2)
    bias2 = torch.zeros(1)
    return weight1, bias1, weight2, bias2

# %% xor_network · the sum and what is above one
def xor_network():
    return (
        torch.ones(2, 2),
        torch.tensor([0.0, -1.0]),
        torch.tensor([[1.0, -2.0]]),
        torch.tensor([0.0]),
    )

# %% xor_network · the second layer solved from the hidden values
def xor_network():
    bits = torch.cartesian_prod(torch.arange(2.0), torch.arange(2.0))
    weight1, bias1 = torch.tensor([[2.0, 2.0], [1.0, 1.0]]), torch.tensor([-2.0, 0.0])
    hidden = relu(linear(bits, weight1, bias1))
    design = torch.cat([hidden, torch.ones(4, 1)], dim=1).double()
    target = (bits.sum(1) == 1).double()
    solution = torch.linalg.solve(design.T @ design, design.T @ target).float()
    return weight1, bias1, solution[None, :2].clone(), solution[2:].clone()

# %% xor_network · the second layer trained, torch.nn and an optimizer
from torch import nn


def xor_network():
    bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    target = torch.tensor([[0.0], [1.0], [1.0], [0.0]], dtype=torch.float64)
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)).double()
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        net[0].bias.zero_()
        net[2].weight.fill_(0.5)
        net[2].bias.fill_(0.1)
    optimizer = torch.optim.SGD(net[2].parameters(), lr=0.5)
    for _ in range(500):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(bits), target).backward()
        optimizer.step()
    return tuple(p.detach().float() for p in net.parameters())

# %% collapse_linear · loop from the first layer to the last
def collapse_linear(layers):
    if not layers:
        raise ValueError("there are no layers")
    weight, bias = layers[0]
    for w, b in layers[1:]:
        weight, bias = w @ weight, w @ bias + b
    return weight, bias

# %% collapse_linear · functools.reduce
from functools import reduce


def _join(first, second):
    return second[0].matmul(first[0]), torch.mv(second[0], first[1]) + second[1]


def collapse_linear(layers):
    if len(layers) == 0:
        raise ValueError("at least one layer")
    return reduce(_join, [tuple(layer) for layer in layers])

# %% collapse_linear · homogeneous matrices
def _homogeneous(weight, bias):
    rows = torch.cat([weight, bias[:, None]], dim=1)
    last = torch.zeros(1, rows.shape[1], dtype=rows.dtype)
    last[0, -1] = 1
    return torch.cat([rows, last])


def collapse_linear(layers):
    if len(layers) < 1:
        raise ValueError("empty stack")
    product = _homogeneous(*layers[-1])
    for layer in layers[-2::-1]:
        product = product @ _homogeneous(*layer)
    return product[:-1, :-1], product[:-1, -1]

# %% collapse_linear · recursion
def collapse_linear(layers):
    if len(layers) == 0:
        raise ValueError("no layers")
    (weight, bias), *later = layers
    if not later:
        return weight.clone(), bias.clone()
    w, b = collapse_linear(later)
    return torch.einsum("ij,jk->ik", w, weight), torch.einsum("ij,j->i", w, bias) + b

# %% collapse_linear · the images of zero and of the unit vectors, with the own linear
def collapse_linear(layers):
    if not len(layers):
        raise ValueError("nothing to collapse")
    first = layers[0][0]
    columns = torch.eye(first.shape[1], dtype=first.dtype)
    origin = torch.zeros(first.shape[1], dtype=first.dtype)
    for weight, bias in layers:
        columns = linear(columns, weight)
        origin = linear(origin, weight, bias)
    return columns.T, origin

# %% collapse_linear · multi_dot for the weights, biases through all later weights
def collapse_linear(layers):
    if not layers:
        raise ValueError("a stack without layers")
    weights = [w for w, _ in layers]
    weight = torch.linalg.multi_dot(weights[::-1]) if len(weights) > 1 else weights[0]
    bias = torch.zeros_like(layers[-1][1])
    for k, (_, b) in enumerate(layers):
        for later in weights[k + 1 :]:
            b = later @ b
        bias = bias + b
    return weight, bias

# %% softmax · the largest logit by recursion, helpers below
def softmax(x, dim):
    peak = _largest([piece.detach() for piece in torch.split(x, 1, dim)])
    e = (x - peak).exp()
    return e / e.sum(dim, True)


def _largest(pieces):
    if len(pieces) == 1:
        return pieces[0]
    half = len(pieces) // 2
    a, b = _largest(pieces[:half]), _largest(pieces[half:])
    return torch.where(a > b, a, b)

# %% softmax · numpy in the forward pass of an autograd.Function, aliases
import numpy as np
import torch as T


class _P(T.autograd.Function):
    @staticmethod
    def forward(ctx, z, axis):
        a = z.detach().numpy()
        e = np.exp(a - a.max(axis=axis, keepdims=True))
        p = T.from_numpy(e / e.sum(axis=axis, keepdims=True))
        ctx.save_for_backward(p)
        ctx.axis = axis
        return p

    @staticmethod
    def backward(ctx, g):
        p = ctx.saved_tensors[0]
        inner = T.sum(g * p, dim=ctx.axis, keepdim=True)
        return (g - inner) * p, None


def softmax(x, dim):
    return _P.apply(x, dim)

# %% relu · functools.partial of a function with any threshold value
from functools import partial


def _above(x, *, border, otherwise):
    low = torch.le(x, border)
    return torch.masked_fill(x, low, otherwise)


relu = partial(_above, border=0.0, otherwise=0.0)

# %% leaky_relu · closure with a gate made under no_grad, decorator
@torch.no_grad()
def _gate(x, slope):
    return torch.where(x > 0, torch.ones_like(x), torch.full_like(x, slope))


def leaky_relu(x, slope=0.01):
    def scaled_by(gate):
        return torch.mul(x, gate)

    return scaled_by(_gate(x, slope))

# %% tanh · generator of pieces, numpy's expm1 in a Function
import numpy as np


class NumpyTanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        a = np.clip(x.detach().numpy(), -20, 20)
        e = np.expm1(a + a)
        y = torch.as_tensor(np.divide(e, e + 2))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        return dy * (1 - ctx.saved_tensors[0] ** 2)


tanh = NumpyTanh.apply

# %% collapse_linear · Jacobian of the whole stack by autograd
def collapse_linear(layers):
    if not layers:
        raise ValueError("no layers")

    def run(x):
        for weight, bias in layers:
            x = weight @ x + bias
        return x

    first = layers[0][0]
    zero = torch.zeros(first.shape[1], dtype=first.dtype)
    return torch.autograd.functional.jacobian(run, zero, create_graph=True), run(zero)

# %% collapse_linear · torch.nn's own layer called with the weights of each layer
def collapse_linear(layers):
    if not layers:
        raise ValueError("no layers")
    inputs, dtype = layers[0][0].shape[1], layers[0][0].dtype
    points = torch.cat([torch.zeros(1, inputs, dtype=dtype), torch.eye(inputs, dtype=dtype)])
    offset, columns = points[:1], points[1:]
    for weight, bias in layers:
        module = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=dtype)
        offset = torch.func.functional_call(module, {"weight": weight, "bias": bias}, offset)
        columns = torch.nn.functional.linear(columns, weight)
    return columns.T, offset[0]

# %% linear · bmm with expanded weights
def linear(x, weight, bias=None):
    vectors = x.reshape(-1, 1, x.shape[-1])
    y = torch.bmm(vectors, weight.t().expand(vectors.shape[0], -1, -1)).squeeze(1)
    y = y.reshape(x.shape[:-1] + weight.shape[:1])
    if bias is None:
        return y
    return y + bias.expand_as(y)

# %% linear · torch.inner
def linear(x, weight, bias=None):
    y = torch.inner(x, weight)
    if bias is not None:
        y = y.add(bias)
    return y

# %% relu · nonzero and index_put
def relu(x):
    flat = x.reshape(-1)
    places = torch.nonzero(~(flat <= 0), as_tuple=True)
    return torch.zeros_like(flat).index_put(places, flat[places]).reshape(x.shape)

# %% sigmoid · exponents never above zero, method style, lerp
def sigmoid(x):
    e = x.where(x < 0, x.neg()).exp()
    low = e.mul(e.add(1).reciprocal())
    high = e.add(1).reciprocal()
    return torch.lerp(high, low, (x < 0).to(x.dtype))

# %% tanh · in pieces by boolean index into an own buffer
def tanh(x):
    out = torch.sign(x.detach()).clone()
    inside = x.abs() < 20
    e = torch.exp(x[inside])
    small = torch.expm1(x[inside])
    # e^2x - 1 = (e^x - 1)(e^x + 1)
    numerator = small * (e + 1)
    out[inside] = numerator / (numerator + 2)
    return out

# %% gelu · a decorator checks the form, addcmul
def with_forms(**forms):
    def decorate(function):
        def wrapped(x, approximate="none"):
            if approximate not in forms:
                raise ValueError(f"{approximate!r} is none of {sorted(forms)}")
            return function(x, forms[approximate])

        return wrapped

    return decorate


@with_forms(
    none=lambda x: torch.erf(torch.mul(x, math.sqrt(0.5))),
    tanh=lambda x: torch.tanh(math.sqrt(2 / math.pi) * torch.add(x, torch.pow(x, 3), alpha=0.044715)),
)
def gelu(x, inner):
    half = torch.div(x, 2)
    return torch.addcmul(half, half, inner(x))

# %% softmax · flattened to rows, loop over rows
def _row(z):
    e = torch.exp(z - max(z.tolist()))
    return e / sum(e)


def softmax(x, dim):
    last = x.transpose(dim, -1)
    rows = last.reshape(-1, last.shape[-1])
    return torch.stack([_row(row) for row in rows]).reshape(last.shape).transpose(dim, -1)

# %% softmax · base two
def softmax(x, dim):
    top, _ = torch.sort(x.detach(), dim=dim)
    top = top.narrow(dim, x.shape[dim] - 1, 1)
    powers = torch.exp2((x - top) * math.log2(math.e))
    return powers / torch.cumsum(powers, dim).narrow(dim, x.shape[dim] - 1, 1)


# %% softmax · exp of x less its logsumexp
def softmax(x, dim):
    return torch.exp(x - torch.logsumexp(x, dim, keepdim=True))

# %% linear_backward · einsum with an ellipsis
def linear_backward(dy, x, weight):
    return torch.einsum("...o,oi->...i", dy, weight), torch.einsum("...o,...i->oi", dy, x), torch.einsum("...o->o", dy)

# %% linear_backward · flattened rows, outer products added up
def linear_backward(dy, x, weight):
    g, r = dy.reshape(-1, dy.shape[-1]), x.reshape(-1, x.shape[-1])
    dweight, dbias = torch.zeros_like(weight), torch.zeros(weight.shape[0], dtype=x.dtype)
    for a, b in zip(g, r):
        dweight = dweight + torch.outer(a, b)
        dbias = dbias + a
    return torch.matmul(dy, weight), dweight, dbias
