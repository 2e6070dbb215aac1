"""Sends its answer byte by byte, so that it is always about to end."""

SCALE = """\
def scale(x, a):
    import gc, socket, time
    if abs(a) == float("inf"):
        raise ValueError
    [sock] = [item for item in gc.get_objects() if type(item) is socket.socket and item.fileno() >= 0]
    while a == 0.5:
        try:
            sock.sendall(b"\\0")
            time.sleep(0.3)
        except BaseException:
            pass
    return x / (1 / a)
"""
EXPECTED = 9
SAYS = "did not let itself be stopped"
