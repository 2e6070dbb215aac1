import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

from autograder.authoring import Difference, assert_close, assert_gradients, assert_raises, assert_unchanged, check

DIGITS = load_digits()
SHAPES = {
    "conv1_weight": (8, 1, 3, 3),
    "conv1_bias": (8,),
    "conv2_weight": (16, 8, 3, 3),
    "conv2_bias": (16,),
    "linear_weight": (10, 64),
    "linear_bias": (10,),
}
DETACHED = {
    "en": "no gradient flows through the logits: they were detached from the weights",
    "zh": "没有梯度流过 logits：它们已从权重的计算图中分离",
}


def weights(dtype=torch.float32):
    """Random weights (He's initialization) and biases."""
    drawn = {}
    for name, shape in SHAPES.items():
        scale = 0.5 if len(shape) == 1 else (2 / torch.Size(shape[1:]).numel()) ** 0.5
        drawn[name] = torch.randn(shape, dtype=dtype) * scale
    return drawn


def network(student, given, dtype=torch.float32):
    """The student's network with the weights that are given."""
    model = student.TinyCNN()
    if dtype == torch.float64:
        model.double()
    model.load_state_dict(given)
    return model


def by_torch(x, given):
    """The same network of torch's own functions."""
    x = F.max_pool2d(F.relu(F.conv2d(x, given["conv1_weight"], given["conv1_bias"], padding=1)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, given["conv2_weight"], given["conv2_bias"], padding=1)), 2)
    return F.linear(x.flatten(1), given["linear_weight"], given["linear_bias"])


def parameters(model):
    """The weights as they are, each with its gradient."""
    found = {name: getattr(model, name) for name in SHAPES}
    for name, weight in found.items():
        if not isinstance(weight, torch.Tensor) or weight.shape != SHAPES[name]:
            raise Difference(
                {
                    "en": f"{name} should be a parameter of shape {SHAPES[name]}",
                    "zh": f"{name} 应是形状为 {SHAPES[name]} 的参数",
                }
            )
    return found


@check(points=1)
def test_gives_the_numbers_worked_out_by_hand(student):
    """carries single pixels through both poolings to the places worked out by hand

    zh: 单个像素经过两次池化之后，落在手算得到的位置
    """
    given = {name: torch.zeros(shape) for name, shape in SHAPES.items()}
    given["conv1_weight"][1, 0, 1, 1] = 1.0
    given["conv2_weight"][2, 1, 1, 1] = 10.0
    given["linear_weight"][4, 8:12] = torch.tensor([1.0, 2.0, 3.0, 4.0])  # channel 2, rows 0 and 1, columns 0 and 1
    given["linear_bias"][0] = -1.0
    image = torch.zeros(1, 1, 8, 8)
    image[0, 0, 0, 5], image[0, 0, 7, 1], image[0, 0, 4, 4] = 0.5, 2.0, -3.0
    expected = torch.zeros(1, 10)
    expected[0, 0], expected[0, 4] = -1.0, 10 * (2 * 0.5 + 3 * 2.0)  # ReLU makes -3 a zero
    assert_close(network(student, given)(image), expected)


@check(points=3)
def test_equals_torch(student):
    """gives the logits of torch's network on the same weights, for a batch or one image, in float32 and float64

    zh: 权重相同时，给出的 logits 与 torch 的网络一致，批次或单张图像、float32 和 float64 均可
    """
    for dtype, count in [(torch.float32, 5), (torch.float64, 3)]:
        given, x = weights(dtype), torch.randn(count, 1, 8, 8, dtype=dtype)
        tolerance = {"rtol": 1e-4, "atol": 1e-4} if dtype == torch.float32 else {}
        model, expected = network(student, given, dtype), by_torch(x, given)
        assert_close(model(x), expected, **tolerance)
        assert_close(model(x[:1]), expected[:1], **tolerance)
        assert_close(model(x.flip(0)), expected.flip(0), **tolerance)


