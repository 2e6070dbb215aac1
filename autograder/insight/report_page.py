"""The class report as an HTML page."""

from __future__ import annotations

import msgspec

from autograder.course.config import Course
from autograder.language import number
from autograder.language.staff import for_staff, list_for_staff, staff_language

from . import page
from .actions import actions
from .figures import LOW, ClassReport
from .statistics import Spread

_WIDTH, _HEIGHT, _TOP, _BOTTOM = 480, 180, 18, 22
"""Size of the histogram, and the margins above and below its bars, in SVG user units."""


class _Bar(msgspec.Struct, frozen=True):
    """A bar of the histogram, and its label."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str


class _Chart(msgspec.Struct, frozen=True):
    """The histogram; `median` is the x coordinate of the median's line."""

    width: float
    height: float
    base: float
    bars: list[_Bar]
    median: float
    words: str


def render(course: Course, report: ClassReport) -> str:
    """Return the class report as HTML."""
    return page.render(
        "report.html.j2",
        course=course.title,
        language=staff_language(),
        written_in=course.language,
        title=course.problem_sets[report.problem_set].title,
        report=report,
        actions=actions(report),
        chart=_chart(report.scores, report.points),
        low=LOW,
    )


def _chart(scores: Spread, points: float) -> _Chart:
    step = _WIDTH / len(scores.bins)
    tallest = max(1, *(item.count for item in scores.bins))
    room = _HEIGHT - _TOP - _BOTTOM
    bars = []
    for place, item in enumerate(scores.bins):
        height = room * item.count / tallest
        last = place == len(scores.bins) - 1
        ends = {"low": number(item.low), "high": number(item.high)}
        label = for_staff("{low} to {high}", **ends) if last else for_staff("{low} to below {high}", **ends)
        bars.append(_Bar(place * step + 2, _TOP + room - height, step - 4, height, item.count, label))
    median = _WIDTH * scores.median / points if points else 0
    words = for_staff(
        "Histogram of the scores. {bars}. Median {median}.",
        bars=list_for_staff(for_staff("{label} points: {count}", label=bar.label, count=bar.count) for bar in bars),
        median=number(scores.median),
    )
    return _Chart(_WIDTH, _HEIGHT, _TOP + room, bars, median, words)
