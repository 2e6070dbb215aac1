"""The whole round by nbgrader's own buttons, in Chromium: release, fetch, solve, validate, submit, collect, grade, feedback.

One operating system's user plays both roles, each with a folder, a HOME and a JupyterLab; they share the exchange. Of the second
submission all but the student's part is done on the command line, so that both ways are seen to fit together.
"""

import json
import re
import subprocess
import sys

import pytest

from autograder.course import config, nbgrader
from autograder.gradebook.recorder import Recorder
from autograder.release import build
from autograder.release.proofs import made

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


class Pictures:
    """Numbered screenshots of one page."""

    def __init__(self, page, folder, who):
        self.page, self.folder, self.who, self.count = page, folder, who, 0

    def __call__(self, name):
        self.count += 1
        self.page.screenshot(path=self.folder / f"round-{self.who}-{self.count:02}-{name}.png")


class Staff:
    """Drives formgrader."""

    def __init__(self, watched, folder):
        self.page, self.home = watched.page, watched.home
        self.page.set_default_timeout(60_000)
        self.picture = Pictures(self.page, folder, "staff")

    def open(self, token):
        self.page.goto(f"{self.home}/?token={token}")
        self.page.locator("td.name a").wait_for()
        assert self.page.url == f"{self.home}/formgrader/manage_assignments"

    def press(self, name):
        """Press the button of the one row that there is, and wait until formgrader says that it is done."""
        self.page.locator(f"td.{name} a").click()
        title = self.page.locator(".modal.in .modal-title")
        title.wait_for()
        self.picture(name)
        assert title.inner_text() == "Success", self.page.locator(".modal.in .modal-body").inner_text()
        self.page.locator(".modal.in .modal-footer button").click()
        title.wait_for(state="detached")

    def go(self, place):
        self.page.goto(f"{self.home}/formgrader/{place}")
        self.page.wait_for_function("models?.loaded")

    def grade_by_hand(self, student, score, comment):
        """The written question, on the page that the links of the submissions lead to."""
        self.page.locator("td.student-name a").click()
        self.page.wait_for_url(f"**/manage_students/{student}/ps1")
        self.page.locator("td.name a").click()
        self.page.wait_for_function("window.formgrader?.grades?.loaded")
        assert "Because both sides scale." in self.page.locator("#notebook-container").first.inner_text()
        for box, value in (("ps1-written", score), ("ps1-written-comment", comment)):
            with self.page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
                self.page.locator(f"#{box}").fill(str(value))
                self.page.locator(f"#{box}").blur()
            assert saved.value.ok
        self.picture("by-hand")


class Student:
    """Drives JupyterLab with nbgrader's assignment list."""

    def __init__(self, watched, folder, paste):
        self.page, self.home, self.paste = watched.page, watched.home, paste
        self.page.set_default_timeout(60_000)
        self.picture = Pictures(self.page, folder, "student")
        self.desks = 0

    def open_list(self):
        self.desks += 1
        self.page.goto(f"{self.home}/lab/workspaces/desk{self.desks}")  # an empty one
        self.page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
        self.page.get_by_role("menuitem", name="Assignment List", exact=True).click()

    def press(self, part, name):
        """Press a button of the assignment list, and wait for the list."""
        button = self.page.locator(f"#{part}_assignments_list").get_by_role("button", name=name, exact=True)
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as done:
            button.click()
        assert done.value.json()["success"], done.value.text()

    def open_notebook(self):
        self.page.locator("#fetched_assignments_list .assignment-notebooks-link").click()
        self.page.locator("#fetched_assignments_list").get_by_role("link", name="ps1", exact=True).click()
        self.page.wait_for_function(
            "document.querySelector('.jp-NotebookPanel-toolbar')?.innerText.includes('Python 3')"
        )

    def write(self, cells, texts):
        for place, cell in enumerate(cells):
            text = texts.get(cell["metadata"].get("nbgrader", {}).get("grade_id"))
            if text:
                there = self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}']")
                if cell["cell_type"] == "markdown":
                    there.dblclick()
                self.paste(self.page, there, text)

    def validate(self):
        """Press the notebook's button; gives what the dialog says. It saves first."""
        self.page.locator(".validate-button").first.click()
        dialog = self.page.locator(".jp-Dialog-content")
        dialog.wait_for()
        self.picture("validated")
        said = dialog.inner_text()
        dialog.get_by_role("button", name="OK").click()
        return said

    def read_feedback(self):
        """Fetch it, follow the last link of the list, and open the page."""
        self.press("submitted", "Fetch Feedback")
        self.page.get_by_text("(view feedback)").last.click()
        self.page.locator(".jp-DirListing-item", has_text="ps1.html").dblclick()
        body = self.page.frame_locator(".jp-HTMLViewer iframe").locator("body")
        body.wait_for()
        self.picture("feedback")
        return body.inner_text()


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
    with Recorder(nbgrader.database(course, settings.gradebook), settings) as recorder:
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
    staff = Staff(watch(serve(course, token="round"), **window), screenshots)
    student = Student(watch(serve(folder), **window), screenshots, paste)

    staff.open("round")
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
