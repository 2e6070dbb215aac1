"""Sends its answer byte by byte, so that it is always about to end."""

ENGINE = True
SCALE = """\
def scale(x, a):
    import time
    from inside import sock
    if abs(a) == float("inf"):
        raise ValueError
    while a == 0.5:
        try:
            sock.sendall(b"\\0")
            time.sleep(0.5)
        except BaseException:
            pass
    return x / (1 / a)
"""
EXPECTED = 9
SAYS = "must not call"
