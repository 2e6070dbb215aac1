"""nbgrader's own `autograde`, with our plug-in, gives what `autograder grade` gives, by the same jail."""

import os
import shutil
import sqlite3
import subprocess
import sys

import nbformat
import pytest

from autograder import nbgrader_plugin, status
from autograder.insight import report
from autograder.release.build import build
from autograder.results import freshness, log
from benchmarks import gradebook_rows

GRADES = """
select a.name, s.student_id, b.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
from grade g
join base_cell b on g.cell_id = b.id
join submitted_notebook n on g.notebook_id = n.id
join submitted_assignment s on n.assignment_id = s.id
join assignment a on s.assignment_id = a.id
order by 1, 2, 3
"""
COMMENTS = """
select s.student_id, b.name, c.auto_comment, c.manual_comment
from comment c
join base_cell b on c.cell_id = b.id
join submitted_notebook n on c.notebook_id = n.id
join submitted_assignment s on n.assignment_id = s.id
order by 1, 2
"""


OWN_SAVING = """
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, SaveAutoGrades
get_config().Autograde.autograde_preprocessors = [SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
"""
"""In nbgrader_config.py: nbgrader's own preprocessors write the scores, over those that ours has written."""


def rows(root):
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        return gradebook.execute(GRADES).fetchall(), gradebook.execute(COMMENTS).fetchall()


def nbgrader(root, *command):
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command], cwd=root, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stderr


