"""Runs in the jail: what student code calls while a check runs, held to the vocabulary of its exercise."""
