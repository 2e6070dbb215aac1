"""A student's notebook is read whatever stands in its metadata."""

import copy

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
