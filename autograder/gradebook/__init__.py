"""nbgrader's gradebook: the database connection, the recorder, locking, late policy and migration."""

from autograder.nbgrader_private import put_off_server_extensions

put_off_server_extensions()
