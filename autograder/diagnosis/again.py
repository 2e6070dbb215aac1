"""The student's function called again, with arguments changed to see what a mistake depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from autograder.model.submission import Exercise
from autograder.session.connection import OutOfTime
from autograder.session.remote import CallFailed, Student, StudentError
from autograder.session.session import Session

from .outputs import Call, OtherKind, copy_of, pairs_of

Again = Callable[[Mapping[str, Any]], bool | None]
"""Whether the student's function gives what is right for such arguments; None where that is not known."""

SECONDS = 1.0
"""Of processor time, for one call."""
MOST = 40
"""So many calls at most for one answer."""


def calling(session: Session, exercise: Exercise, solution: Callable[..., Any]) -> Again:
    """What calls the student's function again, in a session of theirs, beside the course's own solution."""
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
        except Exception:  # it takes no such arguments
            return None
        try:
            with session.trial(SECONDS):
                session.begin(0)
                mine = getattr(Student(session), exercise.name)(*given)
            return all(pair.agrees for pair in pairs_of(Call(given, (right, None), (mine, None), passed=True)))
        except (StudentError, OtherKind):
            return False
        except (CallFailed, OutOfTime):
            return None

    return again
