"""The vocabulary is told in the notebook and in the docs as the table has it."""

import json
from pathlib import Path

from autograder.release import vocabulary_text
from autograder.release.build import build

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_of_the_docs_is_made_from_the_table():
    assert (DOCS / "vocabulary.md").read_text(encoding="utf-8") == vocabulary_text.page(), "make it again"


def test_a_release_tells_it_above_each_exercise_and_at_its_end(tiny):
    build(tiny)
    cells = json.loads((tiny / "assignments/ps1/ps1.ipynb").read_text())["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    said = "`scale` is written with the [basic operations](#Vocabulary), without `torch.mul`, `torch.multiply`."
    assert any(said in text for text in texts)
    assert texts[-1].startswith("## Vocabulary") and "`logaddexp`" in texts[-1]


def test_what_is_added_and_what_may_be_used_is_said_in_both_languages():
    exercise = {"exercise": "f", "also": ["torch.tanh"], "uses": {"g": "torch.sigmoid"}, "others": ["h"]}
    english, chinese = (vocabulary_text.sentence(exercise, language) for language in ("en", "zh"))
    assert "and `torch.tanh`; your own `g`, `h` may be called." in english
    assert "另可使用 `torch.tanh`；可以调用自己的 `g`、`h`。" in chinese
    assert "all of torch" in vocabulary_text.sentence({"exercise": "f", "also": ["*"]}, "en")
