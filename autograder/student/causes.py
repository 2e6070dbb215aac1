"""Finds why a name is missing in a cell: the cell that should define it fails, is further down, or was deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from autograder.notebook.bindings import Bindings, global_names, statements

from .child import Ran
from .released_notebook import Sheet


@dataclass(frozen=True)
class Cause:
    """The reason why `name` is missing; `cell` is the cell to look at, 0 if no cell defines the name."""

    kind: Literal["broken", "below", "deleted"]
    name: str
    cell: int = 0


class Causes:
    """The causes of the NameErrors of one notebook."""

    def __init__(self, sheet: Sheet, ran: Mapping[int, Ran]) -> None:
        self._sheet, self._ran = sheet, ran
        self._binds = {cell.number: _Binds(cell.source) for cell in sheet.cells}

    def of(self, number: int) -> Cause | None:
        """Return why the cell lacks a name; None if it lacks none, or nothing outside the cell explains it."""
        name, seen, found = self._ran[number].missing, {number}, None
        while name:
            found = self._of_name(name, number) or found
            if found is None or found.kind != "broken" or found.cell in seen:
                break
            # A cell that fails may lack a name itself: the first cell of the chain is the one to correct.
            number = found.cell
            seen.add(number)
            name = self._ran[number].missing
        return found

    def _of_name(self, name: str, number: int) -> Cause | None:
        """Return why the cell with this number does not find `name`."""
        binding = [place for place, binds in self._binds.items() if place != number and binds.has(name)]
        if broken := [place for place in binding if place < number and self._ran[place].ended != "ok"]:
            return Cause("broken", name, broken[-1])
        if below := [place for place in binding if place > number]:
            return Cause("below", name, below[0])
        own = self._binds[number].has(name) or name in {exercise.name for exercise in self._sheet.exercises}
        return Cause("deleted", name) if not (own or binding) and self._is_of_setup(name) else None

    def _is_of_setup(self, name: str) -> bool:
        """Return whether a cell of the release must have defined a name that none defines now."""
        given = [item.examples for item in self._sheet.exercises if item.examples not in self._sheet.changed]
        if any(name in global_names(part) for number in given if number for part in self._statements(number)):
            return True
        lacking = sum(ran.missing == name for ran in self._ran.values())
        return not self._sheet.setup or lacking > 1

    def _statements(self, number: int) -> list[object]:
        return list(self._binds[number].statements)


class _Binds:
    """The names that a cell binds at its top level; if it is not valid Python, the names that it seems to bind."""

    def __init__(self, source: str) -> None:
        self.statements = statements(source)
        self._names = set(Bindings([source]).of)
        self._text = "" if self.statements else source

    def has(self, name: str) -> bool:
        word = re.escape(name)
        looks = rf"^(?:(?:async\s+)?def|class)\s+{word}\b|^{word}\s*(?::[^=\n]+)?=(?!=)|^(?:import|from)\b.*\b{word}\b"
        return name in self._names or bool(re.search(looks, self._text, re.MULTILINE))
