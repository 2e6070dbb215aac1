"""Returns an object whose pickle runs a program where it is read."""

SCALE = """\
class Bomb(list):
    def __reduce__(self):
        import os
        return os.system, ("touch /tmp/left-by-attack-pickle /tmp/left-by-attack",)

def scale(x, a):
    return Bomb([x, x])
"""
EXPECTED = 3
SAYS = "should be"
