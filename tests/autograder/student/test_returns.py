"""A missing `return` is named where it is sure, and nowhere else."""

import ast

import pytest

from autograder.student.returns import without_return

NONE = "'NoneType' object has no attribute 'shape'"
USED = "assert f(1) == 2"


def told(definition, error=NONE, code=USED):
    return without_return(ast.parse(definition).body[0], error, ast.parse(code).body, "f")


@pytest.mark.parametrize(
    "definition",
    [
        "def f(x):\n    x + 1",
        "def f(x):\n    y = x + 1\n    y",
        "def f(x):\n    print(x)",
        "def f(x):\n    if x > 3:\n        return x",
        "def f(x):\n    if x > 3:\n        return x\n    elif x > 2:\n        return 1",
        "def f(x):\n    for i in x:\n        return i",
        "def f(x):\n    while x:\n        return x",
        "def f(x):\n    while True:\n        break",
        "def f(x):\n    try:\n        return x\n    except ValueError:\n        pass",
        "def f(x):\n    match x:\n        case 1:\n            return x",
        "def f(x):\n    def g():\n        return 1\n    g()",
        "class f:\n    def forward(self, x):\n        x + 1",
        "class f:\n    def __call__(self, x):\n        self.x = x",
    ],
)
def test_a_function_that_can_end_without_a_return(definition):
    assert told(definition)


@pytest.mark.parametrize(
    "definition",
    [
        "def f(x):\n    return x",
        "def f(x):\n    return None",
        "def f(x):\n    raise ValueError",
        "def f(x):\n    yield x",
        "def f(x):\n    if x:\n        return x\n    else:\n        raise ValueError",
        "def f(x):\n    with x:\n        return x",
        "def f(x):\n    while True:\n        if x: return x",
        "def f(x):\n    try:\n        return x\n    except ValueError:\n        return 1",
        "def f(x):\n    try:\n        pass\n    finally:\n        return 1",
        "def f(x):\n    match x:\n        case 1:\n            return x\n        case _:\n            return 2",
        "class f:\n    def __init__(self):\n        self.x = 1\n    def forward(self, x):\n        return x",
        "f = 3",
    ],
)
def test_a_function_that_returns_on_every_way(definition):
    assert not told(definition)


def test_what_changes_its_argument_in_place_gives_none_back_rightly():
    assert not told("def f(x):\n    x.add_(1)", code="f(x)\nassert x.grad.shape")


def test_without_a_word_of_none_no_call_may_have_returned_anything():
    assert told("def f(x):\n    x + 1", error="")
    assert not told("def f(x):\n    if x > 3:\n        return x", error="should be 3, not 4")
