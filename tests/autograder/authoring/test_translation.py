"""Hints and the sentences of checks may be given in several languages."""

import pytest

from autograder.authoring import check, misconception
from autograder.authoring.translation import LANGUAGES, sentence_in, sentences_of, texts_of
from autograder.course import config

DOCSTRING = """uses the biased variance

    zh: 使用有偏方差
    """


def known(hint):
    @misconception("scale", hint=hint)
    def halves(x):
        return x / 2

    return halves.misconception


def test_the_languages_are_those_of_courses():
    assert set(LANGUAGES) == set(config.LANGUAGES)


def test_a_hint_may_be_one_text():
    hint = known("Do not halve.")
    assert hint.hint == hint.hint_in("en") == hint.hint_in("zh") == "Do not halve."


def test_a_hint_may_be_a_text_for_each_language():
    hint = known({"zh": "不要减半。", "en": "Do not halve."})
    assert hint.hint == hint.hint_in("en") == "Do not halve."
    assert hint.hint_in("zh") == "不要减半。"
    assert hint.hint_in("de") == "Do not halve."
    assert isinstance(hash(hint), int)


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ({"en": "Do not.", "fr": "Non."}, "the hint of halves: unknown language 'fr'; known: en, zh"),
        ({"en": "Do not.", "zh": " "}, "the hint of halves: the text in 'zh' is empty"),
        ({"en": "", "zh": "不要。"}, "the hint of halves: the text in 'en' is empty"),
        ({"en": "Do not.", "zh": None}, "the hint of halves: the text in 'zh' is empty"),
        ({"zh": "不要。"}, "the hint of halves: no text in English"),
        ({}, "the hint of halves: no text in English"),
        (3, "the hint of halves: write a text, or"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_mapping_of_hints_is_said(hint, said):
    with pytest.raises(ValueError) as raised:
        known(hint)
    assert said in str(raised.value)


def test_a_text_is_english():
    assert texts_of("A text.", "it") == {"en": "A text."}
    assert texts_of("", "it") == {"en": ""}  # a hint that is not written yet


def test_a_docstring_has_a_sentence_for_each_language():
    assert sentences_of(DOCSTRING, "test_f") == {"en": "uses the biased variance", "zh": "使用有偏方差"}
    assert sentence_in(DOCSTRING, "zh", "test_f") == "使用有偏方差"
    assert (
        sentence_in(DOCSTRING, "en", "test_f") == sentence_in(DOCSTRING, "de", "test_f") == "uses the biased variance"
    )
    assert sentence_in("only English", "zh", "test_f") == "only English"


def test_other_lines_of_a_docstring_are_no_translations():
    docstring = "adds: the sum\n\n    Note: by hand.\n    See torch.zh: nothing.\n        dy: the gradient\n    "
    assert sentences_of(docstring, "test_f") == {"en": "adds: the sum"}


@pytest.mark.parametrize(
    ("docstring", "said"),
    [
        ("uses it\n\nfr: utilise", "test_f: unknown language 'fr'; known: en, zh"),
        ("uses it\n\nzh:", "test_f: the text in 'zh' is empty"),
        ("uses it\n\nzh: 使用\nzh: 用", "test_f: more than one line begins with zh:"),
        ("uses it\n\nen: uses", "test_f: the docstring's first line is English"),
        ("zh: 使用", "test_f: no sentence in English"),
        ("", "test_f: no sentence in English"),
        (None, "test_f: no sentence in English"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_docstring_is_said(docstring, said):
    with pytest.raises(ValueError) as raised:
        sentences_of(docstring, "test_f")
    assert said in str(raised.value)


def test_a_check_with_a_wrong_translation_is_refused():
    def test_f(student):
        """uses it

        fr: utilise
        """

    with pytest.raises(ValueError, match="test_f: unknown language 'fr'"):
        check(points=1)(test_f)
