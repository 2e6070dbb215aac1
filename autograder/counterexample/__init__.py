"""A call to paste: a small one on which a wrong answer gives something else than the course's own solution."""
