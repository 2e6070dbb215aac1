"""The files that a problem set consists of, listed once for all who hash, pack, copy or search them.

conftest.py, tests/conftest.py             shared by all checks of the course
tests/hidden/*                             shared by all problem sets: modules, data files, folders without checks
tests/hidden/<ps>/test_<exercise>.py       the checks
tests/hidden/<ps>/**                       what these checks share: modules, conftest.py, data files
solutions/<ps>/<ps>.py                     the solutions
solutions/<ps>/misconceptions.py           the misconceptions
solutions/<ps>/files/**                    what students get beside the notebook: data, helper modules
solutions/<ps>/**                          what a release is made from beside the solutions: pictures and the like
assignments/<ps>/**                        what students get
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import handouts, layout


@dataclass(frozen=True)
class ProblemSetFiles:
    """The files of one problem set as they are now, each tuple in alphabetical order."""

    root: Path
    problem_set: str
    checks: tuple[Path, ...]
    """One for each exercise."""
    check_support: tuple[Path, ...]
    """What checks import or read: helper modules, conftest.py, data files."""
    solution: Path
    misconceptions: Path
    solution_support: tuple[Path, ...]
    """What stands beside the solutions and the misconceptions."""
    handouts: tuple[Path, ...]
    """What students get beside the notebook, where it is written."""
    released: tuple[Path, ...]
    """What students get, without copies of the handouts."""

    def check(self, exercise: str) -> Path:
        """The file of an exercise's checks; it may be missing."""
        return self.root / layout.CHECKS / self.problem_set / f"test_{exercise}.py"

    def for_checks(self) -> tuple[Path, ...]:
        """What the checks of all exercises run with."""
        return self.checks + self.check_support

    def for_workers(self, *, solution: bool = True) -> tuple[Path, ...]:
        """What a machine needs that grades submissions sent to it.

        Args:
            solution: False where the solutions are to stay at home; hints are then found without them.
        """
        written = [self.misconceptions, *([self.solution, *self.solution_support] if solution else [])]
        return (*self.for_checks(), *_there(written), *self.handouts, *self.released)


def files_of(root: Path, problem_set: str) -> ProblemSetFiles:
    """The files of a problem set.

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
    support = [*_there(conftests), *_shared(hidden), *(path for path in mine if not _is_check(path))]
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
    """What a copy of the course needs to build, audit and grade the problem sets; a release is made from it."""
    found = dict.fromkeys(_there(root / name for name in (layout.COURSE_FILE, layout.NBGRADER_CONFIG)))
    for name in problem_sets:
        mine = files_of(root, name)
        written = _there([mine.solution, mine.misconceptions])
        found |= dict.fromkeys([*mine.for_checks(), *written, *mine.solution_support, *mine.handouts])
    return list(found)


def _is_check(path: Path) -> bool:
    return path.name.startswith("test_") and path.suffix == ".py"


def _shared(hidden: Path) -> Iterator[Path]:
    """What stands beside the problem sets' folders, which are those that hold checks."""
    if not hidden.is_dir():
        return
    for path in hidden.iterdir():
        if not path.is_dir():
            yield from _there([path])
        elif not any(map(_is_check, path.glob("*.py"))):
            yield from _below(path)


def _below(folder: Path) -> Iterator[Path]:
    return _there(folder.rglob("*")) if folder.is_dir() else iter(())


def _there(paths: Iterable[Path]) -> Iterator[Path]:
    """Those that are files, without what Python, pytest, editors and Jupyter leave beside them."""
    for path in paths:
        if path.is_file() and "__pycache__" not in path.parts and not _is_hidden(path):
            yield path


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.parent.name.startswith((".ipynb_", ".pytest_"))
