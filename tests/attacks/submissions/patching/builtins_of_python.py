"""Replaces built-ins that a check relies on (abs, round, sorted, sum) by ones that let everything pass."""

CELL = """\
import builtins
builtins.abs = builtins.round = builtins.sum = lambda *_, **__: 0.0
builtins.sorted = lambda *_, **__: []
"""
SCALE = "def scale(x, a):\n    return x + 0\n"
EXPECTED = 3
SAYS = "where it should be 6"
