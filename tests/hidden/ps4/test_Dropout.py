import math

import torch

from autograder.authoring import Difference, assert_close, assert_equal, assert_raises, assert_unchanged, check


def away_from_zero(*shape, dtype=torch.float32):
    """Numbers of both signs and none near zero, so that a zero in the result means dropped.

    They are not random: only layers draw here, so that a wrong one is known by what it drew.
    """
    x = torch.linspace(0.5, 3.0, math.prod(shape), dtype=dtype)
    x[::2] *= -1
    return x.reshape(shape)


def kept_in(y, x):
    """Where an element was kept; y is a result of the student's on x."""
    assert_close(y, x, rtol=0, atol=math.inf)  # type, shape and dtype, and nothing that is not finite
    return y.detach() != 0


def some_kept_in(y, x):
    """Where an element was kept, of a result in which some were kept and some dropped."""
    kept = kept_in(y, x)
    count = x.numel()
    if kept.all():
        raise Difference(
            {
                "en": f"in training none of {count} elements were dropped",
                "zh": f"训练时 {count} 个元素一个也没有被丢弃",
            }
        )
    if not kept.any():
        raise Difference(
            {"en": f"in training all of {count} elements were dropped", "zh": f"训练时 {count} 个元素全部被丢弃"}
        )
    return kept


def seeded(seed):
    """A generator of its own."""
    return torch.Generator().manual_seed(seed)


@check(points=2)
def test_zeroes_or_scales_each_element(student):
    """gives each element 0 or x / (1 - p) in training, in any shape and dtype

    zh: 训练时每个元素变成 0 或 x / (1 - p)，形状和数据类型任意
    """
    for shape, p, dtype in [
        ((200,), 0.2, torch.float32),
        ((8, 3, 5), 0.5, torch.float64),
        ((20, 9), 0.75, torch.float32),
    ]:
        x = away_from_zero(*shape, dtype=dtype)
        y = student.Dropout(p)(x)
        assert_close(y, x * some_kept_in(y, x) / (1 - p))


@check(points=1)
def test_keeps_the_right_share_and_the_mean(student):
    """keeps a share of 1 - p of the elements, so that the mean stays (within 5 standard errors)

    zh: 保留的元素占 1 - p，因此均值不变（误差在 5 个标准误以内）
    """
    x = torch.ones(100, 100)
    for p in (0.1, 0.5, 0.8):
        y = student.Dropout(p)(x)
        share = float(kept_in(y, x).double().mean())
        spread = math.sqrt(p * (1 - p) / x.numel())
        assert_close(
            share,
            1 - p,
            rtol=0,
            atol=5 * spread,
            what={"en": f"the share that is kept with p = {p}", "zh": f"p = {p} 时保留的比例"},
        )
        assert_close(
            float(y.mean()),
            1.0,
            rtol=0,
            atol=5 * spread / (1 - p),
            what={"en": f"the mean of ones with p = {p}", "zh": f"p = {p} 时全 1 输入的平均值"},
        )


@check(points=2)
def test_does_nothing_at_inference(student):
    """returns its input in eval mode, and drops again after train()

    zh: 在 eval 模式下原样返回输入，train() 之后重新开始丢弃
    """
    layer, x = student.Dropout(0.5), away_from_zero(8, 16)
    layer.eval()
    assert_equal(layer(x), x)
    layer.train()
    if kept_in(layer(x), x).all():
        raise Difference(
            {
                "en": "after eval() and train() the layer should drop elements again",
                "zh": "在 eval() 和 train() 之后，这个层应重新丢弃元素",
            }
        )


@check(points=2)
def test_draws_a_new_mask_for_every_element_and_call(student):
    """draws anew in every call, and for every element of the batch on its own

    zh: 每次调用都重新抽取，并对批次中的每个元素独立抽取
    """
    layer, x = student.Dropout(0.5), torch.ones(4, 8, 6, 6)
    first, second = kept_in(layer(x), x), kept_in(layer(x), x)
    if torch.equal(first, second):
        raise Difference(
            {
                "en": "two calls drop the same elements: draw a mask in every call",
                "zh": "两次调用丢弃了相同的元素：请在每次调用中抽取掩码",
            }
        )
    names = [
        {"en": "sample", "zh": "样本"},
        {"en": "channel", "zh": "通道"},
        {"en": "row", "zh": "行"},
        {"en": "column", "zh": "列"},
    ]
    for axis, name in enumerate(names):
        if torch.equal(first, first.narrow(axis, 0, 1).expand_as(first)):
            raise Difference(
                {
                    "en": f"every {name['en']} loses the same elements: draw for each element on its own",
                    "zh": f"所有{name['zh']}丢弃的元素都相同：请对每个元素独立抽取",
                }
            )


