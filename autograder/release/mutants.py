"""Proves the hidden checks: every small wrong change to a reference solution must fail one of them.

What a check cannot tell apart, because it is no mistake, staff list with the reason in
solutions/<ps>/equivalent_mutants.yml; an entry that no longer fits a survivor is a finding of its own.
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest
import torch

from autograder.course import config
from autograder.errors import AutograderError
from autograder.grading.bounds import Bounds
from autograder.grading.diagnosis import Rehearsal
from autograder.grading.grader import Grader
from autograder.grading.submission import Exercise

from . import source
from .mutations import Mutant, mutants

MEMORY = 8 << 30
EQUIVALENT = "equivalent_mutants.yml"


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants that are no mistakes: those of one operator, or those with the lines `was` changed to `now`."""

    because: str
    was: str = ""
    now: str = ""
    operator: str = ""

    def covers(self, mutant: Mutant) -> bool:
        """Whether it speaks of the mutant."""
        if self.operator and self.operator != mutant.operator:
            return False
        return not (self.was or self.now) or (self.was.strip(), self.now.strip()) == (mutant.removed, mutant.added)


class Survivor(msgspec.Struct, frozen=True):
    """A mutant that passes every hidden check of its exercise."""

    problem_set: str
    exercise: str
    operator: str
    diff: str


class Stale(msgspec.Struct, frozen=True):
    """An entry of the list that covers no survivor."""

    problem_set: str
    exercise: str
    text: str


class Outcome(msgspec.Struct):
    """How many there were, and those that the checks let live: the equivalent ones are counted, the others listed."""

    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[Survivor] = []
    stale: list[Stale] = []


def hunt(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    exercise: str | None = None,
    jobs: int | None = None,
    seconds: int = 20,
    started: Callable[[int], None] = lambda total: None,
    advanced: Callable[[], None] = lambda: None,
) -> Outcome:
    """Run the hidden checks on every mutant of the course's solutions, in processes of their own.

    Args:
        root: the course's folder; nothing in it is changed.
        problem_sets: their names; all by default.
        exercise: only this one's.
        jobs: how many at once; one a core by default.
        seconds: of processor time for one mutant, which may loop without end.
        started: called with the number of mutants.
        advanced: called after each.

    Raises:
        AutograderError: the checks cannot be run, or a list of equivalent mutants cannot be read.
    """
    names = config.chosen(config.load(root), problem_sets)
    known = {name: _known(root, name, exercise) for name in names}
    cases = [(name, mutant) for name in names for mutant in _mutants(root, name, exercise)]
    if exercise is not None and not cases:
        raise AutograderError(f"no exercise {exercise} in {', '.join(names)}")
    started(len(cases))
    alive = sorted(
        number for number, lives in _tried(root, names, exercise, jobs, seconds, len(cases), advanced) if lives
    )
    result = Outcome(mutants=len(cases), killed=len(cases) - len(alive))
    used: set[tuple[str, str, int]] = set()
    for name, mutant in (cases[number] for number in alive):
        entries = known[name].get(mutant.exercise, [])
        covering = [place for place, entry in enumerate(entries) if entry.covers(mutant)]
        used |= {(name, mutant.exercise, place) for place in covering}
        if covering:
            result.equivalent += 1
        else:
            result.survivors.append(Survivor(name, mutant.exercise, mutant.operator, mutant.diff()))
    for name, lists in known.items():
        for about, entries in lists.items():
            for place, entry in enumerate(entries):
                if (name, about, place) not in used:
                    exists = any(
                        case[0] == name and entry.covers(case[1]) for case in cases if case[1].exercise == about
                    )
                    said = f"{entry.operator} {entry.was} -> {entry.now}".strip()
                    result.stale.append(Stale(name, about, f"{said}: {'is killed' if exists else 'is no mutant'}"))
    return result


def _known(root: Path, problem_set: str, only: str | None) -> dict[str, list[Equivalent]]:
    path = root / "solutions" / problem_set / EQUIVALENT
    if not path.is_file():
        return {}
    try:
        found = msgspec.yaml.decode(path.read_bytes(), type=dict[str, list[Equivalent]])
    except msgspec.MsgspecError as error:
        raise AutograderError(f"{path}: {' '.join(str(error).split())}") from None
    for exercise, entries in found.items():
        if not all(entry.was or entry.now or entry.operator for entry in entries):
            raise AutograderError(f"{path}: {exercise}: an entry without was, now or operator")
    return {exercise: entries for exercise, entries in found.items() if only in (None, exercise)}


