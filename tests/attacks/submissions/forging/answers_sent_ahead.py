"""Finds the grader's socket through gc and sends answers to all later questions ahead of time."""

CELL = """\
import gc, socket
from inside import frames, wire
import struct
[sock] = [item for item in gc.get_objects() if type(item) is socket.socket and item.fileno() >= 0]
data = struct.pack("<2f", 3.0, 6.0)
tensor = wire.Tensor("torch.float32", [2], wire.Blob(0, 8), False, None)
for guess in range(2):
    for _ in range(2):
        frames.send(sock, wire.encode(wire.Ran(guess, [], "ok")))
        frames.send(sock, wire.encode(wire.Done(guess)))
    frames.send(sock, wire.encode(wire.Returned(guess, tensor, None, [])), [data])
"""
EXPECTED = 3
SAYS = "Cell 4 answered out of turn, in a place where only the grader speaks"
