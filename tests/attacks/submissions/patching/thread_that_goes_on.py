"""Starts a thread that goes on after its cell and answers whatever is asked before the child itself can."""

CELL = """\
import gc, socket, threading, time
from inside import frames, wire
[sock] = [item for item in gc.get_objects() if type(item) is socket.socket and item.fileno() >= 0]
def answer():
    while True:
        frames.send(sock, wire.encode(wire.Done(0)))
        time.sleep(0.01)
threading.Thread(target=answer, daemon=True).start()
time.sleep(0.2)
"""
SCALE = "honest"
EXPECTED = 10
SAYS = "Cell 4 answered out of turn"
