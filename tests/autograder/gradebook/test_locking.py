"""People grade by hand while a run writes: nobody sees a lock, nothing is lost, and the states fit the scores."""

import multiprocessing
import random
import shutil
import subprocess
import sys
import threading
import time
from datetime import timedelta

import nbformat
import pytest
from nbgrader.api import Gradebook, SubmittedAssignment
from sqlalchemy import text

from autograder.course import config, release
from autograder.errors import AutograderError
from autograder.grade import grade
from autograder.gradebook import locking
from autograder.gradebook.connection import opened
from autograder.gradebook.migration import move
from autograder.gradebook.recorder import Recorder
from autograder.lms import extensions
from autograder.release.build import build

from .conftest import use

STUDENTS = 8
CELLS = "scale-examples", "Counter-examples", "ps1-written"


@pytest.fixture(scope="module")
def on_sqlite(shared_classroom):
    """The folder of a graded class."""
    root = shared_classroom.root
    build(root)
    for number in range(STUDENTS):
        written = {} if number % 2 else {"counter": ""}
        shared_classroom.hand_in(f"s{number:02}", shared_classroom.with_cell(f"# {number}", **written))
    assert grade(root, jobs=1).problems == []
    return root


@pytest.fixture(params=["sqlite", "postgresql"])
def graded(request, on_sqlite, tmp_path):
    """A copy of it, and its gradebook."""
    root = shutil.copytree(on_sqlite, tmp_path / "course")
    if request.param == "sqlite":
        return root, use(root, f"sqlite:///{root}/gradebook.db")
    server = request.getfixturevalue("postgresql")
    url = server.url(server.database())
    move(root, url)
    return root, use(root, url)


def by_hand(url, seed, stop, failed, last):
    """A TA: gives scores and comments, takes some back, a different third of the cells than the others."""
    chance = random.Random(seed)
    try:
        while not stop.is_set():
            student, cell = f"s{chance.randrange(STUDENTS):02}", CELLS[seed]
            score = chance.choice([None, 0.5, 1.5, 2.0])
            with Gradebook(url, "tiny") as gradebook:
                given = gradebook.find_grade(cell, "ps1", "ps1", student)
                given.manual_score = score  # as formgrader does
                given.needs_manual_grade = score is None and given.auto_score is None
                gradebook.db.commit()
                if cell == "ps1-written":
                    comment = f"{score} points"
                    gradebook.find_comment(cell, "ps1", "ps1", student).manual_comment = comment
                    gradebook.db.commit()
            last[student, cell] = score
    except BaseException as error:
        failed.append(f"{type(error).__name__}: {error}")


def scores(url):
    """By student and cell: automatic, by hand, whether somebody must look, comment."""
    query = (
        "select s.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade, c.manual_comment from grade g"
        " join base_cell b on g.cell_id = b.id join submitted_notebook n on g.notebook_id = n.id"
        " join submitted_assignment s on n.assignment_id = s.id"
        " left join (select co.notebook_id, co.manual_comment, bc.name from comment co join base_cell bc"
        "  on co.cell_id = bc.id) c on c.notebook_id = n.id and c.name = b.name"
    )
    with Gradebook(url, "tiny") as gradebook:
        return {(row[0], row[1]): tuple(row[2:]) for row in gradebook.db.execute(text(query))}


