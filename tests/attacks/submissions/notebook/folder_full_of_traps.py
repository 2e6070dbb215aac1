"""Puts start-up and configuration files, a pipe and a link beside its notebook, to be run or read by the grader."""

import os

SCALE = "honest"
EXPECTED = 10


def folder(path):
    for name in (
        "sitecustomize.py",
        "torch.py",
        "conftest.py",
        "pytest.ini",
        "nbgrader_config.py",
        "jupyter_config.py",
        "timestamp.txt",
    ):
        (path / name).write_text("import os; os.system('touch /tmp/left-by-attack-traps')\n")
    (path / "timestamp.txt").write_text("9999-99-99; drop table grade")
    os.mkfifo(path / "pipe.ipynb")
    (path / "link").symlink_to("/")
