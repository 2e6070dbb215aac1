"""Explains mistakes that nobody has written down from an answer's outputs alone.

Each rule compares, call by call, the results of the student's code with those of the course's own solution. A rule
applies only if it explains every recorded output, including the right ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import torch

from autograder.language import gettext, gettext_noop

from ..outputs import Call, OtherKind, Pair, as_tensor, close, is_wrong, pairs_of, tensors_of
from . import gradients
from .changed_arguments import LARGE
from .generic import IN_PLACE, Generic


def explain(calls: Sequence[Call]) -> Generic | None:
    """Return the first rule that explains all calls; None if none does."""
    calls = gradients.with_inputs(calls)
    found = _by_outputs(calls)
    for rule in _BY_CALLS:
        found = found or rule(calls)
    return found


def _by_outputs(calls: Sequence[Call]) -> Generic | None:
    try:
        pairs = [pair for call in calls for pair in pairs_of(call)]
    except OtherKind:
        return None
    wrong = [pair for pair in pairs if not pair.agrees]
    detached = gradients.detached(pairs)
    if wrong and detached:  # no rule explains both
        return None
    for rule in _BY_OUTPUTS if wrong else ():
        if found := rule(pairs, wrong):
            return found
    return None if wrong else detached


# --- rules on whole calls ---------------------------------------------------------------------------------------------


def _flat(value: Any) -> list[Any]:
    """Return the leaves of nested lists, tuples and dicts, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in _flat(item)] if isinstance(value, list | tuple) else [value]


def _in_place(calls: Sequence[Call]) -> Generic | None:
    def changes(call: Call) -> bool:
        if not isinstance(call.mine, tuple) or call.mine[1] is None or call.right[1] is not None:
            return False
        before, after = _flat(call.given), _flat(call.mine[1])
        return any(
            first is not None and not (second is not None and close(second, first))
            for first, second in zip(map(as_tensor, before), map(as_tensor, after), strict=False)
        )

    def refused(call: Call) -> bool:
        """Return whether torch refused to change a leaf in place that requires a gradient."""
        return call.mine == "RuntimeError" and any(item.requires_grad for item in tensors_of(call))

    if not any(map(changes, calls)) or any(is_wrong(call) and not refused(call) for call in calls):
        return None
    said = gettext("The results are right, but an argument is changed in place: work on a new tensor.")
    return Generic(IN_PLACE, said)


def _not_refused(calls: Sequence[Call]) -> Generic | None:
    """Return the mistake of an answer that is right for valid arguments, but does not raise the right error."""
    refused = [call for call in calls if isinstance(call.right, str)]
    wrong = [call for call in refused if call.mine != call.right and not call.passed]
    if not wrong or any(is_wrong(call) for call in calls if not isinstance(call.right, str)):
        return None
    kinds = {call.right for call in wrong}
    if len(kinds) != 1 or not any(isinstance(call.right, tuple) for call in calls):
        return None
    [kind] = kinds
    given = {"a result" if isinstance(call.mine, tuple) else f"{call.mine}" for call in wrong}
    if not given <= {"a result", "RuntimeError", "IndexError", "TypeError", "KeyError", "AssertionError", "ValueError"}:
        return None
    if given == {"a result"}:
        said = gettext(
            "It is right for all that it should take. Where the text asks for {error} it gives a result: look at the"
            " arguments before you compute, and raise {error} yourself.",
            error=kind,
        )
    else:
        said = gettext(
            "It is right for all that it should take. Where the text asks for {error} it ends otherwise: look at the"
            " arguments before you compute, and raise {error} yourself.",
            error=kind,
        )
    return Generic("not-refused", said)


# --- rules on outputs -------------------------------------------------------------------------------------------------


