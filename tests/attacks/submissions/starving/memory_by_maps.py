"""Maps memory of every kind without end: private, shared, locked, and that of a file with a hole."""

CELL = """\
import ctypes, mmap
for flags in (mmap.MAP_PRIVATE, mmap.MAP_SHARED):
    kept = []
    try:
        for _ in range(64):
            kept.append(mmap.mmap(-1, 256 << 20, flags=flags | mmap.MAP_ANONYMOUS))
        print("attack" + "-won")
    except (OSError, MemoryError, ValueError):
        print("refused")
kept = None
print("attack" + "-won" if ctypes.CDLL(None).mlockall(3) == 0 else "refused")
with open("/tmp/hole", "wb") as file:
    try:
        file.truncate(1 << 40)
        print("attack" + "-won")
    except OSError:
        print("refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "refused\nrefused\nrefused\nrefused"
