"""Writes to the standard error that it inherited, and reads there what an earlier submission wrote."""

TWICE = True
CELL = """\
import os
for number in (0, 1, 2):
    try:
        found = os.pread(number, 100, 0)
        if found:
            print("attack" + "-won", found)
    except OSError:
        pass
    try:
        os.write(number, b"for the next one")
    except OSError:
        pass
print("looked")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "looked"
