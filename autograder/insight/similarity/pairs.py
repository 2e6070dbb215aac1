"""Pairs of texts that are more alike than the class explains.

Short functions all look alike, so that no similarity says anything by itself. Two texts are compared by runs of `RUN`
tokens, as in winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003) but with all of them, since the texts are short.
A run that the release holds, or many classmates have, counts nothing; any other counts the more the fewer have it. What
a pair has in common this way is measured against all pairs of the class.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RUN = 5
"""Tokens in a run."""
_FEW, _MANY = 4, 0.02
"""A run that more than so many others have, and more than this share of them, says nothing."""
_SAME = 0.5
"""Pairs are named from this share of rare runs in common."""
_OUTSTANDING = 3.5
"""And from this robust z-score: Iglewicz and Hoaglin's bound for outliers (How to Detect and Handle Outliers, 1993)."""
_FEWEST = 12
"""Texts with fewer rare runs than this are too short to tell; so many that nobody else has just stand out."""

Run = tuple[str, ...]
Text = tuple[str, ...]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two texts that stand out from the class, and the students who wrote just these tokens.

    Where both are the same, `one` is the first of its students and `other` are the rest.
    """

    one: tuple[str, ...]
    other: tuple[str, ...]
    same: bool
    similarity: float
    """The weighted share of rare runs that both have, of the text with fewer; from 0 to 1."""
    outstanding: float
    """How far what both have lies above the class's median pair, in robust standard deviations."""


def outstanding(texts: Mapping[str, Sequence[str]], release: Sequence[str]) -> list[Pair]:
    """The pairs that stand out from the class, the most outstanding first.

    Args:
        texts: by student, the tokens of what was written.
        release: the tokens of what was there already.
    """
    given = runs(release)
    students = sorted(texts)
    if len(students) < 3:  # two alone have no class to stand out from
        return []
    written = [runs(texts[student]) - given for student in students]
    weight = _weight(written)
    rare = [mine & weight.keys() for mine in written]
    common = _in_common(rare, weight)
    rows, columns = np.triu_indices(len(students), 1)
    heights = _robust(common[rows, columns], floor=_FEWEST * math.log2(len(students) - 1) / _OUTSTANDING)
    alike: dict[Text, list[str]] = {}
    for student in students:
        alike.setdefault(tuple(texts[student]), []).append(student)
    found: dict[frozenset[Text], Pair] = {}
    telling = np.flatnonzero(heights >= _OUTSTANDING)
    for place in telling[np.argsort(-heights[telling], kind="stable")]:
        row, column = int(rows[place]), int(columns[place])
        share = float(common[row, column] / min(common[row, row], common[column, column]))
        if share < _SAME or min(len(rare[row]), len(rare[column])) < _FEWEST:
            continue
        one, other = tuple(texts[students[row]]), tuple(texts[students[column]])
        if (both := frozenset((one, other))) not in found:
            mine, theirs = alike[one], alike[other]
            if one == other:
                mine, theirs = mine[:1], mine[1:]
            found[both] = Pair(tuple(mine), tuple(theirs), one == other, share, float(heights[place]))
    return list(found.values())


def runs(text: Sequence[str]) -> set[Run]:
    """The runs of tokens in a text."""
    return {tuple(text[start : start + RUN]) for start in range(len(text) - RUN + 1)}


def _weight(written: Sequence[set[Run]]) -> dict[Run, float]:
    """What the rare runs weigh: log2(N / n) where `n` of `N` others have it, the bits that it tells."""
    have = Counter(run for mine in written for run in mine)
    others = max(1, len(written) - 1)
    rare = max(_FEW, _MANY * others)
    return {run: math.log2(others / max(1, n - 1)) for run, n in have.items() if n - 1 <= rare and n - 1 < others}


def _in_common(written: Sequence[set[Run]], weight: Mapping[Run, float]) -> Numbers:
    """What each two texts have in common, by weight; and each with itself: what it weighs."""
    having: dict[Run, list[int]] = {}
    for row, mine in enumerate(written):
        for run in mine:
            having.setdefault(run, []).append(row)
    common = np.zeros((len(written), len(written)))
    for run, rows in sorted(having.items()):  # sums come out the same whatever the order of sets is
        common[np.ix_(rows, rows)] += weight[run]
    return common


def _robust(values: Numbers, floor: float) -> Numbers:
    """Robust z-scores, by the median deviation; most pairs have nothing in common, so that it may be none at all."""
    median = np.median(values)
    return (values - median) / max(floor, 1.4826 * float(np.median(np.abs(values - median))))
