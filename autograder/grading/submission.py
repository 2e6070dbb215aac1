"""What is graded: the code cells of one submission, made ready by the intake."""

from __future__ import annotations

import msgspec


class CodeCell(msgspec.Struct, frozen=True):
    """One code cell, by its place among all cells of the notebook (from 1, as students count)."""

    number: int
    source: str


class Exercise(msgspec.Struct, frozen=True):
    """One exercise as the release says: what must not be called, which earlier names are replaced by torch's."""

    name: str
    forbidden: list[str]
    replaced: dict[str, str]
    graded_at: int | None
    """The number of the cell before which its bindings are kept; None: after the last cell."""


class Submission(msgspec.Struct, frozen=True):
    """One student's notebook of one problem set, repaired; `repairs` says what was mended."""

    problem_set: str
    cells: list[CodeCell]
    exercises: list[Exercise]
    repairs: list[str]
