"""Grades a class: reads submissions; writes verdicts, nbgrader's gradebook, graded notebooks and feedback."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from msgspec.structs import replace

from autograder.course import config, nbgrader
from autograder.errors import AutograderError, RunError
from autograder.feedback.changes import Change
from autograder.grading.intake import HandedIn, Prepared, find
from autograder.grading.setup import GradingSetup, by_jail, setup_of
from autograder.jail import bubblewrap
from autograder.jail.cores import cores
from autograder.language.staff import for_staff
from autograder.lms import roster
from autograder.lms.roster import Roster
from autograder.model.submission import Submission
from autograder.model.verdict import Row, SubmissionResult, Verdict, quality_of, row_of
from autograder.results import folders, overlooked
from autograder.results.freshness import Freshness
from autograder.results.run_lock import held
from autograder.results.writer import ResultWriter, opened
from autograder.workers.pool import Pool, SubmissionGrader


@dataclass
class Outcome:
    """The outcome of a run: a row for each graded submission, and a line for each that could not be graded."""

    root: Path
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """A line for each file that is ignored or misread; submissions with invalid timestamps are graded all the same."""
    unchanged: int = 0
    """Number of submissions whose results were up to date."""
    changes: list[Change] = field(default_factory=list)
    """The changes that a dry run would make."""
    left: int = 0
    """Number of submissions that were not started, since the run was stopped."""
    stopped: bool = False
    """Whether Ctrl-C was pressed, even if no submission is left."""

    @property
    def verdicts(self) -> list[Verdict]:
        """Return the verdicts, by problem set and student; they are read from their files, since there may be many."""
        return [folders.read_verdict(self.root, row.student, row.problem_set) for row in self.rows]


def grade(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    students: Sequence[str] | None = None,
    jobs: int | None = None,
    confined: bool = True,
    fresh: bool = False,
    dry_run: bool = False,
    wait: bool = False,
    pool_of: Callable[..., AbstractContextManager[SubmissionGrader[Any]]] = Pool,
    started: Callable[[int], None] = lambda total: None,
    advanced: Callable[[Row | None], None] = lambda row: None,
    begins: Callable[[str], None] = lambda what: None,
    ends: Callable[[str], None] = lambda what: None,
) -> Outcome:
    """Grade the submissions in `root`/submitted; those whose results are up to date are skipped.

    Ctrl-C finishes the submissions in progress and keeps their results; a second one ends the run at once.

    Args:
        root: the course's folder.
        problem_sets: their names; all by default.
        students: the only students to grade; all by default.
        jobs: the number of worker processes; by default one per core.
        confined: False to grade without the jail.
        fresh: grade everything again, ignoring earlier results.
        dry_run: write no results, only report what would change; results are cached for the run that writes.
        wait: wait for another run in this folder instead of raising an error.
        pool_of: creates the grader from the course's folder, both kinds of limits and the number of jobs:
            `workers.pool.Pool` on this machine, `workers.cluster.Cluster` on several.
        started: called with the number of submissions.
        advanced: called with each row, or None for a submission that could not be graded.
        begins: called with student and problem set of each submission that is given to a worker.
        ends: called with the same when its result has come.

    Raises:
        AutograderError: nothing can be graded at all, or another run grades in this folder.
    """
    outcome = Outcome(root)
    people = _roster(root, outcome)
    course = config.load(root)
    names = config.chosen(course, problem_sets)
    if confined:
        bubblewrap.refuse_if_visible(root)
    setups = {name: setup_of(root, course, name, confined=confined) for name in names}
    waiting = [item for item in find(root / nbgrader.SUBMITTED, names) if not students or item.student in students]
    started(len(waiting))
    if waiting:
        with ExitStack() as stack:
            stack.enter_context(held(root, "grade", for_staff("another run of autograder grade"), wait=wait))
            writer = stack.enter_context(opened(root, course, dry_run=dry_run))
            stopped = stack.enter_context(stoppable())
            known = None if fresh else Freshness(root, *writer.written())
            run = _Run(setups, known, writer, stopped, outcome, advanced, begins, ends)
            for sandbox_limits, session_limits in by_jail(setups.values()):
                mine = [item for item in waiting if item.problem_set in session_limits]
                with pool_of(root, session_limits, sandbox_limits, min(jobs or cores(), len(mine) or 1)) as pool:
                    run.grade(mine, pool)
            if people:
                writer.name_students(people.find_by_id)
            outcome.changes += writer.changes
            outcome.stopped = stopped()
    outcome.rows.sort(key=lambda row: (row.problem_set, row.student))
    outcome.notices += overlooked.lines(root / nbgrader.SUBMITTED, course, names, students or ())
    return outcome


def _roster(root: Path, outcome: Outcome) -> Roster | None:
    """Return the course's roster; None, with a notice, if it cannot be read, since names do not affect scores."""
    try:
        return roster.of_course(root, None)
    except AutograderError as error:
        outcome.notices.append(str(error))
        return None


