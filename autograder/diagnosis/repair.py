"""Finds one or two small changes that make an answer right, by trying changes and running the checks again.

The changed code is the student's own and runs in the jail, as theirs does. Nothing is inferred from the code: an
answer is repaired if every check of values passes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.language import all_of, gettext, gettext_noop, joined
from autograder.model.submission import CodeCell, Exercise
from autograder.model.verdict import REPAIR, Change, CheckVerdict, SmallChanges
from autograder.mutation.definition import Candidate
from autograder.mutation.repairs import SLIPS, candidates, to_run
from autograder.notebook.bindings import Bindings, Definition, nodes, statements

from .experiments import cost_of

MAX_NODES = 4_000
"""The maximum number of nodes in an answer's syntax trees; a search in a longer answer would take too long."""
MOST = 2 / 3
"""The share of the points of value checks that changes must earn, if they do not earn all."""
MOST_TO_RUN = 30
"""The maximum number of changes that are tried only to get a result."""
MAX_CHANGES = 2
"""The maximum number of small changes to an answer that still earns points."""
SLIP, IDEA = 0.15, 1 / 3
"""The share of an exercise's points that one change costs: to a number's type only, or to anything else."""


class TooMuch(Exception):
    """Raised by the function that tries a change, if the search has cost too much."""


@dataclass(frozen=True)
class Repaired:
    """The changes that make an answer right, and the points of the checks with them."""

    found: SmallChanges
    source: str = ""
    """The changed definitions."""

    @property
    def changes(self) -> list[Change]:
        """Return the changes, one or two."""
        return self.found.changes

    @property
    def points(self) -> float:
        """Return the checks' points with the changes."""
        return self.found.points

    @property
    def whole(self) -> bool:
        """Return whether all value checks pass with the changes."""
        return self.found.whole

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return REPAIR + " + ".join(change.operator for change in self.changes)

    @property
    def hint(self) -> str:
        """Return a sentence that says where to look, not what to write."""
        if not self.whole:
            return joined(gettext("With a small change most of the checks pass."), self.place)
        if len(self.changes) == 1:
            return joined(gettext("It is right but for something small."), self.place)
        return joined(gettext("It is right but for two small things."), self.place)

    @property
    def place(self) -> str:
        """Return a sentence that says where to look."""
        places = all_of(
            gettext(_ABOUT.get(change.operator, _PLACE), line=change.line, cell=change.cell) for change in self.changes
        )
        return gettext("Look at {places}.", places=places)

    def cost(self, max_points: float) -> float:
        """Return the cost of the changes: a number's type is a slip only if nothing else is wrong."""
        shares = [SLIP if self.whole and change.operator in SLIPS else IDEA for change in self.changes]
        return min(sum(cost_of(share, max_points) for share in shares), max_points)


_PLACE = gettext_noop("line {line} of cell {cell}")
_ABOUT = {
    "dtype": gettext_noop("line {line} of cell {cell}, at the dtype"),
    "integer": gettext_noop("line {line} of cell {cell}, at whether it gives an integer"),
    "number": gettext_noop("line {line} of cell {cell}, at whether it gives Python's own number or a tensor"),
    "axis kept": gettext_noop("line {line} of cell {cell}, at the shape"),
    "axis": gettext_noop("line {line} of cell {cell}, at the shape"),
    "transposed": gettext_noop("line {line} of cell {cell}, at which axis is which"),
    "constant": gettext_noop("line {line} of cell {cell}, at the numbers"),
    "comparison": gettext_noop("line {line} of cell {cell}, at the comparison"),
    "regrouped": gettext_noop("line {line} of cell {cell}, at the order of the operations"),
    "statements swapped": gettext_noop("line {line} of cell {cell}, at the order of the statements"),
    "return moved": gettext_noop("line {line} of cell {cell}, at where it returns"),
    "return added": gettext_noop("line {line} of cell {cell}, at what the function returns"),
    "undefined name": gettext_noop("line {line} of cell {cell}, at the names"),
    "name": gettext_noop("line {line} of cell {cell}, at the names"),
    "arguments swapped": gettext_noop("line {line} of cell {cell}, at the order of the arguments"),
    "off by one": gettext_noop("line {line} of cell {cell}, at where the range begins and ends"),
    "eps moved": gettext_noop("line {line} of cell {cell}, at where eps is added"),
    "root added": gettext_noop("line {line} of cell {cell}, at what is divided by"),
    "sum for mean": gettext_noop("line {line} of cell {cell}, at what it is divided by"),
    "mean for sum": gettext_noop("line {line} of cell {cell}, at what it is divided by"),
    "bias": gettext_noop("line {line} of cell {cell}, at what a variance is divided by"),
    "operator": gettext_noop("line {line} of cell {cell}, at the signs and operations"),
    "sign": gettext_noop("line {line} of cell {cell}, at the signs"),
    "term dropped": gettext_noop("line {line} of cell {cell}, at a term or factor too many"),
    "term added": gettext_noop("line {line} of cell {cell}, at a term that is missing"),
    "index dropped": gettext_noop("line {line} of cell {cell}, at an index too many"),
    "items swapped": gettext_noop("line {line} of cell {cell}, at the order"),
    "operands swapped": gettext_noop("line {line} of cell {cell}, at the order"),
    "call dropped": gettext_noop("line {line} of cell {cell}, at a step too many"),
}
"""The description of the place, by the operator of the change."""


