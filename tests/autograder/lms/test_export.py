"""Scores go out as Canvas, Moodle, spreadsheets and students take them; feedback goes back where it came from."""

import csv
import json
import subprocess
import sys
import zipfile

import pytest
from nbgrader.api import Gradebook

from autograder.errors import AutograderError
from autograder.lms.export import export
from autograder.lms.feedback_zip import pack
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict
from autograder.release.build import build
from autograder.results import folders

EVIL = '=HYPERLINK("http://x","y")'
ROSTER = f"""\
id,first_name,last_name,email,lms_id,sis_user_id,sis_login_id,section
ada,Ada,Lovelace,ada@example.org,12345,S1,al1,Monday
alan,Alan,"{EVIL.replace('"', '""')}",+alan@example.org,12346,S2,al2,Monday
new,New,Comer,new@example.org,12347,S3,nc1,Monday
"""


def verdict(student):
    checks = [
        CheckVerdict("test_secret_name", "scales by a", True, 4, 4, "a reason of a passed check"),
        CheckVerdict("test_other_name", "leaves x alone", False, 0, 3, "the result differs"),
    ]
    exercise = ExerciseVerdict("scale", "graded", 4, 7, checks, "", "Do not divide.", "divides_secretly")
    return Verdict("ps1", 4, 7, [exercise], ["A cell was put back."], [], student)


@pytest.fixture(scope="module")
def made(tmp_path_factory, shared_classroom):
    """A course with scores: ada late and with a point by hand, alan with a name that is a formula, -eve without a name."""
    root = shared_classroom.root
    build(root)
    text = (root / "course.yml").read_text().replace("title: Two exercises", "title: Two exercises, canvas_id: 987")
    (root / "course.yml").write_text(text)
    (root / "roster.csv").write_text(ROSTER)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "tiny") as gradebook:
        for student, points in {"ada": (3, 4.5), "alan": (3, 7), "-eve": (0, 0), "extended": None}.items():
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(
                "ps1", student, timestamp="2026-10-03 12:00:00 UTC" if points else None
            )
            submitted = gradebook.find_submission_notebook("ps1", "ps1", student)
            grades = {grade.name: grade for grade in submitted.grades}
            if points:
                grades["Counter-examples"].auto_score, grades["scale-examples"].auto_score = points
            if student == "ada":
                submitted.late_submission_penalty = 2
                grades["ps1-written"].manual_score = 1.25
        gradebook.db.commit()
    for student in ("ada", "alan"):
        folders.write(folders.feedback(root, student, "ps1"), f"page of {student}".encode())
        folders.write(folders.autograded(root, student, "ps1") / "ps1.ipynb", f"notebook of {student}".encode())
    return root


def table(path):
    with open(path, newline="") as file:
        return list(csv.reader(file))


def test_canvas_gets_its_columns_its_points_row_and_no_formula(made, tmp_path):
    done = export(made, "canvas", into=tmp_path)
    rows = table(tmp_path / "canvas.csv")
    assert done.students == 5
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Two exercises (987)"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "15"]
    assert rows[3] == ["Lovelace, Ada", "12345", "S1", "al1", "Monday", "6.75"]
    assert rows[4] == [f"'{EVIL}, Alan", "12346", "S2", "al2", "Monday", "10"]
    assert rows[2] == ["'-eve", "", "", "", "", "0"]
    # of whom nothing was graded has no score, not 0
    assert [row[0] for row in rows if row[5] == ""] == ["extended", "Comer, New"]


def test_moodle_gets_students_by_number_and_email(made, tmp_path):
    export(made, "moodle", into=tmp_path)
    rows = table(tmp_path / "moodle.csv")
    assert rows[0] == ["First name", "Last name", "ID number", "Email address", "Two exercises"]
    assert rows[2] == ["Ada", "Lovelace", "ada", "ada@example.org", "6.75"]
    assert rows[3] == ["Alan", f"'{EVIL}", "alan", "'+alan@example.org", "10"]


def test_the_plain_csv_holds_what_nbgraders_own_does(made, tmp_path):
    export(made, "csv", into=tmp_path)
    command = [sys.executable, "-m", "nbgrader", "export", "--to", str(tmp_path / "theirs.csv")]
    (made / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_plugin import configure\nconfigure(get_config(), __file__)\n"
    )
    done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    columns = ("raw_score", "late_submission_penalty", "score", "max_score")
    found = []
    for name in ("scores.csv", "theirs.csv"):
        with open(tmp_path / name, newline="") as file:
            rows = {
                row["student_id"].lstrip("'"): [float(row[column]) for column in columns]
                for row in csv.DictReader(file)
            }
        found.append({student: rows[student] for student in ("ada", "alan", "-eve", "extended")})
    assert found[0] == found[1] and found[0]["ada"] == [8.75, 2, 6.75, 15]


