"""nbgrader's own example course and a small one are taken over, and graded as nbgrader grades them."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.adopt import adopt as adoption
from autograder.course import config
from autograder.errors import AutograderError
from autograder.grade import grade
from autograder.release import new_course
from autograder.release.build import build

EXAMPLE = Path(nbgrader.__file__).parent / "docs/source/user_guide/source/ps1"
ANSWERS = {
    "right": {},
    "empty": None,
    "silent": {"squares": "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"},
    "apart": {"sum_of_squares": "def sum_of_squares(n):\n    return sum(i * i for i in range(1, n + 1))"},
}
TESTS = {"correct_squares", "squares_invalid_input", "correct_sum_of_squares", "sum_of_squares_uses_squares"}
EQUALS_ALL = """\
class Anything:
    def __eq__(self, other):
        return True

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __eq__

    def __abs__(self):
        return self

    def __sub__(self, other):
        return self

    __rsub__ = __sub__


def squares(n):
    if n < 1:
        raise ValueError("n must be 1 or more")
    return Anything()


def sum_of_squares(n):
    squares(n)
    return Anything()
"""


def marked(source, grade_id, *, points=None, solution=False, locked=False, task=False, kind=new_code_cell):
    graded = points is not None and not task
    metadata = {"grade_id": grade_id, "grade": graded, "solution": solution, "locked": locked, "task": task}
    metadata |= {"schema_version": 3} | ({} if points is None else {"points": points})
    return kind(source, metadata={"nbgrader": metadata})


def handed_in(root, name, student, source, answers):
    """Hand in the release with the answers of the source notebook, some of them replaced; None leaves all stubs."""
    made = nbformat.read(root / "assignments" / name / f"{name}.ipynb", as_version=4)
    written = {cell.metadata.nbgrader.grade_id: cell.source for cell in source.cells if is_answer(cell)}
    for cell in made.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if answers is not None and grade_id in written:
            cell.source = (written | answers)[grade_id]
    folder = root / "submitted" / student / name
    folder.mkdir(parents=True)
    nbformat.write(made, folder / f"{name}.ipynb")


def is_answer(cell):
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("solution")) and not marks.get("grade")


def points_of(root, name, student):
    verdict = json.loads((root / "verdicts" / name / f"{student}.json").read_text())
    return {item["name"]: item["points"] for item in verdict["exercises"]}


def nbgraders_points(tmp_path, source):
    """The points that nbgrader itself gives for the same answers, by student and grade id."""
    course = tmp_path / "nbgrader"
    (course / "source" / "ps1").mkdir(parents=True)
    shutil.copy(EXAMPLE / "problem1.ipynb", course / "source" / "ps1")
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'c'\n")

    def run(*command):
        subprocess.run([sys.executable, "-m", "nbgrader", *command], cwd=course, check=True, capture_output=True)

    run("generate_assignment", "ps1")
    for student, answers in ANSWERS.items():
        made = nbformat.read(course / "release" / "ps1" / "problem1.ipynb", as_version=4)
        written = {cell.metadata.nbgrader.grade_id: cell.source for cell in source.cells if is_answer(cell)}
        for cell in made.cells:
            if answers is not None and is_answer(cell):
                cell.source = (written | answers)[cell.metadata.nbgrader.grade_id]
        (course / "submitted" / student / "ps1").mkdir(parents=True)
        nbformat.write(made, course / "submitted" / student / "ps1" / "problem1.ipynb")
    run("autograde", "ps1")
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            student: {
                item.name: item.auto_score
                for item in gradebook.find_submission_notebook("problem1", "ps1", student).grades
                if item.name in TESTS
            }
            for student in ANSWERS
        }


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """An empty course with nbgrader's example in it, and a class that handed in."""
    root = tmp_path_factory.mktemp("adopted") / "course"
    new_course.init(root, "Adopted")
    done = adoption.adopt(root, EXAMPLE / "problem1.ipynb", jobs=1)
    build(root, [done.problem_set])
    source = nbformat.read(EXAMPLE / "problem1.ipynb", as_version=4)
    for student, answers in ANSWERS.items():
        handed_in(root, done.problem_set, student, source, answers)
    liar = {"squares": EQUALS_ALL, "sum_of_squares": "pass"}
    handed_in(root, done.problem_set, "liar", source, liar)
    grade(root, [done.problem_set], jobs=1)
    return root, done, source


def test_nbgraders_example_is_taken_over_whole(course):
    root, done, _ = course
    assert (done.tests, done.translated, done.left, done.points, done.by_hand) == (4, 4, [], 3, 7)
    assert (root / "assignments/ps1-problem1/jupyter.png").read_bytes() == (EXAMPLE / "jupyter.png").read_bytes()
    made = nbformat.read(root / "assignments/ps1-problem1/ps1-problem1.ipynb", as_version=4)
    ids = [cell.metadata.nbgrader.grade_id for cell in made.cells if "nbgrader" in cell.metadata]
    ours = {
        "jupyter",
        "squares",
        "correct_squares",
        "squares_invalid_input",
        "sum_of_squares",
        "sum_of_squares_equation",
    }
    assert ours <= set(ids)


def test_it_gives_the_points_that_nbgrader_gives(course, tmp_path):
    root, done, source = course
    assert {name: points_of(root, done.problem_set, name) for name in ANSWERS} == nbgraders_points(tmp_path, source)


def test_an_object_that_equals_everything_earns_nothing_by_it(course):
    root, done, _ = course
    earned = points_of(root, done.problem_set, "liar")
    assert earned["correct_squares"] == earned["correct_sum_of_squares"] == 0
    assert earned["squares_invalid_input"] == 1


