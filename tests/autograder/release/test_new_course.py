"""`autograder init`: a course of its own that passes its own tests as it stands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import config
from autograder.errors import AutograderError
from autograder.grade import grade
from autograder.release import new_course
from autograder.release.build import out_of_step
from autograder.release.proofs.audit import audit


def test_a_new_course_passes_its_own_tests_and_grades_a_submission(tmp_path):
    folder = tmp_path / "vision 1"
    command = [sys.executable, "-m", "autograder.cli", "init", str(folder), "--title", 'Vision: "seeing"']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    course = config.load(folder)
    assert (course.name, course.title) == ("vision-1", 'Vision: "seeing"')
    assert out_of_step(folder) == []
    found = audit(folder, jobs=1)
    # A busy machine may be slow; what is proven does not depend on it.
    assert [item.text for item in found.findings if "the checks take" not in item.text] == []
    assert (found.exercises, found.misconceptions) == (2, 4)
    environment = {**os.environ, "PYTHONPATH": ""}
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/hidden"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert tests.returncode == 0 and "7 passed" in tests.stdout
    notebook = json.loads((folder / "assignments/ps1/ps1.ipynb").read_text())
    stub, _ = [cell for cell in notebook["cells"] if "exercise" in cell["metadata"].get("autograder", {})]
    stub["source"] = "def leaky_relu(x, negative_slope=0.01):\n    return torch.maximum(x, negative_slope * x)"
    place = folder / "submitted/ada/ps1/ps1.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(notebook))
    [verdict] = grade(folder, jobs=1).verdicts
    assert (verdict.points, verdict.max_points) == (4, 11)
    assert verdict.exercises[0].misconception == "takes_the_maximum"


def test_its_settings_are_given_and_a_wrong_one_writes_nothing(tmp_path):
    new_course.init(tmp_path / "one", "A course", language="zh", packages=["pandas"])
    course = config.load(tmp_path / "one")
    assert (course.language, course.packages) == ("zh", ("pandas",))
    for wrong, said in (
        ({"language": "xx"}, r"--language xx: unknown; .*docs/languages\.md"),
        ({"packages": ["a b"]}, r"course\.yml"),
        ({"gradebook": "mysql://x"}, r"course\.yml"),
    ):
        with pytest.raises(AutograderError, match=said):
            new_course.init(tmp_path / "two", "A course", **wrong)
        assert not (tmp_path / "two").exists()


def test_what_stands_there_is_never_written_over(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    for folder in (tmp_path / "mine", tmp_path / "mine/notes.txt"):
        with pytest.raises(AutograderError, match="already exists and is not empty"):
            new_course.init(folder, "A course")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_the_published_schema_is_that_of_the_engine_and_course_yml_names_it(root):
    published = root / "docs/course.schema.json"
    assert published.read_text() == new_course.schema_text(), "run: autograder schema course > docs/course.schema.json"
    first = (root / "course.yml").read_text().splitlines()[0]
    assert root / first.removeprefix("# yaml-language-server: $schema=") == published


def test_every_file_of_the_template_is_in_the_package():
    folder = Path(new_course.__file__).parent / "templates/course"
    assert {path.name.removesuffix(".j2") for path in folder.iterdir()} == set(new_course._FILES)