def test_three_grade_by_hand_while_a_run_writes(graded):
    root, url = graded
    automatic = {place: found[0] for place, found in scores(url).items()}
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        stop, failed, last = manager.Event(), manager.list(), manager.dict()
        people = [context.Process(target=by_hand, args=(url, seed, stop, failed, last)) for seed in range(3)]
        for one in people:
            one.start()
        while not failed and len(last) <= STUDENTS:  # all are at work when the run begins
            time.sleep(0.05)
        last.clear()
        command = [sys.executable, "-m", "autograder.cli", "-C", str(root), "grade", "--fresh", "--jobs", "1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        stop.set()
        for one in people:
            one.join(120)
        failed, last = list(failed), dict(last)
    assert failed == []
    assert (done.returncode, done.stderr) == (0, "")
    found = scores(url)
    assert {place: row[0] for place, row in found.items()} == automatic
    assert last
    for place, score in last.items():
        auto, manual, must_look, comment = found[place]
        assert manual == score, place
        assert comment == (f"{score} points" if place[1] == "ps1-written" else None), place
        if manual is None:
            # Whoever reads a row just before the run marks it to be looked at again does not write that mark back.
            assert must_look or auto is not None, place


def record(root, url, student):
    """As a run does."""
    notebook = nbformat.read(root / "autograded/s01/ps1/ps1.ipynb", as_version=4)
    with Recorder(config.load(root)) as recorder:
        recorder.register(release.load(root, "ps1"))
        recorder.record(student, "ps1", notebook, None)


def in_background(write):
    """The thread, and what it raised."""
    failed = []

    def run():
        try:
            write()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failed


def give_and_wait(url, first, write):
    """What `write` raised: it began after `first`, in another's transaction, which then stayed open for a while."""
    with Gradebook(url, "tiny") as other:
        first(other)
        other.db.flush()
        thread, failed = in_background(write)
        time.sleep(2)
        assert thread.is_alive()
        other.db.commit()
    thread.join(60)
    return failed


def test_a_score_taken_back_in_the_moment_of_recording_is_not_marked_to_be_read_again(graded):
    root, url = graded
    with Gradebook(url, "tiny") as gradebook:
        gradebook.find_grade("scale-examples", "ps1", "ps1", "s01").manual_score = 1
        gradebook.db.commit()

    def take_back(other):
        given = other.find_grade("scale-examples", "ps1", "ps1", "s01")
        given.manual_score, given.needs_manual_grade = None, False

    assert give_and_wait(url, take_back, lambda: record(root, url, "s01")) == []
    auto, manual, must_look, _ = scores(url)["s01", "scale-examples"]
    assert auto is not None and manual is None and not must_look


def test_two_who_make_the_same_students_rows_both_succeed(graded):
    root, url = graded

    def make(other):
        other.db.execute(text("insert into student (id) values ('new')"))
        assignment = other.find_assignment("ps1").id
        made = {"id": "a" * 32, "student_id": "new", "assignment_id": assignment}
        other.db.execute(SubmittedAssignment.__table__.insert().values(made))

    assert give_and_wait(url, make, lambda: record(root, url, "new")) == []
    assert len([place for place in scores(url) if place[0] == "new"]) == 3


def test_extending_waits_for_a_run_that_writes_the_same_student(graded):
    root, url = graded

    def hold(other):
        locking.hold_student(other.db, "s01")

    assert give_and_wait(url, hold, lambda: extensions.extend(root, "s01", "ps1", timedelta(hours=2))) == []
    with Gradebook(url, "tiny") as gradebook:
        assert gradebook.find_submission("ps1", "s01").extension == timedelta(hours=2)


def test_a_run_gives_way_in_a_deadlock(graded):
    """A script of a TA's that writes comment and score in one transaction, the other way round than a run."""
    root, url = graded
    with Gradebook(url, "tiny") as other:
        if other.engine.dialect.name == "sqlite":
            pytest.skip("SQLite locks the whole file")
        other.find_comment("ps1-written", "ps1", "ps1", "s01").manual_comment = "mine"
        other.db.flush()

        thread, failed = in_background(lambda: record(root, url, "s01"))
        time.sleep(2)
        other.find_grade("ps1-written", "ps1", "ps1", "s01").manual_score = 2
        other.db.commit()
        thread.join(60)
    assert failed == []
    assert scores(url)["s01", "ps1-written"][1::2] == (2, "mine")


def test_who_waits_for_too_long_is_told_so(graded, monkeypatch):
    root, url = graded
    monkeypatch.setattr(locking, "PATIENCE", 1)
    with Gradebook(url, "tiny") as other:
        other.find_grade("scale-examples", "ps1", "ps1", "s01").manual_score = 1
        other.db.flush()
        with pytest.raises(AutograderError, match=r"another program kept it locked for .* seconds"):
            record(root, url, "s01")
        other.db.rollback()
        record(root, url, "s01")


def test_nbgraders_own_connections_wait_as_long(tiny):
    with opened(config.load(tiny)):
        pass
    with Gradebook(f"sqlite:///{tiny}/gradebook.db", "tiny") as gradebook:
        assert gradebook.db.execute(text("pragma busy_timeout")).scalar() == locking.PATIENCE * 1000
