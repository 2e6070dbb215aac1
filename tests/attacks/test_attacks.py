"""No attack gains a point, learns a secret, leaves anything behind or costs its neighbours anything."""

import json
from pathlib import Path

from autograder.model import verdict as verdicts

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
HIDDEN = ("assert_gradients(student", "torch.tensor([3.0, 6.0])", "BEGIN SOLUTION", "lambda x, a: x * a")
"""Text of the hidden checks and of the solutions."""


def test_each_attack_earns_what_its_honest_part_earns(graded, attack):
    if attack.beyond:
        assert attack.beyond in SECURITY.read_text()
    found = graded.verdicts(attack)
    for item in found:
        refused = any(one.status == "forbidden" for one in item.exercises)
        assert item.points == attack.expected or (refused and item.points < attack.expected), item
    assert found or attack.expected is None
    assert not graded.won(attack), graded.shown(attack)


def test_the_verdict_says_what_happened(graded, attack):
    if attack.expected is None:
        [line] = graded.problems(attack)
        assert attack.says and attack.says in line and "\n" not in line
        return
    assert graded.problems(attack) == []
    for item in graded.verdicts(attack):
        assert attack.says in verdicts.to_json(item).decode()
    assert attack.shows in graded.shown(attack)


def test_nothing_secret_is_shown(graded, attack):
    names = graded.room.students[attack.name]
    for name, data in graded.after.items():
        if any(name.split("/")[-1] == f"{student}.json" or f"/{student}/" in name for student in names):
            text = data.decode(errors="replace")
            assert graded.room.secret not in text, name
            assert not (attack.must_not_show and attack.must_not_show in text), name
            if not name.startswith("submitted/") and attack.kind == "reading":
                assert not [hidden for hidden in HIDDEN if hidden in text], name


def test_the_run_went_on(graded, attacks):
    refused = [name for name, attack in attacks.items() if attack.expected is None]
    handed_in = sum(map(len, graded.room.students.values())) + len(graded.room.honest)
    assert len(graded.outcome.problems) == len(refused)
    assert len(graded.outcome.verdicts) == handed_in - len(refused)


def test_every_honest_neighbours_results_are_the_same_byte_by_byte(graded):
    for folder, suffix in (("verdicts", ""), ("feedback", "html"), ("autograded", "ipynb")):
        seen = set()
        for student in graded.room.honest:
            if folder == "verdicts":
                text = (graded.room.root / "verdicts" / "ps1" / f"{student}.json").read_text()
            else:
                text = graded.of(student, folder, suffix)
            seen.add(text.replace(student, "NAME"))
        assert len(seen) == 1, folder
    assert {item.points for item in graded.outcome.verdicts if item.student in graded.room.honest} == {10}


def test_the_gradebook_holds_what_the_verdicts_say(graded):
    assert graded.room.scores() == {item.student: item.points for item in graded.outcome.verdicts}


def test_the_planted_secret_is_in_no_result(graded):
    room = graded.room
    kept = {"secret.txt", "tests/hidden/ps1/test_scale.py", "solutions/ps1/ps1.py"}
    assert {name for name, data in graded.after.items() if room.secret.encode() in data} == kept
    assert room.secret not in json.dumps(graded.outcome.problems)


def test_the_courses_files_are_as_they_were_and_only_results_are_new(graded):
    assert {name: graded.after.get(name) for name in graded.before} == graded.before
    new = {name.split("/")[0] for name in graded.after.keys() - graded.before.keys()}
    assert new == {"autograded", "feedback", "verdicts", "gradebook.db"}
    students = {name.split("/")[1] for name in graded.after if name.startswith(("autograded/", "feedback/"))}
    assert students == {item.student for item in graded.outcome.verdicts}


def test_no_process_file_or_descriptor_is_left(graded):
    assert graded.processes == set()
    assert graded.temporary == []
    assert graded.left == set()
    before, after = graded.descriptors
    assert after <= before


def test_there_are_enough_attacks_and_no_two_do_the_same(attacks):
    assert len(attacks) >= 60
    sentences = [attack.sentence for attack in attacks.values()]
    assert len(set(sentences)) == len(sentences)
    for attack in attacks.values():
        assert "\n" not in attack.sentence and attack.sentence.endswith("."), attack.path
        assert attack.scale or attack.cell or attack.edit or attack.folder, attack.path
