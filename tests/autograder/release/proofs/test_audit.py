"""The audit finds whatever is not as it must be in a course's own material."""

from autograder.release.proofs.audit import audit

KNOWN = "solutions/ps1/misconceptions.py"
CHECKS = "tests/hidden/ps1/test_scale.py"
SOURCE = "solutions/ps1/ps1.py"


def test_good_material_has_no_findings(tiny):
    found = audit(tiny)
    assert found.findings == []
    assert (found.exercises, found.checks, found.misconceptions) == (2, 7, 4) and found.bodies > 50
    assert found.forbidden_calls >= 2


def test_every_fault_is_found(tiny):
    faults = [
        (
            KNOWN,
            "x / (2 / (a * a))",
            "x / (2 / (a * a)) + __import__('time').time() % 1 * (a != 2)",
            "squared is recognized as no",
        ),
        (
            KNOWN,
            'hint="Count every call: the first adds 1, the second 2."',
            'hint=" "',
            "misconception AddsOne: has no hint",
        ),
        (KNOWN, "# more", FORBIDDEN, "misconception multiplies is forbidden"),
        (KNOWN, "# more", RIGHT, "misconception right passes every check"),
        (KNOWN, "# more", NOBODYS, "misconception nobodys: there is no such exercise"),
        (KNOWN, "# more", FAILING, "misconception halves fails the visible examples"),
        (KNOWN, "# more", UNFAILING, "misconception shifts passes the visible examples"),
        (SOURCE, '"torch.multiply"]', '"torch.multiplied"]', "without: there is no torch.multiplied"),
        ("tests/hidden/ps1/test_Counter.py", "[1, 2, 13]", "[1, 2, 14]", "the solution fails test_counts"),
        (
            CHECKS,
            "assert_unchanged(student.scale",
            "(lambda *given: 0)(student.scale",
            "the stub is graded with 0 points",
        ),
    ]
    for file, old, new, _ in faults:
        path = tiny / file
        text = path.read_text() + ("# more" if "# more" not in path.read_text() and file == KNOWN else "")
        assert old in text, old
        path.write_text(text.replace(old, f"{new}\n# more" if old == "# more" else new, 1))
    found = [item.text for item in audit(tiny).findings]
    for *_, said in faults:
        assert any(said in text for text in found), "\n".join([said, *found])


def test_a_solution_that_fails_is_told_without_what_follows_from_it(tiny):
    path = tiny / CHECKS
    path.write_text(path.read_text().replace("    x = ", "    torch.ones(object())\n    x = "))
    found = audit(tiny, exercise="scale").findings
    texts = [item.text for item in found]
    assert any("the solution fails" in text for text in texts) and not any("is not caught" in text for text in texts)
    assert {item.exercise for item in found if "misconception" in item.text} <= {"scale"}


WAYS = """
import torch

from autograder.authoring import way


def ones(like):
    return torch.ones(1, dtype=like.dtype)


@way("Counter")
class CounterByScale:
    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        x = torch.as_tensor(x)
        return (x + scale(ones(x), float(self.calls)).to(x.dtype)).item()
"""


def test_other_ways_must_be_right_alone_and_beside_each_mistake_of_what_they_call(tiny):
    path = tiny / "solutions/ps1/ways.py"
    path.write_text(WAYS)
    found = audit(tiny, exercise="Counter")
    assert (found.findings, found.ways) == ([], 1)
    path.write_text(WAYS.replace("self.calls += 1", "self.calls += 2"))
    assert "CounterByScale in ways.py fails test_counts: " in audit(tiny, exercise="Counter").findings[0].text


CHEAP = """

@check(points=1)
def test_gives_zeros(student):
    \'\'\'gives zeros for a = 0\'\'\'
    x = torch.randn(3)
    assert_close(student.scale(x, 0.0), x * 0.0)


@check(points=1)
def test_gives_x_itself(student):
    \'\'\'gives x itself where a is 1\'\'\'
    x = torch.randn(3)
    assert_close(student.scale(x, 1.0), x)


@check(points=1)
def test_takes_anything(student):
    \'\'\'raises something\'\'\'
    try:
        student.scale(torch.ones(2), "a")
    except Exception:
        pass
"""


def test_cheap_answers_that_earn_points_are_found(tiny):
    path = tiny / CHECKS
    path.write_text(path.read_text() + CHEAP)
    found = [item.text for item in audit(tiny, exercise="scale").findings]
    for said in (
        "scale: a body that returns zeros earns 3 points: test_leaves_its_argument, test_gives_zeros, test_takes_anything",
        "scale: a body that returns the first argument earns 3 points: test_leaves_its_argument, test_gives_x_itself",
        "except Exception also catches other mistakes",
    ):
        assert any(said in text for text in found), "\n".join([said, *found])


def test_a_check_that_hangs_on_its_seed_or_is_slow_is_found(tiny, monkeypatch):
    monkeypatch.setattr("autograder.release.proofs.audit.MAX_SECONDS", 0.1)
    path = tiny / CHECKS
    text = path.read_text()
    text = text.replace("x = torch.randn(3, 4, dtype=torch.float64)", SEEDED).replace("torch.randn(3), 4.0)", SLOW)
    path.write_text(text)
    found = [item.text for item in audit(tiny, exercise="scale").findings]
    assert any("test_keeps_float64" in item and "with other seeds" in item for item in found)
    assert any(item.startswith("the checks take") for item in found)


FORBIDDEN = """
@misconception("scale", hint="Do not multiply.")
def multiplies(x, a):
    return torch.mul(x, a) + 1
"""
RIGHT = """
@misconception("scale", hint="Nothing is wrong.")
def right(x, a):
    if a in (float("inf"), float("-inf")):
        raise ValueError
    return x / (1 / a)
"""
FAILING = """
@misconception("scale", hint="Do not halve.")
def halves(x, a):
    return x / 2
"""
UNFAILING = """
@misconception("scale", hint="Do not shift.", passes_examples=False)
def shifts(x, a):
    return x / (1 / a) + (a - 2)
"""
NOBODYS = """
@misconception("scales", hint="A misspelt name.")
def nobodys(x, a):
    return x
"""
SEEDED = """x = torch.randn(3, 4, dtype=torch.float64)
    assert_close(float(torch.randn(3, 4, dtype=torch.float64)[0, 0]) > -9, True)
    assert_close(float(x[0, 0]), 1.8667, atol=1e-3)"""
SLOW = "torch.randn(3), 4.0)\n    sum(range(6_000_000))"
