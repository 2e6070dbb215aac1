"""Announces the largest frame that is allowed and sends bytes without end."""

ENGINE = True
SCALE = """\
def scale(x, a):
    import struct
    from inside import sock
    if a == 2.0:
        return x + x
    sock.settimeout(None)
    sock.sendall(struct.pack("<IQ", 4 << 20, 256 << 20))
    while True:
        sock.sendall(bytes(1 << 20))
"""
EXPECTED = 3
SAYS = "your code sent a reply that the grader cannot read"
