"""Everything that students are told at home is one of the sentences of the catalogues."""

import re
from pathlib import Path

from autograder import student
from autograder.student import messages


def test_every_sentence_is_said_and_none_is_missing():
    source = "".join(path.read_text() for path in Path(student.__path__[0]).glob("*.py") if path.stem != "messages")
    said = {key for key in messages.SENTENCES if f'"{key}"' in source or f"'{key}'" in source}
    assert said == set(messages.SENTENCES)
    assert set(re.findall(r'\bsay\("([^"]+)"', source)) <= said


def test_a_sentence_is_told_in_its_language():
    assert messages.sentence("zh", "no return", name="f") == "f 返回了 None：缺少 return"
    assert messages.sentence("en", "no return", name="f") == "f returns None: a `return` is missing"
