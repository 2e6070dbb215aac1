"""The formulas in the prose of problem set 9, written out as they stand there and executed against torch."""

import math

import pytest
import torch
import torch.nn.functional as F

NOT_EXECUTED: dict[str, str] = {}
"""Formulas that cannot be executed, and why: there are none in this set."""

DOUBLE = torch.float64


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(9)


def by_torch(kind, w, gradients, rates=None, **options):
    """The weight after each step of an optimizer of torch, with a rate of its own for each step if given."""
    parameter = torch.nn.Parameter(w.clone())
    optimizer = kind([parameter], **options)
    weights = []
    for t, g in enumerate(gradients):
        if rates:
            optimizer.param_groups[0]["lr"] = rates[t]
        parameter.grad = g.clone()
        optimizer.step()
        weights.append(parameter.detach().clone())
    return weights, optimizer.state[parameter]


def drawn(steps=5, size=4):
    """A weight and a gradient for each step."""
    return torch.randn(size, dtype=DOUBLE), [torch.randn(size, dtype=DOUBLE) for _ in range(steps)]


@pytest.mark.parametrize("tau", [0.0, 0.4, 0.9])
def test_momentum_in_the_form_of_torch(tau):
    (w, g), mu, eta = drawn(), 0.9, 0.1
    expected, state = by_torch(torch.optim.SGD, w, g, lr=eta, momentum=mu, dampening=tau)
    for t in range(5):
        b = g[0] if t == 0 else mu * b + (1 - tau) * g[t]  # noqa: F821
        w = w - eta * b
        assert torch.allclose(w, expected[t])
    assert torch.allclose(b, state["momentum_buffer"])


def test_the_buffer_grows_to_ten_times_a_gradient_that_stays_the_same():
    b = 0.0
    for _ in range(400):
        b = 0.9 * b + 1.0
    assert b == pytest.approx(1 / (1 - 0.9))


def test_momentum_in_the_form_of_the_textbooks():
    (w, g), mu, eta = drawn(), 0.9, 0.1
    expected, state = by_torch(torch.optim.SGD, w, g, lr=eta, momentum=mu)
    v = torch.zeros(4, dtype=DOUBLE)
    for t in range(5):
        v = mu * v - eta * g[t]
        w = w + v
        assert torch.allclose(w, expected[t])
    assert torch.allclose(v, -eta * state["momentum_buffer"])


def test_the_two_forms_written_out():
    (start, g), mu, eta = drawn(), 0.8, [0.3, 0.1, 0.5, 0.2, 0.0]
    expected, _ = by_torch(torch.optim.SGD, start, g, eta, lr=1.0, momentum=mu)
    w, rolling, v = start, start, torch.zeros(4, dtype=DOUBLE)
    for t in range(5):
        w = w - eta[t] * sum(mu ** (t - s) * g[s] for s in range(t + 1))
        assert torch.allclose(w, expected[t])
        v = mu * v - eta[t] * g[t]
        written_out = rolling - sum(mu ** (t - s) * eta[s] * g[s] for s in range(t + 1))
        rolling = rolling + v
        assert torch.allclose(rolling, written_out)
    assert torch.equal(expected[4], expected[3])  # with a rate of 0 torch stops at once
    assert not torch.allclose(rolling, rolling - v)  # and the ball rolls on


def averages(w, g, eta, beta_1, beta_2, eps=1e-8):
    """The weight after each step of Adam, as the text has it."""
    m, v, weights = torch.zeros_like(w), torch.zeros_like(w), []
    for t, gradient in enumerate(g, start=1):
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
        w = w - eta * m_hat / (v_hat.sqrt() + eps)
        weights.append(w)
    return weights, m, v


def test_running_averages_of_adam():
    w, g = drawn()
    _, m, v = averages(w, g, 0.1, 0.9, 0.999)
    _, state = by_torch(torch.optim.Adam, w, g, lr=0.1)
    assert torch.allclose(m, state["exp_avg"])
    assert torch.allclose(v, state["exp_avg_sq"])


