"""Runs in the jail: the only folder of this package that is mounted there. It imports no other part of the package."""
