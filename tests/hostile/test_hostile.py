"""One table of hostile hand-ins through every command, as root and as an ordinary user, in UTF-8 and POSIX locales."""

import json
import os
import re
import subprocess
import sys

import pytest
from ordinary_user import ROOT, as_user

from tests.hostile import table
from tests.hostile.entry import written

WHO = ["root", pytest.param("user", marks=pytest.mark.skipif(os.geteuid() != 0, reason="root's tests run as one, too"))]
pytestmark = pytest.mark.timeout(1800)  # a minute or two on a machine that does nothing else
LOCALES = ["C.UTF-8", "POSIX"]


@pytest.fixture(scope="module", params=WHO)
def run(request):
    """What the whole run gave, with the entries that were in it."""
    words = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.hostile.run"]
    if request.param == "user":
        done = as_user(*words, timeout=1700)
    else:
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=1700)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    ordinary = request.param == "user" or os.geteuid() != 0
    found["table"] = [*table.table(), *(table.closed_folders() if ordinary else ())]
    return found


def steers(found):
    """Whether what a command printed steers a terminal; JSON, which programs read, holds signs beyond ASCII as they are."""
    signs = "[\x1b\x07]" if "--json" in found["words"] else "[\x1b\x07\x9b\u202e]"
    return re.search(signs, found["out"] + found["err"])


def test_the_table_is_large(run):
    assert run["entries"] == len(run["table"]) >= 300
    assert min(len(found) for found in run["commands"].values()) >= 130


def test_each_gets_what_it_gets_alone_or_is_named_in_one_line(run):
    found = json.loads(run["graded"]["out"])
    points = {verdict["student"]: sum(item["points"] for item in verdict["exercises"]) for verdict in found["verdicts"]}
    wrong = {}
    for entry in run["table"]:
        name = written(entry)
        lines = [
            line
            for line in found["problems"]
            if any(f"/{name}{end}" in line for end in "/:") or repr(os.fsdecode(entry.student))[1:-1] in line
        ]
        if entry.points is None:
            fits = name not in points and lines and not any("\n" in line for line in lines)
        else:
            fits = name in points and entry.points == points[name]
        if not fits or (entry.named and not lines):
            wrong[name] = (entry.points, points.get(name), lines)
    assert not wrong


@pytest.mark.parametrize("locale", LOCALES)
def test_no_command_ends_with_a_traceback_or_steers_the_terminal(run, locale):
    wrong = [
        (found["words"][2:], found["code"], found["trace"] or found["err"][-500:])
        for found in run["commands"][locale]
        if found["trace"] or found["code"] not in (0, 1, 2) or steers(found)
    ]
    assert not wrong


@pytest.mark.parametrize("locale", LOCALES)
def test_no_command_is_slow(run, locale):
    assert max(found["seconds"] for found in run["commands"][locale]) < 150


def test_formgraders_database_holds_every_submission_that_is_graded(run):
    graded = {written(entry) for entry in run["table"] if entry.points is not None}
    assert graded <= run["gradebook"].keys()
    assert all(name in graded for name in run["gradebook"])
    assert {run["gradebook"][name][0] for name in graded if name.startswith("number-")} == {table.ALL}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_watch_takes_all_that_can_be_taken(run, locale):
    taken = run["watched"][locale]
    assert {"-rf", "CON", "{{ 7 - 7 }}", "zo\u00eb"} <= taken.keys()
    assert not any(re.search("[\x00-\x1f\x7f-\x9f\u2028\u202e]", name) for name in taken)


def test_plain_nbgrader_gives_the_same_and_names_the_same(run):
    graded, said = run["nbgrader"]["gradebook"], run["nbgrader"]["err"]
    wrong = {}
    for entry in run["table"]:
        name = written(entry)
        if name not in run["nbgrader"]["entries"]:
            continue
        points = graded.get(name, [None])[0]
        named = f"/{name}/" in said or f"/{name}:" in said or repr(os.fsdecode(entry.student))[1:-1] in said
        if points != entry.points if entry.points is not None else name in graded or not named:
            wrong[name] = (entry.points, points)
    assert not wrong
    assert "Traceback" not in said and not re.search("[\x1b\x07]", said)


def test_gradescope_is_told_in_one_line(run):
    assert len(run["gradescope"]) >= 40
    for said in run["gradescope"].values():
        assert said["score"] == 0 and said["output"] and not re.search("[\x1b\x00\x9b]", said["output"])