def _dtype(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Generic | None:
    kinds = {(pair.mine.dtype, pair.right.dtype) for pair in wrong}
    if any(mine == right for mine, right in kinds) or not all(close(pair.mine, pair.right) for pair in wrong):
        return None
    mine, right = (str(dtype).removeprefix("torch.") for dtype in next(iter(kinds)))
    if all(isinstance(pair.call.right[0], int) for pair in wrong if isinstance(pair.call.right, tuple)):
        said = gettext("The values are right, but not their type: give an integer, as // and int do.")
    elif len(kinds) == 1:
        said = gettext(
            "The values are right, but not their type: it is {mine} where it should be {right}.",
            mine=mine,
            right=right,
        )
    else:
        said = gettext("The values are right, but not their type: keep the dtype of the input.")
    return Generic("dtype", said)


def _shape(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Generic | None:
    """Return the mistake of too many or too few axes of size 1."""
    for pair in wrong:
        if pair.mine.shape == pair.right.shape or not _same_type(pair) or not pair.right.numel():
            return None
        if not close(pair.mine.squeeze(), pair.right.squeeze()):
            return None
    mine, right = (tuple(item.shape) for item in (wrong[0].mine, wrong[0].right))
    said = gettext(
        "The values are right, but not their shape: it is {mine} where it should be {right}.", mine=mine, right=right
    )
    return Generic("shape", said)


def _transposed(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Generic | None:
    dims = {pair.right.dim() for pair in wrong}
    if len(dims) != 1 or not all(pair.mine.dim() in dims for pair in wrong):
        return None
    [dim] = dims
    for one, other in combinations(range(dim), 2) if dim <= 5 else []:
        if all(_same_type(pair) and close(pair.mine.transpose(one, other), pair.right) for pair in wrong):
            if dim == 2:
                said = gettext("The result is transposed: put the axes into the order that is asked for.")
            else:
                said = gettext(
                    "The result is right, but the axes {one} and {other} are exchanged: put the axes into the order"
                    " that is asked for.",
                    one=one,
                    other=other,
                )
            return Generic("transposed", said)
    return None


def _factor(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Generic | None:
    factors = [_ratio(pair) for pair in wrong]
    if not all(factors) or not _enough(wrong):
        return None
    factor = factors[0] or 0.0
    if not all(_scaled(pair, factor) for pair in pairs if not (pair.is_gradient and pair.agrees)):
        return None
    if abs(factor + 1) < 1e-6:
        return Generic("sign", gettext("The result is right, but for its sign."))
    said = gettext("The result is {factor} times what it should be, everywhere.", factor=nicely(factor))
    return Generic("factor", said)


def _reduction(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Generic | None:
    """Return the mistake of a sum for a mean or a mean for a sum: the factor is a size of the input."""
    counts: dict[str, Callable[[torch.Tensor], int]] = {
        gettext_noop("the number of samples"): lambda tensor: tensor.shape[0] if tensor.dim() else 1,
        gettext_noop("the number of values"): torch.Tensor.numel,
    }
    values = [pair for pair in pairs if not pair.is_gradient]
    if not all(tensors_of(pair.call) for pair in values):
        return None
    for name, count in counts.items():
        sizes = [count(tensors_of(pair.call)[0]) for pair in values]
        if len({size for size in sizes if size > 1}) < 2 or 0 in sizes:
            continue
        for power, said in _REDUCTIONS:
            if all(_scaled(pair, float(size) ** power) for pair, size in zip(values, sizes, strict=True)):
                return Generic("reduction", gettext(said, factor=gettext(name)))
    return None


_REDUCTIONS = (
    (1, gettext_noop("It gives the sum where the mean is asked for: too large by {factor}, as a factor.")),
    (-1, gettext_noop("It gives the mean where the sum is asked for: too small by {factor}, as a factor.")),
)


def _offset(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Generic | None:
    first = wrong[0]
    if first.mine.shape != first.right.shape or not _same_type(first) or not _enough(wrong):
        return None
    differences = (first.mine.detach().double() - first.right.detach().double()).flatten()
    offset = float(differences[0])
    if not math.isfinite(offset) or not offset:
        return None
    values = [pair for pair in pairs if not pair.is_gradient]
    if not all(_same_type(pair) and close(pair.mine, pair.right, lambda right: right + offset) for pair in values):
        return None
    size = nicely(abs(offset))
    if offset > 0:
        return Generic("offset", gettext("The result is {size} too large, everywhere.", size=size))
    return Generic("offset", gettext("The result is {size} too small, everywhere.", size=size))


def _overflow(pairs: Sequence[Pair], wrong: Sequence[Pair]) -> Generic | None:
    for pair in wrong:
        if pair.mine.shape != pair.right.shape or not _same_type(pair) or not pair.mine.is_floating_point():
            return None
        bad = ~pair.mine.detach().isfinite() & pair.right.detach().isfinite()
        if not bad.any() or not close(torch.where(bad, pair.right, pair.mine), pair.right):
            return None
        if not _is_extreme(pair.inputs):
            return None
    if not any(pair.agrees and pair.right.is_floating_point() for pair in pairs):
        return None
    return Generic(
        "overflow",
        gettext(
            "It is right for moderate inputs, and infinite or NaN for extreme ones: rearrange the formula so that"
            " nothing in it overflows."
        ),
    )


def _is_extreme(inputs: Sequence[torch.Tensor]) -> bool:
    dense = [item.detach() for item in inputs if item.layout == torch.strided and not item.is_complex()]
    return any(float(item.double().abs().max()) >= LARGE for item in dense if item.numel())


def _enough(wrong: Sequence[Pair]) -> bool:
    """Return whether there are enough numbers to see a pattern."""
    return sum(pair.right.numel() for pair in wrong) >= 3


def _same_type(pair: Pair) -> bool:
    return pair.mine.dtype == pair.right.dtype


def _ratio(pair: Pair) -> float | None:
    """Return the factor by which the largest number is wrong; None if there is none."""
    if pair.mine.shape != pair.right.shape or not pair.right.numel() or not _same_type(pair):
        return None
    right = pair.right.detach().double().flatten()
    place = int(right.abs().nan_to_num(nan=0, posinf=0).argmax())
    ratio = float(pair.mine.detach().double().flatten()[place]) / float(right[place]) if right[place] else math.nan
    return ratio if math.isfinite(ratio) and abs(ratio) > 1e-6 else None


def _scaled(pair: Pair, factor: float) -> bool:
    return _same_type(pair) and close(pair.mine, pair.right, lambda right: right * factor)


def nicely(number: float) -> str:
    """Format a number as one would write it: 2, 1/2, 0.7213."""
    fraction = Fraction(number).limit_denominator(64)
    if abs(float(fraction) - number) <= 1e-5 * abs(number):
        return str(fraction)
    return f"{number:.4g}"


_BY_CALLS = (_in_place, _not_refused)
_BY_OUTPUTS = (gradients.wrong, _dtype, _shape, _transposed, _reduction, _factor, _offset, _overflow)
