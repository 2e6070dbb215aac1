"""Which of several notebooks that a student handed in together is the one that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.notebook.comparison import defined_names, plain
from autograder.notebook.reading import Cell

from . import recognition
from .release import Release

_MOST = 5
"""So many file names stand in a line."""


@dataclass(frozen=True)
class Candidate:
    """A notebook that may be what counts: its answers, and the student's own cells that define something."""

    name: str
    cells: tuple[Cell, ...]
    answers: Mapping[str, str]
    helpers: frozenset[str]

    def holds_all_of(self, other: Candidate) -> bool:
        """Whether nothing of another notebook is lost where this one is taken."""
        if not other.answers.items() <= self.answers.items():
            return False
        return len(self.answers) > len(other.answers) or other.helpers <= self.helpers


def candidate(name: str, cells: Sequence[Cell], release: Release) -> Candidate:
    """The candidate of a notebook's cells."""
    given = {plain(ours.source) for ours in release.cells.values()}
    own = {plain(cell.source) for cell in cells if cell.kind == "code" and cell.grade_id not in release.cells}
    helpers = frozenset(text for text in own - given if defined_names(text))
    return Candidate(name, tuple(cells), recognition.answers(cells, release), helpers)


def choose(found: Sequence[Candidate], named: Candidate | None = None) -> Candidate | None:
    """The notebook that counts; None where more than one could be meant.

    It is the one that holds all that is written in the others. So a release as it was given out never goes before
    written work.

    Args:
        found: the notebooks, of which the first is preferred where they are the same.
        named: the one with the file name that was asked for. It counts, too, where the others answer other drafts of
            the same questions; not where they answer what it does not.
    """
    most = max(found, key=lambda one: (len(one.answers), len(one.helpers)))
    if not most.answers:
        return found[0]
    if all(most.holds_all_of(other) for other in found):
        return most
    if named and named.answers and all(other.answers.keys() <= named.answers.keys() for other in found):
        return named
    return None


def listed(names: Sequence[str]) -> str:
    """File names as students chose them, fit for one line."""
    shown = ["".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name) for name in names]
    more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return ", ".join(name[:100] for name in shown[:_MOST]) + more
