"""Line-by-line comparison of two texts: equal, renamed, moved or unique lines."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher

import msgspec

from .tokens import MAX_LETTERS, Token, tokens

_LINES = 400
"""Maximum number of lines of a text that are shown."""


class Line(msgspec.Struct, frozen=True):
    """A line and its mark: `same`, `renamed`, `moved`, `only`, `release` (part of the release) or empty."""

    text: str
    mark: str


def beside(one: str, other: str, release: str, given: Collection[str]) -> tuple[list[Line], list[Line]]:
    """Return the lines of both texts, with their marks.

    Args:
        one: the first text.
        other: the second text.
        release: the release's text.
        given: the names in the release.
    """
    mine, theirs = _Text(one, given), _Text(other, given)
    partners: dict[int, int] = {}
    matcher = SequenceMatcher(None, mine.keys, theirs.keys, autojunk=False)
    for block in matcher.get_matching_blocks():
        partners |= {block.a + step: block.b + step for step in range(block.size)}
    released = {line.strip() for line in release.splitlines()}
    back = {there: here for here, there in partners.items()}
    return mine.marked(theirs, partners, released), theirs.marked(mine, back, released)


class _Text:
    """A text as lines, with each line's tokens as its key; the key of a line without tokens is empty."""

    def __init__(self, source: str, given: Collection[str]) -> None:
        # Split at \n only, as tokens() counts lines; str.splitlines splits at other characters too.
        self.lines = source[:MAX_LETTERS].split("\n")[:_LINES]
        by_line: dict[int, list[Token]] = {}
        for token in tokens(source, given):
            by_line.setdefault(token.line, []).append(token)
        self.keys = [" ".join(token.text for token in by_line.get(place, ())) for place in range(len(self.lines))]

    def marked(self, other: _Text, partners: dict[int, int], released: Collection[str]) -> list[Line]:
        """Return the lines with their marks.

        Args:
            other: the other text.
            partners: the matching line of the other text, by line number.
            released: the lines of the release, stripped.
        """
        elsewhere = set(other.keys)
        found = []
        for place, (line, key) in enumerate(zip(self.lines, self.keys, strict=True)):
            partner = partners.get(place)
            if line.strip() in released:
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