@check(points=1)
def test_handles_both_ends(student):
    """is the identity for p = 0 and gives zeros, not NaN, for p = 1

    zh: p = 0 时原样返回，p = 1 时给出零，而不是 NaN
    """
    x = away_from_zero(5, 6)
    assert_equal(student.Dropout(0.0)(x), x)
    assert_equal(student.Dropout(1.0)(x) + 0.0, torch.zeros(5, 6))


@check(points=1)
def test_draws_from_its_own_generator(student):
    """draws from the generator it is given: equal generators give equal masks, call by call

    zh: 从给定的生成器中抽取：状态相同的生成器每次调用都给出相同的掩码
    """
    x = torch.ones(12, 10)
    one, same, other = (student.Dropout(0.4, generator=seeded(seed)) for seed in (7, 7, 8))
    results = [one(x), one(x), same(x), same(x), other(x)]
    first, second, again, once_more, different = (kept_in(y, x) for y in results)
    assert_equal(
        again, first, what={"en": "the mask of a layer with an equal generator", "zh": "生成器状态相同的层的掩码"}
    )
    assert_equal(
        once_more,
        second,
        what={"en": "the second mask of a layer with an equal generator", "zh": "生成器状态相同的层的第二个掩码"},
    )
    if torch.equal(first, second) or torch.equal(first, different):
        raise Difference(
            {
                "en": "the generator should move on in every call, and another seed should give another mask",
                "zh": "生成器在每次调用中都应向前推进，种子不同，掩码也应不同",
            }
        )


@check(points=2)
def test_draws_from_the_default_generator_and_sets_no_seed(student):
    """draws from torch's default generator where it is given none, and sets no seed

    zh: 没有给出生成器时，从 torch 的默认生成器中抽取，并且不设置随机种子
    """
    x = torch.ones(12, 10)
    layer = student.Dropout(0.5)
    masks = [kept_in(layer(x), x)]
    for other in (student.Dropout(0.5), student.Dropout(0.5)):
        masks += [kept_in(other(x), x), kept_in(layer(x), x)]
    if any(torch.equal(mask, earlier) for place, mask in enumerate(masks) for earlier in masks[:place]):
        raise Difference(
            {
                "en": "layers without a generator drop the same elements: draw from torch's default generator",
                "zh": "没有给出生成器的层丢弃了相同的元素：请从 torch 的默认生成器中抽取",
            }
        )
    own = student.Dropout(0.5, generator=seeded(7))
    for _ in range(2):
        own(x)
        masks.append(kept_in(layer(x), x))
    if any(torch.equal(mask, earlier) for place, mask in enumerate(masks) for earlier in masks[:place]):
        raise Difference(
            {
                "en": "a layer with a generator of its own sets back torch's default generator",
                "zh": "有自己生成器的层把 torch 的默认生成器恢复到了先前的状态",
            }
        )


@check(points=1)
def test_passes_the_gradient_through_the_same_mask(student):
    """passes the gradient to what was kept in this call, scaled alike

    zh: 把梯度传给这次调用中保留的元素，并作同样的缩放
    """
    x = away_from_zero(12, 10, dtype=torch.float64).requires_grad_()
    y = student.Dropout(0.3)(x)
    upstream, kept = torch.linspace(-2, 3, 120, dtype=torch.float64).reshape(12, 10), some_kept_in(y, x)
    if not y.requires_grad:
        raise Difference(
            {
                "en": "no gradient flows through the result: it was detached from the graph of its input",
                "zh": "没有梯度流过结果：它已从其输入的计算图中分离",
            }
        )
    y.backward(upstream)
    assert_close(x.grad, upstream * kept / 0.7, what={"en": "the gradient of x", "zh": "x 的梯度"})


@check(points=1, property=True)
def test_refuses_what_is_no_probability(student):
    """raises ValueError where p is not in [0, 1]

    zh: p 不在 [0, 1] 内时，抛出 ValueError
    """
    for p in (-0.1, 1.5):
        assert_raises(ValueError, student.Dropout, p)


@check(points=1, property=True)
def test_leaves_its_input_unchanged(student):
    """leaves its input unchanged

    zh: 不修改输入
    """
    assert_unchanged(student.Dropout(0.5), away_from_zero(4, 5))
