import torch

from autograder.authoring import assert_close, assert_raises, assert_unchanged, check


def by_torch(weight, grads, **options):
    """Weight and both averages after each step of torch's Adam."""
    parameter = torch.nn.Parameter(weight.clone())
    optimizer = torch.optim.Adam([parameter], **options)
    steps = []
    for grad in grads:
        parameter.grad = grad.clone()
        optimizer.step()
        state = optimizer.state[parameter]
        steps.append((parameter.detach().clone(), state["exp_avg"].clone(), state["exp_avg_sq"].clone()))
    return steps


def follow(student, weight, grads, rtol=None, **options):
    """Compare each step with torch's; each begins where torch's step before ended."""
    m, v = torch.zeros_like(weight), torch.zeros_like(weight)
    for step, (grad, expected) in enumerate(zip(grads, by_torch(weight, grads, **options), strict=True), start=1):
        assert_close(student.adam_step(weight, grad, m, v, step, **options), expected, rtol=rtol)
        weight, m, v = expected


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """gives m = 3, v = 28 and the weight 0.9 from m = 2, v = 32, the weight 1 and the gradient 4 in step 2, with betas of 0.5 and 0.75

    zh: 第 2 步，m = 2、v = 32、权重为 1、梯度为 4、两个 beta 为 0.5 和 0.75 时，给出 m = 3、v = 28 和权重 0.9
    """
    # Corrected by 3/4 and 7/16 the averages are 4 and 64, so that the weight moves by 4/8 of the rate 0.2.
    given = torch.tensor([1.0]), torch.tensor([4.0]), torch.tensor([2.0]), torch.tensor([32.0])
    new = student.adam_step(*given, 2, lr=0.2, betas=(0.5, 0.75))
    assert_close(new, (torch.tensor([0.9]), torch.tensor([3.0]), torch.tensor([28.0])), rtol=1e-5)


@check(points=3)
def test_equals_torch(student):
    """equals torch's Adam over five steps, weights and both averages, in float32 and float64, for any shape, also with its defaults

    zh: 五步之内与 torch 的 Adam 一致，包括权重和两个平均，float32 和 float64、任意形状均可，用默认值时也一样
    """
    for shape, dtype in [((3, 4), torch.float32), ((5,), torch.float64), ((), torch.float64), ((0,), torch.float32)]:
        weight, grads = torch.randn(shape, dtype=dtype), [torch.randn(shape, dtype=dtype) for _ in range(5)]
        follow(student, weight, grads, lr=0.05, betas=(0.8, 0.95))
    weight, grads = torch.randn(6, dtype=torch.float64), [torch.randn(6, dtype=torch.float64) for _ in range(5)]
    follow(student, weight, grads)


@check(points=2)
def test_corrects_the_bias_of_both_averages(student):
    """corrects each average with its own beta, with betas that are far apart, and in step 1000 as well

    zh: 每个平均用自己的 beta 修正，两个 beta 相差很远时、在第 1000 步时也一样
    """
    weight, grads = torch.randn(4, dtype=torch.float64), [torch.randn(4, dtype=torch.float64) for _ in range(3)]
    follow(student, weight, grads, lr=0.1, betas=(0.3, 0.99))
    follow(student, weight, grads, lr=0.1, betas=(0.0, 0.6))
    grad, m, v = torch.randn(4, dtype=torch.float64), torch.randn(4, dtype=torch.float64), torch.rand(4).double()
    new_m, new_v = 0.9 * m + 0.1 * grad, 0.9995 * v + 0.0005 * grad**2
    size = (new_v / (1 - 0.9995**1000)).sqrt() + 1e-8
    expected = weight - 0.1 * new_m / (1 - 0.9**1000) / size, new_m, new_v
    assert_close(student.adam_step(weight, grad, m, v, 1000, 0.1, (0.9, 0.9995)), expected)


@check(points=1)
def test_adds_eps_to_the_corrected_root(student):
    """adds eps to the root of the corrected average, with an eps of 0.1 and with gradients as small as 1e-9

    zh: 把 eps 加到修正后的平方根上，eps 为 0.1 时、梯度小到 1e-9 时都正确
    """
    weight, grads = torch.randn(4, dtype=torch.float64), [torch.randn(4, dtype=torch.float64) for _ in range(3)]
    follow(student, weight, grads, lr=0.1, eps=0.1)
    follow(student, torch.zeros(4, dtype=torch.float64), [grad * 1e-9 for grad in grads], lr=0.1)


@check(points=1)
def test_moves_by_the_rate_whatever_the_size(student):
    """moves by the rate in the first step for gradients from 1e-4 to 1e6, and not at all where the gradient has always been 0

    zh: 第一步移动的距离就是学习率，梯度从 1e-4 到 1e6 都一样；梯度始终为 0 时完全不动
    """
    grad = torch.tensor([1e6, -1e3, 1.0, -1e-2, 1e-4, 0.0])
    moved, _, _ = student.adam_step(torch.zeros(6), grad, torch.zeros(6), torch.zeros(6), 1, lr=0.5)
    assert_close(
        moved, torch.tensor([-0.5, 0.5, -0.5, 0.5, -0.5, 0.0]), rtol=1e-3, what={"en": "the weight", "zh": "权重"}
    )


@check(points=1, property=True)
def test_refuses_a_step_below_one(student):
    """raises ValueError for step 0 and for a negative step

    zh: 步数为 0 或为负时，抛出 ValueError
    """
    for step in (0, -1):
        assert_raises(ValueError, student.adam_step, *(torch.ones(2) for _ in range(4)), step)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves weight, gradient and both averages unchanged

    zh: 不修改权重、梯度和两个平均
    """
    assert_unchanged(student.adam_step, torch.randn(3), torch.randn(3), torch.randn(3), torch.rand(3), 2, 0.1)
