"""Whatever goes wrong with one submission costs that submission: the rest of the class is graded as alone."""

import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest

from autograder.course.timestamps import read
from autograder.errors import AutograderError
from autograder.feedback import page
from autograder.release.preview import preview
from autograder.results import log
from benchmarks.worst import KINDS, SHORT, run

ALL = 10
SMILES = "print('\N{GRINNING FACE}' * 262143)"
TIMES = ["2026-W40-4", "0001-01-01 00:00:00 +0900", "9999-12-31 23:59:59 -0900", "2026-10-01 23:59 " + "9" * 40]


def many_cells(room, source, count):
    made = room.notebook()
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    made["cells"] += [dict(cell, id=f"own-{number}") for number in range(count)]
    return made


@pytest.fixture(scope="module")
def graded(shared_classroom):
    room = shared_classroom
    with pytest.MonkeyPatch.context() as patch:
        room.hand_in("honest", room.notebook())
        room.hand_in("[/x]", room.notebook("def scale(x, a):\n    raise ValueError('[/x] \\x1b[31m')"))
        room.hand_in("loud", many_cells(room, SMILES, 280))
        room.hand_in("alternating", room.with_cell(ALTERNATING))
        room.hand_in("long", room.with_cell("x = '" + "y" * 5_000_000 + "'", before="Counter"))
        for number, text in enumerate(TIMES):
            folder = room.hand_in(f"time-{number}", room.notebook())
            (folder / "timestamp.txt").write_text(text)
        bad = os.fsencode(room.root / "submitted") + b"/zo\xeb/ps1"
        os.makedirs(bad)
        (room.root / "submitted/honest/ps1/ps1.ipynb").read_bytes()
        with open(bad + b"/ps1.ipynb", "wb") as file:
            file.write((room.root / "submitted/honest/ps1/ps1.ipynb").read_bytes())
        room.hand_in("renamed", room.notebook(), name="zo\udceb.ipynb")
        room.hand_in("unexpected", room.with_cell("# unexpected"))
        render = page.render

        def odd(course, verdict, notebook, grades):
            if verdict.student == "unexpected":
                raise ZeroDivisionError("nobody\nknows why")
            return render(course, verdict, notebook, grades)

        patch.setattr(page, "render", odd)
        made = room.grade()
    made.root = room.root
    return made


ALTERNATING = """\
import sys
for n in range(300_000):
    print(end='a'); print(end='b', file=sys.stderr)
"""


@pytest.mark.parametrize(
    "student", ["honest", "loud", "alternating", "long", "renamed", *map("time-{}".format, range(4))]
)
def test_an_odd_submission_is_graded_as_any_other(graded, student):
    assert graded.of[student].points == ALL


def test_what_cannot_be_graded_is_named_in_one_line_and_the_run_goes_on(graded):
    assert len(graded.problems) == 2
    [unexpected] = [line for line in graded.problems if "unexpected" in line]
    assert "ZeroDivisionError: nobody knows why" in unexpected and "\n" not in unexpected
    [name] = [line for line in graded.problems if "zo" in line]
    assert "not a student's name" in name and name.encode()


def test_the_log_has_the_traceback(graded):
    [entry] = [entry for entry in log.read(graded.root, student="unexpected") if entry.event == "refused"]
    assert "in odd" in entry.traceback and "ZeroDivisionError" in entry.traceback


def test_each_limit_has_its_own_sentence(graded):
    said = {student: " ".join(graded.of[student].incidents) for student in ("long", "loud", "alternating")}
    assert "is 5.0 MB long" in said["long"]
    assert "shows more than 32 MB" in said["loud"]
    assert not said["alternating"]
    assert not any("grader" in text for text in said.values())


@pytest.mark.parametrize("text", TIMES)
def test_a_time_that_the_gradebook_cannot_hold_is_none(text):
    assert read(text, ZoneInfo("Europe/Berlin")) is None


@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
@pytest.mark.parametrize(
    "command",
    ["status", "logs", "diff", "show [/x] ps1", "report ps1", "similarity ps1", "unexplained ps1", "export",
     "export --format canvas", "export --format moodle", "export --format json", "feedback-zip ps1", "status --json"],
)  # fmt: skip
def test_no_command_ends_on_what_a_student_hands_in(graded, command, locale):
    environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    if locale == "POSIX":
        environment["PYTHONIOENCODING"] = "ascii"
    words = [sys.executable, "-m", "autograder.cli", "-C", str(graded.root), *command.split()]
    done = subprocess.run(words, capture_output=True, env=environment, timeout=200)
    assert done.returncode in (0, 1, 2) and b"Traceback (most recent call last)" not in done.stderr, done.stderr
    assert b"\x1b" not in done.stdout


def test_a_language_that_is_none_is_said(tiny):
    with pytest.raises(AutograderError, match="--language fr: unknown; choose one of: en, zh"):
        preview(tiny, "ps1", "fr")


def test_a_limit_that_cannot_be_carried_is_refused(tiny):
    from autograder.course import config

    file = tiny / "course.yml"
    file.write_text(file.read_text().replace("cell_seconds", "output_kb: 8192, cell_seconds"))
    with pytest.raises(AutograderError, match="output_kb"):
        config.load(tiny)


def test_in_a_class_with_the_worst_all_others_are_graded_as_alone():
    """The run of benchmarks/worst.py in short."""
    found = run(SHORT)
    assert found["others as alone"] == found["others"] == SHORT - len(KINDS)
    assert found["kinds"] == len(KINDS)
