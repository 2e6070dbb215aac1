"""Fills the folders that lie in memory, with files and with holes."""

CELL = """\
import os
for place in ("/tmp", "/dev/shm", "/home/student"):
    written = 0
    try:
        for number in range(100):
            with open(f"{place}/left-by-attack-{number}", "wb", 0) as file:
                for _ in range(4):
                    written += file.write(bytes(8 << 20))
    except OSError as error:
        print(type(error).__name__)
    print("attack" + "-won" if written > 80 << 20 else "full")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "OSError\nfull\nOSError\nfull\nOSError\nfull"
