"""One submission to one verdict: cells, checks, rules, diagnosis. Runs inside the worker's pytest session."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from autograder.authoring import Misconception
from autograder.authoring.precision import imprecision_noted
from autograder.diagnosis import traces
from autograder.diagnosis.follow_through import FollowThrough
from autograder.diagnosis.misconceptions import Diagnosis
from autograder.diagnosis.traces import Trace
from autograder.jail.inside.wire import HIDDEN
from autograder.jail.jail import Jail
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission
from autograder.model.verdict import (
    CheckVerdict,
    ExerciseResult,
    ExerciseVerdict,
    Quality,
    SubmissionResult,
    quality_of,
)
from autograder.notebook.rules import insides, listed, outside
from autograder.session.connection import OutOfTime
from autograder.session.remote import Student
from autograder.session.session import Session
from autograder.session.transport import JailTransport

from . import marks, pytest_private
from .checks import STUDENT, exercise_of, reason, seed_for, seed_of, solution

MAX_STRIKES = 3
"""After so many checks that ran out of time or ended the program, the exercise's others are not tried."""

_NO_TIME = "the time for the notebook was used up"


class Grader:
    """Grades submissions of one problem set with its collected checks."""

    def __init__(
        self,
        problem_set: str,
        items: Sequence[pytest.Item],
        misconceptions: Sequence[Misconception],
        limits: SessionLimits,
    ) -> None:
        self.problem_set = problem_set
        self.limits = limits
        self.items: dict[str, list[pytest.Item]] = {}
        for item in items:
            self.items.setdefault(exercise_of(item.path), []).append(item)
        self.follow_through = FollowThrough(problem_set, _solutions_folder(items), frozenset(self.items))
        self.diagnosis = Diagnosis(misconceptions, self.rehearse, problem_set, self._solution)

    def grade(self, submission: Submission, jail: Jail) -> SubmissionResult:
        """What is found of one submission."""
        session = Session(JailTransport(jail), submission, self.limits)
        in_time = True
        exercises: list[ExerciseResult] = []
        qualities = dict(submission.known)
        stale_hints = {result.verdict.name: result for result in submission.stale_hints}
        try:
            try:
                if any(exercise.name not in stale_hints for exercise in submission.exercises):
                    session.run()
            except OutOfTime:
                in_time = False
            incidents, cacheable = session.drain_incidents()
            for exercise in submission.exercises:
                if exercise.name in stale_hints:
                    exercises.append(self._with_new_hint(exercise, stale_hints[exercise.name]))
                    qualities[exercise.name] = quality_of(exercises[-1].verdict)
                    continue
                found, in_time = self._exercise(exercise, session, in_time, qualities)
                qualities[exercise.name] = quality_of(found.verdict)
                incidents_now, cacheable_now = session.drain_incidents()
                exercises.append(replace(found, incidents=incidents_now, cacheable=cacheable_now))
        finally:
            session.close()
        if not in_time:
            limit = f"{self.limits.submission_seconds:g}"
            incidents.append(f"The notebook and its checks were stopped after {limit} s.")
        return SubmissionResult(
            self.problem_set, submission.repairs, session.outputs, incidents, cacheable and in_time, exercises
        )

    def _exercise(
        self, exercise: Exercise, session: Session, in_time: bool, qualities: Mapping[str, Quality] = {}
    ) -> tuple[ExerciseResult, bool]:
        session.turn_to(exercise)
        checks: list[CheckVerdict] = []
        trace: Trace = {}
        not_begun = 0
        for item in self.items.get(exercise.name, []):
            not_tried = "" if in_time else f"not tried: {_NO_TIME}"
            if session.strikes >= MAX_STRIKES:
                not_tried = f"not tried: {MAX_STRIKES} checks before ran out of time or ended the program"
            if not not_tried:
                try:
                    session.begin(seed_of(item))
                except OutOfTime:
                    in_time = False
                    not_tried = f"not tried: {_NO_TIME}"
            if not_tried:
                checks.append(_verdict(item, False, not_tried))
                continue
            notes: list[str] = []
            try:
                with nullcontext(notes) if is_precise(item) else imprecision_noted() as notes:
                    passed, why, stub = _run(item, Student(session))
            except OutOfTime:
                in_time = False
                passed, why, stub = False, f"stopped: {_NO_TIME}", False
            not_begun += stub
            if passed and notes:
                why = f"only as exact as float32: {notes[0]}"
            if why and session.last_call and not stub:
                why = f"{why} — for {session.last_call}"
            checks.append(replace(_verdict(item, passed, why), imprecise=passed and bool(notes)))
            trace[item.name] = session.trace
        begun = not checks or not_begun < len(checks)
        wrong = frozenset(name for name, quality in qualities.items() if quality == "wrong")
        return self._settle(exercise, session, checks, trace, begun, wrong), in_time

    def _settle(
        self,
        exercise: Exercise,
        session: Session,
        checks: list[CheckVerdict],
        trace: Trace,
        begun: bool,
        wrong: frozenset[str],
    ) -> ExerciseResult:
        max_points = sum(item.max_points for item in checks)
        if not begun:
            note = "This exercise is not written yet."
            return ExerciseResult(ExerciseVerdict(exercise.name, "not begun", 0, max_points, checks, note), [], True)
        sources = [cell.source for cell in session.submission.cells]
        if refused := _refused(exercise, session.forbidden, sources):
            note = f"{exercise.name} {refused}. It earns no points this way."
            return ExerciseResult(ExerciseVerdict(exercise.name, "forbidden", 0, max_points, checks, note), [], True)
        checks = self._followed(exercise, session, checks, trace, wrong)
        properties = frozenset(item.name for item in self.items.get(exercise.name, []) if is_property(item))
        checks = marks.counted(checks, properties)
        points = sum(item.points for item in checks)
        found = ExerciseResult(ExerciseVerdict(exercise.name, "graded", points, max_points, checks), [], True)
        if all(check.flawless for check in checks):
            return found
        return self._explained(exercise, replace(found, trace=traces.to_bytes(trace)), trace)

    def _followed(
        self,
        exercise: Exercise,
        session: Session,
        checks: list[CheckVerdict],
        trace: Trace,
        wrong: frozenset[str],
    ) -> list[CheckVerdict]:
        """The checks, with those passed that fail for nothing but a mistake in another exercise, which costs there."""
        upstream = self.follow_through.upstream(exercise.name) & (wrong - exercise.replaced.keys())
        if not upstream or all(check.passed for check in checks):
            return checks
        found = []
        for check, item in zip(checks, self.items[exercise.name], strict=True):
            called: list[str] = []
            if not check.passed and check.name in trace and session.strikes < MAX_STRIKES:
                run = partial(_run_on, item)
                with suppress(OutOfTime):
                    called = self.follow_through.follows(
                        exercise, upstream, session, seed_of(item), run, trace[check.name]
                    )
            if called:
                reason = f"follows from {' and '.join(called)}, where the mistake costs"
                check = replace(check, passed=True, points=check.max_points, reason=reason, follows=True)
            found.append(check)
        return found

    def _with_new_hint(self, exercise: Exercise, found: ExerciseResult) -> ExerciseResult:
        """What was found before, with the hint that it is given now."""
        return self._explained(exercise, found, traces.from_bytes(found.trace))

    def _explained(self, exercise: Exercise, found: ExerciseResult, trace: Trace) -> ExerciseResult:
        known, nearest, agreeing = None, "", 0.0
        try:
            known = self.diagnosis.explain(exercise, trace)
            if not known:
                nearest, agreeing = self.diagnosis.nearest(exercise, trace)
        except Exception:  # what an answer gave is the student's: it may cost a hint, never the run
            traceback.print_exc()
        hint, name = (known.hint, known.name) if known else ("", "")
        verdict = replace(found.verdict, points=sum(check.points for check in found.verdict.checks), mark="")
        verdict = marks.marked(replace(verdict, hint=hint, misconception=name), known)
        return replace(found, verdict=verdict, nearest=nearest, agreeing=agreeing)

    def passes(self, exercise: Exercise, session: Session) -> bool:
        """Whether all checks of the exercise pass in the session; they end at the first that fails."""
        session.turn_to(exercise)
        for item in self.items.get(exercise.name, []):
            session.begin(seed_of(item))
            if not _run(item, Student(session))[0]:
                return False
        return True

    def rehearse(self, exercise: Exercise, session: Session, note: Callable[[], Any] | None = None) -> dict[str, Any]:
        """What `note` gives after each check, by its name: the session's trace where there is none."""
        session.turn_to(exercise)
        found = {}
        for item in self.items.get(exercise.name, []):
            session.begin(seed_of(item))
            _run(item, Student(session))
            found[item.name] = note() if note else session.trace
        return found

    def _solution(self, exercise: Exercise) -> dict[str, Any] | None:
        """The course's own; None where it was left at home, as in what is uploaded elsewhere."""
        try:
            return dict(vars(solution(self.items[exercise.name][0].path)))
        except pytest.fail.Exception:
            return None


