import torch
import torch.nn.functional as F

from autograder.authoring import assert_equal, assert_raises, assert_unchanged, check


def measured(layers):
    """The stretch of a long input that has a gradient from one output of a stack of real convolutions."""
    x = torch.zeros(1, 1, 400, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel, stride, dilation in layers:
        y = F.conv1d(y, torch.ones(1, 1, kernel, dtype=torch.float64), stride=stride, dilation=dilation)
    y[0, 0, 1].backward()
    reached = x.grad[0, 0].nonzero()
    return int(reached.max() - reached.min()) + 1


@check(points=1)
def test_gives_the_kernel_for_one_layer(student):
    """gives the span of the kernel for one layer, whatever its stride

    zh: 只有一层时给出核跨越的范围，与它的步幅无关
    """
    assert_equal(student.receptive_field([(5, 1, 1)]), 5)
    assert_equal(student.receptive_field([(7, 2, 1)]), 7)
    assert_equal(student.receptive_field([(3, 1, 4)]), 9)


@check(points=1)
def test_adds_what_each_layer_adds(student):
    """adds kernel - 1 for each further layer without strides: three 3 x 3 layers see 7 pixels

    zh: 步幅为 1 时，之后每一层增加 kernel - 1：三个 3 x 3 的层看到 7 个像素
    """
    assert_equal(student.receptive_field([(3, 1, 1)] * 3), 7)
    assert_equal(student.receptive_field([(3, 1, 1), (1, 1, 1), (5, 1, 1)]), 7)


@check(points=2)
def test_counts_the_strides_before_a_layer(student):
    """multiplies what a layer adds by the strides before it

    zh: 每一层增加的范围要乘以它之前各层的步幅
    """
    # 1 + 2 + 2 * 2 + 2 * 4 = 15
    assert_equal(student.receptive_field([(3, 2, 1), (3, 2, 1), (3, 2, 1)]), 15)
    # 1 + 6 + 2 * 2 + 2 * 4 = 19: the beginning of a residual network, and one convolution
    assert_equal(student.receptive_field([(7, 2, 1), (3, 2, 1), (3, 1, 1)]), 19)


@check(points=1)
def test_depends_on_the_order(student):
    """depends on the order: a stride widens what comes after it

    zh: 结果与次序有关：步幅会加宽排在它之后的层
    """
    assert_equal(student.receptive_field([(3, 1, 1), (3, 3, 1)]), 5)
    assert_equal(student.receptive_field([(3, 3, 1), (3, 1, 1)]), 9)


@check(points=1)
def test_equals_what_a_real_stack_can_see(student):
    """equals the stretch of input from which a gradient reaches an output of a real stack

    zh: 等于真实的多层网络中，能把梯度传到某个输出的那段输入的长度
    """
    for layers in [
        [(3, 1, 1), (3, 1, 2), (3, 1, 4)],
        [(2, 2, 1), (3, 1, 1), (2, 2, 1), (3, 1, 2)],
        [(5, 3, 2), (1, 2, 1), (4, 1, 1), (3, 2, 3)],
    ]:
        assert_equal(student.receptive_field(layers), measured(layers))


@check(points=1)
def test_handles_no_layers_and_deep_stacks(student):
    """gives 1 for no layers, and is exact for deep stacks

    zh: 一层都没有时给出 1，层数很多时结果仍然精确
    """
    assert_equal(student.receptive_field([]), 1)
    assert_equal(student.receptive_field([(1, 2, 1), (3, 1, 1)]), 5)
    # Sixty layers of kernel and stride 2 see 2 to the power of 60 positions.
    assert_equal(student.receptive_field([(2, 2, 1)] * 60), 2**60)


@check(points=1, property=True)
def test_leaves_the_list_unchanged(student):
    """leaves the list of layers unchanged

    zh: 不修改各层的列表
    """
    assert_unchanged(student.receptive_field, [(1, 2, 1), (3, 1, 1), (5, 2, 2)])


@check(points=1, property=True)
def test_refuses_numbers_below_one(student):
    """raises ValueError where a kernel, stride or dilation is less than 1

    zh: 核、步幅或膨胀率小于 1 时，抛出 ValueError
    """
    for layer in [(0, 1, 1), (3, 0, 1), (3, 1, 0)]:
        assert_raises(ValueError, student.receptive_field, [(3, 1, 1), layer])
