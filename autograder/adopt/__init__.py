"""Takes over source notebooks of nbgrader and otter-grader: text becomes solutions/, cells of tests hidden checks."""
