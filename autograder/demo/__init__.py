"""The main job, shown: a class is made, graded, and every score compared with what it must be."""

from autograder.demo.run import run
from autograder.demo.student import Student

__all__ = ["Student", "run"]