_Waiting = tuple[Prepared, SubmissionResult | None]
"""A submission that is being graded, and its cached result."""


@dataclass
class _Run:
    """The state of one run, and the steps for each submission; `freshness` is None if earlier results are ignored.

    Any error in these steps, expected or not, concerns that submission only.
    """

    setups: Mapping[str, GradingSetup]
    freshness: Freshness | None
    writer: ResultWriter
    stopped: Callable[[], bool]
    outcome: Outcome
    advanced: Callable[[Row | None], None]
    begins: Callable[[str], None]
    ends: Callable[[str], None]

    def grade(self, waiting: Sequence[HandedIn], pool: SubmissionGrader[_Waiting]) -> None:
        """Grade the submissions of problem sets that share a pool."""
        submissions = self._to_grade(waiting)
        for (item, cached), result in pool.grade(submissions):
            self.ends(_name_of(item.handed_in))
            try:
                if isinstance(result, AutograderError):
                    raise AutograderError("{folder}: {result}", folder=item.handed_in.folder, result=result) from result
                setup = self.setups[item.handed_in.problem_set]
                whole = self.writer.cache(setup, item, result, cached)
                verdict = self.writer.write_results(setup, item, whole)
                self._done(row_of(verdict))
            except Exception as error:
                self._refuse(item.handed_in, error)

    def _to_grade(self, waiting: Sequence[HandedIn]) -> Iterator[tuple[_Waiting, Submission]]:
        """Yield the submissions for the pool, without their cached exercises; finish those that need no grading."""
        for number, handed_in in enumerate(waiting):
            if self.stopped():
                self.outcome.left += len(waiting) - number
                return
            try:
                left = self._left_to_grade(handed_in)
            except Exception as error:
                self._refuse(handed_in, error)
                continue
            if isinstance(left, Row):
                self._done(left)
            else:
                self.begins(_name_of(handed_in))
                yield left

    def _left_to_grade(self, handed_in: HandedIn) -> tuple[_Waiting, Submission] | Row:
        """Return a submission for the pool, without its cached exercises; its row if nothing is left to grade."""
        setup = self.setups[handed_in.problem_set]
        item = setup.prepare(handed_in)
        if self.freshness and (verdict := self.freshness.verdict(setup, item)):
            self.outcome.unchanged += 1
            return row_of(verdict)
        cached = self.writer.cached(setup, item) if self.freshness else None
        known = {exercise.verdict.name for exercise in cached.exercises} if cached else set()
        rest = [exercise for exercise in item.submission.exercises if exercise.name not in known]
        if cached and not rest:
            verdict = self.writer.write_results(setup, item, cached)
            return row_of(verdict)
        stale_hints = cached.stale_hints if cached else []
        qualities = {one.verdict.name: quality_of(one.verdict) for one in cached.exercises} if cached else {}
        return (item, cached), replace(item.submission, exercises=rest, stale_hints=stale_hints, known=qualities)

    def _refuse(self, handed_in: HandedIn, error: Exception) -> None:
        """Record an error as one line about the submission; raise it if it concerns the whole run."""
        if isinstance(error, RunError):
            raise error
        self.outcome.problems.append(self.writer.refuse(handed_in, error))
        self.advanced(None)

    def _done(self, row: Row) -> None:
        self.outcome.rows.append(row)
        self.advanced(row)


def _name_of(handed_in: HandedIn) -> str:
    return f"{handed_in.student} {handed_in.problem_set}"


@contextlib.contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether Ctrl-C was pressed in the block; a second one interrupts at once."""
    pressed = False

    def press(number: int, frame: FrameType | None) -> Any:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, before)

    try:
        before = signal.signal(signal.SIGINT, press)
    except ValueError:  # not in the main thread, which alone receives Ctrl-C
        yield lambda: False
        return
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
