"""Cells of tests become checks: which names are the student's, which the course's, and what cannot be translated."""

import pytest

from autograder.adopt import checks
from autograder.adopt.source_notebook import SourceCell, all_tests, visible_part


def translated(tests, *before):
    """The body of the check for a cell of tests, below cells given as pairs of role and source."""
    cells = [SourceCell(number, "code", source, role) for number, (role, source) in enumerate(before, 1)]
    text = checks.check("it", SourceCell(99, "code", tests, "tests", "it", 2), cells)
    compile(text, "test_it.py", "exec")
    return text


def body(*args):
    text = translated(*args)
    return text[text.index('"""\n', text.index("def test_it")) + 4 :].rstrip("\n")


SQUARES = "answer", "def squares(n):\n    return [i * i for i in range(n)]"


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("assert squares(1) == [0]", "    assert student.squares(1) == [0]"),
        (
            "a = squares\ndel squares\nsquares = a",
            "    a = student.squares\n    del student.squares\n    student.squares = a",
        ),
        ("assert [squares(n) for n in (1, 2)]", "    assert [student.squares(n) for n in (1, 2)]"),
        ("f = lambda squares: squares(1)\nassert f", "    f = lambda squares: squares(1)\n    assert f"),
        (
            "def g():\n    return squares(3)\nassert g()",
            "    def g():\n        return student.squares(3)\n    assert g()",
        ),
        (
            "def g(squares):\n    return squares\nassert g(1)",
            "    def g(squares):\n        return squares\n    assert g(1)",
        ),
        ("assert squares(1), f'not {squares(1)}'", "    assert student.squares(1), f'not {student.squares(1)}'"),
        ("# why\nassert squares(1)  # here", "    # why\n    assert student.squares(1)  # here"),
        ('x = """a\nb"""\nassert squares(x)', '    x = """a\nb"""\n    assert student.squares(x)'),
        ("squares = 3\nassert squares", "    squares = 3\n    assert squares"),
        ("student = squares(1)\nassert student", "    the_student = student.squares(1)\n    assert the_student"),
        ("assert student(1)", "    assert student.student(1)"),
        ("for squares in [1]:\n    assert squares", "    for squares in [1]:\n        assert squares"),
        ("assert é(1)", "    assert student.é(1)"),
    ],
)
def test_the_names_of_the_students_cells_are_asked_of_the_student(tests, expected):
    assert body(tests, SQUARES, ("answer", "é = student = squares")) == expected


def test_the_courses_own_code_runs_in_the_check_and_never_in_the_notebook():
    setup = "import math as m\nLIMIT = 3\ndef near(a, b):\n    return m.isclose(a, b, abs_tol=LIMIT)\nunused = 1"
    text = translated("assert near(squares(2)[1], 1)", ("setup", setup), SQUARES)
    assert "import math as m\n" in text and "    LIMIT = 3\n    def near(a, b):" in text.replace("\n\n", "\n")
    assert "assert near(student.squares(2)[1], 1)" in text and "unused" not in text


def test_what_students_can_change_is_theirs():
    assert body("assert near(1, 2)", ("code", "def near(a, b):\n    return a == b")) == "    assert student.near(1, 2)"


def test_imports_are_found_in_every_cell_and_are_the_checks_own():
    text = translated(
        "assert np.all(squares(1)) and Path",
        ("answer", "import numpy as np"),
        ("code", "from pathlib import Path, PurePath"),
    )
    assert "import numpy as np\nfrom pathlib import Path\n" in text and "student.np" not in text


def test_earlier_tests_lend_their_values():
    text = translated("assert total == 3", ("tests", "assert squares(1)\ntotal = 1\ntotal += 2"))
    assert "total = 1\n" in text and "total += 2\n" in text and "assert student.squares" not in text


def test_a_value_that_the_students_function_reads_is_bound_in_the_notebook():
    assert (
        body("n = 4\nassert f() == 8", ("answer", "def f():\n    return 2 * n"))
        == "    student.n = 4\n    assert student.f() == 8"
    )


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("x = [2, 1]\norder(x)\nassert x", "    x, *_ = observe(student.order, x).arguments\n"),
        ("order(data, 3, key=1)", "    student.data, _, *_ = observe(student.order, student.data, 3, key=1).arguments"),
        ("if data:\n    order(data)", "        student.data, *_ = observe(student.order, student.data).arguments"),
        ("order([1])", "    student.order([1])"),
        ("print(data)", "    print(student.data)"),
    ],
)
def test_a_call_for_its_effect_gives_back_the_changed_arguments(tests, expected):
    text = translated(tests, ("answer", "def order(x):\n    x.sort()\ndata = [2, 1]"))
    assert expected in text and ("import check, observe" in text) == ("observe(" in text)


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("assert root(lambda x: x - 1, 0)", "    assert student.root(callback(lambda x: x - 1), 0)"),
        ("def g(x):\n    return x\nassert root(f=g)", "assert student.root(f=callback(g))"),
        ("h = lambda x: x\nassert root(h)", "assert student.root(callback(h))"),
        ("assert root(np.sin) + root(np.sum)", "    assert student.root(callback(np.sin)) + student.root(np.sum)"),
        ("assert root(cos)", "    assert student.root(callback(cos))"),
        ("assert root(given)", "assert student.root(callback(given))"),
        ("assert root(other)", "    assert student.root(student.other)"),
    ],
)
def test_the_tests_own_functions_are_given_as_callbacks(tests, expected):
    setup = "import numpy as np\nfrom math import cos\ndef given(x):\n    return x"
    text = translated(tests, ("setup", setup), ("answer", "def root(f):\n    pass\ndef other(x):\n    pass"))
    assert expected in text and ("import callback, check" in text) == ("callback(" in expected)


