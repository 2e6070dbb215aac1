"""Mutation testing of the hidden checks: every small wrong change to a reference solution must fail one of them.

Staff list equivalent mutants, which are not mistakes, with a reason in solutions/<ps>/equivalent_mutants.yml. An entry
that matches no surviving mutant is reported as stale.
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest
import torch

from autograder.authoring import Misconception
from autograder.course import config, handouts
from autograder.diagnosis import misconceptions
from autograder.diagnosis.explanations import Both
from autograder.diagnosis.rehearsal import rehearsal
from autograder.errors import AutograderError
from autograder.grading.grader import Grader
from autograder.grading.pytest_environment import environment
from autograder.jail.cores import cores
from autograder.language.staff import for_staff, list_for_staff
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise
from autograder.mutation.mutations import Mutant, mutants
from autograder.release import source
from autograder.session.session import Session

MEMORY = 8 << 30
EQUIVALENT = "equivalent_mutants.yml"


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry for equivalent mutants: those of one operator, or those that change the lines `was` to `now`."""

    because: str
    was: str = ""
    now: str = ""
    operator: str = ""

    def covers(self, mutant: Mutant) -> bool:
        """Return whether the entry matches the mutant."""
        if self.operator and self.operator != mutant.operator:
            return False
        return not (self.was or self.now) or (self.was.strip(), self.now.strip()) == (mutant.removed, mutant.added)


class Changed(msgspec.Struct, frozen=True):
    """A mutant in the report."""

    problem_set: str
    exercise: str
    operator: str
    diff: str


class Stale(msgspec.Struct, frozen=True):
    """An entry of the list that matches no survivor."""

    problem_set: str
    exercise: str
    text: str


