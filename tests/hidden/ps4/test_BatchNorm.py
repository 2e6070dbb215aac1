import torch

from autograder.authoring import (
    Difference,
    assert_close,
    assert_equal,
    assert_gradients,
    assert_raises,
    assert_unchanged,
    check,
)

RUNNING = ("running_mean", "running_var", "num_batches_tracked")


def trained(kind, channels, **options):
    """A layer of torch's in float64 whose parameters and running statistics are those of no new layer."""
    layer = kind(channels, **options).double()
    with torch.no_grad():
        layer.weight.copy_(torch.randn(channels))
        layer.bias.copy_(torch.randn(channels))
        layer.running_mean.copy_(torch.randn(channels))
        layer.running_var.copy_(torch.rand(channels) + 0.5)
        layer.num_batches_tracked += 3
    return layer


def twin(student, layer, **options):
    """The student's layer with the same state."""
    mine = student.BatchNorm(layer.num_features, **options).double()
    mine.load_state_dict(layer.state_dict())
    return mine


def batch(*shape, dtype=torch.float64):
    """A batch away from zero mean and unit variance."""
    return torch.randn(shape, dtype=dtype) * 3 + 2


def assert_same_running(mine, layer):
    """Assert that the running statistics are the same."""
    for name in RUNNING:
        assert_close(getattr(mine, name), getattr(layer, name), what=name)


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives -1 and 1 for the values 1 and 3, and moves running mean and variance a tenth of the way to 2 each

    zh: 对数值 1 和 3 给出 -1 和 1，并让滑动均值和滑动方差各向 2 移动十分之一
    """
    layer = student.BatchNorm(2, eps=0.0)
    y = layer(torch.tensor([[1.0, 3.0], [3.0, 1.0]]))
    assert_close(y, torch.tensor([[-1.0, 1.0], [1.0, -1.0]]))
    assert_close(layer.running_mean, torch.tensor([0.2, 0.2]), what="running_mean")
    assert_close(layer.running_var, torch.tensor([1.1, 1.1]), what="running_var")


@check(points=1)
def test_follows_torch_over_many_batches_of_vectors(student):
    """gives the outputs and the running statistics of nn.BatchNorm1d over many batches, in float32 and float64

    zh: 在许多批次上给出与 nn.BatchNorm1d 相同的输出和滑动统计量，float32 和 float64 均可
    """
    for dtype in (torch.float32, torch.float64):
        layer, mine = torch.nn.BatchNorm1d(4).to(dtype), student.BatchNorm(4).to(dtype)
        for size in (8, 5, 3, 16, 2):
            x = batch(size, 4, dtype=dtype)
            assert_close(mine(x), layer(x))
        assert_same_running(mine, layer)


@check(points=2)
def test_follows_torch_over_many_batches_of_pictures(student):
    """gives the outputs and the running statistics of nn.BatchNorm2d, with eps and momentum of one's choice

    zh: 给出与 nn.BatchNorm2d 相同的输出和滑动统计量，eps 和动量可任意选取
    """
    options = {"eps": 0.2, "momentum": 0.3}
    layer = trained(torch.nn.BatchNorm2d, 3, **options)
    mine = twin(student, layer, **options)
    for size in (2, 1, 4):
        x = batch(size, 3, 4, 2)
        assert_close(mine(x), layer(x))
        assert_same_running(mine, layer)


@check(points=2)
def test_uses_the_running_statistics_at_inference(student):
    """uses the running statistics in eval mode, leaves them as they are, and takes a single sample

    zh: 在 eval 模式下使用滑动统计量而不改动它们，也能处理单个样本
    """
    layer = trained(torch.nn.BatchNorm1d, 5)
    mine = twin(student, layer)
    layer.eval()
    mine.eval()
    for size in (6, 1):
        x = batch(size, 5)
        assert_close(mine(x), layer(x))
        assert_same_running(mine, layer)


@check(points=1)
def test_goes_on_with_training_after_inference(student):
    """goes on updating after eval() and train()

    zh: 经过 eval() 再 train() 之后，继续更新统计量
    """
    layer = trained(torch.nn.BatchNorm2d, 2)
    mine = twin(student, layer)
    for training in (True, False, True):
        layer.train(training)
        mine.train(training)
        x = batch(3, 2, 2, 2)
        assert_close(mine(x), layer(x))
    assert_same_running(mine, layer)


@check(points=1)
def test_exchanges_its_state_with_torch(student):
    """has a state that torch's layer can load, and loads the state of torch's

    zh: 它的状态可由 torch 的层读入，也能读入 torch 的层的状态
    """
    layer = torch.nn.BatchNorm1d(3)
    assert_equal(
        student.BatchNorm(3).state_dict(),
        dict(layer.state_dict()),
        what={"en": "the state of a new layer", "zh": "新建的层的状态"},
    )
    other = trained(torch.nn.BatchNorm1d, 3)
    assert_equal(
        twin(student, other).state_dict(),
        dict(other.state_dict()),
        what={"en": "the state after load_state_dict", "zh": "load_state_dict 之后的状态"},
    )


@check(points=2)
def test_has_the_right_gradients(student):
    """has the right gradients for x, weight and bias, in training and at inference

    zh: 对 x、权重和偏置的梯度正确，训练和推理时都一样
    """
    for training in (True, False):
        layer = trained(torch.nn.BatchNorm1d, 3)
        mine = twin(student, layer)
        layer.train(training)
        mine.train(training)
        assert_gradients(mine, layer, batch(6, 3).requires_grad_(), names=("x",))
        for name in ("weight", "bias"):
            grad = getattr(mine, name).grad
            if grad is None:
                raise Difference({"en": f"no gradient reaches {name}", "zh": f"没有梯度到达 {name}"})
            assert_close(
                grad, getattr(layer, name).grad, what={"en": f"the gradient of {name}", "zh": f"{name} 的梯度"}
            )


@check(points=1, property=True)
def test_keeps_the_running_statistics_out_of_the_graph(student):
    """keeps the running statistics out of the graph of the gradients

    zh: 滑动统计量不进入梯度的计算图
    """
    layer = student.BatchNorm(3)
    layer(batch(6, 3, dtype=torch.float32).requires_grad_())
    if layer.running_mean.requires_grad or layer.running_var.requires_grad:
        raise Difference(
            {
                "en": "the running statistics hold on to the graph: update them without gradients",
                "zh": "滑动统计量仍连着计算图：请在不记录梯度的情况下更新它们",
            }
        )


@check(points=1, property=True)
def test_refuses_channels_of_one_value_in_training(student):
    """raises ValueError in training where a channel has one value only

    zh: 训练时若一个通道只有一个数值，抛出 ValueError
    """
    layer = student.BatchNorm(3)
    assert_raises(ValueError, layer, torch.randn(1, 3))
    assert_raises(ValueError, layer, torch.randn(1, 3, 1, 1))


@check(points=1, property=True)
def test_leaves_its_input_unchanged(student):
    """leaves its input unchanged, in training and at inference

    zh: 不修改输入，训练和推理时都一样
    """
    layer = student.BatchNorm(3)
    for training in (True, False):
        layer.train(training)
        assert_unchanged(layer, batch(4, 3, dtype=torch.float32))
