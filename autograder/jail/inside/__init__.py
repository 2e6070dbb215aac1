"""Runs in the jail: the only folder of ours that is mounted there. It imports nothing else of ours."""
