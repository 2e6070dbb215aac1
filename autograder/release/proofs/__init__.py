"""Proofs of the course's own material: its checks, solutions, misconceptions and forbidden calls."""
