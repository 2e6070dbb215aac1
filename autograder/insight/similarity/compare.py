"""Finds similar solutions in the submissions of a problem set, for a person to compare; scores do not depend on it.

The code in each exercise's cell is compared, without what the release contained. No student code is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import msgspec

from autograder import terminal
from autograder.course import config, nbgrader, release
from autograder.course.release import Release
from autograder.errors import AutograderError
from autograder.grading.intake import find
from autograder.grading.setup import setup_of
from autograder.insight import page
from autograder.language.staff import for_staff, for_staff_noop, list_for_staff, some_for_staff, staff_language
from autograder.results import folders
from autograder.terminal import literal

from .pairs import Pair, outstanding
from .side_by_side import beside
from .tokens import names, tokens

_MOST = 60
"""Maximum number of findings; those after them hardly stand out."""
_COLUMNS = (
    *(for_staff_noop("exercise"), for_staff_noop("student"), for_staff_noop("and"), for_staff_noop("alike")),
    *(for_staff_noop("stands out"), for_staff_noop("exercises"), ""),
)
NOTE = for_staff_noop(
    "This list is an aid for a person, and never a score: two similar solutions may come from the same lecture, the"
    " same book or allowed discussion. Read both and ask the students before you draw conclusions."
)


class SimilarPair(msgspec.Struct, frozen=True):
    """Two unusually similar texts, and their students; `one_text` and `other_text` are of each side's first student."""

    exercise: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    same: bool
    """Whether the texts of all these students differ in names, layout and comments only."""
    similarity: float
    outstanding: float
    exercises: int
    """Number of exercises, including this one, in which the same two students are a pair."""
    one_text: str
    other_text: str


class Similarity(msgspec.Struct, frozen=True):
    """The result of a comparison."""

    problem_set: str
    submissions: int
    findings: list[SimilarPair]
    more: int
    """Number of pairs that are left out, since they stand out less."""
    unread: list[str]
    """Students whose notebook cannot be read."""
    note: str = NOTE


def compare(root: Path, problem_set: str) -> Similarity:
    """Compare the submissions of a problem set.

    Raises:
        AutograderError: the problem set is unknown or not built.
    """
    setup = setup_of(root, config.load(root), problem_set)
    released = setup.release
    written: dict[str, dict[str, str]] = {exercise.name: {} for exercise in released.exercises}
    unread, count = [], 0
    for handed_in in find(root / nbgrader.SUBMITTED, [problem_set]):
        try:
            item = setup.prepare(handed_in)
        except AutograderError:
            unread.append(handed_in.student)
            continue
        count += 1
        for exercise in released.exercises:
            if place := item.repaired.place(exercise.solution_id):
                written[exercise.name][handed_in.student] = item.repaired.cells[place - 1].source
    if not count:
        if unread:
            raise AutograderError(
                "{problem_set}: nothing that can be read; run: autograder status {problem_set}",
                problem_set=problem_set,
            )
        raise AutograderError(
            "{problem_set}: nothing is handed in; run: autograder status {problem_set}", problem_set=problem_set
        )
    found = [(name, pair) for name, texts in written.items() for pair in _pairs(texts, _stub(released, name))]
    findings = _ranked(found, written)
    return Similarity(problem_set, count, findings[:_MOST], max(0, len(findings) - _MOST), unread)


def _stub(released: Release, name: str) -> str:
    [ours] = [item for item in released.exercises if item.name == name]
    return released.cells[ours.solution_id].source


def _pairs(texts: dict[str, str], stub: str) -> list[Pair]:
    given = names(stub)
    compared = {student: [token.text for token in tokens(text, given)] for student, text in texts.items()}
    return outstanding(compared, [token.text for token in tokens(stub, given)])


def _ranked(found: Sequence[tuple[str, Pair]], written: dict[str, dict[str, str]]) -> list[SimilarPair]:
    """Return the pairs, first those whose students are similar in most exercises: that is seldom chance."""
    together: dict[frozenset[str], int] = {}
    for _, pair in found:
        for two in _student_pairs(pair):
            together[two] = together.get(two, 0) + 1
    findings = [
        SimilarPair(
            name, pair.one, pair.other, pair.same, pair.similarity, pair.outstanding,
            max(together[two] for two in _student_pairs(pair)),
            written[name][pair.one[0]], written[name][pair.other[0]],
        )
        for name, pair in found
    ]  # fmt: skip
    return sorted(findings, key=lambda item: (-item.exercises, -item.outstanding, item.exercise, item.one))


def _student_pairs(pair: Pair) -> set[frozenset[str]]:
    """Return the pairs of students whose texts are similar."""
    both = combinations((*pair.one, *pair.other), 2) if pair.same else product(pair.one, pair.other)
    return set(map(frozenset, both))


def show(found: Similarity) -> None:
    """Print the findings, and how to interpret them."""
    rows = [
        (
            item.exercise,
            _named(item.one),
            _named(item.other),
            f"{item.similarity:.0%}",
            f"{item.outstanding:.1f}",
            str(item.exercises),
            for_staff("only names differ") if item.same else "",
        )
        for item in found.findings
    ]
    if rows:
        terminal.table(_COLUMNS, rows, right=_COLUMNS[3:6])
    terminal.say(
        "{submissions} submissions: {count} unusually similar pairs, {more} more are left out",
        submissions=found.submissions,
        count=len(rows),
        more=found.more,
    )
    if found.unread:
        terminal.say("could not be read: {names}", names=literal(list_for_staff(found.unread)))
    terminal.say_text(for_staff(NOTE))


def _named(students: Sequence[str]) -> str:
    return literal(some_for_staff(students, 3))


def write(root: Path, found: Similarity, into: Path | None = None) -> Path:
    """Write the page and return its path; exports/PS-similarity.html in the course's folder by default.

    Raises:
        AutograderError: the page cannot be written.
    """
    path = into or root / folders.EXPORTS / f"{found.problem_set}-similarity.html"
    folders.write(path, _page(root, found).encode())
    return path


def _page(root: Path, found: Similarity) -> str:
    course, released = config.load(root), release.load(root, found.problem_set)
    shown = []
    for item in found.findings:
        stub = _stub(released, item.exercise)
        shown.append((item, *beside(item.one_text, item.other_text, stub, names(stub))))
    return page.render(
        "similarity.html.j2",
        course=course.title,
        language=staff_language(),
        title=course.problem_sets[found.problem_set].title,
        found=found,
        shown=shown,
        note=NOTE,
    )
