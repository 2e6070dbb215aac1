"""course.yml: the course, its problem sets and its limits. Error messages name the line."""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from autograder.errors import AutograderError
from autograder.language import ENGLISH, LANGUAGES
from autograder.language.staff import for_staff, list_for_staff

from . import clock, nbgrader, words
from .layout import COURSE_FILE

FILE = COURSE_FILE
_DATE = "%Y-%m-%d %H:%M"
if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[LANGUAGES]
_MAX_NODES = 100_000
"""Maximum number of nodes in the file, after expanding aliases."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _date(value: Any) -> Any:
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.strptime(value, _DATE)
    except (TypeError, ValueError):  # also rejects numbers, which pydantic would read as seconds since 1970
        raise ValueError(for_staff("not a date; write 2026-10-01 23:59")) from None


def _time_zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError(for_staff("no such time zone; write one like Europe/Berlin or UTC"))
    return value


def _import_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,60}", value):
        raise ValueError(for_staff("not a package's name; write it as in the import, such as sklearn"))
    return value


class Limits(_Model):
    """Resource limits of one submission."""

    cell_seconds: float = Field(
        default=30, gt=0, le=3600, description="processor time of one cell, seconds; five times as much wall-clock time"
    )
    call_seconds: float = Field(
        default=5,
        gt=0,
        le=600,
        description="processor time of one call by a check, seconds; five times as much wall-clock time",
    )
    submission_seconds: float = Field(
        default=300, gt=0, le=7200, description="wall-clock time of the whole notebook with its checks, seconds"
    )
    memory_mb: int = Field(default=2048, ge=64, description="memory in addition to what torch itself maps, MiB")
    tmp_mb: int = Field(default=64, ge=1, description="size of each of the three writable folders, MiB")
    output_kb: int = Field(default=256, ge=1, le=3072, description="output of one cell, KiB")
    changes: int = Field(
        default=400,
        ge=0,
        le=10_000,
        description="number of small changes tried on a wrong answer to see whether one makes it right; 0 disables it",
    )
    notebook_mb: int = Field(default=20, ge=1, le=200, description="size of the submitted file, MiB")


@dataclass(frozen=True)
class Deduction:
    """A deduction: a number of points, or a fraction of the score."""

    amount: float
    of_score: bool

    def points(self, score: float) -> float:
        """Return the deduction from `score`, in points."""
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
        raise ValueError(for_staff("not a deduction; write 10% (of the score) or 2 (points)"))
    return Deduction(amount / 100, True) if text.endswith("%") else Deduction(amount, False)


_Deduction = Annotated[
    Deduction,
    BeforeValidator(_deduction),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^[0-9.]+ *%?$"}]}),
]


class LatePolicy(_Model):
    """The penalty for late submissions."""

    grace_minutes: int = Field(
        default=0, ge=0, le=100_000, description="a submission at most this late counts as in time"
    )
    per_day: _Deduction | None = Field(
        default=None,
        description="deduction for each day begun after the deadline and grace: 10% of the score, or 2 points",
    )
    cap: _Deduction | None = Field(default=None, description="the largest deduction: 50% of the score, or 5 points")


class CourseLatePolicy(LatePolicy):
    """The late policy of the course, with the settings that span all problem sets."""

    late_days: int = Field(default=0, ge=0, le=1000, description="days that each student may be late at no cost")


class ProblemSet(_Model):
    """One problem set: a notebook with exercises."""

    title: str = Field(min_length=1, description="shown in reports")
    due: Annotated[datetime, BeforeValidator(_date)] | None = Field(
        default=None, description="2026-10-01 23:59, in the course's time zone"
    )
    limits: Limits | None = Field(default=None, description="replaces the course's limits")
    late: LatePolicy | None = Field(default=None, description="replaces the course's late policy")
    canvas_id: int | None = Field(default=None, ge=1, description="the assignment's number in Canvas, for export")
    feedback_on_arrival: bool | None = Field(default=None, description="replaces the course's setting")
    gradings_a_day: int | None = Field(default=None, ge=1, le=1000, description="replaces the course's setting")


class Course(_Model):
    """The settings of a course."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", description="nbgrader's course id")
    title: str = Field(min_length=1, description="shown in reports")
    language: Language = Field(default=ENGLISH, description="language of the prose and of all that students are told")
    timezone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="UTC", description="time zone of all dates, an IANA name such as Europe/Berlin"
    )
    gradebook: Annotated[str, AfterValidator(nbgrader.db_url)] = Field(
        default="sqlite:///gradebook.db",
        description="nbgrader's db_url; for PostgreSQL postgresql+psycopg://user@host/name, without a password",
    )
    packages: tuple[Annotated[str, AfterValidator(_import_name)], ...] = Field(
        default=(),
        max_length=50,
        description="packages beside torch and NumPy that notebooks may import, by the names in the import",
    )
    limits: Limits = Limits()
    late: CourseLatePolicy = CourseLatePolicy()
    feedback_on_arrival: bool = Field(
        default=False, description="watch-exchange releases feedback to students as soon as they are graded"
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
        description="maximum number of submissions per student and problem set that watch-exchange grades in a day",
    )
    problem_sets: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")], ProblemSet] = Field(min_length=1)

    def limits_of(self, problem_set: str) -> Limits:
        """Return the limits of a problem set."""
        return self.problem_sets[problem_set].limits or self.limits

    def late_of(self, problem_set: str) -> LatePolicy:
        """Return the late policy of a problem set."""
        return self.problem_sets[problem_set].late or self.late

    def feedback_on_arrival_of(self, problem_set: str) -> bool:
        """Return whether watch-exchange releases the feedback of a problem set at once."""
        own = self.problem_sets[problem_set].feedback_on_arrival
        return self.feedback_on_arrival if own is None else own

    def gradings_a_day_of(self, problem_set: str) -> int:
        """Return how many submissions per student of a problem set watch-exchange grades in a day."""
        return self.problem_sets[problem_set].gradings_a_day or self.gradings_a_day

    @property
    def clock(self) -> zoneinfo.ZoneInfo:
        """Return the time zone of all dates."""
        return zoneinfo.ZoneInfo(self.timezone)

    def due_of(self, problem_set: str) -> datetime | None:
        """Return the deadline of a problem set, with its time zone; None if it has none."""
        due = self.problem_sets[problem_set].due
        return due.replace(tzinfo=self.clock) if due else None


