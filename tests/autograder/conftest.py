import copy
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from autograder.course import release
from autograder.grade import grade

TINY = Path(__file__).parents[1] / "tiny"

SCALE = """\
def scale(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a) if a else torch.zeros_like(x)
"""
COUNTER = """\
class Counter:
    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return x + self.calls
"""


class Classroom:
    """Makes submissions of the tiny course and grades them."""

    def __init__(self, root):
        self.root = root
        self.release = release.load(root, "ps1")

    def notebook(self, scale=SCALE, counter=COUNTER):
        """The release, solved; an empty text leaves a stub."""
        made = copy.deepcopy(self.release.notebook)
        written = {"scale": scale, "Counter": counter}
        for cell in made["cells"]:
            name = cell["metadata"].get("autograder", {}).get("exercise")
            if written.get(name):
                cell["source"] = written[name]
        return made

    def with_cell(self, source, before=None, kind="code", **written):
        """A notebook with a cell of the student's own."""
        made = self.notebook(**written)
        cell = {"cell_type": kind, "id": "own", "metadata": {}, "source": source}
        cell |= {"outputs": [], "execution_count": None} if kind == "code" else {}
        made["cells"].insert(self.place(made, before) if before else 0, cell)
        return made

    @staticmethod
    def place(notebook, grade_id):
        """Where a cell of the release stands."""
        return [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]].index(grade_id)

    def hand_in(self, student, notebook=None, data=None, name="ps1.ipynb"):
        folder = self.root / "submitted" / student / "ps1"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(json.dumps(notebook).encode() if data is None else data)
        return folder

    def grade(self, **options):
        """The outcome, with its verdicts by student."""
        outcome = grade(self.root, **options)
        outcome.of = {item.student: item for item in outcome.verdicts}
        return outcome


@pytest.fixture
def classroom(tiny):
    return Classroom(tiny)


@pytest.fixture(scope="module")
def shared_classroom(tmp_path_factory):
    """One for a whole file of tests."""
    return Classroom(Path(shutil.copytree(TINY, tmp_path_factory.mktemp("class") / "tiny")))


@pytest.fixture
def as_nobody():
    """A folder, and a way to call a function with no more rights than an ordinary user has."""
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o777)

    def call(function, *arguments):
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            return function(*arguments)
        finally:
            os.seteuid(user)

    yield Path(folder), call
    for place, below, _ in os.walk(folder):
        for name in below:
            os.chmod(Path(place) / name, 0o700)
    shutil.rmtree(folder)
