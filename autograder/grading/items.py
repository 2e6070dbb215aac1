"""Runs one hidden check that pytest collected on a student's notebook, and reads its mark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import pytest

from autograder.authoring import Difference
from autograder.authoring.precision import imprecision_noted
from autograder.authoring.translation import sentence_in
from autograder.diagnosis.traces import Trace
from autograder.language import ENGLISH, current
from autograder.model.submission import Exercise
from autograder.model.verdict import CheckVerdict, Trouble
from autograder.session.connection import OutOfTime
from autograder.session.remote import CallFailed, Student, StudentError, Undefined

from . import pytest_private
from .checks import STUDENT, reason, seed_for


@cache
def points_of(item: pytest.Item) -> float:
    """Return the points of a check."""
    mark = item.get_closest_marker("check")
    return float(mark.kwargs["points"]) if mark else 0.0


@cache
def is_property(item: pytest.Item) -> bool:
    """Return whether a check tests a property, which counts only if a result is right."""
    mark = item.get_closest_marker("check")
    return bool(mark and mark.kwargs.get("property"))


@cache
def is_precise(item: pytest.Item) -> bool:
    """Return whether a check tests precision itself."""
    mark = item.get_closest_marker("check")
    return bool(mark and mark.kwargs.get("precise"))


@cache
def is_bonus(item: pytest.Item) -> bool:
    """Return whether a check's points are bonus points."""
    mark = item.get_closest_marker("check")
    return bool(mark and mark.kwargs.get("bonus"))


@cache
def sentence_of(item: pytest.Item, language: str = ENGLISH) -> str:
    """Return the sentence of a check's docstring in a language, or the English one if it is not translated."""
    text = getattr(item.obj, "__doc__", None) or ""  # type: ignore[attr-defined]
    return sentence_in(str(text), language, item.name) if text.strip() else item.name


class Outcome(NamedTuple):
    """The outcome of one check."""

    passed: bool
    reason: str = ""
    """Why it failed."""
    not_begun: bool = False
    """Whether the exercise is not written yet."""
    imprecise: str = ""
    """In which way a passing result only has float32's precision; empty if it is precise."""
    parts: Mapping[str, bool] = {}
    """If one of several results is wrong: whether each is right, by its name."""
    undefined: bool = False
    """Whether the notebook does not define the name that the check uses."""
    place: tuple[str, int, int] | None = None
    """The class of an exception raised by student code, with the cell and line that raised it."""
    trouble: Trouble = ""
    """What ended the student's code, if that is why it failed."""


@dataclass(frozen=True)
class Checked:
    """An exercise whose checks have run."""

    exercise: Exercise
    checks: list[CheckVerdict]
    parts: Mapping[str, Mapping[str, bool]]
    """By check in which one of several results is wrong: whether each is right, by its name."""
    trace: Trace
    forbidden: list[str]
    """Names outside the vocabulary that the exercise called."""
    begun: bool
    struck: bool
    """Whether checks were skipped after too many that timed out or ended the program."""
    undefined: bool = False
    """Whether every check failed because the notebook does not define the name."""
    places: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    """By check that ended with an exception raised by student code: its class, and the cell and line that raised it."""


def run(item: pytest.Item, student: Student) -> Outcome:
    """Run one check.

    Raises:
        OutOfTime: the submission's time was used up during the check.
    """
    notes: list[str] = []
    with nullcontext(notes) if is_precise(item) else imprecision_noted() as notes:
        failure = _failure(item, student)
    if failure is None:
        return Outcome(True, imprecise=notes[0] if notes else "")
    if isinstance(failure, OutOfTime):
        raise failure
    parts = failure.parts if isinstance(failure, Difference) else {}
    return Outcome(
        False,
        reason(failure),
        isinstance(failure, NotImplementedError),
        parts=parts,
        undefined=isinstance(failure, Undefined),
        place=failure.place if isinstance(failure, StudentError) else None,
        trouble=failure.trouble if isinstance(failure, CallFailed) else "",
    )


def _failure(item: pytest.Item, student: Student) -> BaseException | None:
    """Run a check and return its exception; None if it passed."""
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
        except BaseException as error:  # pytest's outcomes, such as that of pytest.fail, do not derive from Exception
            failure = failure or error
    return failure


def verdict_of(item: pytest.Item, passed: bool, reason: str = "") -> CheckVerdict:
    """Return the verdict of a check, with its points if it passed."""
    points = points_of(item)
    earned = points if passed else 0.0
    return CheckVerdict(item.name, sentence_of(item, current()), passed, earned, points, reason, bonus=is_bonus(item))
