"""nbgrader's gradebook on a PostgreSQL server: the rows of SQLite, by our commands and by nbgrader's own."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

from autograder.course import nbgrader
from autograder.formgrader import LINES
from autograder.grade import grade
from autograder.gradebook.connection import connected
from autograder.lms import extensions
from autograder.lms.export import export
from autograder.release.build import build
from autograder.status import status
from benchmarks.gradebook_rows import rows
from benchmarks.postgresql import PASSWORD

from .conftest import use

LATE = "late: {grace_minutes: 15, per_day: 10%, late_days: 1}\n"


def run(*command, cwd, **environment):
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | environment,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def room(classroom):
    """A class: solved, half, late."""
    (classroom.root / "course.yml").write_text((classroom.root / "course.yml").read_text() + LATE)
    classroom.hand_in("solved", classroom.notebook())
    classroom.hand_in("half", classroom.notebook(counter=""))
    late_one = classroom.hand_in("late", classroom.notebook())
    (late_one / "timestamp.txt").write_text("2026-10-03 12:00:00 UTC")
    return classroom


def give_by_hand(url, student, score, comment):
    with Gradebook(url, "tiny") as gradebook:
        gradebook.find_grade("ps1-written", "ps1", "ps1", student).manual_score = score
        gradebook.find_comment("ps1-written", "ps1", "ps1", student).manual_comment = comment
        gradebook.db.commit()


def a_round(root, url):
    """What staff do in a term, in short."""
    build(root)
    assert grade(root, jobs=1).problems == []
    give_by_hand(url, "solved", 2.5, "well said")
    extensions.extend(root, "late", "ps1", timedelta(hours=5))
    assert grade(root, jobs=1, fresh=True).problems == []
    export(root, "csv")
    export(root, "canvas")
    return status(root)


def test_the_same_class_gives_equal_rows_exports_and_states(room, on_postgresql):
    other = shutil.copytree(room.root, room.root.parent / "other")
    url = on_postgresql(other)
    here, there = a_round(room.root, f"sqlite:///{room.root}/gradebook.db"), a_round(other, url)
    assert here == there and here[0].by_hand
    mine, theirs = rows(room.root / "gradebook.db"), rows(url)
    for table in mine:
        assert mine[table] == theirs[table], table
    assert sum(map(len, mine.values())) > 40 and "well said" in repr(mine)
    for name in ("scores.csv", "canvas.csv"):
        assert (room.root / "exports" / name).read_bytes() == (other / "exports" / name).read_bytes()
    again = grade(other, jobs=1)
    assert again.unchanged == 3


def test_nbgraders_own_commands_use_it_and_give_the_same_rows(room, on_postgresql):
    other = shutil.copytree(room.root, room.root.parent / "other")
    mine, theirs = on_postgresql(room.root), on_postgresql(other)
    for root in (room.root, other):
        build(root)
    grade(room.root, jobs=1)
    for command in ("autograde", "generate_feedback"):
        code, _, log = run("nbgrader", command, "ps1", cwd=other)
        assert code == 0, log[-3000:]
    assert rows(mine) == rows(theirs)
    assert (other / "feedback/half/ps1/ps1.html").is_file()
    for command in (
        ("export", "--to", "grades.csv"),
        ("export", "--exporter", "autograder.lms.export.CanvasExport", "--to", "canvas.csv"),
        ("db", "upgrade"),
        ("db", "student", "list"),
    ):
        code, _, log = run("nbgrader", *command, cwd=other)
        assert code == 0, log[-3000:]
    assert (other / "grades.csv").read_text().count("\n") == 4 and (other / "canvas.csv").is_file()
    assert rows(mine) == rows(theirs)


def test_two_who_open_an_empty_one_at_once_both_find_it_made(postgresql):
    url = postgresql.url(postgresql.database())

    def opened(_):
        with connected(url, "tiny") as gradebook:
            return gradebook.course_id

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(opened, range(4))) == ["tiny"] * 4
    made = rows(url)
    assert made["course"] == [(("id", "tiny"),)] and len(made["alembic_version"]) == 1


@contextlib.contextmanager
def formgrader(root):
    """Its address, while it runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "autograder.cli", "formgrader", "--no-browser", "--port", str(port)]
    environment = os.environ | {"JUPYTER_TOKEN": "token"}
    with (root.parent / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}/formgrader"
    finally:
        process.terminate()
        process.wait(30)


def asked(address, data=None):
    request = urllib.request.Request(
        address,
        data=None if data is None else json.dumps(data).encode(),
        method="GET" if data is None else "PUT",
        headers={"Authorization": "token token", "Content-Type": "application/json"},
    )
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[-3000:]) from None
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def test_formgrader_shows_it_and_writes_into_it(room, on_postgresql, postgresql, monkeypatch):
    url = on_postgresql(room.root)
    build(room.root)
    grade(room.root, jobs=1)
    with Gradebook(url, "tiny") as gradebook:
        place = gradebook.find_submission_notebook("ps1", "ps1", "solved").id
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with formgrader(room.root) as address:
        [shown] = json.loads(asked(f"{address}/api/assignments"))
        assert shown["num_submissions"] == 3
        grades = json.loads(asked(f"{address}/api/grades?submission_id={place}"))
        [written] = [one for one in grades if one["name"] == "ps1-written"]
        asked(f"{address}/api/grade/{written['id']}", {"manual_score": 1.5, "extra_credit": 0.5})
        pages = asked(address) + asked(f"{address}/manage_students") + asked(f"{address}/submissions/{place}/")
    assert PASSWORD not in pages + (room.root.parent / "log").read_text()
    with Gradebook(url, "tiny") as gradebook:
        found = gradebook.find_grade("ps1-written", "ps1", "ps1", "solved")
        assert (found.manual_score, found.extra_credit, found.needs_manual_grade) == (1.5, 0.5, False)


