"""What the checks of one exercise come to: refused calls, what follows from another exercise, the mistake, the mark."""

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
from autograder.diagnosis.explanations import Explanation, OnceItRuns, is_known, is_whole
from autograder.diagnosis.follow_through import FollowThrough
from autograder.diagnosis.misconceptions import Diagnosis
from autograder.diagnosis.repair import Repaired, TooMuch, redefined, repair, running
from autograder.diagnosis.traces import Trace
from autograder.jail.inside.wire import HIDDEN
from autograder.model.submission import Exercise
from autograder.model.verdict import (
    CheckVerdict,
    Example,
    ExerciseResult,
    ExerciseVerdict,
    Quality,
    SmallChanges,
    quality_of,
)
from autograder.notebook.rules import insides, listed, outside
from autograder.session.connection import OutOfTime
from autograder.session.remote import Student
from autograder.session.session import UNDEFINED, Session

from . import marks
from .checks import seed_of
from .items import Checked, is_property, run, verdict_of

MAX_STRIKES = 3
"""After so many checks that ran out of time or ended the program, the exercise's others are not tried."""
REPAIR_SECONDS = 1.0
"""Of processor time, for one call of a changed answer."""
SEARCH_SECONDS = 60.0
"""By the clock, for all changes of one exercise: answers that train a network take seconds for each."""


