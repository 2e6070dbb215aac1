"""The pool outlives its workers: one that ends or fails is replaced, and its submission is not lost."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from autograder.course.release import load
from autograder.course.repair import repair
from autograder.errors import AutograderError
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, to_submission
from autograder.notebook.reading import parse
from autograder.workers import pool as pools
from autograder.workers import supervisor as supervisors

SESSION_LIMITS = {"ps1": SessionLimits(cell_seconds=4, call_seconds=2, submission_seconds=60)}


@pytest.fixture
def submission(tiny):
    release = load(tiny, "ps1")
    return to_submission(repair(parse(release.path.read_bytes(), "ps1"), release), release)


@pytest.fixture
def pool(tiny):
    with pools.Pool(tiny, SESSION_LIMITS, SandboxLimits(memory_bytes=512 << 20), jobs=2) as pool:
        yield pool


def workers(pool):
    return [supervisor.worker for supervisor in pool._supervisors if supervisor.worker]


def below(pid):
    """The processes below one, the nearest first."""
    with contextlib.suppress(FileNotFoundError):
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            yield child
            yield from below(child)


def take_all(pool):
    return dict(pool.take() for _ in range(pool.pending))


def test_results_come_with_their_keys(pool, submission):
    found = dict(pool.grade((number, submission) for number in range(9)))
    assert sorted(found) == list(range(9))
    assert {item.graded().verdict.max_points for item in found.values()} == {10}


def test_a_worker_that_is_killed_is_replaced_and_its_submission_graded(pool, submission):
    list(pool.grade([("warm", submission)]))
    for worker in workers(pool):
        os.kill(worker.process.pid, signal.SIGKILL)
    found = dict(pool.grade((number, submission) for number in range(4)))
    assert [getattr(found[number], "problem_set", found[number]) for number in range(4)] == ["ps1"] * 4


def test_a_submission_that_ends_every_worker_is_named_and_the_rest_goes_on(pool, submission, monkeypatch):
    grade = supervisors.Worker.grade

    def deadly(self, item):
        if item.repairs:
            self.process.kill()
        return grade(self, item)

    monkeypatch.setattr(supervisors.Worker, "grade", deadly)
    poisoned = pools.Submission(submission.problem_set, submission.cells, submission.exercises, ["poison"])
    found = dict(pool.grade([("a", submission), ("poisoned", poisoned), ("b", submission)]))
    assert "twice" in str(found["poisoned"])
    assert found["a"].problem_set == found["b"].problem_set == "ps1"


def test_workers_that_end_whatever_they_are_given_are_a_failure_of_the_run(pool, submission, monkeypatch):
    monkeypatch.setattr(supervisors.Worker, "grade", lambda self, item: None)
    monkeypatch.setattr(supervisors, "_TRIES", 1)
    monkeypatch.setattr(pools.CircuitBreaker, "LIMIT", 2)
    with pytest.raises(AutograderError, match="2 submissions in a row"):
        list(pool.grade((number, submission) for number in range(20)))


def test_a_worker_gives_way_to_a_new_one_in_time(tiny, submission, monkeypatch):
    monkeypatch.setattr(supervisors, "RENEWED_AFTER", 2)
    with pools.Pool(tiny, SESSION_LIMITS, SandboxLimits(memory_bytes=512 << 20), jobs=1) as pool:
        seen = set()
        for _ in range(4):
            list(pool.grade([("x", submission)]))
            seen |= {worker.process.pid for worker in workers(pool)}
    assert len(seen) == 2


def test_a_jail_that_is_killed_while_it_starts_is_started_again(tiny, submission, monkeypatch):
    take, killed = supervisors.Worker.take, []

    def deadly(worker, seconds):
        until = time.monotonic() + 60
        while not killed and time.monotonic() < until:
            found = list(below(worker.process.pid))
            command = found and Path(f"/proc/{found[-1]}/cmdline")
            if len(found) >= 2 and command.exists() and b"bwrap" not in command.read_bytes()[:64]:  # the zygote
                time.sleep(0.5)  # it imports torch
                killed.extend(found)
                for pid in found:
                    os.kill(pid, signal.SIGKILL)
        return take(worker, seconds)

    monkeypatch.setattr(supervisors.Worker, "take", deadly)
    with pools.Pool(tiny, SESSION_LIMITS, SandboxLimits(memory_bytes=512 << 20), jobs=1) as pool:
        [(_, found)] = pool.grade([("a", submission)])
    assert found.problem_set == "ps1" and killed


def test_checks_that_do_not_load_are_named(tiny, submission):
    (tiny / "tests/hidden/ps1/test_scale.py").write_text("import nothing_like_this\n")
    with (
        pools.Pool(tiny, SESSION_LIMITS, SandboxLimits(memory_bytes=512 << 20), jobs=2) as pool,
        pytest.raises(AutograderError, match="test_scale"),
    ):
        list(pool.grade([("x", submission)]))


def test_closing_ends_all_workers_at_once(tiny, submission):
    with pools.Pool(tiny, SESSION_LIMITS, SandboxLimits(memory_bytes=512 << 20), jobs=2) as pool:
        list(pool.grade([("x", submission)]))
        pool.give("y", submission)
        processes = [worker.process for worker in workers(pool)]
    assert processes and all(process.poll() is not None for process in processes)


def test_the_jail_has_imported_what_the_problem_set_speaks_of(tiny, submission):
    cell = CodeCell(1, "import sys\nprint('torch._dynamo' in sys.modules)")
    asking = pools.Submission("ps1", [cell], submission.exercises, [])

    def printed():
        with pools.Pool(tiny, SESSION_LIMITS, SandboxLimits(memory_bytes=512 << 20), jobs=1) as pool:
            [(_, found)] = pool.grade([("x", asking)])
        return [output.text.strip() for output in found.outputs[1]]

    assert printed() == ["False"]
    with (tiny / "tests/hidden/ps1/test_scale.py").open("a") as file:
        file.write("\n# as torch.optim.SGD does\n")
    assert printed() == ["True"]


def test_workers_that_take_up_the_machine_keep_to_a_core_each(tiny, submission):
    def kept_to(jobs):
        with pools.Pool(tiny, SESSION_LIMITS, SandboxLimits(memory_bytes=512 << 20), jobs) as pool:
            list(pool.grade((number, submission) for number in range(2 * jobs)))
            return sorted(sorted(os.sched_getaffinity(worker.process.pid)) for worker in workers(pool))

    ours = sorted(os.sched_getaffinity(0))
    assert kept_to(len(ours)) == [[core] for core in ours]
    if len(ours) > 1:
        assert kept_to(1) == [ours]
