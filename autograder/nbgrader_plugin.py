"""Lets nbgrader's own `autograde`, from the command line or formgrader's button, grade in the jail.

A course's nbgrader_config.py holds two lines:

    from autograder.nbgrader_plugin import configure
    configure(get_config(), __file__)
"""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Unicode

from autograder.course import config as course_config
from autograder.course import nbgrader, release
from autograder.errors import AutograderError
from autograder.exchange.collect import Collect
from autograder.feedback import graded_notebook
from autograder.gradebook import late
from autograder.gradebook.locking import be_patient
from autograder.grading.cache_keys import CacheKeys
from autograder.grading.intake import HandedIn, prepare
from autograder.jail import bubblewrap
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.release import build
from autograder.results import folders
from autograder.workers.pool import Pool


class GradeInJail(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes the place of nbgrader's sanitizing and executing: the submitted file in, the graded notebook out."""

    root = Unicode(help="The course's folder.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade the file that `nb` was read from; what nbgrader read of it is not used."""
        root = Path(self.root)
        student, problem_set = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        course = course_config.load(root)
        limits = course.limits_of(course_config.chosen(course, [problem_set])[0])
        released = release.load(root, problem_set)
        folder = root / nbgrader.SUBMITTED / student / problem_set
        item = prepare(HandedIn(student, problem_set, folder), released, limits.notebook_mb << 20)
        [(_, found)] = _POOLS.of(root, problem_set, limits).grade([(student, item.submission)])
        if isinstance(found, AutograderError):
            raise found
        graded = found.graded()
        folders.write_verdict(root, replace(graded.verdict, student=student))
        late.tell_deadline(root, course, problem_set)
        return graded_notebook.make(item.repaired, released, graded), resources


class _Pools:
    """One pool at a time is kept warm from one submission to the next: nbgrader makes a new preprocessor for each."""

    def __init__(self) -> None:
        self._key: Any = None
        self._pool: Pool[str] | None = None
        atexit.register(self.close)

    def of(self, root: Path, problem_set: str, limits: course_config.Limits) -> Pool[str]:
        """The pool for a problem set; a new one where its checks have changed since."""
        session_limits, sandbox_limits = session_limits_of(limits), sandbox_limits_of(limits)
        key = root, CacheKeys(root, problem_set, session_limits, sandbox_limits).all()
        if key != self._key:
            self.close()
            bubblewrap.refuse_if_visible(root)
            self._pool = Pool(root, {problem_set: session_limits}, sandbox_limits, jobs=1)
            self._key = key
        assert self._pool is not None
        return self._pool

    def close(self) -> None:
        """End the pool."""
        if self._pool is not None:
            self._pool.close()
        self._key = self._pool = None


_POOLS = _Pools()


def configure(config: Any, file: str) -> None:
    """Fill in nbgrader's traitlets Config for the course in the folder of `file`, its nbgrader_config.py.

    Raises:
        AutograderError: course.yml does not load.
    """
    root = Path(file).resolve().parent
    be_patient()
    nbgrader.configure(config, root, course_config.load(root))
    build.configure(config)
    config.ExchangeFactory.collect = Collect
    config.GradeInJail.root = config.CourseLatePolicy.root = str(root)
    config.AssignLatePenalties.plugin_class = late.CourseLatePolicy
    config.Autograde.sanitize_preprocessors = [GradeInJail]
    config.Autograde.autograde_preprocessors = [SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
