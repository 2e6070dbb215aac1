"""Whether an answer is one small change away from right, or two: found by changing it and trying the checks again.

The changed code is the student's own and runs where theirs runs, in the jail. Nothing is guessed from it: an answer
counts as mended where every check of values passes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.model.submission import CodeCell, Exercise
from autograder.model.verdict import REPAIR, Change, CheckVerdict, SmallChanges
from autograder.mutation.definition import Candidate
from autograder.mutation.repairs import SLIPS, candidates, to_run
from autograder.notebook.bindings import Bindings, Definition, nodes, statements

from .experiments import cost_of

MAX_NODES = 4_000
"""Of an answer's syntax trees; a longer one is not changed, since finding what to change would take its time."""
MOST = 2 / 3
"""Changes count that make so much of the points of values right, where they do not make all."""
MOST_TO_RUN = 30
"""So many changes at most are tried only to see a result."""
MAX_CHANGES = 2
"""So many small changes at most make an answer right that is given points for what it is without them."""
SLIP, IDEA = 0.15, 1 / 3
"""The share of an exercise's points that one change costs: of a number's kind only, or of anything else."""


class TooMuch(Exception):
    """Trying has cost more than it may: raised by what tries a change."""


@dataclass(frozen=True)
class Repaired:
    """The changes that make an answer right, and what the checks give then."""

    found: SmallChanges
    source: str = ""
    """The changed definitions."""

    @property
    def changes(self) -> list[Change]:
        """The changes, one or two."""
        return self.found.changes

    @property
    def points(self) -> float:
        """The checks' points with them."""
        return self.found.points

    @property
    def whole(self) -> bool:
        """Whether all checks of values pass with them."""
        return self.found.whole

    @property
    def name(self) -> str:
        """As in a verdict."""
        return REPAIR + " + ".join(change.operator for change in self.changes)

    @property
    def hint(self) -> str:
        """That it is right but for them, and where to look; not what to write."""
        if not self.whole:
            return f"With a small change most of the checks pass. {self.place}"
        things = "something small" if len(self.changes) == 1 else "two small things"
        return f"It is right but for {things}. {self.place}"

    @property
    def place(self) -> str:
        """Where to look."""
        places = " and ".join(
            f"line {change.line} of cell {change.cell}{_ABOUT.get(change.operator, '')}" for change in self.changes
        )
        return f"Look at {places}."

    def cost(self, max_points: float) -> float:
        """What the changes cost: a number's kind is a slip only where nothing else is wrong."""
        shares = [SLIP if self.whole and change.operator in SLIPS else IDEA for change in self.changes]
        return min(sum(cost_of(share, max_points) for share in shares), max_points)


_ABOUT = {
    "dtype": ", at the dtype",
    "integer": ", at whether it gives an integer",
    "number": ", at whether it gives Python's own number or a tensor",
    "axis kept": ", at the shape",
    "axis": ", at the shape",
    "transposed": ", at which axis is which",
    "constant": ", at the numbers",
    "comparison": ", at the comparison",
    "regrouped": ", at the order of the operations",
    "statements swapped": ", at the order of the statements",
    "return moved": ", at where it returns",
    "return added": ", at what the function returns",
    "undefined name": ", at the names",
    "name": ", at the names",
    "arguments swapped": ", at the order of the arguments",
    "off by one": ", at where the range begins and ends",
    "eps moved": ", at where eps is added",
    "root added": ", at what is divided by",
    "sum for mean": ", at what it is divided by",
    "mean for sum": ", at what it is divided by",
    "bias": ", at what a variance is divided by",
    "operator": ", at the signs and operations",
    "sign": ", at the signs",
    "term dropped": ", at a term or factor too many",
    "term added": ", at a term that is missing",
    "index dropped": ", at an index too many",
    "items swapped": ", at the order",
    "operands swapped": ", at the order",
    "call dropped": ", at a step too many",
}


def redefined(cells: Sequence[CodeCell], name: str, after: int) -> bool:
    """Whether a cell from number `after` on defines a name once more."""
    later = [item for cell in cells if cell.number >= after for item in statements(cell.source)]
    return any(isinstance(item, Definition) and item.name == name for item in later)


def _definitions(cells: Sequence[CodeCell], names: Bindings, exercise: Exercise) -> list[tuple[int, ast.AST]]:
    """The functions and classes that an exercise consists of, each with the number of its cell; none of a long one."""
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
    """At `most` so many small changes that give a result where the answer gives none, with the changed definition."""
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
    """The small changes that make all checks of values pass; None where none are found.

    Args:
        cells: the notebook's.
        exercise: the one that the checks are about.
        checks: what they gave.
        properties: the names of those that are about no values.
        passes: whether a check, by its name, passes with changed definitions. Raises TooMuch to end the search.
        most: so many changes are tried, one after the other.
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
        """Change after change, each of which must leave fewer checks failing than before."""
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
        """The change with which most points are earned and none lost; the first with which all are."""
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
