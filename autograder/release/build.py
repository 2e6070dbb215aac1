"""Builds releases: from solutions/ to nbgrader's source notebook, and with nbgrader's converters to assignments/."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor
from traitlets.config import Config

from autograder.course import config as course_config
from autograder.course import handouts, nbgrader, release
from autograder.course.config import Course
from autograder.errors import AutograderError
from autograder.gradebook import points as points_of
from autograder.gradebook.connection import opened
from autograder.gradebook.points import Repointed
from autograder.grading.collection import collect, worth
from autograder.language import ENGLISH, LANGUAGES, gettext, gettext_noop, speaking
from autograder.language.staff import list_for_staff
from autograder.notebook.handout_names import fault, is_left_out

from . import source

_PLACE = "the stub of this exercise"
ANSWER = gettext_noop("YOUR ANSWER HERE")
"""The placeholder of an answer in prose."""


class WriteStub(NbGraderPreprocessor):  # type: ignore[misc]
    """Preprocessor that puts each exercise's own message into the stub that nbgrader's ClearSolutions inserts.

    The placeholder of answers in prose is translated to the notebook's language.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write the stubs and placeholders in the notebook's language."""
        with speaking(nb.metadata.get("autograder", {}).get("language", ENGLISH)):
            done: tuple[Any, Any] = super().preprocess(nb, resources)
        return done

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Write the message, and remove it from the metadata, which students can see."""
        ours = cell.metadata.get("autograder", {})
        if "stub" in ours:
            sentence = ours.pop("stub") or gettext("{exercise} is not written yet", exercise=ours["exercise"])
            cell.source = cell.source.replace(repr(_PLACE), json.dumps(sentence, ensure_ascii=False))
        elif cell.cell_type == "markdown" and cell.source == ANSWER:
            cell.source = gettext(ANSWER)
        return cell, resources


def configure(config: Config) -> None:
    """Configure how nbgrader clears this course's solutions; nbgrader_config.py calls it as well."""
    config.ClearSolutions.code_stub = {"python": f"raise NotImplementedError({_PLACE!r})"}
    config.ClearSolutions.text_stub = ANSWER
    usual = list(GenerateAssignment.preprocessors.default_args[0])
    usual.insert(usual.index(ClearSolutions) + 1, WriteStub)
    config.GenerateAssignment.preprocessors = usual


def build(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    language: str | None = None,
    folder: Path | None = None,
    report: Callable[[str], None] = lambda name: None,
    repointed: Callable[[Repointed], None] = lambda change: None,
    tried: Callable[[str, Any], None] = lambda name, notebook: None,
) -> list[Path]:
    """Build source/ and assignments/ of the problem sets (all by default) and register them in the gradebook.

    Args:
        root: the course's folder.
        problem_sets: the names of the problem sets.
        language: the language of the prose; by default the course's.
        folder: the folder to build in, with a gradebook of its own; by default `root`.
        report: called with the name of each problem set after it is built.
        repointed: called with each cell whose points changed after submissions were graded.
        tried: called with the name and the source notebook of each problem set before any of its files are written; an
            exception that it raises ends the build.

    Returns:
        The releases' paths.

    Raises:
        AutograderError: the sources are invalid.
    """
    course = course_config.load(root)
    names = course_config.chosen(course, problem_sets)
    if language not in (None, *LANGUAGES):
        raise AutograderError(
            "--language {language}: unknown; choose one of: {known}", language=language, known=list_for_staff(LANGUAGES)
        )
    target = folder or root
    gradebook = course.gradebook if folder is None else nbgrader.absolute("sqlite:///gradebook.db", target)
    target_course = course.model_copy(update={"gradebook": gradebook})
    target.mkdir(parents=True, exist_ok=True)
    with opened(target_course):  # reports an unusable gradebook before anything is built, and makes a new one's tables
        pass
    checks = collect(root, names)
    for name in names:
        mine = checks.get(name, {})
        notebook = source.make(
            root, name, language or course.language, worth(mine), course.packages, worth(mine, bonus=True)
        )
        # For `autograder check`, which students run without a course.yml.
        notebook.metadata["autograder"] = {
            "problem_set": name,
            "language": language or course.language,
            "cell_seconds": course.limits_of(name).cell_seconds,
        }
        if course.packages:
            notebook.metadata["autograder"]["packages"] = list(course.packages)
        tried(name, notebook)
        given = handouts.of(root, name)
        if given:
            notebook.metadata["autograder"]["handouts"] = handouts.digests(given)
        path = target / nbgrader.SOURCE / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_former_handouts(path)
        handouts.copy(given, path.parent)  # nbgrader copies them from there to the release
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        before = points_of.worth(course, name) if folder is None else {}
        _generate(target, name, target_course)
        report(name)
        for change in points_of.changed(root, course, name, before):
            repointed(change)
    return [release.path_of(target, name) for name in names]


def out_of_step(root: Path, problem_sets: Sequence[str] | None = None) -> list[str]:
    """Return the problem sets whose release is out of date with its sources; nothing is written.

    Raises:
        AutograderError: the sources are invalid.
    """
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for made in build(root, problem_sets, folder=Path(folder)):
            standing = release.path_of(root, made.stem)
            if not _files_below(made.parent).items() <= _files_below(standing.parent).items():
                stale.append(made.stem)
    return stale


def _files_below(folder: Path) -> dict[str, bytes]:
    """Return the contents of a release's notebook and handouts, by their names."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: path.read_bytes() for name, path in names.items() if not any(map(is_left_out, name.split("/")))}


def _remove_former_handouts(notebook: Path) -> None:
    """Remove the files that an earlier build put beside nbgrader's source notebook."""
    try:
        metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
        names = list(metadata["autograder"]["handouts"])
    except (OSError, ValueError, LookupError, TypeError):
        return
    for name in names:
        if isinstance(name, str) and not fault(name):
            path = notebook.parent / name
            with suppress(OSError):
                path.unlink()
                for folder in path.parents[: name.count("/")]:
                    folder.rmdir()


def _generate(root: Path, name: str, course: Course) -> None:
    config = Config()
    configure(config)
    nbgrader.configure(config, root, course)
    config.CourseDirectory.assignment_id = name
    config.GenerateAssignment.force = True
    with last_words() as words:
        try:
            GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
        except (NbGraderException, RuntimeError, SystemExit) as error:
            why = " ".join((words[0] if words else str(error)).split())[-300:]
            raise AutograderError("{name}: nbgrader cannot make the release: {why}", name=name, why=why) from None


@contextmanager
def last_words() -> Iterator[list[str]]:
    """Capture nbgrader's log; the list collects the last lines of its errors that explain them."""
    words: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines = record.getMessage().strip().splitlines()
            if lines and not lines[-1].startswith(("There was an error processing", "Please see the")):
                words.append(lines[-1])

    logger = logging.getLogger("traitlets")
    handler = Keep(logging.ERROR)
    propagate, level = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield words
    finally:
        logger.removeHandler(handler)
        logger.propagate, logger.level = propagate, level
