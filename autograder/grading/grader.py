"""Grades one submission: runs its cells and its checks, then assesses each exercise.

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
from autograder.language import gettext, speaking
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission
from autograder.model.verdict import CheckVerdict, ExerciseResult, SubmissionResult
from autograder.session.cells import Incidents
from autograder.session.connection import OutOfTime
from autograder.session.session import Session
from autograder.session.transport import JailTransport

from .assessment import MAX_STRIKES, Assessment
from .checks import exercise_of, seed_of, solution
from .items import Checked, Outcome, is_bonus, run, verdict_of


class Grader:
    """Grades submissions of one problem set with its collected checks, `items`."""

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
        for mine in self.items.values():
            mine.sort(key=is_bonus)  # last, so that what they take of the time costs the other checks nothing
        self.rehearsals = Rehearsals(misconceptions, self.rehearse, problem_set, self._solution)
        self.diagnosis = Diagnosis(self.rehearsals)
        self._finder = Finder(problem_set, self.rehearsals.asked, self._solution)
        self._follow_through = FollowThrough(problem_set, _solutions_folder(items), frozenset(self.items))

    def grade(self, submission: Submission, jail: Jail) -> SubmissionResult:
        """Return the result of a submission, in the language of its course."""
        with speaking(self.limits.language):
            return self._grade(submission, jail)

    def _grade(self, submission: Submission, jail: Jail) -> SubmissionResult:
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
            checked: dict[str, tuple[Checked, Incidents, bool]] = {}
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
                    result,
                    incidents=[*noted, *more],
                    cacheable=result.cacheable and holds and still_holds,
                    troubles=noted | more,
                )
        finally:
            session.close()
        if not in_time:
            limit = f"{self.limits.submission_seconds:g}"
            incidents[gettext("The notebook and its checks were stopped after {limit} s.", limit=limit)] = "time"
        return SubmissionResult(
            self.problem_set,
            submission.repairs,
            session.outputs,
            list(incidents),
            cacheable and in_time,
            list(found.values()),
            troubles=incidents,
        )

    def _checked(self, exercise: Exercise, session: Session, in_time: bool) -> tuple[Checked, bool]:
        """Run the checks of an exercise; return their results and whether there is still time."""
        session.turn_to(exercise)
        checks: list[CheckVerdict] = []
        parts: dict[str, Mapping[str, bool]] = {}
        trace: Trace = {}
        places: dict[str, tuple[str, int, int]] = {}
        not_begun = undefined = 0
        for item in self.items.get(exercise.name, []):
            no_time = gettext("not tried: the time for the notebook was used up")
            not_tried = "" if in_time else no_time
            if session.strikes >= MAX_STRIKES:
                not_tried = gettext(
                    "not tried: {count} checks before ran out of time or ended the program", count=MAX_STRIKES
                )
            if not not_tried:
                try:
                    session.begin(seed_of(item))
                except OutOfTime:
                    in_time = False
                    not_tried = no_time
            if not_tried:
                checks.append(verdict_of(item, False, not_tried))
                continue
            try:
                outcome = run(item, session.student())
            except OutOfTime:
                in_time = False
                outcome = Outcome(False, gettext("stopped: the time for the notebook was used up"))
            not_begun += outcome.not_begun
            undefined += outcome.undefined
            why = outcome.reason
            if outcome.imprecise:
                why = gettext("only as exact as float32: {how}", how=outcome.imprecise)
            if why and session.last_call and not outcome.not_begun:
                why = gettext("{reason} — for {call}", reason=why, call=session.last_call)
            if outcome.place:
                places[item.name] = outcome.place
            checks.append(
                replace(
                    verdict_of(item, outcome.passed, why), imprecise=bool(outcome.imprecise), trouble=outcome.trouble
                )
            )
            trace[item.name] = session.trace
            parts[item.name] = outcome.parts
        begun = not checks or not_begun < len(checks)
        struck = session.strikes >= MAX_STRIKES
        no_name = 0 < undefined == len(checks)
        forbidden = list(session.forbidden)
        return Checked(exercise, checks, parts, trace, forbidden, begun, struck, no_name, places), in_time

    def passes(self, exercise: Exercise, session: Session) -> bool:
        """Return whether all checks of the exercise pass with full precision; stop at the first that does not."""
        session.turn_to(exercise)
        for item in self.items.get(exercise.name, []):
            session.begin(seed_of(item))
            outcome = run(item, session.student())
            if not outcome.passed or outcome.imprecise:
                return False
        return True

    def rehearse(self, exercise: Exercise, session: Session, note: Callable[[], Any] | None = None) -> dict[str, Any]:
        """Run the checks of an exercise; return by check the value of `note()`, by default the session's trace."""
        session.turn_to(exercise)
        found = {}
        for item in self.items.get(exercise.name, []):
            session.begin(seed_of(item))
            run(item, session.student())
            found[item.name] = note() if note else session.trace
        return found

    def _solution(self, exercise: Exercise) -> dict[str, Any] | None:
        """Return the names of the course's solution; None if the solutions are not on this machine."""
        try:
            return dict(vars(solution(self.items[exercise.name][0].path)))
        except pytest.fail.Exception:
            return None


def _solutions_folder(items: Sequence[pytest.Item]) -> Path:
    """Return solutions/<ps> for checks in tests/hidden/<ps>."""
    hidden = items[0].path.parent if items else Path()
    return hidden.parent.parent.parent / "solutions" / hidden.name
