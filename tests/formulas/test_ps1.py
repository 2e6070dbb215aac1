"""Every displayed formula of problem set 1, executed against torch, numpy or PIL."""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

NOT_EXECUTED: dict[str, str] = {}


def random_image(mode="RGB"):
    """An image 5 pixels wide and 4 high, and its bytes as (H, W, C)."""
    shape = (4, 5, 3) if mode == "RGB" else (4, 5)
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    return Image.fromarray(pixels), pixels.reshape(4, 5, -1)


def test_bytes_over_255_with_the_channel_first():
    image, p = random_image()
    assert image.size == (5, 4)
    t = torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255
    for c in range(3):
        for i in range(4):
            for j in range(5):
                assert t[c, i, j] == torch.tensor(p[i, j, c] / 255, dtype=torch.float32)
                assert p[i, j, c] == image.getpixel((j, i))[c]


def test_channels_by_index():
    x = torch.randn(3, 4, 5)
    batch = torch.stack([x, x + 1])
    red, green, blue = x.unbind(0)
    for i in range(4):
        for j in range(5):
            assert (red[i, j], green[i, j], blue[i, j]) == (x[0, i, j], x[1, i, j], x[2, i, j])
    assert torch.equal(batch[..., 0, :, :], torch.stack([red, red + 1]))


def test_stacked_channels():
    planes = torch.randn(3, 4, 5).unbind(0)
    x = torch.stack(planes, dim=-3)
    for c in range(3):
        for i in range(4):
            for j in range(5):
                assert x[c, i, j] == planes[c][i, j]


def test_weights_of_bt_601():
    assert abs(0.299 + 0.587 + 0.114 - 1) < 1e-12
    assert abs(0.2126 + 0.7152 + 0.0722 - 1) < 1e-12
    image, p = random_image()
    x = torch.from_numpy(p.copy()).permute(2, 0, 1).double() / 255
    y = 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2]
    of_pil = torch.from_numpy(np.array(image.convert("L"))).double() / 255
    torch.testing.assert_close(y, of_pil, rtol=0, atol=1 / 255)
    as_convolution = F.conv2d(x[None], torch.tensor([0.299, 0.587, 0.114]).double().reshape(1, 3, 1, 1))
    torch.testing.assert_close(y, as_convolution[0, 0])


def statistics():
    """Images, and a mean and a standard deviation for each channel."""
    return torch.rand(2, 3, 4, 5, dtype=torch.float64), torch.rand(3).double(), torch.rand(3).double() + 0.2


def test_normalization():
    x, mu, sigma = statistics()
    y = torch.empty_like(x)
    for c in range(3):
        y[:, c] = (x[:, c] - mu[c]) / sigma[c]
    torch.testing.assert_close(y, F.batch_norm(x, mu, sigma**2, eps=0.0))


def test_denormalization():
    x, mu, sigma = statistics()
    y = F.batch_norm(x, mu, sigma**2, eps=0.0)
    back = torch.empty_like(x)
    for c in range(3):
        back[:, c] = sigma[c] * y[:, c] + mu[c]
    torch.testing.assert_close(back, x)


def test_rounded_and_clamped_bytes():
    k = torch.arange(256)
    there_and_back = (k / 255 - 0.5) / 0.5 * 0.5 + 0.5
    p = torch.round(255 * torch.minimum(torch.maximum(there_and_back, torch.tensor(0.0)), torch.tensor(1.0)))
    assert torch.equal(p.long(), k)
    assert torch.equal((k / 255 * 255).to(torch.uint8), k.to(torch.uint8))
    assert int(((255 * there_and_back).to(torch.uint8) != k).sum()) == 63
    assert f"{255 * there_and_back[5]:.7f}" == "4.9999995"
    assert torch.tensor(round(1.01 * 255)).to(torch.uint8) == 2


def test_address_by_strides():
    a = np.arange(12.0).reshape(3, 4)
    for view in (a, a.T, a[1:, ::2], a[:, ::-1]):
        s0, s1 = view.strides
        for i in range(view.shape[0]):
            for j in range(view.shape[1]):
                assert view[i:, j:].ctypes.data == view.ctypes.data + i * s0 + j * s1
    t = torch.from_numpy(a).t()[1:]
    s0, s1 = (stride * t.element_size() for stride in t.stride())
    assert all(t[i, j].data_ptr() == t.data_ptr() + i * s0 + j * s1 for i in range(3) for j in range(3))


def test_table_of_views_and_copies():
    a = np.arange(12, dtype=np.float32).reshape(3, 4)
    t = torch.from_numpy(a)
    sharing = (t, torch.as_tensor(a), a[1:], a.T, t.permute(1, 0), t.detach(), t.float(), t.view(torch.int32))
    assert all(np.shares_memory(a, np.asarray(item)) for item in sharing)
    copies = (torch.tensor(a), a.copy(), t.clone(), a[[0, 2]], t.double(), a.astype(np.float32))
    assert not any(np.shares_memory(a, np.asarray(item)) for item in copies)
    assert not np.shares_memory(a[:, ::2], a[:, 1::2])
    assert np.may_share_memory(a[:, ::2], a[:, 1::2])


def test_shared_array_fades():
    first = np.arange(1.0, 5.0)
    a = first.copy()
    for k in range(1, 4):
        torch.from_numpy(a).mul_(0.5)
        assert np.array_equal(a, 0.5**k * first)
