"""nbgrader's gradebook: the database connection, the recorder, locks, late policy, students."""
