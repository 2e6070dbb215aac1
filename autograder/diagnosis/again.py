"""Calls the student's function again, with changed arguments, to see what a mistake depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.model.submission import Exercise
from autograder.session.connection import OutOfTime
from autograder.session.remote import CallFailed, Student, StudentError
from autograder.session.session import Session

from .outputs import Call, OtherKind, copy_of, pairs_of

Again = Callable[[Mapping[str, Any]], bool | None]
"""Returns whether the student's function gives the right result for these arguments; None if that is not known."""

SECONDS = 1.0
"""Processor time for one call, in seconds."""
MOST = 40
"""The maximum number of calls for one answer."""
MOST_ASKED = 60
"""The maximum number of calls for one answer of which only the results are compared."""


def calling(session: Session, exercise: Exercise, solution: Callable[..., Any]) -> Again:
    """Return a function that compares the student's function, called in `session`, with the course's own solution."""
    left = MOST
    session.turn_to(exercise)

    def again(arguments: Mapping[str, Any]) -> bool | None:
        nonlocal left
        if not left:
            return None
        left -= 1
        given = [copy_of(value) for value in arguments.values()]
        try:
            right = solution(*map(copy_of, given))
        except Exception:  # the solution does not accept these arguments
            return None
        try:
            mine = _called(session, exercise, given)
            return all(pair.agrees for pair in pairs_of(Call(given, (right, None), (mine, None), passed=True)))
        except (StudentError, OtherKind):
            return False
        except (CallFailed, OutOfTime):
            return None

    return again


def asking(session: Session, exercise: Exercise) -> Callable[[Mapping[str, Any]], Any]:
    """Return a function that calls the student's, in `session`; it returns None where that gives no result."""
    left = MOST_ASKED
    session.turn_to(exercise)

    def ask(arguments: Mapping[str, Any]) -> Any:
        nonlocal left
        if not left:
            return None
        left -= 1
        try:
            return _called(session, exercise, [copy_of(value) for value in arguments.values()])
        except (StudentError, CallFailed, OutOfTime):
            return None

    return ask


def _called(session: Session, exercise: Exercise, given: Sequence[Any]) -> Any:
    with session.trial(SECONDS):
        session.begin(0)
        return getattr(Student(session), exercise.name)(*given)
