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
_FEW, _MANY = 4, 0.1
"""A run that more than so many others have, and more than this share of them, says nothing."""
_SAME = 0.5
"""Pairs are named from this share of rare runs in common."""
_OUTSTANDING = 3.5
"""And from this robust z-score: Iglewicz and Hoaglin's bound for outliers (How to Detect and Handle Outliers, 1993)."""
_FEWEST = 12
"""Texts with fewer rare runs than this are too short to tell."""

Run = tuple[str, ...]
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
    typical: float
    """The median of that in the class."""
    outstanding: float
    """How far what both have lies above the class's median pair, in robust standard deviations."""


def outstanding(texts: Mapping[str, Sequence[str]], release: Sequence[str]) -> list[Pair]:
    """The pairs that stand out from the class, the most outstanding first.

    Args:
        texts: by student, the tokens of what was written.
        release: the tokens of what was there already.
    """
    given = runs(release)
    written = {student: runs(texts[student]) - given for student in sorted(texts)}
    weight = _weight(list(written.values()))
    written = {student: rare for student, mine in written.items() if len(rare := mine & weight.keys()) >= _FEWEST}
    students = list(written)
    if len(students) < 3:  # two alone have no class to stand out from
        return []
    common, sizes = _in_common(list(written.values()), weight)
    rows, columns = np.triu_indices(len(students), 1)
    of_pairs = common[rows, columns]
    shares = of_pairs / np.minimum(sizes[rows], sizes[columns])
    heights = _robust(of_pairs)
    named = np.flatnonzero((shares >= _SAME) & (heights >= _OUTSTANDING))
    alike: dict[tuple[str, ...], list[str]] = {}
    for student in students:
        alike.setdefault(tuple(texts[student]), []).append(student)
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], Pair] = {}
    typical = float(np.median(shares))
    for place in named[np.argsort(-heights[named], kind="stable")]:
        one, other = tuple(texts[students[rows[place]]]), tuple(texts[students[columns[place]]])
        mine, theirs = tuple(alike[one]), tuple(alike[other])
        if one == other:
            mine, theirs = mine[:1], mine[1:]
        numbers = min(1.0, float(shares[place])), typical, float(heights[place])
        found.setdefault((min(one, other), max(one, other)), Pair(mine, theirs, one == other, *numbers))
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


def _in_common(written: Sequence[set[Run]], weight: Mapping[Run, float]) -> tuple[Numbers, Numbers]:
    """What each two texts have in common, by weight, and the weight of each."""
    have = Counter(run for mine in written for run in mine)
    columns = {run: place for place, run in enumerate(sorted(run for run, count in have.items() if count > 1))}
    roots = np.zeros((len(written), len(columns)), np.float32)
    for row, mine in enumerate(written):
        for run in mine & columns.keys():
            roots[row, columns[run]] = math.sqrt(weight[run])
    sizes = [math.fsum(weight[run] for run in mine) for mine in written]
    return (roots @ roots.T).astype(np.float64), np.array(sizes)


def _robust(values: Numbers) -> Numbers:
    """Robust z-scores: by the median deviation, or by the mean deviation where most values are the same."""
    away = np.abs(values - np.median(values))
    scale = 1.4826 * float(np.median(away)) or 1.2533 * float(np.mean(away)) or 1.0
    return (values - np.median(values)) / scale
