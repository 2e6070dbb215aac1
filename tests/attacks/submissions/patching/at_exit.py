"""Registers functions for the end of the program and of its objects, that write results once grading is over."""

CELL = """\
import atexit, os, weakref
def write():
    os.close(os.open("/tmp/left-by-attack-at-exit", os.O_CREAT | os.O_WRONLY))
    os.write(2, b"7 of 7")
class Last:
    def __del__(self): write()
last = Last()
atexit.register(write)
weakref.finalize(last, write)
"""
SCALE = "honest"
EXPECTED = 10
