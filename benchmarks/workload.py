"""The class that is graded: five exercises with six hidden checks each, as a course of ours and of stock nbgrader.

Of every ten students six solve everything, three have one misconception each, one has left an exercise unwritten. No
two notebooks are the same, so nothing is known before it is graded.
"""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat

from autograder.authoring import Misconception
from autograder.course import release
from autograder.diagnosis import misconceptions
from autograder.release import build
from autograder.release.proofs import made

HERE = Path(__file__).resolve().parents[1]
NAME = "five"
EXERCISES = {
    "conv_output_size": "ps2",
    "batch_norm": "ps4",
    "dropout": "ps4",
    "gru_step": "ps5",
    "cross_entropy": "ps8",
}
CHECKS = 6
_HIDDEN = """
### BEGIN HIDDEN TESTS
{checks}

from types import SimpleNamespace

for _number, _check in enumerate([{names}]):
    torch.manual_seed(_number)
    _check(SimpleNamespace(**globals()))
### END HIDDEN TESTS
"""


def make_course(folder: Path) -> Path:
    """A course of ours with one problem set, `five`."""
    cells = [_setup()]
    for exercise, problem_set in EXERCISES.items():
        cells += _cells(exercise, problem_set)
        target = folder / "tests" / "hidden" / NAME / f"test_{exercise}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_first_checks(exercise))
    solutions = folder / "solutions" / NAME
    solutions.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=cells)
    (solutions / f"{NAME}.py").write_text(jupytext.writes(notebook, fmt="py:percent"))
    (solutions / "misconceptions.py").write_text(
        "from pathlib import Path\n\nfrom autograder.diagnosis import misconceptions\n\n"
        f"for _set in {sorted(set(EXERCISES.values()))}:\n"
        f"    for _known in misconceptions.load(Path({str(HERE)!r}) / 'solutions' / _set / 'misconceptions.py'):\n"
        f"        if _known.exercise in {sorted(EXERCISES)}:\n"
        "            globals()[_known.name] = _known.solution\n"
    )
    (folder / "course.yml").write_text(
        f"name: {NAME}\ntitle: Five exercises\nproblem_sets:\n  {NAME}: {{title: Five exercises}}\n"
    )
    (folder / "nbgrader_config.py").write_bytes((HERE / "nbgrader_config.py").read_bytes())
    build.build(folder)
    return folder


def make_stock(folder: Path, ours: Path) -> Path:
    """The same problem set as a course of stock nbgrader: the checks are hidden tests of the examples cells."""
    notebook = nbformat.read(ours / "source" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        exercise = cell.metadata.get("autograder", {}).get("examples")
        if exercise:
            checks = _first_checks(exercise)
            names = [node.name for node in ast.parse(checks).body if _is_check(node)]
            cell.source += _HIDDEN.format(checks=checks, names=", ".join(names))
    path = folder / "source" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.course_id = {NAME!r}\n")
    nbgrader(folder, "generate_assignment", NAME)
    return folder


def nbgrader(folder: Path, *command: str) -> None:
    """Run one of nbgrader's own commands."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"nbgrader {' '.join(command)}: {done.stderr[-2000:]}")


@dataclass(frozen=True)
class Writer:
    """Writes the submissions of a class, the same ones for every course of the same problem set."""

    solutions: dict[str, str]
    misconceptions: list[Misconception]

    @classmethod
    def of(cls, course: Path) -> Writer:
        """What a course of `make_course` gives to write with."""
        known = misconceptions.load(course / "solutions" / NAME / "misconceptions.py")
        return cls(made.solutions(course, NAME), known)

    def code(self, number: int) -> dict[str, str]:
        """The student's code by exercise; an unwritten exercise is left out."""
        chance = random.Random(number)
        written = dict(self.solutions)
        if number % 10 in (3, 5, 7):
            known = chance.choice(self.misconceptions)
            written[known.exercise] = known.source()
        elif number % 10 == 9:
            del written[chance.choice(list(EXERCISES))]
        return {exercise: f"{text.rstrip()}\n# {student(number)}\n" for exercise, text in written.items()}

    def hand_in(self, folder: Path, numbers: range) -> None:
        """Write submissions into `folder`/submitted, for the release that stands there."""
        if (folder / "assignments").is_dir():
            released = json.loads(release.path_of(folder, NAME).read_text())
        else:
            released = json.loads((folder / "release" / NAME / f"{NAME}.ipynb").read_text())
        for number in numbers:
            notebook = json.loads(json.dumps(released))
            code = self.code(number)
            for cell in notebook["cells"]:
                exercise = cell["metadata"].get("autograder", {}).get("exercise")
                if exercise in code:
                    cell["source"] = code[exercise]
            target = folder / "submitted" / student(number) / NAME
            target.mkdir(parents=True)
            (target / f"{NAME}.ipynb").write_text(json.dumps(notebook, indent=1))
            (target / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")


def student(number: int) -> str:
    """A student's id."""
    return f"student-{number:05}"


def _setup() -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell("import torch\nimport torch.nn.functional as F")


def _cells(exercise: str, problem_set: str) -> list[nbformat.NotebookNode]:
    """The exercise's prose, in both languages, its stub and its examples."""
    cells = jupytext.read(HERE / "solutions" / problem_set / f"{problem_set}.py", fmt="py:percent").cells
    place = next(i for i, cell in enumerate(cells) if cell.metadata.get("exercise") == exercise)
    return [cell for cell in cells[place - 2 : place + 2] if "picture:" not in cell.source]


def _first_checks(exercise: str) -> str:
    path = HERE / "tests" / "hidden" / EXERCISES[exercise] / f"test_{exercise}.py"
    text = path.read_text()
    checks = [node for node in ast.parse(text).body if _is_check(node)]
    assert len(checks) >= CHECKS, path
    lines = text.splitlines()
    for node in reversed(checks[CHECKS:]):
        del lines[node.decorator_list[0].lineno - 1 : node.end_lineno]
    return "\n".join(lines) + "\n"


def _is_check(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
