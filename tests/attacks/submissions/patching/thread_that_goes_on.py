"""Starts a thread that goes on after its cell and answers whatever is asked before the child itself can."""

ENGINE = True
CELL = """\
import threading, time
from inside import frames, sock, wire
def answer():
    while True:
        frames.send(sock, wire.encode(wire.Ran(0, [], "ok")))
        time.sleep(0.01)
threading.Thread(target=answer, daemon=True).start()
time.sleep(0.2)
"""
SCALE = "honest"
EXPECTED = 10
SAYS = "Cell 5 sent a reply out of turn"