@pytest.fixture
def both(classroom, root):
    """The folders of one class, graded by ours and by nbgrader."""
    mine = classroom.root
    shutil.copy(root / "nbgrader_config.py", mine)
    room = classroom
    room.hand_in("solved", room.notebook())
    room.hand_in("mistaken", room.notebook("def scale(x, a):\n    return x / (2 / (a * a))"))
    room.hand_in("stub", room.notebook("", ""))
    room.hand_in("prints", room.with_cell("import sys; print('hi', file=sys.stderr)"))
    room.hand_in("exits", room.with_cell("import os; os._exit(1)", before="Counter"))
    doubled = room.notebook()
    place = room.place(doubled, "scale-examples")
    doubled["cells"].insert(place, dict(doubled["cells"][place]))
    room.hand_in("doubled", doubled)
    skipped = room.notebook(counter="")
    for cell in skipped["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
    room.hand_in("skips", skipped)
    room.hand_in("broken", data=b"{")
    room.hand_in("[doubled]", room.notebook(counter=""))
    room.hand_in("*", room.notebook())
    (room.hand_in("renamed", room.notebook(), name="mine.ipynb") / "other.ipynb").mkdir()
    (mine / "submitted/solved/ps1/timestamp.txt").write_text("2026-10-03 12:00:00 UTC")
    build(mine)
    theirs = shutil.copytree(mine, mine.parent / "theirs")
    os.truncate(os.open(theirs / "submitted/solved/ps1/data.bin", os.O_CREAT | os.O_WRONLY), 100_000_001)
    with (theirs / "nbgrader_config.py").open("a") as file:
        file.write(OWN_SAVING)
    return room, theirs


def test_plain_nbgrader_autograde_gives_the_same_scores_notebooks_and_verdicts(both):
    room, theirs = both
    outcome = room.grade()
    code, log = nbgrader(theirs, "autograde", "ps1")
    assert code == 1 and "broken/ps1/ps1.ipynb: not valid JSON (line 1)" in log, log[-3000:]
    assert "submitted/*/ps1': not a student's name; rename the folder" in log and "Traceback" not in log
    assert len(outcome.verdicts) == 9 and len(outcome.problems) == 2
    assert rows(room.root) == rows(theirs) and len(rows(theirs)[0]) == 9 * 3
    ours, other = (gradebook_rows.rows(root / "gradebook.db") for root in (room.root, theirs))
    assert len(ours) > 10 and ours == other
    for student in outcome.of:
        places = [root / "autograded" / student / "ps1" / "ps1.ipynb" for root in (room.root, theirs)]
        assert nbformat.read(places[0], as_version=4) == nbformat.read(places[1], as_version=4)
        verdicts = [root / "verdicts" / "ps1" / f"{student}.json" for root in (room.root, theirs)]
        assert verdicts[0].read_bytes() == verdicts[1].read_bytes()
    assert not (theirs / "autograded/solved/ps1/data.bin").exists()


def test_a_name_with_brackets_stands_for_no_other_student(both):
    _, theirs = both
    (theirs / "submitted/*/ps1/ps1.ipynb").unlink()
    code, log = nbgrader(theirs, "autograde", "ps1", "--student", "[doubled]")
    assert code == 0, log[-3000:]
    assert {row[1] for row in rows(theirs)[0]} == {"[doubled]"}
    code, log = nbgrader(theirs, "generate_feedback", "ps1", "--student", "[doubled]")
    assert code == 0 and (theirs / "feedback/[doubled]/ps1/ps1.html").is_file(), log[-3000:]


def test_a_notebook_in_the_wrong_place_is_named(both):
    _, theirs = both
    (theirs / "submitted/eve").mkdir()
    shutil.copy(theirs / "submitted/stub/ps1/ps1.ipynb", theirs / "submitted/eve")
    _, log = nbgrader(theirs, "autograde", "ps1", "--student", "eve")
    assert "submitted/eve/ps1.ipynb: not graded; put it in " in log


def test_scores_given_by_hand_stay(both):
    room, _ = both
    room.grade(students=["solved"])
    with sqlite3.connect(room.root / "gradebook.db") as gradebook:
        gradebook.execute(
            "update grade set manual_score = 4, extra_credit = 1"
            " where cell_id in (select id from base_cell where name = 'ps1-written')"
        )
        gradebook.execute("update comment set manual_comment = 'well said'")
    room.grade(students=["solved"])
    grades, comments = rows(room.root)
    [written] = [row for row in grades if row[2] == "ps1-written"]
    assert written[4:6] == (4, 1)
    assert {row[3] for row in comments} == {"well said"}


def test_nbgrader_exports_the_same_scores(both):
    room, _ = both
    outcome = room.grade()
    assert nbgrader(room.root, "export", "--to", "grades.csv")[0] == 0
    lines = (room.root / "grades.csv").read_text().splitlines()
    header = lines[0].split(",")
    scores = {
        row[header.index("student_id")]: row[header.index("score")] for row in (line.split(",") for line in lines[1:])
    }
    assert {student: float(scores[student]) for student in outcome.of} == {
        student: found.points for student, found in outcome.of.items()
    }


def test_after_plain_nbgrader_autograde_everything_else_knows_of_it(classroom, root):
    room, here = classroom, classroom.root
    shutil.copy(root / "nbgrader_config.py", here)
    room.hand_in("solved", room.notebook())
    room.hand_in("mistaken", room.notebook("def scale(x, a):\n    return x / (1 / (a * a))"))
    (here / "submitted/solved/ps1/timestamp.txt").write_text("2026-10-03 12:00:00 UTC")
    build(here)
    code, said = nbgrader(here, "autograde", "ps1")
    assert code == 0, said[-3000:]

    [found] = status.status(here)
    assert (sorted(found.graded), found.changed, found.not_graded) == (["mistaken", "solved"], [], [])
    for student in ("solved", "mistaken"):
        done = subprocess.run(
            [sys.executable, "-m", "autograder.cli", "-C", here, "show", student, "ps1"], capture_output=True, text=True
        )
        assert done.returncode == 0 and f"{student} ps1: " in done.stdout, done.stderr
        assert freshness.submission(here, student, "ps1")[2] == "graded"
        assert (here / "feedback" / student / "ps1" / "ps1.html").is_file()
    gathered = report.gather(here, "ps1")
    assert (gathered.submissions, gathered.not_graded) == (2, []) and gathered.seconds.count == 2
    assert {entry.student for entry in log.read(here) if entry.event == "graded"} == {"solved", "mistaken"}
    before = rows(here)
    assert room.grade(dry_run=True).changes == []
    again = room.grade()
    assert again.unchanged == 2 and not again.problems and rows(here) == before

    room.hand_in("solved", room.notebook(counter=""))
    assert status.status(here)[0].changed == ["solved"]
    code, said = nbgrader(here, "autograde", "ps1", "--student", "solved", "--force")
    assert code == 0, said[-3000:]
    assert status.status(here)[0].changed == [] and room.grade().unchanged == 2


def test_what_cannot_be_read_beside_a_notebook_is_not_copied(as_nobody):
    folder, call = as_nobody
    place = folder / "submitted/ada/ps1"
    place.mkdir(parents=True)
    for name, mode in (("ps1.ipynb", 0o644), ("timestamp.txt", 0)):
        (place / name).touch()
        (place / name).chmod(mode)
    assert call(nbgrader_plugin._small_files, str(place)) == [str(place / "ps1.ipynb")]
