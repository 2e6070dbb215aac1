"""What TAs look at: how far each problem set is, one verdict with its code, one submission again, what happened."""

import json
import os
import re
import subprocess
import sys

import pytest

from autograder import status
from autograder.results import log

EVIL = "def scale(x, a):\n    # \x1b[2J\x1b]0;title\x07 \u202e\x9b31m [red]text[/red] [/]\n    raise ValueError('\x1b[31m[bold]')"
DIES = "import os\nos._exit(1)"


def autograder(root, *arguments, **environment):
    command = [sys.executable, "-m", "autograder.cli", "-C", str(root), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ | environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def graded(shared_classroom):
    """A class after its first run."""
    room = shared_classroom
    answered = room.notebook()
    answered["cells"][room.place(answered, "ps1-written")]["source"] = "Because it is so."
    room.hand_in("good", answered)
    room.hand_in("evil", room.notebook(EVIL, counter=""))
    room.hand_in("dies", room.with_cell(DIES))
    room.hand_in("damaged", data=b"{")
    room.grade(jobs=1)
    room.hand_in("new", room.notebook())
    (room.root / "roster.csv").write_text("id\nGOOD\nabsent\n")
    return room


def test_status_tells_how_far_each_submission_is(graded):
    [found] = status.status(graded.root)
    assert (sorted(found.graded), found.changed, found.not_graded) == (["dies", "evil", "good"], [], ["new"])
    assert found.refused.keys() == {"damaged"} and "not valid JSON" in found.refused["damaged"]
    assert found.submitted == 5 and found.missing == ["absent"]
    assert (
        len(found.not_in_roster) == 5
        and "good: is GOOD in the roster, and counts as that student" in found.not_in_roster
    )
    assert found.by_hand == ["good"]  # the others left the question as it was
    done = autograder(graded.root, "status")
    assert done.returncode == 1 and "refused: damaged: " in done.stdout and "nothing from absent" in done.stdout
    assert "evil: not in the roster" in done.stdout


def test_status_and_show_see_a_submission_and_a_check_that_changed_since(classroom):
    classroom.hand_in("one", classroom.notebook())
    classroom.hand_in("two", classroom.notebook())
    classroom.grade(jobs=1)
    assert autograder(classroom.root, "status").returncode == 0
    classroom.hand_in("one", classroom.notebook(counter=""))
    assert status.status(classroom.root)[0].changed == ["one"]
    done = autograder(classroom.root, "show", "one", "ps1")
    assert done.returncode == 1 and "changed since it was graded" in done.stdout
    path = classroom.root / "tests/hidden/ps1/test_scale.py"
    path.write_text(path.read_text() + "\n# mended\n")
    assert status.status(classroom.root)[0].changed == ["one", "two"]


def test_looking_writes_nothing(tiny):
    before = sorted(tiny.rglob("*"))
    assert autograder(tiny, "status").returncode == 0
    assert autograder(tiny, "logs").returncode == 0
    assert sorted(tiny.rglob("*")) == before


def test_show_gives_the_checks_the_reasons_and_the_code_and_obeys_nothing_of_them(graded):
    done = autograder(graded.root, "show", "evil", "ps1", FORCE_COLOR="1", TERM="xterm-256color")
    ours = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)  # what rich itself colours
    assert done.returncode == 0 and "✗" in ours and "raised ValueError" in ours
    assert not {letter for letter in ours if not letter.isprintable()} - {"\n"}
    assert "[red]text[/red] [/]" in ours and "\\x1b[2J" in ours and "\\u202e" in ours
    assert "class Counter" not in ours  # not begun: its stub tells nothing
    assert "class Counter" in autograder(graded.root, "show", "evil", "ps1", "-e", "Counter").stdout
    assert json.loads(autograder(graded.root, "show", "evil", "ps1", "--json").stdout)["student"] == "evil"


