"""Takes the grader's place in the child: reads its questions from the socket and answers them with a forbidden call."""

PLAIN = True
ENGINE = True
SCALE = """\
def scale(x, a):
    import gc, socket, sys
    from inside import frames, student, wire
    frame = sys._getframe()
    while frame and "sock" not in frame.f_locals:
        frame = frame.f_back
    if frame is None or a == 2.0:
        return x + x
    frames.send = lambda sock, answer, blobs=(), send=frames.send: send(sock, clean(answer), blobs)
    def clean(answer):
        message = wire.decode_from_student(answer)
        if isinstance(message, wire.Returned):
            message = wire.Returned(message.token, message.value, message.changed, [])
        return wire.encode(message)
    globals()["scale"] = product
    return product(x, a)

def product(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    return getattr(torch, "lum"[::-1])(x, a)
"""
EXPECTED = 3
