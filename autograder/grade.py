"""Grades a class: submissions in, verdicts, nbgrader's gradebook, graded notebooks and feedback out."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
from msgspec.structs import replace

from autograder.course import config, nbgrader, release
from autograder.course.config import Course
from autograder.course.release import Release
from autograder.errors import AutograderError
from autograder.feedback import graded_notebook, page
from autograder.feedback.changes import Change, between
from autograder.gradebook.recorder import Recorder
from autograder.grading import cache_keys
from autograder.grading.cache_keys import CacheKeys
from autograder.grading.intake import HandedIn, Prepared, find, prepare
from autograder.jail import bubblewrap
from autograder.jail.jail import SandboxLimits
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.submission import Submission
from autograder.model.verdict import Graded, Row, SubmissionResult, Verdict, row_of
from autograder.results import folders
from autograder.results.log import Log
from autograder.results.store import Store
from autograder.workers.pool import Grades, Pool, cores

_encode = msgspec.msgpack.Encoder().encode


@dataclass
class Outcome:
    """What a run did: a row for each graded submission, and what could not be graded, a line each."""

    root: Path
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unchanged: int = 0
    """Submissions whose results stood there already."""
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
    pool_of: Callable[..., AbstractContextManager[Grades[Any]]] = Pool,
    started: Callable[[int], None] = lambda total: None,
    advanced: Callable[[Row | None], None] = lambda row: None,
) -> Outcome:
    """Grade what stands in `root`/submitted; what was graded before and has not changed is left as it is.

    Ctrl-C finishes the submissions that are under way and keeps them; a second one ends at once.

    Args:
        root: the course's folder.
        problem_sets: their names; all by default.
        students: only these.
        jobs: worker processes; one a core by default.
        confined: False gives up the jail.
        fresh: grade everything again, whatever was found before.
        dry_run: write no result, only say what would change; what is found is kept for the run that writes.
        pool_of: makes what grades them, from the course folder, both kinds of limits and the number of jobs:
            `workers.pool.Pool` on this machine, `workers.cluster.Cluster` on many.
        started: called with the number of submissions.
        advanced: called with each row, or None for a submission that could not be graded.

    Raises:
        AutograderError: nothing can be graded at all.
    """
    course = config.load(root)
    names = config.chosen(course, problem_sets)
    if confined:
        bubblewrap.refuse_if_visible(root)
    releases = {name: release.load(root, name) for name in names}  # not built: refused before anything is done
    waiting = [item for item in find(root / nbgrader.SUBMITTED, names) if not students or item.student in students]
    started(len(waiting))
    outcome = Outcome(root)
    if not waiting:
        return outcome
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(Store(folders.store(root)))
        recorder = None
        if not dry_run:
            recorder = stack.enter_context(Recorder(nbgrader.database(root, course.gradebook), course))
        stopped = stack.enter_context(stoppable())
        log = stack.enter_context(Log(root)) if not dry_run else None
        run = _Run(root, course, releases, recorder, store, fresh, stopped, outcome, advanced, log)
        for sandbox_limits, group in _by_sandbox_limits(course, names, confined).items():
            mine = [item for item in waiting if item.problem_set in group]
            session_limits = {name: session_limits_of(course.limits_of(name)) for name in group}
            with pool_of(root, session_limits, sandbox_limits, min(jobs or cores(), len(mine) or 1)) as pool:
                run.grade(
                    mine, pool, {name: CacheKeys(root, name, session_limits[name], sandbox_limits) for name in group}
                )
        outcome.stopped = stopped()
    outcome.rows.sort(key=lambda row: (row.problem_set, row.student))
    return outcome


def _by_sandbox_limits(course: Course, names: Sequence[str], confined: bool) -> dict[SandboxLimits, list[str]]:
    groups: dict[SandboxLimits, list[str]] = {}
    for name in names:
        groups.setdefault(sandbox_limits_of(course.limits_of(name), confined), []).append(name)
    return groups


_Waiting = tuple[Prepared, SubmissionResult | None]
"""A submission that is being graded, and what is kept of it from before."""


class _Run:
    """What one run holds open, and the way of one submission through it."""

    def __init__(
        self,
        root: Path,
        course: Course,
        releases: Mapping[str, Release],
        recorder: Recorder | None,
        store: Store,
        fresh: bool,
        stopped: Callable[[], bool],
        outcome: Outcome,
        advanced: Callable[[Row | None], None],
        log: Log | None,
    ) -> None:
        self.root, self.course, self.releases = root, course, releases
        self.recorder, self.store = recorder, store
        self.fresh, self.stopped, self.outcome, self.advanced, self.log = fresh, stopped, outcome, advanced, log
        self.recorded = {} if fresh else store.recorded()
        self.in_gradebook = recorder.submissions() if recorder else set()
        self.keys: dict[str, CacheKeys] = {}
        self.around: dict[str, bytes] = {}

    def grade(self, waiting: Sequence[HandedIn], pool: Grades[_Waiting], mine: Mapping[str, CacheKeys]) -> None:
        """Grade the submissions of problem sets that share a pool."""
        for name, known in mine.items():
            self.keys[name] = known
            self.around[name] = around(self.root, known, self.releases[name])
        for (item, kept), found in pool.grade(self._missing(waiting)):
            if isinstance(found, AutograderError):
                self._refuse(item.handed_in, f"{item.handed_in.folder}: {found}")
            else:
                self._keep(item, self._completed(item, kept, found).graded())

    def _missing(self, waiting: Sequence[HandedIn]) -> Iterator[tuple[_Waiting, Submission]]:
        """What must be graded, of each submission the exercises that were not; all else is settled on the way."""
        for number, handed_in in enumerate(waiting):
            if self.stopped():
                self.outcome.left += len(waiting) - number
                return
            name = handed_in.problem_set
            try:
                item = prepare(handed_in, self.releases[name], self.course.limits_of(name).notebook_mb << 20)
            except AutograderError as error:
                self._refuse(handed_in, str(error))
                continue
            if row := self._standing(item):
                self.outcome.unchanged += 1
                self._done(row)
                continue
            kept = None if self.fresh else self.store.find(item.submission, self.keys[name])
            known = {result.verdict.name for result in kept.exercises} if kept else set()
            rest = [exercise for exercise in item.submission.exercises if exercise.name not in known]
            if kept and not rest:
                self._keep(item, kept.graded())
            else:
                yield (
                    (item, kept),
                    replace(item.submission, exercises=rest, stale_hints=kept.stale_hints if kept else []),
                )

    def _completed(self, item: Prepared, kept: SubmissionResult | None, found: SubmissionResult) -> SubmissionResult:
        """What was found now, with what was kept from before; kept in its turn."""
        if kept:
            results = {result.verdict.name: result for result in [*kept.exercises, *found.exercises]}
            ordered = [results[exercise.name] for exercise in item.submission.exercises]
            found = replace(kept, exercises=ordered, cacheable=found.cacheable)
        self.store.keep(item.submission, self.keys[item.handed_in.problem_set], found)
        if not kept:
            self.store.set_seconds(item.handed_in.problem_set, item.handed_in.student, found.seconds)
        return found

    def _keep(self, item: Prepared, graded: Graded) -> None:
        """Write all that comes of one submission; the gradebook last: a row there means that the files stand."""
        student, name = item.handed_in.student, item.handed_in.problem_set
        ours = self.releases[name]
        verdict = replace(graded.verdict, student=student)
        if self.recorder is None:
            self.outcome.changes += between(self._verdict(student, name), verdict)
            self._done(row_of(verdict))
            return
        _compare_points(ours, verdict)
        notebook = graded_notebook.make(item.repaired, ours, graded)
        folder = folders.autograded(self.root, student, name)
        folders.write(folder / f"{name}.ipynb", graded_notebook.to_json(notebook))
        html = page.render(self.course, item.repaired, ours, verdict, notebook)
        target = folders.feedback(self.root, student, name)
        folders.write(target, html.encode())
        # By these nbgrader's exchange leads feedback back; its generate_feedback takes them from autograded/.
        for file, text in (("timestamp.txt", item.timestamp), ("submission_secret.txt", item.secret)):
            if text:
                folders.write(folder / file, text.encode())
                folders.write(target.with_name(file), text.encode())
        folders.write_verdict(self.root, verdict)
        self.recorder.register(ours)
        self.recorder.record(student, name, notebook, item.timestamp)
        self.store.set_recorded(name, student, self._state(item))
        if self.log:
            self.log.graded(verdict)
        self._done(row_of(verdict))

    def _standing(self, item: Prepared) -> Row | None:
        """The row of a submission whose results all stand there, made from what is there now."""
        student, name = item.handed_in.student, item.handed_in.problem_set
        if (name, student) not in self.in_gradebook or self.recorded.get((name, student)) != self._state(item):
            return None
        notebook = folders.autograded(self.root, student, name) / f"{name}.ipynb"
        if not notebook.is_file() or not folders.feedback(self.root, student, name).is_file():
            return None
        found = self._verdict(student, name)
        return row_of(found) if found else None

    def _verdict(self, student: str, name: str) -> Verdict | None:
        """The verdict that stands there, if there is one of this version."""
        try:
            return folders.read_verdict(self.root, student, name)
        except (OSError, msgspec.MsgspecError):
            return None

    def _state(self, item: Prepared) -> bytes:
        return state(self.around[item.handed_in.problem_set], item)

    def _refuse(self, handed_in: HandedIn, problem: str) -> None:
        self.outcome.problems.append(problem)
        if self.log:
            self.log.note("refused", handed_in.problem_set, handed_in.student, problem)
        self.advanced(None)

    def _done(self, row: Row) -> None:
        self.outcome.rows.append(row)
        self.advanced(row)


def around(root: Path, known: CacheKeys, ours: Release) -> bytes:
    """All but the submission itself that results of a problem set are made from."""
    # Not where the gradebook is: moving it changes no result, and what was given by hand is not to be read again. Nor
    # when the exchange is looked at and feedback handed on.
    arrival = {"feedback_on_arrival", "gradings_a_day"}
    beside: Any = {"gradebook": True, **dict.fromkeys(arrival, True), "problem_sets": {"__all__": arrival}}
    course = config.load(root).model_dump_json(exclude=beside)
    return cache_keys.digest(known.all(), course.encode(), ours.path.read_bytes())


def state(surroundings: bytes, item: Prepared) -> bytes:
    """All that the results of a submission are made from."""
    mine = _encode((item.submission, item.repaired.cells, item.timestamp, item.secret))
    return cache_keys.digest(surroundings, mine)


def _compare_points(ours: Release, verdict: Verdict) -> None:
    released = {exercise.name: exercise.points for exercise in ours.exercises}
    given = {exercise.name: exercise.max_points for exercise in verdict.exercises}
    if released != given:
        wrong = next(name for name in sorted(released) if released[name] != given.get(name))
        raise AutograderError(
            f"{ours.path}: {wrong} is released with {released[wrong]:g} points, its checks give"
            f" {given.get(wrong, 0):g}; run: autograder build {ours.problem_set}"
        )


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
