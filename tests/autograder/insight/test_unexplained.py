"""Wrong answers that nothing explains are grouped by what their calls gave; with a hint, they are explained."""

import json

import pytest

from autograder.insight import unexplained as gathering
from autograder.workers import pool as pools
from tests.autograder.test_cli import autograder

HALF = "def scale(x, a):\n    return x / (2 / a) if a != 3 else x / 1"
ALIKE = "def scale(x, a):\n    # \x1b[2J\x1b]0;mine\x07 \u202e the same, written otherwise\n    return x / 1 if a == 3 else x / 2 / (1 / a)"
OTHER = "def scale(x, a):\n    return x + 7 * a * a"
SQUARED = "def scale(x, a):\n    return x / (2 / (a * a))"
LARGE = "def scale(x, a):\n    return torch.arange(5000.0) + a"


@pytest.fixture(scope="module")
def graded(shared_classroom):
    classroom = shared_classroom
    for student, code in (
        ("ann", HALF),
        ("bob", ALIKE),
        ("cid", OTHER),
        ("dan", SQUARED),
        ("eve", LARGE),
        ("fay", LARGE),
        ("gil", ""),
    ):
        classroom.hand_in(student, classroom.notebook(code))
    assert not classroom.grade().problems
    return classroom


def test_like_answers_are_one_group(graded):
    found = gathering.unexplained(graded.root, "ps1")
    assert [(group.exercise, group.students) for group in found.groups] == [
        ("scale", ["ann", "bob"]),
        ("scale", ["eve", "fay"]),
        ("scale", ["cid"]),
    ]
    assert (found.wrong, found.explained, found.not_graded) == (6, 1, [])
    half = found.groups[0]
    assert half.code == HALF and half.nearest == "squared" and 0.5 < half.agreeing < 1
    assert [reason.split(":")[0] for reason in half.fails] == [
        "test_scales_a_small_vector",
        "test_keeps_float64",
        "test_gradient",
        "test_refuses_infinity",
    ]
    assert [group.students for group in gathering.unexplained(graded.root, "ps1", at_least=2).groups] == [
        ["ann", "bob"],
        ["eve", "fay"],
    ]
    assert gathering.unexplained(graded.root, "ps1", "Counter").groups == []


def test_nothing_of_a_students_steers_the_terminal(graded):
    graded.hand_in("ann", graded.notebook(ALIKE.replace("the same", "once more, and longer")))
    graded.grade()
    shown = autograder("-C", graded.root, "unexplained", "ps1")
    assert shown.returncode == 0 and "ann, bob" in shown.stdout
    assert "\\x1b[2J\\x1b]0;mine\\x07 \\u202e the same" in shown.stdout
    as_json = autograder("-C", graded.root, "unexplained", "ps1", "--json").stdout
    assert len(json.loads(as_json)["unexplained"]["groups"]) == 3
    for text in (shown.stdout, as_json):
        assert all(letter.isprintable() for line in text.split("\n") for letter in line)


def test_who_is_not_graded_as_it_stands_is_named(graded):
    graded.hand_in("hal", graded.notebook(OTHER.replace("7", "8")))
    graded.hand_in("ida", data=b"{")
    assert gathering.unexplained(graded.root, "ps1").not_graded == ["hal", "ida"]
    shown = autograder("-C", graded.root, "unexplained", "ps1").stdout
    assert "run autograder grade ps1: hal, ida" in shown
    assert autograder("-C", graded.root, "unexplained", "ps1", "-e", "nothing").returncode == 2


def test_from_a_group_to_its_hint(classroom, monkeypatch):
    random = (
        "import os\ndef scale(x, a):\n    return x / (2 / a) if a != 3 else x + int.from_bytes(os.urandom(4), 'little')"
    )
    for student, code in (("ann", HALF), ("bob", ALIKE), ("cid", random)):
        classroom.hand_in(student, classroom.notebook(code))
    before = classroom.grade(jobs=1).of
    assert [item.exercises[0].hint for item in before.values()] == ["", "", ""]

    done = autograder("-C", classroom.root, "unexplained", "ps1", "--at-least", 2, "--write")
    assert done.returncode == 0
    path = classroom.root / "solutions/ps1/misconceptions.py"
    [begun] = [word for word in done.stdout.split() if word.startswith("unexplained_scale_")]
    assert f"def {begun}(*args" in path.read_text()
    assert classroom.grade(jobs=1).of == before  # unfinished, it says nothing

    text = path.read_text().replace(f"def {begun}(*args, **kwargs):\n    raise NotImplementedError", HALF)
    path.write_text(text.replace('hint=""', 'hint="Do not halve."').replace("def scale(", f"def {begun}("))
    given = []
    give = pools.Pool.give
    monkeypatch.setattr(pools.Pool, "give", lambda *args: given.append(args[2]) or give(*args))
    after = classroom.grade(jobs=1).of
    assert [(item.exercises[0].hint, item.exercises[0].misconception) for item in after.values()] == [
        ("Do not halve.", begun),
        ("Do not halve.", begun),
        ("", ""),
    ]
    # Nothing ran again: what was drawn at random is still what it was.
    assert [item.exercises[0].checks for item in after.values()] == [
        item.exercises[0].checks for item in before.values()
    ]
    assert all([found.verdict.name for found in item.stale_hints] == ["scale"] for item in given) and len(given) == 3
    assert gathering.unexplained(classroom.root, "ps1").groups[0].students == ["cid"]
