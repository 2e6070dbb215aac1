"""A student at home: the release of the tiny course, changed as students change it."""

import json
import subprocess
import sys

import pytest

from autograder.student.released_notebook import read
from autograder.student.report import examine


class Home:
    def __init__(self, classroom, folder):
        self.classroom, self.path = classroom, folder / "ps1.ipynb"

    def save(self, notebook):
        self.path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8")
        return self.path

    def check(self, notebook, **options):
        """The report, with its exercises by name."""
        report = examine(read(self.save(notebook)), **options)
        return report, {item.name: item for item in report.exercises}

    def autograder(self, *arguments):
        command = [sys.executable, "-m", "autograder.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, encoding="utf-8")

    def finished(self, **written):
        made = self.classroom.notebook(**written)
        for cell in made["cells"]:
            if cell["metadata"]["nbgrader"]["grade_id"] == "ps1-written":
                cell["source"] = "Because it is so."
        return made


@pytest.fixture
def home(shared_classroom, tmp_path):
    return Home(shared_classroom, tmp_path)