def _mutants(root: Path, problem_set: str, only: str | None) -> Iterator[Mutant]:
    for cell in source.code(root, problem_set):
        exercise = cell.metadata.get("exercise")
        if exercise and only in (None, exercise):
            yield from mutants(exercise, cell.source)


# --- trying them ------------------------------------------------------------------------------------------------------


def _tried(
    root: Path,
    names: Sequence[str],
    exercise: str | None,
    jobs: int | None,
    seconds: int,
    total: int,
    advanced: Callable[[], None],
) -> Iterator[tuple[int, bool]]:
    """The number of each mutant and whether it lives, as `main` says."""
    at_once = str(jobs or len(os.sched_getaffinity(0)))
    command = [sys.executable, "-m", __name__, str(root.resolve()), at_once, str(seconds), exercise or "", *names]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_NUM_THREADS": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    pipe, devnull = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stderr=devnull, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            number, lives = line.split()
            total -= 1
            advanced()
            yield int(number), lives == "lives"
    if process.returncode or total:
        raise AutograderError("tests/hidden: the mutants could not be tried; do the checks run? see: autograder audit")


class _Loop:
    """The plug-in that takes the place of pytest's own loop over the collected checks."""

    def __init__(self, root: Path, jobs: int, seconds: int, exercise: str | None, names: Sequence[str]) -> None:
        self.out = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # what the course's cells print goes elsewhere
        self.root, self.jobs, self.seconds, self.exercise, self.names = root, jobs, seconds, exercise, names

    def pytest_configure(self, config: pytest.Config) -> None:
        """Do not look up source lines for tracebacks that nobody reads: it takes longer than the checks."""
        config.option.tbstyle = "native"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant in a child of its own; print which live."""
        running: dict[int, int] = {}

        def wait() -> None:
            child, status = os.wait()
            print(running.pop(child), "dies" if status else "lives", file=self.out, flush=True)

        number = 0
        for name in self.names:
            items = [item for item in session.items if item.path.parent == self.root / "tests" / "hidden" / name]
            grader = Grader(name, items, [], Bounds())
            namespace, exercises = _solved(self.root, name)
            for exercise in exercises.values():  # so that no child is the first to need what torch loads late
                if not grader.passes(exercise, Rehearsal(name, dict(namespace))):
                    raise pytest.UsageError(f"{name}: the solution of {exercise.name} fails its own checks")
            gc.freeze()  # what is there stays shared with the children
            for mutant in _mutants(self.root, name, self.exercise):
                if len(running) >= self.jobs:
                    wait()
                child = os.fork()
                if not child:
                    _try(grader, mutant, exercises[mutant.exercise], namespace, self.seconds)
                running[child] = number
                number += 1
        while running:
            wait()
        return True


def _solved(root: Path, problem_set: str) -> tuple[dict[str, Any], dict[str, Exercise]]:
    """The namespace with all solutions, without what the visible examples leave there, and the exercises by name."""
    namespace: dict[str, Any] = {"__name__": "solution"}
    exercises = {}
    for cell in source.code(root, problem_set):
        if "examples" in cell.metadata:
            continue
        exec(compile(cell.source, problem_set, "exec"), namespace)
        if name := cell.metadata.get("exercise"):
            uses = dict(item.split("=", 1) for item in cell.metadata.get("uses", []))
            exercises[name] = Exercise(name, [], uses, None)
    return namespace, exercises


def _try(grader: Grader, mutant: Mutant, exercise: Exercise, namespace: dict[str, Any], seconds: int) -> NoReturn:
    """End this process: with 0 where the mutant passes every check."""
    status = 1
    gc.disable()
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        exec(compile(mutant.source, mutant.exercise, "exec"), namespace)
        status = 0 if grader.passes(exercise, Rehearsal(grader.problem_set, namespace)) else 1
    finally:
        os._exit(status)


def main(root: str, jobs: str, seconds: str, exercise: str, *names: str) -> None:
    """Print for each mutant its number and whether it lives or dies."""
    torch.set_num_threads(1)
    folders = [str(Path(root) / "tests" / "hidden" / name) for name in names]
    options = ["--import-mode=importlib", "--rootdir", root, "-c", os.devnull, "-p", "no:cacheprovider"]
    options += ["-p", "no:terminal", "-s", "-p", "autograder.grading.checks"]
    sys.exit(
        pytest.main([*folders, *options], plugins=[_Loop(Path(root), int(jobs), int(seconds), exercise or None, names)])
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
