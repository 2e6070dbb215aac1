"""Compares the engine's marks with marks that teachers gave by hand, knowing only the exercises' texts."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import correlation

import msgspec

from autograder import terminal
from autograder.course import config
from autograder.course import release as releases
from autograder.course.release import Release
from autograder.errors import AutograderError
from autograder.language.staff import for_staff
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.submission import Submission
from autograder.release.build import build
from autograder.workers.pool import Pool

from . import made
from .cases import submission_of


class HandMarked(msgspec.Struct, frozen=True):
    """One answer in a file of marks: the full points, and each marker's marks and reasons."""

    of: float
    marks: list[float]
    why: list[str] = []


class Compared(msgspec.Struct, frozen=True):
    """One answer: the markers' mean, the engine's points, and the full points."""

    problem_set: str
    title: str
    by_hand: float
    by_engine: float
    of: float
    explanation: str
    """The misconception or rule that the engine found, or its remark."""

    @property
    def apart(self) -> float:
        """The engine's points minus the markers' mean, as a share of the full points."""
        return (self.by_engine - self.by_hand) / self.of


class Agreement(msgspec.Struct, frozen=True):
    """All answers, and statistics of the differences."""

    answers: list[Compared]
    mean_apart: float
    """The mean absolute difference, as a share of the full points."""
    farthest: float
    correlation: float
    markers_apart: float
    """The mean absolute difference between the first two markers, as a share of the full points."""


def answers(path: Path) -> dict[str, str]:
    """Return the answers in a file, by title; each begins with a line `# %% <exercise> · <title>`.

    Raises:
        AutograderError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AutograderError("{path}: cannot be read: {error}", path=path, error=error) from None
    chunks = [chunk.partition("\n") for chunk in re.split(r"^# %% ", text, flags=re.MULTILINE)[1:]]
    return {title.strip(): code.strip() + "\n" for title, _, code in chunks}


def compare(
    root: Path,
    files: Sequence[Path],
    *,
    jobs: int | None = None,
    started: Callable[[int], None] = lambda total: None,
    advanced: Callable[[], None] = lambda: None,
) -> Agreement:
    """Grade hand-marked answers, each in a notebook with all other exercises solved, and compare the marks.

    Args:
        root: the course's folder.
        files: files `<problem set>.py` with answers; next to each is `<problem set>.json` with the marks by title:
            {"relu · 1": {"of": 8, "marks": [6, 5.5], "why": ["…", "…"]}}.
        jobs: the number of worker processes; by default one per core.
        started: called with the number of answers.
        advanced: called after each answer.

    Raises:
        AutograderError: a file is invalid or does not match the course, or an answer cannot be graded.
    """
    course = config.load(root)
    names = config.chosen(course, [path.stem for path in files])
    marked = {path.stem: _marks(path.with_suffix(".json")) for path in files}
    written = {path.stem: answers(path) for path in files}
    started(sum(map(len, marked.values())))
    found: dict[tuple[str, str], Compared] = {}
    with tempfile.TemporaryDirectory() as folder:
        build(root, names, folder=Path(folder))
        for name in names:
            release, right = releases.load(Path(folder), name), made.solutions(Path(folder), name)
            limits = course.limits_of(name)
            grading: Pool[str] = Pool(
                root, {name: session_limits_of(limits)}, sandbox_limits_of(limits, packages=course.packages), jobs
            )
            with grading as pool:
                for title, result in pool.grade(_submissions(release, right, marked[name], written[name])):
                    if isinstance(result, AutograderError):
                        raise AutograderError("{name}: {title}: {result}", name=name, title=title, result=result)
                    verdict = next(one for one in result.graded().verdict.exercises if one.name == title.split()[0])
                    hand = marked[name][title]
                    by_hand = sum(hand.marks) / len(hand.marks) * verdict.max_points / hand.of
                    explanation = verdict.misconception or verdict.mark or verdict.note
                    found[name, title] = Compared(name, title, by_hand, verdict.points, verdict.max_points, explanation)
                    advanced()
    return _agreement(list(found.values()), [one for name in names for one in marked[name].values()])


def _submissions(
    release: Release, right: dict[str, str], titles: Iterable[str], written: dict[str, str]
) -> Iterator[tuple[str, Submission]]:
    """Yield a submission for each answer, with all other exercises solved."""
    for title in titles:
        exercise = title.split()[0]
        if exercise not in right or title not in written:
            name = release.problem_set
            raise AutograderError(
                "{name}.json: {title}: no such exercise in {name}, or no such answer in {name}.py",
                name=name,
                title=title,
            )
        yield title, submission_of(release, right | {exercise: written[title]})


def _marks(path: Path) -> dict[str, HandMarked]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, HandMarked])
    except (OSError, msgspec.MsgspecError) as error:
        raise AutograderError("{path}: not a file of marks: {error}", path=path, error=error) from None


def _agreement(compared: list[Compared], marks: list[HandMarked]) -> Agreement:
    distances = [abs(one.apart) for one in compared]
    pairs = [one for one in marks if len(one.marks) > 1]
    shares = [one.by_hand / one.of for one in compared], [one.by_engine / one.of for one in compared]
    varies = all(len(set(share)) > 1 for share in shares)
    return Agreement(
        sorted(compared, key=lambda one: -abs(one.apart)),
        sum(distances) / len(distances) if distances else 0.0,
        max(distances, default=0.0),
        correlation(*shares) if varies else 1.0,
        sum(abs(one.marks[0] - one.marks[1]) / one.of for one in pairs) / len(pairs) if pairs else 0.0,
    )


def show(agreement: Agreement) -> None:
    """Print the marks of each answer, and how far the engine's and those given by hand are apart."""
    for one in agreement.answers:
        said = f" ({one.explanation})" if one.explanation else ""
        points = for_staff(
            "{by_hand:g} by hand, {by_engine:g} by the engine, of {of:g}",
            by_hand=one.by_hand,
            by_engine=one.by_engine,
            of=one.of,
        )
        terminal.say_text(f"{one.problem_set} {one.title}: {points}{said}")
    terminal.say(
        "{answers} answers: the mean difference is {mean_apart:.1%} of the points, the largest"
        " {farthest:.0%}; correlation {correlation:.2f}; the mean difference between markers is"
        " {markers_apart:.1%}",
        answers=len(agreement.answers),
        mean_apart=agreement.mean_apart,
        farthest=agreement.farthest,
        correlation=agreement.correlation,
        markers_apart=agreement.markers_apart,
    )
