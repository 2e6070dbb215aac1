"""Leaves symbolic and hard links to places outside, to be followed when its folders are emptied."""

ENGINE = True
TWICE = True
CELL = """\
import inside, os, torch
for number, target in enumerate(("/", "/jail", "@COURSE@", "/proc/1/root", "/proc/1/cwd", "/usr/lib", torch.__path__[0], "/dev/null")):
    os.symlink(target, f"/tmp/link{number}")
    os.symlink(target, f"/home/student/link{number}")
for path in (torch.__file__, "/bin/true", inside.__file__):
    try:
        os.link(path, "/tmp/hard")
        print("attack" + "-won")
    except OSError:
        print("refused")
for path in ("/proc/1/root/etc/shadow", "/proc/1/cwd", "/proc/self/root/../../../work", "/tmp/link3/etc"):
    try:
        os.stat(path)
        print("attack" + "-won" if "etc" in path or "work" in path else "seen")
    except OSError:
        print("refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "\n".join(["refused"] * 7)
