"""Audits the course's own material, by grading right, wrong, empty and forbidden submissions made from it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from msgspec.structs import replace

from autograder.course import config, handouts
from autograder.course import release as releases
from autograder.course.config import Course
from autograder.course.release import Release
from autograder.diagnosis import misconceptions
from autograder.errors import AutograderError
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.verdict import ExerciseVerdict, Graded
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
SALTS = ("one", "two", "three")
"""Salts of the rehearsals, which give other seeds and orders than grading does."""


def audit(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    exercise: str | None = None,
    jobs: int | None = None,
    started: Callable[[int], None] = lambda total: None,
    advanced: Callable[[], None] = lambda: None,
) -> Audit:
    """Grade, in the jail, submissions made from the solutions, the stubs, the misconceptions and the forbidden calls.

    Args:
        root: the course's folder; only read.
        problem_sets: the names of the problem sets; all by default.
        exercise: the only exercise to audit; all by default.
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
    with tempfile.TemporaryDirectory() as folder:
        with Trial(root) as trial:
            build(root, names, folder=Path(folder), tried=trial.refuse_failing)
        loaded = {name: releases.load(Path(folder), name) for name in names}
        cases = [case for name in names for case in _cases(root, Path(folder), loaded[name], exercise, begun, result)]
        cases += _forbidden_cases(Path(folder), loaded, exercise, begun, result)
        for name in names:
            cases += _cheap_cases(Path(folder), loaded[name], exercise, begun, result)
        if exercise is not None and not cases and not begun:
            raise AutograderError(f"no exercise {exercise} in {', '.join(names)}")
    started(len(cases) + len(SALTS))
    for group in handouts.sharing(root, names):
        mine = [case for case in cases if case.submission.problem_set in group]
        _grade(root, course, group, mine, jobs, result, advanced)
    for name in names:
        for checked, line, words in broad_exceptions(root / "tests" / "hidden" / name):
            if exercise in (None, checked):
                text = f"line {line} of its checks: {words} also catches other mistakes; name the expected exception"
                result.findings.append(Finding(name, checked, text))
    for done in rehearse(root, names, SALTS, exercise, jobs):
        result.checks = done.checks
        for name, seconds in done.seconds.items():
            result.seconds[name] = max(seconds, result.seconds.get(name, 0))
        result.findings += [
            Finding(place.split("/")[0], place.split("/")[1], f"{text} (with other seeds, in another order)")
            for place, text in done.failures
            if tuple(place.split("/")) not in begun
        ]
        advanced()
    result.findings += [
        Finding(name, "", f"the checks take {seconds:.1f} s on the solutions; the limit is {MAX_SECONDS:g} s")
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
    for changed in (True, False):
        now = limits if changed else {name: replace(item, changes=0) for name, item in limits.items()}
        mine = [case for case in cases if case.changed == changed]
        with Pool[int](root, now, sandbox_limits, jobs) as pool:
            for number, found in pool.grade((number, case.submission) for number, case in enumerate(mine)):
                case = mine[number]
                if isinstance(found, AutograderError):
                    texts: Iterable[str] = [str(found)]
                else:
                    graded = found.graded(course.known_mistakes)
                    texts = case.judge(case, graded)
                    result.crashing += [
                        Finding(graded.verdict.problem_set, *item) for item in crashing(case, graded.verdict)
                    ]
                result.findings += [Finding(case.submission.problem_set, case.exercise, text) for text in texts]
                advanced()


def _cases(
    root: Path, folder: Path, release: Release, only: str | None, begun: AbstractSet[tuple[str, str]], result: Audit
) -> Iterator[Case]:
    """Yield the generated submissions of one problem set; findings that need no grading are added to `result`.

    Exercises in `begun`, which are not finished, are skipped.
    """
    name = release.problem_set
    right = made.solutions(folder, name)
    known = misconceptions.load(root / "solutions" / name / "misconceptions.py")
    finished = [item for item in known if item.hint.strip()]
    left_out = {exercise for problem_set, exercise in begun if problem_set == name}
    wanted = [item for item in release.exercises if only in (None, item.name) and item.name not in left_out]
    calling = callers(root, release)
    every_way = ways(root / "solutions" / name / "ways.py", right.keys())

    def wrong(exercise: str, text: str) -> None:
        result.findings.append(Finding(name, exercise, text))

    for item in known:
        if item.exercise in left_out:
            continue
        if item.exercise not in right:
            wrong(item.exercise, f"misconception {item.name}: there is no such exercise")
        if not item.hint.strip():
            wrong(item.exercise, f"misconception {item.name}: has no hint; it is not used until it has one")
    if wanted:
        yield Case(only or "", without(left_out, submission_of(release, right)), _solved)
        yield Case(only or "", without(left_out, submission_of(release, {})), _empty)
    for exercise in wanted:
        mine = [item for item in finished if item.exercise == exercise.name]
        result.exercises += 1
        result.misconceptions += len(mine)
        if len(mine) < 2:
            wrong(exercise.name, f"{len(mine)} misconceptions; at least 2 are required")
        for item in mine:
            written = right | {exercise.name: item.source()}
            mistaken = restricted([exercise.name, *calling.get(exercise.name, ())], submission_of(release, written))
            yield Case("", mistaken, _wrong, misconception=item)
        result.ways += len(own := [item for item in every_way if item.exercise == exercise.name])
        yield from way_cases(release, own, finished, right)
        for option, names in (("also", exercise.also), ("without", exercise.without)):
            with handouts.beside(root, name):
                for unknown in vocabulary_calls.unknown(names):
                    wrong(exercise.name, f"{option}: there is no {unknown}; correct the spelling")
        for other in exercise.others:
            if other not in right:
                wrong(exercise.name, f"uses: there is no exercise {other} in this problem set")


def _forbidden_cases(
    folder: Path, loaded: Mapping[str, Release], only: str | None, begun: AbstractSet[tuple[str, str]], result: Audit
) -> Iterator[Case]:
    """Yield a disguised call of each function outside the vocabulary, once and in every exercise that removes it."""
    held = [
        (release, item)
        for name, release in loaded.items()
        for item in release.exercises
        if only in (None, item.name) and (name, item.name) not in begun and not item.vocabulary.everything
    ]
    solutions = {name: made.solutions(folder, name) for name in loaded}
    for place, (release, exercise) in enumerate(held):
        for call in vocabulary_calls.unread(exercise.name, exercise.vocabulary):
            text = f"{call} is not found by static analysis of the code"
            result.findings.append(Finding(release.problem_set, exercise.name, text))
        for number, call in enumerate(vocabulary_calls.callable_ones(exercise.vocabulary)):
            if number % len(held) == place or vocabulary_calls.is_taken(call, exercise.vocabulary):
                result.forbidden_calls += 1
                disguised = vocabulary_calls.in_disguise(exercise.name, call)
                submission = submission_of(release, solutions[release.problem_set] | {exercise.name: disguised})
                yield Case(exercise.name, restricted([exercise.name], submission), _caught, call=call)


def _cheap_cases(
    folder: Path, release: Release, only: str | None, begun: AbstractSet[tuple[str, str]], result: Audit
) -> Iterator[Case]:
    """Yield answers that must earn nothing, or no more by overwriting their arguments; any call is allowed in them."""
    name = release.problem_set
    right = made.solutions(folder, name)
    stubs = cheap_answers.stubs(release.notebook)
    wanted = [item.name for item in release.exercises if only in (None, item.name) and (name, item.name) not in begun]

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
            result.cheapest[place] = max(item.points, result.cheapest.get(place, 0))
            if item.points:
                passed = ", ".join(check.name for check in item.checks if check.points)
                yield f"{item.name}: a body that {case.manner} earns {item.points:g} points: {passed}"

    for body in cheap_answers.BODIES if wanted else ():
        code = {exercise: cheap_answers.knows_nothing(stubs[exercise], body) for exercise in wanted}
        yield case("", code, worthless, body.name, changed=body.name in cheap_answers.CHANGED)
    for exercise in wanted:
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
        if len(known) == 2 and known[True].points > known[False].points:
            passed = {check.name for check in known[False].checks if check.points}
            more = ", ".join(check.name for check in known[True].checks if check.points and check.name not in passed)
            yield f"the solution on arguments overwritten with {case.manner} earns more in place than on copies: {more}"

    return judge


def _solved(case: Case, graded: Graded) -> Iterator[str]:
    for item in case.verdicts(graded):
        yield from failures(item, f"{item.name}: the solution")
        if case.examples_fail(item.name, graded):
            yield f"{item.name}: the solution fails the visible examples"


def _empty(case: Case, graded: Graded) -> Iterator[str]:
    for item in case.verdicts(graded):
        if item.status != "not begun" or item.points:
            passed = ", ".join(check.name for check in item.checks if check.passed) or "none"
            yield f"{item.name}: the stub is {item.status} with {item.points:g} points; checks passed: {passed}"


def _wrong(case: Case, graded: Graded) -> Iterator[str]:
    known = case.misconception
    assert known is not None
    [item] = [verdict for verdict in graded.verdict.exercises if verdict.name == known.exercise]
    said = f"misconception {known.name}"
    yield from costs_more_in_callers(case, graded)
    if item.status != "graded":
        yield f"{said} is {item.status}: {item.note}"
    elif item.points == item.max_points:
        yield f"{said} passes every check"
    elif item.misconception != known.name:
        yield f"{said} is recognized as {item.misconception or 'no known misconception'}"
    elif item.mark and item.points != item.max_points - known.cost(item.max_points):
        yield f"{said} costs {item.max_points - item.points:g} points instead of {known.cost(item.max_points):g}"
    fails = case.examples_fail(item.name, graded)
    if fails and known.passes_examples:
        yield f"{said} fails the visible examples; if that is intended, set passes_examples=False"
    if not fails and not known.passes_examples:
        yield f"{said} passes the visible examples; remove passes_examples=False"


def _caught(case: Case, graded: Graded) -> Iterator[str]:
    [item] = case.verdicts(graded)
    if item.status != "forbidden" or item.points:
        yield f"a call of {case.call} by a name computed at run time is not caught"
