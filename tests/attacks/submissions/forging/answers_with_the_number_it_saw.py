"""Reads the question's number in the caller's frame, answers with it first, and repeats it for the next question."""

ENGINE = True
SCALE = """\
def scale(x, a):
    import struct, sys
    from inside import frames, sock, wire
    frame = sys._getframe()
    while frame and "request" not in frame.f_locals:
        frame = frame.f_back
    if frame and isinstance(frame.f_locals["request"], wire.Do):
        request = frame.f_locals["request"]
        tensor = wire.Tensor("torch.float32", [2], wire.Blob(0, 8), False, None)
        for _ in range(3):
            frames.send(sock, wire.encode(wire.Returned(request.token, tensor, None, [])), [struct.pack("<2f", 0, 0)])
            frames.send(sock, wire.encode(wire.Ran(request.token, [], "ok")))
    return x + x
"""
EXPECTED = 3
SAYS = "sent a reply out of turn"
