"""A line that wants a shell, an installation or a magic that is not there costs nothing but itself, here and at home."""

import pytest

LINES = {
    "!ls": "!ls",
    "!!ls": "!ls",
    "!pip install -q x": "!pip install -q x",
    "%pip install -q x": "%pip install -q x",
    "%conda install x": "%conda install x",
    "%sx ls": "%sx ls",
    "%system ls": "%system ls",
    "%ls": "!ls",
    "%cat notes.txt": "!cat",
    "files = !ls\nassert not list(files)": "!ls",
    "files = %sx ls\nassert not files": "%sx ls",
    "for name in ['a']:\n    !ls {name}": "!ls {name}",
    "%cd /content/drive/MyDrive": "%cd /content",
    "%load_ext tensorboard": "%load_ext tensorboard",
    "%tensorboard --logdir runs": "%tensorboard --logdir runs",
    "%run absent.py": "%run absent.py",
    "%load absent.py": "%load absent.py",
    "%matplotlib notebook": "",
    "get_ipython().system('ls')": "!ls",
    "!ls \\\n   -l": "!ls",
}
CELLS = {
    "%%bash\nls -l": "%%bash",
    "%%sh\nls": "%%sh",
    "%%!\nls": "%%!",
    "%%script bash\nls": "%%script bash",
    "%%nosuch\nx = 1": "%%nosuch",
    "!ls": "!ls",
    "pip install x": "%pip install x",
    "%%writefile helpers.py\nx = 1": "",
}


@pytest.fixture(scope="module")
def notebook(shared_classroom):
    """One with all of them: each line in the answer's cell, each cell as one of the student's own."""
    made = shared_classroom.with_cell("")
    own = made["cells"].pop(0)
    answer = shared_classroom.place(made, "scale")
    made["cells"][answer]["source"] = "\n".join([*LINES, made["cells"][answer]["source"]])
    made["cells"][0:0] = [own | {"source": source, "id": f"own{number}"} for number, source in enumerate(CELLS)]
    return made


def left_out(text, cells):
    return [line for line in cells.values() if f"left out: {line}" not in text]


def test_when_it_is_graded_the_cell_goes_on(shared_classroom, notebook):
    shared_classroom.hand_in("ada", notebook)
    [verdict] = shared_classroom.grade(students=["ada"]).verdicts
    scale = next(exercise for exercise in verdict.exercises if exercise.name == "scale")
    assert scale.points == scale.max_points and not verdict.incidents
    page = (shared_classroom.root / "autograded/ada/ps1/ps1.ipynb").read_text()
    assert not left_out(page, LINES | CELLS)
    assert '"output_type": "error"' not in page


def test_at_home_the_same_is_said(home, notebook):
    from autograder.student.child import Task
    from autograder.student.running import run

    tasks = [
        Task(number, cell["source"]) for number, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "code"
    ]
    ran = run(tasks, 20)
    answer = next(one for one in ran.values() if "left out: !pip install -q x" in one.output)
    assert answer.ended == "ok" and not left_out(answer.output, LINES)
    assert not left_out("".join(one.output for one in ran.values()), CELLS)
    report, exercises = home.check(notebook)
    assert exercises["scale"].status == "passes" and not report.cells


@pytest.mark.parametrize("line", ["%time 1 / 0", "%timeit -n 1 -r 1 1 / 0", "%%capture\n1 / 0"])
def test_what_a_magic_runs_may_still_fail(shared_classroom, line):
    shared_classroom.hand_in("bob", shared_classroom.with_cell(line))
    shared_classroom.grade(students=["bob"])
    assert "ZeroDivisionError" in (shared_classroom.root / "autograded/bob/ps1/ps1.ipynb").read_text()
