"""A new student, with nothing but the release, writes the solutions in JupyterLab, runs all, saves, hands in: full marks."""

import json
import shutil

import pytest

from autograder.course import nbgrader
from autograder.grade import grade
from autograder.release import build
from autograder.release.proofs import made

IDLE = "document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'"
SAVED = "!document.querySelector('.jp-mod-dirty')"


@pytest.fixture
def course(root, tmp_path):
    """A copy of the repository's course, without what students handed in."""
    copy = tmp_path / "course"
    copy.mkdir()
    for name in ("course.yml", "solutions", "tests/hidden", "assignments"):
        shutil.copytree(root / name, copy / name) if (root / name).is_dir() else shutil.copy(root / name, copy / name)
    return copy


@pytest.mark.parametrize(("problem_set", "language"), [("ps2", "zh"), ("ps4", "zh")])
def test_a_new_student_earns_all_points(course, serve, watch, tmp_path, screenshots, paste, problem_set, language):
    build.build(course, [problem_set], language=language)
    solutions = made.solutions(course, problem_set)
    folder = tmp_path / "student"
    shutil.copytree(course / nbgrader.RELEASE / problem_set, folder)
    notebook = folder / f"{problem_set}.ipynb"
    address = serve(folder)
    watched = watch(address, viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    page = watched.page

    page.goto(f"{address}/lab/tree/{problem_set}.ipynb")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.wait_for_function("document.querySelector('.jp-NotebookPanel-toolbar')?.innerText.includes('Python 3')")
    cells = json.loads(notebook.read_text())["cells"]
    for place, cell in enumerate(cells):
        if name := cell["metadata"].get("autograder", {}).get("exercise"):
            paste(page, page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}']"), solutions[name])
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(IDLE)
    page.keyboard.press("Control+S")
    page.wait_for_function(SAVED)
    page.set_viewport_size({"width": 1280, "height": 12_000})
    page.wait_for_timeout(1000)
    page.screenshot(path=screenshots / f"{problem_set}-{language}.png")

    saved = json.loads(notebook.read_text())["cells"]
    assert all(cell["execution_count"] for cell in saved if cell["cell_type"] == "code")
    shown = [output for cell in saved for output in cell.get("outputs", [])]
    assert [output for output in shown if output["output_type"] == "error" or output.get("name") == "stderr"] == []
    assert watched.acts == []
    handed_in = course / nbgrader.SUBMITTED / "new" / problem_set
    shutil.copytree(folder, handed_in, ignore=shutil.ignore_patterns(".*"))
    outcome = grade(course, [problem_set], jobs=1)
    assert outcome.problems == []
    [verdict] = outcome.verdicts
    assert (verdict.points, verdict.repairs) == (verdict.max_points, [])