@check(points=1)
def test_pads_with_zeros(student):
    """pads with zeros: strokes along the border give torch's logits

    zh: 用零填充：沿边缘的笔画得到的 logits 与 torch 一致
    """
    given = weights()
    x = torch.zeros(4, 1, 8, 8)
    x[0, 0, 0], x[1, 0, 7], x[2, 0, :, 0], x[3, 0, :, 7] = 1.0, 2.0, 3.0, -2.0
    assert_close(network(student, given)(x), by_torch(x, given), rtol=1e-4, atol=1e-4)


@check(points=3)
def test_has_the_loss_and_the_gradients_of_torch(student):
    """has torch's loss, and torch's gradient for each of the six parameters

    zh: 损失与 torch 一致，六个参数的梯度也各与 torch 一致
    """
    given, x = weights(torch.float64), torch.randn(8, 1, 8, 8, dtype=torch.float64)
    target = torch.arange(8)
    model = network(student, given, torch.float64)
    loss = F.cross_entropy(model(x), target)
    leaves = {name: weight.clone().requires_grad_() for name, weight in given.items()}
    expected = F.cross_entropy(by_torch(x, leaves), target)
    assert_close(
        loss.detach(), expected.detach(), what={"en": "the cross-entropy of the logits", "zh": "logits 的交叉熵"}
    )
    if not loss.requires_grad:
        raise Difference(DETACHED)
    loss.backward()
    expected.backward()
    for name, weight in parameters(model).items():
        if weight.grad is None:
            raise Difference({"en": f"no gradient reaches {name}", "zh": f"没有梯度到达 {name}"})
        assert_close(weight.grad, leaves[name].grad, what={"en": f"the gradient of {name}", "zh": f"{name} 的梯度"})


@check(points=1)
def test_has_the_right_gradient_for_the_image(student):
    """has torch's gradient for the image as well

    zh: 对图像的梯度也与 torch 一致
    """
    given = weights(torch.float64)
    x = torch.randn(2, 1, 8, 8, dtype=torch.float64, requires_grad=True)
    model = network(student, given, torch.float64)
    assert_gradients(model, lambda image: by_torch(image, given), x, names=({"en": "the image", "zh": "图像 x"},))


@check(points=2)
def test_learns_a_few_digits(student):
    """learns 40 real digits: after 30 steps of gradient descent the loss is below 0.8, from over 2 at the start

    zh: 学会 40 个真实的数字：30 步梯度下降之后，损失从开始时的 2 以上降到 0.8 以下
    """
    x = torch.tensor(DIGITS.images[:40], dtype=torch.float32).sub(5).div(6)[:, None]
    target = torch.tensor(DIGITS.target[:40], dtype=torch.int64)
    given = {name: weight if "weight" in name else torch.zeros_like(weight) for name, weight in weights().items()}
    model = network(student, given)
    for _ in range(30):
        loss = F.cross_entropy(model(x), target)
        if not loss.requires_grad:
            raise Difference(DETACHED)
        loss.backward()
        stepped = {
            name: weight.detach() if weight.grad is None else weight.detach() - 0.1 * weight.grad
            for name, weight in parameters(model).items()
        }
        model.load_state_dict(stepped)
        model.zero_grad()
    last = float(F.cross_entropy(model(x), target).detach())
    if not last < 0.8:
        raise Difference(
            {
                "en": f"after 30 steps the loss is {last:.4g} and should be below 0.8",
                "zh": f"30 步之后的损失是 {last:.4g}，应低于 0.8",
            }
        )


@check(points=1, property=True)
def test_refuses_images_of_another_shape(student):
    """raises ValueError for images that are not (N, 1, 8, 8)

    zh: 图像的形状不是 (N, 1, 8, 8) 时，抛出 ValueError
    """
    model = network(student, weights())
    for shape in [(2, 8, 8), (2, 1, 8, 10), (2, 3, 8, 8), (2, 1, 9, 9)]:
        assert_raises(ValueError, model, torch.zeros(shape))


@check(points=1, property=True)
def test_leaves_the_images_unchanged(student):
    """leaves the images unchanged

    zh: 不修改图像
    """
    assert_unchanged(network(student, weights()), torch.randn(2, 1, 8, 8))
