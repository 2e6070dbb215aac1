"""Runs the hidden checks on the course's own solutions under plain pytest, with other seeds and in another order."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from autograder.errors import AutograderError
from autograder.grading.checks import exercise_of, reason
from autograder.grading.pytest_environment import environment
from autograder.jail.cores import cores
from autograder.language.staff import for_staff
from autograder.session.remote import CallFailed, StudentError


class Rehearsal(msgspec.Struct):
    """The result of one salt: failures by `<problem set>/<exercise>`, and processor seconds by problem set."""

    checks: int = 0
    failures: list[tuple[str, str]] = []
    seconds: dict[str, float] = {}


def rehearse(
    root: Path, problem_sets: Sequence[str], salts: Sequence[str], exercise: str | None = None, jobs: int | None = None
) -> Iterator[Rehearsal]:
    """Run all checks of the problem sets (or of one exercise) with each salt, and yield each result.

    The salts are distributed among separate processes: `jobs` of them, by default one per core.

    Raises:
        AutograderError: pytest did not run.
    """
    places = [root / "tests" / "hidden" / name / (f"test_{exercise}.py" if exercise else "") for name in problem_sets]
    paths = [str(place) for place in places if place.exists()]
    number = min(jobs or cores(), len(salts))
    commands = [
        [sys.executable, "-m", __name__, str(root), ",".join(salts[first::number]), *paths] for first in range(number)
    ]
    with ThreadPoolExecutor(number) as threads:
        for done in threads.map(_run, commands):
            lines = (done.stdout + done.stderr).strip().splitlines()
            try:
                yield from msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=list[Rehearsal])
            except (msgspec.MsgspecError, IndexError):
                raise AutograderError(
                    "tests/hidden: pytest does not run: {why}", why=lines[-1] if lines else "?"
                ) from None


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, env=environment())


class _Watcher:
    def __init__(self) -> None:
        self.result = Rehearsal()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.result.checks = len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item):  # type: ignore[no-untyped-def]
        began = time.process_time()
        try:
            return (yield)
        finally:
            problem_set = item.path.parent.name
            seconds = time.process_time() - began
            self.result.seconds[problem_set] = self.result.seconds.get(problem_set, 0.0) + seconds

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
        report = yield
        problem_set = item.path.parent.name
        if report.failed and call.excinfo is not None:
            error = call.excinfo.value
            why = reason(error)
            if not isinstance(error, AssertionError | StudentError | CallFailed):  # the check's own, not for students
                why = f"{why} ({type(error).__name__}: {str(error).partition(chr(10))[0]})"
            self.result.failures.append(
                (
                    f"{problem_set}/{exercise_of(item.path)}",
                    for_staff("the solution fails {check}: {why}", check=item.name, why=why),
                )
            )
        return report


def main(root: str, salts: list[str], places: list[str]) -> None:
    """Run the checks with each salt and print the results as JSON."""
    results = []
    for salt in salts:
        watcher = _Watcher()
        options = ["--import-mode=importlib", "--rootdir", root, "-c", os.devnull, "--salt", salt]
        options += ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "autograder.grading.checks"]
        ended = pytest.main([*places, *options], plugins=[watcher])
        if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            sys.exit(1)
        results.append(watcher.result)
    print(msgspec.json.encode(results).decode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].split(","), sys.argv[3:])
