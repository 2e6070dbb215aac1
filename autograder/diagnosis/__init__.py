"""Finds out why an answer is wrong, from known misconceptions and from what the answer's calls gave."""
