"""Assertions whose failure message is a sentence for the student: what differs, where and by how much.

Their first argument is untrusted: it may be anything that student code can send.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import torch
from PIL import Image

from autograder.language import gettext, gettext_noop, ngettext

from . import precision, records, tables
from .difference import Difference
from .showing import container, dtype_of, scalar, shown
from .translation import Text, spoken
from .wording import gradient_of, is_and_should_be, no_gradient, number_of, other_shape, should_be

_RESULT = gettext_noop("the result")


def assert_close(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None, what: Text = _RESULT
) -> None:
    """Assert that `actual` has `expected`'s type, shape and dtype, and its values within tolerance; NaN equals NaN.

    Tensors, arrays, images, numbers, dates, tables of pandas, dataclasses and containers of these can be compared.
    Values are close if |actual - expected| <= atol + rtol * |expected|.

    Args:
        actual: the student's result.
        expected: the right result.
        rtol: the relative tolerance; by default that of torch.testing.assert_close for the dtype, but 1e-9 for float64,
            to detect results that were computed in float32.
        atol: the absolute tolerance, with the same defaults.
        what: the subject of the message, as a text or as one for each language.

    Raises:
        Difference: the values differ; the message describes the first difference.
        TypeError: values of `expected`'s type cannot be compared.
    """
    what = gettext(what) if isinstance(what, str) else spoken(what)  # the engine's own subjects are in its catalogues
    if actual is None and expected is not None:
        raise Difference(gettext("{what} is None: a function that ends without return gives None", what=what))
    if isinstance(expected, torch.Tensor):
        _tensor(actual, expected, rtol, atol, what)
    elif isinstance(expected, np.ndarray):
        _array(actual, expected, rtol, atol, what)
    elif isinstance(expected, Image.Image):
        _image(actual, expected, what)
    elif tables.is_table(expected):
        if said := tables.difference(
            actual, expected, what, lambda mine, right, name: _array(mine, right, rtol, atol, name)
        ):
            raise Difference(said)
    elif records.is_record(expected):
        records.compare(actual, expected, what, partial(assert_close, rtol=rtol, atol=atol), shown)
    elif isinstance(expected, set | frozenset):
        if type(actual) is not type(expected) or _typed(actual) != _typed(expected):
            raise Difference(should_be(what, repr(expected), repr(actual))[:400])
    elif isinstance(expected, bool) or expected is None or isinstance(expected, _EXACT):
        if type(actual) is not type(expected) or actual != expected:
            raise Difference(should_be(what, repr(expected), shown(actual)))
    elif isinstance(expected, int | float | complex):
        _number(actual, expected, rtol, atol, what)
    elif isinstance(expected, dict):
        if not isinstance(actual, dict) or set(actual) != set(expected):
            keys = gettext("a dict with the keys {keys}", keys=sorted(map(str, expected)))
            raise Difference(should_be(what, keys, shown(actual)))
        for key, item in expected.items():
            assert_close(
                actual[key], item, rtol=rtol, atol=atol, what=gettext("{what} under {key}", what=what, key=repr(key))
            )
    elif isinstance(expected, list | tuple):
        if not isinstance(actual, list | tuple) or len(actual) != len(expected):
            kind = "tuple" if isinstance(expected, tuple) else "list"
            raise Difference(should_be(what, container(kind, len(expected)), shown(actual)))
        pairs = {f"{what}[{place}]": pair for place, pair in enumerate(zip(actual, expected, strict=True))}
        if isinstance(expected, tuple):  # each of several results counts
            _part_by_part((name, partial(assert_close, *pair, rtol=rtol, atol=atol)) for name, pair in pairs.items())
        else:
            for name, pair in pairs.items():
                assert_close(*pair, rtol=rtol, atol=atol, what=name)
    else:
        raise TypeError(f"assert_close does not compare {type(expected).__name__}")


def _part_by_part(comparisons: Iterable[tuple[str, Callable[..., None]]]) -> None:
    """Compare all parts, each by its function, and raise the first difference, with a note of which parts are right.

    Raises:
        Difference: a part differs.
    """
    first, right = None, {}
    for what, compare in comparisons:
        try:
            compare(what=what)
        except Difference as difference:
            first = first or difference
            right[what] = False
        else:
            right[what] = True
    if first:
        first.parts = right
        raise first


_EXACT = (str, bytes, Decimal, Fraction, date, time, timedelta)
"""Types whose values are compared exactly, without a tolerance."""


def _typed(items: Iterable[Any]) -> set[tuple[type, Any]]:
    return {(type(item), item) for item in items}


def assert_equal(actual: Any, expected: Any, *, what: Text = _RESULT) -> None:
    """Assert that `actual` equals `expected` exactly, in type, shape, dtype and values.

    Raises:
        Difference: they differ.
    """
    assert_close(actual, expected, rtol=0.0, atol=0.0, what=what)


def assert_raises(error: type[Exception], function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Assert that `function(*args, **kwargs)` raises `error` or a subclass of it.

    An unexpected NotImplementedError comes from the stub, and is raised again.

    Raises:
        Difference: the call returns.
        TypeError: `error` is Exception or BaseException, which any mistake of the student's would match.
    """
    if error in (Exception, BaseException):
        raise TypeError("assert_raises: name the exception that the text asks for, such as ValueError")
    try:
        result = function(*args, **kwargs)
    except error as raised:
        if isinstance(raised, NotImplementedError) and error is not NotImplementedError:
            raise
        return
    raise Difference(
        gettext("the call should raise {error}, but returned {result}", error=error.__name__, result=shown(result))
    )