def _run_on(item: pytest.Item, session: Session) -> None:
    """Run a check on a session, for what its calls give."""
    _run(item, Student(session))


def _solutions_folder(items: Sequence[pytest.Item]) -> Path:
    """The folder of the solutions that the checks are for: tests/hidden/<ps> and solutions/<ps> stand side by side."""
    hidden = items[0].path.parent if items else Path()
    return hidden.parent.parent.parent / "solutions" / hidden.name


@cache
def points_of(item: pytest.Item) -> float:
    """The points of a check."""
    mark = item.get_closest_marker("check")
    return float(mark.kwargs["points"]) if mark else 0.0


@cache
def is_property(item: pytest.Item) -> bool:
    """Whether a check is about a property, which counts only beside a right result."""
    mark = item.get_closest_marker("check")
    return bool(mark and mark.kwargs.get("property"))


@cache
def is_precise(item: pytest.Item) -> bool:
    """Whether precision is what a check is about."""
    mark = item.get_closest_marker("check")
    return bool(mark and mark.kwargs.get("precise"))


@cache
def sentence_of(item: pytest.Item) -> str:
    """The first line of a check's docstring."""
    text = getattr(item.obj, "__doc__", None) or ""  # type: ignore[attr-defined]
    return str(text).strip().splitlines()[0] if text.strip() else item.name


