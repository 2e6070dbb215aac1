import torch

from autograder.authoring import assert_close, assert_unchanged, check


def by_torch(kind, weight, grads, **options):
    """Weight and both averages after each step of torch's AdamW, or of its Adam with a weight decay."""
    parameter = torch.nn.Parameter(weight.clone())
    optimizer = kind([parameter], **options)
    steps = []
    for grad in grads:
        parameter.grad = grad.clone()
        optimizer.step()
        state = optimizer.state[parameter]
        steps.append((parameter.detach().clone(), state["exp_avg"].clone(), state["exp_avg_sq"].clone()))
    return steps


def follow(student, decoupled, weight, grads, **options):
    """Compare each step with torch's; each begins where torch's step before ended."""
    kind = torch.optim.AdamW if decoupled else torch.optim.Adam
    m, v = torch.zeros_like(weight), torch.zeros_like(weight)
    for step, (grad, expected) in enumerate(zip(grads, by_torch(kind, weight, grads, **options), strict=True), start=1):
        assert_close(student.adamw_step(weight, grad, m, v, step, **options, decoupled=decoupled), expected)
        weight, m, v = expected


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives 3.3 by AdamW and 3.5 by the penalty, from 4 in the first step with a rate of 0.5, a decay of 0.1 and the gradient 2

    zh: 第一步，权重为 4、学习率为 0.5、衰减为 0.1、梯度为 2 时，AdamW 给出 3.3，惩罚给出 3.5
    """
    weight, grad, zero = torch.tensor([4.0]), torch.tensor([2.0]), torch.tensor([0.0])
    options = {"lr": 0.5, "betas": (0.5, 0.75), "weight_decay": 0.1}
    found = student.adamw_step(weight, grad, zero, zero, 1, **options)
    assert_close(found, (torch.tensor([3.3]), torch.tensor([1.0]), torch.tensor([1.0])), rtol=1e-5)
    found = student.adamw_step(weight, grad, zero, zero, 1, **options, decoupled=False)
    assert_close(found, (torch.tensor([3.5]), torch.tensor([1.2]), torch.tensor([1.44])), rtol=1e-5)


@check(points=3)
def test_equals_adamw_of_torch(student):
    """equals torch's AdamW over four steps, weights and both averages, in float32 and float64, also with its defaults

    zh: 四步之内与 torch 的 AdamW 一致，包括权重和两个平均，float32 和 float64 均可，用默认值时也一样
    """
    for shape, dtype in [((3, 4), torch.float32), ((5,), torch.float64), ((), torch.float64), ((0,), torch.float32)]:
        weight, grads = torch.randn(shape, dtype=dtype), [torch.randn(shape, dtype=dtype) for _ in range(4)]
        follow(student, True, weight, grads, lr=0.3, betas=(0.8, 0.9), weight_decay=0.2)
    weight, grad = torch.randn(2, 6, dtype=torch.float64)
    zeros = torch.zeros_like(weight)
    expected = by_torch(torch.optim.AdamW, weight, [grad])[0]
    assert_close(student.adamw_step(weight, grad, zeros, zeros, 1), expected)


@check(points=3)
def test_equals_adam_of_torch_with_a_penalty(student):
    """equals torch's Adam with a weight decay over four steps where the decay is not decoupled, in float32 and float64

    zh: 不解耦时，四步之内与 torch 带权重衰减的 Adam 一致，float32 和 float64 均可
    """
    for shape, dtype in [((2, 3), torch.float32), ((5,), torch.float64), ((), torch.float32)]:
        weight, grads = torch.randn(shape, dtype=dtype), [torch.randn(shape, dtype=dtype) for _ in range(4)]
        follow(student, False, weight, grads, lr=0.3, betas=(0.8, 0.9), weight_decay=0.2)


@check(points=1)
def test_decays_with_the_rate(student):
    """decays in proportion to the rate as AdamW, nothing with a rate of 0, and hands betas and eps on

    zh: AdamW 的衰减与学习率成正比，学习率为 0 时不衰减，并把两个 beta 和 eps 传下去
    """
    weight, grads = torch.randn(4, dtype=torch.float64), [torch.randn(4, dtype=torch.float64) for _ in range(2)]
    for lr in (2.0, 0.001, 0.0):
        for decoupled in (True, False):
            follow(student, decoupled, weight, grads, lr=lr, betas=(0.5, 0.6), eps=0.3, weight_decay=0.4)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves weight, gradient and both averages unchanged, with either decay

    zh: 不修改权重、梯度和两个平均，两种衰减都一样
    """
    given = torch.randn(3), torch.randn(3), torch.randn(3), torch.rand(3), 2, 0.1
    for decoupled in (True, False):
        assert_unchanged(student.adamw_step, *given, weight_decay=0.3, decoupled=decoupled)