def assert_gradients(
    function: Callable[..., Any],
    reference: Callable[..., Any],
    *args: Any,
    rtol: float | None = None,
    atol: float | None = None,
    names: Sequence[Text] = (),
    **kwargs: Any,
) -> None:
    """Assert that the results, and the gradients of all arguments that require one, are close to those of `reference`.

    The upstream gradient is drawn from N(0, 1) with the check's seed, since a constant one would hide some mistakes.
    `names` are the names of the differentiable arguments in the message, in order, as texts or by language.

    Raises:
        Difference: a result or a gradient differs or is missing.
    """
    mine, my_leaves = _with_leaves(args)
    right, leaves = _with_leaves(args)
    actual, expected = function(*mine, **kwargs), reference(*right, **kwargs)
    assert_close(_detached(actual), _detached(expected), rtol=rtol, atol=atol)
    outputs, expected_outputs = _flat(actual), _flat(expected)
    upstream = [torch.randn_like(item) for item in expected_outputs]
    if not any(item.requires_grad for item in outputs):
        raise Difference(gettext("no gradient flows through the result: it was detached from the graph of its inputs"))
    pairs = [(item, up) for item, up in zip(outputs, upstream, strict=True) if item.requires_grad]
    torch.autograd.backward([item for item, _ in pairs], [up for _, up in pairs])
    torch.autograd.backward(expected_outputs, upstream)

    def compare(leaf: torch.Tensor, right_leaf: torch.Tensor, name: str | int, what: str) -> None:
        wanted = right_leaf.grad if right_leaf.grad is not None else torch.zeros_like(right_leaf)
        if leaf.grad is None and wanted.any():
            raise Difference(no_gradient(name))
        grad = leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)
        try:
            assert_close(grad, wanted, rtol=rtol, atol=atol, what=what)
        except Difference as difference:
            raise Difference(_for_upstream(difference, upstream)) from None

    called = [*map(spoken, names), *range(len(names) + 1, len(leaves) + 1)]
    _part_by_part(
        (gradient_of(name), partial(compare, *pair, name))
        for name, pair in zip(called, zip(my_leaves, leaves, strict=True), strict=True)
    )


def _for_upstream(difference: Difference, grads: Sequence[torch.Tensor]) -> str:
    """Return the sentence on a difference of gradients, with the upstream gradient of the backward pass."""
    if len(grads) == 1 and grads[0].dim() == 0:
        return gettext(
            "{difference}, where the gradient of the result is {upstream}",
            difference=difference,
            upstream=scalar(grads[0]),
        )
    return gettext("{difference}, where the gradient of the result is drawn from N(0, 1)", difference=difference)


