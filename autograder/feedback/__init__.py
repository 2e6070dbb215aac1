"""Writes graded notebooks and feedback for people to read; cleans all text and outputs that come from students."""