def _refused(exercise: Exercise, called: Sequence[str], sources: Sequence[str]) -> str:
    """What of an exercise's vocabulary is not kept, as the rest of a sentence; empty where all is well."""
    if exercise.vocabulary.everything:
        return ""
    hidden = [name for name in called if name.startswith(HIDDEN)]
    called = [name for name in called if name not in hidden]
    if uses := outside(sources, exercise.name, exercise.vocabulary, exercise.others):
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


def _run(item: pytest.Item, student: Student) -> tuple[bool, str, bool]:
    """Run one check: whether it passed, the reason where not, and whether the exercise is not begun.

    Raises:
        OutOfTime: the submission's time was used up meanwhile.
    """
    failure = _failure(item, student)
    if failure is None:
        return True, "", False
    if isinstance(failure, OutOfTime):
        raise failure
    return False, reason(failure), isinstance(failure, NotImplementedError)


def _failure(item: pytest.Item, student: Student) -> BaseException | None:
    """What a check raises."""
    if pytest_private.takes_only(item, "student"):
        steps: list[Callable[[], None]] = [lambda: seed_for(item), lambda: pytest_private.call(item, student)]
    else:
        item.config.stash[STUDENT] = student
        pytest_private.renew(item)
        steps = [lambda: pytest_private.set_up_and_run(item), lambda: pytest_private.tear_down(item)]
    failure: BaseException | None = None
    for step in steps:
        try:
            step()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # pytest's own outcomes, as that of pytest.fail, are no Exceptions
            failure = failure or error
    return failure


def _verdict(item: pytest.Item, passed: bool, reason: str) -> CheckVerdict:
    points = points_of(item)
    return CheckVerdict(item.name, sentence_of(item), passed, points if passed else 0.0, points, reason)
