"""Raises SystemExit(0), KeyboardInterrupt and GeneratorExit in turn, to end the check as if it were done."""

SCALE = """\
turn = [0]
def scale(x, a):
    turn[0] += 1
    raise (SystemExit(0), KeyboardInterrupt(), GeneratorExit())[turn[0] % 3]
"""
EXPECTED = 3
SAYS = "your code raised"
