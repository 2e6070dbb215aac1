"""Kinds of trouble (time, memory, crashes), recognized by the engine's own sentences in verdicts."""

from __future__ import annotations

from autograder.model.verdict import Verdict

_KINDS = {
    "out of time": ("was stopped after", "were stopped after", "ran for more than", "used up the processor time"),
    "out of memory": ("asked for more memory",),
    "posed as the grader": ("a reply that the grader cannot read", "only the grader speaks"),
    "ended the program": ("crashed the whole program", "ended the whole program"),
}
"""What the engine says in incidents and reasons (`session/`), by the kind of trouble."""
_OURS = "your code "
"""So begin the engine's own reasons; what a student's exception says comes after `your code raised`."""


def kind_of(sentence: str) -> str:
    """The kind of trouble that a sentence of the engine's tells of; empty where it is none."""
    if sentence.startswith(f"{_OURS}raised"):
        return ""
    return next((kind for kind, words in _KINDS.items() if any(word in sentence for word in words)), "")


def troubles(verdict: Verdict) -> list[tuple[str, str]]:
    """What happened to the whole notebook, and in each exercise the first of each kind: kinds and sentences."""
    found = [(kind_of(line) or "other", line) for line in verdict.incidents]
    for item in verdict.exercises:
        first: dict[str, str] = {}
        for check in item.checks:
            if not check.passed and check.reason.startswith(_OURS) and (kind := kind_of(check.reason)):
                first.setdefault(kind, f"{item.name}: {check.reason.partition(' — for ')[0]}")
        found += first.items()
    return found
