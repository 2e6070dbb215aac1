"""Explains a wrong answer by the misconception whose calls give the same results.

Each misconception runs once through the same checks as a submission, in this process, and its trace is kept. It
explains a wrong answer if all calls of the answer gave the same, within rounding; if several do, the one with the
nearest numbers is chosen. If none explains the answer alone, two may: each shows in checks in which the other gives
the right results. If two do not either, the outputs are compared with those of the course's own solution
(`experiments`), and with those of its variants (`variants`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from autograder.authoring import Misconception
from autograder.course import staff_module
from autograder.model.submission import Exercise
from autograder.session.session import Session

from . import experiments
from .again import asking, calling
from .explanations import Besides, Both, CutOff, Explanation, Partly, Twofold, has_share
from .numbers import differs_by_numbers
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
"""The number of equal floating-point numbers that rules out a coincidence."""


def load(path: Path) -> list[Misconception]:
    """Return the misconceptions in a file that staff wrote; none if there is no such file.

    Raises:
        AutograderError: the file cannot be run.
    """
    if not path.is_file():
        return []
    module = staff_module.load(path, f"autograder_misconceptions_{path.parent.name}")
    return [item.misconception for item in vars(module).values() if hasattr(item, "misconception")]


class Diagnosis:
    """Explains wrong answers to the exercises of one problem set.

    Args:
        rehearsals: the traces of the solutions and misconceptions.
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
        """Return what explains all results of the student's calls, or most of them; None if nothing does.

        Args:
            exercise: the graded exercise.
            trace: the results of the student's calls.
            failing: the failing property checks, with their points; they may fail independently of the values.
            passed: the names of the passing checks.
            holding: the property checks that pass, even if a misconception would fail them.
            session: a session with the student's code, if their function can be called again.
            before: the name of the earlier explanation, if it cannot.
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
            return self._varied(exercise, trace, passed) or self._relation(exercise, values, session, before)
        found: Explanation | None = self._generic(exercise, trace, passed)
        if failing and not (found and has_share(found)):
            found = self._beside(exercise, self._generic(exercise, values, passed), trace, failing) or found
        if found is None:
            condition = self._condition(exercise, values, passed, session, before)
            found = self._beside(exercise, condition, trace, failing) if failing else None
            found = found or condition
        return found or self._partly(exercise, values, passed) or self._relation(exercise, values, session, before)

    def _known_one(self, exercise: Exercise, trace: Trace) -> Misconception | Both | CutOff | None:
        return self.misconception(exercise, trace) or self.both(exercise, trace) or self.cut_off(exercise, trace)

    def _beside(
        self,
        exercise: Exercise,
        values: Misconception | Both | CutOff | Twofold | LeftOut | Variant | experiments.Generic | None,
        trace: Trace,
        failing: Mapping[str, float],
    ) -> Besides | None:
        """Return what explains all values, together with the property checks that fail independently of them."""
        if values is None or not has_share(values):
            return None
        alone = [values.first, values.second] if isinstance(values, Both) else [values]
        traces = [self._rehearsals.trace(exercise, one) for one in alone if isinstance(one, Misconception)]
        own = {name for name in failing if any(same(trace.get(name), other.get(name)) for other in traces)}
        return Besides(values, sum(points for name, points in failing.items() if name not in own))

    def misconception(self, exercise: Exercise, trace: Trace) -> Misconception | None:
        """Return the misconception whose calls all gave what the student's gave; the nearest if there are several."""
        if not any(says_something(entry) for given in trace.values() for entry in given):
            return None
        fitting = [
            known
            for known in self._rehearsals.misconceptions(exercise)
            if same(trace, _part(self._rehearsals.trace(exercise, known), trace))
        ]
        right = self._rehearsals.right(exercise) if fitting else None
        if right and same(trace, _part(right.trace, trace)):
            return None  # the cause of the lost points does not show in the calls
        return min(
            fitting, key=lambda known: apart(trace, _part(self._rehearsals.trace(exercise, known), trace)), default=None
        )

    def both(self, exercise: Exercise, trace: Trace) -> Both | None:
        """Return the first two misconceptions that explain all calls together.

        In each check the calls gave what one misconception gives where the other gives the right results, and what both
        give everywhere else. So each must show alone, by a value, in some check; if both show in different ways in the
        same check, it is not known what they would give together.
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
        """Return the first two misconceptions of which one gives some of several results and the other the rest."""
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
        """Return the misconception that gives the same values, if only the student's lack a graph, as in NumPy code."""
        right = self._rehearsals.right(exercise)
        if right is None or not any(says_something(entry) for given in trace.values() for entry in given):
            return None
        if same_but_for_the_graph(trace, _part(right.trace, trace)) or _changes_arguments(right.trace):
            return None  # a tensor that is changed in place is a leaf, in no graph
        for known in self._rehearsals.misconceptions(exercise):
            if same_but_for_the_graph(trace, _part(self._rehearsals.trace(exercise, known), trace)):
                return CutOff(known)
        return None

    def nearest(self, exercise: Exercise, trace: Trace) -> tuple[str, float]:
        """Return the misconception that most calls agree with, and their share; "" and 0 if there are none."""
        trace = self._rehearsals.seen_of(exercise, trace)
        shares = {
            known.name: agreeing(trace, self._rehearsals.trace(exercise, known))
            for known in self._rehearsals.misconceptions(exercise)
        }
        return max(shares.items(), key=lambda item: item[1], default=("", 0.0))

    def _generic(
        self, exercise: Exercise, trace: Trace, passed: Collection[str]
    ) -> LeftOut | Variant | Twofold | CutOff | experiments.Generic | None:
        """Return the rule, or the variant of the solution, that explains the outputs."""
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
        """Return the variant of the solution, or of a known mistake, that gives what the calls gave."""
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
            first = f"{known.name}/"
            alone = self._rehearsals.trace(exercise, known)
            if found := fitting(known.solution, calls, partial(fits, first=first), is_mistaken=True):
                both = self._rehearsals.trace_of(exercise, f"{first}{found.key}", found.solution)
                if differs_by_numbers(_part(both, trace), alone):  # NaN alone does not tell one mistake from another
                    return Twofold(known, found)
        return None

    def _is_seen(self, exercise: Exercise, trace: Trace, passed: Collection[str]) -> bool:
        """Return whether each failing check has a call whose result is visibly wrong.

        If one has none, it compares more strictly than this module, or something other than results: then it is not
        known what is right.
        """
        shows = {check: False for check in trace if check not in passed}
        for check in shows:
            shows[check] = any(map(shows_a_mistake, self._calls(exercise, {check: trace[check]}, passed)))
        return all(shows.values())

    def _condition(
        self, exercise: Exercise, trace: Trace, passed: Collection[str], session: Session | None, before: str
    ) -> experiments.Generic | None:
        """Return the condition under which the answer is wrong, confirmed on the student's function if possible."""
        right = self._rehearsals.right(exercise)
        if right is None or not callable(right.solution):
            return None
        calls = self._calls(exercise, trace, passed)
        if found := experiments.raises_where(calls):
            return found
        again = calling(session, exercise, right.solution) if session else None
        return experiments.condition(calls, again, before)

    def _relation(
        self, exercise: Exercise, trace: Trace, session: Session | None, before: str
    ) -> experiments.Generic | None:
        """Return what should be so whatever the arguments are, and is not so for the student's function."""
        right = self._rehearsals.right(exercise)
        if right is None or not callable(right.solution):
            return None
        student = asking(session, exercise) if session else None
        return experiments.relation(
            self._calls(exercise, trace, ()), experiments.asking(right.solution), student, before
        )

    def _partly(self, exercise: Exercise, trace: Trace, passed: Collection[str]) -> Partly | None:
        """Return what explains most of the failing checks, at least two, and agrees with all passing ones."""
        right = self._rehearsals.right(exercise)
        if right is None:
            return None
        off = {check for check in trace if check not in passed and not same(trace[check], right.trace.get(check))}
        fine = trace.keys() - off
        raising = {check for check in off if ends_otherwise(trace[check], right.trace.get(check, []))}
        calls = self._calls(exercise, trace, passed)

        def fits(other: Trace, differs: Callable[[list[Any], list[Any]], bool] = _differs_by_a_value) -> bool:
            alike = {check for check in off if same(trace[check], other.get(check))}
            told = {check for check in alike if differs(trace[check], right.trace.get(check, []))}
            some = raising - alike
            if some and told and alike == off - some:  # all but the checks that end with an exception
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
            lambda variant: fits(
                self._rehearsals.trace_of(exercise, variant.key, variant.solution),
                lambda mine, other: _differs_by_a_value(mine, other) and differs_by_numbers({"": mine}, {"": other}),
            ),
            most_first=1,
        )
        return Partly(found, rest) if found else None

    @staticmethod
    def _is_all_there(known: Known, trace: Trace, right: Trace) -> bool:
        """Return whether the answer agrees in every check in which a mistake shows, by enough numbers."""
        shows = known.shows & trace.keys()
        if not all(same(trace[check], known.trace[check]) for check in shows):
            return False
        told = [check for check in shows if _differs_by_a_value(trace[check], right[check])]
        numbers = [floats_in(entry[0]) for check in told for entry in trace[check] if isinstance(entry, tuple)]
        return sum(numbers) >= ENOUGH

    def _calls(self, exercise: Exercise, trace: Trace, passed: Collection[str]) -> list[Call]:
        """Return the calls, each with its result and the right one."""
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
    """Return the part of a trace for the checks that are also in `other`."""
    return {name: trace[name] for name in other if name in trace}


def _differing(mine: list[list[Any]], other: list[list[Any]] | None) -> set[int]:
    """Return the positions of the results that are not the same in all calls."""
    if other is None or len(other) != len(mine):
        return set(range(len(mine)))
    return {place for place, pair in enumerate(zip(mine, other, strict=True)) if not same(*pair)}


def _differs_by_a_value(mine: list[Any], right: list[Any]) -> bool:
    """Return whether calls gave a wrong value: an exception alone says too little about its cause."""
    return any(says_something(one) and not same(one, other) for one, other in itertools.zip_longest(mine, right))
