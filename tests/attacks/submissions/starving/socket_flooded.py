"""Announces the largest frame that is allowed and sends bytes without end."""

SCALE = """\
def scale(x, a):
    import gc, os, socket, struct
    if a == 2.0:
        return x + x
    [sock] = [item for item in gc.get_objects() if type(item) is socket.socket and item.fileno() >= 0]
    sock.settimeout(None)
    sock.sendall(struct.pack("<IQ", 4 << 20, 256 << 20))
    while True:
        sock.sendall(bytes(1 << 20))
"""
EXPECTED = 3
SAYS = "your code answered in a way that only the grader may"
