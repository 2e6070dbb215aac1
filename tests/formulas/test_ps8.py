"""The formulas in the prose of problem set 8, written out as they stand there and executed against torch."""

import math

import pytest
import torch
import torch.nn.functional as F

NOT_EXECUTED: dict[str, str] = {}
"""Formulas that cannot be executed, and why: there are none in this set."""

DOUBLE = torch.float64


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(8)


def test_squared_error_and_its_mean():
    x, y = torch.randn(3, 4, dtype=DOUBLE, requires_grad=True), torch.randn(3, 4, dtype=DOUBLE)
    terms = [(a - b) ** 2 for a, b in zip(x.detach().flatten(), y.flatten(), strict=True)]
    assert torch.allclose(sum(terms) / len(terms), F.mse_loss(x, y))
    F.mse_loss(x, y, reduction="sum").backward()
    assert torch.allclose(x.grad, 2 * (x.detach() - y))


def test_torch_only_warns_where_shapes_broadcast():
    with pytest.warns(UserWarning, match="broadcasting"):
        assert F.mse_loss(torch.zeros(4, 1), torch.zeros(4), reduction="none").shape == (4, 4)


def test_multiplied_out_square_loses_its_digits():
    x, y = torch.tensor(4097.0), torch.tensor(4096.0)
    assert (x - y) ** 2 == 1
    assert x**2 - 2 * x * y + y**2 != 1


def test_absolute_error_its_mean_and_its_slope():
    x, y = torch.randn(3, 4, dtype=DOUBLE), torch.randn(3, 4, dtype=DOUBLE)
    x[0, 0] = y[0, 0]
    terms = [abs(a - b) for a, b in zip(x.flatten(), y.flatten(), strict=True)]
    x.requires_grad_()
    assert torch.allclose(sum(terms) / len(terms), F.l1_loss(x, y))
    F.l1_loss(x, y, reduction="sum").backward()
    assert torch.equal(x.grad, torch.sign(x.detach() - y))
    assert x.grad[0, 0] == 0


def test_median_and_mean_are_the_best_constants():
    y, constants = torch.tensor([0.0, 1.0, 50.0]), torch.arange(51.0)
    assert constants[(constants[:, None] - y).abs().mean(1).argmin()] == 1
    assert constants[((constants[:, None] - y) ** 2).mean(1).argmin()] == 17


def test_log_softmax():
    z = torch.randn(6, dtype=DOUBLE) * 3
    m = max(z)
    left = torch.stack([torch.log(z[i].exp() / sum(z[j].exp() for j in range(6))) for i in range(6)])
    right = torch.stack([(z[i] - m) - torch.log(sum((z[j] - m).exp() for j in range(6))) for i in range(6)])
    assert torch.allclose(left, F.log_softmax(z, 0))
    assert torch.allclose(right, F.log_softmax(z, 0))


def test_what_overflows_and_what_rounds_to_zero():
    assert torch.tensor(89.0).exp() == math.inf
    x = torch.tensor([0.0, -200.0])
    assert torch.softmax(x, 0).log()[1] == -math.inf
    assert F.log_softmax(x, 0)[1] == -200
    masked = F.log_softmax(torch.tensor([-math.inf, 0.0, 1.0]), 0)
    assert masked[0] == -math.inf
    assert torch.allclose(masked[1:], F.log_softmax(torch.tensor([0.0, 1.0]), 0))


def test_cross_entropy_of_one_sample():
    z, w, t = torch.randn(5, dtype=DOUBLE), torch.rand(5, dtype=DOUBLE), 3
    loss = -w[t] * torch.log(z[t].exp() / sum(z[c].exp() for c in range(5)))
    assert torch.allclose(loss, F.cross_entropy(z[None], torch.tensor([t]), w, reduction="sum"))


def test_label_smoothing():
    z, w, t, alpha = torch.randn(5, dtype=DOUBLE), torch.rand(5, dtype=DOUBLE), 3, 0.3
    log_p = [torch.log(z[c].exp() / sum(z[j].exp() for j in range(5))) for c in range(5)]
    loss = (1 - alpha) * (-w[t] * log_p[t]) + alpha / 5 * sum(-w[c] * log_p[c] for c in range(5))
    expected = F.cross_entropy(z[None], torch.tensor([t]), w, reduction="sum", label_smoothing=alpha)
    assert torch.allclose(loss, expected)


def test_weighted_mean_and_ignored_targets():
    z, t = torch.randn(4, 3, dtype=DOUBLE), torch.tensor([0, 2, -100, 1])
    w = torch.tensor([0.5, 2.0, 3.0], dtype=DOUBLE)
    log_p, kept = F.log_softmax(z, 1), [0, 1, 3]
    loss = sum(-w[t[n]] * log_p[n, t[n]] for n in kept) / sum(w[t[n]] for n in kept)
    assert torch.allclose(loss, F.cross_entropy(z, t, w))


