"""The class report of a problem set: collects its data from the course's folder, and writes the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from autograder.course import config, nbgrader
from autograder.errors import AutograderError
from autograder.gradebook import late
from autograder.grading.intake import find
from autograder.language.staff import for_staff
from autograder.lms import roster
from autograder.model.verdict import Verdict, read
from autograder.results import folders
from autograder.results.store import Store

from . import figures, report_page
from . import unexplained as gathering
from .figures import ClassReport, Late, Unexplained


def gather(root: Path, problem_set: str) -> ClassReport:
    """Return the figures of a problem set, from verdicts/, submitted/, the gradebook and the roster.

    Raises:
        AutograderError: the problem set does not exist, or has no verdicts.
    """
    course = config.load(root)
    config.chosen(course, [problem_set])
    verdicts = _verdicts(root, problem_set)
    graded = {item.student for item in verdicts}
    handed_in = {item.student for item in find(root / nbgrader.SUBMITTED, [problem_set])}
    people = roster.of_course(root, None)
    return figures.report(
        problem_set,
        verdicts,
        seconds={student: taken for student, taken in _seconds(root, problem_set).items() if student in graded},
        late=[_late(item) for item in late.handed_in_late(course, problem_set)],
        not_graded=sorted(handed_in - graded),
        missing=people.missing(handed_in | graded) if people else None,
        unexplained=unexplained(root, problem_set, verdicts),
    )


def write(root: Path, found: ClassReport, into: Path | None = None) -> Path:
    """Write the page and return its path; exports/PS-report.html in the course's folder by default.

    Raises:
        AutograderError: the page cannot be written.
    """
    path = into or root / folders.EXPORTS / f"{found.problem_set}-report.html"
    folders.write(path, report_page.render(config.load(root), found).encode())
    return path


def unexplained(root: Path, problem_set: str, verdicts: Sequence[Verdict]) -> list[Unexplained]:
    """Return the unexplained answers, grouped by equal results in every check.

    Answers that could not be grouped make one more group per exercise, whose `kind` is empty.
    """
    groups = [
        Unexplained(group.exercise, _kind(group), group.students)
        for group in gathering.unexplained(root, problem_set).groups
    ]
    grouped = {(group.exercise, student) for group in groups for student in group.students}
    for rest in figures.unexplained_by_exercise(verdicts):
        if left := [student for student in rest.students if (rest.exercise, student) not in grouped]:
            groups.append(Unexplained(rest.exercise, "", left))
    return groups


def _kind(group: gathering.Group) -> str:
    said = []
    if group.nearest:
        said.append(for_staff("{share:.0%} like {name}.", share=group.agreeing, name=group.nearest))
    if group.fails:
        said.append(for_staff("Fails {check}", check=group.fails[0]))
    return " ".join(said)


def _verdicts(root: Path, problem_set: str) -> list[Verdict]:
    folder = folders.verdict(root, "", problem_set).parent
    found = []
    for path in sorted(folder.glob("[!.]*.json")):
        try:
            found.append(read(path))
        except (OSError, msgspec.MsgspecError):
            raise AutograderError(
                "{path}: not a verdict in this version's format; run: autograder grade {problem_set}",
                path=path,
                problem_set=problem_set,
            ) from None
    if not found:
        raise AutograderError(
            "{folder}: no verdicts; run: autograder grade {problem_set}", folder=folder, problem_set=problem_set
        )
    return found


def _seconds(root: Path, problem_set: str) -> dict[str, float]:
    path = folders.store(root)
    if not path.is_file():
        return {}
    with Store(path) as store:
        return store.seconds(problem_set)


def _late(item: late.HandedInLate) -> Late:
    return Late(
        item.student,
        f"{item.submitted:%Y-%m-%d %H:%M} UTC",
        item.late.total_seconds() / 3600,
        item.extension.total_seconds() / 3600,
        item.penalty,
    )