def _tensor(actual: Any, expected: torch.Tensor, rtol: float | None, atol: float | None, what: str) -> None:
    if not isinstance(actual, torch.Tensor):
        wanted = gettext("a tensor of shape {shape}", shape=tuple(expected.shape))
        raise Difference(should_be(what, wanted, shown(actual)))
    if actual.shape != expected.shape:
        raise Difference(other_shape(what, tuple(actual.shape), tuple(expected.shape)))
    if actual.dtype != expected.dtype:
        raise Difference(is_and_should_be(what, dtype_of(actual), dtype_of(expected)))
    if actual.layout != expected.layout:
        raise Difference(
            ngettext(
                "{what} has layout {mine} and should have {right}",
                "{what} have layout {mine} and should have {right}",
                number_of(what),
                what=what,
                mine=actual.layout,
                right=expected.layout,
            )
        )
    mine, right = actual.detach().to_dense(), expected.detach().to_dense()
    if mine.is_complex():
        mine, right = torch.view_as_real(mine), torch.view_as_real(right)
    if torch.equal(mine, right):  # the usual case, and twenty times as fast as isclose
        return
    default = torch.testing._comparison.default_tolerances(expected)
    is_double = expected.dtype in (torch.float64, torch.complex128)
    if is_double:
        default = 1e-9, 1e-9
    rtol, atol = default[0] if rtol is None else rtol, default[1] if atol is None else atol
    if mine.is_floating_point():
        mine, right = mine.double(), right.double()
        if bool((mine - right).abs().max() <= atol):  # false for NaN; a tenth of the time of isclose
            return
    close = torch.isclose(mine, right, rtol=rtol, atol=atol, equal_nan=True)
    if close.all():
        return
    difference = _where(mine, right, close, what)
    nearly = is_double and rtol + atol > 0 and _is_nearly(mine, right)
    if not (nearly and precision.is_tolerated(difference)):
        raise Difference(difference)


def _is_nearly(mine: torch.Tensor, right: torch.Tensor) -> bool:
    """Return whether the numbers are as close as float32 allows, relative to the largest of them."""
    finite = right[right.isfinite()].abs()
    scale = max(1.0, float(finite.max())) if finite.numel() else 1.0
    return torch.allclose(mine, right, rtol=precision.RTOL, atol=precision.ATOL * scale, equal_nan=True)


def _where(mine: torch.Tensor, right: torch.Tensor, close: torch.Tensor, what: str) -> str:
    wrong = int((~close).sum())
    if right.dim() == 0:
        if apart := _barely(mine, right):
            return ngettext("{what} is {apart}", "{what} are {apart}", number_of(what), what=what, apart=apart)
        return is_and_should_be(what, scalar(mine), scalar(right))
    is_float = right.is_floating_point()
    nan = mine.isnan() & ~right.isnan() if is_float else torch.zeros_like(close)
    if nan.any():
        place = _index(nan)
        return ngettext(
            "{what} is NaN at {wrong} of {count} places, first at {place}, where it should be {right}",
            "{what} are NaN at {wrong} of {count} places, first at {place}, where it should be {right}",
            number_of(what),
            what=what,
            wrong=int(nan.sum()),
            count=right.numel(),
            place=list(place),
            right=scalar(right[place]),
        )
    distance = (mine - right).abs() if is_float else (mine.long() - right.long()).abs()
    distance = torch.where(close, torch.zeros_like(distance), distance)
    if is_float:
        distance = distance.nan_to_num(nan=math.inf, posinf=math.inf)
    place = tuple(int(n) for n in np.unravel_index(int(distance.argmax()), tuple(right.shape)))
    apart = _barely(mine[place], right[place])
    where_right = {"mine": scalar(mine[place]), "right": scalar(right[place])}
    return ngettext(
        "{what} differs at {wrong} of {count} places, most at {place}: {numbers}",
        "{what} differ at {wrong} of {count} places, most at {place}: {numbers}",
        number_of(what),
        what=what,
        wrong=wrong,
        count=right.numel(),
        place=list(place),
        numbers=apart or gettext("{mine} where it should be {right}", **where_right),
    )


