"""Writes the results of submissions, for grade, the nbgrader plug-in and Gradescope alike."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from autograder.course.config import Course
from autograder.course.release import Release
from autograder.errors import RunError
from autograder.feedback import graded_notebook, page
from autograder.gradebook.recorder import Recorder
from autograder.grading.intake import Prepared
from autograder.grading.setup import GradingSetup
from autograder.model.verdict import SubmissionResult, Verdict

from . import folders
from .log import Log
from .store import Store


class ResultWriter:
    """Writes results: `cache` stores a result in the cache, `write_results` writes the files and the gradebook.

    Args:
        root: the course's folder.
        course: the course's current settings.
        store: the cache; None disables caching.
        recorder: the gradebook's recorder; None writes neither rows nor fingerprints.
        log: the run's log, if it has one.
    """

    def __init__(
        self, root: Path, course: Course, store: Store | None, recorder: Recorder | None, log: Log | None
    ) -> None:
        self._root, self._course = root, course
        self._store, self._recorder, self._log = store, recorder, log

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
            self._recorder.record(student, name, notebook, moment)
            grades = self._recorder.grades_of(student, name)
        html = page.render(self._course, verdict, notebook, grades)
        folders.write(folders.feedback(self._root, student, name), html.encode())
        if self._recorder and self._store:
            self._store.set_fingerprint(name, student, setup.fingerprint(item))
        if self._log:
            self._log.graded(verdict)
        return verdict


def _refuse_other_points(release: Release, verdict: Verdict) -> None:
    released = {exercise.name: exercise.points for exercise in release.exercises}
    given = {exercise.name: exercise.max_points for exercise in verdict.exercises}
    if released != given:
        wrong = next(name for name in sorted(released) if released[name] != given.get(name))
        raise RunError(
            f"{release.path}: {wrong} is released with {released[wrong]:g} points, its checks give"
            f" {given.get(wrong, 0):g}; run: autograder build {release.problem_set}"
        )
