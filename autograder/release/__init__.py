"""Builds the students' releases in assignments/ from solutions/, and creates new exercises and courses."""
