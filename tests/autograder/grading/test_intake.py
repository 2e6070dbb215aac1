"""Which notebook of a hand-in is graded: never one in which nothing is written before one in which something is."""

import copy
import json
import shutil
from zoneinfo import ZoneInfo

import pytest

from autograder.course import recognition, release
from autograder.errors import AutograderError
from autograder.grading.intake import HandedIn, prepare

OTHER = "def scale(x, a):\n    return torch.full_like(x, a) * x\n"
STUB = ""


@pytest.fixture
def hand_in(classroom):
    """Puts notebooks of one student side by side, by name, and gives what is graded: its cells' texts and remarks."""

    def of(**notebooks):
        shutil.rmtree(classroom.root / "submitted", ignore_errors=True)
        for name, notebook in notebooks.items():
            data = notebook if isinstance(notebook, bytes) else None
            folder = classroom.hand_in("ada", notebook, data, name=name)
        made = prepare(HandedIn("ada", "ps1", folder), release.load(classroom.root, "ps1"), 1 << 24, ZoneInfo("UTC"))
        return [cell.source for cell in made.submission.cells], made.submission.repairs

    return of


def stripped(notebook):
    """A notebook after a service that keeps no metadata."""
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["metadata"] = {}
    made["metadata"] = {}
    return made


def renamed(notebook, old="scale", new="shift"):
    """The notebook of another problem set, with exercises of other names."""
    text = json.dumps(notebook).replace(f'"{old}', f'"{new}').replace(f"def {old}(", f"def {new}(")
    return json.loads(text.replace(f"{old}(", f"{new}(").replace("Counter", "Adder"))


@pytest.mark.parametrize("name", ["ps1-Copy1.ipynb", "ps1 (1).ipynb", "a.ipynb", "PS1.ipynb", "zz.ipynb"])
@pytest.mark.parametrize("change", [copy.deepcopy, stripped], ids=["marked", "stripped"])
def test_a_release_as_given_out_never_goes_before_written_work(classroom, hand_in, name, change):
    untouched, written = classroom.release.notebook, change(classroom.notebook())
    cells, remarks = hand_in(**{"ps1.ipynb": untouched, name: written})
    assert any("x / (1 / a)" in text for text in cells)
    assert any(name in remark and "ps1.ipynb" in remark for remark in remarks)
    cells, remarks = hand_in(**{"ps1.ipynb": written, name: untouched})
    assert any("x / (1 / a)" in text for text in cells)
    assert not any(name in remark for remark in remarks)


def test_the_one_that_holds_all_of_the_other_and_more_is_taken(classroom, hand_in):
    half, whole = classroom.notebook(counter=STUB), classroom.notebook()
    for notebooks in ({"ps1.ipynb": half, "copy.ipynb": whole}, {"ps1.ipynb": whole, "copy.ipynb": half}):
        cells, _ = hand_in(**notebooks)
        assert any("x / (1 / a)" in text for text in cells) and any("x + self.calls" in text for text in cells)


def test_the_right_name_decides_between_drafts_of_the_same_questions_and_the_other_is_named(classroom, hand_in):
    cells, remarks = hand_in(**{"ps1.ipynb": classroom.notebook(scale=OTHER), "draft.ipynb": classroom.notebook()})
    assert OTHER.strip() in [text.strip() for text in cells]
    assert remarks == ["Beside ps1.ipynb there is draft.ipynb, which is not graded."]


@pytest.mark.parametrize(
    "names", [("ps1.ipynb", "draft.ipynb"), ("a.ipynb", "b.ipynb"), ("ps1 (1).ipynb", "ps1 (2).ipynb")]
)
def test_where_doubt_is_left_both_are_named_and_neither_is_taken(classroom, hand_in, names):
    one, other = classroom.notebook(counter=STUB), classroom.notebook(scale=STUB)
    with pytest.raises(AutograderError) as error:
        hand_in(**dict(zip(names, (one, other), strict=True)))
    assert all(name in str(error.value) for name in names)


def test_two_drafts_of_which_neither_has_the_right_name_are_in_doubt(classroom, hand_in):
    untouched = classroom.release.notebook
    drafts = {"a.ipynb": classroom.notebook(), "b.ipynb": classroom.notebook(scale=OTHER)}
    for notebooks in (drafts, {"ps1.ipynb": untouched, **drafts}):
        with pytest.raises(AutograderError, match=r"a\.ipynb, b\.ipynb"):
            hand_in(**notebooks)
    twice = {"a.ipynb": classroom.notebook(), "b.ipynb": classroom.notebook(), "ps1.ipynb": untouched}
    assert any("x / (1 / a)" in text for text in hand_in(**twice)[0])


def test_names_that_students_chose_stand_in_one_short_line(classroom, hand_in):
    one, other = classroom.notebook(counter=""), classroom.notebook(scale="")
    names = ["a\nb.ipynb", f"{'x' * 200}.ipynb", *(f"{number}.ipynb" for number in range(20))]
    with pytest.raises(AutograderError) as error:
        hand_in(**{name: (one, other)[number % 2] for number, name in enumerate(names)})
    assert "\n" not in str(error.value) and "more" in str(error.value) and len(str(error.value)) < 700


def test_what_lies_beside_and_is_no_notebook_of_the_problem_set_is_no_rival(classroom, hand_in):
    notes = {"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    beside = {"notes.ipynb": notes, "broken.ipynb": b"{", "ps2.ipynb": renamed(classroom.notebook())}
    cells, remarks = hand_in(**{"ps1.ipynb": classroom.notebook(), **beside})
    assert any("x / (1 / a)" in text for text in cells) and remarks == []


@pytest.mark.parametrize("change", [copy.deepcopy, stripped], ids=["marked", "stripped"])
def test_the_notebook_of_another_problem_set_is_named_as_that(classroom, hand_in, change):
    other = renamed(classroom.release.notebook)
    (classroom.root / "assignments/ps2").mkdir()
    (classroom.root / "assignments/ps2/ps2.ipynb").write_text(json.dumps(other))
    assert {item.name for item in recognition.others(classroom.release)[0].exercises} == {"shift", "Adder"}
    solved = change(renamed(classroom.notebook()))
    with pytest.raises(AutograderError, match="is ps2, not ps1"):
        hand_in(**{"ps1.ipynb": solved})
    cells, _ = hand_in(**{"ps1.ipynb": solved, "mine.ipynb": classroom.notebook()})
    assert any("x / (1 / a)" in text for text in cells)


def test_a_notebook_of_no_problem_set_is_named_as_that(hand_in):
    notes = {"cells": [{"cell_type": "code", "metadata": {}, "source": "x = 1", "outputs": []}], "nbformat": 4}
    with pytest.raises(AutograderError, match="holds no exercise of ps1"):
        hand_in(**{"ps1.ipynb": notes})