def test_gradient_of_cross_entropy_is_softmax_less_one_hot():
    z = torch.randn(1, 5, dtype=DOUBLE, requires_grad=True)
    F.cross_entropy(z, torch.tensor([2])).backward()
    assert torch.allclose(z.grad, torch.softmax(z.detach(), 1) - F.one_hot(torch.tensor([2]), 5))


def test_cross_entropy_with_soft_targets():
    z, y = torch.randn(3, 4, dtype=DOUBLE), torch.softmax(torch.randn(3, 4, dtype=DOUBLE), 1)
    p = torch.softmax(z, 1)
    terms = [-sum(y[n, c] * torch.log(p[n, c]) for c in range(4)) for n in range(3)]
    assert torch.allclose(sum(terms) / 3, F.cross_entropy(z, y))


def test_gradient_of_cross_entropy_with_soft_targets():
    z = torch.randn(1, 4, dtype=DOUBLE, requires_grad=True)
    y = torch.softmax(torch.randn(1, 4, dtype=DOUBLE), 1)
    F.cross_entropy(z, y).backward()
    assert torch.allclose(z.grad, torch.softmax(z.detach(), 1) - y)
    entropy = -(y * y.log()).sum()
    assert torch.allclose(F.cross_entropy(y.log(), y), entropy)
    assert entropy > 0


def test_constant_in_the_logarithm_caps_the_loss():
    assert round(-math.log(1e-8), 1) == 18.4
    z = torch.tensor([[0.0, 200.0]], requires_grad=True)
    (-(torch.softmax(z, 1)[0, 0] + 1e-8).log()).backward()
    assert torch.equal(z.grad, torch.zeros(1, 2))


def test_binary_cross_entropy():
    z, y, w = torch.randn(6, dtype=DOUBLE), torch.rand(6, dtype=DOUBLE), torch.tensor(2.5, dtype=DOUBLE)
    s = torch.sigmoid(z)
    loss = -(w * y * torch.log(s) + (1 - y) * torch.log(1 - s))
    assert torch.allclose(loss.mean(), F.binary_cross_entropy_with_logits(z, y, pos_weight=w))


def test_logarithms_of_the_sigmoid_are_softplus():
    z = torch.linspace(-8, 8, 33, dtype=DOUBLE)
    assert torch.allclose(-torch.log(torch.sigmoid(z)), torch.log(1 + torch.exp(-z)))
    assert torch.allclose(-torch.log(1 - torch.sigmoid(z)), torch.log(1 + torch.exp(z)))
    assert torch.allclose(torch.log(1 + torch.exp(z)), z + torch.log(1 + torch.exp(-z)))
    assert torch.allclose(torch.log(1 + torch.exp(z)), F.softplus(z))
    assert torch.sigmoid(torch.tensor(20.0)) == 1


def test_stable_softplus():
    u = torch.tensor([-1e4, -3.0, 0.0, 0.5, 1e4], dtype=DOUBLE)
    right = torch.maximum(u, torch.zeros_like(u)) + torch.log(1 + torch.exp(-u.abs()))
    assert torch.allclose(right, F.softplus(u))
    assert torch.allclose(right, torch.logaddexp(u, torch.zeros_like(u)))


def test_slope_at_the_logit_zero():
    y = torch.tensor([0.0, 1.0, 0.25])
    z = torch.zeros(3, requires_grad=True)
    F.binary_cross_entropy_with_logits(z, y, reduction="sum").backward()
    assert torch.allclose(z.grad, 0.5 - y)
    z = torch.zeros(3, requires_grad=True)
    (z.relu() - z * y + torch.log(1 + torch.exp(-z.abs()))).sum().backward()
    assert not torch.allclose(z.grad, 0.5 - y)


def test_divergence():
    p, q = torch.softmax(torch.randn(2, 3, 5, dtype=DOUBLE), 2)
    rows = [sum(p[n, c] * (p[n, c].log() - q[n, c].log()) for c in range(5)) for n in range(3)]
    assert torch.allclose(sum(rows) / 3, F.kl_div(q.log(), p, reduction="batchmean"))
    assert min(rows) >= 0
    swapped = F.kl_div(p.log(), q, reduction="batchmean")
    assert not torch.allclose(sum(rows) / 3, swapped)
    with pytest.warns(UserWarning, match="batchmean"):
        assert torch.allclose(F.kl_div(q.log(), p, reduction="mean"), sum(rows) / 15)


def test_cross_entropy_is_divergence_plus_entropy():
    p, q = torch.softmax(torch.randn(2, 5, dtype=DOUBLE), 1)
    left = -sum(p[c] * q[c].log() for c in range(5))
    right = F.kl_div(q.log(), p, reduction="sum") - sum(p[c] * p[c].log() for c in range(5))
    assert torch.allclose(left, right)


