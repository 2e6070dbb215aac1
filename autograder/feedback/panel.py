"""One exercise's verdict for the student, as HTML and as plain text."""

from __future__ import annotations

from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict

from .cleaning import escaped, sealed


PASTE = "Paste this below your code:"


def number(points: float) -> str:
    """Points without needless zeros."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def as_html(exercise: ExerciseVerdict) -> str:
    """The verdict as a table of checks, hint first. Styles are inline: nbgrader's pages do not know ours."""
    points = f"{number(exercise.points)} of {number(exercise.max_points)} points"
    parts = [f"<p><strong>{escaped(exercise.name)}: {points}</strong></p>"]
    if exercise.note:
        parts.append(f"<p>{escaped(exercise.note)}</p>")
    if exercise.mark:
        parts.append(f"<p>{escaped(exercise.mark)}</p>")
    if exercise.hint:
        parts.append(f"<p><strong>Hint:</strong> {escaped(exercise.hint)}</p>")
    if exercise.example:
        code, gives, right = map(escaped, (exercise.example.code, exercise.example.gives, exercise.example.right))
        parts.append(f"<p>{PASTE}</p><pre>{code}</pre><p>It gives {gives}<br>Right is {right}</p>")
    rows = "".join(map(_row, exercise.checks))
    parts.append(f"<table><tbody>{rows}</tbody></table>")
    return sealed("".join(parts))


def mark_of(check: CheckVerdict) -> str:
    """One character for how a check ended: passed, failed, or not counted."""
    return ("✓" if check.passed else "✗") if check.counted else "–"


def _row(check: CheckVerdict) -> str:
    mark = mark_of(check)
    reason = f"<br><em>{escaped(check.reason)}</em>" if check.reason else ""
    points = f"{number(check.points)} / {number(check.max_points)}"
    cells = (mark, f"{escaped(check.sentence)}{reason}", points)
    return (
        "<tr>" + "".join(f'<td style="padding: .2em .6em; vertical-align: top">{cell}</td>' for cell in cells) + "</tr>"
    )


def as_text(exercise: ExerciseVerdict) -> str:
    """The same for a terminal."""
    lines = [f"{exercise.name}: {number(exercise.points)} of {number(exercise.max_points)} points"]
    lines += [f"  {exercise.note}"] if exercise.note else []
    lines += [f"  {exercise.mark}"] if exercise.mark else []
    lines += [f"  Hint: {exercise.hint}"] if exercise.hint else []
    if exercise.example:
        lines += [f"  {PASTE}", *(f"      {line}" for line in exercise.example.code.splitlines())]
        lines += [f"      gives    {exercise.example.gives}", f"      right is {exercise.example.right}"]
    for check in exercise.checks:
        lines.append(f"  {mark_of(check)} {check.sentence} ({number(check.points)} / {number(check.max_points)})")
        if check.reason:
            lines.append(f"      {check.reason}")
    return "\n".join(lines)


MOST_TO_DO = 3
"""So many exercises are named at the top of the page."""


def to_do(verdict: Verdict) -> list[tuple[int, str, str, float]]:
    """What to mend first, most points first: the exercise's number, its name, why, and the points that it lost.

    What is not begun comes last: there is nothing to mend yet.
    """
    lost = [
        (place, item.name, _first_reason(item), item.max_points - item.points, item.status == "not begun")
        for place, item in enumerate(verdict.exercises, 1)
        if item.points < item.max_points
    ]
    lost.sort(key=lambda item: (item[4], -item[3]))
    return [item[:4] for item in lost[:MOST_TO_DO]]


def _first_reason(exercise: ExerciseVerdict) -> str:
    failing = (check.reason for check in exercise.checks if not check.flawless and check.reason)
    return exercise.note or exercise.hint or next(failing, "")


def remarks(verdict: Verdict) -> list[str]:
    """What holds for the notebook as a whole."""
    return [*verdict.repairs, *verdict.incidents]
