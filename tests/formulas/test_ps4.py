"""The displayed formulas of problem set 4, executed against torch."""

import torch
import torch.nn.functional as F

NOT_EXECUTED: dict[str, str] = {}
"""Formula or place, and why it cannot be executed."""

EPS = 1e-5


def randn(*shape: int) -> torch.Tensor:
    """Random numbers in float64 with mean 1 and standard deviation 2, the same in every run."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape))) * 2 + 1


def test_batch_normalization():
    x, gamma, beta = randn(4, 3, 2, 5), randn(3), randn(3)
    y = torch.empty_like(x)
    for c in range(3):
        mean = x[:, c].mean()
        variance = ((x[:, c] - mean) ** 2).mean()
        y[:, c] = gamma[c] * (x[:, c] - mean) / torch.sqrt(variance + EPS) + beta[c]
    torch.testing.assert_close(y, F.batch_norm(x, None, None, gamma, beta, training=True, eps=EPS))


def test_layer_normalization():
    x, weight, bias = randn(3, 4, 5), randn(4, 5), randn(4, 5)
    y = torch.empty_like(x)
    for n in range(3):
        values, size = x[n], x[n].numel()
        mean = values.sum() / size
        variance = ((values - mean) ** 2).sum() / size
        y[n] = weight * (values - mean) / torch.sqrt(variance + EPS) + bias
    torch.testing.assert_close(y, F.layer_norm(x, (4, 5), weight, bias, EPS))


def test_variance_as_a_difference_of_squares_loses_its_digits():
    errors = []
    for size in (64, 65, 66, 67):
        x = (randn(size) / 2).float() + 4096
        exact = x.double().var(unbiased=False)
        errors.append(float(((x**2).mean() - x.mean() ** 2).double() / exact - 1))
        torch.testing.assert_close(((x - x.mean()) ** 2).mean().double(), exact, rtol=1e-3, atol=0)
    assert max(map(abs, errors)) > 0.3


def test_rms_normalization():
    x, weight = randn(3, 7), randn(7)
    y = weight * x / torch.sqrt((x**2).sum(-1, keepdim=True) / 7 + 1e-6)
    torch.testing.assert_close(y, F.rms_norm(x, (7,), weight, 1e-6))
    ones = torch.ones(1, 3)
    torch.testing.assert_close(F.rms_norm(ones, (3,), eps=1e-6), ones)
    torch.testing.assert_close(F.layer_norm(ones, (3,)), torch.zeros(1, 3))


def test_instance_normalization():
    x = randn(2, 3, 4, 5)
    y = torch.empty_like(x)
    for n in range(2):
        for c in range(3):
            mean = x[n, c].sum() / 20
            variance = ((x[n, c] - mean) ** 2).sum() / 20
            y[n, c] = (x[n, c] - mean) / torch.sqrt(variance + EPS)
    torch.testing.assert_close(y, F.instance_norm(x, eps=EPS))


def test_group_normalization():
    channels, groups = 6, 3
    x, weight, bias = randn(2, channels, 4, 5), randn(channels), randn(channels)
    y = torch.empty_like(x)
    for n in range(2):
        for c in range(channels):
            group = [other for other in range(channels) if other // (channels // groups) == c // (channels // groups)]
            mean = x[n, group].mean()
            variance = ((x[n, group] - mean) ** 2).mean()
            y[n, c] = weight[c] * (x[n, c] - mean) / torch.sqrt(variance + EPS) + bias[c]
    torch.testing.assert_close(y, F.group_norm(x, groups, weight, bias, EPS))


def test_mean_and_variance_of_a_group():
    channels, groups, height, width = 6, 3, 4, 5
    x, size = randn(2, channels, height, width), channels // groups * height * width
    y = torch.empty_like(x)
    for n in range(2):
        for g in range(groups):
            group = [c for c in range(channels) if c // (channels // groups) == g]
            mean = sum(x[n, c].sum() for c in group) / size
            variance = sum(((x[n, c] - mean) ** 2).sum() for c in group) / size
            y[n, group] = (x[n, group] - mean) / torch.sqrt(variance + EPS)
    torch.testing.assert_close(y, F.group_norm(x, groups, eps=EPS))


def test_dropout_with_a_mask():
    x, p = randn(1000), 0.3
    torch.manual_seed(0)
    y = F.dropout(x, p, training=True)
    mask = (y != 0).double()
    torch.testing.assert_close(mask * x / (1 - p), y)
    assert abs(mask.mean().item() - (1 - p)) < 0.1


def test_dropout_by_uniform_numbers():
    x, p = randn(100_000), 0.3
    uniform = torch.rand(x.shape, generator=torch.Generator().manual_seed(0))
    y = torch.where(uniform >= p, x / (1 - p), 0.0)
    torch.manual_seed(0)
    by_torch = torch.nn.Dropout(p)(x)
    for ours, theirs in [((y != 0).double(), (by_torch != 0).double()), (y, by_torch)]:
        torch.testing.assert_close(ours.mean(), theirs.mean(), rtol=0, atol=0.05)
    torch.testing.assert_close(torch.nn.Dropout(p).eval()(x), x)


def test_running_statistics():
    m, layer = 0.3, torch.nn.BatchNorm2d(2, momentum=0.3).double()
    mean, variance = torch.zeros(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    for samples in (4, 1, 3):
        x = randn(samples, 2, 3, 2)
        layer(x)
        size = samples * 6
        batch_mean = x.mean([0, 2, 3])
        biased = ((x - batch_mean.reshape(2, 1, 1)) ** 2).mean([0, 2, 3])
        mean = (1 - m) * mean + m * batch_mean
        variance = (1 - m) * variance + m * size / (size - 1) * biased
        torch.testing.assert_close(mean, layer.running_mean)
        torch.testing.assert_close(variance, layer.running_var)


def test_batch_normalization_at_inference():
    x, gamma, beta, mean, variance = randn(4, 3), randn(3), randn(3), randn(3) * 2, randn(3).abs()
    y = gamma * (x - mean) / torch.sqrt(variance + EPS) + beta
    torch.testing.assert_close(y, F.batch_norm(x, mean, variance, gamma, beta, training=False, eps=EPS))


def test_gradients_of_scale_and_shift_and_of_the_input():
    x, gamma, beta, dy = randn(6, 3), randn(3), randn(3), randn(2, 9).reshape(6, 3)
    leaves = [item.clone().requires_grad_() for item in (x, gamma, beta)]
    y = F.batch_norm(leaves[0], None, None, leaves[1], leaves[2], training=True, eps=EPS)
    by_torch = torch.autograd.grad(y, leaves, dy)
    s = torch.sqrt(x.var(0, unbiased=False) + EPS)
    x_hat = (x - x.mean(0)) / s
    dbeta, dgamma = dy.sum(0), (dy * x_hat).sum(0)
    dx = gamma / s * (dy - dbeta / 6 - x_hat / 6 * dgamma)
    for ours, theirs in zip((dx, dgamma, dbeta), by_torch, strict=True):
        torch.testing.assert_close(ours, theirs)
