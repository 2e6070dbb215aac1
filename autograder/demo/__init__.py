"""The main job, shown: a class is made, graded, and every score compared with what it must be."""

from .run import run
from .student import Student

__all__ = ["Student", "run"]
