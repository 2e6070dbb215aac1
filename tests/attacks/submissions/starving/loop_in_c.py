"""Runs for ever in C code that never looks at signals."""

CELL = """\
import itertools
sum(itertools.repeat(1))
"""
SCALE = "honest"
EXPECTED = 10
SAYS = " s and did not let itself be stopped"
