"""Whatever stands in course.yml, there is a course or one line that names the file and the line."""

import random
import re

import pytest
import yaml

from autograder.course import config
from autograder.errors import AutograderError

FILES = 1000
LINE = re.compile(r"course\.yml:\d+: .+")
FULL = """\
name: torch101
title: Deep learning
language: en
timezone: Europe/Berlin
gradebook: sqlite:///gradebook.db
limits: &limits {cell_seconds: 10, call_seconds: 3.5, memory_mb: 1024}
late: {grace_minutes: 5, per_day: 10%, cap: 50%, late_days: 2}
problem_sets:
  ps1: {title: Tensors, due: 2026-10-01 23:59, limits: *limits, canvas_id: 7}
  ps2:
    title: "Convolution: layers"
    due: 2026-10-15 23:59
    late: {per_day: 2, cap: 5}
    limits: {<<: *limits, call_seconds: 4}
"""
VALUES = [
    "",
    "~",
    "true",
    "no",
    "-1",
    "0",
    "1e400",
    ".inf",
    "-.nan",
    "9" * 5000,
    "0x",
    "0b",
    "0o8",
    "1_0",
    "190:20:30",
    "1:99",
]
VALUES += ["2026-10-01", "2026-13-45 99:99", "0001-01-01 00:00", "9999-12-31 23:59", "20261001", "12e03", "10 %", "-5%"]
VALUES += [
    "!!int x",
    "!!int ''",
    "!!float x",
    "!!bool maybe",
    "!!timestamp x",
    "!!timestamp []",
    "!!binary '?'",
    "!!set {a, b}",
]
VALUES += [
    "!!omap [a: 1]",
    "!!pairs [a: 1]",
    "!!null x",
    "!!str [a]",
    "!!python/object/apply:os.getcwd []",
    "!unknown x",
    "!<x> y",
]
VALUES += [
    "*limits",
    "*none",
    "&again 1",
    "{<<: *limits}",
    "{<<: 1}",
    "{<<: [*limits, *limits]}",
    "{<<: [1]}",
    "&own [*own]",
]
VALUES += [
    "&own {<<: *own}",
    "&own {a: *own}",
    "[]",
    "{}",
    "[1, 2]",
    "{a: 1}",
    "{? [a]: 1}",
    "{? {a: 1}: 1}",
    "{1: 2, true: 3}",
]
VALUES += [
    "[" * 100,
    "[" * 3000,
    "{a: " * 3000,
    "- " * 3000,
    "'",
    '"\\ud800"',
    '"\\x00"',
    '"\\u2028x"',
    '"a\\nb"',
    "|\n  text",
    "=",
    "%",
]
VALUES += [
    "---",
    "...",
    "\x00",
    "\x07",
    "\u0085",
    "\ufeff",
    "\ud800",
    "x" * 5000,
    "?",
    ":",
    "- a",
    "#",
    "`",
    "@",
    "\t",
    '{"a\\nb": 1}',
]
KEYS = [
    "due",
    "limits",
    "late",
    "name",
    "title",
    "1",
    "true",
    "~",
    "<<",
    "[a]",
    "? a\n",
    '"a\\nb"',
    '"\\x1b[31m"',
    "*limits",
    "&k x",
    "ps 3",
    "=",
]


def _broken(rng):
    lines = FULL.splitlines(keepends=True)
    for _ in range(rng.choice([1, 1, 2, 3])):
        place = rng.randrange(len(lines))
        line = lines[place]
        match rng.randrange(8):
            case 0 | 1 | 2:  # another value
                key, colon, _ = line.partition(": ")
                lines[place] = f"{key}{colon}{rng.choice(VALUES)}\n"
            case 3:
                fields = re.split(r"([,{}:])", line)
                fields[rng.randrange(len(fields))] = rng.choice([*VALUES, *KEYS])
                lines[place] = "".join(fields)
            case 4:
                lines.insert(place, f"{' ' * rng.choice([0, 0, 2, 4, 3])}{rng.choice(KEYS)}: {rng.choice(VALUES)}\n")
            case 5:
                lines.insert(place, rng.choice(lines))
            case 6:
                if len(lines) > 1:
                    del lines[place]
            case 7:
                cut = rng.randrange(len(line) + 1)
                lines[place] = line[:cut] + rng.choice([*VALUES, *KEYS]) + line[cut:]
    data = "".join(lines).encode("utf-8", "surrogatepass")
    match rng.randrange(12):
        case 0:
            data = bytearray(data)
            for _ in range(rng.choice([1, 3])):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            data = bytes(data)
        case 1:
            data = data[: rng.randrange(len(data) + 1)]
        case 2:
            data = data.decode("utf-8", "replace").encode(
                rng.choice(["utf-16", "utf-8-sig", "utf-32-le", "cp500"]), "replace"
            )
    return data


def loaded(folder, data):
    """The course, or the sentence on what is wrong."""
    (folder / "course.yml").write_bytes(data)
    try:
        course = config.load(folder)
    except AutograderError as error:
        assert LINE.fullmatch(str(error)), f"not one line with its place: {str(error)[:300]!r}"
        assert len(str(error)) < 1000
        return str(error)
    for name in course.problem_sets:
        course.limits_of(name), course.late_of(name), course.due_of(name)
    return course


def test_a_broken_course_file_is_a_course_or_a_line(tmp_path, campaign, bounded_memory):
    read = 0
    for seed in range(FILES):
        data = _broken(random.Random(seed))
        with campaign.trying(lambda: f"seed {seed}: {_changed(data)}"):  # noqa: B023
            read += isinstance(loaded(tmp_path, data), config.Course)
    campaign.judge()
    assert FILES // 20 < read < FILES, "nearly none or all are courses: nothing is tried"


def _changed(data):
    good = FULL.encode().splitlines()
    return [line[:100] for line in data.splitlines() if line not in good][:3]


def _laughs(first, more, last):
    """Nine levels, each nine times the one before."""
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{n}: &a{n} {more(', '.join([f'*a{n - 1}'] * 9))}" for n in range(1, 10)]
    return FULL + "\n".join([*lines, last]) + "\n"


BOMBS = {
    "lists": _laughs("x", "[{}]".format, "name: *a9"),
    "a deduction of lists": _laughs("x", "[{}]".format, "")
    .replace("per_day: 2", "per_day: *a9")
    .split("\nproblem_sets")[0],
    "merged keys": _laughs("{x: 1}", "{{<<: [{}]}}".format, "name: *a9"),
    "mappings": _laughs(
        "x", lambda all_: "{" + ", ".join(f"k{n}: {item}" for n, item in enumerate(all_.split(", "))) + "}", ""
    ),
}
# The bomb has to stand above what uses it.
_TOP = "\n".join(line for line in _laughs("x", "[{}]".format, "").splitlines() if re.match(r"a\d", line))
BOMBS["a deduction of lists"] = _TOP + "\n" + FULL.replace("per_day: 2", "per_day: *a9")
BOMBS["a key of lists"] = _TOP + "\n" + FULL.replace("ps1:", "? *a9\n  :")
BOMBS["a date of lists"] = _TOP + "\n" + FULL.replace("2026-10-15 23:59", "*a9")


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_aliases_that_multiply_cost_nothing(tmp_path, bounded_memory, within, text):
    with within(5):
        assert "course.yml:" in loaded(tmp_path, text.encode())


def test_what_is_broken_here_was_good(tmp_path):
    assert loaded(tmp_path, FULL.encode()).limits_of("ps2").memory_mb == 1024
    assert yaml.safe_load(FULL)
