import numpy as np
import torch
from PIL import Image

from autograder.authoring import Difference, assert_close, assert_equal, assert_raises, assert_unchanged, check


def random_image(mode, width, height):
    """An image of random bytes."""
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    return Image.fromarray(torch.randint(256, shape, dtype=torch.uint8).numpy())


def by_numpy(image):
    """The planes of the image's channels, over 255."""
    pixels = np.asarray(image, dtype=np.float64).reshape(image.height, image.width, -1)
    return torch.tensor(np.stack([pixels[:, :, channel] for channel in range(pixels.shape[2])]) / 255).float()


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives an RGB image of two pixels, one above the other, as three planes of height 2 and width 1

    zh: 把上下两个像素的 RGB 图像变成高 2、宽 1 的三个平面
    """
    image = Image.new("RGB", (1, 2))
    image.putpixel((0, 0), (255, 102, 0))
    image.putpixel((0, 1), (51, 0, 204))
    expected = torch.tensor([[[1.0], [0.2]], [[0.4], [0.0]], [[0.0], [0.8]]])
    assert_close(student.image_to_tensor(image), expected)


@check(points=2)
def test_keeps_height_and_width_apart(student):
    """puts the channel first and keeps rows and columns in order, in images that are wide, tall and square

    zh: 把通道移到最前，并保持行与列的次序，宽图像、高图像和正方形图像都一样
    """
    for width, height in [(7, 4), (3, 9), (5, 5), (1, 6)]:
        image = random_image("RGB", width, height)
        assert_close(student.image_to_tensor(image), by_numpy(image))


@check(points=2)
def test_gives_a_grayscale_image_one_channel(student):
    """gives an image of mode L the shape (1, H, W)

    zh: 把 L 模式的图像变成形状 (1, H, W)
    """
    for width, height in [(5, 3), (2, 4), (1, 1)]:
        image = random_image("L", width, height)
        assert_close(student.image_to_tensor(image), by_numpy(image))


@check(points=1)
def test_maps_every_byte_to_its_255th(student):
    """maps the bytes 0, 1, ..., 255 to 0, 1/255, ..., 1 in float32, also where no pixel is bright

    zh: 把字节 0, 1, ..., 255 映射为 float32 的 0, 1/255, ..., 1，没有亮像素时也一样
    """
    ramp = torch.arange(256, dtype=torch.uint8).reshape(16, 16)
    assert_close(student.image_to_tensor(Image.fromarray(ramp.numpy())), (torch.arange(256) / 255).reshape(1, 16, 16))
    dark = Image.fromarray((ramp // 128).numpy())
    assert_close(student.image_to_tensor(dark), (ramp // 128)[None] / 255)


@check(points=1, property=True)
def test_refuses_other_modes(student):
    """raises ValueError for images of the modes RGBA, CMYK, HSV, LA and 1

    zh: 对 RGBA、CMYK、HSV、LA 和 1 模式的图像，抛出 ValueError
    """
    for mode in ("RGBA", "CMYK", "HSV", "LA", "1"):
        assert_raises(ValueError, student.image_to_tensor, Image.new(mode, (2, 3)))


@check(points=1, property=True)
def test_leaves_the_image_unchanged(student):
    """leaves the image as it is

    zh: 不修改图像
    """
    for mode in ("RGB", "L"):
        assert_unchanged(student.image_to_tensor, random_image(mode, 4, 3))


@check(points=1, property=True)
def test_has_memory_of_its_own(student):
    """gives a tensor that may be written to: the image stays as it is, and so does the tensor when the image is painted on

    zh: 给出可以写入的张量：写入张量不影响图像，在图像上作画也不影响张量
    """
    image = random_image("RGB", 4, 3)
    before = image.copy()
    tensor = student.image_to_tensor(image)
    if not isinstance(tensor, torch.Tensor):
        raise Difference({"en": "the result is no tensor", "zh": "结果不是张量"})
    try:
        tensor.fill_(0.5)
    except RuntimeError:
        raise Difference({"en": "the result cannot be written to in place", "zh": "结果不能原地写入"}) from None
    assert_equal(image, before, what={"en": "the image, after the tensor was written to,", "zh": "写入张量之后的图像"})
    image.paste((9, 9, 9), (0, 0, 2, 2))
    assert_equal(
        tensor,
        torch.full_like(tensor, 0.5),
        what={"en": "the tensor, after the image was painted on,", "zh": "在图像上作画之后的张量"},
    )
