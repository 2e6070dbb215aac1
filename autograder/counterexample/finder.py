"""Finds the example call for an exercise that lost points, with the result of the course's solution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.authoring import Misconception
from autograder.diagnosis.rehearsal import rehearsal
from autograder.model.submission import Exercise
from autograder.model.verdict import Example
from autograder.session.asked import Asked
from autograder.session.session import Session

from .search import Found, Search
from .writing import parameters_of

CALL_SECONDS = 1.0
"""The limit of processor time for one call, in seconds."""


class Finder:
    """Finds example calls for the exercises of one problem set.

    Args:
        problem_set: the problem set's name.
        asked: returns the requests of an exercise's checks to the solution, by check; None if they are not available.
        solution: returns the names that the course's solution binds; None if it is not available.
    """

    def __init__(
        self,
        problem_set: str,
        asked: Callable[[Exercise], Mapping[str, Sequence[Asked]] | None],
        solution: Callable[[Exercise], dict[str, Any] | None],
    ) -> None:
        self._problem_set, self._asked, self._solution = problem_set, asked, solution
        self._of_mistakes: dict[tuple[str, ...], Found | None] = {}
        """By exercise, misconception and failing checks, the call on which the misconception itself differs."""

    def find(
        self, exercise: Exercise, failing: Sequence[str], student: Session, known: Misconception | None = None
    ) -> Example | None:
        """Return a call made by the failing checks on which the student's answer differs; None if there is none.

        Args:
            exercise: the exercise.
            failing: the names of its failing checks.
            student: the student's session.
            known: the misconception that explains the failures. Its own example call, which is searched for only
                once, is tried first.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        names, asked = self._solution(exercise), self._asked(exercise)
        if names is None or asked is None:
            return None
        checks = [asked[name] for name in failing if name in asked]
        of_mistake = self._of_mistake(exercise, known, failing, names, checks) if known else None
        student.turn_to(exercise)
        with student.trial(CALL_SECONDS):
            found = self._search(exercise, student, names).again(of_mistake) if of_mistake else None
            found = found or self._search(exercise, student, names).run(checks)
        return Example(found.code, found.mine, found.right) if found else None

    def _of_mistake(
        self,
        exercise: Exercise,
        known: Misconception,
        failing: Sequence[str],
        names: dict[str, Any],
        checks: Sequence[Sequence[Asked]],
    ) -> Found | None:
        key = exercise.name, known.name, *failing
        if key not in self._of_mistakes:
            mistaken = rehearsal(self._problem_set, {exercise.name: known.solution})
            mistaken.turn_to(exercise)
            self._of_mistakes[key] = self._search(exercise, mistaken, names).run(checks)
        return self._of_mistakes[key]

    def _search(self, exercise: Exercise, student: Session, names: dict[str, Any]) -> Search:
        solution = rehearsal(self._problem_set, names)
        solution.turn_to(exercise)
        return Search(student, solution, parameters_of(names[exercise.name]))
