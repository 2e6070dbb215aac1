"""Checks a notebook on the student's own machine, as far as that is possible without hidden checks."""
