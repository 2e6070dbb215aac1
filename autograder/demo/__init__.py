"""The demo: generates a class, grades it, and compares every score with the expected one."""

from .run import run
from .student import Student

__all__ = ["Student", "run"]
