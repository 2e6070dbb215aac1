"""The checks run on code that staff wrote, in this process: what a misconception gives, and what the solution gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.authoring import Misconception
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission
from autograder.session.asked import Asked
from autograder.session.session import Session
from autograder.session.transport import LocalTransport

from .calls import arguments_of
from .traces import Trace, same, without_sharing

_LIMITS = SessionLimits(call_seconds=60, submission_seconds=3600)


def rehearsal(problem_set: str, namespace: dict[str, Any], keeps_arguments: bool = False) -> Session:
    """A session with the names of code that staff wrote; they may call what they like."""
    submission = Submission(problem_set, [], [], [])
    return Session(LocalTransport(namespace), submission, _LIMITS, watched=False, keeps_arguments=keeps_arguments)


@dataclass(frozen=True)
class Known:
    """A misconception, what its calls gave, and the checks in which that is not what the solution's gave."""

    misconception: Misconception
    trace: Trace
    shows: frozenset[str]


@dataclass(frozen=True)
class Right:
    """What the course's own solution was asked for and gave, by the check's name."""

    asked: dict[str, list[Asked]]
    trace: Trace
    arguments: dict[str, list[dict[str, Any]]]
    """Of each request the arguments with which it calls the exercise's function, by parameter."""
    solution: Any


class Rehearsals:
    """What the solutions and misconceptions of one problem set give, worked out when first needed.

    Args:
        misconceptions: those of the problem set; one without a hint is not finished, and left aside.
        rehearse: runs the checks of an exercise on a session; gives what `note` says of each, its trace by default.
        problem_set: its name.
        solution: gives the names that the course's own solution binds.
    """

    def __init__(
        self,
        misconceptions: Sequence[Misconception],
        rehearse: Callable[..., dict[str, Any]],
        problem_set: str,
        solution: Callable[[Exercise], dict[str, Any] | None],
    ) -> None:
        self._misconceptions = [known for known in misconceptions if known.hint.strip()]
        self._rehearse = rehearse
        self._problem_set = problem_set
        self._solution = solution
        self._traces: dict[str, Trace] = {}
        self._rights: dict[str, Right | None] = {}
        self._known: dict[str, list[Known]] = {}
        self._about_memory: dict[str, bool] = {}

    def misconceptions(self, exercise: Exercise) -> list[Misconception]:
        """Those of an exercise."""
        return [known for known in self._misconceptions if known.exercise == exercise.name]

    def trace(self, exercise: Exercise, known: Misconception) -> Trace:
        """What a misconception gives."""
        return self.trace_of(exercise, known.name, known.solution)

    def trace_of(self, exercise: Exercise, name: str, solution: Callable[..., Any]) -> Trace:
        """What another way to write the exercise gives, which is called `name`."""
        key = f"{exercise.name}/{name}"
        if key not in self._traces:
            session = rehearsal(self._problem_set, {exercise.name: solution})
            self._traces[key] = self.seen_of(exercise, self._rehearse(exercise, session))
        return self._traces[key]

    def right(self, exercise: Exercise) -> Right | None:
        """What the course's own solution gives; None where it is not at hand."""
        name = exercise.name
        if name not in self._rights:
            namespace = self._solution(exercise)
            right = None
            if namespace is not None:
                session = rehearsal(self._problem_set, namespace, keeps_arguments=True)
                found = self._rehearse(exercise, session, lambda: (session.asked, session.trace))
                asked, trace = ({check: pair[place] for check, pair in found.items()} for place in (0, 1))
                solution = namespace.get(name)
                arguments = {check: arguments_of(name, solution, some) for check, some in asked.items()}
                right = Right(asked, trace, arguments, solution)
            self._rights[name] = right
            self._is_about_memory(exercise)
        return self._rights[name]

    def known(self, exercise: Exercise, right: Trace) -> list[Known]:
        """The misconceptions of an exercise beside what is `right`."""
        if exercise.name not in self._known:
            found = []
            for known in self.misconceptions(exercise):
                trace = self.trace(exercise, known)
                shows = frozenset(check for check in right if not same(trace[check], right[check]))
                found.append(Known(known, trace, shows))
            self._known[exercise.name] = found
        return self._known[exercise.name]

    def asked(self, exercise: Exercise) -> Mapping[str, Sequence[Asked]] | None:
        """What the checks ask the course's own solution for, by the check's name; None where it is not at hand."""
        right = self.right(exercise)
        return right.asked if right else None

    def prepare(self, exercise: Exercise) -> None:
        """Work out what the solution and each misconception of the exercise give."""
        for known in self.misconceptions(exercise):
            self.trace(exercise, known)
        if right := self.right(exercise):
            self.known(exercise, right.trace)

    def seen_of(self, exercise: Exercise, trace: Trace) -> Trace:
        """What of a trace tells answers apart: that results are views only in exercises that are about it."""
        return trace if self._is_about_memory(exercise) else _apart_from_memory(trace)

    def _is_about_memory(self, exercise: Exercise) -> bool:
        """Whether the solution and a misconception differ in nothing but in what shares memory."""
        name = exercise.name
        if name not in self._about_memory:
            self._about_memory[name] = True  # until it is known nothing is left out
            right = self.right(exercise)
            others = [self.trace(exercise, known) for known in self.misconceptions(exercise)]
            self._about_memory[name] = right is not None and any(
                same(_apart_from_memory(other), _apart_from_memory(right.trace)) and not same(other, right.trace)
                for other in others
            )
            if not self._about_memory[name]:
                for key in [key for key in self._traces if key.startswith(f"{name}/")]:
                    self._traces[key] = _apart_from_memory(self._traces[key])
                self._rights[name] = replace(right, trace=_apart_from_memory(right.trace)) if right else None
        return self._about_memory[name]


def _apart_from_memory(trace: Trace) -> Trace:
    return {name: without_sharing(entries) for name, entries in trace.items()}
