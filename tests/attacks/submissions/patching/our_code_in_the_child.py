"""Replaces the grader's own functions in the child, so that each call returns its argument's very memory and raises nothing."""

ENGINE = True
CELL = """\
from inside import student, values
honest = student.Student._perform
def perform(self, request, args, kwargs):
    try:
        return honest(self, request, args, kwargs)
    except NotImplementedError:
        return args[0] if args else None
student.Student._perform = perform
student.Student._changed = lambda self, *_: None
"""
EXPECTED = 3
SAYS = "should be 6"
