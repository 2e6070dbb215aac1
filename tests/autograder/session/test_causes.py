"""A name that is missing is told with the cell that should define it, and what ended that cell."""

import pytest

from autograder.jail.inside import wire
from autograder.model.submission import CodeCell
from autograder.session.causes import why_missing


def error(kind, message, line=1):
    return [wire.Error(kind, message, [f"Cell In[3], line {line}"])]


@pytest.mark.parametrize(
    ("source", "shown", "said"),
    [
        ("def f(x):\n    return (x", error("SyntaxError", "'(' was never closed"), "cell 3, which should define it, has a syntax error in line 2"),
        ("import foo\ndef f(x): ...", error("ModuleNotFoundError", "No module named 'foo'"), "imports foo, which is not there when it is graded (line 1)"),
        ("1 / 0\nf = abs", error("ZeroDivisionError", "division by zero"), "ends with ZeroDivisionError (line 1): division by zero"),
        ("f = 1", [], ""),
        ("g = 1", error("ValueError", "no"), ""),
    ],
)  # fmt: skip
def test_the_cause_is_named(source, shown, said):
    found = why_missing("f", [CodeCell(3, source)], {3: shown})
    assert said in found if said else found == ""


def test_a_name_of_a_later_cell_is_said_to_come_later():
    assert "cell 9 defines it, which comes later" in why_missing("g", [CodeCell(9, "g = 1")], {}, before=4)
