"""The formulas of problem set 5, as its prose has them, against torch."""

import pytest
import torch
from torch import nn

NOT_EXECUTED = {
    "lstm_step: the order i, o, f, c of ONNX": "needs the onnx package, which the course does not install",
    "rnn_step: cuDNN as the reason for two biases": "a matter of history; that torch has two is executed",
    "written question: a gradient norm of 1e-8": "a made-up observation; that gradients vanish is executed",
}

D, H, N, T = 3, 4, 2, 5
SIGMA, TANH = torch.sigmoid, torch.tanh


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(5)


def blocks(module, suffix, count):
    """The blocks of W_i, W_h, b_i and b_h of one layer and direction, in torch's order."""
    return [
        getattr(module, f"{name}{suffix}").chunk(count) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]


def rnn(x, h, module, suffix="_l0"):
    """tanh(W_ih x + b_ih + W_hh h + b_hh) for one sample."""
    (w_ih,), (w_hh,), (b_ih,), (b_hh,) = blocks(module, suffix, 1)
    return TANH(w_ih @ x + b_ih + w_hh @ h + b_hh)


def gru(x, h, module, suffix="_l0"):
    """The four formulas of a GRU for one sample."""
    (w_ir, w_iz, w_in), (w_hr, w_hz, w_hn), (b_ir, b_iz, b_in), (b_hr, b_hz, b_hn) = blocks(module, suffix, 3)
    r = SIGMA(w_ir @ x + b_ir + w_hr @ h + b_hr)
    z = SIGMA(w_iz @ x + b_iz + w_hz @ h + b_hz)
    n = TANH(w_in @ x + b_in + r * (w_hn @ h + b_hn))
    return (1 - z) * n + z * h


def lstm(x, h, c, module, suffix=""):
    """The gates of an LSTM, the next state and the next cell, for one sample."""
    (w_ii, w_if, w_ig, w_io), (w_hi, w_hf, w_hg, w_ho), b_i, b_h = blocks(module, suffix, 4)
    i, f = SIGMA(w_ii @ x + b_i[0] + w_hi @ h + b_h[0]), SIGMA(w_if @ x + b_i[1] + w_hf @ h + b_h[1])
    g, o = TANH(w_ig @ x + b_i[2] + w_hg @ h + b_h[2]), SIGMA(w_io @ x + b_i[3] + w_ho @ h + b_h[3])
    c = f * c + i * g
    return (i, f, g, o), o * TANH(c), c


def run(cell, x, module, suffix):
    """All states of one sample from a zero state."""
    h, states = torch.zeros(H).double(), []
    for x_t in x:
        h = cell(x_t, h, module, suffix)
        states.append(h)
    return torch.stack(states)


