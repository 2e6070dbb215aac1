"""The audit: tests of the course's own checks, solutions, misconceptions and forbidden calls."""
