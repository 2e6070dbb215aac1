"""What `autograder check` tells a student: how far each exercise is and why, as grading would see it."""

import json
import time

import pytest

from autograder.language import LANGUAGES


def test_a_release_as_it_is_given_out_is_not_begun_and_says_where_to_write(home):
    report, found = home.check(home.classroom.release.notebook)
    assert {item.status for item in found.values()} == {"not begun"}
    assert "scale is not written yet: multiply by a" in found["scale"].reason and "cell 4" in found["scale"].reason
    assert not report.done and not report.cells and not report.written[0].begun


def test_a_finished_notebook_is_done_with_its_points_shown_and_hidden_checks_named(home):
    home.save(home.finished())
    done = home.autograder("check", home.path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "scale (7 points): examples pass" in done.stdout and "further checks that you do not see" in done.stdout


@pytest.mark.parametrize(
    ("scale", "reason", "code"),
    [
        ("def scale(x, a):\n    return x", "an example is not right", "assert torch.equal("),
        ("def scale(x, a):\n    return x / 0 + y", "NameError: name 'y' is not defined", "return x / 0 + y"),
        ("def scale(x, a:\n    return x", "cell 4 does not run: SyntaxError", "def scale(x, a:"),
        ("def scale(x, a):\n    return (x", "cell 4 does not run: SyntaxError: '(' was never closed", "return (x"),
        ("def scale(x, a):\n    raise ValueError('\\x1b[31m[red]')", "ValueError", "raise ValueError"),
        ("def other(x, a):\n    return x", "the notebook defines no scale", "assert torch.equal("),
        ("def scale(x, a):\n    import os\n    os._exit(3)", "ended the whole program (exit code 3)", None),
        ("def scale(x, a):\n    y = x", "scale returns None: a `return` is missing", "assert torch.equal("),
        ("def scale(x, a):\n    if a > 9:\n        return x", "scale returns None", "assert torch.equal("),
        ("def scale(x, a):\n    def inner():\n        return x\n    inner()", "scale returns None", "assert torch"),
        ("def scale(x, a):\n    return x if a > 9 else None", "must be Tensor, not NoneType", "assert torch.equal("),
        ("def scale(x, a):\n    return (x\n\n", "SyntaxError: '(' was never closed", "return (x"),
        ('def scale(x, a):\n    """Scale.\n    return x', "unterminated triple-quoted", '"""Scale.'),
        ("%matplotlib inline\ndef scale(x, a):\n        y = 1\n    return x", "IndentationError", "return x"),
        ("def scale(x, a):\n    while True:\n        pass", "cell 5 was stopped after 1 s", "assert torch.equal("),
        ("def scale(x, a):\n    import time\n    time.sleep(3600)", "cell 5 was stopped after 1 s", None),
        ("def scale(x, a):\n    return open('data.csv')", "cells run in an empty folder", "return open('data.csv')"),
    ],
)
def test_a_failing_example_gives_its_reason_and_its_line_and_the_others_go_on(home, scale, reason, code):
    began = time.monotonic()
    report, found = home.check(home.finished(scale=scale), seconds=1)
    assert time.monotonic() - began < 90  # some seconds on an idle machine
    assert found["scale"].status == "fails" and reason in found["scale"].reason, found["scale"]
    assert code is None or any(code in place.code for place in found["scale"].places), found["scale"]
    assert found["Counter"].status == "passes" and not report.done


def without(notebook, grade_id):
    """The notebook without that cell."""
    return notebook | {
        "cells": [cell for cell in notebook["cells"] if cell["metadata"]["nbgrader"]["grade_id"] != grade_id]
    }


def test_a_deleted_set_up_cell_is_told_once_and_each_exercise_waits_for_it(home):
    counter = "class Counter:\n    def __call__(self, x):\n        return torch.ones(1)"
    home.save(without(home.finished(counter=counter), "setup-01"))
    done = home.autograder("check", home.path)
    assert done.returncode == 1 and done.stdout.count("A set-up cell is gone, which defined torch.") == 1
    assert "scale, Counter: cannot be checked yet: torch is not defined" in done.stdout
    assert "NameError" not in done.stdout


def test_a_cell_that_does_not_run_is_told_once_before_what_waits_for_it(home):
    made = home.finished()
    made["cells"][home.classroom.place(made, "setup-01")]["source"] = "import einops_of_mine\nimport torch"
    counter = made["cells"][home.classroom.place(made, "Counter")]
    counter["source"] = "zeros = torch.zeros(1)\n" + counter["source"]
    home.save(made)
    said = home.autograder("check", home.path).stdout
    assert said.count("ModuleNotFoundError") == 1 and "cell 2, line 1: import einops_of_mine" in said
    assert said.index("ModuleNotFoundError") < said.index(
        "scale, Counter: cannot be checked yet: torch comes from cell 2"
    )
    assert "NameError" not in said


def test_what_is_defined_further_down_is_told_as_that(home):
    made = above(home.finished(), ["print(one)"])
    made["cells"].append({"cell_type": "code", "id": "own-last", "metadata": {}, "source": "one = 1"})
    report, _ = home.check(made)
    [cell] = report.cells
    assert "one is defined only in cell" in cell.reason and "NameError" not in cell.reason


def test_a_name_that_only_the_student_missed_is_told_as_python_does(home):
    _, found = home.check(home.finished(scale="def scale(x, a):\n    return x / factor"))
    assert "NameError: name 'factor' is not defined" in found["scale"].reason and not found["scale"].waits


def test_a_slow_cell_is_told_with_the_graders_limit(home):
    slow = "def scale(x, a):\n    import time\n    ends = time.process_time() + 1.5\n    while time.process_time() < ends: pass\n    return x / (1 / a)"
    made = home.finished(scale=slow)
    made["metadata"]["autograder"]["cell_seconds"] = 1
    report, found = home.check(made)
    assert "or the code is slow; --timeout 60" in found["scale"].reason
    report, found = home.check(made, seconds=60)
    assert found["scale"].status == "passes" and report.done
    [remark] = report.remarks
    assert remark.startswith("Cell 5 took ") and remark.endswith(" s here; the grader allows 1 s.")
    _, found = home.check(home.finished(scale="def scale(x, a):\n    while True: pass"), seconds=1)
    assert "the time given by --timeout; the grader allows 4 s" in found["scale"].reason


@pytest.mark.parametrize(
    "scale",
    [
        "def scale(x, a):\n    return torch.mul(x, a)",
        "from torch import mul as times\ndef scale(x, a):\n    return times(x, a)",
        "def scale(x, a):\n    return x.mul(a)",  # what reading cannot find, the run does
        "def scale(x, a):\n    return getattr(torch, 'lum'[::-1])(x, a)",
    ],
)
def test_a_forbidden_call_is_named(home, scale):
    _, found = home.check(home.finished(scale=scale))
    assert found["scale"].status == "forbidden" and "mul" in found["scale"].reason


def test_the_examples_may_call_what_the_exercise_may_not(home):
    made = home.finished()
    place = home.classroom.place(made, "scale-examples")
    made["cells"][place]["source"] = "assert torch.equal(scale(torch.ones(2), 2.0), torch.mul(torch.ones(2), 2.0))"
    _, found = home.check(made)
    assert found["scale"].status == "passes"


def test_what_hides_calls_is_forbidden_too(home):
    _, found = home.check(
        home.finished(scale="import sys\nsys.settrace(None)\ndef scale(x, a):\n    return x / (1 / a)")
    )
    assert found["scale"].status == "forbidden" and "sys.settrace" in found["scale"].reason


def test_the_stub_of_another_exercise_is_named_as_that(home):
    counter = "class Counter:\n    def __call__(self, x):\n        return scale(x, 1)"
    _, found = home.check(home.finished(scale="", counter=counter))
    assert found["scale"].status == "not begun"
    assert found["Counter"].status == "fails" and "calls scale, which is not written yet" in found["Counter"].reason


HARMLESS = [
    "%time 1 + 1\n!echo hello",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "from IPython.display import display, HTML\ndisplay(HTML('<b>'))",
    "import torch\ntorch.ones(3)",
    "await __import__('asyncio').sleep(0)",
    "print('x' * 10_000_000)",
    "import sys\nsys.stdout.write('a'); sys.stderr.flush()",
    "import os\nos.write(1, b'not a line of ours\\n' * 1000)",
    "import threading, time\nthreading.Thread(target=time.sleep, args=(50,)).start()",
    "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(20)']) and None",
]
FAILING = [
    ("1 / 0", "does not run: ZeroDivisionError: division by zero"),
    ("exit(", "does not run: SyntaxError"),
    ("raise SystemExit(4)", "does not run: SystemExit: 4"),
    ("input()", "does not run: EOFError"),
    ("class E(Exception):\n    def __str__(self): raise E\nraise E", "does not run: E"),
    ("try:\n    while True: pass\nexcept Exception: pass", "was stopped after 1 s"),
    ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "was stopped after 1 s"),
    ("import os\nos.kill(os.getpid(), 9)", "ended the whole program (killed by SIGKILL"),
]


