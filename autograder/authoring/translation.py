"""Texts in several languages: a string is English, a mapping gives a text for each language.

In a docstring, a translation is a line of its own below the first one, and begins with the tag of its language.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

from autograder.language import LANGUAGES, current

Text = str | Mapping[str, str]
"""An English text, or a mapping of languages to texts."""

_TAGGED = re.compile(r"(?P<language>[a-z]{2}):(?:\s+(?P<text>.*))?")


def texts_of(text: Text, what: str) -> dict[str, str]:
    """Return a text by language.

    Args:
        text: the English text, or a mapping of languages to texts.
        what: what the text is, for the message of an error.

    Raises:
        ValueError: the mapping has an unknown language, an empty text, or none in English.
    """
    if isinstance(text, str):
        return {"en": text}
    if not isinstance(text, Mapping):
        raise ValueError(f'{what}: write a text, or {{"en": "…", "zh": "…"}}, not {text!r}')
    for language, translation in text.items():
        if language not in LANGUAGES:
            raise ValueError(f"{what}: unknown language {language!r}; known: {', '.join(LANGUAGES)}")
        if not isinstance(translation, str) or not translation.strip():
            raise ValueError(f"{what}: the text in {language!r} is empty")
    if "en" not in text:
        raise ValueError(f'{what}: no text in English; add "en"')
    return dict(text)


def spoken(text: Text) -> str:
    """Return a text in the language in use, or in English if it is not translated.

    Raises:
        ValueError: the mapping is not valid, as for `texts_of`.
    """
    return in_language(texts_of(text, "a text of a check"), current())


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, or in English if it is not translated."""
    return texts.get(language, texts["en"])


def sentences_of(docstring: str | None, what: str) -> dict[str, str]:
    """Return the sentence of a docstring by language: its first line is English, others have a tag, as in `zh: …`.

    Args:
        docstring: the docstring.
        what: the name of the function with the docstring, for the message of an error.

    Raises:
        ValueError: a tag is of an unknown language, or repeated, or has no text, or there is no English sentence.
    """
    lines = inspect.cleandoc(docstring or "").strip().splitlines()
    if not lines or _TAGGED.fullmatch(lines[0]):
        raise ValueError(f"{what}: no sentence in English; write it in the docstring's first line")
    found = {"en": lines[0]}
    for match in filter(None, map(_TAGGED.fullmatch, lines[1:])):
        language, text = match["language"], (match["text"] or "").strip()
        if language == "en":
            raise ValueError(f"{what}: the docstring's first line is English; remove the tag en:")
        if language not in LANGUAGES:
            raise ValueError(f"{what}: unknown language {language!r}; known: {', '.join(LANGUAGES)}")
        if language in found:
            raise ValueError(f"{what}: more than one line begins with {language}:")
        if not text:
            raise ValueError(f"{what}: the text in {language!r} is empty")
        found[language] = text
    return found


def sentence_in(docstring: str | None, language: str, what: str) -> str:
    """Return the sentence of a docstring in a language, or the English one if it is not translated.

    Raises:
        ValueError: the docstring is not valid, as for `sentences_of`.
    """
    return in_language(sentences_of(docstring, what), language)
