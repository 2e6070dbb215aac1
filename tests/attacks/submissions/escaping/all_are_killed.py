"""Kills every process that it can, itself included."""

CELL = """\
import os, signal
try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""
SCALE = "honest"
EXPECTED = 10
SAYS = "Cell 4 crashed the whole program (killed)"
