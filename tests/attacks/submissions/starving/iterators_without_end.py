"""Returns a list whose iteration never ends and grows with each item."""

SCALE = """\
class Endless(list):
    def __iter__(self):
        while True:
            yield "x" * 100_000

def scale(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    return Endless() if a == 0.5 else x / (1 / a)
"""
EXPECTED = 9
SAYS = "your code was stopped after "
