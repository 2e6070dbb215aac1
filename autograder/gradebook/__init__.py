"""nbgrader's gradebook: the database connection, the recorder, locking, late policy and migration."""
