"""Lists what ended cells, calls and programs (time, memory, crashes), by the kinds that verdicts keep."""

from __future__ import annotations

from autograder.language.staff import for_staff_noop
from autograder.model.verdict import Trouble, Verdict

_KINDS: dict[Trouble, str] = {
    "": for_staff_noop("other"),
    "time": for_staff_noop("out of time"),
    "memory": for_staff_noop("out of memory"),
    "posed": for_staff_noop("posed as the grader"),
    "ended": for_staff_noop("ended the program"),
}
"""The names of the kinds in the report."""


def troubles(verdict: Verdict) -> list[tuple[str, str]]:
    """Return (kind, sentence) of each incident of the notebook, and of the first of each kind in each exercise."""
    found = [(_KINDS[verdict.troubles.get(line, "")], line) for line in verdict.incidents]
    for item in verdict.exercises:
        first: dict[Trouble, str] = {}
        for check in item.checks:
            if not check.passed and check.trouble:
                first.setdefault(check.trouble, f"{item.name}: {check.reason}")
        found += [(_KINDS[kind], line) for kind, line in first.items()]
    return found
