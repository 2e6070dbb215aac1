"""What stands in solutions/<ps>/files/ is handed out within bounds, and staff's own code finds it there."""

import os
import sys
from pathlib import Path

import pytest

from autograder.course import handouts
from autograder.errors import AutograderError
from autograder.notebook import handout_names


@pytest.fixture
def folder(tables):
    return handouts.folder_of(tables, "ps1")


def names(root):
    return [item.name for item in handouts.of(root, "ps1")]


def test_all_files_are_listed_but_hidden_ones(tables, folder):
    (folder / ".DS_Store").write_text("")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/shop.cpython-311.pyc").write_text("")
    assert names(tables) == ["deep/notes.txt", "prices.csv", "shop.py"]
    assert handouts.of(tables, "ps9") == ()


def large(path, size):
    with path.open("wb") as file:
        file.truncate(size)


def many(folder):
    for number in range(handout_names.MAX_FILES):
        (folder / f"{number}.txt").write_text("")


def huge_together(folder):
    for number in range(3):
        large(folder / f"{number}.bin", handout_names.MAX_FILE)


WRONG = {
    "a link to a file": (lambda f: (f / "x.csv").symlink_to("/etc/hostname"), "symbolic link"),
    "a link to a file of its own": (lambda f: (f / "x.csv").symlink_to(f / "prices.csv"), "symbolic link"),
    "a link to a folder": (lambda f: (f / "x").symlink_to("/etc"), "symbolic link"),
    "a link that leads nowhere": (lambda f: (f / "x").symlink_to("/nowhere"), "symbolic link"),
    "a pipe": (lambda f: os.mkfifo(f / "x"), "not a regular file"),
    "a notebook": (lambda f: (f / "extra.ipynb").write_text("{}"), "is a notebook"),
    "a name of Windows' own": (lambda f: (f / "aux.csv").write_text(""), "Windows"),
    "a colon": (lambda f: (f / "a:b.csv").write_text(""), "Windows"),
    "a backslash": (lambda f: (f / "a\\b.csv").write_text(""), "Windows"),
    "a line break": (lambda f: (f / "a\nb.csv").write_text(""), "Windows"),
    "what nbgrader leaves out": (lambda f: (f / "feedback").mkdir(), "nbgrader"),
    "nbgrader's own": (lambda f: (f / "timestamp.txt").write_text(""), "nbgrader"),
    "twins but for case": (lambda f: (f / "Prices.csv").write_text(""), "rename one"),
    "a module of Python": (lambda f: (f / "random.py").write_text(""), "random is also the name of a Python module"),
    "a library": (lambda f: (f / "torch.py").write_text(""), "torch is also the name of a Python module"),
    "a library as a folder": (
        lambda f: ((f / "numpy").mkdir(), (f / "numpy/x.py").write_text("")),
        "numpy is also the name of a Python module",
    ),
    "too large a file": (lambda f: large(f / "x.bin", handout_names.MAX_FILE + 1), "at most 20 MB"),
    "too much": (huge_together, "60 MB in total; at most 50 MB"),
    "too many": (many, "at most 200"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_cannot_be_handed_out_is_said_in_a_line(tables, folder, kind):
    make, says = WRONG[kind]
    make(folder)
    with pytest.raises(AutograderError, match=says) as told:
        handouts.of(tables, "ps1")
    assert "solutions/ps1/files" in str(told.value) and len(str(told.value).splitlines()) == 1


def test_the_folder_itself_is_no_link_and_no_file(tables, folder, tmp_path):
    moved = folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(moved)
    with pytest.raises(AutograderError, match="is not a folder"):
        handouts.of(tables, "ps1")
    folder.unlink()
    folder.write_text("")
    with pytest.raises(AutograderError, match="is not a folder"):
        handouts.of(tables, "ps1")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "", ".", "a//b", "x\\..\\y", "C:x", "a/.git/x"])
def test_a_name_that_leads_elsewhere_is_none(name):
    assert handout_names.fault(name)


def test_a_file_that_became_a_link_is_not_read(tables, folder):
    found = handouts.of(tables, "ps1")
    (folder / "shop.py").unlink()
    (folder / "shop.py").symlink_to("/etc/hostname")
    with pytest.raises(AutograderError, match="cannot be read"):
        handouts.digests(found)


def test_each_problem_set_imports_its_own_helper(tables, folder):
    other = handouts.folder_of(tables, "ps3")
    other.mkdir(parents=True)
    (other / "shop.py").write_text("CENTS = 1000\n")
    before = Path.cwd(), list(sys.path)
    with handouts.beside(tables, "ps1"):
        import shop

        first = shop
        assert shop.CENTS == 100 and shop.read(Path("prices.csv").read_text().splitlines())["tea"] == 3.5
    with handouts.beside(tables, "ps3"):
        import shop

        assert shop.CENTS == 1000 and not Path("prices.csv").exists()
    with handouts.beside(tables, "ps1"), handouts.beside(tables, "ps1"):
        import shop

        assert shop is first
        Path("prices.csv").unlink()
        Path("prices.csv").write_text("changed")
    assert "shop" not in sys.modules and before == (Path.cwd(), sys.path)
    assert "tea" in (folder / "prices.csv").read_text()


def test_a_problem_set_with_files_has_a_jail_of_its_own(tables):
    assert handouts.sharing(tables, ["ps4", "ps1", "ps3"]) == [["ps4", "ps3"], ["ps1"]]
    assert [item.name for item in handouts.for_jail(tables, ["ps1"])] == names(tables)
    assert handouts.for_jail(tables, ["ps4", "ps3"]) == ()
    with pytest.raises(AutograderError, match="jails of its own"):
        handouts.for_jail(tables, ["ps1", "ps2"])
