"""The call to paste for an exercise that lost points, with what the course's solution gives."""

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
        self._of_mistakes: dict[tuple[str, ...], Found | None] = {}
        """By exercise, misconception and failing checks: the call that shows the misconception itself."""

    def find(
        self, exercise: Exercise, failing: Sequence[str], student: Session, known: Misconception | None = None
    ) -> Example | None:
        """A call on which the student's differs, of those that the failing checks make.

        Args:
            exercise: the exercise.
            failing: its checks that fail.
            student: the student's session.
            known: the misconception that explains them. The call that shows it, which is looked for once, is tried
                before all others.

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
