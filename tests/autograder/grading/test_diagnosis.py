"""A misconception is named where it explains every call, random draws and all, and nowhere else."""

import pytest
import torch

from autograder.grading.traces import same

SHIFTED = """\
def scale(x, a):
    torch.rand(3)
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a) + torch.rand(x.shape, dtype=x.dtype)
"""
KNOWN = """

@misconception("scale", hint="Add nothing that is random.")
def adds_noise(x, a):
    torch.rand(3)
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a) + torch.rand(x.shape, dtype=x.dtype)
"""


@pytest.fixture
def scale(classroom):
    path = classroom.root / "solutions/ps1/misconceptions.py"
    path.write_text(path.read_text() + KNOWN)

    def graded(**submissions):
        for student, code in submissions.items():
            classroom.hand_in(student, classroom.notebook(code))
        outcome = classroom.grade(jobs=1)
        return {student: found.exercises[0] for student, found in outcome.of.items()}

    return graded


def test_what_a_student_draws_at_random_is_compared_as_well(scale):
    found = scale(
        same=SHIFTED,
        other=SHIFTED.replace("torch.rand(3)", "torch.rand(4)"),
        squared="def scale(x, a):\n    return x * 0.5 * a * a if False else x / (2 / (a * a))",
        wrong="def scale(x, a):\n    return x / (3 / (a * a))",
        right="def scale(x, a):\n    if abs(a) == float('inf'):\n        raise ValueError\n    return x / (1 / a)",
    )
    assert {student: item.misconception for student, item in found.items()} == {
        "same": "adds_noise",
        "other": "",
        "squared": "squared",
        "wrong": "",
        "right": "",
    }
    assert found["same"].hint == "Add nothing that is random." and found["right"].points == 7


def test_a_generator_that_was_used_in_the_same_way_is_the_same():
    one, two, further = (torch.Generator().manual_seed(3) for _ in range(3))
    torch.rand(2, generator=further)
    assert same((one, [one]), (two, [two]))
    assert not same((one, [one]), (further, [further]))