def test_a_function_that_the_students_functions_read_is_bound_as_a_callback():
    code = "import math\nf = lambda x: math.sin(x)\nassert root(f) == g()"
    expected = (
        "    import math\n    student.f = callback(lambda x: math.sin(x))\n    assert student.root(callback(student.f))"
    )
    assert expected in body(code, ("answer", "def root(h):\n    pass\ndef g():\n    return f(math.pi)"))


def test_noses_assertions_are_those_of_unittest():
    text = translated("from nose.tools import assert_almost_equal as near, ok_\nnear(f(), 1)\nok_(f())")
    assert "    near = unittest.TestCase().assertAlmostEqual\n    ok_ = unittest.TestCase().assertTrue\n" in text
    assert "import unittest\n" in text and "nose" not in text
    assert "\neq_ = unittest.TestCase().assertEqual\n" in translated(
        "eq_(f(), 1)", ("code", "from nose.tools import eq_")
    )


def test_whether_a_name_is_defined_is_asked_of_the_student():
    code = (
        "if 'x' not in locals():\n    raise ValueError\nassert \"y\" in globals().keys()\nall = dir()\nglobals()['y']"
    )
    asked = "    if 'x' not in student:\n        raise ValueError\n    assert \"y\" in student"
    asked += "\n    all = student\n    student['y']"
    assert body(code) == asked


def test_a_seed_is_set_on_both_sides():
    text = translated("np.random.seed(1)\nassert draw() == np.random.rand()", ("setup", "import numpy as np"))
    assert "    np.random.seed(1)\n    student.np.random.seed(1)\n" in text


def test_random_data_of_the_course_are_those_of_the_notebook():
    setup = "import random\nfrom random import randint\nrandom.seed(0)\ndoor = randint(1, 3)"
    text = translated("assert f(door)", ("setup", setup), ("answer", "def f(x):\n    return x"))
    assert (
        "    random.seed(0)\n    door = randint(1, 3)\n    assert student.f(door)" in text and "import random\n" in text
    )


def test_the_text_of_a_cell_is_the_sentence_of_its_check():
    assert '    """Check that it adds"""' in translated('"""Check that it adds.\n\nmore"""\nassert f()')
    assert "passes the tests of its cell" in translated("assert f()")


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ("exec('x = 1')", "runs text as code"),
        ("assert vars(f)", "reads an object's names"),
        ("assert _ == 3", "reads the notebook's history"),
        ("%timeit f()", "uses a magic or a shell command"),
        ("!ls", "uses a magic or a shell command"),
        ("assert f(", "is not valid Python: line 1"),
        ("def f():\n    return 1\nassert g(f)", "replaces the student's f"),
        ("def h():\n    global x\n    x = 1\nh()", "changes a global name"),
        ("# nothing", "contains no tests"),
        ('"""only a text"""', "contains no tests"),
    ],
)
def test_what_cannot_run_outside_the_notebook_is_said(tests, reason):
    with pytest.raises(checks.CannotTranslate, match=reason):
        translated(tests, ("answer", "def f():\n    return 2\ndef g(x):\n    return f()"))


def test_a_loops_own_underscore_is_no_history():
    assert body("for _ in range(2):\n    assert f()") == "    for _ in range(2):\n        assert student.f()"


def test_hidden_tests_are_cut_out_also_where_the_marks_are_misspelt():
    source = "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN\nassert f(3)"
    assert visible_part(source) == "assert f(1)\nassert f(3)"
    assert [line for line in all_tests(source).split("\n") if line] == ["assert f(1)", "assert f(2)", "assert f(3)"]
    assert visible_part("assert f(1)\n#BEGIN HIDDEN TESTS\nassert f(2)") == "assert f(1)"


@pytest.mark.parametrize(
    ("grade_id", "name"), [("correct-Squares", "correct_squares"), ("1b", "tests_1b"), ("é", "tests"), ("a", "a_2")]
)
def test_a_grade_id_becomes_a_name(grade_id, name):
    assert checks.name_of(grade_id, ["a"]) == name
