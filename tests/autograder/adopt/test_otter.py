"""Source notebooks of otter-grader become problem sets: what students get, which checks, points, and what needs a person."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder.adopt import adopt as adoption
from autograder.adopt import otter_notebook, otter_tests, reading
from autograder.adopt.otter_notebook import Malformed
from autograder.adopt.source_notebook import all_tests, visible_part
from autograder.errors import AutograderError
from autograder.grade import grade
from autograder.release import new_course
from autograder.release.build import build


def shows(source, text="", printed=""):
    """A code cell that was run, with the text of its result and what it printed."""
    outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
    if text:
        outputs.append(new_output("execute_result", data={"text/plain": text}, execution_count=1))
    return new_code_cell(source, outputs=outputs, execution_count=1)


def question(settings, *cells, tests=()):
    within = [new_raw_cell("# BEGIN TESTS"), *tests, new_raw_cell("# END TESTS")] if tests else []
    return [new_raw_cell(f"# BEGIN QUESTION\n{settings}"), *cells, *within, new_raw_cell("# END QUESTION")]


def solution(*cells):
    return [new_raw_cell("# BEGIN SOLUTION"), *cells, new_raw_cell("# END SOLUTION")]


def read(*cells):
    return list(otter_notebook.cells(new_notebook(cells=list(cells))))


def cells_of_tests(*cells):
    return [cell for cell in read(*cells) if cell.role == "tests"]


def translated(cell, bound=()):
    return otter_tests.read(cell, set(bound)).source


# --- a whole notebook -------------------------------------------------------------------------------------------------

ANSWERS = {
    "right": {},
    "empty": None,
    "other": {"double-answer": "def double(x):\n    return x + x\n\nfour = 5"},
    "liar": {"double-answer": "class Any:\n    __eq__ = lambda self, other: True\ndef double(x):\n    return Any()"},
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A notebook with each kind of test, taken over, and graded for a few students."""
    folder = tmp_path_factory.mktemp("hw1")
    (folder / "scale.txt").write_text("3")
    cells = [
        new_raw_cell("# ASSIGNMENT CONFIG\nname: hw1\nfiles: [scale.txt]"),
        new_markdown_cell("# Doubling"),
        new_code_cell("import numpy as np\nSCALE = int(open('scale.txt').read())"),
        *question(
            "name: double\npoints: 2",
            new_markdown_cell("Write `double`."),
            *solution(new_code_cell("def double(x):\n    return 2 * x  # SOLUTION\n\nfour = double(2)  # SOLUTION")),
            tests=[
                shows("double(SCALE)", "6"),
                shows("# HIDDEN\ndouble(np.array([1, 2]))", "array([2, 4])"),
                shows(
                    '""" # BEGIN TEST CONFIG\npoints: 1\nhidden: true\n""" # END TEST CONFIG\nprint(four, "is four")',
                    printed="4 is four\n",
                ),
            ],
        ),
        *question(
            "name: halve\npoints: 1",
            *solution(new_code_cell("# BEGIN SOLUTION\ndef halve(x):\n    return x / 2\n# END SOLUTION")),
            tests=[
                new_code_cell(
                    'def test_halve(env):\n    """it halves"""\n    assert env["halve"](3) == 1.5\n\ntest_halve(globals())'
                ),
                new_code_cell("halve(3) == 1.5"),
            ],
        ),
        *question(
            "name: why\nmanual: true\npoints: 3",
            new_markdown_cell("Why?"),
            new_raw_cell("# BEGIN PROMPT"),
            new_markdown_cell("*Because …*"),
            new_raw_cell("# END PROMPT"),
            *solution(new_markdown_cell("Because of the secret.")),
        ),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "hw1.ipynb")
    root = tmp_path_factory.mktemp("adopted") / "course"
    new_course.init(root, "Adopted")
    done = adoption.adopt(root, folder / "hw1.ipynb", name="hw1", jobs=1)
    build(root, ["hw1"])
    release = nbformat.read(root / "assignments/hw1/hw1.ipynb", as_version=4)
    solved = {cell.grade_id: cell.source for cell in reading.read(folder / "hw1.ipynb").cells if cell.role == "answer"}
    for student, answers in ANSWERS.items():
        made = nbformat.from_dict(json.loads(nbformat.writes(release)))
        for cell in made.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if answers is not None and grade_id in solved:
                cell.source = (solved | answers)[grade_id]
        (root / "submitted" / student / "hw1").mkdir(parents=True)
        nbformat.write(made, root / "submitted" / student / "hw1/hw1.ipynb")
    grade(root, ["hw1"], jobs=1)
    return root, done, release


