"""A student's notebook is read whatever stands in its metadata."""

import copy
import json

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder.errors import AutograderError
from autograder.student import released_notebook


def test_the_checksum_is_nbgraders(root):
    for path in sorted(root.glob("assignments/*/*.ipynb")):
        cells = nbformat.read(path, 4).cells
        graded = [cell for cell in cells if "nbgrader" in cell.metadata]
        assert graded
        for cell in graded:
            for solution, locked in ((True, True), (True, False), (False, True), (False, False)):
                cell.metadata.nbgrader |= {"solution": solution, "locked": locked}
                assert released_notebook.checksum(
                    cell.source, cell.cell_type, cell.metadata.nbgrader
                ) == compute_checksum(cell)


def test_every_release_tells_its_language_its_limit_and_its_rules(root):
    for path in sorted(root.glob("assignments/*/*.ipynb")):
        found = released_notebook.read(path)
        assert found.problem_set == path.stem and found.language == "en" and found.cell_seconds >= 10
        assert all(item.points and item.solution and item.examples for item in found.exercises)
        assert all(item.vocabulary for item in found.exercises) and len(found.written) == 1 and not found.changed


def test_the_last_of_two_cells_of_one_name_counts_and_a_copy_of_a_locked_one_is_not_run(home):
    made = copy.deepcopy(home.finished())
    place = home.classroom.place(made, "scale-examples")
    made["cells"][place:place] = [copy.deepcopy(made["cells"][place - 1]), copy.deepcopy(made["cells"][place])]
    found = released_notebook.read(home.save(made))
    scale = found.exercises[0]
    assert (scale.solution, scale.examples) == (5, 7)
    assert [cell.number for cell in found.cells] == [2, 4, 5, 7, 8, 9, 10][: len(found.cells)]


VALUES = [None, 3, "x", [], {"a": {}}, [[]], {"grade_id": []}, {"exercise": {}}, 1e400]
CELL_KEYS = [
    ("nbgrader",),
    ("autograder",),
    *(("nbgrader", key) for key in ("grade_id", "points", "locked", "grade", "checksum")),
    *(("autograder", key) for key in ("exercise", "examples", "also", "without", "uses", "others")),
]


@pytest.mark.parametrize("keys", CELL_KEYS)
def test_metadata_of_any_kind_raises_nothing_but_the_one_error(home, keys):
    for value in VALUES:
        made = copy.deepcopy(home.finished())
        made["metadata"] = {"autograder": {"language": value, "cell_seconds": value, "problem_set": value}}
        for cell in made["cells"]:
            holder = cell["metadata"]
            for key in keys[:-1]:
                holder = holder.setdefault(key, {})
            holder[keys[-1]] = value
        try:
            assert released_notebook.read(home.save(made)).language == "en"
        except AutograderError as error:
            assert "\n" not in str(error)


def stripped(notebook):
    """A notebook after a service that keeps no metadata."""
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["metadata"] = {}
    made["metadata"] = {}
    return made


def own(source):
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source}


def test_cells_that_lost_their_metadata_are_known_by_their_text(home, tmp_path):
    found = released_notebook.read(home.save(stripped(home.finished())))
    assert [(item.name, item.solution, item.examples) for item in found.exercises] == [
        ("scale", 4, 5),
        ("Counter", 6, 7),
    ]
    assert not found.known and all(item.vocabulary.everything for item in found.exercises)
    # with the notebook as it was given out beside it, points and rules are known too
    (tmp_path / "given.ipynb").write_text(json.dumps(home.classroom.release.notebook))
    (tmp_path / "unfit.ipynb").write_text("{")
    found, marked = released_notebook.read(home.path), released_notebook.read(home.save(home.finished()))
    assert found.known and found.exercises == marked.exercises and found.cells == marked.cells


def test_what_is_left_of_the_metadata_is_kept_and_the_language_is_seen(home):
    made = home.finished()
    for cell in made["cells"]:
        cell["metadata"].pop("autograder", None)
    made["metadata"] = {}
    found = released_notebook.read(home.save(made))
    assert [item.points for item in found.exercises] == [7, 3] and found.language == "en"
    made["cells"][0]["source"] = "# 两个练习"
    assert released_notebook.read(home.save(made)).language == "zh"


def test_a_helper_and_a_variable_are_no_exercises_in_a_notebook_without_marks(home):
    made = stripped(home.finished())
    made["cells"].insert(3, own("factor = 2\ndef helper(x):\n    return x"))
    found = released_notebook.read(home.save(made))
    assert [(item.name, item.solution) for item in found.exercises] == [("scale", 5), ("Counter", 7)]


def test_without_marks_an_unwritten_exercise_is_found_and_a_stub_below_its_answer_is_not_run(home):
    made = stripped(home.classroom.release.notebook)
    found = released_notebook.read(home.save(made))
    assert [(item.name, item.solution) for item in found.exercises] == [("scale", 4), ("Counter", 6)]
    made["cells"].insert(3, own("def scale(x, a):\n    return x / (1 / a)"))
    found = released_notebook.read(home.save(made))
    assert found.exercises[0].solution == 4 and 5 not in [cell.number for cell in found.cells]


@pytest.mark.parametrize("marked", [True, False])
def test_the_written_one_of_two_counts_where_the_stub_is_below(home, marked):
    made = home.finished(scale="")
    place = home.classroom.place(made, "scale")
    answer = own("def scale(x, a):\n    return x / (1 / a)")
    answer["metadata"] = copy.deepcopy(made["cells"][place]["metadata"]) if marked else {}
    made["cells"].insert(place, answer)
    found = released_notebook.read(home.save(made))
    assert found.exercises[0].solution == place + 1
    assert place + 2 not in [cell.number for cell in found.cells]


def test_an_answer_below_the_examples_is_run_before_them(home):
    made = home.finished(scale="")
    place = home.classroom.place(made, "scale-examples")
    made["cells"].insert(place + 1, own("def scale(x, a):\n    return x / (1 / a)"))
    found = released_notebook.read(home.save(made))
    assert found.exercises[0].solution == place + 2 and found.cells[-1].number == place + 1


@pytest.mark.parametrize("ends", ["\r\n", "\r", " \n"])
def test_other_line_ends_change_no_locked_cell(home, ends):
    made = home.finished()
    for cell in made["cells"]:
        cell["source"] = cell["source"].replace("\n", ends)
    assert released_notebook.read(home.save(made)).changed == ()
