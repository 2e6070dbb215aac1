import torch

from autograder.authoring import assert_equal, assert_gradients, assert_raises, assert_unchanged, check

NAMES = ["red", "green", "blue"]


def by_index(x, name):
    """The channel by its number, on the first axis of an image and the second of a batch."""
    number = NAMES.index(name)
    return x[number] if x.dim() == 3 else x[:, number]


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives red, green and blue of an image of one row and two pixels

    zh: 对一行两个像素的图像，给出红、绿、蓝三个通道
    """
    x = torch.tensor([[[1.0, 0.2]], [[0.0, 0.4]], [[0.5, 0.6]]])
    for name, row in zip(NAMES, ([1.0, 0.2], [0.0, 0.4], [0.5, 0.6]), strict=True):
        assert_equal(student.channel(x, name), torch.tensor([row]))


@check(points=2)
def test_takes_the_channel_of_one_image(student):
    """takes the channel of an image of shape (3, H, W), also where it is 3 wide or 3 high

    zh: 取出形状为 (3, H, W) 的单张图像的通道，宽或高恰为 3 时也一样
    """
    for shape in [(3, 4, 6), (3, 5, 3), (3, 3, 3), (3, 1, 7)]:
        x = torch.randn(shape)
        for name in NAMES:
            assert_equal(student.channel(x, name), by_index(x, name))


@check(points=2)
def test_takes_the_channel_of_every_image_in_a_batch(student):
    """takes the channel of every image of a batch of shape (N, 3, H, W), also of 1 and of 3 images

    zh: 取出形状为 (N, 3, H, W) 的批次中每张图像的通道，批次只有 1 张或恰有 3 张图像时也一样
    """
    for shape in [(5, 3, 4, 6), (1, 3, 2, 3), (3, 3, 3, 3)]:
        x = torch.randn(shape)
        for name in NAMES:
            assert_equal(student.channel(x, name), by_index(x, name))


@check(points=1)
def test_keeps_the_dtype(student):
    """takes a channel of bytes, of float32 and of float64, and keeps the dtype

    zh: 能取出字节、float32 和 float64 图像的通道，并保持数据类型不变
    """
    for dtype in (torch.uint8, torch.float32, torch.float64):
        x = torch.randint(256, (3, 2, 4)).to(dtype)
        assert_equal(student.channel(x, "green"), by_index(x, "green"))


@check(points=1)
def test_passes_the_gradient_to_this_channel(student):
    """passes the gradient to the channel taken, and none to the others

    zh: 把梯度传给取出的通道，不传给其他通道
    """
    for shape in [(3, 2, 4), (2, 3, 4, 2)]:
        x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
        assert_gradients(student.channel, by_index, x, "blue", names=("x",))


@check(points=1, property=True)
def test_refuses_what_is_no_channel(student):
    """raises ValueError for a name that is no colour of RGB, and where the channel axis does not have 3 entries

    zh: 颜色名不属于 RGB，或通道轴的长度不是 3 时，抛出 ValueError
    """
    assert_raises(ValueError, student.channel, torch.randn(3, 2, 2), "alpha")
    assert_raises(ValueError, student.channel, torch.randn(4, 3, 3), "red")
    assert_raises(ValueError, student.channel, torch.randn(3, 1, 3, 3), "red")


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves the image unchanged

    zh: 不修改图像
    """
    assert_unchanged(student.channel, torch.randn(3, 4, 5), "red")
    assert_unchanged(student.channel, torch.randn(2, 3, 4, 5), "blue")
