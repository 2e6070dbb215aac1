"""Forks without end, catching what is refused."""

CELL = """\
import ctypes, os, time
ends, refused = time.monotonic() + 0.5, 0
while time.monotonic() < ends:
    for way in (os.fork, ctypes.CDLL(None).fork, lambda: ctypes.CDLL(None).syscall(57)):
        try:
            if way() >= 0:
                print("attack" + "-won")
                time.sleep(1)
            refused += 1
        except OSError:
            refused += 1
print("refused", refused > 100)
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "refused True"
