"""Writes the results of submissions, for grade, the nbgrader plug-in and Gradescope alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from autograder.course.config import Course
from autograder.course.release import Release
from autograder.errors import AutograderError, RunError, in_a_line, traceback_of, writable
from autograder.feedback import graded_notebook, page
from autograder.feedback.changes import Change, between
from autograder.gradebook.connection import submissions
from autograder.gradebook.recorder import Recorder
from autograder.grading.intake import HandedIn, Prepared
from autograder.grading.setup import GradingSetup
from autograder.language import speaking
from autograder.language.staff import for_staff
from autograder.model.person import Person
from autograder.model.verdict import SubmissionResult, Verdict

from . import folders
from .log import Log
from .store import Store


@contextmanager
def opened(root: Path, course: Course, *, dry_run: bool = False) -> Iterator[ResultWriter]:
    """Open the course's cache, gradebook and log, and yield what writes results to them; a context manager.

    Args:
        root: the course's folder.
        course: its current course.yml.
        dry_run: open the cache only, and yield what keeps the changes that writing would make.

    Raises:
        AutograderError: one of them cannot be opened.
    """
    with Store(folders.store(root)) as store:
        if dry_run:
            yield DryRun(root, course, store, None, None)
            return
        with Recorder(course) as recorder, Log(root) as log:
            yield ResultWriter(root, course, store, recorder, log)


class ResultWriter:
    """Writes results: `cache` stores a result in the cache, `write_results` writes the files and the gradebook.

    Args:
        root: the course's folder.
        course: the course's current settings.
        store: the cache; None disables caching.
        recorder: the gradebook's recorder; None writes neither rows nor fingerprints.
        log: the run's log, if it has one.

    `changes` are those of a dry run, which writes nothing else.
    """

    def __init__(
        self, root: Path, course: Course, store: Store | None, recorder: Recorder | None, log: Log | None
    ) -> None:
        self._root, self._course = root, course
        self._store, self._recorder, self._log = store, recorder, log
        self.changes: list[Change] = []

    def written(self) -> tuple[dict[tuple[str, str], bytes], set[tuple[str, str]]]:
        """Return what was written before, as `Freshness` needs it.

        Returns:
            The fingerprints by problem set and student, and problem set and student of each submission with rows in
            the gradebook.
        """
        return (self._store.fingerprints() if self._store else {}), submissions(self._course)

    def cached(self, setup: GradingSetup, item: Prepared) -> SubmissionResult | None:
        """Return the cached result of a submission, with its valid exercises only; None if nothing is cached."""
        return self._store.find(item.submission, setup.keys) if self._store else None

    def cache(
        self, setup: GradingSetup, item: Prepared, new: SubmissionResult, cached: SubmissionResult | None = None
    ) -> SubmissionResult:
        """Merge a new result with the cached one, and cache it.

        Args:
            setup: the submission's grading setup.
            item: the submission.
            new: the result of the exercises that were not cached.
            cached: the cached result of the other exercises.

        Returns:
            The result with all exercises.
        """
        result = new
        if cached:
            exercises = {one.verdict.name: one for one in [*cached.exercises, *new.exercises]}
            ordered = [exercises[exercise.name] for exercise in item.submission.exercises]
            result = replace(cached, exercises=ordered, cacheable=new.cacheable)
        if self._store:
            self._store.keep(item.submission, setup.keys, result)
            if not cached:
                self._store.set_seconds(setup.problem_set, item.handed_in.student, result.seconds)
        return result

    def write_results(self, setup: GradingSetup, item: Prepared, result: SubmissionResult) -> Verdict:
        """Write graded notebook, verdict, gradebook rows, feedback page and log, in this order.

        The page is written after the rows, since it shows points given by hand and the late penalty, and the
        fingerprint last, so that the next run writes all of them again after a crash at any point.

        Raises:
            AutograderError: a file or the gradebook cannot be written.
            RunError: nothing can be written, or the release does not match the checks.
        """
        with speaking(self._course.language):
            return self._write(setup, item, result)

    def _write(self, setup: GradingSetup, item: Prepared, result: SubmissionResult) -> Verdict:
        student, name, release = item.handed_in.student, setup.problem_set, setup.release
        graded = result.graded(self._course.known_mistakes)
        verdict = replace(graded.verdict, student=student)
        _refuse_other_points(release, verdict)
        notebook = graded_notebook.make(item.repaired, release, graded)
        text, moment = (item.timestamp.text, item.timestamp.moment) if item.timestamp else (None, None)
        # nbgrader's exchange finds the feedback's submission by these files; generate_feedback copies them from
        # autograded/.
        beside = {"timestamp.txt": text, "submission_secret.txt": item.secret}
        folders.write_files(self._root, verdict, graded_notebook.to_json(notebook), beside)
        grades = None
        if self._recorder:
            self._recorder.register(release)
            self._recorder.record(student, name, notebook, moment, _bonus(release, verdict))
            grades = self._recorder.grades_of(student, name)
        html = page.render(self._course, verdict, notebook, grades)
        folders.write(folders.feedback(self._root, student, name), html.encode())
        if self._recorder and self._store:
            self._store.set_fingerprint(name, student, setup.fingerprint(item))
        if self._log:
            self._log.graded(verdict)
        return verdict

    def refuse(self, handed_in: HandedIn, error: Exception) -> str:
        """Log a submission that cannot be graded, and return the line about it for staff."""
        line = str(error)
        if not isinstance(error, AutograderError):
            line = writable(
                for_staff(
                    "{folder}: cannot be graded: {error}; see: autograder logs",
                    folder=handed_in.folder,
                    error=in_a_line(error),
                )
            )
        if self._log:
            self._log.note("refused", handed_in.problem_set, handed_in.student, line, traceback_of(error))
        return line

    def name_students(self, person_of: Callable[[str], Person | None]) -> None:
        """Write the students' names, email addresses and LMS ids to the gradebook, for formgrader."""
        if self._recorder:
            self._recorder.name_students(person_of)