def above(notebook, sources):
    """The notebook with cells of the student's own before all others."""
    own = [{"cell_type": "code", "id": f"own-{n}", "metadata": {}, "source": text} for n, text in enumerate(sources)]
    return notebook | {"cells": [*own, *notebook["cells"]]}


def test_what_a_notebook_may_do_hurts_nothing(home):
    report, _ = home.check(above(home.finished(), HARMLESS))
    assert report.done, report


def test_cells_of_the_students_own_that_do_not_run_are_named_and_cost_no_exercise(home):
    report, found = home.check(above(home.finished(), [source for source, _ in FAILING]), seconds=1)
    assert {item.status for item in found.values()} == {"passes"} and not report.done
    for number, (cell, (_, reason)) in enumerate(zip(report.cells, FAILING, strict=True), 1):
        assert cell.reason.startswith(f"cell {number} {reason}"), cell


def test_what_a_cell_defined_before_its_time_was_over_stays_as_when_it_is_graded(home):
    right = "def scale(x, a):\n    return x / (1 / a)\nwhile True:\n    pass"
    report, found = home.check(home.finished(scale=right), seconds=1)
    assert found["scale"].status == "passes" and [cell.cell for cell in report.cells] == [4]


def test_a_notebook_whose_cells_all_end_the_program_is_told_in_the_end(home):
    made = home.finished()
    report, found = home.check(above(made, ["import os\nos._exit(0)"] * 6))
    assert len(report.cells) >= 6 and "was not run" in found["scale"].reason


