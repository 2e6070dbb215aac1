"""The marks of lines side by side."""

from autograder.insight.similarity.side_by_side import beside

STUB = 'def f(x):\n    """Does."""\n    raise NotImplementedError'
ONE = 'def f(x):\n    """Does."""\n    total = x.sum()\n    n = 2\n    # half\n    y = total / n\n    return y'
OTHER = 'def f(x):\n    """Does."""\n    k = 2\n    s = x.sum()\n    y = s / k\n    return y.clone()'


def test_each_line_is_the_same_renamed_moved_or_only_here():
    mine, theirs = beside(ONE, OTHER, STUB, {"f", "x"})
    assert [line.text for line in mine] == ONE.split("\n")
    assert [line.mark for line in mine][:2] == ["release", "release"]
    marks = {line.text.strip(): line.mark for line in mine[2:]}
    assert marks["# half"] == "" and marks["return y"] == "only" and marks["y = total / n"] == "renamed"
    assert {marks["total = x.sum()"], marks["n = 2"]} == {"renamed", "moved"}
    assert [line.mark for line in theirs][-1] == "only"


def test_any_text_is_marked_and_a_long_one_is_cut():
    mine, theirs = beside("x\n" * 5000, "\x00'''\u2028\r\n\ud800", "", ())
    assert len(mine) == 400 and len(theirs) == 2
