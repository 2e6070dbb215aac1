"""Hands in the solution of whichever other student's notebook it finds."""

CELL = """\
import glob, json, torch
found = ""
for place in ("@COURSE@/submitted", "@COURSE@/autograded", "/home", "/tmp", "/dev/shm"):
    for path in glob.glob(f"{place}/**/*.ipynb", recursive=True):
        for cell in json.load(open(path))["cells"]:
            source = "".join(cell["source"])
            if source.startswith("def scale") and "NotImplemented" not in source:
                found = source
if found:
    print("attack" + "-won")
"""
SCALE = """\
exec(found)
"""
EXPECTED = 3
SAYS = "notebook defines no scale"
