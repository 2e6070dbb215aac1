"""Two texts side by side: which lines are the same, the same but for names, elsewhere in the other, or only here."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher

import msgspec

from .tokens import MAX_LETTERS, Token, tokens

_LINES = 400
"""So many lines of a text are shown."""


class Line(msgspec.Struct, frozen=True):
    """A line and its mark: `same`, `renamed`, `moved`, `only`, `release` (it stood there already) or empty."""

    text: str
    mark: str


def beside(one: str, other: str, release: str, given: Collection[str]) -> tuple[list[Line], list[Line]]:
    """The lines of both texts, marked.

    Args:
        one: a text.
        other: the other.
        release: what stood there already.
        given: the names in it.
    """
    mine, theirs = _Text(one, given), _Text(other, given)
    partners: dict[int, int] = {}
    matcher = SequenceMatcher(None, mine.keys, theirs.keys, autojunk=False)
    for block in matcher.get_matching_blocks():
        partners |= {block.a + step: block.b + step for step in range(block.size)}
    stood = {line.strip() for line in release.splitlines()}
    back = {there: here for here, there in partners.items()}
    return mine.marked(theirs, partners, stood), theirs.marked(mine, back, stood)


class _Text:
    """A text by lines, each with its tokens as a key; empty where it has none."""

    def __init__(self, source: str, given: Collection[str]) -> None:
        # Split as tokens count lines: str.splitlines knows other line breaks as well.
        self.lines = source[:MAX_LETTERS].split("\n")[:_LINES]
        by_line: dict[int, list[Token]] = {}
        for token in tokens(source, given):
            by_line.setdefault(token.line, []).append(token)
        self.keys = [" ".join(token.text for token in by_line.get(place, ())) for place in range(len(self.lines))]

    def marked(self, other: _Text, partners: dict[int, int], stood: Collection[str]) -> list[Line]:
        """The lines with their marks; `partners` are the other's lines that stand at the same place."""
        elsewhere = set(other.keys)
        found = []
        for place, (line, key) in enumerate(zip(self.lines, self.keys, strict=True)):
            partner = partners.get(place)
            if line.strip() in stood:
                mark = "release"
            elif partner is not None and other.lines[partner].strip() == line.strip():
                mark = "same"
            elif not key:
                mark = ""
            elif partner is not None:
                mark = "renamed"
            else:
                mark = "moved" if key in elsewhere else "only"
            found.append(Line(line, mark))
        return found
