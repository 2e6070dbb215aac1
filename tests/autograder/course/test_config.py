"""course.yml: every mistake is named with its line and what to write instead."""

import hypothesis.strategies as st
import pytest
import yaml
from hypothesis import given, settings

from autograder.course import config
from autograder.errors import AutograderError

GOOD = """\
name: torch101
title: Deep learning
timezone: Europe/Berlin
problem_sets:
  ps1: {title: Tensors, due: 2026-10-01 23:59}
"""


def load(tmp_path, text):
    (tmp_path / "course.yml").write_text(text)
    return config.load(tmp_path)


def test_a_good_course_is_read(tmp_path):
    course = load(tmp_path, GOOD)
    assert course.problem_sets["ps1"].due.isoformat() == "2026-10-01T23:59:00"
    assert course.limits_of("ps1") == course.limits


def test_limits_of_a_problem_set_take_the_place_of_the_courses(tmp_path):
    course = load(tmp_path, GOOD.replace("23:59}", "23:59, limits: {cell_seconds: 99}}"))
    assert course.limits_of("ps1").cell_seconds == 99


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: torch101\n", "", "course.yml:1: name: is missing"),
        ("title: Deep", "titel: Deep", "course.yml:2: titel: no such field; known fields: name, title"),
        ("2026-10-01 23:59", "tomorrow", "course.yml:5: problem_sets.ps1.due: not a date; write 2026-10-01 23:59"),
        ("2026-10-01 23:59", "2026-13-01 23:59", "not a date"),
        ("torch101", "torch 101", "course.yml:1: name: may contain only letters"),
        ("due:", "dew:", "course.yml:5: problem_sets.ps1.dew: no such field; known fields: title, due, limits"),
        ("title: Deep learning", "title: [", "not YAML"),
        ("title: Deep learning", "limits: {memory_mb: lots}\ntitle: x", "course.yml:2: limits.memory_mb:"),
        ("title: Deep learning", "limits: {memory_mb: 1}\ntitle: x", "course.yml:2: limits.memory_mb:"),
        ("Europe/Berlin", "Europe/Atlantis", "course.yml:3: timezone: no such time zone"),
        (
            "problem_sets:\n  ps1: {title: Tensors, due: 2026-10-01 23:59}",
            "problem_sets: {}",
            "course.yml:4: problem_sets:",
        ),
        (GOOD, "", "course.yml:1: not a mapping"),
        (GOOD, "- a\n- b\n", "course.yml:1: not a mapping"),
        (GOOD, "a: &a [*a, *a]", "course.yml:1: not YAML: aliases expand to too many nodes"),
        ("2026-10-01 23:59", "20261001", "course.yml:5: problem_sets.ps1.due: not a date"),
        ("Deep learning", "!!timestamp x", "course.yml:2: not YAML: not a valid timestamp"),
        ("Deep learning", "!!int x", "course.yml:2: not YAML: not a valid int"),
        ("Deep learning", "!!bool maybe", "course.yml:2: not YAML: not a valid bool"),
        ("Deep learning", "\x07", "course.yml:2: not YAML: special characters"),
        ("ps1:", '"a\\nb":', "course.yml:5: problem_sets.a b: may contain only letters"),
    ],
)
def test_a_mistake_is_named_with_line_field_and_fix(tmp_path, old, new, said):
    with pytest.raises(AutograderError) as error:
        load(tmp_path, GOOD.replace(old, new))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_says_how_to_name_the_folder(tmp_path):
    with pytest.raises(AutograderError, match="-C DIR"):
        config.load(tmp_path / "nowhere")


def test_an_unknown_problem_set_is_named_with_those_there_are(tmp_path):
    with pytest.raises(AutograderError, match="no problem set ps9; there are ps1"):
        config.chosen(load(tmp_path, GOOD), ["ps9"])


fields = st.sampled_from(
    ["name", "title", "limits", "problem_sets", "due", "ps1", "timezone", "gradebook", "language", "x"]
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields | st.integers(), inner, max_size=6),
    max_leaves=15,
)


@settings(max_examples=300, deadline=None)
@given(trees)
def test_any_yaml_is_a_course_or_one_clear_line(tmp_path_factory, tree):
    folder = tmp_path_factory.mktemp("course")
    try:
        load(folder, yaml.safe_dump(tree))
    except AutograderError as error:
        assert "\n" not in str(error) and "course.yml" in str(error)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_course_or_one_clear_line(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("course")
    try:
        load(folder, text.encode("utf-8", "replace").decode())
    except AutograderError as error:
        assert "\n" not in str(error)


BASE = "name: x\ntitle: y\nproblem_sets:\n  ps1: {title: a}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE + "language: de\n", "5: language: must be en or zh"),
        (BASE + "limits: {cell_seconds: 0}\n", "5: limits.cell_seconds: must be more than 0"),
        (BASE + "limits: {memory_mb: lots}\n", "5: limits.memory_mb: not a whole number"),
        (BASE + "limits: 3\n", "5: limits: not a mapping; write limits: {cell_seconds: 10}"),
        (BASE + "  ps1: {title: b}\n", "5: ps1: appears twice; remove one"),
        (BASE + "\tlanguage: en\n", "5: not YAML: a tab; indent with spaces"),
        (BASE.replace("y", "a: b", 1), "2: not YAML: a second colon; put text that contains a colon into quotes"),
        (BASE.replace("x", "5", 1), "1: name: not text; write it in quotes"),
        (BASE.replace("{title: a}", "Images"), "4: problem_sets.ps1: not a mapping; write ps1: {title: Convolution}"),
        ("name: x\ntitle: y\nproblem_sets: {}\n", "3: problem_sets: is empty; add one below it"),
    ],
)
def test_a_mistake_is_told_in_plain_words_with_its_line(text, said):
    with pytest.raises(AutograderError) as raised:
        config.parse(text)
    assert str(raised.value).startswith(f"course.yml:{said}")
