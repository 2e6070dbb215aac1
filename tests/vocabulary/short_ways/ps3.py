# %% linear · F.linear
import torch.nn.functional as F


def linear(x, weight, bias=None):
    return F.linear(x, weight, bias)


# %% linear · F.conv1d with a kernel of one
import torch.nn.functional as F


def linear(x, weight, bias=None):
    rows = x.reshape(-1, x.shape[-1])
    y = F.conv1d(rows[:, :, None], weight[:, :, None], bias)
    return y[:, :, 0].reshape(*x.shape[:-1], len(weight))


# %% linear · torch.ops.aten.linear
def linear(x, weight, bias=None):
    return torch.ops.aten.linear(x, weight, bias)


# %% linear · F.embedding_bag sums the weights' columns
import torch.nn.functional as F


def linear(x, weight, bias=None):
    rows = x.reshape(-1, x.shape[-1])
    index = torch.arange(x.shape[-1]).expand(rows.shape)
    y = F.embedding_bag(index, weight.T.contiguous(), mode="sum", per_sample_weights=rows)
    y = y.reshape(*x.shape[:-1], len(weight))
    return y if bias is None else y + bias


# %% relu · torch.relu
def relu(x):
    return torch.relu(x)


# %% relu · a pooling of zero and x
import torch.nn.functional as F


def relu(x):
    both = torch.stack([torch.zeros_like(x), x], dim=-1)
    return F.max_pool1d(both.reshape(-1, 1, 2), 2).reshape(x.shape)


# %% relu · F.hardtanh without an upper end
import torch.nn.functional as F


def relu(x):
    return F.hardtanh(x, 0.0, float("inf"))


# %% relu · F.hinge_embedding_loss without reduction
import torch.nn.functional as F


def relu(x):
    minus = -torch.ones_like(x)
    return F.hinge_embedding_loss(-x, minus, margin=0.0, reduction="none")


# %% relu · F.margin_ranking_loss against zero
import torch.nn.functional as F


def relu(x):
    zero = torch.zeros_like(x)
    return F.margin_ranking_loss(zero, x, torch.ones_like(x), reduction="none")


# %% leaky_relu · F.leaky_relu
def leaky_relu(x, slope=0.01):
    return torch.nn.functional.leaky_relu(x, slope)


# %% leaky_relu · torch.prelu with one weight
def leaky_relu(x, slope=0.01):
    return torch.prelu(x.reshape(-1), torch.full((1,), float(slope), dtype=x.dtype)).reshape(x.shape)


# %% leaky_relu · the backward function of torch.ops.aten
def leaky_relu(x, slope=0.01):
    return torch.ops.aten.leaky_relu_backward(x, x, slope, False)


# %% leaky_relu · F.rrelu between equal bounds
import torch.nn.functional as F


def leaky_relu(x, slope=0.01):
    return F.rrelu(x, slope, slope)


# %% sigmoid · the gradient of F.softplus
import torch.nn.functional as F


def sigmoid(x):
    with torch.enable_grad():
        given = x if x.requires_grad else x.detach().requires_grad_()
        [y] = torch.autograd.grad(F.softplus(given, threshold=40).sum(), given, create_graph=x.requires_grad)
    return y


# %% sigmoid · exp of minus F.softplus
import torch.nn.functional as F


def sigmoid(x):
    return torch.exp(-F.softplus(-x, threshold=40))


# %% sigmoid · exp of minus the binary cross-entropy
import torch.nn.functional as F


def sigmoid(x):
    return torch.exp(-F.binary_cross_entropy_with_logits(x, torch.ones_like(x), reduction="none"))


# %% sigmoid · the forget gate of torch.lstm_cell
def sigmoid(x):
    column = x.reshape(-1, 1)
    zero, one = torch.zeros_like(column), torch.ones(1, 1, dtype=x.dtype)
    gates = torch.tensor([[0.0], [1.0], [0.0], [0.0]], dtype=x.dtype)
    _, cell = torch.lstm_cell(column, (zero, torch.ones_like(column)), gates, 0 * gates)
    return cell.reshape(x.shape)


