"""Reports in the terminal what was taken over, and what a person has to look at."""

from __future__ import annotations

from collections.abc import Sequence

from autograder import terminal
from autograder.language.staff import for_staff, for_staff_noop, list_for_staff

from .adopt import Adopted

_COLUMNS = (
    *(for_staff_noop("problem set"), for_staff_noop("tests"), for_staff_noop("points by checks")),
    *(for_staff_noop("by hand"), for_staff_noop("notebook")),
)


def show(adopted: Sequence[Adopted]) -> None:
    """Print a table of the problem sets, and below it each cell of tests that is not graded, with the reason."""
    if not adopted:
        return
    rows = [
        (
            item.problem_set,
            for_staff("{translated} of {tests}", translated=item.translated, tests=item.tests),
            f"{item.points:g}",
            f"{item.by_hand:g}",
            item.notebook.name,
        )
        for item in adopted
    ]
    terminal.table(_COLUMNS, rows, right=_COLUMNS[1:4])
    for item in adopted:
        for cell in item.left:
            reason = " ".join(cell.reason.split())[:300]
            terminal.say(
                "{problem_set}: {cell} ({points:g} points) is not graded: it {reason}",
                problem_set=item.problem_set,
                cell=cell.cell,
                points=cell.points,
                reason=reason,
            )
        for name, points in item.free.items():
            terminal.say(
                "{problem_set}: {name}: the stub earns {points:g} points, as it does with {tool}",
                problem_set=item.problem_set,
                name=name,
                points=points,
                tool=item.tool,
            )
        if item.packages:
            terminal.say(
                "{problem_set}: course.yml: packages: {packages} added",
                problem_set=item.problem_set,
                packages=list_for_staff(item.packages),
            )
        for remark in item.remarks:
            terminal.say("{problem_set}: note: {remark}", problem_set=item.problem_set, remark=remark)
    tests, translated = sum(item.tests for item in adopted), sum(item.translated for item in adopted)
    terminal.say(
        "{translated} of {tests} cells of tests are graded by checks outside the student's process",
        translated=translated,
        tests=tests,
    )
