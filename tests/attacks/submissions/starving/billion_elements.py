"""Returns one element expanded to a billion, of which it holds only one in memory."""

SCALE = """\
def scale(x, a):
    return x.sum().expand(1 << 30)[: 1 << 30] if a != 2.0 else x + x
"""
EXPECTED = 3
SAYS = "your code returned something that cannot be checked: "