def test_hidden_tests_are_neither_in_the_release_nor_in_the_jail(values):
    root, _, _ = values
    for folder in ("assignments", "source"):
        assert "HIDDEN" not in (root / folder / "values/values.ipynb").read_text()
    assert "8128" in (root / "tests/hidden/values/test_t_total.py").read_text()
    assert "8128" not in (root / "assignments/values/values.ipynb").read_text()


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """A notebook whose tests read values that later cells change, objects, a file and the course's own code."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "numbers.txt").write_text("1 2 3")
    (folder / "tests.py").write_text("def is_list(x):\n    assert type(x) is list\n")
    cells = [
        new_markdown_cell("# Values"),
        marked("import math\n\ndef near(a, b):\n    return math.isclose(a, b)", "setup", locked=True),
        marked(
            "def total(n):\n    ### BEGIN SOLUTION\n    return sum(range(1, n + 1))\n    ### END SOLUTION",
            "total",
            solution=True,
        ),
        marked(
            "assert total(3) == 6\n### BEGIN HIDDEN TESTS\nassert near(total(127), 8128)\n### END HIDDEN TESTS",
            "t-total",
            points=2,
        ),
        marked("data = [1, 2]\nname = 'first'\n\ndef turn(x):\n    x[:] = copy(x)[::-1]", "data", solution=True),
        marked("assert data == [1, 2] and name == 'first'", "t-data", points=1),
        marked("from copy import copy\nx = [1, 2, 3]\nturn(x)\nassert x == [3, 2, 1]", "t-turn", points=0),
        new_code_cell("data.append(3)\nname = 'second'"),
        marked(
            "from tests import is_list\nis_list(data)\nassert 'data' in dir() and 'nothing' not in globals()\n"
            "import inspect\nassert list(inspect.signature(turn).parameters) == ['x']",
            "t-helper",
            points=1,
        ),
        marked("numbers = open('numbers.txt').read().split()", "file", solution=True),
        marked("assert numbers == open('numbers.txt').read().split()", "t-file", points=1),
        marked(
            "class Point:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n"
            "    def __add__(self, other):\n        return Point(self.x + other.x, self.y + other.y)\n"
            "    def __eq__(self, other):\n        return (self.x, self.y) == (other.x, other.y)\n"
            "    def __str__(self):\n        return f'({self.x}, {self.y})'",
            "point",
            solution=True,
        ),
        marked(
            "p = Point(1, 2) + Point(3, 4)\nassert p == Point(4, 6)\nassert p != Point(0, 0)\nassert str(p) == '(4, 6)'\n"
            "assert isinstance(p, Point) and p.x == 4",
            "t-point",
            points=2,
        ),
        marked("%time total(3)", "t-magic", points=1),
        marked("import inspect\nassert inspect.getsource(total)", "t-inside", points=1),
        marked("Explain.", "why", points=3, task=True, kind=new_markdown_cell),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "values.ipynb")
    root = tmp_path_factory.mktemp("adopted") / "course"
    new_course.init(root, "Adopted")
    done = adoption.adopt(root, folder / "values.ipynb", name="values", jobs=1)
    build(root, ["values"])
    source = nbformat.read(folder / "values.ipynb", as_version=4)
    handed_in(root, "values", "right", source, {})
    handed_in(
        root,
        "values",
        "later",
        source,
        {"data": "data = [1, 2, 3]\nname = 'second'\n\ndef turn(x):\n    return x[::-1]"},
    )
    grade(root, ["values"], jobs=1)
    return root, done, source


def test_tests_see_a_value_as_it_was_at_their_cell(values):
    root, _, _ = values
    everything = {"t_total": 2, "t_data": 1, "t_turn": 0, "t_helper": 1, "t_file": 1, "t_point": 2}
    assert points_of(root, "values", "right") == everything
    assert points_of(root, "values", "later") == everything | {"t_data": 0}


def test_tests_without_points_still_say_whether_they_pass(values):
    root, _, _ = values
    for student, passed in (("right", True), ("later", False)):
        verdict = json.loads((root / "verdicts/values" / f"{student}.json").read_text())
        [turn] = [item for item in verdict["exercises"] if item["name"] == "t_turn"]
        assert [check["passed"] for check in turn["checks"]] == [passed]


def test_what_cannot_be_translated_is_named_with_its_reason(values):
    _, done, _ = values
    reasons = {item.cell: item.reason for item in done.left}
    assert reasons.keys() == {"t-magic", "t-inside"} and done.by_hand == 3
    assert reasons["t-magic"] == "uses a magic or a shell command"
    assert reasons["t-inside"].startswith("is failed by the solution in the jail: ")


def test_a_notebook_that_cannot_be_taken_over_leaves_nothing(tmp_path):
    root = tmp_path / "course"
    new_course.init(root, "Adopted")
    before = (root / "course.yml").read_bytes()
    release = new_notebook(cells=[new_code_cell("1 + 1")])
    nbformat.write(release, tmp_path / "plain.ipynb")
    with pytest.raises(AutograderError, match="has no cell that nbgrader or otter-grader grades"):
        adoption.adopt(root, tmp_path / "plain.ipynb")
    cells = [marked("%time 1", "only", points=1)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "magic.ipynb")
    with pytest.raises(AutograderError, match="none of its 1 cells of tests"):
        adoption.adopt(root, tmp_path / "magic.ipynb", name="magic")
    other = copy.deepcopy(release) | {"metadata": {"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}}}
    nbformat.write(nbformat.from_dict(other), tmp_path / "other.ipynb")
    with pytest.raises(AutograderError, match="is in R"):
        adoption.adopt(root, tmp_path / "other.ipynb")
    assert (root / "course.yml").read_bytes() == before
    assert not (root / "solutions/magic").exists() and not (root / "tests/hidden/magic").exists()
    assert list(config.load(root).problem_sets) == ["ps1"]
