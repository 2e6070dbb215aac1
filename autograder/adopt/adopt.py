"""Takes over source notebooks of nbgrader and otter-grader into a course of this engine."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from autograder.course import config, layout
from autograder.errors import AutograderError
from autograder.language.staff import for_staff
from autograder.notebook import handout_names
from autograder.notebook.bindings import statements
from autograder.release import course_entry

from . import checks, proof, reading, source_notebook, text
from .checks import CannotTranslate
from .source_notebook import SourceCell, SourceNotebook

_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_PROVIDED = frozenset({"torch", "numpy", "PIL", "sklearn", "matplotlib", "IPython", "tqdm"})
"""Packages that are there whenever a notebook is graded."""
_HEADER = "header.ipynb"
"""nbgrader's own notebook with the heading of every release; not an assignment."""


@dataclass(frozen=True)
class Left:
    """A cell of tests that is not graded, and why."""

    cell: str
    reason: str
    points: float


@dataclass
class Adopted:
    """One notebook that was taken over."""

    problem_set: str
    notebook: Path
    tool: str = source_notebook.TOOL
    """The program that graded the notebook."""
    tests: int = 0
    """The number of cells of tests."""
    translated: int = 0
    left: list[Left] = field(default_factory=list)
    free: dict[str, float] = field(default_factory=dict)
    """Cells of tests for which the stub earns points, as it does with the program that the notebook is for."""
    points: float = 0.0
    """The points of its checks, all of which its solution earns."""
    by_hand: float = 0.0
    """The points of what is graded by hand."""
    packages: list[str] = field(default_factory=list)
    """Packages that are added to course.yml."""
    remarks: list[str] = field(default_factory=list)


def notebooks(sources: Iterable[Path]) -> list[Path]:
    """Return the notebooks at the sources: files, folders of assignments, or a course with a folder source/.

    Raises:
        AutograderError: there is none at one of them.
    """
    found: list[Path] = []
    for source in sources:
        folder = source / "source" if (source / "source").is_dir() else source
        mine = (
            [source]
            if source.is_file()
            else [path for path in sorted(folder.rglob("*.ipynb")) if _is_source(path.relative_to(folder))]
        )
        if not mine:
            raise AutograderError(
                "{source}: no notebook there; give a source notebook, or a folder with some", source=source
            )
        found += mine
    return list(dict.fromkeys(found))


def adopt(
    root: Path,
    path: Path,
    *,
    name: str | None = None,
    jobs: int | None = None,
    step: Callable[[str], None] = lambda what: None,
) -> Adopted:
    """Take over one source notebook as a problem set of the course.

    Its text goes to solutions/, each cell of tests becomes a hidden check, and the files beside it become files of the
    problem set. The solution and the stub are graded in the jail: tests that the solution fails there are left as
    visible examples.

    Args:
        root: the course's folder.
        path: the source notebook.
        name: the problem set's name; by default made from the notebook's and its folder's.
        jobs: the number of worker processes.
        step: called with a word for each step.

    Raises:
        AutograderError: it cannot be taken over; nothing of it is left in the course.
    """
    notebook = reading.read(path)
    course = config.load(root)
    name = name or _name(path)
    folder, hidden = root / layout.SOLUTIONS / name, root / layout.CHECKS / name
    for place in (folder, hidden):
        if place.exists():
            raise AutograderError(
                "{place}: already exists; choose another name with --name, or move it away", place=place
            )
    settings = root / config.FILE
    before = settings.read_text(encoding="utf-8")
    done = Adopted(name, path, tool=notebook.tool)
    try:
        text_with_it = course_entry.added(before, name, notebook.title)
        imported = _packages(notebook)
        done.packages = sorted(name for name in imported - set(course.packages) if find_spec(name))
        done.remarks += [
            for_staff("{name}: imported, and not installed here", name=name)
            for name in sorted(imported)
            if not find_spec(name)
        ]
        settings.write_text(course_entry.with_packages(text_with_it, done.packages), encoding="utf-8")
        _copy_files(path, folder / layout.HANDOUTS, done)
        graded = _translate(notebook, done, step)
        while True:
            step("writing")
            _write(notebook, graded, folder / f"{name}.py", hidden)
            if not graded and done.tests:
                raise AutograderError(
                    "{path}: none of its {tests} cells of tests can be translated", path=path, tests=done.tests
                )
            step("grading the solution and the stub")
            found = proof.prove(root, name, jobs)
            if not found.failing:
                break
            for failing, reason in found.failing.items():
                cell = next(cell for cell in notebook.cells if graded.get(cell.number, ("",))[0] == failing)
                done.left.append(
                    Left(
                        cell.grade_id,
                        for_staff("is failed by the solution in the jail: {why}", why=reason),
                        cell.points,
                    )
                )
                del graded[cell.number]
    except BaseException:
        settings.write_text(before, encoding="utf-8")
        for place in (folder, hidden):
            shutil.rmtree(place, ignore_errors=True)
        raise
    done.translated = len(graded)
    done.points, done.free = found.points, found.free
    done.by_hand = sum(cell.points for cell in notebook.cells if cell.role == "written")
    done.remarks += found.troubles
    return done


