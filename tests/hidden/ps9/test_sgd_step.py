import torch

from autograder.authoring import assert_close, assert_unchanged, check


def by_torch(weight, grads, **options):
    """Weight and buffer after each step of torch's SGD."""
    parameter = torch.nn.Parameter(weight.clone())
    optimizer = torch.optim.SGD([parameter], **options)
    steps = []
    for grad in grads:
        parameter.grad = grad.clone()
        optimizer.step()
        steps.append((parameter.detach().clone(), optimizer.state[parameter]["momentum_buffer"].clone()))
    return steps


def follow(student, weight, grads, **options):
    """Compare each step with torch's; each begins where torch's step before ended."""
    buf = None
    for grad, expected in zip(grads, by_torch(weight, grads, **options), strict=True):
        assert_close(student.sgd_step(weight, grad, buf, **options), expected)
        weight, buf = expected


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """moves 1 to 0 for the gradient 2 and the rate 0.5, and to -2 with half of that buffer and the gradient 3

    zh: 梯度为 2、学习率为 0.5 时从 1 移动到 0；再用那个缓冲的一半和梯度 3，移动到 -2
    """
    weight, half = torch.tensor([1.0]), {"lr": 0.5, "momentum": 0.5}
    # The second step is compared first: in a first step the buffer is the gradient that was given.
    second = student.sgd_step(torch.tensor([0.0]), torch.tensor([3.0]), torch.tensor([2.0]), **half)
    assert_close(second, (torch.tensor([-2.0]), torch.tensor([4.0])))
    first = student.sgd_step(weight, torch.tensor([2.0]), None, **half)
    assert_close(first, (torch.tensor([0.0]), torch.tensor([2.0])))


@check(points=2)
def test_equals_torch(student):
    """equals torch's SGD over four steps, in float32 and float64, with a momentum of 0.9 unless told otherwise

    zh: 四步之内与 torch 的 SGD 一致，float32 和 float64 均可，除非另外指定，动量为 0.9
    """
    for dtype, options in [(torch.float32, {"momentum": 0.6}), (torch.float64, {"momentum": 0.95})]:
        grads = [torch.randn(3, 4, dtype=dtype) for _ in range(4)]
        follow(student, torch.randn(3, 4, dtype=dtype), grads, lr=0.2, **options)
    weight, grad, buf = torch.randn(3, 5)
    assert_close(student.sgd_step(weight, grad, buf, 0.1), (weight - 0.1 * (0.9 * buf + grad), 0.9 * buf + grad))


@check(points=2)
def test_dampens_from_the_second_step_on(student):
    """holds the share `dampening` of the gradient back from the second step on, and nothing of the first, as torch does

    zh: 从第二步起，从梯度中扣除 `dampening` 这一比例，第一步则不扣除，与 torch 一致
    """
    for dampening in (0.25, 0.9, 1.0):
        grads = [torch.randn(5, dtype=torch.float64) for _ in range(3)]
        follow(student, torch.randn(5, dtype=torch.float64), grads, lr=0.3, momentum=0.9, dampening=dampening)


@check(points=1)
def test_is_plain_descent_without_momentum(student):
    """goes against the gradient alone with a momentum of 0, in the first step and in later ones

    zh: 动量为 0 时只沿梯度的反方向走，第一步和之后的各步都一样
    """
    weight, grad, buf = torch.randn(3, 6)
    for old in (None, buf):
        assert_close(student.sgd_step(weight, grad, old, 0.4, momentum=0.0), (weight - 0.4 * grad, grad))


@check(points=1)
def test_takes_any_shape(student):
    """takes single numbers, empty tensors and four axes

    zh: 能处理单个数、空张量和四个轴的张量
    """
    for shape in [(), (2, 1, 3, 2), (0,)]:
        weight, grads = torch.randn(shape), [torch.randn(shape) for _ in range(2)]
        follow(student, weight, grads, lr=0.1, momentum=0.8)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves weight, gradient and buffer unchanged

    zh: 不修改权重、梯度和缓冲
    """
    assert_unchanged(student.sgd_step, torch.randn(4), torch.randn(4), torch.randn(4), 0.1)
    assert_unchanged(student.sgd_step, torch.randn(4), torch.randn(4), None, 0.1)
