"""Runs in the jail: checks the calls that student code makes during a check against the exercise's vocabulary."""
