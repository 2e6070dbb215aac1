"""Starts threads with small stacks until no more can be had, and leaves them sleeping."""

CELL = """\
import threading, time
threading.stack_size(256 << 10)
started, gone = 0, threading.Event()
try:
    while started < 2500:
        threading.Thread(target=gone.wait, daemon=True).start()
        started += 1
except (RuntimeError, MemoryError) as error:
    print(type(error).__name__)
print("attack" + "-won" if started >= 2500 else "no more were to be had")
gone.set()
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "no more were to be had"
