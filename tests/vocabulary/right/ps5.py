# %% rnn_step · one line with operators
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)

# %% rnn_step · einsum, tanh as a method, named functions
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    from_input = torch.einsum("nd,hd->nh", x, w_ih)
    from_state = torch.einsum("nk,hk->nh", h, w_hh)
    total = torch.add(torch.add(from_input, b_ih), torch.add(from_state, b_hh))
    return total.tanh()

# %% rnn_step · addmm, one product of the joined matrices
import torch as T


def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    inputs = T.cat([x, h], dim=1)
    weights = T.cat([w_ih, w_hh], dim=1)
    return T.tanh(T.addmm(b_ih + b_hh, inputs, weights.t()))

# %% rnn_step · tanh of one's own from expm1, compared with torch outside
def my_tanh(a):
    # beyond 20 the hyperbolic tangent is 1 in every dtype
    e = torch.expm1(2 * a.clamp(-20, 20))
    return e / (e + 2)


def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return my_tanh(torch.matmul(x, w_ih.transpose(0, 1)) + b_ih + torch.matmul(h, w_hh.transpose(0, 1)) + b_hh)


_cell = torch.nn.RNNCell(3, 2)
_x, _h = torch.randn(4, 3), torch.randn(4, 2)
print(torch.allclose(rnn_step(_x, _h, _cell.weight_ih, _cell.weight_hh, _cell.bias_ih, _cell.bias_hh), _cell(_x, _h), atol=1e-6))

# %% rnn_step · a class with __call__
class Affine:
    def __init__(self, weight, bias):
        self.weight = weight
        self.bias = bias

    def __call__(self, x):
        return x @ self.weight.mT + self.bias


class RNNStep:
    """One tanh around both contributions."""

    def __call__(self, x, h, w_ih, w_hh, b_ih, b_hh):
        return torch.tanh(Affine(w_ih, b_ih)(x) + Affine(w_hh, b_hh)(h))


rnn_step = RNNStep()

# %% rnn_step · a loop over the units, stacked
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    units = []
    for j in range(w_ih.shape[0]):
        a = (x * w_ih[j]).sum(dim=1) + b_ih[j]
        a = a + (h * w_hh[j]).sum(dim=1) + b_hh[j]
        units.append(torch.tanh(a))
    return torch.stack(units, dim=1)

# %% rnn_step · a custom autograd function
class _TanhStep(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, h, w_ih, w_hh, b_ih, b_hh):
        new = torch.tanh(x.mm(w_ih.t()) + b_ih + h.mm(w_hh.t()) + b_hh)
        ctx.save_for_backward(x, h, w_ih, w_hh, new)
        return new

    @staticmethod
    def backward(ctx, grad):
        x, h, w_ih, w_hh, new = ctx.saved_tensors
        g = grad * (1 - new * new)
        return g @ w_ih, g @ w_hh, g.t() @ x, g.t() @ h, g.sum(0), g.sum(0)


def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return _TanhStep.apply(x, h, w_ih, w_hh, b_ih, b_hh)

