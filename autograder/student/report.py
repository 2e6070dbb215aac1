"""Reports on a notebook, exercise by exercise, without the hidden checks, in the course's language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Literal

import msgspec

from autograder.language import from_jail, speaking
from autograder.notebook.bindings import Bindings, statements
from autograder.notebook.rules import insides, listed, outside

from .causes import Cause, Causes
from .child import Ran, Task
from .messages import sentence
from .released_notebook import Cell, Exercise, Sheet
from .returns import without_return
from .running import run

Status = Literal["passes", "not begun", "fails", "forbidden"]
_WAITS = {"broken": "waits broken", "below": "waits below", "deleted": "waits deleted"}


class Place(msgspec.Struct, frozen=True):
    """A line of the notebook that led to a failure."""

    cell: int
    line: int
    code: str


class ExerciseReport(msgspec.Struct, frozen=True):
    """One exercise: its status, the reason with its places in the notebook, and the output of its cells."""

    name: str
    points: float
    status: Status
    reason: str = ""
    places: list[Place] = []
    output: str = ""
    waits: bool = False
    """Whether something else in the notebook must be corrected before it can be checked."""
    bonus: float = 0.0
    """The bonus points that it can earn besides its points."""


class CellReport(msgspec.Struct, frozen=True):
    """A failing cell outside of the exercises."""

    cell: int
    reason: str
    places: list[Place]


class WrittenReport(msgspec.Struct, frozen=True):
    """A question that is answered in prose."""

    name: str
    points: float
    begun: bool


class Report(msgspec.Struct, frozen=True):
    """The report on one notebook."""

    notebook: str
    problem_set: str
    language: str
    points: float
    exercises: list[ExerciseReport]
    written: list[WrittenReport]
    cells: list[CellReport]
    remarks: list[str]
    done: bool
    """Whether everything is begun, all examples pass, and every cell runs."""
    bonus: float = 0.0
    """The bonus points to earn, besides the points."""


def examine(sheet: Sheet, seconds: float | None = None, begins: Callable[[int], None] = lambda number: None) -> Report:
    """Run a notebook and return the report on it.

    Args:
        sheet: the student's notebook.
        seconds: the time limit of one cell, by default the release's.
        begins: called with the number of each cell that begins to run.

    Raises:
        AutograderError: no cells can be run on this machine.
    """
    seconds = seconds or sheet.cell_seconds
    tasks = [_task(cell, sheet) for cell in sheet.cells]
    return judge(sheet, run(tasks, seconds, sheet.handouts, begins), seconds)


def _task(cell: Cell, sheet: Sheet) -> Task:
    """Return the task for a cell; for a cell of examples, with the vocabulary of its exercise."""
    exercise = next((item for item in sheet.exercises if item.examples == cell.number), None)
    if exercise is None or exercise.vocabulary.everything:
        return Task(cell.number, cell.source)
    excused = [item.solution for item in sheet.exercises if item.name in exercise.others and item.solution]
    known = exercise.vocabulary
    return Task(cell.number, cell.source, True, known.also, known.without, tuple(excused))


def judge(sheet: Sheet, ran: Mapping[int, Ran], seconds: float) -> Report:
    """Return the report on a notebook, from the results of its cells."""
    with speaking(sheet.language):
        return _judged(sheet, ran, seconds)


def _judged(sheet: Sheet, ran: Mapping[int, Ran], seconds: float) -> Report:
    judge = _Judge(sheet, ran, seconds)
    exercises = [judge.exercise(exercise) for exercise in sheet.exercises]
    cells = list(judge.other_cells(exercises))
    written = [WrittenReport(item.name, item.points, item.begun) for item in sheet.written]
    return Report(
        sheet.path.name,
        sheet.problem_set,
        sheet.language,
        sum(item.points for item in exercises) + sum(item.points for item in written),
        exercises,
        written,
        cells,
        judge.remarks(),
        all(item.status == "passes" for item in exercises)
        and all(item.begun for item in written)
        and not cells
        and not judge.deleted(),
        sum(item.bonus for item in exercises),
    )


class _Judge:
    """A notebook and the results of its cells, from which it reports on exercises and cells."""

    def __init__(self, sheet: Sheet, ran: Mapping[int, Ran], seconds: float) -> None:
        self.ran, self.seconds, self.allowed = ran, seconds, sheet.cell_seconds
        self.exercises, self.changed, self.known = sheet.exercises, sheet.changed, sheet.known
        self.handouts, self.packages = sheet.handouts, sheet.packages
        self.causes = Causes(sheet, ran)
        self.bindings = Bindings(cell.source for cell in sheet.cells)
        self.sources = {cell.number: cell.source for cell in sheet.cells}
        self.say = partial(sentence, sheet.language)

    def exercise(self, exercise: Exercise) -> ExerciseReport:
        """Return the report on an exercise, with the grader's precedence: not begun, then forbidden, then wrong."""
        solution = self.ran.get(exercise.solution or 0)
        examples = self.ran.get(exercise.examples or 0)
        status, reason, places = self._status(exercise, solution, examples)
        output = "\n".join(text for part in (solution, examples) if part and (text := part.output.rstrip()))
        output = from_jail.shown(output)
        waits = status == "fails" and self._waits_for(exercise) is not None
        return ExerciseReport(exercise.name, exercise.points, status, reason, places, output, waits, exercise.bonus)

    def _waits_for(self, exercise: Exercise) -> Cause | None:
        """Return what must be corrected elsewhere before this exercise can be checked."""
        for number in (exercise.solution, exercise.examples):
            if number is not None and number in self.ran and self.ran[number].ended != "ok":
                found = self.causes.of(number)
                return None if found and found.kind == "broken" and found.cell == exercise.solution else found
        return None

    def _status(
        self, exercise: Exercise, solution: Ran | None, examples: Ran | None
    ) -> tuple[Status, str, list[Place]]:
        if examples and examples.unwritten:
            other = self._other(exercise, examples)
            if other:
                return "fails", self.say("calls unwritten", other=other), self._places(examples)
            where = self.say("stub", cell=exercise.solution) if exercise.solution else ""
            return "not begun", "\n".join(filter(None, (examples.text, where))), []
        if forbidden := self._forbidden(exercise, examples):
            return "forbidden", forbidden, []
        if examples is None:
            return "fails", self.say("no examples"), []
        if examples.ended == "ok":
            return "passes", "", []
        if cause := self._waits_for(exercise):
            return "fails", self.say(_WAITS[cause.kind], name=cause.name, cell=cause.cell), []
        # If the exercise's own cell failed, the examples only report that its name is missing.
        broken = solution if solution and solution.ended != "ok" else examples
        why = self._why(broken, examples)
        if broken.missing == exercise.name:
            why = self.say("own name", name=exercise.name)
        elif name := self._without_return(exercise, broken):
            error = "" if broken.error == "AssertionError" else f"\n{why}"
            why = self.say("no return", name=name) + error
        return "fails", why, self._places(broken)

    def _without_return(self, exercise: Exercise, broken: Ran) -> str:
        """Return the function that returns None for lack of a `return`, if that explains the error; else ""."""
        at = broken.frames[-1][0] if broken.frames else 0
        calling = statements(self.sources.get(at, ""))
        own = at == exercise.examples
        for name in [exercise.name] if own else [item for item in self.bindings.defined if item != exercise.name]:
            definition = self.bindings.of[name][0] if name in self.bindings.defined else None
            # In the student's own code, only an error that mentions None can come from the result of a function.
            text = broken.text if own or "None" in broken.text else ""
            if definition is not None and (own or text) and without_return(definition, text, calling, name):
                return name
        return ""

    def remarks(self) -> list[str]:
        """Return the remarks on the notebook as a whole."""
        found = [] if self.known else [self.say("unmarked")]
        found += [self.say("changed", cell=number) for number in self.changed]
        lacking = [name for name in self.packages if name not in sys.modules and find_spec(name) is None]
        found += [self.say("package missing", name=name) for name in lacking]
        found += [self.say("file missing", name=name) for name in self.handouts.missing]
        found += [self.say("file changed", name=name) for name in self.handouts.changed]
        if names := self.deleted():
            found.append(self.say("deleted", names=", ".join(names)))
        slow = [ran for ran in self.ran.values() if ran.ended == "ok" and ran.seconds > self.allowed]
        limit = f"{self.allowed:g}"
        return found + [self.say("slow", cell=ran.number, seconds=f"{ran.seconds:.0f}", limit=limit) for ran in slow]

    def _forbidden(self, exercise: Exercise, examples: Ran | None) -> str:
        sources = list(self.sources.values())
        called = examples.called if examples else []
        if exercise.vocabulary.everything:
            return ""
        if uses := outside(sources, exercise.name, exercise.vocabulary, exercise.others):
            return self.say("must not call", names=listed(uses))
        if called:
            return self.say("must not call", names=_listed(called))
        hiding = insides(sources)
        return self.say("hides", names=_listed(hiding)) if hiding else ""

    def _other(self, exercise: Exercise, examples: Ran) -> str:
        """Return the other exercise whose stub raised the error; "" if there is none."""
        raised_in = examples.frames[-1][0] if examples.frames else None
        return next(
            (other.name for other in self.exercises if other is not exercise and other.solution == raised_in), ""
        )

    def deleted(self) -> list[str]:
        """Return the names that a deleted set-up cell defined."""
        causes = [self.causes.of(number) for number, ran in self.ran.items() if ran.missing]
        return sorted({cause.name for cause in causes if cause and cause.kind == "deleted"})

    def other_cells(self, exercises: Sequence[ExerciseReport]) -> Iterator[CellReport]:
        """Yield the failing cells that the exercises' reports do not cover."""
        told: set[int | None] = set()
        unwritten: set[int | None] = set()
        for exercise, found in zip(self.exercises, exercises, strict=True):
            told |= {exercise.examples} | ({exercise.solution} if found.status != "passes" else set())
            unwritten |= {exercise.solution} if found.status == "not begun" else set()
        for number, ran in self.ran.items():
            waits = ran.unwritten and ran.frames and ran.frames[-1][0] in unwritten
            if ran.ended == "ok" or number in told or waits:
                continue
            cause = self.causes.of(number)
            if cause is None:
                yield CellReport(number, self._why(ran, None), self._places(ran))
            elif cause.kind == "below":  # for the other kinds, the cause is reported in its own place
                why = self.say("is below", name=cause.name, cell=cause.cell)
                yield CellReport(number, self.say("does not run", cell=number, why=why), self._places(ran))

    def _why(self, ran: Ran, examples: Ran | None) -> str:
        """Return why a cell failed; the cell's number is omitted if it is the cell of the examples."""
        match ran.ended:
            case "timeout":
                key = "timeout" if self.seconds == self.allowed else "own timeout"
                more = max(60.0, 3 * self.allowed)
                values = {"seconds": f"{self.seconds:g}", "limit": f"{self.allowed:g}", "more": f"{more:g}"}
                return self.say(key, cell=ran.number, **values)
            case "lost":
                return self.say("lost", cell=ran.number, how=self._how(ran.text))
            case "not run":
                return self.say("not run", cell=ran.number)
        why = self.say("raises", error=ran.error, text=ran.text) if ran.text else ran.error
        if ran.error == "AssertionError":
            why = ran.text or self.say("no assertion text")
        if ran.error == "FileNotFoundError":
            folder = self.say("own folder" if self.handouts.names else "empty folder")
            why = self.say("besides", why=why, more=folder)
        return why if ran is examples else self.say("does not run", cell=ran.number, why=why)

    def _how(self, code: str) -> str:
        return self.say("killed" if code.startswith("SIG") else "exit code", code=code)

    def _places(self, ran: Ran) -> list[Place]:
        return [Place(cell, line, self._line(cell, line)) for cell, line in dict.fromkeys(ran.frames)]

    def _line(self, cell: int, line: int) -> str:
        lines = self.sources.get(cell, "").splitlines()
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(set(names))[:5])
