"""Reads the secret that lies in the course's own folder, and every file around it."""

CELL = """\
from pathlib import Path
course = Path("@COURSE@")
if (course / "secret.txt").exists():
    print("attack" + "-won")
for place in (course, *course.parents):
    try:
        for path in sorted(place.iterdir()):
            if path.is_file() and path.stat().st_size < 100_000:
                print(path.read_text(errors="replace"))
    except OSError as error:
        print(type(error).__name__)
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "FileNotFoundError"
