"""Leaves files in every folder that it may write, to be found by the next submission."""

TWICE = True
CELL = """\
import os
for place in ("/tmp", "/dev/shm", "/home/student", "/var/tmp", "/run", "/dev", "/dev/mqueue", "/"):
    path = f"{place}/left-by-attack"
    if os.path.exists(path):
        print("attack" + "-won", path)
    try:
        with open(path, "w") as file:
            file.write("x")
        print("written in", place)
    except OSError:
        pass
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "written in /tmp\nwritten in /dev/shm\nwritten in /home/student\n"
