# %% rnn_step · torch.rnn_tanh_cell
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.rnn_tanh_cell(x, h, w_ih, w_hh, b_ih, b_hh)


# %% rnn_step · the layer torch.rnn_tanh with a sequence of one step
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    weights = [w_ih, w_hh, b_ih, b_hh]
    return torch.rnn_tanh(x[None], h[None], weights, True, 1, 0.0, False, False, False)[1][0]


# %% rnn_step · nn.RNNCell with the weights put in
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    cell = torch.nn.RNNCell(w_ih.shape[1], w_ih.shape[0], dtype=x.dtype)
    weights = {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih, "bias_hh": b_hh}
    return torch.func.functional_call(cell, weights, (x, h))


# %% rnn_step · the output of an LSTM cell whose other gates stand open
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    zero, none = torch.zeros_like(w_ih), torch.zeros_like(b_ih)
    wide, shut = none + 1e4, none - 1e4
    state = torch.zeros_like(w_hh)
    total = (x @ w_ih.T + b_ih) + (h @ w_hh.T + b_hh)
    out, _ = torch.lstm_cell(
        x, (h, total), torch.cat([zero] * 4), torch.cat([state] * 4), torch.cat([shut, wide, none, wide]), torch.cat([none] * 4)
    )
    return out


# %% gru_step · torch.gru_cell
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.gru_cell(x, h, w_ih, w_hh, b_ih, b_hh)


# %% gru_step · torch.ops.aten.gru_cell
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.ops.aten.gru_cell(x, h, w_ih, w_hh, b_ih, b_hh)


# %% gru_step · nn.GRU over a sequence of one step
from torch import nn


def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    layer = nn.GRU(w_ih.shape[1], w_hh.shape[1], dtype=x.dtype)
    names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    weights = dict(zip(names, [w_ih, w_hh, b_ih, b_hh]))
    return torch.func.functional_call(layer, weights, (x[None], h[None]))[1][0]


# %% lstm_step · torch.lstm_cell
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    return torch.lstm_cell(x, (h, c), w_ih, w_hh, b_ih, b_hh)


# %% lstm_step · nn.LSTMCell with the weights put in
import torch.nn as nn


def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    cell = nn.LSTMCell(w_ih.shape[1], w_hh.shape[1], dtype=x.dtype)
    weights = {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih, "bias_hh": b_hh}
    return torch.func.functional_call(cell, weights, (x, (h, c)))


# %% lstm_step · the cell of torch.ao's quantizable layers
import torch.ao.nn.quantizable as quantizable


def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    cell = quantizable.LSTMCell(w_ih.shape[1], w_hh.shape[1])
    weights = {"igates.weight": w_ih, "igates.bias": b_ih, "hgates.weight": w_hh, "hgates.bias": b_hh}
    return torch.func.functional_call(cell, weights, (x, (h, c)))


# %% rnn_forward · torch.rnn_tanh
def rnn_forward(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    out, last = torch.rnn_tanh(x, h0[None], list(weights), True, 1, 0.0, False, False, False)
    return out, last[0]


# %% rnn_forward · nn.RNN with the weights put in
from torch import nn


def rnn_forward(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    layer = nn.RNN(x.shape[2], h0.shape[1], dtype=x.dtype)
    names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    out, last = torch.func.functional_call(layer, dict(zip(names, weights)), (x, h0[None]))
    return out, last[0]


# %% stacked_gru · torch.gru
def stacked_gru(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("four tensors a layer")
    h0 = x.new_zeros(layers, x.shape[1], weights[1].shape[1])
    return torch.gru(x, h0, list(weights), True, layers, 0.0, False, False, False)


# %% stacked_gru · torch.ops.aten.gru
def stacked_gru(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("four tensors a layer")
    h0 = x.new_zeros(layers, x.shape[1], weights[1].shape[1])
    return torch.ops.aten.gru.input(x, h0, list(weights), True, layers, 0.0, False, False, False)


# %% bidirectional_gru · torch.gru in both directions
def bidirectional_gru(x, weights):
    h0 = x.new_zeros(2, x.shape[1], weights[1].shape[1])
    return torch.gru(x, h0, list(weights), True, 1, 0.0, False, True, False)


# %% bidirectional_gru · nn.GRU with the weights put in
import torch.nn as nn


def bidirectional_gru(x, weights):
    layer = nn.GRU(x.shape[2], weights[1].shape[1], bidirectional=True, dtype=x.dtype)
    names = [name for name, _ in layer.named_parameters()]
    return torch.func.functional_call(layer, dict(zip(names, weights)), (x,))


# %% parameter_count · sizes of the weights of torch's layer
from torch import nn


def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    kinds = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
    if kind not in kinds:
        raise ValueError(kind)
    layer = kinds[kind](input, hidden, layers, bidirectional=bidirectional, device="meta")
    return sum(len(p.reshape(-1)) for p in layer.parameters())


# %% parameter_count · all weights in one vector by torch.nn.utils
from torch.nn.utils import parameters_to_vector


def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    if kind not in ("rnn", "gru", "lstm"):
        raise ValueError(kind)
    layer = torch.nn.RNNBase("RNN_TANH" if kind == "rnn" else kind.upper(), input, hidden, layers, bidirectional=bidirectional)
    return len(parameters_to_vector(layer.parameters()))


# %% clip_grad_norm · torch.nn.utils.clip_grad_norm_ on copies
from torch import nn


def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    copies = [nn.Parameter(torch.zeros_like(g)) for g in grads]
    for copy, g in zip(copies, grads):
        copy.grad = g.detach().clone()
    total = nn.utils.clip_grad_norm_(copies, max_norm)
    return [copy.grad for copy in copies], total


# %% clip_grad_norm · Tensor.renorm of all gradients in one row
from torch.nn.utils import parameters_to_vector


def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    row = parameters_to_vector(grads)
    clipped = row[None].renorm(2, 0, max_norm)[0]
    parts = clipped.split([g.numel() for g in grads])
    return [part.reshape(g.shape) for part, g in zip(parts, grads)], row.norm()


# %% clip_grad_norm · F.normalize of all gradients in one row
import torch.nn.functional as F


def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    row = torch.cat([g.reshape(-1) for g in grads])
    total = torch.linalg.vector_norm(row)
    clipped = F.normalize(row, dim=0, eps=1e-30) * total.clamp(max=max_norm)
    parts = clipped.split([g.numel() for g in grads])
    return [part.reshape(g.shape) for part, g in zip(parts, grads)], total


# %% clip_grad_norm · get_total_norm and a plain factor
from torch.nn.utils import get_total_norm


def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    total = get_total_norm(grads)
    return [g * (max_norm / (total + 1e-6)).clamp(max=1) for g in grads], total