def test_bias_correction_and_step_of_adam():
    w, g = drawn()
    for beta_1, beta_2 in [(0.9, 0.999), (0.5, 0.7)]:
        expected, _ = by_torch(torch.optim.Adam, w, g, lr=0.1, betas=(beta_1, beta_2))
        for mine, right in zip(averages(w, g, 0.1, beta_1, beta_2)[0], expected, strict=True):
            assert torch.allclose(mine, right)


def test_the_shares_of_all_gradients_add_up_to_one_minus_the_power():
    for t in (1, 2, 7):
        assert sum(0.1 * 0.9 ** (t - s) for s in range(1, t + 1)) == pytest.approx(1 - 0.9**t)


def test_the_penalty_enters_the_gradient():
    (w, _), lam = drawn(), 0.3
    leaf = w.clone().requires_grad_()
    (lam / 2 * leaf.norm() ** 2).backward()
    assert torch.allclose(leaf.grad, lam * w)
    g = torch.randn(4, dtype=DOUBLE)
    expected, state = by_torch(torch.optim.Adam, w, [g], lr=0.1, weight_decay=lam)
    mine, m, v = averages(w, [g + lam * w], 0.1, 0.9, 0.999)
    assert torch.allclose(mine[0], expected[0])
    assert torch.allclose(m, state["exp_avg"])
    assert torch.allclose(v, state["exp_avg_sq"])


def test_the_decoupled_decay_goes_around_the_averages():
    (w, g), lam, eta = drawn(), 0.3, 0.1
    expected, state = by_torch(torch.optim.AdamW, w, g, lr=eta, weight_decay=lam)
    m, v = torch.zeros(4, dtype=DOUBLE), torch.zeros(4, dtype=DOUBLE)
    for t in range(1, 6):
        m, v = 0.9 * m + 0.1 * g[t - 1], 0.999 * v + 0.001 * g[t - 1] ** 2
        by_adam = w - eta * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
        w = by_adam - eta * lam * w
        assert torch.allclose(w, expected[t - 1])
    assert torch.allclose(m, state["exp_avg"])


def test_in_plain_descent_penalty_and_decay_are_the_same():
    (w, g), lam, eta = drawn(steps=1), 0.3, 0.1
    expected, _ = by_torch(torch.optim.SGD, w, g, lr=eta, weight_decay=lam)
    assert torch.allclose((1 - eta * lam) * w - eta * g[0], expected[0])


def test_without_a_gradient_the_penalty_of_adam_moves_by_the_whole_rate():
    w, zero = torch.tensor([0.5, -2.0], dtype=DOUBLE), torch.zeros(2, dtype=DOUBLE)
    for lam in (0.1, 1e-4):
        moved, _ = by_torch(torch.optim.Adam, w, [zero], lr=0.1, weight_decay=lam)
        assert torch.allclose(moved[0], torch.tensor([0.4, -1.9], dtype=DOUBLE), atol=1e-3)
    options = torch.optim.AdamW([torch.nn.Parameter(w)]).param_groups[0]
    assert (options["weight_decay"], options["lr"]) == (0.01, 1e-3)


def test_schedule():
    big_w, big_t, top, low = 5, 30, 0.4, 0.02

    def eta(t):
        if t < big_w:
            return (t + 1) / big_w * top
        if t < big_t:
            return low + (top - low) / 2 * (1 + math.cos(math.pi * (t - big_w) / (big_t - big_w)))
        return low

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=top)
    schedulers = torch.optim.lr_scheduler
    both = [
        schedulers.LinearLR(optimizer, 1 / big_w, total_iters=big_w - 1),
        schedulers.CosineAnnealingLR(optimizer, big_t - big_w, eta_min=low),
    ]
    whole = schedulers.SequentialLR(optimizer, both, milestones=[big_w])
    for t in range(big_t + 1):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(eta(t)), t
        optimizer.step()
        whole.step()
    assert eta(0) == pytest.approx(top / big_w)
    assert eta(big_w - 1) == eta(big_w) == top


def test_variances_forwards_and_backwards():
    fan_in, fan_out, variance = 300, 500, 0.01
    w = torch.randn(fan_out, fan_in) * math.sqrt(variance)
    x = (torch.randn(2000, fan_in) * 2).requires_grad_()
    y = x @ w.T
    assert y.var().item() == pytest.approx(fan_in * variance * 4, rel=0.05)
    (grad,) = torch.autograd.grad(y, x, torch.randn(2000, fan_out) * 3)
    assert grad.var().item() == pytest.approx(fan_out * variance * 9, rel=0.05)
    assert 2**30 > 1e9


