"""Code in colours: the text stays what it is, whatever it is, and only our own tags come in."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.feedback.highlighting import highlighted

CODE = '''@decorated
def norm(x, eps=1e-5):
    """Docstring with <b>html</b> & "quotes"."""
    # a comment
    return sum(x) if x.sum is not None else f"{x!r} äöü 数"
'''


def spans(source):
    return re.findall(r'<span class="(\w+)">(.*?)</span>', highlighted(source), re.DOTALL)


def text(source):
    return html.unescape(re.sub(r'</?span(?: class="\w+")?>', "", highlighted(source)))


def test_tells_the_parts_of_python_apart():
    found = spans(CODE)
    assert ("keyword", "def") in found and ("name", "norm") in found and ("number", "1e-5") in found
    assert ("comment", "# a comment") in found and ("builtin", "sum") in found
    assert [name for name, part in found if part == "sum"] == ["builtin"]  # x.sum is no builtin
    assert any(name == "string" and "&lt;b&gt;html" in part for name, part in found)


@pytest.mark.parametrize(
    "source",
    [
        CODE,
        "def f(:\n  '''never closed\n x = 1",
        "%matplotlib inline\n!ls\nx = 1",
        "if x:\n        a\n    b\n",
        "x = 1\x0c\u2028y = 2\r\nz",
        "</span><script>alert(1)</script>",
        "'\\N{x}' \\",
        "",
    ],
)
def test_keeps_the_text_whatever_it_is(source):
    assert text(source) == source


@given(st.text(alphabet=st.sampled_from("ab'\"\\\n\t #()[]{}:=1.<&\u2028\x0c数def classreturn")))
def test_keeps_any_text(source):
    assert text(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "'" + "\\'" * 100_000,
        ("'" + "\\'" * 140 + "\n") * 700,
        '"""' * 66_666,
        "(" * 200_000,
        '"""' + '""' * 100_000,
        '"""' + "\\" * 200_001,
        "'''" + "'' " * 70_000,
        "f" * 200_000,
        "1e+" * 70_000,
    ],
)
def test_takes_no_long_time_over_text_made_to_take_long(source):
    began = time.perf_counter()
    highlighted(source)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "part, kind",
    [
        ("'a' ", "string"),
        ("rb'\\'", "string"),
        ('"""a\n"b" \\""" c"""', "string"),
        ("f'''{x}'''", "string"),
        ("''", "string"),
        ("0x1F", "number"),
        (".5e-3", "number"),
        ("1_000.0j", "number"),
        ("# 'a'", "comment"),
        ("while", "keyword"),
    ],
)
def test_a_token_is_one_part(part, kind):
    assert spans(f"x = ({part}\n)") == [(kind, html.escape(part.strip(), quote=False))]
