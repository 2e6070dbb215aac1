import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def layer(n, c_in, size, c_out, kernel, groups=1, dtype=torch.float32):
    """A batch, the weights and the biases of a layer."""
    x = torch.randn(n, c_in, *size, dtype=dtype)
    weight = torch.randn(c_out, c_in // groups, *kernel, dtype=dtype)
    return x, weight, torch.randn(c_out, dtype=dtype)


@check(points=2)
def test_lays_the_kernel_on_the_picture_unturned(student):
    """multiplies each pixel with the weight that lies on it: the kernel is not turned

    zh: 把每个像素与叠在它上面的权重相乘：卷积核不翻转
    """
    x = torch.tensor([[[[1.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 3.0, 0.0]]]])
    weight = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    # Bottom right: 0 * 1 + 2 * 2 + 3 * 3 + 0 * 4 = 13.
    assert_close(student.conv2d(x, weight), torch.tensor([[[[1.0, 8.0], [12.0, 13.0]]]]))


@check(points=2)
def test_adds_up_the_channels_and_one_bias(student):
    """adds up all input channels, and one bias for each output channel

    zh: 把所有输入通道的结果相加，并给每个输出通道加上一个偏置
    """
    x = torch.stack([torch.full((2, 3), 1.0), torch.full((2, 3), 10.0), torch.full((2, 3), 100.0)])[None]
    weight = torch.stack([torch.full((3, 2, 2), 1.0), torch.full((3, 2, 2), -2.0)])
    y = student.conv2d(x, weight, torch.tensor([0.5, 7.0]))
    assert_close(y, torch.tensor([[[[444.5, 444.5]], [[-881.0, -881.0]]]]))


@check(points=2)
def test_equals_torch(student):
    """equals torch's convolution in float32 and float64, with kernels of one pixel to the whole picture

    zh: 与 torch 的卷积一致，float32 和 float64、从一个像素到整张图片的卷积核都一样
    """
    for dtype in (torch.float32, torch.float64):
        x, weight, bias = layer(2, 3, (7, 6), 4, (3, 2), dtype=dtype)
        near = {"atol": 1e-4} if dtype == torch.float32 else {"rtol": 1e-9, "atol": 1e-9}
        assert_close(student.conv2d(x, weight, bias), F.conv2d(x, weight, bias), **near)
        assert_close(student.conv2d(x, weight), F.conv2d(x, weight), **near)
    for kernel in [(1, 1), (4, 3)]:
        x, weight, bias = layer(3, 2, (4, 3), 5, kernel, dtype=torch.float64)
        assert_close(student.conv2d(x, weight, bias), F.conv2d(x, weight, bias))
    # Positive numbers of which nothing cancels, far from 1 in size.
    x, weight = torch.rand(1, 1, 3, 3) * 1e30, torch.rand(1, 1, 2, 2) * 1e-20
    assert_close(student.conv2d(x, weight), F.conv2d(x, weight), rtol=1e-4)


@check(points=2)
def test_takes_stride_padding_and_dilation(student):
    """takes stride, padding and dilation as ints and as pairs

    zh: 步幅、填充和膨胀率可以是整数，也可以是一对整数
    """
    for stride, padding, dilation in [(2, 0, 1), (1, 1, 1), (1, 0, 2), ((2, 1), (0, 2), (1, 3)), ((3, 2), 1, (2, 1))]:
        x, weight, bias = layer(1, 2, (9, 8), 3, (3, 2), dtype=torch.float64)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        assert_close(student.conv2d(x, weight, bias, **options), F.conv2d(x, weight, bias, **options))
    # A dilated kernel as large as the padded input.
    x, weight, bias = layer(1, 2, (5, 5), 3, (3, 3), dtype=torch.float64)
    y = student.conv2d(x, weight, bias, padding=1, dilation=3)
    assert_close(y, F.conv2d(x, weight, bias, padding=1, dilation=3))


@check(points=2)
def test_keeps_groups_apart(student):
    """lets each block of output channels see its own block of input channels only

    zh: 每一段相邻的输出通道只看属于自己的那一段输入通道
    """
    for c_in, c_out, groups in [(4, 6, 2), (6, 3, 3), (4, 4, 4), (3, 6, 3)]:
        x, weight, bias = layer(2, c_in, (4, 5), c_out, (2, 3), groups, torch.float64)
        y = student.conv2d(x, weight, bias, padding=1, groups=groups)
        assert_close(y, F.conv2d(x, weight, bias, padding=1, groups=groups))


@check(points=3)
def test_has_the_right_gradients(student):
    """has the right gradients for x, weight and bias

    zh: 对 x、权重和偏置的梯度正确
    """
    for groups, options in [
        (1, {}),
        (2, {"stride": 2, "padding": (1, 2)}),
        (1, {"dilation": (1, 2), "stride": (2, 1)}),
    ]:
        given = layer(2, 4, (5, 6), 2, (3, 2), groups, torch.float64)
        x, weight, bias = (item.requires_grad_() for item in given)
        names = ("x", "weight", "bias")
        assert_gradients(student.conv2d, F.conv2d, x, weight, bias, groups=groups, names=names, **options)
    x, weight, bias = (item.requires_grad_() for item in layer(1, 2, (3, 3), 1, (2, 2), dtype=torch.float64))
    torch.autograd.gradcheck(lambda *given: student.conv2d(*given, padding=1, stride=2), (x, weight, bias))


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves the input, the weights and the biases unchanged, with padding and without

    zh: 不修改输入、权重和偏置，有无填充都一样
    """
    x, weight, bias = layer(2, 2, (4, 3), 3, (2, 2))
    assert_unchanged(student.conv2d, x, weight, bias)
    assert_unchanged(student.conv2d, x, weight, bias, padding=1)


@check(points=1, property=True)
def test_refuses_what_does_not_fit(student):
    """raises ValueError where channels and groups do not fit together, or the kernel does not fit into the picture

    zh: 通道数与分组数不相配，或卷积核放不进图片时，抛出 ValueError
    """
    x = torch.randn(1, 4, 5, 5)
    assert_raises(ValueError, student.conv2d, x, torch.randn(2, 3, 2, 2))
    assert_raises(ValueError, student.conv2d, x, torch.randn(3, 2, 2, 2), groups=2)
    assert_raises(ValueError, student.conv2d, x, torch.randn(2, 4, 3, 3), dilation=3)
    for kernel in [(6, 1), (1, 6), (8, 1), (1, 8)]:
        assert_raises(ValueError, student.conv2d, x, torch.randn(2, 4, *kernel))
