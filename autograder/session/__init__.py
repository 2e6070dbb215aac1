"""Runs one submission from the trusted side: executes its cells, and forwards the checks' calls to its objects."""
