"""Translates sentences for students into the course's language.

English sentences in the code are the keys of the other languages' gettext catalogues: `<language>.po` in this folder.
Adding a catalogue makes its language known to the whole engine.

A sentence with values is one template, so that each language can order the values as it needs:

>>> gettext("{what} should be {right}, not {mine}", what="the result", right="1", mine="2")
'the result should be 1, not 2'

Students' text may be among the values, but is never a template.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, reduce
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from .catalogue import compiled
from .spacing import filled

ENGLISH = "en"
_FOLDER = Path(__file__).parent
LANGUAGES = (ENGLISH, *sorted(path.stem for path in _FOLDER.glob("*.po")))
"""The languages of the engine, English first."""

_current: ContextVar[str] = ContextVar("language of students", default=ENGLISH)


def current() -> str:
    """Return the current language of sentences."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Set the current language within the block; English if there is no catalogue for it."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(text: str, /, **values: object) -> str:
    """Return a sentence in the current language.

    Args:
        text: the sentence in English; with `values`, a template of str.format.
        values: the values of the template.
    """
    found = _of(_current.get()).gettext(text) if text else text  # a catalogue has its header under the empty text
    return filled(found, values) if values else found


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Return a sentence in the current language, in the singular or plural form that `number` requires.

    Args:
        one: the sentence in English about one thing; with `values`, a template of str.format.
        many: the sentence in English about several things.
        number: the number of things.
        values: the values of the template.
    """
    found = _of(_current.get()).ngettext(one, many, number)
    return filled(found, values) if values else found


def pgettext(context: str, text: str, /, **values: object) -> str:
    """Return a word or sentence in the current language; `context` tells translators where it stands."""
    found = _of(_current.get()).pgettext(context, text)
    return filled(found, values) if values else found


def gettext_noop(text: str) -> str:
    """Return the text unchanged, but mark it for the catalogues; it is translated later."""
    return text


@lru_cache(maxsize=1024)
def number(points: float) -> str:
    """Return points as text, with at most two decimals and without trailing zeros."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def as_sentence(text: str) -> str:
    """Return a text as a sentence, with a capital letter and a full stop."""
    return gettext("{sentence}.", sentence=f"{text[:1].upper()}{text[1:]}")


def joined(*sentences: str) -> str:
    """Return the sentences joined to a text, without empty ones."""
    found = [sentence for sentence in sentences if sentence] or [""]
    return reduce(lambda first, second: gettext("{first} {second}", first=first, second=second), found)


def listed(names: Iterable[str]) -> str:
    """Return names as a list."""
    return pgettext("between names in a list", ", ").join(names)


def all_of(names: Iterable[str]) -> str:
    """Return names as text: "x, y and z"."""
    *some, last = names
    return gettext("{some} and {last}", some=listed(some), last=last) if some else last


def any_of(names: Iterable[str]) -> str:
    """Return names as text: "x, y or z"."""
    *some, last = names
    return gettext("{some} or {last}", some=listed(some), last=last) if some else last


@cache
def _of(language: str) -> NullTranslations:
    path = _FOLDER / f"{language}.po"
    if language == ENGLISH or language not in LANGUAGES:
        return NullTranslations()
    return GNUTranslations(io.BytesIO(compiled(path.read_text(encoding="utf-8"))))
