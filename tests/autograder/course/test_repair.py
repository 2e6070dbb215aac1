"""Submitted notebooks are untrusted data: read whole or refused in one line, and made to fit the release."""

import json
import random

import pytest

from autograder.course import release
from autograder.course.repair import repair
from autograder.errors import AutograderError
from autograder.notebook.reading import MAX_CELLS, parse


@pytest.fixture
def ours(tiny):
    return release.load(tiny, "ps1")


def repaired(ours, notebook):
    return repair(parse(json.dumps(notebook).encode(), "ps1.ipynb"), ours)


def test_the_release_itself_needs_no_repair(ours):
    assert repaired(ours, ours.notebook).repairs == ()


def test_nothing_of_a_cell_is_kept_but_its_text(ours, classroom):
    notebook = classroom.notebook()
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "99"}}]
        cell["metadata"].get("nbgrader", {})["points"] = 99
    made = repaired(ours, notebook)
    assert made.repairs == ()
    assert {field for cell in made.cells for field in vars(cell)} == {"kind", "source", "grade_id", "attachments"}


def test_a_set_up_cell_that_was_deleted_goes_back_where_it_was(ours, classroom):
    notebook = classroom.notebook()
    del notebook["cells"][classroom.place(notebook, "setup-01")]
    assert repaired(ours, notebook).place("setup-01") == 2


def test_a_set_up_cell_that_was_moved_stays_where_it_is(ours, classroom):
    notebook = classroom.notebook()
    notebook["cells"].append(notebook["cells"].pop(classroom.place(notebook, "setup-01")))
    made = repaired(ours, notebook)
    assert made.place("setup-01") == len(made.cells) and made.repairs == ()


def test_an_empty_notebook_gets_the_graded_cells_back(ours):
    made = repaired(ours, {"cells": [], "nbformat": 4})
    assert {cell.grade_id for cell in made.cells} >= {"scale", "scale-examples", "Counter", "Counter-examples"}


def test_of_two_answers_the_last_counts_and_the_other_stays_as_work(ours, classroom):
    notebook = classroom.notebook()
    place = classroom.place(notebook, "scale")
    notebook["cells"].insert(place, {**notebook["cells"][place], "source": "first = 1"})
    made = repaired(ours, notebook)
    assert [cell.source for cell in made.cells].count("first = 1") == 1
    assert made.cells[made.place("scale") - 1].source != "first = 1"


def test_a_picture_in_prose_is_kept_and_what_is_none_is_dropped(ours):
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![x](attachment:x.png)",
        "attachments": {
            "x.png": {"image/png": "aGk=", "text/html": "<script>"},
            "y": {"image/svg+xml": "<svg/>"},
            "z": 3,
        },
    }
    made = repaired(ours, {"cells": [cell], "nbformat": 4})
    assert [cell.attachments for cell in made.cells if cell.attachments] == [{"x.png": {"image/png": "aGk="}}]


