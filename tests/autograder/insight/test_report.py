"""autograder report on a graded class: what comes from verdicts, submitted/, the gradebook and the roster."""

import json
import re

import msgspec
import pytest

from autograder.errors import AutograderError
from autograder.insight import report

WRONG = "def scale(x, a):\n    return x + a - 1"
CLASS = {
    "ann": {},
    "ben": {"scale": "def scale(x, a):\n    return x / (2 / (a * a))"},
    "cy": {"scale": WRONG},
    "di": {"scale": WRONG.replace("x + a", "a + x")},
    "ed": {"scale": ""},
    "flo": {"scale": "def scale(x, a):\n    while True: pass"},
    "gus": {"counter": "class Counter:\n    def __call__(self, x):\n        import os; os._exit(1)"},
    "hal": {"scale": "def scale(x, a):\n    return torch.ones(2**40) * x"},
}


@pytest.fixture(scope="module")
def room(shared_classroom):
    for student, written in CLASS.items():
        folder = shared_classroom.hand_in(student, shared_classroom.notebook(**written))
        late = student in ("ann", "cy")
        (folder / "timestamp.txt").write_text(f"2026-10-{'03' if late else '01'} 12:00:00 UTC")
    shared_classroom.hand_in("bad", data=b"{")
    people = [*CLASS, "bad", "gone", "left"]
    (shared_classroom.root / "roster.csv").write_text("id\n" + "\n".join(people) + "\n")
    shared_classroom.grade(jobs=1)
    return shared_classroom


@pytest.fixture(scope="module")
def found(room):
    return report.gather(room.root, "ps1")


def test_who_handed_in_who_did_not_and_what_could_not_be_graded(found):
    assert (found.submissions, found.missing, found.not_graded) == (len(CLASS), ["gone", "left"], ["bad"])


def test_late_work_is_the_gradebooks(found):
    late = {item.student: (item.submitted, item.hours) for item in found.late}
    assert late == dict.fromkeys(("ann", "cy"), ("2026-10-03 12:00 UTC", pytest.approx(36, abs=0.1)))


def test_known_mistakes_and_unknown_ones_in_groups(found):
    assert [(item.name, item.students) for item in found.misconceptions][:1] == [("squared", ["ben"])]
    groups = {tuple(item.students): item for item in found.unexplained}
    assert groups["cy", "di"].exercise == "scale" and "Fails test_" in groups["cy", "di"].kind


def test_an_answer_that_is_in_no_group_is_told_all_the_same(room, monkeypatch):
    verdicts = report._verdicts(room.root, "ps1")
    nothing = report.gathering.Unexplained("ps1")
    monkeypatch.setattr(report.gathering, "unexplained", lambda root, name: nothing)
    alone = report.unexplained(room.root, "ps1", verdicts)
    assert {"cy", "di"} <= {student for item in alone if item.exercise == "scale" for student in item.students}
    assert all(item.kind == "" for item in alone)


def test_what_is_not_begun(found):
    assert [item.not_begun for item in found.exercises if item.name == "scale"] == [["ed"]]


def test_every_kind_of_trouble_is_known_by_the_engines_words(found):
    kinds = {(item.student, item.kind) for item in found.incidents}
    assert {("flo", "out of time"), ("gus", "ended the program"), ("hal", "out of memory")} <= kinds
    assert not [item for item in found.incidents if item.kind == "other"]


def test_the_page_is_one_file_that_loads_nothing(room, found):
    path = report.write(room.root, found)
    page = path.read_text()
    assert path == room.root / "exports" / "ps1-report.html"
    assert "Staff only" in page and "default-src 'none'" in page
    assert not re.search(r"\b(src|href)=\"(?!#)|url\(|@import|https?:", page)


def test_it_is_json(found):
    answer = json.loads(msgspec.json.encode(found))
    assert answer["scores"]["count"] == len(CLASS) and answer["missing"] == ["gone", "left"]


def test_without_a_roster_nobody_is_missing(room, tmp_path):
    roster = room.root / "roster.csv"
    kept = roster.read_bytes()
    roster.unlink()
    try:
        assert report.gather(room.root, "ps1").missing is None
    finally:
        roster.write_bytes(kept)


@pytest.mark.parametrize(
    ("problem_set", "said"), [("ps9", "no problem set ps9"), ("ps1", "no verdicts; run: autograder grade ps1")]
)
def test_a_mistake_is_one_line(tiny, problem_set, said):
    with pytest.raises(AutograderError, match=said):
        report.gather(tiny, problem_set)


def test_a_verdict_of_another_version_is_named(tiny):
    (tiny / "verdicts/ps1").mkdir(parents=True)
    (tiny / "verdicts/ps1/ann.json").write_text("{}")
    with pytest.raises(AutograderError, match="not a verdict in this version's format"):
        report.gather(tiny, "ps1")