def test_it_is_taken_over_and_what_needs_a_person_is_named(course):
    _, done, _ = course
    assert (done.tests, done.translated, done.points, done.by_hand, done.tool) == (5, 4, 2.5, 3, "otter-grader")
    assert [(item.cell, item.points) for item in done.left] == [("halve-2", 0.5)]
    assert done.left[0].reason.startswith("has no stored output")


def test_students_get_neither_solutions_nor_hidden_tests(course):
    root, _, release = course
    text = nbformat.writes(release)
    assert "2 * x" not in text and "secret" not in text and "is four" not in text and "array([2, 4])" not in text
    answer = next(cell.source for cell in release.cells if cell.metadata.nbgrader.grade_id == "double-answer")
    assert answer.startswith("def double(x):\n    raise NotImplementedError(")
    assert "\n# four = ...\nraise NotImplementedError(" in answer
    assert "assert double(SCALE) == 6" in text and "*Because …*" in text
    assert (root / "assignments/hw1/scale.txt").read_text() == "3"


def test_its_points_are_those_of_the_tests_that_pass(course):
    root, *_ = course
    found = {}
    for student in ANSWERS:
        verdict = json.loads((root / "verdicts/hw1" / f"{student}.json").read_text())
        found[student] = {item["name"]: item["points"] for item in verdict["exercises"] if item["name"] != "why"}
    everything = {"double_1": 0.5, "double_2": 0.5, "double_3": 1, "halve_1": 0.5}
    assert found["right"] == everything
    assert found["empty"] == dict.fromkeys(everything, 0)
    assert found["other"] == everything | {"double_3": 0}
    assert found["liar"] == dict.fromkeys(everything, 0) | {"halve_1": 0.5}


# --- tests ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (shows("x", "3"), "assert x == 3"),
        (shows("x + 1", "3.5"), "assert (x + 1) == 3.5"),
        (shows("x > 2", "True"), "assert x > 2"),
        (shows("x > 2", "False"), "assert not (x > 2)"),
        (shows("f(x)", "True"), "assert f(x) == True"),
        (shows("f(x)", "np.True_"), "assert f(x) == True"),
        (shows("f(x)", "np.float64(2.5)"), "assert f(x) == 2.5"),
        (shows("# why\ny = f(x)\ny", "'a'"), "# why\ny = f(x)\nassert y == 'a'"),
        (shows("x", "{1,\n 2}"), "assert x == {1, 2}"),
        (shows("x", "array([1, 2])"), "assert repr(x) == 'array([1, 2])'"),
        (shows("x", "array([[1],\n       [2]])"), """assert " ".join(repr(x).split()) == 'array([[1], [2]])'"""),
        (shows("print(x)", printed="3\n"), "assert str(x) == '3'"),
        (shows("print(x, y)", printed="3 4\n"), """assert " ".join(map(str, [x, y])) == '3 4'"""),
        (shows("f(x)"), "f(x)"),
        (new_code_cell("np.testing.assert_allclose(x, 1)"), "np.testing.assert_allclose(x, 1)"),
        (new_code_cell("assert x == 1, 'no'"), "assert x == 1, 'no'"),
        (new_code_cell("# TEST\nassert x"), "assert x"),
        (new_code_cell("def test_it(x, np):\n    # here\n    assert x\n\ntest_it(x, np)"), "# here\nassert x"),
        (new_code_cell("def test_it(env):\n    assert 'x' in env and env['x']"), "assert 'x' in globals() and x"),
    ],
)
def test_what_a_cell_shows_is_compared_with_its_stored_output(cell, expected):
    assert translated(cell) == expected