def test_into_a_pipe_no_line_is_padded_and_none_is_cut(graded):
    long = "def scale(x, a):\n    note = '" + "n" * 300 + "'\n\n    raise ValueError(note)"
    graded.hand_in("long", graded.notebook(long))
    graded.grade(jobs=1, students=["long"])
    for arguments in (("show", "long", "ps1"), ("status",), ("diff",)):
        done = autograder(graded.root, *arguments)
        assert done.stdout and not [line for line in done.stdout.splitlines() if line != line.rstrip()], arguments
    assert f"   2     note = '{'n' * 300}'" in autograder(graded.root, "show", "long", "ps1").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "nobody", "ps1"), "no such folder"),
        (("show", "new", "ps1"), "not graded yet; run: autograder grade ps1"),
        (("show", "good", "ps1", "-e", "nothing"), "no exercise nothing; its exercises are scale, Counter"),
        (("show", "damaged", "ps1"), "not valid JSON"),
        (("show", "good", "ps9"), "no problem set ps9"),
        (("show", "../submitted/good", "ps1"), "not a student"),
        (("rerun", "nobody", "ps1"), "no such folder"),
        (("rerun", "damaged", "ps1"), "not valid JSON"),
        (("logs", "ps9"), "no problem set ps9"),
    ],
)
def test_what_is_not_there_is_one_line_and_exit_code_2(graded, arguments, said):
    done = autograder(graded.root, *arguments)
    assert done.returncode == 2 and said in done.stderr and len(done.stderr.splitlines()) == 1, done


def test_rerun_grades_one_submission_again_and_says_what_changed(classroom):
    classroom.hand_in("one", classroom.notebook())
    classroom.hand_in("two", classroom.notebook())
    classroom.grade(jobs=1)
    done = autograder(classroom.root, "rerun", "one", "ps1")
    assert done.returncode == 0 and "one ps1: 10 of 10 points, as before" in done.stdout
    classroom.hand_in("one", classroom.notebook(counter=""))
    done = autograder(classroom.root, "rerun", "one", "ps1")
    assert "Counter: 3 -> 0: This exercise is not written yet." in done.stdout and "7 of 10" in done.stdout
    assert [entry.student for entry in log.read(classroom.root) if entry.event == "graded"][2:] == ["one", "one"]


def test_the_log_tells_what_happened_and_its_end(graded):
    entries = list(log.read(graded.root))
    told = {(entry.event, entry.student) for entry in entries}
    assert {("graded", "good"), ("incident", "dies"), ("refused", "damaged"), ("ended", "")} <= told
    shown = autograder(graded.root, "logs").stdout
    assert "ended the whole program" in shown and "1 refused" in shown and "good" not in shown
    assert "good" in autograder(graded.root, "logs", "--all").stdout
    only = json.loads(autograder(graded.root, "logs", "ps1", "--student", "dies", "--json").stdout)
    assert {entry["student"] for entry in only} == {"dies"}


def test_a_run_that_fails_is_in_the_log(tmp_path):
    with pytest.raises(RuntimeError), log.Log(tmp_path) as noted:
        noted.note("refused", "ps1", "ann", "why")
        raise RuntimeError("the disk is full")
    assert [(entry.event, entry.text) for entry in log.read(tmp_path)] == [
        ("refused", "why"),
        ("failed", "RuntimeError: the disk is full"),
        ("ended", "1 refused, 1 failed"),
    ]


def test_the_log_is_bounded_and_a_torn_line_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(log, "MAX_BYTES", 2000)
    for number in range(40):
        with log.Log(tmp_path) as noted:
            noted.note("refused", "ps1", f"s{number}", "x" * 10_000)
    path = log.path_of(tmp_path)
    assert sum(file.stat().st_size for file in path.parent.iterdir()) < 8000
    path.write_bytes(path.read_bytes()[:-20])
    entries = list(log.read(tmp_path))
    assert entries and entries[-1].student == "s39" and max(len(entry.text) for entry in entries) == 500


def test_a_log_that_cannot_be_written_keeps_nobody_from_grading(tmp_path):
    log.path_of(tmp_path).mkdir(parents=True)
    with log.Log(tmp_path) as noted:
        noted.note("refused", "ps1", "ann", "why")
    assert list(log.read(tmp_path)) == []


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("autograder -C {root} grade ", "ps1"),
        ("autograder -C {root} show ", "good"),
        ("autograder -C {root} show good p", "ps1"),
        ("autograder -C /nowhere grade ", ""),
    ],
)
def test_the_shell_completes_problem_sets_and_students(graded, line, completed):
    words = line.format(root=graded.root)
    command = [
        sys.executable,
        "-c",
        "import sys; sys.argv = ['autograder']; import autograder.cli; autograder.cli.main()",
    ]
    environment = os.environ | {
        "_AUTOGRADER_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert completed in done.stdout.split() or (not completed and not done.stdout.strip()), done
    assert "Traceback" not in done.stderr