class Outcome(msgspec.Struct):
    """The result: the number of mutants, killed and equivalent ones, and a list of the other survivors."""

    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[Changed] = []
    """Mutants that pass every hidden check of their exercise and are not listed as equivalent."""
    stale: list[Stale] = []
    explained: int = 0
    """Number of killed mutants that one misconception explains."""
    explained_by_two: int = 0
    """Number of killed mutants that two misconceptions explain together."""
    mistaken: list[Changed] = []
    """Killed mutants whose explanation does not hold with other seeds, so that it is wrong."""


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
    """Run the hidden checks on every mutant of the course's solutions, in separate processes.

    Args:
        root: the course's folder; only read.
        problem_sets: the names of the problem sets; all by default.
        exercise: the only exercise whose solution is mutated; all by default.
        jobs: the number of processes; by default one per core.
        seconds: processor time for one mutant, which may loop forever, in seconds.
        diagnose: whether to determine which misconceptions explain killed mutants, also with other seeds.
        started: called with the number of mutants.
        advanced: called after each mutant.

    Raises:
        AutograderError: the checks cannot be run, or a list of equivalent mutants cannot be read.
    """
    names = config.chosen(config.load(root), problem_sets)
    known = {name: _known(root, name, exercise) for name in names}
    cases = [(name, mutant) for name in names for mutant in _mutants(root, name, exercise)]
    if exercise is not None and not cases:
        raise AutograderError("no exercise {exercise} in {names}", exercise=exercise, names=list_for_staff(names))
    started(len(cases))
    task = Task(str(root.resolve()), list(names), exercise, jobs or cores(), seconds, diagnose)
    outcomes = _tried(task, len(cases), advanced)
    alive = [number for number, outcome in enumerate(outcomes) if outcome == SURVIVED]
    result = Outcome(
        mutants=len(cases),
        killed=len(cases) - len(alive),
        explained=outcomes.count(EXPLAINED),
        explained_by_two=outcomes.count(EXPLAINED_BY_TWO),
        mistaken=[_about(*case) for case, outcome in zip(cases, outcomes, strict=True) if outcome == MISTAKEN],
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
                    why = for_staff("is killed") if exists else for_staff("is no mutant")
                    result.stale.append(Stale(name, about, f"{said}: {why}"))
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
        raise AutograderError("{path}: {error}", path=path, error=" ".join(str(error).split())) from None
    for exercise, entries in found.items():
        if not all(entry.was or entry.now or entry.operator for entry in entries):
            raise AutograderError(
                "{path}: {exercise}: an entry needs was, now or operator", path=path, exercise=exercise
            )
    return {exercise: entries for exercise, entries in found.items() if only in (None, exercise)}


def _mutants(root: Path, problem_set: str, only: str | None) -> Iterator[Mutant]:
    for cell in source.code(root, problem_set):
        exercise = cell.metadata.get("exercise")
        if exercise and only in (None, exercise):
            yield from mutants(exercise, cell.source)


# --- trying them ------------------------------------------------------------------------------------------------------


class Task(msgspec.Struct, frozen=True):
    """The input of a process that tries mutants."""

    root: str
    names: list[str]
    exercise: str | None
    jobs: int
    seconds: int
    diagnose: bool


SURVIVED, KILLED, EXPLAINED, EXPLAINED_BY_TWO, MISTAKEN = range(5)
"""Outcomes of a mutant, as exit codes of its process; all but the first mean killed."""
SALTS = ("", "again")
"""Salts for other seeds: an explanation is right if it holds with these seeds, too."""


def _tried(task: Task, total: int, advanced: Callable[[], None]) -> list[int]:
    """Return the outcome of each mutant."""
    command = [sys.executable, "-m", __name__, msgspec.json.encode(task).decode()]
    pipe, devnull = subprocess.PIPE, subprocess.DEVNULL
    outcomes: dict[int, int] = {}
    with subprocess.Popen(command, stdout=pipe, stderr=devnull, text=True, env=environment()) as process:
        assert process.stdout is not None
        for line in process.stdout:
            number, outcome = map(int, line.split())
            outcomes[number] = outcome
            advanced()
    if process.returncode or len(outcomes) != total:
        raise AutograderError("tests/hidden: the mutants could not be tried; do the checks run? see: autograder audit")
    return [outcomes[number] for number in range(total)]


class _Loop:
    """Pytest plug-in that replaces pytest's loop over the collected checks."""

    def __init__(self, task: Task) -> None:
        self.out = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # keeps the output of the course's cells out of stdout
        self.task = task
        self._beside = ExitStack()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant in a child process; print its number and its outcome."""
        running: dict[int, int] = {}

        def wait() -> None:
            child, status = os.wait()
            outcome = os.waitstatus_to_exitcode(status)
            print(running.pop(child), outcome if outcome >= 0 else KILLED, file=self.out, flush=True)

        number = 0
        root = Path(self.task.root)
        for name in self.task.names:
            self._beside.close()
            self._beside.enter_context(handouts.beside(root, name))  # until the last mutant has ended
            items = [item for item in session.items if item.path.parent == root / "tests" / "hidden" / name]
            known = misconceptions.load(root / "solutions" / name / "misconceptions.py")
            tester = _Tester(name, items, known, session.config, self.task)
            tester.warm_up()
            gc.freeze()  # keeps memory shared with the children
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
    """Runs one problem set's checks on mutants of its solutions."""

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
        """Run the checks on the solutions once, so that lazy initialization is not repeated in every child process."""
        for exercise in self.exercises.values():
            if self.task.exercise in (None, exercise.name):
                if not self._salted("").passes(exercise, self._session(dict(self.namespace))):
                    raise pytest.UsageError(
                        for_staff(
                            "{problem_set}: the solution of {exercise} fails its own checks",
                            problem_set=self.problem_set,
                            exercise=exercise.name,
                        )
                    )
                for salt in SALTS if self.task.diagnose else ():
                    self._salted(salt).rehearsals.prepare(exercise)

    def end_with(self, mutant: Mutant) -> NoReturn:
        """Run the checks on the mutant, and end this process with its outcome as exit code."""
        outcome = KILLED
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
                outcome = SURVIVED
            elif self.task.diagnose:
                outcome = self._diagnosed(exercise)
        finally:
            os._exit(outcome)

    def _diagnosed(self, exercise: Exercise) -> int:
        first, second = (self._explanation(salt, exercise) for salt in SALTS)
        if first is None:
            return KILLED
        if second is None or second.name != first.name:
            return MISTAKEN
        return EXPLAINED_BY_TWO if isinstance(first, Both) else EXPLAINED

    def _explanation(self, salt: str, exercise: Exercise) -> Misconception | Both | None:
        grader = self._salted(salt)
        trace = grader.rehearse(exercise, self._session(self.namespace))
        trace = grader.rehearsals.seen_of(exercise, trace)
        return grader.diagnosis.misconception(exercise, trace) or grader.diagnosis.both(exercise, trace)

    def _salted(self, salt: str) -> Grader:
        self.config.option.salt = salt
        return self.graders[salt]

    def _session(self, namespace: dict[str, Any]) -> Session:
        return rehearsal(self.problem_set, namespace)


def _solved(root: Path, problem_set: str) -> tuple[dict[str, Any], dict[str, Exercise]]:
    """Return the namespace with all solutions, without the visible examples' names, and the exercises by name."""
    namespace: dict[str, Any] = {"__name__": "solution"}
    exercises = {}
    cells = source.code(root, problem_set)
    equals = source.equal(cells)
    for cell in cells:
        if "examples" in cell.metadata:
            continue
        exec(compile(cell.source, problem_set, "exec"), namespace)
        if name := cell.metadata.get("exercise"):
            exercises[name] = Exercise(name, source.replaced(cell.metadata, equals), None)
    return namespace, exercises


def main(text: str) -> None:
    """Do the task, given as JSON: print each mutant's number and outcome."""
    task = msgspec.json.decode(text, type=Task)
    torch.set_num_threads(1)
    folders = [str(Path(task.root) / "tests" / "hidden" / name) for name in task.names]
    options = ["--import-mode=importlib", "--rootdir", task.root, "-c", os.devnull, "-p", "no:cacheprovider"]
    options += ["-p", "no:terminal", "-s", "-p", "autograder.grading.checks"]
    sys.exit(pytest.main([*folders, *options], plugins=[_Loop(task)]))


if __name__ == "__main__":
    main(sys.argv[1])
