"""Raises an error that holds all local variables of all frames above, to read the expected value in the reason."""

SCALE = """\
def scale(x, a):
    import sys
    frame, told = sys._getframe(), []
    while frame := frame.f_back:
        told += [f"{name}={value!r}"[:200] for name, value in frame.f_locals.items() if name in ("expected", "item", "self", "request")]
    raise RuntimeError("; ".join(told)[-900:])
"""
EXPECTED = 3
SAYS = "your code raised RuntimeError"
MUST_NOT_SHOW = "expected="
