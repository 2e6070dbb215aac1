"""Lets nbgrader's own `autograde`, from the command line or formgrader's button, grade in the jail.

A course's nbgrader_config.py holds two lines:

    from autograder.nbgrader_plugin import configure
    configure(get_config(), __file__)
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import converters, utils
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, NbGraderPreprocessor
from traitlets import Unicode

from autograder.course import config as course_config
from autograder.course import nbgrader
from autograder.errors import AutograderError
from autograder.exchange.collect import Collect
from autograder.exchange.release_assignment import ReleaseAssignment
from autograder.exchange.release_feedback import ReleaseFeedback
from autograder.gradebook.locking import be_patient
from autograder.gradebook.recorder import Recorder
from autograder.grading.intake import HandedIn, handed_in_at, is_student, moment_of
from autograder.grading.setup import GradingSetup, setup_of
from autograder.jail import bubblewrap
from autograder.release import build
from autograder.results import folders, handed_back
from autograder.results.log import Log
from autograder.results.run_lock import held
from autograder.results.store import Store
from autograder.results.writer import ResultWriter
from autograder.workers.pool import Pool


class GradeInJail(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes the place of nbgrader's sanitizing, executing and saving: the submitted file in, all its results out."""

    root = Unicode(help="The course's folder.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade the file that `nb` was read from; what nbgrader read of it is not used.

        Returns:
            The graded notebook, which nbgrader writes to where it was written already, and `resources`.

        Raises:
            AutograderError: the submission cannot be graded.
        """
        root = Path(self.root)
        student, problem_set = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        with held(root, "grade", "autograder grade", wait=True):
            setup = setup_of(root, course_config.load(root), problem_set)
            item = setup.prepare(HandedIn(student, problem_set, root / nbgrader.SUBMITTED / student / problem_set))
            [(_, result)] = _POOLS.of(setup).grade([(student, item.submission)])
            if isinstance(result, AutograderError):
                raise result
            with ExitStack() as stack:
                store = stack.enter_context(Store(folders.store(root)))
                database = nbgrader.database(root, setup.course.gradebook)
                recorder = stack.enter_context(Recorder(database, setup.course))
                writer = ResultWriter(root, setup.course, store, recorder, stack.enter_context(Log(root)))
                writer.write_results(setup, item, writer.cache(setup, item, result))
        notebook, _ = folders.pages(root, student, problem_set)
        return nbformat.read(notebook, as_version=4), resources


class _Pools:
    """One pool at a time is kept warm from one submission to the next: nbgrader makes a new preprocessor for each."""

    def __init__(self) -> None:
        self._key: Any = None
        self._pool: Pool[str] | None = None
        atexit.register(self.close)

    def of(self, setup: GradingSetup) -> Pool[str]:
        """The pool for a problem set; a new one where its checks have changed since."""
        key = setup.root, setup.keys.inputs()
        if key != self._key:
            self.close()
            bubblewrap.refuse_if_visible(setup.root)
            self._pool = Pool(setup.root, {setup.problem_set: setup.session_limits}, setup.sandbox_limits, jobs=1)
            self._key = key
        assert self._pool is not None
        return self._pool

    def close(self) -> None:
        """End the pool."""
        if self._pool is not None:
            self._pool.close()
        self._key = self._pool = None


_POOLS = _Pools()


def _guard_nbgrader() -> None:
    """Keep what one student handed in from ending nbgrader's run, or a page of formgrader, for all."""
    CourseDirectory.get_existing_timestamp = lambda directory, folder: _moment(Path(folder))
    NbGraderAPI.get_submitted_timestamp = lambda api, assignment_id, student_id: _moment(
        Path(api.coursedir.root, nbgrader.SUBMITTED, student_id, assignment_id)
    )
    Autograde.init_notebooks = _fit_notebooks
    converters.base.find_all_files = _plain_files


def _moment(folder: Path) -> datetime | None:
    """When it was handed in, as the engine reads it; nbgrader's own reading raises, or waits for ever."""
    text = handed_in_at(folder)
    return moment_of(text) if text else None


_init_notebooks = Autograde.init_notebooks


def _fit_notebooks(converter: Any) -> None:
    """Leave out the folders that nbgrader finds and cannot name a student of, which would end its run."""
    _init_notebooks(converter)
    for folder in list(converter.assignments):
        if not is_student(Path(folder).parent.name):
            converter.log.error("%r: not a student's name; rename the folder", folder)
            del converter.assignments[folder]


def _plain_files(path: str, exclude: list[str] | None = None) -> list[str]:
    """What nbgrader copies beside a graded notebook: of a student's folder no link, and nothing without an end."""
    files: list[str] = utils.find_all_files(path, exclude)
    if Path(path).parent.parent.name != nbgrader.SUBMITTED:
        return files
    return [file for file in files if Path(file).is_file() and not Path(file).is_symlink()]


def configure(config: Any, file: str) -> None:
    """Fill in nbgrader's traitlets Config for the course in the folder of `file`, its nbgrader_config.py.

    Raises:
        AutograderError: course.yml does not load.
    """
    root = Path(file).resolve().parent
    be_patient()
    _guard_nbgrader()
    nbgrader.configure(config, root, course_config.load(root))
    build.configure(config)
    config.ExchangeFactory.collect = Collect
    config.ExchangeFactory.release_assignment = ReleaseAssignment
    config.ExchangeFactory.release_feedback = ReleaseFeedback
    config.GenerateFeedback.post_convert_hook = _make_our_page
    config.GradeInJail.root = str(root)
    config.Autograde.sanitize_preprocessors = [GradeInJail]
    config.Autograde.autograde_preprocessors = [CheckCellMetadata]


def _make_our_page(assignment: str, student: str, notebooks: list[str]) -> None:
    """Put our page, made anew, in the place of nbgrader's, which `generate_feedback` has just written."""
    for path in map(Path, notebooks):
        root = path.parents[3]
        with handed_back.opened(root, course_config.load(root)) as pages:
            pages.refresh(path.parent.parent.name, assignment)
