"""The call to paste for an exercise that lost points, with what the course's solution gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        asked: gives what the checks of an exercise ask the solution for; None where it is not at hand.
        solution: gives the names that the course's own solution binds; None where it is not at hand.
    """

    def __init__(
        self,
        problem_set: str,
        asked: Callable[[Exercise], Mapping[str, Sequence[Asked]] | None],
        solution: Callable[[Exercise], dict[str, Any] | None],
    ) -> None:
        self._problem_set, self._asked, self._solution = problem_set, asked, solution

    def find(self, exercise: Exercise, failing: Sequence[str], student: Session) -> Example | None:
        """A call on which the student's differs, of those that the failing checks make.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        names, asked = self._solution(exercise), self._asked(exercise)
        if names is None or asked is None:
            return None
        solution = rehearsal(self._problem_set, names)
        solution.turn_to(exercise)
        student.turn_to(exercise)
        with student.trial(CALL_SECONDS):
            search = Search(student, solution, parameters_of(names[exercise.name]))
            found = search.run([asked[name] for name in failing if name in asked])
        return Example(*found) if found else None
