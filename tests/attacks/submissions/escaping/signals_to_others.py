"""Ends, stops and interrupts the jail's first process and whatever else it may reach."""

CELL = """\
import os, signal
for target in (1, os.getppid()):
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGSTOP, signal.SIGKILL, signal.SIGUSR1, signal.SIGALRM, signal.SIGSEGV):
        try:
            os.kill(target, kind)
        except OSError:
            pass
reached = 0
for target in range(2, 400):
    if target != os.getpid():
        try:
            os.kill(target, 0)
            reached += 1
        except OSError:
            pass
print("attack" + "-won" if reached else "no one reached")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "no one reached"
