"""Finds the grader's watch in the frames above and empties its list, then makes a forbidden call."""

PLAIN = True
SCALE = """\
def scale(x, a):
    import sys
    if abs(a) == float("inf"):
        raise ValueError
    frame = sys._getframe()
    while frame and not hasattr(frame.f_locals.get("self"), "watch"):
        frame = frame.f_back
    if frame:
        watch = frame.f_locals["self"].watch
        watch._taken, watch._known = frozenset(), {}
        watch._operations |= {"aten::mul"}
    return getattr(torch, "lum"[::-1])(x, a)
"""
EXPECTED = 3
