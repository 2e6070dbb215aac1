"""The two commands: a page by default, JSON where asked, one line for a mistake."""

import json
import subprocess
import sys

import pytest

from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict
from autograder.results import folders


def autograder(root, *arguments):
    command = [sys.executable, "-m", "autograder.cli", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture
def graded(classroom):
    """One submission with a verdict that is given, not found."""
    classroom.hand_in("ann", classroom.notebook())
    check = CheckVerdict("test_it", "does it", True, 10, 10)
    exercise = ExerciseVerdict("scale", "graded", 10, 10, [check])
    folders.write_verdict(classroom.root, Verdict("ps1", 10, 10, [exercise], [], [], "ann"))
    return classroom.root


@pytest.mark.parametrize("verb", ["report", "similarity"])
def test_a_page_is_written_and_said_where(graded, verb, tmp_path):
    done = autograder(graded, verb, "ps1")
    assert done.returncode == 0 and done.stderr == ""
    assert f"exports/ps1-{verb}.html" in done.stdout and "staff only" in done.stdout
    assert "Staff only" in (graded / "exports" / f"ps1-{verb}.html").read_text()
    own = tmp_path / "deep" / "own.html"
    assert autograder(graded, verb, "ps1", "--into", str(own)).returncode == 0 and own.is_file()


@pytest.mark.parametrize("verb", ["report", "similarity"])
def test_json_writes_no_page(graded, verb):
    done = autograder(graded, verb, "ps1", "--json")
    assert json.loads(done.stdout)["submissions"] == 1
    assert not (graded / "exports").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("report", "ps9"), "no problem set ps9"), (("report", "ps1"), "no verdicts"), (("similarity", "ps9"), "ps9")],
)
def test_a_mistake_is_one_line_and_exit_code_2(tiny, arguments, said):
    done = autograder(tiny, *arguments)
    [line] = [line for line in done.stderr.splitlines() if line]
    assert done.returncode == 2 and line.startswith("error: ") and said in line


@pytest.mark.parametrize("verb", ["unexplained", "similarity"])
def test_of_nothing_nothing_is_told(tiny, verb):
    done = autograder(tiny, verb, "ps1")
    assert done.returncode == 2 and "nothing is" in done.stderr


def test_unexplained_asks_for_grading_first(classroom):
    classroom.hand_in("ann", classroom.notebook(""))
    done = autograder(classroom.root, "unexplained", "ps1")
    assert done.returncode == 2 and "run: autograder grade ps1" in done.stderr
