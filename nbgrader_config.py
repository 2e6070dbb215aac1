"""nbgrader's settings: the course's folders and gradebook, and its own autograde in the jail."""

from autograder.nbgrader_plugin import configure

configure(get_config(), __file__)  # noqa: F821  (nbgrader defines it)
