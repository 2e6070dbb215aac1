"""A class is graded end to end: what each student gets, and what they are told."""

import json
import sqlite3
import stat

import nbformat
import pytest

from autograder.course import config
from autograder.gradebook.connection import opened
from autograder.model import verdict as verdicts

PRINTS = """\
import sys, warnings
print("hello"); print("progress", file=sys.stderr); warnings.warn("careful")
for n in range(3): print(f"\\r{n}", end="", file=sys.stderr)
from IPython.display import HTML, display
from PIL import Image
display(HTML("<b>bold</b>"), Image.new("L", (2, 2)))
"""


@pytest.fixture(scope="module")
def outcome(shared_classroom):
    room = shared_classroom
    hand_in, notebook, with_cell, place = room.hand_in, room.notebook, room.with_cell, room.place

    hand_in("solved", notebook())
    (room.root / "submitted/solved/ps1/timestamp.txt").write_text("2026-09-30 12:00:00 UTC")
    hand_in("stub", notebook("", ""))
    hand_in("half", notebook(counter=""))
    hand_in("mistaken", notebook("def scale(x, a):\n    return x / (1 / (a * a))"))
    hand_in("in-place", notebook(scale="def scale(x, a):\n    x.div_(1 / a)\n    return x.detach()"))
    hand_in("forbidden", notebook("def scale(x, a):\n    return torch.mul(x, a)"))
    hand_in("forbidden-unseen", notebook("def scale(x, a):\n    return getattr(torch, 'lum'[::-1])(x, a)"))

    hand_in("prints", with_cell(PRINTS))
    hand_in("prints-in-calls", notebook(SCALE_THAT_PRINTS))
    hand_in("raises", with_cell("1 / 0", before="Counter"))
    hand_in("syntax-error", with_cell("def broken(:", before="Counter"))
    hand_in("magics", with_cell("%time 1 + 1\n%matplotlib inline\n!ls", before="Counter"))
    hand_in("redefined", with_cell("def scale(x, a):\n    return x", before="Counter"))
    fixed = with_cell(SCALE_RIGHT_LATER, before="scale-examples", scale="def scale(x, a):\n    return x")
    hand_in("fixed-below", fixed)

    moved = notebook()
    moved["cells"].insert(1, moved["cells"].pop(place(moved, "scale-examples")))
    hand_in("moved", moved)
    deleted = notebook()
    for grade_id in ("setup-01", "scale-examples", "text-01", "ps1-written"):
        del deleted["cells"][place(deleted, grade_id)]
    hand_in("deleted", deleted)
    doubled = notebook()
    for grade_id in ("Counter", "scale-examples"):
        doubled["cells"].insert(place(doubled, grade_id), dict(doubled["cells"][place(doubled, grade_id)]))
    hand_in("doubled", doubled)
    changed = notebook()
    changed["cells"][place(changed, "scale-examples")]["source"] = "pass"
    changed["cells"][place(changed, "setup-01")]["source"] = "raise SystemExit"
    hand_in("changed", changed)
    hand_in("renamed", notebook(), name="my homework.ipynb")

    hand_in("exit", with_cell("import os\nos._exit(3)", before="Counter"))
    hand_in("exit-in-call", notebook("def scale(x, a):\n    import os\n    os._exit(0)"))
    hand_in("loop", notebook("def scale(x, a):\n    while True: pass"))
    hand_in("deaf-loop", notebook(DEAF))
    hand_in("memory", notebook("def scale(x, a):\n    return torch.ones(4 * 2**30)"))
    hand_in("recursion", notebook("def scale(x, a):\n    return scale(x, a)"))
    hand_in("nothing-to-compare", notebook("def scale(x, a):\n    return open('/dev/null')"))

    hand_in("not-json", data=b"{")
    hand_in("empty", data=b"")
    hand_in("not-utf8", data=b'{"cells": "\xff"}')
    hand_in("nan", data=b'{"cells": [], "nbformat": NaN}')
    hand_in("deep", data=b"[" * 100_000)
    hand_in("old-format", data=b'{"cells": [], "nbformat": 3}')
    (room.root / "submitted/nothing/ps1").mkdir(parents=True)
    made = room.grade()
    made.root = room.root
    return made