def test_what_the_exercise_printed_is_shown_where_it_fails(home):
    home.save(home.finished(scale="def scale(x, a):\n    print('\\x1b]0;evil\\x07[bold]', a)\n    return x"))
    done = home.autograder("check", home.path)
    assert done.returncode == 1 and "[bold] 2.0" in done.stdout and "\x1b" not in done.stdout


def test_a_changed_locked_cell_and_lost_examples_are_told(home):
    made = home.finished()
    made["cells"][home.classroom.place(made, "setup-01")]["source"] = "import torch  # mine"
    del made["cells"][home.classroom.place(made, "scale-examples")]
    report, found = home.check(made)
    assert report.remarks == ["Cell 2 is locked and was changed; when graded it is put back as it was."]
    assert "copy it from the notebook" in found["scale"].reason


def test_json_holds_the_same(home):
    home.save(home.finished(counter=""))
    done = home.autograder("check", "--json", home.path)
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert [item["status"] for item in answer["exercises"]] == ["passes", "not begun"] and answer["done"] is False


def test_the_notebooks_language_is_spoken(home):
    made = home.finished(counter="")
    made["metadata"]["autograder"]["language"] = LANGUAGES[1]
    home.save(made)
    done = home.autograder("check", home.path)
    assert "示例通过" in done.stdout and "尚未开始" in done.stdout and "examples pass" not in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("{", "not valid JSON (line 1); open it in Jupyter, save"),
        ("[]", "not a Jupyter notebook of format 4"),
        ('{"cells": [1], "nbformat": 4}', "cell 1 is not a cell"),
        ('{"cells": [], "nbformat": 4}', "no exercise in it"),
        ('{"cells": [], "nbformat": 3}', "notebook format 3"),
        ("[" * 100_000, "nested too deeply"),
        ("\x00", "not valid JSON"),
    ],
)
def test_a_notebook_that_cannot_be_read_is_one_line_and_exit_code_2(home, text, said):
    home.save(text)
    done = home.autograder("check", home.path)
    [line] = done.stderr.splitlines()
    assert done.returncode == 2 and line.startswith("error: ") and said in line and "hand it in" not in line


@pytest.mark.parametrize("name", ["nothing.ipynb", "."])
def test_a_path_that_is_no_notebook_is_one_line_and_exit_code_2(home, tmp_path, name):
    done = home.autograder("check", tmp_path / name)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


USES_ONE = """
def scale(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (one / a) if a else torch.zeros_like(x)
"""


def test_check_and_grade_agree_on_what_is_begun_and_forbidden(home, classroom):
    class_of = {
        "stub": classroom.notebook(scale="", counter=""),
        "forbidden": classroom.notebook(scale="def scale(x, a):\n    return x.mul(a)"),
        "redefined": classroom.with_cell("def scale(x, a):\n    return x / (1 / a)", "scale-examples", scale=""),
        "exits": classroom.notebook(scale="def scale(x, a):\n    import os\n    os._exit(0)", counter=""),
        "copied": classroom.with_cell("raise SystemExit", "Counter"),
        "magic": classroom.with_cell("%matplotlib inline\none = 1", "scale", scale=USES_ONE),
        "in vain": classroom.notebook(scale="def scale(x, a):\n    raise NotImplementedError"),
    }
    for student, notebook in class_of.items():
        classroom.hand_in(student, notebook)
    graded = classroom.grade(jobs=1).of
    assert graded["magic"].points == 10
    for student, notebook in class_of.items():
        _, found = home.check(notebook)
        kinds = {"passes": "graded", "fails": "graded"}
        mine = {name: kinds.get(item.status, item.status) for name, item in found.items()}
        assert mine == {item.name: item.status for item in graded[student].exercises}, student


def test_a_copy_through_a_service_that_keeps_no_metadata_is_checked(home):
    made = home.finished(counter="")
    for cell in made["cells"]:
        cell["metadata"] = {}
    done = home.autograder("check", home.save(made))
    assert done.returncode == 1 and "✓ scale: examples pass" in done.stdout and "Counter: not begun" in done.stdout
    assert "lost what marks them" in done.stdout and "0 points" not in done.stdout
