"""Writes into torch, the standard library, the grader's code and Python's start-up files."""

ENGINE = True
CELL = """\
import os, site, sys, sysconfig, torch
import inside.wire
places = [os.path.dirname(torch.__file__), os.path.dirname(os.__file__), os.path.dirname(inside.wire.__file__), *sys.path, "/jail", "/etc", "/usr/local/lib", "/"]
for place in places:
    for name in ("left-by-attack.pth", "left-by-attack.py"):
        try:
            os.close(os.open(os.path.join(place or "/", name), os.O_CREAT | os.O_WRONLY))
            print("attack" + "-won", place)
        except OSError:
            pass
for path in (torch.__file__, os.__file__, inside.wire.__file__, sys.executable):
    for act in (lambda: open(path, "r+b"), lambda: os.chmod(path, 0o666), lambda: os.unlink(path), lambda: os.rename(path, path + "x"), lambda: os.truncate(path, 0)):
        try:
            act()
            print("attack" + "-won", path)
        except OSError as error:
            kind = type(error).__name__
print("refused:", kind)
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "refused: "