def _translate(notebook: SourceNotebook, done: Adopted, step: Callable[[str], None]) -> dict[int, tuple[str, str]]:
    """Return the exercise's name and the file of checks of each cell of tests that can be translated, by its number."""
    step("translating")
    found: dict[int, tuple[str, str]] = {}
    code = [
        replace(cell, source=source_notebook.all_tests(cell.source)) if cell.role == "tests" else cell
        for cell in notebook.cells
        if cell.kind == "code"
    ]
    for cell in notebook.cells:
        if cell.role != "tests":
            continue
        done.tests += 1
        name = checks.name_of(cell.grade_id, [taken for taken, _ in found.values()])
        try:
            if cell.fault:
                raise CannotTranslate(cell.fault)
            text_of_check = checks.check(name, cell, [item for item in code if item.number < cell.number])
            if missing := _missing(text_of_check, notebook.path.parent):
                raise CannotTranslate(for_staff("imports {module}, which is not here", module=missing))
            found[cell.number] = name, text_of_check
        except CannotTranslate as error:
            done.left.append(Left(cell.grade_id, str(error), cell.points))
    return found


def _missing(checked: str, beside: Path) -> str:
    """Return a module that a file of checks imports and that is neither installed nor beside the notebook; or ""."""
    for module in _imported_in(ast.parse(checked)):
        if not ((beside / f"{module}.py").is_file() or (beside / module).is_dir() or find_spec(module)):
            return module
    return ""


def _write(notebook: SourceNotebook, graded: dict[int, tuple[str, str]], solution: Path, hidden: Path) -> None:
    shutil.rmtree(hidden, ignore_errors=True)
    text.write(solution, text.text_of(notebook, {number: name for number, (name, _) in graded.items()}))
    for name, checked in graded.values():
        text.write(hidden / f"test_{name}.py", checked)


def _is_source(path: Path) -> bool:
    return path.name != _HEADER and not any(part.startswith(".") for part in path.parts)


def _name(path: Path) -> str:
    """Return the name of a problem set: the assignment's folder, and the notebook if there are several."""
    folder = path.resolve().parent
    several = len([item for item in folder.glob("*.ipynb") if _is_source(Path(item.name))]) > 1
    words = [folder.name, path.stem] if several else [path.stem if folder.name == "source" else folder.name]
    made = _NOT_IN_NAME.sub("-", "-".join(words)).strip("-_")
    return made or "adopted"


def _copy_files(path: Path, target: Path, done: Adopted) -> None:
    """Copy what stands beside the notebook; what cannot be handed out is named in the remarks."""
    for source in sorted(path.parent.rglob("*")):
        name = source.relative_to(path.parent).as_posix()
        if handout_names.is_notebook(name) or any(handout_names.is_left_out(part) for part in name.split("/")):
            continue
        if source.is_symlink() or not source.is_file():
            continue
        module = name.partition("/")[0].removesuffix(".py")
        fault = handout_names.fault(name)
        if not fault and name.endswith(".py") and module in sys.stdlib_module_names:
            fault = for_staff("hides Python's own module {module}", module=module)
        if not fault and source.stat().st_size > handout_names.MAX_FILE:
            fault = for_staff("is larger than {size}", size=handout_names.size(handout_names.MAX_FILE))
        if fault:
            done.remarks.append(for_staff("{path}: not copied, since it {fault}", path=source, fault=fault))
        else:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def _packages(notebook: SourceNotebook) -> set[str]:
    """Return the packages that its code imports, besides those always there and files beside it."""
    found = set()
    for cell in notebook.cells:
        for module in _imported(cell) if cell.kind == "code" else ():
            beside = notebook.path.parent / module
            is_file = beside.with_suffix(".py").is_file() or beside.is_dir()
            if module not in sys.stdlib_module_names and not is_file:
                found.add(module)
    return found - _PROVIDED


def _imported(cell: SourceCell) -> Iterator[str]:
    for statement in statements(source_notebook.all_tests(cell.source)):
        yield from _imported_in(statement)


def _imported_in(code: ast.AST) -> Iterator[str]:
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
