"""Points and comments that a TA gives in formgrader reach the student: page, zip, exports and `show` say the same."""

import csv
import json
import re
import shutil
import zipfile
from html import unescape
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.utils import notebook_hash
from traitlets.config import Config
from typer.testing import CliRunner

from autograder.cli import app
from autograder.exchange.nbgrader_exchange import Exchange
from autograder.grade import grade
from autograder.lms.export import export
from autograder.lms.feedback_zip import pack
from autograder.nbgrader_plugin import configure

SECRETS = {"ada": "0a" * 64, "ben": "0b" * 64}
HOSTILE = 'Well <script>alert("x")</script> said & <b>short</b>\nRead §3.'
CHINESE = "很好，但请说明为什么均值为零。"
MISTAKEN = "def scale(x, a):\n    return x / (2 / (a * a))"


class Course:
    """A graded class, its gradebook as formgrader writes it, and an exchange."""

    def __init__(self, root, exchange):
        self.root, self.exchange = root, exchange

    def give(self, student, cell=None, points=None, extra=None, comment=None, on=None, penalty=None):
        """What formgrader writes where a TA types in its boxes."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db", "tiny") as gradebook:
            if cell:
                grade = gradebook.find_grade(cell, "ps1", "ps1", student)
                grade.manual_score, grade.extra_credit = points, extra
                grade.needs_manual_grade = points is None and grade.auto_score is None
            if on:
                gradebook.find_comment(on, "ps1", "ps1", student).manual_comment = comment
            if penalty is not None:
                gradebook.find_submission_notebook("ps1", "ps1", student).late_submission_penalty = penalty
            gradebook.db.commit()

    def nbgrader(self):
        """What formgrader's buttons call."""
        settings = Config()
        configure(settings, str(self.root / "nbgrader_config.py"))
        settings.Exchange.root = str(self.exchange)
        return NbGraderAPI(config=settings)

    def released(self, student):
        """The page that the student fetches."""
        return (
            self.exchange / "tiny/feedback" / f"{notebook_hash(secret=SECRETS[student], notebook_id='ps1')}.html"
        ).read_text()

    def release(self, student):
        done = self.nbgrader().release_feedback("ps1", student)
        assert done["success"], done
        return self.released(student)

    def page(self, student):
        return (self.root / "feedback" / student / "ps1/ps1.html").read_text()

    def scores(self, student):
        """The student's points by nbgrader's rows, the page that is released, every export and `show`."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db", "tiny") as gradebook:
            row = gradebook.find_submission("ps1", student)
            found = [max(0.0, row.score - (row.late_submission_penalty or 0))]
        found.append(float(re.search(r'class="total">(\S+) <', self.release(student))[1]))
        export(self.root, "csv", into=self.exchange)
        with (self.exchange / "scores.csv").open(newline="") as file:
            found += [float(row["score"]) for row in csv.DictReader(file) if row["student_id"] == student]
        for form in ("canvas", "moodle"):
            export(self.root, form, into=self.exchange)
            with (self.exchange / f"{form}.csv").open(newline="") as file:
                found += [float(row[-1]) for row in csv.reader(file) if student in row]
        found.append(self.json(student)["score"])
        found.append(float(re.search(rf"{student} ps1: (\S+) /", self.show(student))[1]))
        return found

    def json(self, student):
        export(self.root, "json", into=self.exchange)
        [found] = json.loads((self.exchange / f"students/{student}.json").read_text())["problem_sets"]
        return found

    def show(self, student, *options):
        done = CliRunner().invoke(app, ["-C", str(self.root), "show", student, "ps1", *options])
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture(scope="module")
def graded(tmp_path_factory, shared_classroom):
    room = shared_classroom
    for student, written in (
        ("ada", room.notebook(MISTAKEN)),
        ("ben", room.notebook(counter="")),
        ("eve", room.notebook()),
    ):
        written["cells"][room.place(written, "ps1-written")]["source"] = "Because <b>it</b> is $x^2$ so."
        own = {
            "cell_type": "markdown",
            "id": "own",
            "metadata": {},
            "source": "# My *own*\n\n```\na\n\nb\n```\n<script>x</script>",
        }
        written["cells"].insert(2, own)
        folder = room.hand_in(student, written)
        if student in SECRETS:
            (folder / "timestamp.txt").write_text("2026-09-30 12:00:00 UTC")
            (folder / "submission_secret.txt").write_text(SECRETS[student])
    assert not room.grade(jobs=1).problems
    (room.root / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_plugin import configure\nconfigure(get_config(), __file__)\n"
    )
    return room


@pytest.fixture
def course(graded, tmp_path):
    (tmp_path / "exchange").mkdir(mode=0o777)
    root = Path(shutil.copytree(graded.root, tmp_path / "tiny", symlinks=True))
    return Course(root, tmp_path / "exchange")


def text(page):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_what_was_graded_alone_gives_the_same_page_anew(course):
    before = course.page("ada")
    assert course.release("ada") == before and course.page("ada") == before
    assert (
        "not graded yet" in before and "by hand" in before and '<p class="total">3 <small>of 15 points so far' in before
    )


def test_the_released_page_carries_points_and_comments_and_carries_them_anew(course):
    course.give("ada", "ps1-written", 4, comment=HOSTILE, on="ps1-written")
    page = course.release("ada")
    assert "Graded by hand: 4 of 5 points." in page and "graded by hand: 4 of 5" in page
    assert "so far" not in page and "not graded yet" not in page
    assert "&lt;script&gt;" in page and "<script" not in page and "&lt;b&gt;short&lt;/b&gt;\nRead §3." in page
    assert "Read §3" not in course.page("ben") and "Well" in course.page("ada")
    course.give("ada", "ps1-written", 5, extra=0.5, comment=CHINESE, on="ps1-written")
    page = course.release("ada")
    assert CHINESE in page and "Well" not in page
    assert "Graded by hand: 5.5 of 5 points, 0.5 of them extra credit." in page
    course.give("ada", "ps1-written", None, comment=None, on="ps1-written")  # taken back
    assert CHINESE not in course.release("ada") and "not graded yet" in course.released("ada")


def test_an_exercise_graded_by_hand_and_a_comment_on_it(course):
    course.give("ada", "scale-examples", 5, comment=CHINESE, on="scale")
    course.give("ada", "Counter-examples", None, extra=1)
    page = text(course.release("ada"))
    assert "scale 5 of 7 points Graded by hand: 5 of 7 points; the checks gave 0." in page
    assert "Counter 4 of 3 points 4 of 3 points, 1 of them extra credit." in page
    assert CHINESE in page and "exercises: 9 of 10" in page and "scale (2 points)" in page
    shown = course.show("ada")
    assert "the checks gave 0" in shown and f"Comment: {CHINESE}" in shown and "scale: 5 / 7" in shown
    [scale] = [item for item in course.json("ada")["exercises"] if item["name"] == "scale"]
    assert (scale["points"], scale["points_of_checks"], scale["comment"]) == (5, 0, CHINESE)


@pytest.mark.parametrize(
    ("given", "points"),
    [
        ({}, 3),
        ({"cell": "ps1-written", "points": 4}, 7),
        ({"cell": "ps1-written", "points": 4.25, "extra": 2}, 9.25),
        ({"cell": "ps1-written", "points": 0}, 3),
        ({"cell": "scale-examples", "points": 6.5}, 9.5),
        ({"cell": "ps1-written", "points": 4, "penalty": 1.5}, 5.5),
        ({"penalty": 100}, 0),
        ({"cell": "ps1-written", "extra": 3}, 3),  # nbgrader counts extra credit on top of a score alone
    ],
)
def test_page_exports_and_show_agree(course, given, points):
    course.give("ada", **given)
    assert course.scores("ada") == [points] * 7


def test_the_late_penalty_is_told_as_it_stands(course):
    course.give("ada", penalty=1.5)
    assert "handed in late: −1.5" in course.release("ada")
    assert "handed in late: −1.5" in course.show("ada")


def test_show_gives_what_stands_in_the_gradebook(course):
    course.give("ada", "ps1-written", 4, comment="\x1b[31m[bold]" + HOSTILE, on="ps1-written")
    shown = course.show("ada")
    assert "Graded by hand: 4 of 5 points." in shown and "Comment: \\x1b[31m[bold]Well <script>" in shown
    found = json.loads(course.show("ada", "--json"))
    assert found["points"] == 3 and found["gradebook"]["cells"]["ps1-written"]["by_hand"] == 4
    assert "Well" in found["gradebook"]["comments"]["ps1-written"]


def test_the_zip_for_moodle_and_canvas_carries_them(course, tmp_path):
    course.give("ada", "ps1-written", 4, comment=HOSTILE, on="ps1-written")
    course.give("ada", "scale-examples", 5)
    (course.root / "roster.csv").write_text("id,first_name,last_name,lms_id\nada,Ada,Lovelace,12345\n")
    like = tmp_path / "canvas.zip"
    with zipfile.ZipFile(like, "w") as archive:
        archive.writestr("lovelaceada_12345_1_ps1.ipynb", b"{}")
    assert pack(course.root, "ps1", into=tmp_path / "pages.zip").students == 3
    pack(course.root, "ps1", like=like, into=tmp_path / "notebooks.zip")
    with zipfile.ZipFile(tmp_path / "pages.zip") as archive:
        page = archive.read("ada/ps1.html").decode()
    assert "Graded by hand: 4 of 5 points." in page and "&lt;script&gt;" in page
    with zipfile.ZipFile(tmp_path / "notebooks.zip") as archive:
        notebook = json.loads(archive.read("lovelaceada_12345_1_ps1.ipynb"))
    said = "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["id"].startswith(("score", "by-hand"))
    )
    assert "12 of 15 points" in said and "Graded by hand: 4 of 5 points." in said and "the checks gave 0" in said
    assert "&lt;script&gt;" in said and "<script" not in said
    kept = (course.root / "autograded/ada/ps1/ps1.ipynb").read_text()
    assert "the checks gave" not in kept  # formgrader has its own boxes


def test_generate_feedback_makes_our_page_anew(course):
    course.give("ada", "ps1-written", 4, comment=CHINESE, on="ps1-written")
    done = course.nbgrader().generate_feedback("ps1", "ada")
    assert done["success"], done
    assert CHINESE in course.page("ada") and 'class="total"' in course.page("ada")
    assert CHINESE in course.release("ada")


def test_the_watch_releases_by_the_same_way(course):
    course.give("ada", "ps1-written", 4, comment=CHINESE, on="ps1-written")
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(f"get_config().Exchange.root = {str(course.exchange)!r}\n")
    assert Exchange(course.root).release_feedback("ps1", "ada") == ""
    assert CHINESE in course.released("ada")


def test_the_page_is_of_what_was_graded_though_something_newer_was_handed_in(course):
    newer = course.root / "submitted/ada/ps1/ps1.ipynb"
    newer.write_text(newer.read_text().replace("Because", "Newer"))
    course.give("ada", "ps1-written", 4)
    page = course.release("ada")
    assert "Because" in page and "Newer" not in page and "4 of 5" in page


def test_points_by_hand_stay_on_the_page_when_it_is_graded_again(course):
    course.give("ada", "ps1-written", 4, comment=CHINESE, on="ps1-written")
    assert not grade(course.root, students=["ada"], jobs=1, fresh=True).problems
    assert CHINESE in course.page("ada") and "Graded by hand: 4 of 5 points." in course.page("ada")


def test_one_whose_work_cannot_be_read_keeps_nobody_else_back(course):
    course.give("ada", "ps1-written", 4, comment=CHINESE, on="ps1-written")
    (course.root / "verdicts/ps1/ben.json").write_text("{")
    done = course.nbgrader().release_feedback("ps1")  # eve's came by mail, and has no way back
    assert not done["success"] and "ben: " in done["error"] and "run: autograder rerun ben ps1" in done["error"]
    assert "ada" not in done["error"] and "eve: " not in done["error"]
    assert CHINESE in course.released("ada")
    assert len(list((course.exchange / "tiny/feedback").glob("*.html"))) == 1
    packed = pack(course.root, "ps1", into=course.exchange / "pages.zip")
    assert packed.students == 2 and "run: autograder rerun ben ps1" in packed.problems[0]


def test_what_was_graded_by_nbgrader_alone_is_released_as_it_is(course):
    (course.root / "verdicts/ps1/ada.json").unlink()
    (course.root / "feedback/ada/ps1/ps1.html").write_text("nbgrader's")
    assert course.release("ada") == "nbgrader's"
