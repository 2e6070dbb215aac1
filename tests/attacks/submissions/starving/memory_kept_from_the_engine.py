"""Keeps all memory, so that the grader's own work in its process (the thread of a backward pass) finds none."""

CELL = """\
import mmap
kept, size = [], 256 << 20
while size >= 1 << 20:
    try:
        kept.append(mmap.mmap(-1, size))
    except (OSError, ValueError):
        size //= 2
print("all is kept")
"""
SCALE = "honest"
EXPECTED = 8
SHOWS = "all is kept"
SAYS = "your code asked for more memory than it may use"