# %% sigmoid · the update gate of torch.gru_cell
def sigmoid(x):
    column = x.reshape(-1, 1)
    weight = torch.tensor([[0.0], [1.0], [0.0]], dtype=x.dtype)
    y = torch.gru_cell(column, torch.ones_like(column), weight, 0 * weight)
    return y.reshape(x.shape)


# %% sigmoid · attention between x and zero
import torch.nn.functional as F


def sigmoid(x):
    query = x.reshape(-1, 1, 1)
    keys = torch.tensor([[1.0], [0.0]], dtype=x.dtype)
    y = F.scaled_dot_product_attention(query, keys.expand(len(query), 2, 1), keys.expand(len(query), 2, 1), scale=1.0)
    return y.reshape(x.shape)


# %% sigmoid · SciPy's expit
from scipy.special import expit


class Logistic(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.as_tensor(expit(x.detach().numpy()))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        [y] = ctx.saved_tensors
        return grad * y * (1 - y)


def sigmoid(x):
    return Logistic.apply(x)


# %% sigmoid · torch.special.expit
def sigmoid(x):
    return torch.special.expit(x)


# %% sigmoid · Bernoulli's probability of a logit
from torch.distributions import Bernoulli


def sigmoid(x):
    return Bernoulli(logits=x).probs


# %% sigmoid · F.silu over x
import torch.nn.functional as F


def sigmoid(x):
    safe = torch.where(x == 0, 1.0, x)
    return torch.where(x == 0, 0.5 + x / 4, F.silu(safe) / safe)


# %% sigmoid · exp of minus F.soft_margin_loss
import torch.nn.functional as F


def sigmoid(x):
    loss = F.soft_margin_loss(x, torch.ones_like(x), reduction="none")
    return torch.exp(-loss)


# %% sigmoid_grad · the variance of a Bernoulli
from torch.distributions import Bernoulli


def sigmoid_grad(y):
    return Bernoulli(probs=y).variance


# %% sigmoid_grad · torch.ops.aten.sigmoid_backward
def sigmoid_grad(y):
    return torch.ops.aten.sigmoid_backward(torch.ones_like(y), y)


# %% sigmoid_grad · SciPy's variance of a coin
from scipy import stats


class Variance(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y):
        ctx.save_for_backward(y)
        return torch.as_tensor(stats.bernoulli.var(y.detach().numpy())).to(y.dtype).reshape(y.shape)

    @staticmethod
    def backward(ctx, grad):
        [y] = ctx.saved_tensors
        return grad * (1 - 2 * y)


def sigmoid_grad(y):
    return Variance.apply(y)


# %% tanh · the candidate of torch.gru_cell
def tanh(x):
    column = x.reshape(-1, 1)
    weight = torch.tensor([[0.0], [0.0], [1.0]], dtype=x.dtype)
    shut = torch.tensor([0.0, -1e4, 0.0], dtype=x.dtype)
    y = torch.gru_cell(column, torch.zeros_like(column), weight, 0 * weight, shut, 0 * shut)
    return y.reshape(x.shape)


# %% tanh · nn.GRUCell with weights set by hand
class Squeeze(torch.nn.Module):
    def __init__(self, dtype):
        super().__init__()
        self.cell = torch.nn.GRUCell(1, 1, dtype=dtype)
        with torch.no_grad():
            for parameter in self.cell.parameters():
                parameter.zero_()
            self.cell.weight_ih[2] = 1
            self.cell.bias_ih[1] = -1e4

    def forward(self, x):
        return self.cell(x.reshape(-1, 1)).reshape(x.shape)


def tanh(x):
    return Squeeze(x.dtype)(x)


# %% tanh · the method of the tensor
def tanh(x):
    return x.tanh()


# %% tanh · x less F.tanhshrink
import torch.nn.functional as F


def tanh(x):
    return x - F.tanhshrink(x)


# %% tanh · np.tanh inside an autograd.Function
import numpy as np


class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.as_tensor(np.tanh(x.detach().numpy()))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        [y] = ctx.saved_tensors
        return grad * (1 - y * y)


def tanh(x):
    return Tanh.apply(x)


# %% tanh · a transform of torch.distributions
from torch.distributions.transforms import TanhTransform


def tanh(x):
    return TanhTransform()(x)


# %% gelu · torch.special.ndtr
def gelu(x, approximate="none"):
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    if approximate != "none":
        raise ValueError(approximate)
    return x * torch.special.ndtr(x)


# %% gelu · the distribution function of torch.distributions.Normal
from torch.distributions import Normal


def gelu(x, approximate="none"):
    if approximate == "none":
        return x * Normal(0.0, 1.0).cdf(x)
    if approximate == "tanh":
        return x * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    raise ValueError(approximate)


# %% gelu · SciPy's norm.cdf
from scipy import stats


class Gauss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.as_tensor(stats.norm.cdf(x.detach().numpy())).to(x.dtype).reshape(x.shape)

    @staticmethod
    def backward(ctx, grad):
        [x] = ctx.saved_tensors
        return grad * torch.as_tensor(stats.norm.pdf(x.numpy())).to(x.dtype).reshape(x.shape)


def gelu(x, approximate="none"):
    if approximate == "none":
        return x * Gauss.apply(x)
    if approximate == "tanh":
        return x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    raise ValueError(approximate)


# %% gelu · nn.GELU
def gelu(x, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise ValueError(approximate)
    return torch.nn.GELU(approximate)(x)


# %% softmax · attention whose values are the unit vectors
import torch.nn.functional as F


def softmax(x, dim):
    rows = x.movedim(dim, -1)
    scores = rows.reshape(1, -1, rows.shape[-1])
    one = torch.eye(rows.shape[-1], dtype=x.dtype)[None]
    nothing = torch.zeros(1, scores.shape[1], 1, dtype=x.dtype)
    y = F.scaled_dot_product_attention(nothing, nothing.new_zeros(1, len(one[0]), 1), one, attn_mask=scores)
    return y.reshape(rows.shape).movedim(-1, dim)


# %% softmax · exp of x less the last of torch.logcumsumexp
def softmax(x, dim):
    total = torch.logcumsumexp(x, dim).narrow(dim, x.shape[dim] - 1, 1)
    return torch.exp(x - total)


# %% softmax · F.normalize of the exponentials
import torch.nn.functional as F


def softmax(x, dim):
    return F.normalize(torch.exp(x - x.amax(dim, keepdim=True).detach()), p=1, dim=dim)


# %% softmax · the logits that Categorical normalizes
from torch.distributions import Categorical


def softmax(x, dim):
    return Categorical(logits=x.movedim(dim, -1), validate_args=False).logits.exp().movedim(-1, dim)


# %% softmax · SciPy's softmax
from scipy import special


class Normalized(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        y = torch.as_tensor(special.softmax(x.detach().numpy(), axis=dim))
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx, grad):
        [y] = ctx.saved_tensors
        return y * (grad - (grad * y).sum(ctx.dim, keepdim=True)), None


def softmax(x, dim):
    return Normalized.apply(x, dim)


# %% softmax · scikit-learn's softmax
from sklearn.utils.extmath import softmax as of_rows


class Normalized(torch.autograd.Function):
    @staticmethod
    def forward(ctx, rows):
        y = torch.as_tensor(of_rows(rows.detach().numpy()))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        [y] = ctx.saved_tensors
        return y * (grad - (grad * y).sum(1, keepdim=True))


def softmax(x, dim):
    rows = x.movedim(dim, -1)
    return Normalized.apply(rows.reshape(-1, rows.shape[-1])).reshape(rows.shape).movedim(-1, dim)


# %% softmax · F.softmin of minus x
import torch.nn.functional as F


def softmax(x, dim):
    return F.softmin(-x, dim)


# %% softmax · the gradient of F.cross_entropy
import torch.nn.functional as F


def softmax(x, dim):
    rows = x.movedim(dim, -1)
    flat = rows.reshape(-1, rows.shape[-1])
    first = torch.zeros(len(flat), dtype=torch.int64)
    with torch.enable_grad():
        given = flat if flat.requires_grad else flat.detach().requires_grad_()
        loss = F.cross_entropy(given, first, reduction="sum")
        [y] = torch.autograd.grad(loss, given, create_graph=x.requires_grad)
    one = torch.zeros(flat.shape[1], dtype=x.dtype)
    one[0] = 1
    return (y + one).reshape(rows.shape).movedim(-1, dim)
