"""One submission to one result: its cells are run, then the checks, then each exercise is assessed.

Runs inside the worker's pytest session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from autograder.authoring import Misconception
from autograder.counterexample.finder import Finder
from autograder.diagnosis.follow_through import FollowThrough
from autograder.diagnosis.misconceptions import Diagnosis
from autograder.diagnosis.rehearsal import Rehearsals
from autograder.diagnosis.traces import Trace
from autograder.jail.jail import Jail
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission
from autograder.model.verdict import CheckVerdict, ExerciseResult, SubmissionResult
from autograder.session.connection import OutOfTime
from autograder.session.remote import Student
from autograder.session.session import Session
from autograder.session.transport import JailTransport

from .assessment import MAX_STRIKES, Assessment
from .checks import exercise_of, seed_of, solution
from .items import Checked, Outcome, run, verdict_of

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
        self.rehearsals = Rehearsals(misconceptions, self.rehearse, problem_set, self._solution)
        self.diagnosis = Diagnosis(self.rehearsals)
        self._finder = Finder(problem_set, self.rehearsals.asked, self._solution)
        self._follow_through = FollowThrough(problem_set, _solutions_folder(items), frozenset(self.items))

    def grade(self, submission: Submission, jail: Jail) -> SubmissionResult:
        """What is found of one submission."""
        session = Session(JailTransport(jail), submission, self.limits)
        stale_hints = {result.verdict.name: result for result in submission.stale_hints}
        to_check = [exercise for exercise in submission.exercises if exercise.name not in stale_hints]
        in_time = True
        found: dict[str, ExerciseResult] = {}
        try:
            try:
                if to_check:
                    session.run()
            except OutOfTime:
                in_time = False
            incidents, cacheable = session.drain_incidents()
            checked: dict[str, tuple[Checked, list[str], bool]] = {}
            for exercise in to_check:
                one, in_time = self._checked(exercise, session, in_time)
                checked[exercise.name] = (one, *session.drain_incidents())
            assessment = Assessment(
                self.items, self.diagnosis, self._follow_through, self._finder, session, submission.known
            )
            for exercise in submission.exercises:
                name = exercise.name
                if name in stale_hints:
                    found[name] = assessment.explain_anew(exercise, stale_hints[name])
                    continue
                one, noted, holds = checked[name]
                result = assessment.settle(one)
                more, still_holds = session.drain_incidents()
                found[name] = replace(
                    result, incidents=[*noted, *more], cacheable=result.cacheable and holds and still_holds
                )
        finally:
            session.close()
        if not in_time:
            limit = f"{self.limits.submission_seconds:g}"
            incidents.append(f"The notebook and its checks were stopped after {limit} s.")
        return SubmissionResult(
            self.problem_set,
            submission.repairs,
            session.outputs,
            incidents,
            cacheable and in_time,
            list(found.values()),
        )

    def _checked(self, exercise: Exercise, session: Session, in_time: bool) -> tuple[Checked, bool]:
        """The exercise with its checks run, and whether there is still time."""
        session.turn_to(exercise)
        checks: list[CheckVerdict] = []
        parts: dict[str, Mapping[str, bool]] = {}
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
                checks.append(verdict_of(item, False, not_tried))
                continue
            try:
                outcome = run(item, Student(session))
            except OutOfTime:
                in_time = False
                outcome = Outcome(False, f"stopped: {_NO_TIME}")
            not_begun += outcome.not_begun
            why = f"only as exact as float32: {outcome.imprecise}" if outcome.imprecise else outcome.reason
            if why and session.last_call and not outcome.not_begun:
                why = f"{why} — for {session.last_call}"
            checks.append(replace(verdict_of(item, outcome.passed, why), imprecise=bool(outcome.imprecise)))
            trace[item.name] = session.trace
            parts[item.name] = outcome.parts
        begun = not checks or not_begun < len(checks)
        struck = session.strikes >= MAX_STRIKES
        return Checked(exercise, checks, parts, trace, list(session.forbidden), begun, struck), in_time

    def passes(self, exercise: Exercise, session: Session) -> bool:
        """Whether all checks of the exercise pass in the session, exactly; they end at the first that fails."""
        session.turn_to(exercise)
        for item in self.items.get(exercise.name, []):
            session.begin(seed_of(item))
            outcome = run(item, Student(session))
            if not outcome.passed or outcome.imprecise:
                return False
        return True

    def rehearse(self, exercise: Exercise, session: Session, note: Callable[[], Any] | None = None) -> dict[str, Any]:
        """What `note` gives after each check, by its name: the session's trace where there is none."""
        session.turn_to(exercise)
        found = {}
        for item in self.items.get(exercise.name, []):
            session.begin(seed_of(item))
            run(item, Student(session))
            found[item.name] = note() if note else session.trace
        return found

    def _solution(self, exercise: Exercise) -> dict[str, Any] | None:
        """The course's own; None where it was left at home, as in what is uploaded elsewhere."""
        try:
            return dict(vars(solution(self.items[exercise.name][0].path)))
        except pytest.fail.Exception:
            return None


def _solutions_folder(items: Sequence[pytest.Item]) -> Path:
    """The folder of the solutions that the checks are for: tests/hidden/<ps> and solutions/<ps> stand side by side."""
    hidden = items[0].path.parent if items else Path()
    return hidden.parent.parent.parent / "solutions" / hidden.name
