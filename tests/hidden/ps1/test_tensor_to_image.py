import math

import torch
from PIL import Image

from autograder.authoring import assert_equal, assert_raises, assert_unchanged, check


def random_bytes(*shape):
    """Random bytes, as int64."""
    return torch.randint(256, shape)


def image_of(pixels):
    """The image whose bytes are the (C, H, W) tensor `pixels`, set one by one."""
    channels, height, width = pixels.shape
    image = Image.new("RGB" if channels == 3 else "L", (width, height))
    for row in range(height):
        for column in range(width):
            pixel = tuple(pixels[:, row, column].tolist())
            image.putpixel((column, row), pixel if channels == 3 else pixel[0])
    return image


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives the bytes 0, 51, 102, 153, 204 and 255 for 0, 0.2, 0.4, 0.6, 0.8 and 1

    zh: 对 0、0.2、0.4、0.6、0.8 和 1，给出字节 0、51、102、153、204 和 255
    """
    tensor = torch.tensor([[[0.0, 0.2]], [[0.4, 0.6]], [[0.8, 1.0]]])
    assert_equal(student.tensor_to_image(tensor), image_of(torch.tensor([[[0, 51]], [[102, 153]], [[204, 255]]])))


@check(points=2)
def test_moves_the_channel_axis_to_the_end(student):
    """gives colour images that are wide, tall, square or 3 pixels wide, rows and columns in order

    zh: 给出行列次序正确的彩色图像，宽的、高的、正方形的或宽为 3 个像素的都一样
    """
    for height, width in [(4, 6), (7, 2), (5, 5), (4, 3), (3, 3)]:
        pixels = random_bytes(3, height, width)
        assert_equal(student.tensor_to_image(pixels / 255), image_of(pixels))


@check(points=1)
def test_gives_mode_l_for_one_channel(student):
    """gives an image of mode L for one channel, in float32 and float64

    zh: 单通道时给出 L 模式的图像，float32 和 float64 均可
    """
    for height, width, dtype in [(3, 5, torch.float32), (4, 1, torch.float64), (1, 1, torch.float32)]:
        pixels = random_bytes(1, height, width)
        assert_equal(student.tensor_to_image(pixels.to(dtype) / 255), image_of(pixels))


@check(points=2)
def test_returns_every_byte_after_normalizing(student):
    """returns all 256 bytes exactly after normalizing and denormalizing, with 0.5 and with ImageNet's statistics

    zh: 归一化再反归一化之后，256 个字节全部精确还原，用 0.5 和用 ImageNet 的统计量都一样
    """
    pixels = torch.arange(256).reshape(1, 16, 16).repeat(3, 1, 1)
    for mean, std in [([0.5] * 3, [0.5] * 3), ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]:
        shift, scale = torch.tensor(mean).reshape(3, 1, 1), torch.tensor(std).reshape(3, 1, 1)
        assert_equal(student.tensor_to_image((pixels / 255 - shift) / scale * scale + shift), image_of(pixels))


@check(points=2)
def test_rounds_to_the_nearest_byte(student):
    """rounds to the nearest byte: 7.6/255 becomes 8, and 7.4/255 becomes 7

    zh: 取整到最近的字节：7.6/255 变成 8，7.4/255 变成 7
    """
    pixels = torch.randint(1, 255, (3, 6, 4))
    off = (torch.rand(3, 6, 4) - 0.5) * 0.9
    assert_equal(student.tensor_to_image((pixels + off) / 255), image_of(pixels))
    assert_equal(student.tensor_to_image(torch.tensor([[[7.6, 7.4]]]) / 255), image_of(torch.tensor([[[8, 7]]])))


@check(points=2)
def test_clamps(student):
    """clamps what is outside [0, 1] to black and white, however far outside, infinities too

    zh: 把 [0, 1] 以外的值截取为黑或白，无论超出多远，无穷大也一样
    """
    tensor = torch.tensor([[[1.01, 1.5, 7.0, 1e9, math.inf], [-0.01, -0.5, -7.0, -1e9, -math.inf]]])
    expected = torch.tensor([[[255] * 5, [0] * 5]])
    assert_equal(student.tensor_to_image(tensor[..., :3].contiguous()), image_of(expected[..., :3]))
    assert_equal(student.tensor_to_image(tensor), image_of(expected))
    assert_equal(student.tensor_to_image(tensor.repeat(3, 1, 1).double()), image_of(expected.repeat(3, 1, 1)))


@check(points=1, property=True)
def test_refuses_other_shapes(student):
    """raises ValueError for 2 or 4 channels, for a batch, and for a tensor without a channel axis

    zh: 通道数为 2 或 4、输入是批次，或张量没有通道轴时，抛出 ValueError
    """
    for shape in [(2, 3, 4), (4, 3, 3), (1, 3, 4, 4), (5, 5)]:
        assert_raises(ValueError, student.tensor_to_image, torch.rand(shape))


@check(points=1, property=True)
def test_leaves_its_argument_unchanged(student):
    """leaves the tensor unchanged, what is outside [0, 1] too

    zh: 不修改张量，[0, 1] 以外的值也保持不变
    """
    assert_unchanged(student.tensor_to_image, random_bytes(3, 2, 4) / 255)
    assert_unchanged(student.tensor_to_image, torch.randn(1, 3, 4) * 3)
