"""Assertions whose failure message is a sentence for the student: what differs, where and by how much.

Their first argument is untrusted: it may be anything that student code can send.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import torch
from PIL import Image

from . import precision, tables

SMALL = 24
"""Tensors of at most this many elements are shown in full."""


class Difference(AssertionError):
    """Raised if a result differs from the expected one; the message is a sentence for the student.

    Attributes:
        parts: whether each part of several results, or each of several gradients, is right, by what the message would
            call it; empty where there is one only.
    """

    parts: Mapping[str, bool] = {}


def assert_close(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None, what: str = "the result"
) -> None:
    """Assert that `actual` has `expected`'s type, shape and dtype, and its values within tolerance; NaN equals NaN.

    Tensors, arrays, images, numbers, dates, tables of pandas and containers of these can be compared. Values are close
    if |actual - expected| <= atol + rtol * |expected|.

    Args:
        actual: the student's result.
        expected: the right result.
        rtol: the relative tolerance; by default that of torch.testing.assert_close for the dtype, but 1e-9 for float64,
            to detect results that were computed in float32.
        atol: the absolute tolerance, with the same defaults.
        what: the subject of the message.

    Raises:
        Difference: the values differ; the message describes the first difference.
        TypeError: values of `expected`'s type cannot be compared.
    """
    if actual is None and expected is not None:
        raise Difference(f"{what} is None: a function that ends without return gives None")
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
    elif isinstance(expected, set | frozenset):
        if type(actual) is not type(expected) or _typed(actual) != _typed(expected):
            raise Difference(f"{what} should be {expected!r}, not {actual!r}"[:400])
    elif isinstance(expected, bool) or expected is None or isinstance(expected, _EXACT):
        if type(actual) is not type(expected) or actual != expected:
            raise Difference(f"{what} should be {expected!r}, not {shown(actual)}")
    elif isinstance(expected, int | float | complex):
        _number(actual, expected, rtol, atol, what)
    elif isinstance(expected, dict):
        if not isinstance(actual, dict) or set(actual) != set(expected):
            raise Difference(f"{what} should be a dict with the keys {sorted(map(str, expected))}, not {shown(actual)}")
        for key, item in expected.items():
            assert_close(actual[key], item, rtol=rtol, atol=atol, what=f"{what} under {key!r}")
    elif isinstance(expected, list | tuple):
        kind = "tuple" if isinstance(expected, tuple) else "list"
        if not isinstance(actual, list | tuple) or len(actual) != len(expected):
            raise Difference(f"{what} should be a {kind} of {len(expected)}, not {shown(actual)}")
        pairs = {f"{what}[{place}]": pair for place, pair in enumerate(zip(actual, expected, strict=True))}
        if isinstance(expected, tuple):  # of several results each counts
            _part_by_part((name, partial(assert_close, *pair, rtol=rtol, atol=atol)) for name, pair in pairs.items())
        else:
            for name, pair in pairs.items():
                assert_close(*pair, rtol=rtol, atol=atol, what=name)
    else:
        raise TypeError(f"assert_close does not compare {type(expected).__name__}")


def _part_by_part(comparisons: Iterable[tuple[str, Callable[..., None]]]) -> None:
    """Compare all parts, each by a function of its name, and raise the first difference with which of them are right.

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
"""Values that are right or not, without a tolerance."""


def _typed(items: Iterable[Any]) -> set[tuple[type, Any]]:
    return {(type(item), item) for item in items}


def assert_equal(actual: Any, expected: Any, *, what: str = "the result") -> None:
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
    raise Difference(f"the call should raise {error.__name__}, but returned {shown(result)}")


