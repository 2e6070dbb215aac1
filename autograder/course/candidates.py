"""Decides which of several notebooks that a student submitted together is graded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.language import gettext
from autograder.notebook.comparison import defined_names, plain
from autograder.notebook.reading import Cell

from . import recognition
from .release import Release

_MOST = 5
"""Maximum number of file names listed in one line."""


@dataclass(frozen=True)
class Candidate:
    """A notebook that may be graded: its answers, and the student's own cells that define names."""

    name: str
    cells: tuple[Cell, ...]
    answers: Mapping[str, str]
    helpers: frozenset[str]

    def holds_all_of(self, other: Candidate) -> bool:
        """Return whether this notebook contains everything that the student wrote in another one."""
        if not other.answers.items() <= self.answers.items():
            return False
        return len(self.answers) > len(other.answers) or other.helpers <= self.helpers


def candidate(name: str, cells: Sequence[Cell], release: Release) -> Candidate:
    """Return the candidate for a notebook's cells."""
    given = {plain(ours.source) for ours in release.cells.values()}
    own = {plain(cell.source) for cell in cells if cell.kind == "code" and cell.grade_id not in release.cells}
    helpers = frozenset(text for text in own - given if defined_names(text))
    return Candidate(name, tuple(cells), recognition.answers(cells, release), helpers)


def choose(found: Sequence[Candidate], named: Candidate | None = None) -> Candidate | None:
    """Return the notebook to be graded; None if the choice is ambiguous.

    It is the one that contains everything written in the others, so an unchanged release never precedes written work.

    Args:
        found: the notebooks; the first is preferred if they are equal.
        named: the notebook with the expected file name. It is also chosen if the others are other drafts of the same
            answers, but not if they answer questions that it does not.
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
    """Return file names that students chose as text for one line; long names and long lists are cut."""
    shown = ["".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name) for name in names]
    some, more = ", ".join(name[:100] for name in shown[:_MOST]), len(shown) - _MOST
    return gettext("{listed} and {more} more", listed=some, more=more) if more > 0 else some
