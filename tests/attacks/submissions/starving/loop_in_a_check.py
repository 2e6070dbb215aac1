"""Catches everything and goes on for ever, in one call of the checks alone."""

SCALE = """\
def scale(x, a):
    while a == 0.5:
        try:
            while True:
                pass
        except BaseException:
            pass
    if abs(a) == float("inf"):
        raise ValueError
    return x / (1 / a)
"""
EXPECTED = 9
SAYS = "did not let itself be stopped"
