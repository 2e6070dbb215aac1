"""course.yml: the course, its problem sets, its limits. Every mistake is named with its line."""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from autograder.errors import AutograderError

from . import clock, words
from .layout import COURSE_FILE

FILE = COURSE_FILE
_DATE = "%Y-%m-%d %H:%M"
LANGUAGES = ("en", "zh")
_MAX_NODES = 100_000
"""How long the file may be with every alias written out."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _date(value: Any) -> Any:
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.strptime(value, _DATE)
    except (TypeError, ValueError):  # a number too, which pydantic would take for seconds since 1970
        raise ValueError("not a date; write 2026-10-01 23:59") from None


def _time_zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError("no such time zone; write one like Europe/Berlin or UTC")
    return value


_PASSWORD = re.compile(r"[^:]+://[^@]*:[^@]*@|.*[?&](ssl)?password=")


def gradebook_url(value: str) -> str:
    """nbgrader's db_url, once it is one and holds no password.

    Raises:
        ValueError: what is wrong with it.
    """
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("not a gradebook; write sqlite:///gradebook.db or postgresql+psycopg://user@host/name")
    if not value.startswith("sqlite") and _PASSWORD.match(value):
        raise ValueError("holds a password, which others may read; put it into PGPASSWORD or ~/.pgpass")
    return value


class Limits(_Model):
    """What one submission may use."""

    cell_seconds: float = Field(
        default=30, gt=0, le=3600, description="processor time of one cell; five times as much by the clock, seconds"
    )
    call_seconds: float = Field(
        default=5,
        gt=0,
        le=600,
        description="processor time of one call by a check; five times as much by the clock, seconds",
    )
    submission_seconds: float = Field(
        default=300, gt=0, le=7200, description="wall clock of the whole notebook with its checks, seconds"
    )
    memory_mb: int = Field(default=2048, ge=64, description="memory on top of what torch itself maps, MiB")
    tmp_mb: int = Field(default=64, ge=1, description="each of the three folders that may be written, MiB")
    output_kb: int = Field(default=256, ge=1, le=3072, description="what one cell may show, KiB")
    changes: int = Field(
        default=400,
        ge=0,
        le=10_000,
        description="small changes tried on a wrong answer, to see whether one makes it right; 0: none",
    )
    notebook_mb: int = Field(default=20, ge=1, le=200, description="the submitted file, MiB")


@dataclass(frozen=True)
class Deduction:
    """What is taken off: so many points, or that fraction of the score."""

    amount: float
    of_score: bool

    def points(self, score: float) -> float:
        """In points."""
        return self.amount * score if self.of_score else self.amount


def _deduction(value: Any) -> Any:
    if isinstance(value, Deduction):
        return value
    text = str(value).strip()
    try:
        amount = float(text.removesuffix("%"))
    except ValueError:
        amount = -1
    if isinstance(value, bool) or not 0 <= amount < math.inf or (text.endswith("%") and amount > 100):
        raise ValueError("not a deduction; write 10% (of the score) or 2 (points)")
    return Deduction(amount / 100, True) if text.endswith("%") else Deduction(amount, False)


_Deduction = Annotated[
    Deduction,
    BeforeValidator(_deduction),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^[0-9.]+ *%?$"}]}),
]


class LatePolicy(_Model):
    """What handing in late costs."""

    grace_minutes: int = Field(default=0, ge=0, le=100_000, description="late by no more than this is in time")
    per_day: _Deduction | None = Field(
        default=None, description="off for each day begun after the deadline and grace: 10% of the score, or 2 points"
    )
    cap: _Deduction | None = Field(default=None, description="the largest deduction: 50% of the score, or 5 points")


class CourseLatePolicy(LatePolicy):
    """The same with what holds over the whole course."""

    late_days: int = Field(default=0, ge=0, le=1000, description="days that each student may be late at no cost")


class ProblemSet(_Model):
    """One problem set: a notebook of exercises."""

    title: str = Field(min_length=1, description="shown in reports")
    due: Annotated[datetime, BeforeValidator(_date)] | None = Field(
        default=None, description="2026-10-01 23:59, in the course's time zone"
    )
    limits: Limits | None = Field(default=None, description="in place of the course's limits")
    late: LatePolicy | None = Field(default=None, description="in place of the course's late policy")
    canvas_id: int | None = Field(default=None, ge=1, description="the assignment's number in Canvas, for export")
    feedback_on_arrival: bool | None = Field(default=None, description="in place of the course's")
    gradings_a_day: int | None = Field(default=None, ge=1, le=1000, description="in place of the course's")


class Course(_Model):
    """The course."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", description="nbgrader's course id")
    title: str = Field(min_length=1, description="shown in reports")
    language: Literal["en", "zh"] = Field(default="en", description="of the prose in the release")
    timezone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="UTC", description="of all dates, an IANA name such as Europe/Berlin"
    )
    gradebook: Annotated[str, AfterValidator(gradebook_url)] = Field(
        default="sqlite:///gradebook.db",
        description="nbgrader's db_url; of PostgreSQL postgresql+psycopg://user@host/name, without a password",
    )
    limits: Limits = Limits()
    late: CourseLatePolicy = CourseLatePolicy()
    feedback_on_arrival: bool = Field(
        default=False, description="watch-exchange gives students their feedback as soon as they are graded"
    )
    known_mistakes: Literal["by_cost", "by_checks"] = Field(
        default="by_cost",
        description="by_cost: an answer that a known mistake explains loses what that mistake costs, once; by_checks:"
        " it loses the points of the checks that fail",
    )
    gradings_a_day: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="so many submissions of one student to one problem set does watch-exchange grade in a day",
    )
    problem_sets: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")], ProblemSet] = Field(min_length=1)

    def limits_of(self, problem_set: str) -> Limits:
        """The limits that hold for a problem set."""
        return self.problem_sets[problem_set].limits or self.limits

    def late_of(self, problem_set: str) -> LatePolicy:
        """The late policy that holds for a problem set."""
        return self.problem_sets[problem_set].late or self.late

    def feedback_on_arrival_of(self, problem_set: str) -> bool:
        """Whether watch-exchange gives students the feedback of a problem set at once."""
        own = self.problem_sets[problem_set].feedback_on_arrival
        return self.feedback_on_arrival if own is None else own

    def gradings_a_day_of(self, problem_set: str) -> int:
        """How many submissions of one student to a problem set watch-exchange grades in a day."""
        return self.problem_sets[problem_set].gradings_a_day or self.gradings_a_day

    def due_of(self, problem_set: str) -> datetime | None:
        """The deadline of a problem set, with its time zone."""
        due = self.problem_sets[problem_set].due
        return due.replace(tzinfo=zoneinfo.ZoneInfo(self.timezone)) if due else None


