"""Raises exceptions named like those with which pytest skips a test or ends a session."""

SCALE = """\
class Skipped(RuntimeError): pass
Skipped.__module__, Skipped.__qualname__ = "_pytest.outcomes", "Skipped"
class Exit(KeyboardInterrupt): pass
Exit.__module__, Exit.__qualname__ = "_pytest.outcomes", "Exit"

def scale(x, a):
    raise (Skipped if x.numel() % 2 else Exit)("passed")
"""
EXPECTED = 3
SAYS = "your code raised Skipped"
