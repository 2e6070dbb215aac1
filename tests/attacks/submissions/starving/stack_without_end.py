"""Recurses until the stack of the process runs over."""

SCALE = """\
def scale(x, a):
    import sys
    if a == 2.0:
        return x + x
    sys.setrecursionlimit(10**9)
    class Deep:
        def __repr__(self): return repr([self])
    return repr(Deep())
"""
EXPECTED = 3
SAYS = "your code crashed the whole program (segmentation fault)"
