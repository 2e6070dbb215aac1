"""At home the files that came with a notebook lie where its cells run, and nothing else does."""

import json
import shutil

import pytest

from autograder.student.released_notebook import read
from autograder.student.report import examine


@pytest.fixture
def at_home(tables, tmp_path):
    """The folder that a student has, with the notebook solved."""
    folder = shutil.copytree(tables / "assignments/ps1", tmp_path / "home")
    path = folder / "ps1.ipynb"
    made = json.loads(path.read_text())
    for cell in made["cells"]:
        exercise = cell["metadata"].get("autograder", {}).get("exercise")
        if exercise == "total":
            cell["source"] = (
                "def total(basket, prices=PRICES):\n    return shop.rounded(sum(prices[n] * k for n, k in basket.items()))"
            )
        if exercise == "cheapest":
            cell["source"] = "def cheapest(prices):\n    return min(sorted(prices), key=prices.get)"
    path.write_text(json.dumps(made))
    return folder


def change(folder, edit):
    path = folder / "ps1.ipynb"
    made = json.loads(path.read_text())
    edit(made)
    path.write_text(json.dumps(made))


def test_they_are_found_and_the_helper_may_call_what_it_likes(at_home):
    found = examine(read(at_home / "ps1.ipynb"))
    assert found.done and found.remarks == [], found


def test_what_is_missing_or_changed_is_said(at_home):
    (at_home / "deep/notes.txt").unlink()
    (at_home / "shop.py").write_text((at_home / "shop.py").read_text() + "\n")
    found = examine(read(at_home / "ps1.ipynb"))
    assert [remark.split(":")[0] for remark in found.remarks] == [
        "deep/notes.txt came with the notebook and is not beside it",
        "shop.py is not as it was given out; grading uses the course's own",
    ]


def test_other_files_are_not_there_nor_can_the_files_be_written(at_home):
    (at_home / "own.csv").write_text("")
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "id": "own"}
    # Python may keep the compiled shop.py beside it.
    tries = "import os\nassert set(os.listdir()) - {'__pycache__'} == {'.ipython', 'deep', 'prices.csv', 'shop.py'} or 1 / 0"
    change(at_home, lambda made: made["cells"].append(cell | {"source": tries}))
    found = examine(read(at_home / "ps1.ipynb"))
    assert found.cells == [], found.cells


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "deep/../../secret.txt", "link.txt", "a.ipynb"])
def test_a_name_that_leads_elsewhere_is_not_followed(at_home, name):
    (at_home.parent / "secret.txt").write_text("secret")
    (at_home / "link.txt").symlink_to(at_home.parent / "secret.txt")
    change(at_home, lambda made: made["metadata"]["autograder"]["handouts"].update({name: "0" * 64}))
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "id": "own"}
    search = "import os\nassert not [n for p, _, f in os.walk('.') for n in f if n in ('secret.txt', 'hostname', 'link.txt')]"
    change(at_home, lambda made: made["cells"].append(cell | {"source": search}))
    found = examine(read(at_home / "ps1.ipynb"))
    assert found.cells == [] and (at_home.parent / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize("handouts", [None, 3, "shop.py", ["shop.py"], {"shop.py": 3}, {"x" * 5000: "y"}])
def test_metadata_of_any_kind_is_read(at_home, handouts):
    change(at_home, lambda made: made["metadata"]["autograder"].update(handouts=handouts))
    assert examine(read(at_home / "ps1.ipynb")).problem_set == "ps1"
