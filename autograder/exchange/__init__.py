"""nbgrader's exchange: releasing assignments, collecting submissions, and returning feedback."""
