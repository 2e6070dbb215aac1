"""Names of files and folders below a course's folder; without an import, since workers start with them."""

COURSE_FILE = "course.yml"
NBGRADER_CONFIG = "nbgrader_config.py"
SOLUTIONS = "solutions"
CHECKS = "tests/hidden"
SOURCE, RELEASE, SUBMITTED, AUTOGRADED, FEEDBACK = "source", "assignments", "submitted", "autograded", "feedback"
"""nbgrader's folders, by its own word for the step."""
