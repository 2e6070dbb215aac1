"""The whole round by nbgrader's own buttons, in Chromium: release, fetch, solve, validate, submit, collect, grade, feedback.

One operating system's user plays both roles, each with a folder, a HOME and a JupyterLab; they share the exchange. Of the second
submission all but the student's part is done on the command line, so that both ways are seen to fit together.
"""

import json
import re
import subprocess
import sys

import pytest

from autograder.course import config
from autograder.gradebook.recorder import Recorder
from autograder.release import build
from autograder.release.proofs import made
from tests.browser.people import Staff, Student

CONFIG = """\
from autograder.nbgrader_plugin import configure
configure(get_config(), __file__)
get_config().Exchange.root = {exchange!r}
"""
STUDENTS_CONFIG = """\
c = get_config()
c.Exchange.root = {exchange!r}
c.CourseDirectory.course_id = "tiny"
"""
ADDS_ONE = """\
class Counter:
    def __init__(self):
        self.calls = 1

    def __call__(self, x):
        return x + self.calls
"""
"""Passes the visible examples, and misses 1 of the hidden points."""
HINT = "Count every call: the first adds 1, the second 2."
ANSWER = "Because *both* sides scale."
COMMENT = "Say which sides."


@pytest.fixture
def course(tiny):
    """The tiny course, built, with an exchange of its own beside it."""
    exchange = tiny.parent / "exchange"
    exchange.mkdir(mode=0o777)
    (tiny / "nbgrader_config.py").write_text(CONFIG.format(exchange=str(exchange)))
    build.build(tiny)
    return tiny


def score(course):
    """Of the one submission in the gradebook, and whether someone must still look at it."""
    settings = config.load(course)
    with Recorder(settings) as recorder:
        [row] = recorder.export()
    return row["score"], bool(row["needs_manual_grade"])


def run(course, module, *command):
    done = subprocess.run(
        [sys.executable, "-m", module, *command], cwd=course, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


def leaks(course, text):
    """Lines of the hidden checks and of the misconceptions that stand in a text, and the checks' names."""
    files = [*(course / "tests/hidden/ps1").glob("*.py"), course / "solutions/ps1/misconceptions.py"]
    code = "\n".join(path.read_text() for path in files)
    wanted = {line.strip() for line in code.splitlines() if re.search(r"student\.|assert_|@misconception", line)}
    return sorted(item for item in wanted | set(re.findall(r"def ([a-z]\w+)\(", code)) if item in text)


def test_the_whole_round(course, serve, watch, paste, screenshots, tmp_path):
    folder = tmp_path / "student"
    folder.mkdir()
    exchange = tmp_path / "exchange"
    (folder / "nbgrader_config.py").write_text(STUDENTS_CONFIG.format(exchange=str(exchange)))
    window = {"viewport": {"width": 1280, "height": 1000}, "permissions": ["clipboard-read", "clipboard-write"]}
    staff = watch(serve(course, token="round"), **window)
    staff = Staff(staff.page, staff.home, screenshots)
    student = watch(serve(folder), **window)
    student = Student(student.page, student.home, screenshots, paste)

    staff.open("/?token=round")
    staff.press("assign")
    assert build.out_of_step(course) == []
    staff.press("release")
    assert [path.name for path in (exchange / "tiny/outbound/ps1").iterdir()] == ["ps1.ipynb"]

    student.open_list()
    student.press("released", "Fetch")
    student.picture("fetched")
    student.open_notebook()
    solutions = made.solutions(course, "ps1")
    cells = json.loads((folder / "ps1/ps1.ipynb").read_text())["cells"]
    assert "cell failed" in student.validate()
    student.write(cells, {"scale": solutions["scale"], "Counter": ADDS_ONE, "ps1-written": ANSWER})
    assert "Success!" in student.validate()
    student.open_list()
    student.press("fetched", "Submit")
    student.picture("submitted")

    staff.press("collect")
    [name] = [path.name for path in (course / "submitted").iterdir()]
    staff.go("manage_submissions/ps1")
    staff.press("autograde")
    assert score(course) == (9, True)
    staff.grade_by_hand(name, 4, COMMENT)
    assert score(course) == (9 + 4, False)
    staff.go("manage_submissions/ps1")
    staff.picture("graded")
    assert staff.page.locator("td.score").inner_text() == "13 / 15"
    staff.press("generate-feedback")
    staff.press("release-feedback")

    said = student.read_feedback()
    assert [HINT in said, COMMENT in said, "13 of 15 points" in said] == [True] * 3, said
    [page] = (folder / "ps1/feedback").glob("*/ps1.html")
    assert leaks(course, page.read_text()) == []

    student.open_list()
    student.open_notebook()
    student.write(cells, {"Counter": solutions["Counter"]})
    assert "Success!" in student.validate()
    student.open_list()
    student.press("fetched", "Submit")
    run(course, "nbgrader", "collect", "ps1", "--update")
    run(course, "autograder.cli", "grade", "ps1")
    assert score(course) == (10 + 4, True)
    run(course, "nbgrader", "release_feedback", "ps1")
    said = student.read_feedback()
    assert "14 of 15 points" in said and COMMENT in said and HINT not in said, said
    staff.go("manage_submissions/ps1")
    staff.picture("graded-again")
    assert staff.page.locator("td.score").inner_text() == "14 / 15"
