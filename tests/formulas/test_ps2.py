"""The displayed formulas of problem set 2, executed against torch."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

NOT_EXECUTED: dict[str, str] = {}
"""Formula or place, and why it cannot be executed."""


def randn(*shape: int) -> torch.Tensor:
    """Random numbers in float64, the same in every run."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def usual_size(h: int, k: int, s: int, p: int, d: int) -> int:
    """The size with the floor, as for convolutions."""
    return math.floor((h + 2 * p - d * (k - 1) - 1) / s) + 1


def ceil_size(h: int, k: int, s: int, p: int, d: int) -> int:
    """The size with the ceiling, less a last window that would start at H + p or later."""
    size = math.ceil((h + 2 * p - d * (k - 1) - 1) / s) + 1
    return size - 1 if (size - 1) * s >= h + p else size


def settings() -> list[tuple[int, int, int, int, int]]:
    """Sizes, kernels, strides, paddings and dilations where at least one window fits."""
    every = itertools.product((1, 5, 8, 9, 13), (1, 2, 3, 4), (1, 2, 3, 5), (0, 1, 2), (1, 2, 3))
    return [(h, k, s, p, d) for h, k, s, p, d in every if d * (k - 1) + 1 <= h + 2 * p]


def test_convolution_size():
    for h, k, s, p, d in settings():
        y = F.conv1d(torch.zeros(1, 1, h), torch.zeros(1, 1, k), stride=s, padding=p, dilation=d)
        assert y.shape[-1] == usual_size(h, k, s, p, d)


def test_pooling_size():
    for h, k, s, p, d in settings():
        if 2 * p <= k:
            assert F.max_pool1d(torch.zeros(1, 1, h), k, s, p, d).shape[-1] == usual_size(h, k, s, p, d)
    assert usual_size(8, 3, 2, 1, 1) == 4


def test_pooling_size_with_ceil_mode_and_the_window_rule():
    dropped = 0
    for h, k, s, p, d in settings():
        if 2 * p <= k:
            y = nn.MaxPool2d((k, 1), (s, 1), (p, 0), (d, 1), ceil_mode=True)(torch.zeros(1, 1, h, 1))
            assert y.shape[2] == ceil_size(h, k, s, p, d)
            dropped += ceil_size(h, k, s, p, d) < math.ceil((h + 2 * p - d * (k - 1) - 1) / s) + 1
    assert dropped and ceil_size(8, 3, 2, 1, 1) == 5


def test_padding_of_a_pool_is_at_most_half_of_the_kernel():
    for k, p, d in itertools.product((1, 2, 3, 4), (0, 1, 2, 3), (1, 2)):
        pool = nn.MaxPool2d(k, 1, p, d)
        if 2 * p <= k:
            pool(torch.zeros(1, 1, 9, 9))
        else:
            with pytest.raises(RuntimeError, match="pad should be"):
                pool(torch.zeros(1, 1, 9, 9))


