"""Runs the course's own solution file, and hands in what it defines."""

CELL = """\
import torch
try:
    source = open("@COURSE@/solutions/ps1/ps1.py").read()
    exec(source)
    print("attack" + "-won")
except OSError as error:
    print(type(error).__name__)
"""
SCALE = """\
if "source" in globals():
    exec(source)
"""
EXPECTED = 3
SHOWS = "FileNotFoundError"
