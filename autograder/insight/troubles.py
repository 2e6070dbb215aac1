"""Classifies incidents (time, memory, crashes) by the engine's own sentences in verdicts."""

from __future__ import annotations

from autograder.model.verdict import Verdict

_KINDS = {
    "out of time": ("was stopped after", "were stopped after", "ran for more than", "used up the processor time"),
    "out of memory": ("asked for more memory",),
    "posed as the grader": ("a reply that the grader cannot read", "only the grader speaks"),
    "ended the program": ("crashed the whole program", "ended the whole program"),
}
"""Phrases of the engine's incidents and reasons (see `session/`), by kind of incident."""
_OURS = "your code "
"""Prefix of the engine's own reasons; the text of a student's exception follows `your code raised`."""


def kind_of(sentence: str) -> str:
    """Return the kind of incident that one of the engine's sentences reports; empty if it reports none."""
    if sentence.startswith(f"{_OURS}raised"):
        return ""
    return next((kind for kind, words in _KINDS.items() if any(word in sentence for word in words)), "")


def troubles(verdict: Verdict) -> list[tuple[str, str]]:
    """Return (kind, sentence) of each incident of the notebook, and of the first of each kind in each exercise."""
    found = [(kind_of(line) or "other", line) for line in verdict.incidents]
    for item in verdict.exercises:
        first: dict[str, str] = {}
        for check in item.checks:
            if not check.passed and check.reason.startswith(_OURS) and (kind := kind_of(check.reason)):
                first.setdefault(kind, f"{item.name}: {check.reason.partition(' — for ')[0]}")
        found += first.items()
    return found