def test_what_the_tests_themselves_print_is_compared():
    made = translated(shows("for i in range(2):\n    print(f(i))\nf(3)", "9", printed="1\n4\n"))
    scope = {"f": lambda n: (n + 1) ** 2 if n < 2 else 9}
    exec(made, scope)
    scope["f"] = lambda n: n
    with pytest.raises(AssertionError):
        exec(made, scope)


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        ("    if x:\n        return\n    assert x", ()),
        ("    y = x\n    assert y", ("y",)),
        ("    x = [x]\n    assert x", ()),
    ],
)
def test_a_function_whose_names_matter_is_kept_and_called(body, bound):
    assert translated(new_code_cell(f"def test_it(x):\n{body}"), bound) == f"def test_it(x):\n{body}\ntest_it(x)"


def test_a_text_of_several_lines_in_a_test_function_keeps_its_lines():
    made = translated(new_code_cell('def test_it(f):\n    text = """a\n    b"""\n    assert f(text)'))
    seen = []
    exec(made, {"f": lambda text: seen.append(text) or True})
    assert seen == ["a\n    b"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (new_code_cell("x == 1"), "has no stored output to compare with"),
        (new_code_cell("all(x)"), "has no stored output to compare with"),
        (shows("f", "<function f at 0x7f3a5c0d1e50>"), "differs from run to run"),
        (shows("greet('Ada')", printed="Hello\n"), "what the student's code prints"),
        (shows("x = 1", "3"), "not that of its last line"),
        (new_code_cell("def test_it(*x):\n    assert x"), "no names of the notebook"),
        (
            new_code_cell("f()", outputs=[new_output("error", ename="E", evalue="", traceback=[])], execution_count=1),
            "has an exception as its stored output",
        ),
    ],
)
def test_what_cannot_be_compared_is_said(cell, reason):
    assert reason in otter_tests.read(cell, set()).fault


@pytest.mark.parametrize(
    ("total", "own", "expected"),
    [
        (None, [None], [1]),
        (None, [None, None, None], [0.33, 0.33, 0.34]),
        (6, [2, 2, None, None], [2, 2, 1, 1]),
        (None, [2, None], [2, 0]),
        (None, [0, None, None], [0, 0.5, 0.5]),
        (None, [0, 0], [0, 0]),
        (0, [None, None], [0, 0]),
        (1, [2, None], [2, 0]),
    ],
)
def test_points_are_shared_as_otter_shares_them(total, own, expected):
    assert otter_tests.shares(total, own) == expected


def test_points_for_each_test_and_in_a_list():
    tests = [new_code_cell("assert 1"), new_code_cell("assert 2")]
    assert [cell.points for cell in cells_of_tests(*question("name: q\npoints:\n  each: 2", tests=tests))] == [2, 2]
    assert [cell.points for cell in cells_of_tests(*question("name: q\npoints: [1, 3]", tests=tests))] == [1, 3]


def test_tests_that_count_together_are_one_cell():
    tests = [new_code_cell("assert 1"), new_code_cell("# HIDDEN\nassert 2")]
    [cell] = cells_of_tests(*question("name: q\npoints: 4\nall_or_nothing: true", tests=tests))
    assert (cell.grade_id, cell.points) == ("q", 4)
    assert visible_part(cell.source) == "assert 1" and "assert 2" in all_tests(cell.source)