def assert_gradients(
    function: Callable[..., Any],
    reference: Callable[..., Any],
    *args: Any,
    rtol: float | None = None,
    atol: float | None = None,
    names: Sequence[str] = (),
    **kwargs: Any,
) -> None:
    """Assert that the results, and the gradients of all arguments that require one, are close to those of `reference`.

    The upstream gradient is drawn from N(0, 1) with the check's seed, since a constant one would hide some mistakes.
    `names` are the names of the differentiable arguments in the message, in order.

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
        raise Difference("no gradient flows through the result: it was detached from the graph of its inputs")
    pairs = [(item, up) for item, up in zip(outputs, upstream, strict=True) if item.requires_grad]
    torch.autograd.backward([item for item, _ in pairs], [up for _, up in pairs])
    torch.autograd.backward(expected_outputs, upstream)

    def compare(leaf: torch.Tensor, right_leaf: torch.Tensor, what: str) -> None:
        wanted = right_leaf.grad if right_leaf.grad is not None else torch.zeros_like(right_leaf)
        if leaf.grad is None and wanted.any():
            raise Difference(f"no gradient reaches {what.removeprefix(_GRADIENT)}")
        grad = leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)
        try:
            assert_close(grad, wanted, rtol=rtol, atol=atol, what=what)
        except Difference as difference:
            raise Difference(f"{difference}, where the gradient of the result is {_upstream(upstream)}") from None

    called = [*names, *(f"argument {place + 1}" for place in range(len(names), len(leaves)))]
    _part_by_part(
        (f"{_GRADIENT}{name}", partial(compare, *pair))
        for name, pair in zip(called, zip(my_leaves, leaves, strict=True), strict=True)
    )


_GRADIENT = "the gradient of "


def _upstream(grads: Sequence[torch.Tensor]) -> str:
    """Describe the upstream gradient of a backward pass."""
    return _scalar(grads[0]) if len(grads) == 1 and grads[0].dim() == 0 else "drawn from N(0, 1)"


def shown(value: Any) -> str:
    """Return a short text that shows a value."""
    if isinstance(value, torch.Tensor):
        if value.numel() <= SMALL and value.layout == torch.strided:
            return f"tensor({_rounded(value.detach())}, {_dtype(value)})"
        return f"a tensor of shape {tuple(value.shape)}, {_dtype(value)}"
    if isinstance(value, np.ndarray):
        if value.size <= SMALL:
            return f"array({np.array2string(value, precision=4, separator=', ')}, {value.dtype})".replace("\n", "")
        return f"an array of shape {value.shape}, {value.dtype}"
    if isinstance(value, Image.Image):
        return f"a {value.mode} image of {value.width} x {value.height} pixels"
    if tables.is_table(value):
        return tables.shown(value)
    if isinstance(value, list | tuple) and len(value) <= 8:
        inner = ", ".join(map(shown, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, list | tuple | dict | set | frozenset):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, float):
        return f"{value + 0.0:.6g}"
    if isinstance(value, torch.Generator):
        return f"a generator seeded with {value.initial_seed()}"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def shown_call(args: Sequence[Any], kwargs: dict[str, Any]) -> str:
    """Return a short text that shows the arguments of a call."""
    return ", ".join([*map(shown, args), *(f"{name}={shown(value)}" for name, value in kwargs.items())])


def _tensor(actual: Any, expected: torch.Tensor, rtol: float | None, atol: float | None, what: str) -> None:
    if not isinstance(actual, torch.Tensor):
        raise Difference(f"{what} should be a tensor of shape {tuple(expected.shape)}, not {shown(actual)}")
    if actual.shape != expected.shape:
        raise Difference(
            f"{what} {_verb(what, 'has')} shape {tuple(actual.shape)} and should have {tuple(expected.shape)}"
        )
    if actual.dtype != expected.dtype:
        raise Difference(f"{what} {_verb(what, 'is')} {_dtype(actual)} and should be {_dtype(expected)}")
    if actual.layout != expected.layout:
        raise Difference(f"{what} {_verb(what, 'has')} layout {actual.layout} and should have {expected.layout}")
    mine, right = actual.detach().to_dense(), expected.detach().to_dense()
    if mine.is_complex():
        mine, right = torch.view_as_real(mine), torch.view_as_real(right)
    if torch.equal(mine, right):  # the usual case, twenty times as fast
        return
    default = torch.testing._comparison.default_tolerances(expected)
    is_double = expected.dtype in (torch.float64, torch.complex128)
    if is_double:
        default = 1e-9, 1e-9
    rtol, atol = default[0] if rtol is None else rtol, default[1] if atol is None else atol
    if mine.is_floating_point():
        mine, right = mine.double(), right.double()
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
            return f"{what} {_verb(what, 'is')} {apart}"
        return f"{what} {_verb(what, 'is')} {_scalar(mine)} and should be {_scalar(right)}"
    is_float = right.is_floating_point()
    nan = mine.isnan() & ~right.isnan() if is_float else torch.zeros_like(close)
    if nan.any():
        place = _index(nan)
        where = f"{int(nan.sum())} of {right.numel()} places, first at {list(place)}"
        return f"{what} {_verb(what, 'is')} NaN at {where}, where it should be {_scalar(right[place])}"
    distance = (mine - right).abs() if is_float else (mine.long() - right.long()).abs()
    distance = torch.where(close, torch.zeros_like(distance), distance)
    if is_float:
        distance = distance.nan_to_num(nan=math.inf, posinf=math.inf)
    place = tuple(int(n) for n in np.unravel_index(int(distance.argmax()), tuple(right.shape)))
    apart = _barely(mine[place], right[place])
    numbers = apart or f"{_scalar(mine[place])} where it should be {_scalar(right[place])}"
    return f"{what} {_verb(what, 'differs')} at {wrong} of {right.numel()} places, most at {list(place)}: {numbers}"


def _index(mask: torch.Tensor) -> tuple[int, ...]:
    return tuple(int(n) for n in mask.nonzero()[0])


def _scalar(value: torch.Tensor, digits: int = 6) -> str:
    item = value.item()
    return f"{item + 0.0:.{digits}g}" if isinstance(item, float) else str(item)  # + 0.0 turns -0.0 into 0.0


def _barely(mine: torch.Tensor, right: torch.Tensor) -> str:
    """Return the difference of two numbers that are equal to six digits; empty if they are not."""
    if not mine.is_floating_point() or _scalar(mine) != _scalar(right):
        return ""
    return f"off by {abs(mine.item() - right.item()):.1g} from {_scalar(right)}"


_PLURAL = {"is": "are", "has": "have", "differs": "differ"}


def _verb(what: str, verb: str) -> str:
    """Return the verb in the number of its subject: the distances are, the gradient of the weights is."""
    words = re.split(r" (?:of|with|under|after|before|in|for|to|at|by|from)\b|,|\[", what)[0].split()
    head = words[-1].lower() if words else ""
    is_plural = (head.endswith("s") and not head.endswith(("ss", "us", "is", "bias", "alias", "axis"))) or head in (
        "indices",
        "both",
    )
    return _PLURAL[verb] if is_plural and len(words) > 1 else verb


def _array(actual: Any, expected: np.ndarray[Any, Any], rtol: float | None, atol: float | None, what: str) -> None:
    if not isinstance(actual, np.ndarray):
        raise Difference(f"{what} should be a numpy array of shape {expected.shape}, not {shown(actual)}")
    if actual.dtype != expected.dtype:
        raise Difference(f"{what} {_verb(what, 'is')} {actual.dtype} and should be {expected.dtype}")
    if actual.shape != expected.shape:
        raise Difference(f"{what} {_verb(what, 'has')} shape {actual.shape} and should have {expected.shape}")
    if expected.dtype.kind in "biufc":
        _tensor(torch.from_numpy(actual.copy()), torch.from_numpy(expected.copy()), rtol, atol, what)
    elif not np.array_equal(actual, expected):
        raise Difference(f"{what} should be {shown(expected)}, not {shown(actual)}")


def _image(actual: Any, expected: Image.Image, what: str) -> None:
    if not isinstance(actual, Image.Image):
        raise Difference(f"{what} should be a PIL image, not {shown(actual)}")
    if (actual.mode, actual.size) != (expected.mode, expected.size):
        raise Difference(f"{what} is {shown(actual)} and should be {shown(expected)}")
    _array(np.asarray(actual), np.asarray(expected), 0.0, 0.0, f"{what}, pixel by pixel,")


def _number(actual: Any, expected: complex, rtol: float | None, atol: float | None, what: str) -> None:
    kind = "an integer" if isinstance(expected, int) else "a number"
    wanted = int if isinstance(expected, int) else (int, float) if isinstance(expected, float) else complex
    if isinstance(expected, int) and isinstance(actual, float):
        raise Difference(f"{what} should be an integer, {expected}, not the float {actual!r}")
    if isinstance(actual, bool) or not isinstance(actual, wanted):
        raise Difference(f"{what} should be {kind}, {shown(expected)}, not {shown(actual)}")
    if isinstance(expected, int):
        same = actual == expected
    else:
        rtol, atol = 1e-6 if rtol is None else rtol, 1e-9 if atol is None else atol
        both_nan = actual != actual and expected != expected
        same = actual == expected or both_nan or abs(actual - expected) <= atol + rtol * abs(expected)
    if not same:
        raise Difference(f"{what} should be {shown(expected)}, not {shown(actual)}")


def _dtype(value: torch.Tensor) -> str:
    return str(value.dtype).removeprefix("torch.")


def _rounded(value: torch.Tensor) -> str:
    def number(item: Any) -> Any:
        if isinstance(item, list):
            return "[" + ", ".join(map(number, item)) + "]"
        return f"{item + 0.0:.5g}" if isinstance(item, float) else str(item)

    return str(number(value.tolist())) if value.dtype not in _NO_LIST else str(number(value.float().tolist()))


_NO_LIST = tuple(
    dtype for dtype in vars(torch).values() if isinstance(dtype, torch.dtype) and str(dtype).startswith("torch.float8")
)


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