def load(root: Path) -> Course:
    """The course in `root`/course.yml.

    Raises:
        AutograderError: naming file, line, field and fix.
    """
    path = root / FILE
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise AutograderError(f"{path}: no such file; name the course's folder with -C DIR") from None
    except OSError as error:
        raise AutograderError(f"{path}: cannot be read: {error}") from None
    except UnicodeDecodeError as error:
        raise _mistake(data.count(b"\n", 0, error.start) + 1, "not UTF-8 text; save it as UTF-8") from None
    return parse(text)


def parse(text: str) -> Course:
    """The course in the text of a course.yml.

    Raises:
        AutograderError: naming line, field and fix.
    """
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        _written_out(tree, {})
        _refuse_twice(tree, set())
        fields = yaml.load(text, Loader=_Plain)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _mistake(line, words.yaml(str(error.problem))) from None
    except yaml.reader.ReaderError as error:
        raise _mistake(text.count("\n", 0, error.position) + 1, f"not YAML: {error.reason}") from None
    except RecursionError:
        raise _mistake(1, "not YAML: nested too deeply") from None
    if not isinstance(fields, dict):
        raise _mistake(1, "not a mapping; begin with name: and title:")
    try:
        course = Course.model_validate(fields)
    except ValidationError as error:
        raise _first(error, tree) from None
    _refuse_unclear_times(course, tree)
    return course