# --- solutions and blocks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 3 # SOLUTION", "# x = ...\n### BEGIN SOLUTION\nx = 3\n### END SOLUTION"),
        (
            "def f(x):\n    y = x * x # SOLUTION NO PROMPT\n    return y # SOLUTION\n\nz = f(3) # SOLUTION\nz",
            "def f(x):\n    ### BEGIN SOLUTION\n    y = x * x\n    return y\n    ### END SOLUTION\n"
            "# z = ...\n### BEGIN SOLUTION\nz = f(3)\n### END SOLUTION\nz",
        ),
        (
            'if x:\n    # BEGIN SOLUTION NO PROMPT\n    y = 1\n    # END SOLUTION\n    """ # BEGIN PROMPT\n    y = ...\n'
            '    """; # END PROMPT\nprint(y)',
            "if x:\n    ### BEGIN SOLUTION\n    y = 1\n    ### END SOLUTION\n    # y = ...\nprint(y)",
        ),
        ("rng.seed(1) # SEED\nx = 1 # SOLUTION", "# x = ...\n### BEGIN SOLUTION\nrng.seed(1)\nx = 1\n### END SOLUTION"),
    ],
)
def test_what_students_write_stands_between_nbgraders_marks(source, expected):
    [cell] = [cell for cell in read(*question("name: q", *solution(new_code_cell(source)))) if cell.kind == "code"]
    assert (cell.role, cell.grade_id, cell.source) == ("answer", "q-answer", expected)


def test_a_cell_without_marks_is_given_to_students_as_it_is():
    cells = read(*question("name: q", *solution(new_code_cell("x = 1"), new_markdown_cell("The answer."))))
    assert [(cell.role, cell.source) for cell in cells] == [("code", "x = 1")]


def test_a_solution_that_is_graded_by_hand_is_never_given_to_students():
    cells = read(
        *question("name: q\nmanual: true\npoints: 2", *solution(new_code_cell("x = 1"), new_markdown_cell("so")))
    )
    assert [(cell.role, cell.points) for cell in cells] == [("written", 2), ("written", 0)]
    assert all(cell.source.startswith("### BEGIN SOLUTION\n") for cell in cells)


def test_marks_can_stand_in_prose_and_what_is_ignored_is_left_out():
    cells = read(
        new_markdown_cell("```otter\n# ASSIGNMENT CONFIG\n```"),
        new_markdown_cell("Before.\n\n```otter\n# BEGIN QUESTION\nname: q\n```\nThe text."),
        new_code_cell("# IGNORE\n1 / 0"),
        new_code_cell(
            "import otter\ngrader = otter.Notebook()\nx = 1\n1 / 0  # IGNORE\n# BEGIN IGNORE\n2\n# END IGNORE"
        ),
        new_markdown_cell("```otter\n# BEGIN TESTS\n```"),
        new_code_cell("assert x"),
        new_markdown_cell("```otter\n# END TESTS\n```\n```otter\n# END QUESTION\n```"),
    )
    assert [(cell.role, cell.source.strip()) for cell in cells] == [
        ("text", "Before."),
        ("text", "The text."),
        ("setup", "x = 1"),
        ("tests", "assert x"),
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([new_raw_cell("# BEGIN QUESTION\nname: q")], "the question q has no end"),
        (
            [new_raw_cell("# BEGIN QUESTION\nname: q"), new_raw_cell("# BEGIN QUESTION\nname: r")],
            "the question q has no end",
        ),
        ([new_raw_cell("# BEGIN TESTS")], "a block of tests stands outside of a question"),
        (question("name: q", new_raw_cell("# BEGIN SOLUTION")), "a block without an end"),
        (question("name: [q"), "not valid YAML"),
    ],
)
def test_blocks_that_do_not_fit_together_are_refused(cells, reason):
    with pytest.raises(Malformed, match=reason.replace("[", r"\[")):
        read(*cells)


def test_a_notebook_that_cannot_be_read_names_its_file(tmp_path):
    path = tmp_path / "hw.ipynb"
    nbformat.write(new_notebook(cells=[new_raw_cell("# BEGIN QUESTION\nname: q")]), path)
    with pytest.raises(AutograderError, match=r"hw\.ipynb: the question q has no end"):
        reading.read(path)
