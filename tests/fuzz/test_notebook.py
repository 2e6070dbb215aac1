"""Whatever file a student hands in, it is repaired and goes on, or one line names the file: in time and bounded memory."""

import copy
import json
import random
from zoneinfo import ZoneInfo

import pytest

from autograder.course import config, release
from autograder.errors import AutograderError
from autograder.feedback import graded_notebook, page
from autograder.grading.intake import HandedIn, prepare
from autograder.jail.inside import wire
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Graded, Verdict
from tests.fuzz.trees import entries

NOTEBOOKS = 2000
REPORTED = 20
"""Of so many notebooks that can be graded, one goes on through the reports."""
MAX_BYTES = 4 << 20
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
VALUES = [
    None,
    True,
    0,
    -1,
    4,
    4.0,
    5,
    2**70,
    1e300,
    float("nan"),
    float("-inf"),
    "",
    "x",
    "\ud800",
    "\x00",
    "a\nb",
    "\u2028",
]
VALUES += [
    [],
    {},
    [[]],
    [None],
    [1, "x"],
    {"a": 1},
    {"": None},
    {"\ud800": "\udfff"},
    ["print(1)\n", "x = 2"],
    ["\ud83d", "\ude00"],
]
VALUES += [
    "code",
    "markdown",
    "raw",
    "heading",
    "setup-01",
    "scale",
    "# " * 3000,
    "$" * 2000,
    "`" * 2000,
    "[" * 2000,
    "*_" * 1000,
]
VALUES += [
    "<script>" * 100,
    "x" * 300_000,
    "\n" * 5000,
    "$\\frac{" * 200,
    "![a](attachment:a.png)",
    "\x1b[31m",
    "%" * 500,
    "<" * 2000,
]
VALUES += [
    {"a.png": {"image/png": PIXEL}},
    {"\ud800.png": {"image/png": PIXEL}},
    {"a": {"image/png": ["x"]}},
    {"a\n": {"image/svg+xml": "<svg/>"}},
]
VALUES += [
    {"nbgrader": {"grade_id": "scale", "locked": "no", "points": "nan", "grade": [], "solution": {}}},
    {"nbgrader": []},
]
KEYS = [
    "cells",
    "nbformat",
    "metadata",
    "cell_type",
    "source",
    "outputs",
    "attachments",
    "id",
    "nbgrader",
    "grade_id",
    "",
    "\ud800",
]


def _broken_tree(notebook, rng):
    tree = copy.deepcopy(notebook)
    for _ in range(rng.choice([1, 2, 5, 20])):
        cells = tree.get("cells") if isinstance(tree, dict) else None
        # Half of the time a cell, so that outputs and metadata of the notebook do not take all the blows.
        start = rng.choice(cells) if isinstance(cells, list) and cells and rng.random() < 0.7 else tree
        places = entries(start)
        if not places:
            return tree
        inside, key = rng.choice(places)
        match rng.randrange(7):
            case 0 | 1:
                inside[key] = copy.deepcopy(rng.choice(VALUES))
            case 2:
                del inside[key]
            case 3:
                if isinstance(inside, dict):
                    inside[rng.choice(KEYS)] = inside.pop(key)
                else:
                    inside.insert(key, copy.deepcopy(inside[key]))
            case 4:
                if isinstance(inside, dict):
                    inside[rng.choice(KEYS)] = copy.deepcopy(rng.choice(VALUES))
                else:
                    rng.shuffle(inside)
            case 5:
                if isinstance(cells, list) and cells:  # a cell once more, elsewhere, or with another's text
                    cells.insert(rng.randrange(len(cells) + 1), copy.deepcopy(rng.choice(cells)))
            case 6:
                if isinstance(start, dict) and "cell_type" in start:
                    start["metadata"] = copy.deepcopy(rng.choice(VALUES))
    return tree


def _broken_bytes(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 10])):
        place = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0 | 1:
                if data:
                    data[place % len(data)] ^= 1 << rng.randrange(8)
            case 2:
                del data[place : place + rng.choice([1, 1, 50, 10**9])]
            case 3:
                data[place:place] = rng.choice(
                    [b"\xff", b"\xef\xbb\xbf", b"\x00", b'"', b"}", b"]", b",", b"NaN", b"1" * 5000]
                )
            case 4:
                data[place:place] = rng.choice([b"[", b'{"a":']) * rng.choice([1, 100, 100_000])
            case 5:
                start = rng.randrange(len(data) + 1)
                data[place:place] = data[start : start + 500]
    return bytes(data)


def broken(notebook, rng):
    """The bytes of a notebook, broken in its structure, in its bytes, or in both."""
    how = rng.randrange(10)
    tree = _broken_tree(notebook, rng) if how < 7 else notebook
    text = json.dumps(tree, ensure_ascii=rng.random() < 0.7)
    if how == 6:  # a field twice: the last one counts
        text = text.replace('"metadata":', '"metadata": [], "metadata":', rng.choice([1, -1]))
    data = text.encode("utf-8", "surrogatepass")
    if how >= 8 or rng.random() < 0.1:
        data = _broken_bytes(data, rng)
    if rng.random() < 0.03:
        data = data.decode("utf-8", "replace").encode(
            rng.choice(["utf-8-sig", "utf-16", "utf-32-be", "cp500"]), "replace"
        )
    return data


