"""Grades a class: submissions in, verdicts, nbgrader's gradebook, graded notebooks and feedback out."""

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
from autograder.errors import AutograderError, RunError, in_a_line, traceback_of, writable
from autograder.feedback.changes import Change, between
from autograder.gradebook.connection import submissions
from autograder.gradebook.recorder import Recorder
from autograder.grading.intake import HandedIn, Prepared, find
from autograder.grading.setup import GradingSetup, by_jail, setup_of
from autograder.jail import bubblewrap
from autograder.jail.cores import cores
from autograder.lms import roster
from autograder.model.submission import Submission
from autograder.model.verdict import Row, SubmissionResult, Verdict, quality_of, row_of
from autograder.results import folders, overlooked
from autograder.results.freshness import Freshness
from autograder.results.log import Log
from autograder.results.run_lock import held
from autograder.results.store import Store
from autograder.results.writer import ResultWriter
from autograder.workers.pool import Pool, SubmissionGrader


@dataclass
class Outcome:
    """What a run did: a row for each graded submission, and what could not be graded, a line each."""

    root: Path
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What is not taken as it was meant, a line each; whoever is named by a time was graded all the same."""
    unchanged: int = 0
    """Submissions whose results were up to date."""
    changes: list[Change] = field(default_factory=list)
    """Of a dry run: what would change."""
    left: int = 0
    """Submissions that were not begun, since the run was stopped."""
    stopped: bool = False
    """Whether Ctrl-C was pressed, even where nothing is left."""

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdicts, by problem set and student, read from their files: there may be many."""
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
) -> Outcome:
    """Grade what is in `root`/submitted; what was graded before and has not changed is left as it is.

    Ctrl-C finishes the submissions that are under way and keeps them; a second one ends at once.

    Args:
        root: the course's folder.
        problem_sets: their names; all by default.
        students: only these.
        jobs: worker processes; one for each core by default.
        confined: False grades without the jail.
        fresh: grade everything again, whatever was found before.
        dry_run: write no result, only say what would change; what is found is cached for the run that writes.
        wait: wait where another run grades in this folder, in place of the error.
        pool_of: makes what grades them, from the course folder, both kinds of limits and the number of jobs:
            `workers.pool.Pool` on this machine, `workers.cluster.Cluster` on many.
        started: called with the number of submissions.
        advanced: called with each row, or None for a submission that could not be graded.

    Raises:
        AutograderError: nothing can be graded at all, or another run grades in this folder.
    """
    course = config.load(root)
    names = config.chosen(course, problem_sets)
    if confined:
        bubblewrap.refuse_if_visible(root)
    setups = {name: setup_of(root, course, name, confined=confined) for name in names}
    waiting = [item for item in find(root / nbgrader.SUBMITTED, names) if not students or item.student in students]
    started(len(waiting))
    outcome = Outcome(root)
    outcome.notices += overlooked.lines(root / nbgrader.SUBMITTED, course, names, students or ())
    if not waiting:
        return outcome
    with ExitStack() as stack:
        stack.enter_context(held(root, "grade", "another run of autograder grade", wait=wait))
        store = stack.enter_context(Store(folders.store(root)))
        recorder = log = None
        if not dry_run:
            recorder = stack.enter_context(Recorder(nbgrader.database(root, course.gradebook), course))
            log = stack.enter_context(Log(root))
        stopped = stack.enter_context(stoppable())
        known = Freshness(root, {} if fresh else store.fingerprints(), submissions(root, course))
        writer = ResultWriter(root, course, store, recorder, log)
        run = _Run(setups, known, None if fresh else store, writer, log, dry_run, stopped, outcome, advanced)
        for sandbox_limits, session_limits in by_jail(setups.values()):
            mine = [item for item in waiting if item.problem_set in session_limits]
            with pool_of(root, session_limits, sandbox_limits, min(jobs or cores(), len(mine) or 1)) as pool:
                run.grade(mine, pool)
        if recorder:
            _name_students(root, recorder, outcome)
        outcome.stopped = stopped()
    outcome.rows.sort(key=lambda row: (row.problem_set, row.student))
    return outcome


def _name_students(root: Path, recorder: Recorder, outcome: Outcome) -> None:
    """Give the students in the gradebook the names of roster.csv, which formgrader shows."""
    try:
        people = roster.of_course(root, None)
    except AutograderError as error:  # nobody's score hangs on it
        outcome.notices.append(str(error))
        return
    if people:
        known = {row.student: person for row in outcome.rows if (person := people.listed(row.student))} | people.people
        recorder.name_students(
            {name: (one.first_name, one.last_name, one.email, one.lms_id) for name, one in known.items()}
        )


