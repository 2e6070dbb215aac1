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
        raise Difference("xor_network() should return four tensors: weight1, bias1, weight2, bias2")
    return [tensor.detach() for tensor in tensors]


def weights_of(student):
    """The student's four tensors, after a look at their shapes and dtypes."""
    tensors = tensors_of(student)
    for name, tensor, shape in zip(NAMES, tensors, SHAPES, strict=True):
        if tuple(tensor.shape) != shape or tensor.dtype != torch.float32:
            raise Difference(f"{name} should be a float32 tensor of shape {shape}")
    return tensors


def outputs_of(student):
    """What the network with the student's weights gives for 00, 01, 10 and 11."""
    weight1, bias1, weight2, bias2 = weights_of(student)
    return (torch.relu(BITS @ weight1.T + bias1) @ weight2.T + bias2).squeeze(1)


@check(points=1, property=True)
def test_gives_weights_of_a_network_with_two_hidden_units(student):
    """returns float32 weights and biases of the shapes (2, 2), (2,), (1, 2) and (1,), all finite"""
    for name, tensor in zip(NAMES, weights_of(student), strict=True):
        if not tensor.isfinite().all():
            raise Difference(f"{name} holds numbers that are not finite")


@check(points=2)
def test_separates_the_two_classes(student):
    """gives more than 1/2 for 01 and 10, and less than 1/2 for 00 and 11"""
    outputs = outputs_of(student)
    for bits, output, expected in zip(BITS.int().tolist(), outputs.tolist(), (0, 1, 1, 0), strict=True):
        if (output > 0.5) != (expected == 1) or output == 0.5:
            side = "above" if expected else "below"
            raise Difference(
                f"for the bits {bits[0]} and {bits[1]} the output is {output:.6g}, and should be {side} 0.5"
            )


@check(points=3)
def test_equals_the_truth_table(student):
    """gives exactly 0, 1, 1 and 0 for 00, 01, 10 and 11"""
    assert_close(outputs_of(student), torch.tensor([0.0, 1.0, 1.0, 0.0]), rtol=0.0, atol=1e-6, what="the output")


@check(points=1, property=True)
def test_gives_the_same_weights_on_every_call(student):
    """gives the same weights on every call"""
    for tensor, again in zip(tensors_of(student), tensors_of(student), strict=True):
        assert_equal(again, tensor, what="the second call's result")
