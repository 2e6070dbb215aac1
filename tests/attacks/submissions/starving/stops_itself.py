"""Stops its own process, so that no clock inside goes on."""

CELL = """\
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
"""
SCALE = "honest"
EXPECTED = 10
SAYS = " s and did not let itself be stopped"
