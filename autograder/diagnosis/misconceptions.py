"""Why an answer is wrong: the misconception that gives what the student's code gave, call by call.

Each misconception goes once through the same checks as a submission, in this process, and what its calls gave is kept.
A wrong solution is explained by it where all its own calls gave the same, within rounding; of several, by the one
whose numbers are nearest. Where none explains it alone, two may: each shows in checks in which the other gives what is
right. Where two do not either, the outputs are compared with those of the course's own solution (`experiments.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from autograder.authoring import Misconception
from autograder.course import staff_module
from autograder.model.submission import Exercise
from autograder.session.asked import Asked

from . import experiments
from .left_out import LeftOut, left_out
from .outputs import Call
from .rehearsal import rehearsal
from .repair import Repaired
from .traces import Trace, agreeing, apart, same, says_something


def load(path: Path) -> list[Misconception]:
    """The misconceptions in a file of staff's; none where there is no such file.

    Raises:
        AutograderError: the file does not run.
    """
    if not path.is_file():
        return []
    module = staff_module.load(path, f"autograder_misconceptions_{path.parent.name}")
    return [item.misconception for item in vars(module).values() if hasattr(item, "misconception")]


@dataclass(frozen=True)
class Both:
    """Two misconceptions at once."""

    first: Misconception
    second: Misconception

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"{self.first.name} + {self.second.name}"

    @property
    def hint(self) -> str:
        """Both hints."""
        return f"{self.first.hint} And besides: {self.second.hint}"

    def cost(self, max_points: float) -> float:
        """What both cost together."""
        return min(self.first.cost(max_points) + self.second.cost(max_points), max_points)


@dataclass(frozen=True)
class Besides:
    """What explains all values, and properties that fail besides, for themselves."""

    values: Misconception | Both | LeftOut | experiments.Generic
    lost: float
    """The points of these properties."""

    @property
    def name(self) -> str:
        """As in a verdict."""
        return self.values.name

    @property
    def hint(self) -> str:
        """The hint for the values; the failed checks speak for themselves."""
        return self.values.hint

    def cost(self, max_points: float) -> float:
        """What both cost together."""
        return min(self.values.cost(max_points) + self.lost, max_points)


Explanation: TypeAlias = Misconception | Both | Besides | LeftOut | experiments.Generic | Repaired


def is_known(explanation: Explanation | None) -> bool:
    """Whether what staff have written down explains all values."""
    values = explanation.values if isinstance(explanation, Besides) else explanation
    return isinstance(values, Misconception | Both)


@dataclass(frozen=True)
class _Known:
    """A misconception, what its calls gave, and the checks in which that is not what the solution's gave."""

    misconception: Misconception
    trace: Trace
    shows: frozenset[str]


@dataclass(frozen=True)
class _Right:
    """What the course's own solution was asked for and gave, by the check's name."""

    asked: dict[str, list[Asked]]
    trace: Trace


