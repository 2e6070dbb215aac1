"""Students are spoken to in both languages, with the same values in each sentence."""

import re
from pathlib import Path

from autograder import student
from autograder.student import messages


def test_every_sentence_holds_the_same_values_in_both_languages():
    for key in messages.SENTENCES:
        both = messages.SENTENCES[key]
        assert len(both) == len(messages.LANGUAGES) and all(both)
        assert len({frozenset(re.findall(r"\{\w+\}", text)) for text in both}) == 1, key


def test_every_sentence_is_said_and_none_is_missing():
    source = "".join(path.read_text() for path in Path(student.__path__[0]).glob("*.py") if path.stem != "messages")
    said = {key for key in messages.SENTENCES if f'"{key}"' in source or f"'{key}'" in source}
    assert said == set(messages.SENTENCES)
    assert set(re.findall(r'\bsay\("([^"]+)"', source)) <= said