def _index(mask: torch.Tensor) -> tuple[int, ...]:
    return tuple(int(n) for n in mask.nonzero()[0])


def _barely(mine: torch.Tensor, right: torch.Tensor) -> str:
    """Return the difference of two numbers that are equal to six digits; empty if they are not."""
    if not mine.is_floating_point() or scalar(mine) != scalar(right):
        return ""
    distance = f"{abs(mine.item() - right.item()):.1g}"
    return gettext("off by {distance} from {right}", distance=distance, right=scalar(right))


def _array(actual: Any, expected: np.ndarray[Any, Any], rtol: float | None, atol: float | None, what: str) -> None:
    if not isinstance(actual, np.ndarray):
        wanted = gettext("a numpy array of shape {shape}", shape=expected.shape)
        raise Difference(should_be(what, wanted, shown(actual)))
    if actual.dtype != expected.dtype:
        raise Difference(is_and_should_be(what, actual.dtype, expected.dtype))
    if actual.shape != expected.shape:
        raise Difference(other_shape(what, actual.shape, expected.shape))
    if expected.dtype.kind in "biufc":
        _tensor(torch.from_numpy(actual.copy()), torch.from_numpy(expected.copy()), rtol, atol, what)
    elif not np.array_equal(actual, expected):
        raise Difference(should_be(what, shown(expected), shown(actual)))


def _image(actual: Any, expected: Image.Image, what: str) -> None:
    if not isinstance(actual, Image.Image):
        raise Difference(should_be(what, gettext("a PIL image"), shown(actual)))
    if (actual.mode, actual.size) != (expected.mode, expected.size):
        raise Difference(is_and_should_be(what, shown(actual), shown(expected), 1))
    pixels = gettext("{what}, pixel by pixel,", what=what)
    _array(np.asarray(actual), np.asarray(expected), 0.0, 0.0, pixels)


def _number(actual: Any, expected: complex, rtol: float | None, atol: float | None, what: str) -> None:
    wanted = int if isinstance(expected, int) else (int, float) if isinstance(expected, float) else complex
    if isinstance(expected, int) and isinstance(actual, float):
        raise Difference(
            gettext(
                "{what} should be an integer, {right}, not the float {mine}",
                what=what,
                right=expected,
                mine=repr(actual),
            )
        )
    if isinstance(actual, bool) or not isinstance(actual, wanted):
        values = {"what": what, "right": shown(expected), "mine": shown(actual)}
        if isinstance(expected, int):
            raise Difference(gettext("{what} should be an integer, {right}, not {mine}", **values))
        raise Difference(gettext("{what} should be a number, {right}, not {mine}", **values))
    if isinstance(expected, int):
        same = actual == expected
    else:
        rtol, atol = 1e-6 if rtol is None else rtol, 1e-9 if atol is None else atol
        both_nan = actual != actual and expected != expected
        same = actual == expected or both_nan or abs(actual - expected) <= atol + rtol * abs(expected)
    if not same:
        raise Difference(should_be(what, shown(expected), shown(actual)))


def _with_leaves(args: Sequence[Any]) -> tuple[list[Any], list[torch.Tensor]]:
    copies: list[Any] = []
    leaves: list[torch.Tensor] = []
    for item in args:
        if isinstance(item, torch.Tensor) and item.requires_grad:
            leaf = item.detach().clone().requires_grad_()
            leaves.append(leaf)
            copies.append(leaf)
        elif isinstance(item, list | tuple):
            inner, found = _with_leaves(item)
            copies.append(type(item)(inner))
            leaves += found
        else:
            copies.append(item.clone() if isinstance(item, torch.Tensor) else item)
    return copies, leaves


def _flat(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value] if value.is_floating_point() else []
    if isinstance(value, dict):
        return _flat(list(value.values()))
    return [tensor for item in value for tensor in _flat(item)] if isinstance(value, list | tuple) else []


def _detached(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, dict):
        return {key: _detached(item) for key, item in value.items()}
    return type(value)(map(_detached, value)) if isinstance(value, list | tuple) else value
