"""Runs the checks in this process on code that staff wrote: on the solution and on the misconceptions."""

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
    """Return a session in this process with the names of code that staff wrote, which need not be isolated."""
    submission = Submission(problem_set, [], [], [])
    return Session(LocalTransport(namespace), submission, _LIMITS, watched=False, keeps_arguments=keeps_arguments)


@dataclass(frozen=True)
class Known:
    """A misconception, its trace, and the checks in which that differs from the solution's."""

    misconception: Misconception
    trace: Trace
    shows: frozenset[str]


@dataclass(frozen=True)
class Right:
    """The requests to the course's own solution and its results, by the check's name."""

    asked: dict[str, list[Asked]]
    trace: Trace
    arguments: dict[str, list[dict[str, Any]]]
    """For each request the arguments of the call of the exercise's function, by parameter."""
    solution: Any


class Rehearsals:
    """The traces of the solutions and misconceptions of one problem set, computed when first needed.

    Args:
        misconceptions: those of the problem set; unfinished ones, without a hint, are ignored.
        rehearse: runs the checks of an exercise on a session; returns what its third argument returns after each
            check, by default the check's trace.
        problem_set: the problem set's name.
        solution: returns the names that the course's own solution of an exercise binds, None if there is none.
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
        """Return the misconceptions of an exercise."""
        return [known for known in self._misconceptions if known.exercise == exercise.name]

    def trace(self, exercise: Exercise, known: Misconception) -> Trace:
        """Return the trace of a misconception."""
        return self.trace_of(exercise, known.name, known.solution)

    def trace_of(self, exercise: Exercise, name: str, solution: Callable[..., Any]) -> Trace:
        """Return the trace of another solution of the exercise, which is called `name`."""
        key = f"{exercise.name}/{name}"
        if key not in self._traces:
            session = rehearsal(self._problem_set, {exercise.name: solution})
            self._traces[key] = self.seen_of(exercise, self._rehearse(exercise, session))
        return self._traces[key]

    def right(self, exercise: Exercise) -> Right | None:
        """Return the requests to the course's own solution and its results; None if there is none."""
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
        """Return the misconceptions of an exercise, compared with the trace `right`."""
        if exercise.name not in self._known:
            found = []
            for known in self.misconceptions(exercise):
                trace = self.trace(exercise, known)
                shows = frozenset(check for check in right if not same(trace[check], right[check]))
                found.append(Known(known, trace, shows))
            self._known[exercise.name] = found
        return self._known[exercise.name]

    def asked(self, exercise: Exercise) -> Mapping[str, Sequence[Asked]] | None:
        """Return the requests to the course's own solution, by the check's name; None if there is none."""
        right = self.right(exercise)
        return right.asked if right else None

    def prepare(self, exercise: Exercise) -> None:
        """Compute the traces of the solution and of each misconception of the exercise."""
        for known in self.misconceptions(exercise):
            self.trace(exercise, known)
        if right := self.right(exercise):
            self.known(exercise, right.trace)

    def seen_of(self, exercise: Exercise, trace: Trace) -> Trace:
        """Return the relevant part of a trace: that results are views counts only in exercises about memory."""
        return trace if self._is_about_memory(exercise) else _apart_from_memory(trace)

    def _is_about_memory(self, exercise: Exercise) -> bool:
        """Return whether the solution and a misconception differ only in which results share memory with arguments."""
        name = exercise.name
        if name not in self._about_memory:
            self._about_memory[name] = True  # until this is known, nothing is left out
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
