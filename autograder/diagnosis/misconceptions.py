"""Why an answer is wrong: the misconception that gives what the student's code gave, call by call.

Each misconception goes once through the same checks as a submission, in this process, and what its calls gave is kept.
A wrong solution is explained by it where all its own calls gave the same, within rounding; of several, by the one
whose numbers are nearest. Where none explains it alone, two may: each shows in checks in which the other gives what is
right. Where two do not either, the outputs are compared with those of the course's own solution (`experiments.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from autograder.authoring import Misconception
from autograder.course import staff_module
from autograder.model.submission import Exercise
from autograder.session.session import Session

from . import experiments
from .again import calling
from .explanations import Besides, Both, CutOff, Explanation, Partly, Twofold, has_share
from .outputs import Call, shows_a_mistake
from .rehearsal import Known, Rehearsals
from .traces import (
    Trace,
    agreeing,
    apart,
    ends_otherwise,
    floats_in,
    parts_of,
    same,
    same_but_for_the_graph,
    same_until_it_ends,
    says_something,
)
from .variants import LeftOut, Variant, fitting

ENOUGH = 3
"""So many floating point numbers that are the same are no coincidence."""


def load(path: Path) -> list[Misconception]:
    """The misconceptions in a file of staff's; none where there is no such file.

    Raises:
        AutograderError: the file does not run.
    """
    if not path.is_file():
        return []
    module = staff_module.load(path, f"autograder_misconceptions_{path.parent.name}")
    return [item.misconception for item in vars(module).values() if hasattr(item, "misconception")]


class Diagnosis:
    """Explains wrong answers to the exercises of one problem set by what staff's own code gives.

    Args:
        rehearsals: what the solutions and misconceptions give.
    """

    def __init__(self, rehearsals: Rehearsals) -> None:
        self._rehearsals = rehearsals

    def explain(
        self,
        exercise: Exercise,
        trace: Trace,
        failing: Mapping[str, float] = {},
        passed: Collection[str] = (),
        holding: Collection[str] = (),
        session: Session | None = None,
        before: str = "",
    ) -> Explanation | None:
        """The misconception or the two that give what the student's calls gave, else what the outputs alone tell.

        Args:
            exercise: the one that is graded.
            trace: what the calls gave.
            failing: the properties that fail, with their points: they may fail for themselves.
            passed: the checks that pass.
            holding: the properties that hold, be it that a misconception lacks them.
            session: the student's, where their function can be called again.
            before: the name of what explained the answer before, where it cannot.
        """
        trace = self._rehearsals.seen_of(exercise, trace)
        values = {name: entries for name, entries in trace.items() if name not in failing}
        known: Explanation | None = self._known_one(exercise, trace)
        if known is None and failing:
            known = self._beside(exercise, self._known_one(exercise, values), trace, failing)
        if known is None and holding:
            needed = {name: entries for name, entries in values.items() if name not in holding}
            known = self._known_one(exercise, needed)
            known = self._beside(exercise, known, trace, failing) if failing else known
        if known:
            return known
        if not self._is_seen(exercise, values, passed):
            return self._varied(exercise, trace, passed)
        found: Explanation | None = self._generic(exercise, trace, passed)
        if failing and not (found and has_share(found)):
            found = self._beside(exercise, self._generic(exercise, values, passed), trace, failing) or found
        if found is None:
            condition = self._condition(exercise, values, passed, session, before)
            found = self._beside(exercise, condition, trace, failing) if failing else None
            found = found or condition
        return found or self._partly(exercise, values, passed)

    def _known_one(self, exercise: Exercise, trace: Trace) -> Misconception | Both | CutOff | None:
        return self.misconception(exercise, trace) or self.both(exercise, trace) or self.cut_off(exercise, trace)

    def _beside(
        self,
        exercise: Exercise,
        values: Misconception | Both | CutOff | Twofold | LeftOut | Variant | experiments.Generic | None,
        trace: Trace,
        failing: Mapping[str, float],
    ) -> Besides | None:
        """What explains all values, beside the properties that fail for themselves."""
        if values is None or not has_share(values):
            return None
        alone = [values.first, values.second] if isinstance(values, Both) else [values]
        traces = [self._rehearsals.trace(exercise, one) for one in alone if isinstance(one, Misconception)]
        own = {name for name in failing if any(same(trace.get(name), other.get(name)) for other in traces)}
        return Besides(values, sum(points for name, points in failing.items() if name not in own))

    def misconception(self, exercise: Exercise, trace: Trace) -> Misconception | None:
        """The misconception whose calls all gave what the student's gave; of several the one that is nearest."""
        if not any(says_something(entry) for given in trace.values() for entry in given):
            return None
        fitting = [
            known
            for known in self._rehearsals.misconceptions(exercise)
            if same(trace, _part(self._rehearsals.trace(exercise, known), trace))
        ]
        right = self._rehearsals.right(exercise) if fitting else None
        if right and same(trace, _part(right.trace, trace)):
            return None  # what lost the points is not among what the calls gave
        return min(
            fitting, key=lambda known: apart(trace, _part(self._rehearsals.trace(exercise, known), trace)), default=None
        )

    def both(self, exercise: Exercise, trace: Trace) -> Both | None:
        """The first two misconceptions that explain all calls together.

        In each check the calls gave what the one gives where the other gives what is right, and what both give
        everywhere else. So each is seen alone in some check, by a value; where both show, in different ways, nothing
        says what they would give together.
        """
        right = self._rehearsals.right(exercise)
        if right is None or not trace.keys() <= right.trace.keys():
            return None
        telling = {check for check in trace if _differs_by_a_value(trace[check], right.trace[check])}
        found = self._rehearsals.known(exercise, right.trace)
        off = [{check for check in trace if not same(trace[check], known.trace[check])} for known in found]
        for (one, off_one), (other, off_other) in itertools.combinations(zip(found, off, strict=True), 2):
            explained = off_one <= other.shows - one.shows and off_other <= one.shows - other.shows
            if explained and off_one & telling and off_other & telling:
                return Both(one.misconception, other.misconception)
        return self._both_by_part(found, trace, _part(right.trace, trace))

    @staticmethod
    def _both_by_part(found: Sequence[Known], trace: Trace, right: Trace) -> Both | None:
        """The first two of which each gives some of several results, as the state, and the other gives the rest."""
        mine, others = parts_of(trace), parts_of(right)
        if mine is None or others is None:
            return None
        wrong = _differing(mine, others)
        off = [_differing(mine, parts_of(_part(known.trace, trace))) for known in found]
        for (one, off_one), (other, off_other) in itertools.combinations(zip(found, off, strict=True), 2):
            if not off_one & off_other and off_one & wrong and off_other & wrong:
                return Both(one.misconception, other.misconception)
        return None

    def cut_off(self, exercise: Exercise, trace: Trace) -> CutOff | None:
        """The misconception that gives the same values, in a graph that the student's lack: as NumPy's code does."""
        right = self._rehearsals.right(exercise)
        if right is None or not any(says_something(entry) for given in trace.values() for entry in given):
            return None
        if same_but_for_the_graph(trace, _part(right.trace, trace)) or _changes_arguments(right.trace):
            return None  # what is changed in place is a leaf, in no graph
        for known in self._rehearsals.misconceptions(exercise):
            if same_but_for_the_graph(trace, _part(self._rehearsals.trace(exercise, known), trace)):
                return CutOff(known)
        return None

    def nearest(self, exercise: Exercise, trace: Trace) -> tuple[str, float]:
        """The misconception with which most of the calls agree, and their share; of no name where there is none."""
        trace = self._rehearsals.seen_of(exercise, trace)
        shares = {
            known.name: agreeing(trace, self._rehearsals.trace(exercise, known))
            for known in self._rehearsals.misconceptions(exercise)
        }
        return max(shares.items(), key=lambda item: item[1], default=("", 0.0))

    def _generic(
        self, exercise: Exercise, trace: Trace, passed: Collection[str]
    ) -> LeftOut | Variant | Twofold | CutOff | experiments.Generic | None:
        """What the outputs tell beside those of the solution, whole or with one thing changed."""
        if self._rehearsals.right(exercise) is None:
            return None
        calls = self._calls(exercise, trace, passed)
        found = experiments.explain(calls)
        if found and found.has_share:
            return found
        if other := self._varied(exercise, trace, passed) or found:
            return other
        values = experiments.explain(experiments.with_graph(calls))
        return CutOff(values) if values else None

    def _varied(
        self, exercise: Exercise, trace: Trace, passed: Collection[str]
    ) -> LeftOut | Variant | Twofold | CutOff | None:
        """The solution with one thing changed that gives what the calls gave, or a known mistake with one changed."""
        right = self._rehearsals.right(exercise)
        says = any(says_something(one) for given in trace.values() for one in given)
        if right is None or not says or same(trace, _part(right.trace, trace)):
            return None
        calls = self._calls(exercise, trace, passed)
        is_whole = _changes_arguments(right.trace) or same_but_for_the_graph(trace, _part(right.trace, trace))

        def fits(variant: LeftOut | Variant, first: str = "") -> bool:
            given = _part(self._rehearsals.trace_of(exercise, f"{first}{variant.key}", variant.solution), trace)
            return same(trace, given) or (not is_whole and same_but_for_the_graph(trace, given))

        if found := fitting(right.solution, calls, fits):
            given = self._rehearsals.trace_of(exercise, found.key, found.solution)
            return found if same(trace, _part(given, trace)) else CutOff(found)
        for known in self._rehearsals.misconceptions(exercise):
            if found := fitting(known.solution, calls, partial(fits, first=f"{known.name}/"), is_mistaken=True):
                return Twofold(known, found)
        return None

    def _is_seen(self, exercise: Exercise, trace: Trace, passed: Collection[str]) -> bool:
        """Whether each check that fails has a call that is seen to be wrong.

        Where none is, a check compares more strictly than is done here, or something else than what calls give: then
        nothing can be said of what is right.
        """
        shows = {check: False for check in trace if check not in passed}
        for check in shows:
            shows[check] = any(map(shows_a_mistake, self._calls(exercise, {check: trace[check]}, passed)))
        return all(shows.values())

    def _condition(
        self, exercise: Exercise, trace: Trace, passed: Collection[str], session: Session | None, before: str
    ) -> experiments.Generic | None:
        """On what condition the answer is wrong, tried on the student's function where that can be called again."""
        right = self._rehearsals.right(exercise)
        if right is None or not callable(right.solution):
            return None
        calls = self._calls(exercise, trace, passed)
        if found := experiments.raises_where(calls):
            return found
        again = calling(session, exercise, right.solution) if session else None
        return experiments.condition(calls, again, before)

    def _partly(self, exercise: Exercise, trace: Trace, passed: Collection[str]) -> Partly | None:
        """What gives the same in most of the checks that fail, two at least, and what is right in all that pass."""
        right = self._rehearsals.right(exercise)
        if right is None:
            return None
        off = {check for check in trace if check not in passed and not same(trace[check], right.trace.get(check))}
        fine = trace.keys() - off
        raising = {check for check in off if ends_otherwise(trace[check], right.trace.get(check, []))}
        calls = self._calls(exercise, trace, passed)

        def fits(other: Trace) -> bool:
            alike = {check for check in off if same(trace[check], other.get(check))}
            told = {check for check in alike if _differs_by_a_value(trace[check], right.trace.get(check, []))}
            some = raising - alike
            if some and told and alike == off - some:  # all but what ends with an exception, up to there
                if not all(same_until_it_ends(trace[check], other.get(check, [])) for check in some):
                    return False
            elif len(told) < 2 or 2 * len(alike) <= len(off):
                return False
            return all(same(other.get(c), right.trace.get(c)) or same(trace[c], other.get(c)) for c in fine)

        rest = experiments.raised(calls) if raising else ""
        for known in self._rehearsals.known(exercise, right.trace):
            if fits(known.trace) or self._is_all_there(known, trace, right.trace):
                return Partly(known.misconception, rest)
        found = fitting(
            right.solution,
            calls,
            lambda variant: fits(self._rehearsals.trace_of(exercise, variant.key, variant.solution)),
            most_first=1,
        )
        return Partly(found, rest) if found else None

    @staticmethod
    def _is_all_there(known: Known, trace: Trace, right: Trace) -> bool:
        """Whether the answer gives the same in every check in which a mistake shows, by numbers enough."""
        shows = known.shows & trace.keys()
        if not all(same(trace[check], known.trace[check]) for check in shows):
            return False
        told = [check for check in shows if _differs_by_a_value(trace[check], right[check])]
        numbers = [floats_in(entry[0]) for check in told for entry in trace[check] if isinstance(entry, tuple)]
        return sum(numbers) >= ENOUGH

    def _calls(self, exercise: Exercise, trace: Trace, passed: Collection[str]) -> list[Call]:
        """What the calls gave, each beside what is right."""
        right = self._rehearsals.right(exercise)
        found: list[Call] = []
        if right is None:
            return found
        for check, mine in trace.items():
            asked, arguments, gave = (known.get(check, []) for known in (right.asked, right.arguments, right.trace))
            for one, given, right_one, mine_one in zip(asked, arguments, gave, mine, strict=False):
                found.append(Call(one.given, right_one, mine_one, arguments=given, passed=check in passed))
        return found


def _changes_arguments(trace: Trace) -> bool:
    return any(isinstance(entry, tuple) and entry[1] is not None for given in trace.values() for entry in given)


def _part(trace: Trace, other: Trace) -> Trace:
    """The trace of the checks that another has."""
    return {name: trace[name] for name in other if name in trace}


def _differing(mine: list[list[Any]], other: list[list[Any]] | None) -> set[int]:
    """The places of the results that are not the same in all calls."""
    if other is None or len(other) != len(mine):
        return set(range(len(mine)))
    return {place for place, pair in enumerate(zip(mine, other, strict=True)) if not same(*pair)}


def _differs_by_a_value(mine: list[Any], right: list[Any]) -> bool:
    """Whether calls gave a value that is not the right one: an exception says too little of why it was raised."""
    return any(says_something(one) and not same(one, other) for one, other in itertools.zip_longest(mine, right))
