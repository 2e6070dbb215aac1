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
    if kept.all() or not kept.any():
        raise Difference(f"in training {'none' if kept.all() else 'all'} of {x.numel()} elements were dropped")
    return kept


def seeded(seed):
    """A generator of its own."""
    return torch.Generator().manual_seed(seed)


@check(points=2)
def test_zeroes_or_scales_each_element(student):
    """gives each element 0 or x / (1 - p) in training, in any shape and dtype"""
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
    """keeps a share of 1 - p of the elements, so that the mean stays (within 5 standard errors)"""
    x = torch.ones(100, 100)
    for p in (0.1, 0.5, 0.8):
        y = student.Dropout(p)(x)
        share = float(kept_in(y, x).double().mean())
        spread = math.sqrt(p * (1 - p) / x.numel())
        assert_close(share, 1 - p, rtol=0, atol=5 * spread, what=f"the share that is kept with p = {p}")
        assert_close(float(y.mean()), 1.0, rtol=0, atol=5 * spread / (1 - p), what=f"the mean of ones with p = {p}")


@check(points=2)
def test_does_nothing_at_inference(student):
    """returns its input in eval mode, and drops again after train()"""
    layer, x = student.Dropout(0.5), away_from_zero(8, 16)
    layer.eval()
    assert_equal(layer(x), x)
    layer.train()
    if kept_in(layer(x), x).all():
        raise Difference("after eval() and train() the layer should drop elements again")


@check(points=2)
def test_draws_a_new_mask_for_every_element_and_call(student):
    """draws anew in every call, and for every element of the batch on its own"""
    layer, x = student.Dropout(0.5), torch.ones(4, 8, 6, 6)
    first, second = kept_in(layer(x), x), kept_in(layer(x), x)
    if torch.equal(first, second):
        raise Difference("two calls drop the same elements: draw a mask in every call")
    for axis, name in enumerate(["sample", "channel", "row", "column"]):
        if torch.equal(first, first.narrow(axis, 0, 1).expand_as(first)):
            raise Difference(f"every {name} loses the same elements: draw for each element on its own")


@check(points=1)
def test_handles_both_ends(student):
    """is the identity for p = 0 and gives zeros, not NaN, for p = 1"""
    x = away_from_zero(5, 6)
    assert_equal(student.Dropout(0.0)(x), x)
    assert_equal(student.Dropout(1.0)(x) + 0.0, torch.zeros(5, 6))


@check(points=1)
def test_draws_from_its_own_generator(student):
    """draws from the generator it is given: equal generators give equal masks, call by call"""
    x = torch.ones(12, 10)
    one, same, other = (student.Dropout(0.4, generator=seeded(seed)) for seed in (7, 7, 8))
    results = [one(x), one(x), same(x), same(x), other(x)]
    first, second, again, once_more, different = (kept_in(y, x) for y in results)
    assert_equal(again, first, what="the mask of a layer with an equal generator")
    assert_equal(once_more, second, what="the second mask of a layer with an equal generator")
    if torch.equal(first, second) or torch.equal(first, different):
        raise Difference("the generator should move on in every call, and another seed should give another mask")


@check(points=2)
def test_draws_from_the_default_generator_and_sets_no_seed(student):
    """draws from torch's default generator where it is given none, and sets no seed"""
    x = torch.ones(12, 10)
    layer = student.Dropout(0.5)
    masks = [kept_in(layer(x), x)]
    for other in (student.Dropout(0.5), student.Dropout(0.5)):
        masks += [kept_in(other(x), x), kept_in(layer(x), x)]
    if any(torch.equal(mask, earlier) for place, mask in enumerate(masks) for earlier in masks[:place]):
        raise Difference("layers without a generator drop the same elements: draw from torch's default generator")
    own = student.Dropout(0.5, generator=seeded(7))
    for _ in range(2):
        own(x)
        masks.append(kept_in(layer(x), x))
    if any(torch.equal(mask, earlier) for place, mask in enumerate(masks) for earlier in masks[:place]):
        raise Difference("a layer with a generator of its own sets back torch's default generator")


@check(points=1)
def test_passes_the_gradient_through_the_same_mask(student):
    """passes the gradient to what was kept in this call, scaled alike"""
    x = away_from_zero(12, 10, dtype=torch.float64).requires_grad_()
    y = student.Dropout(0.3)(x)
    upstream, kept = torch.linspace(-2, 3, 120, dtype=torch.float64).reshape(12, 10), some_kept_in(y, x)
    if not y.requires_grad:
        raise Difference("no gradient flows through the result: it was detached from the graph of its input")
    y.backward(upstream)
    assert_close(x.grad, upstream * kept / 0.7, what="the gradient of x")


@check(points=1, property=True)
def test_refuses_what_is_no_probability(student):
    """raises ValueError where p is not in [0, 1]"""
    for p in (-0.1, 1.5):
        assert_raises(ValueError, student.Dropout, p)


@check(points=1, property=True)
def test_leaves_its_input_unchanged(student):
    """leaves its input unchanged"""
    assert_unchanged(student.Dropout(0.5), away_from_zero(4, 5))