@pytest.fixture(scope="module")
def courses(root):
    """Course, release and the release as plain JSON, of every problem set there is."""
    found = []
    for folder in (root, root / "tests" / "tiny"):
        course = config.load(folder)
        for name in course.problem_sets:
            ours = release.load(folder, name)
            found.append((course, ours, json.loads(ours.path.read_text(encoding="utf-8"))))
    return found


def handed_in(folder, ours, data):
    """What the intake makes of the bytes: prepared for grading, or refused (None)."""
    path = folder / ours.path.name
    path.write_bytes(data)
    try:
        return prepare(HandedIn("ada", ours.problem_set, folder), ours, MAX_BYTES, ZoneInfo("UTC"))
    except AutograderError as error:
        assert str(error).startswith(f"{path}: "), f"does not name the file: {str(error)[:200]!r}"
        assert "\n" not in str(error) and len(str(error)) < 500, f"not one line: {str(error)[:200]!r}"
        return None
    finally:
        path.unlink()


def fits(prepared, ours):
    """What holds for every repaired notebook: each graded cell once, as the release has it where it is locked."""
    cells = [cell for cell in prepared.repaired.cells if cell.grade_id]
    ids = [cell.grade_id for cell in cells]
    assert len(ids) == len(set(ids)) and set(ids) <= set(ours.cells)
    for cell in ours.cells.values():
        if cell.raw["metadata"]["nbgrader"]["grade"]:
            assert cell.grade_id in ids
    for cell in cells:
        if ours.cells[cell.grade_id].locked:
            assert cell.source == ours.cells[cell.grade_id].source
    assert len(prepared.submission.exercises) == len(ours.exercises)
    json.dumps([cell.source for cell in prepared.submission.cells], ensure_ascii=False).encode()


def reported(course, ours, prepared):
    """The pages that come of it, with a verdict and outputs made up."""
    check = CheckVerdict("test_it", "does it", False, 0, 1, "no \x1b[31m<b>\u2028")
    exercises = [ExerciseVerdict(item.name, "graded", 0, item.points, [check], hint="<i>") for item in ours.exercises]
    verdict = Verdict(ours.problem_set, 0, ours.points, exercises, prepared.submission.repairs, ["<script>"], "ada")
    shown = [
        wire.Stream("stdout", "x\r<b>"),
        wire.Data("display_data", {"image/png": PIXEL, "text/html": "<p onclick=x>"}),
    ]
    outputs = {cell.number: shown for cell in prepared.submission.cells}
    notebook = graded_notebook.make(prepared.repaired, ours, Graded(verdict, outputs))
    json.dumps(notebook, ensure_ascii=False).encode()
    html = page.render(course, verdict, notebook, None)
    assert html.encode().rstrip().endswith(b"</html>")


def test_a_broken_notebook_is_repaired_or_refused_in_a_line(courses, tmp_path, campaign, bounded_memory):
    graded = 0
    for seed in range(NOTEBOOKS):
        rng = random.Random(seed)
        # Mostly the tiny course, whose notebook is short: there a blow hits something.
        course, ours, notebook = courses[-1] if seed % 3 else rng.choice(courses)
        data = broken(notebook, rng)
        with campaign.trying(lambda: f"seed {seed}, {ours.problem_set}, {len(data)} bytes"):  # noqa: B023
            prepared = handed_in(tmp_path, ours, data)
            if prepared is not None:
                graded += 1
                fits(prepared, ours)
                if graded % REPORTED == 0:
                    reported(course, ours, prepared)
    campaign.judge()
    assert NOTEBOOKS // 3 < graded < NOTEBOOKS * 9 // 10, f"{graded} repaired: hardly anything was broken, or all was"


@pytest.mark.parametrize(
    "unit", [b"[],", b'{"":0},', b'"",', b"0,", b'{"cell_type":"raw","source":""},'], ids=lambda unit: unit.decode()
)
def test_a_file_of_many_small_things_takes_bounded_memory(courses, tmp_path, bounded_memory, within, unit):
    _, ours, _ = courses[-1]
    data = b'{"nbformat": 4, "cells": [' + unit * ((MAX_BYTES - 100) // len(unit)) + b"0]}"
    with within(10):
        assert handed_in(tmp_path, ours, data) is None


def test_a_notebook_over_the_bound_is_not_even_read(courses, tmp_path):
    _, ours, notebook = courses[-1]
    assert handed_in(tmp_path, ours, json.dumps(notebook).encode() + b" " * MAX_BYTES) is None


def test_a_newline_in_the_format_stays_out_of_the_line(courses, tmp_path):
    _, ours, notebook = courses[-1]
    assert handed_in(tmp_path, ours, json.dumps({**notebook, "nbformat": "a\nb"}).encode()) is None


def test_what_is_broken_here_was_good(courses, tmp_path):
    for course, ours, notebook in courses:
        prepared = handed_in(tmp_path, ours, json.dumps(notebook).encode())
        assert not prepared.submission.repairs
        fits(prepared, ours)
        reported(course, ours, prepared)
