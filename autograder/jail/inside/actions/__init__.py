"""Runs in the jail: what checks can do beyond calls: callbacks, operators, printed text, snapshots of data."""
