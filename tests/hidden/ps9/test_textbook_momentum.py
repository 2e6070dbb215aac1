import torch

from autograder.authoring import assert_close, assert_raises, assert_unchanged, check


def by_torch(weight, grads, lr, momentum):
    """The weight after each step of torch's SGD, with one rate for all."""
    parameter = torch.nn.Parameter(weight.clone())
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=momentum)
    weights = []
    for grad in grads:
        parameter.grad = grad.clone()
        optimizer.step()
        weights.append(parameter.detach().clone())
    return weights


def by_the_sum(weight, grads, lrs, momentum):
    """The weight after each step, each of them written out as a sum over all gradients."""
    weights = []
    for t in range(len(grads)):
        weight = weight - sum(momentum ** (t - s) * lrs[s] * grads[s] for s in range(t + 1))
        weights.append(weight)
    return weights


@check(points=2)
def test_gives_the_numbers_worked_out_by_hand(student):
    """goes from 5 to 3, to 1.5 and to 0.5 for gradients of 4, 2 and 1, rates of 0.5, 0.25 and 0.25, and half of the velocity

    zh: 梯度为 4、2 和 1，学习率为 0.5、0.25 和 0.25，速度保留一半时，从 5 走到 3、1.5 和 0.5
    """
    grads = [torch.tensor([4.0]), torch.tensor([2.0]), torch.tensor([1.0])]
    weights = student.textbook_momentum(torch.tensor([5.0]), grads, [0.5, 0.25, 0.25], 0.5)
    assert_close(weights, [torch.tensor([3.0]), torch.tensor([1.5]), torch.tensor([0.5])])


@check(points=2)
def test_equals_torch_as_long_as_the_rate_stays_the_same(student):
    """gives the weights of torch's SGD as long as the rate stays the same, in float32 and float64, for any shape

    zh: 只要学习率不变，得到的权重就与 torch 的 SGD 相同，float32 和 float64、任意形状均可
    """
    for shape, dtype in [((3, 2), torch.float32), ((4,), torch.float64), ((), torch.float64), ((0,), torch.float32)]:
        weight, grads = torch.randn(shape, dtype=dtype), [torch.randn(shape, dtype=dtype) for _ in range(5)]
        found = student.textbook_momentum(weight, grads, [0.2] * 5, 0.8)
        assert_close(found, by_torch(weight, grads, 0.2, 0.8))


@check(points=2)
def test_keeps_the_rate_of_each_step(student):
    """keeps for each gradient the rate of its own step when the rate changes, with a momentum of 0.9 unless told otherwise

    zh: 学习率改变时，每个梯度保留它那一步的学习率，除非另外指定，动量为 0.9
    """
    weight, grads = torch.randn(4, dtype=torch.float64), [torch.randn(4, dtype=torch.float64) for _ in range(5)]
    lrs = [0.01, 0.3, 0.2, 0.5, 0.05]
    assert_close(student.textbook_momentum(weight, grads, lrs, 0.7), by_the_sum(weight, grads, lrs, 0.7))
    assert_close(student.textbook_momentum(weight, grads, lrs), by_the_sum(weight, grads, lrs, 0.9))


@check(points=1)
def test_rolls_on_where_the_rate_is_zero(student):
    """rolls on where the rate is 0: by half of the last step each time, with a momentum of 0.5

    zh: 学习率为 0 时继续滚动：动量为 0.5 时，每次是上一步的一半
    """
    grads = [torch.tensor([1.0]), torch.tensor([7.0]), torch.tensor([-3.0])]
    weights = student.textbook_momentum(torch.tensor([0.0]), grads, [1.0, 0.0, 0.0], momentum=0.5)
    assert_close(weights, [torch.tensor([-1.0]), torch.tensor([-1.5]), torch.tensor([-1.75])])


@check(points=1, property=True)
def test_gives_an_empty_list_without_gradients(student):
    """gives an empty list if there are no gradients

    zh: 没有梯度时，给出空列表
    """
    assert_close(student.textbook_momentum(torch.randn(3), [], []), [])


@check(points=1, property=True)
def test_refuses_rates_that_do_not_fit(student):
    """raises ValueError if there are not as many rates as gradients

    zh: 学习率与梯度的个数不同时，抛出 ValueError
    """
    weight, grads = torch.randn(3), [torch.randn(3) for _ in range(3)]
    for lrs in ([0.1, 0.1], [0.1] * 4, []):
        assert_raises(ValueError, student.textbook_momentum, weight, grads, lrs)


@check(points=1, property=True)
def test_leaves_its_arguments_unchanged(student):
    """leaves the weight and the gradients unchanged

    zh: 不修改权重和各个梯度
    """
    assert_unchanged(student.textbook_momentum, torch.randn(3), [torch.randn(3) for _ in range(3)], [0.1, 0.2, 0.3])
