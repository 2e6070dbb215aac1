"""The course of the tests of marks, whose answers have the same form."""

from tests.marks.conftest import course

__all__ = ["course"]
