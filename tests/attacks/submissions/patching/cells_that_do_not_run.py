"""Replaces IPython's run_cell, so that locked cells below do not run and all report success."""

CELL = """\
from types import SimpleNamespace
shell = get_ipython()
shell.user_ns["scale"] = lambda x, a: x + 0
shell.run_cell = lambda *_, **__: SimpleNamespace(error_before_exec=None, error_in_exec=None, success=True, result=7.0)
"""
SCALE = "honest"
COUNTER = ""
EXPECTED = 1
