"""What ended a student's code is sorted by its kind, whatever the language of the course's sentences is."""

import pytest

from autograder.insight.report import gather
from autograder.insight.troubles import troubles
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict
from autograder.release.build import build

EXITS = "def scale(x, a):\n    import os\n    os._exit(3)"
HOARDS = "class Counter:\n    def __init__(self):\n        self.calls = bytearray(1 << 40)"
LOOPS = "while True:\n    pass"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_kind_in_each_language(classroom, language):
    settings = classroom.root / "course.yml"
    text = settings.read_text().replace("cell_seconds: 4", "cell_seconds: 0.5")
    settings.write_text(f"{text}language: {language}\n")
    build(classroom.root)
    classroom.hand_in("ada", classroom.with_cell(LOOPS, scale=EXITS, counter=HOARDS))
    classroom.hand_in("ben", classroom.notebook())
    for fresh in (True, False):
        found = classroom.grade(jobs=1, fresh=fresh)
        assert not found.problems
        kinds = [item.kind for item in gather(classroom.root, "ps1").incidents]
        assert kinds == ["out of time", "ended the program", "ended the program", "out of memory"]
        (classroom.root / "verdicts/ps1/ada.json").unlink()  # written again from the cache
    assert ("stopped after" in "".join(found.of["ada"].incidents)) == (language == "en")


def test_words_of_students_are_of_no_kind():
    check = CheckVerdict(
        "test_it", "does it", False, 0, 1, "your code raised ValueError: your code was stopped after 3 s"
    )
    exercise = ExerciseVerdict("f", "graded", 0, 1, [check])
    assert troubles(Verdict("ps1", 0, 1, [exercise], [], ["Cell 3 was not found."], "ann")) == [
        ("other", "Cell 3 was not found.")
    ]
