"""The displayed formulas of problem set 3, executed against torch."""

import math

import torch
import torch.nn.functional as F

NOT_EXECUTED: dict[str, str] = {}
"""Formula or place, and why it cannot be executed."""


def grid(limit: float = 6.0) -> torch.Tensor:
    """Numbers from -limit to limit, 0 among them."""
    return torch.linspace(-limit, limit, 241, dtype=torch.float64)


def randn(*shape: int) -> torch.Tensor:
    """Random numbers in float64, the same in every run."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def slope(function, x: torch.Tensor) -> torch.Tensor:
    """The derivative of an element-wise function, by autograd."""
    x = x.clone().requires_grad_()
    return torch.autograd.grad(function(x).sum(), x)[0]


def test_linear_layer():
    x, weight, bias = randn(5, 3), randn(2, 3), randn(2)
    torch.testing.assert_close(x @ weight.T + bias, F.linear(x, weight, bias))
    torch.testing.assert_close(weight @ x[0] + bias, F.linear(x[0], weight, bias))  # y = Wx + b for one vector


def test_relu():
    x = grid()
    torch.testing.assert_close(torch.tensor([max(0.0, item) for item in x.tolist()], dtype=x.dtype), F.relu(x))
    assert slope(F.relu, torch.zeros(1)).item() == 0


def test_leaky_relu():
    for s in (0.01, 0.3, 2.0, -0.5):
        x = grid()
        pieces = torch.tensor([item if item > 0 else s * item for item in x.tolist()], dtype=x.dtype)
        torch.testing.assert_close(pieces, F.leaky_relu(x, s))
        assert slope(lambda item, s=s: F.leaky_relu(item, s), torch.zeros(1, dtype=x.dtype)).item() == s


def test_leaky_relu_as_a_maximum_holds_for_slopes_up_to_1_only():
    x = grid()
    for s, holds in ((0.0, True), (0.5, True), (1.0, True), (-0.5, True), (1.01, False), (2.0, False)):
        assert torch.allclose(torch.maximum(x, s * x), F.leaky_relu(x, s)) == holds


def test_sigmoid_in_both_fractions():
    x = grid()
    torch.testing.assert_close(1 / (1 + torch.exp(-x)), torch.sigmoid(x))
    torch.testing.assert_close(torch.exp(x) / (1 + torch.exp(x)), torch.sigmoid(x))
    assert (torch.sigmoid(x).diff() > 0).all()


def test_sigmoid_fractions_fail_where_the_prose_says():
    far = torch.tensor([1000.0])
    assert (torch.exp(far) / (1 + torch.exp(far))).isnan().all()
    assert 1 / (1 + torch.exp(far)) == 0
    assert slope(lambda x: 1 / (1 + torch.exp(-x)), -far).isnan().all()
    assert slope(torch.abs, torch.zeros(1)).item() == 0
    assert slope(torch.sigmoid, torch.zeros(1)).item() == 0.25


def test_sigmoid_gradient():
    x = grid()
    y = torch.sigmoid(x)
    torch.testing.assert_close(y * (1 - y), slope(torch.sigmoid, x))
    assert (y * (1 - y)).max() == 0.25
    assert 0.9e-6 < 0.25**10 < 1e-6


def test_tanh_in_three_forms():
    x = grid()
    torch.testing.assert_close((torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x)), torch.tanh(x))
    torch.testing.assert_close((torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1), torch.tanh(x))
    torch.testing.assert_close(2 * torch.sigmoid(2 * x) - 1, torch.tanh(x))
    torch.testing.assert_close(2 * torch.sigmoid(x) - 1, torch.tanh(x / 2))
    torch.testing.assert_close(1 - torch.tanh(x) ** 2, slope(torch.tanh, x))


def test_tanh_is_one_beyond_20_and_cancels_near_0():
    assert torch.tanh(torch.tensor(20.0, dtype=torch.float64)) == 1
    assert torch.exp(2 * torch.tensor(1e-8)) - 1 == 0
    assert torch.expm1(2 * torch.tensor(1e-8)) > 0


def test_gelu():
    x = grid()
    torch.testing.assert_close(x * torch.special.ndtr(x), F.gelu(x))
    torch.testing.assert_close(x / 2 * (1 + torch.erf(x / math.sqrt(2))), F.gelu(x))
    fine = torch.linspace(-2, 0, 20001, dtype=torch.float64)
    lowest = F.gelu(fine).argmin()
    assert round(fine[lowest].item(), 2) == -0.75 and round(F.gelu(fine)[lowest].item(), 2) == -0.17


def test_gelu_with_tanh():
    x = grid()
    formula = x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    torch.testing.assert_close(formula, F.gelu(x, approximate="tanh"))
    assert 0.0004 < (formula - F.gelu(x)).abs().max() < 0.0005
    assert 0.015 < (x * torch.sigmoid(1.702 * x) - F.gelu(x)).abs().max() < 0.0205


def test_softmax():
    z = randn(4, 5)
    torch.testing.assert_close(z.exp() / z.exp().sum(1, keepdim=True), torch.softmax(z, 1))


def test_softmax_shifted_by_the_maximum():
    z = randn(4, 5)
    m = z.amax(1, keepdim=True)
    torch.testing.assert_close(
        (z - m).exp() / (z - m).exp().sum(1, keepdim=True), z.exp() / z.exp().sum(1, keepdim=True)
    )


def test_softmax_derivative():
    z = randn(5)
    p = torch.softmax(z, 0)
    formula = p[:, None] * (torch.eye(5, dtype=z.dtype) - p[None, :])
    torch.testing.assert_close(formula, torch.autograd.functional.jacobian(lambda item: torch.softmax(item, 0), z))


def test_affine_functions_on_the_corners_of_the_square():
    weight, bias = randn(1, 2), randn(1)
    corners = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
    f00, f11, f01, f10 = F.linear(corners, weight, bias)
    torch.testing.assert_close(f00 + f11, f01 + f10)


def test_network_with_one_hidden_layer():
    x = randn(2)
    weight1, bias1, weight2, bias2 = randn(2, 2), randn(2), randn(1, 2), randn(1)
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1)).double()
    network.load_state_dict({"0.weight": weight1, "0.bias": bias1, "2.weight": weight2, "2.bias": bias2})
    torch.testing.assert_close(weight2 @ torch.relu(weight1 @ x + bias1) + bias2, network(x), check_stride=False)


def test_two_linear_layers_are_one():
    x, weight1, bias1, weight2, bias2 = randn(3), randn(4, 3), randn(4), randn(2, 4), randn(2)
    both = F.linear(F.linear(x, weight1, bias1), weight2, bias2)
    torch.testing.assert_close(weight2 @ (weight1 @ x + bias1) + bias2, both)
    torch.testing.assert_close((weight2 @ weight1) @ x + (weight2 @ bias1 + bias2), both)


def test_gradient_of_a_linear_layer_by_its_input():
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    w, dy = torch.randn(2, 3, dtype=torch.float64), torch.randn(5, 2, dtype=torch.float64)
    (dx,) = torch.autograd.grad(x @ w.T, x, dy)
    assert torch.allclose(dx, dy @ w)


def test_gradients_of_a_linear_layer_by_weight_and_bias_are_sums_over_the_samples():
    x, dy = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 2, dtype=torch.float64)
    w, b = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, dtype=torch.float64)
    leaves = [w.requires_grad_(), b.requires_grad_()]
    dw, db = torch.autograd.grad(torch.nn.functional.linear(x, *leaves), leaves, dy)
    for o in range(2):
        assert torch.allclose(db[o], sum(dy[n, o] for n in range(5)))
        for i in range(3):
            assert torch.allclose(dw[o, i], sum(dy[n, o] * x[n, i] for n in range(5)))
