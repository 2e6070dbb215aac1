import math

import torch

from autograder.authoring import Difference, assert_close, assert_raises, check

ANY = math.inf


def seeded(seed=0):
    """A generator of its own."""
    return torch.Generator().manual_seed(seed)


def assert_normal(weight, shape, std):
    """Assert that a weight has this shape and looks like normal numbers of this standard deviation."""
    assert_close(weight, torch.zeros(shape), rtol=0, atol=ANY)  # shape, dtype, and nothing that is not finite
    count = weight.numel()
    assert_close(
        float(weight.std()),
        std,
        rtol=4 / math.sqrt(count),
        what={"en": f"the standard deviation of {count} numbers", "zh": f"{count} 个数的标准差"},
    )
    assert_close(
        float(weight.mean()),
        0.0,
        atol=5 * std / math.sqrt(count),
        what={"en": f"the mean of {count} numbers", "zh": f"{count} 个数的平均值"},
    )
    within = float((weight.abs() < std).double().mean())
    assert_close(
        within,
        0.6827,
        rtol=0,
        atol=2.5 / math.sqrt(count),
        what={"en": "the share within one standard deviation", "zh": "一个标准差以内的比例"},
    )


@check(points=2)
def test_draws_with_the_root_of_two_over_fan_in(student):
    """draws normal numbers with the standard deviation 0.05 for 800 inputs, whatever the outputs, and the right one for other inputs

    zh: 抽取正态分布的数，800 个输入时标准差为 0.05，与输出的个数无关，输入为其他个数时也正确
    """
    for shape in [(100, 800), (7, 800), (300, 50), (2000, 8)]:
        std = 0.05 if shape[1] == 800 else math.sqrt(2 / shape[1])
        assert_normal(student.he_normal(shape, generator=seeded()), shape, std)


@check(points=2)
def test_counts_the_kernel(student):
    """counts the size of the kernel in the fan-in of a convolution, with one, two or three axes

    zh: 卷积的扇入计入卷积核的大小，卷积核有一个、两个或三个轴都一样
    """
    for shape, fan in [((32, 16, 3, 3), 144), ((20, 40, 7), 280), ((16, 16, 2, 3, 4), 384), ((96, 8, 1, 5), 40)]:
        assert_normal(student.he_normal(shape, generator=seeded()), shape, math.sqrt(2 / fan))


@check(points=2)
def test_allows_for_a_leaky_slope(student):
    """draws smaller weights the steeper the leaky ReLU is below zero: half of the variance for a slope of 1

    zh: leaky ReLU 在零以下的斜率越大，抽取的权重越小：斜率为 1 时方差减半
    """
    for slope, variance in [(1.0, 1 / 200), (0.5, 2 / 1.25 / 200), (0.01, 2 / 1.0001 / 200), (-1.0, 1 / 200)]:
        weight = student.he_normal((120, 200), slope, generator=seeded())
        assert_normal(weight, (120, 200), math.sqrt(variance))


@check(points=1, property=True)
def test_draws_from_the_generator(student):
    """draws from the generator: the same seed gives the same weights, and another one gives others

    zh: 从生成器中抽取：种子相同，权重就相同；种子不同，权重就不同
    """
    first, same, other = (student.he_normal((30, 20), generator=seeded(seed)) for seed in (1, 1, 2))
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
    """draws new weights in every call without a generator, for a layer of a single input as well

    zh: 没有给出生成器时，每次调用都抽取新的权重，只有一个输入的层也一样
    """
    one, other = (student.he_normal((5000, 1)) for _ in range(2))
    for weight in (one, other):
        assert_normal(weight, (5000, 1), math.sqrt(2))
    if torch.equal(one, other):
        raise Difference({"en": "two calls give the same weights", "zh": "两次调用给出了相同的权重"})


@check(points=1, property=True)
def test_refuses_a_bias(student):
    """raises ValueError for fewer than two axes

    zh: 少于两个轴时，抛出 ValueError
    """
    for shape in [(5,), ()]:
        assert_raises(ValueError, student.he_normal, shape)