class Assessment:
    """Settles what the exercises of one submission earn, once the checks of all of them have been run.

    Args:
        items: the checks by exercise.
        diagnosis: explains wrong answers by what they gave.
        follow_through: knows which exercises are written with which.
        finder: finds a call to paste for what lost points.
        session: the student's.
        qualities: how good exercises are that are not graded again.
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
        self._mended: dict[str, Repaired | None] = {}
        """By exercise, the small changes that make it right, where they have been looked for."""

    def settle(self, checked: Checked) -> ExerciseResult:
        """The result of an exercise; those before it have been settled."""
        found = self._settled(checked)
        self._qualities[found.verdict.name] = quality_of(found.verdict)
        return found

    def explain_anew(self, exercise: Exercise, found: ExerciseResult) -> ExerciseResult:
        """What was found before, with the hint that it is given now."""
        trace = traces.from_bytes(found.trace)
        before = found.verdict.misconception
        explanation = self._explanation(exercise, trace, found.verdict.checks, before=before)
        found = self._marked(found, exercise, *explanation)
        self._qualities[exercise.name] = quality_of(found.verdict)
        return found

    def _settled(self, checked: Checked) -> ExerciseResult:
        exercise, checks = checked.exercise, checked.checks
        max_points = sum(item.max_points for item in checks)
        if not checked.begun:
            note = "This exercise is not written yet."
            return ExerciseResult(ExerciseVerdict(exercise.name, "not begun", 0, max_points, checks, note), [], True)
        if refused := _refused(exercise, checked.forbidden, self._sources):
            note = f"{exercise.name} {refused}. It earns no points this way."
            return ExerciseResult(ExerciseVerdict(exercise.name, "forbidden", 0, max_points, checks, note), [], True)
        if cause := _one_cause(checks):
            checks = [replace(check, reason="") if check.reason == cause else check for check in checks]
            note = f"{cause[:1].upper()}{cause[1:]}."
            return ExerciseResult(ExerciseVerdict(exercise.name, "graded", 0, max_points, checks, note), [], True)
        properties = self._properties(exercise)
        checks = marks.counted(marks.by_part(self._followed(checked), properties, checked.parts), properties)
        self._checked[exercise.name] = checked, checks
        points = sum(item.points for item in checks)
        found = ExerciseResult(ExerciseVerdict(exercise.name, "graded", points, max_points, checks), [], True)
        if all(check.flawless for check in checks):
            return found
        known, nearest, agreeing = self._explanation(
            exercise, checked.trace, checks, None if checked.struck else self._session
        )
        trace = checked.trace
        if not is_known(known):
            try:
                mended = self._repair(exercise)
                found = replace(found, repaired=mended.found if mended else None)
                if not mended and not known and not checked.struck and not any(check.points for check in checks):
                    found, known, trace = self._once_it_runs(found, exercise, trace)
            except OutOfTime:
                found = replace(found, cacheable=False)
        found = replace(found, trace=traces.to_bytes(trace))
        found = replace(found, verdict=replace(found.verdict, example=self._example(checked, checks, known)))
        return self._marked(found, exercise, known, nearest, agreeing)

    def _example(self, checked: Checked, checks: Sequence[CheckVerdict], known: Explanation | None) -> Example | None:
        """A call to paste on which the student's function gives something else than what is right."""
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
        except Exception:  # what the answer gives is the student's: it may cost an example, never the run
            traceback.print_exc()
            return None

    def _marked(
        self, found: ExerciseResult, exercise: Exercise, known: Explanation | None, nearest: str, agreeing: float
    ) -> ExerciseResult:
        """The result with what its mistake costs and the hint for it."""
        repaired = Repaired(found.repaired) if found.repaired and not is_known(known) else None
        if found.repaired and found.repaired.explained:
            repaired = None
            known = OnceItRuns(Repaired(found.repaired), known) if is_whole(known) else None
        verdict = marks.marked(found.verdict, known, repaired, self._properties(exercise))
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
        """What explains a trace; else the misconception that is nearest, and how near.

        In a `session` the function may be called again; where there is none, what explained it `before` is believed.
        """
        known, nearest, agreeing = None, "", 0.0
        properties = self._properties(exercise)
        failing = {item.name: item.max_points for item in checks if item.name in properties and not item.passed}
        passed = {item.name for item in checks if item.passed and not item.follows}
        holding = passed & properties
        try:
            known = self._diagnosis.explain(exercise, trace, failing, passed, holding, session, before)
            if not known:
                nearest, agreeing = self._diagnosis.nearest(exercise, trace)
        except Exception:  # what an answer gave is the student's: it may cost a hint, never the run
            traceback.print_exc()
        return known, nearest, agreeing

    # --- what follows from another exercise ---------------------------------------------------------------------------

    def _followed(self, checked: Checked) -> list[CheckVerdict]:
        """The checks, with those passed that fail for nothing but a mistake in another exercise, which costs there."""
        exercise, checks = checked.exercise, checked.checks
        if checked.struck or all(check.flawless for check in checks):
            return checks
        anew = self._defined_anew(exercise)
        wrong = self._wrong_upstream(exercise, anew)
        if not wrong:
            return checks
        found = {check.name: check for check in checks}
        known = frozenset(name for name in wrong - anew if self._qualities.get(name) == "known mistake")
        # An exception follows from a known mistake alone, and where values show that the rest is right.
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
                    why = "where the mistake costs" if anew.isdisjoint(called) else "as it is defined anew here"
                    reason = f"follows from {' and '.join(called)}, {why}"
                    points = check.max_points
                    found[check.name] = replace(
                        check, passed=True, points=points, reason=reason, follows=True, imprecise=False
                    )
        return list(found.values())

    def _upstream(self, exercise: Exercise) -> frozenset[str]:
        """The exercises that this one may be written with, as the student has them."""
        return self._follow_through.upstream(exercise.name) - exercise.replaced.keys()

    def _with_upstream(self, names: Iterable[str]) -> set[str]:
        """These exercises, those that they are written with, those that these are written with, and so on."""
        found: set[str] = set()
        waiting = [name for name in names if name in self._exercises]
        while waiting:
            found.add(name := waiting.pop())
            waiting += (self._upstream(self._exercises[name]) & self._exercises.keys()) - found
        return found

    def _defined_anew(self, exercise: Exercise) -> frozenset[str]:
        """Those of them that are defined once more below where they are graded."""
        names = self._upstream(exercise) & self._exercises.keys()
        graded_at = {name: self._exercises[name].graded_at for name in names}
        return frozenset(name for name, number in graded_at.items() if number and redefined(self._cells, name, number))

    def _wrong_upstream(self, exercise: Exercise, anew: frozenset[str]) -> frozenset[str]:
        """Those of them in which the student has a mistake."""
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
        """Whether what `other` is bound to where `exercise` is graded has a mistake, and is of some worth."""
        self._session.turn_to(exercise)
        checks, trace = [], {}
        with suppress(OutOfTime), self._session.trial(REPAIR_SECONDS):
            for item in self._items.get(other.name, []):
                if self._session.strikes < MAX_STRIKES:
                    self._session.begin(seed_of(item))
                    checks.append(verdict_of(item, run(item, Student(self._session)).passed))
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
        """The exercises, of those that are `wrong`, from which follows what a check saw; none where it does not."""
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
        """The small changes that make an exercise right that has been checked, where there are such.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        if exercise.name not in self._mended:
            checked, checks = self._checked[exercise.name]
            self._mended[exercise.name] = None if checked.struck else self._changes(exercise, exercise, checks)
        return self._mended[exercise.name]

    def _changes(self, exercise: Exercise, where: Exercise, checks: Sequence[CheckVerdict]) -> Repaired | None:
        """The small changes that make right what an exercise is bound to where another one is graded, or itself."""
        properties = self._properties(exercise)
        if all(check.passed for check in checks if check.name not in properties):
            return None
        passes, most = self._tries(exercise, where), self._session.limits.changes
        try:
            return repair(self._cells, exercise, checks, properties, passes, most)
        except Exception:  # the code is the student's: it may cost a hint, never the run
            traceback.print_exc()
            return None

    def _once_it_runs(
        self, found: ExerciseResult, exercise: Exercise, trace: Trace
    ) -> tuple[ExerciseResult, Explanation | None, Trace]:
        """With the change that gives a result where there is none, and what explains the results then at least cost."""
        passes, max_points = self._tries(exercise, exercise), found.verdict.max_points
        best: tuple[ExerciseResult, Explanation | None, Trace] = found, None, trace
        cost = math.inf
        try:
            for change, changed in running(self._cells, exercise, self._session.limits.changes):
                checks, given = [], {}
                for item in self._items[exercise.name]:
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
        except Exception:  # the code is the student's: it may cost a hint, never the run
            traceback.print_exc()
        return best

    def _tries(self, exercise: Exercise, where: Exercise) -> Callable[[str, str], bool]:
        """Whether a check passes with changed definitions, which are held to the vocabulary as well."""
        items = {item.name: item for item in self._items[exercise.name]}
        session = self._session
        session.turn_to(where)
        ends = time.monotonic() + SEARCH_SECONDS

        def passes(name: str, changed: str) -> bool:
            session.forbidden.clear()
            with session.trial(REPAIR_SECONDS):
                session.begin(seed_of(items[name]), changed)
                passed = run(items[name], Student(session)).passed
            if session.strikes >= MAX_STRIKES or time.monotonic() > ends:
                raise TooMuch
            return passed and not _refused(exercise, session.forbidden, [*self._sources, changed])

        return passes


def _one_cause(checks: Sequence[CheckVerdict]) -> str:
    """The reason of all checks where it is that the name is not there: told once, above them."""
    reasons = {check.reason for check in checks}
    return reasons.pop() if len(reasons) == 1 and checks[0].reason.startswith(UNDEFINED) else ""


def _run_on(item: pytest.Item, session: Session) -> None:
    """Run a check on a session, for what its calls give."""
    run(item, Student(session))


def _refused(exercise: Exercise, called: Sequence[str], sources: Sequence[str]) -> str:
    """What of an exercise's vocabulary is not kept, as the rest of a sentence; empty where all is well."""
    if exercise.vocabulary.everything:
        return ""
    hidden = [name for name in called if name.startswith(HIDDEN)]
    called = [name for name in called if name not in hidden]
    if uses := outside(sources, exercise.name, exercise.vocabulary, exercise.elsewhere):
        return f"must not call {listed(uses)}: it is not in the vocabulary of this exercise, write out what it does"
    if called:
        names = ", ".join(sorted(called)[:5])
        return f"must not call {names}: it is not in the vocabulary of this exercise, write out what it does"
    if hiding := insides(sources):
        return f"cannot be graded beside {', '.join(sorted(hiding)[:5])}, which may hide what it calls: take that out"
    if hidden:
        how = hidden[0].removeprefix(HIDDEN)[:100]
        return f"cannot be graded: something in the notebook hides from the grader what it calls ({how}); take that out"
    return ""
