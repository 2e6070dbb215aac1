"""The jail's own processes are killed at every step of grading: nothing that came of it is kept for lasting."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from autograder.course import config
from autograder.diagnosis import misconceptions
from autograder.grading.grader import Grader
from autograder.grading.intake import HandedIn
from autograder.grading.setup import setup_of
from autograder.jail import bubblewrap
from autograder.jail.jail import Jail, JailError
from autograder.session.transport import JailTransport
from autograder.workers.worker_plugin import WorkerPlugin

WRONG = "def scale(x, a):\n    return x * a + (a > 2.5)"
SECONDS = 10


class Course:
    """The tiny course with its checks collected, and two submissions of an exercise each, a right and a wrong one."""

    def __init__(self, room):
        self.setup = setup_of(room.root, config.load(room.root), "ps1")
        known = misconceptions.load(room.root / "solutions/ps1/misconceptions.py")
        items = self._collected(room.root / "tests/hidden/ps1")
        self.grader = Grader("ps1", items, known, self.setup.session_limits)
        right, wrong = (
            self.setup.prepare(HandedIn(name, "ps1", room.hand_in(name, notebook))).submission
            for name, notebook in (("right", room.notebook()), ("wrong", room.notebook(WRONG)))
        )
        scale, counter = right.exercises
        self.right, self.wrong = replace(right, exercises=[counter]), replace(wrong, exercises=[scale])

    @staticmethod
    def _collected(folder):
        class Collector:
            def pytest_runtestloop(self, session):
                self.items = session.items
                return True

        collector = Collector()
        options = ["--import-mode=importlib", "--rootdir", str(folder.parents[2]), "-c", os.devnull]
        off = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "autograder.grading.checks"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            patch.delenv("PYTEST_ADDOPTS", raising=False)
            pytest.main([str(folder), *options, *off], plugins=[collector])
        return collector.items

    def jail(self):
        """One that is starting."""
        made = Jail(self.setup.sandbox_limits)
        made.launch()
        return made


@pytest.fixture(scope="module")
def course(shared_classroom):
    return Course(shared_classroom)


class Steps:
    """Counts what grading asks of the jail, and does something before one of the steps: all else is the real thing."""

    def __init__(self, patch):
        self.names, self.at, self.act = [], None, None
        for name in ("start", "exchange", "end"):
            patch.setattr(JailTransport, name, self._counting(name, getattr(JailTransport, name)))

    def _counting(self, name, real):
        def step(transport, *args, **kwargs):
            self.names.append(name)
            if self.at == len(self.names):
                self.at = None
                self.act()
            return real(transport, *args, **kwargs)

        return step

    def before(self, number, act):
        """Do `act` before the step of this number, counted from 1 from now on."""
        self.names.clear()
        self.at, self.act = number, act


@pytest.fixture
def steps(monkeypatch):
    return Steps(monkeypatch)


def below(pid):
    """The processes below one, the nearest first."""
    with contextlib.suppress(FileNotFoundError):
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            yield child
            yield from below(child)


def ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def wait_until(holds):
    until = time.monotonic() + SECONDS
    while not holds() and time.monotonic() < until:
        time.sleep(0.005)
    assert holds()


def wait_for(pids):
    wait_until(lambda: all(map(ended, pids)))


def zygotes(jail):
    """The process that forks the students' processes, and those that it has forked; none before it is there."""
    found = []
    for pid in below(jail._process.pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if command and b"bwrap" not in command[:64]:
                found.append(pid)
    return found


def kill_jail(jail, starting=False):
    """The outermost process, with which all others go; while it starts, they are not tied to it yet, and are killed too."""
    if starting:
        wait_until(lambda: zygotes(jail))  # a process that is made meanwhile would be missed
    inside = list(below(jail._process.pid))
    for pid in [jail._process.pid, *(inside if starting else ())]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for([jail._process.pid, *inside])


def kill_zygote(jail):
    """The first of these: all others go with it."""
    inside = zygotes(jail)
    os.kill(inside[0], signal.SIGKILL)
    wait_for(inside)


def kill_student(jail):
    """The process of the student's, the last that was forked."""
    *_, last = below(jail._process.pid)
    os.kill(last, signal.SIGKILL)
    wait_for([last])


def undisturbed(course, submission, jail, steps):
    steps.before(None, None)
    found = course.grader.grade(submission, jail)
    assert found.cacheable and all(exercise.cacheable for exercise in found.exercises)
    return found, len(steps.names)


@pytest.mark.parametrize(("which", "victim"), [("right", kill_jail), ("wrong", kill_zygote)])
def test_a_jail_that_is_killed_before_any_step_costs_no_point(course, steps, which, victim):
    submission = getattr(course, which)
    jail, spare = course.jail(), course.jail()
    try:
        jail.start()
        expected, count = undisturbed(course, submission, jail, steps)
        assert count > 8 and steps.names[0] == "start" and steps.names[-1] == "end"
        # Of the wrong one the steps after its checks are new: its code is changed in small ways, and hints are looked for.
        for number in range(1, count + 1) if which == "right" else range(count - 3, count + 1):
            steps.before(number, lambda: victim(jail))  # noqa: B023
            with pytest.raises(JailError, match="stopped answering"):
                course.grader.grade(submission, jail)
            assert steps.at is None
            jail.close()
            jail, spare = spare, course.jail()  # it starts while the other grades
            jail.start()
            assert undisturbed(course, submission, jail, steps)[0] == expected, f"after a kill before step {number}"
    finally:
        jail.close()
        spare.close()


def test_a_jail_that_is_killed_while_it_starts_starts_again(course):
    jail = course.jail()
    try:
        kill_jail(jail, starting=True)
        jail.start()
        assert course.grader.grade(course.right, jail).cacheable
    finally:
        jail.close()


def test_a_jail_that_never_starts_is_told_after_the_second_time(course, monkeypatch):
    tried = []
    monkeypatch.setattr(bubblewrap, "confined", lambda *_: tried.append(1) or ["sh", "-c", "echo no >&2; exit 1"])
    jail = Jail(course.setup.sandbox_limits)
    with pytest.raises(JailError, match="the jail does not work here: no; run: autograder doctor"):
        jail.start()
    assert len(tried) == 2 and jail._process is None


def test_a_students_process_that_is_killed_from_outside_is_not_kept_for_lasting(course, steps):
    jail = course.jail()
    try:
        jail.start()
        expected, count = undisturbed(course, course.right, jail, steps)
        for number in range(2, count):
            steps.before(number, lambda: kill_student(jail))
            found = course.grader.grade(course.right, jail)
            assert steps.at is None
            kept = found.cacheable and all(exercise.cacheable for exercise in found.exercises)
            assert not kept, f"before step {number}: {found}"
            assert undisturbed(course, course.right, jail, steps)[0] == expected
    finally:
        jail.close()


@pytest.mark.parametrize("again", [False, True])
def test_the_worker_grades_once_more_in_a_new_jail_and_never_answers_with_what_a_kill_left(course, steps, again):
    jail = course.jail()
    try:
        jail.start()
        expected, count = undisturbed(course, course.right, jail, steps)
        worker = WorkerPlugin(None, None, jail)

        def victim():
            kill_jail(jail)
            if again:
                steps.before(count - 1, lambda: kill_jail(jail))

        steps.before(count - 1, victim)  # the last call of the last check
        if again:
            with pytest.raises(JailError):
                worker._graded({"ps1": course.grader}, course.right)
        else:
            found = worker._graded({"ps1": course.grader}, course.right)
            assert (found.exercises, found.incidents, found.cacheable) == (expected.exercises, expected.incidents, True)
    finally:
        jail.close()
