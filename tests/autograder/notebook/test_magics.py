"""A cell with magics is read as what it runs."""

import ast

import pytest

from autograder.notebook.bindings import statements
from autograder.notebook.rules import outside
from autograder.notebook.vocabulary import of

READ = {
    "!ls \\\n  -l\ny = 1": "y = 1",
    "files = !ls\nz = 1": "z = 1",
    "%time w = F.relu": "w = F.relu",
    "x = %time f(1)\ny = 1": "x = f(1)\ny = 1",
    "if 1:\n    %timeit -n 10 f()": "if 1:\n    f()",
    "%%time\n!ls\ndef f():\n    return 1": "def f():\n    return 1",
    "%%capture out\n%%time\nq = 1": "q = 1",
    "f?\nx = 1": "x = 1",
    "def f(a):\n    return (a\n% 2)\n!ls": "def f(a):\n    return a % 2",
    ">>> x = 1\n>>> y = 2": "x = 1\ny = 2",
    "%%timeit\ndef f():\n    return 1\ng.append(2)": "g.append(2)",
    "%%writefile f.py\ndef f():\n    return 1": "",
    "%%bash\nls": "",
    "a = = 2": "",
}


@pytest.mark.parametrize("cell", READ)
def test_what_a_cell_runs_is_read(cell):
    found = [ast.unparse(statement) for statement in statements(cell)]
    assert "\n".join(text for text in found if "get_ipython()" not in text) == READ[cell]


@pytest.mark.parametrize("line", ["files = !ls", "x = %time 1", "len?", ",print a", "!ls \\\n  -l"])
def test_no_line_hides_what_its_cell_calls(line):
    cell = f"import torch.nn.functional as F\n{line}\ndef relu(x):\n    return F.relu(x)\n"
    assert [use.name for use in outside([cell], "relu", of((), ()))] == ["torch.nn.functional.relu"]


def test_a_decoy_that_is_not_run_is_not_taken_for_the_definition():
    cell = "import torch.nn.functional as F\ndef relu(x):\n    return F.relu(x)\n"
    for magic in ("%%writefile x.py", "%%timeit", "%%bash"):
        assert outside([cell, f"{magic}\ndef relu(x):\n    return x\n"], "relu", of((), ())), magic


def test_much_text_with_magics_takes_no_time():
    assert statements("%env A=1\n" * 100_000 + "x = 1")
