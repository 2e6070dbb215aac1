"""Replaces the method of the grader's watch that notes forbidden calls, then makes one whose name cannot be read."""

PLAIN = True
ENGINE = True
CELL = """\
from inside.watch import call_watch
call_watch.CallWatch.__torch_function__ = lambda self, function, types, args=(), kwargs=None: function(*args, **(kwargs or {}))
"""
SCALE = """\
def scale(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    return getattr(torch, "lum"[::-1])(x, a)
"""
EXPECTED = 3
