"""The exception that assertions raise, with a message that describes what is wrong with a result."""

from __future__ import annotations

from collections.abc import Mapping

from .translation import Text, spoken


class Difference(AssertionError):
    """Raised if a result differs from the expected one; the message is a sentence for the student.

    Args:
        text: the sentence, or one for each language: `{"en": "…", "zh": "…"}`.

    Attributes:
        parts: whether each of several results, or of several gradients, is right, by its name in the message; empty if
            there is only one.
    """

    parts: Mapping[str, bool] = {}

    def __init__(self, text: Text) -> None:
        super().__init__(spoken(text))
