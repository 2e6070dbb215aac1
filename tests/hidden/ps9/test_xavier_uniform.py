import math

import torch

from autograder.authoring import Difference, assert_close, assert_raises, check

ANY = math.inf


def seeded(seed=0):
    """A generator of its own."""
    return torch.Generator().manual_seed(seed)


def bound_of(shape, gain=1.0):
    """The bound of torch.nn.init.xavier_uniform_, which tests/formulas compares with torch."""
    out, inside, *kernel = shape
    area = math.prod(kernel)
    return gain * math.sqrt(6 / (area * inside + area * out))


def assert_uniform(weight, shape, bound):
    """Assert that a weight has this shape and looks like numbers between minus the bound and the bound."""
    assert_close(weight, torch.zeros(shape), rtol=0, atol=ANY)  # shape, dtype, and nothing that is not finite
    count = weight.numel()
    largest = float(weight.abs().max())
    assert_close(
        largest,
        bound,
        rtol=max(0.001, 12 / count),
        what={"en": f"the largest of {count} numbers, without its sign,", "zh": f"{count} 个数的最大绝对值"},
    )
    assert_close(
        float(weight.std()),
        bound / math.sqrt(3),
        rtol=3 / math.sqrt(count),
        what={"en": "the standard deviation", "zh": "标准差"},
    )
    spread = bound / math.sqrt(3 * count)
    assert_close(
        float(weight.mean()),
        0.0,
        atol=5 * spread,
        what={"en": f"the mean of {count} numbers", "zh": f"{count} 个数的平均值"},
    )


@check(points=2)
def test_draws_between_the_bounds(student):
    """draws evenly between -0.1 and 0.1 for 400 inputs and 200 outputs, and within the bounds of torch for other linear layers

    zh: 400 个输入、200 个输出时，在 -0.1 与 0.1 之间均匀抽取；对其他线性层，则在 torch 的界限之内
    """
    assert_uniform(student.xavier_uniform((200, 400), generator=seeded()), (200, 400), 0.1)
    for shape in [(300, 50), (40, 700)]:
        assert_uniform(student.xavier_uniform(shape, generator=seeded()), shape, bound_of(shape))


@check(points=2)
def test_counts_the_kernel(student):
    """counts the size of the kernel in both fans of a convolution, with one, two or three axes

    zh: 卷积的两个扇数都计入卷积核的大小，卷积核有一个、两个或三个轴都一样
    """
    for shape in [(32, 16, 3, 3), (20, 40, 7), (16, 16, 2, 3, 4), (64, 48, 1, 5)]:
        assert_uniform(student.xavier_uniform(shape, generator=seeded()), shape, bound_of(shape))


@check(points=2)
def test_multiplies_by_the_gain(student):
    """multiplies the bound by the gain

    zh: 把界限乘以增益
    """
    for gain in (5 / 3, 0.5, math.sqrt(2)):
        weight = student.xavier_uniform((150, 90), gain, generator=seeded())
        assert_uniform(weight, (150, 90), bound_of((150, 90), gain))


@check(points=1, property=True)
def test_draws_from_the_generator(student):
    """draws from the generator: the same seed gives the same weights, and another one gives others

    zh: 从生成器中抽取：种子相同，权重就相同；种子不同，权重就不同
    """
    first, same, other = (student.xavier_uniform((30, 20), generator=seeded(seed)) for seed in (1, 1, 2))
    if not torch.equal(first, same):
        raise Difference(
            {
                "en": "two generators with the same seed give different weights",
                "zh": "种子相同的两个生成器给出了不同的权重",
            }
        )
    if torch.equal(first, other):
        raise Difference(
            {
                "en": "another seed gives the same weights; draw them from the generator",
                "zh": "种子不同时给出了相同的权重；请从生成器中抽取",
            }
        )


@check(points=1)
def test_draws_without_a_generator(student):
    """draws new weights in every call without a generator, for a layer of a single output as well

    zh: 没有给出生成器时，每次调用都抽取新的权重，只有一个输出的层也一样
    """
    one, other = (student.xavier_uniform((1, 5000)) for _ in range(2))
    for weight in (one, other):
        assert_uniform(weight, (1, 5000), bound_of((1, 5000)))
    if torch.equal(one, other):
        raise Difference({"en": "two calls give the same weights", "zh": "两次调用给出了相同的权重"})


@check(points=1, property=True)
def test_refuses_a_bias(student):
    """raises ValueError for fewer than two axes

    zh: 少于两个轴时，抛出 ValueError
    """
    for shape in [(5,), ()]:
        assert_raises(ValueError, student.xavier_uniform, shape)
