"""Finds pairs of texts that are unusually similar, compared with the rest of the class.

All short functions are similar, so an absolute similarity means nothing. Two texts are compared by their n-grams of
`RUN` tokens, as in winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003), but without sampling, since the texts are
short. An n-gram of the release or of many students is ignored; any other is weighted by its rarity. The weight that a
pair has in common is compared with that of all pairs of the class.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RUN = 5
"""Tokens in a run (an n-gram)."""
_FEW, _MANY = 4, 0.02
"""A run is ignored if more than this number, and more than this share, of the other students have it."""
_SAME = 0.5
"""Smallest share of rare runs in common of a reported pair."""
_OUTSTANDING = 3.5
"""Smallest robust z-score of a reported pair: the threshold for outliers of Iglewicz and Hoaglin.

Source: How to Detect and Handle Outliers, 1993.
"""
_FEWEST = 12
"""Texts with fewer rare runs are too short to compare.

It also sets the floor of the deviation: a pair that shares this many runs that nobody else has just stands out.
"""

Run = tuple[str, ...]
Text = tuple[str, ...]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two unusually similar texts, each as the students who wrote exactly these tokens.

    If both texts are equal, `one` holds the first of their students and `other` the rest.
    """

    one: tuple[str, ...]
    other: tuple[str, ...]
    same: bool
    similarity: float
    """Weight of the rare runs in common, as a share of the smaller text's weight; from 0 to 1."""
    outstanding: float
    """Robust z-score of the weight in common, over all pairs of the class."""


def outstanding(texts: Mapping[str, Sequence[str]], release: Sequence[str]) -> list[Pair]:
    """Return the unusually similar pairs, by descending z-score.

    Args:
        texts: the tokens of each student's text, by student.
        release: the tokens of the release's text.
    """
    given = runs(release)
    students = sorted(texts)
    if len(students) < 3:  # two texts have no class to be compared with
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
    """Return the set of runs of tokens in a text."""
    return {tuple(text[start : start + RUN]) for start in range(len(text) - RUN + 1)}


def _weight(written: Sequence[set[Run]]) -> dict[Run, float]:
    """Return the weight of each rare run: its information, log2(N / n) bits, if `n` of `N` other students have it."""
    have = Counter(run for mine in written for run in mine)
    others = max(1, len(written) - 1)
    rare = max(_FEW, _MANY * others)
    return {run: math.log2(others / max(1, n - 1)) for run, n in have.items() if n - 1 <= rare and n - 1 < others}


def _in_common(written: Sequence[set[Run]], weight: Mapping[Run, float]) -> Numbers:
    """Return the weight that each two texts have in common, of shape (N, N); the diagonal is each text's own weight."""
    having: dict[Run, list[int]] = {}
    for row, mine in enumerate(written):
        for run in mine:
            having.setdefault(run, []).append(row)
    common = np.zeros((len(written), len(written)))
    for run, rows in sorted(having.items()):  # sorted, so that floating-point sums do not depend on the order of sets
        common[np.ix_(rows, rows)] += weight[run]
    return common


def _robust(values: Numbers, floor: float) -> Numbers:
    """Return robust z-scores, by the median absolute deviation (MAD).

    Args:
        values: the weight in common of each pair.
        floor: the least deviation to divide by; most pairs have nothing in common, so the MAD may be 0.
    """
    median = np.median(values)
    return (values - median) / max(floor, 1.4826 * float(np.median(np.abs(values - median))))
