import torch

from autograder.authoring import Difference, assert_close, assert_equal, check

BITS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
NAMES = ("weight1", "bias1", "weight2", "bias2")
SHAPES = ((2, 2), (2,), (1, 2), (1,))


def tensors_of(student):
    """The four tensors that the student gives."""
    tensors = student.xor_network()
    is_four = isinstance(tensors, list | tuple) and len(tensors) == 4
    if not is_four or not all(isinstance(item, torch.Tensor) for item in tensors):
        raise Difference(
            {
                "en": "xor_network() should return four tensors: weight1, bias1, weight2, bias2",
                "zh": "xor_network() 应返回四个张量：weight1、bias1、weight2、bias2",
            }
        )
    return [tensor.detach() for tensor in tensors]


def weights_of(student):
    """The student's four tensors, after a look at their shapes and dtypes."""
    tensors = tensors_of(student)
    for name, tensor, shape in zip(NAMES, tensors, SHAPES, strict=True):
        if tuple(tensor.shape) != shape or tensor.dtype != torch.float32:
            raise Difference(
                {
                    "en": f"{name} should be a float32 tensor of shape {shape}",
                    "zh": f"{name} 应是形状为 {shape} 的 float32 张量",
                }
            )
    return tensors


def outputs_of(student):
    """What the network with the student's weights gives for 00, 01, 10 and 11."""
    weight1, bias1, weight2, bias2 = weights_of(student)
    return (torch.relu(BITS @ weight1.T + bias1) @ weight2.T + bias2).squeeze(1)


@check(points=1, property=True)
def test_gives_weights_of_a_network_with_two_hidden_units(student):
    """returns float32 weights and biases of the shapes (2, 2), (2,), (1, 2) and (1,), all finite

    zh: 返回形状为 (2, 2)、(2,)、(1, 2) 和 (1,) 的 float32 权重和偏置，且都是有限的数
    """
    for name, tensor in zip(NAMES, weights_of(student), strict=True):
        if not tensor.isfinite().all():
            raise Difference({"en": f"{name} holds numbers that are not finite", "zh": f"{name} 中含有无穷大或 NaN"})


@check(points=2)
def test_separates_the_two_classes(student):
    """gives more than 1/2 for 01 and 10, and less than 1/2 for 00 and 11

    zh: 对 01 和 10 给出大于 1/2 的值，对 00 和 11 给出小于 1/2 的值
    """
    outputs = outputs_of(student)
    for bits, output, expected in zip(BITS.int().tolist(), outputs.tolist(), (0, 1, 1, 0), strict=True):
        if (output > 0.5) != (expected == 1) or output == 0.5:
            side = {"en": "above", "zh": "大于"} if expected else {"en": "below", "zh": "小于"}
            raise Difference(
                {
                    "en": f"for the bits {bits[0]} and {bits[1]} the output is {output:.6g}, and should be {side['en']} 0.5",
                    "zh": f"对比特 {bits[0]} 和 {bits[1]}，输出是 {output:.6g}，应{side['zh']} 0.5",
                }
            )


@check(points=3)
def test_equals_the_truth_table(student):
    """gives exactly 0, 1, 1 and 0 for 00, 01, 10 and 11

    zh: 对 00、01、10 和 11 给出的恰好是 0、1、1 和 0
    """
    assert_close(
        outputs_of(student),
        torch.tensor([0.0, 1.0, 1.0, 0.0]),
        rtol=0.0,
        atol=1e-6,
        what={"en": "the output", "zh": "输出"},
    )


@check(points=1, property=True)
def test_gives_the_same_weights_on_every_call(student):
    """gives the same weights on every call

    zh: 每次调用给出相同的权重
    """
    for tensor, again in zip(tensors_of(student), tensors_of(student), strict=True):
        assert_equal(again, tensor, what={"en": "the second call's result", "zh": "第二次调用的结果"})
