"""Finds the grader's socket and sends answers to all later questions ahead of time."""

ENGINE = True
CELL = """\
from inside import frames, sock, wire
import struct
data = struct.pack("<2f", 3.0, 6.0)
tensor = wire.Tensor("torch.float32", [2], wire.Blob(0, 8), False, None)
for guess in range(2):
    for _ in range(4):
        frames.send(sock, wire.encode(wire.Ran(guess, [], "ok")))
    frames.send(sock, wire.encode(wire.Returned(guess, tensor, None, [])), [data])
"""
EXPECTED = 3
SAYS = "Cell 5 sent a reply out of turn, in a place where only the grader speaks"