class Diagnosis:
    """The misconceptions of one problem set, and what each gives, worked out when first needed.

    Args:
        misconceptions: those of the problem set; one without a hint is not finished, and left aside.
        rehearse: runs the checks of an exercise on a session; gives what `note` says of each, its trace by default.
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
        self._rights: dict[str, _Right | None] = {}
        self._knowns: dict[str, list[_Known]] = {}

    def explain(self, exercise: Exercise, trace: Trace, failing: Mapping[str, float] = {}) -> Explanation | None:
        """The misconception or the two that give what the student's calls gave, else what the outputs alone tell.

        `failing` are the properties that fail, with their points: they may fail for themselves.
        """
        values = {name: entries for name, entries in trace.items() if name not in failing}
        known: Explanation | None = self._known_one(exercise, trace)
        if known is None and failing:
            known = self._beside(exercise, self._known_one(exercise, values), trace, failing)
        if known:
            return known
        generic = self._generic(exercise, trace)
        if failing and not (generic and _has_share(generic)):
            return self._beside(exercise, self._generic(exercise, values), trace, failing) or generic
        return generic

    def _known_one(self, exercise: Exercise, trace: Trace) -> Misconception | Both | None:
        return self.misconception(exercise, trace) or self.both(exercise, trace)

    def _beside(
        self,
        exercise: Exercise,
        values: Misconception | Both | LeftOut | experiments.Generic | None,
        trace: Trace,
        failing: Mapping[str, float],
    ) -> Besides | None:
        """What explains all values, beside the properties that fail for themselves."""
        if values is None or not _has_share(values):
            return None
        alone = [values.first, values.second] if isinstance(values, Both) else [values]
        traces = [self._trace(exercise, one) for one in alone if isinstance(one, Misconception)]
        own = {name for name in failing if any(same(trace.get(name), other.get(name)) for other in traces)}
        return Besides(values, sum(points for name, points in failing.items() if name not in own))

    def misconception(self, exercise: Exercise, trace: Trace) -> Misconception | None:
        """The misconception whose calls all gave what the student's gave; of several the one that is nearest."""
        if not any(says_something(entry) for given in trace.values() for entry in given):
            return None
        fitting = [known for known in self._of(exercise) if same(trace, _part(self._trace(exercise, known), trace))]
        right = self._right(exercise) if fitting else None
        if right and same(trace, _part(right.trace, trace)):
            return None  # what lost the points is not among what the calls gave
        return min(fitting, key=lambda known: apart(trace, _part(self._trace(exercise, known), trace)), default=None)

    def both(self, exercise: Exercise, trace: Trace) -> Both | None:
        """The first two misconceptions that explain all calls together.

        In each check the calls gave what the one gives where the other gives what is right, and what both give
        everywhere else. So each is seen alone in some check, by a value; where both show, in different ways, nothing
        says what they would give together.
        """
        right = self._right(exercise)
        if right is None or not trace.keys() <= right.trace.keys():
            return None
        telling = {check for check in trace if _differs_by_a_value(trace[check], right.trace[check])}
        found = self._known(exercise, right.trace)
        off = [{check for check in trace if not same(trace[check], known.trace[check])} for known in found]
        for (one, off_one), (other, off_other) in itertools.combinations(zip(found, off, strict=True), 2):
            explained = off_one <= other.shows - one.shows and off_other <= one.shows - other.shows
            if explained and off_one & telling and off_other & telling:
                return Both(one.misconception, other.misconception)
        return None

    def nearest(self, exercise: Exercise, trace: Trace) -> tuple[str, float]:
        """The misconception with which most of the calls agree, and their share; of no name where there is none."""
        shares = {known.name: agreeing(trace, self._trace(exercise, known)) for known in self._of(exercise)}
        return max(shares.items(), key=lambda item: item[1], default=("", 0.0))

    def rehearse(self, exercise: Exercise) -> None:
        """Work out what the solution and each misconception of the exercise give."""
        for known in self._of(exercise):
            self._trace(exercise, known)
        if right := self._right(exercise):
            self._known(exercise, right.trace)

    def asked(self, exercise: Exercise) -> Mapping[str, Sequence[Asked]] | None:
        """What the checks ask the course's own solution for, by the check's name; None where it is not at hand."""
        right = self._right(exercise)
        return right.asked if right else None

    def _generic(self, exercise: Exercise, trace: Trace) -> LeftOut | experiments.Generic | None:
        """What the outputs tell beside those of the solution, whole or without an argument."""
        right = self._right(exercise)
        if right is None:
            return None
        calls = []
        for check, mine in trace.items():
            asked, gave = right.asked.get(check, []), right.trace.get(check, [])
            calls += [Call(one.given, *entry) for one, *entry in zip(asked, gave, mine, strict=False)]
        found = experiments.explain(calls)
        says = any(says_something(one) for given in trace.values() for one in given)
        if (found and found.has_share) or not says or same(trace, _part(right.trace, trace)):
            return found
        for without in self._left_out(exercise):
            if same(trace, _part(self._rehearsed(exercise, without.name, without.solution), trace)):
                return without
        return found

    def _left_out(self, exercise: Exercise) -> list[LeftOut]:
        namespace, right = self._solution(exercise), self._right(exercise)
        if namespace is None or right is None:
            return []
        given = [one.given for entries in right.asked.values() for one in entries if one.given is not None]
        return left_out(namespace.get(exercise.name), given)

    def _of(self, exercise: Exercise) -> list[Misconception]:
        return [known for known in self._misconceptions if known.exercise == exercise.name]

    def _trace(self, exercise: Exercise, known: Misconception) -> Trace:
        return self._rehearsed(exercise, known.name, known.solution)

    def _rehearsed(self, exercise: Exercise, name: str, solution: Callable[..., Any]) -> Trace:
        key = f"{exercise.name}/{name}"
        if key not in self._traces:
            session = rehearsal(self._problem_set, {exercise.name: solution})
            self._traces[key] = self._rehearse(exercise, session)
        return self._traces[key]

    def _right(self, exercise: Exercise) -> _Right | None:
        if exercise.name not in self._rights:
            namespace = self._solution(exercise)
            right = None
            if namespace is not None:
                session = rehearsal(self._problem_set, namespace, keeps_arguments=True)
                found = self._rehearse(exercise, session, lambda: (session.asked, session.trace))
                right = _Right(*({check: pair[place] for check, pair in found.items()} for place in (0, 1)))
            self._rights[exercise.name] = right
        return self._rights[exercise.name]

    def _known(self, exercise: Exercise, right: Trace) -> list[_Known]:
        if exercise.name not in self._knowns:
            found = []
            for known in self._of(exercise):
                trace = self._trace(exercise, known)
                shows = frozenset(check for check in right if not same(trace[check], right[check]))
                found.append(_Known(known, trace, shows))
            self._knowns[exercise.name] = found
        return self._knowns[exercise.name]


def _has_share(explanation: Explanation) -> bool:
    """Whether it explains the results however many checks fail."""
    return not isinstance(explanation, experiments.Generic) or explanation.has_share


def _part(trace: Trace, other: Trace) -> Trace:
    """The trace of the checks that another has."""
    return {name: trace[name] for name in other if name in trace}


def _differs_by_a_value(mine: list[Any], right: list[Any]) -> bool:
    """Whether calls gave a value that is not the right one: an exception says too little of why it was raised."""
    return any(says_something(one) and not same(one, other) for one, other in itertools.zip_longest(mine, right))
