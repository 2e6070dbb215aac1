"""Translates sentences for staff into the language of their environment, which need not be the course's language.

As in the parent package, the English sentences in the code are the keys of the catalogues `<language>.po` in this
folder, and a sentence with values is one template. A catalogue is read with its first sentence, and none for English.

The environment is also what worker processes inherit, so that they speak the language of the command that started
them.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from ..catalogue import compiled
from ..spacing import filled

ENGLISH = "en"
_FOLDER = Path(__file__).parent
LANGUAGES = (ENGLISH, *sorted(path.stem for path in _FOLDER.glob("*.po")))
"""The languages of staff's sentences, English first."""
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def staff_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language of sentences for staff, by the variables that gettext reads.

    The first variable that is set decides: it names one locale, as in zh_CN.UTF-8, or several separated by colons, of
    which the first is used that is known. English is used if there is none.
    """
    named = next(filter(None, map(environment.get, _VARIABLES)), "")
    for locale in named.split(":"):
        language = locale.partition(".")[0].partition("@")[0]
        for known in (language, language.partition("_")[0]):
            if known in LANGUAGES:
                return known
        if language in ("C", "POSIX"):
            break
    return ENGLISH


def speak_to_staff(language: str) -> None:
    """Set the language of sentences for staff, in this process and in those that it starts."""
    os.environ["LANGUAGE"] = language


def for_staff(text: str, /, **values: object) -> str:
    """Return a sentence in staff's language.

    Args:
        text: the sentence in English; with `values`, a template of str.format.
        values: the values of the template.
    """
    found = _of(staff_language()).gettext(text) if text else text  # a catalogue has its header under the empty text
    return filled(found, values) if values else found


def for_staff_plural(one: str, many: str, number: int, /, **values: object) -> str:
    """Return a sentence in staff's language, in the singular or plural form that `number` requires.

    Args:
        one: the sentence in English about one thing; with `values`, a template of str.format.
        many: the sentence in English about several things.
        number: the number of things.
        values: the values of the template.
    """
    found = _of(staff_language()).ngettext(one, many, number)
    return filled(found, values) if values else found


def for_staff_noop(text: str) -> str:
    """Return the text unchanged, but mark it for staff's catalogues; it is translated later."""
    return text


def list_for_staff(names: Iterable[object]) -> str:
    """Return names as a list in staff's language."""
    return for_staff(", ").join(map(str, names))


def some_for_staff(names: Sequence[object], most: int = 5) -> str:
    """Return the first `most` names as a list in staff's language, and how many more there are."""
    listed = list_for_staff(names[:most])
    more = len(names) - most
    return for_staff("{names} and {count} more", names=listed, count=more) if more > 0 else listed


@cache
def _of(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    path = _FOLDER / f"{language}.po"
    return GNUTranslations(io.BytesIO(compiled(path.read_text(encoding="utf-8"))))
