"""Raises its own score in nbgrader's gradebook."""

CELL = """\
import sqlite3
try:
    gradebook = sqlite3.connect("file:@COURSE@/gradebook.db?mode=rw", uri=True)
    gradebook.execute("update grade set auto_score = 99, manual_score = 99")
    gradebook.commit()
    print("attack" + "-won")
except sqlite3.Error as error:
    print(type(error).__name__)
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "OperationalError"
