"""Watching nbgrader's exchange: what students submit by nbgrader's own command is graded, and their feedback is fetched by it."""

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import status
from autograder.exchange import arrivals, watch
from autograder.results import log

TINY = Path(__file__).parents[2] / "tiny"
CONFIG = """\
from autograder.nbgrader_plugin import configure
configure(get_config(), __file__)
get_config().Exchange.root = {exchange!r}
"""
STUDENTS_CONFIG = """\
c = get_config()
c.Exchange.root = {exchange!r}
c.CourseDirectory.course_id = "tiny"
c.CourseDirectory.student_id = {student!r}
"""


class Exchange:
    """A course, its exchange, and a folder and HOME for each student."""

    def __init__(self, room, folder):
        self.room, self.root, self.folder = room, room.root, folder
        self.exchange = folder / "exchange"
        self.exchange.mkdir(mode=0o777)
        self.settings(feedback_on_arrival="true", gradings_a_day="2")
        (self.root / "nbgrader_config.py").write_text(CONFIG.format(exchange=str(self.exchange)))
        self.said, self.wrong = [], []

    @property
    def inbound(self):
        return self.exchange / "tiny/inbound"

    def settings(self, **fields):
        lines = (TINY / "course.yml").read_text()
        (self.root / "course.yml").write_text(lines + "".join(f"{name}: {value}\n" for name, value in fields.items()))

    def release(self):
        self._nbgrader(self.root, "staff", "release_assignment", "ps1")

    def submit(self, student, notebook):
        """What the student does."""
        here = self.folder / student
        (here / "ps1").mkdir(parents=True, exist_ok=True)
        settings = STUDENTS_CONFIG.format(exchange=str(self.exchange), student=student)
        (here / "nbgrader_config.py").write_text(settings)
        (here / "ps1/ps1.ipynb").write_text(json.dumps(notebook))
        self._nbgrader(here, student, "submit", "ps1")

    def feedback(self, student):
        """The scores of the pages that the student can fetch, the oldest first."""
        self._nbgrader(self.folder / student, student, "fetch_feedback", "ps1")
        pages = sorted((self.folder / student / "ps1/feedback").glob("*/ps1.html"))
        return [re.search(r'class="total">(\S+) <', page.read_text())[1] for page in pages]

    def put(self, name, text="{}"):
        """What a student can put there without nbgrader."""
        place = self.inbound / name
        place.mkdir()
        (place / "ps1.ipynb").write_text(text)
        return place

    def round(self, **options):
        self.said, self.wrong = [], []
        return watch.watch(self.root, once=True, jobs=1, say=self.said.append, complain=self.wrong.append, **options)

    def _nbgrader(self, folder, home, *command):
        environment = os.environ | {
            "HOME": str(self.folder / home),
            "JUPYTER_DATA_DIR": str(self.folder / home / "data"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture
def exchange(classroom, tmp_path):
    made = Exchange(classroom, tmp_path)
    made.release()
    return made


def test_two_submit_one_of_them_twice_and_both_fetch_their_feedback(exchange, monkeypatch):
    room = exchange.room
    exchange.submit("ada-l", room.notebook())
    exchange.submit("ben-k", room.notebook(counter=""))
    assert exchange.round() and exchange.said == ["ps1 ada-l: 10 of 10 points", "ps1 ben-k: 7 of 10 points"]
    assert (exchange.feedback("ada-l"), exchange.feedback("ben-k")) == (["10"], ["7"])
    assert exchange.round() and exchange.said == []

    exchange.submit("ben-k", room.notebook())
    assert exchange.round() and exchange.said == ["ps1 ben-k: 10 of 10 points"]
    assert exchange.feedback("ben-k") == ["7", "10"]

    # The third of a day is kept, said once, and graded the next day.
    exchange.submit("ben-k", room.notebook(scale=""))
    assert exchange.round() and len(exchange.said) == 1 and "kept for tomorrow" in exchange.said[0]
    assert exchange.round() and exchange.said == []
    [now] = status.status(exchange.root)
    assert (now.tomorrow, now.changed, now.graded) == (["ben-k"], ["ben-k"], ["ada-l"])
    assert [entry.student for entry in log.read(exchange.root) if entry.event == "deferred"] == ["ben-k"]
    # Who is graded by hand meanwhile waits no more.
    exchange.room.grade(jobs=1)
    [now] = status.status(exchange.root)
    assert (now.tomorrow, now.changed) == ([], [])
    exchange.submit("ben-k", room.notebook(scale=""))
    exchange.round()
    monkeypatch.setattr(arrivals, "today", lambda course: "2999-01-01")
    assert exchange.round() and exchange.said == ["ps1 ben-k: 3 of 10 points"]
    assert status.status(exchange.root)[0].tomorrow == []
    assert exchange.feedback("ben-k") == ["7", "10", "3"]


def test_a_release_as_given_out_never_goes_before_written_work(exchange):
    room = exchange.room
    written, untouched = (json.dumps(notebook) for notebook in (room.notebook(), room.release.notebook))
    both = exchange.put("ada+ps1+2026-09-01 10:00:00 UTC+x1", untouched)
    (both / "ps1-Copy1.ipynb").write_text(written)
    exchange.put("ben+ps1+2026-09-01 10:00:00 UTC+x1", written)
    exchange.put("ben+ps1+2026-09-01 11:00:00 UTC+x2", untouched)
    exchange.put("cy+ps1+2026-09-01 10:00:00 UTC+x1", untouched)
    exchange.put("cy+ps1+2026-09-01 11:00:00 UTC+x2", untouched)
    exchange.round()
    assert exchange.said == [f"ps1 {name} points" for name in ("ada: 10 of 10", "ben: 10 of 10", "cy: 0 of 10")]
    assert (
        len(exchange.wrong) == 1
        and "11:00:00 UTC+x2" in exchange.wrong[0]
        and "nothing is written" in exchange.wrong[0]
    )
    assert exchange.round() and not exchange.said  # said once
    exchange.put("ben+ps1+2026-09-01 12:00:00 UTC+x3", json.dumps(room.notebook(counter="")))
    assert exchange.round() and exchange.said == ["ps1 ben: 7 of 10 points"]


def test_the_name_of_a_zone_is_the_courses_and_another_is_refused(exchange):
    exchange.settings(timezone="Europe/Berlin")
    room = exchange.room
    exchange.put("ada+ps1+2026-09-01 11:30:00.000000 CEST+x1", json.dumps(room.notebook(counter="")))
    exchange.put("ada+ps1+2026-09-01 10:00:00.000000 UTC+x2", json.dumps(room.notebook()))
    exchange.put("ben+ps1+2026-09-01 10:00:00.000000 EDT+x1", json.dumps(room.notebook()))
    assert not exchange.round() and exchange.said == ["ps1 ada: 10 of 10 points"]
    [line] = exchange.wrong
    assert "EDT' is not a date and time, or of an unknown time zone; left in the exchange" in line


def test_feedback_stays_here_where_the_course_does_not_allow_it(exchange):
    exchange.settings()
    exchange.submit("ada-l", exchange.room.notebook())
    assert exchange.round() and (exchange.root / "feedback/ada-l/ps1/ps1.html").is_file()
    assert not (exchange.exchange / "tiny/feedback").exists()


def test_bad_and_hostile_submissions_are_named_once_and_the_others_graded(exchange):
    room = exchange.room
    exchange.submit("ada-l", room.notebook())
    exchange.round()
    when = "2026-09-01 10:00:00.000000 UTC"
    exchange.put(f"damaged+ps1+{when}+x", "{")
    exchange.put("mallory+ps1+yesterday+x")
    exchange.put(f"<b>+ps1+{when}+x")
    exchange.put(f"*+ps1+{when}+x")
    link = exchange.put(f"eve+ps1+{when}+x")
    (link / "ps1.ipynb").unlink()
    (link / "ps1.ipynb").symlink_to(exchange.root / "submitted/ada-l/ps1/ps1.ipynb")
    (link / "all").symlink_to(exchange.root)
    (exchange.inbound / f"mia+ps1+{when}+x").symlink_to(exchange.root / "submitted/ada-l/ps1")
    os.mkfifo(exchange.put(f"fifo+ps1+{when}+x") / "pipe")
    timed = exchange.put(f"timed+ps1+{when}+x", json.dumps(room.notebook()))
    (timed / "timestamp.txt").write_text("never")
    exchange.submit("ben-k", room.with_cell("import os\nos._exit(1)"))

    assert not exchange.round()
    assert [line.split(":")[0] for line in exchange.said] == ["ps1 ben-k", "ps1 timed"]
    named = "\n".join(exchange.wrong)
    for word in ("damaged", "mallory", "'<b>'", "'*'", "is a link", "mia", "fifo"):
        assert word in named, named
    assert len(exchange.wrong) == 7
    assert sorted(path.name for path in (exchange.root / "submitted").iterdir()) == [
        "ada-l",
        "ben-k",
        "damaged",
        "timed",
    ]
    assert exchange.round() and exchange.said == []

    exchange.submit("mallory", room.notebook())
    assert exchange.round() and exchange.said == ["ps1 mallory: 10 of 10 points"]


def test_a_submission_in_the_name_of_another_user_of_the_machine_is_not_taken(exchange):
    other = next(user.pw_name for user in pwd.getpwall() if user.pw_uid != os.geteuid())
    exchange.put(f"{other}+ps1+2026-09-01 10:00:00.000000 UTC+x", json.dumps(exchange.room.notebook()))
    assert not exchange.round() and f"named as {other}'s, but belongs to" in exchange.wrong[0]
    assert f"the user {pwd.getpwuid(os.geteuid()).pw_name}" in exchange.wrong[0] and exchange.said == []
    [now] = status.status(exchange.root)
    assert now.exchange == exchange.wrong


def test_nbgraders_own_collect_and_formgrader_follow_no_link_either(exchange):
    place = exchange.put("eve+ps1+2026-09-01 10:00:00.000000 UTC+x")
    (place / "notes.txt").symlink_to("/etc/passwd")
    exchange.submit("ada-l", exchange.room.notebook())
    exchange._nbgrader(exchange.root, "staff", "collect", "ps1")
    assert [path.name for path in (exchange.root / "submitted").iterdir()] == ["ada-l"]


def test_what_was_being_graded_at_a_crash_is_graded_by_the_next_round(exchange):
    exchange.submit("ada-l", exchange.room.notebook())
    exchange.round()
    known = arrivals.of(exchange.root)
    known.begun = ["ps1/ada-l"]
    arrivals.keep(exchange.root, known)
    assert exchange.round() and exchange.said == ["ps1 ada-l: 10 of 10 points"]
    assert arrivals.of(exchange.root).begun == []


def autograder(root, *arguments):
    command = [sys.executable, "-m", "autograder.cli", "-C", str(root), "watch-exchange", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_without_an_exchange_it_says_what_to_do(exchange):
    shutil.rmtree(exchange.exchange)
    started = autograder(exchange.root)
    _, error = started.communicate(timeout=60)
    assert started.returncode == 2 and len(error.splitlines()) == 1
    assert f"{exchange.exchange}: no such folder" in error and "Exchange.root" in error


def test_it_goes_on_until_ctrl_c_and_while_the_exchange_is_away(exchange):
    away = exchange.exchange.with_name("away")
    started = autograder(exchange.root, "--every", "1", "-j", "1")
    try:
        assert "Ctrl-C ends" in started.stdout.readline()
        time.sleep(2)
        exchange.exchange.rename(away)
        assert "no such folder" in started.stderr.readline()
        second = autograder(exchange.root, "--once")
        second.wait(timeout=60)
        away.rename(exchange.exchange)
        exchange.submit("ada-l", exchange.room.notebook())
        assert started.stdout.readline() == "ps1 ada-l: 10 of 10 points\n"
        second = autograder(exchange.root, "--once")
        assert "another autograder watch-exchange" in second.communicate(timeout=60)[1] and second.returncode == 2
        started.send_signal(signal.SIGINT)
        _, error = started.communicate(timeout=30)
        assert started.returncode == 0 and "Traceback" not in error
    finally:
        started.kill()
