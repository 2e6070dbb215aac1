"""Students who hand in the whole folder hand in the course's files as well: these are no submissions, and no fault."""

import shutil

from autograder.lms.collect import collect


def test_files_that_came_with_the_notebook_are_not_refused(tables, tmp_path):
    folder = tmp_path / "download/ada/ps1"
    shutil.copytree(tables / "assignments/ps1", folder)
    (folder / "prices.csv").write_text("changed")
    (folder / "own.csv").write_text("")
    report = collect(tables, tmp_path / "download", "ps1")
    outcomes = {item.file.split("ps1/", 1)[1]: item.outcome for item in report.items}
    assert {outcomes[name] for name in ("prices.csv", "shop.py", "deep/notes.txt")} == {"ignored"}
    assert outcomes["own.csv"] == "refused" and outcomes["ps1.ipynb"] not in ("refused", "ignored")
