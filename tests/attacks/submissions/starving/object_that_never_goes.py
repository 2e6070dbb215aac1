"""Returns an object that runs for ever when it is forgotten, between the last check of one exercise and the next."""

SCALE = """\
class Last:
    def __del__(self):
        while True:
            pass

def scale(x, a):
    return Last() if abs(a) == float("inf") else x / (1 / a)
"""
EXPECTED = 9
SAYS = "the call should raise ValueError"
