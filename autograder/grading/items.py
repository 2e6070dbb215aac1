"""One hidden check, as pytest collected it: what its mark says, and how it is run on a student's notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import pytest

from autograder.authoring import Difference
from autograder.authoring.precision import imprecision_noted
from autograder.diagnosis.traces import Trace
from autograder.model.submission import Exercise
from autograder.model.verdict import CheckVerdict
from autograder.session.connection import OutOfTime
from autograder.session.remote import Student

from . import pytest_private
from .checks import STUDENT, reason, seed_for


@cache
def points_of(item: pytest.Item) -> float:
    """The points of a check."""
    mark = item.get_closest_marker("check")
    return float(mark.kwargs["points"]) if mark else 0.0


@cache
def is_property(item: pytest.Item) -> bool:
    """Whether a check is about a property, which counts only beside a right result."""
    mark = item.get_closest_marker("check")
    return bool(mark and mark.kwargs.get("property"))


@cache
def is_precise(item: pytest.Item) -> bool:
    """Whether precision is what a check is about."""
    mark = item.get_closest_marker("check")
    return bool(mark and mark.kwargs.get("precise"))


@cache
def sentence_of(item: pytest.Item) -> str:
    """The first line of a check's docstring."""
    text = getattr(item.obj, "__doc__", None) or ""  # type: ignore[attr-defined]
    return str(text).strip().splitlines()[0] if text.strip() else item.name


class Outcome(NamedTuple):
    """What came of one check."""

    passed: bool
    reason: str = ""
    """Why not."""
    not_begun: bool = False
    """Whether the exercise is not written yet."""
    imprecise: str = ""
    """How a result that passed is only as exact as float32."""
    parts: Mapping[str, bool] = {}
    """Of several results of which one is wrong: whether each is right, by its name."""


@dataclass(frozen=True)
class Checked:
    """An exercise whose checks have been run."""

    exercise: Exercise
    checks: list[CheckVerdict]
    parts: Mapping[str, Mapping[str, bool]]
    """By check, of several results of which one is wrong, whether each is right."""
    trace: Trace
    forbidden: list[str]
    """What its calls called outside the vocabulary."""
    begun: bool
    struck: bool
    """Whether it was given up after too many checks that ran out of time."""


def run(item: pytest.Item, student: Student) -> Outcome:
    """Run one check.

    Raises:
        OutOfTime: the submission's time was used up meanwhile.
    """
    notes: list[str] = []
    with nullcontext(notes) if is_precise(item) else imprecision_noted() as notes:
        failure = _failure(item, student)
    if failure is None:
        return Outcome(True, imprecise=notes[0] if notes else "")
    if isinstance(failure, OutOfTime):
        raise failure
    parts = failure.parts if isinstance(failure, Difference) else {}
    return Outcome(False, reason(failure), isinstance(failure, NotImplementedError), parts=parts)


def _failure(item: pytest.Item, student: Student) -> BaseException | None:
    """What a check raises."""
    if pytest_private.takes_only(item, "student"):
        steps: list[Callable[[], None]] = [lambda: seed_for(item), lambda: pytest_private.call(item, student)]
    else:
        item.config.stash[STUDENT] = student
        pytest_private.renew(item)
        steps = [lambda: pytest_private.set_up_and_run(item), lambda: pytest_private.tear_down(item)]
    failure: BaseException | None = None
    for step in steps:
        try:
            step()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # pytest's own outcomes, as that of pytest.fail, are no Exceptions
            failure = failure or error
    return failure


def verdict_of(item: pytest.Item, passed: bool, reason: str = "") -> CheckVerdict:
    """What a check is worth, earned where it passed."""
    points = points_of(item)
    return CheckVerdict(item.name, sentence_of(item), passed, points if passed else 0.0, points, reason)
