"""autograder similarity on a class: who is named, what it costs hostile input, that nothing is run."""

import json

import pytest

from autograder import terminal
from autograder.errors import AutograderError
from autograder.insight.similarity import compare as similarity

TURNED = "\u202e"
COPIED = '''\
def scale(x, a):
    """Mine."""
    with open("/tmp/similarity-ran-this", "w") as opened: opened.write("</script><script>alert(1)</script>")
    parts = [piece for piece in torch.unbind(x, 0) if piece is not None]
    weights = sorted({float(a): index for index, _ in enumerate(parts)}.items(), reverse=True)
    return torch.stack([piece * weights[0][0] for piece in parts], 0) if len(parts) > 1 else x.mul(weights[0][0])
'''
RENAMED = (
    COPIED.replace("parts", "rows")
    .replace("piece", "row")
    .replace("Mine", "Also \x1b[31mmine\x07" + TURNED)
    .replace("    weights", "\n    # the weights\n    weights")
)
OWN = """\
def scale(x, a):
    step{0} = x + {0} * a ** {0} - {0}
    while step{0}.dim() > {0}: step{0} = step{0}.{1}(0).{2}(step{0} / {0})
    return [step{0} for other in range({0}) if other % {0} == a][{0}:].{2}()
"""
HOSTILE = {
    "broken": "def scale(x, a:\n  '''\n\t(",
    "empty": "",
    "huge": "x = [" + "1," * 200_000,
    "control": "\x1b[2J\x00",
}


@pytest.fixture(scope="module")
def compared(shared_classroom):
    room = shared_classroom
    for n, (one, other) in enumerate([("sum", "mul"), ("mean", "add"), ("amax", "sub"), ("amin", "div")] * 3, 2):
        room.hand_in(f"own{n:02}", room.notebook(scale=OWN.format(n, one, other)))
    for student, code in {"ann": COPIED, "[red]bob": RENAMED, **HOSTILE}.items():
        room.hand_in(student, room.notebook(scale=code))
    room.hand_in("zed", data=b"{")
    return similarity.compare(room.root, "ps1")


def test_the_pair_that_stands_out_is_named_whatever_else_was_handed_in(compared):
    [found] = compared.findings
    assert (found.exercise, {*found.one, *found.other}) == ("scale", {"ann", "[red]bob"})
    assert found.same and found.similarity == 1 and found.exercises == 1
    assert {found.one_text, found.other_text} == {COPIED, RENAMED}


def test_all_that_was_handed_in_is_accounted_for(compared):
    assert compared.submissions == 12 + 2 + len(HOSTILE) and compared.unread == ["zed"]


def test_nothing_is_run(compared, tmp_path):
    from pathlib import Path

    assert not Path("/tmp/similarity-ran-this").exists()


def test_the_terminal_shows_names_and_nothing_of_the_code(compared, monkeypatch, capsys):
    with terminal.out.capture() as capture:
        similarity.show(compared)
    shown = capture.get()
    assert "[red]bob" in shown and "never a score" in shown and "could not be read: zed" in shown
    assert "\x07" not in shown and TURNED not in shown


def test_the_page_holds_both_texts_with_what_is_not_printable_written_out(compared, shared_classroom, tmp_path):
    path = similarity.write(shared_classroom.root, compared, tmp_path / "deep" / "page.html")
    page = path.read_text()
    assert "never a score" in page and "Staff only" in page
    assert "&lt;/script&gt;&lt;script&gt;" in page and page.count("<script") == 1
    assert "\x1b" not in page and "\\x1b[31m" in page and TURNED not in page and "\\u202e" in page


def test_the_same_two_in_several_exercises_come_first(shared_classroom):
    pairs = [
        ("f", similarity.Pair(("a",), ("b",), True, 1.0, 9.0)),
        ("f", similarity.Pair(("c",), ("d", "e"), True, 1.0, 5.0)),
        ("g", similarity.Pair(("d",), ("e",), False, 0.8, 4.0)),
    ]
    texts = {name: dict.fromkeys("abcde", "x") for name in "fg"}
    found = similarity._ranked(pairs, texts)
    assert [(item.one, item.exercises) for item in found] == [(("c",), 2), (("d",), 2), (("a",), 1)]


def test_it_is_json(compared):
    import msgspec

    answer = json.loads(msgspec.json.encode(compared))
    assert "never a score" in answer["note"] and answer["findings"][0]["exercise"] == "scale"


def test_a_page_that_cannot_be_written_is_one_line(compared, shared_classroom, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(AutograderError, match="cannot be written"):
        similarity.write(shared_classroom.root, compared, tmp_path / "file" / "page.html")
