"""A problem set whose helper module has a dataclass: it goes to student code and comes back as the course's own."""

import json

from autograder.course import release
from autograder.grade import grade
from autograder.release.build import build

HELPER = """

from dataclasses import dataclass

@dataclass
class Line:
    name: str
    number: int
"""
TEXT = """
# %% exercise="more" also=["shop"]
def more(line):
    \"\"\"Return a line with one more of the same.\"\"\"
    ### BEGIN SOLUTION
    return shop.Line(line.name, line.number + 1)
    ### END SOLUTION

# %% examples="more"
assert more(shop.Line("tea", 1)).number == 2
"""
CHECKS = """import shop

from autograder.authoring import assert_equal, check, codec

codec(shop.Line)


@check(points=2)
def test_adds_one(student):
    \"\"\"adds one\"\"\"
    assert_equal(student.more(shop.Line("milk", 3)), shop.Line("milk", 4))
    assert student.more(shop.Line("milk", 3)).number == 4
"""
ANSWERS = {
    "right": "def more(line):\n    return shop.Line(line.name, line.number + 1)",
    "wrong": "def more(line):\n    return shop.Line(line.name, line.number)",
    "own": "from dataclasses import dataclass\n@dataclass\nclass Line:\n    name: str\n    number: int\n"
    "def more(line):\n    return Line(line.name, line.number + 1)",
    "liar": "class Line(shop.Line):\n    def __eq__(self, other):\n        return True\n"
    "def more(line):\n    return Line(line.name, 0)",
}


def test_a_class_of_the_helper_module_is_graded_by_value(tables):
    with (tables / "solutions/ps1/files/shop.py").open("a") as file:
        file.write(HELPER)
    with (tables / "solutions/ps1/ps1.py").open("a") as file:
        file.write(TEXT)
    (tables / "tests/hidden/ps1/test_more.py").write_text(CHECKS)
    build(tables)
    for student, written in ANSWERS.items():
        made = json.loads(release.path_of(tables, "ps1").read_text())
        for cell in made["cells"]:
            if cell["metadata"].get("autograder", {}).get("exercise") == "more":
                cell["source"] = written
        folder = tables / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        (folder / "ps1.ipynb").write_text(json.dumps(made))
    outcome = grade(tables, ["ps1"], jobs=1)
    assert outcome.problems == []
    of = {item.student: next(one for one in item.exercises if one.name == "more") for item in outcome.verdicts}
    assert {student: found.points for student, found in of.items()} == {"right": 2, "wrong": 0, "own": 0, "liar": 0}
    assert of["wrong"].checks[0].reason.startswith("the result.number should be 4, not 3")
    assert "should be an instance of the class Line of shop" in of["own"].checks[0].reason
