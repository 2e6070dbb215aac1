import numpy as np
import torch
from PIL import Image

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_weights(x):
    """The weights of BT.601, as one product."""
    return torch.einsum("c,chw->hw", torch.tensor([0.299, 0.587, 0.114], dtype=x.dtype), x)[None]


@check(points=2)
def test_weights_the_colours(student):
    """gives 0.299 for pure red, 0.587 for pure green and 0.114 for pure blue

    zh: 对纯红、纯绿、纯蓝分别给出 0.299、0.587、0.114
    """
    x = torch.eye(3).reshape(3, 1, 3)
    assert_close(student.to_grayscale(x), torch.tensor([[[0.299, 0.587, 0.114]]]))


@check(points=2)
def test_equals_the_weighted_sum(student):
    """gives one plane of shape (1, H, W) with the weighted sum, in float32 and float64

    zh: 给出形状为 (1, H, W) 的一个平面，其值为加权和，float32 和 float64 均可
    """
    for shape, dtype in [((3, 4, 6), torch.float32), ((3, 5, 3), torch.float64), ((3, 3, 3), torch.float64)]:
        x = torch.rand(shape, dtype=dtype)
        assert_close(student.to_grayscale(x), by_weights(x))


@check(points=2)
def test_agrees_with_pil(student):
    """agrees with PIL's conversion to mode L within 1/255

    zh: 与 PIL 转换为 L 模式的结果相差不超过 1/255
    """
    pixels = torch.randint(256, (9, 7, 3), dtype=torch.uint8).numpy()
    expected = np.asarray(Image.fromarray(pixels).convert("L"))
    x = torch.from_numpy(pixels).permute(2, 0, 1).contiguous() / 255
    assert_close(student.to_grayscale(x), torch.tensor(expected)[None] / 255, rtol=0, atol=1 / 255)


@check(points=1)
def test_leaves_grays_as_they_are(student):
    """leaves black black, white white, and every gray as it is

    zh: 黑仍为黑，白仍为白，各种灰色保持不变
    """
    gray = torch.linspace(0, 1, 12).reshape(1, 3, 4)
    assert_close(student.to_grayscale(gray.repeat(3, 1, 1)), gray)


@check(points=1)
def test_has_the_right_gradient(student):
    """passes to each channel the gradient times its weight

    zh: 传给每个通道的梯度乘以它的权重
    """
    x = torch.rand(3, 2, 4, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.to_grayscale, by_weights, x, names=("x",))
    few = torch.rand(3, 2, 2, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(student.to_grayscale, (few,))


@check(points=1, property=True)
def test_refuses_other_shapes(student):
    """raises ValueError for one channel, for four, for the channel in the last place, and for two or four axes

    zh: 通道数为一或四、通道在最后，或轴数为二或四时，抛出 ValueError
    """
    for shape in [(1, 4, 5), (4, 4, 5), (4, 5, 3), (3, 4), (3, 1, 4, 5)]:
        assert_raises(ValueError, student.to_grayscale, torch.rand(shape))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves the image unchanged

    zh: 不修改图像
    """
    assert_unchanged(student.to_grayscale, torch.rand(3, 4, 2))
