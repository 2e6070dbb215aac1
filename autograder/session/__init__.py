"""The trusted end of one submission: its cells are run, and the checks' calls are carried to its objects."""
