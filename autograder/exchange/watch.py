"""Watches nbgrader's exchange: collects and grades new submissions, and releases feedback if the course says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.course import config, nbgrader
from autograder.course.config import Course
from autograder.errors import AutograderError, in_a_line, traceback_of
from autograder.feedback.summary import points_in_words
from autograder.grade import grade, stoppable
from autograder.language.staff import for_staff
from autograder.results import folders, freshness
from autograder.results.log import Log
from autograder.results.run_lock import held

from . import arrivals
from .arrivals import Arrivals
from .nbgrader_exchange import Exchange

_POLL_SECONDS = 0.2
"""The maximum delay until Ctrl-C ends the pause between two rounds."""


@dataclass
class _Watch:
    """The state of a watch that is kept between rounds."""

    root: Path
    exchange: Exchange
    jobs: int | None
    say: Callable[[str], None]
    complain: Callable[[str], None]
    complaints: int = 0
    repeated: set[str] = field(default_factory=set)
    """The errors of the last round, which were reported."""

    def wrong(self, line: str) -> None:
        self.complaints += 1
        self.complain(line)


def watch(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    every: float = 60,
    once: bool = False,
    jobs: int | None = None,
    say: Callable[[str], None],
    complain: Callable[[str], None],
) -> bool:
    """Check the exchange every `every` seconds until Ctrl-C; submissions that are being graded are finished first.

    Args:
        root: the course's folder.
        problem_sets: the names of the problem sets; all that are built by default.
        every: seconds from the end of one round to the next.
        once: whether to run one round only.
        jobs: the number of worker processes; one per core by default.
        say: called with a line for each graded or deferred submission.
        complain: called once with a line for each submission that cannot be collected or graded.

    Returns:
        Whether `complain` was never called.

    Raises:
        AutograderError: course or exchange cannot be used, or another watch is running.
    """
    names = _names(root, problem_sets)
    state = _Watch(root, Exchange(root), jobs, say, complain)
    state.exchange.refuse_if_unsafe()
    with held(root, "watch", for_staff("another autograder watch-exchange")), stoppable() as stopped:
        while True:
            ended = _round(state, names, stopped)
            until = time.monotonic() + every
            while not (once or ended or stopped()) and time.monotonic() < until:
                time.sleep(_POLL_SECONDS)
            if once or ended or stopped():
                return not state.complaints


def _names(root: Path, problem_sets: Sequence[str] | None) -> list[str]:
    names = config.chosen(config.load(root), problem_sets)
    if problem_sets:
        return names
    built = [name for name in names if (root / nbgrader.RELEASE / name / f"{name}.ipynb").is_file()]
    if not built:
        raise AutograderError("{folder}: no release; run: autograder build", folder=root / nbgrader.RELEASE)
    return built


def _round(state: _Watch, names: Sequence[str], stopped: Callable[[], bool]) -> bool:
    """Collect, grade and release once; return whether Ctrl-C was pressed while grading."""
    now_wrong: set[str] = set()
    ended = False
    for name in names:
        if ended or stopped():
            break
        line = ""
        try:
            ended = _one(state, name)
        except AutograderError as error:  # the other problem sets continue, and the next round tries this one again
            line = str(error)
        except Exception as error:
            line = for_staff("{name}: {error}; see autograder logs", name=name, error=in_a_line(error))
            with Log(state.root) as log:
                log.note("failed", name, text=line, trace=traceback_of(error))
        if line:
            if line not in now_wrong | state.repeated:
                state.wrong(line)
            now_wrong.add(line)
    state.repeated = now_wrong
    return ended


def _one(state: _Watch, name: str) -> bool:
    """Do one problem set of a round; return whether Ctrl-C was pressed while grading."""
    course = config.load(state.root)
    known = arrivals.of(state.root)
    known.begin(arrivals.today(course))
    before = msgspec.json.encode(known)
    _collect(state, known, name)
    students = _due(state, course, known, name)
    ended = bool(students) and _grade(state, course, known, name, students)
    _release(state, course, known, name)
    if msgspec.json.encode(known) != before:
        arrivals.keep(state.root, known)
    return ended


def _collect(state: _Watch, known: Arrivals, name: str) -> None:
    refused = list(state.exchange.collect(name).values())
    known.left[name] = refused
    for line in refused:
        if line not in known.reported:
            known.reported.append(line)
            state.wrong(line)
            with Log(state.root) as log:
                log.note("refused", name, text=line)


def _due(state: _Watch, course: Course, known: Arrivals, name: str) -> list[str]:
    """Return the students to grade now: not those refused before, nor those whose daily gradings are used up."""
    due = []
    most = course.gradings_a_day_of(name)
    for student, moment in freshness.arrived(state.root, course, name, known.begun):
        one = f"{name}/{student}"
        if known.refused.get(one) == moment:
            continue
        if known.gradings.get(one, 0) < most:
            due.append(student)
        elif known.deferred.get(one) != moment:
            known.deferred[one] = moment
            line = for_staff(
                "{count} submissions of {student} were graded today; this one is kept for tomorrow",
                count=known.gradings[one],
                student=student,
            )
            state.say(f"{name} {student}: {line}")
            with Log(state.root) as log:
                log.note("deferred", name, student, line)
    return due


def _grade(state: _Watch, course: Course, known: Arrivals, name: str, students: list[str]) -> bool:
    """Grade the students and count the gradings; return whether Ctrl-C was pressed."""
    moments = dict(freshness.arrived(state.root, course, name, known.begun))
    known.begun = [f"{name}/{student}" for student in students]
    arrivals.keep(state.root, known)
    outcome = grade(state.root, [name], students=students, jobs=state.jobs, wait=True)
    known.begun = []
    graded = {row.student: row for row in outcome.rows}
    for student in students:
        one = f"{name}/{student}"
        if row := graded.get(student):
            known.gradings[one] = known.gradings.get(one, 0) + 1
            known.refused.pop(one, None)
            known.deferred.pop(one, None)
            if course.feedback_on_arrival_of(name) and one not in known.unreleased:
                known.unreleased.append(one)
            state.say(f"{name} {student}: {points_in_words(row)}")
        elif not outcome.left:
            known.refused[one] = moments.get(student, "")
    for problem in [*outcome.problems, *outcome.notices]:
        state.wrong(problem)
    return outcome.stopped


def _release(state: _Watch, course: Course, known: Arrivals, name: str) -> None:
    """Release the feedback of graded submissions; failures are tried again in the next round."""
    if not course.feedback_on_arrival_of(name):
        return
    for one in [one for one in known.unreleased if one.startswith(f"{name}/")]:
        student = one.partition("/")[2]
        page = folders.feedback(state.root, student, name)
        # Without the exchange's secret, feedback cannot be returned to the student.
        why = ""
        if page.is_file() and page.with_name("submission_secret.txt").is_file():
            why = state.exchange.release_feedback(name, student)
        if not why:
            known.unreleased.remove(one)
        else:
            unreleased = for_staff("its feedback is not released: {why}", why=why)
            line = f"{name} {student}: {unreleased}"  # with the student, since two may share a reason
            if line not in known.reported:
                known.reported.append(line)
                state.wrong(line)