def size(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_step_of_a_plain_network():
    cell, x, h = nn.RNNCell(D, H), torch.randn(D), torch.randn(H)
    torch.testing.assert_close(rnn(x, h, cell, ""), cell(x, h))
    assert cell.bias_ih.shape == cell.bias_hh.shape == (H,)
    assert (TANH(torch.tensor(2.0)) + TANH(torch.tensor(2.0))).item() > 1


def test_batch_of_rows():
    cell, x = nn.RNNCell(D, H), torch.randn(N, D)
    torch.testing.assert_close(x @ cell.weight_ih.T, torch.stack([cell.weight_ih @ row for row in x]))


def test_step_of_a_gru():
    cell, x, h = nn.GRUCell(D, H), torch.randn(D), torch.randn(H)
    torch.testing.assert_close(gru(x, h, cell, ""), cell(x, h))


def test_reset_gate_of_the_paper_gives_other_numbers():
    cell, x, h = nn.GRUCell(D, H), torch.randn(D), torch.randn(H)
    (w_ir, w_iz, w_in), (w_hr, w_hz, w_hn), (b_ir, b_iz, b_in), (b_hr, b_hz, b_hn) = blocks(cell, "", 3)
    r, z = SIGMA(w_ir @ x + b_ir + w_hr @ h + b_hr), SIGMA(w_iz @ x + b_iz + w_hz @ h + b_hz)
    n = TANH(w_in @ x + b_in + w_hn @ (r * h) + b_hn)
    assert not torch.allclose((1 - z) * n + z * h, cell(x, h), atol=1e-4)


def test_step_of_an_lstm():
    cell, x, h, c = nn.LSTMCell(D, H), torch.randn(D), torch.randn(H), torch.randn(H)
    torch.testing.assert_close(lstm(x, h, c, cell)[1:], cell(x, (h, c)))


def test_gradient_along_the_cell_is_the_forget_gate():
    cell, x, h, c = nn.LSTMCell(D, H), torch.randn(D), torch.randn(H), torch.randn(H)
    gates, _, _ = lstm(x, h, c, cell)
    jacobian = torch.autograd.functional.jacobian(lambda c: cell(x, (h, c))[1], c)
    torch.testing.assert_close(jacobian, torch.diag(gates[1]))


def test_no_forget_bias_is_added():
    cell = nn.LSTMCell(D, H)
    bound = 1 / H**0.5
    assert cell.bias_ih[H : 2 * H].abs().max() <= bound
    assert cell.bias_hh[H : 2 * H].abs().max() <= bound


def test_states_of_a_sequence():
    layer, x = nn.RNN(D, H).double(), torch.randn(T, D).double()
    out, h_n = layer(x)
    torch.testing.assert_close(run(rnn, x, layer, "_l0"), out)
    torch.testing.assert_close(out[-1], h_n[0])
    assert not layer.batch_first


def test_gradient_is_a_product_of_jacobians():
    layer, x = nn.RNN(D, H).double(), torch.randn(T, D).double()
    h0 = torch.randn(1, H).double()
    out, _ = layer(x, h0)
    product = torch.eye(H).double()
    for h_t in out:
        product = torch.diag(1 - h_t**2) @ layer.weight_hh_l0 @ product
    whole = torch.autograd.functional.jacobian(lambda h: layer(x, h[None])[1][0], h0[0])
    torch.testing.assert_close(product, whole)


def test_gradient_vanishes_or_explodes():
    layer, x = nn.RNN(D, H).double(), torch.randn(100, D).double()

    def norm_of_the_jacobian():
        def last(h):
            return layer(x, h[None])[1][0]

        return torch.autograd.functional.jacobian(last, torch.zeros(H).double()).norm().item()

    assert norm_of_the_jacobian() < 1e-8
    with torch.no_grad():
        layer.weight_hh_l0.copy_(1.5 * torch.eye(H))
        layer.weight_ih_l0.zero_()
        layer.bias_ih_l0.zero_()
        layer.bias_hh_l0.zero_()
    assert norm_of_the_jacobian() > 1e8


def test_stack_of_layers():
    layer, x = nn.GRU(D, H, num_layers=3).double(), torch.randn(T, D).double()
    out, h_n = layer(x)
    below = x
    for number in range(3):
        below = run(gru, below, layer, f"_l{number}")
        torch.testing.assert_close(below[-1], h_n[number])
    torch.testing.assert_close(below, out)
    torch.testing.assert_close(h_n[-1], out[-1])
    assert [item.shape[1] for name, item in layer.named_parameters() if "weight_ih" in name] == [D, H, H]
    names = [name for name, _ in layer.named_parameters()]
    assert names[:5] == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l1"]


def test_both_directions():
    layer, x = nn.GRU(D, H, bidirectional=True).double(), torch.randn(T, D).double()
    out, h_n = layer(x)
    forward, backward = run(gru, x, layer, "_l0"), run(gru, x.flip(0), layer, "_l0_reverse").flip(0)
    torch.testing.assert_close(torch.cat([forward, backward], dim=1), out)
    torch.testing.assert_close(torch.stack([forward[-1], backward[0]]), h_n)


def test_backward_half_of_the_last_output_has_seen_one_step():
    layer, x = nn.GRU(D, H, bidirectional=True), torch.randn(T, 1, D, requires_grad=True)
    layer(x)[0][-1, 0, H:].sum().backward()
    assert (x.grad[:-1] == 0).all()
    assert x.grad[-1].any()


def test_parameter_count():
    for kind, g in [(nn.RNN, 1), (nn.GRU, 3), (nn.LSTM, 4)]:
        for layers in (1, 2, 3):
            for s in (1, 2):
                columns = [D if number == 0 else s * H for number in range(layers)]
                count = s * sum(g * H * (d + H + 2) for d in columns)
                assert count == size(kind(D, H, layers, bidirectional=s == 2))
    assert 4 * size(nn.GRU(D, H)) == 3 * size(nn.LSTM(D, H))


def test_doubling_the_state_more_than_doubles_the_parameters():
    assert abs(size(nn.GRU(256, 512)) / size(nn.GRU(256, 256)) - 3) < 0.02
    assert abs(size(nn.GRU(4, 1024)) / size(nn.GRU(4, 512)) - 4) < 0.05


def test_clipping_by_the_total_norm():
    grads = [torch.randn(3, 2), torch.randn(4)]
    total = sum((item**2).sum() for item in grads).sqrt()
    for m in (0.5, 100.0):
        parameters = [nn.Parameter(torch.zeros_like(item)) for item in grads]
        for parameter, item in zip(parameters, grads, strict=True):
            parameter.grad = item.clone()
        torch.testing.assert_close(nn.utils.clip_grad_norm_(parameters, m), total)
        for parameter, item in zip(parameters, grads, strict=True):
            torch.testing.assert_close(parameter.grad, min(1, m / (total.item() + 1e-6)) * item)


def test_negative_norm_turns_gradients_round():
    parameter = nn.Parameter(torch.zeros(2))
    parameter.grad = torch.tensor([3.0, 4.0])
    nn.utils.clip_grad_norm_([parameter], -1.0)
    assert (parameter.grad < 0).all()


def test_last_valid_state():
    layer, x, lengths = nn.GRU(D, H), torch.randn(T, N, D), torch.tensor([2, 5])
    out, _ = layer(x)
    picked = torch.stack([out[length - 1, n] for n, length in enumerate(lengths.tolist())])
    _, h_n = layer(nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False))
    torch.testing.assert_close(picked, h_n[0])
    torch.testing.assert_close(out[lengths - 1, torch.arange(N)], picked)
    assert not torch.allclose(out[-1, 0], picked[0])


def test_zeros_as_padding_change_the_state():
    layer, x = nn.GRU(D, H), torch.randn(2, 1, D)
    out, _ = layer(torch.cat([x, torch.zeros(1, 1, D)]))
    assert not torch.allclose(out[2], out[1], atol=1e-3)


def test_backward_run_carries_the_padding():
    layer, x = nn.GRU(D, H, bidirectional=True), torch.randn(2, 1, D)
    alone = layer(x)[0]
    longer = torch.cat([x, torch.zeros(3, 1, D)])
    together = layer(longer)[0][:2]
    torch.testing.assert_close(together[..., :H], alone[..., :H])
    assert not torch.allclose(together[..., H:], alone[..., H:], atol=1e-3)
    _, h_n = layer(nn.utils.rnn.pack_padded_sequence(longer, torch.tensor([2])))
    torch.testing.assert_close(h_n[1], alone[0, :, H:])
