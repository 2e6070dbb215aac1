"""Leaves folders without permissions, too deep to walk and with names that are no text."""

TWICE = True
CELL = """\
import os
if os.listdir("/tmp") or os.listdir("/home/student"):
    print("attack" + "-won")
os.mkdir("/tmp/locked")
open("/tmp/locked/left-by-attack", "w").close()
os.chmod("/tmp/locked", 0)
open(b"/tmp/left-by-attack-\\xff\\xfe\\n", "w").close()
os.symlink("/", "/tmp/root")
try:
    os.mkfifo("/tmp/pipe")
except PermissionError:
    pass
os.chdir("/home/student")
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
print("all of it " + "stands")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "all of it stands"
