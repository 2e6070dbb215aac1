"""Bonus points in nbgrader's extra credit, where people may write as well.

A run writes the bonus points of an exercise as the extra credit of its cell, and what it wrote as the automatic comment
on the same cell, in one transaction. What a person has added to that or taken from it is the difference between the
two; it is kept whenever the bonus points change. A person who empties the field takes back the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

_WRITTEN = "bonus points written to extra credit: "


@dataclass(frozen=True)
class Extra:
    """What to write: the extra credit of a cell, and the comment that says how much of it is the run's."""

    credit: float
    comment: str


def extra(credit: float | None, comment: str | None, bonus: float) -> Extra | None:
    """Return what to write for a cell; None if there are no bonus points, and never were.

    Args:
        credit: the extra credit in the gradebook; None if the field is empty.
        comment: the automatic comment on the cell.
        bonus: the bonus points that the checks give now.
    """
    before = _written(comment)
    if before is None and not bonus:
        return None
    by_hand = 0.0 if credit is None else round(credit - (before or 0.0), 6)
    total = max(0.0, bonus + by_hand)
    # If the person took away more than there is now, what is missing is remembered: total - ours is always by_hand.
    return Extra(total, f"{_WRITTEN}{round(total - by_hand, 6)!r}")


def _written(comment: str | None) -> float | None:
    """Return the bonus points that the last run wrote; None if none did."""
    if comment is None or not comment.startswith(_WRITTEN):
        return None
    return float(comment.removeprefix(_WRITTEN))