_Waiting = tuple[Prepared, SubmissionResult | None]
"""A submission that is being graded, and what is cached of it."""


@dataclass
class _Run:
    """What one run holds open, and the way of one submission through it; `store` is None where all is graded anew.

    Whatever goes wrong on this way, expected or not, costs that submission and no other.
    """

    setups: Mapping[str, GradingSetup]
    freshness: Freshness
    store: Store | None
    writer: ResultWriter
    log: Log | None
    dry_run: bool
    stopped: Callable[[], bool]
    outcome: Outcome
    advanced: Callable[[Row | None], None]

    def grade(self, waiting: Sequence[HandedIn], pool: SubmissionGrader[_Waiting]) -> None:
        """Grade the submissions of problem sets that share a pool."""
        for (item, cached), result in pool.grade(self._to_grade(waiting)):
            with self._barrier(item.handed_in):
                if isinstance(result, AutograderError):
                    raise AutograderError(f"{item.handed_in.folder}: {result}") from result
                self._keep(item, self.writer.cache(self._setup(item), item, result, cached))

    def _to_grade(self, waiting: Sequence[HandedIn]) -> Iterator[tuple[_Waiting, Submission]]:
        """What the pool must grade: of each submission the exercises that are not cached; the others are settled."""
        for number, handed_in in enumerate(waiting):
            if self.stopped():
                self.outcome.left += len(waiting) - number
                return
            left = None
            with self._barrier(handed_in):
                left = self._left_to_grade(handed_in)
            if left:  # outside of the barrier: what goes wrong in the pool is no submission's fault
                yield left

    def _left_to_grade(self, handed_in: HandedIn) -> tuple[_Waiting, Submission] | None:
        """What the pool must grade of one submission; None where it is settled."""
        setup = self.setups[handed_in.problem_set]
        item = setup.prepare(handed_in)
        if self.freshness.state(setup, item) == "graded":
            self.outcome.unchanged += 1
            self._done(row_of(folders.read_verdict(setup.root, handed_in.student, handed_in.problem_set)))
            return None
        cached = self.store.find(item.submission, setup.keys) if self.store else None
        known = {exercise.verdict.name for exercise in cached.exercises} if cached else set()
        rest = [exercise for exercise in item.submission.exercises if exercise.name not in known]
        if cached and not rest:
            self._keep(item, cached)
            return None
        stale_hints = cached.stale_hints if cached else []
        qualities = {one.verdict.name: quality_of(one.verdict) for one in cached.exercises} if cached else {}
        return (item, cached), replace(item.submission, exercises=rest, stale_hints=stale_hints, known=qualities)

    def _keep(self, item: Prepared, result: SubmissionResult) -> None:
        """Write what comes of one submission, or say what would change."""
        setup, student = self._setup(item), item.handed_in.student
        if self.dry_run:
            verdict = replace(result.graded(setup.course.known_mistakes).verdict, student=student)
            self.outcome.changes += between(folders.verdict_if_any(setup.root, student, setup.problem_set), verdict)
        else:
            verdict = self.writer.write_results(setup, item, result)
        self._done(row_of(verdict))

    def _setup(self, item: Prepared) -> GradingSetup:
        return self.setups[item.handed_in.problem_set]

    @contextlib.contextmanager
    def _barrier(self, handed_in: HandedIn) -> Iterator[None]:
        """What goes wrong in the block is said of the submission, in one line, and the run goes on."""
        try:
            yield
        except RunError:
            raise
        except Exception as error:
            line = str(error)
            if not isinstance(error, AutograderError):
                line = writable(f"{handed_in.folder}: cannot be graded: {in_a_line(error)}; see: autograder logs")
            self.outcome.problems.append(line)
            if self.log:
                self.log.note("refused", handed_in.problem_set, handed_in.student, line, traceback_of(error))
            self.advanced(None)

    def _done(self, row: Row) -> None:
        self.outcome.rows.append(row)
        self.advanced(row)


@contextlib.contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed in the block; a second one ends it at once."""
    pressed = False

    def press(number: int, frame: FrameType | None) -> Any:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, before)

    try:
        before = signal.signal(signal.SIGINT, press)
    except ValueError:  # not in the main thread, where Ctrl-C does not come
        yield lambda: False
        return
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
