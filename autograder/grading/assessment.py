"""Computes an exercise's result from its checks: forbidden calls, follow-through, misconceptions, repairs, points."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

import pytest
from msgspec.structs import replace

from autograder.authoring import Misconception
from autograder.counterexample.finder import Finder
from autograder.diagnosis import traces
from autograder.diagnosis.explanations import Explanation, OnceItRuns, explains, is_known, is_whole
from autograder.diagnosis.follow_through import FollowThrough
from autograder.diagnosis.misconceptions import Diagnosis
from autograder.diagnosis.repair import Repaired, TooMuch, redefined, repair, running
from autograder.diagnosis.traces import Trace
from autograder.language import all_of, as_sentence, gettext
from autograder.model.submission import Exercise
from autograder.model.verdict import (
    CheckVerdict,
    Example,
    ExerciseResult,
    ExerciseVerdict,
    Quality,
    SmallChanges,
    own,
    quality_of,
)
from autograder.session.connection import OutOfTime
from autograder.session.session import Session

from . import marks
from .checks import seed_of
from .items import Checked, is_property, run, verdict_of

MAX_STRIKES = 3
"""Number of checks that time out or end the program, after which an exercise's other checks are skipped."""
REPAIR_SECONDS = 1.0
"""Limit of processor time for one call of a changed answer, in seconds."""
SEARCH_SECONDS = 60.0
"""Limit of wall-clock time for all changes of one exercise, in seconds; answers that train a network are slow."""