def redefined(cells: Sequence[CodeCell], name: str, after: int) -> bool:
    """Return whether a cell with number `after` or later defines a name again."""
    later = [item for cell in cells if cell.number >= after for item in statements(cell.source)]
    return any(isinstance(item, Definition) and item.name == name for item in later)


def _definitions(cells: Sequence[CodeCell], names: Bindings, exercise: Exercise) -> list[tuple[int, ast.AST]]:
    """Return the definitions that an exercise consists of, with their cells' numbers; none if it is too long."""
    places = {id(item): cell.number for cell in cells for item in statements(cell.source)}
    reached = names.reachable(exercise.name, exercise.elsewhere)
    reached_here = {id(node): (places[id(node)], node) for _, node in reached if id(node) in places}
    found = [item for item in reached_here.values() if isinstance(item[1], Definition)]
    return found if sum(len(nodes(node)) for _, node in found) <= MAX_NODES else []


def _known(names: Bindings) -> frozenset[str]:
    return frozenset(names.defined | names.modules.keys())  # no function should need another variable


def _change(cell: int, candidate: Candidate) -> Change:
    removed, added = candidate.difference()
    return Change(cell, candidate.line, candidate.operator, removed, added)


def running(cells: Sequence[CodeCell], exercise: Exercise, most: int) -> Iterator[tuple[Change, str]]:
    """Yield at most `most` small changes that may give a result where the answer has none, with the changed code."""
    if not most:
        return
    names = Bindings([cell.source for cell in cells])
    found = _definitions(cells, names, exercise)
    numbers = {_name(node): number for number, node in found}
    for candidate in to_run([node for _, node in found], _known(names), min(most, MOST_TO_RUN)):
        yield _change(numbers[candidate.name], candidate), candidate.source


def repair(
    cells: Sequence[CodeCell],
    exercise: Exercise,
    checks: Sequence[CheckVerdict],
    properties: frozenset[str],
    passes: Callable[[str, str], bool],
    most: int = 400,
) -> Repaired | None:
    """Return the small changes that make all value checks pass, or most of them; None if none are found.

    Args:
        cells: the notebook's code cells.
        exercise: the exercise that the checks grade.
        checks: the verdicts of its checks.
        properties: the names of the property checks, which compare no values.
        passes: runs a check, by its name, with changed definitions and returns whether it passes. Raises TooMuch to
            end the search.
        most: the maximum number of candidates in each step of the search.
    """
    names = Bindings([cell.source for cell in cells])
    found = _definitions(cells, names, exercise) if most else []
    if not found:
        return None
    search = _Search(names, checks, properties, passes, most)
    try:
        return search.run(found)
    except TooMuch:
        return None


class _Search:
    def __init__(
        self,
        names: Bindings,
        checks: Sequence[CheckVerdict],
        properties: frozenset[str],
        passes: Callable[[str, str], bool],
        most: int,
    ) -> None:
        self._known = _known(names)
        self._points = {check.name: check.max_points for check in checks}
        self._properties = [check.name for check in checks if check.name in properties]
        self._values = {check.name: check.passed for check in checks if check.name not in properties}
        self._passes, self._most = passes, most

    def run(self, found: Sequence[tuple[int, ast.AST]]) -> Repaired | None:
        """Apply changes one after another, each of which must leave fewer checks failing than before."""
        values, changed, changes = self._values, {}, []  # type: ignore[var-annotated]
        for _ in range(MAX_CHANGES):
            best = self._best(found, values, changed)
            if best is None:
                break
            cell, candidate, values = best
            changed = changed | {candidate.name: candidate.source}
            changes.append(_change(cell, candidate))
            if all(values.values()):
                break
            found = [
                (number, ast.parse(candidate.source).body[0] if _name(node) == candidate.name else node)
                for number, node in found
            ]
        right = [name for name, passed in values.items() if passed]
        if not changes or self._sum(right) < MOST * self._sum(values):
            return None
        source = "\n\n".join(changed.values())
        right += [name for name in self._properties if self._passes(name, source)]
        return Repaired(SmallChanges(changes, self._sum(right), all(values.values())), source)

    def _sum(self, names: Iterable[str]) -> float:
        return sum(self._points[name] for name in names)

    def _best(
        self, found: Sequence[tuple[int, ast.AST]], values: dict[str, bool], changed: dict[str, str]
    ) -> tuple[int, Candidate, dict[str, bool]] | None:
        """Return the change that earns the most points and loses none; the first that earns all."""
        failing = [name for name, passed in values.items() if not passed]
        if not failing:
            return None
        numbers = {_name(node): number for number, node in found}
        best, most = None, self._sum(name for name, passed in values.items() if passed)
        for candidate in candidates([node for _, node in found], self._known, self._most):
            source = "\n\n".join((changed | {candidate.name: candidate.source}).values())
            if not self._passes(failing[0], source):
                continue
            now = {failing[0]: True}
            for name in values:
                now[name] = name in now or self._passes(name, source)
                if values[name] and not now[name]:
                    break
            else:
                points = self._sum(name for name, passed in now.items() if passed)
                if points > most:
                    best, most = (numbers[candidate.name], candidate, now), points
                if all(now.values()):
                    break
        return best


def _name(node: ast.AST) -> str:
    return getattr(node, "name", "")
