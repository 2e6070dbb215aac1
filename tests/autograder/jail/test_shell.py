"""A cell that is plain Python comes out as it does where IPython runs it, only sooner."""

import multiprocessing
import traceback

import pytest

from autograder.jail.inside import ipython_private, wire
from autograder.jail.inside.shell import Shell

PLAIN = {
    "statements": "x = 1\nprint(x)",
    "a value": "x = 41\nx + 1",
    "a value of None": "x = 41\nprint(x)",
    "the last value": "3 + 4\n_ if False else 7",
    "a semicolon": "x = 5\nx;",
    "leading lines": "\n  \n\nx = 1\n1 / 0",
    "an error": "x = 1\n1 / 0\nprint('never')",
    "an error in a function": "def f():\n    raise KeyError('k')\nf()",
    "an error of the last value": "x = 1\nx + 'a'",
    "a cause": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('b') from error",
    "a group": "x = 1\nraise ExceptionGroup('g', [ValueError('a')])",
    "an exit": "print(1)\nraise SystemExit(3)",
    "an interrupt": "print(1)\nraise KeyboardInterrupt",
    "display": "x = [1]\ndisplay(x)\ndisplay(2)",
    "a picture": "from PIL import Image\nImage.new('L', (2, 2))",
    "comments": "# one\n# two",
    "a docstring": '"""About this."""\nx = __doc__\nx',
    "the future": "from __future__ import annotations\ndef f(x: nothing): ...\nf.__annotations__",
    "a warning": "import warnings\nwarnings.warn('careful')\nwarnings.warn('careful')",
    "the shell": "shell = get_ipython()\nshell.execution_count",
    "a class": "class A:\n    def f(self): return super()\nA.__module__",
    "its own source": "import inspect\ndef f():\n    return 1\nprint(inspect.getsource(f))",
    "what is bound": "a, (b, *c) = 1, (2, 3, 4)\nsorted(name for name in globals() if len(name) == 1)",
}
NOT_PLAIN = {
    "one line": "1 + 1",
    "one line that is a magic": "pwd_is_no_name",
    "a magic": "%env AB=1\nx = 1\nx",
    "a cell's magic": "%%capture out\nprint(1)",
    "help": "x = 1\nx?",
    "an await": "import asyncio\nawait asyncio.sleep(0)\nprint('slept')",
    "no Python": "x = 1\nx = = 2",
    "an open bracket": "x = 1\ny = (1,",
    "an open function": "x = 1\ndef f():\n",
    "an open text": "x = 1\ny = '''abc",
    "a return": "x = 1\nreturn x",
    "an indentation": "x = 1\n    y = 2",
    "the future, late": "x = 1\nfrom __future__ import annotations",
    "nothing": "\n\n",
}


def run(cells, plain, prepared, answer):
    """In a process of its own, as in the jail."""
    try:
        ipython_private.RUNS_PLAIN = plain
        shell = Shell.instance()
        if prepared:
            ipython_private.prepare(shell, enumerate(cells, 1))
        shell.take_streams()
        took = []
        compiled = ipython_private._compiled
        ipython_private._compiled = lambda *given: took.append(compiled(*given)) or took[-1]
        found = []
        for number, source in enumerate(cells, 1):
            outputs, ended = shell.run(wire.Run(1, source, number, 10.0, 10_000))
            again, _ = shell.run(wire.Run(1, "print(sorted(globals().keys() - {'a'}))", number + 100, 10.0, 10_000))
            found.append((wire.encode([outputs, again]), ended, bool(took and took[0])))
            took.clear()
        answer.send(found)
    except BaseException:
        answer.send(traceback.format_exc())


def outcome(cells, plain, prepared=False):
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=run, args=(cells, plain, prepared, theirs))
    process.start()
    try:
        assert mine.poll(60)
        found = mine.recv()
    finally:
        process.kill()
        process.join()
    assert isinstance(found, list), found
    return found


@pytest.fixture(scope="module")
def both():
    cells = [*PLAIN.values(), *NOT_PLAIN.values()]
    return dict(zip([*PLAIN, *NOT_PLAIN], zip(outcome(cells, True), outcome(cells, False), strict=True), strict=True))


@pytest.mark.parametrize("cell", [*PLAIN, *NOT_PLAIN])
def test_a_cell_comes_out_as_in_ipython(both, cell):
    (outputs, ended, _), (theirs, theirs_ended, _) = both[cell]
    assert outputs == theirs and ended == theirs_ended


def test_cells_that_are_compiled_beforehand_come_out_as_others_do(both):
    cells = [*PLAIN.values(), *NOT_PLAIN.values()]
    for cell, (outputs, ended, compiled) in zip(both, outcome(cells, True, prepared=True), strict=True):
        (theirs, theirs_ended, _), _ = both[cell]
        assert outputs == theirs and ended == theirs_ended, cell
        # Those below the cell that imports from __future__ are compiled in another way.
        assert not compiled or list(PLAIN).index(cell) >= list(PLAIN).index("the future"), cell


def test_it_is_plain_python_that_goes_the_short_way(both):
    assert {cell for cell, ((*_, plain), _) in both.items() if plain} == set(PLAIN)
    assert not any(plain for _, (*_, plain) in both.values())


@pytest.mark.parametrize(
    ("cell", "name", "said"),
    [
        (NOT_PLAIN["an open bracket"], "SyntaxError", "'(' was never closed"),
        (NOT_PLAIN["an open function"], "IndentationError", "expected an indented block"),
        (NOT_PLAIN["an open text"], "SyntaxError", "unterminated triple-quoted string"),
        ("f(1", "SyntaxError", "'(' was never closed"),
    ],
)
def test_what_is_missing_in_a_cell_is_said_as_python_says_it(cell, name, said):
    [(outputs, ended, _)] = outcome([cell], True)
    assert ended == "raised" and name.encode() in outputs and said.encode() in outputs and b"ncomplete" not in outputs


@pytest.mark.parametrize("prepared", [False, True])
def test_what_the_compiler_warns_of_is_said_once(prepared):
    ((outputs, *_),) = outcome(["x = 3\nx is 3"], True, prepared)
    assert outputs.count(b"SyntaxWarning") == 1


def test_what_the_student_has_run_around_cells_is_run():
    register = "def note(*_): print('around')\nget_ipython().events.register('{}', note)\n1"
    for event in ("pre_run_cell", "post_run_cell", "pre_execute", "post_execute"):
        cells = [register.format(event), "x = 1\nx"]
        (*_, (outputs, _, _)) = outcome(cells, True)
        assert b"around" in outputs, event
