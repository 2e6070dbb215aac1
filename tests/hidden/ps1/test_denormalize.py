import torch

from autograder.authoring import assert_close, assert_gradients, assert_raises, assert_unchanged, check


def by_channel(x, mean, std):
    """Each channel by itself, put together again."""
    planes = [plane * float(s) + float(m) for plane, m, s in zip(x.unbind(-3), mean, std, strict=True)]
    return torch.stack(planes, dim=-3)


def arguments(*shape, dtype=torch.float32):
    """Normalized images, with a mean and a standard deviation for each channel, in float64."""
    channels = shape[-3]
    mean, std = torch.randn(channels, dtype=torch.float64), torch.rand(channels, dtype=torch.float64) + 0.3
    return torch.randn(shape, dtype=dtype), mean, std


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 3 * 2 + 1 = 7 and 3 * 0.5 + 4 = 5.5 for two channels whose only pixel is 3

    zh: 两个通道各自唯一的像素都是 3 时，给出 3 * 2 + 1 = 7 和 3 * 0.5 + 4 = 5.5
    """
    x = student.denormalize(torch.full((2, 1, 1), 3.0), [1.0, 4.0], [2.0, 0.5])
    assert_close(x, torch.tensor([[[7.0]], [[5.5]]]))


@check(points=2)
def test_denormalizes_images_and_batches(student):
    """denormalizes images and batches of 1, 2 or 3 channels, in float32 and float64

    zh: 能把 1、2 或 3 个通道的图像和批次反归一化，float32 和 float64 均可
    """
    for shape, dtype in [((3, 4, 6), torch.float32), ((5, 2, 3, 4), torch.float32), ((1, 5, 2), torch.float64)]:
        x, mean, std = arguments(*shape, dtype=dtype)
        given = mean.tolist(), std.tolist()
        # Statistics of float32 are good enough.
        assert_close(student.denormalize(x, *given), by_channel(x, mean, std), rtol=2e-6, atol=2e-6)


@check(points=2)
def test_gives_each_channel_its_own_statistics(student):
    """matches the statistics with the channels, also where batch, height and width are as many

    zh: 各通道用各自的统计量，批大小、高、宽与通道数相同时也一样
    """
    for shape in [(3, 5, 3), (3, 3, 3, 3), (2, 2, 4, 2)]:
        x, mean, std = arguments(*shape)
        assert_close(student.denormalize(x, mean.tolist(), std.tolist()), by_channel(x, mean, std))


@check(points=2)
def test_undoes_the_normalization(student):
    """brings values in [0, 1] back to 1e-6 after normalizing, with the statistics of ImageNet and with 0.5

    zh: 用 ImageNet 的统计量或 0.5 归一化后，能把 [0, 1] 内的值还原到误差不超过 1e-6
    """
    x = torch.rand(2, 3, 5, 4)
    for mean, std in [([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), ([0.5] * 3, [0.5] * 3)]:
        given = torch.tensor(mean).reshape(3, 1, 1), torch.tensor(std).reshape(3, 1, 1)
        assert_close(student.denormalize((x - given[0]) / given[1], mean, std), x, rtol=0, atol=1e-6)


@check(points=1)
def test_takes_lists_tuples_and_tensors(student):
    """takes the statistics as lists, tuples and tensors

    zh: 统计量可以是列表、元组或张量
    """
    x, mean, std = arguments(3, 2, 5)
    for kind in (list, tuple):
        given = kind(mean.tolist()), kind(std.tolist())
        assert_close(student.denormalize(x, *given), by_channel(x, mean, std))
    assert_close(student.denormalize(x, mean.float(), std.float()), by_channel(x, mean, std))


@check(points=1)
def test_has_the_right_gradient(student):
    """passes the gradient to the image, times each channel's standard deviation

    zh: 把梯度传给图像，并乘以每个通道的标准差
    """
    for shape in [(3, 2, 4), (2, 3, 2, 3)]:
        x, mean, std = arguments(*shape, dtype=torch.float64)
        given = mean.tolist(), std.tolist()
        assert_gradients(
            student.denormalize, by_channel, x.requires_grad_(), *given, names=("x",), rtol=2e-6, atol=2e-6
        )


@check(points=1, property=True)
def test_refuses_statistics_that_do_not_fit(student):
    """raises ValueError for statistics that are too few or too many

    zh: 统计量的个数过少或过多时，抛出 ValueError
    """
    x = torch.randn(3, 4, 5)
    assert_raises(ValueError, student.denormalize, x, [0.5], [0.5])
    assert_raises(ValueError, student.denormalize, x, [0.5] * 3, [0.5] * 5)
    assert_raises(ValueError, student.denormalize, x, [0.5], [0.5] * 3)


@check(points=2, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves the image and the statistics unchanged

    zh: 不修改图像和统计量
    """
    x, mean, std = arguments(3, 2, 4)
    assert_unchanged(student.denormalize, x, mean.float(), std.float())
