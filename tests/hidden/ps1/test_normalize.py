import torch

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_channel(x, mean, std):
    """Each channel by itself, put together again."""
    planes = [(plane - float(m)) / float(s) for plane, m, s in zip(x.unbind(-3), mean, std, strict=True)]
    return torch.stack(planes, dim=-3)


def arguments(*shape, dtype=torch.float32):
    """Images away from zero, with a mean and a standard deviation for each channel, in float64."""
    channels = shape[-3]
    mean, std = torch.randn(channels, dtype=torch.float64), torch.rand(channels, dtype=torch.float64) + 0.3
    return torch.randn(shape, dtype=dtype) * 2 + 1, mean, std


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives (3 - 1) / 2 = 1 and (3 - 4) / 0.5 = -2 for two channels whose only pixel is 3

    zh: 两个通道各自唯一的像素都是 3 时，给出 (3 - 1) / 2 = 1 和 (3 - 4) / 0.5 = -2
    """
    y = student.normalize(torch.full((2, 1, 1), 3.0), [1.0, 4.0], [2.0, 0.5])
    assert_close(y, torch.tensor([[[1.0]], [[-2.0]]]))


@check(points=2)
def test_normalizes_one_image(student):
    """normalizes an image of shape (C, H, W) of 1, 3 or 4 channels, in float32 and float64

    zh: 能把形状为 (C, H, W) 的 1、3 或 4 个通道的图像归一化，float32 和 float64 均可
    """
    for shape, dtype in [((3, 4, 6), torch.float32), ((1, 5, 2), torch.float64), ((4, 2, 7), torch.float64)]:
        x, mean, std = arguments(*shape, dtype=dtype)
        # Statistics of float32 are good enough.
        assert_close(student.normalize(x, mean.tolist(), std.tolist()), by_channel(x, mean, std), rtol=2e-6, atol=2e-6)


@check(points=2)
def test_gives_each_channel_its_own_statistics(student):
    """matches the statistics with the channels, also where the image is as wide and as high as it has channels

    zh: 各通道用各自的统计量，图像的宽和高与通道数相同时也一样
    """
    for shape in [(3, 5, 3), (3, 3, 3), (2, 4, 2)]:
        x, mean, std = arguments(*shape)
        assert_close(student.normalize(x, mean.tolist(), std.tolist()), by_channel(x, mean, std))


@check(points=2)
def test_normalizes_a_batch(student):
    """normalizes a batch of shape (N, C, H, W) like each of its images, also for N = C and N = 1

    zh: 把形状为 (N, C, H, W) 的批次归一化，结果与逐张图像归一化相同，N = C 和 N = 1 时也一样
    """
    for shape in [(5, 3, 4, 2), (3, 3, 3, 3), (1, 2, 4, 2)]:
        x, mean, std = arguments(*shape)
        assert_close(student.normalize(x, mean.tolist(), std.tolist()), by_channel(x, mean, std))


@check(points=1)
def test_takes_lists_tuples_and_tensors(student):
    """takes the statistics as lists, tuples and tensors

    zh: 统计量可以是列表、元组或张量
    """
    x, mean, std = arguments(3, 2, 5)
    for kind in (list, tuple):
        given = kind(mean.tolist()), kind(std.tolist())
        assert_close(student.normalize(x, *given), by_channel(x, mean, std))
    assert_close(student.normalize(x, mean.float(), std.float()), by_channel(x, mean, std))


@check(points=1)
def test_has_the_right_gradient(student):
    """passes the gradient to the image, divided by each channel's standard deviation

    zh: 把梯度传给图像，并除以每个通道的标准差
    """
    for shape in [(3, 2, 4), (2, 3, 2, 3)]:
        x, mean, std = arguments(*shape, dtype=torch.float64)
        given = mean.tolist(), std.tolist()
        assert_gradients(student.normalize, by_channel, x.requires_grad_(), *given, names=("x",), rtol=2e-6, atol=2e-6)


@check(points=1, property=True)
def test_refuses_statistics_that_do_not_fit(student):
    """raises ValueError for statistics that are too few or too many, and for a standard deviation of 0

    zh: 统计量的个数过少或过多，或某个标准差为 0 时，抛出 ValueError
    """
    x = torch.randn(3, 4, 5)
    assert_raises(ValueError, student.normalize, x, [0.5], [0.5])
    assert_raises(ValueError, student.normalize, x, [0.5] * 3, [0.5] * 5)
    assert_raises(ValueError, student.normalize, x, [0.5], [0.5] * 3)
    assert_raises(ValueError, student.normalize, x, [0.5] * 3, [0.5, 0.0, 0.5])


@check(points=2, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves the image and the statistics unchanged

    zh: 不修改图像和统计量
    """
    x, mean, std = arguments(3, 2, 4)
    assert_unchanged(student.normalize, x, mean.float(), std.float())
