import torch

from autograder.authoring import assert_equal, assert_gradients, assert_raises, assert_unchanged, check


def by_assignment(r, g, b):
    """The planes written into a new tensor, one after the other."""
    x = torch.empty((*r.shape[:-2], 3, *r.shape[-2:]), dtype=r.dtype)
    x[..., 0, :, :], x[..., 1, :, :], x[..., 2, :, :] = r, g, b
    return x


def planes(*shape, dtype=torch.float32):
    """Three planes of random numbers."""
    return [torch.randn(shape, dtype=dtype) for _ in range(3)]


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """puts three planes of two rows and one column on top of each other

    zh: 把三个两行一列的平面叠在一起
    """
    r, g, b = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [4.0]]), torch.tensor([[5.0], [6.0]])
    expected = torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]])
    assert_equal(student.stack_channels(r, g, b), expected)


@check(points=2)
def test_stacks_the_planes_of_one_image(student):
    """gives (3, H, W) for planes of shape (H, W), also where they are 3 wide or 3 high

    zh: 把形状为 (H, W) 的平面叠成 (3, H, W)，宽或高恰为 3 时也一样
    """
    for shape in [(4, 6), (5, 3), (3, 3), (1, 1)]:
        given = planes(*shape)
        assert_equal(student.stack_channels(*given), by_assignment(*given))


@check(points=2)
def test_stacks_the_planes_of_a_batch(student):
    """gives (N, 3, H, W) for planes of shape (N, H, W), also for 1 and for 3 images

    zh: 把形状为 (N, H, W) 的平面叠成 (N, 3, H, W)，只有 1 张或恰有 3 张图像时也一样
    """
    for shape in [(5, 4, 6), (1, 2, 3), (3, 3, 3)]:
        given = planes(*shape)
        assert_equal(student.stack_channels(*given), by_assignment(*given))


@check(points=1)
def test_keeps_the_dtype(student):
    """stacks planes of bytes and of float64, and keeps their dtype

    zh: 能堆叠字节和 float64 的平面，并保持数据类型不变
    """
    given = planes(2, 3, dtype=torch.float64)
    assert_equal(student.stack_channels(*given), by_assignment(*given))
    given = [torch.randint(256, (4, 2, 3), dtype=torch.uint8) for _ in range(3)]
    assert_equal(student.stack_channels(*given), by_assignment(*given))


@check(points=1)
def test_passes_the_gradient_to_every_plane(student):
    """passes to each plane the gradient of its channel

    zh: 把各通道的梯度传给对应的平面
    """
    for shape in [(2, 4), (3, 2, 3)]:
        given = [item.requires_grad_() for item in planes(*shape, dtype=torch.float64)]
        assert_gradients(student.stack_channels, by_assignment, *given, names=("r", "g", "b"))


@check(points=1, property=True)
def test_refuses_planes_of_different_shapes(student):
    """raises ValueError for planes of different shapes, also where they could be broadcast

    zh: 平面的形状不同时抛出 ValueError，即使它们可以广播
    """
    x = torch.randn(4, 3)
    assert_raises(ValueError, student.stack_channels, x, x, torch.randn(3, 4))
    assert_raises(ValueError, student.stack_channels, x, torch.randn(1, 3), x)
    assert_raises(ValueError, student.stack_channels, torch.randn(1, 3), x, x)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves the planes unchanged

    zh: 不修改各平面
    """
    assert_unchanged(student.stack_channels, *planes(2, 5))
