"""Grades a submission: runs its checks, applies the rules, and explains lost points."""
