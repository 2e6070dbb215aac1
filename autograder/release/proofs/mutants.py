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

from autograder.authoring import Misconception
from autograder.course import config
from autograder.diagnosis import misconceptions
from autograder.diagnosis.explanations import Both
from autograder.diagnosis.rehearsal import rehearsal
from autograder.errors import AutograderError
from autograder.grading.grader import Grader
from autograder.grading.pytest_environment import environment
from autograder.jail.cores import cores
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise
from autograder.mutation.mutations import Mutant, mutants
from autograder.release import source
from autograder.session.session import Session

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


class Changed(msgspec.Struct, frozen=True):
    """A mutant that something is to be said about."""

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
    survivors: list[Changed] = []
    """Those that pass every hidden check of their exercise."""
    stale: list[Stale] = []
    explained: int = 0
    """Killed ones that are a misconception in disguise."""
    explained_by_two: int = 0
    """Killed ones that two misconceptions explain together."""
    mistaken: list[Changed] = []
    """Killed ones that are taken for a misconception or for two, and with other seeds are not."""


def hunt(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    exercise: str | None = None,
    jobs: int | None = None,
    seconds: int = 20,
    diagnose: bool = False,
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
        diagnose: also see which of the killed a misconception explains, and whether it does so with other seeds.
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
    task = Task(str(root.resolve()), list(names), exercise, jobs or cores(), seconds, diagnose)
    fates = _tried(task, len(cases), advanced)
    alive = [number for number, fate in enumerate(fates) if fate == LIVES]
    result = Outcome(
        mutants=len(cases),
        killed=len(cases) - len(alive),
        explained=fates.count(EXPLAINED),
        explained_by_two=fates.count(EXPLAINED_BY_TWO),
        mistaken=[_about(*case) for case, fate in zip(cases, fates, strict=True) if fate == MISTAKEN],
    )
    used: set[tuple[str, str, int]] = set()
    for name, mutant in (cases[number] for number in alive):
        entries = known[name].get(mutant.exercise, [])
        covering = [place for place, entry in enumerate(entries) if entry.covers(mutant)]
        used |= {(name, mutant.exercise, place) for place in covering}
        if covering:
            result.equivalent += 1
        else:
            result.survivors.append(_about(name, mutant))
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


def _about(problem_set: str, mutant: Mutant) -> Changed:
    return Changed(problem_set, mutant.exercise, mutant.operator, mutant.diff())


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


class Task(msgspec.Struct, frozen=True):
    """What the process that tries them is told."""

    root: str
    names: list[str]
    exercise: str | None
    jobs: int
    seconds: int
    diagnose: bool


LIVES, DIES, EXPLAINED, EXPLAINED_BY_TWO, MISTAKEN = range(5)
"""What becomes of a mutant, as its process exits: all but the first die."""
SALTS = ("", "again")
"""A wrong solution is explained rightly where it is so with other seeds, too."""


def _tried(task: Task, total: int, advanced: Callable[[], None]) -> list[int]:
    """What becomes of each mutant."""
    command = [sys.executable, "-m", __name__, msgspec.json.encode(task).decode()]
    pipe, devnull = subprocess.PIPE, subprocess.DEVNULL
    fates: dict[int, int] = {}
    with subprocess.Popen(command, stdout=pipe, stderr=devnull, text=True, env=environment()) as process:
        assert process.stdout is not None
        for line in process.stdout:
            number, fate = map(int, line.split())
            fates[number] = fate
            advanced()
    if process.returncode or len(fates) != total:
        raise AutograderError("tests/hidden: the mutants could not be tried; do the checks run? see: autograder audit")
    return [fates[number] for number in range(total)]


class _Loop:
    """The plug-in that takes the place of pytest's own loop over the collected checks."""

    def __init__(self, task: Task) -> None:
        self.out = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # what the course's cells print goes elsewhere
        self.task = task

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant in a child of its own; print its number and what becomes of it."""
        running: dict[int, int] = {}

        def wait() -> None:
            child, status = os.wait()
            fate = os.waitstatus_to_exitcode(status)
            print(running.pop(child), fate if fate >= 0 else DIES, file=self.out, flush=True)

        number = 0
        root = Path(self.task.root)
        for name in self.task.names:
            items = [item for item in session.items if item.path.parent == root / "tests" / "hidden" / name]
            known = misconceptions.load(root / "solutions" / name / "misconceptions.py")
            tester = _Tester(name, items, known, session.config, self.task)
            tester.warm_up()
            gc.freeze()  # what is there stays shared with the children
            for mutant in _mutants(root, name, self.task.exercise):
                if len(running) >= self.task.jobs:
                    wait()
                child = os.fork()
                if not child:
                    tester.end_with(mutant)
                running[child] = number
                number += 1
        while running:
            wait()
        return True


class _Tester:
    """Tries mutants of one problem set's solutions on its checks."""

    def __init__(
        self,
        problem_set: str,
        items: Sequence[pytest.Item],
        known: Sequence[Misconception],
        config: pytest.Config,
        task: Task,
    ) -> None:
        self.config, self.task, self.problem_set = config, task, problem_set
        self.graders = {salt: Grader(problem_set, items, known, SessionLimits()) for salt in SALTS}
        self.namespace, self.exercises = _solved(Path(task.root), problem_set)

    def warm_up(self) -> None:
        """Do once what no child should be the first to need: it would be lost with the child."""
        for exercise in self.exercises.values():
            if self.task.exercise in (None, exercise.name):
                if not self._salted("").passes(exercise, self._session(dict(self.namespace))):
                    raise pytest.UsageError(f"{self.problem_set}: the solution of {exercise.name} fails its own checks")
                for salt in SALTS if self.task.diagnose else ():
                    self._salted(salt).diagnosis.rehearse(exercise)

    def end_with(self, mutant: Mutant) -> NoReturn:
        """End this process with what becomes of the mutant."""
        fate = DIES
        gc.disable()
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (self.task.seconds, self.task.seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            exec(compile(mutant.source, mutant.exercise, "exec"), self.namespace)
            exercise = self.exercises[mutant.exercise]
            if self._salted("").passes(exercise, self._session(self.namespace)):
                fate = LIVES
            elif self.task.diagnose:
                fate = self._diagnosed(exercise)
        finally:
            os._exit(fate)

    def _diagnosed(self, exercise: Exercise) -> int:
        first, second = (self._explanation(salt, exercise) for salt in SALTS)
        if first is None:
            return DIES
        if second is None or second.name != first.name:
            return MISTAKEN
        return EXPLAINED_BY_TWO if isinstance(first, Both) else EXPLAINED

    def _explanation(self, salt: str, exercise: Exercise) -> Misconception | Both | None:
        grader = self._salted(salt)
        trace = grader.rehearse(exercise, self._session(self.namespace))
        return grader.diagnosis.misconception(exercise, trace) or grader.diagnosis.both(exercise, trace)

    def _salted(self, salt: str) -> Grader:
        self.config.option.salt = salt
        return self.graders[salt]

    def _session(self, namespace: dict[str, Any]) -> Session:
        return rehearsal(self.problem_set, namespace)


def _solved(root: Path, problem_set: str) -> tuple[dict[str, Any], dict[str, Exercise]]:
    """The namespace with all solutions, without what the visible examples leave there, and the exercises by name."""
    namespace: dict[str, Any] = {"__name__": "solution"}
    exercises = {}
    for cell in source.code(root, problem_set):
        if "examples" in cell.metadata:
            continue
        exec(compile(cell.source, problem_set, "exec"), namespace)
        if name := cell.metadata.get("exercise"):
            uses = dict(item.split("=", 1) for item in cell.metadata.get("uses", []) if "=" in item)
            exercises[name] = Exercise(name, uses, None)
    return namespace, exercises


def main(text: str) -> None:
    """Do the task, given as JSON: print for each mutant its number and what becomes of it."""
    task = msgspec.json.decode(text, type=Task)
    torch.set_num_threads(1)
    folders = [str(Path(task.root) / "tests" / "hidden" / name) for name in task.names]
    options = ["--import-mode=importlib", "--rootdir", task.root, "-c", os.devnull, "-p", "no:cacheprovider"]
    options += ["-p", "no:terminal", "-s", "-p", "autograder.grading.checks"]
    sys.exit(pytest.main([*folders, *options], plugins=[_Loop(task)]))


if __name__ == "__main__":
    main(sys.argv[1])