def test_convolution_parameters():
    for c_in, c_out, (k_h, k_w), g, bias in [
        (64, 64, (3, 3), 1, True),
        (3, 16, (3, 3), 1, True),
        (8, 12, (3, 5), 4, False),
        (6, 6, (1, 2), 6, True),
    ]:
        b = 1 if bias else 0
        layer = nn.Conv2d(c_in, c_out, (k_h, k_w), groups=g, bias=bias)
        assert c_out * (c_in // g * k_h * k_w + b) == sum(item.numel() for item in layer.parameters())
    assert 64 * (64 * 9 + 1) == 36_928


def test_fully_connected_parameters():
    c_in, h, w, c_out, h_out, w_out, b = 3, 32, 32, 16, 32, 32, 1
    layer = nn.Linear(c_in * h * w, c_out * h_out * w_out, device="meta")
    count = c_out * h_out * w_out * (c_in * h * w + b)
    assert count == sum(item.numel() for item in layer.parameters())
    assert round(count / 1e6) == 50


def test_padding():
    (left, right, top, bottom), value = (1, 2, 3, 0), -1.5
    x = randn(2, 3)
    h, w = x.shape
    y = torch.empty(h + top + bottom, w + left + right, dtype=x.dtype)
    for i, j in itertools.product(range(y.shape[0]), range(y.shape[1])):
        y[i, j] = x[i - top, j - left] if 0 <= i - top < h and 0 <= j - left < w else value
    assert torch.equal(y, F.pad(x, (left, right, top, bottom), value=value))


def test_convolution():
    for g, (s_h, s_w), (p_h, p_w), (d_h, d_w) in [
        (1, (1, 1), (0, 0), (1, 1)),
        (2, (2, 1), (1, 0), (1, 2)),
        (4, (1, 3), (0, 2), (2, 1)),
    ]:
        x, w, b = randn(2, 4, 5, 6), randn(4, 4 // g, 2, 3), randn(4)
        (c_out, group_channels, k_h, k_w), padded = w.shape, F.pad(x, (p_w, p_w, p_h, p_h))
        expected = F.conv2d(x, w, b, (s_h, s_w), (p_h, p_w), (d_h, d_w), g)
        y = torch.empty_like(expected)
        for o, i, j in itertools.product(*map(range, y.shape[1:])):
            q = o // (c_out // g)
            total = b[o]
            for c, u, v in itertools.product(range(group_channels), range(k_h), range(k_w)):
                total = total + w[o, c, u, v] * padded[:, q * group_channels + c, i * s_h + u * d_h, j * s_w + v * d_w]
            y[:, o, i, j] = total
        torch.testing.assert_close(y, expected)


def windows(x: torch.Tensor, k: tuple[int, int], s: tuple[int, int]):
    """Places of the output, and the rows and columns of their windows."""
    places = itertools.product(range((x.shape[2] - k[0]) // s[0] + 1), range((x.shape[3] - k[1]) // s[1] + 1))
    for i, j in places:
        yield i, j, [(i * s[0] + u, j * s[1] + v) for u in range(k[0]) for v in range(k[1])]


def test_max_pooling():
    x = randn(2, 2, 5, 6) - 3
    padded = F.pad(x, (1, 1, 0, 0), value=-math.inf)
    expected = F.max_pool2d(x, (3, 2), (1, 2), (0, 1))
    y = torch.empty_like(expected)
    for i, j, window in windows(padded, (3, 2), (1, 2)):
        y[:, :, i, j] = torch.stack([padded[:, :, a, b] for a, b in window]).amax(0)
    assert torch.equal(y, expected)
    assert torch.finfo(torch.float32).min == pytest.approx(-3.4e38, rel=0.01)


def test_gradient_of_max_pooling_goes_to_the_first_maximum():
    x = torch.tensor([[0.0, 2, 2, 1], [2, 2, 0, 0], [0, 0, 0, 0]])[None, None].requires_grad_()
    y = F.max_pool2d(x, 2, 1)
    for i, j, window in windows(x, (2, 2), (1, 1)):
        (gradient,) = torch.autograd.grad(y[0, 0, i, j], x, retain_graph=True)
        largest = max(x[0, 0, a, b].item() for a, b in window)
        first = next((a, b) for a, b in window if x[0, 0, a, b] == largest)
        for a, b in itertools.product(range(3), range(4)):
            assert gradient[0, 0, a, b] == (1 if (a, b) == first else 0)


def test_average_pooling():
    x = randn(2, 2, 5, 6)
    padded = F.pad(x, (1, 1, 1, 1))
    expected = F.avg_pool2d(x, (3, 2), (1, 2), 1)
    y = torch.empty_like(expected)
    for i, j, window in windows(padded, (3, 2), (1, 2)):
        y[:, :, i, j] = sum(padded[:, :, a, b] for a, b in window) / (3 * 2)
    torch.testing.assert_close(y, expected)


def test_corner_of_an_averaged_picture_of_ones():
    ones = torch.ones(1, 1, 4, 4, dtype=torch.float64)
    assert F.avg_pool2d(ones, 3, 1, 1)[0, 0, 0, 0].item() == pytest.approx((1 + 1 + 1 + 1 + 0 + 0 + 0 + 0 + 0) / 9)
    assert F.avg_pool2d(ones, 3, 1, 1, count_include_pad=False)[0, 0, 0, 0].item() == pytest.approx(1)


def test_receptive_field():
    for layers in [
        [(3, 1, 1), (3, 1, 1)],
        [(2, 2, 1), (3, 1, 1)],
        [(3, 2, 1), (3, 1, 1)],
        [(7, 2, 1), (3, 2, 2), (3, 3, 1), (2, 1, 3)],
    ]:
        x = torch.zeros(1, 1, 300, dtype=torch.float64, requires_grad=True)
        y = x
        for k, s, d in layers:
            y = F.conv1d(y, torch.ones(1, 1, k, dtype=x.dtype), stride=s, dilation=d)
        y[0, 0, 0].backward()
        seen = x.grad[0, 0].nonzero()
        steps = [math.prod(s for _, s, _ in layers[:place]) for place in range(len(layers))]
        r = 1 + sum((k - 1) * d * step for (k, _, d), step in zip(layers, steps, strict=True))
        assert r == int(seen.max() - seen.min()) + 1


def test_numbers_of_the_written_question():
    x = torch.zeros(1, 64, 56, 56)
    original, ana, bo = (
        nn.Conv2d(64, 64, 7, padding=3),
        nn.Sequential(*(nn.Conv2d(64, 64, 3, padding=1) for _ in range(3))),
        nn.Conv2d(64, 64, 3, padding=3, dilation=3),
    )
    for network, count in [(original, 200_768), (ana, 110_784), (bo, 36_928)]:
        assert sum(item.numel() for item in network.parameters()) == count
        assert network.to("meta")(x.to("meta")).shape == x.shape
    assert F.avg_pool2d(torch.ones(1, 1, 56, 56), 7, 1, 3)[0, 0, 0, 0].item() == pytest.approx(16 / 49)


def test_gradient_of_max_pooling_by_its_input():
    x = torch.randint(3, (1, 1, 5, 5)).double().requires_grad_()
    y = torch.nn.functional.max_pool2d(x, 3, 1)
    dy = torch.randn(1, 1, 3, 3, dtype=torch.float64)
    (dx,) = torch.autograd.grad(y, x, dy)
    first = {
        (i, j): next((a, b) for a in range(i, i + 3) for b in range(j, j + 3) if x[0, 0, a, b] == y[0, 0, i, j])
        for i in range(3)
        for j in range(3)
    }
    for a in range(5):
        for b in range(5):
            total = sum(dy[0, 0, i, j].item() for (i, j), place in first.items() if place == (a, b))
            assert abs(dx[0, 0, a, b].item() - total) < 1e-12