def test_a_value_repaired_afterwards_keeps_a_gradient_of_nan():
    p, q = torch.tensor([0.0, 1.0]), torch.tensor([0.5, 0.5], requires_grad=True)
    loss = torch.where(p > 0, p * (p.log() - q.log()), 0.0).sum()
    loss.backward()
    assert loss.isfinite()
    p, q = torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0], requires_grad=True)
    torch.where(p > 0, p * (p.log() - q.log()), 0.0).sum().backward()
    assert q.grad.isnan().any()


def test_triplet_loss():
    a, p, n = torch.randn(3, 8, 4, dtype=DOUBLE)

    def d(u, v):
        return math.sqrt(sum((u[k] - v[k]) ** 2 for k in range(4)))

    loss = [max(0, d(a[i], p[i]) - d(a[i], n[i]) + 0.7) for i in range(8)]
    expected = F.triplet_margin_loss(a, p, n, margin=0.7, reduction="none", eps=0)
    assert torch.allclose(torch.tensor(loss, dtype=DOUBLE), expected)


def test_gradient_where_anchor_and_positive_coincide():
    def slope(distance):
        u = torch.zeros(1, 2, requires_grad=True)
        distance(u).sum().backward()
        return u.grad

    assert slope(lambda u: u.square().sum(1).sqrt()).isnan().all()
    assert torch.equal(slope(lambda u: torch.linalg.vector_norm(u, dim=1)), torch.zeros(1, 2))
    assert slope(lambda u: F.pairwise_distance(u, torch.zeros(1, 2))).isfinite().all()


def test_rows_of_length_one_and_their_similarities():
    z1, z2 = torch.randn(2, 3, 4, dtype=DOUBLE)
    u = torch.stack([z1[i] / math.sqrt(z1[i] @ z1[i]) for i in range(3)])
    v = torch.stack([z2[j] / math.sqrt(z2[j] @ z2[j]) for j in range(3)])
    s = torch.tensor([[u[i] @ v[j] / 0.2 for j in range(3)] for i in range(3)])
    expected = F.cosine_similarity(z1[:, None], z2[None], dim=2) / 0.2
    assert torch.allclose(s, expected.to(s.dtype))
    assert torch.tensor(100.0).exp() == math.inf


def test_info_nce():
    n, s = 4, torch.randn(4, 4, dtype=DOUBLE) / 0.3
    total = sum(
        -torch.log(s[i, i].exp() / sum(s[i, j].exp() for j in range(n)))
        - torch.log(s[i, i].exp() / sum(s[j, i].exp() for j in range(n)))
        for i in range(n)
    )
    answer = torch.arange(n)
    assert torch.allclose(total / (2 * n), (F.cross_entropy(s, answer) + F.cross_entropy(s.T, answer)) / 2)


def test_nt_xent():
    n, tau = 3, 0.4
    u = F.normalize(torch.randn(2 * n, 5, dtype=DOUBLE), dim=1)
    s = u @ u.T / tau
    partner = [(i + n) % (2 * n) for i in range(2 * n)]
    loss = sum(
        -torch.log(s[i, partner[i]].exp() / sum(s[i, j].exp() for j in range(2 * n) if j != i)) for i in range(2 * n)
    ) / (2 * n)
    without_itself = s.masked_fill(torch.eye(2 * n, dtype=torch.bool), -math.inf)
    assert torch.allclose(loss, F.cross_entropy(without_itself, torch.tensor(partner)))
    assert round(math.exp(1 / 0.1)) == 22026


def test_softmax_before_cross_entropy_of_the_written_question():
    best = F.cross_entropy(torch.eye(10, dtype=DOUBLE), torch.arange(10))
    assert best.item() == pytest.approx(math.log(1 + 9 / math.e))
    assert round(best.item(), 3) == 1.461
    z = torch.tensor([[0.0, 40.0, 0.0]], dtype=DOUBLE, requires_grad=True)
    F.cross_entropy(torch.softmax(z, 1), torch.tensor([0])).backward()
    assert z.grad.abs().max() < 1e-15


def test_derivatives_of_softmax_of_the_written_question():
    z = torch.randn(4, dtype=DOUBLE)
    p = torch.softmax(z, 0)
    jacobian = torch.autograd.functional.jacobian(lambda x: torch.softmax(x, 0), z)
    assert torch.allclose(jacobian, torch.stack([p[c] * (torch.eye(4, dtype=DOUBLE)[c] - p) for c in range(4)]))


def test_broadcast_regression_of_the_written_question():
    x, y = torch.randn(6, 1, dtype=DOUBLE, requires_grad=True), torch.randn(6, dtype=DOUBLE)
    ((x - y) ** 2).mean().backward()
    assert torch.allclose(x.grad, 2 / 6 * (x.detach() - y.mean()))
    at_best = ((y.mean().expand(6, 1) - y) ** 2).mean()
    assert torch.allclose(at_best, y.var(unbiased=False))
