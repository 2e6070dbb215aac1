"""Audits the course's own material, by grading right, wrong, empty and forbidden submissions made from it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from autograder.course import config, handouts
from autograder.course import release as releases
from autograder.course.config import Course
from autograder.course.release import Release, ReleasedExercise
from autograder.diagnosis import misconceptions
from autograder.errors import AutograderError
from autograder.language.staff import for_staff, list_for_staff
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.verdict import RELATION, ExerciseVerdict, Graded
from autograder.notebook.vocabulary import ALL
from autograder.release import unfinished
from autograder.release.build import build
from autograder.workers.pool import Pool

from . import cheap_answers, made, vocabulary_calls
from .broad_exceptions import broad_exceptions
from .callers import callers, costs_more_in_callers, crashing, way_cases, ways
from .cases import Case, failures, restricted, submission_of, without
from .findings import Audit, Finding
from .rehearsal import rehearse
from .setup_cells import Trial

MAX_SECONDS = 5.0
"""Maximum processor time of all checks of a problem set on the solutions, in seconds."""
MAX_CALLS = 12
"""The maximum number of forbidden calls made in an exercise, besides those that it removes from the vocabulary."""
SALTS = ("one", "two", "three")
"""Salts of the rehearsals, which give other seeds and orders than grading does."""


_Item = TypeVar("_Item")


@dataclass(frozen=True)
class _Selection:
    """What an audit grades: the finished exercises, or one of them, and how many of the cases made for each."""

    exercise: str | None
    """The only exercise; None for all."""
    unfinished: AbstractSet[tuple[str, str]]
    """Exercises that are not audited, by problem set and name."""
    sample: int
    """Only one in `sample` cases is graded."""

    def exercises(self, release: Release) -> list[ReleasedExercise]:
        """Return the exercises of a problem set that are audited."""
        return [
            item
            for item in release.exercises
            if self.exercise in (None, item.name) and (release.problem_set, item.name) not in self.unfinished
        ]

    def some(self, cases: Sequence[_Item]) -> Sequence[_Item]:
        """Return the cases that are graded."""
        return cases[:: self.sample]


def audit(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    exercise: str | None = None,
    sample: int = 1,
    jobs: int | None = None,
    started: Callable[[int], None] = lambda total: None,
    advanced: Callable[[], None] = lambda: None,
) -> Audit:
    """Grade, in the jail, submissions made from the solutions, the stubs, the misconceptions and the forbidden calls.

    Args:
        root: the course's folder; only read.
        problem_sets: the names of the problem sets; all by default.
        exercise: the only exercise to audit; all by default.
        sample: only one in `sample` of the misconceptions, forbidden calls and cheap answers is graded.
        jobs: the number of worker processes; by default one per core.
        started: called with the number of steps.
        advanced: called after each step.

    Raises:
        AutograderError: the course cannot be built.
    """
    course = config.load(root)
    names = config.chosen(course, problem_sets)
    result = Audit()
    gaps = [(name, gap) for name in names for gap in unfinished.gaps(root, name) if exercise in (None, gap.exercise)]
    begun = {(name, gap.exercise) for name, gap in gaps}
    selection = _Selection(exercise, begun, sample)
    with tempfile.TemporaryDirectory() as folder:
        with Trial(root) as trial:
            build(root, names, folder=Path(folder), tried=trial.refuse_failing)
        loaded = {name: releases.load(Path(folder), name) for name in names}
        cases = [case for name in names for case in _cases(root, Path(folder), loaded[name], selection, result)]
        cases += _forbidden_cases(Path(folder), loaded, selection, result)
        for name in names:
            cases += _cheap_cases(Path(folder), loaded[name], selection, result)
        if exercise is not None and not cases and not begun:
            raise AutograderError("no exercise {exercise} in {names}", exercise=exercise, names=list_for_staff(names))
    started(len(cases) + len(SALTS))
    for group in handouts.sharing(root, names):
        mine = [case for case in cases if case.submission.problem_set in group]
        _grade(root, course, group, mine, jobs, result, advanced)
    for name in names:
        for checked, line, words in broad_exceptions(root / "tests" / "hidden" / name):
            if exercise in (None, checked):
                text = for_staff(
                    "line {line} of its checks: {words} also catches other mistakes; name the expected exception",
                    line=line,
                    words=words,
                )
                result.findings.append(Finding(name, checked, text))
    for done in rehearse(root, names, SALTS, exercise, jobs):
        result.checks = done.checks
        for name, seconds in done.seconds.items():
            result.seconds[name] = max(seconds, result.seconds.get(name, 0))
        result.findings += [
            Finding(
                place.split("/")[0],
                place.split("/")[1],
                for_staff("{text} (with other seeds, in another order)", text=text),
            )
            for place, text in done.failures
            if tuple(place.split("/")) not in begun
        ]
        advanced()
    result.findings += [
        Finding(
            name,
            "",
            for_staff(
                "the checks take {seconds:.1f} s on the solutions; the limit is {limit:g} s",
                seconds=seconds,
                limit=MAX_SECONDS,
            ),
        )
        for name, seconds in result.seconds.items()
        if seconds > MAX_SECONDS
    ]
    result.findings.sort(key=lambda item: item.text)
    # Unfinished lines come before the exercise's other findings, in the order of their line numbers.
    result.findings[:0] = [Finding(name, gap.exercise, str(gap)) for name, gap in gaps]
    result.findings.sort(key=lambda item: (names.index(item.problem_set), item.exercise))
    return result


def _grade(
    root: Path,
    course: Course,
    names: Sequence[str],
    cases: Sequence[Case],
    jobs: int | None,
    result: Audit,
    advanced: Callable[[], None],
) -> None:
    """Grade generated submissions of some problem sets, and add the findings to `result`."""
    largest = max((course.limits_of(name) for name in names), key=lambda limits: limits.memory_mb)
    sandbox_limits = sandbox_limits_of(largest, packages=course.packages)
    limits = {name: session_limits_of(course.limits_of(name)) for name in names}
    unsolved: set[tuple[str, str]] = set()
    uncaught: list[Finding] = []  # told only if the solution passes: otherwise its checks may never make the call
    for changed in (True, False):
        now = limits if changed else {name: replace(item, changes=0) for name, item in limits.items()}
        mine = [case for case in cases if case.changed == changed]
        with Pool[int](root, now, sandbox_limits, jobs) as pool:
            for number, found in pool.grade((number, case.submission) for number, case in enumerate(mine)):
                case = mine[number]
                problem_set = case.submission.problem_set
                if isinstance(found, AutograderError):
                    texts: Iterable[str] = [str(found)]
                else:
                    graded = found.graded(course.known_mistakes)
                    texts = case.judge(case, graded)
                    if case.judge is _solved:
                        unsolved |= {
                            (problem_set, item.name) for item in case.verdicts(graded) if any(failures(item, ""))
                        }
                    result.crashing += [
                        Finding(graded.verdict.problem_set, *item) for item in crashing(case, graded.verdict)
                    ]
                exercise = case.misconception.exercise if case.misconception else case.exercise
                findings = uncaught if case.judge is _caught else result.findings
                findings += [Finding(problem_set, exercise, text) for text in texts]
                advanced()
    result.findings += [item for item in uncaught if (item.problem_set, item.exercise) not in unsolved]


def _cases(root: Path, folder: Path, release: Release, selection: _Selection, result: Audit) -> Iterator[Case]:
    """Yield the generated submissions of one problem set; findings that need no grading are added to `result`."""
    name = release.problem_set
    right = made.solutions(folder, name)
    known = misconceptions.load(root / "solutions" / name / "misconceptions.py")
    finished = [item for item in known if item.hint.strip()]
    left_out = {exercise for problem_set, exercise in selection.unfinished if problem_set == name}
    wanted, only = selection.exercises(release), selection.exercise or ""
    calling = callers(root, release)
    every_way = ways(root / "solutions" / name / "ways.py", right.keys())

    def wrong(exercise: str, text: str) -> None:
        result.findings.append(Finding(name, exercise, text))

    for item in known:
        if item.exercise in left_out:
            continue
        if item.exercise not in right:
            wrong(item.exercise, for_staff("misconception {name}: there is no such exercise", name=item.name))
        if not item.hint.strip():
            text = for_staff("misconception {name}: has no hint; it is not used until it has one", name=item.name)
            wrong(item.exercise, text)
    if wanted:
        yield Case(only, without(left_out, submission_of(release, right)), _solved)
        yield Case(only, without(left_out, submission_of(release, {})), _empty)
    for exercise in wanted:
        mine = [item for item in finished if item.exercise == exercise.name]
        result.exercises += 1
        if len(mine) < 2 and not exercise.at_cell:
            text = for_staff(
                "at least 2 misconceptions with a hint are required, and it has {count}: add some in {file}",
                count=len(mine),
                file=f"solutions/{name}/misconceptions.py",
            )
            wrong(exercise.name, text)
        for item in selection.some(mine):
            result.misconceptions += 1
            written = right | {exercise.name: item.source()}
            mistaken = restricted([exercise.name, *calling.get(exercise.name, ())], submission_of(release, written))
            yield Case("", mistaken, _wrong, misconception=item)
        result.ways += len(own := [item for item in every_way if item.exercise == exercise.name])
        yield from way_cases(release, own, selection.some(finished), right)
        for option, names in (("also", exercise.also), ("without", exercise.without)):
            with handouts.beside(root, name):
                for unknown in vocabulary_calls.unknown(names):
                    text = for_staff("{option}: there is no {name}; correct the spelling", option=option, name=unknown)
                    wrong(exercise.name, text)
        for other in exercise.others:
            if other not in right:
                wrong(exercise.name, for_staff("uses: there is no exercise {name} in this problem set", name=other))


def _forbidden_cases(
    folder: Path, loaded: Mapping[str, Release], selection: _Selection, result: Audit
) -> Iterator[Case]:
    """Yield disguised calls of functions outside the vocabulary, and of those that an exercise removes from it.

    The functions are distributed over the exercises: a course of some thirty exercises calls each of them.
    """
    held = [
        (release, item)
        for release in loaded.values()
        for item in selection.exercises(release)
        if not item.vocabulary.everything
    ]
    solutions = {name: made.solutions(folder, name) for name in loaded}
    for place, (release, exercise) in enumerate(held):
        for call in vocabulary_calls.unread(exercise.vocabulary):
            text = for_staff("{call} is not found by static analysis of the code", call=call)
            result.findings.append(Finding(release.problem_set, exercise.name, text))
        for number, call in enumerate(selection.some(vocabulary_calls.callable_ones(exercise.vocabulary))):
            turn, is_mine = number // len(held), number % len(held) == place
            if (is_mine and turn < MAX_CALLS) or vocabulary_calls.is_taken(call, exercise.vocabulary):
                result.forbidden_calls += 1
                disguised = vocabulary_calls.in_disguise(exercise.name, call)
                submission = submission_of(release, solutions[release.problem_set] | {exercise.name: disguised})
                yield Case(exercise.name, restricted([exercise.name], submission), _caught, call=call)


def _cheap_cases(folder: Path, release: Release, selection: _Selection, result: Audit) -> Iterator[Case]:
    """Yield answers that must earn nothing, or no more by overwriting their arguments; they may call anything."""
    name = release.problem_set
    right = made.solutions(folder, name)
    stubs = cheap_answers.stubs(release.notebook)
    wanted = [item.name for item in selection.exercises(release) if not item.at_cell]

    def case(
        exercise: str,
        code: dict[str, str],
        judge: Callable[[Case, Graded], Iterator[str]],
        manner: str,
        changed: bool = False,
    ) -> Case:
        submission = submission_of(release, right | code)
        chosen = restricted([exercise], submission) if exercise else submission
        free = [replace(item, also=[ALL]) for item in chosen.exercises if item.name in wanted]
        result.bodies += 1
        return Case(exercise, replace(chosen, exercises=free), judge, manner=manner, changed=changed)

    def worthless(case: Case, graded: Graded) -> Iterator[str]:
        for item in case.verdicts(graded):
            place = f"{name}/{item.name}"
            points = item.points + item.bonus
            result.cheapest[place] = max(points, result.cheapest.get(place, 0))
            if points:
                yield for_staff(
                    "{exercise}: a body that {manner} earns {points:g} points: {checks}",
                    exercise=item.name,
                    manner=case.manner,
                    points=points,
                    checks=list_for_staff(check.name for check in item.checks if check.points),
                )

    for body in selection.some(cheap_answers.BODIES) if wanted else ():
        code = {exercise: cheap_answers.knows_nothing(stubs[exercise], body) for exercise in wanted}
        yield case("", code, worthless, body.manner, changed=body.name in cheap_answers.CHANGED)
    for exercise in selection.some(wanted):
        for manner, code_of_constant in cheap_answers.constants(exercise, right[exercise]):
            yield case(exercise, {exercise: code_of_constant}, worthless, manner)
        for manner, in_place, on_copies in cheap_answers.overwriting(exercise, right[exercise]):
            judge = _no_more_than_the_first()
            yield case(exercise, {exercise: on_copies}, judge, manner)
            yield case(exercise, {exercise: in_place}, judge, manner)


def _no_more_than_the_first() -> Callable[[Case, Graded], Iterator[str]]:
    """Return a judge of two cases, on copies and in place, which may be graded in either order."""
    known: dict[int, ExerciseVerdict] = {}

    def judge(case: Case, graded: Graded) -> Iterator[str]:
        [verdict] = case.verdicts(graded)
        known[cheap_answers.IN_PLACE in "".join(cell.source for cell in case.submission.cells)] = verdict
        if len(known) == 2 and (known[True].points > known[False].points or known[True].bonus > known[False].bonus):
            passed = {check.name for check in known[False].checks if check.points}
            more = [check.name for check in known[True].checks if check.points and check.name not in passed]
            yield for_staff(
                "the solution on arguments overwritten with {value} earns more in place than on copies: {checks}",
                value=case.manner,
                checks=list_for_staff(more),
            )

    return judge


def _solved(case: Case, graded: Graded) -> Iterator[str]:
    for item in case.verdicts(graded):
        yield from failures(item, for_staff("{exercise}: the solution", exercise=item.name))
        if case.examples_fail(item.name, graded):
            yield for_staff("{exercise}: the solution fails the visible examples", exercise=item.name)


def _empty(case: Case, graded: Graded) -> Iterator[str]:
    at_cell = {exercise.name for exercise in case.submission.exercises if exercise.at_cell}
    for item in case.verdicts(graded):
        if (item.status != "not begun" and item.name not in at_cell) or item.points or item.bonus:
            passed = list_for_staff(check.name for check in item.checks if check.passed)
            yield for_staff(
                "{exercise}: the stub is {status} with {points:g} points; checks passed: {checks}",
                exercise=item.name,
                status=for_staff(item.status),
                points=item.points + item.bonus,
                checks=passed or for_staff("none"),
            )


def _wrong(case: Case, graded: Graded) -> Iterator[str]:
    known = case.misconception
    assert known is not None
    [item] = [verdict for verdict in graded.verdict.exercises if verdict.name == known.exercise]
    said = for_staff("misconception {name}", name=known.name)
    yield from costs_more_in_callers(case, graded)
    if item.status != "graded":
        yield for_staff("{what} is {status}: {why}", what=said, status=for_staff(item.status), why=item.note)
    elif item.points == item.max_points and item.bonus == item.max_bonus:
        yield for_staff("{what} passes every check", what=said)
    elif item.misconception != known.name:
        is_named = item.misconception and not item.misconception.startswith(RELATION)
        other = item.misconception if is_named else for_staff("no known misconception")
        yield for_staff("{what} is recognized as {other}", what=said, other=other)
    elif item.mark and item.points != item.max_points - known.cost(item.max_points):
        yield for_staff(
            "{what} costs {points:g} points instead of {right:g}",
            what=said,
            points=item.max_points - item.points,
            right=known.cost(item.max_points),
        )
    fails = case.examples_fail(item.name, graded)
    if fails and known.passes_examples:
        yield for_staff("{what} fails the visible examples; if that is intended, set passes_examples=False", what=said)
    if not fails and not known.passes_examples:
        yield for_staff("{what} passes the visible examples; remove passes_examples=False", what=said)


def _caught(case: Case, graded: Graded) -> Iterator[str]:
    [item] = case.verdicts(graded)
    if item.status != "forbidden" or item.points or item.bonus:
        yield for_staff("a call of {call} by a name computed at run time is not caught", call=case.call)