def lines_of(root, *command, **environment):
    code, out, err = run("autograder.cli", "-C", root, *command, cwd=root, **environment)
    assert "Traceback" not in err and PASSWORD not in out + err
    return code, [line for line in err.splitlines() if line]


@pytest.mark.parametrize(
    "command",
    [("grade",), ("build",), ("status",), ("export",), ("extend", "late", "ps1", "--days", "1"), ("formgrader",)],
    ids=lambda command: command[0],
)
def test_a_server_that_is_not_there_is_one_line(room, tmp_path, command):
    (room.root / "nbgrader_config.py").write_text("\n".join(LINES))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql+psycopg://ta@127.0.0.1:{closed.getsockname()[1]}/tiny"
        (room.root / "course.yml").write_text((room.root / "course.yml").read_text() + f"gradebook: {url}\n")
        code, [line] = lines_of(room.root, *command, PGPASSWORD=PASSWORD)
    assert code == 2 and url in line and "refused" in line and "PGPASSWORD" in line


def test_a_wrong_password_and_a_missing_database_are_one_line_each(room, postgresql):
    use(room.root, postgresql.over_tcp(postgresql.database()))
    code, [line] = lines_of(room.root, "grade", PGPASSWORD="wrong-word")
    assert code == 2 and "password authentication failed" in line and "wrong-word" not in line
    code, [line] = lines_of(room.root, "status", PGPASSWORD="")
    assert code == 2 and "no password supplied" in line
    assert lines_of(room.root, "grade", PGPASSWORD=PASSWORD) == (0, [])
    use(room.root, postgresql.over_tcp("nothing"))
    code, [line] = lines_of(room.root, "grade", PGPASSWORD=PASSWORD)
    assert code == 2 and 'database "nothing" does not exist' in line


def test_a_password_in_course_yml_is_refused_and_not_repeated(room, postgresql):
    url = postgresql.over_tcp("x").replace("ta@", f"ta:{PASSWORD}@")
    with (room.root / "course.yml").open("a") as file:
        file.write(f"gradebook: {url}\n")
    code, [line] = lines_of(room.root, "grade")
    assert code == 2 and "course.yml:8: gradebook: contains a password" in line and "PGPASSWORD" in line


def test_a_server_that_goes_away_in_a_run_is_one_line_and_the_next_run_goes_on(room, on_postgresql, postgresql):
    for number in range(30):
        room.hand_in(f"student-{number:02}", room.with_cell(f"# {number}"))
    url = on_postgresql(room.root)
    build(room.root)
    command = [sys.executable, "-m", "autograder.cli", "-C", str(room.root), "grade", "--jobs", "1"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while len(list(room.root.glob("verdicts/ps1/*.json"))) < 5 and time.monotonic() < until:
        time.sleep(0.02)
    postgresql.stop()
    try:
        _, err = running.communicate(timeout=120)
    finally:
        postgresql.start()
    assert running.returncode == 2 and "Traceback" not in err, err
    assert len(err.splitlines()) == 1, err
    assert err.startswith("error: the gradebook postgresql")
    written = {row[0] for row in graded(url)}
    assert 1 <= len(written) < 33
    assert all(count == 3 for count in graded_cells(url).values())  # whole submissions only
    again = grade(room.root, jobs=1)
    assert again.problems == [] and len(again.rows) == 33 and again.unchanged >= len(written) - 1
    in_peace = shutil.copytree(room.root, room.root.parent / "peace")
    shutil.rmtree(in_peace / "verdicts")
    other = on_postgresql(in_peace)
    build(in_peace)
    grade(in_peace, jobs=1)
    assert rows(url) == rows(other)


def graded(url):
    with Gradebook(url, "tiny") as gradebook:
        return gradebook.db.execute(text("select student_id from submitted_assignment")).all()


def graded_cells(url):
    """How many scores each student has."""
    query = (
        "select s.student_id, count(g.id) from submitted_assignment s"
        " left join submitted_notebook n on n.assignment_id = s.id left join grade g on g.notebook_id = n.id"
        " group by s.student_id"
    )
    with Gradebook(url, "tiny") as gradebook:
        return dict(map(tuple, gradebook.db.execute(text(query)).all()))


def test_the_url_is_checked_where_it_is_read():
    assert nbgrader.db_url("postgresql+psycopg://ta@db:5432/torch101") == "postgresql+psycopg://ta@db:5432/torch101"
    for url in ("mysql://x/y", "postgresql://x/y", "gradebook.db", ""):
        with pytest.raises(ValueError, match="not a gradebook"):
            nbgrader.db_url(url)
    for url in (f"ta:{PASSWORD}@db/x", "ta:p/a@db/x", "ta@db/x?password=p", "ta@db/x?port=1&password=p"):
        with pytest.raises(ValueError, match="contains a password"):
            nbgrader.db_url(f"postgresql+psycopg://{url}")
