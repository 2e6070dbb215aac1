"""Makes nbgrader's own `autograde`, from the command line or formgrader's button, grade in the jail.

A course's nbgrader_config.py contains two lines:

    from autograder.nbgrader_plugin import configure
    configure(get_config(), __file__)
"""

from __future__ import annotations

import atexit
import glob
import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader import converters, utils
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata

from autograder.course import config as course_config
from autograder.course import nbgrader
from autograder.errors import AutograderError
from autograder.exchange.collect import Collect
from autograder.exchange.release_assignment import ReleaseAssignment
from autograder.exchange.release_feedback import ReleaseFeedback
from autograder.gradebook.locking import be_patient
from autograder.grading.intake import HandedIn, Prepared, handed_in_at, is_student
from autograder.grading.setup import GradingSetup, setup_of
from autograder.jail import bubblewrap
from autograder.language.staff import for_staff
from autograder.release import build
from autograder.results import handed_back, overlooked
from autograder.results.run_lock import held
from autograder.results.writer import opened
from autograder.workers.pool import Pool

_MAX_BYTES = 100_000_000
"""Maximum size of a file beside a notebook, in bytes; the limit of nbgrader's exchange."""


def _grade(setup: GradingSetup, student: str) -> None:
    """Grade a student's submission, and write all its results.

    Raises:
        AutograderError: the submission cannot be graded.
    """
    root = setup.root
    with held(root, "grade", for_staff("autograder grade"), wait=True):
        item = _prepared(setup, student)  # read again, since a class's notebooks would take too much memory
        [(_, result)] = _POOLS.of(setup).grade([(student, item.submission)])
        if isinstance(result, AutograderError):
            raise result
        with opened(root, setup.course) as writer:
            writer.write_results(setup, item, writer.cache(setup, item, result))


def _prepared(setup: GradingSetup, student: str) -> Prepared:
    folder = setup.root / nbgrader.SUBMITTED / student / setup.problem_set
    return setup.prepare(HandedIn(student, setup.problem_set, folder))


class _Pools:
    """Keeps one pool warm between submissions, since nbgrader creates a new preprocessor for each."""

    def __init__(self) -> None:
        self._key: Any = None
        self._pool: Pool[str] | None = None
        atexit.register(self.close)

    def of(self, setup: GradingSetup) -> Pool[str]:
        """Return the pool for a problem set; a new one if its checks have changed."""
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


def _patch_nbgrader(clock: ZoneInfo) -> None:
    """Replace nbgrader's grading by this engine's, so that one submission cannot end a run or a formgrader page."""
    CourseDirectory.get_existing_timestamp = lambda directory, folder: _moment(Path(folder), clock)
    NbGraderAPI.get_submitted_timestamp = lambda api, assignment_id, student_id: _moment(
        Path(api.coursedir.root, nbgrader.SUBMITTED, student_id, assignment_id), clock
    )
    BaseConverter.init_notebooks = _find_notebooks
    Autograde.init_notebooks = _find_submissions
    Autograde.convert_single_notebook = _convert
    Autograde.convert_notebooks = _convert_all
    converters.base.find_all_files = _small_files


def _moment(folder: Path, clock: ZoneInfo) -> datetime | None:
    """Return the time of submission as the engine reads it; nbgrader's own function may raise, or block forever."""
    timestamp = handed_in_at(folder, clock)
    return timestamp.moment if timestamp else None


_nbgraders_find = BaseConverter.init_notebooks


def _find_notebooks(converter: Any) -> None:
    """Find notebooks like nbgrader, but take a folder's name literally: the student [red] does not match r, e and d."""
    folders = _folders(converter)
    found = {folder: glob.glob(f"{glob.escape(folder)}/{converter.coursedir.notebook_id}.ipynb") for folder in folders}  # noqa: PTH207
    converter.notebooks = []
    converter.assignments = {folder: notebooks for folder, notebooks in found.items() if notebooks}
    if not converter.assignments:
        _nbgraders_find(converter)  # reports it and ends the command


