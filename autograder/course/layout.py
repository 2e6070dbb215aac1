"""Names of files and folders in a course's folder. Imports nothing, to keep the start of workers fast."""

COURSE_FILE = "course.yml"
NBGRADER_CONFIG = "nbgrader_config.py"
SOLUTIONS = "solutions"
CHECKS = "tests/hidden"
SOURCE, RELEASE, SUBMITTED, AUTOGRADED, FEEDBACK = "source", "assignments", "submitted", "autograded", "feedback"
"""nbgrader's folders, named as its steps."""
