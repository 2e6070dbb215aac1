"""The course's settings and releases, and the repair of submitted notebooks."""
