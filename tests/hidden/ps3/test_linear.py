import torch
import torch.nn.functional as F

from autograder.authoring import assert_close, assert_gradients, assert_unchanged, check


@check(points=2)
def test_weighs_with_the_rows_of_the_weight(student):
    """sums the inputs weighted with one row of the weight for each output, and adds the bias

    zh: 每个输出用权重的一行对各输入加权求和，再加上偏置
    """
    x = torch.tensor([[1.0, 2.0, 3.0]])
    weight = torch.tensor([[1.0, 0.0, -1.0], [2.0, 1.0, 0.5], [0.0, 3.0, 1.0]])
    bias = torch.tensor([10.0, 20.0, 30.0])
    assert_close(student.linear(x, weight, bias), torch.tensor([[8.0, 25.5, 39.0]]))


@check(points=1)
def test_works_without_a_bias(student):
    """leaves the bias out when there is none

    zh: 没有偏置时不加偏置
    """
    x, weight = torch.randn(4, 3), torch.randn(5, 3)
    assert_close(student.linear(x, weight), F.linear(x, weight))
    assert_close(student.linear(x, weight, None), F.linear(x, weight))
    assert_close(student.linear(x, weight, bias=torch.zeros(5)), F.linear(x, weight))


@check(points=2)
def test_equals_torch_in_both_precisions(student):
    """equals torch on random matrices, in float32 and float64

    zh: 在随机矩阵上与 torch 一致，float32 和 float64 均可
    """
    for dtype in (torch.float32, torch.float64):
        x, weight, bias = (torch.randn(*shape, dtype=dtype) for shape in ((6, 4), (3, 4), (3,)))
        assert_close(student.linear(x, weight, bias), F.linear(x, weight, bias))


@check(points=2)
def test_keeps_more_leading_axes(student):
    """keeps all leading axes, as in (batch, time, features)

    zh: 保持所有前导轴，例如 (batch, time, features)
    """
    weight, bias = torch.randn(5, 3), torch.randn(5)
    for shape in ((2, 4, 3), (2, 3, 2, 3), (1, 1, 3)):
        x = torch.randn(*shape)
        assert_close(student.linear(x, weight, bias), F.linear(x, weight, bias))


@check(points=1)
def test_takes_one_vector(student):
    """takes a single vector of shape (in_features,) and returns (out_features,)

    zh: 接受形状为 (in_features,) 的单个向量，并返回 (out_features,)
    """
    x, weight, bias = torch.randn(3), torch.randn(2, 3), torch.randn(2)
    assert_close(student.linear(x, weight, bias), F.linear(x, weight, bias))


@check(points=1)
def test_handles_one_output_and_an_empty_batch(student):
    """keeps the last axis when there is one output or one input, and the first when the batch is empty

    zh: 只有一个输出或一个输入时保留最后一个轴，批次为空时保留第一个轴
    """
    for batch, inputs, outputs in ((4, 3, 1), (4, 1, 3), (4, 1, 1), (0, 3, 5)):
        x, weight, bias = torch.randn(batch, inputs), torch.randn(outputs, inputs), torch.zeros(outputs)
        assert_close(student.linear(x, weight, bias), F.linear(x, weight, bias))


@check(points=2)
def test_gradients(student):
    """passes gradients to the input, the weight and the bias

    zh: 把梯度传给输入、权重和偏置
    """
    x = torch.randn(3, 2, 4, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(5, dtype=torch.float64, requires_grad=True)
    assert_gradients(student.linear, F.linear, x, weight, bias, names=("x", "weight", "bias"))


@check(points=1, property=True)
def test_changes_no_argument(student):
    """changes neither input nor weight nor bias

    zh: 不修改输入、权重和偏置
    """
    x, weight, bias = torch.randn(4, 3), torch.randn(3, 3), torch.randn(3)
    assert_unchanged(student.linear, x, weight, bias)