def _folders(converter: Any) -> list[str]:
    student = converter.coursedir.student_id
    pattern = converter._format_source(converter.coursedir.assignment_id, student)
    return [pattern] if is_student(student) and Path(pattern).is_dir() else sorted(glob.glob(pattern))  # noqa: PTH207


def _find_submissions(converter: Any) -> None:
    """Find the submissions that the engine can grade, under any file name, and report the others."""
    root, problem_set = Path(converter.coursedir.root), converter.coursedir.assignment_id
    course = course_config.load(root)
    converter.setup = setup = setup_of(root, course, problem_set)
    converter.notebooks, converter.assignments, converter.refused = [], {}, []
    folders = _folders(converter)
    for folder in folders:
        try:
            _prepared(setup, Path(folder).parent.name)
            converter.assignments[folder] = [f"{folder}/{setup.release.path.name}"]
        except AutograderError as error:
            converter.refused.append(str(error))
            converter.log.error(str(error))
    students = [] if converter.coursedir.student_id == "*" else [Path(folder).parent.name for folder in folders]
    for line in overlooked.lines(root / nbgrader.SUBMITTED, course, [problem_set], students):
        converter.log.warning(line)
    if not folders:
        _nbgraders_find(converter)


def _convert(converter: Any, notebook: str) -> None:
    """Grade the submission in the folder of `notebook`, then let nbgrader convert the graded notebook."""
    resources = converter.init_single_notebook_resources(notebook)
    student, problem_set = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
    _grade(converter.setup, student)
    converter.writer.build_directory = converter._format_dest(problem_set, student)
    converter._sanitizing = False
    try:
        converter._init_preprocessors()
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            BaseConverter.convert_single_notebook(
                converter, f"{converter.writer.build_directory}/{Path(notebook).name}"
            )
    finally:
        converter._sanitizing = True  # the next notebook comes from submitted/


_nbgraders_convert_all = Autograde.convert_notebooks


def _convert_all(converter: Any) -> None:
    """Grade all submissions that can be graded, then fail like nbgrader if there were others."""
    _nbgraders_convert_all(converter)
    if converter.refused:
        raise NbGraderException(for_staff("not graded: {lines}", lines="; ".join(converter.refused)))


def _small_files(path: str, exclude: list[str] | None = None) -> list[str]:
    """Return the files that nbgrader copies beside a graded notebook; of a submission only readable, small ones."""
    files: list[str] = utils.find_all_files(path, exclude)
    if Path(path).parent.parent.name != nbgrader.SUBMITTED:
        return files
    return [file for file in files if _is_small(file)]


def _is_small(file: str) -> bool:
    found = Path(file).lstat()
    return stat.S_ISREG(found.st_mode) and found.st_size <= _MAX_BYTES and os.access(file, os.R_OK, effective_ids=True)


def configure(config: Any, file: str) -> None:
    """Configure nbgrader's traitlets Config for the course in the folder of `file`, its nbgrader_config.py.

    Raises:
        AutograderError: course.yml does not load.
    """
    root = Path(file).resolve().parent
    course = course_config.load(root)
    be_patient()
    _patch_nbgrader(course.clock)
    nbgrader.configure(config, root, course)
    build.configure(config)
    config.ExchangeFactory.collect = Collect
    config.ExchangeFactory.release_assignment = ReleaseAssignment
    config.ExchangeFactory.release_feedback = ReleaseFeedback
    config.GenerateFeedback.post_convert_hook = _replace_page
    config.Autograde.autograde_preprocessors = [CheckCellMetadata]


def _replace_page(assignment: str, student: str, notebooks: list[str]) -> None:
    """Write our page again, in place of the one that nbgrader's `generate_feedback` has just written."""
    for path in map(Path, notebooks):
        root = path.parents[3]
        with handed_back.opened(root, course_config.load(root)) as pages:
            pages.refresh(path.parent.parent.name, assignment)
