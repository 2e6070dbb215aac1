"""Reads a submission's grades from the gradebook, with the same sums as nbgrader."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Assignment, BaseCell, Comment, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import bindparam, select

from autograder.model.grades import CellGrade, Grades

_FIND_NOTEBOOK = (
    select(SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty)
    .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    .where(Assignment.name == bindparam("problem_set"), SubmittedAssignment.student_id == bindparam("student"))
)
_FIND_GRADES = (
    select(
        BaseCell.name,
        Grade.score,
        Grade.max_score,
        Grade.auto_score,
        Grade.manual_score,
        Grade.extra_credit,
    )
    .join(BaseCell, Grade.cell_id == BaseCell.id)
    .where(Grade.notebook_id == bindparam("notebook"))
)
_FIND_COMMENTS = (
    select(BaseCell.name, Comment.manual_comment)
    .join(BaseCell, Comment.cell_id == BaseCell.id)
    .where(Comment.notebook_id == bindparam("notebook"), Comment.manual_comment.isnot(None))
)


def read(database: Any, student: str, problem_set: str) -> Grades | None:
    """Return the grades and comments of a submission; None if it has neither.

    Args:
        database: a session of the gradebook.
        student: nbgrader's student id.
        problem_set: the name of nbgrader's assignment.

    Raises:
        SQLAlchemyError: the gradebook cannot be read.
    """
    found = database.execute(_FIND_NOTEBOOK, {"problem_set": problem_set, "student": student}).first()
    if found is None:
        return None
    notebook, penalty = found
    cells = {
        name: CellGrade(score, worth, by_hand, extra or 0, waiting=automatic is None and by_hand is None)
        for name, score, worth, automatic, by_hand, extra in database.execute(_FIND_GRADES, {"notebook": notebook})
    }
    comments = {name: text for name, text in database.execute(_FIND_COMMENTS, {"notebook": notebook}) if text.strip()}
    if all(cell.waiting for cell in cells.values()) and not comments:  # e.g. an extension has created its rows
        return None
    return Grades(cells, comments, penalty or 0)
