from torch import nn

from autograder.authoring import assert_equal, assert_raises, check


def by_torch(in_channels, out_channels, kernel, groups=1, bias=True):
    """The number of values that the parameters of nn.Conv2d hold."""
    layer = nn.Conv2d(in_channels, out_channels, kernel, groups=groups, bias=bias, device="meta")
    return sum(parameter.numel() for parameter in layer.parameters())


@check(points=2)
def test_counts_weights_and_biases(student):
    """counts weights and biases: a 3 x 3 convolution from 64 to 64 channels has 36,928

    zh: 计入权重和偏置：从 64 到 64 个通道的 3 x 3 卷积有 36,928 个参数
    """
    assert_equal(student.conv_parameter_count(64, 64, 3), 36928)
    assert_equal(student.conv_parameter_count(3, 8, 5), 608)


@check(points=1)
def test_leaves_out_the_bias_where_there_is_none(student):
    """leaves out the biases where bias=False

    zh: bias=False 时不计偏置
    """
    assert_equal(student.conv_parameter_count(3, 8, 5, bias=False), 600)
    assert_equal(student.conv_parameter_count(7, 2, 1, bias=False), 14)


@check(points=1)
def test_takes_a_pair_as_kernel(student):
    """takes a pair as the size of the kernel

    zh: 核的大小可以是一对整数
    """
    assert_equal(student.conv_parameter_count(4, 6, (1, 7)), 174)
    assert_equal(student.conv_parameter_count(4, 6, (5, 2), bias=False), 240)


@check(points=2)
def test_shares_out_the_channels_in_groups(student):
    """gives an output channel weights for the inputs of its own group only

    zh: 输出通道只对自己那一组的输入有权重
    """
    assert_equal(student.conv_parameter_count(8, 12, 3, groups=4), 228)
    assert_equal(student.conv_parameter_count(8, 4, 3, 4), 76)
    # Depthwise: one slice for each of 32 channels.
    assert_equal(student.conv_parameter_count(32, 32, 3, groups=32, bias=False), 288)


@check(points=2)
def test_equals_torch_for_many_layers(student):
    """counts as many as the parameters of torch's Conv2d hold

    zh: 得到的个数与 torch 的 Conv2d 的参数个数相同
    """
    for given in [(1, 1, 1), (3, 64, 7, 1, False), (48, 36, (3, 5), 12), (10, 20, (2, 2), 5, False), (16, 64, 3, 16)]:
        assert_equal(student.conv_parameter_count(*given), by_torch(*given))


@check(points=1, property=True)
def test_refuses_channels_that_do_not_divide(student):
    """raises ValueError where the input or the output channels cannot be divided by groups

    zh: 输入或输出通道数不能被 groups 整除时，抛出 ValueError
    """
    assert_raises(ValueError, student.conv_parameter_count, 6, 8, 3, 4)
    assert_raises(ValueError, student.conv_parameter_count, 8, 6, 3, 4)
