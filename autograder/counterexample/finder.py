"""The call to paste for an exercise that lost points, with what the course's solution gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograder.diagnosis.rehearsal import rehearsal
from autograder.model.submission import Exercise
from autograder.model.verdict import Example
from autograder.session.asked import Asked
from autograder.session.session import Session

from .search import Search
from .writing import parameters_of

CALL_SECONDS = 1.0
"""Of processor time, for one call."""


class Finder:
    """Finds the calls for the exercises of one problem set.

    Args:
        problem_set: its name.
        rehearse: runs the checks of an exercise on a session; gives what its `note` says of each.
        solution: gives the names that the course's own solution binds; None where it is not at hand.
    """

    def __init__(
        self,
        problem_set: str,
        rehearse: Callable[[Exercise, Session, Callable[[], Any]], dict[str, Any]],
        solution: Callable[[Exercise], dict[str, Any] | None],
    ) -> None:
        self._problem_set, self._rehearse, self._solution = problem_set, rehearse, solution
        self._asked: dict[str, dict[str, list[Asked]]] = {}

    def find(self, exercise: Exercise, failing: Sequence[str], student: Session) -> Example | None:
        """A call on which the student's differs, of those that the failing checks make.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        names = self._solution(exercise)
        if names is None:
            return None
        if exercise.name not in self._asked:
            session = rehearsal(self._problem_set, names, keeps_arguments=True)
            self._asked[exercise.name] = self._rehearse(exercise, session, lambda: list(session.asked))
        asked = self._asked[exercise.name]
        solution = rehearsal(self._problem_set, names)
        solution.turn_to(exercise)
        student.turn_to(exercise)
        with student.trial(CALL_SECONDS):
            search = Search(student, solution, parameters_of(names[exercise.name]))
            found = search.run([asked[name] for name in failing if name in asked])
        return Example(*found) if found else None