# %% gru_step · chunk, torch.sigmoid
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    gi = x @ w_ih.T + b_ih
    gh = h @ w_hh.T + b_hh
    i_r, i_z, i_n = gi.chunk(3, dim=1)
    h_r, h_z, h_n = gh.chunk(3, dim=1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return (1 - z) * n + z * h

# %% gru_step · nested functions with slices, lerp
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    size = h.size(-1)

    def rows(block):
        return slice(block * size, (block + 1) * size)

    def contribution(a, w, b, block):
        return torch.matmul(a, w[rows(block)].t()) + b[rows(block)]

    def gate(block):
        return (contribution(x, w_ih, b_ih, block) + contribution(h, w_hh, b_hh, block)).sigmoid()

    r, z = gate(0), gate(1)
    n = (contribution(x, w_ih, b_ih, 2) + r * contribution(h, w_hh, b_hh, 2)).tanh()
    return torch.lerp(n, h, z)

# %% gru_step · sigmoid of one's own, a module-level tuple of names
GATES = ("r", "z", "n")


def logistic(a):
    return 0.5 * (1 + torch.tanh(0.5 * a))


def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    hidden = h.shape[1]
    inp = dict(zip(GATES, torch.split(x @ w_ih.T + b_ih, hidden, dim=1)))
    rec = dict(zip(GATES, torch.split(h @ w_hh.T + b_hh, hidden, dim=1)))
    r, z = (logistic(inp[name] + rec[name]) for name in "rz")
    n = torch.tanh(inp["n"] + r * rec["n"])
    return n + z * (h - n)

# %% gru_step · sigmoid from exp, weights seen as (3, H, D)
def sigmoid(a):
    small = torch.exp(-a.abs())
    return torch.where(a >= 0, 1 / (1 + small), small / (1 + small))


def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    H = h.shape[1]
    i = torch.einsum("nd,ghd->gnh", x, w_ih.reshape(3, H, -1)) + b_ih.reshape(3, 1, H)
    s = torch.einsum("nk,ghk->gnh", h, w_hh.reshape(3, H, H)) + b_hh.reshape(3, 1, H)
    r, z = 1 / (1 + torch.exp(-(i[:2] + s[:2]).clamp(min=-80)))
    n = 2 * sigmoid(2 * (i[2] + r * s[2])) - 1
    return (1 - z) * n + z * h

# %% gru_step · a dataclass for the packed weights, type hints
from dataclasses import dataclass

from torch import Tensor


@dataclass
class Packed:
    weight: Tensor
    bias: Tensor

    def blocks(self, a: Tensor, count: int) -> tuple[Tensor, ...]:
        return torch.addmm(self.bias, a, self.weight.T).tensor_split(count, dim=1)


def gru_step(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    xr, xz, xn = Packed(w_ih, b_ih).blocks(x, 3)
    hr, hz, hn = Packed(w_hh, b_hh).blocks(h, 3)
    reset, update = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    candidate = torch.tanh(xn + reset * hn)
    return candidate.mul(1 - update).add(update.mul(h))


cell = torch.nn.GRUCell(3, 2)
a, b = torch.randn(5, 3), torch.randn(5, 2)
print("like torch:", torch.allclose(gru_step(a, b, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh), cell(a, b), atol=1e-6))

# %% gru_step · writes into a buffer of its own
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    n_samples, size = h.shape
    gi, gh = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    out = torch.empty_like(h)
    for j in range(size):
        r = torch.sigmoid(gi[:, j] + gh[:, j])
        z = torch.sigmoid(gi[:, size + j] + gh[:, size + j])
        n = torch.tanh(gi[:, 2 * size + j] + r * gh[:, 2 * size + j])
        out[:, j] = (1 - z) * n + z * h[:, j]
    return out

# %% lstm_step · chunk, in torch's order
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    gates = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = gates.chunk(4, dim=1)
    i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
    g = torch.tanh(g)
    c_next = f * c + i * g
    return o * torch.tanh(c_next), c_next

# %% lstm_step · a dict of lambdas for the activations
ACTIVATIONS = {
    "i": lambda a: a.sigmoid(),
    "f": lambda a: a.sigmoid(),
    "g": lambda a: a.tanh(),
    "o": lambda a: a.sigmoid(),
}


def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    total = torch.addmm(b_ih, x, w_ih.t()) + torch.addmm(b_hh, h, w_hh.t())
    parts = total.split(h.size(1), 1)
    v = {name: act(part) for (name, act), part in zip(ACTIVATIONS.items(), parts)}
    cell = torch.addcmul(v["f"] * c, v["i"], v["g"])
    return v["o"] * cell.tanh(), cell

# %% lstm_step · einsum over a view (4, H, D), unbind
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    H = h.shape[-1]
    pre = (
        torch.einsum("nd,khd->knh", x, w_ih.view(4, H, x.shape[-1]))
        + torch.einsum("nj,khj->knh", h, w_hh.view(4, H, H))
        + (b_ih + b_hh).view(4, 1, H)
    )
    i, f, g, o = pre.unbind(0)
    i, f, o = map(torch.sigmoid, (i, f, o))
    new_c = f.mul(c) + i.mul(g.tanh())
    return o * torch.tanh(new_c), new_c

# %% lstm_step · helpers below the function, own logistic with where
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    gate = _gates(x, h, w_ih, w_hh, b_ih, b_hh)
    i, f, o = _logistic(gate(0)), _logistic(gate(1)), _logistic(gate(3))
    g = _tangent(gate(2))
    c = f * c + i * g
    return o * _tangent(c), c


def _gates(x, h, w_ih, w_hh, b_ih, b_hh):
    size = h.shape[1]

    def gate(k):
        a, b = k * size, k * size + size
        return x @ w_ih[a:b].T + b_ih[a:b] + h @ w_hh[a:b].T + b_hh[a:b]

    return gate


def _logistic(a):
    positive = a > 0
    e = torch.exp(torch.where(positive, -a, a))
    return torch.where(positive, 1 / (1 + e), e / (1 + e))


def _tangent(a):
    return 2 * _logistic(2 * a) - 1

# %% lstm_step · a namedtuple inside, a loop over the blocks
from collections import namedtuple

Gates = namedtuple("Gates", "i f g o")


def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    size = w_hh.shape[1]
    blocks = []
    for start in range(0, 4 * size, size):
        stop = start + size
        block = torch.mm(x, w_ih[start:stop].t()).add_(b_ih[start:stop])
        block = block + torch.mm(h, w_hh[start:stop].t()).add_(b_hh[start:stop])
        blocks.append(torch.tanh(block) if start == 2 * size else torch.sigmoid(block))
    gates = Gates(*blocks)
    cell = gates.f * c + gates.i * gates.g
    return gates.o * cell.tanh(), cell

# %% lstm_step · a class with a class method, blocks picked by a list of indices
class LSTM:
    blocks = 4

    @classmethod
    def pre(cls, x, h, w_ih, w_hh, b_ih, b_hh):
        joined = torch.hstack([x, h]) @ torch.hstack([w_ih, w_hh]).T + (b_ih + b_hh)
        return joined.unflatten(1, (cls.blocks, h.shape[1]))

    def __call__(self, x, h, c, w_ih, w_hh, b_ih, b_hh):
        pre = self.pre(x, h, w_ih, w_hh, b_ih, b_hh)
        i, f, o = torch.sigmoid(pre[:, [0, 1, 3]]).permute(1, 0, 2)
        g = torch.tanh(pre[:, 2])
        c_new = f * c + i * g
        return o * torch.tanh(c_new), c_new


lstm_step = LSTM()

# %% rnn_forward · a loop with rnn_step
def rnn_forward(x, h0, weights):
    if len(x) == 0:
        raise ValueError("the sequence has no steps")
    h = h0
    states = []
    for x_t in x:
        h = rnn_step(x_t, h, *weights)
        states.append(h)
    return torch.stack(states), h

# %% rnn_forward · without rnn_step, the input's part at once
def rnn_forward(x, h0, weights):
    w_ih, w_hh, b_ih, b_hh = weights
    steps = x.shape[0]
    if steps < 1:
        raise ValueError("T must be at least 1")
    drive = x @ w_ih.T + b_ih + b_hh
    out = x.new_empty(steps, *h0.shape)
    h = h0
    for t in range(steps):
        h = torch.tanh(drive[t] + h @ w_hh.T)
        out[t] = h
    return out, h

# %% rnn_forward · itertools.accumulate
from itertools import accumulate


def rnn_forward(x, h0, weights):
    if x.size(0) == 0:
        raise ValueError("an empty sequence has no last state")
    states = list(accumulate(x.unbind(0), lambda h, x_t: rnn_step(x_t, h, *weights), initial=h0))[1:]
    return torch.stack(states, dim=0), states[-1]

# %% rnn_forward · recursion
def rnn_forward(x, h0, weights):
    if x.shape[0] == 0:
        raise ValueError("no steps")

    def states_until(t):
        if t < 0:
            return [h0]
        before = states_until(t - 1)
        return before + [rnn_step(x[t], before[-1], *weights)]

    states = states_until(x.shape[0] - 1)[1:]
    out = torch.cat([s.unsqueeze(0) for s in states])
    return out, out[-1]

# %% rnn_forward · a generator
def run(x, h, weights):
    w_ih, w_hh, b_ih, b_hh = weights
    for row in x:
        yield (h := (row @ w_ih.T + b_ih + h @ w_hh.T + b_hh).tanh())


def rnn_forward(x, h0, weights):
    if not x.shape[0]:
        raise ValueError("T = 0")
    out = torch.stack(tuple(run(x, h0, weights)))
    return out, out[-1]


rnn = torch.nn.RNN(3, 2)
some = torch.randn(4, 5, 3)
ours, theirs = rnn_forward(some, torch.zeros(5, 2), tuple(rnn.all_weights[0]))[0], rnn(some)[0]
print((ours - theirs).abs().max())

# %% stacked_gru · two loops
def stacked_gru(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError(f"{layers} layers need {4 * layers} tensors, not {len(weights)}")
    below = x
    last = []
    for layer in range(layers):
        params = weights[4 * layer : 4 * layer + 4]
        hidden = params[1].shape[1]
        h = torch.zeros(x.shape[1], hidden, dtype=x.dtype, device=x.device)
        states = []
        for t in range(x.shape[0]):
            h = gru_step(below[t], h, *params)
            states.append(h)
        below = torch.stack(states)
        last.append(h)
    return below, torch.stack(last)

# %% stacked_gru · time outside, layers inside
def stacked_gru(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("four tensors for each layer")
    groups = [tuple(weights[i : i + 4]) for i in range(0, len(weights), 4)]
    states = [x.new_zeros(x.size(1), w_hh.size(1)) for _, w_hh, _, _ in groups]
    top = []
    for x_t in x:
        signal = x_t
        for layer, group in enumerate(groups):
            signal = states[layer] = gru_step(signal, states[layer], *group)
        top.append(signal)
    return torch.stack(top, 0), torch.stack(states, 0)

# %% stacked_gru · recursion over the layers
def one_layer(x, w_ih, w_hh, b_ih, b_hh):
    h = x.new_zeros(x.shape[1], w_hh.shape[1])
    out = []
    for x_t in x.unbind():
        h = gru_step(x_t, h, w_ih, w_hh, b_ih, b_hh)
        out += [h]
    return torch.stack(out)


def stacked_gru(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("the number of tensors does not fit the layers")
    out = one_layer(x, *weights[:4])
    if layers == 1:
        return out, out[-1:]
    top, above = stacked_gru(out, weights[4:], layers - 1)
    return top, torch.cat([out[-1:], above])

# %% stacked_gru · a class per layer, the step written out
class Layer:
    def __init__(self, w_ih, w_hh, b_ih, b_hh):
        self.w_ih, self.w_hh, self.b_ih, self.b_hh = w_ih, w_hh, b_ih, b_hh
        self.size = w_hh.shape[1]

    def step(self, gi, h):
        gh = h @ self.w_hh.T + self.b_hh
        s = self.size
        rz = torch.sigmoid(gi[:, : 2 * s] + gh[:, : 2 * s])
        r, z = rz[:, :s], rz[:, s:]
        n = torch.tanh(gi[:, 2 * s :] + r * gh[:, 2 * s :])
        return n - z * n + z * h

    def __call__(self, x):
        inputs = x @ self.w_ih.T + self.b_ih
        h = torch.zeros_like(inputs[0, :, : self.size])
        return torch.stack([h := self.step(gi, h) for gi in inputs])


def stacked_gru(x, weights, layers):
    if len(weights) != layers * 4:
        raise ValueError("wrong number of tensors")
    it = iter(weights)
    last = []
    for four in zip(it, it, it, it):
        x = Layer(*four)(x)
        last.append(x[-1])
    return x, torch.stack(last)


net = torch.nn.GRU(3, 2, num_layers=2)
seq = torch.randn(4, 5, 3)
print(all(torch.allclose(a, b, atol=1e-6) for a, b in zip(stacked_gru(seq, list(net.parameters()), 2), net(seq))))

# %% bidirectional_gru · a helper that runs one direction, flip
def run_gru(x, weights):
    h = x.new_zeros(x.shape[1], weights[1].shape[1])
    out = []
    for t in range(len(x)):
        h = gru_step(x[t], h, *weights)
        out.append(h)
    return torch.stack(out), h


def bidirectional_gru(x, weights):
    forward, last_forward = run_gru(x, weights[:4])
    backward, last_backward = run_gru(x.flip(0), weights[4:])
    out = torch.cat([forward, backward.flip(0)], dim=2)
    return out, torch.stack([last_forward, last_backward])

# %% bidirectional_gru · a buffer of its own, filled from both ends
def bidirectional_gru(x, weights):
    T, N, _ = x.shape
    H = weights[1].shape[1]
    out = torch.zeros(T, N, 2 * H, dtype=x.dtype, device=x.device)
    h = torch.zeros(N, H, dtype=x.dtype, device=x.device)
    for t in range(T):
        h = gru_step(x[t], h, *weights[:4])
        out[t, :, :H] = h
    g = torch.zeros(N, H, dtype=x.dtype, device=x.device)
    for t in reversed(range(T)):
        g = gru_step(x[t], g, *weights[4:])
        out[t, :, H:] = g
    return out, torch.stack((h, g))

# %% bidirectional_gru · with stacked_gru of one layer
def bidirectional_gru(x, weights):
    ahead, h_ahead = stacked_gru(x, weights[:4], 1)
    back, h_back = stacked_gru(torch.flip(x, dims=[0]), weights[4:], 1)
    return torch.concat((ahead, torch.flip(back, dims=[0])), dim=-1), torch.concat((h_ahead, h_back), dim=0)

# %% bidirectional_gru · a keyword-only helper argument, partial
from functools import partial


def _direction(x, weights, *, order, start):
    states = {}
    h = start
    for t in order:
        states[t] = h = gru_step(x[t], h, *weights)
    return [states[t] for t in range(len(x))], h


def bidirectional_gru(x, weights):
    steps = range(x.size(0))
    start = torch.zeros(x.size(1), weights[1].size(1)).to(x)
    run = partial(_direction, x, start=start)
    f, f_last = run(weights[0:4], order=steps)
    b, b_last = run(weights[4:8], order=steps[::-1])
    out = torch.stack([torch.hstack(pair) for pair in zip(f, b)])
    return out, torch.stack([f_last, b_last])

# %% bidirectional_gru · both directions as one batch, bmm
def bidirectional_gru(x, weights):
    w_ih, w_hh, b_ih, b_hh = (torch.stack([weights[k], weights[k + 4]]) for k in range(4))
    H = w_hh.shape[2]
    both = torch.stack([x, x.flip(0)])  # (2, T, N, D)
    h = both.new_zeros(2, x.shape[1], H)
    states = []
    for t in range(x.shape[0]):
        gi = torch.baddbmm(b_ih[:, None], both[:, t], w_ih.mT)
        gh = torch.baddbmm(b_hh[:, None], h, w_hh.mT)
        r = torch.sigmoid(gi[..., :H] + gh[..., :H])
        z = torch.sigmoid(gi[..., H : 2 * H] + gh[..., H : 2 * H])
        n = torch.tanh(gi[..., 2 * H :] + r * gh[..., 2 * H :])
        h = (1 - z) * n + z * h
        states.append(h)
    out = torch.stack(states)
    return torch.cat([out[:, 0], out[:, 1].flip(0)], dim=-1), h

# %% parameter_count · a dict of blocks and a loop
BLOCKS = {"rnn": 1, "gru": 3, "lstm": 4}


def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    if kind not in BLOCKS:
        raise ValueError(f"unknown kind {kind!r}")
    directions = 2 if bidirectional else 1
    total, size = 0, input
    for _ in range(layers):
        total += directions * BLOCKS[kind] * hidden * (size + hidden + 2)
        size = directions * hidden
    return total

# %% parameter_count · match, closed form
def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    match kind:
        case "rnn":
            g = 1
        case "gru":
            g = 3
        case "lstm":
            g = 4
        case _:
            raise ValueError(kind)
    s = 1 + bool(bidirectional)
    first = s * g * hidden * (input + hidden + 2)
    further = s * g * hidden * (s * hidden + hidden + 2)
    return first + (layers - 1) * further

# %% parameter_count · recursion
def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    try:
        rows = hidden * dict(rnn=1, gru=3, lstm=4)[kind]
    except KeyError:
        raise ValueError("kind should be rnn, gru or lstm") from None
    if layers == 0:
        return 0
    s = 2 if bidirectional else 1
    return s * rows * (input + hidden + 2) + parameter_count(kind, s * hidden, hidden, layers - 1, bidirectional)

# %% parameter_count · the shapes of all tensors, multiplied with math.prod
import math


def shapes(blocks, sizes, hidden, directions):
    for size in sizes:
        for _ in range(directions):
            yield from [(blocks * hidden, size), (blocks * hidden, hidden), (blocks * hidden,), (blocks * hidden,)]


def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    kinds = ["rnn", None, "gru", "lstm"]
    if kind is None or kind not in kinds:
        raise ValueError(f"{kind} is no recurrent network")
    directions = int(bidirectional) + 1
    sizes = [input] + [directions * hidden] * (layers - 1)
    return sum(math.prod(shape) for shape in shapes(kinds.index(kind) + 1, sizes, hidden, directions))


lstm = torch.nn.LSTM(3, 2, num_layers=2, bidirectional=True)
assert parameter_count("lstm", 3, 2, 2, True) == sum(p.numel() for p in lstm.parameters())

# %% parameter_count · NumPy over the layers
import numpy as np


def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}.get(kind)
    if blocks is None:
        raise ValueError("kind")
    s = 2 if bidirectional else 1
    inputs = np.full(layers, s * hidden, dtype=np.int64)
    inputs[0] = input
    return int(s * blocks * hidden * np.sum(inputs + hidden + 2))

# %% clip_grad_norm · sum of squares, min
def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("max_norm must not be negative")
    total = torch.sqrt(sum((g * g).sum() for g in grads))
    factor = torch.clamp(max_norm / (total + 1e-6), max=1.0)
    return [g * factor for g in grads], total

# %% clip_grad_norm · vector norm of the vector norms
def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError(f"max_norm is {max_norm}")
    total = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads]))
    scale = (max_norm / (total + 1e-6)).clamp(max=1)
    return [g.mul(scale) for g in grads], total

# %% clip_grad_norm · one long vector, norm as a method, if instead of min
EPS = 1e-6


def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative max_norm")
    flat = torch.cat([g.reshape(-1) for g in grads])
    total = flat.norm()
    factor = max_norm / (total + EPS)
    if factor >= 1:
        return [g.clone() for g in grads], total
    return [factor * g for g in grads], total

# %% clip_grad_norm · one long vector, dot product, split again
def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError
    long = torch.cat([g.flatten() for g in grads])
    total = torch.dot(long, long).sqrt()
    one = torch.ones_like(total)
    scaled = long * torch.minimum(one, max_norm / (total + 1e-6))
    parts = scaled.split([g.numel() for g in grads])
    return [part.reshape(g.shape) for part, g in zip(parts, grads)], total

# %% clip_grad_norm · no_grad, copies changed in place, math
from math import *


def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("max_norm < 0")
    with torch.no_grad():
        norm = sqrt(sum(g.double().square().sum().item() for g in grads))
        factor = min(1.0, max_norm / (norm + 1e-6))
        copies = [g.clone() for g in grads]
        for copy in copies:
            copy.mul_(factor)
    return copies, torch.tensor(norm, dtype=grads[0].dtype, device=grads[0].device)

# %% last_valid · two index tensors
def last_valid(out, lengths):
    if ((lengths < 1) | (lengths > out.shape[0])).any():
        raise ValueError("a length is outside 1 … T")
    return out[lengths - 1, torch.arange(out.shape[1], device=out.device)]

# %% last_valid · gather
def last_valid(out, lengths):
    T, N, H = out.shape
    if torch.any(lengths < 1) or torch.any(lengths > T):
        raise ValueError("no such step")
    index = (lengths - 1).view(1, N, 1).expand(1, N, H)
    return out.gather(0, index).squeeze(0)

# %% last_valid · a loop, stacked
def last_valid(out, lengths):
    T, N, H = out.shape
    rows = []
    for n, length in enumerate(lengths.tolist()):
        if not 1 <= length <= T:
            raise ValueError(f"sample {n} has length {length}, the batch {T} steps")
        rows.append(out[length - 1, n])
    return torch.stack(rows)

# %% last_valid · a boolean mask of the last steps
def last_valid(out, lengths):
    steps = torch.arange(1, len(out) + 1).unsqueeze(1)
    last = steps == lengths
    if not last.any(dim=0).all():
        raise ValueError("each length should be in 1 … T")
    return torch.where(last.unsqueeze(-1), out, torch.zeros_like(out)).sum(0)

# %% last_valid · take_along_dim, in a nested check
def last_valid(out, lengths):
    def check(condition):
        if not bool(condition):
            raise ValueError("length outside the sequence")

    check(torch.all(lengths >= 1))
    check(torch.all(lengths <= out.size(0)))
    return torch.take_along_dim(out, (lengths - 1)[None, :, None], dim=0)[0]

# %% last_valid · rows of the flattened states by number
def last_valid(out, lengths):
    T, N, H = out.shape
    if any(n < 1 or n > T for n in lengths.tolist()):
        raise ValueError
    return out.reshape(T * N, H).index_select(0, (lengths - 1) * N + torch.arange(N))