class DryRun(ResultWriter):
    """Writes nothing but the cache, and keeps the changes that writing would make; `opened` creates one."""

    def write_results(self, setup: GradingSetup, item: Prepared, result: SubmissionResult) -> Verdict:
        """Keep what writing these results would change, and return the verdict."""
        student = item.handed_in.student
        before = folders.verdict_if_any(self._root, student, setup.problem_set)
        verdict = replace(result.graded(self._course.known_mistakes).verdict, student=student)
        self.changes += between(before, verdict)
        return verdict


def _bonus(release: Release, verdict: Verdict) -> dict[str, float]:
    """Return the bonus points by the grade id of the cell that holds the exercise's points."""
    examples = {exercise.name: exercise.examples_id for exercise in release.exercises}
    return {examples[exercise.name]: exercise.bonus for exercise in verdict.exercises}


def _refuse_other_points(release: Release, verdict: Verdict) -> None:
    bonus = {exercise.name: exercise.bonus for exercise in release.exercises}
    for exercise in verdict.exercises:
        if exercise.name in bonus and exercise.max_bonus != bonus[exercise.name]:
            raise RunError(
                "{path}: {cell} is released with {released:g} bonus points, its checks give {given:g}; run: autograder"
                " build {problem_set}",
                path=release.path,
                cell=exercise.name,
                released=bonus[exercise.name],
                given=exercise.max_bonus,
                problem_set=release.problem_set,
            )
    released = {exercise.name: exercise.points for exercise in release.exercises}
    given = {exercise.name: exercise.max_points for exercise in verdict.exercises}
    if released != given:
        wrong = next(name for name in sorted(released) if released[name] != given.get(name))
        raise RunError(
            "{path}: {cell} is released with {released:g} points, its checks give {given:g}; run: autograder"
            " build {problem_set}",
            path=release.path,
            cell=wrong,
            released=released[wrong],
            given=given.get(wrong, 0),
            problem_set=release.problem_set,
        )
