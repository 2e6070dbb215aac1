"""Lists the files of a problem set, for all modules that hash, pack, copy or search them.

conftest.py, tests/conftest.py             shared by all checks of the course
tests/hidden/*                             shared by all problem sets: modules, data files, folders without checks
tests/hidden/<ps>/test_<exercise>.py       the checks
tests/hidden/<ps>/**                       shared by these checks: modules, conftest.py, data files
solutions/<ps>/<ps>.py                     the solutions
solutions/<ps>/misconceptions.py           the misconceptions
solutions/<ps>/files/**                    the handouts, for students beside the notebook: data, helper modules
solutions/<ps>/**                          other sources of the release, such as pictures
assignments/<ps>/**                        the release for students
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import handouts, layout


@dataclass(frozen=True)
class ProblemSetFiles:
    """The current files of one problem set, each tuple in alphabetical order."""

    root: Path
    problem_set: str
    checks: tuple[Path, ...]
    """One file per exercise."""
    check_support: tuple[Path, ...]
    """Files that the checks import or read: helper modules, conftest.py, data files."""
    solution: Path
    misconceptions: Path
    solution_support: tuple[Path, ...]
    """Other files beside the solutions and the misconceptions, without handouts."""
    handouts: tuple[Path, ...]
    """Sources of the files that students get beside the notebook."""
    released: tuple[Path, ...]
    """Files of the release, without the copies of the handouts."""

    def check(self, exercise: str) -> Path:
        """Return the path of an exercise's checks, which may not exist."""
        return self.root / layout.CHECKS / self.problem_set / f"test_{exercise}.py"

    def for_checks(self) -> tuple[Path, ...]:
        """Return the files that the checks of all exercises need."""
        return self.checks + self.check_support

    def for_workers(self, *, solution: bool = True) -> tuple[Path, ...]:
        """Return the files that a machine needs to grade submissions that are sent to it.

        Args:
            solution: False to leave the solutions out; hints are then determined without them.
        """
        written = [self.misconceptions, *([self.solution, *self.solution_support] if solution else [])]
        return (*self.for_checks(), *_regular_files(written), *self.handouts, *self.released)


def files_of(root: Path, problem_set: str) -> ProblemSetFiles:
    """Return the files of a problem set.

    Args:
        root: the course's folder.
        problem_set: its name.

    Raises:
        AutograderError: a file cannot be handed out.
    """
    hidden, solutions = root / layout.CHECKS, root / layout.SOLUTIONS / problem_set
    mine = [*_below(hidden / problem_set)]
    checks = [path for path in mine if _is_check(path)]
    conftests = [root / "conftest.py", root / "tests" / "conftest.py"]
    support = [*_regular_files(conftests), *_shared(hidden), *(path for path in mine if not _is_check(path))]
    given = handouts.of(root, problem_set)
    release = root / layout.RELEASE / problem_set
    copies = {release / item.name for item in given}
    above = handouts.folder_of(root, problem_set)
    solution, misconceptions = solutions / f"{problem_set}.py", solutions / "misconceptions.py"
    return ProblemSetFiles(
        root,
        problem_set,
        tuple(sorted(checks)),
        tuple(sorted(support)),
        solution,
        misconceptions,
        tuple(
            sorted(
                path
                for path in _below(solutions)
                if path not in (solution, misconceptions) and not path.is_relative_to(above)
            )
        ),
        tuple(item.path for item in given),
        tuple(sorted(path for path in _below(release) if path not in copies)),
    )


def for_building(root: Path, problem_sets: Iterable[str]) -> list[Path]:
    """Return the files that a copy of the course needs to build, audit and grade the problem sets.

    Releases are not among them, since they are built from these files.
    """
    found = dict.fromkeys(_regular_files(root / name for name in (layout.COURSE_FILE, layout.NBGRADER_CONFIG)))
    for name in problem_sets:
        mine = files_of(root, name)
        written = _regular_files([mine.solution, mine.misconceptions])
        found |= dict.fromkeys([*mine.for_checks(), *written, *mine.solution_support, *mine.handouts])
    return list(found)


def _is_check(path: Path) -> bool:
    return path.name.startswith("test_") and path.suffix == ".py"


def _shared(hidden: Path) -> Iterator[Path]:
    """Yield the files beside the problem sets' folders, which are the folders with checks."""
    if not hidden.is_dir():
        return
    for path in hidden.iterdir():
        if not path.is_dir():
            yield from _regular_files([path])
        elif not any(map(_is_check, path.glob("*.py"))):
            yield from _below(path)


def _below(folder: Path) -> Iterator[Path]:
    return _regular_files(folder.rglob("*")) if folder.is_dir() else iter(())


def _regular_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the regular files, except those that Python, pytest, editors and Jupyter generate."""
    for path in paths:
        if path.is_file() and "__pycache__" not in path.parts and not _is_hidden(path):
            yield path


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.parent.name.startswith((".ipynb_", ".pytest_"))