@pytest.mark.parametrize(
    ("notebook", "said"),
    [
        ([], "not a Jupyter notebook"),
        ({"cells": {}}, "not a Jupyter notebook"),
        ({"cells": [], "nbformat": 3}, "format 3, not 4"),
        ({"cells": [], "nbformat": "4" * 1000}, "not 4"),
        ({"cells": [1], "nbformat": 4}, "cell 1 is not a cell"),
        ({"cells": [{"cell_type": "magic", "source": ""}], "nbformat": 4}, "cell 1 is not a cell"),
        ({"cells": [{"cell_type": "code"}], "nbformat": 4}, "cell 1 has no text"),
        ({"cells": [{"cell_type": "code", "source": [1]}], "nbformat": 4}, "cell 1 has no text"),
        ({"cells": [{"cell_type": "code", "source": ""}] * (MAX_CELLS + 1), "nbformat": 4}, "cells, at most"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_notebook_is_refused_in_one_line(notebook, said):
    with pytest.raises(AutograderError, match=said) as error:
        parse(json.dumps(notebook).encode(), "ps1.ipynb")
    assert len(str(error.value)) < 300 and ";" in str(error.value)


def mutated(data, rng):
    """The bytes of a notebook, broken in one of many ways."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5])):
        place = rng.randrange(len(data) or 1)
        match rng.randrange(6):
            case 0:
                data[place : place + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[place : place + rng.randrange(1, 50)]
            case 2:
                data[place:place] = rng.choice(
                    [b"{", b"[", b'"', b"}", b"null", b"NaN", b"1e999", b"\\u0000", b"\\ud800"]
                )
            case 3:
                data = data[:place] or data
            case 4:
                data[place:place] = b"[" * rng.randrange(1, 3000)
            case 5:
                piece = data[place : place + rng.randrange(1, 200)]
                data[place:place] = piece
    return bytes(data)


def test_a_broken_notebook_is_cells_or_one_clear_line(ours, classroom):
    rng = random.Random(1)
    whole = json.dumps(classroom.notebook()).encode()
    refused = 0
    for _ in range(2000):
        try:
            repair(parse(mutated(whole, rng), "ps1.ipynb"), ours)
        except AutograderError as error:
            refused += 1
            assert "\n" not in str(error) and str(error).startswith("ps1.ipynb: ")
    assert 200 < refused < 2000


def with_line_ends(notebook, ends):
    """The notebook as a program saves it that writes other line ends."""
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = source.replace("\n", ends)
    return notebook


@pytest.mark.parametrize("ends", ["\r\n", "\r", "  \n", "\t\r\n"])
def test_what_editors_change_in_a_cell_is_no_change(ours, classroom, ends):
    made = repaired(ours, with_line_ends(classroom.notebook(), ends))
    assert made.repairs == ()
    assert not any("\r" in cell.source for cell in made.cells)


def stub_of(notebook, classroom, name="scale"):
    return notebook["cells"][classroom.place(notebook, name)]


@pytest.mark.parametrize("mark", ["same id", "no id"])
@pytest.mark.parametrize("place", ["above", "below the examples"])
def test_an_answer_counts_wherever_the_untouched_stub_stands(ours, classroom, mark, place):
    notebook = classroom.notebook(scale="")
    stub = stub_of(notebook, classroom)
    answer = {
        **stub,
        "source": "def scale(x, a):\n    return x * a",
        "metadata": {} if mark == "no id" else stub["metadata"],
    }
    where = classroom.place(notebook, "scale" if place == "above" else "scale-examples")
    notebook["cells"].insert(where + (place != "above"), answer)
    made = repaired(ours, notebook)
    sources = [cell.source for cell in made.cells]
    assert answer["source"] in sources and ours.cells["scale"].source not in sources
    assert len(made.repairs) == 1 and "unchanged" in made.repairs[0]


def test_a_stub_without_its_id_below_the_answer_is_left_out(ours, classroom):
    notebook = classroom.notebook()
    notebook["cells"].insert(
        classroom.place(notebook, "scale-examples"),
        {"cell_type": "code", "metadata": {}, "source": ours.cells["scale"].source + "\n", "outputs": []},
    )
    made = repaired(ours, notebook)
    assert not any("raise NotImplementedError" in cell.source for cell in made.cells)
    assert made.place("scale") < made.place("scale-examples")


def test_a_stub_stays_where_nothing_is_written_or_where_it_does_no_harm(ours, classroom):
    notebook = classroom.notebook(scale="")
    assert repaired(ours, notebook).repairs == ()
    helper = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "source": "def scaled(x):\n    return x\nscale_by = 2",
    }
    notebook["cells"].insert(0, helper)
    assert repaired(ours, notebook).repairs == ()
    answer = {**helper, "source": "scale = lambda x, a: x / (1 / a)"}
    notebook["cells"].insert(classroom.place(notebook, "scale-examples"), answer)
    assert repaired(ours, notebook).repairs == ()
