"""Finds a small call, for students to paste, on which a wrong answer and the course's solution differ."""
