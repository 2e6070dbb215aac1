"""Prints a gigabyte, in large and in small pieces, as text, as pictures and as errors."""

CELL = """\
import os, sys
from IPython.display import display
line = "x" * 1_000_000 + "\\n"
for _ in range(1000):
    print(line)
    sys.stderr.write(line)
for _ in range(100):
    display({"image/png": "A" * 1_000_000}, raw=True)
raise ValueError(line)
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "[the output limit is reached; what follows is left out]"
