"""The formulas in the prose of problem set 7, written out as they stand there and executed against torch."""

import math

import pytest
import torch
import torch.nn.functional as F

NOT_EXECUTED: dict[str, str] = {}
"""Formulas that cannot be executed, and why: there are none in this set."""

DOUBLE = torch.float64


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(7)


def test_one_hot_rows():
    t = torch.tensor([0, 2, 1, 2])
    o = torch.tensor([[1 if c == t[n] else 0 for c in range(3)] for n in range(4)])
    assert torch.equal(o, F.one_hot(t, 3))
    assert F.one_hot(t, 3).dtype == torch.int64
    with pytest.raises(RuntimeError):
        F.one_hot(torch.tensor([-1, 2]), 3)


def test_lookup_is_the_product_with_one_hot_rows():
    t, w = torch.tensor([4, 0, 4]), torch.randn(5, 3, dtype=DOUBLE)
    o = F.one_hot(t, 5).to(DOUBLE)
    e = torch.stack([sum(o[n, v] * w[v] for v in range(5)) for n in range(3)])
    assert torch.equal(e, F.embedding(t, w))
    assert torch.equal(w[t], F.embedding(t, w))


def test_zero_times_infinity_spoils_the_one_hot_product():
    w = torch.tensor([[1.0], [math.inf]])
    assert (F.one_hot(torch.tensor([0]), 2).float() @ w).isnan().all()
    assert F.embedding(torch.tensor([0]), w).isfinite().all()


def test_padding_row_is_returned_as_it_stands():
    w = torch.ones(3, 2, requires_grad=True)
    e = F.embedding(torch.tensor([0, 1]), w, padding_idx=0)
    e.sum().backward()
    assert torch.equal(e, torch.ones(2, 2))
    assert torch.equal(w.grad, torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]))
    assert torch.equal(torch.nn.Embedding(3, 2, padding_idx=0).weight[0], torch.zeros(2))


def test_gradient_of_a_lookup():
    t, g = torch.tensor([2, 0, 2, 2]), torch.randn(4, 3, dtype=DOUBLE)
    grad = torch.zeros(4, 3, dtype=DOUBLE)
    for v in range(4):
        for n in range(4):
            if t[n] == v:
                grad[v] += g[n]
    for sparse in [False, True]:
        w = torch.randn(4, 3, dtype=DOUBLE, requires_grad=True)
        F.embedding(t, w, sparse=sparse).backward(g)
        assert torch.allclose(w.grad.to_dense(), grad)
    assert w.layout == torch.strided
    assert w.grad._indices().shape == (1, 4)
    assert w.grad._values().shape == (4, 3)
    assert w.grad.coalesce().indices().tolist() == [[0, 2]]


def test_step_of_sgd():
    t, eta = torch.tensor([1, 3, 1]), 0.3
    w = torch.randn(5, 2, dtype=DOUBLE, requires_grad=True)
    F.embedding(t, w, sparse=True).backward(torch.randn(3, 2, dtype=DOUBLE))
    expected = torch.stack([w.detach()[v] - eta * w.grad.to_dense()[v] for v in range(5)])
    torch.optim.SGD([w], lr=eta).step()
    assert torch.allclose(w.detach(), expected)


def test_sgd_refuses_weight_decay_with_a_sparse_gradient():
    w = torch.randn(5, 2, requires_grad=True)
    F.embedding(torch.tensor([1]), w, sparse=True).sum().backward()
    with pytest.raises(RuntimeError):
        torch.optim.SGD([w], lr=0.1, weight_decay=0.1).step()


def test_l1_distance():
    x, y = torch.randn(3, 4, dtype=DOUBLE), torch.randn(5, 4, dtype=DOUBLE)
    d = torch.tensor([[sum(abs(x[i, k] - y[j, k]) for k in range(4)) for j in range(5)] for i in range(3)])
    assert torch.allclose(d, torch.cdist(x, y, p=1))


def test_absolute_value_has_gradient_zero_at_its_corner():
    u = torch.zeros(1, requires_grad=True)
    u.abs().backward()
    assert u.grad.item() == 0


def test_l2_distance():
    x, y = torch.randn(3, 4, dtype=DOUBLE), torch.randn(5, 4, dtype=DOUBLE)
    d = torch.tensor([[math.sqrt(sum((x[i, k] - y[j, k]) ** 2 for k in range(4))) for j in range(5)] for i in range(3)])
    assert torch.allclose(d.to(DOUBLE), torch.cdist(x, y), rtol=1e-6)


def test_derivative_of_the_root():
    s = torch.tensor([0.25, 9.0, 0.0], requires_grad=True)
    s.sqrt().sum().backward()
    assert torch.allclose(s.grad, 1 / (2 * s.detach().sqrt()))
    assert s.grad[2] == math.inf
    x = torch.zeros(1, 2, requires_grad=True)
    (x - torch.zeros(1, 2)).square().sum(1).sqrt().sum().backward()
    assert x.grad.isnan().all()
    x = torch.zeros(1, 2, requires_grad=True)
    torch.cdist(x, torch.zeros(1, 2)).sum().backward()
    assert torch.equal(x.grad, torch.zeros(1, 2))