SCALE_THAT_PRINTS = """\
def scale(x, a):
    import sys, warnings
    print("scaling", x.shape)
    print("still", file=sys.stderr)
    warnings.warn("slow")
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a)
"""
SCALE_RIGHT_LATER = """\
def scale(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    return x / (1 / a)
"""
DEAF = """\
def scale(x, a):
    import signal
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_IGN)
    while True: pass
"""

ALL = 10


@pytest.mark.parametrize(
    "student",
    [
        "solved", "prints", "prints-in-calls", "raises", "syntax-error", "magics", "redefined", "fixed-below", "moved",
        "deleted", "doubled", "changed", "renamed", "exit",
    ],
)  # fmt: skip
def test_an_honest_student_loses_nothing(outcome, student):
    assert outcome.of[student].points == ALL


@pytest.mark.parametrize(
    ("student", "points"),
    [
        ("stub", 0), ("half", 7), ("mistaken", 3), ("in-place", 3), ("forbidden", 3), ("forbidden-unseen", 3),
        ("exit-in-call", 3), ("loop", 3), ("deaf-loop", 3), ("memory", 3), ("recursion", 3), ("nothing-to-compare", 3),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_its_checks_and_no_others(outcome, student, points):
    counter = next(item for item in outcome.of[student].exercises if item.name == "Counter")
    scale = next(item for item in outcome.of[student].exercises if item.name == "scale")
    assert counter.points == (0 if student in ("stub", "half") else 3)
    passed = {check.name for check in scale.checks if check.passed}
    if student in ("mistaken", "in-place"):
        # what does not depend on the mistake is earned
        assert outcome.of[student].points >= points
        assert passed < {check.name for check in scale.checks}
    else:
        assert outcome.of[student].points == points


def reasons(outcome, student, exercise="scale"):
    [found] = [item for item in outcome.of[student].exercises if item.name == exercise]
    return " / ".join([found.note, found.hint, *(check.reason for check in found.checks)])


@pytest.mark.parametrize(
    ("student", "text"),
    [
        ("stub", "This exercise is not written yet."),
        ("stub", "scale is not written yet: multiply by a"),
        ("mistaken", "should be 6"),
        ("in-place", "changed its first argument in place"),
        ("forbidden", "must not call torch.mul"),
        ("forbidden-unseen", "must not call torch.mul"),
        ("exit-in-call", "your code ended the whole program (exit code 0)"),
        ("loop", "your code was stopped after 2 s"),
        ("deaf-loop", "ran for more than 10 s and did not let itself be stopped"),
        ("memory", "asked for more memory than it may use"),
        ("recursion", "your code raised RecursionError"),
        ("nothing-to-compare", "should be a tensor of shape (2,)"),
    ],
)
def test_the_reason_is_said_in_the_students_words(outcome, student, text):
    assert text in reasons(outcome, student)


def test_no_reason_shows_code_of_the_checks_or_a_path_of_ours(outcome):
    for student in outcome.of:
        for exercise in ("scale", "Counter"):
            said = reasons(outcome, student, exercise)
            for word in ("Traceback", "assert_", "/autograder/", "/jail/", "test_scale", str(outcome.root)):
                assert word not in said, (student, said)


@pytest.mark.parametrize(
    ("student", "text"),
    [
        ("deleted", "setup-01 was missing"),
        ("doubled", "A copy of the locked cell scale-examples was removed."),
        ("doubled", "The cell Counter appears more than once"),
        ("changed", "The locked cell scale-examples was changed"),
        ("renamed", "The notebook was named my homework.ipynb"),
        ("exit", "ended the whole program (exit code 3)"),
    ],
)
def test_what_was_mended_or_happened_is_said(outcome, student, text):
    assert text in " ".join([*outcome.of[student].repairs, *outcome.of[student].incidents])


@pytest.mark.parametrize(
    ("student", "text"),
    [
        ("not-json", "not valid JSON"),
        ("empty", "empty"),
        ("not-utf8", "not UTF-8"),
        ("nan", "not"),
        ("deep", "nested too deeply"),
        ("old-format", "format 3, not 4"),
        ("nothing", "no such file"),
    ],
)
def test_what_cannot_be_read_gets_one_line_with_file_and_fix(outcome, student, text):
    [problem] = [line for line in outcome.problems if f"submitted/{student}/ps1" in line]
    assert text in problem and "\n" not in problem and ";" in problem
    assert student not in outcome.of


def scores(root):
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        rows = gradebook.execute(
            "select s.student_id, sum(coalesce(g.auto_score, 0)) from grade g"
            " join submitted_notebook n on g.notebook_id = n.id join submitted_assignment s on n.assignment_id = s.id"
            " group by s.student_id"
        )
        return dict(rows.fetchall())


def test_the_gradebook_holds_the_verdicts_points(outcome):
    assert scores(outcome.root) == {student: found.points for student, found in outcome.of.items()}


def test_every_verdict_is_a_file_of_the_documented_schema(outcome):
    for student, found in outcome.of.items():
        assert verdicts.read(outcome.root / "verdicts" / "ps1" / f"{student}.json") == found


def test_the_graded_notebook_is_valid_and_shows_what_cells_printed(outcome):
    path = outcome.root / "autograded" / "prints" / "ps1" / "ps1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    shown = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    assert "hello" in shown and "careful" in shown
    assert "<b>bold</b>" in shown and '"image/png": "iVBORw0KGgo' in shown
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_the_feedback_page_holds_verdict_and_reasons_and_nothing_hidden(outcome):
    page = (outcome.root / "feedback" / "mistaken" / "ps1" / "ps1.html").read_text()
    assert "gives 3 and 6 for 1 and 2 scaled by 3" in page and "should be 6" in page
    assert "<script" not in page
    for hidden in ("assert_close", "torch.tensor([3.0, 6.0])", "BEGIN SOLUTION", "test_scale"):
        assert hidden not in page


def test_the_time_of_handing_in_is_kept(outcome):
    with sqlite3.connect(outcome.root / "gradebook.db") as gradebook:
        [(moment,)] = gradebook.execute("select timestamp from submitted_assignment where student_id = 'solved'")
    assert moment.startswith("2026-09-30 12:00:00")


def test_grading_again_gives_the_same_bytes(outcome, shared_classroom):
    students = ["mistaken", "in-place", "doubled", "prints"]
    before = {name: (outcome.root / "verdicts/ps1" / f"{name}.json").read_bytes() for name in students}
    again = shared_classroom.grade(students=students, jobs=1, fresh=True)
    assert len(again.verdicts) == len(students)
    assert before == {name: (outcome.root / "verdicts/ps1" / f"{name}.json").read_bytes() for name in students}


def test_without_the_jail_the_scores_are_the_same(classroom):
    classroom.hand_in("solved", classroom.notebook())
    classroom.hand_in("mistaken", classroom.notebook("def scale(x, a):\n    return x / (1 / (a * a))"))
    inside, outside = classroom.grade(), classroom.grade(confined=False)
    assert inside.verdicts == outside.verdicts


def test_formgrader_shows_the_names_of_the_roster(classroom):
    (classroom.root / "roster.csv").write_text(
        "id,first_name,last_name,email\nann,Ann,Noether,\nbob,Bob,Hart,b@x.org\n"
    )
    classroom.hand_in("ann", classroom.notebook())
    assert not classroom.grade().notices
    with opened(config.load(classroom.root)) as gradebook:
        [ann] = gradebook.students
        assert (ann.id, ann.first_name, ann.last_name, ann.email) == ("ann", "Ann", "Noether", None)
    (classroom.root / "roster.csv").write_text("id,last_name\nann,\n")
    classroom.grade()
    (classroom.root / "roster.csv").write_text("name\nann\n")
    outcome = classroom.grade()
    assert list(outcome.of) == ["ann"] and "no column id" in outcome.notices[0]
    with opened(config.load(classroom.root)) as gradebook:
        assert [student.last_name for student in gradebook.students] == ["Noether"]
