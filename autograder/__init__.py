"""An auto-graded PyTorch course: hidden checks that never meet student code, scores in nbgrader's gradebook."""

__version__ = "0.1.0"
