"""Sets an audit hook, which cannot be removed, that ends the program as soon as anything is imported or opened."""

CELL = """\
import os, sys
turn = [0]
def hook(event, arguments):
    if event in ("open", "import"):
        turn[0] += 1
        os._exit(0)
sys.addaudithook(hook)
import json.tool
"""
SCALE = "honest"
EXPECTED = 10
SAYS = "Cell 4 ended the whole program (exit code 0)"