class Assessment:
    """Computes the results of one submission's exercises after all of their checks have run.

    Args:
        items: the checks, by exercise.
        diagnosis: explains wrong answers by the results of their calls.
        follow_through: knows which exercises each solution calls.
        finder: finds example calls for exercises that lost points.
        session: the student's session.
        qualities: the quality of each exercise that is not graded again, by name.
    """

    def __init__(
        self,
        items: Mapping[str, Sequence[pytest.Item]],
        diagnosis: Diagnosis,
        follow_through: FollowThrough,
        finder: Finder,
        session: Session,
        qualities: Mapping[str, Quality],
    ) -> None:
        self._items = items
        self._diagnosis = diagnosis
        self._follow_through = follow_through
        self._finder = finder
        self._session = session
        self._cells = session.submission.cells
        self._sources = [cell.source for cell in self._cells]
        self._exercises = {exercise.name: exercise for exercise in session.submission.exercises}
        self._qualities = dict(qualities)
        self._checked: dict[str, tuple[Checked, list[CheckVerdict]]] = {}
        self._repairs: dict[str, Repaired | None] = {}
        """The small changes that make each exercise right, by name, if they have been searched for."""

    def settle(self, checked: Checked) -> ExerciseResult:
        """Return the result of an exercise; the exercises before it must have been settled."""
        found = self._settled(checked)
        self._qualities[found.verdict.name] = quality_of(found.verdict)
        return found

    def explain_anew(self, exercise: Exercise, found: ExerciseResult) -> ExerciseResult:
        """Return an earlier result with its hint determined again."""
        trace = traces.from_bytes(found.trace)
        before = found.verdict.misconception
        explanation = self._explanation(exercise, trace, marks.telling(found.verdict.checks), before=before)
        found = self._marked(found, exercise, *explanation)
        self._qualities[exercise.name] = quality_of(found.verdict)
        return found

    def _settled(self, checked: Checked) -> ExerciseResult:
        exercise, checks = checked.exercise, checked.checks
        max_points = sum(item.max_points for item in own(checks))
        none = ExerciseVerdict(
            exercise.name,
            "graded",
            0,
            max_points,
            checks,
            max_bonus=sum(item.max_points for item in checks if item.bonus),
        )
        if not checked.begun:
            note = gettext("This exercise is not written yet.")
            return ExerciseResult(replace(none, status="not begun", note=note), [], True)
        if refused := marks.refused(exercise, checked.forbidden, self._sources):
            note = gettext("{sentence}. It earns no points this way.", sentence=refused)
            return ExerciseResult(replace(none, status="forbidden", note=note), [], True)
        if cause := _one_cause(checked):
            checks = [replace(check, reason="") if check.reason == cause else check for check in checks]
            return ExerciseResult(replace(none, checks=checks, note=as_sentence(cause)), [], True)
        properties = self._properties(exercise)
        followed = checked.checks if exercise.at_cell else self._followed(checked)
        checks = marks.counted(marks.by_part(followed, properties, checked.parts), properties)
        mine, told = own(checks), marks.telling(checks)
        self._checked[exercise.name] = checked, mine
        points, bonus = sum(item.points for item in mine), sum(item.points for item in checks if item.bonus)
        verdict = replace(none, points=points, checks=checks, bonus=bonus)
        found = ExerciseResult(verdict, [], True, places=dict(checked.places))
        if exercise.at_cell or all(check.earned if check.bonus else check.flawless for check in checks):
            return found
        trace = {check.name: checked.trace[check.name] for check in told if check.name in checked.trace}
        known, nearest, agreeing = self._explanation(exercise, trace, told, None if checked.struck else self._session)
        if not is_known(known):
            try:
                mended = self._repair(exercise)
                found = replace(found, repaired=mended.found if mended else None)
                is_without_points = told == mine and not any(check.points for check in mine)
                if not mended and not explains(known) and not checked.struck and is_without_points:
                    found, known, trace = self._once_it_runs(found, exercise, trace, known)
            except OutOfTime:
                found = replace(found, cacheable=False)
        found = replace(found, trace=traces.to_bytes(trace))
        found = replace(found, verdict=replace(found.verdict, example=self._example(checked, checks, known)))
        return self._marked(found, exercise, known, nearest, agreeing)

    def _example(self, checked: Checked, checks: Sequence[CheckVerdict], known: Explanation | None) -> Example | None:
        """Return a call on which the student's function gives a wrong result, to paste; None if there is none."""
        properties = self._properties(checked.exercise)
        failing = [check.name for check in checks if not check.flawless and (check.counted or not check.passed)]
        if checked.struck or not failing:
            return None
        failing.sort(key=properties.__contains__)
        known = known if isinstance(known, Misconception) else None
        try:
            return self._finder.find(checked.exercise, failing, self._session, known)
        except OutOfTime:
            return None
        except Exception:  # the student's results are untrusted: they may cost an example, but never the run
            traceback.print_exc()
            return None

    def _marked(
        self, found: ExerciseResult, exercise: Exercise, known: Explanation | None, nearest: str, agreeing: float
    ) -> ExerciseResult:
        """Return the result with the points that its mistake costs, and with its hint."""
        repaired = Repaired(found.repaired) if found.repaired and not is_known(known) else None
        if found.repaired and found.repaired.explained:
            repaired = None
            known = OnceItRuns(Repaired(found.repaired), known) if is_whole(known) else None
        verdict = marks.marked(found.verdict, known, repaired, self._properties(exercise), found.places)
        return replace(found, verdict=verdict, nearest=nearest, agreeing=agreeing)

    def _properties(self, exercise: Exercise) -> frozenset[str]:
        return frozenset(item.name for item in self._items.get(exercise.name, []) if is_property(item))

    def _explanation(
        self,
        exercise: Exercise,
        trace: Trace,
        checks: Sequence[CheckVerdict],
        session: Session | None = None,
        before: str = "",
    ) -> tuple[Explanation | None, str, float]:
        """Return the explanation of a trace; without one, also the nearest misconception and its share of the calls.

        The function can be called again in `session`; without one, the earlier explanation `before` is trusted.
        """
        known, nearest, agreeing = None, "", 0.0
        properties = self._properties(exercise)
        failing = {item.name: item.max_points for item in checks if item.name in properties and not item.passed}
        passed = {item.name for item in checks if item.passed and not item.follows}
        holding = passed & properties
        try:
            known = self._diagnosis.explain(exercise, trace, failing, passed, holding, session, before)
            if not explains(known):
                nearest, agreeing = self._diagnosis.nearest(exercise, trace)
        except Exception:  # the student's results are untrusted: they may cost a hint, but never the run
            traceback.print_exc()
        return known, nearest, agreeing

    # --- follow-through from other exercises --------------------------------------------------------------------------

    def _followed(self, checked: Checked) -> list[CheckVerdict]:
        """Return the checks; those that fail only by a mistake in another exercise, where it costs, are passed."""
        exercise, checks = checked.exercise, checked.checks
        if checked.struck or all(check.flawless for check in checks):
            return checks
        anew = self._defined_anew(exercise)
        wrong = self._wrong_upstream(exercise, anew)
        if not wrong:
            return checks
        found = {check.name: check for check in checks}
        known = frozenset(name for name in wrong - anew if self._qualities.get(name) == "known mistake")
        # An exception can follow only from a known mistake, and only if values show that the rest is right.
        for others, is_partly_right in ((wrong, False), (known, True)) if known else ((wrong, False),):
            if is_partly_right and not marks.is_half_right(list(found.values()), self._properties(exercise)):
                break
            for item in self._items[exercise.name]:
                check, called = found[item.name], list[str]()
                if not check.flawless and check.name in checked.trace:
                    with suppress(OutOfTime):
                        trace = checked.trace[check.name]
                        called = self._follows_from(exercise, others, item, trace, is_partly_right)
                if called:
                    names = all_of(called)
                    if anew.isdisjoint(called):
                        reason = gettext("follows from {names}, where the mistake costs", names=names)
                    else:
                        reason = gettext("follows from {names}, as it is defined anew here", names=names)
                    points = check.max_points
                    found[check.name] = replace(
                        check, passed=True, points=points, reason=reason, follows=True, imprecise=False
                    )
        return list(found.values())

    def _upstream(self, exercise: Exercise) -> frozenset[str]:
        """Return the exercises that this one may call, in the student's version."""
        return self._follow_through.upstream(exercise.name) - exercise.replaced.keys()

    def _with_upstream(self, names: Iterable[str]) -> set[str]:
        """Return these exercises and all that they may call, directly or indirectly."""
        found: set[str] = set()
        waiting = [name for name in names if name in self._exercises]
        while waiting:
            found.add(name := waiting.pop())
            waiting += (self._upstream(self._exercises[name]) & self._exercises.keys()) - found
        return found

    def _defined_anew(self, exercise: Exercise) -> frozenset[str]:
        """Return the upstream exercises that are redefined in a cell after the point where they are graded."""
        names = self._upstream(exercise) & self._exercises.keys()
        graded_at = {name: self._exercises[name].graded_at for name in names}
        return frozenset(name for name, number in graded_at.items() if number and redefined(self._cells, name, number))

    def _wrong_upstream(self, exercise: Exercise, anew: frozenset[str]) -> frozenset[str]:
        """Return the upstream exercises in which the student has a mistake."""
        return frozenset(
            name
            for name in self._upstream(exercise)
            if (
                self._is_partly_right(exercise, self._exercises[name])
                if name in anew
                else self._qualities.get(name) in ("wrong", "known mistake")
            )
        )

    def _is_partly_right(self, exercise: Exercise, other: Exercise) -> bool:
        """Return whether the value of `other` where `exercise` is graded has a mistake, but is worth points."""
        self._session.turn_to(exercise)
        checks, trace = [], {}
        with suppress(OutOfTime), self._session.trial(REPAIR_SECONDS):
            for item in self._items.get(other.name, []):
                if self._session.strikes < MAX_STRIKES:
                    self._session.begin(seed_of(item))
                    checks.append(verdict_of(item, run(item, self._session.student()).passed))
                    trace[item.name] = self._session.trace
        properties = self._properties(other)
        passed = [check.passed for check in checks if check.name not in properties]
        if all(passed) or any(passed):
            return not all(passed)
        known = self._explanation(other, trace, checks)[0]
        if isinstance(known, Misconception):
            return known.costs != "all"
        with suppress(OutOfTime):
            return self._changes(other, exercise, checks) is not None
        return False

    def _follows_from(
        self,
        exercise: Exercise,
        wrong: frozenset[str],
        item: pytest.Item,
        trace: list[object],
        is_partly_right: bool,
    ) -> list[str]:
        """Return the exercises among `wrong` that explain what a check recorded; empty if they do not explain it."""
        self._session.turn_to(exercise)
        run_on = partial(_run_on, item)
        if called := self._follow_through.follows(
            exercise, wrong, self._session, seed_of(item), run_on, trace, is_partly_right
        ):
            return called
        for name in sorted(self._with_upstream(wrong) & self._checked.keys()):
            mended = self._repair(self._exercises[name])
            with suppress(TooMuch):
                if mended and mended.whole and self._tries(exercise, exercise)(item.name, mended.source):
                    return [name]
        return []

    # --- small changes ------------------------------------------------------------------------------------------------

    def _repair(self, exercise: Exercise) -> Repaired | None:
        """Return the small changes that make a checked exercise right; None if there are none.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        if exercise.name not in self._repairs:
            checked, checks = self._checked[exercise.name]
            self._repairs[exercise.name] = None if checked.struck else self._changes(exercise, exercise, checks)
        return self._repairs[exercise.name]

    def _changes(self, exercise: Exercise, where: Exercise, checks: Sequence[CheckVerdict]) -> Repaired | None:
        """Return the small changes that correct an exercise's version graded at `where`; None if there are none."""
        properties = self._properties(exercise)
        if all(check.passed for check in checks if check.name not in properties):
            return None
        passes, most = self._tries(exercise, where), self._session.limits.changes
        try:
            return repair(self._cells, exercise, checks, properties, passes, most)
        except Exception:  # the student's code is untrusted: it may cost a hint, but never the run
            traceback.print_exc()
            return None

    def _once_it_runs(
        self, found: ExerciseResult, exercise: Exercise, trace: Trace, known: Explanation | None
    ) -> tuple[ExerciseResult, Explanation | None, Trace]:
        """Return the result with the change that makes the answer run and whose explanation costs least.

        The explanation and trace of the changed code are returned too; without such a change what was given.
        """
        passes, max_points = self._tries(exercise, exercise), found.verdict.max_points
        best: tuple[ExerciseResult, Explanation | None, Trace] = found, known, trace
        cost = math.inf
        try:
            for change, changed in running(self._cells, exercise, self._session.limits.changes):
                checks, given = [], {}
                for item in self._items[exercise.name]:
                    if item.name in trace:  # not those of bonus points
                        checks.append(verdict_of(item, passes(item.name, changed)))
                        given[item.name] = self._session.trace
                known = self._explanation(exercise, given, checks)[0]
                if is_whole(known) and known.cost(max_points) < cost:
                    points = sum(check.points for check in checks)
                    best = replace(found, repaired=SmallChanges([change], points, False, True)), known, given
                    cost = known.cost(max_points)
                    if is_known(known) and cost < max_points:
                        break
        except (TooMuch, OutOfTime):
            pass
        except Exception:  # the student's code is untrusted: it may cost a hint, but never the run
            traceback.print_exc()
        return best

    def _tries(self, exercise: Exercise, where: Exercise) -> Callable[[str, str], bool]:
        """Return a function that tells whether a check passes with changed definitions that keep to the vocabulary.

        It raises TooMuch after `MAX_STRIKES` strikes or `SEARCH_SECONDS`.
        """
        items = {item.name: item for item in self._items[exercise.name]}
        session = self._session
        session.turn_to(where)
        ends = time.monotonic() + SEARCH_SECONDS

        def passes(name: str, changed: str) -> bool:
            session.forbidden.clear()
            with session.trial(REPAIR_SECONDS):
                session.begin(seed_of(items[name]), changed)
                passed = run(items[name], session.student()).passed
            if session.strikes >= MAX_STRIKES or time.monotonic() > ends:
                raise TooMuch
            return passed and not marks.refused(exercise, session.forbidden, [*self._sources, changed])

        return passes


def _one_cause(checked: Checked) -> str:
    """Return the reason shared by all checks if the name is undefined, to show it once above them; otherwise ""."""
    reasons = {check.reason for check in checked.checks}
    return reasons.pop() if len(reasons) == 1 and checked.undefined else ""


def _run_on(item: pytest.Item, session: Session) -> None:
    """Run a check on a session to record the results of its calls."""
    run(item, session.student())
