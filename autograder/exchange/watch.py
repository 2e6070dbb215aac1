"""Watches nbgrader's exchange: collects what arrives, grades it, and gives feedback back where the course says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.course import config, nbgrader
from autograder.course.config import Course
from autograder.errors import AutograderError, in_a_line, traceback_of
from autograder.grade import grade, stoppable
from autograder.results import folders, freshness
from autograder.results.log import Log
from autograder.results.run_lock import held

from . import arrivals
from .arrivals import Arrivals
from .nbgrader_exchange import Exchange

_LOOK_SECONDS = 0.2
"""So soon does Ctrl-C end the time between two rounds."""


@dataclass
class _Watch:
    """What a watch holds from one round to the next."""

    root: Path
    exchange: Exchange
    jobs: int | None
    say: Callable[[str], None]
    complain: Callable[[str], None]
    complaints: int = 0
    repeated: set[str] = field(default_factory=set)
    """What is wrong now and was said."""

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
    """Look at the exchange every `every` seconds until Ctrl-C, which lets the submissions under way be graded first.

    Args:
        root: the course's folder.
        problem_sets: their names; all that are built by default.
        every: seconds from the end of one round to the next.
        once: one round only.
        jobs: worker processes; one a core by default.
        say: called with a line for each submission.
        complain: called with a line for each that cannot be taken or graded, once.

    Returns:
        Whether nothing was complained of.

    Raises:
        AutograderError: course or exchange cannot be used, or another watch is at work.
    """
    names = _names(root, problem_sets)
    state = _Watch(root, Exchange(root), jobs, say, complain)
    state.exchange.refuse_if_unsafe()
    with held(root, "watch", "another autograder watch-exchange"), stoppable() as stopped:
        while True:
            ended = _round(state, names, stopped)
            until = time.monotonic() + every
            while not (once or ended or stopped()) and time.monotonic() < until:
                time.sleep(_LOOK_SECONDS)
            if once or ended or stopped():
                return not state.complaints


def _names(root: Path, problem_sets: Sequence[str] | None) -> list[str]:
    names = config.chosen(config.load(root), problem_sets)
    if problem_sets:
        return names
    built = [name for name in names if (root / nbgrader.RELEASE / name / f"{name}.ipynb").is_file()]
    if not built:
        raise AutograderError(f"{root / nbgrader.RELEASE}: no release; run: autograder build")
    return built


def _round(state: _Watch, names: Sequence[str], stopped: Callable[[], bool]) -> bool:
    """Collect, grade and release once; whether Ctrl-C was pressed while grading."""
    now_wrong: set[str] = set()
    ended = False
    for name in names:
        if ended or stopped():
            break
        line = ""
        try:
            ended = _one(state, name)
        except AutograderError as error:  # the others go on, and the next round tries this one again
            line = str(error)
        except Exception as error:
            line = f"{name}: {in_a_line(error)}; autograder logs tells more"
            with Log(state.root) as log:
                log.note("failed", name, text=line, trace=traceback_of(error))
        if line:
            if line not in now_wrong | state.repeated:
                state.wrong(line)
            now_wrong.add(line)
    state.repeated = now_wrong
    return ended


def _one(state: _Watch, name: str) -> bool:
    """One problem set of a round."""
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
    """Who is graded now: not who was refused before, nor who had as many gradings today as the course allows."""
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
            line = f"{known.gradings[one]} submissions of {student} were graded today; this one is kept for tomorrow"
            state.say(f"{name} {student}: {line}")
            with Log(state.root) as log:
                log.note("deferred", name, student, line)
    return due


def _grade(state: _Watch, course: Course, known: Arrivals, name: str, students: list[str]) -> bool:
    """Grade, and count; whether Ctrl-C was pressed."""
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
            state.say(f"{name} {student}: {row.points:g} of {row.max_points:g} points")
        elif not outcome.left:
            known.refused[one] = moments.get(student, "")
    for problem in [*outcome.problems, *outcome.notices]:
        state.wrong(problem)
    return outcome.stopped


def _release(state: _Watch, course: Course, known: Arrivals, name: str) -> None:
    """Hand on the feedback of those who were graded; what cannot be handed on now is tried again."""
    if not course.feedback_on_arrival_of(name):
        return
    for one in [one for one in known.unreleased if one.startswith(f"{name}/")]:
        student = one.partition("/")[2]
        page = folders.feedback(state.root, student, name)
        # What did not come through the exchange has no secret, by which feedback would find its way back.
        why = ""
        if page.is_file() and page.with_name("submission_secret.txt").is_file():
            why = state.exchange.release_feedback(name, student)
        if not why:
            known.unreleased.remove(one)
        elif (line := f"{name} {student}: its feedback is not released: {why}") not in known.reported:
            known.reported.append(line)  # whose it is belongs to it: two may share a reason
            state.wrong(line)