def fans(shape):
    """Both fans of a weight, as the text has them."""
    area = math.prod(shape[2:])
    return shape[1] * area, shape[0] * area


@pytest.mark.parametrize("shape", [(30, 20), (8, 4, 3, 3), (5, 7, 2), (4, 6, 2, 3, 2)])
def test_fans(shape):
    assert torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape)) == fans(shape)


@pytest.mark.parametrize("shape", [(300, 200), (40, 30, 5, 5)])
def test_bound_of_xavier(shape):
    for gain in (1.0, 5 / 3):
        fan_in, fan_out = fans(shape)
        a = gain * math.sqrt(6 / (fan_in + fan_out))
        weight = torch.nn.init.xavier_uniform_(torch.empty(shape), gain)
        assert a * 0.99 < weight.abs().max() <= a
        assert weight.var().item() == pytest.approx(a**2 / 3, rel=0.03)
        assert a == pytest.approx(math.sqrt(3) * gain * math.sqrt(2 / (fan_in + fan_out)))
    assert torch.nn.init.calculate_gain("tanh") == pytest.approx(5 / 3)


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0])
def test_variance_of_he(slope):
    for shape in [(300, 200), (40, 30, 5, 5)]:
        weight = torch.nn.init.kaiming_normal_(torch.empty(shape), slope)
        assert weight.var().item() == pytest.approx(2 / ((1 + slope**2) * fans(shape)[0]), rel=0.03)


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_mean_square_from_layer_to_layer(slope):
    fan_in, variance = 400, 1 / 400
    before = torch.randn(3000, fan_in)
    z = before @ (torch.randn(fan_in, fan_in) * math.sqrt(variance)).T
    h = F.leaky_relu(z, slope)
    w = torch.randn(fan_in, fan_in) * math.sqrt(variance)
    after = F.leaky_relu(h @ w.T, slope)
    expected = (1 + slope**2) * fan_in / 2 * variance * h.square().mean().item()
    assert after.square().mean().item() == pytest.approx(expected, rel=0.1)
    assert pytest.approx(1e-3, rel=0.03) == 0.5**10
    assert pytest.approx(1e-6, rel=0.05) == 0.5**20


def test_pieces_weighted_by_their_rows():
    x, y = torch.randn(10, 3, dtype=DOUBLE), torch.randint(4, (10,))
    w = torch.randn(4, 3, dtype=DOUBLE, requires_grad=True)
    whole = F.cross_entropy(x @ w.T, y)
    pieces = [F.cross_entropy(a @ w.T, b) for a, b in zip(x.split(4), y.split(4), strict=True)]
    shares = [4 / 10, 4 / 10, 2 / 10]
    assert torch.allclose(whole, sum(share * piece for share, piece in zip(shares, pieces, strict=True)))
    (right,) = torch.autograd.grad(whole, w)
    each = [torch.autograd.grad(piece, w)[0] for piece in pieces]
    assert torch.allclose(right, sum(share * grad for share, grad in zip(shares, each, strict=True)))
    assert not torch.allclose(right, sum(each) / 3)


def test_clipped_step():
    theta, eta = [torch.randn(3, 2, dtype=DOUBLE), torch.randn(3, dtype=DOUBLE)], 0.2
    g = [torch.randn_like(one) * 2 for one in theta]
    for c in (0.5, 100.0):
        norm = math.sqrt(sum(float(one.square().sum()) for one in g))
        mine = [one - eta * min(1, c / (norm + 1e-6)) * grad for one, grad in zip(theta, g, strict=True)]
        parameters = [torch.nn.Parameter(one.clone()) for one in theta]
        for parameter, grad in zip(parameters, g, strict=True):
            parameter.grad = grad.clone()
        assert torch.nn.utils.clip_grad_norm_(parameters, c).item() == pytest.approx(norm)
        torch.optim.SGD(parameters, lr=eta).step()
        for one, parameter in zip(mine, parameters, strict=True):
            assert torch.allclose(one, parameter, rtol=1e-12)