def _refuse_unclear_times(course: Course, tree: yaml.Node | None) -> None:
    for name, problem_set in course.problem_sets.items():
        due = problem_set.due
        if due and (why := clock.fault(due, zoneinfo.ZoneInfo(course.timezone))):
            place = ["problem_sets", name, "due"]
            what = f"{due:%Y-%m-%d %H:%M} {why} in {course.timezone}; write a time before or after"
            raise _mistake(_line(tree, place), f"{'.'.join(place)}: {what}")


def _mistake(line: int, what: str) -> AutograderError:
    return AutograderError(
        f"{FILE}:{line}: " + "".join(letter if letter.isprintable() else " " for letter in what)[:400]
    )


def _written_out(node: yaml.Node | None, sizes: dict[int, int]) -> int:
    """The number of nodes below and with `node`; an alias counts as all that it stands for, since merging copies it."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in sizes:
        sizes[id(node)] = _MAX_NODES  # what it counts as in itself
        below = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
        sizes[id(node)] = 1 + sum(_written_out(part, sizes) for part in below)
        if sizes[id(node)] > _MAX_NODES:
            raise yaml.MarkedYAMLError(problem="aliases that multiply; write it out", problem_mark=node.start_mark)
    return sizes[id(node)]


def _refuse_twice(node: yaml.Node | None, seen: set[int]) -> None:
    """A field that is there twice, of which YAML silently takes the last."""
    if id(node) in seen or not isinstance(node, yaml.CollectionNode):
        return
    seen.add(id(node))
    if not isinstance(node, yaml.MappingNode):
        for part in node.value:
            _refuse_twice(part, seen)
        return
    names = set()
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in names:
            raise _mistake(key.start_mark.line + 1, f"{key.value[:80]}: is there twice; take one of them out")
        names.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        _refuse_twice(value, seen)


class _Plain(yaml.SafeLoader):
    """Dates stay text, so that one place reads them."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):  # PyYAML's own, for !!int x
            what = f"not of the kind {str(node.tag).rpartition(':')[2]}"
            raise yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark) from None


_Plain.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _first(error: ValidationError, tree: yaml.Node | None) -> AutograderError:
    # A misspelt field is two mistakes to pydantic; what is there and wrong says more than what is missing.
    found = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    place = [part for part in found["loc"] if part != "[key]"]
    line = _line(tree, place)
    field = ".".join(map(str, place)) or "course"
    if found["type"] == "extra_forbidden":
        message = f"no such field; known here: {', '.join(_known(place))}"
    else:
        message = words.plain(found, place)
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return _mistake(line, f"{field[:80]}: {message}{more}")


def _known(place: list[Any]) -> list[str]:
    model: type[BaseModel] = Course
    if len(place) >= 2 and place[-2] == "limits":
        model = Limits
    elif len(place) >= 2 and place[-2] == "late":
        model = CourseLatePolicy if len(place) == 2 else LatePolicy
    elif len(place) == 3 and place[0] == "problem_sets":
        model = ProblemSet
    return list(model.model_fields)


def _line(node: yaml.Node | None, place: list[Any]) -> int:
    line = 1
    for part in place:
        if not isinstance(node, yaml.MappingNode):
            break
        pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
        if pair is None:
            break
        line, node = pair[0].start_mark.line + 1, pair[1]
    return line


def schema() -> dict[str, Any]:
    """The JSON schema of course.yml, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Course.model_json_schema()}


def chosen(course: Course, problem_sets: Sequence[str] | None) -> list[str]:
    """The problem sets named, or all.

    Raises:
        AutograderError: a name that is not in course.yml.
    """
    for name in problem_sets or ():
        if name not in course.problem_sets:
            raise AutograderError(f"{FILE}: no problem set {name}; there are {', '.join(course.problem_sets)}")
    return list(problem_sets or course.problem_sets)
