"""Finds a small call on which a wrong answer differs: a failing check's call, reduced and with simple numbers.

The student's function runs in the jail, as in a check; the course's solution runs in this process. A reduced call is
kept if the solution accepts it and the two still differ in the same way. The number of calls is limited by `MAX_CALLS`
and not by time, so that equal answers get equal calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from autograder.session.asked import Asked
from autograder.session.session import Session

from .differing import Difference, difference, has_nan
from .program import Program, all_leaves, changed, programs_of
from .running import run
from .writing import MAX_LENGTH, NotWritten, code_of

MAX_CALLS = 150
"""The maximum number of calls of the student's function."""
MAX_RESULT_LENGTH = 300
"""The maximum length of a result, in characters."""
SMALL_SIZE = 16
"""The size, in numbers, up to which a call is easy to read and is not reduced further."""
MAX_UNREDUCED = 40
"""The maximum number of programs that are tried unreduced."""


class _OutOfCalls(Exception):
    """The limit of calls is reached."""


@dataclass(frozen=True)
class Found:
    """A call as code, its result and the right one; and the data to try it on another answer."""

    code: str
    mine: str
    right: str
    program: Program
    drawn: dict[int, str]
    kind: str
    strict: bool
    nan: bool


class Search:
    """Searches for an example call.

    Args:
        student: the student's session, set to the exercise.
        solution: a session with the course's solution.
        parameters: the names of the parameters of the exercise's function.
    """

    def __init__(self, student: Session, solution: Session, parameters: Sequence[str]) -> None:
        self._student, self._solution, self._parameters = student, solution, parameters
        self._calls_left = MAX_CALLS
        self._nan = False
        """Whether right results may contain NaN, as they do in the check."""
        self._strict = False
        """Whether numbers are compared as strictly as in the strictest checks."""

    def run(self, checks: Sequence[Sequence[Asked]]) -> Found | None:
        """Return a call, reduced from the requests of the failing checks; None if none is found.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        found = self._search(checks)
        if found is None:
            self._strict, self._calls_left = True, MAX_CALLS // 2
            found = self._search(checks)
        return found

    def again(self, found: Found) -> Found | None:
        """Return a call found for another answer with the same mistake, if this answer differs on it in the same way.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        self._strict, self._nan = found.strict, found.nan
        differs = self._differs(found.program, found.kind)
        return self._as_code(found.program, found.drawn, differs) if differs else None

    def _search(self, checks: Sequence[Sequence[Asked]]) -> Found | None:
        candidates = [(place, program) for place, asked in enumerate(checks) for program in programs_of(asked)]
        candidates.sort(key=lambda item: (bool(item[1].backward), item[1].size > 2_000, item[0]))
        fallback: Found | None = None
        tried = 0
        try:
            for _, program in candidates[:MAX_UNREDUCED]:
                first = self._differs(program)
                if first is None and program.backward:
                    program = replace(program, backward="square")
                    first = self._differs(program)
                if first is None:
                    continue
                tried += 1
                left, self._calls_left = self._calls_left, min(self._calls_left, MAX_CALLS // 2)
                spent = self._calls_left
                try:
                    small = self._reduced(program, first.kind)
                    found = self._as_shortest_code(small, first.kind)
                except _OutOfCalls:
                    found = None
                self._calls_left = left - (spent - self._calls_left)
                if found and len(found.code) <= MAX_LENGTH:
                    return found
                if found and (fallback is None or len(found.code) < len(fallback.code)):
                    fallback = found
                if tried >= 3:
                    break
        except _OutOfCalls:
            pass
        return fallback

    def _differs(self, program: Program, kind: str = "") -> Difference | None:
        right = run(program, self._solution)
        if right.failed or (kind and not self._nan and has_nan(right)):
            return None
        if not kind:
            self._nan = has_nan(right)
        if self._calls_left <= 0:
            raise _OutOfCalls
        self._calls_left -= 1
        mine = run(program, self._student)
        found = difference(program, mine, right, self._strict)
        if found and kind and found.kind != kind:
            return None
        return found

    def _still_differs(self, program: Program, kind: str) -> bool:
        return self._differs(program, kind) is not None

    def _reduced(self, program: Program, kind: str) -> Program:
        best = program
        try:
            again = True
            while again and best.size > SMALL_SIZE:
                again = False
                for smaller in _narrowed(best):
                    if smaller.size < best.size and self._still_differs(smaller, kind):
                        best, again = smaller, True
                        break
            for other in _with_simple_numbers(best):
                if self._still_differs(other, kind):
                    best = other
                    break
        except _OutOfCalls:
            pass
        return best

    def _as_shortest_code(self, program: Program, kind: str) -> Found | None:
        """Return the program as code, with the numbers written out or drawn at random; None if it cannot be written."""
        self._calls_left += 6
        best: Found | None = None
        for form in (_exact, _transposed, _drawn_at_random):
            for seed in range(3 if form is _drawn_at_random else 1):
                other, drawn = form(replace(program, seed=seed))
                differs = self._differs(other, kind)
                if differs is None:
                    continue
                found = self._as_code(other, drawn, differs)
                if found and (best is None or len(found.code) < len(best.code)):
                    best = found
                break
            if best and len(best.code) <= MAX_LENGTH:
                break
        return best

    def _as_code(self, program: Program, drawn: dict[int, str], differs: Difference) -> Found | None:
        """Return the call that differs, as code; None if it cannot be written."""
        try:
            code = code_of(program, differs, self._parameters, drawn)
        except NotWritten:
            return None
        texts = code, _shortened(differs.mine), _shortened(differs.right)
        return Found(*texts, program, drawn, differs.kind, self._strict, self._nan)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_RESULT_LENGTH else f"{text[:MAX_RESULT_LENGTH]} …"


# --- reducing ---------------------------------------------------------------------------------------------------------


def _is_dense(leaf: Any) -> bool:
    return isinstance(leaf, torch.Tensor) and leaf.layout == torch.strided


def _narrowed(program: Program) -> Iterator[Program]:
    """Yield programs with smaller axes: all axes of one size together, then single axes of one tensor."""
    tensors = [leaf for leaf in all_leaves(program) if _is_dense(leaf)]
    sizes = sorted({size for leaf in tensors for size in leaf.shape if size > 1}, reverse=True)
    for size in sizes:
        for new in (2, 1, size // 2):
            if 0 < new < size:
                yield changed(program, lambda leaf, size=size, new=new: _resized(leaf, size, new, False))  # type: ignore[misc]
                yield changed(program, lambda leaf, size=size, new=new: _resized(leaf, size, new, True))  # type: ignore[misc]
        if size % 2 == 0:
            yield changed(program, lambda leaf, size=size: _halved(leaf, size))  # type: ignore[misc]
    for number, leaf in enumerate(tensors):
        for axis in range(leaf.dim()):
            for new in (1, 2):
                if new < leaf.shape[axis]:
                    yield _with(program, number, leaf.narrow(axis, 0, new))


def _with(program: Program, number: int, tensor: torch.Tensor) -> Program:
    count = iter(range(10_000))
    return changed(program, lambda leaf: tensor if _is_dense(leaf) and next(count) == number else leaf)


def _resized(leaf: Any, size: int, new: int, numbers: bool) -> Any:
    if _is_dense(leaf):
        for axis in range(leaf.dim()):
            if leaf.shape[axis] == size:
                leaf = leaf.narrow(axis, 0, new)
        if leaf.dtype == torch.int64 and leaf.numel() and int(leaf.min()) >= 0 and new <= int(leaf.max()) < size:
            leaf = leaf % new
        return leaf
    return new if numbers and type(leaf) is int and leaf == size else leaf


def _halved(leaf: Any, size: int) -> Any:
    """Return the leaf with axes of this size, and of its multiples, halved."""
    if _is_dense(leaf):
        for axis in range(leaf.dim()):
            if leaf.shape[axis] % size == 0:
                leaf = leaf.narrow(axis, 0, leaf.shape[axis] // 2)
    elif type(leaf) is int and leaf and leaf % size == 0:
        return leaf // 2
    return leaf


# --- simple numbers ---------------------------------------------------------------------------------------------------


def _with_simple_numbers(program: Program) -> Iterator[Program]:
    """Yield the program with other numbers: integers, then tenths; then its own numbers, rounded."""
    for make in (_integers, _tenths, lambda leaf: _rounded(leaf, 0), lambda leaf: _rounded(leaf, 1)):
        yield changed(program, make)


def _is_random(leaf: Any) -> bool:
    """Return whether a tensor may contain any numbers: finite floating-point, neither probabilities nor a mask."""
    if not (_is_dense(leaf) and leaf.is_floating_point() and leaf.numel() > 1 and bool(leaf.isfinite().all())):
        return False
    if _is_probabilities(leaf) or bool(((leaf == 0) | (leaf == 1)).all()):
        return False
    return 1e-2 < float(leaf.detach().abs().max()) < 1e3


def _is_probabilities(leaf: torch.Tensor) -> bool:
    sums = leaf.detach().double().sum(-1) if leaf.dim() else leaf.detach()
    return (
        leaf.dim() > 0
        and leaf.shape[-1] > 1
        and bool((leaf >= 0).all())
        and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
    )


def _like(leaf: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
    return numbers.reshape(leaf.shape).to(leaf.dtype).requires_grad_(leaf.requires_grad)


def _integers(leaf: Any) -> Any:
    if not _is_random(leaf):
        return leaf
    steps = torch.tensor([1, 3, -2, 2, 0, 4, -1, 5, -3, 1, 2, -4, 3])
    numbers = steps.repeat(-(-leaf.numel() // len(steps)))[: leaf.numel()]
    return _like(leaf, numbers.abs() + 1 if bool((leaf >= 0).all()) else numbers)


def _tenths(leaf: Any) -> Any:
    if not _is_random(leaf):
        return leaf
    steps = torch.tensor([3, -5, 8, 12, -9, 4, -14, 6, 1, -2, 15, -7, 11], dtype=torch.float64) / 10
    numbers = steps.repeat(-(-leaf.numel() // len(steps)))[: leaf.numel()]
    if bool((leaf >= 0).all()):
        numbers = numbers.abs() / 2 if float(leaf.max()) <= 1 else numbers.abs()
    return _like(leaf, (numbers * 10).round() / 10 if float(leaf.max()) > 1 else (numbers * 20).round() / 20)


def _rounded(leaf: Any, digits: int) -> Any:
    if not (_is_dense(leaf) and leaf.is_floating_point()) or not bool(leaf.isfinite().all()) or _is_probabilities(leaf):
        return leaf
    return leaf.detach().double().round(decimals=digits).to(leaf.dtype).requires_grad_(leaf.requires_grad)


# --- forms of writing -------------------------------------------------------------------------------------------------


def _exact(program: Program) -> tuple[Program, dict[int, str]]:
    """Return the program with tensors that can be written as code: contiguous, with numbers of four digits."""

    def plain(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray) and min(leaf.strides, default=0) >= 0:
            return leaf.copy(order="C")
        if not _is_dense(leaf):
            return leaf
        kept = leaf.detach()
        if kept.is_floating_point():
            short = kept.double().apply_(lambda number: float(f"{number:.4g}")).to(kept.dtype)
            kept = short if not _is_probabilities(leaf) else kept
        needed = leaf.requires_grad and bool(program.backward)
        return kept.clone(memory_format=torch.contiguous_format).requires_grad_(needed)

    return changed(program, plain), {}


def _transposed(program: Program) -> tuple[Program, dict[int, str]]:
    """Return the program with tensors of transposed memory layout, which the code creates by permuting axes."""
    return changed(program, lambda leaf: leaf.detach() if _is_dense(leaf) else leaf), {}


def _drawn_at_random(program: Program) -> tuple[Program, dict[int, str]]:
    """Return the program with large tensors drawn at random, in the order in which they are written."""
    drawn: dict[int, str] = {}
    program, _ = _exact(program)
    torch.default_generator.manual_seed(program.seed)
    made: list[Any] = []

    def draw(leaf: Any) -> Any:
        if not _is_dense(leaf) or leaf.numel() <= 4:
            return leaf
        shape = ", ".join(map(str, leaf.shape))
        dtype = "" if leaf.dtype in (torch.float32, torch.int64) else f", dtype={leaf.dtype}"
        grad = leaf.requires_grad
        if leaf.is_floating_point():
            if _is_probabilities(leaf):
                new, text = (
                    torch.rand(leaf.shape, dtype=leaf.dtype).softmax(-1),
                    f"torch.rand({shape}{dtype}).softmax(-1)",
                )
                if grad:
                    new, text = new.requires_grad_(), f"{text}.requires_grad_()"
            else:
                name = "rand" if bool((leaf >= 0).all()) else "randn"
                new = getattr(torch, name)(leaf.shape, dtype=leaf.dtype).requires_grad_(grad)
                text = f"torch.{name}({shape}{dtype}{', requires_grad=True' if grad else ''})"
        elif leaf.dtype == torch.int64 and int(leaf.min()) >= 0:
            most = int(leaf.max()) + 1
            new, text = torch.randint(most, leaf.shape), f"torch.randint({most}, ({shape},))"
        elif leaf.dtype == torch.bool:
            new, text = torch.rand(leaf.shape) < 0.5, f"torch.rand({shape}) < 0.5"
        else:
            return leaf
        drawn[id(new)] = text
        made.append(new)
        return new

    return changed(program, draw), drawn