def test_choosing_after_the_root_is_not_enough():
    s = torch.zeros(1, requires_grad=True)
    squared = s.square()
    torch.where(squared == 0, 0.0, squared.sqrt()).sum().backward()
    assert s.grad.isnan().all()


def test_expanded_square():
    x, y = torch.randn(4, dtype=DOUBLE), torch.randn(4, dtype=DOUBLE)
    expanded = x.norm() ** 2 + y.norm() ** 2 - 2 * x @ y
    assert torch.allclose((x - y).norm() ** 2, expanded)


def test_expanded_square_loses_its_digits_far_from_the_origin():
    x = 1e4 + torch.randn(40, 3)
    exact = torch.cdist(x.double(), x.double(), compute_mode="donot_use_mm_for_euclid_dist")
    assert (torch.cdist(x, x).double() - exact).abs().max() > 1
    careful = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    assert torch.allclose(careful.double(), exact, rtol=1e-5)
    assert torch.allclose(torch.cdist(x[:25], x[:25]).double(), exact[:25, :25], rtol=1e-5)


def test_cosine():
    eps = 1e-8
    x, y = torch.randn(6, 4, dtype=DOUBLE), torch.randn(6, 4, dtype=DOUBLE)
    x[0], x[1], y[1], y[2] = 0, x[1] * 1e-5, y[1] * 1e-5, y[2] * 1e-9
    cos = torch.stack([x[i] @ y[i] / (max(x[i].norm(), eps) * max(y[i].norm(), eps)) for i in range(6)])
    assert torch.allclose(cos, F.cosine_similarity(x, y), atol=1e-12)


def test_clamping_the_product_makes_short_parallel_vectors_unlike():
    x = torch.tensor([[1e-5, 0.0]], dtype=DOUBLE)
    assert torch.allclose(x[0] @ x[0] / max(x.norm() * x.norm(), 1e-8), torch.tensor(0.01, dtype=DOUBLE))
    assert torch.allclose(F.cosine_similarity(x, x), torch.ones(1, dtype=DOUBLE))


def test_gradient_of_the_norm_at_the_zero_vector():
    x = torch.zeros(3, requires_grad=True)
    torch.linalg.vector_norm(x).backward()
    assert torch.equal(x.grad, torch.zeros(3))


def test_cosine_distance():
    x = torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]], dtype=DOUBLE)
    y = torch.tensor([[2.0, 2.0], [1.0, -1.0], [-3.0, -3.0]], dtype=DOUBLE)
    assert torch.allclose(1 - F.cosine_similarity(x, y), torch.tensor([0.0, 1.0, 2.0], dtype=DOUBLE), atol=1e-12)


def test_squared_distance_of_unit_vectors():
    u, v = F.normalize(torch.randn(2, 5, dtype=DOUBLE))
    assert torch.allclose((u - v).norm() ** 2, 2 * (1 - u @ v))


def test_cosine_distance_breaks_the_triangle_inequality():
    a, b, c = (torch.tensor([item], dtype=DOUBLE) for item in [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    direct = 1 - F.cosine_similarity(a, c)
    by_way = 1 - F.cosine_similarity(a, b) + 1 - F.cosine_similarity(b, c)
    assert direct.item() == 1
    assert by_way.item() == pytest.approx(2 * (1 - 1 / math.sqrt(2)))
    assert round(by_way.item(), 2) == 0.59


def test_order_of_the_neighbours():
    d = torch.tensor([3.0, 1.0, 3.0, 0.0, 1.0])

    def before(j, m):
        return bool(d[j] < d[m] or (d[j] == d[m] and j < m))

    place = [sum(before(j, m) for j in range(5)) for m in range(5)]
    order = torch.tensor(place).argsort()
    assert torch.equal(order, d.sort(stable=True).indices)


def test_three_metrics_give_three_orders():
    q, keys = torch.tensor([[1.0, 0.0]]), torch.tensor([[4.0, 0.0], [2.0, 2.0], [1.0, -2.5]])
    l1, l2, cosine = torch.cdist(q, keys, p=1)[0], torch.cdist(q, keys)[0], 1 - F.cosine_similarity(q, keys)
    orders = [d.sort(stable=True).indices.tolist() for d in (l1, l2, cosine)]
    assert orders == [[2, 0, 1], [1, 2, 0], [0, 1, 2]]


def test_lengths_of_the_written_question():
    angles = torch.linspace(0, math.pi, 50, dtype=DOUBLE)
    circle = torch.stack([angles.cos(), angles.sin()], dim=1)
    x = torch.tensor([1.0, 0.0], dtype=DOUBLE)
    rare, popular = (x - circle).square().sum(1), (x - 10 * circle).square().sum(1)
    assert torch.allclose(rare, 2 - 2 * circle @ x)
    assert torch.allclose(popular, 101 - 2 * 10 * circle @ x)
    assert rare.max() <= 4 + 1e-12
    assert popular.min() >= 81 - 1e-12
