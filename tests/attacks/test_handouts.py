"""The files beside a notebook are the course's own in grading, whatever a student hands in or does to them."""

import copy
import json
import shutil
from pathlib import Path

import pytest

from autograder.course import release
from autograder.grade import grade

TABLES = Path(__file__).parents[1] / "tables"
WON = "attack-won"
TOTAL = """
def total(basket, prices=PRICES):
    return shop.rounded(sum(prices[name] * number for name, number in basket.items()))
"""
CHEAPEST = """
def cheapest(prices):
    return min(sorted(prices), key=prices.get)
"""
TAMPER = """
import os, shutil
from pathlib import Path

def attempt(act):
    try:
        act()
    except OSError:
        return
    print("attack-" + "won")

for name in ("shop.py", "prices.csv", "deep/notes.txt"):
    attempt(lambda: open(name, "a"))
    attempt(lambda: os.chmod(name, 0o666))
    attempt(lambda: os.rename(name, "other"))
    attempt(lambda: os.remove(name))
    attempt(lambda: os.truncate(name, 0))
attempt(lambda: shutil.rmtree("deep"))
attempt(lambda: Path("deep/new.txt").write_text("x"))
attempt(lambda: os.rename("deep", "depth"))
attempt(lambda: os.symlink("/etc", "deep/link"))
Path("mine.txt").write_text("a file of my own may be written")
"""
SEARCH = """
import os

tops = ["/home", "/tmp", "/dev/shm", "@COURSE@"]
seen = [os.path.join(place, name) for top in tops for place, _, names in os.walk(top) for name in names]
print("attack-" + "won" if [name for name in seen if "more.csv" in name or "misconceptions" in name] else "nothing")
print(sorted(os.listdir("/home/student")))
"""
REPLACED = """
shop.rounded = lambda amount: 0.0
"""


class Room:
    def __init__(self, root):
        self.root = root
        self.release = release.load(root, "ps1")

    def hand_in(self, student, total=TOTAL, cell="", files=None):
        made = copy.deepcopy(self.release.notebook)
        for one in made["cells"]:
            exercise = one["metadata"].get("autograder", {}).get("exercise")
            one["source"] = {"total": total, "cheapest": CHEAPEST}.get(exercise, one["source"])
            if exercise == "total" and cell:
                one["source"] = cell.replace("@COURSE@", str(self.root)) + one["source"]
        folder = self.root / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        (folder / "ps1.ipynb").write_text(json.dumps(made))
        for name, data in (files or {}).items():
            (folder / name).write_text(data)
        return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    room = Room(Path(shutil.copytree(TABLES, tmp_path_factory.mktemp("handouts") / "tables")))
    room.hand_in("a-honest")
    room.hand_in("b-own-files", files={"shop.py": "raise SystemExit", "prices.csv": "tea,0\nbread,0\nmilk,0\n"})
    answer = "\ndef total(basket, prices=PRICES):\n    return shop.answer(basket, prices)\n"
    helper = "def read(lines): return {}\ndef answer(basket, prices): return 0.0\ndef rounded(amount): return 0.0\n"
    room.hand_in("c-own-helper", total=answer, files={"shop.py": helper})
    folder = room.hand_in("d-links")
    (folder / "prices.csv").symlink_to("/etc/hostname")
    (folder / "deep").symlink_to("/etc")
    room.hand_in("e-tampers", cell=TAMPER)
    room.hand_in("f-honest")
    room.hand_in("g-searches", cell=SEARCH)
    room.hand_in("h-replaced", cell=REPLACED)
    behind = (
        "\ndef total(basket, prices=PRICES):\n    return float(shop.torch.nn.functional.relu(shop.torch.tensor(1.0)))\n"
    )
    room.hand_in("i-behind", total=behind)
    outcome = grade(room.root, jobs=1)
    assert outcome.problems == []
    return room, {item.student: item for item in outcome.verdicts}


@pytest.mark.parametrize("student", ["a-honest", "b-own-files", "d-links", "e-tampers", "f-honest", "g-searches"])
def test_the_courses_files_are_used_and_an_honest_part_earns_all(graded, student):
    _, verdicts = graded
    assert verdicts[student].points == 6, verdicts[student]


@pytest.mark.parametrize("student", ["c-own-helper", "h-replaced", "i-behind"])
def test_a_helper_of_the_students_own_earns_nothing(graded, student):
    _, verdicts = graded
    assert {item.name: item.points for item in verdicts[student].exercises} == {"total": 0, "cheapest": 3}


def test_what_the_helper_calls_inside_is_allowed_and_the_same_call_outside_of_it_is_not(graded):
    _, verdicts = graded
    assert {item.status for item in verdicts["a-honest"].exercises} == {"graded"}
    [total] = [item for item in verdicts["i-behind"].exercises if item.name == "total"]
    assert total.status == "forbidden" and "relu" in total.note


def test_nothing_can_be_changed_and_only_the_files_can_be_seen(graded):
    room, _ = graded
    shown = {
        student: (room.root / f"autograded/{student}/ps1/ps1.ipynb").read_text()
        for student in ("e-tampers", "g-searches")
    }
    assert WON not in "".join(shown.values()).replace('attack-\\" + \\"won', "")
    assert "['deep', 'prices.csv', 'shop.py']" in shown["g-searches"]
    for name in ("shop.py", "prices.csv", "deep/notes.txt"):
        ours = f"solutions/ps1/files/{name}"
        assert (room.root / ours).read_bytes() == (TABLES / ours).read_bytes()