def load(root: Path) -> Course:
    """Return the course in `root`/course.yml.

    Raises:
        AutograderError: the file is missing or invalid; the message names file, line, field and fix.
    """
    path = root / FILE
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise AutograderError("{path}: no such file; name the course's folder with -C DIR", path=path) from None
    except OSError as error:
        raise AutograderError("{path}: cannot be read: {error}", path=path, error=error) from None
    except UnicodeDecodeError as error:
        raise words.mistake(
            data.count(b"\n", 0, error.start) + 1, for_staff("not UTF-8 text; save it as UTF-8")
        ) from None
    course = parse(text)
    return course.model_copy(update={"gradebook": nbgrader.absolute(course.gradebook, root)})


def parse(text: str) -> Course:
    """Return the course described by the text of a course.yml.

    Raises:
        AutograderError: the text is invalid; the message names line, field and fix.
    """
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        _count_nodes(tree, {})
        _refuse_twice(tree, set())
        fields = yaml.load(text, Loader=_Plain)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise words.mistake(line, words.yaml(str(error.problem))) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise words.mistake(line, for_staff("not YAML: {why}", why=error.reason)) from None
    except RecursionError:
        raise words.mistake(1, for_staff("not YAML: nested too deeply")) from None
    if not isinstance(fields, dict):
        raise words.mistake(1, for_staff("not a mapping; begin with name: and title:"))
    try:
        course = Course.model_validate(fields)
    except ValidationError as error:
        raise _first_error(error, tree) from None
    _refuse_unclear_times(course, tree)
    return course


def _refuse_unclear_times(course: Course, tree: yaml.Node | None) -> None:
    for name, problem_set in course.problem_sets.items():
        due = problem_set.due
        if due and (why := clock.fault(due, course.clock)):
            place = ["problem_sets", name, "due"]
            what = for_staff(
                "{field}: {time} {why} in {zone}; write a time before or after",
                field=".".join(place),
                time=f"{due:%Y-%m-%d %H:%M}",
                why=why,
                zone=course.timezone,
            )
            raise words.mistake(words.line_of(tree, place), what)


def _count_nodes(node: yaml.Node | None, sizes: dict[int, int]) -> int:
    """Return the number of nodes in the tree of `node`, after expanding aliases, since merging copies them."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in sizes:
        sizes[id(node)] = _MAX_NODES  # an alias within its own anchor exceeds the limit
        below = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
        sizes[id(node)] = 1 + sum(_count_nodes(part, sizes) for part in below)
        if sizes[id(node)] > _MAX_NODES:
            raise yaml.MarkedYAMLError(
                problem=for_staff("aliases expand to too many nodes; write them out"), problem_mark=node.start_mark
            )
    return sizes[id(node)]


def _refuse_twice(node: yaml.Node | None, seen: set[int]) -> None:
    """Raise an AutograderError for a field that appears twice; YAML would silently use the last."""
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
            raise words.mistake(
                key.start_mark.line + 1, for_staff("{field}: appears twice; remove one", field=key.value[:80])
            )
        names.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        _refuse_twice(value, seen)


class _Plain(yaml.SafeLoader):
    """A loader that leaves dates as strings, so that only `_date` parses them."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ):  # raised by PyYAML, for example for !!int x
            what = for_staff("not a valid {kind}", kind=str(node.tag).rpartition(":")[2])
            raise yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark) from None


_Plain.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _first_error(error: ValidationError, tree: yaml.Node | None) -> AutograderError:
    # For a misspelt field pydantic reports an unknown and a missing field; the unknown one is more helpful.
    found = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    place = [part for part in found["loc"] if part != "[key]"]
    line = words.line_of(tree, place)
    field = ".".join(map(str, place)) or "course"
    if found["type"] == "extra_forbidden":
        message = for_staff("no such field; known fields: {names}", names=list_for_staff(_known(place)))
    else:
        message = words.plain(found, place)
    if more := error.error_count() - 1:
        message = for_staff("{message} (and {count} more)", message=message, count=more)
    return words.mistake(line, f"{field[:80]}: {message}")


def _known(place: list[Any]) -> list[str]:
    model: type[BaseModel] = Course
    if len(place) >= 2 and place[-2] == "limits":
        model = Limits
    elif len(place) >= 2 and place[-2] == "late":
        model = CourseLatePolicy if len(place) == 2 else LatePolicy
    elif len(place) == 3 and place[0] == "problem_sets":
        model = ProblemSet
    return list(model.model_fields)


def schema() -> dict[str, Any]:
    """Return the JSON schema of course.yml, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Course.model_json_schema()}


def chosen(course: Course, problem_sets: Sequence[str] | None) -> list[str]:
    """Return the names in `problem_sets`, or those of all problem sets.

    Raises:
        AutograderError: a name is not in course.yml.
    """
    for name in problem_sets or ():
        if name not in course.problem_sets:
            raise AutograderError(
                "{file}: no problem set {name}; there are {known}",
                file=FILE,
                name=name,
                known=list_for_staff(course.problem_sets),
            )
    return list(problem_sets or course.problem_sets)