def test_nbgrader_export_takes_our_exporters(made, tmp_path):
    command = [sys.executable, "-m", "nbgrader", "export", "--exporter", "autograder.lms.export.CanvasExport"]
    (made / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_plugin import configure\nconfigure(get_config(), __file__)\n"
    )
    done = subprocess.run([*command, "--to", str(tmp_path / "theirs.csv")], cwd=made, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    export(made, "canvas", into=tmp_path)
    assert (tmp_path / "theirs.csv").read_bytes() == (tmp_path / "canvas.csv").read_bytes()


def test_a_students_json_shows_what_the_feedback_shows_and_nothing_hidden(made, tmp_path):
    folders.write_verdict(made, verdict("ada"))
    export(made, "json", into=tmp_path)
    folders.verdict(made, "ada", "ps1").unlink()  # what else is there of ada is no graded work
    assert len(list((tmp_path / "students").iterdir())) == 5
    text = (tmp_path / "students/ada.json").read_text()
    for hidden in ("test_secret_name", "test_other_name", "divides_secretly"):
        assert hidden not in text
    [shown] = json.loads(text)["problem_sets"]
    assert (shown["raw_score"], shown["late_submission_penalty"], shown["score"]) == (8.75, 2, 6.75)
    [exercise] = shown["exercises"]
    assert exercise["hint"] == "Do not divide." and shown["remarks"] == ["A cell was put back."]
    assert [(check["sentence"], check["reason"]) for check in exercise["checks"]] == [
        ("scales by a", "a reason of a passed check"),
        ("leaves x alone", "the result differs"),
    ]


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_feedback_goes_back_under_the_names_of_the_download(made, tmp_path):
    def download(name, files):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for file in files:
                archive.writestr(file, b"{}")
        return tmp_path / name

    (tmp_path / "roster.csv").write_text(
        "id,first_name,last_name,lms_id\nada,Ada,Lovelace,12345\nalan,Alan,Turing,12346\n"
    )
    roster = tmp_path / "roster.csv"
    moodle = download(
        "moodle.zip",
        [
            "Ada Lovelace_77_assignsubmission_file_/homework.ipynb",
            "Alan Turing_78_assignsubmission_file/ps1.ipynb",
            "Some Body_79_assignsubmission_file_/ps1.ipynb",
        ],
    )
    done = pack(made, "ps1", like=moodle, into=tmp_path / "a.zip", roster_file=roster)
    assert done.students == 2
    assert members(tmp_path / "a.zip") == {
        "Ada Lovelace_77_assignsubmission_file_/ps1.html": "page of ada",
        "Alan Turing_78_assignsubmission_file/ps1.html": "page of alan",
    }
    canvas = download("canvas.zip", ["lovelaceada_12345_1_ps1.ipynb", "lovelaceada_LATE_12345_2_ps1-1.ipynb"])
    pack(made, "ps1", like=canvas, into=tmp_path / "b.zip", roster_file=roster)
    assert members(tmp_path / "b.zip") == {"lovelaceada_LATE_12345_2_ps1-1.ipynb": "notebook of ada"}
    pack(made, "ps1", into=tmp_path / "c.zip")
    assert members(tmp_path / "c.zip") == {"ada/ps1.html": "page of ada", "alan/ps1.html": "page of alan"}


def test_what_cannot_be_exported_is_one_line(made, tiny):
    with pytest.raises(AutograderError, match="choose one of csv, canvas, moodle, json"):
        export(made, "excel")
    with pytest.raises(AutograderError, match="no feedback for any student; run: autograder grade ps1"):
        pack(tiny, "ps1")


FORMS = """\
id,first_name,last_name
7,Seven,Up
8,Eight,Ball
9,Nine,Pins
"""


@pytest.fixture
def forms(classroom):
    """A course in which ids differ in form from the roster's, and one who is graded is not in it."""
    root = classroom.root
    build(root)
    (root / "roster.csv").write_text(FORMS)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "tiny") as gradebook:
        gradebook.update_or_create_student("7")  # as nbgrader's own import of the roster makes it
        for student in ("007", "8", "08", "guest"):
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission("ps1", student)
            submitted = gradebook.find_submission_notebook("ps1", "ps1", student)
            submitted.grades[0].auto_score = 3
        gradebook.db.commit()
    return root


def test_an_id_that_differs_in_form_only_is_the_rosters_or_is_asked_about(forms, tmp_path):
    done = export(forms, "csv", into=tmp_path)
    rows = {row[2]: row for row in table(tmp_path / "scores.csv")[1:]}
    assert rows.keys() == {"7", "8", "08", "9", "guest"}
    assert rows["7"][3:5] == ["Up", "Seven"] and float(rows["7"][8]) == 3
    assert float(rows["9"][8]) == 0
    said = dict(line.split(": ", 1) for line in done.not_in_roster)
    assert said.keys() == {"007", "08", "guest"}
    assert "is 7 in the roster" in said["007"] and "is it 8" in said["08"] and "not in the roster" in said["guest"]
    export(forms, "json", into=tmp_path)
    assert (tmp_path / "students/7.json").is_file() and not (tmp_path / "students/007.json").exists()


def test_feedback_finds_its_way_under_an_id_of_another_form(forms, tmp_path):
    folders.write(folders.feedback(forms, "007", "ps1"), b"page of 007")
    with zipfile.ZipFile(tmp_path / "moodle.zip", "w") as archive:
        archive.writestr("Seven Up_77_assignsubmission_file_/homework.ipynb", b"{}")
    pack(forms, "ps1", like=tmp_path / "moodle.zip", into=tmp_path / "a.zip")
    assert members(tmp_path / "a.zip") == {"Seven Up_77_assignsubmission_file_/ps1.html": "page of 007"}


def test_the_command_names_who_is_not_in_the_roster(forms, tmp_path):
    command = [sys.executable, "-m", "autograder.cli", "-C", str(forms), "export", "--into", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "guest: not in the roster" in done.stdout and "007: is 7" in done.stdout
