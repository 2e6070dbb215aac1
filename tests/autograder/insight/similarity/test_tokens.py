"""Code as tokens: what names and layout say is gone, and any text at all is read, in time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.insight.similarity.tokens import MAX_LETTERS, names, tokens

STUB = 'def scale(x, a):\n    """Scale it."""\n    raise NotImplementedError\n'


def texts(source, given=()):
    return [token.text for token in tokens(source, given)]


@pytest.mark.parametrize(
    "other",
    [
        "m = x.mean(dim=0)\nreturn x - m",
        "avg=x . mean( dim = 0 )   # the mean\n\n\nreturn x-avg",
        "avg = \\\n    x.mean(dim=0)\nreturn x - avg",
    ],
)
def test_names_layout_and_comments_do_not_count(other):
    assert texts(other, {"x"}) == texts("mean_of_all = x.mean(dim=0)\nreturn x - mean_of_all", {"x"})


@pytest.mark.parametrize("other", ["m = x.sum(dim=0)", "m = x.mean(axis=0)", "m = x.mean(dim=1)", "m = y.mean(dim=0)"])
def test_attributes_arguments_numbers_and_the_releases_names_count(other):
    assert texts(other, {"x"}) != texts("m = x.mean(dim=0)", {"x"})


def test_a_docstring_does_not_count_and_a_text_is_a_text():
    code = 'def f(x):\n    """Says\n    something."""\n    return {"a": x}["a"]'
    assert texts(code) == "def N ( N ) : return { S : N } [ S ]".split()


def test_a_token_knows_its_line():
    assert [(token.text, token.line) for token in tokens("a = 1\n\nb = '''x\ny'''\nc")][-2:] == [("S", 2), ("N", 4)]


def test_the_names_of_the_release():
    assert {"scale", "x", "a"} <= names(STUB) and "Scale" not in names(STUB)


HOSTILE = [
    "",
    "def f(:\n  )]}\n\t  oops",
    '"""never closed',
    "'never closed\nx = 1",
    "\x00\x1b[31mx\x07 = \ud800",
    "é = ﬁ = 变量 = '🙂'",
    "$ ? ` !!",
    "\\" * 5000,
    '\\"""' * 5000,
    "'''" * 5001,
    '"' * 30_000,
    "x=1;" * 500_000,
    "a" * 2_000_000,
    "(" * 100_000,
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_python_is_read_all_the_same_and_fast(source):
    began = time.process_time()
    found = tokens(source)
    assert time.process_time() - began < 1.5
    assert len(found) <= MAX_LETTERS and max([token.line for token in found], default=0) <= source.count("\n")


@given(st.text())
def test_any_text_is_read(source):
    assert all(token.text for token in tokens(source))
