"""Recognizes mistakes from another exercise: answers that are right given the student's own version of what they call.

The course's solution of the exercise, or another way to solve it that staff have written, runs in this process with
the names of the other exercises bound to the student's versions: each such call goes into the jail and back. If a
check's calls then give what the student's gave, the answer follows from the mistake in the other exercise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.authoring import observe
from autograder.model.submission import Exercise
from autograder.session.remote import CallFailed, Student, StudentError
from autograder.session.session import Session

from .rehearsal import rehearsal
from .solutions import run as run_file
from .solutions import solutions
from .traces import same, says_something, without_sharing
from .upstream import upstream_of

_OURS = "autograder.session.remote.Student"


@dataclass(frozen=True)
class _Way:
    """One way to solve an exercise: its function or class, the names that it reads, and the exercises that it calls."""

    solution: Any
    names: dict[str, Any]
    upstream: frozenset[str]


class FollowThrough:
    """The ways to solve those exercises of one problem set that call others.

    Args:
        problem_set: the problem set's name.
        folder: the course's folder solutions/<ps>.
        exercises: the names of the problem set's exercises.
    """

    def __init__(self, problem_set: str, folder: Path, exercises: frozenset[str]) -> None:
        self._problem_set = problem_set
        self._folder = folder
        self._exercises = exercises
        self._ways: dict[str, list[_Way]] | None = None

    def upstream(self, exercise: str) -> frozenset[str]:
        """Return the exercises that a solution of this one may call."""
        return frozenset().union(*(way.upstream for way in self._of(exercise)))

    def follows(
        self,
        exercise: Exercise,
        wrong: frozenset[str],
        session: Session,
        seed: int,
        run: Callable[[Session], Any],
        trace: list[Any],
        is_partly_right: bool = False,
    ) -> list[str]:
        """Return the exercises among `wrong` whose mistakes explain a check's trace; none if they do not.

        Args:
            exercise: the graded exercise.
            wrong: the exercises in which the student made a mistake.
            session: a session with the student's code.
            seed: the check's seed.
            run: runs the check on a session.
            trace: the results of the student's calls in the check.
            is_partly_right: whether other checks show that the exercise is right otherwise.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        if not is_partly_right and not any(map(says_something, trace)):
            return []  # an exception alone says too little about its cause
        mine = without_sharing(trace)
        for way in self._of(exercise.name):
            called = sorted(way.upstream & wrong)
            for call in (_as_it_is, _call_in_place) if called else ():
                if same(mine, _plain(self._given(way, called, exercise, session, seed, run, call))):
                    return called
        return []

    def _given(
        self,
        way: _Way,
        called: list[str],
        exercise: Exercise,
        session: Session,
        seed: int,
        run: Callable[[Session], Any],
        call: Callable[[Any], Any],
    ) -> list[Any]:
        """Return the check's trace of this way, with the student's own versions of what it calls, wrapped by `call`."""
        session.turn_to(exercise)
        session.begin(seed)
        local = rehearsal(self._problem_set, {exercise.name: way.solution})
        local.turn_to(exercise)
        try:
            theirs = {name: call(getattr(Student(session), name)) for name in called}
        except (StudentError, CallFailed):
            return []
        local.begin(seed)
        with _bound(way.names, theirs):
            run(local)
        return local.trace

    def _of(self, exercise: str) -> list[_Way]:
        if self._ways is None:
            self._ways = self._load()
        return self._ways.get(exercise, [])

    def _load(self) -> dict[str, list[_Way]]:
        found: dict[str, list[_Way]] = {}
        path = self._folder / f"{self._problem_set}.py"
        if not path.is_file():
            return found
        names = solutions(path)
        for exercise, upstream in upstream_of(path, self._exercises).items():
            if upstream:
                found.setdefault(exercise, []).append(_Way(names[exercise], names, upstream))
        others = self._folder / "ways.py"
        if others.is_file():
            more = run_file(others, names)
            ways = {name: value.way_of for name, value in more.items() if hasattr(value, "way_of")}
            called = upstream_of(others, self._exercises.union(ways))
            for name, exercise in ways.items():
                found.setdefault(exercise, []).append(_Way(more[name], more, called[name] & self._exercises))
        return found


def _as_it_is(theirs: Any) -> Any:
    return theirs


def _call_in_place(theirs: Any) -> Callable[..., Any]:
    """Wrap the student's function so that its in-place changes are also made to the caller's arguments."""

    def call(*args: Any, **kwargs: Any) -> Any:
        observed = observe(theirs, *args, **kwargs)
        for mine, new in zip([*args, *kwargs.values()], observed.arguments, strict=True):
            if isinstance(mine, torch.Tensor) and isinstance(new, torch.Tensor) and mine.shape == new.shape:
                mine.data.copy_(new.detach())
        return observed.result

    return call


@contextmanager
def _bound(names: dict[str, Any], other: Mapping[str, Any]) -> Iterator[None]:
    """Bind some of the names to other values within the block."""
    before = {name: names[name] for name in other}
    names.update(other)
    try:
        yield
    finally:
        names.update(before)


def _plain(trace: list[Any]) -> list[Any]:
    """Return the trace without shared memory, with exceptions from the jail under their names in the jail."""
    entries = without_sharing(trace)
    return [entry.removeprefix(_OURS) if isinstance(entry, str) else entry for entry in entries]
