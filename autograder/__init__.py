"""An auto-graded PyTorch course: hidden checks that never meet student code, scores in nbgrader's gradebook."""

import sys

# Without it jsonschema, which nbformat imports, leaves out one check of web addresses that no notebook asks for; with
# it every command takes a second longer to start.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__version__ = "0.1.0"
