"""Makes forty thousand empty files and folders, which cost no room but the kernel's memory."""

CELL = """\
import os
os.mkdir("/tmp/many")
for number in range(20_000):
    os.mkdir(f"/tmp/many/left-by-attack-{number}")
    os.close(os.open(f"/dev/shm/left-by-attack-{number}", os.O_CREAT))
print("made")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "made"
