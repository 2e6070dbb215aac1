"""Makes a forbidden call of a method by a name that is put together while it runs."""

PLAIN = True
SCALE = """\
def scale(x, a, name="lum"):
    if abs(a) == float("inf"):
        raise ValueError
    return getattr(x, name[::-1])(a)
"""
EXPECTED = 3
